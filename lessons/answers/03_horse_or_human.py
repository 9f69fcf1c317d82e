# %% name="ex_decide_wrong_argmax" exercise="decide" wrong="one column"
def decide(probabilities, class_names):
    return [class_names[best] for best in probabilities.argmax(axis=1)]


# %% name="ex_decide_wrong_order" exercise="decide" wrong="the other way round"
def decide(probabilities, class_names):
    return [class_names[int(probability < 0.5)] for probability in probabilities[:, 0]]


# %% name="ex_decide_wrong_numbers" exercise="decide" wrong="names"
def decide(probabilities, class_names):
    return [int(probability > 0.5) for probability in probabilities[:, 0]]


# %% name="ex_size_wrong_border" exercise="size" wrong="takes 2 from the side"
def side_after(side, blocks):
    return side // 2**blocks


# %% name="ex_size_wrong_once" exercise="size" wrong="every block"
def side_after(side, blocks):
    return (side - 2) // 2


# %% name="ex_size_wrong_decimals" exercise="size" wrong="drops what is left over"
def side_after(side, blocks):
    for _ in range(blocks):
        side = (side - 2) / 2
    return side


# %% name="ex_bug_wrong_scale" exercise="bug" wrong="255 times as large"
def prepare(picture):
    return picture[np.newaxis]


# %% name="ex_bug_wrong_batch" exercise="bug" wrong="A batch of one"
def prepare(picture):
    return picture / 255


# %% name="ex_bug_wrong_axis" exercise="bug" wrong="comes first"
def prepare(picture):
    return picture[..., np.newaxis] / 255


# %% name="ex_bug_wrong_integers" exercise="bug" wrong="whole numbers"
def prepare(picture):
    return picture[np.newaxis] // 255


# %% name="ex_swing_wrong_range" exercise="swing" wrong="one epoch to the next"
def largest_fall(accuracies):
    return float(max(accuracies) - min(accuracies))


# %% name="ex_swing_wrong_sign" exercise="swing" wrong="positive"
def largest_fall(accuracies):
    return float(np.min(np.diff(accuracies)))


# %% name="ex_swing_wrong_rise" exercise="swing" wrong="largest rise"
def largest_fall(accuracies):
    return float(np.max(np.diff(accuracies)))


# %% name="ex_swing_wrong_change" exercise="swing" wrong="never falls"
def largest_fall(accuracies):
    return float(np.max(-np.diff(accuracies)))


# %% name="ex_swing_right_loop" exercise="swing" right="a loop over pairs"
def largest_fall(accuracies):
    return max([0.0, *(a - b for a, b in zip(accuracies[:-1], accuracies[1:], strict=True))])
