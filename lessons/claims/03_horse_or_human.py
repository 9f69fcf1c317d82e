"""What lesson 3 says of its runs."""

import numpy as np

from tools.claims import claim

CONTRADICTIONS = {
    "no step": (
        "ci",
        {
            "compile": ("learning_rate=0.001", "learning_rate=0.0"),
            "fit": ("lesson.epochs(15)", "3"),
        },
    ),
    "turned round": (
        "quick",
        {
            "pipeline": (
                "validation_files.cache()",
                "validation_files.map(lambda pictures, labels: (pictures, 1 - labels)).cache()",
            ),
            "fit": ("lesson.epochs(15)", "3"),
            "layers_model": ("for layer in model.layers", "for layer in model.layers[::-1]"),
            "ex_bug_run": ('"forgotten": pictures}', '"forgotten": pictures[::-1] / 255}'),
        },
    ),
}


def all_falls(values):
    """Return the sum of all steps down in a list."""
    return float(np.maximum(0, -np.diff(values)).sum())


@claim("curves_read", "The loss falls, the accuracy climbs", false_on="no step")
def it_learns(run):
    losses, accuracies = (run.curve("history", metric) for metric in ("loss", "accuracy"))
    numbers = {"first loss": losses[0], "last": losses[-1], "last accuracy": accuracies[-1]}
    return numbers, losses[-1] < losses[0] / 2 and accuracies[-1] > max(0.85, accuracies[0] + 0.1)


@claim("curves_read", "Now the validation curves. They are less reliable", false_on="no step")
def validation_swings(run):
    training, validation = (
        all_falls(run.curve("history", metric)) for metric in ("accuracy", "val_accuracy")
    )
    return {"all falls, training": training, "validation": validation}, validation > training


@claim(
    "curves_read",
    "on it, the validation accuracy ends close to the training accuracy",
    false_on="turned round",
    when={"data": "sample"},
)
def the_sample_is_kind(run):
    training, validation = (run.last("history", m) for m in ("accuracy", "val_accuracy"))
    return {"training": training, "validation": validation}, training - validation < 0.1


@claim(
    "curves_read", "On the real pictures the two part", false_on="no step", when={"data": "real"}
)
def the_real_ones_part(run):
    training, validation = (run.last("history", m) for m in ("accuracy", "val_accuracy"))
    return {"training": training, "validation": validation}, training - validation > 0.04


@claim(
    "curves_read",
    "grows surer of them, and sure mistakes cost most",
    false_on="no step",
    when={"data": "real"},
)
def surer_of_mistakes(run):
    lowest, last = run.lowest("history", "val_loss"), run.last("history", "val_loss")
    return {"lowest validation loss": lowest, "last": last}, last > 1.5 * lowest


@claim("sparsity_read", "The last convolution gives more zeros than the first", "turned round")
def more_zeros_at_the_end(run):
    first, last = (run.number("sparsity")[place] for place in (0, -2))
    return {"first convolution": first, "last": last}, last > first + 0.02


@claim("ex_bug_read", "No error, no warning, hardly a changed answer", "turned round")
def the_same_answers(run):
    same = np.mean(np.equal(run.number("said divided"), run.number("said forgotten")))
    return {"the same answers": float(same)}, same > 0.85


@claim("ex_bug_read", "so the network is sure of nearly everything", false_on="turned round")
def sure_of_everything(run):
    divided, forgotten = run.number("sure divided"), run.number("sure forgotten")
    return {"sure, divided": divided, "forgotten": forgotten}, forgotten > max(0.95, divided)
