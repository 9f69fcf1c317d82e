"""What lesson 8 says of its runs."""

from tools.claims import claim

CONTRADICTIONS = {
    "no training": (
        "ci",
        {
            "model_function": ('filters, 3, activation="relu"', "filters, 3"),
            "fit": ("model.fit(train_dataset, epochs=lesson.epochs(20), verbose=2)", "pass"),
            "single": ("np.argmin(np.abs(balance[strong]))", "np.argmax(balance[strong])"),
            "top_pictures": ("np.argsort(-strength", "np.argsort(strength"),
            "gradient": ("score = tf.reduce_mean(", "score = 1e6 * tf.reduce_mean("),
            "ascend": ("picture + rate", "picture - rate"),
        },
    ),
}


@claim("test_intro", "this one does clearly better", false_on="no training")
def better_than_a_guess(run):
    accuracy = run.number("test_accuracy")
    return {"accuracy": accuracy}, accuracy > 0.65


@claim("normalise_intro", "Two filters of different kinds.", false_on="no training")
def one_adds_up_and_one_cancels(run):
    balances = run.number("balances")
    return balances, balances["copy"] > 0.15 > 3 * abs(balances["edges"])


@claim("top_read", "Together that is well over half", false_on="no training")
def channels_have_found_a_class(run):
    found = run.number("cats_among_twenty"), run.number("dogs_among_twenty")
    return {"cats of 20": found[0], "dogs of 20": found[1]}, sum(found) >= 26


@claim(
    "sparsity_read",
    "In your network, too, the last convolution gives more zeros than the first.",
    false_on="no training",
)
def last_convolution_is_sparser(run):
    first, last = run.number("sparsity")[0], run.number("sparsity")[6]
    return {"first": first, "last": last}, last > first + 0.02


@claim("sparsity_read", "there are fewer zeros after it than before", false_on="no training")
def pooling_leaves_fewer_zeros(run):
    shares = run.number("sparsity")
    smallest = min(before - after for before, after in zip(shares[::2], shares[1::2], strict=True))
    return {"smallest difference": smallest}, smallest > 0


@claim("gradient_read", "Even the largest of them is tiny.", false_on="no training")
def gradient_is_tiny(run):
    largest = run.number("largest_gradient")
    return {"largest": largest}, 0 < largest < 0.01


@claim("pattern_shown_read", "the filter answers far more", false_on="no training")
def filter_answers_far_more(run):
    before, after = run.number("score_before"), run.number("score_after")
    return {"before": before, "after": after}, after > 3 * abs(before)
