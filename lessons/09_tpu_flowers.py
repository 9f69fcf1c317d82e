# %% [markdown] name="title"
# # Lesson 9 · Transfer learning at TPU speed
#
# Your networks so far were trained on one machine, as it happened to be. In this lesson you write a training that runs on whatever there is, on the two cores of a laptop or on a processor that was built for this and nothing else, and the code stays the same. The pictures are five kinds of flowers. And because it is the last lesson, it begins once more at the very beginning: what a network is, this time in drawings.
#
# **Afterwards you can**
#
# - explain a neuron, softmax, cross-entropy and gradient descent with a pencil, and say what momentum is good for,
# - write pictures to TFRecord files and read them back in parallel, and measure whether that was worth it,
# - train on a TPU, on several GPUs or on a CPU with the same lines,
# - choose the batch and the learning rate by the number of copies of the network,
# - go on with a training that was cut off,
# - say what changes when one machine is not enough.
#
# **You need** Lessons 1 to 3 for the first part, and Lessons 6 and 7 for the second: pretrained base, freezing, fine-tuning.
#
# **Time** about 70 minutes to read and try, 40 more for the exercises; the whole training on a CPU takes about 25 minutes more. New terms stand in italics where they are explained; the glossary, linked below, has them all.

# %% [markdown] name="setup"
# The course's helpers first. The line under the cell tells what this run uses. Lesson 1 explains the profiles; with `ci`, the network trains too little to show what the text speaks of.

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
import faulthandler
import inspect
import json
import os
import socket
import subprocess
import sys
import time
from glob import glob

import keras
import numpy as np
import tensorflow as tf

# %% name="author" tags=["author"]
from tools.author import compare, private

# %% [markdown] name="strategy_intro"
# And, before anything is computed, the hardware. What the next line finds is explained further down; some kinds of hardware must be asked for first.

# %% name="strategy"
strategy = pick_strategy()

# %% [markdown] name="neuron_title"
# ## The classifier, in drawings
#
# A *neuron* multiplies each of its inputs by a weight, adds up the products and a bias, and bends the sum. Three inputs:

# %% name="neuron" tags=["nbval-check-output"]
inputs, weights, bias = np.array([0.5, 1.0, 2.0]), np.array([1.0, -0.5, 0.75]), 0.25
float(inputs @ weights + bias)
# -> 1.75

# %% name="neuron_shown"
plot_neuron(inputs, weights, bias)

# %% [markdown] name="neuron_read"
# Read it from left to right. (`@` multiplies two lists of numbers entry by entry and adds up: 0.5 − 0.5 + 1.5 = 1.5, and the bias makes it 1.75.) The weights and the bias are what a training finds.

# %% [markdown] name="activations_intro"
# The bend is the neuron's *activation*. You have used two. *ReLU* turns what is negative into 0. *Sigmoid* presses every number between 0 and 1, and makes a probability of it.

# %% name="activations"
sums = np.linspace(-6, 6, 401)
bends = {"ReLU": np.maximum(0, sums), "sigmoid": 1 / (1 + np.exp(-sums))}

# %% [markdown] name="activations_draw"
# Matplotlib draws such curves. `new_figure` gives an empty figure of 7 by 2.6 inches, with words for readers who do not see it.

# %% name="activations_shown"
figure = new_figure(7, 2.6, "ReLU: 0 up to 0, then a straight line. Sigmoid: an S from 0 to 1.")
for axes, (name, values) in zip(figure.subplots(1, 2), bends.items(), strict=True):
    axes.plot(sums, values)
    axes.set(title=name, xlabel="what the neuron has added up")
    axes.grid(alpha=0.3)
figure

# %% [markdown] name="activations_read"
# Where the curve is flat, a change of the sum changes nothing, and the neuron learns nothing there. Sigmoid is flat at both ends, ReLU at one. That is why ReLU is the usual one between layers, and sigmoid is kept for the end.

# %% [markdown] name="softmax_intro"
# A *dense layer* is many neurons over the same inputs. Five kinds of flowers, so the last layer has five neurons. What they add up, before anything is made of it, are the *logits*: any numbers, and the largest one wins. *Softmax* makes probabilities of them. The label of a picture is written beside it as *one-hot*: a 1 for the right class, a 0 for each other one.

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
# The hatched row is the truth: a daisy. The network says sunflower with 62 % and daisy with 23 %. How bad is that? The *cross-entropy* takes the logarithm of the share that the right class got, with a minus. As a sum over all classes, each share's logarithm times its entry in the one-hot label, it comes to the same, since all entries but one are 0:

# %% name="cross_entropy" tags=["nbval-check-output"]
float(round(-np.sum(one_hot * np.log(shares)), 2))
# -> 1.47

# %% name="cross_entropy_shown"
share = np.linspace(0.01, 1, 401)
figure = new_figure(
    4, 2.6, "The loss falls from 4.6 at a share of 0.01 to 0 at 1, ever less steeply."
)
axes = figure.subplots()
axes.plot(share, -np.log(share))
axes.set(xlabel="share of the right class", ylabel="cross-entropy")
axes.grid(alpha=0.3)
figure

# %% [markdown] name="cross_entropy_read"
# 1.47 for 23 %. To the right, nearly sure and right, the loss is nearly 0. To the left it rises without end. (Somebody who guesses among five pays 1.61.)

# %% [markdown] name="ex_loss"
# ### Exercise 1 · Work required: the loss of a batch
#
# Every gap of this lesson is marked "work required". Replace the dots, run the cell, then run the check below it. If you leave a gap open, the lesson runs on all the same.
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
        "The shares of all pictures together add up to 1. Take each row for itself: "
        "axis=1, keepdims=True."
    )
    assert not np.isclose(answer, 2 * right), "That is the sum over the pictures; take the mean."
    assert not np.isclose(answer, right / 3), (
        "You take the mean over all entries. Add up each row first, then take the mean of the rows."
    )
    assert not np.isclose(answer, -np.log(2) / 2), (
        "The logits are no probabilities yet. Softmax first, then the logarithm."
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
    praise="Keras computes the same, in a way that also bears very large logits.",
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
# A training looks for parameters with a small loss. Imagine two parameters, x and y, and the loss as the height of a landscape above them. Here is one that you can write down:


# %% name="height"
def height(x, y):
    return x**2 / 2 + (y**2 - 1) ** 2 / 4


# %% [markdown] name="gradient_intro"
# The *gradient* says how steeply the height grows along x and along y. `tf.GradientTape` works it out, here at the point (1.8, 0.5):

# %% name="gradient" tags=["nbval-check-output"]
point = tf.Variable([1.8, 0.5])
with tf.GradientTape() as tape:
    here = height(point[0], point[1])
tape.gradient(here, point).numpy()
# -> array([ 1.8  , -0.375], dtype=float32)

# %% [markdown] name="gradient_read"
# Along x it goes up, along y down. *Gradient descent* takes a step against the gradient, multiplied by the *learning rate*, and looks again. The slopes of this landscape can be worked out by hand, x along x and y³ − y along y, so a descent takes a few lines:


# %% name="descend"
def descend(start, learning_rate, momentum=0.0, steps=60):
    place, step = np.array(start), np.zeros(2)
    way = [place]
    for _ in range(steps):
        x, y = place
        slopes = np.array([x, y**3 - y])
        step = momentum * step - learning_rate * slopes
        place = place + step
        way.append(place)
    return np.array(way)


# %% name="descend_short" tags=["nbval-check-output"]
descend((1.8, 0.5), learning_rate=0.1, steps=2).round(3)
# -> array([[1.8  , 0.5  ],
# ->        [1.62 , 0.538],
# ->        [1.458, 0.576]])

# %% [markdown] name="momentum_intro"
# From 1.8 to 1.62: a tenth of the slope, against it. There is one more number in the function. *Momentum* keeps a share of the step before, as a ball keeps rolling. With 0 it is plain gradient descent. Start near the crest, where y is almost 0, and compare:

# %% name="momentum"
plain = descend((1.8, 0.002), learning_rate=0.1)
rolling = descend((1.8, 0.002), learning_rate=0.1, momentum=0.9)
plot_descent({"plain": plain, "momentum 0.9": rolling})

# %% [markdown] name="momentum_read"
# The cross marks a *saddle point*: a place that is level, a low point along x and a high point along y, like a mountain pass. Plain descent comes to it and all but stops, for where it is level there is no slope to follow. On the right you see how long it stays at the height of 0.25. The ball rolls on, overshoots, swings, and is in the hollow long before. Landscapes of millions of parameters are held to have far more saddle points than hollows (Dauphin and others, 2014), and momentum is one of the means to get past them. (Adam and RMSprop have other means as well: they stretch the steps where the slope is small.)

# %% [markdown] name="explore_intro"
# Now you. What happens when the rate is too small, and when it is too large? How much momentum is too much? And what does the noise change, which comes in when each step looks at a few pictures only?

# %% name="explore"
explore_descent()

# %% [markdown] name="explore_read"
# Where does such noise come from? The loss of all pictures would be the true landscape, and going through all of them for one step would take far too long. So each step takes the gradient of a *mini-batch*, of 32 pictures perhaps; "batch" for short. It points roughly the right way, and its chance errors push plain descent off the saddle point, too.

# %% [markdown] name="ex_momentum"
# ### Exercise 2 · Work required: a step with momentum
#
# In Keras the same is `keras.optimizers.SGD(learning_rate, momentum)`. Write one of its steps. `place`, `step` and `gradient` are arrays of the same shape: where you are, the step before, the gradient here. The new step is added to the place. Return the new place and the new step.


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
    assert answer != [[1.6, 1.6], [0.6, -0.4]], (
        "That goes uphill: against the gradient, with a minus."
    )
    assert answer[1] != [0.6, -0.4], (
        "In the step, the gradient has the wrong sign. A step is what is added to the place, so it "
        "has the minus itself: momentum × step − learning rate × gradient."
    )
    assert answer != right[::-1], "That is the other way round: the place first, then the step."
    assert answer[1] != [-0.16, -0.48], (
        "Only the gradient is multiplied by the learning rate; the step before is by momentum."
    )
    assert answer != [[1.5, 1.0], right[1]], "The new step is kept, but you went the old one."
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
# Enough of landscapes. The pictures are of all sizes and have been taken anywhere. They come in one part, without a test set: four fifths are for training here, and the rest is for validation.

# %% name="data"
(train_pictures, validation_pictures), info = lesson.load_dataset(
    "tf_flowers", split=["train[:80%]", "train[80%:]"]
)
class_names = info.features["label"].names
class_names

# %% [markdown] name="side_intro"
# The base wants pictures of one size: 192 × 192 for MobileNetV2, half of that with the quick profile. `Resizing` cuts out the largest square in the middle, so that no flower is squeezed.

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
# A TPU computes faster than a disk finds small files, and over a network each file costs a round trip. So the pictures go into a few large files, one record after the other. TensorFlow's form for that is *TFRecord*. Each record is a *protocol buffer*, a compact way to write down named values, here a `tf.train.Example` with two of them: the picture as the bytes of a JPEG file, and the label as a whole number.


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
# To read it back, say what is in it. Nothing in the record tells how large the picture is. A TPU wants to know beforehand, and `ensure_shape` tells it, and stops where that is not so.


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
# The label is the same; the pixels are nearly so, since a JPEG file keeps what the eye sees, and not every digit.

# %% [markdown] name="write_intro"
# Written one after the other with `tf.io.TFRecordWriter`, that would be it. `write_records` calls your function from several threads, deals the records out to eight files (each of them is called a *shard*), shows how far it is, and gives the folder its name when all is there. A folder that is complete is used again, and one from other pictures is written anew.

# %% name="write"
folder = lesson.folder / f"records-{side}"
train_folder = write_records(train_squares, to_record, folder / "train", shards=8)
validation_folder = write_records(validation_squares, to_record, folder / "validation", shards=4)

# %% [markdown] name="files_intro"
# Each record carries a checksum. `tf.data` computes it again when it reads, and stops with `DataLossError` where they differ, so that no damaged picture gets into a training unseen. The files:

# %% name="files" tags=["nbval-check-output"]
train_files, validation_files = (
    sorted(str(path) for path in place.glob("*.tfrecord"))
    for place in (train_folder, validation_folder)
)
len(train_files), len(validation_files)
# -> (8, 4)

# %% [markdown] name="read_intro"
# Reading is a dataset of file names that becomes a dataset of records. `interleave` opens four files at a time and takes from each in turn, in parallel. Which record comes first may then differ from run to run; `deterministic=False` allows that, and is faster for it. The last step tells how many records there are, for the files do not say, and `fit` should know where an epoch ends. (With Keras 3.13 to 3.15, a dataset of unknown length whose batches all have the same size gets one step too many in each epoch, with a batch of zeros, and the warning that it gives speaks of something else.)


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
# Measure. The same pictures as single JPEG files of the same quality, in a folder for each class. Here is how many files there are, and how many files of records:

# %% name="single_files"
picture_folder = write_class_folders(train_squares, class_names, folder / "pictures")
single_files = sorted(
    str(picture_folder / name) for name in glob("*/*.jpg", root_dir=picture_folder)
)
len(single_files), len(train_files)


# %% [markdown] name="single_read_intro"
# The published way lists them, reads and decodes one after the other, in order. Today's `tf.data` sees for itself that the pictures can be decoded side by side, so for the comparison that is switched off. The second way lets it.


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
# A file that was read a moment ago is still in memory, and the second reading says nothing about the disk. Linux can be asked to drop such copies, once they are written to the disk; macOS and Windows cannot. A virtual machine's host may keep copies of its own.


# %% name="forget"
def forget(files):
    for path in files:
        with open(path, "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


# %% name="speed"
def pictures_per_second(dataset):
    begin = time.perf_counter()
    for _ in dataset.batch(32):
        pass
    return len(dataset) / (time.perf_counter() - begin)


for name, (dataset, files) in ways.items():
    if sys.platform == "linux":
        forget(files)
    cold, cached = pictures_per_second(dataset), pictures_per_second(dataset)
    print(
        f"{name}: {cold:,.0f} a second {'cold' if sys.platform == 'linux' else 'at first'}, ",
        end="",
    )
    print(f"{cached:,.0f} cached")

# %% [markdown] name="speed_read"
# Compare the second line with the third. Where the files are in memory already, what takes the time is decoding the JPEGs, and that is the same for both: TFRecords then gain little. What they save is the finding and opening of files: much where the disk is slow or across a network, and next to nothing on a laptop's own. And compare the first two lines: how much is due to working in parallel, for which nobody needs TFRecords? (One reading each, on a machine that does other things too: run the cell again and see how far the figures move.)

# %% [markdown] name="hardware_title"
# ## Whatever there is
#
# A GPU computes many numbers at the same time. A *TPU* (tensor processing unit) goes further: it is a grid of many thousand multipliers that hand each other their results, made for the products of large tables of numbers, which is what a network consists of. One TPU device has several cores, eight for example.
#
# How do eight cores train one network? Each holds a full copy of it, a *replica*. A batch is divided among them, each computes the gradient for its share, the gradients are added up, and all replicas take the same step. So they stay alike. In TensorFlow that is the matter of a *strategy*, and choosing one is the only thing that you need to do. `pick_strategy`, at the top, did it in this order:
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
# Without a TPU, the second line raises `NotFoundError`, and `pick_strategy` goes on to the next row of the table. In Colab, choose the TPU in the menu "Runtime", "Change runtime type". A TPU needs a build of TensorFlow that knows it. Where that is what is missing, the line that `pick_strategy` prints names it; the commands stand near the end, too.

# %% [markdown] name="batch_intro"
# Each replica should get a batch that keeps it busy, 32 pictures here. The *global batch*, what all of them take in one step, is that many times the replicas. A step with more pictures has a gradient with less noise in it, and bears a larger learning rate. A common rule, found for plain gradient descent with momentum, is to multiply it by the same number:

# %% name="batch"
batch_per_replica = 32
global_batch = batch_per_replica * replicas
head_rate = {"MobileNetV2": 1e-4, "VGG16": 2e-5}[base_name] * replicas
global_batch, head_rate

# %% [markdown] name="pipeline_intro"
# The training pictures are dealt in a new order each time. The last batch is seldom full. A TPU's program is made for one size, and all replicas need as many pictures, so what is left over is dropped (`drop_remainder`): in training everywhere, in validation on a TPU only, so that elsewhere every picture counts.

# %% name="pipeline"
train_dataset = examples.shuffle(1_000).batch(global_batch, drop_remainder=True)
train_dataset = train_dataset.prefetch(tf.data.AUTOTUNE)
validation_dataset = read_records(validation_files, count=len(validation_squares))
validation_dataset = validation_dataset.batch(global_batch, drop_remainder=on_tpu)
validation_dataset = validation_dataset.cache().prefetch(tf.data.AUTOTUNE)
len(train_dataset), len(validation_dataset)

# %% [markdown] name="pipeline_read"
# So many steps has an epoch, and so many has the judging after it.

# %% [markdown] name="count_title"
# ## The network
#
# MobileNetV2 without its top, frozen, then `Flatten` and five neurons with softmax. Counted with random weights:


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
# Whatever has parameters must be made within the strategy's *scope*: there, each variable becomes one on every replica. That is the base, the head, and what `compile` makes. With the default strategy, the line does nothing, and does no harm.

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
# `fit` is the `fit` of all lessons. `live_curves` is a callback that draws the curves anew after each epoch, in the same place. The published training has five epochs.

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
# The published figure is about 0.75. Five classes, so guessing would give 0.2.

# %% [markdown] name="fine_title"
# ## The whole base
#
# Lesson 7 unfroze the top. With speed to spare, unfreeze all of it, but for the layers of batch normalisation, for the reasons given there; and compile again.

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
# Long trainings get cut off: Colab ends a session, a battery runs out, a rented machine is taken back. `BackupAndRestore` writes a *checkpoint* after each epoch: the weights, what the optimizer remembers, and the number of the epoch. If the notebook is stopped in the middle of the next cell and runs again later, `fit` takes up that training after its last whole epoch. When the training has ended, the files are deleted. (`double_checkpoint` keeps the one before it too, in case the machine stops while it is writing.)

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
# The dotted line parts the two trainings. What did unfreezing bring, and what do the training curves do meanwhile? Where the accuracy rises and the dashed loss does not fall, Lesson 7 says how that can be. A base that may change as a whole, with MobileNetV2's two million parameters, can learn the training pictures by heart even better than a head, which is one more reason for small steps.

# %% [markdown] name="answers_title"
# ## What it says
#
# A dozen validation pictures; ✓ marks a right answer, ✗ a wrong one with the true class hatched.

# %% name="answers"
shown_pictures, shown_labels = next(iter(validation_dataset))
probabilities = model.predict(shown_pictures, verbose=0)
plot_predictions(shown_pictures[:12], probabilities[:12], shown_labels[:12], class_names)

# %% [markdown] name="own_intro"
# And flowers of your own. In a notebook without a kernel you see some of the above in place of yours.

# %% name="own"
predict_uploads(model, class_names, ready=list(shown_pictures[:3].numpy()))

# %% name="report"
lesson.save_model(model)
lesson.report(
    frozen_validation_accuracy=frozen_validation_accuracy,
    validation_accuracy=validation_accuracy,
)

# %% [markdown] name="report_read"
# With no test set, these are figures of the validation pictures, which you have used to watch the training. They may flatter a little.

# %% [markdown] name="hosts_title"
# ## When one machine is not enough
#
# Several machines, the *hosts*, can share a batch as several cores do. The strategy for that is `tf.distribute.MultiWorkerMirroredStrategy`, and here `fit` fails: with Keras 3.15 it stops with "unsupported type PerReplica" (Keras issue 20585, open since 2024). The reason is small: before it trains, `fit` looks at one batch to learn its shapes, and takes it for one array. Here it is a share for each replica, and TensorFlow cannot make one array of that. So you write the loop yourself.
#
# `strategy.run` calls a function once on each replica, with that replica's share of the batch; `strategy.reduce` makes one number of their answers. Two places need care. The loss must be divided by the size of the global batch, and not by that of the share. And `optimizer.apply` adds up the gradients of all replicas by itself, so the sum comes out as the mean over the global batch.


# %% name="loop_step"
def make_step(strategy, network, optimizer, batch):
    def step(pictures, labels):
        with tf.GradientTape() as tape:
            answers = network(pictures, training=True)
            losses = keras.losses.sparse_categorical_crossentropy(labels, answers)
            loss = tf.reduce_sum(losses) / batch
        gradients = tape.gradient(loss, network.trainable_variables)
        optimizer.apply(gradients, network.trainable_variables)
        return loss

    @tf.function
    def whole_step(pictures, labels):
        return strategy.reduce("SUM", strategy.run(step, (pictures, labels)), axis=None)

    return whole_step


# %% [markdown] name="loop_network_intro"
# A network of one layer is enough to try it on:


# %% name="loop_network"
def build_one_layer():
    return keras.Sequential(
        [
            keras.Input((side, side, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.AveragePooling2D(8),
            keras.layers.Flatten(),
            keras.layers.Dense(5, activation="softmax"),
        ]
    )


# %% [markdown] name="loop_intro"
# The loop goes through the dataset once for each epoch. `experimental_distribute_dataset` divides each batch among the replicas.


# %% name="loop"
def train_small(strategy, dataset, batch, epochs):
    with strategy.scope():
        network = build_one_layer()
        optimizer = keras.optimizers.Adam(1e-3)
        optimizer.build(network.trainable_variables)
    whole_step = make_step(strategy, network, optimizer, batch)
    shares = strategy.experimental_distribute_dataset(dataset)
    for _ in range(epochs):
        losses = [float(whole_step(*share)) for share in shares]
        print(f"loss {sum(losses) / len(losses):.6f}")
    return network


# %% name="loop_run"
small = train_small(strategy, train_dataset, global_batch, lesson.epochs(3))

# %% [markdown] name="work_intro"
# That is a whole training, and it runs under each of the strategies in the table. Several machines need one process on each, which a notebook cannot be. So it becomes a program of its own. What such a process does, from the strategy to the loop:


# %% name="work"
def work(folder, batch=32, epochs=2):
    faulthandler.dump_traceback_later(600, exit=True)
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    keras.utils.set_random_seed(1)
    files = tf.data.Dataset.list_files(f"{folder}/*.tfrecord", shuffle=False)
    dataset = tf.data.TFRecordDataset(files).map(from_record).batch(batch, drop_remainder=True)
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    return train_small(strategy, dataset.with_options(options), batch, epochs)


# %% [markdown] name="program_intro"
# The strategy comes before anything else is computed, and finds out from a variable, `TF_CONFIG`, who belongs together. With `DATA`, each machine reads all records and keeps its share of every batch, so that several machines see the batches that one would see; without it, each would read files of its own. And the first line is for the worst case: a process whose partner never comes would wait for ever, so it ends after ten minutes and tells where it stood.
#
# `inspect.getsource` gives the text of a function. With imports before them and a call after them, the functions make a file, and this is the whole of it:

# %% name="program"
imports = "import faulthandler\nimport sys\n\nimport keras\nimport tensorflow as tf\n"
functions = from_record, make_step, build_one_layer, train_small, work
program = folder / "several.py"
program.write_text(
    "\n\n".join(
        [imports, f"side = {side}\n", *map(inspect.getsource, functions), "work(sys.argv[1])\n"]
    )
)
print(program.read_text())

# %% [markdown] name="together_intro"
# Two processes on this machine can stand for two machines. Each gets a port to be reached at, a list of all of them in `TF_CONFIG`, and its own number there:


# %% name="addresses"
def free_addresses(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    addresses = [f"127.0.0.1:{each.getsockname()[1]}" for each in sockets]
    for each in sockets:
        each.close()
    return addresses


def start_process(command, addresses, index):
    config = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
    environment = os.environ | {"TF_CONFIG": json.dumps(config), "CUDA_VISIBLE_DEVICES": "-1"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, env=environment, **pipes)


# %% [markdown] name="together_wait"
# (No GPU is shown to them, since two processes cannot share the memory of one.) Where one fails, the others would wait for it, so they are ended, and what the failed one said is the error here:


# %% name="together"
def run_together(command, count):
    addresses = free_addresses(count)
    processes = [start_process(command, addresses, index) for index in range(count)]
    try:
        while None in (states := [process.poll() for process in processes]) and not any(states):
            time.sleep(0.1)
    finally:
        for process in processes:
            process.kill()
    answers = [process.communicate() for process in processes]
    for state, (_, errors) in zip(states, answers, strict=True):
        if state:
            raise RuntimeError(f"A process ended with status {state}.\n{errors[-2000:]}")
    return [printed for printed, _ in answers]


# %% [markdown] name="workers_intro"
# Two epochs by one process, on the validation pictures since they are fewer, and the same by two. (The profile `ci` leaves this out.)

# %% name="workers"
command = [sys.executable, str(program), str(validation_folder)]
for count in (1, 2) if lesson.profile != "ci" else ():
    try:
        for number, printed in enumerate(run_together(command, count), start=1):
            print(f"process {number} of {count}:", *printed.splitlines())
    except RuntimeError as error:
        print(error)

# %% [markdown] name="workers_read"
# The losses should agree to about the sixth digit, and on one machine two processes are no faster than one: they share its cores. What several machines bring is more cores.
#
# On machines of your own, say two that are called `host1` and `host2`: install TensorFlow and Keras on both, and copy `several.py` and the folder of records (`train_folder` says where it is) to each. Then start, with the number of the machine as `index`:
#
# ```
# export TF_CONFIG='{"cluster": {"worker": ["host1:2222", "host2:2222"]},
#                    "task": {"type": "worker", "index": 0}}'
# python several.py records/train
# ```
#
# and on the second one the same with `"index": 1`. Each waits until the other is there, for ten minutes in all; a long training needs a larger number in `work`. The port 2222 must be open between them, and for nobody else: there is no password. For a network such as the one above, write `network = keras.models.load_model("flowers.keras")` in place of `build_one_layer()`, and copy that file, too. `work` returns the network when it has learned; the machine with the index 0 is the one to save it.
#
# For a machine with a TPU (Google calls it a TPU VM), from a copy of the course:
#
# ```
# python3 -m venv tpu
# tpu/bin/pip install -e ".[tpu,lab]" --find-links https://storage.googleapis.com/libtpu-tf-releases/index.html
# tpu/bin/jupyter lab
# ```
#
# There, `pick_strategy()` takes the TPU, and the cells of this notebook stay as they are. The older kind of TPU, which stands apart from the machine, has a name or an address: `pick_strategy(tpu="grpc://10.0.0.2:8470")`. One thing you should know: the course's own tests have no TPU. They run this training on one CPU, the same cells with a smaller base on one CPU as if it were two devices, and the loop as two processes.

# %% [markdown] name="checklist"
# ## A checklist
#
# Before a long training on hardware that costs money:
#
# 1. Does it run for one epoch on a CPU, with a hundredth of the pictures?
# 2. Are the records complete, and near the machine that will read them? Read them all once: a damaged one stops you now, and not on the third day.
# 3. Does the pipeline feed the machine? Measure it alone, as above; a TPU that waits costs as much as one that works.
# 4. Global batch = batch of a replica × replicas, and the learning rate follows it.
# 5. `drop_remainder` where the shapes must be fixed.
# 6. Network, optimizer and `compile` within the scope.
# 7. `compile` after each change of `trainable`.
# 8. A checkpoint after each epoch, in a place that outlives the machine. Have you tried to go on from one?
# 9. Is the curve that you look at one of pictures that the network has not learned from?

# %% [markdown] name="exercises"
# ## More work required
#
# Three more gaps: how many steps an epoch has, the pipeline with one-hot labels, and a learning rate that changes during the training.

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
    assert answer != (12, 120), (
        "You count the last batch, and it is dropped since it is one that is not full."
    )
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
    praise="With shuffling, other pictures are left out in each epoch, so none is lost for good.",
)
steps_check

# %% name="ex_steps_run"
if steps_check.right:
    count = len(single_files)
    for cores in (1, 8, 32):
        steps, rest = steps_and_rest(count, batch_per_replica, cores)
        print(f"{count:,} pictures, {cores:2} replicas: {steps} steps, {rest} left out")

# %% [markdown] name="ex_steps_read"
# With many replicas an epoch has few steps. Then the smaller number of steps, and not the speed of each, decides what five epochs can teach; that is what the larger learning rate is to make up for.

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
    assert first.ndim == 4, f"A batch of 4 has the shape (4, 2, 2, 3), and yours {first.shape}."
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
    assert shown.max() > 2, "The values are to be still 0…255; the network scales them."
    assert np.array_equal(shown, pictures[:8]), (
        "The first 8 pictures should come out as they came in, in the same order; they do not."
    )
    assert found["types"][1] == "float32", "tf.one_hot gives float32 by itself; leave it so."
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
# A large learning rate harms most at the very beginning. So trainings on many replicas often begin with a small one, raise it epoch by epoch, and lower it again towards the end. Write such a *schedule*: in epoch 0 the rate is `low`; it rises in equal steps to `high` in epoch `warm`; from then on each epoch has 0.8 of the rate before it. `warm` is a whole number, at least 1. Return the rate of the epoch that is asked for; any epoch may be, in any order.


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
    assert not any(isinstance(rate, str) for rate in rates), "Return a number, not a text."
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

# %% [markdown] name="learned"
# ## What you learned
#
# - Neuron, softmax, cross-entropy, gradient descent: a network is these four, many times.
# - Momentum carries a descent over places that are level, and the noise of mini-batches helps.
# - TFRecords make few large files of many small ones. Where decoding takes the time, they gain little; measure.
# - A strategy gives each core a replica. Scope, `compile`, `fit`: the same lines everywhere.
# - Global batch and learning rate follow the number of replicas; on a TPU the last batch is dropped.
# - Checkpoints after each epoch, and a training that goes on from one.
# - Across machines, a short loop of your own takes the place of `fit`.
#
# This was the last lesson. You began with a neuron that turns Celsius into Fahrenheit. Now you can take a network that others have trained, teach it your pictures on whatever hardware there is, and, most of all, measure whether it works.
