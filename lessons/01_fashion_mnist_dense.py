# %% [markdown] name="title"
# # Lesson 1 · A first classifier from dense layers
#
# How would you write down, as rules, what makes a picture a shirt and not a coat? In this lesson you write no rules. You show a program thousands of pictures with their names, and it finds numbers that do the work of rules.
#
# **Afterwards you can**
#
# - say what a dense layer computes, and count its parameters,
# - train a network on labelled pictures and measure it on pictures that it has never seen,
# - read its answers as probabilities, and find out where it goes wrong.
#
# **You need** Python: functions, lists, loops, and some acquaintance with NumPy arrays, such as `array * array` and `array[array > 0]`. No machine learning. Addition and multiplication are enough mathematics; where a power or a logarithm appears, NumPy works it out and the text says what it is for.
#
# **Time** about 60 minutes to read and try, 30 more for the exercises. New terms are in italics where they are explained; the glossary, linked below, has them all.

# %% [markdown] name="setup"
# This cell fetches the course's helpers and starts the lesson. The line under it says what this run uses:
#
# - the *profile*, which is how much training is done: `quick` on a machine without a GPU, `full` with one. (A third one, `ci`, tests that the notebook runs, and trains far too little to show what the text describes. The start page says how to choose.)
# - the processor, and `float32`, the kind of numbers that it calculates with,
# - the *seed*, the number that the random numbers of this run start from. The same seed gives the same random numbers.

# %% name="start"
from course_utils import (
    check_exercise,
    explore_predictions,
    new_figure,
    plot_history,
    plot_network,
    plot_neuron,
    plot_picture,
    plot_pictures,
    plot_prediction,
    plot_predictions,
    start,
)

lesson = start("01_fashion_mnist_dense")

# %% [markdown] name="libraries_intro"
# Three libraries do the rest. NumPy calculates with arrays of numbers. TensorFlow does the same, also on a GPU, and keeps track of how each result came about. Keras, built on TensorFlow, makes and trains networks.

# %% name="libraries"
import keras
import numpy as np
import tensorflow as tf

# %% name="author" tags=["author"]
from tools.author import compare, private

# %% [markdown] name="data_title"
# ## Pictures with names
#
# Fashion-MNIST holds 70,000 small grey pictures of clothes from a shop's catalogue. Each has a *label*: the number of its *class*, the kind of thing it shows, such as trousers or bags. One call loads the dataset from this machine or the internet. If neither has it, the course draws a smaller *sample* of such pictures itself, and says so; everything then works the same, but the figures are those of the sample. Without this course you would write
#
# ```python
# import tensorflow_datasets as tfds
#
# datasets, info = tfds.load("fashion_mnist", as_supervised=True, with_info=True)
# ```
#
# and get the same two things: a dict with one dataset to learn from and one to be tested on, and a description of both. (`as_supervised=True` pairs each picture with its label.)

# %% name="data"
datasets, info = lesson.load_dataset("fashion_mnist")

# %% [markdown] name="classes_intro"
# The labels run from 0 to 9. Their names come with the data, in the order of the labels.

# %% name="classes" tags=["nbval-check-output"]
class_names = info.features["label"].names
class_names
# -> ['T-shirt/top',
# ->  'Trouser',
# ->  'Pullover',
# ->  'Dress',
# ->  'Coat',
# ->  'Sandal',
# ->  'Shirt',
# ->  'Sneaker',
# ->  'Bag',
# ->  'Ankle boot']

# %% [markdown] name="classes_read"
# So label 0 means T-shirt/top and label 9 means Ankle boot. The program answers with such a number; the names are for us.

# %% [markdown] name="picture_intro"
# A dataset is a stream of pictures with their labels, and `next(iter(…))` takes the first of them. The picture is a *tensor*, an array of numbers. Its *shape* says how many there are in each direction (also called axis, or dimension).

# %% name="picture" tags=["nbval-check-output"]
picture, label = next(iter(datasets["train"]))
picture.shape
# -> TensorShape([28, 28, 1])

# %% [markdown] name="picture_read"
# 28 rows, 28 columns, and 1 number for each *pixel* (each point of the picture): its brightness. A colour picture would have 3. Each number is one byte, from 0 for black to 255 for white. That makes

# %% name="bytes" tags=["nbval-check-output"]
28 * 28 * 1
# -> 784

# %% [markdown] name="bytes_read"
# 784 numbers are all that the program will ever know of a picture. Here are 64 of them, from the middle (`.numpy()` turns a tensor into a NumPy array),

# %% name="pixels"
picture[10:18, 10:18, 0].numpy()

# %% [markdown] name="pixels_read"
# and here is the whole picture as you see it, with the scale of its values beside it. (With Matplotlib alone: `import matplotlib.pyplot as plt`, then `plt.imshow(picture, cmap="gray")` and `plt.colorbar()`.)

# %% name="picture_shown"
plot_picture(picture, title=class_names[label])

# %% [markdown] name="grid_intro"
# One picture says little about its class. Look at 25 pictures with their names, and ask yourself which ones you would get wrong.

# %% name="grid"
pictures, labels = next(iter(datasets["train"].batch(25)))
plot_pictures(pictures, titles=[class_names[label] for label in labels])

# %% [markdown] name="split_intro"
# ## The exam
#
# A student who has seen the exam questions beforehand proves nothing by answering them. It is the same with a program that learns, so the pictures come in two parts: the *training set*, to learn from, and the *test set*, which stays locked away until the exam at the end.

# %% name="split"
{split: part.num_examples for split, part in info.splits.items()}

# %% [markdown] name="split_read"
# The 25 pictures above are training pictures. No picture of the test set will take part in training.

# %% [markdown] name="scale_title"
# ## Getting the pictures ready
#
# Learning works best with numbers around 1 in size; Exercise 5 shows what happens otherwise. Dividing by 255 turns 0…255 into 0…1. `tf.cast` first turns the bytes into numbers with decimals.


# %% name="scale"
def scale(pictures, labels):
    return tf.cast(pictures, tf.float32) / 255, labels


# %% name="scale_shown"
scaled_picture, _ = scale(picture, label)
plot_picture(scaled_picture, title=f"{class_names[label]}, scaled")

# %% [markdown] name="scale_read"
# The same picture: only the numbers on the scale have changed. (`_` is Python's usual name for a value that is not needed, here the label.)

# %% [markdown] name="pipeline_intro"
# Each method of a dataset adds a step to the stream:
#
# - `batch` puts 32 pictures together: a network learns from one *batch* at a time,
# - `map` applies `scale` to a whole batch at once,
# - `cache` keeps the finished batches, so that files are read once,
# - `shuffle` deals the batches in a new order in each round. Most code shuffles the pictures, before `batch`. Here they come well mixed, so it is enough to shuffle the finished batches. (It mixes up to 2,000 batches, more than there are.) The pictures of an exam need no new order.
# - `prefetch` gets the next batches ready while this one is worked on; `AUTOTUNE` lets TensorFlow decide how many.


# %% name="pipeline"
def prepare(dataset):
    return dataset.batch(32).map(scale).cache()


train_dataset = prepare(datasets["train"]).shuffle(2_000).prefetch(tf.data.AUTOTUNE)
test_dataset = prepare(datasets["test"]).prefetch(tf.data.AUTOTUNE)

# %% name="pipeline_shape" tags=["nbval-check-output"]
pictures, labels = next(iter(prepare(datasets["train"])))
pictures.shape
# -> TensorShape([32, 28, 28, 1])

# %% [markdown] name="pipeline_read"
# A batch has one more direction than a picture, and it comes first: 32 pictures of 28 rows, 28 columns and 1 number each. Keras takes pictures only in batches. Remember that first direction when you ask about a single picture below.

# %% [markdown] name="neuron_title"
# ## What a neuron computes
#
# A *network* consists of *layers*, and a layer of *neurons*. The first layer takes the numbers of a picture; each later one takes the output of the layer before. So begin with a single neuron. It multiplies each of its inputs by a number, the input's *weight*, adds up the products, and adds one more number, its *bias*. With three inputs:

# %% name="neuron" tags=["nbval-check-output"]
inputs = np.array([0.0, 0.5, 1.0])
weights = np.array([0.25, -0.5, 0.75])
bias = 0.25
float(np.sum(inputs * weights) + bias)
# -> 0.75

# %% [markdown] name="neuron_read"
# 0 × 0.25 + 0.5 × (−0.5) + 1 × 0.75 = 0.5, and the bias makes it 0.75. Weights and biases together are the *parameters*: the numbers that training will find.
#
# For some tasks that is all you need. One neuron with the weight 1.8 and the bias 32 turns degrees Celsius into Fahrenheit:

# %% name="celsius" tags=["nbval-check-output"]
celsius = np.array([-40.0, 0.0, 37.0, 100.0])
1.8 * celsius + 32
# -> array([-40. ,  32. ,  98.6, 212. ])

# %% [markdown] name="celsius_read"
# Draw one against the other, and you get a straight line. But no straight line tells shirts from coats, and stacking such neurons does not help. Send each of three numbers through one neuron (weight 3, bias 1) and its answer through a second one (weight 2, bias −5). Compare one neuron with the weight 6 and the bias −3:

# %% name="two_lines" tags=["nbval-check-output"]
x = np.array([-2.0, 0.0, 2.0])
2 * (3 * x + 1) - 5, 6 * x - 3
# -> (array([-15.,  -3.,   9.]), array([-15.,  -3.,   9.]))

# %% [markdown] name="two_lines_read"
# The same answers: two lines, one after the other, are one line again. A network needs a bend between its layers. The most common bend is *ReLU* (rectified linear unit): negative numbers become 0, the rest stay as they are. A function like this, applied to what a neuron has added up, is called its *activation*.

# %% name="relu" tags=["nbval-check-output"]
hidden = np.maximum(0, 3 * x + 1)
2 * hidden - 5
# -> array([-5., -3.,  9.])

# %% [markdown] name="relu_read"
# From −2 to 0 the answer now rises by 2, from 0 to 2 by 12. That is no straight line. Many neurons, each with its bend in its own place, can follow curves that no line can, and that is why a network needs activations. Here is the neuron from above, with its bend:

# %% name="neuron_drawn"
plot_neuron(inputs, weights, bias)

# %% [markdown] name="bends_intro"
# ReLU is one of several bends. You will meet three others: tanh and sigmoid squeeze every sum between two limits, and ELU rounds off ReLU's corner.

# %% name="bends"
sums = np.linspace(-3, 3, 61)
bends = {
    "ReLU": np.maximum(0, sums),
    "ELU": np.where(sums > 0, sums, np.exp(sums) - 1),
    "tanh": np.tanh(sums),
    "sigmoid": 1 / (1 + np.exp(-sums)),
}

# %% name="bends_shown"
figure = new_figure(6, 3, "ReLU is 0 up to 0 and rises from there; the others bend softly.")
axes = figure.subplots()
for (name, answers), line in zip(bends.items(), ("-", "--", "-.", ":"), strict=True):
    axes.plot(sums, answers, line, label=name)
axes.set(xlabel="what the neuron has added up", ylabel="its answer")
axes.legend()
figure

# %% [markdown] name="bends_read"
# ReLU, the solid line, is the cheapest to compute and the usual one between layers. (`new_figure` is Matplotlib's `plt.figure` with a description, for readers who cannot see the picture.)

# %% [markdown] name="ex_neuron"
# ### Exercise 1 · A neuron
#
# Write a neuron with ReLU. `inputs` and `weights` are arrays of the same length, `bias` is a number; return one number. Replace the dots, run the cell, then run the check below it.


# %% name="ex_neuron_answer" exercise="neuron"
def neuron(inputs, weights, bias):
    ### BEGIN SOLUTION
    return max(0, np.sum(inputs * weights) + bias)
    ### END SOLUTION


# %% name="ex_neuron_check" exercise="neuron" points=1
def check(neuron):
    examples = [  # inputs, weights, bias; right; and with the bias: left out, last, in each product
        ([1, 2, 4], [0.5, 1, -0.25], 1, 2.5, 1.5, 2.5, 4.5),
        ([-1, -2, -4], [0.5, 1, -0.25], 2, 0.5, 0, 2, 4.5),
        ([1, 2, 4], [0.5, 1, -0.25], -4, 0, 1.5, -2.5, 0),
        ([0.5], [-3], 1.25, 0, 0, 1.25, 0),
        ([0.5], [3], -1.25, 0.25, 1.5, 0.25, 0.25),
        ([-2, 3], [-1.5, -0.5], 0, 1.5, 1.5, 1.5, 1.5),
        ([-2, 3], [-0.5, -1.5], 0.75, 0, 0, 0.75, 0),
        ([2, 0, 7, 1, 1], [0.5, 9, -1, 4, 4], 0.5, 2.5, 2, 2.5, 4.5),
        ([2, 0, 7, 1, 1], [0.5, 9, -1, 4, 4], -6, 0, 2, -4, 0),
        ([1, 1, 1, 1], [2, -8, 2, 2], 2.25, 0.25, 0, 2.25, 7),
        ([10, 20, 30], [10, 20, 30], 100, 1500, 1400, 1500, 1700),
        ([0, 0], [1, -1], 3, 3, 0, 3, 6),
        ([0.125, 3], [0.0625, 2], -6, 0.0078125, 6.0078125, 0.0078125, 0),
        ([0, 0], [1, -1], -3, 0, 0, -3, 0),
        ([3] * 50, [20, -19] * 25, 4, 79, 75, 79, 275),
    ]
    given = [(np.array(x, float), np.array(w, float), bias) for x, w, bias, *_ in examples]
    right, unbiased, late, often = np.array([example[3:] for example in examples]).T
    answers = [neuron(x.copy(), w.copy(), bias) for x, w, bias in given]
    assert all(np.ndim(answer) == 0 for answer in answers), (
        "A neuron has one number as its output, however many inputs it has: add up the products."
    )
    assert not np.allclose(answers, unbiased), (
        "The bias is missing: 1 × 0.5 + 2 × 1 + 4 × (−0.25) = 1.5 is the sum of the products, "
        "before the bias of 1."
    )
    assert not np.allclose(answers, late), (
        "You apply ReLU before the bias is added; ReLU comes last."
    )
    assert not np.allclose(answers, often), (
        "You add the bias once for every input. A neuron has one bias, added to the sum."
    )
    for inputs, wanted, answer in zip(given, right, answers, strict=True):
        assert not answer < 0, f"You return {answer}. ReLU turns every negative sum into 0."
        assert np.isclose(answer, wanted), (
            "neuron(inputs, weights, bias) is not right for all inputs: for "
            f"{inputs[0].tolist()}, {inputs[1].tolist()} and {inputs[2]} it should be "
            f"{wanted:g}, not {answer}."
        )
    ### BEGIN HIDDEN TESTS
    for length in (1, 2, 3, 4, 5, 5, 6, 7, 8, 9, *private.integers(20, 900, 4)):
        inputs, weights = private.choice([1, 50]) * private.normal(size=(2, length))
        compare(inputs, weights, float(private.normal()))
    ### END HIDDEN TESTS


neuron_check = check_exercise(
    neuron,
    check,
    hints=[
        "Three steps: multiply each input by its weight, add everything up, then apply ReLU.",
        "np.sum(inputs * weights) does the first two. Where does the bias come in?",
        "max(0, number) is ReLU for a single number.",
    ],
    praise="That is all a neuron does; the rest of the network is many of them.",
)
neuron_check


# %% [markdown] name="dense_title"
# ## From one neuron to a network
#
# In a *dense layer* every neuron sees every input. Its inputs must be in a line, but a picture is a grid. `Flatten` unrolls the grid, row by row.

# %% name="flatten" tags=["nbval-check-output"]
keras.layers.Flatten()(pictures).shape
# -> TensorShape([32, 784])

# %% [markdown] name="flatten_read"
# 28 × 28 = 784: every pixel is still there, but the network no longer knows which ones were neighbours. Lesson 2 gives that back.

# %% [markdown] name="softmax_intro"
# The last layer has ten neurons, one for each class, and their ten sums should become probabilities. *Softmax* does that: it raises the number e = 2.718… to the power of each sum, which makes every number positive and large ones much larger, and divides each by their total. With three classes:

# %% name="softmax" tags=["nbval-check-output"]
powers = np.exp([1.0, 2.0, 5.0])
(powers / powers.sum()).round(3)
# -> array([0.017, 0.047, 0.936])

# %% [markdown] name="softmax_read"
# The largest sum gets the largest share, and the shares add up to 1: a *probability distribution*. "93.6 % for the third class" is an answer you can work with.

# %% [markdown] name="model_intro"
# Now the network itself, the *model*: unroll, 128 neurons with ReLU, 10 neurons with softmax. A layer between the inputs and the last layer, such as the 128 neurons here, is called a *hidden layer*. `Sequential` means one layer after another, and `keras.Input` states the shape of one picture, without the direction of the batch. (Older code writes `input_shape=` into the first layer instead.)

# %% name="model" tags=["nbval-check-output"]
model = keras.Sequential(
    [
        keras.Input(shape=(28, 28, 1)),
        keras.layers.Flatten(),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.count_params()
# -> 101770

# %% [markdown] name="model_read"
# Count them yourself: each of the 128 neurons has 784 weights and a bias, each of the 10 has 128 weights and a bias. 784 × 128 + 128 + 128 × 10 + 10 = 101,770. For now they are random numbers. Keras lists the same counts, layer by layer (`None` stands for a batch of any size):

# %% name="model_summary"
model.summary()

# %% [markdown] name="model_drawn_intro"
# In this drawing, each line is a weight; larger layers show only ten neurons:

# %% name="model_drawn"
plot_network([784, 128, 10], ["inputs", "neurons with ReLU", "neurons with softmax"])

# %% [markdown] name="loss_intro"
# ## Training
#
# To improve, the network must know how wrong it is. That is the *loss*: one number, the smaller the better. For classes, the loss is the *cross-entropy*: minus the logarithm of the probability that the network gave to the right class. The logarithm of 1 is 0; the nearer a number is to 0, the further its logarithm drops below 0. This is what four probabilities of the right class cost:

# %% name="loss" tags=["nbval-check-output"]
[round(float(-np.log(probability)), 2) for probability in (0.9, 0.5, 0.1, 0.01)]
# -> [0.11, 0.69, 2.3, 4.61]

# %% [markdown] name="loss_read"
# Being sure and right costs next to nothing. Giving the right class 10 %, as anyone guessing among ten does, costs 2.3. Being sure of something wrong costs most.

# %% [markdown] name="step_intro"
# ### A step by hand
#
# How does training make the loss smaller? Watch the smallest network learn: the one neuron that turns Celsius into Fahrenheit, but now it has to find its two parameters itself, from four examples. The temperatures are in hundreds of degrees, to be around 1 in size; so the bias to find is 0.32. The loss for such a task is the *mean squared error*: how far each answer is off, squared, and the mean of that.

# %% name="step_loss" tags=["nbval-check-output"]
celsius = np.array([-0.4, 0.0, 0.37, 1.0])
fahrenheit = np.array([-0.4, 0.32, 0.986, 2.12])


def squared_error(weight, bias):
    return float(np.mean((weight * celsius + bias - fahrenheit) ** 2))


round(squared_error(0, 0), 3)
# -> 1.432

# %% [markdown] name="step_slopes_intro"
# Begin with 0 for both. Would the loss fall if the weight grew a little? And if the bias did? Try it: increase one of them by 0.0001, and divide the change in the loss by 0.0001.


# %% name="step_slopes" tags=["nbval-check-output"]
def slopes(weight, bias):
    here, little = squared_error(weight, bias), 0.0001
    with_weight = squared_error(weight + little, bias)
    with_bias = squared_error(weight, bias + little)
    return (with_weight - here) / little, (with_bias - here) / little


[round(slope, 2) for slope in slopes(0, 0)]
# -> [-1.32, -1.51]

# %% [markdown] name="step_slopes_read"
# Both are negative: the loss falls when either grows. These slopes, one for each parameter, are the *gradient*. A step of training goes the other way: it subtracts from each parameter its slope times a small number, the *learning rate*, here 0.5. That is all; the rest is repetition.

# %% name="step_loop" tags=["nbval-check-output"]
weight, bias, losses = 0.0, 0.0, [squared_error(0, 0)]
for _ in range(40):
    weight_slope, bias_slope = slopes(weight, bias)
    weight, bias = weight - 0.5 * weight_slope, bias - 0.5 * bias_slope
    losses.append(squared_error(weight, bias))
round(weight, 2), round(bias, 2)
# -> (1.8, 0.32)

# %% name="step_shown"
figure = new_figure(6, 2.6, "The loss over 40 steps: it falls fast, then slowly, towards 0.")
axes = figure.subplots()
axes.plot(losses, marker=".")
axes.set(xlabel="step", ylabel="loss")
figure

# %% [markdown] name="step_read"
# The neuron has found 1.8 and 0.32, and nobody told it the formula. The network for clothes learns in the same way, with three differences: it has 101,770 parameters; TensorFlow works out all their slopes at once, without trying each; and each step looks at one batch rather than all examples.

# %% [markdown] name="compile_intro"
# `compile` puts three things together:
#
# - The *loss*. Its full name says: cross-entropy over classes (`categorical`), for labels that are class numbers (`sparse`).
# - The *optimizer*, which takes the steps. Adam is a good one to begin with: it adapts the length of the step to each parameter.
# - The *metrics*, which you read but training does not use. *Accuracy* is the share of right answers.
#
# The last two lines change only the waiting time: `jit_compile` lets TensorFlow translate the whole network into one program for this machine, and `steps_per_execution` lets it work through 625 batches, a third of the 60,000 real pictures, before it reports back to Python.

# %% name="compile"
model.compile(
    optimizer="adam",
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
    jit_compile=True,
    steps_per_execution=625,
)

# %% [markdown] name="fit_intro"
# `fit` does the work. An *epoch* is one pass over all the training pictures. The published training has five: with the 60,000 real pictures, the network sees 300,000 examples. ("Published" always refers to the older material that this course renews: notebooks written for Keras 2.) `lesson.epochs(5)` is this profile's share of the five: all of them in `full` and `quick`. (`verbose=2` prints a line for each epoch, `verbose=0` nothing.)

# %% name="fit"
history = model.fit(train_dataset, epochs=lesson.epochs(5), verbose=2)

# %% name="fit_shown"
plot_history(history)

# %% [markdown] name="fit_read"
# Every epoch the loss falls and the accuracy rises, fast at first, then more slowly: what is found first helps most. But these are marks for homework, with the answers at hand. (`plot_history` draws two curves: `plt.plot(history.history["loss"])` is the left one.)

# %% [markdown] name="exam_intro"
# Now the exam: pictures that the network has never seen. `evaluate` returns the loss and then the metrics.

# %% name="exam"
test_loss, test_accuracy = model.evaluate(test_dataset, verbose=0)
round(test_accuracy, 4)

# %% [markdown] name="exam_read"
# Compare this with the accuracy in the last line that `fit` printed. It is usually a little lower. The difference is what the network knows about its training pictures in particular and not about clothes. That is the beginning of *overfitting*, and you will see it grow below.

# %% [markdown] name="predict_title"
# ## Reading the answers
#
# `predict` takes a batch and returns ten probabilities for each picture in it.

# %% name="predict" tags=["nbval-check-output"]
pictures, labels = next(iter(test_dataset))
probabilities = model.predict(pictures, verbose=0)
probabilities.shape
# -> (32, 10)

# %% [markdown] name="predict_read"
# 32 pictures, 10 classes. Each row is a probability distribution: its numbers add up to 1.

# %% name="predict_row"
probabilities[0].round(2)

# %% [markdown] name="argmax_intro"
# The answer is the class with the largest probability; `argmax` gives its number.

# %% name="argmax"
answer = int(probabilities[0].argmax())
class_names[answer], class_names[labels[0]]

# %% [markdown] name="prediction_intro"
# The answer comes first, the truth second. Now the picture beside its ten bars: ✓ marks a right answer, ✗ a wrong one, with the true class hatched. (In Matplotlib, `plt.barh(class_names, probabilities[0])` draws the bars.)

# %% name="prediction"
plot_prediction(pictures[0], probabilities[0], class_names, labels[0])

# %% [markdown] name="gallery_intro"
# The first fifteen of the batch. Look for those where two bars compete: what do the two classes have in common?

# %% name="gallery"
plot_predictions(pictures[:15], probabilities[:15], labels[:15], class_names)

# %% [markdown] name="single_intro"
# Keras takes batches. To ask about one picture, put it into a batch of its own: `np.newaxis` adds the missing direction.

# %% name="single" tags=["nbval-check-output"]
batch_of_one = pictures[0][np.newaxis]
batch_of_one.shape
# -> TensorShape([1, 28, 28, 1])

# %% name="single_answer" tags=["nbval-check-output"]
model.predict(batch_of_one, verbose=0).shape
# -> (1, 10)

# %% [markdown] name="single_read"
# One picture in, one row of probabilities out. Without the added direction, Keras would take the 28 rows for a batch of 28 very flat pictures, and complain.

# %% [markdown] name="explore_intro"
# ## Where it goes wrong
#
# The accuracy says how often the network is wrong, never where. The exam is over, so you may look at the papers. Ask the network about every test picture, and move the slider through 40 of its answers: first the mistakes, beginning with those that it was surest of, then right answers, beginning with the least sure.

# %% name="explore_predict"
test_pictures = np.concatenate([pictures for pictures, _ in test_dataset])
test_labels = np.concatenate([labels for _, labels in test_dataset])
test_probabilities = model.predict(test_pictures, verbose=0)

# %% name="explore"
explore_predictions(test_pictures, test_probabilities, test_labels, class_names)

# %% [markdown] name="explore_read"
# Some mistakes you would make too; some labels you might argue with. How sure was the network of its surest mistake?

# %% name="surest"
wrong = test_probabilities.argmax(axis=1) != test_labels
surest_mistake = float(test_probabilities[wrong].max())
f"{surest_mistake:.0%}"

# %% [markdown] name="surest_read"
# A network can be sure and wrong: a probability is its opinion, not a guarantee.

# %% [markdown] name="memorise_title"
# ## Learning by heart
#
# What happens to a student with very few questions and a lot of time? Give a fresh network 500 pictures and many epochs. To watch it from outside while it learns, hold back 500 other training pictures: a *validation set*. As `validation_data`, it measures the network after every epoch. Use it for decisions during the work: how long, how wide, which layers. The test set is for the one exam at the end: if you decide by it, you choose whatever happens to do well in this exam, and its figure means less.

# %% name="few"
few_dataset = prepare(datasets["train"].take(500))
validation_dataset = prepare(datasets["train"].skip(500).take(500))

# %% name="memorise"
few_model = keras.models.clone_model(model)  # the same layers, with new random numbers
few_model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
few_history = few_model.fit(
    few_dataset, validation_data=validation_dataset, epochs=lesson.epochs(60), verbose=0
)

# %% name="memorise_shown"
plot_history(
    few_history,
    title="500 pictures, again and again",
    whole=lesson.whole_training("few_history"),
)

# %% [markdown] name="memorise_read"
# The solid curves are the 500 pictures that the network learns from: given enough epochs, it gets nearly all of them right. The dashed ones are the 500 that it does not learn from. They stop improving early, and their loss turns upwards, because the network grows ever surer of what it has learned by heart. That is overfitting. (Thin grey curves, if you see any, show a recorded full run on real pictures, beside your own.) More pictures help most; Lessons 4 and 5 are about what to do when there are no more.

# %% [markdown] name="regression"
# ## Classes or quantities
#
# Naming the class of a picture is *classification*. Predicting a quantity, such as the price of the garment, is *regression*. The networks look alike and end differently:
#
# | | classification | regression |
# | --- | --- | --- |
# | answers | one of several classes | a number |
# | last layer | one neuron for each class, softmax | one neuron, no activation |
# | output | probabilities that add up to 1 | any number |
# | loss | cross-entropy | mean squared error |
# | what you report | accuracy | *mean absolute error*: how far off the answers are on average, in the quantity's unit |
#
# The neuron that turned Celsius into Fahrenheit did regression, with one weight.

# %% [markdown] name="save_title"
# ## Keeping the model
#
# Whoever uses the model has pictures with values of 0…255, and would have to know that you divided them by 255. Put that step in front, as a layer, and nobody needs to know. `lesson.save_model` calls Keras's `model.save("name.keras")`, in a folder where later lessons look. (Older code saves to `.h5` files.)

# %% name="save"
complete_model = keras.Sequential(
    [keras.Input(shape=(28, 28, 1)), keras.layers.Rescaling(1 / 255), *model.layers]
)
model_path = lesson.save_model(complete_model)

# %% [markdown] name="save_check_intro"
# Trust, but check: load the model from its file, give it the first batch of raw test pictures, and compare with what the network said about the scaled ones.

# %% name="save_check" tags=["nbval-check-output"]
loaded_model = keras.models.load_model(model_path)
raw_pictures, _ = next(iter(datasets["test"].batch(32)))
bool(np.abs(loaded_model.predict(raw_pictures, verbose=0) - probabilities[:32]).max() < 0.001)
# -> True

# %% [markdown] name="save_read"
# The same answers. A model that carries its own preparation takes pictures as they come; the lessons that follow build theirs that way from the start.

# %% [markdown] name="report_intro"
# ## Your figures beside others
#
# The published column quotes the older material. The measured one comes from `make lesson N=01`, a command that runs this lesson without a browser, on the real pictures; `docs/results.md` says when and on what machine. Expect yours to differ a little: the seed fixes the random numbers that training starts from, but other machines and versions round differently.

# %% name="report"
lesson.report(train_accuracy=history.history["accuracy"][-1], test_accuracy=test_accuracy)

# %% [markdown] name="exercises_title"
# ## Exercises
#
# Five questions about the network, each with a small function to write first. To compare networks fairly, you need a fresh one each time, and pictures other than the exam's to judge it by. Here are two helpers, and the training pictures in two parts: five sixths to learn from, and one sixth as the validation set. (`jit_compile` is left out: the translation would take longer than these short runs.)


# %% name="exercises_helpers"
def new_model(width=128):
    model = keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(width, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    return compile_model(model)


def compile_model(model):
    model.compile(
        optimizer="adam",
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=50,
    )
    return model


# %% name="exercises_data"
held_back = info.splits["train"].num_examples // 6
validation_dataset = prepare(datasets["train"].take(held_back))
learning_dataset = prepare(datasets["train"].skip(held_back)).shuffle(2_000)

# %% [markdown] name="ex_epochs"
# ### Exercise 2 · One epoch against five
#
# Write a function that makes a fresh network with `new_model()`, trains it on `dataset`, as it is, for `epochs` epochs, and returns the network. Each call starts from scratch.


# %% name="ex_epochs_answer" exercise="epochs"
def train_from_scratch(dataset, epochs):
    ### BEGIN SOLUTION
    model = new_model()
    model.fit(dataset, epochs=epochs, verbose=0)
    return model
    ### END SOLUTION


# %% name="ex_epochs_check" exercise="epochs" points=1
from course_utils.exercises.networks import build_twice


def batches_of(classes, bright):
    """A batch of 32 pictures for each list of classes: black, or bright in rows of its own."""
    pictures = np.zeros((len(classes), 32, 28, 28, 1), "float32")
    for number in range(len(classes) if bright else 0):
        pictures[number, :, 7 * number : 7 * number + 7] = 1
    return pictures, np.array([np.resize(labels, 32) for labels in classes])


def train_twice(train_from_scratch, classes, epochs, bright):
    dataset = tf.data.Dataset.from_tensor_slices(batches_of(classes, bright))
    tf.config.run_functions_eagerly(True)  # for so few batches, translating would take longer
    try:
        return build_twice(train_from_scratch, dataset, epochs, known=[model])
    finally:
        tf.config.run_functions_eagerly(False)


def look_into(network, classes, epochs, bright):
    found = {"parameters": network.count_params()}
    if found["parameters"] != 101_770:
        return found
    kernel, hidden, _, last = network.get_weights()
    if not bright:
        return found | {"moved": bool(np.any(hidden)), "biases": (1000 * last.round(4)).tolist()}
    pictures, labels = batches_of(classes, bright)
    given = [
        network(batch).numpy()[np.arange(32), right]
        for batch, right in zip(pictures, labels, strict=True)
    ]
    dark, most = kernel[7 * 28 * len(classes) :], np.sqrt(6 / (784 + 128))  # as Glorot draws
    kept = np.abs(dark).max() <= most and np.std(dark) > most / 2
    near = np.abs(kernel).max() <= most + 0.004 * epochs * len(classes)
    return found | {
        "learned": [bool(share.mean() > 0.5) for share in given],
        "began": kept and near,
    }


def what_it_learned(trained, classes, epochs, bright):
    first, second = (look_into(network, classes, epochs, bright) for network in trained["networks"])
    return first | {"shared": trained["shared"], "alike": first == second}


def biases_of_adam(classes, epochs):
    """Return what Adam makes of the last biases where all pictures are black, in thousandths."""
    biases, mean, square = np.zeros((3, 10))
    for turn, labels in enumerate(classes * epochs, start=1):
        shares = np.exp(biases) / np.exp(biases).sum()
        gradient = shares - np.bincount(np.resize(labels, 32), minlength=10) / 32
        mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
        steps = mean / (1 - 0.9**turn) / np.sqrt(square / (1 - 0.999**turn))
        biases = biases - 0.001 * steps
    return 1000 * biases


def check(train_from_scratch):
    plans = [(1, 1, 4), (2, 3, 7), (3, 2, 0), (1, 5, 9), (4, 1, 4)]
    wanted, seen = [batches * epochs for batches, epochs, _ in plans], []
    for batches, epochs, label in plans:
        trained = train_from_scratch([[label]] * batches, epochs, False)
        assert not trained["shared"], (
            "Your function goes on with a network that was trained before, or copies one. Make a "
            "fresh one with `new_model()` inside the function, at every call."
        )
        assert trained["parameters"] == 101_770, (
            "That is not the network of `new_model()`, which has 101,770 parameters; yours has "
            f"{trained['parameters']:,}."
        )
        assert not trained["moved"], (
            "The biases of the hidden layer are not 0. The check's pictures are black, so "
            "these biases cannot learn anything: does your network learn from pictures other than "
            "those in `dataset`, or has it been trained before?"
        )
        # Adam moves the bias of the only class by 0.001 a batch, and the others the other way.
        steps = trained["biases"][label]
        seen.append(int(round(steps)))
        others = np.delete(trained["biases"], label)
        assert abs(steps - seen[-1]) < 0.05 and np.allclose(others, -steps, atol=0.05), (
            "The biases of the last layer are not those that Adam reaches with pictures of one "
            "class. Leave `compile` to `new_model()`, and train on `dataset` alone."
        )
    assert any(seen), "The network has not been trained: call its `fit`."
    for times in range(1, 11):
        assert seen != [times * batches for batches, *_ in plans], (
            f"The network that you return has been trained for {times} epoch{'s' * (times > 1)}, "
            "whatever `epochs` says: pass `epochs` on to `fit`, and keep one network for them all."
        )
    for (batches, epochs, _), steps, right in zip(plans, seen, wanted, strict=True):
        assert steps == right, (
            f"Your network has not learned once from every batch of every epoch: {epochs} epochs "
            f"of {batches} batches are {right} batches; yours has learned from {steps}."
        )
    mixed = [[3], [3, 8, 8, 8], [1, 8], [5]]
    for classes, epochs in ((mixed, 1), (mixed[::-1], 2)):
        biases = train_from_scratch(classes, epochs, False)["biases"]
        assert np.allclose(biases, biases_of_adam(classes, epochs), atol=0.2), (
            "In four batches of different classes, your network has not learned from each batch "
            "once an epoch, in order: pass all of `dataset` to `fit`, as it is."
        )
    trained = train_from_scratch([[7], [2], [0]], 7, True)
    assert trained["began"], (
        "The weights of pixels that are always dark, from which nothing can be learned, are not "
        "those of `new_model()`, or others have moved further than `fit` moves them."
    )
    assert trained["learned"] == [True] * 3, (
        "After seven epochs of three batches, each with bright rows and a class of its own, "
        "your network cannot tell all three apart. Its weights have to learn, too, from every "
        "batch: leave all of that to `fit`."
    )
    assert trained["alike"], (
        "A second call, with the same dataset, has learned something different."
    )
    ### BEGIN HIDDEN TESTS
    for batches, epochs in (*private.integers(2, 5, (2, 2)).tolist(), (7, 1)):
        classes = [private.integers(0, 10, private.integers(1, 9)).tolist() for _ in range(batches)]
        compare(classes, epochs, False)
    classes = private.permutation(10)[:3, np.newaxis].tolist()
    compare(classes, 7, True)
    ### END HIDDEN TESTS


epochs_check = check_exercise(
    train_from_scratch,
    check,
    trial=train_twice,
    as_data=what_it_learned,
    hints=[
        "Three lines: make a network, fit it, return it.",
        "`new_model()` returns a fresh network that is already compiled.",
        "model.fit(dataset, epochs=epochs, verbose=0) trains it without printing.",
    ],
    praise="Now both networks start from scratch, and the comparison is fair.",
)
epochs_check


# %% [markdown] name="ex_epochs_try"
# Once your answer is right, this cell trains both networks and judges them by the validation set. (`lesson.trials` yields its arguments in turn; only the `ci` profile stops after the first.) Before you run it: how much do you expect four more epochs to help?

# %% name="ex_epochs_run"
if epochs_check.right:
    for epochs in lesson.trials(1, 5):
        trained = train_from_scratch(learning_dataset, epochs)
        loss, accuracy = trained.evaluate(validation_dataset, verbose=0)
        print(f"{epochs} epochs: validation accuracy {accuracy:.3f}, loss {loss:.3f}")

# %% [markdown] name="ex_width"
# ### Exercise 3 · Width
#
# How many parameters are there when the hidden layer has `width` neurons instead of 128? Write the formula as a function. The sum for 128 is further up, after the cell that builds the network.


# %% name="ex_width_answer" exercise="width"
def network_parameters(width):
    ### BEGIN SOLUTION
    return 784 * width + width + width * 10 + 10
    ### END SOLUTION


# %% name="ex_width_check" exercise="width" points=1
def check(network_parameters):
    widths = [128, 1, 2, 3, 10, 17, 64, 100, 255, 300, 512, 1000, 20_000]
    right = [101_770, 805, 1_600, 2_395, 7_960, 13_525, 50_890, 79_510, 202_735, 238_510]
    right = np.array([*right, 407_050, 795_010, 15_900_010])
    answers = [network_parameters(width) for width in widths]
    assert all(np.ndim(answer) == 0 for answer in answers), "Return one number, the sum."
    neurons = np.array(widths)
    for wrong, message in (
        (
            right - neurons - 10,
            "The biases are missing: every neuron has one, besides its weights.",
        ),
        (
            785 * neurons,
            "That is only the hidden layer. Its outputs are the inputs of the last layer, which has "
            "weights and biases of its own.",
        ),
        (right - 10, "The ten neurons of the last layer have biases too."),
        (right - neurons, "The neurons of the hidden layer have biases too."),
        (
            right - 756 * neurons,
            "Every neuron of the hidden layer sees all 784 numbers of a picture, not one row of "
            "it.",
        ),
        (
            right - 10 * neurons + 1_280,
            "The last layer has as many inputs as the hidden layer has neurons: `width`, not 128.",
        ),
    ):
        assert not np.array_equal(answers, wrong), message
    for width, wanted, answer in zip(widths, right, answers, strict=True):
        assert answer == wanted, (
            f"Not right for every width: network_parameters({width}) should be {wanted:,}, not "
            f"{answer}."
        )
    ### BEGIN HIDDEN TESTS
    for width in (*private.integers(1, 2_000, 10), *private.integers(8_000, 25_000, 5)):
        compare(int(width))
    ### END HIDDEN TESTS


width_check = check_exercise(
    network_parameters,
    check,
    hints=[
        "Count the hidden layer and the last layer separately, then add.",
        "A dense layer has inputs × neurons weights, and a bias for each neuron.",
        "The hidden layer has 784 × width + width. How many inputs does the last layer have?",
    ],
    praise="Nearly all of them are in the hidden layer, at its 784 inputs.",
)
width_check


# %% [markdown] name="ex_width_try"
# What do the parameters buy? Three widths, one epoch each.

# %% name="ex_width_run"
if width_check.right:
    by_width = {}
    for width in lesson.trials(10, 128, 512):
        wide = new_model(width)
        wide.fit(learning_dataset, epochs=1, verbose=0)
        by_width[width] = wide.evaluate(validation_dataset, verbose=0)[1]
        print(f"{width} neurons, {network_parameters(width):,} parameters: {by_width[width]:.3f}")

# %% [markdown] name="ex_width_read"
# Ten neurons have a thirteenth of the parameters of 128, and are right less often. But four times as many neurons as 128 add little more: after one epoch, it is no longer the width that holds the network back most.

# %% [markdown] name="ex_layers"
# ### Exercise 4 · Extra layers
#
# Write a function that builds a network with one hidden layer for each entry of the list `widths`: `build_network([256, 64])` makes a layer of 256 neurons, then one of 64, each with ReLU, then the ten with softmax. The list may have any number of entries, of any width. With an empty list, only the ten are left. Return the network without compiling it.


# %% name="ex_layers_answer" exercise="layers"
def build_network(widths):
    ### BEGIN SOLUTION
    hidden = [keras.layers.Dense(width, activation="relu") for width in widths]
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Flatten(),
            *hidden,
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    ### END SOLUTION


# %% name="ex_layers_check" exercise="layers" points=2
from course_utils.exercises.networks import build_twice, measure, measure_both


def build_layers(build_network, widths):
    return build_twice(build_network, widths, known=[model], shape=(28, 28, 1))


def measure_layers(built, widths):
    return measure_both(built, 28, 28, 1, most=1)


def check(build_network):
    def reference(widths, hidden="relu", last="softmax"):
        line = [keras.Input(shape=(28, 28, 1)), keras.layers.Flatten()]
        dense = [keras.layers.Dense(width, hidden) for width in widths]
        network = keras.Sequential([*line, *dense, keras.layers.Dense(10, last)])
        return measure(network, 28, 28, 1, most=1)

    def alike(one, other):
        return np.allclose(one["answers"], other["answers"], rtol=2e-4, atol=1e-6)

    built = []
    for widths in ([256, 64], [7], [3, 9, 7, 9], [40, 40], [5, 12, 5], [], [4] * 7, [120, 300]):
        right = reference(widths)
        built.append((build_network(widths), right, widths))
        found = built[-1][0]
        assert found["answers"].shape == (4, 10), (
            "Your network should give ten numbers for each picture; its answers have the shape "
            f"{found['answers'].shape[1:]}. Dense layers need their inputs in a line: begin with "
            "Flatten."
        )
        assert found["trained"] == right["trained"], (
            f"For {widths}, weights and biases have the shapes {right['trained']} if there is one "
            "hidden layer for each entry of `widths`, in that order, after Flatten; yours have "
            f"{found['trained']}."
        )
        assert not found["shared"], (
            "Your network shares its weights with one that was there before. Make new layers at "
            "every call."
        )
        assert found["alike"], "Two calls with the same list give two different networks."
    ### BEGIN HIDDEN TESTS
    for most, length in ((100, private.integers(2, 5)), (900, 2), (30, private.integers(8, 14))):
        widths = private.integers(most // 3, most, length).tolist()
        found = build_network(list(widths))["trained"]
        assert found == reference(widths)["trained"], "The hidden layers do not follow `widths`."
    ### END HIDDEN TESTS
    ### EARNED 1
    for found, right, widths in built:
        assert np.allclose(found["answers"].sum(axis=1), 1, atol=1e-3), (
            "The last layer needs softmax, so that its ten numbers are probabilities that add up "
            "to 1."
        )
        if not alike(found, right):
            assert not alike(found, reference(widths, hidden=None)), (
                "The hidden layers need ReLU. Without a bend between them, two lines are one line "
                "again, and the extra layer adds nothing."
            )
            raise AssertionError(
                "There are as many weights as there should be, but with the same ones your "
                "network answers differently from Flatten, hidden layers with ReLU and ten neurons "
                f"with softmax, in this order and nothing else: see build_network({widths})."
            )
        assert found["steady"], (
            "In training your network answers differently, as with Dropout. Add no layer of that "
            "kind here."
        )
        assert not found["compiled"], "Return the network as it is, without compiling it."
    ### BEGIN HIDDEN TESTS
    for length in range(4):
        compare(private.choice([3, 5, 8, 13], length).tolist())
    compare(private.integers(2, 12, private.integers(6, 12)).tolist())
    compare(private.integers(100, 700, 2).tolist())
    ### END HIDDEN TESTS


layers_check = check_exercise(
    build_network,
    check,
    trial=build_layers,
    as_data=measure_layers,
    hints=[
        "The list of layers begins and ends as in the lesson; what is between depends on `widths`.",
        "[keras.layers.Dense(width, activation='relu') for width in widths] makes the layers.",
        "A star unpacks a list inside a list: [first, *hidden, last].",
    ],
    praise="Deep learning is named after such stacks of layers.",
)
layers_check


# %% [markdown] name="ex_layers_try"
# Is deeper better here? Try no hidden layer at all, and three, one epoch each. Exercise 3 measured the network in between, with one layer of 128.

# %% name="ex_layers_run"
if layers_check.right:
    by_depth = {}
    for widths in lesson.trials([], [128, 128, 128]):
        deep = compile_model(build_network(widths))
        deep.fit(learning_dataset, epochs=1, verbose=0)
        by_depth[len(widths)] = deep.evaluate(validation_dataset, verbose=0)[1]
        print(f"{widths}: {deep.count_params():,} parameters, {by_depth[len(widths)]:.3f}")

# %% [markdown] name="ex_layers_read"
# Without any hidden layer, each class weighs the pixels and adds them up, and even that is right for about four pictures in five. One hidden layer, in Exercise 3, does a little better. Three of them are hardly better than one, if at all, at least after one epoch: more layers need more training, and show what they are good for on harder pictures than these.

# %% [markdown] name="ex_loss"
# ### Exercise 5 · Pixels that are not scaled
#
# What happens to the loss when a network gets 0…255 instead of 0…1? To see it, write the loss by hand first. `probabilities` is an array with a row for each picture and a column for each class; `labels`, an array of whole numbers, has the right class of each picture. Return one number, the mean over the pictures of −log(probability of the right class). As Keras does, count a probability below 0.0000001 as 0.0000001, since the logarithm of 0 is minus infinity.


# %% name="ex_loss_answer" exercise="loss"
def mean_loss(probabilities, labels):
    ### BEGIN SOLUTION
    of_right_class = probabilities[np.arange(len(labels)), labels]
    return float(np.mean(-np.log(np.maximum(of_right_class, 1e-7))))
    ### END SOLUTION


# %% name="ex_loss_check" exercise="loss" points=2
def check(mean_loss):
    numbers, answers, right, wrong = np.random.default_rng(5), [], [], []
    shapes = [(1, 3), (2, 2), (2, 10), (3, 4), (4, 3), (5, 5), (7, 2), (8, 10), (9, 4), (400, 60)]
    for pictures, classes in shapes:
        probabilities = numbers.dirichlet(np.ones(classes), pictures)
        labels = numbers.integers(0, classes, pictures)
        answers.append(mean_loss(probabilities.copy(), labels.copy()))
        each = keras.losses.sparse_categorical_crossentropy(labels, probabilities).numpy()
        right.append(each.mean())
        largest = -np.log(probabilities.max(axis=1)).mean()
        columns = -np.log(probabilities[:, labels]).mean()
        wrong.append([largest, columns, each.sum(), -each.mean(), -np.log(np.exp(-each).mean())])
    assert all(np.ndim(answer) == 0 for answer in answers), (
        "The loss is one number: the mean over all pictures."
    )
    messages = (
        "You take the largest probability of each row. The loss needs that of the right class, "
        "which is not always the largest.",
        "You take the columns of all labels from every row. Each row has one label: from row 0 "
        "take the column labels[0], from row 1 the column labels[1], and so on.",
        "That is the sum over the pictures; divide by the number of pictures.",
        "The logarithm of a probability is negative; the minus sign turns it into a loss.",
        "You take the logarithm of a mean. Take the logarithms first, then their mean.",
    )
    for mistaken, message in zip(np.transpose(wrong), messages, strict=True):
        assert not np.allclose(answers, mistaken, rtol=1e-4), message
    for shape, loss, answer in zip(shapes, right, answers, strict=True):
        assert np.isclose(answer, loss, rtol=1e-4), (
            "That is not the mean over the pictures of −log(probability of the right class): for "
            f"random probabilities of the shape {shape} it should be {loss:.4f}, not {answer}."
        )
    ### BEGIN HIDDEN TESTS
    for many in (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 20, 90):
        pictures, classes = many * private.integers([1, 2], [12, 11])
        labels = private.integers(0, classes, pictures)
        probabilities = private.uniform(0.2, 1, (pictures, classes))
        compare(probabilities / probabilities.sum(axis=1, keepdims=True), labels)
    ### END HIDDEN TESTS
    ### EARNED 1
    for least, loss in ((0, 16.1181), (1e-9, 16.1181), (5e-8, 16.1181), (2e-7, 15.4249)):
        right = loss, (loss + 0.6931) / 2
        rows, labels = np.array([[1 - least, least], [0.5, 0.5]]), np.array([1, 1])
        answers = mean_loss(rows[:1].copy(), labels[:1]), mean_loss(rows.copy(), labels)
        assert all(np.ndim(answer) == 0 for answer in answers), (
            "The loss is one number, even if a probability is 0."
        )
        assert np.all(np.isfinite(answers)), (
            "If the right class has the probability 0, your loss is infinite, or not a number: "
            "np.maximum(probability, 1e-7) keeps it finite."
        )
        assert np.allclose(answers, right, atol=0.002), (
            "A probability below 0.0000001 counts as 0.0000001, in each row, and larger ones as "
            f"they are: with {least:g} for the right class of the only picture the loss is "
            f"{right[0]}, and with 0.5 for that of a second one {right[1]:.4f}, not {answers}."
        )
    ### BEGIN HIDDEN TESTS
    for most in (6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 500):
        pictures = private.integers(1, most)
        rare = private.choice([0, 1e-9, 6e-8, 1.4e-7, 0.25], (pictures, 1))
        others = (1 - rare) * private.dirichlet(np.ones(2), pictures)
        probabilities = np.roll(np.hstack([rare, others]), private.integers(3), axis=1)
        compare(probabilities, private.integers(0, 3, pictures))
    ### END HIDDEN TESTS


loss_check = check_exercise(
    mean_loss,
    check,
    hints=[
        "First pick one number from each row: the column that the label names.",
        "probabilities[np.arange(len(labels)), labels] picks them all at once.",
        "Then np.maximum(…, 1e-7), np.log, a minus, and np.mean.",
    ],
    praise="A network that knows nothing gives each of ten classes 0.1 and pays 2.3.",
)
loss_check


# %% [markdown] name="ex_loss_try"
# Now ask a network that has learned nothing yet about the same pictures, scaled and unscaled.

# %% name="ex_loss_run"
if loss_check.right:
    untrained, untrained_loss = new_model(), {}
    pictures, labels = next(iter(validation_dataset))
    for values, factor in (("0…1", 1), ("0…255", 255)):
        answers = untrained.predict(pictures * factor, verbose=0)
        untrained_loss[values] = mean_loss(answers, labels.numpy())
        print(f"values {values}: loss {untrained_loss[values]:.2f}")

# %% [markdown] name="ex_loss_read"
# Scaled pictures cost about what guessing costs. Pixels 255 times as large make sums 255 times as large, and softmax turns large differences into near-certainty: the network knows nothing and is sure of it. Training has to undo that first. See how far one epoch gets, first on values of 0…255, then on scaled ones:

# %% name="ex_loss_fit"
if loss_check.right:
    raw_dataset = learning_dataset.map(lambda pictures, labels: (pictures * 255, labels))
    raw_validation = validation_dataset.map(lambda pictures, labels: (pictures * 255, labels))
    raw, scaled = (raw_dataset, raw_validation), (learning_dataset, validation_dataset)
    after_one_epoch = []
    for learn, judge in lesson.trials(raw, scaled):
        network = new_model()
        network.fit(learn, epochs=1, verbose=0)
        after_one_epoch.append(network.evaluate(judge, verbose=0))
        print("validation loss {:.2f}, accuracy {:.3f}".format(*after_one_epoch[-1]))

# %% [markdown] name="ex_loss_fit_read"
# The network learns even from unscaled pixels, but after one epoch its loss is still several times as large as with scaled ones: it names fewer pictures correctly, and is surer of its mistakes.

# %% [markdown] name="ex_shirt"
# ### Exercise 6 · Taken for a shirt
#
# Which class is mistaken for a shirt most often? Write a function that finds out for any class. `labels` and `predicted` are arrays with a class number for each picture. Look at the pictures that are predicted to be `target` but are something else: to which class do most of them belong? Return its number. (The classes are 0 to 9. There is always one that is mistaken more often than any other, if only by one picture.)


# %% name="ex_shirt_answer" exercise="shirt"
def most_mistaken_for(target, labels, predicted):
    ### BEGIN SOLUTION
    mistaken = labels[(predicted == target) & (labels != target)]
    return int(np.bincount(mistaken).argmax())
    ### END SOLUTION


# %% name="ex_shirt_check" exercise="shirt" points=2
def check(most_mistaken_for):
    numbers, answers, right, taken_for, every, both = np.random.default_rng(6), [], [], [], [], []
    targets = [6, 0, 9, 3, 1, 5, 8, 2, 4, 7, 6, 6]
    for turn, target in enumerate(targets):
        others = [number for number in range(10) if number != target]
        winner, other, clumsy, mutual = numbers.permutation(others)[:4]
        counts = numbers.integers(0, 5, (10, 10))  # a row for each label, a column a prediction
        counts[target, target] = 30
        counts[winner, target], counts[mutual, target] = 11 + turn, 9
        counts[target, other], counts[target, mutual], counts[target, winner] = 20, 18, 0
        counts[clumsy, winner] = counts[clumsy, other] = 40
        pictures = numbers.permutation(np.argwhere(counts >= 0).repeat(counts.ravel(), axis=0))
        answers.append(most_mistaken_for(target, *pictures.T.copy()))
        right.append(winner)
        taken_for.append(other)
        every.append(clumsy)
        both.append(mutual)
    assert answers != targets, (
        "You return the class itself: shirts that are taken for shirts are not mistakes. "
        "Leave them out."
    )
    assert answers != taken_for, (
        "That is what shirts are most often taken for. The question is the other way round: what "
        "is taken for a shirt?"
    )
    assert answers != [11 + turn for turn in range(12)], (
        "That is how many there are; return the number of the class."
    )
    assert answers != every, (
        "You count mistakes of every kind; count only those whose prediction is `target`."
    )
    assert answers != both, (
        "You add up the mistakes of both directions: what is taken for `target`, and what "
        "`target` is taken for. Count only the first."
    )
    for turn, (target, class_number, answer) in enumerate(
        zip(targets, right, answers, strict=True)
    ):
        assert answer == class_number, (
            f"Not the class that is mistaken most often for `target`: in an example with target "
            f"{target}, {11 + turn} pictures of class {class_number} are predicted to be {target}, "
            f"and of no other class more than 9; you return {answer}."
        )
    for target, times, right in (
        (4, [9, 9, 9, 9, 0, 9, 9, 9, 9, 10], 9),
        (1, [300, 50, *[299] * 8], 0),
    ):
        pictures = np.repeat([[label, target] for label in range(10)], times, axis=0)
        answer = most_mistaken_for(target, *pictures.T.copy())
        assert answer == right, (
            f"When {times} pictures of the classes 0 to 9 are predicted to be {target}, class "
            f"{right} is mistaken most often for it, by one picture; you return {answer}."
        )
    ### BEGIN HIDDEN TESTS
    for classes in (2, 3, 4, 6, 8, 10, 10, 10, 10, 10, 10, 10):
        target, most = private.permutation(classes)[:2].tolist()
        counts = private.integers(0, private.choice([3, 12, 90]), (10, classes))
        counts[classes:] = 0
        mistakes = np.delete(counts[:, target], [most, target])
        counts[most, target] = 1 + mistakes.max(initial=0)  # by one picture
        pictures = private.permutation(np.argwhere(counts >= 0).repeat(counts.ravel(), axis=0))
        compare(target, *pictures.T.copy())
    ### END HIDDEN TESTS


shirt_check = check_exercise(
    most_mistaken_for,
    check,
    hints=[
        "Choose the pictures that are predicted to be `target` but are something else.",
        "Two conditions at once: (predicted == target) & (labels != target).",
        "np.bincount(…) counts how often each number appears; argmax finds the most frequent one.",
    ],
    praise="Whole tables of such counts are called confusion matrices.",
)
shirt_check


# %% name="ex_shirt_run"
if shirt_check.right:
    mistaken = most_mistaken_for(6, test_labels, test_probabilities.argmax(axis=1))
    print(f"{class_names[mistaken]} is mistaken for {class_names[6]} most often.")

# %% [markdown] name="ex_shirt_read"
# At 28 × 28 pixels, what could tell the two apart? The table of all such counts, a row for each true class and a column for each answer, is called a *confusion matrix*. TensorFlow has it ready:

# %% name="confusion"
answers = test_probabilities.argmax(axis=1)
confusion = tf.math.confusion_matrix(test_labels, answers).numpy()
mistakes = confusion * (1 - np.eye(10, dtype=int))  # without the right answers, on the diagonal

# %% name="confusion_shown"
figure = new_figure(
    7, 6.2, "A table of counts: a row for each true class, a column for each answer."
)
axes = figure.subplots()
axes.imshow(mistakes, cmap="Oranges", vmax=2 * mistakes.max())
axes.set_xticks(range(10), class_names, rotation=60)
axes.set_yticks(range(10), class_names)
axes.set(xlabel="answer", ylabel="true class")
for truth, answer in np.ndindex(10, 10):
    axes.text(answer, truth, confusion[truth, answer], ha="center", va="center")
figure

# %% [markdown] name="confusion_read"
# The right answers are on the diagonal. Every other number counts a kind of mistake: the darker, the more frequent. Ten pictures of the most frequent kind:

# %% name="confusion_pictures"
truth, answer = np.argwhere(mistakes == mistakes.max())[0]
mistaken = test_pictures[(test_labels == truth) & (answers == answer)][:10]
plot_pictures(mistaken, title=f"{class_names[truth]}, taken for {class_names[answer]}")

# %% [markdown] name="learned"
# ## What you learned
#
# - A dense layer is many neurons over the same inputs: weights, biases, and an activation that bends.
# - Training goes downhill: each step moves every parameter against the slope of the loss. The optimizer takes the steps; `compile` and `fit` start them.
# - Softmax makes probabilities, and the largest one is the answer.
# - Judge a network by pictures that it has not seen: a validation set while you work, the test set once.
# - A network that learns its training pictures by heart is overfitting.
#
# `Flatten` threw away which pixels are neighbours. The next lesson looks at pictures the way they are, with convolutions.
