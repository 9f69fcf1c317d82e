# %% [markdown] name="title"
# # Lesson 4 · Little data, and overfitting
#
# Any child can tell a cat from a dog, and for a long time no program could. In this lesson you train a convnet on at most 2,000 pictures of them, which is little, and watch what a network does when it has too few pictures: it learns them by heart. Then you compare what 500, 1,000 and 2,000 pictures can teach.
#
# **Afterwards you can**
#
# - name seven things that make a picture hard, and say how much each of them costs,
# - divide data into training, validation and test set so that the result can be trusted,
# - read from two curves where a network stops learning and begins to memorise,
# - say what fewer pictures cost, and find the pictures that a network gets most wrong,
# - keep the best network of a run, save it and load it again.
#
# **You need** Lessons 1 to 3: convolution and pooling, pictures from folders, sigmoid and binary cross-entropy.
#
# **Time** about 60 minutes to read and try, 40 more for the exercises; the whole training on a CPU takes twenty minutes more.

# %% [markdown] name="ladder"
# Four lessons have the same 2,000 cats and dogs to learn from. Here is where they lead on photographs, in the older, published version of each lesson:
#
# | lesson | what it adds | validation accuracy |
# | --- | --- | --- |
# | 4 | a network of your own, trained from nothing | about 71 % |
# | 5 | more from the same pictures | 82 % |
# | 6 | a network that has learned from a million other pictures | 90 to 96 % |
# | 7 | that network, adapted to cats and dogs | 97 % |
#
# You are on the lowest rung. On the course's drawn pictures the numbers differ; each lesson shows you yours.

# %% [markdown] name="setup"
# This cell starts the lesson, and the line below it says what this run uses. Lesson 1 explains the profiles; with `ci`, the training is too short to show what the text describes.

# %% name="start"
from course_utils import (
    check_exercise,
    draw_difficulty,
    explore_difficulties,
    measure_difficulty,
    plot_history,
    plot_pictures,
    start,
    write_class_folders,
)

lesson = start("04_cats_vs_dogs_from_scratch")

# %% name="libraries"
import tempfile
from glob import glob
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

# %% name="author" tags=["author"]
from tools.author import compare, private

# %% [markdown] name="hard_title"
# ## What makes a picture hard
#
# You see a cat, whatever it does and wherever it sits. A network sees numbers, and nearly all of them change when the cat turns its head. Seven things change them:
#
# - **viewpoint**: the camera is elsewhere, the animal is turned or tilted,
# - **scale**: it fills the picture, or a corner of it,
# - **deformation**: it is not stiff; it stretches and curls up,
# - **occlusion**: something is in front of it,
# - **illumination**: bright, dim or coloured light, shadows, a noisy sensor,
# - **clutter**: the background is full of other things,
# - **variation**: two cats need not look alike.
#
# A photograph has all seven at once, so no photograph can show what one of them does. The course's drawings can: each of the seven is a number from 0 to 1. Here is one drawing with all of them at 0.5, followed by the same drawing with one of them at a time turned up to 1.

# %% name="hard"
difficulties = [
    "viewpoint",
    "scale",
    "deformation",
    "occlusion",
    "illumination",
    "clutter",
    "variation",
]
plain, _ = draw_difficulty("scale", 0.5, count=1)
turned = [draw_difficulty(name, 1, count=1)[0][0] for name in difficulties]
plot_pictures([plain[0], *turned], titles=["all at 0.5", *difficulties], columns=4)

# %% [markdown] name="hard_read"
# The label is the same in all eight. Everything else is what a network has to learn to overlook.
#
# The course has a small network that was trained to tell such animals and plants apart. It knows 29 kinds, and neither cats nor dogs are among them. What share of 58 drawings does it name correctly when one thing is not hard at all, and when it is as hard as it gets? (One drawing more or less is almost 2 %, so a difference of a few per cent may be chance.)

# %% name="measured"
by_difficulty = {}
for name in lesson.trials(*difficulties):
    by_difficulty[name] = [measure_difficulty(name, value) for value in (0, 0.5, 1)]
    print(f"{name:13}", "   ".join(f"{share:4.0%}" for share in by_difficulty[name]))

# %% [markdown] name="measured_read"
# Read each line from left to right: at 0, at 0.5, at 1, with the other six at 0.5. Occlusion and illumination cost most here; the other five cost no more than a few drawings each. The network was trained with tens of thousands of pictures that differ in all seven ways, so it has learned to overlook much of each; what is left of the difficulty shows here.
#
# Choose a difficulty below and move the slider: the drawings change in that respect only, and so does the share.

# %% name="explore"
explore_difficulties()

# %% [markdown] name="data_title"
# ## Cats and dogs
#
# The dataset cats_vs_dogs holds photographs that people took of their pets. If this machine does not have it, the course draws a sample with all seven difficulties, and says so. The line below returns what `tfds.load("cats_vs_dogs", with_info=True)` returns: `as_supervised=False`, which is the default there, asks for each picture with everything that is known about it, including the name of its file.

# %% name="data"
datasets, info = lesson.load_dataset("cats_vs_dogs", as_supervised=False)

# %% name="features" tags=["nbval-check-output"]
class_names = info.features["label"].names
sorted(info.features), class_names
# -> (['image', 'image/filename', 'label'], ['cat', 'dog'])

# %% [markdown] name="shapes_intro"
# The pictures differ in size:

# %% name="some"
some = list(datasets["train"].take(10).as_numpy_iterator())
[element["image"].shape for element in some]

# %% name="some_shown"
plot_pictures(
    [element["image"] for element in some],
    titles=[class_names[element["label"]] for element in some],
)

# %% [markdown] name="split_title"
# ## Three parts
#
# You need three sets of pictures with none in common:
#
# - the *training set*, from which the network learns,
# - the validation set, by which you decide: how long, how wide, which layers,
# - the *test set*, which you look at once, at the end.
#
# Why a third one? Each time you look at the validation set and change something, a little of it gets into your network, by your own hand. After thirty such decisions the result on it is too good. The test set has had no part in any decision.
#
# Each part should be *balanced*: as many cats as dogs. Of each kind, the pictures with the lowest numbers in their names go to the training set, the next ones to the validation set, and the next to the test set. Anybody who follows this rule gets the same parts.
#
# For one picture, the line that does the work is `keras.utils.save_img(folder / "train" / "cat" / "0.jpg", element["image"])`. `write_class_folders` does that for all of them, and leaves the files in place for the next time.

# %% name="split"
folder = write_class_folders(
    datasets,
    class_names,
    lesson.folder / "pictures",
    splits={"train": 1000, "validation": 500, "test": 500},
)

# %% name="counts"
{
    f"{part}/{name}": len(glob("*.jpg", root_dir=folder / part / name))
    for part in ("train", "validation", "test")
    for name in class_names
}

# %% [markdown] name="counts_read"
# Because the parts are balanced, a network that says "dog" to everything is right half of the time. That is the number to beat.

# %% [markdown] name="file_title"
# ## From a file to numbers
#
# What happens between a file and the network? A file is nothing but bytes. Those of a JPEG picture always begin with the same three:

# %% name="file" tags=["nbval-check-output"]
cats = folder / "train" / "cat"
path = cats / min(glob("*.jpg", root_dir=cats))
contents = tf.io.read_file(str(path))
contents.numpy()[:3]
# -> b'\xff\xd8\xff'

# %% [markdown] name="decode_intro"
# To *decode* it means to work out its pixels, three whole numbers for each: red, green, blue.

# %% name="decode"
picture = tf.io.decode_jpeg(contents, channels=3)
picture.shape, picture.dtype

# %% [markdown] name="compressed_read"
# How much smaller is the file than what comes out of it?

# %% name="compressed"
f"{tf.size(picture).numpy() / len(contents.numpy()):.0f} times"

# %% [markdown] name="resize_intro"
# Then the picture is turned into floating-point numbers, and resized, since all pictures of a batch share one size. One that is wider than it is high is squeezed. The published size is 150 × 150; the quick profile uses smaller pictures to save time.

# %% name="resize"
side = lesson.pixels(150)
resized = tf.image.resize(picture, (side, side))
resized.shape, resized.dtype

# %% [markdown] name="resize_read"
# The last step, dividing by 255, is a layer of the network, as in Lesson 3. `image_dataset_from_directory` does the others for every file. `batch_size=None` leaves the pictures unbatched; `cache` keeps them in memory, so that reading, decoding and resizing happen once and not in every epoch.


# %% name="from_folder"
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


# %% [markdown] name="pipeline_intro"
# Files come in the order of their folders: all cats, then all dogs. A network that sees nothing but cats for a thousand pictures learns to say "cat". So the training pictures are shuffled among themselves, anew for each epoch. The other two parts only serve to measure, and for that the order does not matter.
#
# To save time, the quick profile trains with 1,000 of the 2,000 pictures: `shard(2, 0)` keeps the first of every two, which leaves as many cats as dogs. `shard(1, 0)` keeps all.

# %% name="pipeline"
picture_count = 2000 if lesson.profile == "full" else 1000
all_pictures = from_folder("train")
train_pictures = all_pictures.shard(2000 // picture_count, 0)
train_dataset = train_pictures.shuffle(2000).batch(20).prefetch(tf.data.AUTOTUNE)
validation_dataset = from_folder("validation").batch(20).prefetch(tf.data.AUTOTUNE)
test_dataset = from_folder("test").batch(20).prefetch(tf.data.AUTOTUNE)

# %% name="batch_labels"
pictures, labels = next(iter(train_dataset))
labels.numpy().ravel().astype(int)

# %% [markdown] name="generator_title"
# ### What you will meet elsewhere
#
# Older code feeds a network with a Python *generator*: a function that hands out one batch with `yield`, waits until it is asked for the next, and never ends. In five lines:


# %% name="generator"
def generate_batches(pictures, labels, size):
    while True:
        for begin in range(0, len(labels), size):
            end = begin + size
            yield pictures[begin:end], labels[begin:end]


# %% name="generator_used" tags=["nbval-check-output"]
batches = generate_batches(np.zeros((5, 2, 2, 3)), np.array([0, 1, 2, 3, 4]), size=2)
[next(batches)[1].tolist() for _ in range(4)]
# -> [[0, 1], [2, 3], [4], [0, 1]]

# %% [markdown] name="generator_read"
# The fourth batch is the first again: a generator of this kind does not know where an epoch ends, so old code says where, with `steps_per_epoch`. A `tf.data.Dataset` knows where it ends, prepares the next batch while the network works on this one, and keeps what it has decoded. Nothing else in this course uses a generator.

# %% [markdown] name="model_title"
# ## The network
#
# Four blocks of convolution and pooling, then two dense layers:


# %% name="build"
def build_network(side):
    network = keras.Sequential([keras.Input((side, side, 3)), keras.layers.Rescaling(1 / 255)])
    for filters in (32, 64, 128, 128):
        network.add(keras.layers.Conv2D(filters, 3, activation="relu"))
        network.add(keras.layers.MaxPooling2D(2))
    network.add(keras.layers.Flatten())
    network.add(keras.layers.Dense(512, activation="relu"))
    network.add(keras.layers.Dense(1, activation="sigmoid"))
    return network


# %% name="shapes" tags=["nbval-check-output"]
full_size = build_network(150)
[layer.output.shape[1:] for layer in full_size.layers if "pooling" in layer.name]
# -> [(74, 74, 32), (36, 36, 64), (17, 17, 128), (7, 7, 128)]

# %% name="parameters" tags=["nbval-check-output"]
full_size.count_params()
# -> 3453121

# %% [markdown] name="parameters_read"
# Three and a half million numbers to set, from 2,000 pictures at most that each say one thing: cat, or dog. There are far more ways to get all of them right than there are ways that also get a new cat right, and training looks for the first kind only.
#
# That is what "little data" means: little for this network. For a network of a hundred parameters, or for a question like "is it day or night?", 2,000 pictures may be plenty.
#
# With smaller pictures there are fewer parameters, because `Flatten` hands less to the wide layer. The network that you train has:

# %% name="own_parameters"
own_parameters = build_network(side).count_params()
own_parameters

# %% [markdown] name="compile_intro"
# The published learning rate is 0.0001, a tenth of the usual one: small steps, so that the curves show what happens. The quick profile, which takes fewer steps, takes larger ones. You will need the same network again, so build and compile go into a function.

# %% name="compile"
learning_rate = 1e-4 if lesson.profile == "full" else 5e-4


def new_network():
    network = build_network(side)
    network.compile(
        optimizer=keras.optimizers.RMSprop(learning_rate=learning_rate),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )
    return network


model = new_network()

# %% [markdown] name="checkpoint_intro"
# A *callback* is something that Keras calls during training. `ModelCheckpoint` saves the network after each epoch that is better than all before it; here, better means a higher accuracy on the validation set.

# %% name="checkpoint"
best_path = Path(tempfile.mkdtemp()) / "best.keras"
checkpoint = keras.callbacks.ModelCheckpoint(best_path, monitor="val_accuracy", save_best_only=True)

# %% name="fit"
history = model.fit(
    train_dataset,
    validation_data=validation_dataset,
    epochs=lesson.epochs(30),
    callbacks=[checkpoint],
    verbose=2,
)

# %% [markdown] name="curves_title"
# ## Two curves that part

# %% name="curves"
plot_history(history, whole=lesson.whole_training("history"))

# %% [markdown] name="curves_read"
# Begin with the accuracy. At first the two curves rise together: what the network learns from the training pictures holds for others, too. Then the solid one goes on towards 1, and the dashed one stays behind. Once the dashed one has stopped rising, the network still learns, but only what is true of these pictures and of no others: this blanket, that collar. That is *overfitting*.
#
# Now the loss. On the training set it falls to the end. On the validation set it falls, reaches its lowest point, and rises again: the network makes its mistakes with more and more confidence. Where was that point?

# %% name="lowest"
validation_loss = history.history["val_loss"]
int(np.argmin(validation_loss)) + 1, len(validation_loss)

# %% [markdown] name="lowest_read"
# The first number is the epoch with the lowest validation loss, the second the number of epochs. After that point the network grew surer of its answers, and not better at giving them. (The published training, on photographs, has its lowest point after about 5 of 30 epochs.)
#
# The distance between the curves at the end says how much was learned by heart. It is measured in *percentage points*: from 75 % to 95 % is 20 points.

# %% name="gap"
train_accuracy, validation_accuracy = history.history["accuracy"], history.history["val_accuracy"]
f"{100 * (train_accuracy[-1] - validation_accuracy[-1]):.1f} percentage points"

# %% [markdown] name="fewer_title"
# ## 500, 1,000, 2,000 pictures
#
# Is the number of pictures the cause? Train the same network on fewer and on more; you already have one of the three. With half as many pictures an epoch has half as many steps, so there are twice as many epochs, and all three networks take the same number of steps.

# %% name="fewer"
histories = {picture_count: history}
for count in lesson.trials(500, 1000, 2000):
    if count not in histories:
        chosen = all_pictures.shard(2000 // count, 0).shuffle(2000).batch(20)
        histories[count] = new_network().fit(
            chosen.prefetch(tf.data.AUTOTUNE),
            validation_data=validation_dataset,
            epochs=max(1, lesson.epochs(30) * picture_count // count),
            verbose=0,
        )

# %% name="fewer_table"
best_accuracies = {}
for count in sorted(histories):
    accuracies = histories[count].history
    best_accuracies[count] = max(accuracies["val_accuracy"])
    print(
        f"{count:4} pictures: training {accuracies['accuracy'][-1]:.3f}, "
        f"validation at best {best_accuracies[count]:.3f}"
    )

# %% [markdown] name="fewer_read"
# With 2,000 pictures the network does best on the validation set, and the gap to the training accuracy is the narrowest. The fewer the pictures, the sooner they are all known by heart, and the less of that holds for others. Learning by heart takes only memory; what is true of all cats shows only across many of them.

# %% [markdown] name="remedies"
# So three things help. More pictures, which you do not have. A smaller network, which cannot learn so much by heart: Exercise 4. And more from the same pictures, which is Lesson 5.

# %% [markdown] name="mistakes_title"
# ## What it gets wrong
#
# The callback has kept the network of the best epoch in a file. Load it: a `.keras` file holds the layers, the weights and what `compile` was told. (Older files end in `.h5` and hold much the same; `load_model` reads them too.)

# %% name="load_best"
best_model = keras.models.load_model(best_path)

# %% [markdown] name="mistakes_intro"
# An accuracy counts mistakes and does not show them. Which pictures of the validation set does the network get most wrong, cats with a high probability of a dog and dogs with a low one?

# %% name="mistakes"
probabilities = best_model.predict(validation_dataset, verbose=0)[:, 0]
labels = np.concatenate([labels.numpy()[:, 0] for _, labels in validation_dataset])
worst = np.argsort(-np.abs(labels - probabilities))[:10]

# %% name="mistakes_shown"
validation_pictures = list(validation_dataset.unbatch().as_numpy_iterator())
plot_pictures(
    [validation_pictures[place][0].astype("uint8") for place in worst],
    titles=[
        f"{class_names[int(labels[place])]} · {probabilities[place]:.0%} dog" for place in worst
    ],
)

# %% [markdown] name="mistakes_read"
# Under each picture you read what it is, and the probability of a dog that the network gave it. These are the ten mistakes it was surest of. Which of the seven difficulties do you find in them? Are there some that you would have got wrong yourself, or whose label looks wrong? Such a look costs a minute, and tells you what more pictures should show. Do it with the validation set: once you have looked at the mistakes in the test set and changed something, it is no longer a test.

# %% [markdown] name="test_title"
# ## The exam
#
# The layers, the number of epochs, the learning rate: all of that is decided now, with the validation set.

# %% [markdown] name="test_intro"
# Now, once, the test set:

# %% name="test"
test_loss, test_accuracy = best_model.evaluate(test_dataset, verbose=0)
test_accuracy

# %% name="best"
best_validation_accuracy = max(validation_accuracy)
best_validation_accuracy

# %% [markdown] name="test_read"
# The second number is the best of all epochs on the validation set. It was chosen for being the highest, so part of it is probably luck. Nobody chose the first: it may come out lower, or a little higher: with 1,000 pictures, chance alone moves each of the two by one or two percentage points. The first is the one to report.

# %% [markdown] name="save_title"
# ## Save and load
#
# `lesson.save_model` calls `model.save` and puts the file where other lessons find it. Does the network come back as it was?

# %% name="save"
path = lesson.save_model(best_model)
again = keras.models.load_model(path)

# %% name="same" tags=["nbval-check-output"]
pictures, _ = next(iter(test_dataset))
bool(np.allclose(again.predict(pictures, verbose=0), best_model.predict(pictures, verbose=0)))
# -> True

# %% name="own"
probabilities = again.predict(pictures[:5], verbose=0)[:, 0]
plot_pictures(pictures[:5].numpy().astype("uint8"), titles=[f"dog: {p:.0%}" for p in probabilities])

# %% [markdown] name="own_read"
# All five are cats. A cat above 50 % is taken for a dog. The file needs no notebook: a program that loads it gives it raw pictures, 0 to 255, and reads the probability of a dog.

# %% name="report"
lesson.report(best_validation_accuracy=best_validation_accuracy, test_accuracy=test_accuracy)

# %% [markdown] name="exercises"
# ## Exercises
#
# Replace the dots, run the cell, then run the check below it.

# %% [markdown] name="ex_split"
# ### Exercise 1 · The split
#
# `names` are the file names of one class, in any order, each a whole number and `.jpg`, such as `"0.jpg"` or `"12.jpg"`. `counts` says how many go into each part, in order, such as `{"train": 2, "test": 1}`; there may be any number of parts, of any names. Return a dict: for each part the list of its names, the lowest numbers first. What is left over goes into none. Leave `names` and `counts` as they are.


# %% name="ex_split_answer" exercise="split"
def split_names(names, counts):
    ### BEGIN SOLUTION
    ordered = sorted(names, key=lambda name: int(name.removesuffix(".jpg")))
    parts, begin = {}, 0
    for part, count in counts.items():
        parts[part] = ordered[begin : begin + count]
        begin += count
    return parts
    ### END SOLUTION


# %% name="ex_split_check" exercise="split" points=2
def check(split_names):
    some = [10, 2, 0, 20, 11, 1, 3]
    for numbers, counts, right in (
        (some, {"train": 3, "validation": 2, "test": 1}, [[0, 1, 2], [3, 10], [11]]),
        (some, {"train": 2, "test": 1}, [[0, 1], [2]]),
        (some, {"test": 1, "train": 4}, [[0], [1, 2, 3, 10]]),
        (some, {"all": 7}, [[0, 1, 2, 3, 10, 11, 20]]),
        (some, {"none": 0, "one": 1}, [[], [0]]),
        (some, {"a": 1, "b": 2, "c": 1, "d": 2}, [[0], [1, 2], [3], [10, 11]]),
        ([100, 9, 1000, 99], {"learn": 2, "decide": 1, "exam": 1}, [[9, 99], [100], [1000]]),
        ([7, 21, 5, 3], {"validation": 1, "test": 1, "train": 1}, [[3], [5], [7]]),
        ([1999, 250, 31], {"first": 1, "rest": 2}, [[31], [250, 1999]]),
        ([4], {"only": 1}, [[4]]),
        (
            [1_234_567_890, 40_000, 4_321_000],
            {"a": 2, "b": 1},
            [[40_000, 4_321_000], [1_234_567_890]],
        ),
        (range(300)[::-1], {"many": 200, "more": 99}, [range(200), range(200, 299)]),
    ):
        names, asked = [f"{number}.jpg" for number in numbers], f"With counts = {counts}"
        parts = split_names(list(names), dict(counts))
        assert isinstance(parts, dict) and parts.keys() == counts.keys(), (
            f"{asked}, return a dict with the keys {', '.join(counts)}."
        )
        found = [name for part in parts.values() for name in part]
        assert len(set(found)) == len(found), (
            "A picture is in two parts: the network would be judged by what it has learned from. "
            f"Begin each part where the one before it ends. {asked}, you return {parts}."
        )
        assert all(len(parts[part]) == count for part, count in counts.items()), (
            "Some parts are not as large as counts asks. What is left over goes into none. "
            f"{asked} and {len(names)} names, you return {parts}."
        )
        right = {
            part: [f"{number}.jpg" for number in chosen]
            for part, chosen in zip(counts, right, strict=True)
        }
        in_order = [name for part in counts for name in parts[part]]
        assert parts == right or in_order != sorted(names)[: len(found)], (
            'That is the alphabet, where "10.jpg" comes before "2.jpg". Sort by the number: int(…).'
        )
        assert parts == right or in_order != names[: len(found)], (
            "You take the names in the order in which they came. Sort them by their numbers first."
        )
        assert parts == right, f"{asked}, {names} should give {right}, not {parts}."
    ### BEGIN HIDDEN TESTS
    for most in (*[3_000] * 11, 10**6, 10**12):
        length = private.integers(1, 400 if most == 10**6 else 40)
        numbers = np.unique(private.integers(0, most, length))
        parts = private.permutation(["train", "validation", "test", "exam", "more"])
        parts = parts[: private.integers(1, 5)].tolist()
        counts = private.multinomial(len(numbers), np.full(len(parts) + 1, 1 / (len(parts) + 1)))
        names = [f"{number}.jpg" for number in private.permutation(numbers)]
        compare(names, dict(zip(parts, counts[:-1].tolist(), strict=True)))
    ### END HIDDEN TESTS


split_check = check_exercise(
    split_names,
    check,
    hints=[
        "Three steps: sort by the number in the name, walk along, cut.",
        'int(name.removesuffix(".jpg")) is the number; sorted takes a key= for the order.',
        "Keep where the next part begins: ordered[begin : begin + count], then begin += count.",
    ],
    praise="write_class_folders does this for each class, so every part is balanced.",
)
split_check

# %% [markdown] name="ex_stop"
# ### Exercise 2 · When to stop
#
# `losses` is a list of the validation losses, one for each epoch. Stop as soon as `patience` epochs in a row have brought no new lowest value; a value that equals the lowest one so far is not new. Return how many epochs are trained by then, including those `patience` epochs; if it never stops, all of them.


# %% name="ex_stop_answer" exercise="stop"
def epochs_until_stop(losses, patience):
    ### BEGIN SOLUTION
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best == patience:
            return epoch + 1
    return len(losses)
    ### END SOLUTION


# %% name="ex_stop_check" exercise="stop" points=2
def check(epochs_until_stop):
    first = [0.7, 0.6, 0.5, 0.6, 0.7, 0.8, 0.9]
    answer = epochs_until_stop(list(first), 3)
    assert answer != 3, (
        "3 is the epoch of the lowest value itself; the training goes on for patience epochs "
        "after it, since nobody knows yet that it was the lowest."
    )
    assert answer != 4, (
        "Epoch 4 is the first epoch that is no better. patience is how many of them you allow."
    )
    assert answer != 5, (
        "5 is one too few: epochs 4, 5 and 6 bring no new lowest value, and all three are trained. "
        "(enumerate counts from 0.)"
    )
    for losses, patience, right, why in (
        (first, 3, 6, "after 0.5, three epochs bring nothing lower"),
        (
            [0.7, 0.6, 0.5, 0.6, 0.55, 0.58, 0.4],
            3,
            6,
            "compare with the lowest value so far, not with the one before: after 0.5 come three "
            "that are not lower than 0.5",
        ),
        (
            [0.7, 0.8, 0.6, 0.7, 0.8, 0.5],
            3,
            6,
            "0.6 is a new lowest value, so the count begins again; there are never three in a row",
        ),
        ([0.5, 0.4, 0.4, 0.4, 0.3], 2, 4, "0.4 once more is no new lowest value"),
        (
            [0.5, 0.6, 0.7, 0.2, 0.3, 0.4],
            2,
            3,
            "the training is over before 0.2 comes, the lowest of the whole list",
        ),
        ([0.7, 0.6, 0.5, 0.4], 2, 4, "the loss always falls, so all epochs are trained"),
        ([0.4, 0.5, 0.6, 0.7], 2, 3, "the first value is the lowest, and two follow"),
        ([3.0, 2.0, 2.5, 1.0], 1, 3, "with a patience of 1, one epoch without improvement ends it"),
        ([0.5, 0.6], 5, 2, "there are fewer epochs than patience, so all are trained"),
        ([0.9, 0.8, 0.9, 1.0], 2, 4, "the second of two comes with the last epoch"),
        ([0.3], 1, 1, "the one epoch brings a new lowest value"),
        ([90.0, 80.0, 80.0, 85.0, 70.0, 75.0, 70.0, 71.0, 60.0], 3, 8, "after 70 come three"),
        ([1.0, 0.9, 1.0, 0.8, 0.9, 0.7, 0.8, 0.6, 0.7, 0.7], 2, 10, "two in a row end the list"),
        ([5.0, 5.0, 5.0], 2, 3, "equal values are not new"),
        ([0.5, 0.4999, 0.49989, 0.49988], 2, 4, "a value that is lower by very little is new"),
        ([2.0, 1.0, 3.0, 2.0, 1.5, 0.5, 0.6], 4, 7, "only three in a row are not lower than 1"),
        ([9.0, *[8.0] * 39, 7.0, *[7.0] * 60], 50, 91, "after 7 in epoch 41 come fifty"),
    ):
        answer = epochs_until_stop(list(losses), patience)
        assert answer == right, (
            f"For {losses} with a patience of {patience}: {why}. That makes {right}, not {answer}."
        )
    ### BEGIN HIDDEN TESTS
    for turn in range(18):
        length = int(private.integers(1, 25 if turn < 15 else 400))
        falling = private.choice([-3, -1, 0, 0, 0, 1]) * np.arange(length)
        losses = (private.integers(100, 100 + private.choice([1, 4, 8, 30]), length) + falling) / 10
        compare((losses * private.choice([1, 1e-5])).tolist(), int(private.integers(1, 6)))
    losses = (private.integers(100, 110, 300) - np.repeat(np.arange(10), [25] * 9 + [75]) * 20) / 10
    compare(losses.tolist(), int(private.integers(31, 50)))
    ### END HIDDEN TESTS


stop_check = check_exercise(
    epochs_until_stop,
    check,
    hints=[
        "Remember the epoch with the lowest loss so far.",
        "At each epoch: is this loss lower? Then it is the new best. How long ago was the best?",
        "if epoch - best == patience: return epoch + 1, since epochs are counted from 0.",
    ],
    praise="Keras has it: EarlyStopping(monitor='val_loss', patience=3).",
)
stop_check

# %% name="ex_stop_run"
if stop_check.right:
    print(f"With a patience of 3: {epochs_until_stop(validation_loss, 3)} epochs")

# %% [markdown] name="ex_stop_read"
# `keras.callbacks.EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True)` in `callbacks=[…]` does the same during training, and puts the weights of the best epoch back. Together with `ModelCheckpoint`, it saves you guessing the number of epochs: ask for too many.

# %% [markdown] name="ex_guess"
# ### Exercise 3 · The guesser
#
# An accuracy means nothing until you know what guessing achieves. `labels` is an array of whole numbers, each 0 or 1. Return the accuracy, between 0 and 1, of the best network that does not look at the pictures: it always gives the same answer, and chooses the better one.


# %% name="ex_guess_answer" exercise="guess"
def guess_accuracy(labels):
    ### BEGIN SOLUTION
    return float(max(np.mean(labels == 0), np.mean(labels == 1)))
    ### END SOLUTION


# %% name="ex_guess_check" exercise="guess" points=1
def check(guess_accuracy):
    answer = guess_accuracy(np.array([0] * 9 + [1]))
    assert answer != 0.5, (
        "0.5 is right only where both classes are equally large. Here are 9 and 1."
    )
    assert answer != 9, "That is how many are right; return the share."
    assert answer != 90, "The share should lie between 0 and 1: 0.9, not 90."
    assert answer != 0, "That is no accuracy. Is it the better answer itself?"
    assert not np.isclose(answer, 0.1), (
        "That network always says 1. The other answer would be right more often."
    )
    assert not np.isclose(answer, 0.82), (
        "That one tosses a coin that gives 1 as often as the labels are 1. Always giving the "
        "commoner answer is better."
    )
    for zeros, ones, right in (
        (9, 1, 0.9),
        (1, 3, 0.75),
        (3, 4, 4 / 7),
        (4, 3, 4 / 7),
        (5, 0, 1),
        (0, 6, 1),
        (2, 2, 0.5),
        (1, 0, 1),
        (0, 1, 1),
        (31, 6, 31 / 37),
        (6, 31, 31 / 37),
        (120, 7, 120 / 127),
        (100, 101, 101 / 201),
        (2_500, 4_499, 4_499 / 6_999),
    ):
        labels = np.random.default_rng(zeros).permutation([0] * zeros + [1] * ones)
        answer = guess_accuracy(labels.copy())
        assert np.ndim(answer) == 0, f"Return one number, not {answer}."
        assert np.isclose(answer, right, rtol=3e-7), (
            f"For {zeros} labels of 0 and {ones} of 1 it is {right:.9g}, not {answer}."
        )
    ### BEGIN HIDDEN TESTS
    for least, most in (*[(1, 99)] * 12, *[(9_000, 30_000)] * 2):
        share = private.choice([0.1, 0.3, 0.5, 0.8] + [0, 1] * (least == 1))
        labels = (private.random(int(private.integers(least, most))) < share).astype(int)
        compare(labels)
        near = abs(guess_accuracy(labels) - max(np.mean(labels == 0), np.mean(labels == 1))) < 3e-7
        assert near, "It returns numbers that are rounded."
    ### END HIDDEN TESTS


guess_check = check_exercise(
    guess_accuracy,
    check,
    hints=[
        "There are two such networks: one always says 0, one always says 1.",
        "np.mean(labels == 0) is the accuracy of the first.",
        "max of the two.",
    ],
    praise="Doctors meet this: if 1 in 100 is ill, always saying healthy is 99 % accurate.",
)
guess_check

# %% [markdown] name="ex_small"
# ### Exercise 4 · A smaller network
#
# Write `build_small(side)`: a new network for the same question and pictures of `side` × `side` (at least 75), with at most 100,000 parameters at 150 × 150. It begins with `Rescaling(1 / 255)` and ends with one neuron and sigmoid; what comes between is up to you.


# %% name="ex_small_answer" exercise="small"
def build_small(side):
    ### BEGIN SOLUTION
    network = keras.Sequential([keras.Input((side, side, 3)), keras.layers.Rescaling(1 / 255)])
    for filters in (16, 32, 32, 32):
        network.add(keras.layers.Conv2D(filters, 3, activation="relu"))
        network.add(keras.layers.MaxPooling2D(2))
    network.add(keras.layers.Flatten())
    network.add(keras.layers.Dense(32, activation="relu"))
    network.add(keras.layers.Dense(1, activation="sigmoid"))
    return network
    ### END SOLUTION


# %% name="ex_small_check" exercise="small" points=2
from course_utils.exercises.networks import build_twice, fill_weights


def build_for(build_small, side):
    return build_twice(build_small, side, shape=(side, side, 3))


def with_weights(network):
    """Yield the layers that have weights, those of inner networks among them."""
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            yield from with_weights(layer)
        elif layer.weights:
            yield layer


def watch(layer, entered):
    """Have a layer note down what enters it."""
    call = layer.call

    def watched(inputs, *more, **named):
        entered.append((layer, np.asarray(inputs)))
        return call(inputs, *more, **named)

    layer.call = watched


def describe(network, side):
    entered = []
    pictures = np.random.default_rng(4).random((3, side, side, 3)).astype("float32")
    pictures *= np.reshape([[255, 90, 20], [60, 200, 30], [8, 40, 120]], (3, 1, 1, 3))
    try:
        network(pictures)
        taken = getattr(network, "input_shape", pictures.shape)[1:3]
    except Exception:
        return {"takes": False}
    if not set(taken) <= {side, None}:
        return {"takes": False}
    fill_weights(network)
    answers = np.asarray(network(pictures, training=False))
    found = {"takes": True, "output": list(answers.shape[1:])}
    found |= {"too many": network.count_params() if side == 150 else 0}
    found["too many"] *= found["too many"] > 100_000
    for layer in with_weights(network):
        watch(layer, entered)
    for value in (255, 51):
        count = len(entered)
        network(np.full_like(pictures[:1], value), training=False)
        numbers = [array.max() for _, array in entered[count : count + 1]]
        found[f"from {value}"] = round(float(numbers[0]), 3) if numbers else None
    found["trains"] = bool(network.trainable_weights)
    found["blind"] = bool(np.ptp(answers, axis=0).max() < 1e-6)
    if not entered:
        return found
    last, sums = entered[-1][0], []
    weights = [np.asarray(weight) for weight in last.weights]
    for factor in (1, 2, -1):
        for weight, values in zip(last.weights, weights, strict=True):
            weight.assign(factor * values)
        answers = np.asarray(network(pictures, training=False), float)
        inside = np.clip(answers, 1e-12, 1 - 1e-12)
        sums.append(np.where(inside == answers, np.log(inside / (1 - inside)), np.nan))
    found["within"] = bool(np.isfinite(sums).all())
    found["sigmoid"] = np.allclose([sums[1], -sums[2]], [2 * sums[0], sums[0]], 0.01, 1e-3)
    return found


def describe_both(built, side):
    first, second = (describe(network, side) for network in built["networks"])
    return first | {"shared": built["shared"], "alike": first == second}


def check(build_small):
    too_many = 0
    for side in (150, 75, 110, 200):
        found = build_small(side)
        too_many = too_many or found.get("too many")
        assert found["takes"], (
            f"build_small({side}) should take pictures of {side} × {side} × 3, and does not."
        )
        assert not found["shared"], (
            "Two calls give networks that share weights. Make new layers in each call."
        )
        assert found["alike"], f"Two calls of build_small({side}) give two different networks."
        scaled = [found["from 255"], found["from 51"]]
        assert None not in scaled and found["trains"], "Your network has nothing to train."
        assert scaled != [255, 51], (
            "The first layer should be Rescaling(1 / 255). In your network the numbers from 0 to "
            "255 go on as they are."
        )
        assert scaled == [1, 0.2], (
            "After the first layer, Rescaling(1 / 255), 255 should have become 1, and 51 should "
            f"have become 0.2; in your network they are {scaled[0]:.10g} and {scaled[1]:.10g}."
        )
        assert found["output"] == [1], (
            "One neuron at the end: the probability of a dog. For a picture, your network gives an "
            f"array of the shape {tuple(found['output'])}."
        )
        assert not found["blind"], "Your network gives the same answer, whatever the picture."
        assert found["within"], (
            "The last number should be a probability, between 0 and 1: activation='sigmoid'."
        )
        assert found["sigmoid"], (
            "Your network's answer is not the sigmoid of what its last neuron adds up: end with one "
            "sigmoid, and nothing after it."
        )
    ### BEGIN HIDDEN TESTS
    for least in (76, 111, 151, 201):
        compare(int(least + private.integers(34)))
    ### END HIDDEN TESTS
    ### EARNED 1
    assert not too_many, (
        f"It has {too_many:,} parameters; at most 100,000 are allowed. Most of them are in the "
        "layers whose input and output are both wide."
    )


small_check = check_exercise(
    build_small,
    check,
    trial=build_for,
    as_data=describe_both,
    hints=[
        "Copy build_network and make its numbers smaller.",
        "The last maps are 7 × 7; with 32 filters, Flatten gives 1,568 numbers.",
        "Dense(32) after that has 50,208 parameters, and the convolutions fewer than 24,000.",
    ],
    praise="Now see whether it learns less by heart.",
)
small_check

# %% [markdown] name="ex_small_try"
# Train it like the large one. Before you run this: what do you expect of its training accuracy, and what of its validation accuracy?

# %% name="ex_small_run"
if small_check.right:
    small = build_small(side)
    optimizer = keras.optimizers.RMSprop(learning_rate=learning_rate)
    small.compile(optimizer=optimizer, loss="binary_crossentropy", metrics=["accuracy"])
    small_history = small.fit(
        train_dataset, validation_data=validation_dataset, epochs=lesson.epochs(30), verbose=0
    ).history
    print(f"small: training {small_history['accuracy'][-1]:.3f}, ", end="")
    print(f"validation at best {max(small_history['val_accuracy']):.3f}")
    print(f"large: training {train_accuracy[-1]:.3f}, ", end="")
    print(f"validation at best {best_validation_accuracy:.3f}")

# %% [markdown] name="ex_small_read"
# The small network learns less by heart in the same time, because it cannot keep as much. Does it do better with new pictures, too? Compare the second figures. With few pictures it often does, but a network that is too small cannot learn what is needed either. There is no formula for the right size. You try, and the validation set decides.

# %% [markdown] name="learned"
# ## What you learned
#
# - Seven things make pictures hard, and a network has to see enough of each to overlook it.
# - Three balanced parts, with no picture in two of them: learn, decide, and one exam at the end.
# - Where the training curve goes on and the validation curve does not, the network memorises.
# - The fewer the pictures, the wider the gap: a network can know all of them by heart and little about others.
# - The lowest validation loss says when to stop; a callback keeps the best network.
# - An accuracy is worth something only beside that of guessing.
# - Look at the mistakes, and not only at their number.
#
# You have no more pictures. The next lesson makes more of those you have.
