# %% [markdown] name="title"
# # Lesson 2 · What a convolution does
#
# Lesson 1 ended with a loss: `Flatten` put the pixels in a line, and the network no longer knew which ones were neighbours. A pen stroke is a matter of neighbours. In this lesson you build the layer that looks at a picture piece by piece, first with paper and pencil, and measure what it is worth.
#
# **Afterwards you can**
#
# - work out a convolution and a pooling by hand, and say what the numbers mean,
# - work out the shape and the parameters of a convolutional layer before Keras shows them,
# - train a convnet, and compare it fairly with the dense network of Lesson 1.
#
# **You need** Lesson 1: shapes, dense layers, ReLU, `compile`, `fit`, `evaluate`. Addition and multiplication are enough mathematics.
#
# **Time** about 60 minutes to read and try, 40 more for the exercises. New terms are in italics where they are explained; the glossary, linked below, has them all.

# %% [markdown] name="setup"
# This cell starts the lesson, and the line under it says what this run uses. Lesson 1 explains its parts. With the profile `ci` the networks train far too little to show what the text describes.

# %% name="start"
from course_utils import (
    check_exercise,
    explore_convolution,
    explore_digit,
    plot_history,
    plot_pictures,
    start,
)

lesson = start("02_mnist_convnet")

# %% name="libraries"
import keras
import numpy as np
import tensorflow as tf

# %% name="author" tags=["author"]
from tools.author import compare, private

# %% [markdown] name="data_title"
# ## Digits
#
# MNIST holds 70,000 handwritten digits, from employees of the US Census Bureau and from school pupils, around 1990. The pictures have the form of those in Lesson 1: 28 rows, 28 columns, 1 number for each pixel, from 0 for black to 255 for white. (To load them elsewhere: `tfds.load("mnist", as_supervised=True, with_info=True)`.)

# %% name="data"
datasets, info = lesson.load_dataset("mnist")

# %% name="grid"
pictures, labels = next(iter(datasets["train"].batch(25)))
plot_pictures(pictures, titles=labels.numpy())

# %% [markdown] name="moved_intro"
# Nobody writes a digit in the same place twice. Here is the first of the 25, and the same one moved four columns to the right. (`np.roll` moves the entries of an array. What leaves on the right comes in on the left, and here that is black, or nearly so.)

# %% name="moved"
picture = pictures[0].numpy()
plot_pictures([picture, np.roll(picture, 4, axis=1)], titles=["as it is", "moved"])

# %% [markdown] name="moved_read"
# You see one digit twice. A dense layer sees two lists of 784 numbers that have little in common: each weight belongs to one pixel, so what a neuron has learned about a stroke in column 10 tells it nothing about that stroke in column 14. It learns *global patterns*, spread over the whole picture.
#
# What makes a digit is smaller: edges, ends, corners, crossings. These are *local patterns*, and they mean the same wherever they are. Moving something without turning or resizing it is a *translation*; a network that recognises a pattern wherever it has been moved has *translation invariance*. Convolutions bring a network nearer to it.

# %% [markdown] name="hand_title"
# ## By hand
#
# A *convolution* lays a small grid of weights, the *kernel*, on every place of a picture in turn. Take a picture of 5 × 5 pixels, with 0 for black and 1 for white, and a kernel of 3 × 3 weights.

# %% name="hand"
grid = np.array(
    [
        [1, 1, 1, 0, 0],
        [0, 1, 1, 1, 0],
        [0, 0, 1, 1, 1],
        [0, 0, 1, 1, 0],
        [0, 1, 1, 0, 0],
    ]
)
kernel = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])

# %% [markdown] name="patch_intro"
# The first place is the top left corner. The piece of the picture that the kernel covers is called a *patch*.

# %% name="patch" tags=["nbval-check-output"]
patch = grid[0:3, 0:3]
patch
# -> array([[1, 1, 1],
# ->        [0, 1, 1],
# ->        [0, 0, 1]])

# %% [markdown] name="product_intro"
# Multiply each number of the patch by the weight that lies on it,

# %% name="product" tags=["nbval-check-output"]
patch * kernel
# -> array([[1, 0, 1],
# ->        [0, 1, 0],
# ->        [0, 0, 1]])

# %% [markdown] name="sum_intro"
# and add the nine products up:

# %% name="sum" tags=["nbval-check-output"]
int(np.sum(patch * kernel))
# -> 4

# %% [markdown] name="sum_read"
# Weights, products, a sum: this is the neuron of Lesson 1 with nine inputs, still without bias and activation. Now move the kernel one column to the right, with the same weights:

# %% name="second" tags=["nbval-check-output"]
int(np.sum(grid[0:3, 1:4] * kernel))
# -> 3

# %% [markdown] name="second_read"
# Take a pencil and work out the third number of this row, then the two rows below it: the kernel fits in nine places. NumPy checks your answer:

# %% name="numpy" tags=["nbval-check-output"]
places = range(3)
np.array(
    [
        [np.sum(grid[row : row + 3, column : column + 3] * kernel) for column in places]
        for row in places
    ]
)
# -> array([[4, 3, 4],
# ->        [2, 4, 3],
# ->        [2, 3, 4]])

# %% [markdown] name="numpy_read"
# This is a *feature map*: a picture again, whose pixels say how much of something there is at each place. The something, here a small diagonal cross, is a *feature*. Five weights are 1, so a whole cross would give 5; 4 means that one of its five pixels is missing. What lies under a weight of 0 does not count.

# %% [markdown] name="keras_intro"
# In Keras this is the layer `Conv2D`. It starts with random weights, so give it yours. It wants a batch, and a direction for the channels (more on those soon): `reshape` gives an array a new shape with the same numbers in it, here with directions of length 1. `build` makes the layer's weights for pictures of 5 × 5 with one channel (`None` stands for a batch of any size), and `set_weights` puts yours in their place. (`dtype` is the kind of numbers that the layer calculates with.) The answer comes with the same two directions, and `[0, :, :, 0]` leaves them out.

# %% name="keras" tags=["nbval-check-output"]
layer = keras.layers.Conv2D(filters=1, kernel_size=3, dtype="float32")
layer.build((None, 5, 5, 1))
layer.set_weights([kernel.reshape(3, 3, 1, 1), np.zeros(1)])
batch_of_one = grid.reshape(1, 5, 5, 1).astype("float32")
layer(batch_of_one).numpy()[0, :, :, 0]
# -> array([[4., 3., 4.],
# ->        [2., 4., 3.],
# ->        [2., 3., 4.]], dtype=float32)

# %% [markdown] name="keras_read"
# The same nine numbers. (In mathematics, a convolution turns the kernel by half a turn first. Libraries for deep learning leave that out: weights that are learned may as well be learned turned.)

# %% [markdown] name="explore_title"
# ## What a kernel looks for
#
# A weight may be negative, and then it says what should not be there. The kernel below is −1 on the left and 1 on the right: its sum is large where the picture is dark on the left and bright on the right, which is the left edge of a stroke. At a right edge the sum is negative, and where nothing changes it is 0.
#
# Move the slider, or click a place in the picture; once you have clicked the slider, the arrow keys move it by one step. Then choose another kernel, or write your own weights into the nine fields.

# %% name="explore"
left_edge = [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]
explore_convolution(picture, left_edge)

# %% [markdown] name="explore_read"
# Three things to try. Which kernel finds the right edges? What do you see when all nine weights are 1, and why is the picture blurred? And what must the nine weights add up to, so that an evenly grey patch gives 0?

# %% [markdown] name="explore_answers"
# <details><summary>Answers</summary>
#
# The right edges: the same kernel with its signs reversed, 1 on the left and −1 on the right. With nine weights of 1, each number is the sum of a whole neighbourhood, nine times its average; neighbouring sums share six of their nine pixels, so they differ little, and what is smaller than a patch gets lost. The nine weights must add up to 0: what is the same everywhere then cancels out, and only differences are left.
#
# </details>

# %% [markdown] name="layer_title"
# ## From one kernel to a layer
#
# One kernel finds one pattern. A *convolutional layer* has many, all over the same picture, each with a bias of its own; a kernel with its bias is called a *filter*. The layer stacks the feature maps of its filters, like the red, the green and the blue of a colour picture. So they are called *channels* too, and their number is the *output depth*. Here are 32 filters over a batch of 64 digits, which the layer `Rescaling` has divided by 255:

# %% name="layer" tags=["nbval-check-output"]
pictures, labels = next(iter(datasets["train"].batch(64)))
scaled_pictures = keras.layers.Rescaling(1 / 255)(pictures)
layer = keras.layers.Conv2D(filters=32, kernel_size=3, activation="relu")
layer(scaled_pictures).shape
# -> TensorShape([64, 26, 26, 32])

# %% [markdown] name="layer_read"
# For each of 64 pictures: height 26, width 26, depth 32. One channel of grey went in and 32 came out, each for a pattern instead of a colour. And the weights:

# %% name="weights" tags=["nbval-check-output"]
[weights.shape for weights in layer.get_weights()], layer.count_params()
# -> ([(3, 3, 1, 32), (32,)], 320)

# %% [markdown] name="weights_read"
# 3 × 3 weights for each of 32 filters on 1 channel, and 32 biases: 320 parameters. The size of the picture does not matter, because every place shares the same weights. The hidden layer of Lesson 1 had 100,480. (Why 3 × 3? Two such layers, one after the other, look at 5 × 5 pixels with 18 weights and a bend in between. One kernel of 5 × 5 has 25 weights and no bend.)
#
# The next layer gets 32 channels, and its kernels are as deep as what they lie on: a patch has 3 × 3 × 32 numbers, which are multiplied by as many weights and summed.

# %% name="second_layer" tags=["nbval-check-output"]
second_layer = keras.layers.Conv2D(filters=64, kernel_size=3, activation="relu")
second_layer(layer(scaled_pictures)).shape, second_layer.count_params()
# -> (TensorShape([64, 24, 24, 64]), 18496)

# %% [markdown] name="second_layer_read"
# 3 × 3 × 32 × 64 + 64 = 18,496. A filter of this layer looks for patterns among the patterns of the first one: an edge here with another edge there is a corner. A third layer combines corners, and so on. This *hierarchy of patterns*, small ones making larger ones, is the second strength of convolutions, after finding a pattern anywhere.

# %% [markdown] name="ex_convolve"
# ### Exercise 1 · A convolutional layer
#
# Write what `Conv2D` computes for one picture, with NumPy. `picture` is an array of the shape (height, width, channels), `kernels` has (3, 3, channels, filters) and `biases` has (filters,); all hold numbers with decimals. Return the feature map, of shape (height − 2, width − 2, filters), without an activation.


# %% name="ex_convolve_answer" exercise="convolve"
def convolve(picture, kernels, biases):
    ### BEGIN SOLUTION
    height, width, _ = picture.shape
    feature_map = np.zeros((height - 2, width - 2, len(biases)))
    for row in range(height - 2):
        for column in range(width - 2):
            patch = picture[row : row + 3, column : column + 3]
            for number in range(len(biases)):
                total = np.sum(patch * kernels[:, :, :, number])
                feature_map[row, column, number] = total + biases[number]
    return feature_map
    ### END SOLUTION


# %% name="ex_convolve_check" exercise="convolve" points=2
def check(convolve):
    numbers = np.random.default_rng(2)

    def draw(*shape):
        return numbers.integers(-9, 10, shape).astype("float32") / 4

    def by_keras(picture, kernels, biases):
        layer = keras.layers.Conv2D(len(biases), 3, dtype="float32")
        layer.build((None, *picture.shape))
        layer.set_weights([kernels, biases])
        return layer(picture[np.newaxis]).numpy()[0]

    shapes = [(6, 7, 2, 5), (5, 8, 1, 1), (4, 3, 3, 2), (3, 3, 4, 1), (7, 4, 5, 4), (3, 9, 1, 6)]
    for height, width, channels, filters in [*shapes, (9, 5, 2, 2), (5, 5, 3, 3), (18, 16, 9, 11)]:
        picture, kernels = draw(height, width, channels), draw(3, 3, channels, filters)
        biases = draw(filters) + 0.125
        right = by_keras(picture, kernels, biases)
        answer = np.asarray(convolve(picture.copy(), kernels.copy(), biases.copy()))
        shape = height - 2, width - 2, filters
        assert answer.shape[:2] != (height, width), (
            f"Your feature map is as large as the picture, {height} × {width}. Without anything "
            f"added at the border, a kernel of 3 rows fits at {shape[0]} places below each other, "
            f"and at {shape[1]} side by side."
        )
        assert answer.shape == shape or answer.shape != (filters, *shape[:2]), (
            "The filters make the last direction of the feature map."
        )
        assert answer.shape == shape, (
            f"For a picture of the shape {picture.shape} and {filters} filters, the feature map "
            f"has the shape {shape}, not {answer.shape}."
        )
        if np.allclose(answer, right, rtol=1e-6, atol=1e-6):
            continue
        first = np.where(np.arange(channels) == 0, 1, 0)[:, np.newaxis]
        for wrong, message in (
            (
                by_keras(picture, kernels, 0 * biases),
                "The biases are missing: each filter adds its own to every sum.",
            ),
            (
                by_keras(picture, kernels, channels * biases),
                "You add the bias once for each channel. It comes once, to the sum over all of "
                "them.",
            ),
            (
                by_keras(picture, kernels * first, biases),
                "You use the first channel only. A kernel is as deep as the picture: the products "
                "of all channels go into one sum.",
            ),
            (
                by_keras(picture, kernels[::-1, ::-1], biases),
                "You turn the kernel by half a turn, as mathematicians do. Keras leaves it as it "
                "is.",
            ),
            (
                np.maximum(0, right),
                "Leave the activation out: return the feature map as it is, negative numbers too.",
            ),
            (
                np.trunc(right),
                "Your numbers have lost their decimals: is the array that you fill one of whole "
                "numbers?",
            ),
        ):
            assert not np.allclose(answer, wrong, rtol=1e-3, atol=1e-3), message
        raise AssertionError(
            f"Of the numbers of your feature map, {np.isclose(answer, right).mean():.0%} are "
            f"right, for a picture of the shape {picture.shape} and {filters} filters. The first "
            f"one should be {right[0, 0, 0]:g}; yours is {answer[0, 0, 0]:g}."
        )
    ### BEGIN HIDDEN TESTS
    for turn in range(11):
        most = [9, 9, 5, 6] if turn else [30, 30, 20, 24]
        height, width, channels, filters = private.integers([3, 3, 1, 1], most)
        picture = private.integers(-8, 9, (height, width, channels)) / np.float32(4)
        kernels = private.integers(-8, 9, (3, 3, channels, filters)) / np.float32(4)
        compare(picture, kernels, private.integers(-8, 9, filters) / np.float32(8))
    ### END HIDDEN TESTS


convolve_check = check_exercise(
    convolve,
    check,
    hints=[
        "Begin with np.zeros((height - 2, width - 2, filters)) and fill it, number by number.",
        "Three loops: over rows, over columns, over filters. The patch is "
        "picture[row : row + 3, column : column + 3].",
        "np.sum(patch * kernels[:, :, :, number]) + biases[number] is one number of the map.",
    ],
    praise="Conv2D does this, only faster.",
)
convolve_check


# %% [markdown] name="ex_convolve_try"
# Does it agree with the layer of 32 filters above, on a digit? (`np.allclose` asks whether two arrays are equal but for rounding.)

# %% name="ex_convolve_run"
if convolve_check.right:
    kernels, biases = layer.get_weights()
    by_hand = np.maximum(0, convolve(scaled_pictures[0].numpy(), kernels, biases))
    print(np.allclose(by_hand, layer(scaled_pictures)[0], atol=2e-3))

# %% [markdown] name="padding_title"
# ## Borders and steps
#
# 28 pixels went in, 26 came out: a kernel of 3 columns fits in 26 places of a row of 28. This *border effect* takes two rows and two columns in every layer, and a pixel in a corner lies in only one patch, whereas one in the middle lies in nine. *Padding* helps: a frame of zeros around the picture. Keras has two kinds. `"valid"`, the default, adds nothing, so that each patch holds valid pixels only; `"same"` adds as many zeros as it takes to keep the size the same.

# %% name="padding" tags=["nbval-check-output"]
padded_layer = keras.layers.Conv2D(32, 3, padding="same")
padded_layer(scaled_pictures).shape
# -> TensorShape([64, 28, 28, 32])

# %% [markdown] name="stride_intro"
# So far the kernel has moved by one pixel at a time. The length of its step is the *stride*. With a stride of 2 it stops at columns 0, 2, 4, … and the last place where it fits is column 24:

# %% name="stride" tags=["nbval-check-output"]
strided_layer = keras.layers.Conv2D(32, 3, strides=2)
strided_layer(scaled_pictures).shape, len(range(0, 28 - 3 + 1, 2))
# -> (TensorShape([64, 13, 13, 32]), 13)

# %% [markdown] name="stride_read"
# Half the height, half the width, a quarter of the work. The layers of Exercise 4 use it.

# %% [markdown] name="ex_size"
# ### Exercise 2 · How large is the output?
#
# A picture is `size` pixels wide; the kernel, `kernel_size` wide, is never wider than that. How wide is the feature map? With `"valid"` padding, count the places where the kernel fits. With `"same"`, Keras adds enough zeros to make the width `size` divided by `stride`, rounded up. Return a whole number.


# %% name="ex_size_answer" exercise="size"
def output_size(size, kernel_size, padding="valid", stride=1):
    ### BEGIN SOLUTION
    if padding == "same":
        return (size + stride - 1) // stride
    return (size - kernel_size) // stride + 1
    ### END SOLUTION


# %% name="ex_size_check" exercise="size" points=1
def check(output_size):
    assert output_size(28, 3) != 25, (
        "You count one place too few: from column 0 to column 25 there are 26 places, the first "
        "one included."
    )
    strided, same = output_size(28, 3, stride=2), output_size(28, 3, padding="same")
    assert strided != output_size(28, 3), (
        "The stride changes nothing in your answer: 28, 3 and 2 should give 13."
    )
    assert same != output_size(28, 3), (
        "You return the same whatever `padding` says; with `same`, 28 stays 28."
    )
    assert output_size(31, 3) != output_size(31, 6), (
        "The size of the kernel changes nothing in your answer: in 31 pixels, a kernel of 3 fits "
        "at 29 places, and one of 6 at 26."
    )
    examples = [  # size, kernel_size, stride: right for valid, right for same
        (28, 3, 1, 26, 28),
        (28, 3, 2, 13, 14),
        (7, 3, 2, 3, 4),
        (150, 7, 3, 48, 50),
        (5, 5, 1, 1, 5),
        (5, 5, 4, 1, 2),
        (6, 5, 4, 1, 2),
        (9, 2, 4, 2, 3),
        (10, 4, 4, 2, 3),
        (11, 4, 4, 2, 3),
        (12, 4, 4, 3, 3),
        (13, 1, 5, 3, 3),
        (17, 2, 5, 4, 4),
        (99, 6, 1, 94, 99),
        (100, 8, 7, 14, 15),
        (31, 3, 1, 29, 31),
        (31, 6, 1, 26, 31),
        (70_000, 40, 41, 1_707, 1_708),
    ]
    given = [(*numbers[:2], "valid", numbers[2], numbers[3]) for numbers in examples]
    given += [(*numbers[:2], "same", numbers[2], numbers[4]) for numbers in examples]
    for size, kernel_size, padding, stride, right in given:
        answer = output_size(size, kernel_size, padding, stride)
        assert np.ndim(answer) == 0, "Return one number."
        assert answer == np.floor(answer), (
            f"{answer} places? There is no such thing as half a place, or another part of one: in "
            "`valid`, what does not fit as a whole is not counted."
        )
        whole, rest = divmod(size, stride)
        assert padding == "valid" or not rest or answer != whole, (
            f"With padding `same`, size divided by stride is rounded up: {size} / {stride} becomes "
            f"{right}."
        )
        places = (
            f"{', '.join(str(n * stride) for n in range(right - 1))} and {stride * (right - 1)}"
        )
        assert padding == "same" or right not in (2, 3) or answer != right - 1, (
            f"In {size} pixels, a kernel of {kernel_size} with a stride of {stride} fits at "
            f"{places}: {right} places."
        )
        assert answer == right, (
            f"Not right for padding `{padding}`: {size} pixels, a kernel of {kernel_size} and a "
            f"stride of {stride} give {right}, not {answer}."
        )
    named = output_size(kernel_size=2, size=9, stride=4), output_size(9, 2, "same")
    assert named == (2, 9), (
        "Leave the first line of the function as it is: `padding` is valid and `stride` 1 unless "
        "something else is said."
    )
    ### BEGIN HIDDEN TESTS
    for padding in ["valid", "same"] * 8:
        kernel_size, more, stride = private.integers([1, 0, 1], [9, 90, 9]).tolist()
        compare(kernel_size + more, kernel_size, padding, stride)
        compare(kernel_size + 800 * more, kernel_size * 9, padding, 60 * stride + more)
    compare(30 + kernel_size, kernel_size)
    ### END HIDDEN TESTS


size_check = check_exercise(
    output_size,
    check,
    hints=[
        "The first place is column 0. Which is the last column where the whole kernel fits?",
        "It is size - kernel_size. How many steps of the stride fit in there, and how many places "
        "does that make?",
        "(size - kernel_size) // stride + 1 for valid; -(-size // stride) rounds up.",
    ],
    praise="Heights work the same way, and so does pooling, with its window as the kernel.",
)
size_check


# %% [markdown] name="pooling_title"
# ## Pooling
#
# *Pooling* makes feature maps smaller without any weights: it cuts them into windows, most often 2 × 2, and keeps one number from each. *Max pooling* keeps the largest, *average pooling* the mean. By hand: what is the largest number in each of the four windows of this grid, and what is their average?

# %% name="windows" tags=["nbval-check-output"]
numbers = np.array([[2, 3, 4, 0], [1, 5, 3, 2], [0, 4, 2, 3], [1, 0, 6, 1]])
numbers
# -> array([[2, 3, 4, 0],
# ->        [1, 5, 3, 2],
# ->        [0, 4, 2, 3],
# ->        [1, 0, 6, 1]])

# %% [markdown] name="max_intro"
# The windows begin in rows 0 and 2, and in columns 0 and 2:

# %% name="max" tags=["nbval-check-output"]
windows = [[numbers[row : row + 2, column : column + 2] for column in (0, 2)] for row in (0, 2)]
np.array([[window.max() for window in line] for line in windows])
# -> array([[5, 4],
# ->        [4, 6]])

# %% name="average" tags=["nbval-check-output"]
np.array([[window.mean() for window in line] for line in windows])
# -> array([[2.75, 2.25],
# ->        [1.25, 3.  ]])

# %% [markdown] name="max_keras"
# And Keras's layer:

# %% name="max_pooling" tags=["nbval-check-output"]
batch_of_one = numbers.reshape(1, 4, 4, 1).astype("float32")
keras.layers.MaxPooling2D(2, dtype="float32")(batch_of_one).numpy()[0, :, :, 0]
# -> array([[5., 4.],
# ->        [4., 6.]], dtype=float32)

# %% [markdown] name="max_read"
# What does that buy?
#
# - A quarter of the numbers is left for the layers that follow to work on.
# - The next kernel sees more: each of its 3 × 3 inputs now stands for 2 × 2 places, so it combines patterns that lie further apart.
# - A pattern that moves by a pixel often stays in its window, and the output stays the same.
#
# In a feature map, a large number says: here is the pattern. Max pooling asks whether it is anywhere in the window; the average waters down a clear yes with the noes around it. That is why max is the usual choice.

# %% [markdown] name="model_title"
# ## The convnet
#
# A network of convolutional layers is a *convnet*, in full a convolutional neural network. Its first part turns the picture into feature maps; call that the *base*. `Rescaling` comes first, so that the network takes pictures with values of 0…255, as they are.

# %% name="base"
base_model = keras.Sequential(
    [
        keras.Input(shape=(28, 28, 1)),
        keras.layers.Rescaling(1 / 255),
        keras.layers.Conv2D(32, 3, activation="relu"),
        keras.layers.MaxPooling2D(2),
        keras.layers.Conv2D(64, 3, activation="relu"),
        keras.layers.MaxPooling2D(2),
        keras.layers.Conv2D(64, 3, activation="relu"),
    ]
)

# %% name="base_shapes" tags=["nbval-check-output"]
[(type(layer).__name__, layer.output.shape[1:]) for layer in base_model.layers]
# -> [('Rescaling', (28, 28, 1)),
# ->  ('Conv2D', (26, 26, 32)),
# ->  ('MaxPooling2D', (13, 13, 32)),
# ->  ('Conv2D', (11, 11, 64)),
# ->  ('MaxPooling2D', (5, 5, 64)),
# ->  ('Conv2D', (3, 3, 64))]

# %% [markdown] name="base_shapes_read"
# Follow the sizes: 26 by the border effect, 13 by pooling, 11, then 5 (the last row and column of 11 fit into no window and are dropped), 3. The picture becomes smaller and deeper: less about where, more about what. And each number knows of a larger piece of the picture, its *receptive field*: 3 × 3 pixels after the first convolution, 4 × 4 after the pooling, then 8 × 8, 10 × 10, and 18 × 18 at the end.

# %% name="base_parameters" tags=["nbval-check-output"]
[layer.count_params() for layer in base_model.layers], base_model.count_params()
# -> ([0, 320, 0, 18496, 0, 36928], 55744)

# %% [markdown] name="head_intro"
# 55,744 parameters; pooling has none. The second part of the network, its *head*, decides: it unrolls the last feature map and puts two dense layers on it, as in Lesson 1.

# %% name="model" tags=["nbval-check-output"]
model = keras.Sequential(
    [
        keras.Input(shape=(28, 28, 1)),
        *base_model.layers,
        keras.layers.Flatten(),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
[layer.output.shape[1:] for layer in model.layers[-3:]], model.count_params()
# -> ([(576,), (64,), (10,)], 93322)

# %% [markdown] name="model_read"
# 3 × 3 × 64 = 576 numbers in a line, then 576 × 64 + 64 + 64 × 10 + 10 parameters on top: 93,322. The dense network of Lesson 1 has 101,770, with fewer layers.

# %% [markdown] name="unpooled_intro"
# And without pooling? The same three convolutions, the same head:

# %% name="unpooled" tags=["nbval-check-output"]
convolutions = [keras.layers.Conv2D(filters, 3, activation="relu") for filters in (32, 64, 64)]
unpooled_base = keras.Sequential([keras.Input(shape=(28, 28, 1)), *convolutions])
unpooled_base.output_shape[1:], unpooled_base.count_params()
# -> ((22, 22, 64), 55744)

# %% name="unpooled_parameters" tags=["nbval-check-output"]
inputs = 22 * 22 * 64
55_744 + inputs * 64 + 64 + 64 * 10 + 10
# -> 2038922

# %% [markdown] name="unpooled_read"
# Pooling has no parameters, so the base keeps its 55,744. (The older, published version of this lesson has 52,744, which is a mistake.) But the head gets 22 × 22 × 64 numbers, and the whole network has 2,038,922 parameters, 22 times as many: more to compute, and more to learn by heart with. And a number of the last feature map has a receptive field of 7 × 7 pixels instead of 18 × 18: too little for the shape of a digit.

# %% [markdown] name="train_title"
# ## Training, side by side
#
# A fair comparison changes one thing only, here the network. Both get the same pictures in batches of 64, the same loss, the same optimizer, five epochs, and the same exam. One picture in twelve is held back as a validation set, for the second curve. Since `Rescaling` is part of the networks, the batches keep their bytes, and `map` has nothing to do. The rest is as in Lesson 1.


# %% name="pipeline"
def prepare(dataset):
    return dataset.batch(64).cache()


held_back = info.splits["train"].num_examples // 12
train_dataset = prepare(datasets["train"].skip(held_back)).shuffle(2_000).prefetch(tf.data.AUTOTUNE)
validation_dataset = prepare(datasets["train"].take(held_back)).prefetch(tf.data.AUTOTUNE)
test_dataset = prepare(datasets["test"]).prefetch(tf.data.AUTOTUNE)

# %% [markdown] name="dense_intro"
# First the network of Lesson 1, with `Rescaling` in front.

# %% name="dense_model" tags=["nbval-check-output"]
dense_model = keras.Sequential(
    [
        keras.Input(shape=(28, 28, 1)),
        keras.layers.Rescaling(1 / 255),
        keras.layers.Flatten(),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
dense_model.count_params()
# -> 101770

# %% [markdown] name="dense_fit_intro"
# *RMSprop*, the optimizer of the published convnet, is much like Adam: it gives every parameter a step size of its own. The loss is that of Lesson 1, for labels that are numbers. Elsewhere you will meet labels as lists, such as [0, 0, 1, 0, 0, 0, 0, 0, 0, 0] for a 2. They are called *one-hot*, and their loss is `"categorical_crossentropy"`, without `sparse_`.

# %% name="dense_fit"
dense_model.compile(
    optimizer="rmsprop",
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
    jit_compile=True,
    steps_per_execution=430,
)
dense_history = dense_model.fit(
    train_dataset, validation_data=validation_dataset, epochs=lesson.epochs(5), verbose=2
)

# %% [markdown] name="fit_intro"
# Now the convnet. Only `jit_compile` is left out, which changes the waiting time, not the result. *XLA*, the translator that it calls, turns dense layers into fast programs. On a CPU, TensorFlow computes convolutions with a library tuned for them, which XLA does not use, so training with XLA may take several times as long. (430 batches are half an epoch of the 55,000 real pictures that are left for training.)

# %% name="fit"
model.compile(
    optimizer="rmsprop",
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
    steps_per_execution=430,
)
history = model.fit(
    train_dataset, validation_data=validation_dataset, epochs=lesson.epochs(5), verbose=2
)

# %% [markdown] name="fair_intro"
# Was it fair? Both optimizers should have the same settings, apart from their names, and have taken the same number of steps:


# %% name="fair" tags=["nbval-check-output"]
def settings_and_steps(optimizer):
    return optimizer.get_config() | {"name": ""}, int(optimizer.iterations)


same_training = settings_and_steps(dense_model.optimizer) == settings_and_steps(model.optimizer)
same_training
# -> True

# %% name="dense_shown"
plot_history(dense_history, title="The dense network", whole=lesson.whole_training("dense_history"))

# %% name="fit_shown"
plot_history(history, title="The convnet", whole=lesson.whole_training("history"))

# %% [markdown] name="fit_read"
# The convnet is ahead after every epoch, on the pictures that it learns from and on those that it does not. After five epochs, each is nearly as good on the pictures held back as on those that it learns from: neither has learned them by heart. But the convnet computes more. It has fewer parameters, but those of a filter work at every place of the picture: 2.8 million multiplications a picture instead of 0.1 million.

# %% [markdown] name="exam_intro"
# The exam, once for each.

# %% name="exam"
dense_test_accuracy = dense_model.evaluate(test_dataset, verbose=0)[1]
test_accuracy = model.evaluate(test_dataset, verbose=0)[1]
print(f"dense {dense_test_accuracy:.4f}, convnet {test_accuracy:.4f}")

# %% [markdown] name="errors_intro"
# Near 1, two accuracies always look alike. Compare the errors instead: the share of the pictures that each network gets wrong.

# %% name="errors"
dense_errors, errors = 1 - dense_test_accuracy, 1 - test_accuracy
print(f"wrong: dense {dense_errors:.2%}, convnet {errors:.2%}")
print(f"gone: {1 - errors / dense_errors:.0%} of the dense network's errors")

# %% [markdown] name="published_intro"
# More than half of the dense network's errors are gone, with fewer parameters. How does that compare with others? The published lesson reports 0.978 for the dense network. For the convnet it claims 0.993 in its text, and shows a run that printed 0.9908. What share of the dense network's errors is gone, by the claim and by the run?

# %% name="published" tags=["nbval-check-output"]
[round(1 - (1 - accuracy) / (1 - 0.978), 2) for accuracy in (0.993, 0.9908)]
# -> [0.68, 0.58]

# %% [markdown] name="published_read"
# 68 % by the claim, 58 % by the run: the difference in accuracy, 0.0022, is nearly a quarter of the run's errors. It pays to look at the run, and not at the sentence about it. The table at the end of this lesson has what was measured for this course on the real pictures.

# %% [markdown] name="moving_title"
# ## Moved digits
#
# The digits of the test set are in the middle, like those of the training set. What if somebody writes further to the right? The exam is over, so its papers may serve for one more question. `tf.roll` moves a whole batch.


# %% name="moving"
def share_wrong(model, columns):
    moved_dataset = test_dataset.map(
        lambda pictures, labels: (tf.roll(pictures, columns, 2), labels)
    )
    return 1 - model.evaluate(moved_dataset, verbose=0)[1]


moved_wrong = {
    columns: (share_wrong(dense_model, columns), share_wrong(model, columns))
    for columns in (0, 2, 4)
}

# %% name="moving_shown"
for columns, (dense, convnet) in moved_wrong.items():
    print(f"{columns} columns to the right: dense {dense:.1%} wrong, convnet {convnet:.1%}")

# %% [markdown] name="moving_read"
# Neither network has seen such pictures, and both get worse. But four columns to the right, the convnet has less than two thirds of the dense network's errors. The dense one meets strokes at pixels whose weights know little of them. The convnet finds the same edges and corners as before, at other places of its feature maps, and pooling swallows part of the move; but its head is dense and knows places, so its invariance is not complete either. Lesson 5 moves the training pictures to teach the rest.

# %% [markdown] name="maps_title"
# ## What the filters have learned
#
# Nobody told the first layer what to look for. These are the weights of its 32 filters, grey for 0, brighter for what should be there and darker for what should not:

# %% name="kernels_shown"
kernels, _ = model.layers[1].get_weights()
largest = np.abs(kernels).max()
learned_kernels = [0.5 + kernels[:, :, 0, number] / (2 * largest) for number in range(32)]
plot_pictures(learned_kernels, columns=8, title="32 kernels of 3 × 3 weights")

# %% [markdown] name="kernels_read"
# Some are bright on one side and dark on the other: edges of one direction, like the kernel that you moved over a digit. Others are harder to name: training looks for what helps, not for what has a name. What do they find? From the same trained layers, make a network that ends with the first convolution, and give it a test digit.

# %% name="maps" tags=["nbval-check-output"]
first_layers = keras.Sequential(model.layers[:2])  # Rescaling and the first convolution
digit = next(iter(test_dataset))[0][:1]
feature_maps = first_layers(digit).numpy()
feature_maps.shape
# -> (1, 26, 26, 32)

# %% name="maps_shown"
channels = [feature_maps[0, :, :, number] for number in range(32)]
scaled_channels = [channel / max(channel.max(), 1e-6) for channel in channels]
title = "One digit, seen by the 32 filters of the first layer"
plot_pictures(scaled_channels, columns=8, title=title)

# %% [markdown] name="maps_read"
# Each map has a scale of its own, from black for 0 to white for its largest number: bright is where that filter answers, and ReLU has made the rest black. The maps are in the order of the kernels. Look for maps that light up along one side of each stroke, and find their kernels above. Which ones answer to strokes of one direction, or to the paper around them? Lesson 8 looks at deeper layers, and at what a filter would like to see most.

# %% [markdown] name="digit_title"
# ## A digit of your own
#
# Now you write, and the network reads. Your trained network goes into the page below, with its weights rounded to 16 bits each, and answers while you draw. The digits of MNIST were brought to one size and one place: shrunk until the longer side has 20 pixels, and moved until their centre of mass, the mean place of all ink, is in the middle of 28 × 28. The page does the same with yours; the small picture shows what is left of it.

# %% name="digit"
explore_digit(model)

# %% [markdown] name="digit_read"
# Watch the maps of the first layer follow your pen. Then try to mislead the network: a 7 with a bar, a 1 with a foot, a 4 that is closed at the top, a 9 with a straight leg. How sure is it where it is wrong? Finally, draw a letter. The network still answers with a digit, for the ten shares of a softmax always add up to 1.

# %% [markdown] name="save_title"
# ## Keeping the model
#
# `Rescaling` is inside, so the model can be saved as it is. Does the saved file give the same answers?

# %% name="save"
model_path = lesson.save_model(model)

# %% name="save_check" tags=["nbval-check-output"]
loaded_model = keras.models.load_model(model_path)
pictures, labels = next(iter(test_dataset))
bool(np.allclose(loaded_model(pictures), model(pictures), atol=0.001))
# -> True

# %% [markdown] name="report_intro"
# ## Your figures and others'
#
# For the convnet, the published column has what the run printed, not the claim. The measured one comes from `make lesson N=02` on the real pictures.

# %% name="report"
lesson.report(test_accuracy=test_accuracy, dense_test_accuracy=dense_test_accuracy)

# %% [markdown] name="ex_parameters"
# ## More exercises
#
# ### Exercise 3 · Parameters of a convolutional layer
#
# How many parameters does a layer of `filters` filters have, with kernels of `kernel_size` × `kernel_size` and an input of `channels` channels?


# %% name="ex_parameters_answer" exercise="parameters"
def convolution_parameters(kernel_size, channels, filters):
    ### BEGIN SOLUTION
    return kernel_size * kernel_size * channels * filters + filters
    ### END SOLUTION


# %% name="ex_parameters_check" exercise="parameters" points=1
def check(convolution_parameters):
    examples = [  # kernel_size, channels, filters, right
        (3, 32, 64, 18_496),
        (3, 1, 32, 320),
        (5, 3, 8, 608),
        (1, 1, 1, 2),
        (1, 7, 5, 40),
        (2, 1, 9, 45),
        (2, 6, 1, 25),
        (3, 64, 32, 18_464),
        (4, 10, 3, 483),
        (5, 2, 20, 1_020),
        (7, 3, 64, 9_472),
        (11, 3, 96, 34_944),
        (25, 70, 500, 21_875_500),
    ]
    size, channels, filters, right = np.array(examples).T
    answers = [convolution_parameters(*numbers[:3]) for numbers in examples]
    for wrong, message in (
        (right - filters, "The biases are missing: each filter has one."),
        (
            (size * size + 1) * filters,
            "Each kernel is as deep as its input: it has 3 × 3 weights for each of the 32 "
            "channels.",
        ),
        (
            right + (channels - 1) * filters,
            "There is one bias a filter, added to the sum over all channels, not one for each "
            "channel.",
        ),
        (right - filters + 1, "Each filter has a bias of its own, not one for all of them."),
        (
            (size * channels + 1) * filters,
            "A kernel of size 3 has rows as well as columns: 3 × 3 weights.",
        ),
    ):
        assert not np.array_equal(answers, wrong), message
    for numbers, answer in zip(examples, answers, strict=True):
        assert np.ndim(answer) == 0, "Return one number, the sum."
        assert answer == numbers[3], (
            f"Not right for every layer: convolution_parameters{numbers[:3]} should be "
            f"{numbers[3]:,}, not {answer}."
        )
    ### BEGIN HIDDEN TESTS
    for most in ([12, 60, 60], [28, 90, 400]):
        for numbers in private.integers([1, 1, 1], most, (10, 3)).tolist():
            compare(*numbers)
    ### END HIDDEN TESTS


parameters_check = check_exercise(
    convolution_parameters,
    check,
    hints=[
        "Count the weights of one filter first, then its bias, then multiply by the filters.",
        "One kernel has kernel_size rows and columns, and the depth of its input.",
        "The first layer is (3, 1, 32) and has 3 × 3 × 1 × 32 + 32 parameters.",
    ],
    praise="The picture's width and height do not occur in it: all places share the weights.",
)
parameters_check


# %% [markdown] name="ex_shrink"
# ### Exercise 4 · Average for max, strides for both
#
# Is max pooling worth having? Write a function that builds the whole convnet from new layers, uncompiled, in three versions. `shrink` is
#
# - `"max"`: as in the lesson,
# - `"average"`: with `keras.layers.AveragePooling2D(2)` instead of max pooling,
# - `"strides"`: with no pooling at all; the first two convolutions have a stride of 2 instead.


# %% name="ex_shrink_answer" exercise="shrink"
def build_network(shrink):
    ### BEGIN SOLUTION
    layers = []
    for filters in (32, 64):
        strides = 2 if shrink == "strides" else 1
        layers.append(keras.layers.Conv2D(filters, 3, strides=strides, activation="relu"))
        if shrink == "max":
            layers.append(keras.layers.MaxPooling2D(2))
        if shrink == "average":
            layers.append(keras.layers.AveragePooling2D(2))
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Rescaling(1 / 255),
            *layers,
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    ### END SOLUTION


# %% name="ex_shrink_check" exercise="shrink" points=2
from course_utils.exercises.networks import build_twice, measure, measure_both


def build_convnet(build_network, shrink):
    return build_twice(build_network, shrink, known=[model, unpooled_base], shape=(28, 28, 1))


def measure_convnet(built, shrink):
    return measure_both(built, 28, 28, 1)


def check(build_network):
    def reference(strides=(1, 1, 1), pool=None, relu=("relu", "relu"), last="softmax", most=255):
        layers = [keras.Input((28, 28, 1)), keras.layers.Rescaling(1 / most)]
        for filters, stride in zip((32, 64, 64), strides, strict=True):
            layers.append(keras.layers.Conv2D(filters, 3, strides=stride, activation=relu[0]))
            layers += [pool(2)] if pool and len(layers) < 6 else []
        head = [keras.layers.Dense(64, relu[1]), keras.layers.Dense(10, last)]
        return measure(keras.Sequential([*layers, keras.layers.Flatten(), *head]), 28, 28, 1)

    def alike(one, other):
        same_shape = one["answers"].shape == other["answers"].shape
        return same_shape and np.allclose(one["answers"], other["answers"], rtol=2e-4, atol=1e-6)

    def fresh(found):
        assert not found["shared"], (
            "Your network uses layers that were there before, or what those have learned. "
            "Make new layers at every call, or the comparison is not fair."
        )
        assert found["steady"], (
            "In training your network answers differently, as with Dropout. Add no layer of that "
            "kind here."
        )
        assert not found["compiled"], "Return the network as it is, without compiling it."
        assert found["alike"], "Two calls with the same `shrink` give two different networks."

    pools = {"average": keras.layers.AveragePooling2D, "max": keras.layers.MaxPooling2D}
    found, right, two = build_network("strides"), reference((2, 2, 1)), {"strides": (2, 2, 1)}
    if not alike(found, right):
        for name, pool in pools.items():
            assert not alike(found, reference(pool=pool)), (
                f"You build {name} pooling, whatever `shrink` says; with 'strides' there is none."
            )
        for strides in ((2, 2, 2), (2, 1, 1), (1, 2, 1), (1, 1, 1)):
            if alike(found, reference(strides)):
                assert strides != (2, 2, 2), (
                    "The third convolution keeps its stride of 1: there is no pooling after it to "
                    "replace."
                )
                raise AssertionError(
                    "Both of the first two convolutions get a stride of 2, the third keeps 1; "
                    f"yours have {strides}."
                )
        assert found["answers"].shape == (4, 10), (
            f"For each picture, the network answers with the shape {found['answers'].shape[1:]}, "
            "not with ten probabilities. The head is missing, or a part of it: Flatten and two dense "
            "layers."
        )
        assert np.allclose(found["answers"].sum(axis=1), 1, atol=1e-3), (
            "The last layer needs softmax, so that its ten numbers are probabilities that add up "
            "to 1."
        )
        for relu in ((None, None), (None, "relu"), ("relu", None)):
            assert not alike(found, reference(**two, relu=relu)), (
                "Each convolution needs ReLU, in each version, and so does the dense layer of 64."
            )
        assert not alike(found, reference(**two, most=1)), (
            "Begin with Rescaling(1 / 255): the pictures come with values of 0…255."
        )
        assert found["parameters"] == right["parameters"], (
            "With 'strides' the network should have 121,994 parameters, not "
            f"{found['parameters']:,}. Its convolutions and dense layers are those of the lesson; "
            "the first two convolutions have a stride of 2."
        )
        raise AssertionError(
            "With 'strides' the number of parameters is right, but with the same ones your network "
            "gives different answers from the lesson's, built without pooling and with a stride of "
            "2 in the first two convolutions. Compare it layer by layer: Rescaling, ReLU, softmax."
        )
    fresh(found)
    ### BEGIN HIDDEN TESTS
    compare("strides")
    ### END HIDDEN TESTS
    ### EARNED 1
    for name, pool in pools.items():
        found, right = build_network(name), reference(pool=pool)
        if not alike(found, right):
            for strides in ((1, 1, 1), (2, 2, 1)):
                assert not alike(found, reference(strides)), (
                    f"With {name!r}, your network has no pooling layer at all."
                )
            for other in pools:
                assert not alike(found, reference(pool=pools[other])), (
                    f"With {name!r}, you build {other} pooling."
                )
            raise AssertionError(
                f"With {name!r}, two layers {pool.__name__}(2) and 93,322 parameters are expected; "
                f"your network has {found['parameters']:,}, or differs from the lesson's in more "
                "than its pooling."
            )
        fresh(found)
    ### BEGIN HIDDEN TESTS
    compare("max")
    compare("average")
    ### END HIDDEN TESTS


shrink_check = check_exercise(
    build_network,
    check,
    trial=build_convnet,
    as_data=measure_convnet,
    hints=[
        "Begin with a copy of the lesson's network. Which of its lines depend on `shrink`?",
        "A convolution with strides=2 halves height and width; with strides=1 it is the usual one.",
        "Collect the layers in a list, and append a pooling layer only where there should be one.",
    ],
    praise="MobileNetV2, the network of Lesson 6, shrinks by strides too.",
)
shrink_check


# %% [markdown] name="ex_shrink_try"
# Train them on five sixths of the training pictures, and judge them by the remaining sixth, as a validation set: the exam is over. (`lesson.trials` hands out its arguments in turn; only the `ci` profile stops after the first.)

# %% name="ex_shrink_data"
held_back = info.splits["train"].num_examples // 6
validation_dataset = prepare(datasets["train"].take(held_back))
learning_dataset = prepare(datasets["train"].skip(held_back)).shuffle(2_000)

# %% name="ex_shrink_run"
if shrink_check.right:
    for shrink in lesson.trials("max", "average", "strides"):
        network = build_network(shrink)
        network.compile(
            optimizer="rmsprop",
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
            steps_per_execution=50,
        )
        network.fit(learning_dataset, epochs=lesson.epochs(2), verbose=0)
        errors = 1 - network.evaluate(validation_dataset, verbose=0)[1]
        print(f"{shrink:8} {network.count_params():7,} parameters: {errors:.2%} wrong")

# %% [markdown] name="ex_shrink_read"
# Before you crown a winner: two epochs are few, the version with strides has more parameters, and the random numbers that training starts from move such a figure too. Run the cell once more, and see whether the order stays.

# %% [markdown] name="learned"
# ## What you learned
#
# - A convolution lays the same few weights on every patch; a feature map says where the pattern is.
# - A layer has many filters. Their number is the depth of its output, and the size of the picture does not change its parameters.
# - Padding keeps the size; strides and pooling shrink it. Deeper layers see more of the picture: their receptive field grows.
# - Convolutions find local patterns wherever they are, and build larger ones out of small ones.
# - Compare fairly, by changing one thing only; and compare errors, not accuracies, when both are near 1.
#
# These digits are small, grey, and in the middle. The next lesson takes pictures more than ten times as wide, in colour, from folders on the disk, with a horse or a human somewhere in them.
