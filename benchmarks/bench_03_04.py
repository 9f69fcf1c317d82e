"""Lessons 03 and 04, training from folders of pictures: the course against the published code.

    TFDS_DATA_DIR=… COURSE_DATA=real .venv/bin/python benchmarks/bench_03_04.py 03 \
        --precision bfloat16

The same files, network, optimizer and batch: horses and humans at 300 × 300 in batches of 128, or
cats and dogs, 1,000 of each, at 150 × 150 in batches of 20. The published side reads them with
`ImageDataGenerator` and scales them there; ours is the lesson itself, network and pipeline, with
pictures and batches of those sizes. `--precision bfloat16` trains ours once more in that precision
(COURSE_PRECISION), and `--jit` once more with `jit_compile=True`. The sides take turns, several
epochs each, over all pictures; the first epoch of each turn, in which programs are translated and
caches fill, is left out. Where others use the machine at the same time, the processor's time is
the steadier measure.
"""

import argparse
import functools
import itertools
import os
import statistics
import tempfile
import time
from pathlib import Path

from course_utils import load_dataset, write_class_folders
from course_utils.machine.device import hardware, import_tensorflow, set_precision
from course_utils.machine.stopping import stop_when_asked
from course_utils.sources.datasets import source_of
from tools.lesson_source import taught

LESSONS = {
    "03": {
        "dataset": "horses_or_humans",
        "splits": None,
        "side": 300,
        "batch": 128,
    },
    "04": {
        "dataset": "cats_vs_dogs",
        "splits": {"train": 1000},
        "side": 150,
        "batch": 20,
    },
}


def write_pictures(dataset, splits, folder):
    """Write the training pictures, a folder for each class; return where they are."""
    datasets, info = load_dataset(dataset, split={"train": "train"}, as_supervised=False)
    return write_class_folders(datasets, info.features["label"].names, folder, splits) / "train"


def published(number, lesson, folder):
    """Return the published pipeline, written from its description, and the lesson's network.

    Returns:
        `(model, dataset)`; the pictures are scaled as they are read, and not in the network.
    """
    import keras
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    side = lesson["side"]
    generator = ImageDataGenerator(rescale=1 / 255)
    files = generator.flow_from_directory(
        folder, target_size=(side, side), batch_size=lesson["batch"], class_mode="binary"
    )
    taught_model = taught(number, "model", side=side)
    _, *layers = taught_model.layers  # the first one scales
    model = keras.Sequential([keras.Input((side, side, 3)), *layers])
    model.compile_from_config(taught_model.get_compile_config())
    return model, files


def ours(number, lesson, folder):
    """Return the network and the pipeline of the lesson, as the lesson has them."""
    given = {"folder": folder.parent, "side": lesson["side"]}
    given["class_names"] = sorted(place.name for place in folder.iterdir())
    if number == "03":  # whose batches of 32 are cached; as many pictures as on the other side
        files = taught(number, "from_folder", **given)(folder.name)
        given["train_files"] = files.unbatch().batch(lesson["batch"])
    model = taught(number, "model", side=lesson["side"])
    return model, taught(number, "train_dataset", **given)


def train(side, number, folder, epochs, precision="float32", jit=False):
    """Return (seconds, processor seconds) of each epoch but the first, and the last accuracy."""
    import keras

    keras.backend.clear_session()  # which also forgets the precision
    os.environ["COURSE_PRECISION"] = precision
    set_precision()
    model, dataset = side(number, LESSONS[number], folder)
    if jit:
        model.compile_from_config(model.get_compile_config() | {"jit_compile": True})
    ends = []
    note = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: ends.append((time.perf_counter(), time.process_time()))
    )
    history = model.fit(dataset, epochs=epochs, callbacks=[note], verbose=0)
    seconds = [
        (second[0] - first[0], second[1] - first[1]) for first, second in itertools.pairwise(ends)
    ]
    return seconds, history.history["accuracy"][-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("lesson", choices=LESSONS)
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=3, help="of each turn, the first left out")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--jit", action="store_true", help="ours with jit_compile=True as well")
    options = parser.parse_args()
    import_tensorflow()
    with tempfile.TemporaryDirectory() as place:
        measure(options.lesson, Path(place) / "pictures", options)


def measure(number, place, options):
    """Let the sides take turns, and print the seconds and what they come to."""
    lesson = LESSONS[number]
    folder = write_pictures(lesson["dataset"], lesson["splits"], place)
    count = sum(1 for _ in folder.glob("*/*.jpg"))
    sides = {
        "published": functools.partial(train, published),
        "ours": functools.partial(train, ours),
    }
    if options.precision == "bfloat16":
        sides["ours, bfloat16"] = functools.partial(train, ours, precision="bfloat16")
    if options.jit:
        sides["ours, jit"] = functools.partial(train, ours, jit=True)
    epochs = {name: [] for name in sides}
    for turn in range(options.turns):
        for name, side in sides.items():
            seconds, accuracy = side(number, folder, options.epochs)
            epochs[name] += seconds
            said = "  ".join(f"{wall:.1f} ({cpu:.1f})" for wall, cpu in seconds)
            print(
                f"turn {turn + 1}  {name:15} accuracy {accuracy:.3f}  seconds (processor) {said}",
                flush=True,
            )
    kind = source_of(lesson["dataset"]).kind
    print(f"\n{hardware()}, batch {lesson['batch']}, {count:,} pictures, {kind} data")
    print("medians of an epoch; times as fast as published, by the clock and by processor time")
    medians = {
        name: [statistics.median(column) for column in zip(*values, strict=True)]
        for name, values in epochs.items()
    }
    for name, (wall, cpu) in medians.items():
        by_wall, by_cpu = medians["published"][0] / wall, medians["published"][1] / cpu
        print(
            f"{name:15} {count / wall:6.1f} pictures/s  {wall:5.1f} s  {by_wall:.2f}"
            f"  processor {cpu:5.1f} s  {by_cpu:.2f}"
        )


if __name__ == "__main__":
    stop_when_asked()  # its temporary folder goes with it
    main()
