"""Trainings of lessons 01, 03 and 04 against the published code: both sides in one run.

    TFDS_DATA_DIR=… COURSE_DATA=real .venv/bin/python benchmarks/bench_training.py 03 \
        --precision bfloat16

The same pictures, network, optimizer and batch: all of Fashion-MNIST in batches of 32; horses and
humans at 300 × 300 in batches of 128; cats and dogs, 1,000 of each, at 150 × 150 in batches of 20.
The published side of lesson 01 maps every picture on its own, repeats, shuffles and batches,
without cache or prefetch; that of 03 and 04 reads files with `ImageDataGenerator` and scales them
there. Ours is the lesson itself, network and pipeline, with pictures and batches of those sizes.
`--precision bfloat16` trains ours once more in that precision (COURSE_PRECISION), and `--jit` once
more with `jit_compile=True`. The sides take turns, several epochs each, over all pictures; the
first epoch of each turn, in which programs are translated and caches fill, is left out. Where
others use the machine at the same time, the processor's time is the steadier measure.
"""

import functools
import os
import tempfile
from pathlib import Path

from benchmarks import measure
from course_utils import load_dataset, write_class_folders
from course_utils.machine.device import import_tensorflow, set_precision
from course_utils.machine.stopping import stop_when_asked
from course_utils.sources.datasets import source_of
from tools.lesson_source import taught

LESSONS = {
    "01": {"dataset": "fashion_mnist", "splits": None, "side": 28, "batch": 32},
    "03": {"dataset": "horses_or_humans", "splits": None, "side": 300, "batch": 128},
    "04": {"dataset": "cats_vs_dogs", "splits": {"train": 1000}, "side": 150, "batch": 20},
}


def published(number, data, count):
    """Return the published pipeline, written from its description, and the lesson's network.

    Returns:
        `(model, dataset, options of fit)`; the pictures are scaled as they are read.
    """
    import keras
    import tensorflow as tf
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    side, batch = LESSONS[number]["side"], LESSONS[number]["batch"]
    taught_model = taught(number, "model", side=side)
    if number == "01":
        model = keras.models.clone_model(taught_model)
        model.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])

        def normalize(picture, label):
            return tf.cast(picture, tf.float32) / 255, label

        dataset = data["train"].map(normalize).repeat().shuffle(60_000).batch(batch)
        return model, dataset, {"steps_per_epoch": count // batch}
    generator = ImageDataGenerator(rescale=1 / 255)
    files = generator.flow_from_directory(
        data / "train", target_size=(side, side), batch_size=batch, class_mode="binary"
    )
    _, *layers = taught_model.layers  # the first one scales
    model = keras.Sequential([keras.Input((side, side, 3)), *layers])
    model.compile_from_config(taught_model.get_compile_config())
    return model, files, {}


def ours(number, data, count):
    """Return the network and the pipeline of the lesson, as the lesson has them."""
    if number == "01":
        return taught(number, "model"), taught(number, "train_dataset", datasets=data), {}
    side, batch = LESSONS[number]["side"], LESSONS[number]["batch"]
    names = sorted(place.name for place in (data / "train").iterdir())
    given = {"folder": data, "side": side, "class_names": names}
    if number == "03":  # whose batches of 32 are cached; as many pictures as on the other side
        files = taught(number, "from_folder", **given)("train")
        given["train_files"] = files.unbatch().batch(batch)
    model = taught(number, "model", side=side)
    return model, taught(number, "train_dataset", **given), {}


def train(side, number, data, count, epochs, precision="float32", jit=False):
    """Train a side anew; return what `measure.epochs` does."""
    import keras

    keras.backend.clear_session()  # which also forgets the precision
    os.environ["COURSE_PRECISION"] = precision
    set_precision()
    model, dataset, options = side(number, data, count)
    if jit:
        model.compile_from_config(model.get_compile_config() | {"jit_compile": True})
    return measure.epochs(model, dataset, epochs, **options)


def main():
    parser = measure.parser(__doc__, turns=2)
    parser.add_argument("lesson", choices=LESSONS)
    parser.add_argument("--epochs", type=int, default=3, help="of each turn, the first left out")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--jit", action="store_true", help="ours with jit_compile=True as well")
    options = parser.parse_args()
    import_tensorflow()
    number, lesson = options.lesson, LESSONS[options.lesson]
    supervised = number == "01"  # whose pictures need no files
    with tempfile.TemporaryDirectory() as place:
        data, info = load_dataset(
            lesson["dataset"], split={"train": "train"}, as_supervised=supervised
        )
        count = info.splits["train"].num_examples
        if not supervised:
            names = info.features["label"].names
            data = write_class_folders(data, names, Path(place) / "pictures", lesson["splits"])
            count = sum(1 for _ in data.glob("*/*/*.jpg"))
        side = functools.partial(
            train, number=number, data=data, count=count, epochs=options.epochs
        )
        sides = {"published": lambda: side(published), "ours": lambda: side(ours)}
        if options.precision == "bfloat16":
            sides["ours, bfloat16"] = lambda: side(ours, precision="bfloat16")
        if options.jit:
            sides["ours, jit"] = lambda: side(ours, jit=True)
        times = measure.take_turns(sides, options.turns)
        about = f"{source_of(lesson['dataset']).kind} data, batch {lesson['batch']}"
        measure.tell(times, count, about)


if __name__ == "__main__":
    stop_when_asked()  # its temporary folder goes with it
    main()
