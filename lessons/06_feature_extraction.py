# %% [markdown] name="title"
# # Lesson 6 · A pretrained base
#
# In Lessons 4 and 5 a network began with random numbers and had at most 2,000 pictures to learn from. It had to find out from cats and dogs what an edge is. Others have trained networks for days on more than a million pictures, and give them away. In this lesson you take one, keep what it has learned, and teach it cats and dogs in the time that a cup of tea takes.
#
# **Afterwards you can**
#
# - say which part of a trained network is of use to others, and how much of it to take,
# - use it in two ways: compute its features once, or put it into a network of your own with its weights frozen,
# - prepare pictures the way a base expects them, and measure what the wrong way costs,
# - choose the precision of the computation in one line, and measure what that gains,
# - ask a network about one picture without any helper of this course.
#
# **You need** Lessons 1 to 5: base and head, overfitting, augmentation, dropout.
#
# **Time** about 50 minutes to read and try, 40 more for the exercises; the whole training on a CPU takes a quarter of an hour more. New terms are in italics where they are explained; the glossary, linked below, has them all.

# %% [markdown] name="setup"
# The course's helpers first. The line below the cell says what this run uses. Lesson 1 explains the profiles; with `ci`, the training is too short to show what the text describes.

# %% name="start"
from course_utils import (
    check_exercise,
    plot_feature_maps,
    plot_history,
    plot_pictures,
    plot_swap,
    predict_uploads,
    start,
    write_class_folders,
)

lesson = start("06_feature_extraction")

# %% name="libraries"
import time

import keras
import numpy as np
import tensorflow as tf

# %% name="author" tags=["author"]
from tools.author import compare, private

# %% [markdown] name="idea_title"
# ## What one network can leave to another
#
# *ImageNet* is a collection of photographs; its best-known part has more than a million of them in 1,000 classes: dogs of 120 breeds, cars, mushrooms, teapots. A network that was trained on it is called *pretrained*. Its layers differ in what they are worth to you:
#
# - The first layers find edges, colours, textures. Every picture has those, so what these layers have learned is of use to everybody.
# - The last layers of the base find eyes, wheels, fur of a certain kind. They were made for the classes of the training, and still fit whatever looks like them.
# - The head knows its 1,000 classes, and not your two. It has also thrown away where in the picture something was. It is of no use to you.
#
# So you keep the base and put a new head on it:

# %% name="swap"
plot_swap(["edges, colours", "textures", "eyes, wheels, fur"], "1,000 classes", "cat or dog")

# %% [markdown] name="idea_read"
# The base now serves to turn a picture into features, so this is called *feature extraction*. Using what was learned from one task for another is *transfer learning*.
#
# How much of the base should you keep? That depends on two things:
#
# | | your pictures are like those of the training | they are different, X-rays for example |
# | --- | --- | --- |
# | you have few | the whole base, a new head | the first layers, a new head |
# | you have many | the whole base, and train its last layers a little further (Lesson 7) | its weights as a start for training everything |
#
# Breeds of cats and dogs are among the 1,000 classes, and 2,000 pictures are few: upper left. What you see below is transfer learning at its best; expect less of it if your pictures are X-rays.

# %% [markdown] name="vgg_title"
# ## VGG16, counted
#
# `keras.applications` has dozens of networks to choose from. The older, published version of this lesson uses VGG16, of 2014: thirteen convolutions of 3 × 3 in five groups, with a pooling after each group, and nothing that you do not know from Lesson 2. Keras calls the head the top of a network, so `include_top=False` leaves it out. `weights=None` leaves the numbers random, which is good enough for counting.

# %% name="vgg" tags=["nbval-check-output"]
vgg16 = keras.applications.VGG16(weights=None, include_top=False, input_shape=(150, 150, 3))
[layer.output.shape[1:] for layer in vgg16.layers if "pool" in layer.name]
# -> [(75, 75, 64), (37, 37, 128), (18, 18, 256), (9, 9, 512), (4, 4, 512)]

# %% [markdown] name="vgg_read"
# Height and width are halved five times. What comes out, the *features* of a picture, is a grid of 4 × 4 places with 512 numbers for each. A place still has its position: the head that you build can tell an ear at the top from one at the bottom.

# %% name="vgg_count" tags=["nbval-check-output"]
vgg16.count_params()
# -> 14714688

# %% [markdown] name="vgg_top_intro"
# And the head that was left out? For VGG16's own size, 224 × 224, its input is 7 × 7 × 512 numbers, and it has three dense layers with 4,096, 4,096 and 1,000 neurons:

# %% name="vgg_top" tags=["nbval-check-output"]
sizes = [7 * 7 * 512, 4096, 4096, 1000]
sum(before * after + after for before, after in zip(sizes, sizes[1:], strict=False))
# -> 123642856

# %% [markdown] name="vgg_top_read"
# About nine in ten parameters were in the head. Two bases that this course has, compared:
#
# | | VGG16 | MobileNetV2 |
# | --- | --- | --- |
# | year | 2014 | 2018 |
# | parameters with the head | 138.4 million | 3.5 million |
# | right among ImageNet's 1,000 classes (from Keras's documentation) | 71.3 % | 71.3 % |
#
# The younger one is as good with a fortieth of the parameters. It replaces most convolutions by cheaper ones (Lesson 7 says how), and is several times faster on a CPU. So this lesson explains and counts VGG16, and trains with MobileNetV2. If you set the variable `COURSE_BASE=VGG16` before the notebook starts, it trains with VGG16.

# %% [markdown] name="base_intro"
# `lesson.base()` returns the name of the base and the side of the pictures for it: 192 for MobileNetV2, 150 for VGG16, half of that with the quick profile. `lesson.pretrained_base` loads it. Without the course you would write, with the module `keras.applications.mobilenet_v2`,
#
# ```
# base_model = mobilenet_v2.MobileNetV2(input_shape=(192, 192, 3), include_top=False, weights="imagenet")
# preprocess_input = mobilenet_v2.preprocess_input
# ```
#
# which downloads the weights once and keeps them. (`preprocess_input` prepares pictures for the base; more on that below.) What does the line below the cell say about whose weights these are?

# %% name="base"
base_name, side = lesson.base()
base_model, preprocess_input = lesson.pretrained_base(base_name, input_shape=(side, side, 3))

# %% [markdown] name="base_read"
# "ImageNet weights" are those of the million photographs. "The course's own small base" is a narrow network of the same form, trained on drawings of animals and plants: no house cats and no dogs, but lions and lynxes, wolves and foxes. It stands in when ImageNet's weights cannot be had. The lesson works with both, but their figures differ.

# %% name="base_shape"
base_model.output.shape[1:], base_model.count_params()

# %% [markdown] name="data_title"
# ## The pictures of Lesson 4
#
# The same cats and dogs, divided in the same way; the quick profile trains on every second one, as there. Lesson 4 explains these cells. One thing is new: the pictures are kept as whole numbers of one byte each, in a quarter of the memory.

# %% name="data"
datasets, info = lesson.load_dataset("cats_vs_dogs", as_supervised=False)
class_names = info.features["label"].names
folder = write_class_folders(
    datasets,
    class_names,
    lesson.folder / "pictures",
    splits={"train": 1000, "validation": 500, "test": 500},
)


# %% name="directory"
def to_bytes(picture, label):
    return tf.cast(tf.round(picture), tf.uint8), label


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
    return pictures.map(to_bytes, num_parallel_calls=tf.data.AUTOTUNE).cache()


# %% name="pipeline"
picture_count = 2000 if lesson.profile == "full" else 1000
parts = {part: from_folder(part) for part in ("train", "validation", "test")}
parts["train"] = parts["train"].shard(2000 // picture_count, 0)
train_dataset = parts["train"].shuffle(2000).batch(20).prefetch(tf.data.AUTOTUNE)
validation_dataset = parts["validation"].batch(20).prefetch(tf.data.AUTOTUNE)
test_dataset = parts["test"].batch(20).prefetch(tf.data.AUTOTUNE)

# %% name="gallery"
test_pictures, test_labels = (
    np.stack(arrays) for arrays in zip(*parts["test"].as_numpy_iterator(), strict=True)
)
plot_pictures(test_pictures[::100], titles=[class_names[int(n)] for n in test_labels[::100, 0]])

# %% [markdown] name="preprocess_title"
# ## The way the base expects it
#
# A pretrained base has learned from numbers of a certain range. Give it another, and its edges come out ten times too strong, or not at all. Each base has its own `preprocess_input`, and they are not alike. One red pixel, first through that of VGG16 and then through that of MobileNetV2:

# %% name="preprocess_vgg" tags=["nbval-check-output"]
red = np.array([[[[255.0, 0.0, 0.0]]]])
keras.applications.vgg16.preprocess_input(red.copy())[0, 0, 0]
# -> array([-103.939, -116.779,  131.32 ])

# %% name="preprocess_mobilenet" tags=["nbval-check-output"]
keras.applications.mobilenet_v2.preprocess_input(red.copy())[0, 0, 0]
# -> array([ 1., -1., -1.])

# %% [markdown] name="preprocess_read"
# VGG16 wants blue first and red last, and each channel less its mean over ImageNet: 255 − 123.68 = 131.32 for red, which has moved to the end. MobileNetV2 wants red first, and values from −1 to 1. Neither wants 0…1. (`.copy()` is there because both functions may change the array that you give them.)

# %% [markdown] name="way1_title"
# ## Way 1 · Compute the features once
#
# The base will not change. So each picture needs to pass through it only once: keep what comes out, and train a head on that. This network takes raw pictures, prepares them and runs the base:


# %% name="extractor"
def build_extractor(base, preprocess):
    pictures = keras.Input(base.input_shape[1:])
    return keras.Model(pictures, base(preprocess(pictures)))


# %% [markdown] name="extractor_read"
# `preprocess_input` is called on a picture that is not there yet. Keras records what the function does and makes it a part of the network, so it cannot be forgotten later.


# %% name="extract"
def extract(extractor, part):
    features = extractor.predict(parts[part].batch(32), verbose=0)
    labels = [label for _, label in parts[part].as_numpy_iterator()]
    return features, np.stack(labels)


extractor = build_extractor(base_model, preprocess_input)

# %% name="features"
begin = time.perf_counter()
train_features, train_labels = extract(extractor, "train")
validation_features, validation_labels = extract(extractor, "validation")
extract_seconds = time.perf_counter() - begin
train_features.shape, float(train_features.max()), f"{extract_seconds:.1f} seconds"

# %% [markdown] name="features_read"
# A grid of places for each picture, with many numbers for each place. You have paid for them once; whatever you try from here on, no picture has to pass through the base again. What is in them? The first convolution of the base and the last, for one picture, eight maps each:

# %% name="maps"
convolutions = [layer for layer in base_model.layers if isinstance(layer, keras.layers.Conv2D)]
ends = [convolutions[0], convolutions[-1]]
viewer = keras.Model(base_model.inputs, [layer.output for layer in ends])
maps = viewer.predict(preprocess_input(test_pictures[:1].astype("float32")), verbose=0)
plot_feature_maps([layer_maps[0] for layer_maps in maps], [layer.name for layer in ends])

# %% [markdown] name="maps_read"
# The first maps are still pictures: edges, light and dark. The last ones are coarse and say "there is some of this here"; what "this" is, nobody wrote down. That is what the head gets to see.

# %% [markdown] name="head_intro"
# A head like that of the published lesson: flatten, 256 neurons, dropout, and one neuron for the answer.


# %% name="head"
def build_head(shape):
    return keras.Sequential(
        [
            keras.Input(shape),
            keras.layers.Flatten(),
            keras.layers.Dense(256, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


# %% [markdown] name="rate_intro"
# The published training, with VGG16, uses RMSprop with a learning rate of 0.00002 for 30 epochs, in batches of 20. MobileNetV2's features are numbers between 0 and 6, smaller than those of VGG16, so its head can take larger steps: 0.0001 here, and 0.0005 with the quick profile, which has fewer pictures and smaller ones. There are 30 epochs on a GPU or TPU, 6 with the full profile on a CPU, and 12 with the quick one.


# %% name="compile_function"
def compile_network(network):
    rate = {"MobileNetV2": 1e-4, "VGG16": 2e-5}[base_name]
    rate = rate if lesson.profile == "full" else 5 * rate
    network.compile(
        optimizer=keras.optimizers.RMSprop(learning_rate=rate),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )
    return network


# %% [markdown] name="keep_intro"
# The curves of the validation set will swing. As in Lesson 5, `EarlyStopping` gives each network of this lesson the parameters of its best epoch when training is over.


# %% name="keep_best"
def keep_best():
    return keras.callbacks.EarlyStopping(
        monitor="val_accuracy", patience=100, restore_best_weights=True
    )


# %% name="head_fit"
head = compile_network(build_head(train_features.shape[1:]))
begin = time.perf_counter()
head_history = head.fit(
    train_features,
    train_labels,
    validation_data=(validation_features, validation_labels),
    batch_size=20,
    epochs=lesson.epochs(30),
    callbacks=[keep_best()],
    verbose=2,
)
head_seconds = time.perf_counter() - begin

# %% name="head_curves"
plot_history(head_history, whole=lesson.whole_training("head_history"))

# %% [markdown] name="head_curves_read"
# Look at the accuracy first. After a few seconds of training, the dashed curve is higher than that of Lesson 4 ever was (the published figures are 70 to 72 % there, and about 90 % here). Then the solid one: it leaves the dashed one behind and goes on towards 1. The head is learning the features of its training pictures by heart, dropout or not. Overfitting is still there; it sets in at a higher level.
#
# Augmentation, which helped in Lesson 5, cannot be had this way. Each picture passes through the base once. A mirrored picture would need features of its own, and a picture that differs in each epoch would have to pass through the base in each epoch.

# %% name="head_test"
test_features, _ = extract(extractor, "test")
test_accuracy = head.evaluate(test_features, test_labels, verbose=0)[1]
test_accuracy

# %% [markdown] name="fourth_intro"
# And Lesson 4's own network, with the same test pictures? If you have run that lesson on this machine, its network is still there:

# %% name="fourth"
fourth_model = lesson.saved_model("04_cats_vs_dogs_from_scratch")
if fourth_model:
    small = tf.image.resize(test_pictures, fourth_model.input_shape[1:3])
    print(f"Lesson 4, test: {fourth_model.evaluate(small, test_labels, verbose=0)[1]:.3f}")

# %% [markdown] name="wrong_title"
# ## The wrong preparation
#
# The published code divides by 255, as for a network of one's own, and feeds that to VGG16. Nothing complains: the shapes are right, the training runs, and about 90 % looks good. But VGG16 expects values from about −124 to 151, where 0 is the mean colour of ImageNet. It gets 0 to 1: a picture of that one colour, in which almost nothing differs. Nobody could see how much was lost.
#
# So measure it. The same base and a head like that of Way 1, with two wrong preparations: the division by 255, and none at all.

# %% name="wrong_kinds"
kinds = {
    "divided by 255": lambda pictures: pictures / 255,
    "as they are": keras.layers.Identity(),
}


# %% name="wrong"
def accuracy_with(preprocess):
    extractor = build_extractor(base_model, preprocess)
    (features, labels), judged = extract(extractor, "train"), extract(extractor, "validation")
    network = compile_network(build_head(features.shape[1:]))
    epochs = lesson.epochs(30)
    fitted = network.fit(
        features, labels, validation_data=judged, batch_size=20, epochs=epochs, verbose=0
    )
    return max(fitted.history["val_accuracy"])


prepared = {"as it should be": max(head_history.history["val_accuracy"])}
for kind in lesson.trials(*kinds):
    prepared[kind] = accuracy_with(kinds[kind])
for kind, accuracy in prepared.items():
    print(f"{kind:16} {accuracy:.3f}")

# %% [markdown] name="wrong_read"
# Each is the highest validation accuracy of one run, so a difference of a point or so may be chance. Without any preparation, many points are lost. What the division by 255 costs depends on the base. And all wrong preparations share this: no error, no warning. The only sign is a figure that could have been higher, and you see that only if you try the right one too.

# %% [markdown] name="way2_title"
# ## Way 2 · From end to end
#
# Now the base as a part of the network: augmentation, preparation, base, head. Each picture passes through all of it in every epoch, changed each time. That is training *end to end*, from the raw picture to the answer, and it costs the base's time again in each epoch.


# %% name="augmentation"
def build_augmentation():
    return keras.Sequential(
        [
            keras.layers.RandomFlip("horizontal"),
            keras.layers.RandomRotation(40 / 360, fill_mode="nearest"),
            keras.layers.RandomTranslation(0.2, 0.2, fill_mode="nearest"),
            keras.layers.RandomZoom((-0.2, 0.2), (-0.2, 0.2), fill_mode="nearest"),
        ],
        name="augmentation",
    )


# %% name="network"
def build_network(base, preprocess):
    pictures = keras.Input(base.input_shape[1:])
    features = base(preprocess(build_augmentation()(pictures)))
    return keras.Model(pictures, build_head(features.shape[1:])(features))


# %% [markdown] name="count_intro"
# Counted with the VGG16 from above:

# %% name="count" tags=["nbval-check-output"]
counted = build_network(vgg16, keras.applications.vgg16.preprocess_input)
counted.count_params()
# -> 16812353

# %% name="tensors" tags=["nbval-check-output"]
len(counted.trainable_weights)
# -> 30

# %% [markdown] name="freeze_intro"
# Thirty arrays of weights would be trained: a kernel and a bias for each of thirteen convolutions and two dense layers. That must not happen. A new head needs large steps to learn in good time, and such steps would overwrite what the base has learned from very many pictures. So you *freeze* the base:

# %% name="freeze" tags=["nbval-check-output"]
vgg16.trainable = False
len(counted.trainable_weights)
# -> 4

# %% [markdown] name="freeze_read"
# Two kernels and two biases are left, those of the head. The base still computes, and its numbers stay as they are. Whoever changes `trainable` must call `compile` afterwards: only then does the next `fit` know of it.
#
# MobileNetV2 has layers of one more kind, *batch normalisation*. They bring every channel to about the same mean and spread (how far its numbers lie from the mean), then scale and shift it by learned numbers. In training they use the mean and spread of the batch, at inference those stored during training. A frozen one always works as in inference. In other code you will meet `base(pictures, training=False)` for that. With today's Keras it is not enough, since `fit` tells all layers that this is training; `trainable = False` is what counts. Lesson 7 needs this again.

# %% name="model"
base_model.trainable = False
model = compile_network(build_network(base_model, preprocess_input))

# %% name="fit"
begin = time.perf_counter()
history = model.fit(
    train_dataset,
    validation_data=validation_dataset,
    epochs=lesson.epochs(30),
    callbacks=[keep_best()],
    verbose=2,
)
fit_seconds = time.perf_counter() - begin

# %% name="curves"
plot_history(history, whole=lesson.whole_training("history"))

# %% [markdown] name="curves_read"
# The gap between the curves is smaller than above, or even reversed. The solid one counts changed pictures with dropout at work, as in Lesson 5, and a picture hardly ever comes twice in the same form, so there is little to learn by heart. Now the exam, and what each way has cost. (The first figure includes reading the files; the second way found them in the cache.)

# %% name="test"
end_to_end_test_accuracy = model.evaluate(test_dataset, verbose=0)[1]
print(f"features once: {extract_seconds + head_seconds:6.1f} s, test {test_accuracy:.3f}")
print(f"end to end:    {fit_seconds:6.1f} s, test {end_to_end_test_accuracy:.3f}")

# %% [markdown] name="test_read"
# Both ways end above the network of Lesson 4, which learned from the same pictures and nothing else. Is the second one worth its price? It takes several times as long, and gains little here, or nothing. The published figures are about 90 % for the first way and 96 % for the second, both with VGG16 on validation pictures; but the two differ in more than augmentation. With the right preparation and a good base, the first way leaves little to gain. And turned and stretched animals are harder for the base, too, which has seen few of them.
#
# So begin with the first way: in a minute you learn whether a base suits your pictures. Take the second if the curves of the first part widely, or if you want to go on to Lesson 7.

# %% name="report"
lesson.save_model(model)
lesson.report(test_accuracy=test_accuracy, end_to_end_test_accuracy=end_to_end_test_accuracy)

# %% [markdown] name="precision_title"
# ## Precision, in one line
#
# All numbers so far had 32 bits, of which 23 are for the digits. *bfloat16* has 16 bits, 7 of them for the digits: two to three decimal digits, and the same range. With *mixed precision* the layers compute in 16 bits and keep their weights in 32. It takes one line before the network is built: `keras.config.set_dtype_policy("mixed_bfloat16")`. (A dtype is a kind of number; the policy says which kind new layers compute with, and which they keep their weights in.)
#
# What it gains depends on the machine and on the network. Processors with units for bfloat16 multiply several times as fast; others must convert, and may be slower. So measure. This function returns how many pictures a second a network gets through (`predict_on_batch` is `predict` for a single batch):


# %% name="speed"
def pictures_per_second(network):
    pictures = np.zeros((16, *network.input_shape[1:]), "float32")
    network.predict_on_batch(pictures)
    begin = time.perf_counter()
    for _ in range(3):
        network.predict_on_batch(pictures)
    return 3 * len(pictures) / (time.perf_counter() - begin)


# %% [markdown] name="precision_intro"
# Now VGG16 with random numbers and small pictures, and the base of this lesson, in both precisions; and the accuracy of the head of Way 1 on features that were computed that way:

# %% name="precision"
policy_before, accuracies = keras.config.dtype_policy(), {}
for policy in lesson.trials("float32", "mixed_bfloat16"):
    keras.config.set_dtype_policy(policy)
    whole = keras.applications.VGG16(weights=None, include_top=False, input_shape=(96, 96, 3))
    base, _ = lesson.pretrained_base(base_name, input_shape=(side, side, 3))
    features, labels = extract(build_extractor(base, preprocess_input), "test")
    accuracies[policy] = head.evaluate(features.astype("float32"), labels, verbose=0)[1]
    print(f"VGG16 {pictures_per_second(whole):.0f} pictures a second", end=", ")
    print(f"{base_name} {pictures_per_second(base):.0f}, test accuracy {accuracies[policy]:.3f}\n")
keras.config.set_dtype_policy(policy_before)

# %% [markdown] name="precision_read"
# Compare the two pairs. VGG16 consists of large multiplications, which is what such units are for; MobileNetV2's are many and small, and its time goes elsewhere. And the accuracy? It hardly moves. Seven bits make some nearby numbers equal, but the head adds up thousands of them. Use the line if your own measurement favours it, and give the last layer of a network that you train with it `dtype="float32"`, so that the probability and the loss keep their digits.

# %% [markdown] name="single_title"
# ## A single picture
#
# The number that comes out is the probability of a dog. Near 0 the network is sure of a cat, near 1 of a dog; near 0.5 it does not know. Here are the surest cat of the test pictures, the one that it is least sure of, and the surest dog:

# %% name="single"
probabilities = model.predict(test_dataset, verbose=0)[:, 0]
doubt = np.abs(probabilities - 0.5)
shown = [probabilities.argmin(), doubt.argmin(), probabilities.argmax()]
plot_pictures(test_pictures[shown], titles=[f"{probabilities[n]:.3f}" for n in shown], columns=3)

# %% [markdown] name="plain_intro"
# One picture from its file to its probability, without any helper of the course:

# %% name="plain"
path = min((folder / "test" / "dog").glob("*.jpg"))
picture = keras.utils.load_img(path, target_size=(side, side), interpolation="bilinear")
batch = keras.utils.img_to_array(picture)[np.newaxis]
float(model.predict(batch, verbose=0)[0, 0])

# %% [markdown] name="plain_read"
# `load_img` opens the file and resizes as the training set was resized, `img_to_array` turns it into floating-point numbers, and `np.newaxis` makes a batch of one. Nothing is divided: the network prepares its pictures itself. After `keras.models.load_model` these lines work in any program.
#
# Photographs from iPhones are often HEIC files, which neither Keras nor TensorFlow reads. The package `pi-heif` teaches Pillow, the library behind `load_img`, to read them: call `pi_heif.register_heif_opener()` once.

# %% [markdown] name="own_intro"
# Choose pictures of your own; with that package installed, HEIC too. Where no code runs, you see the three above in place of yours.

# %% name="own"
predict_uploads(model, class_names, ready=test_pictures[shown])

# %% [markdown] name="reject"
# What does it say to a teapot? Cat or dog, perhaps with great confidence, because the probabilities of the two always add up to 1. A network that is to say "neither" needs a third class, the *reject*, with pictures of everything else to learn from, and softmax over all three.
#
# The features can do more than answer one question. Two pictures with similar features look alike, and that is enough to search photographs: Appendix 1 finds your cat.

# %% [markdown] name="exercises"
# ## Exercises
#
# Replace the dots, run the cell, then run the check below it.

# %% [markdown] name="ex_extract"
# ### Exercise 1 · Extract features
#
# Older code extracts features in a loop, from a generator that never ends. Write it with NumPy: `base` is a function that turns a batch of pictures into an array of features, one row for each picture, of whatever shape; `batches` gives pairs `(pictures, labels)` without end, in batches of one size, which you are not told. Take the first `count` pictures, at least one. Return two arrays, the features and the labels, with exactly `count` rows each.


# %% name="ex_extract_answer" exercise="extract"
def extract_features(base, batches, count):
    ### BEGIN SOLUTION
    features, labels, seen = [], [], 0
    for batch, batch_labels in batches:
        features.append(base(batch))
        labels.append(batch_labels)
        seen += len(batch)
        if seen >= count:
            break
    return np.concatenate(features)[:count], np.concatenate(labels)[:count]
    ### END SOLUTION


# %% name="ex_extract_check" exercise="extract" points=2
def extract_example(extract_features, size, count, axes, labels_shape):
    pictures = np.random.default_rng(6).random((size * 100, 2, 4, 3))
    labels = np.arange(len(pictures)).reshape(-1, *labels_shape)
    taken = []

    def batches():
        for begin in range(0, len(pictures), size):
            taken.append(begin)
            yield pictures[begin : begin + size].copy(), labels[begin : begin + size].copy()

    def base(batch):
        return 3 * np.mean(batch, axis=tuple(axes))

    features, found = extract_features(base, batches(), count)
    right = base(pictures[:count])
    features = np.asarray(features)
    return {
        "ends": len(taken) < 100,
        "features": features,
        "labels": np.asarray(found),
        "right": right.shape == features.shape and np.allclose(features, right),
        "shape": list(right.shape),
        "raw": features.shape[1:] == pictures.shape[1:] and right.shape[1:] != features.shape[1:],
    }


def check(extract_features):
    for size, count, axes, labels_shape in (
        (4, 10, [1, 2], []),
        (4, 8, [1, 2], []),
        (4, 3, [1, 2], [1]),
        (5, 1, [3], []),
        (1, 3, [2], []),
        (7, 7, [1, 2, 3], []),
        (3, 20, [1], [1]),
        (20, 5, [1, 2], []),
        (6, 25, [3], [1]),
        (2, 9, [1, 2, 3], []),
        (20, 50, [2], []),
        (90, 1_000, [1, 2], []),
    ):
        what = f"For {count} pictures in batches of {size}"
        found = extract_features(size, count, axes, labels_shape)
        features, labels = np.asarray(found["features"]), np.asarray(found["labels"])
        assert found["ends"], (
            "Your loop goes on although it has enough. This check stops you; a real generator "
            "never ends. Count the pictures, and break."
        )
        assert np.ndim(features) and np.ndim(labels), "Return two arrays: features and labels."
        assert len(features) == len(labels), (
            f"There are {len(features)} rows of features and {len(labels)} labels."
        )
        whole = -(-count // size) * size
        assert len(features) != whole or whole == count, (
            f"{what}, you return {whole} rows, which are whole batches. Cut the last batch: "
            "[:count] at the end."
        )
        assert len(features) >= count, (
            f"Your loop ends before there are enough: {len(features)} rows, not {count}. "
            "A batch that is needed in part must be taken too."
        )
        assert len(features) == count, f"{what}, there should be {count} rows, not {len(features)}."
        assert not found["raw"], (
            "These are the pictures themselves. The base is missing: base(batch) gives the "
            "features."
        )
        assert list(features.shape) == found["shape"], (
            f"{what}, the features should have the shape {tuple(found['shape'])}, not "
            f"{features.shape}."
        )
        assert labels.ravel().tolist() == list(range(count)), (
            f"{what}, the labels should be the first {count} that come, not {labels.ravel()}."
        )
        assert labels.shape == (count, *labels_shape), (
            f"{what}, the labels should keep their shape, {(count, *labels_shape)}; yours have "
            f"{labels.shape}."
        )
        assert found["right"], f"{what}, some features do not belong to their picture."
    ### BEGIN HIDDEN TESTS
    for _ in range(12):
        axes = [[1], [2], [3], [1, 2], [1, 2, 3]][private.integers(5)]
        shape = [[], [1]][private.integers(2)]
        compare(int(private.integers(1, 12)), int(private.integers(1, 60)), axes, shape)
    compare(int(private.integers(50, 200)), int(private.integers(900, 4_000)), axes, shape)
    ### END HIDDEN TESTS


extract_check = check_exercise(
    extract_features,
    check,
    trial=extract_example,
    hints=[
        "Collect the features of each batch in a list, and the labels in another.",
        "Add len(batch) to a counter; break when it has reached count.",
        "np.concatenate turns the list into one array, and [:count] cuts off the rest.",
    ],
    praise="predict does the same, and prepares the next batch while the base works on this one.",
)
extract_check

# %% [markdown] name="ex_extract_try"
# With your function and the base of this lesson, 100 training pictures. Are these the features that `predict` gave?

# %% name="ex_extract_run"
if extract_check.right:
    batches = parts["train"].batch(20).repeat().as_numpy_iterator()
    features, labels = extract_features(extractor.predict_on_batch, batches, 100)
    print(np.shape(features), np.allclose(features, train_features[:100], rtol=0.02, atol=0.05))

# %% [markdown] name="ex_prepare"
# ### Exercise 2 · Prepare for VGG16
#
# Write what VGG16 wants. `pictures` is an array (n, height, width, 3) of red, green and blue, 0…255, of whole or floating-point numbers. Return an array of floating-point numbers of the same shape: blue, green, red, each less its mean over ImageNet, which is 103.939 for blue, 116.779 for green and 123.68 for red. Leave `pictures` unchanged.


# %% name="ex_prepare_answer" exercise="prepare"
def prepare_for_vgg16(pictures):
    ### BEGIN SOLUTION
    return pictures[..., ::-1] - np.array([103.939, 116.779, 123.68])
    ### END SOLUTION


# %% name="ex_prepare_check" exercise="prepare" points=2
def check(prepare_for_vgg16):
    pictures = np.random.default_rng(1).integers(0, 256, (2, 3, 4, 3)).astype("float32")
    answer = np.asarray(prepare_for_vgg16(pictures.copy()))
    means = np.array([103.939, 116.779, 123.68])
    right = pictures[..., [2, 1, 0]] - means
    assert answer.shape == pictures.shape, (
        f"The shape should stay {pictures.shape}; yours is {answer.shape}."
    )
    for wrong, says in (
        (
            pictures / 255,
            "That is the published mistake: 0…1 is what a network of your own may want, not VGG16.",
        ),
        (right / 255, "Do not divide: VGG16 wants values from about −124 to 151."),
        (
            pictures - means[[2, 1, 0]],
            "The means are right, the order is not: VGG16 wants blue first, red last.",
        ),
        (
            right + means - means[[2, 1, 0]],
            "Take from each channel the mean of the channel that it belongs to: "
            "reverse the channels first, then subtract.",
        ),
        (
            pictures[:, :, [3, 2, 1, 0]] - means[[2, 1, 0]],
            "Your pictures are mirrored: [:, :, ::-1] reverses the columns. The channels are the "
            "last direction, [..., ::-1].",
        ),
        (right + means, "The order is right. Subtract its mean from each channel."),
    ):
        assert not np.allclose(answer, wrong, atol=1e-3), says
    for shape, kind in (
        ((2, 3, 4, 3), "float32"),
        ((1, 2, 2, 3), "uint8"),
        ((3, 5, 2, 3), "int64"),
        ((1, 3, 3, 3), "float64"),
        ((4, 1, 1, 3), "float32"),
        ((1, 1, 6, 3), "uint8"),
        ((3, 3, 3, 3), "uint8"),
        ((2, 4, 3, 3), "int32"),
        ((5, 2, 3, 3), "float32"),
        ((1, 7, 1, 3), "float64"),
        ((2, 40, 50, 3), "uint8"),
        ((60, 2, 1, 3), "int16"),
    ):
        most = 2 if shape[0] == 3 else 255  # some pictures are dark
        pictures = np.random.default_rng(2).uniform(0, most, shape).astype(kind)
        answer = np.asarray(prepare_for_vgg16(pictures.copy()))
        what = f"In an array of {kind} of the shape {shape}, "
        assert answer.shape == shape, f"{what}the shape should stay; yours is {answer.shape}."
        red, green, blue = pictures.astype(float).reshape(-1, 3).T
        right = np.stack([blue - 103.939, green - 116.779, red - 123.68], -1).reshape(shape)
        different = ~np.isclose(answer, right, rtol=0, atol=3e-5).all(axis=-1)
        assert not different.any(), (
            f"{what}a pixel of {pictures[different][0]} should become "
            f"{right[different][0].round(3)}, not {answer[different][0]}."
        )
    ### BEGIN HIDDEN TESTS
    for most in (*[6] * 12, 50):
        kind = str(private.choice(["uint8", "int64", "float32", "float64"]))
        shape = [*private.integers(1, most, 3), 3]
        far_from_a_mean = np.r_[0:90:0.5, 135:255.5:0.5]
        values = private.choice(far_from_a_mean, shape) * private.choice([0.01, 1])
        compare(values.astype(kind))
    ### END HIDDEN TESTS


prepare_check = check_exercise(
    prepare_for_vgg16,
    check,
    hints=[
        "Two steps: reverse the channels, then subtract one mean from each.",
        "pictures[..., ::-1] reverses the last direction.",
        "NumPy subtracts an array of three numbers from the three channels of every pixel.",
    ],
    praise="That order comes from the program that VGG16 was first trained with.",
)
prepare_check

# %% [markdown] name="ex_prepare_try"
# Now look at some pictures as VGG16 gets them, prepared correctly and wrongly: the smallest value, the mean and the largest.

# %% name="ex_prepare_run"
if prepare_check.right:
    sample = test_pictures[:20].astype("float32")
    for kind, values in (("right", prepare_for_vgg16(sample)), ("wrong", sample / 255)):
        values = np.asarray(values)
        print(f"{kind}: {values.min():7.1f} {values.mean():7.1f} {values.max():7.1f}")

# %% [markdown] name="ex_counts"
# ### Exercise 3 · What is trained
#
# Return how many single numbers a network trains, and how many it keeps as they are: a pair of whole numbers. `network.trainable_weights` and `network.non_trainable_weights` are lists of arrays, and each has a `.shape`. The second list holds what is frozen, and what batch normalisation stores during training.


# %% name="ex_counts_answer" exercise="counts"
def trained_and_frozen(network):
    ### BEGIN SOLUTION
    trained = sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)
    frozen = sum(int(np.prod(weight.shape)) for weight in network.non_trainable_weights)
    return trained, frozen
    ### END SOLUTION


# %% name="ex_counts_check" exercise="counts" points=1
def count_example(trained_and_frozen, kind, neurons, normalised, frozen):
    layer = (
        keras.layers.Conv2D(neurons, (3, 2)) if kind == "Conv2D" else keras.layers.Dense(neurons)
    )
    inner = [keras.Input((5, 5, 2) if kind == "Conv2D" else (4,)), layer]
    if normalised:
        inner.append(keras.layers.BatchNormalization())
    base, head = keras.Sequential(inner), keras.layers.Dense(2)
    network = keras.Sequential([base, keras.layers.Dropout(0.5)])
    if kind == "Conv2D":
        network.add(keras.layers.GlobalAveragePooling2D())
    network.add(head)
    for name, part in (("layer", layer), ("base", base), ("head", head), ("all", network)):
        if name == frozen:
            part.trainable = False
    return trained_and_frozen(network)


def check(trained_and_frozen):
    answer = trained_and_frozen("Dense", 5, False, "base")
    assert answer != [2, 2], (
        "That is how many arrays there are, a kernel and a bias on each side. "
        "An array of shape (5, 2) holds 10 numbers: np.prod(weight.shape)."
    )
    assert answer != [25, 12], "That is the other way round: first the trained ones."
    assert answer != [37, 25], "37 are all of them; the first number is for the trained ones only."
    assert answer != [7, 9], (
        "len of an array is its first direction only. np.prod(weight.shape) multiplies them all."
    )
    assert answer != [9, 14], "You add up the sides of each array. Multiply them: np.prod."
    for kind, neurons, normalised, frozen, right in (
        ("Dense", 5, False, "base", [12, 25]),
        ("Dense", 5, False, "nothing", [37, 0]),
        ("Dense", 5, True, "nothing", [47, 10]),
        ("Dense", 5, True, "base", [12, 45]),
        ("Dense", 5, True, "layer", [22, 35]),
        ("Dense", 7, True, "head", [49, 30]),
        ("Dense", 7, False, "layer", [16, 35]),
        ("Dense", 3, False, "all", [0, 23]),
        ("Conv2D", 4, False, "nothing", [62, 0]),
        ("Conv2D", 4, False, "head", [52, 10]),
        ("Conv2D", 6, True, "base", [14, 102]),
        ("Conv2D", 6, True, "layer", [26, 90]),
        ("Conv2D", 6, True, "nothing", [104, 12]),
        ("Dense", 3_000, True, "layer", [12_002, 21_000]),
        ("Conv2D", 700, False, "base", [1_402, 9_100]),
    ):
        answer = trained_and_frozen(kind, neurons, normalised, frozen)
        normal = ", batch normalisation" if normalised else ""
        assert answer == right, (
            f"For a base, {kind}({neurons}){normal}, with a head, Dense(2), it should be "
            f"{tuple(right)} where {frozen} is frozen; you return {answer}."
        )
    ### BEGIN HIDDEN TESTS
    for _ in range(10):
        kind = str(private.choice(["Dense", "Conv2D"]))
        frozen = str(private.choice(["nothing", "layer", "base", "head", "all"]))
        compare(kind, int(private.integers(1, 40)), bool(private.integers(2)), frozen)
        compare(kind, int(private.integers(90, 2_000)), bool(private.integers(2)), frozen)
    ### END HIDDEN TESTS


counts_check = check_exercise(
    trained_and_frozen,
    check,
    trial=count_example,
    hints=[
        "Write it for one of the two lists first.",
        "np.prod(weight.shape) is how many numbers an array holds.",
        "sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)",
    ],
    praise="summary() shows the same two numbers at its end.",
)
counts_check

# %% name="ex_counts_run"
if counts_check.right:
    for name, network in (("VGG16 and a head", counted), (f"{base_name} and a head", model)):
        print("{}: {:,} trained, {:,} frozen".format(name, *trained_and_frozen(network)))

# %% [markdown] name="ex_counts_read"
# In both, nearly all trained numbers are in the dense layer after `Flatten`. A `GlobalAveragePooling2D` in its place, which keeps the mean over all places, would divide that layer's size by the number of places; you can try out whether the network misses the position.

# %% [markdown] name="ex_another"
# ### Exercise 4 · Any base
#
# Write `build_on(base, preprocess)`: a network that takes raw pictures of the base's size, prepares them with `preprocess`, runs the base, averages over all places (`GlobalAveragePooling2D`), and ends in one neuron with sigmoid. Whatever the base was before, freeze it, all of it. The head is new in each call. Do not compile the network.


# %% name="ex_another_answer" exercise="another"
def build_on(base, preprocess):
    ### BEGIN SOLUTION
    base.trainable = False
    pictures = keras.Input(base.input_shape[1:])
    values = base(preprocess(pictures))
    values = keras.layers.GlobalAveragePooling2D()(values)
    return keras.Model(pictures, keras.layers.Dense(1, activation="sigmoid")(values))
    ### END SOLUTION


# %% name="ex_another_check" exercise="another" points=2
from course_utils.exercises.networks import measure, measure_both


def example(size, filters, scale):
    pictures = keras.Input(size)
    values = keras.layers.Conv2D(filters, 3, padding="same", activation="relu")(pictures)
    base = keras.Model(pictures, keras.layers.BatchNormalization()(values))
    return base, lambda pictures: keras.layers.Rescaling(scale, offset=-1)(pictures)


def build_example(build_on, size, filters, scale, frozen):
    base, preprocess = example(size, filters, scale)
    base.trainable = not frozen
    prepared, before = [], [np.asarray(weight) for weight in base.weights]

    def watched(pictures):
        prepared.append(1)
        return preprocess(pictures)

    network, other = (build_on(base, watched) for _ in range(2))
    for built in (network, other):
        assert isinstance(built, keras.Model), f"Return a keras.Model, not {type(built).__name__}."
    weights = [np.asarray(weight) for weight in network.weights]
    inner = {id(weight) for weight in base.weights}
    heads = [{id(weight) for weight in model.weights} - inner for model in (network, other)]
    return {
        "networks": [network, other],
        "prepared": bool(prepared),
        "base": all(any(np.array_equal(a, b) for b in weights) for a in before),
        "shared": bool(heads[0] & heads[1]),
        "frozen": not base.trainable_weights,
    }


def reference(kind, size, filters, scale):
    """Return a right network, or one with a mistake."""
    base, preprocess = example(size, filters, scale)
    base.trainable = False
    inputs = keras.Input(size)
    values = inputs / 255 if kind == "divided" else inputs
    if kind not in ("raw", "late"):
        values = preprocess(values)
    values = base(values)
    if kind == "late":
        values = preprocess(values)
    if kind == "twice":
        values = base(preprocess(preprocess(inputs)))
    pooling = keras.layers.GlobalMaxPooling2D() if kind == "largest" else None
    values = (pooling or keras.layers.GlobalAveragePooling2D())(values)
    values = keras.layers.Dense(1)(values)
    return keras.Model(inputs, values if kind == "linear" else keras.ops.sigmoid(values))


def describe(found, size, filters, scale, frozen):
    measured = measure_both(found, *size)
    kinds = ("right", "raw", "late", "largest", "linear", "divided", "twice")
    same = (
        kind
        for kind in kinds
        if measured["answers"].shape == (4, 1)
        and np.allclose(
            measured["answers"],
            measure(reference(kind, size, filters, scale), *size)["answers"],
            rtol=1e-4,
            atol=1e-6,
        )
    )
    return {key: found[key] for key in ("prepared", "base", "frozen")} | {
        "output": list(measured["answers"].shape[1:]),
        "is": next(same, "other"),
        **{key: measured[key] for key in ("trained", "steady", "compiled", "shared", "alike")},
    }


def check(build_on):
    for size, filters, scale, frozen in (
        ((8, 8, 3), 4, 0.01, False),
        ((9, 6, 3), 7, 1 / 127.5, True),
        ((5, 12, 1), 3, 0.003, False),
        ((40, 36, 3), 90, 1 / 255, False),
    ):
        found = build_on(size, filters, scale, frozen)
        assert found["prepared"], "The pictures are not prepared: call preprocess before the base."
        assert found["is"] != "late", (
            "You prepare what the base gives. The pictures go through preprocess first, then the "
            "base."
        )
        assert found["output"] == [1], (
            f"For each picture there should be one number, not {found['output']}."
        )
        assert found["is"] != "raw", (
            "You call preprocess and go on with the raw pictures: base(preprocess(pictures))."
        )
        assert found["is"] != "divided", (
            "You divide by 255 before preprocess, which expects raw pictures: the mistake from above."
        )
        assert found["is"] != "twice", "You prepare the pictures twice."
        assert found["is"] != "largest", (
            "That keeps the largest number of each channel. GlobalAveragePooling2D keeps the mean."
        )
        assert found["is"] != "linear", (
            "The last number should be a probability: activation='sigmoid'."
        )
        assert found["base"], "Your network does not hold the weights of the base that it is given."
        trained = sum(int(np.prod(shape)) for shape in found["trained"])
        assert trained, "Nothing is trained: you have frozen the head too. Freeze the base alone."
        arrays = f"{len(found['trained'])} arrays would be trained, not 2"
        assert found["frozen"], f"{arrays}. Freeze the base: base.trainable = False."
        assert len(found["trained"]) <= 2, (
            f"{arrays}, the kernel and the bias of one neuron. The head should have nothing else."
        )
        assert trained == filters + 1, (
            "GlobalAveragePooling2D averages over all places, so that the last neuron has one "
            f"weight for each of the {filters} channels and a bias. Yours has {trained} numbers."
        )
        assert found["is"] == "right", (
            "The size is right, but your network computes something other than preprocess, base, "
            "mean over all places, one neuron and sigmoid, once each and in this order."
        )
        assert not found["shared"], (
            "Two calls share a head: the second would train it further. Make it new."
        )
        assert found["steady"], (
            "In training your network answers differently, as with Dropout. Add no layer of that "
            "kind here."
        )
        assert not found["compiled"], "Do not compile the network: whoever trains it will do that."
        assert found["alike"], "Two calls, on the same base, give two different networks."
    ### BEGIN HIDDEN TESTS
    for most in (14, 14, 60):
        size = [int(n) for n in private.integers([most // 3, 5, 1], [most, most, 4])]
        scale = float(private.uniform(0.002, 0.02))
        compare(size, int(private.integers(2, 20)), scale, bool(private.integers(2)))
    ### END HIDDEN TESTS


another_check = check_exercise(
    build_on,
    check,
    trial=build_example,
    as_data=describe,
    hints=[
        "build_network in the lesson does nearly the same.",
        "base.trainable = False, then keras.Input(base.input_shape[1:]) and one step after the other.",
        "base(preprocess(pictures)), then GlobalAveragePooling2D(), then Dense.",
    ],
    praise="Every base in keras.applications fits into this function.",
)
another_check

# %% [markdown] name="ex_another_try"
# How much comes from the million photographs, or the small base's drawings, and how much from the layers themselves? `clone_model` copies a network with new random numbers. Train the same small head on the base and on its copy that has learned nothing, one epoch each. What do you expect?

# %% name="ex_another_run"
if another_check.right:
    unlearned, one_epoch = keras.models.clone_model(base_model), {}
    for kind, base in lesson.trials(("pretrained", base_model), ("random", unlearned)):
        network = build_on(base, preprocess_input)
        network.compile("rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
        network.fit(train_dataset, epochs=1, verbose=0)
        one_epoch[kind] = network.evaluate(validation_dataset, verbose=0)[1]
        print(f"{kind:10} {one_epoch[kind]:.3f}")

# %% [markdown] name="ex_another_read"
# The layers are the same, and so is their number of parameters. The head on random numbers has learned next to nothing in the same time. The difference is what was learned elsewhere. Another base is one call away: `lesson.pretrained_base("VGG16", input_shape=(150, 150, 3))`.

# %% [markdown] name="learned"
# ## What you learned
#
# - The base of a pretrained network is worth more than 2,000 pictures can teach. Its head is of no use for other classes.
# - Features computed once make training take seconds, but without augmentation. End to end allows it, and costs the base's time in each epoch.
# - Freeze the base before training, and compile after each change of `trainable`.
# - Each base wants its pictures prepared in its own way, and a wrong way raises no error.
# - Precision takes one line. Measure what it gains on your machine.
# - A network knows the classes that it was trained with, and no "neither".
#
# So far the base has learned nothing from your pictures. In the next lesson its last layers do.
