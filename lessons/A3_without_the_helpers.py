# %% [markdown] name="title"
# # Appendix 3 · Without the helpers
#
# Here is one whole task with TensorFlow, Keras and Matplotlib alone: pictures in folders, a pretrained base, training, curves, answers, a saved network. Nothing from this course is imported, so everything here works in any project of yours.
#
# **Afterwards you can**
#
# - begin a classifier for your own pictures in an empty notebook,
# - say which line of Keras or Matplotlib each helper of the course stands for.
#
# **You need** Lessons 1 to 6. **Time** about 15 minutes.

# %% name="libraries"
import os
import tempfile
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

# %% [markdown] name="switch_intro"
# The next cell decides where the pictures and the weights come from. As it stands, nothing is downloaded: the notebook draws its own pictures, and the base has random weights, which know nothing. With `True` in place of `False`, it gets 3,670 photographs of flowers (229 MB) and the weights from ImageNet (24 MB).

# %% name="switch"
download = False
weights = "imagenet" if download else None
side = 224 if download else 96
keras.utils.set_random_seed(1)

# %% [markdown] name="data_title"
# ## Pictures in folders
#
# Keras reads pictures from a folder that has a folder for each class. If you have one, write its path here. `get_file` downloads an archive and unpacks it, once; what it returns is the folder that holds it.


# %% name="draw"
def draw_shape(kind, number):
    random = np.random.default_rng(number)
    picture = random.integers(0, 80, (side, side, 3)).astype("uint8")
    down, across = np.mgrid[:side, :side] - random.integers(30, 66, (2, 1, 1))
    far, near = np.maximum(abs(down), abs(across)), np.minimum(abs(down), abs(across))
    inside = {"disc": np.hypot(down, across) < 24, "square": far < 24}
    inside["cross"] = (far < 24) & (near < 8)
    picture[inside[kind]] = random.integers(100, 256, 3)
    return picture


# %% name="folder"
if download:
    address = "https://storage.googleapis.com/download.tensorflow.org/example_images"
    unpacked = keras.utils.get_file(origin=f"{address}/flower_photos.tgz", extract=True)
    folder = Path(unpacked) / "flower_photos"
else:
    folder = Path(tempfile.mkdtemp()) / "shapes"
    for kind in ("cross", "disc", "square"):
        os.makedirs(folder / kind)
        for number in range(60):
            keras.utils.save_img(
                folder / kind / f"{number}.png", draw_shape(kind, number), scale=False
            )

# %% [markdown] name="split_intro"
# A fifth of the pictures is for validation. (Where the course says `lesson.load_dataset("tf_flowers")`, you write `tfds.load("tf_flowers", as_supervised=True, with_info=True)` with `import tensorflow_datasets as tfds`, and get datasets of single pictures, of all sizes.)

# %% name="split"
train_dataset, validation_dataset = keras.utils.image_dataset_from_directory(
    folder, validation_split=0.2, subset="both", seed=1, image_size=(side, side), batch_size=32
)
class_names = train_dataset.class_names
class_names

# %% [markdown] name="prefetch_intro"
# `cache` keeps the decoded pictures in memory, 600 kB each at 224 × 224; leave it out if that is too much. `prefetch` gets the next batches ready.

# %% name="prefetch"
validation_dataset = validation_dataset.cache().prefetch(tf.data.AUTOTUNE)
train_dataset = train_dataset.prefetch(tf.data.AUTOTUNE)

# %% [markdown] name="pictures_intro"
# Eight of them. `plot_pictures` does this; here is Matplotlib by itself:

# %% name="pictures"
pictures, labels = next(iter(train_dataset))
plt.figure(figsize=(8, 4))
for number in range(8):
    plt.subplot(2, 4, number + 1)
    plt.imshow(pictures[number].numpy().astype("uint8"))
    plt.title(class_names[labels[number]])
    plt.axis("off")
plt.show()

# %% [markdown] name="model_title"
# ## A pretrained base, and a head
#
# The base is frozen, so that its batch normalisation stays as it is. (The `training=False` below, found in much code, is not enough by itself: Lesson 6.) `preprocess_input` brings the values of 0…255 to those that the base was trained with.

# %% name="model"
base_model = keras.applications.MobileNetV2(
    weights=weights, include_top=False, input_shape=(side, side, 3)
)
base_model.trainable = False
inputs = keras.Input((side, side, 3))
features = base_model(keras.applications.mobilenet_v2.preprocess_input(inputs), training=False)
features = keras.layers.GlobalAveragePooling2D()(features)
outputs = keras.layers.Dense(len(class_names), activation="softmax")(features)
model = keras.Model(inputs, outputs)
model.summary()

# %% name="fit"
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(train_dataset, validation_data=validation_dataset, epochs=5)

# %% [markdown] name="curves_intro"
# The curves, which `plot_history` draws in the lessons:

# %% name="curves"
plt.plot(history.history["accuracy"], label="training")
plt.plot(history.history["val_accuracy"], linestyle="--", label="validation")
plt.xlabel("epoch")
plt.ylabel("accuracy")
plt.legend()
plt.show()

# %% [markdown] name="curves_read"
# With random weights, the base has learned nothing, and the head finds nothing in its features: the loss stays near 1.10, which is what guessing among three classes costs. That is what the lines look like when nothing is learned. With ImageNet's weights, compare your curves with those of the frozen base in Lesson 9.

# %% [markdown] name="answers_title"
# ## What it says

# %% name="answers"
pictures, labels = next(iter(validation_dataset))
probabilities = model.predict(pictures, verbose=0)
for row, label in zip(probabilities[:5], labels[:5], strict=True):
    print(f"{class_names[row.argmax()]} with {row.max():.0%}, is {class_names[label]}")

# %% [markdown] name="decode_intro"
# The whole MobileNetV2, with its top, knows the thousand classes of ImageNet; `decode_predictions` gives their names. Random weights would name an arbitrary one.

# %% name="decode"
if weights:
    classifier = keras.applications.MobileNetV2(weights=weights)
    prepared = keras.applications.mobilenet_v2.preprocess_input(pictures[:1].numpy())
    answers = classifier.predict(prepared, verbose=0)
    print(keras.applications.mobilenet_v2.decode_predictions(answers, top=3)[0])

# %% [markdown] name="own_intro"
# One picture of your own, from a file. Here the file is the first one of the folder:

# %% name="own"
path = sorted((folder / class_names[0]).iterdir())[0]
picture = keras.utils.load_img(path, target_size=(side, side), interpolation="bilinear")
batch_of_one = np.array(picture)[np.newaxis]
model.predict(batch_of_one, verbose=0).round(2)

# %% [markdown] name="save_title"
# ## Save it, and load it

# %% name="save" tags=["nbval-check-output"]
model_path = Path(tempfile.mkdtemp()) / "mine.keras"
model.save(model_path)
loaded_model = keras.models.load_model(model_path)
bool(np.allclose(loaded_model.predict(pictures, verbose=0), probabilities, atol=0.001))
# -> True

# %% [markdown] name="learned"
# ## From helper to plain line
#
# | in the lessons | without the course |
# | --- | --- |
# | `lesson.load_dataset("mnist")` | `tfds.load("mnist", as_supervised=True, with_info=True)` |
# | `write_class_folders` | `keras.utils.save_img`, a folder for each class |
# | `lesson.pretrained_base("MobileNetV2")` | `keras.applications.MobileNetV2(weights="imagenet", include_top=False)` |
# | `plot_picture`, `plot_pictures` | `plt.imshow`, `plt.subplot` |
# | `plot_history`, `live_curves` | `plt.plot(history.history["accuracy"])` |
# | `plot_prediction` | `plt.barh(class_names, probabilities[0])` |
# | `read_picture`, `predict_uploads` | `keras.utils.load_img`, `model.predict` |
# | `base_class_names` | `decode_predictions` |
# | `lesson.save_model(model)` | `model.save("name.keras")` |
# | `lesson.epochs(30)` | `30` |
# | `pick_strategy()` | `tf.distribute.get_strategy()`, or one of those in Lesson 9 |
# | `find_photos` | no single line: Appendix 1 shows what it does |
