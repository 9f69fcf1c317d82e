"""`start`, the profiles, the report; and what is said when TensorFlow or a setting is wrong."""

import json
import re
import subprocess
import sys

import keras
import pytest

from course_utils import CourseError, start
from course_utils.lesson.start import LESSONS, Lesson, called
from course_utils.sources.bases import Base
from course_utils.sources.datasets import Source

NAME = "01_fashion_mnist_dense"


def test_the_import_takes_nothing_that_is_installed():
    """Nothing heavy is imported, whatever it is called: nothing from site-packages at all."""
    code = """
import sys
before = set(sys.modules)
import course_utils
for name in set(sys.modules) - before:
    if "site-packages" in (getattr(sys.modules[name], "__file__", None) or ""):
        print(name)
"""
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout == ""


def test_every_public_name_can_be_imported():
    import course_utils

    for name in course_utils.__all__:
        assert getattr(course_utils, name)
    with pytest.raises(AttributeError, match="no attribute 'load_data'"):
        course_utils.load_data  # noqa: B018


def test_start_tells_profile_device_precision_and_minutes(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_PROFILE", "quick")
    lesson = start(NAME)
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    for word in ("profile quick", "float32", "seed 1", "minute"):
        assert word in said
    assert lesson.device in said and lesson.profile == "quick"


def test_start_sets_the_seeds():
    numbers = []
    for seed in (1, 1, 2):
        start(NAME, seed=seed)
        numbers.append(float(keras.random.uniform(())))
    assert numbers[0] == numbers[1] != numbers[2]


def test_the_seed_can_be_set_from_outside(monkeypatch, capsys):
    seeds = []
    for value, given in (("", ()), ("7", ()), ('"0"', ()), ("7", (3,))):
        monkeypatch.setenv("COURSE_START_SEED", value)
        lesson = start(NAME, *given)
        seeds.append(lesson.seed)
        assert f" · seed {lesson.seed} · " in capsys.readouterr().out
        assert lesson.report(test_accuracy=0.5).result["seed"] == lesson.seed
    assert seeds == [1, 7, 0, 3]
    for value in ("x", "-1", "1.5", "²", str(2**32)):
        monkeypatch.setenv("COURSE_START_SEED", value)
        with pytest.raises(CourseError, match="means nothing here. Use a whole number from 0 to"):
            start(NAME)


def test_a_first_run_that_draws_its_sample_is_like_the_second(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    monkeypatch.setenv("COURSE_PROFILE", "ci")
    monkeypatch.setenv("COURSE_DATA", "sample")
    begun = []
    for _ in range(2):
        lesson = start("02_mnist_convnet")
        lesson.load_dataset("mnist")
        begun.append(keras.layers.Dense(3)(keras.ops.ones((1, 2))).numpy().tolist())
        assert any((tmp_path / "samples").rglob("*mnist*"))
    assert begun[0] == begun[1]


def test_quick_is_the_default_on_a_cpu(monkeypatch):
    monkeypatch.delenv("COURSE_PROFILE", raising=False)
    lesson = start(NAME)
    assert lesson.profile == ("quick" if lesson.device_kind == "CPU" else "full")


def test_profiles_cut_no_more_than_they_must():
    lesson = Lesson(NAME, "quick", "CPU", "CPU, 2 cores", "float32")
    assert lesson.epochs(5) == 5
    assert lesson.trials(10, 128, 512) == (10, 128, 512)
    assert Lesson(NAME, "ci", "CPU", "", "float32").epochs(5) == 1
    assert Lesson(NAME, "ci", "CPU", "", "float32").trials(10, 128, 512) == (10,)


def test_a_share_is_never_below_one_epoch(monkeypatch):
    shares = {"full": 1, "full_cpu": 0.5, "quick": 0.1}
    monkeypatch.setitem(LESSONS[NAME], "epochs", shares)
    epochs = {
        kind: Lesson(NAME, profile, device, "", "float32").epochs(30)
        for kind, profile, device in (
            ("gpu", "full", "GPU"),
            ("cpu", "full", "CPU"),
            ("quick", "quick", "CPU"),
        )
    }
    assert epochs == {"gpu": 30, "cpu": 15, "quick": 3}
    assert Lesson(NAME, "quick", "CPU", "", "float32").epochs(2) == 1


def test_what_lessons_and_appendices_are_called():
    assert called(NAME) == "Lesson 01" and called("A1_find_my_cat") == "Appendix 1"


def test_unknown_lesson_offers_the_nearest():
    with pytest.raises(CourseError, match="no lesson '01_fashion_mnist'.*01_fashion_mnist_dense"):
        start("01_fashion_mnist")


@pytest.mark.parametrize(
    ("variable", "value"),
    [("COURSE_PROFILE", "fast"), ("COURSE_DATA", "reel"), ("COURSE_PRECISION", "int8")],
)
def test_a_setting_that_means_nothing_is_told(monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    with pytest.raises(CourseError, match=f"{variable}={value} means nothing.*Use one of"):
        start(NAME)


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "auto"])
def test_precision_becomes_the_dtype_policy(monkeypatch, precision):
    monkeypatch.setenv("COURSE_PRECISION", precision)
    try:
        lesson = start(NAME)
        policy = {"float32": "float32", "bfloat16": "mixed_bfloat16"}[lesson.precision]
        assert keras.config.dtype_policy().name == policy
        assert precision in (lesson.precision, "auto")
    finally:
        keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize(
    ("module", "message"),
    [
        ("None", "cannot be imported .*make setup"),
        ("types.SimpleNamespace(__version__='2.11.0')", "TensorFlow 2.11.0 is too old.*or newer"),
    ],
    ids=["missing", "too old"],
)
def test_tensorflow_that_cannot_be_used(module, message):
    code = f"""
import sys, types
sys.modules["tensorflow"] = {module}
import course_utils
course_utils.start({NAME!r})
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 1
    assert re.search(f"MissingPackageError: .*{message}", run.stderr)


def test_a_notebook_shows_the_message_without_a_traceback():
    error = CourseError("what was wrong, and what to do")
    assert error._render_traceback_() == ["CourseError: what was wrong, and what to do"]


def test_report_shows_three_columns_and_writes_the_results(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_OUTPUT", str(tmp_path))
    lesson = start(NAME)
    report = lesson.report(test_accuracy=0.8712345)
    head, row = report.rows()
    assert head[1:3] == ["published", "measured on real data"] and "this run" in head[3]
    published = LESSONS[NAME]["figures"]["test_accuracy"]["published"]["value"]
    assert row[1] == f"{published:.4f}" and row[3] == "0.8712"
    assert "<table>" in report._repr_html_() and "0.8712" in repr(report)
    result = json.loads((tmp_path / "results" / f"{NAME}.json").read_text())
    assert list(result) == [
        *("lesson", "profile", "data", "seed", "base", "device_kind", "device", "precision"),
        *("data_seconds", "versions", "hardware", "date", "figures"),
    ]
    assert result["figures"] == {"test_accuracy": 0.8712} and result["base"] is None
    assert result["data"] == "sample", "nothing real was loaded"


def test_the_measured_column_is_the_mean_of_runs_on_such_a_device(monkeypatch):
    runs = [("CPU", 0.5), ("CPU", 0.6), ("TPU", 0.9)]
    runs = [{"device_kind": kind, "figures": {"test_accuracy": value}} for kind, value in runs]
    monkeypatch.setattr("course_utils.lesson.report.recorded", lambda *which: runs)
    for kind, mean in (("CPU", "0.5500"), ("TPU", "0.9000"), ("GPU", "0.6667")):
        lesson = Lesson(NAME, "quick", kind, "", "float32")
        assert lesson.report(test_accuracy=0.1).rows()[1][2] == mean
    lesson = Lesson(NAME, "quick", "CPU", "", "float32")
    assert lesson.report(train_accuracy=0.1).rows()[1][2] == "–", "it was not recorded"


def test_the_whole_training_is_that_of_the_recorded_run_in_full(monkeypatch):
    curves = {"fit": {"history": {"loss": [2.0, 1.0]}}, "ex_check": {"training": {"loss": [5.0]}}}
    asked = []
    runs = [{"device_kind": "CPU"}, {"curves": curves}]  # the first is older than curves
    monkeypatch.setattr(
        "course_utils.lesson.start.recorded", lambda *which: asked.append(which) or runs
    )
    lesson = Lesson(NAME, "quick", "CPU", "", "float32")
    assert lesson.whole_training("history") == {"loss": [2.0, 1.0]}
    assert lesson.whole_training("few_history") == {}
    assert asked == [(NAME, "full", "real")] * 2
    assert Lesson(NAME, "full", "CPU", "", "float32").whole_training("history") == {}


def test_report_names_the_bases_of_this_lesson(tmp_path):
    mobilenet = Base("MobileNetV2", "drawn", tmp_path)
    earlier = start(NAME)
    earlier.bases.append(mobilenet)
    lesson = start(NAME)
    assert lesson.report(test_accuracy=0.5).result["base"] is None, "another lesson loaded it"
    lesson.bases.extend([mobilenet, mobilenet, Base("VGG16", "imagenet", tmp_path)])
    base = lesson.report(test_accuracy=0.5).result["base"]
    assert base == "MobileNetV2, drawn base; VGG16, ImageNet weights"


def test_report_refuses_unknown_figures_and_no_numbers():
    lesson = start(NAME)
    with pytest.raises(CourseError, match="Did you mean 'test_accuracy'"):
        lesson.report(tset_accuracy=0.9)
    with pytest.raises(ValueError, match="not a number to report"):
        lesson.report(test_accuracy=float("nan"))


def test_model_is_saved_where_the_output_goes(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_OUTPUT", str(tmp_path))
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    path = start(NAME).save_model(model)
    assert path == tmp_path / "models" / f"{NAME}.keras"
    assert keras.models.load_model(path).count_params() == 3
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(("profile", "side"), [("full", 300), ("quick", 150), ("ci", 100)])
def test_pictures_are_as_large_as_the_profile_has_time_for(profile, side):
    lesson = Lesson("03_horse_or_human", profile, "CPU", "CPU, 2 cores", "float32")
    assert lesson.pixels(300) == side
    assert Lesson(NAME, profile, "CPU", "CPU", "float32").pixels(28) == 28


@pytest.mark.parametrize(
    ("asked", "profile", "base"),
    [
        ("", "full", ("MobileNetV2", 192)),
        ("", "quick", ("MobileNetV2", 96)),
        ("VGG16", "full", ("VGG16", 150)),
        ("vgg16", "ci", ("VGG16", 75)),
    ],
)
def test_the_base_of_a_lesson_is_the_one_asked_for(monkeypatch, asked, profile, base):
    monkeypatch.setenv("COURSE_BASE", asked)
    assert Lesson("06_feature_extraction", profile, "CPU", "", "float32").base() == base


def test_an_unknown_base_is_told(monkeypatch):
    monkeypatch.setenv("COURSE_BASE", "VGG19")
    with pytest.raises(CourseError, match="COURSE_BASE=VGG19 means nothing.*MobileNetV2, VGG16"):
        Lesson("06_feature_extraction", "full", "CPU", "", "float32").base()


def test_other_data_has_another_folder_and_lessons_with_the_same_data_share_one(
    monkeypatch, tmp_path
):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    folders = set()
    for where in ("sample", "real", "real"):
        for name in ("04_cats_vs_dogs_from_scratch", "06_feature_extraction"):
            lesson = Lesson(name, "ci", "CPU", "CPU", "float32")
            lesson.sources.append(Source("cats_vs_dogs", where, tmp_path / where, 0.1))
            folders.add(lesson.folder)
    assert len(folders) == 2 and all(tmp_path in folder.parents for folder in folders)


def test_the_folder_of_a_lesson_keeps_its_name_whatever_is_loaded(monkeypatch):
    monkeypatch.setenv("COURSE_PROFILE", "ci")
    monkeypatch.delenv("COURSE_DATA", raising=False)
    lesson = start("02_mnist_convnet")
    names = [lesson.folder]
    for name in ("fashion_mnist", "mnist"):
        lesson.load_dataset(name)
        names.append(lesson.folder)
    assert len(set(names)) == 1
    kinds = [(source.name, source.kind) for source in lesson.sources]
    assert kinds == [("fashion_mnist", "sample"), ("mnist", "sample")]


@pytest.fixture
def folders(monkeypatch, tmp_path):
    """An empty cache and an empty folder for outputs."""
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COURSE_OUTPUT", str(tmp_path / "output"))
    return tmp_path / "cache" / "models", tmp_path / "output" / "models"


def test_what_another_lesson_has_saved_is_found(monkeypatch, folders, capsys):
    cache, output = folders
    lesson = Lesson("02_mnist_convnet", "ci", "CPU", "CPU", "float32")
    assert lesson.saved_model(NAME) is None
    assert capsys.readouterr().out == "Lesson 01 has saved no model on this machine.\n"
    for width, folder in ((2, cache), (3, output)):
        if folder is cache:
            monkeypatch.delenv("COURSE_OUTPUT")
        else:
            monkeypatch.setenv("COURSE_OUTPUT", str(output.parent))
        model = keras.Sequential([keras.Input((width,)), keras.layers.Dense(1)])
        Lesson(NAME, "ci", "CPU", "CPU", "float32").save_model(model)
        assert lesson.saved_model(NAME).input_shape == (None, width)
        said = capsys.readouterr().out
        assert said.count("\n") == 1 and str(folder / f"{NAME}.keras") in said
    (output / f"{NAME}.keras").unlink()
    assert lesson.saved_model(NAME).input_shape == (None, 2), "the cache comes second"


@pytest.mark.parametrize("share", [0, 0.5, 0.99])
def test_a_damaged_model_is_none_and_the_reason_is_told(folders, capsys, share):
    lesson = Lesson(NAME, "ci", "CPU", "CPU", "float32")
    path = lesson.save_model(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]))
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    assert lesson.saved_model(NAME) is None
    said = capsys.readouterr().out
    assert said.startswith("What lesson 01 has saved cannot be loaded (") and said.count("\n") == 1
    assert f"or delete {path}." in said


def test_a_saved_model_of_no_lesson_is_refused():
    with pytest.raises(CourseError, match="Did you mean '05_augmentation'"):
        Lesson(NAME, "ci", "CPU", "CPU", "float32").saved_model("05_augmentations")
