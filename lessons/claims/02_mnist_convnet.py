"""What lesson 2 says of its runs."""

import numpy as np

from tools.claims import claim

CONTRADICTIONS = {
    "one batch for the convnet": (
        "ci",
        {
            "fit": ("train_dataset, validation_data", "train_dataset.take(1), validation_data"),
            "moving": ("tf.roll(pictures, columns, 2)", "tf.roll(pictures, 0, 2)"),
        },
    ),
    "64 pictures": (
        "ci",
        {
            "pipeline": ('["train"].skip(held_back)', '["train"].skip(held_back).take(64)'),
            "dense_fit": ("lesson.epochs(5)", "40"),
            "fit": ("lesson.epochs(5)", "40"),
        },
    ),
}


@claim("train_title", "the same loss, the same optimizer, five epochs", "one batch for the convnet")
def the_same_training(run):
    same = run.number("same_training")
    return {"the same settings and steps": same}, same


@claim(
    "fit_read",
    "The convnet is ahead after every epoch, on the pictures that it learns from and on those that "
    "it does not",
    false_on="one batch for the convnet",
)
def ahead_after_every_epoch(run):
    least = {}
    for name, metric in (("training", "accuracy"), ("validation", "val_accuracy")):
        dense, convnet = (run.curve(network, metric) for network in ("dense_history", "history"))
        least[f"least lead, {name}"] = min(b - a for a, b in zip(dense, convnet, strict=True))
    return least, min(least.values()) > 0


@claim(
    "fit_read",
    "each is nearly as good on the pictures held back as on those that it learns from",
    false_on="64 pictures",
)
def nothing_by_heart(run):
    gaps = {
        f"gap, {name}": run.last(network, "accuracy") - run.last(network, "val_accuracy")
        for name, network in (("dense", "dense_history"), ("convnet", "history"))
    }
    return gaps, max(gaps.values()) < 0.03


@claim(
    "published_intro",
    "More than half of the dense network's errors are gone",
    false_on="one batch for the convnet",
)
def half_of_the_errors(run):
    dense, convnet = (1 - run.number(f"{own}test_accuracy") for own in ("dense_", ""))
    return {"wrong, dense": dense, "convnet": convnet}, convnet < dense / 2


@claim("moving_read", "and both get worse", false_on="one batch for the convnet")
def moved_digits_are_harder(run):
    (dense, convnet), moved = run.number("moved_wrong 0"), run.number("moved_wrong 4")
    numbers = {"more wrong, dense": moved[0] - dense, "convnet": moved[1] - convnet}
    return numbers, min(numbers.values()) > 0.02


@claim(
    "moving_read",
    "the convnet has less than two thirds of the dense network's errors",
    false_on="one batch for the convnet",
)
def convnet_bears_moves(run):
    dense, convnet = run.number("moved_wrong 4")
    return {"wrong, dense": dense, "convnet": convnet}, convnet < dense * 2 / 3


@claim("kernels_read", "Some are bright on one side and dark on the other", "64 pictures")
def some_find_edges(run):
    weights = np.array(run.number("learned_kernels")) - 0.5  # 0 is grey
    slopes = [(weights.sum(axis) @ [-1, 0, 1]) ** 2 / 6 for axis in (1, 2)]
    found = int(np.sum(sum(slopes) > 0.5 * np.sum(weights**2, axis=(1, 2))))
    return {"kernels that are mostly a slope": found}, found >= 8
