"""Lessons 03 and 04, training from folders of pictures: the course against the published code.

    TFDS_DATA_DIR=… COURSE_DATA=real .venv/bin/python benchmarks/bench_03_04.py 03 \
        --precision bfloat16

The same files, network, optimizer and batch: horses and humans at 300 × 300 in batches of 128, or
cats and dogs, 1,000 of each, at 150 × 150 in batches of 20. The published side reads them with
`ImageDataGenerator` and scales them there; ours is the pipeline of the lessons, with `Rescaling` in
the model. `--precision bfloat16` trains ours once more in that precision (COURSE_PRECISION), and
`--jit` once more with `jit_compile=True`. The sides take turns, several epochs each, over all
pictures; the first epoch of each turn, in which programs are translated and caches fill, is left
out. Where others use the machine at the same time, the processor's time is the steadier measure.
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
from course_utils.datasets import sources
from course_utils.device import hardware, import_tensorflow, set_precision
from course_utils.stopping import stop_when_asked

LESSONS = {
    "03": {
        "dataset": "horses_or_humans",
        "splits": None,
        "side": 300,
        "batch": 128,
        "filters": (16, 32, 64, 64, 64),
        "rate": 1e-3,
    },
    "04": {
        "dataset": "cats_vs_dogs",
        "splits": {"train": 1000},
        "side": 150,
        "batch": 20,
        "filters": (32, 64, 128, 128),
        "rate": 1e-4,
    },
}


def write_pictures(dataset, splits, folder):
    """Write the training pictures, a folder for each class; return where they are."""
    datasets, info = load_dataset(dataset, split={"train": "train"}, as_supervised=False)
    return write_class_folders(datasets, info.features["label"].names, folder, splits) / "train"


def published(folder, side, batch):
    """Return the published pipeline, written from its description, and its layers for scaling."""
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    generator = ImageDataGenerator(rescale=1 / 255)
    files = generator.flow_from_directory(
        folder, target_size=(side, side), batch_size=batch, class_mode="binary"
    )
    return files, []


def ours(folder, side, batch):
    """Return the pipeline of the lesson, and its layer for scaling."""
    import keras
    import tensorflow as tf

    whole_batches = side == 300  # lesson 03 keeps batches and mixes them; lesson 04 pictures
    files = keras.utils.image_dataset_from_directory(
        folder,
        image_size=(side, side),
        batch_size=batch if whole_batches else None,
        label_mode="binary",
        shuffle=whole_batches,
        verbose=False,
    )
    dataset = files.cache()
    dataset = dataset.shuffle(100) if whole_batches else dataset.shuffle(2_000).batch(batch)
    return dataset.prefetch(tf.data.AUTOTUNE), [keras.layers.Rescaling(1 / 255)]


def new_model(side, filters, rate, scaling, **compile_options):
    import keras

    model = keras.Sequential([keras.Input((side, side, 3)), *scaling])
    for count in filters:
        model.add(keras.layers.Conv2D(count, 3, activation="relu"))
        model.add(keras.layers.MaxPooling2D(2))
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(512, activation="relu"))
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    model.compile(
        optimizer=keras.optimizers.RMSprop(learning_rate=rate),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        **compile_options,
    )
    return model


def train(pipeline, lesson, folder, epochs, precision="float32", **compile_options):
    """Return (seconds, processor seconds) of each epoch but the first, and the last accuracy."""
    import keras

    keras.backend.clear_session()  # which also forgets the precision
    os.environ["COURSE_PRECISION"] = precision
    set_precision()
    dataset, scaling = pipeline(folder, lesson["side"], lesson["batch"])
    model = new_model(lesson["side"], lesson["filters"], lesson["rate"], scaling, **compile_options)
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
        measure(LESSONS[options.lesson], Path(place) / "pictures", options)


def measure(lesson, place, options):
    """Let the sides take turns, and print the seconds and what they come to."""
    folder = write_pictures(lesson["dataset"], lesson["splits"], place)
    count = sum(1 for _ in folder.glob("*/*.jpg"))
    sides = {
        "published": functools.partial(train, published),
        "ours": functools.partial(train, ours),
    }
    if options.precision == "bfloat16":
        sides["ours, bfloat16"] = functools.partial(train, ours, precision="bfloat16")
    if options.jit:
        sides["ours, jit"] = functools.partial(train, ours, jit_compile=True)
    epochs = {name: [] for name in sides}
    for turn in range(options.turns):
        for name, side in sides.items():
            seconds, accuracy = side(lesson, folder, options.epochs)
            epochs[name] += seconds
            said = "  ".join(f"{wall:.1f} ({cpu:.1f})" for wall, cpu in seconds)
            print(
                f"turn {turn + 1}  {name:15} accuracy {accuracy:.3f}  seconds (processor) {said}",
                flush=True,
            )
    print(f"\n{hardware()}, batch {lesson['batch']}, {count:,} pictures, {sources()[-1].kind} data")
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
