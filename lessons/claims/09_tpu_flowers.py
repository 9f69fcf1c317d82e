"""What lesson 9 says of its runs."""

from tools.claims import claim

CONTRADICTIONS = {
    "labels shuffled": (
        "ci",
        {
            "pipeline": (
                "train_dataset = train_dataset.prefetch(tf.data.AUTOTUNE)",
                "train_dataset = train_dataset.map(lambda x, y: (x, tf.random.shuffle(y)))",
            )
        },
    ),
    "steps too large": ("ci", {"compile_again": ("1e-5", "0.1")}),
}


@claim(
    "frozen_read",
    "features learned from other pictures tell flowers apart, too",
    false_on="labels shuffled",
)
def frozen_is_far_above_guessing(run):
    accuracy = run.number("frozen_validation_accuracy")
    return {"frozen": accuracy}, accuracy > 0.5


@claim("fine_read", "After it both accuracies climb further", false_on="steps too large")
def both_climb_further(run):
    numbers = {
        f"{name} {metric}": run.last(name, metric)
        for name in ("head_history", "history")
        for metric in ("accuracy", "val_accuracy")
    }
    return numbers, all(
        numbers[f"history {metric}"] > numbers[f"head_history {metric}"] + 0.01
        for metric in ("accuracy", "val_accuracy")
    )


@claim(
    "fine_read",
    "the network ends up better than with the frozen base",
    false_on="steps too large",
)
def whole_base_is_better(run):
    frozen, whole = run.number("frozen_validation_accuracy"), run.number("validation_accuracy")
    return {"frozen": frozen, "whole base": whole}, whole > frozen + 0.01
