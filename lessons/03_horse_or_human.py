# %% [markdown] name="title"
# # Lesson 3 · Complex pictures, from folders
#
# The pictures so far were small, grey, and already arrays. Photographs on a disk are none of that: they are large, in colour, and they lie in folders as files. In this lesson you read pictures from folders, train a deeper network on them, look at what each of its layers sees, and show it pictures of your own.
#
# **Afterwards you can**
#
# - turn folders of pictures into a dataset, one folder for each class,
# - build a network that answers one question with yes or no,
# - read a validation curve that swings, and say why a training accuracy near 100 % proves little,
# - ask a trained network about any picture, and keep the preparation of pictures in one place.
#
# **You need** lessons 1 and 2: batches, loss, training and validation set, convolution and pooling.
#
# **Time** about 60 minutes to read and try, 30 more for the exercises. New terms are in italics where they are explained; the glossary, linked below, has them all.

# %% [markdown] name="setup"
# The course's helpers first. The line under the cell says what this run uses; Lesson 1 explains its parts. With the profile `ci` the network trains far too little to show what the text describes.

# %% name="start"
from course_utils import (
    check_exercise,
    plot_feature_maps,
    plot_history,
    plot_picture,
    plot_pictures,
    predict_uploads,
    start,
    write_class_folders,
)

lesson = start("03_horse_or_human")

# %% name="libraries"
from glob import glob

import keras
import numpy as np
import tensorflow as tf

# %% name="author" tags=["author"]
from tools.author import compare, private

# %% [markdown] name="data_title"
# ## Pictures in folders
#
# The dataset horses_or_humans was made on a computer: horses and people of many kinds, rendered in front of landscapes. If this machine does not have it, the course draws a sample in the same form, and says so.

# %% name="data"
datasets, info = lesson.load_dataset("horses_or_humans")

# %% name="classes" tags=["nbval-check-output"]
class_names = info.features["label"].names
class_names
# -> ['horses', 'humans']

# %% [markdown] name="folders_intro"
# Your own photographs will not come through `lesson.load_dataset`. They lie in folders, and the folder's name is usually the label: one folder for each class. So this cell writes the dataset to the disk in that form, and from here on you work as you would with pictures of your own. `glob` lists the names that fit a pattern: `*.jpg` leaves out everything not ending in `.jpg`, and hidden files, such as those macOS puts beside your pictures.

# %% name="folders"
folder = write_class_folders(datasets, class_names, lesson.folder / "pictures")
sorted(glob("*.jpg", root_dir=folder / "train" / "horses"))[:5]

# %% [markdown] name="counts_intro"
# How many files are there in each folder?

# %% name="counts"
{
    f"{part}/{name}": len(glob("*.jpg", root_dir=folder / part / name))
    for part in ("train", "test")
    for name in class_names
}

# %% [markdown] name="counts_read"
# About as many horses as humans, in both parts. That matters: a network that always says "human" is right half the time, and no more.

# %% [markdown] name="side_intro"
# All pictures of a batch must have one size. These are 300 × 300. In the profile `quick` the lesson halves the side, so that a laptop has a quarter of the pixels to work on.

# %% name="side"
side = lesson.pixels(300)
side

# %% [markdown] name="directory_intro"
# One call of Keras reads the folders: it lists the files, takes the label from the folder's name, decodes the pictures (turns the bytes of a file into pixels), and resizes and batches them. `label_mode="binary"` makes the labels 0 and 1. `class_names` says which folder is 0 and which is 1; without it, the alphabet decides. (In older code, `flow_from_directory` of Keras's `ImageDataGenerator` does this.)


# %% name="directory"
def from_folder(part):
    return keras.utils.image_dataset_from_directory(
        folder / part,
        class_names=class_names,
        image_size=(side, side),
        batch_size=32,
        label_mode="binary",
        verbose=False,
    )


train_files, validation_files = from_folder("train"), from_folder("test")

# %% [markdown] name="directory_classes"
# The dataset knows its classes. Look them up here, before any further step: after `cache`, `map` or `prefetch` it no longer knows them.

# %% name="directory_names" tags=["nbval-check-output"]
train_files.class_names
# -> ['horses', 'humans']

# %% [markdown] name="pipeline_intro"
# `cache` keeps the decoded pictures in memory, so that the files are read in the first epoch only. Nothing is divided by 255 here, on purpose: that will be a layer of the network.

# %% name="pipeline"
train_dataset = train_files.cache().shuffle(100).prefetch(tf.data.AUTOTUNE)
validation_dataset = validation_files.cache().prefetch(tf.data.AUTOTUNE)

# %% [markdown] name="gallery_pictures_intro"
# To show some pictures, and to ask about them later, take 64 from each part as arrays. `unbatch` gives single pictures again, and `batch(64)` puts 64 of them together.


# %% name="gallery_pictures"
def take_some(dataset):
    pictures, labels = next(iter(dataset.unbatch().batch(64)))
    return pictures.numpy(), labels.numpy().ravel().astype(int)


train_pictures, train_labels = take_some(train_dataset)
pictures, labels = take_some(validation_dataset)

# %% [markdown] name="gallery_intro"
# Sixteen training pictures, eight horses and eight humans.

# %% name="gallery"
by_class = [train_pictures[train_labels == label][:8] for label in (0, 1)]
plot_pictures(np.concatenate(by_class), columns=4)

# %% [markdown] name="gallery_read"
# The subject is now here, now there, larger or smaller, and what is behind it differs from picture to picture. Now eight of each class from the part that the network will be judged by:

# %% name="gallery_validation"
by_class = [pictures[labels == label][:8] for label in (0, 1)]
plot_pictures(np.concatenate(by_class), columns=4)

# %% [markdown] name="gallery_validation_read"
# These stand in front of an empty background, white or pale: whoever made the dataset kept the landscapes for training. A network that has learned to look at the ground will be lost here. Remember that when you see the curves.

# %% [markdown] name="sigmoid_title"
# ## One question, one neuron
#
# With ten classes the network gave ten probabilities. Here there are two, and the second follows from the first: if a human has a probability of 90 %, a horse has 10 %. One neuron is enough. Its sum may be any number; *sigmoid* turns it into one between 0 and 1:

# %% name="sigmoid" tags=["nbval-check-output"]
sums = np.array([-4.0, -1.0, 0.0, 1.0, 4.0])
(1 / (1 + np.exp(-sums))).round(3)
# -> array([0.018, 0.269, 0.5  , 0.731, 0.982])

# %% [markdown] name="sigmoid_read"
# A sum of 0 gives 0.5, "I cannot tell"; a large sum gives nearly 1, a very negative one nearly 0. The neuron's answer is the probability of class 1, humans. The usual *threshold* is 0.5: above it the answer is a human, otherwise a horse.

# %% [markdown] name="loss_intro"
# The loss that goes with it is the *binary cross-entropy*: minus the logarithm of the probability that the network gave to the true class. For a human (label 1) with a probability of 0.9, 0.5 and 0.1:

# %% name="loss" tags=["nbval-check-output"]
probabilities = np.array([0.9, 0.5, 0.1])
(-np.log(probabilities)).round(2)
# -> array([0.11, 0.69, 2.3 ])

# %% [markdown] name="loss_read"
# For a horse it is minus the logarithm of 1 minus the probability. Guessing costs 0.69: a loss that stays near that number means that nothing is being learned.

# %% [markdown] name="model_title"
# ## A deeper network
#
# Five blocks, each a convolution and a pooling, then two dense layers. From block to block the maps get smaller, and most blocks have more filters than the one before. `Rescaling`, the first layer, divides by 255: from now on the network takes pictures as they come from the files.


# %% name="model_function"
def build_network(side):
    network = keras.Sequential([keras.Input((side, side, 3)), keras.layers.Rescaling(1 / 255)])
    for filters in (16, 32, 64, 64, 64):
        network.add(keras.layers.Conv2D(filters, 3, activation="relu"))
        network.add(keras.layers.MaxPooling2D(2))
    network.add(keras.layers.Flatten())
    network.add(keras.layers.Dense(512, activation="relu"))
    network.add(keras.layers.Dense(1, activation="sigmoid"))
    return network


# %% [markdown] name="count_intro"
# For pictures of 300 × 300, these are the maps after each of the five poolings, and the number of parameters:

# %% name="shapes" tags=["nbval-check-output"]
full_size = build_network(300)
[layer.output.shape[1:] for layer in full_size.layers if "pooling" in layer.name]
# -> [(149, 149, 16), (73, 73, 32), (35, 35, 64), (16, 16, 64), (7, 7, 64)]

# %% name="parameters" tags=["nbval-check-output"]
full_size.count_params()
# -> 1704097

# %% [markdown] name="parameters_read"
# Where are they? The last maps have 7 × 7 × 64 = 3,136 numbers. Each of the 512 neurons has a weight for every one of them, and a bias: 1,606,144 of the 1,704,097. The five convolutions together have fewer than 98,000. On smaller pictures the last maps are smaller, and so is the dense layer.

# %% [markdown] name="compile_intro"
# RMSprop is the optimizer of Lesson 2, and its learning rate (Lesson 1) is the usual one, 0.001.

# %% name="compile"
model = build_network(side)
model.compile(
    optimizer=keras.optimizers.RMSprop(learning_rate=0.001),
    loss="binary_crossentropy",
    metrics=["accuracy"],
)

# %% [markdown] name="fit_intro"
# In the older, published version of this lesson, training takes 15 epochs with batches of 128. With batches of 32 the optimizer makes four times as many steps in an epoch, so on a CPU the lesson takes 8 epochs; on a GPU it takes all 15.

# %% name="fit"
history = model.fit(
    train_dataset,
    validation_data=validation_dataset,
    epochs=lesson.epochs(15),
    verbose=2,
)

# %% name="curves"
plot_history(history, whole=lesson.whole_training("history"))

# %% [markdown] name="curves_read"
# Look at the training curves first. The loss falls, the accuracy climbs, and with more epochs it comes close to 1. Now the validation curves. They are less reliable: better in one epoch, they may be worse in the next. In some runs on the drawn sample, ten pictures in a hundred go wrong again from one epoch to the next, in others hardly one. The pictures to be judged differ from the training pictures, and nothing in training shows the network an empty background. So a step of the optimizer may help there or do harm.
#
# The sample is kind: on it, the validation accuracy ends close to the training accuracy. On the real pictures the two part. In one run of `COURSE_DATA=real COURSE_PROFILE=quick make lesson N=03`, the training accuracy reached 0.99, the validation accuracy swung between 0.78 and 0.88, and the validation loss climbed from 0.57 to 2.7, four times what guessing costs. How can the loss climb while the accuracy stays where it is? The network makes about as many mistakes as before, but grows surer of them, and sure mistakes cost most. You know this from Lesson 1: it is overfitting, here with about 500 pictures a class. So read both curves. The accuracy counts the mistakes; the loss also weighs them.
#
# The published lesson shows the training accuracy alone, and even that is unsteady: 0.98, 0.91, 0.99, 0.99, 0.96 and 0.93 in its last six epochs. Its text warns of overfitting, but only a validation curve can show how much there is. That is why this course always draws one.

# %% [markdown] name="best_intro"
# How good was the best epoch, and how good is the last one?

# %% name="best"
validation_accuracy = history.history["val_accuracy"]
print([round(accuracy, 3) for accuracy in validation_accuracy])
print(f"best {max(validation_accuracy):.3f}, last {validation_accuracy[-1]:.3f}")

# %% [markdown] name="best_read"
# Whoever reports the best of these numbers has chosen it by the validation pictures, so it is a little too good. The last one is chosen by nobody, but in a curve that swings it depends on where you stop. Report both, and say which is which. Lesson 4 sets a third part aside, a test set, for that reason; this dataset is too small to be divided once more.

# %% [markdown] name="layers_title"
# ## What each layer sees
#
# What do the layers in the middle make of a picture? `keras.Model(inputs, outputs)` cuts a second network out of the trained one: the layers that lead from these inputs to these outputs, here the maps of all ten convolutions and poolings at once. Ask it about eight pictures.

# %% name="layers_model"
seen = [layer for layer in model.layers if "conv" in layer.name or "pooling" in layer.name]
names = [f"{kind} {block}" for block in range(1, 6) for kind in ("convolution", "pooling")]
viewer = keras.Model(model.inputs, [layer.output for layer in seen])
maps = viewer.predict(pictures[:8], verbose=0)

# %% [markdown] name="layers_input_intro"
# This is what goes in (the first of the eight),

# %% name="layers_input"
plot_picture(pictures[0])

# %% [markdown] name="layers_intro"
# and this is what comes out: for each layer the first eight of its maps. Bright is where a filter has found what it looks for. Each map has its own scale.

# %% name="layers_shown"
plot_feature_maps([layer_maps[0] for layer_maps in maps], names)

# %% [markdown] name="layers_read"
# The first maps are still pictures: edges, surfaces, the subject against what is behind it. Further down they are coarse, a few bright cells that say "here is something". Maps that stay black belong to filters that find nothing in this picture. How many of the numbers are 0, layer by layer, over all eight pictures?

# %% name="sparsity"
sparsity = [float(np.mean(layer_maps == 0)) for layer_maps in maps]
for name, share in zip(names[::2], sparsity[::2], strict=True):
    print(f"{name}: {share:.0%} are 0")

# %% [markdown] name="sparsity_read"
# The share of zeros is called *sparsity*. The last convolution gives more zeros than the first: the deeper a filter, the more specific its pattern, and the less often it is there. But it is not a law that each layer gives more than the one before. On the real pictures the shares were 38, 63, 51, 37 and 57 %, in the run mentioned above. Lesson 8 looks into this further.

# %% [markdown] name="own_title"
# ## Pictures of your own
#
# Choose one or several files below. Each is turned upright, resized for the network, and given to it. Files that are not pictures are reported, with the reason. Until you choose, and on a page where no code runs, you see three pictures from the validation set.

# %% [markdown] name="own_consent"
# First, whose pictures are they? A photograph belongs to whoever took it: its licence says what others may do with it, and if there is none, ask. The people in it have a say, too, so ask them before you put their faces into a program, and their parents in the case of children. On your own machine, what you choose goes no further than this notebook. In Colab it goes to one of Google's computers. Clear the notebook's outputs before you pass it on.

# %% name="own"
predict_uploads(model, class_names, ready=pictures[:3])

# %% [markdown] name="own_read"
# The bar, and the "output" in small letters, are the probability of "humans"; above 0.5 the decision is a human. The probability in larger letters is that of the decision: an output of 0.03 is a horse, with 97 %. Do not be surprised if your dog becomes a horse: the network knows two answers, and must give one of them. And it has never seen a photograph. With Keras alone, you ask about a file like this:
#
# ```python
# picture = keras.utils.load_img("dog.jpg", target_size=(side, side), interpolation="bilinear")
# model.predict(np.array(picture)[np.newaxis])
# ```

# %% name="save"
lesson.save_model(model)

# %% name="report"
lesson.report(
    best_validation_accuracy=max(validation_accuracy),
    validation_accuracy=validation_accuracy[-1],
)

# %% [markdown] name="exercises"
# ## Exercises
#
# Replace the dots, run the cell, then run the check below it.

# %% [markdown] name="ex_decide"
# ### Exercise 1 · Decide
#
# `probabilities` is an array (n, 1), as `model.predict` returns it, and `class_names` a list of two names. Return a list of n names: the second of `class_names` where the probability is above 0.5, otherwise the first, even at exactly 0.5. Leave both as they are.


# %% name="ex_decide_answer" exercise="decide"
def decide(probabilities, class_names):
    ### BEGIN SOLUTION
    return [class_names[int(probability > 0.5)] for probability in probabilities[:, 0]]
    ### END SOLUTION


# %% name="ex_decide_check" exercise="decide" points=1
def check(decide):
    examples = [  # the probabilities, and which of the two names each should get
        ([0.2, 0.9, 0.51, 0.001, 0.49], [0, 1, 1, 0, 0], ["horses", "humans"]),
        ([0.7, 0.3, 0.6, 0.55, 1, 0, 0.45], [1, 0, 1, 1, 1, 0, 0], ["tulips", "roses"]),
        ([0.8, 0.1], [1, 0], ["no", "yes"]),
        ([0.52], [1], ["day", "night"]),
        ([0.48], [0], ["day", "night"]),
        ([0.99, 0.98, 0.75, 0.52, 0.97, 0.96], [1] * 6, ["cats", "dogs"]),
        ([0.01, 0.02, 0.25, 0.48, 0.03], [0] * 5, ["cats", "dogs"]),
        ([0.50001, 0.49999, 0.1] * 30, [1, 0, 0] * 30, ["dogs", "cats"]),
    ]
    for probabilities, numbers, class_names in examples:
        given = np.array(probabilities, "float32")[:, np.newaxis]
        count = len(probabilities)
        names = decide(given, list(class_names))
        assert isinstance(names, list) and all(isinstance(name, str) for name in names), (
            "Return a list of names, each of them class_names[0] or class_names[1]; you return "
            f"{names}."
        )
        assert len(names) == count, f"{count} pictures need {count} answers: you return {names}."
        assert set(names) <= set(class_names), (
            f"Take the names from `class_names`: with {class_names} you return {names}."
        )
        right = [class_names[number] for number in numbers]
        assert names != [class_names[1 - number] for number in numbers], (
            "That is the other way round: a probability near 1 means class 1."
        )
        assert names == right or names != [class_names[0]] * count, (
            "All get the first name, as with argmax: that picks the largest of several columns, "
            "and with only one column, that is always 0. Compare with 0.5."
        )
        assert names == right, (
            f"Not decided at 0.5: for the probabilities {probabilities} and {class_names} you "
            f"return {names}, not {right}."
        )
    edge = decide(np.array([[0.5], [0.501], [0.5], [0.499]], "float32"), ["left", "right"])
    assert edge == ["left", "right", "left", "left"], (
        "A probability of 0.5 exactly is not above 0.5, and 0.501 is: 0.5, 0.501, 0.5 and 0.499 "
        f"should give left, right, left and left, not {edge}."
    )
    ### BEGIN HIDDEN TESTS
    for length in (1, 2, 3, 5, 8, 13, 13, 13, 13, 13, 2_000):
        probabilities = private.random((length, 1)).astype("float32")
        probabilities[private.random(length) < 0.3] = 0.5
        probabilities[private.random(length) < 0.2] = private.choice([0, 0.500002, 0.499998, 1])
        compare(probabilities, private.permutation(["cats", "dogs", "a", "bird"])[:2].tolist())
    ### END HIDDEN TESTS


decide_check = check_exercise(
    decide,
    check,
    hints=[
        "probabilities[:, 0] takes the one column there is.",
        "A comparison gives True or False, and int(True) is 1.",
        "class_names[int(probability > 0.5)] is the name for one picture.",
    ],
    praise="Old code calls predict_classes for this; Keras has dropped it.",
)
decide_check


# %% [markdown] name="ex_size"
# ### Exercise 2 · How large are the last maps?
#
# Each 3 × 3 convolution without padding takes 2 from the side of a map; each pooling that follows halves it and drops what is left over. Return the side of the maps, a whole number, after `blocks` blocks of a convolution and a pooling; `side` is large enough for all of them. After 0 blocks it is `side`, as it was.


# %% name="ex_size_answer" exercise="size"
def side_after(side, blocks):
    ### BEGIN SOLUTION
    for _ in range(blocks):
        side = (side - 2) // 2
    return side
    ### END SOLUTION


# %% name="ex_size_check" exercise="size" points=1
def check(side_after):
    answer = side_after(300, 1)
    assert answer != 150, (
        "A 3 × 3 convolution without padding takes 2 from the side, before the pooling halves it."
    )
    assert answer != 148, "The convolution comes first: take 2 away, then halve."
    assert answer == 149, f"One block makes 300 into 149, not {answer!r}."
    assert side_after(300, 5) != 149, (
        "You go through one block; every block shrinks the maps once more."
    )
    examples = [  # side, blocks, right
        *((300, 5, 7), (94, 5, 1), (300, 2, 73), (300, 3, 35), (300, 4, 16), (299, 1, 148)),
        *((23, 1, 10), (23, 2, 4), (150, 3, 17), (97, 2, 22), (64, 4, 2), (10, 2, 1)),
        *((4, 1, 1), (1000, 7, 5), (31, 0, 31), (300, 0, 300)),
        (1_000_003, 12, 242),
    ]
    for side, blocks, right in examples:
        answer = side_after(side, blocks)
        assert answer == np.floor(answer), (
            f"{answer} pixels? Pooling drops what is left over. Divide with //."
        )
        assert answer == right, (
            "Not right for all sides and blocks, each a convolution and then a pooling: "
            f"side_after({side}, {blocks}) should be {right}, not {answer!r}."
        )
    ### BEGIN HIDDEN TESTS
    for blocks in (0, 1, 1, 2, 2, 3, 3, 4, 5, 6):
        compare(int(private.integers(3 * 2**blocks - 2, 600)), blocks)
        compare(int(private.integers(200_000, 10**8)), blocks + 10)
    ### END HIDDEN TESTS


size_check = check_exercise(
    side_after,
    check,
    hints=[
        "Begin with one block: what does the convolution leave, and what the pooling?",
        "A for loop repeats it: for _ in range(blocks).",
        "side = (side - 2) // 2, once for every block.",
    ],
    praise="94 is the smallest side that five such blocks can take.",
)
size_check


# %% [markdown] name="ex_bug"
# ### Exercise 3 · The forgotten division
#
# Much code that you can find divides by 255 in training and forgets to in prediction. `network` below comes from such code: it wants numbers from 0 to 1, of the shape (n, 300, 300, 3). `picture` is one picture, (300, 300, 3), an array of bytes or of numbers with decimals from 0 to 255. Return what `network.predict` has to be given, and leave `picture` as it is.


# %% name="ex_bug_answer" exercise="bug"
def prepare(picture):
    ### BEGIN SOLUTION
    return picture[np.newaxis] / 255
    ### END SOLUTION


# %% name="ex_bug_check" exercise="bug" points=1
def check(prepare):
    numbers, shape = np.random.default_rng(3), (300, 300, 3)
    for most, kind in ((255, "uint8"), (255, "float32"), (9, "uint8"), (200, "float32")):
        picture = numbers.integers(0, most + 1, shape).astype(kind)
        picture = picture if kind == "uint8" else np.maximum(picture - np.float32(0.25), 0)
        picture[0, 0, :2] = 51, 0
        batch = prepare(picture.copy())
        assert not isinstance(batch, list), (
            "To `predict`, a list is one array for each input of the network. Return one array, "
            "whose first direction is that of the batch."
        )
        batch = np.asarray(batch)
        assert batch.shape != shape, (
            "A batch of one picture has one more direction: (1, 300, 300, 3)."
        )
        assert batch.shape != (*shape, 1), "The direction of the batch comes first, not last."
        assert batch.shape == (1, *shape), (
            f"The shape should be (1, 300, 300, 3), not {batch.shape}."
        )
        assert not np.allclose(batch, picture), (
            "The numbers are 255 times as large as those in training. Divide by 255."
        )
        assert not np.array_equal(batch[0], picture // 255), (
            "In your batch, everything below 255 is 0. // divides into whole numbers, whereas / "
            "keeps the decimals; a kind of whole numbers, such as uint8, loses them too."
        )
        assert picture.max() == 255 or not np.allclose(batch, picture / picture.max()), (
            "You divide by the largest number of this picture. The training has divided all "
            "pictures by 255."
        )
        assert not np.allclose(batch, picture / 127.5 - 1, atol=1e-3), (
            "Those are numbers from −1 to 1; the network wants numbers from 0 to 1."
        )
        place = np.unravel_index(np.abs(batch[0] - picture / 255).argmax(), shape)
        assert np.allclose(batch, picture / 255, atol=1e-6), (
            "Not each number divided by 255, at the place where it was: of a picture of the kind "
            f"{kind} with numbers up to {picture.max():g}, {picture[place]:g} in row {place[0]}, "
            f"column {place[1]}, channel {place[2]} should become {picture[place] / 255:.7f}, not "
            f"{batch[0][place]:.7f}."
        )
    for value in (0, 1, 2):
        dark = np.asarray(prepare(np.full(shape, value, "uint8")))
        assert dark.shape == (1, *shape) and np.allclose(dark, value / 255, atol=1e-6), (
            f"A dark picture, with {value} everywhere, is divided by 255 like all others."
        )
    ### BEGIN HIDDEN TESTS
    for most in (1, 2, 8, 60, 256):
        picture = private.integers(0, most, (300, 300, 3), np.uint8)
        compare(picture)
        compare(np.float32(0.9) * picture[::-1])
    ### END HIDDEN TESTS


bug_check = check_exercise(
    prepare,
    check,
    hints=[
        "Two things are missing: the direction of the batch, and the scale.",
        "picture[np.newaxis] has one more direction, at the front.",
        "Dividing an array divides each of its numbers.",
    ],
    praise="Keep the division inside the network, and nobody can forget it.",
)
bug_check


# %% [markdown] name="ex_bug_try"
# What does the mistake do? The part of the network after its `Rescaling` layer is a network of that kind. Ask it about 64 validation pictures, once as it should be and once with the mistake.

# %% name="ex_bug_run"
if bug_check.right:
    inputs, given = keras.Input((side, side, 3)), {"divided": pictures / 255, "forgotten": pictures}
    network = keras.Model(inputs, keras.Sequential(model.layers[1:])(inputs))
    said, right, sure = {}, {}, {}
    for name, batch in given.items():
        answers = network.predict(batch, verbose=0)[:, 0]
        said[name] = answers > 0.5
        right[name] = float(np.mean(said[name] == labels))
        sure[name] = float(np.mean(np.abs(answers - 0.5) > 0.49))
        print(f"{name}: {right[name]:.3f} right, {sure[name]:.0%} of the answers surer than 99 %")
    print(f"{np.sum(said['divided'] != said['forgotten'])} of {len(labels)} answers differ")

# %% [markdown] name="ex_bug_read"
# No error, no warning, hardly a changed answer: numbers 255 times as large make sums about 255 times as large, and their signs, which decide, mostly stay. (The biases have not grown too, so an answer may still change.) That is why mistakes of this kind live long. What is lost is the probability: sigmoid turns such sums into near-certainty, so the network is sure of nearly everything, its mistakes included.

# %% [markdown] name="ex_swing"
# ### Exercise 4 · Measure the swing
#
# `accuracies` is a list of the validation accuracies, one after each epoch. Return the largest fall from one epoch to the next, as a positive number; 0 if it never falls, as with a single epoch.


# %% name="ex_swing_answer" exercise="swing"
def largest_fall(accuracies):
    ### BEGIN SOLUTION
    return float(np.max(-np.diff(accuracies), initial=0))
    ### END SOLUTION


# %% name="ex_swing_check" exercise="swing" points=2
def check(largest_fall):
    examples = [  # accuracies, right
        ([0.5, 0.8, 0.65, 0.7, 0.5, 0.45], 0.2),
        ([0.9, 0.8, 0.7, 0.6], 0.1),
        ([0.9, 0.55, 0.6, 0.5], 0.35),
        ([0.5, 0.6, 0.55, 0.9, 0.6], 0.3),
        ([0.2, 0.9, 0.85, 0.95], 0.05),
        ([0.8, 0.7, 0.75, 0.5, 0.9, 0.7], 0.25),
        ([0.6, 0.4], 0.2),
        ([0.7, 0.7, 0.65, 0.65], 0.05),
        ([1, 0, 1, 0.5], 1),
        ([0.3, 0.9, 0.1, 0.95, 0.2, 0.2], 0.8),
        ([0.5, 0.52, 0.51, 0.53, 0.5, 0.54], 0.03),
        ([0.95, 0.6, 0.5, 0.3, 0.28], 0.35),
        ([0.8124567, 0.7343211, 0.7512345], 0.0781356),
        ([0.9, 0.84, *[0.9, 0.85] * 40, 0.9, 0.82], 0.08),
    ]
    answers = [largest_fall(list(accuracies)) for accuracies, _ in examples]
    assert all(np.ndim(answer) == 0 for answer in answers), "Return one number, the largest fall."
    right = np.array([fall for _, fall in examples])
    assert not np.allclose(answers, -right), (
        f"A fall of 0.2 is the positive number 0.2; you return {answers[0]:.3g}."
    )
    steps = [np.diff(accuracies) for accuracies, _ in examples]
    assert not np.allclose(answers, [step.max() for step in steps]), (
        "That is the largest rise; the largest fall is asked for."
    )
    assert not np.allclose(answers, [np.abs(step).max() for step in steps]), (
        "You count rises, too. Only falls are asked for."
    )
    for (accuracies, fall), answer in zip(examples, answers, strict=True):
        whole = np.max(accuracies) - np.min(accuracies)
        from_best = np.max(np.maximum.accumulate(accuracies) - accuracies)
        if not np.isclose(answer, fall):
            assert not np.isclose(answer, [whole, from_best]).any(), (
                "Look at one epoch to the next, not at the whole range: the largest such fall of "
                f"{accuracies} is {fall}, not {answer:.3g}."
            )
        assert np.isclose(answer, fall), (
            "Not the largest of all falls from one epoch to the next: for "
            f"{accuracies} it is {fall}, not {answer:.3g}."
        )
    ### BEGIN HIDDEN TESTS
    for length in (2, 3, 4, 5, 6, 7, 8, 12, 12, 12, 500):
        accuracies = private.random(length)
        accuracies[:2] = np.sort(accuracies[:2])[::-1]  # one fall at least
        compare(accuracies.tolist())
    ### END HIDDEN TESTS
    ### EARNED 1
    for accuracies in ([0.5, 0.6, 0.8], [0.7, 0.7, 0.7], [0.1, 0.1, 0.2], [0.4, 0.9], [0.7]):
        answer = largest_fall(accuracies)
        assert answer == 0, f"If it never falls, as in {accuracies}, the answer is 0, not {answer}."
    ### BEGIN HIDDEN TESTS
    for length in (1, 1, 2, 2, 3, 3, 4, 5, 8, 9, 300):
        compare(np.sort(private.random(length)).round(3).tolist())
    ### END HIDDEN TESTS


swing_check = check_exercise(
    largest_fall,
    check,
    hints=[
        "Compare each accuracy with the one before it.",
        "np.diff gives all the changes; a fall is negative there.",
        "np.max(…, initial=0) gives 0 if nothing falls.",
    ],
    praise="A swing of several points says: do not trust any single epoch.",
)
swing_check


# %% name="ex_swing_run"
if swing_check.right:
    print(f"The largest fall in this run: {largest_fall(validation_accuracy):.3f}")

# %% [markdown] name="learned"
# ## What you learned
#
# - Pictures in folders become a dataset with one call; the folder's name is the label.
# - One neuron with sigmoid answers a yes-or-no question; decide at 0.5.
# - Keep the preparation of pictures inside the network, so that it cannot be forgotten.
# - Training accuracy near 100 % does not mean that new pictures are recognised. A validation curve shows whether they are, and its swings show how little a single epoch says.
# - A validation loss that climbs while the accuracy stays means mistakes that grow surer.
# - Deeper layers give smaller maps. Each number in them stands for a larger piece of the picture.
#
# A computer renders as many horses as you ask for. The next lesson has photographs of cats and dogs, and few of them.
