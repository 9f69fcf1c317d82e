"""Train the course's small pretrained bases on drawn pictures: python -m tools.train_bases

Writes data/pretrained/: the weights, and bases.json, which says how each was made and how well it
does on pictures that it was not trained with. `--share 0.02` tries the whole way in a few minutes,
into build/pretrained. data/README.md says how long the whole way took.

The pictures are as hard as they come: a quarter each has all seven knobs at 0.3, 0.5, 0.7 and 0.9.

MobileNetV2 is Keras's own, at a small width. VGG16's shape is trained with batch normalisation
after each convolution (Ioffe and Szegedy 2015), which is then folded into the convolution's kernel
and bias, so that the layers that remain are VGG16's.
"""

import argparse
import dataclasses
import datetime
import hashlib
import json
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from course_utils.drawing import WIDE, Knobs, draw_wide
from course_utils.machine.device import hardware, import_tensorflow
from course_utils.sources.bases import embedded_network
from course_utils.sources.samples import balanced_labels
from course_utils.sources.weights import NETWORKS
from course_utils.store import whole_file

SEED = 0
KNOBS = [field.name for field in dataclasses.fields(Knobs)]
HELD_OUT = 1_000_000
"""Number of the first held-out picture: none that is trained on has a number this high."""
LEVELS = (0.3, 0.5, 0.7, 0.9)
"""Where the knobs of the pictures stand, in turns of a hundred."""
BASES = {
    "MobileNetV2": {
        "file": "mobilenetv2.weights.h5",
        "alpha": 0.35,
        "input": 96,
        # size of the pictures, epochs, pictures, first learning rate
        "stages": [(96, 12, 50_000, 2e-3)],
    },
    "VGG16": {
        "file": "vgg16.weights.h5",
        "widths": [12, 24, 48, 96, 96],
        "dense": [96, 64],
        "input": 224,
        "stages": [(64, 5, 40_000, 2e-3), (96, 2, 20_000, 8e-4), (224, 1, 3_000, 2e-4)],
        "top": {"pictures": 8_000, "epochs": 30},
    },
}
TESTED_ON = 2_900
SETTLED_ON = 6_400


def draw(count, size, start=0):
    """Return `count` pictures of the wide set, uint8 (count, size, size, 3), and their labels."""
    labels = balanced_labels(count, len(WIDE), SEED + start)
    begins = range(0, count, 100)
    with ProcessPoolExecutor() as pool:
        pieces = pool.map(_draw_piece, [(labels[b : b + 100], start + b, size) for b in begins])
        return np.concatenate(list(pieces)), labels


def _draw_piece(piece):
    labels, start, size = piece
    knobs = dict.fromkeys(KNOBS, LEVELS[start // 100 % len(LEVELS)])
    return np.stack(draw_wide(labels, seed=SEED, start=start, size=(size, size), **knobs))


def batches(pictures, labels, preprocess_input, training=False):
    """Return a `tf.data.Dataset` of batches, preprocessed; shuffled for training."""
    import tensorflow as tf

    held = tf.constant(pictures)
    dataset = tf.data.Dataset.from_tensor_slices((np.arange(len(labels)), labels.astype(np.int32)))
    if training:
        dataset = dataset.shuffle(len(labels), seed=SEED)
    dataset = dataset.batch(64, drop_remainder=training)

    def load(numbers, labels):
        return preprocess_input(tf.cast(tf.gather(held, numbers), tf.float32)), labels

    options = tf.data.Options()
    options.autotune.enabled = False  # its thread was once seen to wait for itself, for ever
    return dataset.map(load, num_parallel_calls=2).prefetch(2).with_options(options)


def vgg16_to_train(description, size):
    """Return VGG16's shape with batch normalisation and one dense layer on global averages."""
    import keras

    layers = keras.layers
    plain = embedded_network("VGG16", description, (size, size, 3), include_top=False)
    inputs = values = keras.Input((size, size, 3))
    for layer in plain.layers[1:]:
        if isinstance(layer, layers.Conv2D):
            values = layers.Conv2D(
                layer.filters, 3, padding="same", use_bias=False, name=layer.name
            )(values)
            values = layers.BatchNormalization(name=layer.name + "_bn", momentum=0.98)(values)
            values = layers.ReLU()(values)
        else:
            values = layers.MaxPooling2D(2, name=layer.name)(values)
    values = layers.GlobalAveragePooling2D()(values)
    values = layers.Dense(len(description["classes"]), activation="softmax")(values)
    return keras.Model(inputs, values)


def fold(trained, plain):
    """Copy the convolutions of `trained` into `plain`, batch normalisation folded in.

    (x * kernel - mean) * gamma / sqrt(variance + epsilon) + beta is a convolution again.
    """
    for layer in plain.layers:
        if layer.name.startswith("block") and "conv" in layer.name:
            normalisation = trained.get_layer(layer.name + "_bn")
            gamma, beta, mean, variance = normalisation.get_weights()
            factor = gamma / np.sqrt(variance + normalisation.epsilon)
            kernel = trained.get_layer(layer.name).get_weights()[0] * factor
            layer.set_weights([kernel, beta - mean * factor])


def train(name, description, preprocess_input, share):
    """Train a base stage by stage and return it, as it is to be saved."""
    import keras

    model = None
    for size, epochs, count, rate in description["stages"]:
        begin = time.perf_counter()
        pictures, labels = draw(int(count * share), size)
        before = model
        if name == "VGG16":
            model = vgg16_to_train(description, size)
        else:
            model = embedded_network(name, description, (size, size, 3), include_top=True)
        if before:
            model.set_weights(before.get_weights())
        steps = epochs * (len(labels) // 64)
        model.compile(
            optimizer=keras.optimizers.AdamW(
                keras.optimizers.schedules.CosineDecay(rate, steps, alpha=0.02), weight_decay=1e-4
            ),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )
        data = batches(pictures, labels, preprocess_input, training=True)
        model.fit(data, epochs=epochs, verbose=2)
        print(f"{name}, {size} pixels: {_minutes_since(begin)} minutes", flush=True)
    if name == "VGG16":
        return add_top(description, model, preprocess_input, share)
    return settle(name, model, description, pictures, labels, preprocess_input)


def settle(name, trained, description, pictures, labels, preprocess_input):
    """Return a network with the averages that batch normalisation uses after training.

    Keras's MobileNets follow them so slowly (momentum 0.999) that after a training as short as
    this one they still remember how they began. Here they are measured anew.
    """
    import keras

    size = description["input"]
    model = embedded_network(name, description, (size, size, 3), include_top=True)
    model.set_weights(trained.get_weights())
    layers = [x for x in model.layers if isinstance(x, keras.layers.BatchNormalization)]
    data = batches(pictures[:SETTLED_ON], labels[:SETTLED_ON], preprocess_input)
    for number, (batch, _) in enumerate(data):
        for layer in layers:
            layer.momentum = number / (number + 1)  # the plain average over all batches
        model(batch, training=True)
    return model


def add_top(description, trained, preprocess_input, share):
    """Return VGG16's shape with its dense layers, trained on features that are computed once."""
    import keras

    size, epochs = description["input"], description["top"]["epochs"]
    model = embedded_network("VGG16", description, (size, size, 3), include_top=True)
    fold(trained, model)
    keras.utils.set_random_seed(SEED)
    base = keras.Model(model.inputs, model.get_layer("block5_pool").output)
    pictures, labels = draw(int(description["top"]["pictures"] * share), size)
    features = base.predict(batches(pictures, labels, preprocess_input), verbose=0)
    inputs = values = keras.Input(features.shape[1:])
    for name in ("flatten", "fc1", "fc2", "predictions"):
        values = model.get_layer(name)(values)
        if name == "flatten":
            values = keras.layers.Dropout(0.5)(values)
    top = keras.Model(inputs, values)
    steps = epochs * (len(labels) // 64 + 1)
    top.compile(
        optimizer=keras.optimizers.AdamW(
            keras.optimizers.schedules.CosineDecay(1e-3, steps), weight_decay=1e-2
        ),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    top.fit(features, labels, epochs=epochs, batch_size=64, verbose=2)
    return model


def save(model, name, description, folder, preprocess_input, share=1.0):
    """Test a base, write its weights and enter it in `bases.json`; return its accuracy.

    Args:
        model: the trained network.
        name: of `BASES`.
        description: what the entry says of the training, a dict.
        folder: where weights and entry go.
        preprocess_input: what the network wants pictures to go through.
        share: of the pictures to test with.
    """
    size = description["input"]
    pictures, labels = draw(int(TESTED_ON * share), size, HELD_OUT)
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    _, accuracy = model.evaluate(batches(pictures, labels, preprocess_input), verbose=0)
    path = folder / description["file"]
    with whole_file(path) as aside:
        model.save_weights(aside)
    made = folder / "bases.json"
    descriptions = json.loads(made.read_text(encoding="utf-8")) if made.exists() else {}
    descriptions[name] = description | {
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "seed": SEED,
        "share": share,
        "tested_on": len(labels),
        "accuracy": round(float(accuracy), 4),
        "hardware": hardware(),
        "command": "python -m tools.train_bases",
        "date": datetime.date.today().isoformat(),
    }
    with whole_file(made) as aside:
        aside.write_text(json.dumps(descriptions, indent=1) + "\n", encoding="utf-8")
    return accuracy


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", default=[], help=f"of {', '.join(BASES)}; all if none")
    parser.add_argument("--share", type=float, default=1.0, help="of the pictures, for a try")
    options = parser.parse_args()
    import_tensorflow()
    import keras

    folder = Path("data" if options.share == 1 else "build") / "pretrained"
    folder.mkdir(parents=True, exist_ok=True)
    for name in options.names or BASES:
        keras.utils.set_random_seed(SEED)
        begin = time.perf_counter()
        description = BASES[name] | {"classes": list(WIDE)}
        preprocess_input = getattr(keras.applications, NETWORKS[name].module).preprocess_input
        model = train(name, description, preprocess_input, options.share)
        description |= {"minutes": _minutes_since(begin)}
        accuracy = save(model, name, description, folder, preprocess_input, options.share)
        print(f"{name}: {accuracy:.3f} of the held-out pictures, {_minutes_since(begin)} minutes")


def _minutes_since(begin):
    return round((time.perf_counter() - begin) / 60, 1)


if __name__ == "__main__":
    main()
