"""What lesson 4 says of its runs."""

import numpy as np

from tools.claims import claim

CONTRADICTIONS = {
    "two epochs": (
        "ci",
        {
            "measured": (
                "lesson.trials(*difficulties):\n    by_difficulty[name] = "
                "[measure_difficulty(name, value) for value in (0, 0.5, 1)]",
                "difficulties[2:5]:\n    by_difficulty[name] = "
                "[measure_difficulty(name, value) for value in (1, 0.5, 0)]",
            ),
            "own_parameters": ("build_network(side)", "build_network(150)"),
            "fit": ("lesson.epochs(30)", "2"),
        },
    ),
    "uphill": (
        "ci",
        {
            "compile": ('1e-4 if lesson.profile == "full" else 5e-4', "-1e-4"),
            "fit": ("lesson.epochs(30)", "6"),
        },
    ),
    "turned round": (
        "ci",
        {
            "fit": ("lesson.epochs(30)", "100"),
            "fewer": (
                "lesson.trials(500, 1000, 2000):\n    if count not in histories:\n"
                "        chosen = all_pictures.shard(2000 // count, 0).shuffle(2000).batch(20)\n"
                "        histories[count] = new_network().fit(\n"
                "            chosen.prefetch(tf.data.AUTOTUNE),\n"
                "            validation_data=validation_dataset,\n"
                "            epochs=max(1, lesson.epochs(30) * picture_count // count),",
                "(500, 1000, 2000):\n    if count not in histories:\n"
                "        chosen = all_pictures.shard(count // 500, 0).shuffle(2000).batch(20)\n"
                "        histories[count] = new_network().fit(\n"
                "            chosen.prefetch(tf.data.AUTOTUNE),\n"
                "            validation_data=validation_dataset,\n"
                "            epochs=count // 10,",
            ),
            "test": ("test_dataset", "train_dataset"),
        },
    ),
}


def lowest_place(run):
    """Return the place of the lowest validation loss in its curve."""
    return int(np.argmin(run.curve("history", "val_loss")))


@claim("measured_read", "Occlusion and illumination cost most here", false_on="two epochs")
def two_cost_most(run):
    costs = {name: row[0] - row[-1] for name, row in run.number("by_difficulty").items()}
    numbers = {name: costs.pop(name) for name in ("occlusion", "illumination")}
    numbers["most of the others"] = max(costs.values())
    return numbers, min(numbers.values()) == numbers["most of the others"] < 0.1 < numbers[
        "occlusion"
    ]


@claim(
    "parameters_read",
    "With smaller pictures there are fewer parameters",
    false_on="two epochs",
    when={"profile": "quick"},
)
def fewer_parameters(run):
    own = run.number("own_parameters")
    return {"parameters": own}, own < 3_453_121 / 2  # what the cell above shows


@claim("curves_read", "At first the two curves rise together", false_on="uphill")
def together_at_first(run):
    rise = {}
    for name, metric in (("training", "accuracy"), ("validation", "val_accuracy")):
        curve = run.curve("history", metric)
        rise[f"rise, {name}"] = max(curve[: lowest_place(run) + 1]) - curve[0]
    return rise, min(rise.values()) > 0.05


@claim(
    "curves_read",
    "Then the solid one goes on towards 1, and the dashed one stays behind",
    false_on="two epochs",
)
def the_curves_part(run):
    training, validation = (run.last("history", m) for m in ("accuracy", "val_accuracy"))
    numbers = {"training": training, "validation": validation}
    return numbers, training > 0.85 and validation < training - 0.1


@claim("curves_read", "On the training set it falls to the end", false_on="uphill")
def training_loss_falls(run):
    thirds = [float(np.mean(part)) for part in np.array_split(run.curve("history", "loss"), 3)]
    return {"first third": thirds[0], "last": thirds[2]}, thirds[0] > thirds[1] > thirds[2]


@claim(
    "curves_read",
    "On the validation set it falls, reaches its lowest point, and rises again",
    false_on="two epochs",
)
def validation_loss_turns(run):
    losses, place = run.curve("history", "val_loss"), lowest_place(run)
    numbers = {"first loss": losses[0], "lowest": losses[place], "last": losses[-1]}
    inside = 0 < place <= len(losses) * 2 / 3
    return numbers, inside and losses[place] < losses[0] - 0.03 and losses[-1] > 1.2 * losses[place]


@claim(
    "lowest_read",
    "the network grew surer of its answers, and not better at giving them",
    false_on="two epochs",
)
def surer_and_not_better(run):
    losses, accuracies = (run.curve("history", m) for m in ("val_loss", "val_accuracy"))
    then, last = accuracies[lowest_place(run)], accuracies[-1]
    surer = losses[-1] > 1.2 * min(losses)
    return {"accuracy at the lowest loss": then, "last": last}, surer and last < then + 0.04


@claim(
    "fewer_read",
    "With 2,000 pictures the network does best on the validation set",
    false_on="turned round",
)
def most_pictures_are_best(run):
    best = {f"{count} pictures": run.number(f"best_accuracies {count}") for count in COUNTS}
    few, some, many = best.values()
    return best, max(few, some) < many - 0.01


@claim("fewer_read", "the gap to the training accuracy is the narrowest", false_on="turned round")
def most_pictures_part_least(run):
    gaps = {f"gap, {count} pictures": gap(run, count) for count in COUNTS}
    few, some, many = gaps.values()
    return gaps, many < min(few, some) - 0.02


@claim(
    "fewer_read",
    "The fewer the pictures, the sooner they are all known by heart",
    false_on="turned round",
)
def few_are_known_soon(run):
    reached = {}
    for count in COUNTS:
        accuracies = run.curve(f"histories {count}", "accuracy")
        below = sum(accuracy < 0.9 for accuracy in accuracies)
        reached[f"share of the steps below 0.9, {count} pictures"] = below / len(accuracies)
    few, some, many = reached.values()
    return reached, few < some < many


@claim("test_read", "it may come out lower, or a little higher", false_on="turned round")
def the_exam_is_near(run):
    best, test = run.number("best_validation_accuracy"), run.number("test_accuracy")
    return {"best of validation": best, "test": test}, best - 0.08 < test < best + 0.03


@claim(
    "ex_small_read",
    "The small network learns less by heart in the same time",
    false_on="uphill",
)
def the_small_one_keeps_less(run):
    small, large = run.last("small", "accuracy"), run.last("history", "accuracy")
    return {"training, small": small, "large": large}, small < large - 0.03


COUNTS = (500, 1000, 2000)


def gap(run, count):
    """Return how far training and validation are apart at the end of a training."""
    training, validation = (
        run.last(f"histories {count}", metric) for metric in ("accuracy", "val_accuracy")
    )
    return training - validation
