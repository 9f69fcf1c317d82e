"""What lesson 6 says of its runs."""

from statistics import mean

from course_utils.lesson.known import recorded
from tools.claims import claim

CONTRADICTIONS = {
    "one epoch": (
        "quick",
        {
            "head_fit": ("epochs=lesson.epochs(30)", "epochs=1"),
            "fit": ("epochs=lesson.epochs(30)", "epochs=1"),
            "wrong": ("accuracy_with(kinds[kind])", "accuracy_with(preprocess_input)"),
            "precision": (
                'features.astype("float32")',
                'features.astype("float32") * (policy == "float32")',
            ),
        },
    ),
    "a head that learns nothing": (
        "quick",
        {
            "head_fit": (
                "train_labels,\n    validation_data=(validation_features, validation_labels),\n"
                "    batch_size=20,\n    epochs=lesson.epochs(30)",
                "np.random.permutation(train_labels),\n"
                "    validation_data=(validation_features, validation_labels),\n"
                "    batch_size=20,\n    epochs=1",
            ),
            "network": ("build_augmentation()(pictures)", "pictures"),
            "ex_another_run": ('("pretrained", base_model)', '("pretrained", unlearned)'),
        },
    ),
}


def of_lesson_4(run, figure):
    """Return the best that recorded runs of lesson 4 have reached, with this profile and data."""
    runs = recorded("04_cats_vs_dogs_from_scratch", run.profile, run.data)
    return max(one["figures"][figure] for one in runs)


@claim(
    "head_curves_read",
    "the dashed curve is higher than that of Lesson 4 ever was",
    false_on="a head that learns nothing",
)
def features_beat_training_from_scratch(run):
    head = run.highest("head_history", "val_accuracy")
    scratch = of_lesson_4(run, "best_validation_accuracy")
    return {"way 1": head, "lesson 4": scratch}, head > scratch + 0.02


@claim(
    "head_curves_read",
    "it leaves the dashed one behind and goes on towards 1",
    false_on="one epoch",
)
def head_overfits(run):
    training = run.last("head_history", "accuracy")
    validation = run.last("head_history", "val_accuracy")
    return {"training": training, "validation": validation}, training > validation + 0.005


@claim(
    "wrong_read",
    "Without any preparation, many points are lost",
    false_on="one epoch",
)
def preparation_counts(run):
    right, raw = map(run.number("prepared").get, ("as it should be", "as they are"))
    return {"right": right, "as they are": raw}, raw < right - 0.05


def gap(run, name):
    """Return how far the curves of the accuracy are apart, on average over the second half."""
    training, validation = run.curve(name, "accuracy"), run.curve(name, "val_accuracy")
    half = len(training) // 2
    return mean(training[half:]) - mean(validation[half:])


@claim(
    "curves_read",
    "The gap between the curves is smaller than above",
    false_on="a head that learns nothing",
)
def augmentation_narrows_the_gap(run):
    once, end_to_end = gap(run, "head_history"), gap(run, "history")
    return {"way 1": once, "way 2": end_to_end}, end_to_end < once - 0.005


@claim(
    "test_read",
    "Both ways end above the network of Lesson 4",
    false_on="a head that learns nothing",
)
def both_ways_beat_training_from_scratch(run):
    once, end_to_end = run.figure("test_accuracy"), run.figure("end_to_end_test_accuracy")
    scratch = of_lesson_4(run, "test_accuracy")
    numbers = {"way 1": once, "way 2": end_to_end, "lesson 4": scratch}
    return numbers, min(once, end_to_end) > scratch


@claim("test_read", "It takes several times as long", false_on="one epoch")
def end_to_end_takes_longer(run):
    once = run.number("extract_seconds") + run.number("head_seconds")
    end_to_end = run.number("fit_seconds")
    return {"way 1": once, "way 2": end_to_end}, end_to_end > 2 * once


@claim(
    "test_read",
    "gains little here, or nothing",
    false_on="a head that learns nothing",
)
def end_to_end_gains_little(run):
    once, end_to_end = run.figure("test_accuracy"), run.figure("end_to_end_test_accuracy")
    return {"way 1": once, "way 2": end_to_end}, end_to_end < once + 0.03


@claim("precision_read", "And the accuracy? It hardly moves", false_on="one epoch")
def seven_bits_do_no_harm(run):
    whole, short = (run.number(f"accuracies {name}") for name in ("float32", "mixed_bfloat16"))
    return {"float32": whole, "bfloat16": short}, abs(whole - short) < 0.02


@claim(
    "ex_another_read",
    "The head on random numbers has learned next to nothing in the same time",
    false_on="a head that learns nothing",
)
def pretraining_is_what_counts(run):
    pretrained, random = (run.number(f"one_epoch {name}") for name in ("pretrained", "random"))
    numbers = {"pretrained": pretrained, "random": random}
    return numbers, pretrained > random + 0.1 and random < 0.65
