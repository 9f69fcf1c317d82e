# %% [markdown] name="title"
# # Lesson 5 · More from the same pictures
#
# In Lesson 4 the network learned its training pictures by heart, and did much worse with others. More pictures would help, and there are none. In this lesson you make new ones out of those you have: mirrored, turned, moved, enlarged, different each time. And you keep them out of the validation and the test.
#
# **Afterwards you can**
#
# - choose transformations that leave the label true, and say what their limits mean,
# - put them into a network as layers, and prove that they are off when it answers,
# - tell which accuracy was measured on which pictures, and read the gap between training and validation,
# - say what regularisation is, and name four kinds of it,
# - say when augmentation belongs in the dataset instead.
#
# **You need** Lessons 1 to 4: convolution, folders of pictures, sigmoid, overfitting.
#
# **Time** about 50 minutes to read and try, 30 more for the exercises; the whole training on a CPU takes three quarters of an hour more, or longer on a slow one. New terms are in italics where they are explained; the glossary, linked below, has them all.

# %% [markdown] name="setup"
# The course's helpers first. The line below the cell says what this run uses. Lesson 1 explains the profiles; with `ci`, the training is too short to show what the text describes.

# %% name="start"
from course_utils import (
    check_exercise,
    explore_augmentation,
    new_figure,
    plot_pictures,
    start,
    write_class_folders,
)

lesson = start("05_augmentation")

# %% name="libraries"
import time

import keras
import numpy as np
import tensorflow as tf

# %% name="author" tags=["author"]
from tools.author import compare, private

# %% [markdown] name="data_title"
# ## The pictures of Lesson 4
#
# The same cats and dogs, divided in the same way: 1,000 of each to learn from, of which the quick profile uses every second one, 500 of each for validation, 500 of each for the test. A drawn sample is divided likewise. Lesson 4 explains these steps; here they are once more, so that this lesson runs without it.

# %% name="data"
datasets, info = lesson.load_dataset("cats_vs_dogs", as_supervised=False)
class_names = info.features["label"].names
folder = write_class_folders(
    datasets,
    class_names,
    lesson.folder / "pictures",
    splits={"train": 1000, "validation": 500, "test": 500},
)
side = lesson.pixels(150)


# %% name="directory"
def from_folder(part):
    pictures = keras.utils.image_dataset_from_directory(
        folder / part,
        class_names=class_names,
        image_size=(side, side),
        batch_size=None,
        label_mode="binary",
        shuffle=False,
        verbose=False,
    )
    return pictures.cache()


# %% name="pipeline"
picture_count, batch_size = (2000, 32) if lesson.profile == "full" else (1000, 16)
train_pictures = from_folder("train").shard(2000 // picture_count, 0)
train_dataset = train_pictures.shuffle(2000).batch(batch_size).prefetch(tf.data.AUTOTUNE)
validation_dataset = from_folder("validation").batch(32).prefetch(tf.data.AUTOTUNE)
test_dataset = from_folder("test").batch(32).prefetch(tf.data.AUTOTUNE)

# %% [markdown] name="pipeline_read"
# `cache` keeps the decoded pictures, `shuffle` deals the training pictures anew in each epoch, `batch` puts 32 of them together, or 16 if there are half as many. The values go from 0 to 255, as they come from the files. Here are ten of the first batch:

# %% name="gallery"
pictures, labels = (array.numpy() for array in next(iter(train_dataset)))
plot_pictures(pictures[:10], titles=[class_names[int(label)] for label in labels[:10, 0]])

# %% [markdown] name="idea_title"
# ## A mirrored cat is a cat
#
# Mirror a photograph of a cat, and every pixel changes its place. For the network it is a new picture; for you it is the same cat. Whatever changes the pixels and leaves the label true makes a new training picture out of an old one, at no cost but computing. That is *augmentation*, or data augmentation in full.
#
# Take one picture and try. Each slider makes one change, by exactly the amount that you set; the line below names the layers with that limit. To *shear* a picture is to slant it, as italic letters are slanted. (Once you have clicked a slider, the arrow keys move it.)

# %% name="explore"
picture = pictures[0]
explore_augmentation(picture)

# %% [markdown] name="explore_read"
# Four things to find out.
#
# - Move the picture to the right. What fills the gap on the left? The outermost pixels, repeated again and again, so that the gap holds little for the network to learn. How such gaps are filled is the *fill mode*, and this one is called `"nearest"`.
# - Zoom with a negative number: does the animal come nearer or go away?
# - How far can you turn it before such a photograph is no longer plausible?
# - At which shift does the animal leave the picture? From there on the label is a lie.
#
# What leaves the label true depends on the task. A mirrored cat is a cat. A mirrored 2 is no digit, and a 6 turned by half a turn is a 9. Whoever reads traffic signs must not mirror "turn left". So look at your own pictures before you choose, and stay within what the network will meet later.

# %% [markdown] name="layers_title"
# ## Layers that draw at random
#
# Keras has a layer for each of these changes. It draws an amount for every picture, anew each time, between two limits. Four of them, one after the other:


# %% name="augmentation"
def build_augmentation():
    layers = [
        keras.layers.RandomFlip("horizontal"),
        keras.layers.RandomRotation(40 / 360, fill_mode="nearest"),
        keras.layers.RandomTranslation(0.2, 0.2, fill_mode="nearest"),
        keras.layers.RandomZoom((-0.2, 0.2), (-0.2, 0.2), fill_mode="nearest"),
    ]
    return keras.Sequential(layers, name="augmentation")


augmentation = build_augmentation()

# %% [markdown] name="augmentation_read"
# - `RandomFlip("horizontal")` mirrors left and right, every second picture on average.
# - `RandomRotation` takes its limit as a share of a whole turn: 40 / 360 is 40 degrees, to either side.
# - `RandomTranslation` moves by up to 0.2 of the height, up or down, then by up to 0.2 of the width.
# - `RandomZoom` enlarges (negative) or shrinks (positive) height and width by up to 0.2, each by an amount of its own, so that the picture is also stretched a little.
#
# Older code says the same in a different way, and you will meet it. It draws the amounts in the generator that reads the files:
#
# | `ImageDataGenerator(…)` | today |
# | --- | --- |
# | `rotation_range=40` | `RandomRotation(40 / 360, fill_mode="nearest")` |
# | `width_shift_range=0.2, height_shift_range=0.2` | `RandomTranslation(0.2, 0.2, fill_mode="nearest")` |
# | `zoom_range=0.2` | `RandomZoom((-0.2, 0.2), (-0.2, 0.2), fill_mode="nearest")` |
# | `horizontal_flip=True` | `RandomFlip("horizontal")` |
# | `shear_range=0.2` | left out here; `RandomShear` if you want it |
#
# The last line, shear, hides a trap. Keras 2.0 read `shear_range` as an angle in *radians*, of which a whole turn has 2π, or 6.28, so 0.2 was 11.5 degrees; later versions read degrees, and the same line does almost nothing. Nobody got an error. The default of `fill_mode` was `"nearest"` and is now `"reflect"`, which continues the picture as a mirror would; that is why it is written out above.

# %% [markdown] name="nine_intro"
# One picture, sent through these layers nine times:

# %% name="nine"
same_picture = np.repeat(picture[np.newaxis], 9, axis=0)
plot_pictures(augmentation(same_picture, training=True), columns=3)

# %% [markdown] name="nine_read"
# The same animal nine times, and no two arrays alike. In each epoch the network sees one such version of each picture, and hardly ever the same one twice. It can no longer learn pixels by heart; it has to find what all versions have in common.

# %% [markdown] name="off_title"
# ## Only while it learns
#
# Run the cell again, and the nine pictures change. An exam must not change: the same answers must get the same mark, and the pictures should be those that people will send. So the layers work in training only. `training=True` in the cell above says that this is training. What comes out with `False`?

# %% name="off" tags=["nbval-check-output"]
np.array_equal(augmentation(same_picture, training=False), same_picture)
# -> True

# %% name="on" tags=["nbval-check-output"]
np.array_equal(augmentation(same_picture, training=True), same_picture)
# -> False

# %% [markdown] name="off_read"
# Off means off: not a single number differs. You need not remember to say it, because Keras does: `fit` says `True`; `evaluate` and `predict` say `False`, and so does `fit` when it comes to the validation data. Using a network after its training is called *inference*. Below, you prove it for the whole network.

# %% [markdown] name="dropout_title"
# ## Dropout
#
# Nine versions of one cat are still one cat: the same fur, the same sofa behind it. Augmentation cannot invent what no picture shows, and the new pictures stay relatives of the old ones. So a second remedy is needed.
#
# *Dropout* sets a share of the numbers between two layers to 0, at random, anew for each picture and each step of training. At a rate of 0.5 about half of them go. By hand, with eight numbers and a mask that keeps four:

# %% name="dropout" tags=["nbval-check-output"]
numbers = np.array([2.0, 1.0, 4.0, 3.0, 1.0, 0.0, 2.0, 3.0])
mask = np.array([1, 0, 1, 0, 1, 0, 0, 1])
numbers * mask / 0.5
# -> array([4., 0., 8., 0., 2., 0., 0., 6.])

# %% [markdown] name="dropout_read"
# What is left is divided by 0.5, the share that stays, and so becomes twice as large. Why? The next layer adds these numbers up, with weights. Without the division its sums would be about half as large in training as later, when nothing is dropped.

# %% name="dropout_sums" tags=["nbval-check-output"]
float(np.sum(numbers)), float(np.sum(numbers * mask / 0.5))
# -> (16.0, 20.0)

# %% [markdown] name="dropout_sums_read"
# Not equal for one mask, but equal on average over many. Keras's layer draws the mask for you:

# %% name="dropout_layer"
keras.layers.Dropout(0.5)(numbers, training=True)

# %% [markdown] name="dropout_why"
# What is it good for? To learn a picture by heart, neurons must work together: if this one and that one and a third are all large, it is the cat on the red sofa. With dropout, one of them is missing most of the time, and such a conspiracy no longer pays. Each neuron has to be of use with whichever others happen to be there. Like augmentation, dropout is off at inference.
#
# Whatever makes it harder for a network to learn by heart, so that it does better with new pictures, is called *regularisation*. You now know four kinds: augmentation; dropout; a smaller network; and stopping before the validation loss rises. You will read of a fifth, *weight decay*: in each step all weights are pulled a little towards 0, so that none grows large unless it is needed often (`keras.optimizers.AdamW(weight_decay=…)`). All of them make training harder, so the training curve gets worse; judge them by the validation curve.

# %% [markdown] name="model_title"
# ## The network
#
# Lesson 4's network, with two additions: the augmentation at the front, and dropout between `Flatten` and the wide dense layer, where most of the parameters are. The augmentation comes before `Rescaling`; with these four layers, either order would work.


# %% name="model_function"
def build_network(side, augmented=True, dropout=0.5, learning_rate=1e-4):
    network = keras.Sequential([keras.Input((side, side, 3))])
    if augmented:
        network.add(build_augmentation())
    network.add(keras.layers.Rescaling(1 / 255))
    for filters in (32, 64, 128, 128):
        network.add(keras.layers.Conv2D(filters, 3, activation="relu"))
        network.add(keras.layers.MaxPooling2D(2))
    network.add(keras.layers.Flatten())
    network.add(keras.layers.Dropout(dropout))
    network.add(keras.layers.Dense(512, activation="relu"))
    network.add(keras.layers.Dense(1, activation="sigmoid"))
    network.compile(
        optimizer=keras.optimizers.RMSprop(learning_rate),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )
    return network


# %% [markdown] name="parameters_intro"
# Counted for pictures of 150 × 150, as in the older, published version of this lesson:

# %% name="parameters" tags=["nbval-check-output"]
build_network(150).count_params()
# -> 3453121

# %% [markdown] name="parameters_read"
# As many as in Lesson 4. Neither augmentation nor dropout has anything to learn. As in Lesson 4, the quick profile uses a larger learning rate.

# %% name="model"
learning_rate = 1e-4 if lesson.profile == "full" else 3e-4
model = build_network(side, learning_rate=learning_rate)

# %% [markdown] name="proof_intro"
# Now the proof. If augmentation or dropout worked in `predict`, the same pictures would get different answers when you ask a second time. The network is untrained, which does not matter here.

# %% name="proof" tags=["nbval-check-output"]
once, again = (model.predict(pictures, verbose=0) for _ in range(2))
np.allclose(once, again)
# -> True

# %% [markdown] name="proof_read"
# Twice the same. What holds for single pictures holds for the validation set: two measurements of the loss agree, so nobody has changed its pictures.

# %% name="proof_validation" tags=["nbval-check-output"]
loss, loss_again = (model.evaluate(validation_dataset, verbose=0)[0] for _ in range(2))
bool(np.isclose(loss, loss_again))
# -> True

# %% [markdown] name="proof_validation_read"
# And with the layers told that this is training:

# %% name="counterproof" tags=["nbval-check-output"]
once, again = (model(pictures, training=True) for _ in range(2))
np.allclose(once, again)
# -> False

# %% [markdown] name="counterproof_read"
# So it is the augmentation and the dropout that make the difference, and `predict` leaves both out. Exercise 3 has a surprise about a third way to ask.

# %% [markdown] name="passes_title"
# ## How long
#
# The published training is described as 100 epochs of 100 steps with batches of 32. A generator of augmented pictures never ends, so an epoch was whatever number of steps one chose. In passes over the 2,000 pictures, that is

# %% name="passes" tags=["nbval-check-output"]
100 * 100 * 32 / 2000
# -> 160.0

# %% [markdown] name="passes_read"
# In this course an epoch is one pass, so that makes 160 epochs. Lesson 4 takes 30; the price of ever new pictures is longer training. The full profile trains for all 160 on a GPU and for 100 on a CPU; the quick one for 100, too, with half of the pictures, and smaller ones.

# %% [markdown] name="callbacks_intro"
# Two callbacks. `LambdaCallback` makes one out of a function of your own: `tell` prints a line after the first epoch and every fifth after that. `EarlyStopping` can end training that no longer improves the network. With a patience of as many epochs as there are, it never does, and what remains is its second use: at the end it gives the network back the parameters of its best epoch. Validation accuracy swings, as you saw in Lesson 3, and the last epoch may be a bad one.


# %% name="callbacks"
def tell(epoch, logs):
    if epoch % 5 == 0:
        training, validation = logs["accuracy"], logs["val_accuracy"]
        print(f"epoch {epoch + 1}: training {training:.3f}, validation {validation:.3f}")


epochs = lesson.epochs(160)
keep_best = keras.callbacks.EarlyStopping(
    monitor="val_accuracy", patience=epochs, restore_best_weights=True
)

# %% name="fit"
history = model.fit(
    train_dataset,
    validation_data=validation_dataset,
    epochs=epochs,
    verbose=0,
    callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=tell), keep_best],
)

# %% [markdown] name="plain_intro"
# To see what that has changed, train Lesson 4's network on the same pictures, without augmentation and without dropout. It needs fewer epochs:

# %% name="plain"
plain_model = build_network(side, augmented=False, dropout=0, learning_rate=learning_rate)
plain_history = plain_model.fit(
    train_dataset, validation_data=validation_dataset, epochs=min(30, epochs), verbose=0
)

# %% [markdown] name="curves_intro"
# Both runs, on the same axes. (Without the course, `figure, both_axes = plt.subplots(1, 2, sharex=True, sharey=True)` gives you these; `new_figure` also asks for words for readers who cannot see the picture.) The thin grey curves, where you see them, show a recorded full training on photographs.

# %% name="curves"
figure = new_figure(
    8.4, 3.4, "The accuracy of two networks, epoch by epoch, in training and in validation"
)
trainings = {"as in Lesson 4": plain_history, "augmentation and dropout": history}
whole = [lesson.whole_training(name) for name in ("plain_history", "history")]
both_axes = figure.subplots(1, 2, sharex=True, sharey=True)
for axes, recorded, (title, training) in zip(both_axes, whole, trainings.items(), strict=True):
    for metric, style, label in (
        ("accuracy", "-", "training"),
        ("val_accuracy", "--", "validation"),
    ):
        curve, thin = training.history[metric], recorded.get(metric, [])
        axes.plot(range(1, len(curve) + 1), curve, style, label=label)
        axes.plot(range(1, len(thin) + 1), thin, style, color="grey", linewidth=0.9)
    axes.set(title=title, xlabel="epoch", ylabel="accuracy")
    axes.legend()
figure

# %% [markdown] name="curves_read"
# On the left, the training curve leaves the other behind and goes on towards 1. On the right it rises slowly, and the high points of the validation curve keep up with it. Between those points the validation curve swings: a few steps can tip many answers at once, which is why the best epoch is kept. How far apart are training and validation on the right?

# %% [markdown] name="gap_title"
# ## Which accuracy is that?
#
# The curves do not say, because they are measured in different ways. For the training curve, `fit` counts correct answers while it trains: on changed pictures, with half of the numbers dropped, and averaged over an epoch in which the network still changes. That is a harder exam, and it makes the network look worse than it is. The validation curve is measured after the epoch, on pictures as they are, with nothing dropped. To compare the two parts fairly, ask about the training pictures in the same way, for both networks:

# %% name="gap"
best_epoch = int(np.argmax(history.history["val_accuracy"]))
training_accuracy = model.evaluate(train_dataset, verbose=0)[1]
validation_accuracy = history.history["val_accuracy"][best_epoch]
print(f"training, changed, with dropout: {history.history['accuracy'][best_epoch]:.3f}")
print(f"training, as they are:           {training_accuracy:.3f}")
print(f"validation:                      {validation_accuracy:.3f}")

# %% name="plain_gap"
plain_training_accuracy = plain_model.evaluate(train_dataset, verbose=0)[1]
plain_validation_accuracy = plain_history.history["val_accuracy"][-1]
print(f"as in Lesson 4, training:        {plain_training_accuracy:.3f}")
print(f"as in Lesson 4, validation:      {plain_validation_accuracy:.3f}")

# %% [markdown] name="gap_read"
# The second and the third number may be compared: both are measured on pictures as they are, with the parameters of the best epoch. Their difference is the gap that overfitting makes. Without augmentation and dropout, that gap is several times as wide. That is what has changed.
#
# What is that worth for new pictures? Compare the highest points of the dashed curves: the right one climbs higher. (On photographs, the published training reaches 82 % in validation, whereas Lesson 4's reaches about 71 %; the published text reports 86 to 87 % after further tuning.)
#
# It takes time, too. In its first epochs the network on the right seems to learn nothing: its curves stay near 0.5, the accuracy of guessing, because no picture ever comes twice in the same form. At epoch 10 you would have called augmentation a mistake. And at the end, when the network on the left has long known its pictures by heart, the training curve on the right still rises. So regularisation needs longer training; if training is too short, it costs accuracy instead of adding any.

# %% [markdown] name="exam_title"
# ## The exam
#
# The best epoch was chosen by its validation accuracy, so that number is chosen too: whoever picks the best of many picks some luck with it. The test pictures had no part in any choice. They are used once, now, with the same parameters, which are also the ones saved.

# %% name="exam"
test_accuracy = model.evaluate(test_dataset, verbose=0)[1]
lesson.save_model(model)

# %% name="report"
lesson.report(
    train_accuracy=training_accuracy,
    best_validation_accuracy=validation_accuracy,
    test_accuracy=test_accuracy,
)

# %% [markdown] name="saved_read"
# The saved network takes pictures of 0…255 and returns the probability of a dog. The augmentation is in the file, too, asleep: it wakes when somebody loads the network and trains it further. Lesson 8 looks inside this network.

# %% [markdown] name="where_title"
# ## In the network, or in the dataset
#
# There is a second place for these layers. `Dataset.map` can apply them to each batch on its way to the network, and the network then begins with `Rescaling`. What differs?
#
# | | in the network | in `Dataset.map` |
# | --- | --- | --- |
# | where it runs | where the network runs, as a part of each step: on a GPU, if there is one | on the CPU, several batches at once, while the network works on earlier ones |
# | in `evaluate` and `predict` | off by itself | not there, as long as you `map` the training data alone |
# | saved with the network | yes | no: whoever trains the network further must bring it along |
# | `cache` | comes before it in any case | must come before it, or every epoch gets the same versions |
# | XLA, Lesson 2's translator, which Keras calls on a GPU by itself | switched off, because it cannot translate these layers | works |
#
# On a CPU the same cores do both; Exercise 4 measures which is faster on yours. With a fast GPU, choose by what the machine waits for: the network costs the GPU's time, the dataset the CPU's. This lesson keeps augmentation in the network, because there it cannot be forgotten and cannot get at the validation data. Exercise 4 takes the other way.

# %% [markdown] name="exercises"
# ## Exercises
#
# Replace the dots, run the cell, then run the check below it.

# %% [markdown] name="ex_shift"
# ### Exercise 1 · Move and fill
#
# Write with NumPy what a translation does with the fill mode `"nearest"`. `picture` is an array (height, width, channels). Return it moved to the right by `columns`, a whole number from 0 to its width, in the same shape, the gap filled by repeating the leftmost column. Leave `picture` as it is.


# %% name="ex_shift_answer" exercise="shift"
def shift_right(picture, columns):
    ### BEGIN SOLUTION
    height, width, _ = picture.shape
    source = np.maximum(np.arange(width) - columns, 0)
    return picture[:, source]
    ### END SOLUTION


# %% name="ex_shift_check" exercise="shift" points=1
def check(shift_right):
    picture = np.arange(15).reshape(3, 5, 1) + np.arange(1, 4).reshape(3, 1, 1) ** 2
    answer = np.asarray(shift_right(picture.copy(), 2))
    assert answer.shape != (3, 7, 1), (
        "The picture should stay as wide as before: what leaves it on the right is lost."
    )
    assert answer.shape == (3, 5, 1), f"The shape should be (3, 5, 1), not {answer.shape}."
    for wrong, says in (
        (
            np.roll(picture, 2, axis=1),
            "What leaves the picture on the right comes back on the other side. That is the fill "
            'mode "wrap".',
        ),
        (
            np.pad(picture, ((0, 0), (2, 0), (0, 0)))[:, :5],
            'You fill the gap with zeros: the fill mode "constant".',
        ),
        (
            picture[:, [1, 0, 0, 1, 2]],
            'The gap continues the picture as a mirror would: "reflect".',
        ),
        (picture[:, [2, 1, 0, 1, 2]], "The gap mirrors the picture; repeat the leftmost column."),
        (picture[:, [2, 3, 4, 4, 4]], "Your picture moves to the left."),
        (
            picture[[0, 0, 0]],
            "Your picture moves down: columns are counted along the second direction.",
        ),
        (picture, "Your picture stays where it is."),
    ):
        assert not np.array_equal(answer, wrong), says
    for shape, columns, source in (
        ((3, 5, 1), 2, [0, 0, 0, 1, 2]),
        ((3, 5, 1), 0, [0, 1, 2, 3, 4]),
        ((3, 5, 1), 1, [0, 0, 1, 2, 3]),
        ((3, 5, 3), 3, [0, 0, 0, 0, 1]),
        ((2, 5, 4), 4, [0, 0, 0, 0, 0]),
        ((4, 5, 3), 5, [0, 0, 0, 0, 0]),
        ((1, 3, 2), 1, [0, 0, 1]),
        ((6, 2, 3), 1, [0, 0]),
        ((6, 2, 3), 0, [0, 1]),
        ((5, 1, 1), 1, [0]),
        ((2, 8, 3), 3, [0, 0, 0, 0, 1, 2, 3, 4]),
        ((4, 4, 4), 2, [0, 0, 0, 1]),
        ((30, 40, 3), 25, [0] * 25 + list(range(15))),
    ):
        picture = np.random.default_rng(columns).uniform(0, 255, shape)
        answer = np.asarray(shift_right(picture.copy(), columns))
        what = f"A picture of the shape {shape}, moved by {columns},"
        assert answer.shape == shape, f"{what} should keep its shape; yours has {answer.shape}."
        assert np.allclose(answer, picture[:, source]), (
            f"{what} should have in its columns what was in the columns {source}, for each row and "
            "channel; yours has other numbers."
        )
    ### BEGIN HIDDEN TESTS
    for turn in range(14):
        most = [7, 10, 5] if turn < 12 else [60, 90, 20]
        height, width, channels = private.integers(1, most).tolist()
        picture = private.uniform(-9, 255, (height, width, channels))
        compare(picture, int(private.integers(0, width + 1)))
    ### END HIDDEN TESTS


shift_check = check_exercise(
    shift_right,
    check,
    hints=[
        "For each column of the answer, ask: from which column of the picture does it come?",
        "Column 4 comes from column 4 − columns. A number below 0 means column 0.",
        "picture[:, source] takes the columns that source names; np.maximum(…, 0) stops at 0.",
    ],
    praise="Turning and zooming work alike: each pixel of the answer asks where it comes from.",
)
shift_check

# %% [markdown] name="ex_shift_try"
# Does Keras's layer do the same, when its two limits are equal and nothing is left to chance? It takes shares: up and down first, then left and right. (`atol` allows for rounding.)

# %% name="ex_shift_run"
if shift_check.right:
    columns = side // 4
    layer = keras.layers.RandomTranslation(
        (0.0, 0.0), (columns / side, columns / side), fill_mode="nearest"
    )
    by_keras = layer(picture[np.newaxis], training=True)[0]
    print(np.allclose(shift_right(picture, columns), by_keras, atol=1))

# %% [markdown] name="ex_listing"
# ### Exercise 2 · An old listing
#
# You find this in an old project, for photographs of a plate from above:
#
# ```python
# ImageDataGenerator(
#     rotation_range=90, width_shift_range=0.1, height_shift_range=0.3, vertical_flip=True
# )
# ```
#
# Return a list of three of today's Keras layers that do the same: flip, rotation, translation, in this order. The old default for gaps was `"nearest"`.


# %% name="ex_listing_answer" exercise="listing"
def layers_of_today():
    ### BEGIN SOLUTION
    return [
        keras.layers.RandomFlip("vertical"),
        keras.layers.RandomRotation(90 / 360, fill_mode="nearest"),
        keras.layers.RandomTranslation(0.3, 0.1, fill_mode="nearest"),
    ]
    ### END SOLUTION


# %% name="ex_listing_check" exercise="listing" points=1
def settings(layers):
    assert isinstance(layers, list | tuple), "Return a list of three layers."
    kinds = ["RandomFlip", "RandomRotation", "RandomTranslation"]
    found = [type(layer).__name__ for layer in layers]
    assert found == kinds, f"Return {', '.join(kinds)}, in this order, not {', '.join(found)}."
    flip, rotation, translation = (layer.get_config() for layer in layers)

    def limits(factor):
        low, high = factor if isinstance(factor, list | tuple) else (-factor, factor)
        return [round(float(low), 6), round(float(high), 6)]

    return {
        "flip": flip["mode"],
        "fill": [rotation["fill_mode"], translation["fill_mode"]],
        "rotation": limits(rotation["factor"]),
        "height": limits(translation["height_factor"]),
        "width": limits(translation["width_factor"]),
    }


def check(layers_of_today):
    found = layers_of_today()
    assert found["flip"] != "horizontal", (
        'vertical_flip turns the picture upside down: RandomFlip("vertical").'
    )
    assert found["flip"] == "vertical", (
        "Yours flips both ways, as RandomFlip does without a mode; the listing flips vertically "
        "only."
    )
    assert found["rotation"] == [-0.25, 0.25], (
        "RandomRotation takes its limit as a share of a whole turn, and 90 degrees are a quarter, "
        f"to both sides; yours goes from {found['rotation'][0]:g} to {found['rotation'][1]:g}."
    )
    assert (found["height"], found["width"]) != ([-0.1, 0.1], [-0.3, 0.3]), (
        "RandomTranslation takes the height first, then the width; yours are the other way round."
    )
    assert (found["height"], found["width"]) == ([-0.3, 0.3], [-0.1, 0.1]), (
        "The height may shift by 0.3 and the width by 0.1, to both sides; the limits of yours are "
        f"{found['height']} and {found['width']}."
    )
    assert found["fill"] == ["nearest", "nearest"], (
        f'Both layers need fill_mode="nearest"; yours have {" and ".join(found["fill"])}.'
    )
    ### BEGIN HIDDEN TESTS
    compare()
    ### END HIDDEN TESTS


listing_check = check_exercise(
    layers_of_today,
    check,
    as_data=settings,
    hints=[
        "The table of the lesson has a line for each argument but the flip.",
        "90 degrees as a share of 360; RandomTranslation(height, width).",
        'RandomFlip("vertical"), and fill_mode="nearest" for the other two.',
    ],
    praise="A plate from above has no top edge, so flips and large turns leave it a plate.",
)
listing_check

# %% [markdown] name="ex_random"
# ### Exercise 3 · Prove that it is off
#
# `answer` is a function that takes an array of pictures and returns an array of numbers, such as `model.predict`. Return `True` if chance plays a part: if the same pictures get different numbers the second time, even a single one. (What rounding explains, less than 0.001 %, does not count.) Return `False` if not.


# %% name="ex_random_answer" exercise="random"
def is_random(answer, pictures):
    ### BEGIN SOLUTION
    return not np.allclose(answer(pictures), answer(pictures))
    ### END SOLUTION


# %% name="ex_random_check" exercise="random" points=2
def asked(kind, shape, seed):
    chance, calls = np.random.default_rng(seed), []

    def answer(pictures):
        calls.append(kind)
        numbers = 0.1 + 0.3 * np.asarray(pictures, float)
        flat = numbers.reshape(-1)
        if kind == "all numbers change":
            flat += chance.uniform(0.01, 0.05, flat.size)
        elif kind == "Keras draws the numbers":
            flat += np.asarray(keras.random.uniform((flat.size,), 0.01, 0.05))
        elif kind == "the first number changes":
            flat[0] += chance.uniform(0.01, 0.05)
        elif kind == "the last number changes":
            flat[-1] += chance.uniform(0.01, 0.05)
        elif kind == "one number changes":
            flat[flat.size // 2] += chance.uniform(0.01, 0.05)
        elif kind == "the last number changes by 0.01 %":
            flat[-1] *= 1 + 1e-4 * len(calls)
        elif kind == "all numbers grow by as much":
            flat += chance.uniform(0.01, 0.05)
        elif kind == "the pictures change places":
            numbers = np.roll(numbers, len(calls), axis=0)
        elif kind == "each picture has one number, always the same":
            numbers = numbers.reshape(len(numbers), -1).mean(axis=1, keepdims=True)
        return numbers

    return answer, chance.random(shape)


def check(is_random):
    kinds = ["all numbers stay", "all numbers change", "one number changes"]
    found = [is_random(*asked(kind, (3, 2, 2), 5)) for kind in kinds]
    assert found != [False, False, False], (
        "You find no chance where there is some. Do you ask twice? An answer always equals itself."
    )
    assert found != [True, False, False], "That is the other way round: True means chance."
    assert found != [True, True, True], (
        "You find chance where there is none. Compare two answers with each other, not with the "
        "pictures: an answer may differ from its pictures and still be the same each time."
    )
    assert found != [False, True, False], (
        "One number that differs is enough, and you do not find one among 12. Do you ask whether "
        "all of them do, or look at some of them only?"
    )
    for kind, shape, right in (
        ("all numbers stay", (3, 2, 2), False),
        ("all numbers change", (3, 2, 2), True),
        ("one number changes", (3, 2, 2), True),
        ("each picture has one number, always the same", (5, 4, 4, 3), False),
        ("the first number changes", (4, 3, 2), True),
        ("the last number changes", (4, 3, 2), True),
        ("all numbers stay", (1, 2, 2), False),
        ("all numbers grow by as much", (6, 2, 3), True),
        ("the pictures change places", (41, 2, 2), True),
        ("Keras draws the numbers", (3, 4, 4), True),
        ("the last number changes", (9, 5, 5, 1), True),
        ("all numbers stay", (7, 3, 3, 3), False),
        ("all numbers change", (2, 6, 6, 3), True),
        ("one number changes", (12, 8, 8, 1), True),
        ("each picture has one number, always the same", (1, 3, 3, 1), False),
        ("the last number changes by 0.01 %", (5, 3, 3), True),
        ("the last number changes", (300, 9, 9, 3), True),
    ):
        answer = is_random(*asked(kind, shape, 5))
        assert answer == right, (
            f"For pictures of the shape {shape}, where {kind}, it should be {right}, not {answer!r}."
        )
        kinds.append(kind)
    ### BEGIN HIDDEN TESTS
    for _ in range(16):
        shape = private.integers(1, [60, 5, 5, 4]) + [20, 1, 0, 0]
        compare(*asked(private.choice(kinds), shape, private.integers(1 << 30)))
    for kind in ("one number changes", "the last number changes by 0.01 %", "all numbers stay"):
        shape = private.integers(30, [400, 40, 40])
        compare(*asked(kind, shape, private.integers(1 << 30)))
    ### END HIDDEN TESTS


random_check = check_exercise(
    is_random,
    check,
    hints=[
        "Call `answer` twice with the same pictures.",
        "np.allclose(a, b) is True where two arrays are equal but for rounding.",
        "return not np.allclose(answer(pictures), answer(pictures))",
    ],
    praise="Such a test takes a second and finds a mistake that no error message reports.",
)
random_check

# %% [markdown] name="ex_random_try"
# Three ways to ask the network. A Keras model can be called like a function, without `predict`; what would you expect of the third?

# %% name="ex_random_run"
if random_check.right:
    ways = {
        "model.predict(pictures)": lambda pictures: model.predict(pictures, verbose=0),
        "model(pictures, training=False)": lambda pictures: model(pictures, training=False),
        "model(pictures)": model,
    }
    for name, way in ways.items():
        found = is_random(lambda pictures, way=way: np.asarray(way(pictures)), pictures)
        print(f"{name:32} {'random' if found else 'not random'}")

# %% [markdown] name="ex_random_read"
# Augmentation layers are on unless somebody says `training=False`. `predict` and `evaluate` say it, and a direct call does not. (Dropout is the opposite: off unless somebody says `True`.) Whoever calls a model directly should say which it is.

# %% [markdown] name="ex_map"
# ### Exercise 4 · In the dataset
#
# `dataset` gives single pictures with their labels and is cached already; `augment` takes a batch of pictures and returns it changed at random. Return a dataset that gives batches of 32 changed pictures with their labels, all of them once in each epoch, in new versions each time. The last batch may be smaller.


# %% name="ex_map_answer" exercise="map"
def augment_in_dataset(dataset, augment):
    ### BEGIN SOLUTION
    def change(pictures, labels):
        return augment(pictures), labels

    batches = dataset.batch(32).map(change, num_parallel_calls=tf.data.AUTOTUNE)
    return batches.prefetch(tf.data.AUTOTUNE)
    ### END SOLUTION


# %% name="ex_map_check" exercise="map" points=2
def run(augment_in_dataset, count, epochs):
    numbers = np.arange(count, dtype="float32")
    pictures = np.tile(8 * numbers.reshape(-1, 1, 1, 1), (1, 2, 2, 3))
    labels = numbers[:, np.newaxis]
    with tf.device("CPU:0"):  # where `map` runs
        calls, ranks = tf.Variable(0.0), []

    def augment(batch):
        ranks.append(len(batch.shape))
        return batch + 1 + tf.cast(calls.assign_add(1.0), batch.dtype) / 256

    cached = tf.data.Dataset.from_tensor_slices((pictures, labels)).cache()
    built = augment_in_dataset(cached, augment)
    assert isinstance(built, tf.data.Dataset), (
        f"Return a tf.data.Dataset, not {type(built).__name__}."
    )
    assert isinstance(built.element_spec, tuple) and len(built.element_spec) == 2, (
        "The labels are gone: the function in `map` returns the changed pictures and the labels."
        if not isinstance(built.element_spec, tuple)
        else "Each element should be a pair, pictures and labels."
    )
    early = float(calls) > 0
    few = built.take(count // 32 + 3)  # where it never ends, too
    found = [[list(batch) for batch in few.as_numpy_iterator()] for _ in range(epochs)]
    return {"ranks": ranks, "epochs": found, "early": early}


def summary(found, count, epochs):
    """Return what does not depend on the order of the pictures."""
    first, *others = (
        sorted(
            (float(label), float(picture.flat[0] - 8 * label))
            for pictures, labels in epoch
            for picture, label in zip(pictures, np.ravel(labels), strict=False)
        )
        for epoch in found["epochs"]
    )
    changes = [change for epoch in (first, *others) for _, change in epoch]
    fresh = all(one != other for epoch in others for one, other in zip(first, epoch, strict=False))
    return {
        "ranks": sorted(set(found["ranks"])),
        "sizes": sorted((len(pictures) for pictures, _ in found["epochs"][0]), reverse=True),
        "labels": [label for label, _ in first],
        "unchanged": 0 in changes,
        "paired": all(abs(change) < 4 for change in changes),
        "once": all(1 < change < 2 for change in changes),
        "again": [[label for label, _ in epoch] for epoch in others],
        "fresh": fresh,
        "early": found["early"] and not fresh,
    }


def check(augment_in_dataset):
    for count, sizes in (
        (40, [32, 8]),
        (32, [32]),
        (5, [5]),
        (70, [32, 32, 6]),
        (330, [32] * 10 + [10]),
    ):
        found = augment_in_dataset(count, 2)
        assert found["ranks"], "The pictures come out as they were: call `augment` in `map`."
        assert 2 not in found["ranks"], "You change the labels too. They pass through as they are."
        assert found["ranks"] == [4], (
            "Batch first, then `map`: `augment` takes a batch, and one call for 32 pictures costs "
            "less than 32 calls."
        )
        assert found["sizes"] == sizes, (
            f"{count} pictures make an epoch with batches of {sizes}; yours begins with batches of "
            f"{found['sizes']}."
        )
        assert not found["unchanged"], "Some pictures are not changed."
        assert [found["labels"]] == found["again"] == [list(range(count))], (
            "The labels should come out as they went in, each once in an epoch."
        )
        assert found["paired"], "Some pictures have the labels of others."
        assert found["once"], "Each picture should go through `augment` once, and nothing else."
    ### BEGIN HIDDEN TESTS
    for most in (100, 100, 100, 2_000):
        compare(int(private.integers(most // 9, most)), 1)
    ### END HIDDEN TESTS
    ### EARNED 1
    found = augment_in_dataset(40, 9)
    assert not found["early"], (
        "You call `augment` before an epoch begins, so all epochs get the same pictures. Call it "
        "in `map`."
    )
    assert found["fresh"], (
        "The same versions in every epoch: a `cache` after `map` keeps the first ones for ever."
    )
    ### BEGIN HIDDEN TESTS
    compare(int(private.integers(1, 100)), 2)
    compare(int(private.integers(1, 100)), 12)
    ### END HIDDEN TESTS


map_check = check_exercise(
    augment_in_dataset,
    check,
    trial=run,
    as_data=summary,
    hints=[
        "The order is batch, map, prefetch; `cache` has been called before.",
        "The function that you give to `map` takes pictures and labels, and returns both.",
        "num_parallel_calls=tf.data.AUTOTUNE lets several batches be changed at the same time.",
    ],
    praise="Map the training data alone, and validation stays as it is.",
)
map_check

# %% [markdown] name="ex_map_try"
# Which way is faster on this machine? One epoch each, after two batches that are not counted: with them, TensorFlow prepares the network.

# %% name="ex_map_run"
if map_check.right:
    changed = augment_in_dataset(train_pictures, lambda batch: augmentation(batch, training=True))
    for name, dataset, augmented in (
        ("in the network", train_dataset, True),
        ("in the dataset", changed, False),
    ):
        network = build_network(side, augmented)
        network.fit(dataset.take(2), verbose=0)
        began = time.perf_counter()
        network.fit(dataset, verbose=0)
        print(f"{name}: {time.perf_counter() - began:.1f} s an epoch")

# %% [markdown] name="ex_map_read"
# Small differences mean nothing: run it again and they move. On a machine with a GPU they may be large, in favour of one or the other.

# %% [markdown] name="learned"
# ## What you learned
#
# - Augmentation makes new training pictures out of old ones by changes that leave the label true. Which changes do so depends on the task.
# - Its layers are on in training only. `fit`, `evaluate` and `predict` see to it; in a direct call you say `training=False` yourself.
# - Validation and test pictures are never changed.
# - The training accuracy in the history is measured on changed pictures with dropout. To see the gap, measure the training pictures as they are.
# - Dropout sets numbers to 0 at random and so keeps neurons from relying on one another.
# - Augmentation and dropout are kinds of regularisation: they narrow the gap between training and validation.
# - Augmented pictures stay relatives of those that you have, and need more epochs.
#
# There is a limit to what 2,000 pictures can teach. The next lesson borrows from a network that has seen more than a million.
