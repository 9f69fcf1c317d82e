"""Does lesson 2's convnet, trained on drawn digits alone, read the digits of people?

    TFDS_DATA_DIR=… .venv/bin/python benchmarks/bench_digits.py --out benchmarks/digits.json

The protocol. The network and the training of the lesson in the quick profile, on its drawn sample,
with three seeds: five epochs, nothing chosen by its accuracy. Then it is tested once on the 10,000
pictures of MNIST's test set, which it has never seen.
"""

import os

from benchmarks import measure
from course_utils import load_dataset, start
from course_utils.machine.stopping import stop_when_asked
from tools.lesson_source import taught

SEEDS = (1, 2, 3)


def accuracy(seed):
    """Train with a seed on the drawn sample; return the accuracy on MNIST's test set."""
    os.environ |= {"COURSE_START_SEED": str(seed), "COURSE_DATA": "sample"}
    lesson = start("02_mnist_convnet")
    datasets, info = lesson.load_dataset("mnist")
    model = taught("02", "model")
    given = {"datasets": datasets, "held_back": info.splits["train"].num_examples // 12}
    train_dataset = taught("02", "train_dataset", **given)
    model.compile("rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(train_dataset, epochs=lesson.epochs(5), verbose=2)
    os.environ["COURSE_DATA"] = "real"
    people = load_dataset("mnist", split="test")[0]
    return model.evaluate(people.batch(64), verbose=0)[1]


def main():
    parser = measure.parser(__doc__, out=True)
    options = parser.parse_args()
    os.environ |= {"COURSE_PROFILE": "quick", "COURSE_PRECISION": ""}
    accuracies = {f"seed {seed}": round(accuracy(seed), 4) for seed in SEEDS}
    print(accuracies)
    if options.out:
        found = measure.origin() | {"trained on": "the drawn sample", "accuracy": accuracies}
        measure.keep(options.out, "real", found)


if __name__ == "__main__":
    stop_when_asked()
    main()
