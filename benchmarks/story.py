"""Does the course's story hold? Its claims, on drawn pictures or on real ones, with several seeds.

    COURSE_DATA=sample .venv/bin/python benchmarks/story.py
    TFDS_DATA_DIR=… KERAS_HOME=… COURSE_DATA=real .venv/bin/python benchmarks/story.py

The protocol. Cats and dogs by file name: numbers 0 to 999 of each class train, 1000 to 1499
validate, 1500 to 1999 test; all resized to 80 × 80. Every network is trained with three seeds and
tested once, after its last epoch; nothing is chosen by its validation or test accuracy. As many
trainings run at a time as there are cores, each in a process that computes with one of them.

from scratch   lesson 04's training: four blocks of convolution and pooling, Dense 512, Dense 1;
               RMSprop 1e-4, batch 20, 30 epochs
augmented      lesson 05's, in part: the same with random flips, rotations, translations and zooms,
               and Dropout 0.5; RMSprop 1e-4, batch 32, 100 epochs
features       frozen MobileNetV2, features computed once; Dense 256, Dropout 0.5, Dense 1;
               RMSprop 1e-3, batch 32, 10 epochs
fine-tuned     the same base and the head of "features", the layers from block_13_expand on trained
               with RMSprop 1e-5, 5 epochs, batch normalisation left in inference mode
digits         lesson 01's dense network (adam, batch 32) and lesson 02's convnet (RMSprop, batch
               64) on mnist, 5 epochs each

Training accuracy is measured like the others: on the pictures as they are, after training.
A claim that does not hold is printed and written down as such.
"""

import concurrent.futures
import functools
import itertools
import multiprocessing
import statistics
import time

import numpy as np

from benchmarks import measure
from course_utils import load_dataset, pretrained_base
from course_utils.machine.device import cores, hardware, import_tensorflow
from course_utils.sources.datasets import source_of
from tools.lesson_source import taught

SIZE = 80
SEEDS = (0, 1, 2)
NETWORKS = (
    *("from scratch", "augmented", "features", "fine-tuned"),
    *("digits, dense", "digits, convnet"),
)
PARTS = {"train": range(1000), "validation": range(1000, 1500), "test": range(1500, 2000)}


@functools.cache
def cats_and_dogs():
    """Return {part: (pictures, labels)}: uint8 (n, SIZE, SIZE, 3), int64 (n,)."""
    import tensorflow as tf

    def resize(element):
        picture = tf.image.resize(element["image"], (SIZE, SIZE), antialias=True)
        number = tf.strings.regex_replace(element["image/filename"], r"\D", "")
        return tf.cast(tf.round(picture), tf.uint8), element["label"], tf.strings.to_number(number)

    dataset = load_dataset("cats_vs_dogs", split="train", as_supervised=False)[0]
    columns = zip(*dataset.map(resize, num_parallel_calls=2).as_numpy_iterator(), strict=True)
    pictures, labels, numbers = (np.stack(column) for column in columns)
    order = np.lexsort((labels, numbers))
    pictures, labels, numbers = pictures[order], labels[order], numbers[order]
    parts = {part: np.isin(numbers, list(wanted)) for part, wanted in PARTS.items()}
    return {part: (pictures[chosen], labels[chosen]) for part, chosen in parts.items()}


def from_scratch(parts, augmented=False):
    """Train lesson 04's network, or lesson 05's; return the accuracy on every part."""
    if augmented:
        return fit(taught("05", "build_network")(SIZE), parts, rate=1e-4, epochs=100)
    return fit(taught("04", "build_network")(SIZE), parts, rate=1e-4, epochs=30, batch=20)


def fit(model, parts, rate, epochs, batch=32):
    """Train; return the accuracy on every part."""
    import keras

    model.compile(
        optimizer=keras.optimizers.RMSprop(rate), loss="binary_crossentropy", metrics=["accuracy"]
    )
    model.fit(*parts["train"], batch_size=batch, epochs=epochs, verbose=0)
    return {part: model.evaluate(*data, verbose=0)[1] for part, data in parts.items()}


def from_features():
    """Train a head on features, then the top of the base with it.

    Returns:
        `(results, base)`: {network: {part: accuracy}} of both networks, and the base in words.
    """
    import keras

    layers = keras.layers
    parts = cats_and_dogs()
    base, preprocess_input = pretrained_base("MobileNetV2", input_shape=(SIZE, SIZE, 3))
    features = {
        part: (base.predict(preprocess_input(x.astype("float32")), verbose=0), y)
        for part, (x, y) in parts.items()
    }
    head = taught("06", "build_head")(features["train"][0].shape[1:])
    with_features = fit(head, features, rate=1e-3, epochs=10)
    base.trainable = True
    first = base.layers.index(base.get_layer("block_13_expand"))
    for number, layer in enumerate(base.layers):
        if number < first or isinstance(layer, layers.BatchNormalization):
            layer.trainable = False  # `training=False` alone is overruled by `fit`
    inputs = keras.Input((SIZE, SIZE, 3))
    scaled = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    model = keras.Model(inputs, head(base(scaled, training=False)))
    fine_tuned = fit(model, parts, rate=1e-5, epochs=5)
    return {"features": with_features, "fine-tuned": fine_tuned}, str(base.course_base)


def digits():
    """Return the test accuracy of lesson 01's dense network and of lesson 02's convnet."""
    datasets = load_dataset("mnist", split=["train", "test"], batch_size=-1)[0]
    accuracies = {}
    for name, model, optimizer, batch, scale in (
        ("digits, dense", taught("01", "new_model")(), "adam", 32, 255),
        ("digits, convnet", taught("02", "model"), "rmsprop", 64, 1),  # which scales by itself
    ):
        (pictures, labels), test = [
            (x.numpy().astype("float32") / scale, y.numpy()) for x, y in datasets
        ]
        model.compile(
            optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"]
        )
        model.fit(pictures, labels, batch_size=batch, epochs=5, verbose=0)
        accuracies[name] = {"test": model.evaluate(*test, verbose=0)[1]}
    return accuracies


def train(task):
    """Train some of the networks with one seed.

    Args:
        task: `(name, seed)`, the name one of `TASKS`.

    Returns:
        `(results, kind, base)`: {network: {part: accuracy}}; "real" or "sample"; the base in
        words, None where none took part.
    """
    import keras

    name, seed = task
    base = None
    keras.utils.set_random_seed(seed)
    if name == "features":
        results, base = from_features()
    elif name == "digits":
        results = digits()
    else:
        results = {name: from_scratch(cats_and_dogs(), augmented=name == "augmented")}
    for network, accuracies in results.items():
        said = ", ".join(f"{part} {value:.3f}" for part, value in accuracies.items())
        print(f"seed {seed}  {network:16}{said}", flush=True)
    kind = source_of("mnist" if name == "digits" else "cats_vs_dogs").kind
    return results, kind, base


TASKS = ("augmented", "from scratch", "features", "digits")
"""What is trained, the longest first."""


def use_one_core():
    tf = import_tensorflow()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def measure_all():
    """Return {network: {part: [accuracy of each seed]}}, the kind of data, and the base."""
    for name in ("cats_vs_dogs", "mnist"):
        load_dataset(name)  # drawn here, where it is missing, and not by every process
    context = multiprocessing.get_context("spawn")  # a fork would take TensorFlow's threads along
    with concurrent.futures.ProcessPoolExecutor(cores(), context, use_one_core) as pool:
        done = list(pool.map(train, itertools.product(TASKS, SEEDS)))
    measured = {network: {} for network in NETWORKS}
    for results, _, _ in done:
        for network, accuracies in results.items():
            for part, accuracy in accuracies.items():
                measured[network].setdefault(part, []).append(round(accuracy, 4))
    kinds = {kind for _, kind, _ in done}
    kind = kinds.pop() if len(kinds) == 1 else "mixed"
    return measured, kind, next(base for _, _, base in done if base)


CLAIMS = (
    "features beat from scratch by at least 10 points",
    "augmentation at least halves the gap between training and validation accuracy",
    "augmentation costs at most 1 point of validation accuracy",
    "fine-tuning is within 1 point of features, or better",
    "from scratch lies between 60 % and 88 %",
    "the convnet makes at most half the errors of the dense network",
)


def claims(measured):
    """Return {claim: (measured value in words, whether it holds)}."""

    def mean(network, part="test"):
        return statistics.mean(measured[network][part])

    def gap(network):
        return mean(network, "train") - mean(network, "validation")

    def told(points):
        return f"{100 * points:+.1f}"

    gain = mean("features") - mean("from scratch")
    before, after = gap("from scratch"), gap("augmented")
    cost = mean("from scratch", "validation") - mean("augmented", "validation")
    tuned = mean("fine-tuned") - mean("features")
    errors = (1 - mean("digits, convnet")) / (1 - mean("digits, dense"))
    scratch = mean("from scratch")
    values = (
        (told(gain), gain >= 0.1),
        (f"{100 * before:.1f} to {100 * after:.1f}", after <= before / 2),
        (told(-cost), cost <= 0.01),
        (told(tuned), tuned >= -0.01),
        (f"{scratch:.1%}", 0.6 <= scratch <= 0.88),
        (f"{errors:.0%}", errors <= 0.5),
    )
    return dict(zip(CLAIMS, values, strict=True))


def main():
    options = measure.parser(__doc__, out=True).parse_args()
    begin = time.perf_counter()
    measured, kind, base = measure_all()
    minutes = (time.perf_counter() - begin) / 60
    found = claims(measured)
    print(f"\n{hardware()}, float32, {minutes:.0f} minutes, {base}")
    for network, parts in measured.items():
        said = ", ".join(
            f"{part} {statistics.mean(v):.3f} ± {statistics.stdev(v):.3f}"
            for part, v in parts.items()
        )
        print(f"{network:16}{said}")
    for claim, (value, holds) in found.items():
        print(f"{'holds' if holds else 'DOES NOT HOLD':14}{claim}: {value}")
    if options.out:
        judged = {claim: {"value": v, "holds": bool(h)} for claim, (v, h) in found.items()}
        about = {"minutes": round(minutes, 1), "base": base} | measure.origin()
        measure.keep(options.out, kind, {"measured": measured, "claims": judged} | about)


if __name__ == "__main__":
    main()
