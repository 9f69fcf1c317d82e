# %% [markdown] name="title"
# # Lesson 8 · What convnets learn
#
# People say that a network is a black box. A convnet is not: up to its last pooling it works with stacks of small pictures, and pictures can be looked at. You look in three ways: at what each layer makes of a picture, at what each filter looks for, and at the places in a picture that decided an answer.
#
# **Afterwards you can**
#
# - show all the feature maps of a network for a picture, and count how many are empty,
# - find the pictures that a channel answers to most,
# - make a picture that a filter answers to, by climbing a gradient,
# - write Grad-CAM, and see which part of a picture spoke for a class,
# - look into a wrong answer, and say what such pictures prove and what they do not.
#
# **You need** Lessons 1 to 5: feature maps, pooling, ReLU, gradient, softmax and sigmoid. Lesson 6 explains what a pretrained base is; one sentence here will do.
#
# **Time** about 60 minutes to read and try, 40 more for the exercises. New terms are in italics where they are explained; the glossary, linked below, has them all.

# %% [markdown] name="setup"
# The course's helpers first. The line below the cell says what this run uses. Lesson 1 explains the profiles; with `ci`, everything is too short to show what the text describes.

# %% name="start"
from course_utils import (
    base_class_names,
    check_exercise,
    explore_feature_maps,
    explore_heat_maps,
    plot_channels,
    plot_picture,
    plot_pictures,
    read_picture,
    start,
    write_class_folders,
)
from course_utils.drawing import draw_wide

lesson = start("08_visualization")

# %% name="libraries"
import keras
import matplotlib
import numpy as np
import tensorflow as tf
from matplotlib.cbook import get_sample_data
from PIL import Image

# %% name="author" tags=["author"]
from tools.author import compare, private

# %% [markdown] name="data_title"
# ## A network of your own
#
# The cats and dogs of Lessons 4 and 5, divided in the same way.

# %% name="data"
datasets, info = lesson.load_dataset("cats_vs_dogs", as_supervised=False)
class_names = info.features["label"].names
folder = write_class_folders(
    datasets,
    class_names,
    lesson.folder / "pictures",
    splits={"train": 1000, "validation": 500, "test": 500},
)

# %% [markdown] name="saved_intro"
# You look into the network that Lesson 5 has saved. If there is none on this machine, the cells below train one with the same convolutions for a short while, without augmentation and dropout, which pay off only in long training.

# %% name="saved"
model = lesson.saved_model("05_augmentation")
trained = model is not None
side = model.input_shape[1] if trained else lesson.pixels(150)


# %% name="directory"
def from_folder(part, side):
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
train_dataset = from_folder("train", side).shuffle(2000).batch(16).prefetch(tf.data.AUTOTUNE)
validation_dataset = from_folder("validation", side).batch(32).prefetch(tf.data.AUTOTUNE)
test_dataset = from_folder("test", side).batch(32).prefetch(tf.data.AUTOTUNE)


# %% name="model_function"
def build_network(side):
    layers = [keras.Input((side, side, 3)), keras.layers.Rescaling(1 / 255)]
    for filters in (32, 64, 128, 128):
        layers.append(keras.layers.Conv2D(filters, 3, activation="relu"))
        layers.append(keras.layers.MaxPooling2D(2))
    layers.append(keras.layers.Flatten())
    layers.append(keras.layers.Dense(512, activation="relu"))
    layers.append(keras.layers.Dense(1, activation="sigmoid"))
    network = keras.Sequential(layers)
    network.compile(
        optimizer=keras.optimizers.RMSprop(learning_rate=3e-4),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )
    return network


# %% name="fit"
if not trained:
    model = build_network(side)
    model.fit(train_dataset, epochs=lesson.epochs(20), verbose=2)

# %% [markdown] name="test_intro"
# How good is it? A network that only guesses is right in half of the cases; this one does clearly better. (About half? Then Lesson 5 had other pictures, drawn ones in place of photographs or the other way round: run it again with the data of this run.)

# %% name="test"
test_accuracy = model.evaluate(test_dataset, verbose=0)[1]
test_accuracy

# %% [markdown] name="activations_title"
# ## What each layer makes of a picture
#
# A layer's output for a picture is its *activation*: for a convolution or a pooling, a stack of feature maps. (Lesson 1 gave that name to a function, such as ReLU; the word is used for both.) To see them, build a second network that shares the layers of the first and has different outputs. At 150 × 150, as in the older, published version of this lesson, the first convolution of a fresh network gives this:

# %% name="first_shape" tags=["nbval-check-output"]
fresh = build_network(150)
convolutions = [layer for layer in fresh.layers if isinstance(layer, keras.layers.Conv2D)]
first_layer = keras.Model(fresh.inputs, convolutions[0].output)
first_layer.predict(np.zeros((1, 150, 150, 3)), verbose=0).shape
# -> (1, 148, 148, 32)

# %% [markdown] name="first_shape_read"
# One picture, 148 rows, 148 columns, 32 channels: one map for each filter of the layer. (`fresh.inputs`, not `fresh.input`: a `Sequential` network refuses the second before it has seen a picture.)
#
# Now your network, and all its convolutions and poolings. Do not count them off with `model.layers[:8]`, as you may read elsewhere. What comes first?

# %% name="first_layers"
[type(layer).__name__ for layer in model.layers[:8]]

# %% [markdown] name="kinds_read"
# The preparation comes first: scaling, and before it, in the network of Lesson 5, augmentation. Those layers have nothing to show, so choose by kind:

# %% name="seen" tags=["nbval-check-output"]
kinds = (keras.layers.Conv2D, keras.layers.MaxPooling2D)
seen = [layer for layer in model.layers if isinstance(layer, kinds)]
len(seen), [type(layer).__name__ for layer in seen[:2]]
# -> (8, ['Conv2D', 'MaxPooling2D'])

# %% name="viewer"
names = [f"{number} {type(layer).__name__}" for number, layer in enumerate(seen, start=1)]
viewer = keras.Model(model.inputs, [layer.output for layer in seen])

# %% [markdown] name="picture_intro"
# One test picture that the network has never seen, and its eight stacks of maps:

# %% name="maps"
test_pictures, test_labels = (
    np.concatenate(parts) for parts in zip(*test_dataset.as_numpy_iterator(), strict=True)
)
picture = test_pictures[1]
feature_maps = viewer.predict(picture[np.newaxis], verbose=0)
[maps.shape for maps in feature_maps]

# %% name="picture"
plot_picture(picture.astype("uint8"), title="the picture")

# %% [markdown] name="single_intro"
# Which of the 32 maps of the first layer to look at first? Its filters have 3 × 3 × 3 weights each, and one number says much about each: the sum of the weights with their signs, divided by the sum without. Call it the balance. At 1 all weights are positive, and the filter adds up what it sees. At 0 they cancel each other: on an even grey area, its bias aside, such a filter finds nothing.
#
# The *standard deviation* says how much numbers differ: square how far each lies from the mean, take the mean, then the root. In the half of the channels with the most variation, here are the one with the largest balance and the one whose balance is nearest to 0:

# %% name="single"
first = feature_maps[0][0]
kernels = seen[0].kernel.numpy()
balance = kernels.sum(axis=(0, 1, 2)) / np.abs(kernels).sum(axis=(0, 1, 2))
spread = first.std(axis=(0, 1))
strong = np.flatnonzero(spread >= np.median(spread))
copy = int(strong[np.argmax(balance[strong])])
edges = int(strong[np.argmin(np.abs(balance[strong]))])
balances = {"copy": float(balance[copy]), "edges": float(balance[edges])}
copy, edges, balances

# %% [markdown] name="normalise_intro"
# Two filters of different kinds. Their maps can be drawn in two ways. One goes from black for 0 to white for the largest number; there, one bright spot makes all the rest dark. The published code normalises: it subtracts the mean, divides by the standard deviation, multiplies by 64 and adds 128. An average number is then a middle grey in every map, and what lies more than two standard deviations from it is black or white.


# %% name="normalise"
def normalise(feature_map):
    scaled = (feature_map - feature_map.mean()) / (feature_map.std() + 1e-5)
    return np.clip(128 + 64 * scaled, 0, 255).astype("uint8")


# %% name="two_channels"
maps = [first[..., channel] for channel in (copy, edges)]
shown = [*(one / one.max() for one in maps), *(normalise(one) for one in maps)]
titles = [
    f"channel {channel}, {way}"
    for way in ("0 to largest", "normalised")
    for channel in (copy, edges)
]
plot_pictures(shown, titles, columns=2, inches=3)

# %% [markdown] name="single_read"
# The first channel is the picture in shades of grey, more or less. The second keeps what changes from pixel to pixel: outlines and stripes. Which channel does what is an accident of training.
#
# Go through the layers and channels yourself. In the first layer, look for a filter that answers to edges of one direction, and for one that answers to a colour. From which layer on can you no longer tell what the picture shows?

# %% name="explore_layers"
explore_feature_maps(picture.astype("uint8"), [maps[0] for maps in feature_maps], names)

# %% [markdown] name="all_intro"
# And now every channel, 16 in a row. Begin with the first two convolutions. (`plot_channels` puts the maps side by side into one large picture; for one map, `plt.imshow(maps[..., 0], cmap="gray")` does the same.)

# %% name="all_first"
plot_channels(feature_maps[0][0], names[0])

# %% name="all_second"
plot_channels(feature_maps[2][0], names[2])

# %% [markdown] name="all_read"
# The first maps are pictures still: nearly all that can be seen in the picture can be seen in them. Now the last two convolutions:

# %% name="all_third"
plot_channels(feature_maps[4][0], names[4])

# %% name="all_fourth"
plot_channels(feature_maps[6][0], names[6])

# %% [markdown] name="deep_read"
# These maps no longer show what the picture looks like. They say what is in it: a bright cell says that something of a certain kind is here. Layer by layer the network distils: it throws away what does not matter for its question, and keeps what does.
#
# Where a map is black all over, its filter looks for something that this picture does not have.
#
# ### What does it answer to?
#
# What makes a cell bright? Find the test pictures that make a channel brightest. `GlobalMaxPooling2D` keeps the largest number of each map, one for each picture and channel of the last convolution:

# %% name="strength"
largest = keras.layers.GlobalMaxPooling2D()(seen[6].output)
strength = keras.Model(model.inputs, largest).predict(test_pictures, verbose=0)
strength.shape

# %% [markdown] name="strength_read"
# Of all these channels, take two: the one that most favours cats over dogs, measured in standard deviations, and the one that most favours dogs. These are the five pictures to which each answers most:

# %% name="top_pictures"
is_dog = test_labels[:, 0] == 1
difference = strength[is_dog].mean(axis=0) - strength[~is_dog].mean(axis=0)
difference = difference / (strength.std(axis=0) + 1e-7)
for_cats, for_dogs = int(np.argmin(difference)), int(np.argmax(difference))
order = {channel: np.argsort(-strength[:, channel]) for channel in (for_cats, for_dogs)}
top = np.concatenate([order[channel][:5] for channel in (for_cats, for_dogs)])
plot_pictures(test_pictures[top], [class_names[int(is_dog[number])] for number in top])

# %% name="top_share"
cats_among_twenty = int((~is_dog[order[for_cats][:20]]).sum())
dogs_among_twenty = int(is_dog[order[for_dogs][:20]].sum())
cats_among_twenty, dogs_among_twenty

# %% [markdown] name="top_read"
# These are the numbers of cats among the first channel's twenty strongest pictures, and of dogs among the second's. Together that is well over half: such channels have come to detect something that goes with a class, and nobody told the network what an ear is. What is it? Ears, eyes, stripes, a pose? Or a background, which happened to go with the class in the training pictures? From such pictures you can guess, and prove nothing. The rest of the lesson asks the network itself.

# %% [markdown] name="sparsity_title"
# ### How sparse?
#
# Zeros can be counted. For twenty test pictures: what share of the numbers is 0, and how many channels are empty in all twenty?

# %% name="sparsity"
twenty = viewer.predict(test_pictures[::50][:20], verbose=0)
sparsity = [float(np.mean(maps == 0)) for maps in twenty]
for name, maps, share in zip(names, twenty, sparsity, strict=True):
    empty = int(np.sum(maps.max(axis=(0, 1, 2)) == 0))
    print(f"{name:14}  {share:4.0%} are 0,  {empty:3} of {maps.shape[-1]} channels empty")

# %% [markdown] name="sparsity_read"
# Compare the convolutions with each other, and the poolings with each other: pooling keeps the largest of four numbers, so there are fewer zeros after it than before. The published text finds that the maps become sparser with depth: every picture has edges, few have a nose in the upper left. In your network, too, the last convolution gives more zeros than the first. On the way there the share may go up and down.
#
# A channel that is empty in all twenty pictures may wait for something rare, or be of no use at all: a *dead filter*, whose sum is negative whatever it sees. ReLU makes it 0, its gradient is 0, and training hardly ever brings it back. Exercise 1 looks for such filters.

# %% [markdown] name="filters_title"
# ## What a filter looks for
#
# So far you have chosen among existing pictures. Now make one: the picture that a filter answers to most. Nobody can try all pictures. But the network can tell in which direction to go.
#
# A *gradient tape* writes down how a number was computed, and can then say how that number changes with what went into it. For y = x² at x = 3:

# %% name="tape" tags=["nbval-check-output"]
x = tf.constant(3.0)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = x**2
float(tape.gradient(y, x))
# -> 6.0

# %% [markdown] name="tape_read"
# When x grows by a little, y grows by 6 times as much. `watch` tells the tape to follow `x`; it follows the parameters of a network without being asked. (Older code has `K.gradients` and `K.function`, from `keras.backend`; both are gone.)
#
# Training changes the parameters and leaves the pictures as they are. Here it is the other way round: the parameters stay, and the picture changes so that the answer of one filter grows. That is *gradient ascent*.
#
# A network that knows many things has more to show than one that knows cats and dogs. The next one was trained by somebody else on many more pictures and classes; such a network is called *pretrained*, and Lesson 6 is about it. The line under the cell says whose weights these are. (Without the course: `keras.applications.VGG16(weights="imagenet", include_top=False)` and `keras.applications.vgg16.preprocess_input`.)
#


# %% name="load_base"
def load_base(name, side, include_top=False):
    network, preprocess_input = lesson.pretrained_base(name, (side, side, 3), include_top)
    drawn = lesson.bases[-1].kind == "drawn"
    if drawn and name != "VGG16":
        return load_base("VGG16", side, include_top)
    return name, drawn, network, preprocess_input


# %% name="base"
pixels = lesson.pixels(150)
name, drawn, base_model, preprocess_input = load_base(lesson.base()[0], pixels)

# %% [markdown] name="base_read"
# With ImageNet's weights, the network has seen more than a million photographs of 1,000 classes, and its patterns are the richest. If these weights cannot be had, the cell uses the course's own small VGG16, trained on drawings of animals and plants: the layers of the published network, with fewer filters in each. (`COURSE_BASE=VGG16`, set before the lesson starts, chooses VGG16 in any case.)

# %% [markdown] name="layers_intro"
# Here are four of its layers, from near the picture to far from it. Those of VGG16 are the published ones, and ReLU is a part of each. In MobileNetV2 the convolutions with the most filters are called `expand`; `BN` is the layer after each, which brings its numbers to a common scale (Lesson 6 names it). Those numbers may be negative, since ReLU comes later.

# %% name="filter_layers"
filter_layers = {
    "VGG16": ["block1_conv1", "block2_conv1", "block3_conv1", "block4_conv1"],
    "MobileNetV2": ["bn_Conv1", "block_3_expand_BN", "block_6_expand_BN", "block_10_expand_BN"],
}[name]
{layer: base_model.get_layer(layer).output.shape[1:] for layer in filter_layers}

# %% [markdown] name="score_intro"
# The number that should grow is the mean of one map of the third layer. The start is a grey picture with a little noise.

# %% name="noise"
steps = 3 if lesson.profile == "ci" else 40
layer_viewer = keras.Model(base_model.inputs[0], base_model.get_layer(filter_layers[2]).output)
noise = 128 + 40 * (tf.random.uniform((1, pixels, pixels, 3)) - 0.5)
noise_maps = layer_viewer(preprocess_input(noise)).numpy()
filter_number = int(np.argmax(noise_maps.std(axis=(0, 1, 2))))
filter_number

# %% [markdown] name="noise_read"
# This is the filter whose map of the noise varies most; the published one, filter 0 of `block3_conv1`, may find nothing at all.

# %% name="gradient"
with tf.GradientTape() as tape:
    tape.watch(noise)
    score = tf.reduce_mean(layer_viewer(preprocess_input(noise))[..., filter_number])
gradient = tape.gradient(score, noise)
largest_gradient = float(tf.reduce_max(tf.abs(gradient)))
gradient.shape == noise.shape, largest_gradient

# %% [markdown] name="gradient_read"
# The gradient has a number for each pixel and colour: how much the score grows when that one grows. Even the largest of them is tiny. Its size differs from filter to filter. So the gradient is divided by its *root mean square*: square the numbers, take the mean, take the root. After that its numbers are about 1 in size, whatever the filter, and a step of 4 is one of about 4 grey levels. Before that, `avg_pool2d` replaces each number by the mean of the 3 × 3 around it. Without this, the picture turns into grain, in which the eye finds nothing.
#


# %% name="ascend"
def ascend(picture, viewer, filter_number, rate=4.0):
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(picture)
            maps = viewer(preprocess_input(picture))
            score = tf.reduce_mean(maps[..., filter_number])
        gradient = tf.nn.avg_pool2d(tape.gradient(score, picture), 3, 1, "SAME")
        size = tf.sqrt(tf.reduce_mean(gradient**2))
        picture = tf.clip_by_value(picture + rate * gradient / (size + 1e-12), 0, 255)
    return picture


# %% [markdown] name="ascend_read"
# `preprocess_input` does with the pixels what was done in the network's training. The tiny 1e-12 is there for a gradient that is 0 everywhere, since 0 / 0 is undefined. `clip_by_value` cuts off what would be darker than black or brighter than white, so that the picture stays a picture.

# %% name="pattern"
pattern = ascend(noise, layer_viewer, filter_number)
titles = ["at the start", f"after {steps} steps"]
plot_pictures([noise[0], pattern[0]], titles, columns=2, inches=3)

# %% name="answers"
pattern_map = layer_viewer(preprocess_input(pattern)).numpy()[..., filter_number]
score_before, score_after = float(score), float(pattern_map.mean())
score_before, score_after

# %% [markdown] name="pattern_shown_read"
# The first number is the mean of the map before, the second the mean after the climb: the filter answers far more. And it has drawn what it looks for, again and again, because every place counts alike in the mean of its map.

# %% [markdown] name="many_title"
# ### Many filters at once
#
# Filter by filter would be slow. The pictures of a batch are independent, so let picture 0 climb for filter 0, picture 1 for filter 1, and so on: the score is the sum, and each picture's gradient comes from its own filter alone. `tf.eye`, a table with 1 on its diagonal and 0 elsewhere, picks these pairs; `@tf.function` turns a step into one program, which is then repeated.


# %% name="ascend_all"
def ascend_all(viewer, count, rate=4.0):
    diagonal = tf.eye(count, viewer.output_shape[-1])

    @tf.function
    def step(pictures):
        with tf.GradientTape() as tape:
            tape.watch(pictures)
            maps = tf.cast(viewer(preprocess_input(pictures)), "float32")
            score = tf.reduce_sum(tf.reduce_mean(maps, axis=(1, 2)) * diagonal)
        gradient = tf.nn.avg_pool2d(tape.gradient(score, pictures), 3, 1, "SAME")
        size = tf.sqrt(tf.reduce_mean(gradient**2, axis=(1, 2, 3), keepdims=True))
        return tf.clip_by_value(pictures + rate * gradient / (size + 1e-12), 0, 255)

    pictures = 128 + 40 * (tf.random.uniform((count, pixels, pixels, 3)) - 0.5)
    for _ in range(steps):
        pictures = step(pictures)
    return pictures.numpy()


# %% [markdown] name="many_read"
# Why `axis=(1, 2, 3)` in the size? Each picture is divided by the size of its own gradient, not by that of all together. Now the four layers, as many filters as each has, at most 64.
#


# %% name="plot_filters"
def plot_filters(layer):
    viewer = keras.Model(base_model.inputs[0], base_model.get_layer(layer).output)
    patterns = ascend_all(viewer, count=min(64, viewer.output_shape[-1]))
    return plot_pictures(patterns, columns=8, title=layer, inches=1.2)


# %% name="filters_1"
plot_filters(filter_layers[0])

# %% name="filters_2"
plot_filters(filter_layers[1])

# %% name="filters_3"
plot_filters(filter_layers[2])

# %% name="filters_4"
plot_filters(filter_layers[3])

# %% [markdown] name="filters_read"
# Read the four grids as one story. The first layer looks for colours and for edges of one direction. The second and third combine them: stripes, grids, dots, textures. The fourth combines these, and with ImageNet's weights you may begin to see things there: feathers, eyes, leaves, fur. A network trained on drawings has seen flat areas with outlines, and its patterns are poorer.
#
# Some squares keep their noise, or a part of it. There the gradient is 0, and no direction leads upwards. In VGG16 that is the work of ReLU: where a filter finds nothing, its map is 0, and a pattern can only spread from where the noise had something of it. In MobileNetV2 these layers come before ReLU; a square that keeps all its noise belongs to a filter whose weights have become 0 in training, or nearly: its answer is always the same.
#
# Nobody has told the network any of this.

# %% [markdown] name="cam_title"
# ## Which part of the picture decided?
#
# The third way of looking belongs to one picture and one answer: the network says "elephant"; what made it say so? *Grad-CAM* (Selvaraju and others, 2016) answers with a *heat map*: a coarse picture that is bright where the evidence for a class lies.
#
# For this you need the whole network with its head. The published one is VGG16 with ImageNet's weights, a file of 553 MB. If the course can get MobileNetV2's, 14 MB, it uses them; otherwise, its own small VGG16, which knows 29 kinds of drawn animals and plants.

# %% name="top"
name, drawn, whole, preprocess_input = load_base(lesson.base()[0], 224, include_top=True)

# %% name="names"
known = base_class_names(whole)
len(known), known[:3]

# %% [markdown] name="cam_picture_intro"
# Take a picture of your own: write its path in quotes in place of `None`. Otherwise you get a portrait of Grace Hopper, computer scientist and admiral, which comes with Matplotlib; or, if your network knows drawings only, a drawn elephant.

# %% name="cam_picture"
own_picture = None

if own_picture:
    picture = read_picture(own_picture, size=(224, 224))
elif drawn:
    picture = draw_wide([known.index("elephant")], seed=3, size=(224, 224))[0]
else:
    picture = read_picture(get_sample_data("grace_hopper.jpg", asfileobj=False), size=(224, 224))
plot_picture(picture)

# %% name="cam_prediction"
prepared = tf.constant(preprocess_input(picture[np.newaxis].astype("float32")))
probabilities = whole.predict(prepared, verbose=0)[0].astype("float32")
best = np.argsort(-probabilities)[:5]
{known[number]: round(float(probabilities[number]), 3) for number in best}

# %% [markdown] name="cam_prediction_read"
# The five most probable classes. (Without the course, `keras.applications.mobilenet_v2.decode_predictions(probabilities[np.newaxis], top=5)` names ImageNet's classes; it fetches the names from a server. `base_class_names` reads those that come with `tensorflow_datasets`.) For the published picture, of two African elephants, VGG16 gives 0.925 to "African elephant".
#
# ### Four steps
#
# **1.** Divide the network after its last convolution. Its maps are the last that still have rows and columns, and each says where something of a certain kind is. After them come a few layers, one after the other:

# %% name="cam_parts"
last_convolution = {"VGG16": "block5_conv3", "MobileNetV2": "out_relu"}[name]
position = [layer.name for layer in whole.layers].index(last_convolution)
first_part = keras.Model(whole.inputs[0], whole.layers[position].output)
[layer.name for layer in whole.layers[position + 1 :]]

# %% [markdown] name="cam_step_2"
# **2.** Send the maps through these layers. From the last, take only the *score* of a class: what its neuron adds up, before softmax turns all scores into probabilities. (When the network is sure, a probability is almost 1 and hardly moves.) How much does the score grow when a number in the maps grows? The tape knows. (`training=False` keeps augmentation layers asleep, which a direct call would wake; see Lesson 5.)

# %% name="cam_gradient"
maps = tf.cast(first_part(prepared, training=False), "float32")
with tf.GradientTape() as tape:
    tape.watch(maps)
    features = maps
    for layer in whole.layers[position + 1 : -1]:
        features = layer(features)
    last = whole.layers[-1]
    scores = tf.cast(features, "float32") @ last.kernel + last.bias
    score = scores[:, best[0]]
gradient = tape.gradient(score, maps)
gradient.shape == maps.shape, maps.shape

# %% [markdown] name="cam_step_3"
# **3.** The mean of the gradient over rows and columns is the weight of a channel: how much this kind of thing speaks for the class, wherever it is.

# %% name="cam_weights"
weights = tf.reduce_mean(gradient, axis=(1, 2))
weights.shape

# %% [markdown] name="cam_step_4"
# **4.** Add up the maps, each with its weight. What is negative speaks against the class, and ReLU takes it away. Divide by the largest number, so that the heat map goes from 0 to 1. A map of zeros is left as it is.

# %% name="cam_heat"
heat_map = np.maximum(tf.reduce_sum(maps * weights[:, None, None, :], axis=-1)[0], 0)
if heat_map.max() > 0:
    heat_map = heat_map / heat_map.max()
heat_map.shape, float(heat_map.min()), float(heat_map.max())

# %% [markdown] name="cam_by_hand"
# The same with numbers that you can check: two maps of 2 × 2, the first with weight 1, the second with weight −0.5.

# %% name="cam_small" tags=["nbval-check-output"]
two_maps = np.array([[[4.0, 0.0], [0.0, 2.0]], [[2.0, 2.0], [1.0, 0.0]]])
total = two_maps @ [1, -0.5]
np.maximum(total, 0) / total.max()
# -> array([[1.  , 0.  ],
# ->        [0.25, 0.25]])

# %% [markdown] name="cam_small_read"
# (The last direction holds the channels: the upper left cell has 4 in the first map and 0 in the second, which gives 4 × 1 − 0 × 0.5 = 4, the largest. The upper right one gives −1, which ReLU makes 0.)
#
# Here is your heat map, as coarse as the maps of the last convolution are:

# %% name="cam_shown"
plot_pictures(
    [picture, heat_map], ["the picture", f"heat map of {known[best[0]]}"], columns=2, inches=3
)

# %% [markdown] name="overlay_intro"
# A channel's share in the score is its weight times the mean of its map. Here is Grad-CAM in one row: the two channels with the largest share, the one with the smallest, and what comes out when all are added up.

# %% name="cam_row"
shares = (weights * tf.reduce_mean(maps, axis=(1, 2)))[0].numpy()
chosen = np.argsort(-shares)[[0, 1, -1]]
row = [maps[0, ..., channel] / (tf.reduce_max(maps[0, ..., channel]) + 1e-7) for channel in chosen]
titles = [f"{weights[0, channel]:.2g} × channel {channel}" for channel in chosen]
plot_pictures([*row, heat_map], [*titles, "all added up"], 4, inches=2.2)

# %% [markdown] name="overlay_show_intro"
# To see where that is, lay the heat map over the picture. The published way: make it as large as the picture, give its numbers the colours of `jet`, and mix 0.4 of that with 0.6 of the picture. (Older code uses OpenCV, `cv2`, and `matplotlib.cm.get_cmap`, which is gone. Pillow and `matplotlib.colormaps` do it.)

# %% name="published_overlay"
large = Image.fromarray(heat_map.astype("float32")).resize((224, 224))
jet = matplotlib.colormaps["jet"](np.clip(large, 0, 1))[..., :3]
published = (0.6 * picture + 0.4 * 255 * jet).astype("uint8")

# %% [markdown] name="published_read"
# You will meet many such pictures, and they mislead in two ways. `jet` goes from blue through cyan and yellow to red: its bright bands look like borders where the numbers have none, and its red and green are one colour to many readers. And the picture shines through: a bright sky stays bright in the mixture, with no evidence there at all.
#
# So make the picture below grey, and half as bright. Above it lies a single colour, yellow, and the heat is its *opacity*: at 0 you see nothing of the yellow, at 1 nothing else.


# %% name="overlay"
def overlay(picture, heat_map, colour=(255, 220, 0)):
    height, width = picture.shape[:2]
    large = Image.fromarray(np.asarray(heat_map, "float32")).resize((width, height))
    heat = np.clip(large, 0, 1)[..., np.newaxis]
    grey = 0.5 * picture.mean(axis=-1, keepdims=True)
    return ((1 - heat) * grey + heat * colour).astype("uint8")


# %% name="overlay_shown"
scale = np.zeros((40, 224, 3))
scale[20:] = 255
shown = [published, overlay(picture, heat_map), overlay(scale, np.linspace(0, 1, 224)[np.newaxis])]
plot_pictures(shown, ["jet", "opacity", "0 to 1, on black and on white"], columns=3, inches=2.6)

# %% [markdown] name="overlay_read"
# The strip is the scale. Grey has no colour of its own, so all the colour that you see comes from the heat: the yellower a place, the more evidence.
#
# Now look: is the yellow on the thing that was named, or beside it? On all of it, or on one part that tells it from all other classes?

# %% [markdown] name="cam_function_intro"
# All four steps in one function, for any network that ends in a dense layer. One thing is new: a network ending in a single neuron, like yours for cats and dogs, has one score. It speaks for class 1, and with its sign reversed for class 0.


# %% name="grad_cam"
def grad_cam(network, layer_name, prepared, class_number):
    position = [layer.name for layer in network.layers].index(layer_name)
    first_part = keras.Model(network.inputs[0], network.layers[position].output)
    maps = tf.cast(first_part(prepared, training=False), "float32")
    with tf.GradientTape() as tape:
        tape.watch(maps)
        features = maps
        for layer in network.layers[position + 1 : -1]:
            features = layer(features)
        scores = tf.cast(features, "float32") @ network.layers[-1].kernel + network.layers[-1].bias
        if scores.shape[-1] == 1:
            scores = tf.concat([-scores, scores], axis=-1)
        score = scores[:, class_number]
    weights = tf.reduce_mean(tape.gradient(score, maps), axis=(1, 2), keepdims=True)
    heat_map = np.maximum(tf.reduce_sum(maps * weights, axis=-1)[0], 0)
    return heat_map / heat_map.max() if heat_map.max() > 0 else heat_map


# %% name="same" tags=["nbval-check-output"]
np.allclose(grad_cam(whole, last_convolution, prepared, best[0]), heat_map, atol=1e-3)
# -> True

# %% [markdown] name="nested"
# (The function asks for layers that follow each other from the last convolution to the end. A base that is one layer of another network hides its convolutions: divide the base instead, and go on with what follows it.)
#
# ### Another class, another map
#
# The other classes have their heat maps too. What in this picture speaks for the second one, and for the third? Choose:

# %% name="explore_classes"
overlays = {
    f"{known[number]}, {probabilities[number]:.1%}": overlay(
        picture, grad_cam(whole, last_convolution, prepared, number)
    )
    for number in best
}
explore_heat_maps(picture, overlays)

# %% [markdown] name="explore_classes_read"
# Each map has its own scale: its largest number is 1, however improbable the class. So a bright yellow does not mean that the network believes in the class; the percentage says that. A map without any yellow says that nothing in the last maps speaks for the class.

# %% [markdown] name="wrong_title"
# ## Looking into a mistake
#
# A heat map is worth most where the answer is wrong. Back to your network for cats and dogs, and to the validation pictures: which mistake is it surest of?

# %% name="wrong_find"
pictures, labels = (
    np.concatenate(parts) for parts in zip(*validation_dataset.as_numpy_iterator(), strict=True)
)
dog = model.predict(pictures, batch_size=32, verbose=0)[:, 0].astype("float32")
answers, labels = (dog > 0.5).astype(int), labels[:, 0].astype(int)
surest = int(np.argmax(np.where(answers != labels, np.abs(dog - 0.5), -1)))
class_names[labels[surest]], f"dog: {dog[surest]:.1%}"

# %% [markdown] name="wrong_intro"
# That is the true class, and the probability that the network gave to "dog". One heat map for what it said, one for what would have been right:

# %% name="wrong_maps"
mistake = tf.constant(pictures[surest : surest + 1])
wrong_picture = pictures[surest].astype("uint8")
last_name = [layer.name for layer in seen if isinstance(layer, keras.layers.Conv2D)][-1]
heat_maps = [grad_cam(model, last_name, mistake, number) for number in (0, 1)]

# %% name="wrong_shown"
titles = [
    f"for {name}" + (", the answer" if number == answers[surest] else ", the truth")
    for number, name in enumerate(class_names)
]
shown = [wrong_picture, *(overlay(wrong_picture, heat_map) for heat_map in heat_maps)]
plot_pictures(shown, ["the picture", *titles], columns=3, inches=2.6)

# %% [markdown] name="wrong_read"
# Look at the map of the answer. Is the yellow on the animal, or on what lies beside it: a fence, a sofa, a hand? A network that looks beside the animal has learned something that happened to go with a class, and more pictures of the same sort would not cure it. One that looks at the animal and still errs needs to have seen more such animals.
#
# A heat map shows which places count for the score, not why, and it is coarse. It looks convincing on correct answers, and on wrong ones too, so look at several before you believe in an explanation. Exercise 2 asks the same question in a different way.

# %% name="save"
lesson.save_model(model)

# %% name="report"
lesson.report(test_accuracy=test_accuracy, sparsity_first=sparsity[0], sparsity_last=sparsity[6])

# %% [markdown] name="exercises"
# ## Exercises
#
# Replace the dots, run the cell, then run the check below it.

# %% [markdown] name="ex_dead"
# ### Exercise 1 · Filters that find nothing
#
# `maps` is a layer's output for some pictures, an array (pictures, rows, columns, channels) without negative numbers. Return a sorted list of the numbers of the channels that are 0 everywhere in every picture.


# %% name="ex_dead_answer" exercise="dead"
def empty_channels(maps):
    ### BEGIN SOLUTION
    strongest = maps.max(axis=(0, 1, 2))
    return np.flatnonzero(strongest == 0).tolist()
    ### END SOLUTION


# %% name="ex_dead_check" exercise="dead" points=1
def check(empty_channels):
    maps = np.zeros((3, 2, 2, 5))
    maps[0, 0, 1, 0] = maps[:2, 1, 0, 3] = 0.5
    maps[:2, ..., 2] = 1.0
    answer = empty_channels(maps.copy())
    assert np.ndim(answer) != 0, (
        f"Return a list: which channels they are, not how many. You return {answer!r}."
    )
    assert np.ndim(answer) == 1, (
        f"Return a list of numbers, not {answer}: from the tuple that np.where and np.nonzero "
        "give, [0] takes what is in it."
    )
    assert answer != [False, True, False, False, True], (
        "That says True or False for each channel; np.flatnonzero turns it into numbers."
    )
    assert answer != [0, 1, 2, 3, 4] or empty_channels(maps[:1].copy()) != [0, 1, 3, 4], (
        "You return the channels that have a 0 somewhere. Those that are 0 everywhere are wanted."
    )
    assert answer != [0, 1, 2, 3, 4], (
        "You also return channels that are empty in one picture and not in another. Take the "
        "largest number over all pictures."
    )
    assert answer != [0, 2, 3], "Those are the channels that are not empty. Which ones are?"
    assert answer != [2], "Those are the pictures in which nothing was found. Which channels?"
    assert answer == [1, 4], f"Channels 1 and 4 are 0 everywhere; you return {answer}."
    assert empty_channels(np.ones((1, 2, 2, 3))) == [], "If none is empty, return an empty list."
    for shape, places, right in (
        ((1, 2, 3, 4), [(0, 0, 0, 0)], [1, 2, 3]),
        ((2, 3, 2, 4), [(1, 2, 1, 3)], [0, 1, 2]),
        ((3, 1, 4, 3), [(1, 0, 2, 1), (2, 0, 3, 0)], [2]),
        ((4, 5, 3, 2), [(3, 4, 0, 0)], [1]),
        ((2, 2, 5, 3), [(0, 0, 4, 2), (1, 1, 0, 2)], [0, 1]),
        ((3, 3, 3, 3), [(2, 1, 1, 0), (1, 1, 1, 1), (0, 1, 1, 2)], []),
        ((2, 3, 4, 6), [(1, 0, 0, 1), (1, 2, 3, 4)], [0, 2, 3, 5]),
        ((5, 1, 1, 3), [(4, 0, 0, 2)], [0, 1]),
        ((1, 4, 2, 1), [(0, 3, 1, 0)], []),
        ((2, 2, 2, 1), [], [0]),
        ((2, 4, 3, 3), [], [0, 1, 2]),
        ((40, 20, 30, 90), [(39, 19, 29, 89)], list(range(89))),
    ):
        maps = np.zeros(shape, "float32")
        for number, place in enumerate(places):
            maps[place] = 10.0 ** (2 - 12 * number)
        answer = empty_channels(maps)
        assert answer == right, (
            f"In maps of the shape {shape} that are above 0 at the places {places} and nowhere "
            f"else, the empty channels are {right}; you return {answer}."
        )
    ### BEGIN HIDDEN TESTS
    for _ in range(10):
        shape = private.integers(1, [4, 5, 5, 9])
        maps = private.random(shape) * (private.random(shape) < private.choice([0.05, 0.3, 0.9]))
        maps[..., private.random(shape[-1]) < private.choice([0.1, 0.5])] = 0
        compare(maps * private.choice([1e-4, 1, 100]))
    maps = private.random([30, 12, 12, 100]) * (private.random([30, 12, 12, 100]) < 3e-4)
    compare(maps * 1e-20)
    ### END HIDDEN TESTS


dead_check = check_exercise(
    empty_channels,
    check,
    hints=[
        "Without negative numbers, a channel is 0 everywhere when its largest number is 0.",
        "The largest over pictures, rows and columns: maps.max(axis=(0, 1, 2)), one per channel.",
        "np.flatnonzero(condition).tolist() gives the places where the condition holds.",
    ],
    praise="Over many pictures, this tells dead filters from those that wait for something rare.",
)
dead_check

# %% name="ex_dead_run"
if dead_check.right:
    many = keras.Model(model.inputs, seen[6].output).predict(pictures[::5], verbose=0)
    print(f"Empty in all of {len(many)} validation pictures: {empty_channels(many)}")

# %% [markdown] name="ex_cover"
# ### Exercise 2 · Cover and ask again
#
# There is a way to find the decisive places that needs no gradient: cover a part of the picture with grey, and ask again. Where the probability falls most, the evidence lay.
#
# `picture` is an array (rows, columns, 3) and `probability_of(picture)` a function that gives one number for a picture of that shape. Go over the picture in squares of `size` × `size` that do not overlap, from the upper left; no square covers what is left over at the right and at the bottom. For each square, set it to 128 in a copy of the picture, and note how much the probability falls below the uncovered picture's; where it rises, the fall is negative. Return an array with a row for each row of squares.


# %% name="ex_cover_answer" exercise="cover"
def cover_map(picture, probability_of, size):
    ### BEGIN SOLUTION
    whole_picture = probability_of(picture)
    rows, columns = picture.shape[0] // size, picture.shape[1] // size
    falls = np.zeros((rows, columns))
    for row in range(rows):
        for column in range(columns):
            covered = picture.copy()
            top, left = row * size, column * size
            covered[top : top + size, left : left + size] = 128
            falls[row, column] = whole_picture - probability_of(covered)
    return falls
    ### END SOLUTION


# %% name="ex_cover_check" exercise="cover" points=2
def check(cover_map):
    picture = np.full((5, 7, 3), 128.0)
    picture[0:2, 2:4], picture[2:4, 4:6], picture[4, 6] = 228, 178, 255
    shapes = set()

    def probability_of(shown):
        shapes.add(np.shape(shown))
        return float(np.abs(shown - 128).sum() / 3000)

    answer = np.asarray(cover_map(picture.copy(), probability_of, 2))
    right = np.array([[0, 0.4, 0], [0, 0, 0.2]])
    assert shapes == {(5, 7, 3)}, (
        "Ask about the whole picture, with a part of it covered: the shape is always (5, 7, 3)."
    )
    assert answer.shape != (3, 2), "Rows and columns are exchanged: 2 rows of 3 squares fit in."
    assert answer.shape == (2, 3), f"2 rows of 3 squares fit in; your array is {answer.shape}."
    assert not np.allclose(answer, -right, atol=1e-6), (
        "It has the other sign. A fall is the probability of the whole picture minus that of the "
        "covered one."
    )
    assert not np.allclose(answer, probability_of(picture) - right, atol=1e-6), (
        "Those are the probabilities, not how far they fall below the uncovered picture's."
    )
    assert not np.allclose(answer, right.cumsum().reshape(2, 3), atol=1e-6), (
        "The squares before stay covered in your copy. Make a new copy for each square."
    )
    assert np.isclose(answer[0, 0], 0), "Covering a grey place with grey, 128, must change nothing."
    assert np.allclose(answer, right, atol=1e-6), (
        f"In this picture the falls are {right.tolist()}; you return {answer.round(3).tolist()}."
    )
    for rows, columns, size in (
        *((4, 6, 2), (7, 5, 2), (3, 4, 1), (9, 6, 3), (8, 11, 3), (5, 5, 4), (4, 13, 4)),
        *((13, 4, 2), (6, 6, 6), (5, 10, 5), (2, 3, 1), (45, 33, 8)),
    ):
        random = np.random.default_rng(rows)
        picture, pull = random.integers(0, 256, (2, rows, columns, 3)).astype("float64")
        pull = (pull - 128) / 1e5  # how a number of the picture moves the answer, up or down

        def probability_of(shown, pull=pull):
            return float(1 / (1 + np.exp(-np.sum(pull * shown))))

        down, across = rows // size, columns // size
        parts = (pull * (picture - 128))[: down * size, : across * size]
        parts = parts.reshape(down, size, across, size, 3).sum(axis=(1, 3, 4))
        total = np.sum(pull * picture)
        right = 1 / (1 + np.exp(-total)) - 1 / (1 + np.exp(parts - total))
        kind = "uint8" if columns < 7 else "float32"  # pictures come in both
        answer = np.asarray(cover_map(picture.astype(kind), probability_of, size))
        assert answer.shape == right.shape, (
            f"A picture of {rows} × {columns} has {down} × {across} squares of {size} × {size}; "
            f"your array is {answer.shape}."
        )
        for wrong in (np.abs(right), np.maximum(right, 0)):
            assert np.allclose(right, wrong) or not np.allclose(answer, wrong, atol=1e-6), (
                "If the probability rises when a square is covered, the fall is negative. "
                "Return the difference as it is."
            )
        assert np.allclose(answer, right, atol=1e-6), (
            f"In a picture of {rows} × {columns} with squares of {size} × {size}, the falls should "
            f"be {right.round(5).tolist()}, not {answer.round(5).tolist()}."
        )
    ### BEGIN HIDDEN TESTS
    for least in (*[2] * 10, 30, 60):
        rows, columns = private.integers(least, least + 10, 2)
        picture, pull = private.integers(-128, 128, (2, rows, columns, 3))

        def probability_of(shown, pull=pull):
            return float(1 / (1 + np.exp(-np.sum(pull * shown) / 1e5)))

        picture = (picture + 128).astype(private.choice(["uint8", "float64"]))
        most = min(rows, columns, max(6, least))
        compare(picture, probability_of, int(private.integers(max(1, least // 5), most + 1)))
    ### END HIDDEN TESTS


cover_check = check_exercise(
    cover_map,
    check,
    hints=[
        "Two loops, one in the other: over the rows of squares and over their columns.",
        "covered = picture.copy(); covered[top : top + size, left : left + size] = 128",
        "How many fit: picture.shape[0] // size rows. Each entry: whole minus covered.",
    ],
    praise="It asks the network once for each square; Grad-CAM needs to ask once.",
)
cover_check

# %% [markdown] name="ex_cover_try"
# Ask your network about its mistake. The left picture is Grad-CAM's map for the answer that it gave, the right one yours:


# %% name="ex_cover_run"
def probability_of_answer(shown):
    dog = float(model.predict(shown[np.newaxis], verbose=0)[0, 0])
    return dog if answers[surest] else 1 - dog


shown = None
if cover_check.right:
    falls = np.maximum(cover_map(pictures[surest], probability_of_answer, side // 6), 0)
    covered_map = falls / max(falls.max(), 1e-7)
    both = [heat_maps[answers[surest]], covered_map]
    shown = plot_pictures(
        [overlay(wrong_picture, m) for m in both], ["Grad-CAM", "cover"], 2, inches=3
    )
shown

# %% [markdown] name="ex_cover_read"
# Where the two agree, you may believe them a little more. Where they do not, remember that they ask different questions: one about a small change of the maps, the other about taking a whole piece away.

# %% [markdown] name="ex_against"
# ### Exercise 3 · What speaks against
#
# Grad-CAM drops what is negative. That is where the evidence against the class lies, and it has a heat map too. `maps` and `gradient` are arrays (rows, columns, channels) for one picture. Return the heat map of the evidence against: the weight of a channel is the mean of its gradient, with the sign reversed; add up the maps with these weights, set what is negative to 0, and divide by the largest number, unless it is 0; then the map is 0 everywhere.


# %% name="ex_against_answer" exercise="against"
def heat_map_against(maps, gradient):
    ### BEGIN SOLUTION
    weights = -gradient.mean(axis=(0, 1))
    against = np.maximum((maps * weights).sum(axis=-1), 0)
    return against / against.max() if against.max() > 0 else against
    ### END SOLUTION


# %% name="ex_against_check" exercise="against" points=2
def check(heat_map_against):
    maps = np.array([[[4.0, 0.0], [1.0, 8.0]], [[0.0, 2.0], [2.0, 2.0]]])
    gradient = np.array([[[2.0, -1.0], [0.0, -3.0]], [[1.0, 0.0], [1.0, 0.0]]])
    answer = np.asarray(heat_map_against(maps.copy(), gradient.copy()))
    assert answer.shape == (2, 2), (
        f"A heat map has rows and columns, here (2, 2); yours has {answer.shape}."
    )
    assert np.isfinite(answer).all(), "Your map holds nan or inf, which are not numbers."
    assert not np.allclose(answer, [[1, 0], [0, 0]]), (
        "That is the evidence for the class. Reverse the sign of the weights."
    )
    assert answer.min() >= 0, "There are negative numbers left: np.maximum(…, 0) takes them away."
    assert not np.allclose(answer, [[0, 1], [0, 0]]), (
        "You multiply each place by its own gradient. First take the mean over rows and columns: "
        "one weight for each channel."
    )
    assert np.isclose(answer.max(), 1), (
        f"The largest number should be 1, and is {answer.max():g}: divide by the largest."
    )
    right = [[0, 1], [2 / 7, 0]]
    assert np.allclose(answer, right, atol=1e-6), (
        f"The weights are −1 and 1, and the heat map {np.round(right, 3).tolist()}; you return "
        f"{answer.round(3).tolist()}."
    )
    for rows, columns, channels in (
        *((3, 4, 2), (4, 3, 5), (2, 5, 3), (5, 2, 7), (3, 3, 3), (6, 4, 4), (4, 4, 8)),
        *((2, 7, 6), (7, 6, 3), (5, 5, 9), (20, 14, 90)),
    ):
        random = np.random.default_rng(channels)
        maps = random.uniform(0, 3, (rows, columns, channels))
        gradient = random.normal(-0.2, 1, (rows, columns, channels)) * 10.0 ** -(2 * columns)
        if columns % 2:  # most speaks for the class, and a little against it
            gradient = np.abs(gradient)
            maps[0, 0], gradient[..., 0] = 0, -gradient[..., 0]
            maps[0, 0, 0] = 1
        totals = -np.einsum("rcn,n->rc", maps, gradient.sum(axis=(0, 1)))
        right = totals.clip(0) / totals.max()
        answer = np.asarray(heat_map_against(maps, gradient))
        assert answer.shape == right.shape and np.allclose(answer, right, atol=1e-5), (
            f"For other maps, of the shape {maps.shape}, the heat map should be "
            f"{right.round(3).tolist()}, not {answer.round(3).tolist()}."
        )
    ### BEGIN HIDDEN TESTS
    for most in (*[[7, 7, 9]] * 10, [30, 30, 200]):
        shape = private.integers(2, most)
        gradient = private.normal(size=shape)
        gradient[..., 0] -= 5 + gradient[..., 0].mean()
        maps = private.random(shape)
        if private.random() < 0.5:  # most speaks for the class
            gradient[..., 1:] += 50
            maps[0, 0] = np.eye(shape[-1])[0]
        compare(maps, gradient * private.choice([1e-12, 1e-5, 1, 50]))
    ### END HIDDEN TESTS
    ### EARNED 1
    maps, one = np.array([[[4.0, 0.0], [1.0, 0.0], [0.0, 0.0]]]), np.ones((1, 3, 2))
    for layer, gradient in ((maps, one), (maps + 1, one), (maps, one - [1, 2]), (maps, 0 * one)):
        nothing = np.asarray(heat_map_against(layer.copy(), gradient.copy()))
        assert not np.isnan(nothing).any(), (
            "If nothing speaks against the class, all is 0, and 0 / 0 is undefined. Divide only "
            "if the largest number is above 0."
        )
        assert nothing.shape == (1, 3) and not nothing.any(), (
            "If nothing speaks against the class, the map is 0 everywhere."
        )
    ### BEGIN HIDDEN TESTS
    for kind in range(5):
        maps, gradient = private.random((2, *private.integers(2, 6, 3)))
        maps[0] = 0
        compare(*[(maps, gradient), (0 * maps, -gradient), (maps, 0 * maps)][kind % 3])
    ### END HIDDEN TESTS


against_check = check_exercise(
    heat_map_against,
    check,
    hints=[
        "The four steps are the lesson's; one sign changes.",
        "weights = -gradient.mean(axis=(0, 1)) has one number for each channel.",
        "(maps * weights).sum(axis=-1) adds the channels up; then np.maximum, then the largest.",
    ],
    praise="With two classes and one score, what speaks against a dog is what speaks for a cat.",
)
against_check

# %% [markdown] name="ex_against_try"
# For the picture of the Grad-CAM section and its first class: on the left what speaks for it, on the right what speaks against it.

# %% name="ex_against_run"
shown = None
if against_check.right:
    against = heat_map_against(maps[0].numpy(), gradient[0].numpy())
    both = [overlay(picture, heat_map), overlay(picture, against)]
    shown = plot_pictures(both, ["for", "against"], columns=2, inches=3)
shown

# %% [markdown] name="learned"
# ## What you learned
#
# - The first layers keep nearly all of a picture; the deeper ones keep what matters for the question, and some of their filters find nothing.
# - The pictures that a channel answers to most let you guess what it looks for.
# - Gradient ascent changes a picture so that a filter answers more: edges and colours first, then textures, then parts.
# - Grad-CAM weighs the last feature maps by the mean gradient of a class score, adds them up, and keeps what is positive.
# - A heat map shows where the evidence lies for a class, not how sure the network is, and not why.
# - Mistakes are where looking inside pays most.
