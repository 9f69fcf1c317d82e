# %% [markdown] name="title"
# # Lesson 7 · Unfreeze the top
#
# In Lesson 6 a pretrained base looked at your pictures, and a new head learned to read what it saw. The base itself learned nothing about cats and dogs. In this lesson its last layers may learn too, in steps so small that nothing is forgotten.
#
# **Afterwards you can**
#
# - fine-tune a pretrained network in five steps, and say what each of them prevents,
# - count what learns and what does not,
# - save most of the work when the lower part of a network stays as it is,
# - smooth a curve, and say what that hides,
# - recognise overfitting in a network that is right more often and has a larger loss.
#
# **You need** Lessons 1 to 6: base and head, freezing, overfitting, cross-entropy, learning rate.
#
# **Time** about 50 minutes to read and try, 40 more for the exercises; the whole training on a CPU takes about a quarter of an hour more. New terms are in italics where they are explained; the glossary, linked below, has them all.

# %% [markdown] name="setup"
# The course's helpers first. The line below the cell says what this run uses. Lesson 1 explains the profiles; with `ci`, the training is too short to show what the text describes.

# %% name="start"
from course_utils import (
    check_exercise,
    explore_smoothing,
    new_figure,
    plot_history,
    plot_pictures,
    start,
    write_class_folders,
)

lesson = start("07_fine_tuning")

# %% name="libraries"
import time

import keras
import numpy as np

# %% name="author" tags=["author"]
from tools.author import compare, private

# %% [markdown] name="steps_title"
# ## Five steps
#
# The first layers of a base find edges and colours, which every picture has. The last ones find what distinguishes the classes that the base was trained on, and yours are different classes. So the last layers have the most to gain from your pictures. Letting them go on learning, a little, is called *fine-tuning*. It goes like this:
#
# 1. Put your own head on the base.
# 2. Freeze the base.
# 3. Train the head.
# 4. Unfreeze the last layers of the base.
# 5. Train both together, with a very small learning rate.
#
# Steps 1 to 3 are Lesson 6. Here is who learns when:

# %% name="who_learns"
who_learns = {"steps 1 to 3": (False, False, True), "steps 4 and 5": (False, True, True)}
figure = new_figure(
    8.4, 1.9, "In steps 1 to 3 the head learns alone, in steps 4 and 5 the top of the base as well."
)
axes = figure.subplots()
for row, parts in enumerate(who_learns.values()):
    colours = ["tab:orange" if learns else "lightgrey" for learns in parts]
    axes.barh([row] * 3, 1, left=range(3), color=colours, edgecolor="white", linewidth=6)
    for column, learns in enumerate(parts):
        words = "learns" if learns else "frozen"
        axes.text(column + 0.5, row, words, ha="center", va="center")
axes.set_yticks([0, 1], who_learns)
axes.set_xticks([0.5, 1.5, 2.5], ["base, first layers", "base, last layers", "head"])
axes.invert_yaxis()
axes.set_frame_on(False)
figure

# %% [markdown] name="who_learns_read"
# A picture comes in on the left, and the answer leaves on the right. Why not let everything learn from the beginning, in larger steps? Further down you leave out one step at a time, and see.

# %% [markdown] name="count_title"
# ## The published network, counted
#
# Before anything is trained, count. The older, published version of this lesson uses VGG16, which consists of five *blocks*: two or three convolutions on maps of one size, then a pooling that halves it. It unfreezes the last block. (Random weights are good enough for counting.)

# %% name="vgg" tags=["nbval-check-output"]
vgg16 = keras.applications.VGG16(weights=None, include_top=False, input_shape=(150, 150, 3))
[layer.name for layer in vgg16.layers][-4:]
# -> ['block5_conv1', 'block5_conv2', 'block5_conv3', 'block5_pool']

# %% [markdown] name="head_intro"
# The head is that of Lesson 6:


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


# %% [markdown] name="frozen_intro"
# Steps 1 and 2. What is left to learn are the weights and the biases of the head's two dense layers:

# %% name="frozen" tags=["nbval-check-output"]
published = keras.Sequential([vgg16, build_head(vgg16.output.shape[1:])])
vgg16.trainable = False
len(published.trainable_weights)
# -> 4

# %% [markdown] name="unfreeze_intro"
# Step 4. Everything may learn again, and then everything below `block5_conv1` is frozen once more:

# %% name="unfreeze"
vgg16.trainable = True
for layer in vgg16.layers:
    if layer.name == "block5_conv1":
        break
    layer.trainable = False

# %% name="unfrozen" tags=["nbval-check-output"]
learning = published.trainable_weights
len(learning), sum(int(np.prod(weight.shape)) for weight in learning)
# -> (10, 9177089)

# %% [markdown] name="unfrozen_read"
# Ten arrays of numbers: two for each of three convolutions and two dense layers. Of the nine million parameters, the head has 2.1 million and the three convolutions the remaining 7.1 million, and you have 2,000 pictures. That is the first reason why no more than the top is unfrozen: the more parameters learn, the more of the pictures a network can learn by heart. The second is that edges and colours need no change. The third is time, as you will see.

# %% [markdown] name="base_title"
# ## The base of this lesson
#
# As in Lesson 6, the base is MobileNetV2, or VGG16 with `COURSE_BASE=VGG16`, and the line below says where its weights come from. (Without the course: `keras.applications.MobileNetV2(weights="imagenet", include_top=False, input_shape=(192, 192, 3))`.)

# %% name="base"
base_name, side = lesson.base()
base_model, preprocess_input = lesson.pretrained_base(base_name, input_shape=(side, side, 3))

# %% [markdown] name="block_intro"
# MobileNetV2 has seventeen blocks, numbered from 0, with a convolution before them and one after them. Each block but the first has three convolutions: one of 1 × 1 makes more channels out of the few that come in, one of 3 × 3 filters each channel by itself, and another of 1 × 1 makes few channels out of many. If the output has the shape of the input, the block adds the input to it, so that it has to learn only what should change. Which layers halve the maps?

# %% name="halving"
[layer.name for layer in base_model.layers if getattr(layer, "strides", 1) == (2, 2)]

# %% [markdown] name="seam_intro"
# Five of them, as in VGG16. The last one belongs to block 13: from there on the maps are at their smallest, and each of their places stands for a larger part of the picture than before. So blocks 13 to 16 are for MobileNetV2 about what the last block is for VGG16, and they are what you will unfreeze.
#
# The *seam* is where block 13 takes its input. Cut there, and you have two networks, one after the other. They are not copies: what `upper` learns, `base_model` has learned.

# %% name="seam"
first_name = {"MobileNetV2": "block_13_expand", "VGG16": "block5_conv1"}[base_name]
seam = base_model.get_layer(first_name).input
lower = keras.Model(base_model.input, seam)
upper = keras.Model(seam, base_model.output)

# %% [markdown] name="same_intro"
# Do the two together compute what the whole base computes? Send two pictures of noise, prepared as the base expects them, both ways:

# %% name="same" tags=["nbval-check-output"]
noise = preprocess_input(np.random.default_rng(1).uniform(0, 255, (2, side, side, 3)))
by_parts = upper.predict(lower.predict(noise, verbose=0), verbose=0)
np.allclose(by_parts, base_model.predict(noise, verbose=0), atol=1e-3)
# -> True

# %% [markdown] name="parts_intro"
# How many parameters are below the seam, how many above it, and how many in the head that goes on top?

# %% name="parts"
head = build_head(base_model.output.shape[1:])
lower.count_params(), upper.count_params(), head.count_params()

# %% [markdown] name="parts_read"
# On MobileNetV2, the head has more parameters than the whole base, because `Flatten` hands every place of every map to its wide layer. The head learns from the first step on, so it can learn the most by heart. Keep that in mind for the curves.

# %% [markdown] name="data_title"
# ## Run the lower part once
#
# The same cats and dogs, divided in the same way; Lesson 4 explains these cells.

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
def from_folder(part):
    return keras.utils.image_dataset_from_directory(
        folder / part,
        class_names=class_names,
        image_size=(side, side),
        batch_size=20,
        label_mode="binary",
        shuffle=False,
        verbose=False,
    )


train_dataset, validation_dataset, test_dataset = map(from_folder, ("train", "validation", "test"))

# %% [markdown] name="maps_intro"
# What is below the seam stays as it is. Its output for a picture is the same in every epoch. So send each picture through it once, keep the feature maps at the seam, and train what is above. The result is the same as if you ran the whole network each time, in less time.


# %% name="maps_function"
def run_lower(dataset):
    maps, labels = [], []
    for pictures, answers in dataset:
        maps.append(lower.predict_on_batch(preprocess_input(pictures.numpy())))
        labels.append(answers.numpy())
    return np.concatenate(maps).astype("float32"), np.concatenate(labels)


# %% name="maps"
begin = time.perf_counter()
train_maps, train_labels = run_lower(train_dataset)
lower_seconds = time.perf_counter() - begin
validation_maps, validation_labels = run_lower(validation_dataset)
train_maps.shape, f"{lower_seconds:.1f} seconds for the training pictures"

# %% [markdown] name="maps_read"
# The price is that of Lesson 6's first way: no augmentation. The published training has it, and sends every picture, changed anew, through the whole of VGG16 in each of 100 epochs. What fine-tuning does can be seen without it.

# %% [markdown] name="first_title"
# ## Steps 1 to 3
#
# The head on the upper part, and everything below the head frozen:

# %% name="model"
maps = keras.Input(upper.input_shape[1:])
model = keras.Model(maps, head(upper(maps)))
lower.trainable = upper.trainable = False
untrained = model.get_weights()


# %% name="compile_function"
def compile_network(network, learning_rate):
    network.compile(
        optimizer=keras.optimizers.RMSprop(learning_rate=learning_rate),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )


# %% name="fit_function"
def fit(network, epochs, verbose=0):
    return network.fit(
        train_maps,
        train_labels,
        validation_data=(validation_maps, validation_labels),
        batch_size=20,
        validation_batch_size=100,
        epochs=epochs,
        verbose=verbose,
    )


# %% [markdown] name="head_fit_intro"
# The rate is 0.001 for a head on MobileNetV2, so that few epochs are enough, and the published 0.00002 for one on VGG16.

# %% name="head_fit"
head_rate = {"MobileNetV2": 1e-3, "VGG16": 2e-5}[base_name]
compile_network(model, head_rate)
head_history = fit(model, lesson.epochs(30), verbose=2)

# %% [markdown] name="head_read"
# So far, this is feature extraction. Keep the weights, because all that follows begins with them, and keep the answers for the validation pictures, to compare them later:

# %% name="head_kept"
head_trained = model.get_weights()
head_answers = model.predict(validation_maps, verbose=0)[:, 0]

# %% [markdown] name="forgotten_title"
# ## Step 4, and something that is forgotten
#
# Unfreeze the upper part, except for its layers of *batch normalisation*, which bring every channel to about the same mean and spread before they scale it (Lesson 6); why they stay frozen comes further down. (VGG16 has none.)

# %% name="unfreeze_upper"
norms = [layer for layer in upper.layers if isinstance(layer, keras.layers.BatchNormalization)]
upper.trainable = True
for layer in norms:
    layer.trainable = False

# %% [markdown] name="forgotten_intro"
# Now train further. Twenty pictures are enough for this. Did the first convolution above the seam change?

# %% name="forgotten" tags=["nbval-check-output"]
kernel_before = upper.get_weights()[0]
model.fit(train_maps[:20], train_labels[:20], batch_size=20, verbose=0)
np.array_equal(kernel_before, upper.get_weights()[0])
# -> True

# %% [markdown] name="forgotten_read"
# Not by a single digit. `fit` raised no error, and yet only the head learned: which weights may change is settled by the first `fit` after `compile`. Whoever forgets to compile again fine-tunes nothing and gets no warning. So compile, and look once more:

# %% name="remembered" tags=["nbval-check-output"]
compile_network(model, 1e-5)
model.fit(train_maps[:20], train_labels[:20], batch_size=20, verbose=0)
np.array_equal(kernel_before, upper.get_weights()[0])
# -> False

# %% [markdown] name="fine_title"
# ## Step 5
#
# Back to the weights that were kept, and on with small steps. The published training uses a learning rate of 0.00001 and 100 epochs. The lesson runs all of them on a GPU or TPU, and 25 with the full profile on a CPU. The quick profile runs 16 and, to make up for it, takes steps ten times as large on MobileNetV2: 0.0001, which is still a tenth of the head's rate.

# %% name="fine"
large_steps = base_name == "MobileNetV2" and lesson.profile != "full"
fine_rate = 1e-4 if large_steps else 1e-5
model.set_weights(head_trained)
compile_network(model, fine_rate)
begin = time.perf_counter()
history = fit(model, lesson.epochs(100))
epoch_seconds = (time.perf_counter() - begin) / len(history.epoch)

# %% name="curves"
plot_history(history, whole=lesson.whole_training("history"))

# %% [markdown] name="curves_read"
# The solid curves go on towards an accuracy of 1 and a loss of 0. The dashed accuracy does not follow: it ends about where the head had left it, or a little higher. And the dashed loss? With the quick profile it rises almost from the first epoch on, while the accuracy holds: the network grows surer, and no better. You know that from Lesson 4: it is overfitting. There are enough parameters to know 2,000 pictures by heart, with MobileNetV2 most of them in the head. (Thin grey curves, where you see them, show a recorded full training, on photographs and with the published steps. Does its loss rise too?)
#
# And what did you save? Each epoch with augmentation, end to end, would have cost the first of these numbers in addition to the second:

# %% name="seconds"
f"{lower_seconds:.1f} s for the lower part, {epoch_seconds:.1f} s for an epoch above the seam"

# %% [markdown] name="smooth_title"
# ## Smoothing
#
# A validation curve swings. Of 1,000 pictures, some have probabilities so near 0.5 that they fall on one side in one epoch and on the other in the next. To see where the curve is going, you smooth it. The usual way is the *exponential moving average*: each new point is 0.8 of the smoothed point before it and 0.2 of the new value. Four values by hand, of which the third sticks out:

# %% name="smooth" tags=["nbval-check-output"]
values = [0.5, 0.5, 1.0, 0.5]
smoothed = [values[0]]
for value in values[1:]:
    smoothed.append(0.8 * smoothed[-1] + 0.2 * value)
np.round(smoothed, 2).tolist()
# -> [0.5, 0.5, 0.6, 0.58]

# %% [markdown] name="smooth_read"
# The peak of 1 has become one of 0.6, and it takes a while to fade. An older value never quite disappears; its share shrinks by a fifth with each epoch, and such shrinking is what "exponential" means here. Choose another factor for your curves. Where code runs, pale lines show the values themselves.

# %% name="explore"
explore_smoothing(history)

# %% [markdown] name="explore_read"
# With 0, nothing is smoothed. The nearer the factor comes to 1, the calmer the curve, and the later it follows: it still speaks of epochs long past. Set 0.95 and look at the beginning of the loss. A smoothed curve is there to show a direction. Never report one of its values as a result; no network ever had it.

# %% [markdown] name="wrong_title"
# ## What each step is good for
#
# Now leave something out. Each attempt begins with the base's own weights and trains for a few epochs. Before you run it, decide what you expect of each:
#
# - **the right way**, for comparison: the head is trained, and the learning rate is that of step 5.
# - **no step 3, small steps**: the head is still random, and everything above the seam is trained at that rate.
# - **no step 3, large steps**: the same, at 100 times the rate.
# - **100 times too large**: the head is trained, and everything goes on at 100 times the rate.
# - **batch norm awake**: the right way, but the layers of batch normalisation may learn as well.
#
# The two without step 3 leave step 2 out as well: nothing is frozen while the head begins. Leaving out steps 4 and 5 needs no attempt. That is the network that you had before, and the exam below gives its figure.

# %% name="attempts_dict"
attempts = {
    "the right way": (head_trained, fine_rate, False),
    "no step 3, small steps": (untrained, fine_rate, False),
    "no step 3, large steps": (untrained, 100 * fine_rate, False),
    "100 times too large": (head_trained, 100 * fine_rate, False),
    "batch norm awake": (head_trained, fine_rate, True),
}

# %% [markdown] name="attempt_intro"
# Three numbers for each: accuracy and loss on the validation pictures, and how far the first convolution above the seam has moved from what the base had learned, as a share of its own length. (A kernel is a list of numbers. Its length is the root of the sum of their squares, and `np.linalg.norm` computes it.)


# %% name="attempt_function"
def attempt(weights, learning_rate, awake):
    model.set_weights(weights)
    for layer in norms:
        layer.trainable = awake
    compile_network(model, learning_rate)
    logs = fit(model, lesson.epochs(12)).history
    difference = upper.get_weights()[0] - kernel_before
    moved = np.linalg.norm(difference) / np.linalg.norm(kernel_before)
    return logs["val_accuracy"][-1], logs["val_loss"][-1], moved


# %% name="attempts"
fine_tuned = model.get_weights()
outcomes = {}
for name in lesson.trials(*attempts):
    accuracy, loss, moved = outcomes[name] = attempt(*attempts[name])
    print(f"{name:23} accuracy {accuracy:.3f}, loss {loss:.3f}, moved by {moved:.1%}")
for layer in norms:
    layer.trainable = False
model.set_weights(fine_tuned)

# %% [markdown] name="moved_read"
# Begin with the last column. With small steps the kernel stays what it was, except for a small share of its length; large steps drive it many times as far. That is no longer fine-tuning: a few batches of your pictures overwrite what very many pictures have taught. The other columns show what comes of it. Guessing has an accuracy of 0.5 and a loss of 0.69, and steps 100 times too large throw the network back to that, or part of the way.
#
# Next, step 3. You will read that the errors of a random head are large and tear the base apart. With a plain optimizer, whose steps grow with the errors, they can. RMSprop divides each slope by its usual size, so a random head gets steps as long as a trained one. How does the second line compare with the first? With steps so small, it may do no harm at all to leave step 3 out. The loss may even be smaller, since the head has had fewer epochs in which to learn by heart. Step 3 is there because a head on such a base learns fastest with steps that the base should not take. First the head with its rate, then both with that of the base.

# %% [markdown] name="norm_read"
# And the last line? At inference, batch normalisation uses the means and spreads that it has stored during its training. While it learns, it uses those of the 20 pictures at hand, and moves the stored ones a little with each batch, in MobileNetV2 by a thousandth of the difference. So the network is trained and judged with different numbers. How much harm that does depends on how far your batches are from what the base has seen, and on the weights that you were given. Compare the last line with the first. If it comes out no worse, that is good luck rather than a rule. (VGG16 has no such layers: its last line repeats the first attempt, and differs by chance alone.)
#
# A frozen layer of batch normalisation uses the stored numbers, in `fit` as well. You will often read that `base_model(pictures, training=False)` is enough. With today's Keras it is not, as Lesson 6 says: as soon as the layer is unfrozen, `fit` overrides it (Keras issue 20285).

# %% [markdown] name="paradox_title"
# ## More often right, and yet a larger loss
#
# Look at the curves again. Accuracy and loss should mirror each other, and they do not always: between two epochs the accuracy may rise while the loss stays where it is, or rises as well. How can a network be right more often and still be judged worse?
#
# Because the two ask different questions. The accuracy asks of each picture: above or below 0.5? The loss asks how sure the network was of the right answer, and takes the mean. Here are four pictures with the probability that a network gives to the right answer, before and after some training:

# %% name="paradox_accuracy" tags=["nbval-check-output"]
before = np.array([0.45, 0.45, 0.9, 0.9])
after = np.array([0.55, 0.55, 0.9, 0.01])
float(np.mean(before > 0.5)), float(np.mean(after > 0.5))
# -> (0.5, 0.75)

# %% name="paradox_loss" tags=["nbval-check-output"]
np.round([np.mean(-np.log(before)), np.mean(-np.log(after))], 2).tolist()
# -> [0.45, 1.48]

# %% [markdown] name="paradox_read"
# Two pictures have barely crossed 0.5: the accuracy rises from a half to three quarters. One picture has gone badly wrong: the loss is three times as large. Which picture costs what?

# %% name="paradox_parts" tags=["nbval-check-output"]
np.round(-np.log(after), 2).tolist()
# -> [0.6, 0.6, 0.11, 4.61]

# %% [markdown] name="run_intro"
# One of four carries more than three quarters of the loss. Is it the same with 1,000 pictures? Here is the loss of the validation pictures before the fine-tuning and after it:


# %% name="losses"
def losses(answers):
    dogs = validation_labels[:, 0] == 1
    right = np.where(dogs, answers, 1 - answers).astype("float64")
    return -np.log(np.clip(right, 1e-7, 1))


fine_answers = model.predict(validation_maps, verbose=0)[:, 0]

# %% name="run"
compared = {}
for name, answers in (("before", head_answers), ("after", fine_answers)):
    each = np.sort(losses(answers))
    right, worst_share = np.mean(each < np.log(2)), each[-10:].sum() / each.sum()
    compared[name] = [right, each.mean(), np.median(each), worst_share]
    print(f"{name:7} accuracy {right:.3f}, loss {each.mean():.3f}, ", end="")
    print(f"median {np.median(each):.5f}, the ten worst {worst_share:.0%}")

# %% [markdown] name="run_read"
# A picture counts as right when its loss is below ln 2 = 0.693, which is the same as a probability above 0.5. The *median* is the loss in the middle: half of the pictures have a smaller one. It is far below the mean: the typical picture costs next to nothing. And the last number is many times the 1 % that ten pictures in 1,000 would bear if all cost the same. So the mean tells you about the few pictures on which the network is sure and wrong.
#
# That is also where overfitting shows first. A network that knows its training pictures by heart grows surer and surer of its answers, for all other pictures, too, right or wrong. The pictures that it gets right have hardly anything left to gain; those that it gets wrong cost more with every epoch. Few answers cross 0.5 meanwhile, so the accuracy stays, or still rises a little, while the loss grows.
#
# How many times, from one epoch to the next, did the accuracy of this run rise while the loss did not fall?

# %% name="both"
accuracy, loss = (np.array(history.history[name]) for name in ("val_accuracy", "val_loss"))
both = (np.diff(accuracy) > 0) & (np.diff(loss) >= 0)
f"{both.sum()} of {len(both)} times"

# %% [markdown] name="worst_intro"
# Here are the five pictures with the largest loss. Under each you read what it is, and the probability of a dog that the network gave it:

# %% name="worst"
worst = np.argsort(-losses(fine_answers))[:5]
plot_pictures(
    [keras.utils.load_img(validation_dataset.file_paths[index]) for index in worst],
    titles=[
        f"{class_names[int(validation_labels[index, 0])]} · {fine_answers[index]:.0%} dog"
        for index in worst
    ],
)

# %% [markdown] name="worst_read"
# Can you see what misled it? Which of the two numbers matters depends on what you need. Where answers are counted, as in a contest, look at the accuracy. Where somebody acts on the probability, a network that is sure and wrong is dangerous, and the loss tells you so.

# %% [markdown] name="whole_title"
# ## One network again
#
# Whoever uses the network has pictures, not feature maps. So put it together: raw pictures in, preparation, the base, the head.

# %% name="whole"
pictures = keras.Input((side, side, 3))
features = base_model(preprocess_input(pictures))
whole = keras.Model(pictures, head(features))
compile_network(whole, fine_rate)

# %% [markdown] name="exam_intro"
# It consists of the layers that you trained, so it can sit the exam twice: with the weights from before the fine-tuning, and with those from after it. With augmentation layers at the front, you could also go on to train it from end to end, as the published lesson does.

# %% name="exam"
model.set_weights(head_trained)
head_test_accuracy = whole.evaluate(test_dataset, verbose=0)[1]
model.set_weights(fine_tuned)
test_accuracy = whole.evaluate(test_dataset, verbose=0)[1]
head_test_accuracy, test_accuracy

# %% [markdown] name="exam_read"
# The first number is the frozen base's, the second the fine-tuned one's: about as good, or a little better. The published figures are about 96 % for a frozen VGG16 with augmentation and 97 % for the fine-tuned one. A difference of one point, on 1,000 pictures, is ten pictures; with another seed it may be five or fifteen, or none. Fine-tuning is the last step, for the last mistakes. It does little where the frozen base is nearly always right, and can do more where your pictures are further from those that the base has learned from.

# %% [markdown] name="save_intro"
# Saved and loaded, it answers as before. (`compile=False`, because it is there to answer and not to be trained.)

# %% name="save"
path = lesson.save_model(whole)
again = keras.models.load_model(path, compile=False)

# %% name="saved" tags=["nbval-check-output"]
batch, _ = next(iter(test_dataset))
np.allclose(again.predict(batch, verbose=0), whole.predict(batch, verbose=0), atol=1e-3)
# -> True

# %% name="report"
lesson.report(
    validation_accuracy=history.history["val_accuracy"][-1],
    head_test_accuracy=head_test_accuracy,
    test_accuracy=test_accuracy,
)

# %% [markdown] name="exercises"
# ## Exercises
#
# Replace the dots, run the cell, then run the check below it.

# %% [markdown] name="ex_unfreeze"
# ### Exercise 1 · The unfreezing function
#
# `base` is a network that is frozen as a whole; `base.layers` holds its layers in order, none inside another. Unfreeze it from the layer named `first_name` to the end, and leave the layers before that one frozen. Layers of the kind `keras.layers.BatchNormalization` stay frozen wherever they are, even if `first_name` is one of them. Return `base`.


# %% name="ex_unfreeze_answer" exercise="unfreeze"
def unfreeze_from(base, first_name):
    ### BEGIN SOLUTION
    base.trainable = True
    reached = False
    for layer in base.layers:
        reached = reached or layer.name == first_name
        layer.trainable = reached and not isinstance(layer, keras.layers.BatchNormalization)
    return base
    ### END SOLUTION


# %% name="ex_unfreeze_check" exercise="unfreeze" points=2
def build_base(layers):
    kinds = {
        "conv": lambda name: keras.layers.Conv2D(2, 1, name=name),
        "dense": lambda name: keras.layers.Dense(2, name=name),
        "relu": lambda name: keras.layers.ReLU(name=name),
        "batch norm": lambda name: keras.layers.BatchNormalization(name=name),
        "lean batch norm": lambda name: keras.layers.BatchNormalization(scale=False, name=name),
        "layer norm": lambda name: keras.layers.LayerNormalization(name=name),
    }
    network = keras.Sequential([keras.Input((2, 2, 1))])
    for name, kind in layers.items():
        network.add(kinds[kind](name))
    network.trainable = False
    return network


def unfreeze(unfreeze_from, layers, first_name):
    base = build_base(layers)
    returned = unfreeze_from(base, first_name)
    return {"base": base, "returned": returned is base}


def what_learns(found, layers, first_name):
    base = found["base"]
    learning = {id(weight) for weight in base.trainable_weights}
    return {
        "returned": found["returned"],
        "learning": [
            layer.name for layer in base.layers if learning & {id(w) for w in layer.weights}
        ],
        "unfrozen": [layer.name for layer in base.layers if layer.trainable_weights],
    }


def check(unfreeze_from):
    layers = {"conv1": "conv", "norm1": "batch norm", "conv2": "conv"}
    layers |= {"norm2": "batch norm", "conv3": "conv", "norm3": "batch norm"}
    found = unfreeze_from(layers, "conv2")
    learning = found["learning"]
    assert found["returned"], "Return base, the very network that your function is given."
    assert learning or not found["unfrozen"], (
        "The base itself is still frozen, so nothing in it learns, whatever its layers say. "
        "Begin with base.trainable = True."
    )
    assert learning, "Nothing in the base learns: it is frozen as it was."
    assert learning != ["conv2"], "That layer alone learns. What is above it should learn too."
    assert learning != ["conv1"], "That is the other way round: what is below conv2 learns."
    assert learning != ["conv3"], "The named layer itself should learn too: from it to the end."
    assert not {"conv1", "norm1"} & set(learning), (
        "With conv2 as the first to learn, what is below it has to stay frozen; in your base "
        f"{', '.join(learning)} learn."
    )
    assert not {"norm2", "norm3"} & set(learning), (
        "Batch normalisation learns too: isinstance(layer, keras.layers.BatchNormalization) "
        "tells you which layers to leave frozen."
    )
    assert learning == ["conv2", "conv3"], f"conv2 and conv3 should learn; {learning} do."
    mixed = {"z": "conv", "y": "batch norm", "x": "conv", "w": "batch norm", "v": "dense"}
    alike = {"top_1": "conv", "top_10": "dense", "top": "conv", "stop": "conv", "top_2": "dense"}
    odd = {"steady": "batch norm", "bn": "dense", "batch_normalization": "conv"}
    odd |= {"conv": "batch norm", "level": "layer norm", "relu": "relu", "last": "dense"}
    lean = {"a": "conv", "lean": "lean batch norm", "BatchNormalization": "dense", "b": "conv"}
    deep = {f"conv_{n}": "conv" for n in range(30)}
    for layers, first_name, right in (
        (mixed, "z", ["z", "x", "v"]),
        (mixed, "x", ["x", "v"]),
        (mixed, "v", ["v"]),
        (mixed, "w", ["v"]),
        (alike, "top", ["top", "stop", "top_2"]),
        (alike, "top_1", list(alike)),
        (alike, "stop", ["stop", "top_2"]),
        (odd, "steady", ["bn", "batch_normalization", "level", "last"]),
        (odd, "conv", ["level", "last"]),
        (odd, "relu", ["last"]),
        ({"one": "layer norm", "two": "batch norm"}, "two", []),
        (lean, "a", ["a", "BatchNormalization", "b"]),
        (lean, "lean", ["BatchNormalization", "b"]),
        (deep, "conv_6", list(deep)[6:]),
    ):
        learning = unfreeze_from(layers, first_name)["learning"]
        assert learning == right, (
            f"From {first_name} on, of the layers {layers}, these should learn: {right}; in your "
            f"base {learning} do."
        )
    ### BEGIN HIDDEN TESTS
    for turn in range(12):
        names = ["conv", "conv1", "conv10", "norm", "norm_1", "batch", "BatchNorm", "up", "group"]
        names += [f"{name}_{number}" for name in names for number in range(2, 6) if turn > 9]
        names = private.permutation(names)[: private.integers(1, 7 if turn < 10 else 25)].tolist()
        kinds = ["conv", "dense", "relu", "batch norm", "layer norm", "lean batch norm"]
        layers = {name: str(private.choice(kinds)) for name in names}
        compare(layers, str(private.choice(names)))
    ### END HIDDEN TESTS


unfreeze_check = check_exercise(
    unfreeze_from,
    check,
    trial=unfreeze,
    as_data=what_learns,
    hints=[
        "base.trainable = True first. It unfreezes all layers; then decide for each of them.",
        "Go through base.layers from the first on, and remember whether you have come to first_name.",
        "layer.trainable = reached and not isinstance(layer, keras.layers.BatchNormalization)",
    ],
    praise="After it, compile: you have seen what happens otherwise.",
)
unfreeze_check

# %% name="ex_unfreeze_run"
if unfreeze_check.right:
    for name in ("block5_conv1", "block4_conv1"):
        vgg16.trainable = False
        print(name, len(unfreeze_from(vgg16, name).trainable_weights))

# %% [markdown] name="ex_smooth"
# ### Exercise 2 · The smoothing function
#
# `values` is a list of at least one number. Return its exponential moving average, a list of the same length, and leave `values` as it is. The first smoothed value is the first value; each later one is `factor` times the smoothed value before it, plus `1 - factor` times the new value. `factor` may be any number from 0 to 1, both included.


# %% name="ex_smooth_answer" exercise="smooth"
def smooth(values, factor):
    ### BEGIN SOLUTION
    smoothed = [values[0]]
    for value in values[1:]:
        smoothed.append(factor * smoothed[-1] + (1 - factor) * value)
    return smoothed
    ### END SOLUTION


# %% name="ex_smooth_check" exercise="smooth" points=1
def check(smooth):
    values = [8.0, 0.0, 4.0]
    answer = smooth(values, 0.75)
    assert np.shape(answer) == (3,), "Return a list of numbers as long as values, here 3."
    answer = np.round(np.array(answer, float), 4).tolist()
    assert answer != [8.0, 6.4, 5.92], "Use the factor that is given, here 0.75, in place of 0.8."
    assert answer != [8.0, 2.0, 3.5], (
        "That is the other way round: factor belongs to what came before, 1 − factor to the new."
    )
    assert answer != [8.0, 6.0, 1.0], (
        "You mix two raw values. Multiply factor by the smoothed value before."
    )
    assert answer != [2.0, 1.5, 2.125], (
        "You begin at 0, and the curve has to climb from there. Begin at the first value."
    )
    assert answer == [8.0, 6.0, 5.5], f"8, 0, 4 with 0.75 give 8, 6, 5.5; you return {answer}."
    for values, factor, right in (
        ([3.0], 0.9, [3.0]),
        ([7, 1], 0.25, [7, 2.5]),
        ([5, 2, 9], 0, [5, 2, 9]),
        ([5, 2, 9], 1, [5, 5, 5]),
        ([0.25, 0.75, 0.5, 1.0], 0.5, [0.25, 0.5, 0.5, 0.75]),
        ([-4.0, 6.0, -2.0, 0.0], 0.4, [-4.0, 2.0, -0.4, -0.16]),
        ([0, 10, 20, 30, 40], 0.9, [0, 1, 2.9, 5.61, 9.049]),
        ([9, 8, 7, 6, 5, 4], 0.5, [9, 8.5, 7.75, 6.875, 5.9375, 4.96875]),
        ([1.0, 1.0, 1.0, 2.0, 1.0], 0.6, [1.0, 1.0, 1.0, 1.4, 1.24]),
        ([100, 0, 0, 0, 0, 0], 0.2, [100, 20, 4, 0.8, 0.16, 0.032]),
        ([-3, -1, -2], 0.1, [-3, -1.2, -1.92]),
        ([0.0, 1.0, 2.0], 1 / 3, [0.0, 2 / 3, 14 / 9]),
        ([1e6, *[0.0] * 90], 0.5, [1e6 * 0.5**n for n in range(91)]),
    ):
        answer = smooth(list(values), factor)
        assert np.shape(answer) == np.shape(right), (
            f"{len(values)} values give as many smoothed ones; yours have the shape {np.shape(answer)}."
        )
        assert np.allclose(answer, right, rtol=1e-5, atol=1e-7), (
            f"{values} with the factor {factor} give {right}; you return {answer}."
        )
    ### BEGIN HIDDEN TESTS
    for factor in [0, 1, *private.uniform(0, 1, 8).tolist()]:
        compare(private.normal(size=private.integers(1, 12)).tolist(), factor)
        compare(private.integers(-20, 20, 4).tolist(), factor)
        compare((1e4 * private.normal(size=private.integers(90, 400))).tolist(), factor)
    ### END HIDDEN TESTS


smooth_check = check_exercise(
    smooth,
    check,
    hints=[
        "Begin a new list with the first value, and go through the others.",
        "smoothed[-1] is the smoothed value before.",
        "smoothed.append(factor * smoothed[-1] + (1 - factor) * value)",
    ],
    praise="Optimizers smooth in the same way: RMSprop the squares of its gradients.",
)
smooth_check

# %% name="ex_smooth_run"
if smooth_check.right:
    curve = history.history["val_accuracy"]
    print(f"last value {curve[-1]:.3f}, highest {max(curve):.3f}, ", end="")
    print(f"smoothed, last {list(smooth(curve, 0.8))[-1]:.3f}")

# %% [markdown] name="ex_rates"
# ### Exercise 3 · A fair comparison
#
# Somewhere between the rate of step 5 and 100 times that rate the harm begins. To find out where, several learning rates have to begin with the same weights. `network.get_weights()` gives them, a list of arrays, and `network.set_weights(…)` puts them back; `train(network, rate)` trains the network and returns its accuracy. `rates` is a list without repetitions. Return a dict from rate to accuracy. When you are done, the network should have the weights that it had at first.


# %% name="ex_rates_answer" exercise="rates"
def compare_rates(network, rates, train):
    ### BEGIN SOLUTION
    weights = network.get_weights()
    accuracies = {}
    for rate in rates:
        network.set_weights(weights)
        accuracies[rate] = train(network, rate)
    network.set_weights(weights)
    return accuracies
    ### END SOLUTION


# %% name="ex_rates_check" exercise="rates" points=2
class Weights:
    """What a network has that you need here; training adds to its weights."""

    def __init__(self, *weights):
        self.weights = [np.array(part, float) for part in weights]

    def get_weights(self):
        return [part.copy() for part in self.weights]

    def set_weights(self, weights):
        self.weights = [np.array(part, float) for part in weights]


def add_rate(network, rate):
    network.weights = [part + rate for part in network.weights]
    return float(network.weights[0].sum())


def add_product(network, rate):
    network.weights = [part + rate * np.cos(5 * part) for part in network.weights]
    return float(sum(np.abs(part).mean() for part in network.weights))


def check(compare_rates):
    network = Weights([5.0])
    answer = compare_rates(network, [1, 10, 100], add_rate)
    assert isinstance(answer, dict) and set(answer) == {1, 10, 100}, (
        "Return a dict with the accuracy for each rate, the rates as keys."
    )
    answer = [answer[rate] for rate in (1, 10, 100)]
    assert all(np.ndim(accuracy) == 0 for accuracy in answer), (
        f"The accuracy of a rate is one number, what `train` returns; yours are {answer}."
    )
    assert answer != [6, 16, 116], (
        "Each run begins where the one before it ended. Put the first weights back before it."
    )
    assert answer != [1, 10, 100], (
        "Each run begins with zeros. It should begin with the weights that the network had."
    )
    assert answer == [6, 15, 105], (
        "For a network whose training adds the rate to its only weight, 5, the answers should be "
        f"6, 15 and 105, not {answer}."
    )
    changed = network.weights[0].tolist() != [5]
    kernel, biases = [[0.5, -1.5, 2.0], [1.25, 0.0, -0.75]], [0.1, 0.2, 0.3]
    for train in (add_rate, add_product):
        for rates in ([0.5], [3, 1, 2], [0.25, 0.125, 0.75], [9, 1 / 3, 4], [1.25e-7, 3e-6, 2e-5]):
            network = Weights(kernel, biases)
            answer = compare_rates(network, list(rates), train)
            right = {rate: train(Weights(kernel, biases), rate) for rate in rates}
            assert isinstance(answer, dict) and answer.keys() == right.keys(), (
                f"For the rates {rates}, your dict has {list(answer)} as keys."
            )
            assert all(np.ndim(accuracy) == 0 for accuracy in answer.values()), (
                f"The accuracy of a rate is one number; for the rates {rates}, yours are {answer}."
            )
            assert np.allclose([answer[rate] for rate in rates], [*right.values()]), (
                f"The rates {rates}, each from the first weights, give {right}, not {answer}. "
                "All arrays of weights have to be put back, and train to be called for each rate."
            )
            left = [part.tolist() for part in network.weights]
            changed = changed or left != [kernel, biases]
    ### BEGIN HIDDEN TESTS
    for count in (*range(1, 11), 60):
        start, rates = private.normal(size=(2, 3, 2)), 10 ** private.uniform(-7, 0, count)
        wave = private.uniform(2, 9)

        def train(network, rate, wave=wave):
            network.weights = [part + rate * np.cos(wave * part) for part in network.weights]
            return float(sum(np.abs(part).mean() for part in network.weights))

        compare(Weights(*start), rates.tolist(), train)
    ### END HIDDEN TESTS
    ### EARNED 1
    assert not changed, (
        "Put the first weights back when you are done, too: whoever goes on with the network "
        "would have different weights."
    )
    ### BEGIN HIDDEN TESTS
    for count in range(1, 11):
        start, rates = private.normal(size=(2, 3, 2)), private.uniform(0.1, 2, count).tolist()
        network = Weights(*start)
        compare_rates(network, rates, add_product)
        assert np.array_equal(network.weights, start), "The first weights are not put back."
    network = Weights(*private.normal(size=(9, 4, 30)))
    before = network.get_weights()
    compare_rates(network, rates, add_product)
    assert np.array_equal(network.weights, before), "Of many arrays, some are not put back."
    ### END HIDDEN TESTS


rates_check = check_exercise(
    compare_rates,
    check,
    hints=[
        "Keep network.get_weights() before the loop.",
        "In the loop: put them back, train, note the accuracy under the rate.",
        "After the loop, network.set_weights(weights) once more.",
    ],
    praise="Compare anything in this way: same beginning, one thing changed.",
)
rates_check

# %% [markdown] name="ex_rates_try"
# Now for the network of this lesson, with its trained head. Write down first what you expect of each: better than before, as before, worse?

# %% name="ex_rates_run"
if rates_check.right:
    print(f"head alone: {head_history.history['val_accuracy'][-1]:.3f}")
    model.set_weights(head_trained)

    def train_and_judge(network, rate):
        compile_network(network, rate)
        return fit(network, lesson.epochs(10)).history["val_accuracy"][-1]

    rates = lesson.trials(fine_rate, 10 * fine_rate, 100 * fine_rate)
    by_rate = compare_rates(model, rates, train_and_judge)
    for rate, accuracy in by_rate.items():
        print(f"{rate:.5f}: {accuracy:.3f}")
    model.set_weights(fine_tuned)

# %% [markdown] name="ex_rates_read"
# The largest rate does worst, by far. Which of the other two would you take? Decide by the validation set, and not by a difference of a few pictures. The more steps there are, the more harm a rate that is too large can do; the published one is a careful choice for 100 epochs.

# %% [markdown] name="ex_turned"
# ### Exercise 4 · The paradox, turned round
#
# `before` are the probabilities that a network gave to the right answers of four pictures: 0.55, 0.55, 0.55 and 0.45. Find four probabilities `after` with which it is right less often, and yet the mean loss is smaller. (Right means above 0.5.) Return them as a list.


# %% name="ex_turned_answer" exercise="turned"
def after_training():
    ### BEGIN SOLUTION
    return [0.95, 0.95, 0.45, 0.45]
    ### END SOLUTION


# %% name="ex_turned_check" exercise="turned" points=1
def what_changes(answer):
    numbers = all(type(share) in (int, float) for share in np.ravel(answer).tolist())
    if not numbers:
        return {"numbers": False}
    before, after = np.array([0.55, 0.55, 0.55, 0.45]), np.array(answer, float)
    if after.shape != (4,) or not np.all((after >= 0) & (after <= 1)):
        return {"numbers": True, "four": after.shape == (4,), "probabilities": False}
    right = int((after > 0.5).sum()) - int((before > 0.5).sum())
    with np.errstate(divide="ignore"):
        loss, old_loss = np.mean(-np.log(after)), np.mean(-np.log(before))
    return {
        "numbers": True,
        "four": True,
        "probabilities": True,
        "zero": bool(after.min() == 0),
        "right": "more often" if right > 0 else "less often" if right else "as often",
        "loss": "smaller" if loss < old_loss else f"{loss:.4f} after {old_loss:.4f}",
    }


def check(after_training):
    found = after_training()
    assert found["numbers"], "A probability is a number, not text, True or False."
    assert found["four"], "Return a list of four probabilities."
    assert found["probabilities"], "A probability lies between 0 and 1."
    assert not found["zero"], (
        "The logarithm of 0 is minus infinity, and the loss is infinite with it. Stay above 0."
    )
    assert found["right"] != "more often", (
        "Now the network is right more often. It should be right less often."
    )
    assert found["right"] != "as often", (
        "Now the network is right as often as before: three times out of four."
    )
    assert found["loss"] == "smaller", (
        f"It is right less often, but the loss is not smaller: {found['loss']}. The mistakes are "
        "too sure of themselves, or the right answers not sure enough."
    )
    ### BEGIN HIDDEN TESTS
    compare()
    ### END HIDDEN TESTS


turned_check = check_exercise(
    after_training,
    check,
    as_data=what_changes,
    hints=[
        "The accuracy does not ask by how much. Which picture can cross 0.5 at the lowest cost?",
        "0.55 becomes 0.45: one right answer less, and the loss of that picture grows by 0.2.",
        "Make the pictures that stay right much surer: 0.95 costs 0.05, and 0.55 costs 0.6.",
    ],
    praise="So the epoch with the lowest loss need not be the one with the highest accuracy.",
)
turned_check

# %% [markdown] name="learned"
# ## What you learned
#
# - Five steps: head, freeze, train, unfreeze the top, train both with small steps.
# - After every change of `trainable`, compile again; nothing warns you if you forget.
# - Steps that are far too large overwrite what the base has learned.
# - Layers of batch normalisation stay frozen, and work as in inference.
# - What is below the seam need not be computed twice.
# - A smoothed curve shows a direction, and follows late.
# - The accuracy counts mistakes; the loss weighs them, so overfitting shows in the loss first.
#
# The network knows cats from dogs. The next lesson shows what it looks at when it decides.
