# %% name="ex_decide_wrong_argmax" exercise="decide" wrong="one column"
def decide(probabilities, class_names):
    return [class_names[best] for best in probabilities.argmax(axis=1)]


# %% name="ex_decide_wrong_order" exercise="decide" wrong="the other way round"
def decide(probabilities, class_names):
    return [class_names[int(probability < 0.5)] for probability in probabilities[:, 0]]


# %% name="ex_decide_wrong_numbers" exercise="decide" wrong="names"
def decide(probabilities, class_names):
    return [int(probability > 0.5) for probability in probabilities[:, 0]]


# %% name="ex_decide_wrong_half" exercise="decide" wrong="is not above 0.5"
def decide(probabilities, class_names):
    return [class_names[int(probability >= 0.5)] for probability in probabilities[:, 0]]


# %% name="ex_decide_wrong_fixed" exercise="decide" wrong="Take the names from `class_names`"
def decide(probabilities, class_names):
    return ["humans" if probability > 0.5 else "horses" for probability in probabilities[:, 0]]


# %% name="ex_decide_wrong_column" exercise="decide" wrong="[['horses']"
def decide(probabilities, class_names):
    return np.where(probabilities > 0.5, class_names[1], class_names[0])


# %% name="ex_decide_wrong_first" exercise="decide" wrong="5 pictures need 5 answers"
def decide(probabilities, class_names):
    return [class_names[int(probabilities[0, 0] > 0.5)]]


# %% name="ex_decide_wrong_mean" exercise="decide" wrong="Not decided at 0.5"
def decide(probabilities, class_names):
    middle = probabilities.mean()
    return [class_names[int(probability > middle)] for probability in probabilities[:, 0]]


# %% name="ex_decide_right_loop" exercise="decide" right="a loop, and if"
def decide(probabilities, class_names):
    names = []
    for row in probabilities:
        if row[0] > 0.5:
            names.append(class_names[1])
        else:
            names.append(class_names[0])
    return names


# %% name="ex_decide_right_array" exercise="decide" right="an array of names"
def decide(probabilities, class_names):
    return np.array(class_names)[(probabilities.ravel() > 0.5).astype(int)]


# %% name="ex_decide_right_where" exercise="decide" right="where, and a tuple"
def decide(probabilities, class_names):
    horses, humans = class_names
    return tuple(np.where(np.squeeze(probabilities, axis=1) > 0.5, humans, horses))


# %% name="ex_decide_right_round" exercise="decide" right="rounds, and 0.5 becomes 0"
def decide(probabilities, class_names):
    return [class_names[round(float(probability))] for (probability,) in probabilities]


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


# %% name="ex_size_wrong_order" exercise="size" wrong="The convolution comes first"
def side_after(side, blocks):
    for _ in range(blocks):
        side = side // 2 - 2
    return side


# %% name="ex_size_wrong_apart" exercise="size" wrong="Not right for all sides"
def side_after(side, blocks):
    return (side - 2 * blocks) // 2**blocks


# %% name="ex_size_wrong_five" exercise="size" wrong="One block makes"
def side_after(side, blocks):
    for _ in range(5):
        side = (side - 2) // 2
    return side


# %% name="ex_size_right_itself" exercise="size" right="calls itself"
def side_after(side, blocks):
    return side if blocks == 0 else side_after((side - 2) // 2, blocks - 1)


# %% name="ex_size_right_formula" exercise="size" right="one formula"
def side_after(side, blocks):
    return np.floor((side + 2) / 2**blocks) - 2


# %% name="ex_size_right_steps" exercise="size" right="two steps in a while loop"
def side_after(side, blocks):
    while blocks > 0:
        side = len(range(side - 2))
        side = int(side / 2)
        blocks -= 1
    return side


# %% name="ex_size_right_keras" exercise="size" right="Keras works it out"
def side_after(side, blocks):
    shape = (None, side, side, 1)
    for _ in range(blocks):
        shape = keras.layers.Conv2D(1, 3).compute_output_shape(shape)
        shape = keras.layers.MaxPooling2D(2).compute_output_shape(shape)
    return shape[1]


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


# %% name="ex_bug_wrong_own" exercise="bug" wrong="the largest number of this picture"
def prepare(picture):
    return picture[np.newaxis] / picture.max()


# %% name="ex_bug_wrong_negative" exercise="bug" wrong="from −1 to 1"
def prepare(picture):
    return picture[np.newaxis] / 127.5 - 1


# %% name="ex_bug_wrong_256" exercise="bug" wrong="Not each number divided by 255"
def prepare(picture):
    return picture[np.newaxis] / 256


# %% name="ex_bug_wrong_changed" exercise="bug" wrong="changes `picture`"
def prepare(picture):
    if picture.dtype == np.uint8:
        return picture[np.newaxis] / 255
    picture /= 255
    return picture[np.newaxis]


# %% name="ex_bug_wrong_flat" exercise="bug" wrong="not (1, 270000)"
def prepare(picture):
    return picture.reshape(1, -1) / 255


# %% name="ex_bug_right_layer" exercise="bug" right="Keras's layer, a tensor"
def prepare(picture):
    return keras.layers.Rescaling(1 / 255)(np.expand_dims(picture, axis=0))


# %% name="ex_bug_right_list" exercise="bug" right="a list of one picture"
def prepare(picture):
    scaled = picture.astype("float32") / 255.0
    return np.array([scaled])


# %% name="ex_bug_right_tensor" exercise="bug" right="TensorFlow's functions"
def prepare(picture):
    return tf.expand_dims(tf.cast(picture, tf.float32) / 255, 0)


# %% name="ex_bug_right_reshape" exercise="bug" right="reshaped, and multiplied"
def prepare(picture):
    return np.reshape(picture, (1, 300, 300, 3)) * (1 / 255)


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


# %% name="ex_swing_wrong_both" exercise="swing" wrong="You count rises, too"
def largest_fall(accuracies):
    return float(np.max(np.abs(np.diff(accuracies)), initial=0))


# %% name="ex_swing_wrong_last" exercise="swing" wrong="Not the largest of all falls"
def largest_fall(accuracies):
    return max(0, accuracies[-2] - accuracies[-1])


# %% name="ex_swing_wrong_changed" exercise="swing" wrong="changes `accuracies`"
def largest_fall(accuracies):
    largest, before = 0, accuracies.pop(0)
    while accuracies:
        after = accuracies.pop(0)
        largest, before = max(largest, before - after), after
    return largest


# %% name="ex_swing_wrong_all" exercise="swing" wrong="one number"
def largest_fall(accuracies):
    return np.maximum(0, -np.diff(accuracies))


# %% name="ex_swing_right_loop" exercise="swing" right="a loop over pairs"
def largest_fall(accuracies):
    return max([0.0, *(a - b for a, b in zip(accuracies[:-1], accuracies[1:], strict=True))])


# %% name="ex_swing_right_places" exercise="swing" right="a loop over places, and if"
def largest_fall(accuracies):
    largest = 0
    for epoch in range(1, len(accuracies)):
        fall = accuracies[epoch - 1] - accuracies[epoch]
        if fall > largest:
            largest = fall
    return largest


# %% name="ex_swing_right_tensor" exercise="swing" right="a tensor, with a 0 among the falls"
def largest_fall(accuracies):
    values = tf.constant(accuracies, tf.float64)
    falls = tf.nn.relu(values[:-1] - values[1:])
    return tf.reduce_max(tf.concat([[0.0], falls], axis=0))


# %% name="ex_swing_right_sorted" exercise="swing" right="sorts the falls"
def largest_fall(accuracies):
    return sorted(np.append(np.diff(accuracies) * -1, 0))[-1]
