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
# **You need** Python: functions, lists, loops, and a first acquaintance with NumPy arrays, such as `array * array` and `array[array > 0]`. No machine learning. Adding and multiplying is mathematics enough; where a power or a logarithm appears, NumPy works it out and the text says what it is good for.
#
# **Time** about 60 minutes to read and try, 30 more for the exercises. New terms stand in italics where they are explained; the glossary, linked below, has them all.

# %% [markdown] name="setup"
# This cell fetches the course's helpers and starts the lesson. The line under it tells what this run uses. The *profile* is how much training is done: `quick` on a machine without a GPU, `full` on one with it. (A third, `ci`, tests that the notebook runs, and trains too little to show what the text speaks of. The environment variable `COURSE_PROFILE` chooses another.)

# %% name="start"
from course_utils import (
    check_exercise,
    explore_predictions,
    plot_history,
    plot_picture,
    plot_pictures,
    plot_prediction,
    plot_predictions,
    start,
)

lesson = start("01_fashion_mnist_dense")

# %% [markdown] name="libraries_intro"
# Three libraries do the rest. NumPy calculates with arrays of numbers. TensorFlow does the same, also on a GPU, and keeps account of how each result came about. Keras builds on it: models and their training.

# %% name="libraries"
import keras
import numpy as np
import tensorflow as tf

# %% name="author" tags=["author"]
from tools.author import compare, private

# %% [markdown] name="data_title"
# ## Pictures with names
#
# Fashion-MNIST holds 70,000 small grey pictures of clothes from a shop's catalogue, each with a *label*: the number of its *class*, the kind of thing it shows, such as trousers or bags. One call loads it, wherever it is: already on this machine, or on the network. Where neither has it, the course draws a smaller *sample* of such pictures itself, and says so. Everything works the same then, but the figures are those of the sample. You get a dict with one dataset to learn from and one to be tested on, and a description of both.

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
# 784 numbers, and nothing else, are what the program will know of a picture. Here it is as you see it, with the scale of its values beside it.

# %% name="picture_shown"
plot_picture(picture, title=class_names[label])

# %% [markdown] name="grid_intro"
# One picture tells little about a class. Look at 25 of them with their names, and ask yourself which ones you would get wrong.

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
# The 25 pictures above are training pictures. No picture of the test set will take part in the training.

# %% [markdown] name="scale_title"
# ## Getting the pictures ready
#
# Learning works best with numbers of about the size of 1; Exercise 5 shows what happens otherwise. Dividing by 255 turns 0…255 into 0…1. `tf.cast` makes bytes into numbers with decimals first.


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
# - `batch` puts 32 pictures together: learning goes a *batch* at a time,
# - `map` applies `scale`, to a whole batch in one go,
# - `cache` keeps the finished batches, so that files are read once,
# - `shuffle` deals the batches in a new order each time round, mixing up to 2,000 of them, which is more than there are; the pictures of an exam need no new order,
# - `prefetch` gets the next batches ready while this one is worked on; `AUTOTUNE` leaves it to TensorFlow how many.


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
# A batch has one direction more than a picture, and it comes first: 32 pictures of 28 rows, 28 columns and 1 number each. Keras takes pictures in batches only. Remember that first direction when you ask about a single picture below.

# %% [markdown] name="neuron_title"
# ## What a neuron computes
#
# A *network* consists of *layers*, a layer of neurons. The first layer takes the numbers of a picture, and each further one takes what the layer before it gives. So begin with a single *neuron*. It multiplies each of its inputs by a number, the input's *weight*, adds up the products, and adds one more number, its *bias*. With three inputs:

# %% name="neuron" tags=["nbval-check-output"]
inputs = np.array([0.0, 0.5, 1.0])
weights = np.array([0.25, -0.5, 0.75])
bias = 0.25
float(np.sum(inputs * weights) + bias)
# -> 0.75

# %% [markdown] name="neuron_read"
# 0 × 0.25 + 0.5 × (−0.5) + 1 × 0.75 = 0.5, and the bias makes it 0.75. Weights and biases together are the *parameters*: the numbers that training will find.
#
# For some tasks that is all you need. Degrees Celsius become Fahrenheit by one neuron with the weight 1.8 and the bias 32:

# %% name="celsius" tags=["nbval-check-output"]
celsius = np.array([-40.0, 0.0, 37.0, 100.0])
1.8 * celsius + 32
# -> array([-40. ,  32. ,  98.6, 212. ])

# %% [markdown] name="celsius_read"
# Draw the one against the other and you get a straight line. What makes a shirt a shirt is no straight line, and stacking such neurons does not help. Send each of three numbers through one neuron (weight 3, bias 1) and its answer through a second one (weight 2, bias −5). Beside it, a single neuron with the weight 6 and the bias −3:

# %% name="two_lines" tags=["nbval-check-output"]
x = np.array([-2.0, 0.0, 2.0])
2 * (3 * x + 1) - 5, 6 * x - 3
# -> (array([-15.,  -3.,   9.]), array([-15.,  -3.,   9.]))

# %% [markdown] name="two_lines_read"
# The same answers: two lines, one after the other, are one line again. A network needs a bend between its layers. The most common bend is *ReLU* (rectified linear unit): what is negative becomes 0, the rest stays. A function like this, applied to what a neuron has added up, is called its *activation*.

# %% name="relu" tags=["nbval-check-output"]
hidden = np.maximum(0, 3 * x + 1)
2 * hidden - 5
# -> array([-5., -3.,  9.])

# %% [markdown] name="relu_read"
# From −2 to 0 the answer now rises by 2, from 0 to 2 by 12. That is no line. Many neurons, each with its bend at a place of its own, follow curves that no line can, and that is why a network needs activations.

# %% [markdown] name="ex_neuron"
# ### Exercise 1 · A neuron
#
# Write a neuron with ReLU. `inputs` and `weights` are arrays of the same length, `bias` is a number. Replace the dots, run the cell, then run the check below it.


# %% name="ex_neuron_answer" exercise="neuron"
def neuron(inputs, weights, bias):
    ### BEGIN SOLUTION
    return max(0, np.sum(inputs * weights) + bias)
    ### END SOLUTION


# %% name="ex_neuron_check" exercise="neuron" points=1
def check(neuron):
    inputs, weights = np.array([1.0, 2.0, 4.0]), np.array([0.5, 1.0, -0.25])
    assert np.ndim(neuron(inputs, weights, 1.0)) == 0, (
        "A neuron gives one number, whatever the number of its inputs: add the products up."
    )
    answer = neuron(inputs, weights, 1.0)
    assert answer != 1.5, (
        "The bias is missing: 0.5 + 2 − 1 = 1.5 is the sum of the products, before the bias of 1."
    )
    assert answer == 2.5, f"With a bias of 1 the answer should be 2.5, not {answer}."
    answer = neuron(-inputs, weights, 2.0)
    assert answer != 2.0, "You apply ReLU before the bias is added; it comes last."
    assert answer == 0.5, f"For −1.5 and a bias of 2 the answer should be 0.5, not {answer}."
    answer = neuron(inputs, weights, -4.0)
    assert answer >= 0, (
        f"With a bias of −4 you return {answer}. ReLU turns every negative sum into 0."
    )
    assert answer == 0, f"With a bias of −4 the answer should be 0, not {answer}."
    ### BEGIN HIDDEN TESTS
    compare(*private.normal(size=(2, 5)), 5 + private.normal())
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
# In a *dense layer* every neuron sees every input. Its inputs must stand in a line, and a picture is a grid. `Flatten` unrolls the grid, row after row.

# %% name="flatten" tags=["nbval-check-output"]
keras.layers.Flatten()(pictures).shape
# -> TensorShape([32, 784])

# %% [markdown] name="flatten_read"
# 28 × 28 = 784: every pixel is still there, but the network no longer knows which ones were neighbours. Lesson 2 gives that back.

# %% [markdown] name="softmax_intro"
# The last layer has ten neurons, one a class, and their ten sums should become probabilities. *Softmax* does that: it raises the number e = 2.718… to the power of each sum, which makes every number positive and large ones much larger, and divides by the total. With three classes:

# %% name="softmax" tags=["nbval-check-output"]
powers = np.exp([1.0, 2.0, 5.0])
(powers / powers.sum()).round(3)
# -> array([0.017, 0.047, 0.936])

# %% [markdown] name="softmax_read"
# The largest sum gets the largest share, and the shares add up to 1: a *probability distribution*. "93.6 % the third class" is an answer you can work with.

# %% [markdown] name="model_intro"
# Now the network itself, the *model*: unroll, 128 neurons with ReLU, 10 neurons with softmax. A layer between the inputs and the last layer, such as the one of 128, is called a *hidden layer*. `Sequential` means one layer after the other, and `keras.Input` gives the shape of one picture, without the direction of the batch. (Older code writes `input_shape=` into the first layer instead.)

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
# Count them yourself: each of the 128 neurons has 784 weights and a bias, each of the 10 has 128 weights and a bias. 784 × 128 + 128 + 128 × 10 + 10 = 101,770. At the moment they are random numbers.

# %% [markdown] name="loss_intro"
# ## Training
#
# To improve, the network must know how wrong it is. That is the *loss*: one number, the smaller the better. For classes it is the *cross-entropy*: take the probability that the network gave to the right class, and of that the logarithm, with a minus. The logarithm of 1 is 0; the nearer a number is to 0, the further its logarithm drops below 0:

# %% name="loss" tags=["nbval-check-output"]
[round(float(-np.log(probability)), 2) for probability in (0.9, 0.5, 0.1, 0.01)]
# -> [0.11, 0.69, 2.3, 4.61]

# %% [markdown] name="loss_read"
# Right and sure costs next to nothing. Giving the right class 10 %, as anybody can who guesses among ten, costs 2.3. Being sure of something wrong is punished hardest.

# %% [markdown] name="compile_intro"
# `compile` puts three things together:
#
# - The *loss*. Its full name says: cross-entropy over classes (`categorical`), for labels that are class numbers (`sparse`).
# - The *optimizer*. After each batch, TensorFlow works out for every parameter whether the loss would rise or fall if it grew a little, and how steeply: the *gradient*. The optimizer then moves every parameter a small step downhill. Adam is a good one to begin with.
# - The *metrics*, which you read and the training does not use. *Accuracy* is the share of right answers.
#
# The last two lines change no result, only the waiting: `jit_compile` lets TensorFlow translate the whole network into one program for this machine, and `steps_per_execution` lets it work through 625 batches, a third of the 60,000 real pictures, before it reports back to Python.

# %% name="compile"
model.compile(
    optimizer="adam",
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
    jit_compile=True,
    steps_per_execution=625,
)

# %% [markdown] name="fit_intro"
# `fit` does the work. An *epoch* is one pass over all the training pictures. Five are published for this network, and `lesson.epochs(5)` gives this profile's share of them: all five in `full` and `quick`.

# %% name="fit"
history = model.fit(train_dataset, epochs=lesson.epochs(5), verbose=2)

# %% name="fit_shown"
plot_history(history)

# %% [markdown] name="fit_read"
# Every epoch the loss falls and the accuracy rises, fast at first, then more slowly: the first rules found help most. But these are marks for homework, with the answers at hand.

# %% [markdown] name="exam_intro"
# Now the exam: pictures that the network has never seen. `evaluate` returns the loss and then the metrics.

# %% name="exam"
test_loss, test_accuracy = model.evaluate(test_dataset, verbose=0)
round(test_accuracy, 4)

# %% [markdown] name="exam_read"
# Compare this with the accuracy in the last line of the training. It is usually a little lower. The difference is what the network knows about its training pictures in particular and not about clothes: it is the beginning of *overfitting*, and you will see it grow below.

# %% [markdown] name="predict_title"
# ## Reading the answers
#
# `predict` takes a batch and gives ten probabilities for each picture in it.

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
# The answer comes first, the truth second. As a picture beside its ten bars; ✓ marks a right answer, ✗ a wrong one with the true class hatched.

# %% name="prediction"
plot_prediction(pictures[0], probabilities[0], class_names, labels[0])

# %% [markdown] name="gallery_intro"
# Fifteen more. Look for the ones where two bars compete: what do the two classes have in common?

# %% name="gallery"
plot_predictions(pictures[:15], probabilities[:15], labels[:15], class_names)

# %% [markdown] name="single_intro"
# Keras takes batches. To ask about one picture, put it into a batch of its own: `np.newaxis` adds the direction that is missing.

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
# The accuracy says how often the network is wrong, never where. The exam is over, so you may look at the papers: ask the network about every test picture, and move the slider through the answers: the mistakes come first, the surest ones at the very beginning.

# %% name="explore_predict"
test_pictures = np.concatenate([pictures for pictures, _ in test_dataset])
test_labels = np.concatenate([labels for _, labels in test_dataset])
test_probabilities = model.predict(test_pictures, verbose=0)

# %% name="explore"
explore_predictions(test_pictures, test_probabilities, test_labels, class_names)

# %% [markdown] name="explore_read"
# Some mistakes you would make too; some labels you might argue with. And notice that a network can be sure and wrong: a probability is its opinion, not a guarantee.

# %% [markdown] name="memorise_title"
# ## Learning by heart
#
# What happens to a student with very few questions and a lot of time? Give a fresh network 500 pictures and many epochs. To watch it from outside while it learns, hold back 500 other training pictures: a *validation set*. Given as `validation_data`, it is measured after every epoch. It is for decisions during the work (how long, how wide, which layers); the test set is for the one exam at the end, or you would choose what happens to suit the exam.

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
plot_history(few_history, title="500 pictures, again and again")

# %% [markdown] name="memorise_read"
# The solid curves are the 500 pictures it learns from: given enough epochs, it gets nearly all of them right. The dashed ones are the 500 it does not: they stop improving early, and their loss turns upwards, because the network grows ever surer of what it has learned by heart. That is overfitting. More pictures help most; Lessons 4 and 5 are about what to do when you have no more.

# %% [markdown] name="regression"
# ## Classes or quantities
#
# Naming the class of a picture is *classification*. Predicting a quantity, such as the price of the garment, is *regression*. The networks look alike and end differently:
#
# | | classification | regression |
# | --- | --- | --- |
# | answers | one of several classes | a number |
# | last layer | one neuron a class, softmax | one neuron, no activation |
# | output | probabilities that add up to 1 | any number |
# | loss | cross-entropy | mean squared error |
# | what you report | accuracy | mean absolute error, in the quantity's own unit |
#
# The neuron that turned Celsius into Fahrenheit was a regression with one weight.

# %% [markdown] name="save_title"
# ## Keeping the model
#
# Whoever uses the model has pictures with values of 0…255, and would have to know that you divided them by 255. Put that step in front, as a layer, and nobody needs to know. `lesson.save_model` calls Keras's `model.save` and keeps the file where later lessons look.

# %% name="save"
complete_model = keras.Sequential(
    [keras.Input(shape=(28, 28, 1)), keras.layers.Rescaling(1 / 255), *model.layers]
)
model_path = lesson.save_model(complete_model)

# %% [markdown] name="save_check_intro"
# Trust, and check: load the file, give it the first batch of test pictures as they come, and compare with what the network said to the scaled ones.

# %% name="save_check" tags=["nbval-check-output"]
loaded_model = keras.models.load_model(model_path)
raw_pictures, _ = next(iter(datasets["test"].batch(32)))
bool(np.abs(loaded_model.predict(raw_pictures, verbose=0) - probabilities[:32]).max() < 0.001)
# -> True

# %% [markdown] name="save_read"
# The same answers. A model that carries its own preparation takes pictures as they come; the lessons that follow build it that way from the start.

# %% [markdown] name="report_intro"
# ## Your figures beside others
#
# The published column is what the material that this course renews reports. The measured one comes from `make lesson N=01` on the real pictures; `docs/results.md` says when and on what machine. Expect yours to differ a little: training starts from random numbers. The seed fixes them, but another machine or version rounds differently.

# %% name="report"
lesson.report(train_accuracy=history.history["accuracy"][-1], test_accuracy=test_accuracy)

# %% [markdown] name="exercises_title"
# ## Exercises
#
# Five questions about the network, each with a small function to write first. To compare networks fairly, you need a fresh one each time, and pictures to judge by that are not those of the exam. Here are two helpers, and the training pictures in two parts: five sixths to learn from, and one sixth as the validation set. (`jit_compile` is left out, since translating would take longer than these short trainings.)


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
# Write a function that makes a fresh network with `new_model()`, trains it on `dataset` for `epochs` epochs, and returns it.


# %% name="ex_epochs_answer" exercise="epochs"
def train_from_scratch(dataset, epochs):
    ### BEGIN SOLUTION
    model = new_model()
    model.fit(dataset, epochs=epochs, verbose=0)
    return model
    ### END SOLUTION


# %% name="ex_epochs_check" exercise="epochs" points=1
def batches_seen(train_from_scratch, batches, epochs):
    batch = np.zeros((32, 28, 28, 1)), np.zeros(32)
    tf.config.run_functions_eagerly(True)  # for so few batches, translating would take longer
    try:
        model = train_from_scratch(tf.data.Dataset.from_tensors(batch).repeat(batches), epochs)
    finally:
        tf.config.run_functions_eagerly(False)
    assert isinstance(model, keras.Model), (
        f"Return the network itself, not {type(model).__name__}: `fit` returns a history."
    )
    return int(model.optimizer.iterations)


def check(train_from_scratch):
    train_from_scratch(2, 3)
    seen = train_from_scratch(2, 3)
    assert seen != 0, "The network has not been trained: call its `fit`."
    assert seen not in (2, 10), (
        f"It trains {seen // 2} epochs whatever `epochs` says: pass `epochs` on to `fit`."
    )
    assert seen <= 6, (
        f"Your network has learned from {seen} batches, where 3 epochs of 2 batches are 6: it "
        "goes on with a network that was trained before. Make a fresh one with `new_model()` "
        "inside the function."
    )
    assert seen == 6, (
        f"3 epochs of 2 batches are 6 batches; yours has learned from {seen}. Does it learn from "
        "other pictures than those in `dataset`?"
    )
    ### BEGIN HIDDEN TESTS
    batches, epochs = private.integers(2, 6, 2).tolist()
    seen = train_from_scratch(batches, epochs)
    assert seen == batches * epochs, f"{epochs} epochs of {batches} batches, and it sees {seen}."
    ### END HIDDEN TESTS


epochs_check = check_exercise(
    train_from_scratch,
    check,
    trial=batches_seen,
    hints=[
        "Three lines: make a network, fit it, return it.",
        "`new_model()` gives a fresh network that is already compiled.",
        "model.fit(dataset, epochs=epochs, verbose=0) trains it without printing.",
    ],
    praise="Now both networks start from nothing, and the comparison is fair.",
)
epochs_check

# %% [markdown] name="ex_epochs_try"
# Once your answer is right, this cell trains both and judges them by the validation set. (`lesson.trials` gives what stands in its brackets; only the `ci` profile stops after the first.) Before you run it: how much do you expect four more epochs to bring?

# %% name="ex_epochs_run"
if epochs_check.right:
    for epochs in lesson.trials(1, 5):
        trained = train_from_scratch(learning_dataset, epochs)
        loss, accuracy = trained.evaluate(validation_dataset, verbose=0)
        print(f"{epochs} epochs: validation accuracy {accuracy:.3f}, loss {loss:.3f}")

# %% [markdown] name="ex_width"
# ### Exercise 3 · Width
#
# How many parameters has the network when its hidden layer has `width` neurons instead of 128? Write the formula as a function. The sum for 128 stands above, below the cell that builds the network.


# %% name="ex_width_answer" exercise="width"
def network_parameters(width):
    ### BEGIN SOLUTION
    return 784 * width + width + width * 10 + 10
    ### END SOLUTION


# %% name="ex_width_check" exercise="width" points=1
def check(network_parameters):
    answer = network_parameters(128)
    assert answer != 784 * 128 + 128 * 10, (
        "The biases are missing: every neuron has one, beside its weights."
    )
    assert answer != 784 * 128 + 128, (
        "That is the hidden layer. Its outputs are the inputs of the last layer, which has "
        "weights and biases of its own."
    )
    assert answer != 101_760, "The ten neurons of the last layer have biases too."
    assert answer != 28 * 128 + 128 + 1290, (
        "Every neuron of the hidden layer sees all 784 numbers of a picture, not one row of it."
    )
    assert answer == 101_770, f"With 128 neurons there are 101,770 parameters, not {answer:,}."
    answers = [network_parameters(width) for width in (10, 512)]
    assert answers == [7_960, 407_050], (
        f"Right for 128; with 10 and 512 neurons there are 7,960 and 407,050, not {answers}."
    )
    ### BEGIN HIDDEN TESTS
    compare(int(private.integers(20, 500)))
    ### END HIDDEN TESTS


width_check = check_exercise(
    network_parameters,
    check,
    hints=[
        "Count the hidden layer and the last layer apart, then add.",
        "A dense layer has inputs × neurons weights, and a bias for each neuron.",
        "The hidden layer has 784 × width + width. How many inputs has the last layer?",
    ],
    praise="Nearly all of them sit in the first layer, at the 784 inputs.",
)
width_check

# %% [markdown] name="ex_width_try"
# What do the parameters buy? Three widths, one epoch each.

# %% name="ex_width_run"
if width_check.right:
    for width in lesson.trials(10, 128, 512):
        wide = new_model(width)
        wide.fit(learning_dataset, epochs=1, verbose=0)
        accuracy = wide.evaluate(validation_dataset, verbose=0)[1]
        print(f"{width:3} neurons, {network_parameters(width):7,} parameters: {accuracy:.3f}")

# %% [markdown] name="ex_layers"
# ### Exercise 4 · Extra layers
#
# Write a function that builds a network with one hidden layer for each entry of `widths`: `build_network([256, 64])` has a layer of 256 neurons, then one of 64, each with ReLU, then the ten with softmax. Return it without compiling it.


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
def dense_layers(model):
    assert isinstance(model, keras.Model), f"Return a keras.Sequential, not {type(model).__name__}."
    dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    layers = [[layer.units, layer.activation.__name__] for layer in dense]
    return {"layers": layers, "output": list(model.output_shape[1:])}


def check(build_network):
    built = build_network([256, 64])
    *hidden, last = built["layers"]
    assert built["output"] == [10], (
        f"For each picture your network answers with the shape {built['output']}, not with ten "
        "numbers. Dense layers need their inputs in a line: begin with Flatten."
    )
    assert len(hidden) == 2, (
        f"build_network([256, 64]) has {len(hidden)} hidden layers; make one for each entry of "
        "`widths`."
    )
    assert [units for units, _ in hidden] == [256, 64], (
        f"The hidden layers should have 256 and 64 neurons, not {[units for units, _ in hidden]}."
    )
    ### BEGIN HIDDEN TESTS
    widths = private.integers(8, 300, 4).tolist()
    found = [units for units, _ in build_network(widths)["layers"]]
    assert found == [*widths, 10], f"build_network({widths}) has dense layers of {found} neurons."
    ### END HIDDEN TESTS
    ### EARNED 1
    assert last[1] == "softmax", (
        "The last layer needs softmax, so that its ten numbers are probabilities that add up to 1."
    )
    assert all(activation == "relu" for _, activation in hidden), (
        "The hidden layers need ReLU. Without a bend between them, two lines are one line again, "
        "and the extra layer adds nothing."
    )
    assert len(build_network([])["layers"]) == 1, "With no entry, only the last layer is left."


layers_check = check_exercise(
    build_network,
    check,
    as_data=dense_layers,
    hints=[
        "The list of layers begins and ends as in the lesson; what stands between depends on "
        "`widths`.",
        "[keras.layers.Dense(width, activation='relu') for width in widths] makes the layers.",
        "A star unpacks a list inside a list: [first, *hidden, last].",
    ],
    praise="Deep learning is named after such stacks of layers.",
)
layers_check

# %% [markdown] name="ex_layers_try"
# Is deeper better here? No hidden layer at all, and three, one epoch each. Exercise 3 has measured the network in between, with one layer of 128.

# %% name="ex_layers_run"
if layers_check.right:
    for widths in lesson.trials([], [128, 128, 128]):
        deep = compile_model(build_network(widths))
        deep.fit(learning_dataset, epochs=1, verbose=0)
        accuracy = deep.evaluate(validation_dataset, verbose=0)[1]
        print(f"{widths}: {deep.count_params():,} parameters, {accuracy:.3f}")

# %% [markdown] name="ex_loss"
# ### Exercise 5 · Pixels that are not scaled
#
# What becomes of the loss when a network gets 0…255 in place of 0…1? To see it, write the loss by hand first. `probabilities` has a row for each picture and a column for each class; `labels` has the right class of each picture. Return the mean over the pictures of −log(probability of the right class). As Keras does, count a probability below 0.0000001 as 0.0000001, since the logarithm of 0 is infinite.


# %% name="ex_loss_answer" exercise="loss"
def mean_loss(probabilities, labels):
    ### BEGIN SOLUTION
    of_right_class = probabilities[np.arange(len(labels)), labels]
    return float(np.mean(-np.log(np.maximum(of_right_class, 1e-7))))
    ### END SOLUTION


# %% name="ex_loss_check" exercise="loss" points=2
def check(mean_loss):
    probabilities = np.array([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]])
    labels = np.array([0, 2])
    right = -np.log(0.5) / 2 - np.log(0.25) / 2
    answer = mean_loss(probabilities, labels)
    assert np.ndim(answer) == 0, "The loss is one number: the mean over all pictures."
    assert not np.isclose(answer, -np.log(0.5)), (
        "You take the largest probability of each row. The loss asks for that of the right class, "
        "which is not always the largest."
    )
    assert not np.isclose(answer, 2 * right), (
        "That is the sum over the pictures; divide by the number of pictures."
    )
    assert not np.isclose(answer, -right), (
        "The logarithm of a probability is negative; the minus sign makes a loss of it."
    )
    assert np.isclose(answer, right), f"For the two pictures the loss is {right:.4f}, not {answer}."
    ### BEGIN HIDDEN TESTS
    compare(private.dirichlet(np.ones(4), 6), private.integers(0, 4, 6))
    ### END HIDDEN TESTS
    ### EARNED 1
    answer = mean_loss(np.array([[1.0, 0.0]]), np.array([1]))
    assert np.isfinite(answer), (
        "Where the right class has the probability 0, your loss is infinite: "
        "np.maximum(probability, 1e-7) keeps it finite."
    )
    assert np.isclose(answer, 16.118, atol=0.001), (
        f"The worst loss there is, −log(0.0000001), is 16.118; you return {answer}."
    )


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
# Now ask a network that has learned nothing yet about the same pictures, scaled and not scaled.

# %% name="ex_loss_run"
if loss_check.right:
    untrained = new_model()
    pictures, labels = next(iter(validation_dataset))
    for values, factor in (("0…1", 1), ("0…255", 255)):
        loss = mean_loss(untrained.predict(pictures * factor, verbose=0), labels.numpy())
        print(f"values {values}: loss {loss:.2f}")

# %% [markdown] name="ex_loss_read"
# Scaled pictures cost about what guessing costs. Pictures that are 255 times as large make sums that are 255 times as large, and softmax turns large differences into near-certainty: the network knows nothing and is sure of it. Training has to undo that first. See how far one epoch gets, first on values of 0…255, then on scaled ones:

# %% name="ex_loss_fit"
if loss_check.right:
    raw_dataset = learning_dataset.map(lambda pictures, labels: (pictures * 255, labels))
    raw_validation = validation_dataset.map(lambda pictures, labels: (pictures * 255, labels))
    raw, scaled = (raw_dataset, raw_validation), (learning_dataset, validation_dataset)
    for learn, judge in lesson.trials(raw, scaled):
        network = new_model()
        network.fit(learn, epochs=1, verbose=0)
        loss, accuracy = network.evaluate(judge, verbose=0)
        print(f"validation loss {loss:.2f}, accuracy {accuracy:.3f}")

# %% [markdown] name="ex_shirt"
# ### Exercise 6 · Taken for a shirt
#
# Which class is mistaken for a shirt most often? Write a function that finds out for any class. `labels` and `predicted` hold a class number for each picture; return the number of the class, other than `target`, whose pictures are most often predicted to be `target`.


# %% name="ex_shirt_answer" exercise="shirt"
def most_mistaken_for(target, labels, predicted):
    ### BEGIN SOLUTION
    mistaken = labels[(predicted == target) & (labels != target)]
    return int(np.bincount(mistaken, minlength=10).argmax())
    ### END SOLUTION


# %% name="ex_shirt_check" exercise="shirt" points=2
def check(most_mistaken_for):
    labels = np.repeat([6, 2, 4, 9], [10, 5, 2, 7])
    predicted = np.repeat([6, 3, 6, 6, 7], [6, 4, 5, 2, 7])
    answer = most_mistaken_for(6, labels, predicted)
    assert answer != 6, (
        "You return the class itself: shirts that are taken for shirts are no mistakes. "
        "Leave them out."
    )
    assert answer != 3, (
        "That is what shirts are most often taken for. The question is the other way round: what "
        "is taken for a shirt?"
    )
    assert answer != 5, "That is how many there are; return the number of the class."
    assert answer != 9, (
        "You count mistakes of every kind; only those count where the prediction is `target`."
    )
    assert answer == 2, f"In the example it is class 2, five times; you return {answer}."
    ### BEGIN HIDDEN TESTS
    target, other = private.permutation(10)[:2].tolist()
    labels, predicted = private.integers(0, 10, (2, 50))
    compare(target, np.append(labels, [other] * 30), np.append(predicted, [target] * 30))
    ### END HIDDEN TESTS


shirt_check = check_exercise(
    most_mistaken_for,
    check,
    hints=[
        "Choose the pictures that are predicted to be `target` and are something else.",
        "Two conditions at once: (predicted == target) & (labels != target).",
        "np.bincount(…, minlength=10) counts how often each number appears; argmax names the most "
        "frequent one.",
    ],
    praise="Whole tables of such counts are called confusion matrices.",
)
shirt_check

# %% name="ex_shirt_run"
if shirt_check.right:
    mistaken = most_mistaken_for(6, test_labels, test_probabilities.argmax(axis=1))
    print(f"{class_names[mistaken]} is mistaken for {class_names[6]} most often.")

# %% [markdown] name="ex_shirt_read"
# Look the pair up with the slider above. At 28 × 28 pixels, what could tell the two apart?

# %% [markdown] name="learned"
# ## What you learned
#
# - A dense layer is many neurons over the same inputs: weights, biases, and an activation that bends.
# - Training lowers the loss batch by batch; the optimizer does it, `compile` and `fit` start it.
# - Softmax makes probabilities, and the largest one is the answer.
# - Judge a network by pictures it has not seen: a validation set while you work, the test set once.
# - A network that learns its training pictures by heart is overfitting.
#
# `Flatten` threw away which pixels are neighbours. The next lesson looks at pictures the way they are, with convolutions.
