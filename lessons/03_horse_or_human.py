# %% [markdown] name="title"
# # Lesson 3 · Complex pictures, from folders
#
# The pictures so far were small, grey, and already arrays. Photographs on a disk are none of that: they are large, in colour, and they lie in folders as files. In this lesson you read pictures from folders, train a deeper network on them, look at what each of its layers sees, and show it pictures of your own.
#
# **Afterwards you can**
#
# - turn folders of pictures into a dataset, one folder a class,
# - build a network that answers one question with yes or no,
# - read a validation curve that swings, and say why a training accuracy near 100 % proves little,
# - ask a trained network about any picture, and keep the preparation of pictures in one place.
#
# **You need** lessons 1 and 2: batches, loss, training and validation set, convolution and pooling.
#
# **Time** about 60 minutes to read and try, 30 more for the exercises. New terms stand in italics where they are explained; the glossary, linked below, has them all.

# %% [markdown] name="setup"
# The course's helpers first. The line under the cell tells what this run uses. Lesson 1 explains the profiles; with `ci`, the network trains too little to show what the text speaks of.

# %% name="start"
from course_utils import (
    check_exercise,
    plot_feature_maps,
    plot_history,
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
# The dataset horses_or_humans was made by a computer: horses and people of many kinds, rendered before landscapes. Where this machine does not have it, the course draws a sample in the same form, and says so.

# %% name="data"
datasets, info = lesson.load_dataset("horses_or_humans")

# %% name="classes" tags=["nbval-check-output"]
class_names = info.features["label"].names
class_names
# -> ['horses', 'humans']

# %% [markdown] name="folders_intro"
# Your own photographs will not come through `lesson.load_dataset`. They lie in folders, and the usual way to label them is the folder's name: one folder for each class. So this cell writes the dataset to the disk in that form, for you to go on as you would with pictures of your own. `glob` lists the names that fit a pattern. It passes over names that begin with a dot, such as macOS leaves among your pictures, and over whatever else is no `.jpg`.

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
# About as many horses as humans, in both parts. That matters: a network that always says "human" would be right half the time, and no more.

# %% [markdown] name="side_intro"
# All pictures of a batch must have one size. These are 300 × 300; where that would take too long for this machine, the lesson makes them smaller.

# %% name="side"
side = lesson.pixels(300)
side

# %% [markdown] name="directory_intro"
# One call reads the folders: it lists the files, takes the label from the folder's name, and decodes, resizes and batches the pictures. `label_mode="binary"` makes the labels 0 and 1, and `class_names` says which folder is which; without it, the alphabet decides. (Older code uses `ImageDataGenerator` and `flow_from_directory`, which do the same.)


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
# `cache` keeps the decoded pictures in memory, so that the files are read in the first epoch only. Scaling is missing here on purpose: it will be a layer of the network.

# %% name="pipeline"
train_dataset = train_files.cache().shuffle(100).prefetch(tf.data.AUTOTUNE)
validation_dataset = validation_files.cache().prefetch(tf.data.AUTOTUNE)

# %% [markdown] name="gallery_pictures_intro"
# To show some pictures, and to ask about them later, take 64 of each part as arrays. `unbatch` gives single pictures again, and `batch(64)` puts 64 of them together.


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
# The subject is never in the same place, never of the same size, and what stands behind it differs from picture to picture. Now eight of each that the network will be judged by:

# %% name="gallery_validation"
by_class = [pictures[labels == label][:8] for label in (0, 1)]
plot_pictures(np.concatenate(by_class), columns=4)

# %% [markdown] name="gallery_validation_read"
# These stand before white, or nearly so: whoever made the dataset kept the landscapes for training. A network that has learned to look at the ground will be lost here. Remember that when you see the curves.

# %% [markdown] name="sigmoid_title"
# ## One question, one neuron
#
# With ten classes the network gave ten probabilities. Here there are two, and the second follows from the first: if a picture shows a human with 90 %, it shows a horse with 10 %. One neuron is enough. Its sum may be any number; *sigmoid* turns it into one between 0 and 1:

# %% name="sigmoid" tags=["nbval-check-output"]
sums = np.array([-4.0, -1.0, 0.0, 1.0, 4.0])
(1 / (1 + np.exp(-sums))).round(3)
# -> array([0.018, 0.269, 0.5  , 0.731, 0.982])

# %% [markdown] name="sigmoid_read"
# A sum of 0 gives 0.5, "I cannot tell"; a large one gives nearly 1, a very negative one nearly 0. The neuron's answer is the probability of class 1, humans. The usual threshold is 0.5: above it the answer is a human, otherwise a horse.

# %% [markdown] name="loss_intro"
# The loss that goes with it is the *binary cross-entropy*: minus the logarithm of the probability that the network gave to the truth. For a human (label 1) to whom it gave 0.9, 0.5 and 0.1:

# %% name="loss" tags=["nbval-check-output"]
probabilities = np.array([0.9, 0.5, 0.1])
(-np.log(probabilities)).round(2)
# -> array([0.11, 0.69, 2.3 ])

# %% [markdown] name="loss_read"
# For a horse it would be the logarithm of 1 minus the probability. Who guesses pays 0.69: if your loss stays near that number, nothing is being learned.

# %% [markdown] name="model_title"
# ## A deeper network
#
# Five times a convolution and a pooling, then two dense layers. The further a layer is from the picture, the more filters it gets, and the smaller its maps are. `Rescaling`, the first layer, divides by 255: the network takes pictures as they come from the files, now and for ever after.


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
# For pictures of 300 × 300, the maps shrink like this, and the network has so many parameters:

# %% name="shapes" tags=["nbval-check-output"]
full_size = build_network(300)
[layer.output.shape[1:] for layer in full_size.layers if "pooling" in layer.name]
# -> [(149, 149, 16), (73, 73, 32), (35, 35, 64), (16, 16, 64), (7, 7, 64)]

# %% name="parameters" tags=["nbval-check-output"]
full_size.count_params()
# -> 1704097

# %% [markdown] name="parameters_read"
# Where are they? The last maps have 7 × 7 × 64 = 3,136 numbers, and each of the 512 neurons has a weight for every one of them and a bias: 1,606,144 of the 1,704,097. The five convolutions together have fewer than 98,000.

# %% [markdown] name="compile_intro"
# RMSprop is the optimizer of Lesson 2. Its *learning rate* says how large its steps are; 0.001 is the usual one.

# %% name="compile"
model = build_network(side)
model.compile(
    optimizer=keras.optimizers.RMSprop(learning_rate=0.001),
    loss="binary_crossentropy",
    metrics=["accuracy"],
)

# %% [markdown] name="fit_intro"
# The published training takes 15 epochs with batches of 128. With batches of 32 the optimizer makes four times as many steps in an epoch, so on a CPU about half the epochs are taken.

# %% name="fit"
history = model.fit(
    train_dataset,
    validation_data=validation_dataset,
    epochs=lesson.epochs(15),
    verbose=2,
)

# %% name="curves"
plot_history(history)

# %% [markdown] name="curves_read"
# Two things to see. The training accuracy climbs from epoch to epoch, and given enough of them it comes near 1. The validation accuracy does not climb with it: it swings, up in one epoch and down in the next, by several points at a time. The published text shows training accuracy alone, 0.98 to 0.99, and all seems well.
#
# One reason to expect it: the pictures to be judged differ from those to learn from. Nothing in the training tells the network what to do before white, so each step of the optimizer may help or harm there. A validation curve would have told you, and that is why this course always shows it.

# %% [markdown] name="best_intro"
# How good was the best epoch, and how far did the next ones fall?

# %% name="best"
validation_accuracy = history.history["val_accuracy"]
[round(accuracy, 3) for accuracy in validation_accuracy]

# %% [markdown] name="best_read"
# Whoever reports the best of these numbers has chosen it by the validation pictures, so it is a little too good. Lesson 4 sets a third part aside, a test set, for that reason. This dataset is too small to be divided once more.

# %% [markdown] name="layers_title"
# ## What each layer sees
#
# A network that ends earlier shows what the layers in the middle give. This one has the same layers and answers with all their maps at once.

# %% name="layers_model"
seen = [layer for layer in model.layers if "conv" in layer.name or "pooling" in layer.name]
viewer = keras.Model(model.inputs, [layer.output for layer in seen])
maps = viewer.predict(pictures[:1], verbose=0)

# %% [markdown] name="layers_intro"
# One picture, and for each layer the first eight of its maps; bright is where a filter has found what it looks for. Each map has its own scale.

# %% name="layers_shown"
plot_feature_maps([layer_maps[0] for layer_maps in maps], [layer.name for layer in seen])

# %% [markdown] name="layers_read"
# The first maps are still pictures: edges, surfaces, the subject against what stands behind it. Further down they are coarse, a few bright cells that say "here is something", and some stay black altogether: their filter finds nothing in this picture. How many numbers are 0, layer by layer?

# %% name="sparsity"
for layer, layer_maps in zip(seen, maps, strict=True):
    if "conv" in layer.name:
        print(f"{layer.output.shape[1:]}  {np.mean(layer_maps == 0):.0%} are 0")

# %% [markdown] name="sparsity_read"
# In a trained network the share of zeros, the *sparsity*, tends to grow with depth: the deeper a filter, the more special is what it looks for, and the less often it is there. Lesson 8 looks into this further.

# %% [markdown] name="own_title"
# ## Pictures of your own
#
# Choose one or several files. Each is turned upright, made as large as the network takes them, and asked about. A file that is no picture is named with the reason. In a notebook without a kernel you see three ready pictures in place of yours.

# %% name="own"
predict_uploads(model, class_names, ready=pictures[:3])

# %% [markdown] name="own_read"
# The bar, and the "output" in small letters, are the probability of "humans"; the decision falls at 0.5. The probability in larger letters is that of the decision: an output of 0.03 is a horse, with 97 %. Do not be surprised if your dog becomes a horse: the network knows two answers, and must give one of them. And it has seen rendered pictures only, never a photograph.

# %% name="save"
lesson.save_model(model)

# %% name="report"
lesson.report(best_validation_accuracy=max(validation_accuracy))

# %% [markdown] name="exercises"
# ## Exercises
#
# Replace the dots, run the cell, then run the check below it.

# %% [markdown] name="ex_decide"
# ### Exercise 1 · Decide
#
# `probabilities` is an array (n, 1), as `model.predict` gives it. Return a list of n names: the second of `class_names` where the probability is above 0.5, else the first.


# %% name="ex_decide_answer" exercise="decide"
def decide(probabilities, class_names):
    ### BEGIN SOLUTION
    return [class_names[int(probability > 0.5)] for probability in probabilities[:, 0]]
    ### END SOLUTION


# %% name="ex_decide_check" exercise="decide" points=1
def check(decide):
    names = decide(np.array([[0.2], [0.9], [0.51], [0.001], [0.49]]), ["horses", "humans"])
    assert len(names) == 5, f"Five pictures need five answers; you return {len(names)}."
    assert all(isinstance(name, str) for name in names), (
        "Return names, not numbers: class_names[0] and class_names[1]."
    )
    assert list(names) != ["humans", "horses", "horses", "humans", "humans"], (
        "That is the other way round: a probability near 1 means class 1."
    )
    assert list(names) != ["horses"] * 5, (
        "argmax picks the largest of several columns. Here is one column, so it always picks 0: "
        "compare with 0.5."
    )
    assert list(names) == ["horses", "humans", "humans", "horses", "horses"], (
        "0.2, 0.9, 0.51, 0.001 and 0.49 should give horses, humans, humans, horses, horses; "
        f"you return {names}."
    )
    ### BEGIN HIDDEN TESTS
    compare(private.random((9, 1)), ["cats", "dogs"])
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
# Each 3 × 3 convolution without padding takes 2 from the side of a map; each pooling halves it and drops what is left over. Return the side of the maps after `blocks` blocks of a convolution and a pooling.


# %% name="ex_size_answer" exercise="size"
def side_after(side, blocks):
    ### BEGIN SOLUTION
    for _ in range(blocks):
        side = (side - 2) // 2
    return side
    ### END SOLUTION


# %% name="ex_size_check" exercise="size" points=1
def check(side_after):
    assert side_after(300, 1) != 150, (
        "A 3 × 3 convolution without padding takes 2 from the side, before the pooling halves it."
    )
    assert side_after(300, 1) != 148, "The convolution comes first: take 2 away, then halve."
    assert side_after(300, 1) == 149, f"One block makes 149 of 300, not {side_after(300, 1)}."
    answer = side_after(300, 5)
    assert answer != 149, "You go through one block; every block shrinks the maps once more."
    assert answer == int(answer), (
        f"{answer} is no number of pixels: pooling drops what is left over. Divide with //."
    )
    assert answer == 7, f"Five blocks make 7 of 300, not {answer}."
    assert side_after(94, 5) == 1, f"Of 94, five blocks leave 1, not {side_after(94, 5)}."
    ### BEGIN HIDDEN TESTS
    compare(int(private.integers(150, 600)), int(private.integers(2, 5)))
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
# Much published code divides by 255 when it trains and forgets it when it predicts. `network` below is such a network: it wants numbers from 0 to 1, of the shape (n, 300, 300, 3). `picture` is one picture, (300, 300, 3), from 0 to 255. Return what has to be given to `network.predict`.


# %% name="ex_bug_answer" exercise="bug"
def prepare(picture):
    ### BEGIN SOLUTION
    return picture[np.newaxis] / 255
    ### END SOLUTION


# %% name="ex_bug_check" exercise="bug" points=1
def check(prepare):
    picture = np.full((300, 300, 3), 51, np.uint8)
    batch = np.asarray(prepare(picture))
    assert batch.shape != (300, 300, 3), (
        "A batch of one picture has one direction more: (1, 300, 300, 3)."
    )
    assert batch.shape != (300, 300, 3, 1), "The direction of the batch comes first, not last."
    assert batch.shape == (1, 300, 300, 3), (
        f"The shape should be (1, 300, 300, 3), not {batch.shape}."
    )
    assert batch.max() <= 1, (
        "The numbers are 255 times as large as those of the training. Divide by 255."
    )
    assert batch.max() > 0, (
        "// divides into whole numbers, so that everything below 255 becomes 0. Divide with /."
    )
    assert np.allclose(batch, 0.2), f"51 should become 0.2, not {batch.flat[0]:.3g}."
    ### BEGIN HIDDEN TESTS
    compare(private.integers(0, 256, (300, 300, 3), np.uint8))
    ### END HIDDEN TESTS


bug_check = check_exercise(
    prepare,
    check,
    hints=[
        "Two things are missing: the direction of the batch, and the scale.",
        "picture[np.newaxis] has one direction more, at the front.",
        "Dividing an array divides each of its numbers.",
    ],
    praise="Keep the division inside the network, and nobody can forget it.",
)
bug_check

# %% [markdown] name="ex_bug_try"
# What does the mistake do? The part of the network after its `Rescaling` layer is such a network. Ask it about the validation pictures, rightly and wrongly.

# %% name="ex_bug_run"
if bug_check.right:
    inputs = keras.Input((side, side, 3))
    network = keras.Model(inputs, keras.Sequential(model.layers[1:])(inputs))
    for name, batch in (("divided", pictures / 255), ("forgotten", pictures)):
        answers = network.predict(batch, verbose=0)[:, 0]
        right, sure = np.mean((answers > 0.5) == labels), np.mean(np.abs(answers - 0.5) > 0.49)
        print(f"{name:10} {right:.3f} right, {sure:.0%} of the answers surer than 99 %")

# %% [markdown] name="ex_bug_read"
# No error, no warning. Numbers 255 times as large make sums about 255 times as large, and sigmoid turns those into near-certainty: the network is sure of nearly everything, of its mistakes too. Some answers change as well, because the biases have not grown along. Mistakes of this kind live long.

# %% [markdown] name="ex_swing"
# ### Exercise 4 · Measure the swing
#
# `accuracies` has the validation accuracy after each epoch. Return the largest fall from one epoch to the next, as a positive number; 0 where it never falls.


# %% name="ex_swing_answer" exercise="swing"
def largest_fall(accuracies):
    ### BEGIN SOLUTION
    return float(np.max(-np.diff(accuracies), initial=0))
    ### END SOLUTION


# %% name="ex_swing_check" exercise="swing" points=2
def check(largest_fall):
    answer = largest_fall([0.5, 0.8, 0.65, 0.7, 0.5, 0.45])
    assert not np.isclose(answer, -0.2), "A fall of 0.2 is the positive number 0.2."
    assert not np.isclose(answer, 0.3), "That is the largest rise; the largest fall is asked for."
    assert not np.isclose(answer, 0.35), "Look at one epoch to the next, not at the whole range."
    assert np.isclose(answer, 0.2), f"0.7 falls to 0.5: that is 0.2, not {answer:.3g}."
    answer = largest_fall([0.9, 0.8, 0.7, 0.6])
    assert not np.isclose(answer, 0.3), "Look at one epoch to the next, not at the whole range."
    assert np.isclose(answer, 0.1), f"0.9, 0.8, 0.7, 0.6 falls by 0.1 a time, not by {answer:.3g}."
    ### BEGIN HIDDEN TESTS
    compare(private.random(12).tolist())
    ### END HIDDEN TESTS
    ### EARNED 1
    answer = largest_fall([0.5, 0.6, 0.8])
    assert answer == 0, f"Where it never falls the answer is 0, not {answer:.3g}."


swing_check = check_exercise(
    largest_fall,
    check,
    hints=[
        "Compare each accuracy with the one before it.",
        "np.diff gives all the changes; a fall is negative there.",
        "np.max(…, initial=0) gives 0 where nothing falls.",
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
# - One neuron with sigmoid answers a question with two answers; decide at 0.5.
# - Keep the preparation of pictures inside the network, so that it cannot be forgotten.
# - Training accuracy near 100 % does not mean that new pictures are named rightly; a validation curve shows it, and its swings show how little a single epoch says.
# - Deeper layers give smaller maps, as a rule with more zeros: they look for rarer things.
#
# A computer renders as many horses as you ask for. The next lesson has photographs of cats and dogs, and few of them.
