# %% [markdown] name="title"
# # Lesson 9 · Transfer learning at TPU speed
#
# **Never run at that speed:** nobody who made this course had a TPU, or several GPUs. Its tests run the training below on one CPU, and the same cells with a smaller base on one CPU that poses as two devices. What the lesson says of TPUs comes from TensorFlow's documentation.
#
# In this lesson you write training code that runs on whatever there is, from the two cores of a laptop to a processor built for networks, and stays the same. The pictures are five kinds of flowers.
#
# **Afterwards you can**
#
# - say what momentum does in a narrow valley, and what is stochastic about stochastic gradient descent,
# - write pictures to TFRecord files, read them back in parallel, and measure whether that was worth it,
# - train on a TPU, on several GPUs or on a CPU with the same lines,
# - choose batch and learning rate by the number of copies of the network,
# - go on with training that was cut off,
# - check whether a network is as sure as it should be, and export it for a phone.
#
# **You need** Lessons 1 to 3 for the first part, and Lessons 6 and 7 for the second: pretrained base, freezing, fine-tuning.
#
# **Time** about 60 minutes to read and try, 40 more for the exercises; the whole training on a CPU takes about 25 minutes more.

# %% [markdown] name="setup"
# The course's helpers first. The line under the cell says what this run uses. Lesson 1 explains the profiles; with `ci`, the training is too short to show what the text describes.

# %% name="start"
from course_utils import (
    check_exercise,
    explore_descent,
    live_curves,
    new_figure,
    pick_strategy,
    plot_descent,
    plot_neuron,
    plot_pictures,
    plot_predictions,
    predict_uploads,
    start,
    write_class_folders,
    write_records,
)

lesson = start("09_tpu_flowers")

# %% name="libraries"
import os
import sys
import time
from glob import glob

import keras
import numpy as np
import tensorflow as tf

# %% name="author" tags=["author"]
from tools.author import compare, private

# %% [markdown] name="strategy_intro"
# First comes the hardware, because some kinds must be asked for before anything is computed.

# %% name="strategy"
strategy = pick_strategy()

# %% [markdown] name="neuron_title"
# ## In short: what a network computes
#
# This part repeats Lesson 1, for those who begin here. If you have done Lessons 1 to 8, run its cells, do Exercise 1, and read on at "Downhill".
#
# A *neuron* multiplies each of its inputs by a weight, adds up the products and a bias, and bends the sum with its *activation*. Three inputs, and *ReLU*, which turns negative sums into 0:

# %% name="neuron" tags=["nbval-check-output"]
inputs, weights, bias = np.array([0.5, 1.0, 2.0]), np.array([1.0, -0.5, 0.75]), 0.25
float(inputs @ weights + bias)
# -> 1.75

# %% name="neuron_shown"
plot_neuron(inputs, weights, bias)

# %% [markdown] name="neuron_read"
# (`@` multiplies two lists of numbers entry by entry and adds up: 0.5 − 0.5 + 1.5 = 1.5, and the bias makes it 1.75.) The weights and the bias are what training finds.

# %% [markdown] name="softmax_intro"
# A *dense layer* is many neurons over the same inputs; for five kinds of flowers, the last one has five. Their sums, before any activation, are the *logits*: any numbers, of which the largest wins. *Softmax* turns them into probabilities. A label can be written as *one-hot*: a 1 for the right class, a 0 for each of the others.

# %% name="softmax" tags=["nbval-check-output"]
flowers = ["dandelion", "daisy", "tulips", "sunflowers", "roses"]
logits = np.array([1.0, 2.0, -1.0, 3.0, 0.5])
powers = np.exp(logits)
shares = powers / powers.sum()
shares.round(2)
# -> array([0.08, 0.23, 0.01, 0.62, 0.05])

# %% name="softmax_shown"
one_hot = np.array([0, 1, 0, 0, 0])
columns = {"logits": logits, "e to the power": powers, "softmax": shares, "one-hot": one_hot}
figure = new_figure(
    9, 2.8, "Five rows, one for each flower: logit, power of e, share, one-hot label."
)
panels = figure.subplots(1, 4, sharey=True)
for axes, (title, numbers) in zip(panels, columns.items(), strict=True):
    bars = axes.barh(flowers, numbers, color="lightgrey", edgecolor="black")
    bars[flowers.index("daisy")].set(facecolor="lightblue", hatch="//")
    axes.bar_label(bars, fmt="%.2g", padding=3)
    axes.set(title=title, xmargin=0.3)
panels[0].invert_yaxis()
figure

# %% [markdown] name="softmax_read"
# The hatched row is the truth: a daisy, which the network gives 23 %. The *cross-entropy* is minus the logarithm of that share. As a sum: multiply each share's logarithm by its entry in the one-hot label, where all but one are 0:

# %% name="cross_entropy" tags=["nbval-check-output"]
float(round(-np.sum(one_hot * np.log(shares)), 2))
# -> 1.47

# %% [markdown] name="cross_entropy_read"
# A network that is right and nearly sure pays almost nothing; one that guesses among five pays 1.61.

# %% [markdown] name="ex_loss"
# ### Exercise 1 · Work required: the loss of a batch
#
# Every gap of this lesson is marked "work required". Replace the dots, run the cell, then run the check below it. If you leave a gap open, the lesson still runs.
#
# `logits` is an array (n, classes) of what the last layer has added up, here numbers from −10 to 10, and `one_hot` an array of the same shape and type with the labels. Return the mean cross-entropy of the n pictures, one number.


# %% name="ex_loss_answer" exercise="loss"
def loss_of_batch(logits, one_hot):
    ### BEGIN SOLUTION
    powers = np.exp(logits)
    shares = powers / powers.sum(axis=1, keepdims=True)
    return float(-np.sum(one_hot * np.log(shares), axis=1).mean())
    ### END SOLUTION


# %% name="ex_loss_check" exercise="loss" points=2
def check(loss_of_batch):
    logits = np.log(np.array([[2.0, 1.0, 1.0], [6.0, 3.0, 1.0]]))
    one_hot = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    right = (np.log(2) + np.log(10)) / 2
    answer = loss_of_batch(logits.copy(), one_hot.copy())
    assert np.ndim(answer) == 0, "Return one number, the mean over the pictures."
    assert not np.isclose(answer, (np.log(7) + np.log(14)) / 2), (
        "The shares of all pictures together add up to 1. Take each row by itself: "
        "axis=1, keepdims=True."
    )
    assert not np.isclose(answer, 2 * right), "That is the sum over the pictures; take the mean."
    assert not np.isclose(answer, right / 3), (
        "You take the mean over all entries. Add up each row first, then take the mean of the rows."
    )
    assert not np.isclose(answer, -np.log(2) / 2), (
        "The logits are not probabilities yet. Softmax first, then the logarithm."
    )
    assert not np.isclose(answer, -right), "The minus is missing: a loss is never below 0."
    assert not np.isclose(answer, right / np.log(2)) and not np.isclose(
        answer, right / np.log(10)
    ), "Take the natural logarithm, np.log."
    assert np.isclose(answer, right), f"For these two pictures it is {right:.4f}, not {answer}."
    answer = loss_of_batch(np.array([[10.0, -10.0]]), np.array([[0.0, 1.0]]))
    assert not 5 < answer < 19.9, (
        f"For the logits 10 and −10, where the second is right, it is 20, not {answer}. Cut off "
        "no share, however small it is."
    )
    assert np.isclose(answer, 20, rtol=0, atol=1e-5), (
        f"For the logits 10 and −10, where the second is right, it is 20, not {answer:.9g}. Add "
        "nothing to a share."
    )
    keras_loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    for labels, classes, spread in (
        *(([0], 2, 1), ([2], 3, 2), ([1, 1, 1], 3, 1), ([3, 0, 2, 1], 4, 2), ([4, 4], 5, 1)),
        *(([0, 0, 1, 0, 1], 2, 3), ([6, 0, 3], 7, 1), ([2, 1, 0], 5, 2), ([1] * 9, 3, 0.1)),
        *(([0, 1, 2, 3, 4, 5], 6, 2), ([9, 8], 10, 2), ([7, 70] * 40, 90, 2)),
    ):
        random = np.random.default_rng(classes)
        logits = spread * random.normal(size=(len(labels), classes)) + random.integers(-4, 5)
        one_hot = np.eye(classes)[labels]
        answer, right = loss_of_batch(logits, one_hot), float(keras_loss(one_hot, logits))
        assert np.ndim(answer) == 0 and np.isclose(answer, right, rtol=1e-4), (
            f"For {len(labels)} pictures and {classes} classes, with the logits "
            f"{logits.round(2).tolist()} and the labels {labels}, it is {right:.4f}, not {answer}."
        )
    ### BEGIN HIDDEN TESTS
    for _ in range(10):
        n, classes = private.integers([1, 2], [8, 8])
        logits = private.uniform(0.1, 2) * private.normal(size=(n, classes))
        compare(logits + private.normal(0, 5), np.eye(classes)[private.integers(0, classes, n)])
    logits = private.uniform(-10, 10, private.integers([90, 20], [400, 99]))
    compare(logits, np.eye(logits.shape[1])[private.integers(0, logits.shape[1], len(logits))])
    logits = np.where(np.eye(3) > 0, -10, 10 - private.random((3, 3)))
    right = np.mean(np.log(np.exp(logits).sum(axis=1)) + 10)
    near = abs(loss_of_batch(logits, np.eye(3)) - right) < 1e-5
    assert near, "It returns other values where the right share is very small."
    ### END HIDDEN TESTS


loss_check = check_exercise(
    loss_of_batch,
    check,
    hints=[
        "Softmax for each row, then the logarithm, then the one-hot labels pick one number a row.",
        "powers.sum(axis=1, keepdims=True) is the total of each row, in a column.",
        "-np.sum(one_hot * np.log(shares), axis=1) is the loss of each picture.",
    ],
    praise="Keras computes the same, in a way that also copes with very large logits.",
)
loss_check

# %% name="ex_loss_run"
if loss_check.right:
    batch = logits[np.newaxis], one_hot[np.newaxis].astype(float)
    keras_loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    print(f"{float(loss_of_batch(*batch)):.4f}, Keras: {float(keras_loss(*batch[::-1])):.4f}")

# %% [markdown] name="descent_title"
# ## Downhill
#
# Training looks for parameters with a small loss. Imagine two parameters, x and y, and the loss as the height of a landscape above them. This one is a narrow valley:


# %% name="height"
def height(x, y):
    return (x**2 - 1) ** 2 / 4 + 10 * y**2


# %% [markdown] name="gradient_intro"
# The *gradient* says how steeply the height grows along x and along y. `tf.GradientTape` works it out, here at the point (0.5, 0.1):

# %% name="gradient" tags=["nbval-check-output"]
point = tf.Variable([0.5, 0.1])
with tf.GradientTape() as tape:
    here = height(point[0], point[1])
tape.gradient(here, point).numpy()
# -> array([-0.375,  2.   ], dtype=float32)

# %% [markdown] name="gradient_read"
# Along x it goes down a little, along y steeply up. *Gradient descent* takes a step against the gradient, multiplied by the *learning rate*, and looks again. The slopes can be worked out by hand here, x³ − x along x and 20 y along y, so a descent takes a few lines:


# %% name="descend"
def descend(start, learning_rate, momentum=0.0, steps=60):
    place, step = np.array(start), np.zeros(2)
    way = [place]
    for _ in range(steps):
        x, y = place
        slopes = np.array([x**3 - x, 20 * y])
        step = momentum * step - learning_rate * slopes
        place = place + step
        way.append(place)
    return np.array(way)


# %% name="descend_short" tags=["nbval-check-output"]
descend((0.5, 0.1), learning_rate=0.04, steps=2).round(3)
# -> array([[0.5  , 0.1  ],
# ->        [0.515, 0.02 ],
# ->        [0.53 , 0.004]])

# %% [markdown] name="momentum_intro"
# From 0.1 to 0.02 along y: 0.04 times the slope of 2, against it. There is one more number in the function. *Momentum* keeps a share of the step before, as a ball keeps rolling; with 0 it is plain gradient descent. Now start high on the wall of the valley, where x is almost 0, with two rates, and with momentum:

# %% name="momentum"
begin = (0.002, 0.3)
ways = {
    "rate 0.09": descend(begin, 0.09, steps=80),
    "rate 0.12": descend(begin, 0.12, steps=80),
    "rate 0.09, momentum 0.8": descend(begin, 0.09, momentum=0.8, steps=80),
}
plot_descent(ways)

# %% [markdown] name="momentum_read"
# The cross marks a *saddle point*: a place that is level, the lowest along y and the highest along x, like a mountain pass. At the rate 0.09, plain descent comes down the wall in a few steps and then all but stops there, because where it is level there is no slope to follow. On the right you see how long it stays at the height of 0.25. With the larger rate it never gets down: each step across the valley ends higher up on the other wall. With momentum, the path swings, and reaches the bottom far sooner.
#
# Is it the momentum, or would another rate have done as well? Count the steps after which a path stays below 0.1, for four rates:


# %% name="steps_down" tags=["nbval-check-output"]
def steps_down(rate, momentum=0.0):
    way = descend(begin, rate, momentum, steps=300)
    last_high = int(np.flatnonzero(height(*way.T) >= 0.1)[-1])
    return last_high + 1 if last_high < 300 else None


{rate: steps_down(rate) for rate in (0.03, 0.06, 0.09, 0.12)}
# -> {0.03: 201, 0.06: 102, 0.09: 69, 0.12: None}

# %% name="steps_with_momentum" tags=["nbval-check-output"]
{rate: steps_down(rate, momentum=0.8) for rate in (0.03, 0.06, 0.09, 0.12)}
# -> {0.03: 60, 0.06: 36, 0.09: 28, 0.12: 23}

# %% [markdown] name="best_plain_intro"
# And the best that plain descent can do here, among seventy rates up to the largest one that the walls allow:

# %% name="best_plain" tags=["nbval-check-output"]
min(steps_down(rate) for rate in np.arange(0.03, 0.1, 0.001))
# -> 64

# %% [markdown] name="best_plain_read"
# Momentum is faster at each rate, and faster than plain descent at any. Why? Where the slope stays the same, its steps add up to 1 + 0.8 + 0.64 + … = 5 times as much. Along the floor of the valley, that is worth five times the rate. Plain descent at that rate, 0.45, would be thrown out by the walls; momentum is not, because across the valley the slope changes its sign with each swing, and what adds up along the floor cancels there.
#
# The loss of a real network has steep and flat directions, too, and is thought to have far more saddle points than minima, where every way leads up (Dauphin and others, 2014). Momentum is one remedy. Adam and RMSprop use another: they stretch the steps where the slope is small.

# %% [markdown] name="explore_intro"
# Now you. Which momentum is too much for this valley? At which rate is even momentum thrown out? And what does noise change?

# %% name="explore"
explore_descent()

# %% [markdown] name="explore_read"
# Where does such noise come from? Going through all pictures for a single step would take far too long. So each step takes the gradient of a *mini-batch* ("batch" for short) of perhaps 32 pictures, drawn at random. This is *stochastic gradient descent*, SGD; stochastic means "by chance". Such a gradient points roughly the right way. Switch the noise on at the rate 0.09: its errors push plain descent off the saddle point sooner, and keep any path from coming to rest.

# %% [markdown] name="ex_momentum"
# ### Exercise 2 · Work required: a step with momentum
#
# Keras has this as `keras.optimizers.SGD(learning_rate, momentum)`. Write one of its steps. `place`, `step` and `gradient` are arrays of the same shape: where you are, the step before, the gradient here. The new step is added to the place. Return the new place and the new step.


# %% name="ex_momentum_answer" exercise="momentum"
def one_step(place, step, gradient, learning_rate, momentum):
    ### BEGIN SOLUTION
    step = momentum * step - learning_rate * gradient
    return place + step, step
    ### END SOLUTION


# %% name="ex_momentum_check" exercise="momentum" points=1
def check(one_step):
    place, step, gradient = np.array([1.0, 2.0]), np.array([0.5, -1.0]), np.array([2.0, 4.0])
    answer = one_step(place, step, gradient, 0.1, 0.8)
    assert np.shape(answer) == (2, 2), "Return the place and the step, two arrays."
    answer = np.round(np.array(answer, float), 6).tolist()
    right = [[1.2, 0.8], [0.2, -1.2]]
    assert answer[1] != [-0.2, -0.4], "The step before is forgotten: add momentum times step."
    assert answer != [[1.6, 1.6], [0.6, -0.4]], "That goes uphill: subtract the gradient's part."
    assert answer[1] != [0.6, -0.4], (
        "In the step, the gradient has the wrong sign. A step is what is added to the place, so it "
        "has the minus itself: momentum × step − learning rate × gradient."
    )
    assert answer != right[::-1], "That is the other way round: the place first, then the step."
    assert answer[1] != [-0.16, -0.48], (
        "Multiply only the gradient by the learning rate; the step before, by momentum."
    )
    assert answer != [[1.5, 1.0], right[1]], "You return the new step but moved by the old."
    assert np.allclose(answer, right, atol=1e-5), (
        f"From (1, 2) with these numbers you should come to (1.2, 0.8) with the step (0.2, −1.2), "
        f"not to {answer}."
    )
    for shape, learning_rate, momentum in (
        *(((1,), 0.5, 0.5), ((3,), 0.01, 0.9), ((2, 3), 0.2, 0.7), ((3, 2), 1.5, 0.3)),
        *(((4,), 0.3, 0.0), ((5,), 0.0, 0.6), ((2, 2), 0.05, 1.0), ((1, 4), 0.7, 0.1)),
        *(((6,), 0.4, 0.95), ((2, 2, 2), 0.9, 0.8), ((3, 3), 2.0, 0.25), ((40, 30), 0.6, 0.5)),
    ):
        random = np.random.default_rng(shape)
        place, step, gradient = random.normal(size=(3, *shape)).astype("float32")
        variable = keras.Variable(place)
        sgd = keras.optimizers.SGD(learning_rate, momentum)
        sgd.build([variable])
        if momentum:
            sgd.momentums[0].assign(step)
        sgd.apply([tf.constant(gradient)], [variable])
        right = variable.numpy(), variable.numpy() - place
        answer = one_step(place.copy(), step.copy(), gradient.copy(), learning_rate, momentum)
        assert np.shape(answer) == np.shape(right), (
            f"For arrays of the shape {shape}, return place and step, two arrays of that shape."
        )
        assert np.allclose(answer, right, rtol=1e-6, atol=2e-6), (
            f"From {place.tolist()}, with the step before {step.tolist()}, the gradient "
            f"{gradient.tolist()}, learning rate {learning_rate} and momentum {momentum}, SGD of "
            f"Keras comes to {right[0].tolist()}; you come to {np.asarray(answer[0]).tolist()} "
            f"with the step {np.asarray(answer[1]).tolist()}."
        )
    ### BEGIN HIDDEN TESTS
    for turn in range(11):
        shape = private.integers(1, 5, private.integers(1, 4)) if turn else [12, 13, 14]
        place, step, gradient = private.normal(size=(3, *shape))
        rates = private.uniform(0.01, 2), private.choice([0, 1, *private.uniform(0.1, 1, 4)])
        compare(place, step, gradient, *map(float, rates))
    ### END HIDDEN TESTS


momentum_check = check_exercise(
    one_step,
    check,
    hints=[
        "The new step has two parts: a share of the old one, and one against the gradient.",
        "step = momentum * step - learning_rate * gradient",
        "Then the new place is place + step; return both.",
    ],
    praise="Two lines; with them, plain or refined, networks have been trained for decades.",
)
momentum_check

# %% name="ex_momentum_run"
if momentum_check.right:
    variable = keras.Variable([1.0, 2.0])
    sgd = keras.optimizers.SGD(learning_rate=0.1, momentum=0.8)
    place, step = np.array([1.0, 2.0]), np.zeros(2)
    for gradient in ([2.0, 4.0], [1.0, -1.0]):
        place, step = map(np.array, one_step(place, step, np.array(gradient), 0.1, 0.8))
        sgd.apply([tf.constant(gradient)], [variable])
    print(f"{place.round(4)}, Keras: {variable.numpy().round(4)}")

# %% [markdown] name="data_title"
# ## Five kinds of flowers
#
# Enough of landscapes. The pictures are of all sizes. They come in one part, without a test set: four fifths are for training here, and the rest is for validation. (Without the course: `tfds.load("tf_flowers", as_supervised=True, with_info=True, split=[…])`, with the same two strings in the list.)

# %% name="data"
(train_pictures, validation_pictures), info = lesson.load_dataset(
    "tf_flowers", split=["train[:80%]", "train[80%:]"]
)
class_names = info.features["label"].names
class_names

# %% [markdown] name="side_intro"
# The base wants pictures of one size: 192 × 192 for MobileNetV2; the quick profile uses half of that. `Resizing` cuts out the largest square in the middle, so that no flower is squeezed.

# %% name="resize"
base_name, side = lesson.base()
resizing = keras.layers.Resizing(side, side, crop_to_aspect_ratio=True)


def to_square(picture, label):
    return tf.cast(tf.round(resizing(picture)), tf.uint8), label


# %% name="gallery"
train_squares = train_pictures.map(to_square, num_parallel_calls=tf.data.AUTOTUNE)
validation_squares = validation_pictures.map(to_square, num_parallel_calls=tf.data.AUTOTUNE)
pictures, labels = next(iter(train_squares.batch(15)))
plot_pictures(pictures, titles=[class_names[label] for label in labels])

# %% [markdown] name="records_title"
# ## TFRecords: few large files in place of many small ones
#
# A TPU computes faster than a disk finds small files, and on remote storage each file costs a round trip. So the pictures go into a few large files, as *TFRecords*. Each record is a *protocol buffer*, a compact way to write down named values, here a `tf.train.Example` with two of them: the picture as the bytes of a JPEG file, and the label as a whole number.


# %% name="to_record"
def to_record(picture, label):
    jpeg = tf.io.encode_jpeg(picture, quality=95).numpy()
    features = {
        "image": tf.train.Feature(bytes_list=tf.train.BytesList(value=[jpeg])),
        "label": tf.train.Feature(int64_list=tf.train.Int64List(value=[int(label)])),
    }
    example = tf.train.Example(features=tf.train.Features(feature=features))
    return example.SerializeToString()


# %% name="record"
record = to_record(pictures[0], labels[0])
f"{pictures[0].numpy().nbytes:,} bytes of pixels, {len(record):,} bytes in the record"

# %% [markdown] name="from_record_intro"
# To read a record, you say what is in it. Nothing in the record says how large the picture is. A TPU wants to know beforehand; `ensure_shape` states it, and stops if it is not true.


# %% name="from_record"
def from_record(record):
    named = {
        "image": tf.io.FixedLenFeature([], tf.string),
        "label": tf.io.FixedLenFeature([], tf.int64),
    }
    example = tf.io.parse_single_example(record, named)
    picture = tf.io.decode_jpeg(example["image"], channels=3)
    return tf.ensure_shape(picture, (side, side, 3)), example["label"]


# %% name="record_back" tags=["nbval-check-output"]
again, label = from_record(record)
difference = np.abs(again.numpy().astype(int) - pictures[0].numpy().astype(int))
bool(label == labels[0]), bool(difference.mean() < 8)
# -> (True, True)

# %% [markdown] name="record_read"
# The label is the same, and the pixels nearly so, because a JPEG file keeps what the eye sees and not every digit.

# %% [markdown] name="write_intro"
# `tf.io.TFRecordWriter` writes such records into one file. `write_records` does that from several threads, and deals them out to eight files (each of them is called a *shard*). A complete folder is reused the next time; one made from different pictures is rewritten.

# %% name="write"
folder = lesson.folder / f"records-{side}"
train_folder = write_records(train_squares, to_record, folder / "train", shards=8)
validation_folder = write_records(validation_squares, to_record, folder / "validation", shards=4)

# %% [markdown] name="files_intro"
# Each record carries a checksum. `tf.data` computes it again when it reads, and stops with `DataLossError` if the two differ, so that no damaged picture gets into training unnoticed. The files:

# %% name="files" tags=["nbval-check-output"]
train_files, validation_files = (
    sorted(str(path) for path in place.glob("*.tfrecord"))
    for place in (train_folder, validation_folder)
)
len(train_files), len(validation_files)
# -> (8, 4)

# %% [markdown] name="read_intro"
# Reading turns a dataset of file names into a dataset of records. `interleave` opens four files at a time and takes from each in turn, in parallel. Which record comes first may then differ from run to run; `deterministic=False` allows that, and is faster. The last step says how many records there are, because the files do not, and `fit` should know where an epoch ends. (With Keras 3.13 to 3.15, a dataset of unknown length whose batches all have the same size gets one step too many in each epoch, with a batch of zeros.)


# %% name="read"
def read_records(files, count):
    names = tf.data.Dataset.from_tensor_slices(files)
    records = names.interleave(
        tf.data.TFRecordDataset,
        cycle_length=4,
        num_parallel_calls=tf.data.AUTOTUNE,
        deterministic=False,
    )
    records = records.apply(tf.data.experimental.assert_cardinality(count))
    return records.map(from_record, num_parallel_calls=tf.data.AUTOTUNE)


# %% name="read_shape" tags=["nbval-check-output"]
examples = read_records(train_files, count=len(train_squares))
picture, label = next(iter(examples))
picture.shape[-1], picture.dtype.name, label.dtype.name
# -> (3, 'uint8', 'int64')

# %% [markdown] name="speed_title"
# ### Was it worth it?
#
# The same pictures as JPEG files of the same quality, in a folder for each class. How many files, and how many of records?

# %% name="single_files"
picture_folder = write_class_folders(train_squares, class_names, folder / "pictures")
single_files = sorted(
    str(picture_folder / name) for name in glob("*/*.jpg", root_dir=picture_folder)
)
len(single_files), len(train_files)


# %% [markdown] name="single_read_intro"
# The older, published version of this lesson lists them, then reads and decodes one after the other, in order. Today's `tf.data` notices by itself that pictures can be decoded side by side, so for the comparison that is switched off. The second way allows it.


# %% name="single_read"
def read_picture_file(path):
    return tf.io.decode_jpeg(tf.io.read_file(path), channels=3)


in_order = tf.data.Options()
in_order.experimental_optimization.map_parallelization = False
names = tf.data.Dataset.from_tensor_slices(single_files)
one_by_one = names.map(read_picture_file).with_options(in_order)
ways = {
    "single files, in order": (one_by_one, single_files),
    "single files, parallel": (names.map(read_picture_file, tf.data.AUTOTUNE), single_files),
    "records, parallel": (examples, train_files),
}

# %% [markdown] name="cold_intro"
# A file that was read a moment ago is still in memory, and a second reading says nothing about the disk. Linux can be asked to drop such copies; macOS and Windows cannot, and if this is a virtual machine, as in Colab, the computer under it may keep copies of its own.


# %% name="forget"
def forget(files):
    for path in files:
        with open(path, "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


# %% [markdown] name="speed_intro"
# Other programs disturb such a measurement, so each way has three turns, each with one reading from the disk ("cold") and one from memory ("cached"):


# %% name="speed"
def pictures_per_second(dataset):
    begin = time.perf_counter()
    for _ in dataset.batch(32):
        pass
    return len(dataset) / (time.perf_counter() - begin)


speeds = {(name, state): [] for name in ways for state in ("cold", "cached")}
for _ in lesson.trials(1, 2, 3):
    for name, (dataset, files) in ways.items():
        if sys.platform == "linux":
            forget(files)
        for state in ("cold", "cached"):
            speeds[name, state].append(pictures_per_second(dataset))

# %% name="speed_shown"
for (name, state), measured in speeds.items():
    print(f"{name}, {state}: {min(measured):,.0f} to {max(measured):,.0f} pictures a second")

# %% [markdown] name="speed_read"
# (Outside Linux, only the first "cold" reading is cold.) Where the ranges of two lines overlap, your measurement cannot tell them apart. The first way against the second shows what is due to working in parallel, for which nobody needs TFRecords; the second against the third, what is due to the format.
#
# In the course's own benchmark (`benchmarks/bench_09.py`, nine turns on two cores and a local disk), working in parallel gained more than the format did, and once the files were in memory, single files in parallel were read fastest of all. What took the time was decoding the JPEGs, and no format saves that. So on a machine with a disk of its own, TFRecords need a reason. A slow disk is one, and so is remote storage; the benchmark measured neither.

# %% [markdown] name="hardware_title"
# ## Whatever there is
#
# A GPU computes many numbers at the same time. A *TPU* (tensor processing unit) goes further: it is a grid of many thousand multipliers that hand their results on to each other, made for the products of large tables of numbers, which is what a network consists of. One TPU device has several cores, eight for example.
#
# How do eight cores train one network? Each holds a full copy of it, a *replica*. A batch is divided among them, each computes the gradient for its share, the gradients are added up, and all replicas take the same step. So they stay alike. In TensorFlow, a *strategy* organises this; `pick_strategy`, at the top, has chosen one, in this order:
#
# | there is | strategy | replicas |
# | --- | --- | --- |
# | a TPU | `tf.distribute.TPUStrategy` | its cores |
# | several GPUs | `tf.distribute.MirroredStrategy` | one on each |
# | one GPU, or none | TensorFlow's default | one |

# %% name="replicas"
replicas = strategy.num_replicas_in_sync
on_tpu = isinstance(strategy, tf.distribute.TPUStrategy)
replicas, on_tpu

# %% [markdown] name="tpu_line"
# For a TPU in the machine it does no more than this (older code has nothing in the brackets of the first line):
#
# ```
# resolver = tf.distribute.cluster_resolver.TPUClusterResolver(tpu="local")
# tf.tpu.experimental.initialize_tpu_system(resolver)
# strategy = tf.distribute.TPUStrategy(resolver)
# ```
#
# Without a TPU, the second line raises `NotFoundError`, and `pick_strategy` goes on to the next row. In Colab, choose the TPU in the menu "Runtime", "Change runtime type"; if a TPU needs a different build of TensorFlow, the line that `pick_strategy` prints names it. `docs/install.md` has the commands for a machine of your own.

# %% [markdown] name="batch_intro"
# Each replica should get a batch that keeps it busy, 32 pictures here. The *global batch*, which all of them take together in one step, is that number times the replicas. The gradient of more pictures has less noise in it, so the learning rate may be larger. A common rule, found for SGD with momentum, is to multiply it by the same number:

# %% name="batch"
batch_per_replica = 32
global_batch = batch_per_replica * replicas
head_rate = {"MobileNetV2": 1e-4, "VGG16": 2e-5}[base_name] * replicas
global_batch, head_rate

# %% [markdown] name="pipeline_intro"
# The training pictures come in a new order each time. The last batch is seldom full. A TPU's program is made for one size, and all replicas need the same number of pictures, so what is left over is dropped (`drop_remainder`): in training everywhere; in validation on a TPU only, so that elsewhere every picture counts.

# %% name="pipeline"
train_dataset = examples.shuffle(1_000).batch(global_batch, drop_remainder=True)
train_dataset = train_dataset.prefetch(tf.data.AUTOTUNE)
validation_dataset = read_records(validation_files, count=len(validation_squares))
validation_dataset = validation_dataset.batch(global_batch, drop_remainder=on_tpu)
validation_dataset = validation_dataset.cache().prefetch(tf.data.AUTOTUNE)
len(train_dataset), len(validation_dataset)

# %% [markdown] name="pipeline_read"
# These are the steps of an epoch, and of the validation after it.

# %% [markdown] name="count_title"
# ## The network
#
# MobileNetV2 without its top, frozen, followed by `Flatten` and five neurons with softmax. Counted with random weights:


# %% name="build"
def build_network(base, preprocess):
    pictures = keras.Input(base.input_shape[1:])
    features = keras.layers.Flatten()(base(preprocess(pictures)))
    return keras.Model(pictures, keras.layers.Dense(5, activation="softmax")(features))


# %% name="count" tags=["nbval-check-output"]
published_base = keras.applications.MobileNetV2(
    weights=None, include_top=False, input_shape=(192, 192, 3)
)
published = build_network(published_base, keras.applications.mobilenet_v2.preprocess_input)
published.count_params()
# -> 2488389

# %% name="count_frozen" tags=["nbval-check-output"]
published_base.trainable = False
sum(int(np.prod(weight.shape)) for weight in published.trainable_weights)
# -> 230405

# %% [markdown] name="count_read"
# The base ends in 6 × 6 places with 1,280 numbers each. Times five neurons, and five biases: 6 × 6 × 1,280 × 5 + 5 = 230,405. The base's 2,257,984 are frozen.

# %% [markdown] name="scope_intro"
# Whatever has parameters must be made within the strategy's *scope*: there, each variable gets a copy on every replica. That goes for the base, the head, and what `compile` makes. With the default strategy, the line does nothing. (Without the course, the base is `keras.applications.MobileNetV2(weights="imagenet", include_top=False, input_shape=(side, side, 3))`, and its pictures first go through `keras.applications.mobilenet_v2.preprocess_input`.)

# %% name="scope"
with strategy.scope():
    base_model, preprocess_input = lesson.pretrained_base(base_name, input_shape=(side, side, 3))
    base_model.trainable = False
    model = build_network(base_model, preprocess_input)
    model.compile(
        optimizer=keras.optimizers.Adam(head_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )

# %% [markdown] name="fit_intro"
# `live_curves` is a callback that draws the curves anew after each epoch; without it, `plt.plot(head_history.history["val_accuracy"])` draws one of them at the end. The published training has five epochs.

# %% name="fit"
head_history = model.fit(
    train_dataset,
    validation_data=validation_dataset,
    epochs=lesson.epochs(5),
    callbacks=[live_curves()],
    verbose=0,
)

# %% name="frozen"
frozen_validation_accuracy = head_history.history["val_accuracy"][-1]
frozen_validation_accuracy

# %% [markdown] name="frozen_read"
# Guessing among five kinds would give 0.2, so features learned from other pictures tell flowers apart, too. The published figure, on photographs, is about 0.75.

# %% [markdown] name="fine_title"
# ## The whole base
#
# Lesson 7 unfroze the top of the base. With speed to spare, unfreeze all of it, except the layers of batch normalisation, for the reasons given there; then compile again.

# %% name="unfreeze"
base_model.trainable = True
for layer in base_model.layers:
    if isinstance(layer, keras.layers.BatchNormalization):
        layer.trainable = False

# %% name="compile_again"
fine_rate = 1e-5 * replicas
with strategy.scope():
    model.compile(
        optimizer=keras.optimizers.Adam(fine_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )

# %% [markdown] name="backup_intro"
# Long runs get cut off: Colab ends a session, a battery runs out. `BackupAndRestore` writes a *checkpoint* after each epoch: the weights, what the optimizer remembers, and the number of the epoch. If the notebook is stopped in the middle of the next cell and run again later, `fit` goes on after the last whole epoch. When training has ended, the files are deleted. (`double_checkpoint` keeps the one before it too, in case the machine stops while writing.)

# %% name="fine"
backup = keras.callbacks.BackupAndRestore(
    folder / f"backup-{base_name}-{lesson.profile}", double_checkpoint=True
)
history = model.fit(
    train_dataset,
    validation_data=validation_dataset,
    epochs=lesson.epochs(5),
    callbacks=[live_curves(before=head_history), backup],
    verbose=0,
)

# %% name="fine_accuracy"
validation_accuracy = model.evaluate(validation_dataset, verbose=0)[1]
frozen_validation_accuracy, validation_accuracy

# %% [markdown] name="fine_read"
# The dotted line separates the two runs. After it both accuracies climb further, and the network ends up better than with the frozen base. How much of that is due to five more epochs, and not to the unfreezing? To find out, run the lesson again without the cell that unfreezes.
#
# Look at the distance between the curves, too. Does it grow after the line? A base that may change as a whole can learn even more by heart than a head can: one more reason for small steps.

# %% [markdown] name="answers_title"
# ## What it says
#
# Twelve validation pictures, drawn as in Lesson 1:

# %% name="answers"
shown_pictures, shown_labels = next(iter(validation_dataset))
probabilities = model.predict(shown_pictures, verbose=0)
plot_predictions(shown_pictures[:12], probabilities[:12], shown_labels[:12], class_names)

# %% [markdown] name="sure_title"
# ## Is it as sure as it should be?
#
# Beside each picture you see how sure the network is. Can you rely on that? Of all answers with a probability of about 70 %, about 70 % should be right. A network for which that holds is *calibrated*. To check, sort the validation pictures into groups by the largest probability, and count in each group how many answers are right:

# %% name="sure"
labels = np.concatenate([labels for _, labels in validation_dataset])
probabilities = model.predict(validation_dataset, verbose=0)
sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
group = np.digitize(sure, [0.5, 0.6, 0.7, 0.8, 0.9])
found = [(sure[group == n].mean(), right[group == n].mean()) for n in np.unique(group)]
sizes = [int(np.sum(group == n)) for n in np.unique(group)]
sizes

# %% name="sure_shown"
figure = new_figure(4, 3.4, "For each group, how sure the network is, and the share that is right.")
axes = figure.subplots()
axes.plot([0, 1], [0, 1], "k--", linewidth=1, label="as sure as right")
axes.plot(*zip(*found, strict=True), "o-", label="this network")
axes.set(xlabel="how sure it is, on average", ylabel="share of right answers")
axes.grid(alpha=0.3)
axes.legend()
figure

# %% [markdown] name="sure_read"
# Below the dashed line, the network is surer than it is right; above it, it is too modest. (A group of a few pictures may lie anywhere.) The mean distance from the line, each group weighted by its size, is the *expected calibration error*:

# %% name="calibration_error"
distances = [abs(sureness - share) for sureness, share in found]
calibration_error = float(np.average(distances, weights=sizes))
calibration_error

# %% [markdown] name="calibration_read"
# The probabilities of a group are off by that much on average. Someone who acts on it, such as a doctor, needs to know this number as well as the accuracy. Large networks that learn for long grow ever surer of what they know by heart, and tend to lie below the line (Guo and others, 2017).

# %% [markdown] name="own_intro"
# And flowers of your own. Where no code runs, you see some of the above in place of yours. (Without the course: `keras.utils.load_img("rose.jpg", target_size=(side, side), interpolation="bilinear", keep_aspect_ratio=True)`, and `model.predict` of a batch with that one picture.)

# %% name="own"
predict_uploads(model, class_names, ready=list(shown_pictures[:3].numpy()))

# %% name="report"
model_path = lesson.save_model(model)
lesson.report(
    frozen_validation_accuracy=frozen_validation_accuracy,
    validation_accuracy=validation_accuracy,
)

# %% [markdown] name="report_read"
# Without a test set, these are figures of the validation pictures, and they may flatter a little.

# %% [markdown] name="export_title"
# ## Out of the notebook
#
# A phone has neither Keras nor Python. *LiteRT* (formerly TensorFlow Lite) is a small program that runs networks on phones, from files in a format of its own. `export` writes such a file. Before that, the network must have been called once:

# %% name="export"
loaded_model = keras.models.load_model(model_path)
one_picture = shown_pictures[:1].numpy().astype("float32")
answers = loaded_model.predict(one_picture, verbose=0)
exported = str(folder / "flowers.tflite")
loaded_model.export(exported, format="litert", verbose=False)

# %% name="export_size" tags=["nbval-check-output"]
round(os.path.getsize(exported) / loaded_model.count_params())
# -> 4

# %% [markdown] name="export_read"
# About four bytes for each parameter. Does the file say what the network says? TensorFlow has an interpreter for it:

# %% name="interpret"
interpreter = tf.lite.Interpreter(exported)
run = interpreter.get_signature_runner()
[name] = run.get_input_details()
[from_file] = run(**{name: one_picture}).values()

# %% name="interpret_same" tags=["nbval-check-output"]
bool(np.abs(from_file - answers).max() < 0.001)
# -> True

# %% [markdown] name="interpret_read"
# The same probabilities. (TensorFlow warns that this interpreter moves to a package of its own, `ai-edge-litert`.)

# %% [markdown] name="hosts"
# ## When one machine is not enough
#
# Several machines can share a batch as several cores do, but `fit` cannot yet train on them: that takes a loop of your own. Appendix 2, "Several machines", writes one.

# %% [markdown] name="checklist"
# ## A checklist
#
# Before a long run on hardware that costs money:
#
# 1. Does it run for one epoch on a CPU, with a hundredth of the pictures?
# 2. Are the records complete, and near the machine that will read them? Read them all once: a damaged one stops you now, and not on the third day.
# 3. Does the pipeline feed the machine? A TPU that waits costs as much as one that works.
# 4. Is the global batch a replica's batch times the number of replicas, and does the learning rate follow it?
# 5. Is `drop_remainder` set where the shapes must be fixed?
# 6. Are network, optimizer and `compile` within the scope, and is there a `compile` after each change of `trainable`?
# 7. Is there a checkpoint after each epoch, in a place that outlives the machine? Have you tried to go on from one?
# 8. Does the curve you watch come from pictures that the network has not learned from?

# %% [markdown] name="exercises"
# ## More work required
#
# Three more gaps: the steps of an epoch, one-hot labels, and a learning rate that changes during training.

# %% [markdown] name="ex_steps"
# ### Exercise 3 · Work required: steps on eight cores
#
# `pictures` pictures are divided into global batches for `replicas` replicas with `per_replica` pictures each; what does not fill a global batch is dropped. Return two whole numbers: the steps of an epoch, and how many pictures are left out.


# %% name="ex_steps_answer" exercise="steps"
def steps_and_rest(pictures, per_replica, replicas):
    ### BEGIN SOLUTION
    return divmod(pictures, per_replica * replicas)
    ### END SOLUTION


# %% name="ex_steps_check" exercise="steps" points=1
def check(steps_and_rest):
    answer = steps_and_rest(2936, 32, 8)
    assert np.shape(answer) == (2,), "Return two numbers: the steps, and what is left out."
    answer = tuple(answer)
    assert answer != (91, 24), (
        "That is for a single replica. A step of all eight takes 32 × 8 pictures."
    )
    assert answer != (12, 120), "You count the last batch, which is not full and is dropped."
    assert answer != (11, 15), (
        "15 is what each replica would have left; count the pictures of all of them together."
    )
    assert answer != (120, 11), "Return the steps first, then the pictures that are left out."
    assert all(number == int(number) for number in answer), "Return two whole numbers."
    assert answer == (11, 120), (
        f"2,936 pictures make 11 steps of 256 and leave 120; you return {answer}."
    )
    for pictures, per_replica, replicas, right in (
        (64, 32, 2, (1, 0)),
        (63, 32, 2, (0, 63)),
        (65, 32, 2, (1, 1)),
        (0, 16, 4, (0, 0)),
        (7, 1, 1, (7, 0)),
        (7, 1, 3, (2, 1)),
        (100, 9, 1, (11, 1)),
        (5, 8, 1, (0, 5)),
        (1000, 10, 10, (10, 0)),
        (999, 10, 10, (9, 99)),
        (60_000, 128, 16, (29, 608)),
        (1_281_167, 24, 7, (7625, 167)),
        (12_800_123, 8, 8, (200_001, 59)),
    ):
        answer = steps_and_rest(pictures, per_replica, replicas)
        assert tuple(answer) == right, (
            f"{pictures} pictures, {per_replica} for each of {replicas} replicas, make {right[0]} "
            f"steps and leave {right[1]} out; you return {answer}."
        )
    ### BEGIN HIDDEN TESTS
    for _ in range(10):
        per_replica, replicas, steps = private.integers([1, 1, 0], [65, 17, 40]).tolist()
        batch = per_replica * replicas
        for rest in {0, batch // 2, batch - 1, int(private.integers(0, batch))}:
            compare(steps * batch + rest, per_replica, replicas)
        compare((100_000 + 9_000 * steps) * batch + rest, per_replica, replicas)
    ### END HIDDEN TESTS


steps_check = check_exercise(
    steps_and_rest,
    check,
    hints=[
        "How many pictures does one step take, over all replicas?",
        "// divides and drops the rest, % is the rest.",
        "divmod(a, b) gives both at once.",
    ],
    praise="With shuffling, each epoch leaves out different pictures, so none is lost for good.",
)
steps_check

# %% name="ex_steps_run"
if steps_check.right:
    count = len(single_files)
    for cores in (1, 8, 32):
        steps, rest = steps_and_rest(count, batch_per_replica, cores)
        print(f"{count:,} pictures, {cores:2} replicas: {steps} steps, {rest} left out")

# %% [markdown] name="ex_steps_read"
# With many replicas an epoch has few steps. Then the smaller number of steps, and not the speed of each, decides what five epochs can teach; the larger learning rate is meant to make up for that.

# %% [markdown] name="ex_pipeline"
# ### Exercise 4 · Work required: one-hot labels
#
# `examples` is a dataset of single pictures, uint8, and labels 0…4, int64. Return a dataset of batches for a TPU, each a pair: pictures as float32, still 0…255, and labels one-hot as float32 (`tf.one_hot(label, 5)`). Every batch has exactly `batch` pictures, in the order in which they come, each once; what does not fill a batch at the end is dropped.


# %% name="ex_pipeline_answer" exercise="pipeline"
def one_hot_batches(examples, batch):
    ### BEGIN SOLUTION
    def convert(picture, label):
        return tf.cast(picture, tf.float32), tf.one_hot(label, 5)

    examples = examples.map(convert, num_parallel_calls=tf.data.AUTOTUNE)
    return examples.batch(batch, drop_remainder=True).prefetch(tf.data.AUTOTUNE)
    ### END SOLUTION


# %% name="ex_pipeline_check" exercise="pipeline" points=2
def all_batches(one_hot_batches, pictures, labels, batch):
    dataset = one_hot_batches(tf.data.Dataset.from_tensor_slices((pictures, labels)), batch)
    assert isinstance(dataset, tf.data.Dataset), "Return a tf.data.Dataset."
    spec = dataset.element_spec
    assert isinstance(spec, tuple) and len(spec) == 2, (
        "Each element of your dataset should be a pair, pictures and labels."
    )
    found = [[part.numpy() for part in pair] for pair in dataset.take(len(labels) + 1)]
    return {
        "pictures": [pictures for pictures, _ in found],
        "labels": [labels for _, labels in found],
        "types": [part.dtype.name for part in spec],
    }


def check(one_hot_batches):
    pictures = np.arange(11 * 12, dtype=np.uint8).reshape(11, 2, 2, 3) + np.uint8(100)
    labels = np.array([4, 1, 2, 3, 0, 0, 1, 0, 3, 0, 0])
    found = one_hot_batches(pictures, labels, 4)
    assert found["pictures"], "Your dataset is empty; 11 pictures make two batches of 4."
    first, rows = found["pictures"][0], found["labels"][0]
    assert first.ndim != 3, "Your dataset gives single pictures: batch(batch, …) is missing."
    assert first.ndim == 4, f"A batch of 4 has the shape (4, 2, 2, 3); yours has {first.shape}."
    assert rows.shape == (*first.shape[:1], 5), (
        f"The labels should have the shape ({len(first)}, 5), not {rows.shape}."
    )
    sizes = [len(part) for part in found["pictures"]]
    assert sum(sizes) <= 11, "Your dataset goes on after the last of its 11 pictures: no repeat()."
    assert sizes == [4, 4], (
        f"11 pictures make two batches of 4, and yours have {', '.join(map(str, sizes))}; "
        "with drop_remainder=True each has exactly 4."
    )
    assert found["types"][0] == "float32", (
        f"The pictures should be float32, not {found['types'][0]}: tf.cast(picture, tf.float32)."
    )
    shown = np.concatenate(found["pictures"])
    assert shown.max() > 2, "Return values that are still 0…255; the network scales them."
    assert np.array_equal(shown, pictures[:8]), (
        "The first 8 pictures should come out as they came in, in the same order; they do not."
    )
    assert found["types"][1] == "float32", "tf.one_hot gives float32 by itself; keep it."
    assert rows[0].tolist() == [0, 0, 0, 0, 1], (
        f"Label 4 should become 0, 0, 0, 0, 1, not {rows[0].tolist()}."
    )
    for count, rows, columns, batch in (
        *((11, 2, 2, 4), (6, 3, 2, 5), (7, 1, 4, 1), (8, 2, 3, 4), (5, 2, 2, 5), (9, 4, 1, 2)),
        *((3, 2, 2, 4), (12, 3, 3, 7), (10, 1, 1, 3), (13, 2, 5, 6), (130, 1, 2, 9)),
    ):
        random = np.random.default_rng(count)
        pictures = random.integers(0, 256, (count, rows, columns, 3)).astype("uint8")
        labels = random.integers(0, 5, count)
        found = one_hot_batches(pictures, labels, batch)
        sizes, full = [len(part) for part in found["pictures"]], count // batch
        assert sizes == [batch] * full, (
            f"{count} pictures in batches of {batch}: yours have the sizes {sizes}."
        )
        assert found["types"] == ["float32", "float32"], f"Not float32: {found['types']}."
        for n, picture, label in zip(range(full * batch), pictures, labels, strict=False):
            shown, row = (found[key][n // batch][n % batch] for key in ("pictures", "labels"))
            assert np.array_equal(shown, picture), (
                f"Picture {n} of {count}, in batches of {batch}, is not what it was."
            )
            assert row.tolist() == [float(label == other) for other in range(5)], (
                f"Label {label}, that of picture {n} of {count}, has become {row.tolist()}."
            )
    ### BEGIN HIDDEN TESTS
    for many in (*[1] * 10, 70):
        count, rows, columns, batch = private.integers([3, 1, 1, 1], [14, 4, 4, 8]).tolist()
        count, batch = many * count, batch + many // 9
        pictures = private.integers(0, 256, (count, rows, columns, 3)).astype(np.uint8)
        compare(pictures, private.integers(0, 5, count), batch)
    ### END HIDDEN TESTS


pipeline_check = check_exercise(
    one_hot_batches,
    check,
    trial=all_batches,
    hints=[
        "First map over single pictures, then batch.",
        "A function for map takes picture and label, and returns both in their new form.",
        "examples.batch(batch, drop_remainder=True) makes the batches.",
    ],
    praise="For one-hot labels the loss is called categorical_crossentropy, without sparse_.",
)
pipeline_check

# %% [markdown] name="ex_pipeline_try"
# The same network, asked about the same pictures: one-hot labels with `categorical_crossentropy`, plain ones with `sparse_categorical_crossentropy`. Are the losses equal?

# %% name="ex_pipeline_run"
if pipeline_check.right:
    sixteen = read_records(validation_files, count=len(validation_squares)).take(16).cache()
    pictures, rows = next(iter(one_hot_batches(sixteen, 16)))
    numbers = np.array([label for _, label in sixteen.as_numpy_iterator()])
    answers = model.predict(pictures, verbose=0)
    dense = keras.losses.CategoricalCrossentropy()(rows, answers)
    sparse = keras.losses.SparseCategoricalCrossentropy()(numbers, answers)
    print(f"{float(dense):.5f} {float(sparse):.5f}")

# %% [markdown] name="ex_schedule"
# ### Exercise 5 · Work required: warm up, then slow down
#
# A large learning rate harms most at the very beginning. So training on many replicas often begins with a small one, which rises epoch by epoch and falls again towards the end. Write such a *schedule*: in epoch 0 the rate is `low`; it rises in equal steps to `high` in epoch `warm`; from then on each epoch has 0.8 of the rate before it. `warm` is a whole number, at least 1. Return the rate of the epoch asked for; epochs may come in any order.


# %% name="ex_schedule_answer" exercise="schedule"
def rate_of_epoch(epoch, low, high, warm):
    ### BEGIN SOLUTION
    if epoch <= warm:
        return low + (high - low) * epoch / warm
    return high * 0.8 ** (epoch - warm)
    ### END SOLUTION


# %% name="ex_schedule_check" exercise="schedule" points=1
def check(rate_of_epoch):
    rates = [rate_of_epoch(epoch, 1.0, 5.0, 2) for epoch in range(5)]
    assert not any(isinstance(rate, str) for rate in rates), "Return a number, not a string."
    rates = [round(float(rate), 5) for rate in rates]
    assert rates[0] == 1, f"In epoch 0 the rate should be low, here 1, not {rates[0]}."
    assert rates[1] == 3, (
        f"From 1 in epoch 0 to 5 in epoch 2 it rises in equal steps: 3 in epoch 1, not {rates[1]}."
    )
    assert rates[2] == 5, f"In epoch warm, here 2, the rate should be high, 5, not {rates[2]}."
    assert rates[3] != 5, "After the rise it should fall: each epoch has 0.8 of the rate before it."
    assert rates[3] != 2.56, (
        "Your fall counts from epoch 0. Count the epochs since the warm-up: epoch - warm."
    )
    assert rates[3:] != [4, 4], "Your rate falls only once. Each further epoch has 0.8 of it again."
    assert rates[3:] == [4, 3.2], f"From 5 it falls to 4 and to 3.2, not to {rates[3:]}."
    for low, high, warm, right in (
        (0.1, 0.5, 1, [0.1, 0.5, 0.4, 0.32, 0.256, 0.2048]),
        (0.0, 1.0, 4, [0, 0.25, 0.5, 0.75, 1, 0.8, 0.64, 0.512]),
        (8.0, 20.0, 3, [8, 12, 16, 20, 16, 12.8, 10.24]),
        (1, 4, 2, [1, 2.5, 4, 3.2, 2.56, 2.048]),
        (0.2, 0.9, 7, [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.72, 0.576]),
        (2.5, 3.0, 5, [2.5, 2.6, 2.7, 2.8, 2.9, 3.0, 2.4, 1.92, 1.536, 1.2288, 0.98304]),
        (0, 100, 8, [0, 12.5, 25, 37.5, 50, 62.5, 75, 87.5, 100, 80, 64]),
        (5, 5, 2, [5, 5, 5, 4, 3.2]),
        (1, 2, 1, [1, *(2 * 0.8**n for n in range(70))]),
        (1, 201, 100, [*range(1, 202, 2), 160.8]),
    ):
        epochs = range(len(right))[::-1]  # the last one is asked for first
        rates = [rate_of_epoch(epoch, low, high, warm) + 0.0 for epoch in epochs][::-1]
        assert np.allclose(rates, right, rtol=2e-5, atol=1e-9), (
            f"From {low} to {high} with {warm} epochs to warm up, the rates should be {right}, "
            f"not {[round(rate, 5) for rate in rates]}."
        )
    ### BEGIN HIDDEN TESTS
    for warm in (1, 2, *private.integers(3, 12, 3).tolist()):
        low, high = float(private.choice([0, private.uniform(0, 9)])), float(private.uniform(9, 20))
        epochs = [0, 1, warm - 1, warm, warm + 1, warm + int(private.integers(2, 9))]
        for epoch in private.permutation(epochs).tolist():
            compare(epoch, low, high, warm)
        later = int(private.integers(60, 250))
        compare(warm + later, low, high / 0.8**later, warm)
    ### END HIDDEN TESTS


schedule_check = check_exercise(
    rate_of_epoch,
    check,
    hints=[
        "Two cases: up to epoch warm, and after it.",
        "Rising: low + (high - low) * epoch / warm.",
        "Falling: high * 0.8 ** (epoch - warm).",
    ],
    praise="keras.callbacks.LearningRateScheduler takes such a function.",
)
schedule_check

# %% [markdown] name="ex_schedule_try"
# A new head on the frozen base, whose training takes its rate from your function, with one epoch to warm up:

# %% name="ex_schedule_run"
if schedule_check.right:
    schedule = keras.callbacks.LearningRateScheduler(
        lambda epoch: float(rate_of_epoch(epoch, head_rate / 10, head_rate, 1))
    )
    base_model.trainable = False
    with strategy.scope():
        warmed = build_network(base_model, preprocess_input)
        warmed.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    logs = warmed.fit(train_dataset, epochs=lesson.epochs(3), callbacks=[schedule], verbose=0)
    print([f"{rate:.1e}" for rate in logs.history["learning_rate"]])
    print(f"validation accuracy {warmed.evaluate(validation_dataset, verbose=0)[1]:.3f}")

# %% [markdown] name="next"
# ## Where to go from here
#
# Four things that you will meet when you read on:
#
# - *Residual networks*: very deep networks learn better when a layer adds something to its input and need not replace it. MobileNetV2 does so already: look for its layers of the kind `Add`. (He and others, 2015)
# - *Transformers* for pictures cut them into patches and let each look at all others, whereas a convolution looks at its neighbours. (Dosovitskiy and others, 2020)
# - *Object detection*: not "there is a cat", but where, and how many: a frame and a class for each thing.
# - *Segmentation*: a class for each pixel: which are road, which a child.
#
# These, too, mostly begin with a pretrained base, as you did.

# %% [markdown] name="learned"
# ## What you learned
#
# - Momentum adds up along a valley and cancels across it; stochastic gradient descent looks at a few pictures a step.
# - TFRecords turn many small files into a few large ones. Measure whether that gains anything.
# - A strategy gives each core a replica, and global batch and learning rate follow their number.
# - A checkpoint after each epoch lets training go on where it was cut off.
# - A probability is worth something when the network is calibrated.
#
# This was the last lesson; Appendix 3, "Without the helpers", does one whole task with nothing from this course. You began with a neuron that turns Celsius into Fahrenheit. Now you can take a network that others have trained, teach it your pictures on whatever hardware there is, and, most of all, measure whether it works.
