"""Lesson 01's training against the published code: pictures a second, both sides in one run.

    TFDS_DATA_DIR=… COURSE_DATA=real .venv/bin/python benchmarks/bench_01.py

The same network, optimizer, batch of 32 and pictures. The published side maps every picture on its
own, repeats, shuffles and batches, without cache or prefetch; ours is lesson 01 itself. The two
take turns, several epochs each; the first epoch of each turn, in which buffers fill and programs
are translated, is left out.
"""

import argparse
import itertools
import statistics
import time

from course_utils import load_dataset, start
from course_utils.machine.device import hardware
from tools.lesson_source import taught

BATCH = 32


def published(datasets, count):
    """Return the published training. Written from its description; the network is the same.

    Returns:
        `(model, dataset, options of fit)`.
    """
    import keras
    import tensorflow as tf

    def normalize(picture, label):
        return tf.cast(picture, tf.float32) / 255, label

    dataset = datasets["train"].map(normalize).repeat().shuffle(60_000).batch(BATCH)
    model = keras.models.clone_model(taught("01", "model"))
    loss = "sparse_categorical_crossentropy"
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    return model, dataset, {"steps_per_epoch": count // BATCH}


def ours(datasets, count):
    """Return the training of lesson 01, as the lesson has it; see `published`."""
    return taught("01", "model"), taught("01", "train_dataset", datasets=datasets), {}


def seconds_of_epochs(model, dataset, epochs, **fit_options):
    """Train; return the seconds of each epoch but the first, from end to end, and the accuracy."""
    import keras

    ends = []
    note = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: ends.append(time.perf_counter())
    )
    history = model.fit(dataset, epochs=epochs, callbacks=[note], verbose=0, **fit_options)
    return [end - begin for begin, end in itertools.pairwise(ends)], history.history["accuracy"][-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=4, help="of each turn, the first left out")
    options = parser.parse_args()
    start("01_fashion_mnist_dense")
    datasets, info = load_dataset("fashion_mnist")
    count = info.splits["train"].num_examples
    speeds = {published: [], ours: []}
    for turn in range(options.turns):
        for side, measured in speeds.items():
            model, dataset, fit_options = side(datasets, count)
            seconds, accuracy = seconds_of_epochs(model, dataset, options.epochs, **fit_options)
            measured += [count / second for second in seconds]
            print(
                f"turn {turn + 1}  {side.__name__:9}  accuracy {accuracy:.3f}  pictures/s "
                + "  ".join(f"{speed:,.0f}" for speed in measured[-len(seconds) :]),
                flush=True,
            )
    medians = {side.__name__: statistics.median(values) for side, values in speeds.items()}
    print(f"\n{hardware()}, float32, batch {BATCH}, {count:,} pictures")
    print(f"published {medians['published']:,.0f} pictures/s, ours {medians['ours']:,.0f}")
    print(f"ratio {medians['ours'] / medians['published']:.1f}")


if __name__ == "__main__":
    main()
