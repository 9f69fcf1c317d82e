"""Where a pretrained base comes from, what it looks like, and what is said where there is none."""

import hashlib
import inspect
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from course_utils import CourseError, base_class_names, pretrained_base
from course_utils.sources import bases, weights
from course_utils.sources.bases import load_with_base
from course_utils.sources.plan import obtain, plan
from tests.internet import break_off, send, send_without_size, sign_in
from tools.colab_lane import build_wheel

REAL_KERAS_HOME = os.environ.get("KERAS_HOME")
TINY = {
    "MobileNetV2": {"alpha": 0.1, "input": 64, "classes": ["bear", "owl", "fern"]},
    "VGG16": {"widths": [2, 3, 3, 4, 5], "dense": [6, 7], "input": 64, "classes": ["bear", "owl"]},
}
NO_TOP_96 = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_96_no_top.h5"
SAMPLE_LINE = "the course's own small base, trained on drawn pictures"


@pytest.fixture(scope="module")
def tiny_bases(tmp_path_factory):
    """A folder as data/pretrained is, of networks with random weights."""
    folder = tmp_path_factory.mktemp("pretrained")
    described = {}
    for name, description in TINY.items():
        size = description["input"]
        model = bases.embedded_network(name, description, (size, size, 3), include_top=True)
        file = folder / f"{name.lower()}.weights.h5"
        model.save_weights(file)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        described[name] = description | {"file": file.name, "sha256": digest}
    (folder / "bases.json").write_text(json.dumps(described))
    return folder


@pytest.fixture
def home(tmp_path, monkeypatch, tiny_bases, offline):
    """An empty home, tiny bases of its own, and no network."""
    for variable in ("COURSE_DATA", "KERAS_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COURSE_PROFILE", "full")
    folder = tmp_path / "bases"
    shutil.copytree(tiny_bases, folder)
    monkeypatch.setattr(bases, "embedded_folder", lambda: folder)
    return tmp_path


@pytest.fixture(scope="module")
def keras_weights(tmp_path_factory):
    """MobileNetV2's weights, random, in the HDF5 layout of the files that Keras publishes."""
    folder = tmp_path_factory.mktemp("keras")
    model = keras.applications.MobileNetV2(input_shape=(96, 96, 3), include_top=False, weights=None)
    model.save(folder / "whole.h5")
    with h5py.File(folder / "whole.h5") as whole, h5py.File(folder / NO_TOP_96, "w") as file:
        for layer in whole["model_weights"]:
            whole.copy(whole["model_weights"][layer], file)
        for attribute, value in whole["model_weights"].attrs.items():
            file.attrs[attribute] = value
    return folder / NO_TOP_96, model.get_layer("Conv1").get_weights()[0]


def put_in_cache(file, home, name=NO_TOP_96):
    folder = home / ".keras" / "models"
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(file, folder / name))


def redescribe(home, name, **changes):
    path = home / "bases" / "bases.json"
    described = json.loads(path.read_text())
    described[name] |= changes
    path.write_text(json.dumps(described))


# What a base looks like


def test_small_vgg16_has_the_layers_of_keras():
    ours = bases.embedded_network("VGG16", TINY["VGG16"], (32, 32, 3), include_top=True)
    theirs = keras.applications.VGG16(weights=None, input_shape=(32, 32, 3))
    assert [layer.name for layer in ours.layers[1:]] == [layer.name for layer in theirs.layers[1:]]
    for own, published in zip(ours.layers[1:], theirs.layers[1:], strict=True):
        assert type(own) is type(published)
        assert own.output.shape[1:-1] == published.output.shape[1:-1]
    assert ours.name == theirs.name


@pytest.mark.parametrize(
    ("name", "top_shape", "last", "shape"),
    [
        ("MobileNetV2", np.array([32, 40, 3]), "out_relu", (2, 1, 1280)),
        ("VGG16", (64, 64, 3), "block5_pool", (1, 1, 5)),
    ],
)
def test_every_size_has_the_same_weights(home, monkeypatch, capsys, name, top_shape, last, shape):
    monkeypatch.setenv("COURSE_DATA", "sample")
    whole, preprocess_input = pretrained_base(name, top_shape, include_top=True)
    assert base_class_names(whole) == TINY[name]["classes"]
    module = sys.modules[getattr(keras.applications, name).__module__]
    assert preprocess_input is module.preprocess_input
    pictures = np.random.default_rng(0).integers(0, 256, (2, *top_shape)).astype("float32")
    probabilities = whole(preprocess_input(pictures)).numpy()
    assert probabilities.shape == (2, len(TINY[name]["classes"]))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)

    monkeypatch.setenv("COURSE_DATA", "auto")
    capsys.readouterr()
    model, _ = pretrained_base(name, (50, 32, 3))
    said = capsys.readouterr().out
    assert said.startswith(f"{name}: {SAMPLE_LINE} (no connection to storage.googleapis.com")
    assert model.layers[-1].name == last and model.output.shape == (None, *shape)
    for layer in model.layers:
        same = whole.get_layer(layer.name).get_weights() if layer.weights else []
        for mine, its in zip(layer.get_weights(), same, strict=True):
            np.testing.assert_array_equal(mine, its)


# The order of the places


def test_keras_cache_comes_before_the_small_base(home, keras_weights, capsys):
    file, first_kernel = keras_weights
    path = put_in_cache(file, home)
    model, _, base = load_with_base("MobileNetV2", (96, 96, 3))
    np.testing.assert_array_equal(model.get_layer("Conv1").get_weights()[0], first_kernel)
    assert capsys.readouterr().out == f"MobileNetV2: ImageNet weights, from {path}\n"
    assert base == bases.Base("MobileNetV2", "imagenet", path)
    assert str(base) == "MobileNetV2, ImageNet weights"


def test_keras_home_is_read_at_every_call(home, monkeypatch, keras_weights):
    put_in_cache(keras_weights[0], home)
    monkeypatch.setenv("KERAS_HOME", str(home / "elsewhere"))
    made = plan(weights.weights_file("MobileNetV2", (96, 96, 3), False))
    assert made.kind == "own" and made.why_not_real.startswith("no connection to storage.goog")
    shutil.copytree(home / ".keras", home / "elsewhere")
    monkeypatch.setenv("KERAS_HOME", "~/elsewhere")
    made = plan(weights.weights_file("MobileNetV2", (96, 96, 3), False))
    assert made.place == home / "elsewhere" / "models" / NO_TOP_96


@pytest.mark.parametrize(
    ("variable", "value"), [("COURSE_DATA", "sample"), ("COURSE_PROFILE", "ci")]
)
def test_small_base_can_be_asked_for(home, monkeypatch, internet, capsys, variable, value):
    put_in_cache(__file__, home, "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5")
    monkeypatch.setenv(variable, value)
    _, _, base = load_with_base("VGG16", (96, 96, 3))
    assert internet.asked == []
    assert capsys.readouterr().out == f"VGG16: {SAMPLE_LINE} (as {variable}={value} asks)\n"
    assert str(base) == "VGG16, drawn base"
    assert base.file == home / "bases" / "vgg16.weights.h5"


@pytest.mark.filterwarnings("ignore:`input_shape` is undefined")
@pytest.mark.parametrize(
    ("name", "size", "file"),
    [
        ("MobileNetV2", 192, "_1.0_192_no_top.h5"),
        ("MobileNetV2", 150, "_1.0_224_no_top.h5"),
        ("VGG16", 150, "kernels_notop.h5"),
    ],
)
def test_the_file_is_the_one_that_keras_asks_for(monkeypatch, name, size, file):
    wanted = weights.weights_file(name, (size, size, 3), False)
    assert wanted.name.endswith(file)

    class Asked(Exception):
        pass

    def get_file(fname, origin, cache_subdir, file_hash=None):
        assert (fname, cache_subdir, file_hash) == (
            wanted.name,
            "models",
            weights.MD5.get(wanted.name),
        )
        assert origin == wanted.url
        raise Asked

    network = getattr(keras.applications, name)
    monkeypatch.setattr(sys.modules[network.__module__].file_utils, "get_file", get_file)
    with pytest.raises(Asked):
        network(input_shape=(size, size, 3), include_top=False)


def test_other_files_are_those_that_keras_names():
    """Without building VGG16's top, which takes half a gigabyte."""
    source = inspect.getsource(keras.applications.VGG16)
    vgg16 = weights.weights_file("VGG16", (224, 224, 3), True)
    assert f'"{vgg16.name}"' in source and f'"{weights.MD5[vgg16.name]}"' in source
    mobilenet = weights.weights_file("MobileNetV2", (192, 96, 3), True)
    assert mobilenet.name == "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5"
    assert (vgg16.megabytes, mobilenet.megabytes) == (553, 14.5)


def test_large_download_waits_to_be_asked(home, internet):
    made = plan(weights.weights_file("VGG16", (224, 224, 3), True))
    asked = "COURSE_DATA=real downloads the ImageNet weights of VGG16, 553 MB"
    assert made.reasons == (asked,) and internet.asked == []


def test_real_weights_that_cannot_be_had_are_an_error(home, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", "real")
    with pytest.raises(CourseError, match=r"no connection to storage.*KERAS_HOME.*_224_no_top\.h5"):
        pretrained_base("MobileNetV2")


@pytest.mark.parametrize("mode", ["auto", "real"])
def test_weights_for_another_size_come_before_the_small_base(
    home, monkeypatch, keras_weights, capsys, mode
):
    monkeypatch.setenv("COURSE_DATA", mode)
    file, first_kernel = keras_weights
    put_in_cache(file, home)
    path = put_in_cache(file, home, NO_TOP_96.replace("_96_", "_160_"))
    model, _, base = load_with_base("MobileNetV2", (192, 192, 3))
    np.testing.assert_array_equal(model.get_layer("Conv1").get_weights()[0], first_kernel)
    said = capsys.readouterr().out
    assert said.endswith(f"MobileNetV2: ImageNet weights, trained at 160 × 160, from {path}\n")
    assert base == bases.Base("MobileNetV2", "imagenet", path)


def test_a_download_comes_before_weights_for_another_size(home, internet, keras_weights):
    put_in_cache(keras_weights[0], home, NO_TOP_96.replace("_96_", "_224_"))
    internet.files[NO_TOP_96] = keras_weights[0].read_bytes()
    made = obtain(weights.weights_file("MobileNetV2", (96, 96, 3), False))
    assert made.place == home / ".keras" / "models" / NO_TOP_96 and made.reasons == ()


def test_the_nearest_size_serves_first(home, keras_weights):
    for size in (96, 224, 128, 192):
        path = put_in_cache(keras_weights[0], home, NO_TOP_96.replace("_96_", f"_{size}_"))
        assert plan(weights.weights_file("MobileNetV2", (160, 160, 3), False)).place == path
    other = put_in_cache(__file__, home, "vgg16_weights_tf_dim_ordering_tf_kernels.h5")
    assert plan(weights.weights_file("VGG16", (150, 150, 3), False)).place != other


@pytest.mark.parametrize("profile", [None, "quick"])
def test_the_quick_profile_on_a_cpu_takes_no_whole_vgg16(home, monkeypatch, capsys, profile):
    put_in_cache(__file__, home, "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5")
    monkeypatch.setattr(bases, "find_device", lambda: ("CPU", "CPU, 2 cores"))
    if profile is None:
        monkeypatch.delenv("COURSE_PROFILE")
    else:
        monkeypatch.setenv("COURSE_PROFILE", profile)
    pretrained_base("VGG16", (96, 96, 3))
    said = capsys.readouterr().out
    assert said.startswith(f"VGG16: {SAMPLE_LINE} (the whole VGG16") and "=full" in said
    monkeypatch.setenv("COURSE_DATA", "real")
    with pytest.raises(CourseError, match="COURSE_PROFILE=full .*COURSE_DATA=auto"):
        pretrained_base("VGG16", (96, 96, 3))


def test_the_quick_profile_on_a_gpu_takes_the_whole_vgg16(home, monkeypatch):
    put_in_cache(__file__, home, "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5")
    monkeypatch.setattr(bases, "find_device", lambda: ("GPU", "a GPU"))
    monkeypatch.setenv("COURSE_PROFILE", "quick")
    with pytest.raises(CourseError, match="checksum"):  # so it was the file that was tried
        pretrained_base("VGG16", (96, 96, 3))


@pytest.mark.skipif(not REAL_KERAS_HOME, reason="KERAS_HOME names no folder of real weights")
def test_real_weights_give_real_features(home, monkeypatch, capsys):
    monkeypatch.setenv("KERAS_HOME", REAL_KERAS_HOME)
    shape, top = (192, 192, 3), False
    wanted = weights.weights_file("MobileNetV2", shape, top)
    if not (wanted.folder / wanted.name).exists():
        pytest.skip(f"KERAS_HOME holds no {wanted.name}")
    model, preprocess_input = pretrained_base("MobileNetV2", shape)
    assert "ImageNet weights" in capsys.readouterr().out
    features = model.predict(preprocess_input(np.full((1, *shape), 128.0)), verbose=0)
    assert features.shape == (1, 6, 6, 1280) and 0 <= features.min() < features.max() <= 6


# What is asked for and does not exist


def test_unknown_base_offers_the_nearest():
    with pytest.raises(CourseError, match=r"no pretrained base 'VGG19'\. Did you mean 'VGG16'"):
        pretrained_base("VGG19")


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((224, 224), r"input_shape=\(224, 224\) is not three whole numbers"),
        (224, "input_shape=224 is not three whole numbers"),
        ((None, None, 3), "not three whole numbers"),
        ((96.0, 96.0, 3), "not three whole numbers"),
        ((96, 96, 1), "asks for 1 channels.*Repeat a grey picture"),
        ((31, 96, 3), "too small.*32 rows and 32 columns"),
    ],
)
def test_impossible_shape_is_told(shape, message):
    with pytest.raises(CourseError, match=message) as caught:
        pretrained_base("MobileNetV2", shape)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(("mode", "size"), [("auto", 224), ("sample", 64)])
def test_vgg16_with_top_takes_one_size(home, monkeypatch, mode, size):
    monkeypatch.setenv("COURSE_DATA", mode)
    with pytest.raises(CourseError, match=f"takes pictures of {size} × {size}, not of 96 × 64"):
        pretrained_base("VGG16", (96, 64, 3), include_top=True)


@pytest.mark.parametrize("model", ["VGG16", None, {}, keras.Sequential()], ids=str)
def test_class_names_of_another_model_are_refused(model):
    with pytest.raises(CourseError, match="include_top=True"):
        base_class_names(model)


# Damaged and foreign files


@pytest.mark.parametrize("cut", [100, 5_000_000], ids=["the end", "half"])
def test_truncated_file_in_the_keras_cache_is_named(home, keras_weights, cut):
    path = put_in_cache(keras_weights[0], home)
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(CourseError, match=f"{path} is damaged or cannot be read .*Delete it"):
        pretrained_base("MobileNetV2", (96, 96, 3))


def test_no_hdf5_and_wrong_checksum_in_the_keras_cache_are_named(home, keras_weights):
    path = put_in_cache(keras_weights[0], home)
    path.write_text("<html>Please log in</html>")
    with pytest.raises(CourseError, match=f"{path} is damaged or cannot be read"):
        pretrained_base("MobileNetV2", (96, 96, 3))
    path = put_in_cache(keras_weights[0], home, "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5")
    with pytest.raises(CourseError, match=f"{path} is damaged .*checksum"):
        pretrained_base("VGG16", (96, 96, 3))


def test_other_network_in_the_keras_cache_is_named(home, tiny_bases):
    path = put_in_cache(tiny_bases / "vgg16.weights.h5", home)
    with pytest.raises(CourseError, match=f"{path} does not hold the weights of this MobileNetV2"):
        pretrained_base("MobileNetV2", (96, 96, 3))


def test_damaged_small_base_is_named(home):
    path = home / "bases" / "vgg16.weights.h5"
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1]), b""):
        path.write_bytes(damaged)
        with pytest.raises(CourseError, match=f"{path} is damaged or cut off.*git checkout"):
            pretrained_base("VGG16", (96, 96, 3))
    path.unlink()
    with pytest.raises(CourseError, match=f"{path} cannot be read .No such file"):
        pretrained_base("VGG16", (96, 96, 3))


@pytest.mark.parametrize("change", [{"widths": [9, 3, 3, 4, 5]}, {"dense": [6, 7, 8]}], ids=str)
def test_small_base_of_another_shape_is_named(home, change):
    redescribe(home, "VGG16", **change)
    with pytest.raises(CourseError, match=r"vgg16\.weights\.h5 does not hold the weights"):
        pretrained_base("VGG16", (96, 96, 3))


@pytest.mark.parametrize("text", [None, "", "[]", "{}"])
def test_damaged_description_is_named(home, text):
    path = home / "bases" / "bases.json"
    path.write_text(text) if text is not None else path.unlink()
    with pytest.raises(CourseError, match=f"{path} does not describe VGG16 .*git checkout"):
        pretrained_base("VGG16", (96, 96, 3))


# Downloads


@pytest.fixture
def server(home, internet, keras_weights):
    """The stand-in for all servers, with MobileNetV2's file."""
    internet.files[NO_TOP_96] = keras_weights[0].read_bytes()
    return internet


def test_download_goes_into_the_keras_cache(server, home, keras_weights, capsys):
    pretrained_base("MobileNetV2", (96, 96, 3))
    path = home / ".keras" / "models" / NO_TOP_96
    said = capsys.readouterr().out
    assert f"downloading 9.4 MB to {path.parent}" in said and "B/s" in said
    assert said.endswith(f"MobileNetV2: ImageNet weights, from {path}\n")
    assert path.read_bytes() == keras_weights[0].read_bytes()
    assert list(path.parent.iterdir()) == [path]


def cut_without_size(handler):
    server = handler.internet
    server.files[NO_TOP_96] = server.files[NO_TOP_96][:3_000_000]
    send_without_size(handler)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (break_off, "broke off"),
        (cut_without_size, "is damaged or cannot be read"),
        (sign_in({}), "sent a web page in place of the file"),
    ],
)
def test_what_is_not_the_file_is_not_taken_for_it(
    server, home, monkeypatch, capsys, keras_weights, answer, why
):
    server.answer = answer
    pretrained_base("MobileNetV2", (96, 96, 3))
    said = capsys.readouterr().out
    assert SAMPLE_LINE in said.splitlines()[-1] and why in said.splitlines()[-1]
    assert list((home / ".keras").rglob("*.h5*")) == []
    monkeypatch.setenv("COURSE_DATA", "real")
    with pytest.raises(CourseError, match=f"cannot be had: .*{why}"):
        pretrained_base("MobileNetV2", (96, 96, 3))
    server.answer, server.files[NO_TOP_96] = send, keras_weights[0].read_bytes()
    pretrained_base("MobileNetV2", (96, 96, 3))


def test_stopped_kernel_leaves_nothing(server, home, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(weights, "damage", stop)
    with pytest.raises(KeyboardInterrupt):
        pretrained_base("MobileNetV2", (96, 96, 3))
    assert list((home / ".keras" / "models").iterdir()) == []


def test_cache_that_cannot_be_written_is_said(server, home, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", "real")
    (home / "file").write_text("no folder")
    monkeypatch.setenv("KERAS_HOME", str(home / "file"))
    with pytest.raises(CourseError, match="file/models cannot be written. Set KERAS_HOME to"):
        pretrained_base("MobileNetV2", (96, 96, 3))


@pytest.mark.parametrize(
    ("option", "message"),
    [("ro", "models cannot be written. Set KERAS_HOME"), ("size=64k", "no space is left")],
)
def test_read_only_and_full_disks_are_said(server, home, monkeypatch, option, message):
    monkeypatch.setenv("COURSE_DATA", "real")
    disk = home / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", option, "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a disk of its own can only be mounted by root")
    try:
        monkeypatch.setenv("KERAS_HOME", str(disk))
        with pytest.raises(CourseError, match=message):
            pretrained_base("MobileNetV2", (96, 96, 3))
        assert not [path for path in disk.rglob("*") if path.is_file()]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_names_of_imagenet_classes_need_no_network(home, internet):
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1000)])
    model.course_base = bases.Base("MobileNetV2", "imagenet", home / "file")
    names = base_class_names(model)
    assert len(names) == 1000 and internet.asked == []
    known = {0: "tench", 101: "tusker", 281: "tabby", 386: "African elephant", 999: "toilet tissue"}
    assert {number: names[number] for number in known} == known


# What the course ships


@pytest.mark.parametrize("name", ["MobileNetV2", "VGG16"])
def test_shipped_base_loads(monkeypatch, capsys, name):
    monkeypatch.setenv("COURSE_DATA", "sample")
    description = json.loads((bases.embedded_folder() / "bases.json").read_text())[name]
    size = description["input"]
    model, _ = pretrained_base(name, (size, size, 3), include_top=True)
    assert SAMPLE_LINE in capsys.readouterr().out
    names = base_class_names(model)
    assert model.output.shape == (None, len(names))
    assert len(names) == len(set(names)) >= 20, "a wide set of classes"
    taught = ["cat", "dog", "horse", "human", "daisy", "dandelion", "rose", "sunflower", "tulip"]
    assert not {*taught, *(f"{word}s" for word in taught)} & {name.lower() for name in names}


def test_shipped_bases_are_small():
    sizes = [path.stat().st_size for path in bases.embedded_folder().glob("*.weights.h5")]
    assert len(sizes) == 2
    assert max(sizes) < 4 * 2**20 and sum(sizes) < 8 * 2**20


def test_wheel_holds_the_bases_and_finds_them(tmp_path):
    wheel = build_wheel(tmp_path)
    assert wheel.stat().st_size < 12 * 2**20
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "site")
    folder = tmp_path / "site" / "course_utils" / "data" / "pretrained"
    shipped = {path.name: path.read_bytes() for path in bases.embedded_folder().glob("*.*")}
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == shipped
    code = "from course_utils.sources import bases; print(bases.embedded_folder())"
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path / "site",
        check=True,
        capture_output=True,
        text=True,
    )
    assert found.stdout.strip() == str(folder)
