"""Where a dataset comes from, and what is said of a damaged, foreign or unreachable one."""

import json
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest

from course_utils import CourseError, load_dataset
from course_utils.sources import datasets, samples
from course_utils.sources.catalogue import DATASETS
from course_utils.sources.prepared import tfds_folders


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty home, with no variable of the course set but the small profile's."""
    for variable in ("COURSE_DATA", "TFDS_DATA_DIR"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COURSE_PROFILE", "ci")
    return tmp_path


@pytest.fixture
def prepared(home, monkeypatch):
    """A folder that TFDS would take for a prepared mnist: a copy of the small sample."""
    sample = samples.prepare_sample("mnist", small=True)
    folder = home / "tfds" / "mnist" / "3.0.1"
    shutil.copytree(sample, folder)
    monkeypatch.setenv("TFDS_DATA_DIR", str(home / "tfds"))
    monkeypatch.setenv("COURSE_DATA", "auto")
    return folder


def test_sample_has_the_form_of_the_real_thing(home, capsys):
    loaded, info = load_dataset("fashion_mnist")
    assert set(loaded) == {"train", "test"}
    pictures, labels = next(iter(loaded["train"].batch(64)))
    assert pictures.shape == (64, 28, 28, 1) and pictures.dtype == "uint8"
    assert labels.dtype == "int64" and info.features["label"].names[6] == "Shirt"
    tenth = DATASETS["fashion_mnist"].sizes["train"] // 10
    assert info.splits["train"].num_examples == tenth
    assert datasets.source_of("fashion_mnist").kind == "sample"
    said = capsys.readouterr().out.strip().splitlines()[-1]
    assert "drawn sample" in said and "COURSE_PROFILE=ci" in said


def test_split_and_dict_are_passed_on(home):
    train, info = load_dataset("mnist", split="train[:10]", as_supervised=False)
    examples = list(train)
    assert len(examples) == 10 and set(examples[0]) == {"image", "label"}
    assert info.features["label"].names == list("0123456789")


def test_sample_lies_outside_what_tfds_searches(home):
    folder, searched = samples.prepare_sample("mnist", small=True), tfds_folders()
    assert searched and not any(folder.is_relative_to(root) for root in searched)


def test_labels_of_a_sample_are_balanced_and_shuffled():
    labels = samples.balanced_labels(1_000, 10, seed=3)
    assert np.bincount(labels).tolist() == [100] * 10
    assert labels[:10].tolist() != list(range(10))


def test_prepared_folder_comes_first(prepared, capsys):
    load_dataset("mnist")
    assert datasets.source_of("mnist") == datasets.Source("mnist", "real", prepared, 0.0)
    said = capsys.readouterr().out
    assert "real data, 1,000 train + 200 test" in said and str(prepared) in said


def test_unknown_name_offers_the_nearest():
    with pytest.raises(CourseError, match=r"'fashion-mnist'.*'fashion_mnist'"):
        load_dataset("fashion-mnist")


@pytest.mark.parametrize("cut", [1, 5_000, None], ids=["one byte", "many records", "everything"])
def test_truncated_file_is_named(prepared, cut):
    path = next(prepared.glob("mnist-train*"))
    path.write_bytes(path.read_bytes()[:-cut] if cut else b"")
    with pytest.raises(CourseError, match=f"{path.name}.*Delete"):
        load_dataset("mnist")


def test_missing_file_is_named(prepared):
    path = next(prepared.glob("mnist-test*"))
    path.unlink()
    with pytest.raises(CourseError, match=f"{path.name} cannot be read"):
        load_dataset("mnist")


@pytest.mark.parametrize("text", ["", '{"name": "mnist"', "[]", "{}"])
def test_damaged_description_is_named(prepared, text):
    (prepared / "dataset_info.json").write_text(text)
    with pytest.raises(CourseError, match=f"{prepared}.*(damaged|format|read|lists no data)"):
        load_dataset("mnist")


def test_other_file_format_is_named(prepared):
    path = prepared / "dataset_info.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"fileFormat": "array_record"}))
    with pytest.raises(CourseError, match=r"another format \(array_record\)"):
        load_dataset("mnist")


def test_folder_without_features_is_of_another_format(prepared):
    (prepared / "features.json").unlink()
    with pytest.raises(CourseError, match="another format .*without features.json"):
        load_dataset("mnist")


def test_other_major_version_is_passed_over_and_said(prepared, offline, capsys):
    prepared.rename(prepared.with_name("1.0.0"))
    load_dataset("mnist")
    said = capsys.readouterr().out
    assert "1.0.0 holds another version than 3.0.1" in said and "drawn sample" in said


def test_wrong_tfds_data_dir_is_said(home, monkeypatch, offline, capsys):
    monkeypatch.setenv("TFDS_DATA_DIR", str(home / "nowhere"))
    monkeypatch.setenv("COURSE_DATA", "auto")
    load_dataset("mnist")
    assert f"TFDS_DATA_DIR={home / 'nowhere'} is not a folder" in capsys.readouterr().out


def test_large_download_waits_to_be_asked(home, monkeypatch, internet, capsys):
    monkeypatch.setenv("COURSE_DATA", "auto")
    load_dataset("tf_flowers")
    assert "COURSE_DATA=real downloads the real tf_flowers, 229 MB" in capsys.readouterr().out
    assert internet.asked == []


def test_damaged_sample_is_drawn_again(home, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(home / "cache"))
    path = next(samples.prepare_sample("mnist", small=True).glob("mnist-train*"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    samples.prepare_sample("mnist", small=True)
    assert path.read_bytes() == whole


def test_interrupted_drawing_leaves_nothing(home, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(home / "cache"))
    draw = samples._drawn

    def stop_halfway(*arguments):
        for number, picture in enumerate(draw(*arguments)):
            if number == 500:
                raise KeyboardInterrupt
            yield picture

    monkeypatch.setattr(samples, "_drawn", stop_halfway)
    with pytest.raises(KeyboardInterrupt):
        samples.prepare_sample("mnist", small=True)
    assert not samples.sample_folder("mnist", small=True).exists()


def test_killed_drawing_leaves_nothing_that_is_taken_for_whole(home, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(home / "cache"))
    code = "from course_utils.sources.samples import prepare_sample; prepare_sample('cats_vs_dogs')"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL)
    folder = samples.sample_folder("cats_vs_dogs")
    while process.poll() is None and not list(folder.parent.glob(".aside-*/cats_vs_dogs/*/*")):
        time.sleep(0.05)
    process.kill()
    process.wait()
    assert list(folder.parent.glob(".aside-*")) and not folder.exists()


def test_pictures_of_a_dead_process_are_drawn_here(monkeypatch):
    expected = list(samples._drawn("mnist", "test", 400))
    monkeypatch.setattr(sys, "executable", "/bin/false")
    drawn = list(samples._drawn("mnist", "test", 400))
    assert len(drawn) == 400
    assert all((a == b).all() and k == n for (a, k), (b, n) in zip(drawn, expected, strict=True))


@pytest.mark.parametrize("name", [n for n, d in DATASETS.items() if d.shape != (28, 28, 1)])
def test_drawn_photos_have_the_form_of_the_real_thing(home, name):
    import tensorflow_datasets as tfds

    datasets_by_split, info = load_dataset(name, as_supervised=False)
    real = tfds.builder(name, data_dir=home).info
    counts = {split: s.num_examples for split, s in info.splits.items()}
    assert counts == {split: size // 10 for split, size in DATASETS[name].sizes.items()}
    assert info.splits.keys() == real.splits.keys() or not real.splits
    shape = DATASETS[name].shape or (None, None, 3)
    assert info.features["image"].shape == shape == real.features["image"].shape
    assert info.features["label"].names == real.features["label"].names
    assert set(info.features) == set(real.features)
    assert info.supervised_keys == real.supervised_keys
    elements = list(datasets_by_split["train"].take(20))
    sizes = {tuple(element["image"].shape) for element in elements}
    assert len(sizes) == 1 if shape[0] else len(sizes) > 10
    for element in elements:
        assert element["image"].dtype == "uint8"
        if name == "cats_vs_dogs":
            kind = ("Cat", "Dog")[int(element["label"])]
            assert f"PetImages/{kind}/" in element["image/filename"].numpy().decode()


def test_full_disk_is_said(home, monkeypatch):
    disk = home / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a small disk to fill can only be mounted by root")
    try:
        monkeypatch.setenv("COURSE_CACHE", str(disk))
        with pytest.raises(CourseError, match="no space is left on the disk of .*Free some space"):
            samples.prepare_sample("mnist", small=True)
        assert not samples.sample_folder("mnist", small=True).exists()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_cache_that_cannot_be_written_is_said(home, monkeypatch):
    (home / "file").write_text("no folder")
    monkeypatch.setenv("COURSE_CACHE", str(home / "file" / "cache"))
    with pytest.raises(CourseError, match="cannot write to its cache folder .*Set COURSE_CACHE"):
        samples.prepare_sample("mnist", small=True)


def test_read_only_home_is_said(home, monkeypatch):
    monkeypatch.delenv("COURSE_CACHE", raising=False)
    disk = home / "read_only"
    disk.mkdir()
    options = ["-t", "tmpfs", "-o", "ro", "tmpfs", str(disk)]
    if subprocess.run(["mount", *options], capture_output=True).returncode:
        pytest.skip("a read-only home can only be mounted by root")
    try:
        monkeypatch.setenv("HOME", str(disk))
        monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
        with pytest.raises(CourseError, match="Read-only file system.*Set COURSE_CACHE"):
            load_dataset("mnist")
    finally:
        subprocess.run(["umount", str(disk)], check=True)
