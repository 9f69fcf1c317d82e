"""What lesson 7 says of its runs."""

from tools.claims import claim

CONTRADICTIONS = {
    "steps too large": (
        "quick",
        {
            "fit_function": ("epochs=epochs", "epochs=min(epochs, 2)"),
            "fine": ("1e-4 if large_steps else 1e-5", "1e-1"),
            "attempts_dict": (
                '"the right way": (head_trained, fine_rate, False)',
                '"the right way": (head_trained, 100 * fine_rate, False)',
            ),
        },
    ),
}


def attempt(run, name):
    """Return accuracy, loss and movement of an attempt."""
    return run.number("outcomes")[name]


@claim("curves_read", "The solid curves go on towards an accuracy of 1", "steps too large")
def training_goes_on(run):
    last = run.last("history", "accuracy")
    return {"training": last}, last > 0.97


@claim("curves_read", "it ends about where the head had left it", "steps too large")
def validation_stays(run):
    head = run.last("head_history", "val_accuracy")
    fine = run.last("history", "val_accuracy")
    return {"head": head, "fine-tuned": fine}, head - 0.015 < fine < head + 0.05


@claim(
    "curves_read",
    "it rises almost from the first epoch on",
    "steps too large",
    {"profile": "quick"},
)
def loss_turns(run):
    losses = run.curve("history", "val_loss")
    early, last = losses.index(min(losses)) < len(losses) / 4, losses[-1]
    return {"lowest": min(losses), "last": last}, early and last > min(losses) + 0.1


@claim("moved_read", "large steps drive it many times as far", "steps too large")
def large_steps_move_more(run):
    small = attempt(run, "the right way")[2]
    large = min(attempt(run, n)[2] for n in ("no step 3, large steps", "100 times too large"))
    return {"small steps": small, "large steps": large}, large > 4 * small


@claim("moved_read", "throw the network back to that, or part of the way", "steps too large")
def large_steps_do_worse(run):
    right = attempt(run, "the right way")[0]
    names = ("no step 3, large steps", "100 times too large")
    numbers = {name: attempt(run, name)[0] for name in names}
    return {"the right way": right} | numbers, max(numbers.values()) < right - 0.05


@claim("run_read", "It is far below the mean", "steps too large")
def the_typical_picture_costs_little(run):
    _, mean, median, _ = run.number("compared after")
    return {"mean": mean, "median": median}, median < mean / 10


@claim("run_read", "is many times the 1 %", "steps too large")
def ten_pictures_bear_much(run):
    *_, worst = run.number("compared after")
    return {"the ten worst": worst}, worst > 0.1


@claim("exam_read", "about as good, or a little better", "steps too large")
def fine_tuning_does_no_harm(run):
    head, fine = run.figure("head_test_accuracy"), run.figure("test_accuracy")
    return {"head": head, "fine-tuned": fine}, -0.015 < fine - head < 0.05


@claim("ex_rates_read", "The largest rate does worst, by far", "steps too large")
def the_largest_rate_does_worst(run):
    *others, largest = run.number("by_rate").values()
    return {"others": min(others), "largest": largest}, largest < min(others) - 0.05
