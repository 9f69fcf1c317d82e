"""The start of a lesson: profile, seeds, device; and what it asks for as it goes on."""

import dataclasses
import random
import zlib

from course_utils.errors import unknown_name
from course_utils.lesson.known import LESSONS, called, recorded
from course_utils.lesson.models import SavedModels
from course_utils.lesson.report import Report
from course_utils.machine import keras_settings
from course_utils.machine.device import find_device, import_tensorflow, set_precision
from course_utils.machine.language import in_order, say, say_count
from course_utils.machine.settings import cache_folder, setting, start_seed
from course_utils.machine.settings import profile as profile_for
from course_utils.sources import bases, datasets
from course_utils.sources.weights import NETWORKS


def start(name, seed=None):
    """Begin a lesson: set the seeds, the precision and the profile, and print one line on them.

    The profile is `COURSE_PROFILE`: "full", the published training, is the default where there is
    an accelerator; "quick", a share of it that takes minutes, on a CPU; "ci" runs a few steps.

    Args:
        name: the lesson's name, such as "01_fashion_mnist_dense".
        seed: seeds Python, NumPy and TensorFlow (`keras.utils.set_random_seed`); a whole number
            from 0 to 4,294,967,295, by default `COURSE_START_SEED`, else 1.

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
    seed = start_seed() if seed is None else seed
    import_tensorflow()
    import keras

    kind, device = find_device()
    profile = profile_for(kind)
    precision = set_precision()
    keras.utils.set_random_seed(seed)
    lesson = Lesson(name, profile, kind, device, precision, seed)
    if changed := keras_settings.settle():
        print(
            say(
                "Not what the lessons need, and put right in this notebook alone: {changed}.",
                changed=changed,
            )
        )
    minutes = LESSONS[name]["minutes"][profile]
    line = say_count(
        minutes,
        "Lesson {number}, {title} · profile {profile} · {device} · {precision} "
        "· seed {seed} · about {count} minute",
        "Lesson {number}, {title} · profile {profile} · {device} · {precision} "
        "· seed {seed} · about {count} minutes",
        number=name[:2],
        title=say(LESSONS[name]["title"]),
        profile=profile,
        device=device,
        precision=precision,
        seed=seed,
    )
    print(in_order(line.replace(f"Lesson {name[:2]}", called(name))))  # an appendix is in English
    return lesson


@dataclasses.dataclass(frozen=True)
class Lesson(SavedModels):
    """A lesson that has started.

    Attributes:
        name: its name, such as "01_fashion_mnist_dense".
        profile: "full", "quick" or "ci".
        device_kind: "TPU", "GPU" or "CPU".
        device: the device in words.
        precision: "float32" or "bfloat16".
        seed: what the random numbers were started with.
        sources: a list with a `Source` for each dataset that this lesson has loaded.
        bases: a list with a `Base` for each pretrained network that it has loaded.
    """

    name: str
    profile: str
    device_kind: str
    device: str
    precision: str
    seed: int = 1
    sources: list = dataclasses.field(default_factory=list)
    bases: list = dataclasses.field(default_factory=list)

    def load_dataset(self, name, split=None, as_supervised=True, **options):
        """Return what `course_utils.load_dataset` returns; the lesson keeps its source in mind.

        What is drawn or prepared for a first time takes random numbers of Python's, from which
        Keras makes its seeds: they are given back, so that a first run is like all others.
        """
        state = random.getstate()
        loaded, info, source = datasets.load_with_source(name, split, as_supervised, **options)
        random.setstate(state)
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
        CPU and with other profiles; 1 with a profile that has no share. Never below 1.
        """
        capped = self.profile == "full" and self.device_kind == "CPU"
        share = LESSONS[self.name]["epochs"].get("full_cpu" if capped else self.profile, 0)
        return max(1, round(published * share))

    def pixels(self, published):
        """Return the side of the pictures, where the published one is stated.

        The whole with the full profile; the lesson's share of it with the others, which have less
        time.
        """
        return round(published * LESSONS[self.name].get("pixels", {}).get(self.profile, 1))

    def base(self):
        """Return `(name, side)`: the pretrained base to train with, and the side of its pictures.

        The base is `COURSE_BASE`, by default "MobileNetV2". The side is the published one for it
        or what `pixels` makes of that.

        Raises:
            SettingError: `COURSE_BASE` names no base.
        """
        name = setting("COURSE_BASE", NETWORKS) or "MobileNetV2"
        return name, self.pixels(NETWORKS[name].side)

    def trials(self, *values):
        """Return the values to try, one after the other: all; with the ci profile, the first."""
        return values[:1] if self.profile == "ci" else values

    def whole_training(self, name):
        """Return the curves of the recorded run in full, on real data, to draw beside one's own.

        Args:
            name: the variable that holds the `History` in the lesson, such as "history".

        Returns:
            its `.history`, a dict of lists of one number an epoch; empty where this run is in full
            itself, or none is recorded.
        """
        runs = [] if self.profile == "full" else recorded(self.name, "full", "real")
        curves = [cell for run in runs for cell in run.get("curves", {}).values()]
        found = [cell[name] for cell in curves if name in cell]
        return found[-1] if found else {}

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

    def report(self, **figures):
        """Return a table: each figure as published, as measured on real data, and of this run.

        What was measured is the mean of the recorded runs with the full profile, on a device of
        this kind where there are such runs. Where `COURSE_OUTPUT` is set, this run's figures and
        what they depend on are also written to `results/<lesson>.json` in that folder.

        Args:
            **figures: this run's numbers by the names that the lesson's data file knows, for
                example `test_accuracy=0.87`.

        Raises:
            UnknownNameError: the lesson has no figure of that name.
            ValueError: a figure is no finite number.
        """
        return Report(self, self.sources or self._own_sources(), figures)
