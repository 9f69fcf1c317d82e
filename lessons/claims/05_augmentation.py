"""What lesson 5 says of its runs."""

import numpy as np

from tools.claims import claim

CONTRADICTIONS = {
    "turned round": (
        "quick",
        {
            "model": (
                "build_network(side, learning_rate",
                "build_network(side, augmented=False, dropout=0, learning_rate",
            ),
            "callbacks": ("lesson.epochs(160)", "12"),
            "plain": ("augmented=False, dropout=0, ", ""),
        },
    ),
    "no step": (
        "ci",
        {
            "model": ("learning_rate=learning_rate", "learning_rate=0.0"),
            "callbacks": ("lesson.epochs(160)", "30"),
        },
    ),
}


@claim(
    "curves_read",
    "the training curve leaves the other behind and goes on towards 1",
    false_on="turned round",
)
def left_curves_part(run):
    training, validation = (run.last("plain_history", m) for m in ("accuracy", "val_accuracy"))
    numbers = {"training": training, "validation": validation}
    return numbers, training > 0.85 and validation < training - 0.1


@claim(
    "curves_read",
    "the high points of the validation curve keep up with it",
    false_on="turned round",
)
def right_curves_stay_together(run):
    training = run.highest("history", "accuracy")
    validation = run.highest("history", "val_accuracy")
    numbers = {"highest, training": training, "validation": validation}
    return numbers, validation > training - 0.05


@claim("curves_read", "Between those points the validation curve swings", false_on="no step")
def right_curve_swings(run):
    falls = {}
    for name, metric in (("training", "accuracy"), ("validation", "val_accuracy")):
        steps = np.diff(run.curve("history", metric))
        falls[f"all falls, {name}"] = float(np.maximum(0, -steps).sum())
    training, validation = falls.values()
    return falls, validation > 1.5 * training


@claim("gap_title", "it makes the network look worse than it is", false_on="no step")
def a_harder_exam(run):
    changed = run.curve("history", "accuracy")[int(run.number("best_epoch"))]
    as_they_are = run.number("training_accuracy")
    return {"changed": changed, "as they are": as_they_are}, as_they_are > changed + 0.01


@claim("gap_read", "that gap is several times as wide", false_on="turned round")
def the_gap_is_closed(run):
    gaps = {
        name: run.number(f"{own}training_accuracy") - run.number(f"{own}validation_accuracy")
        for name, own in (("gap", ""), ("without", "plain_"))
    }
    return gaps, gaps["without"] > 0.1 and gaps["without"] > 2.5 * gaps["gap"]


@claim("gap_read", "the right one climbs higher", false_on="no step")
def validation_is_better(run):
    left, right = (run.highest(name, "val_accuracy") for name in ("plain_history", "history"))
    return {"left": left, "right": right}, right > left + 0.02


@claim("gap_read", "its curves stay near 0.5, the accuracy of guessing", "turned round")
def nothing_at_first(run):
    training = max(run.curve("history", "accuracy")[:5])
    return {"training, five epochs": training}, training < 0.58


@claim("gap_read", "At epoch 10 you would have called augmentation a mistake", "turned round")
def a_mistake_at_first(run):
    left, right = (
        max(run.curve(name, "val_accuracy")[:10]) for name in ("plain_history", "history")
    )
    return {"left": left, "right": right}, right < left - 0.02


@claim("gap_read", "the training curve on the right still rises", false_on="no step")
def still_rising(run):
    parts = np.array_split(run.curve("history", "accuracy"), 5)
    before, last = (float(np.mean(part)) for part in parts[-2:])
    return {"last fifth but one": before, "last fifth": last}, last > before + 0.003


@claim("dropout_why", "so the training curve gets worse", false_on="turned round")
def training_is_harder(run):
    plain = run.curve("plain_history", "accuracy")
    training = run.curve("history", "accuracy")[len(plain) - 1]
    return {"without": plain[-1], "with, at the same epoch": training}, training < plain[-1] - 0.1
