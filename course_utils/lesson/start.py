"""The start of a lesson: profile, seeds, device; and its end: the report."""

import dataclasses
import datetime
import json
import math
import platform
import zlib
from importlib import import_module
from pathlib import Path

from course_utils.errors import DataError, unknown_name
from course_utils.lesson.tables import Table
from course_utils.machine import keras_settings
from course_utils.machine.device import find_device, hardware, import_tensorflow, set_precision
from course_utils.machine.settings import cache_folder, folder_in, setting
from course_utils.machine.settings import profile as profile_for
from course_utils.sources import bases, datasets
from course_utils.store import explain_failed_writing, whole_file

ALL_LESSONS = json.loads((Path(__file__).parent / "lessons.json").read_text(encoding="utf-8"))
"""Each lesson's title, expected minutes, share of the epochs, published and measured figures."""

LESSONS = {name: lesson for name, lesson in ALL_LESSONS.items() if "figures" in lesson}
"""The lessons that can be started; those in preparation have no figures yet."""


def start(name, seed=1):
    """Begin a lesson: set the seeds, the precision and the profile, and print one line on them.

    The profile is `COURSE_PROFILE`: "full", the published training, is the default where there is
    an accelerator; "quick", a share of it that takes minutes, on a CPU; "ci" runs a few steps.

    Args:
        name: the lesson's name, such as "01_fashion_mnist_dense".
        seed: seeds Python, NumPy and TensorFlow (`keras.utils.set_random_seed`).

    Returns:
        The `Lesson`.

    Raises:
        UnknownNameError: there is no such lesson.
        SettingError: a variable of the course has a value that means nothing.
        MissingPackageError: TensorFlow is missing or too old.
    """
    if name not in LESSONS:
        raise unknown_name("lesson", name, LESSONS)
    for variable in ("COURSE_PROFILE", "COURSE_DATA"):
        setting(variable)  # a wrong value is told now, not after minutes
    import_tensorflow()
    import keras

    kind, device = find_device()
    profile = profile_for(kind)
    precision = set_precision()
    keras.utils.set_random_seed(seed)
    lesson = Lesson(name, profile, kind, device, precision)
    if changed := keras_settings.settle():
        print(f"Not what the lessons need, and put right in this notebook alone: {changed}.")
    minutes = LESSONS[name]["minutes"][profile]
    print(
        f"Lesson {name[:2]}, {LESSONS[name]['title']} · profile {profile} · {device} · {precision}"
        f" · seed {seed} · about {minutes} minute{'s' if minutes != 1 else ''}"
    )
    return lesson


@dataclasses.dataclass(frozen=True)
class Lesson:
    """A lesson that has started.

    Attributes:
        name: its name, such as "01_fashion_mnist_dense".
        profile: "full", "quick" or "ci".
        device_kind: "TPU", "GPU" or "CPU".
        device: the device in words.
        precision: "float32" or "bfloat16".
        sources: a list with a `Source` for each dataset that this lesson has loaded.
        bases: a list with a `Base` for each pretrained network that it has loaded.
    """

    name: str
    profile: str
    device_kind: str
    device: str
    precision: str
    sources: list = dataclasses.field(default_factory=list)
    bases: list = dataclasses.field(default_factory=list)

    def load_dataset(self, name, split=None, as_supervised=True, **options):
        """Return what `course_utils.load_dataset` returns; the lesson keeps its source in mind."""
        loaded, info, source = datasets.load_with_source(name, split, as_supervised, **options)
        self.sources.append(source)
        return loaded, info

    def pretrained_base(self, name, input_shape=(224, 224, 3), include_top=False):
        """Return what `course_utils.pretrained_base` returns; the lesson keeps it in mind."""
        model, preprocess_input, base = bases.load_with_base(name, input_shape, include_top)
        self.bases.append(base)
        return model, preprocess_input

    def epochs(self, published):
        """Return how many epochs this profile trains for, where `published` are stated.

        The whole number with the full profile on an accelerator; the lesson's share of it on a
        CPU and with the quick profile; 1 with the ci profile. Never below 1.
        """
        if self.profile == "ci":
            return 1
        capped = self.profile == "full" and self.device_kind == "CPU"
        share = LESSONS[self.name]["epochs"]["full_cpu" if capped else self.profile]
        return max(1, round(published * share))

    def pixels(self, published):
        """Return the side of the pictures, where the published one is stated.

        The whole with the full profile; the lesson's share of it with the others, which have less
        time.
        """
        return round(published * LESSONS[self.name].get("pixels", {}).get(self.profile, 1))

    def base(self):
        """Return `(name, side)`: the pretrained base to train with, and the side of its pictures.

        The base is `COURSE_BASE`, by default "MobileNetV2". The side is the published one for it,
        192 or, for VGG16, 150, or what `pixels` makes of that.

        Raises:
            SettingError: `COURSE_BASE` names no base.
        """
        name = setting("COURSE_BASE") or "MobileNetV2"
        return name, self.pixels({"MobileNetV2": 192, "VGG16": 150}[name])

    def trials(self, *values):
        """Return the values to try, one after the other: all; with the ci profile, the first."""
        return values[:1] if self.profile == "ci" else values

    @property
    def folder(self):
        """A folder for the files made of the lesson's own dataset, a `Path` in the course's cache.

        Lessons with the same data share it; other data, such as a sample in place of the real
        pictures, has another.
        """
        places = " ".join(str(source.folder) for source in self._own_sources())
        own = "+".join(LESSONS[self.name]["datasets"])
        return cache_folder() / "lessons" / f"{own}-{zlib.crc32(places.encode()):08x}"

    def _own_sources(self):
        """Return the `Source` of each of the lesson's datasets: as loaded, else as it would be."""
        loaded = {source.name: source for source in self.sources}
        return [loaded.get(n) or datasets.source_of(n) for n in LESSONS[self.name]["datasets"]]

    @property
    def model_path(self):
        """Where the lesson saves its trained model, a `Path` that ends in `.keras`.

        Under `COURSE_OUTPUT` where that is set, else in the course's cache folder.
        """
        folder = _output_folder("models")
        return folder / f"{self.name}.keras"

    def save_model(self, model):
        """Save a Keras model to `model_path` with `model.save` and return that path.

        The file is written aside and renamed, so that what lies there is always whole.
        """
        path = self.model_path
        try:
            with whole_file(path) as aside:
                model.save(aside)
        except OSError as error:
            raise explain_failed_writing(
                error, "Saving the model", path.parent, "or set COURSE_CACHE to another disk"
            ) from None
        return path

    def saved_model(self, name):
        """Return the model that another lesson has saved, or None; a printed line says which.

        It lies where `save_model` of that lesson put it: under `COURSE_OUTPUT` where that is set
        and has it, else in the course's cache folder. None where there is no such file, or where
        it is damaged or of another version of Keras.

        Args:
            name: the other lesson's name, such as "05_augmentation".

        Raises:
            UnknownNameError: there is no such lesson.
        """
        if name not in LESSONS:
            raise unknown_name("lesson", name, LESSONS)
        folders = [self.model_path.parent, cache_folder() / "models"]
        path = next((f / f"{name}.keras" for f in folders if (f / f"{name}.keras").exists()), None)
        if path is None:
            print(f"Lesson {name[:2]} has saved no model on this machine.")
            return None
        import keras

        try:
            model = keras.models.load_model(path)
            day = datetime.date.fromtimestamp(path.stat().st_mtime)
        except Exception as error:  # Keras, zipfile and h5py raise many kinds for a damaged file
            reason = (str(error).strip() or type(error).__name__).split("\n")[0]
            print(
                f"What lesson {name[:2]} has saved cannot be loaded ({reason}). "
                f"Run that lesson again, or delete {path}."
            )
            return None
        print(f"The model that lesson {name[:2]} saved on {day}, from {path}")
        return model

    def report(self, **figures):
        """Return a table: each figure as published, as measured on real data, and of this run.

        Where `COURSE_OUTPUT` is set, the figures and what they depend on are also written to
        `results/<lesson>.json` in that folder.

        Args:
            **figures: this run's numbers by the names that the lesson's data file knows, for
                example `test_accuracy=0.87`.

        Raises:
            UnknownNameError: the lesson has no figure of that name.
            ValueError: a figure is no finite number.
        """
        known = LESSONS[self.name]["figures"]
        for figure, value in figures.items():
            if figure not in known:
                raise unknown_name(f"figure of lesson {self.name}", figure, known)
            if not math.isfinite(value):
                raise ValueError(f"{figure} is {value}, not a number to report.")
        kinds = {source.kind for source in self.sources or self._own_sources()}
        result = {
            "lesson": self.name,
            "profile": self.profile,
            "data": "real" if kinds == {"real"} else "sample",
            "base": "; ".join(sorted({str(base) for base in self.bases})) or None,
            "device": self.device,
            "precision": self.precision,
            "seconds": None,  # `make lesson` knows it when the last cell has run
            "data_seconds": round(sum(s.seconds for s in self.sources), 2),
            "versions": _versions(),
            "hardware": hardware(),
            "date": datetime.date.today().isoformat(),
            "figures": {figure: round(float(value), 4) for figure, value in figures.items()},
        }
        if folder_in("COURSE_OUTPUT"):
            with whole_file(_output_folder("results") / f"{self.name}.json") as aside:
                aside.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
        return Report(result)


def _output_folder(name):
    """Return a folder for what a lesson leaves, made if it is missing."""
    folder = (folder_in("COURSE_OUTPUT") or cache_folder()) / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"The folder {folder} cannot be made ({error.strerror or error}). COURSE_OUTPUT names "
            "where a lesson leaves its results; unset it, or name a folder that you can write to."
        ) from None
    return folder


def _versions():
    """Return the versions that a result depends on."""
    modules = [import_module(name) for name in ("tensorflow", "keras", "numpy")]
    versions = {module.__name__: module.__version__ for module in modules}
    return {"python": platform.python_version()} | versions


class Report(Table):
    """The table at the end of a lesson, from what `Lesson.report` collected.

    Attributes:
        result: the dict that stands in the results file.
    """

    def __init__(self, result):
        self.result = result
        which = "real data" if result["data"] == "real" else "drawn sample"
        head = ["", "published", "measured on real data"]
        rows = [[*head, f"this run ({which}, profile {result['profile']})"]]
        known = LESSONS[result["lesson"]]["figures"]
        for figure, value in result["figures"].items():
            published = known[figure].get("published", {}).get("value")
            measured = known[figure].get("measured", {}).get("real", {}).get("value")
            numbers = ["–" if n is None else f"{n:.4f}" for n in (published, measured, value)]
            rows.append([known[figure]["name"], *numbers])
        super().__init__(rows)
