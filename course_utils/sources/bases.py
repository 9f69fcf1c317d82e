"""Pretrained networks, from the first place that has their weights.

The order: the Keras cache, a download, the small bases that the course trained itself.
"""

import dataclasses
import hashlib
import json
import operator
import warnings
from pathlib import Path

from course_utils.errors import CourseError, DataError, unknown_name
from course_utils.machine import imports
from course_utils.machine.device import find_device, import_tensorflow
from course_utils.machine.settings import profile
from course_utils.sources import weights
from course_utils.sources.plan import mode, obtain
from course_utils.sources.prepared import import_tfds
from course_utils.sources.weights import NETWORKS

_RESTORE = (
    "In a clone of the course, `git checkout -- data/pretrained` restores it; "
    "elsewhere, install the course's helpers again."
)


class BaseError(CourseError, ValueError):
    """A base, or its class names, asked for in a way that there is none."""


@dataclasses.dataclass(frozen=True)
class Base:
    """A base that was loaded. `kind` is "imagenet" or "drawn"; `file` holds its weights."""

    name: str
    kind: str
    file: Path

    def __str__(self):
        return f"{self.name}, {'ImageNet weights' if self.kind == 'imagenet' else 'drawn base'}"


def pretrained_base(name, input_shape=(224, 224, 3), include_top=False):
    """Return `(model, preprocess_input)`: a trained network, and what its pictures go through.

    The weights come from the first place that has them: the Keras cache (`KERAS_HOME`, else
    `~/.keras`), a download of at most 100 MB, MobileNetV2's weights for another size of picture in
    the Keras cache, the course's own small base: a narrow network of the same shape, trained on
    drawn pictures. One printed line tells which.
    `COURSE_DATA=real` accepts no small base and downloads any size, `COURSE_DATA=sample` takes
    nothing else; the `ci` profile takes the small base unless `COURSE_DATA` says otherwise. The
    `quick` profile never runs the whole VGG16 on a CPU: it takes the small one there.

    Args:
        name: "MobileNetV2" (Sandler et al. 2018, arXiv 1801.04381) or "VGG16" (Simonyan and
            Zisserman 2014, arXiv 1409.1556).
        input_shape: rows, columns, 3; at least 32 rows and 32 columns. VGG16 with its top takes
            only the size that it was trained with, 224 × 224 for ImageNet's weights.
        include_top: whether the network ends in its classifier, or in its last feature maps.

    Returns:
        A pair: the `keras.Model`, with the layer names of `keras.applications`; and that network's
        `preprocess_input` there, for RGB pictures of shape (n, rows, columns, 3) with values
        0…255, as float32 and perhaps changed in place. The model gives features of shape
        (n, rows / 32, columns / 32, channels), rounded up by MobileNetV2 and down by VGG16, 0 or
        more; with its top, probabilities of shape (n, classes).

    Raises:
        UnknownNameError: the course has no such base.
        BaseError: the base takes no pictures of that shape.
        DataError: a file is damaged or of another network, or cannot be written, or ImageNet's
            weights were asked for and cannot be had, or the `quick` profile has no time for them.
    """
    return load_with_base(name, input_shape, include_top)[:2]


def load_with_base(name, input_shape=(224, 224, 3), include_top=False):
    """Return `(model, preprocess_input, base)`: what `pretrained_base` returns, and the `Base`."""
    if name not in NETWORKS:
        raise unknown_name("pretrained base", name, NETWORKS)
    input_shape = _checked_shape(input_shape)
    import_tensorflow()
    import keras

    too_slow = _too_slow(name)
    if mode() != "sample" and not too_slow:
        _check_top(name, input_shape, include_top, 224)
    wanted = weights.weights_file(name, input_shape, include_top)
    made = obtain(wanted, too_slow)
    if made.kind == "real":
        model, base = imagenet_base(name, input_shape, include_top, made.place)
        trained = ""
        if made.place.name != wanted.name:
            size = weights.trained_size(made.place)
            trained = f" trained at {size} × {size},"
        print(f"{name}: ImageNet weights,{trained} from {made.place}")
    else:
        model, file = embedded_base(name, input_shape, include_top)
        base = Base(name, "drawn", file)
        said = "the course's own small base, trained on drawn pictures"
        print(f"{name}: {said} ({made.why_not_real})")
    model.course_base = base
    return model, getattr(keras.applications, NETWORKS[name].module).preprocess_input, base


def imagenet_base(name, input_shape, include_top, file):
    """Return `(model, base)`: the network with ImageNet's weights from a file in the Keras cache.

    Arguments, shapes and errors are those of `pretrained_base`, which finds the file.
    """
    import keras

    network = getattr(keras.applications, name)
    model = network(weights=None, input_shape=input_shape, include_top=include_top)
    remedy = "Delete it and run this again to get it anew, or set COURSE_DATA=sample."
    _load(model, name, file, remedy)
    return model, Base(name, "imagenet", file)


def base_class_names(model):
    """Return the names of the classes that a base's probabilities stand for, in their order.

    Args:
        model: what `pretrained_base` gave with `include_top=True`.

    Returns:
        A list of texts: ImageNet's 1,000, the first name of each, as the installed TFDS lists them
        for its dataset siscore; or the classes of the course's own small base.

    Raises:
        BaseError: it is another model.
        MissingPackageError: TFDS does not come up.
    """
    base = getattr(model, "course_base", None)
    if base is None or len(model.outputs[0].shape) != 2:
        raise BaseError(
            "base_class_names knows only models as pretrained_base gives them with "
            "include_top=True; the classes of any other model are those that it was trained with."
        )
    if base.kind == "drawn":
        return list(description(base.name)["classes"])
    import_tfds()
    from tensorflow_datasets.datasets.siscore import labels

    return [names.split(",")[0] for names in labels.IMAGENET_LABELS_LIST]


def _too_slow(name):
    """Return in words why a base does not fit profile and machine, or None.

    Raises:
        DataError: it was asked for all the same.
    """
    kind, _ = find_device()
    if not NETWORKS[name].slow or kind != "CPU" or profile(kind) != "quick":
        return None
    if mode() == "real":
        raise DataError(
            f"COURSE_DATA=real asks for the whole {name}, and the quick profile does not run it on "
            "a CPU: it would take far longer than minutes. Set COURSE_PROFILE=full to take the "
            "time, or COURSE_DATA=auto for the course's own small base, or COURSE_BASE=MobileNetV2."
        )
    return f"the whole {name} takes long on a CPU; COURSE_PROFILE=full takes the time"


def _checked_shape(input_shape):
    """Return the shape as a tuple of three ints, or raise what is wrong with it."""
    try:
        rows, columns, channels = map(operator.index, input_shape)
    except (TypeError, ValueError):
        raise BaseError(
            f"input_shape={input_shape!r} is not three whole numbers. "
            "Give rows, columns and channels, such as (224, 224, 3)."
        ) from None
    if channels != 3:
        raise BaseError(
            f"input_shape={input_shape!r} asks for {channels} channels; the bases take the three "
            "of a colour picture. Repeat a grey picture's channel three times."
        )
    if min(rows, columns) < 32:
        raise BaseError(
            f"input_shape={input_shape!r} is too small: the bases halve a picture five times, so "
            "it needs 32 rows and 32 columns. keras.layers.Resizing enlarges pictures."
        )
    return rows, columns, channels


def _check_top(name, input_shape, include_top, size):
    """Raise where the dense layers on top of a network were trained for another input size."""
    if include_top and NETWORKS[name].one_size and input_shape[:2] != (size, size):
        raise BaseError(
            f"{name} with its top takes pictures of {size} × {size}, not of {input_shape[0]} × "
            f"{input_shape[1]}: its first dense layer has weights for each position. Give "
            f"input_shape=({size}, {size}, 3), or leave the top off with include_top=False."
        )


def _load(model, name, file, remedy):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras warns of what it then raises
            model.load_weights(file)
    except Exception as error:  # Keras and h5py raise many kinds for another network's weights
        imports.explain(error)
        reason = (str(error).strip() or type(error).__name__).split("\n")[0]
        raise DataError(
            f"{file} does not hold the weights of this {name} ({reason}). {remedy}"
        ) from None


def embedded_folder():
    """Return the folder of the course's own small bases: in the wheel, else in the clone."""
    package = Path(__file__).resolve().parent.parent
    folders = [home / "data" / "pretrained" for home in (package, package.parent)]
    return next((folder for folder in folders if folder.is_dir()), folders[-1])


def description(name):
    """Return what `bases.json` says of one of the course's own small bases, a dict.

    Raises:
        DataError: the file cannot be read, or has no such base.
    """
    folder = embedded_folder()
    try:
        return json.loads((folder / "bases.json").read_text(encoding="utf-8"))[name]
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
        raise DataError(
            f"{folder / 'bases.json'} does not describe {name} ({reason}). {_RESTORE}"
        ) from None


def embedded_base(name, input_shape, include_top):
    """Return `(model, file)`: the course's own small base, and the path of its weights.

    Arguments, shapes and errors are those of `pretrained_base`, which takes this base where there
    is no other, and says so.
    """
    import_tensorflow()
    import keras

    described = description(name)
    file, size = embedded_folder() / described["file"], described["input"]
    _check_top(name, input_shape, include_top, size)
    try:
        found = hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise DataError(f"{file} cannot be read ({error.strerror}). {_RESTORE}") from None
    if found != described["sha256"]:
        raise DataError(
            f"{file} is damaged or cut off: its checksum is not that of bases.json. {_RESTORE}"
        )
    if not NETWORKS[name].one_size:  # it ends in global pooling: the weights fit every input size
        model = embedded_network(name, described, input_shape, include_top=True)
        _load(model, name, file, _RESTORE)
        if not include_top:
            pooling = keras.layers.GlobalAveragePooling2D
            features = next(layer.input for layer in model.layers if isinstance(layer, pooling))
            model = keras.Model(model.inputs, features, name=model.name)
        return model, file
    whole = embedded_network(name, described, (size, size, 3), include_top=True)
    _load(whole, name, file, _RESTORE)
    if include_top:
        return whole, file
    model = embedded_network(name, described, input_shape, include_top=False)
    for layer in model.layers:
        layer.set_weights(whole.get_layer(layer.name).get_weights() if layer.weights else [])
    return model, file


def embedded_network(name, description, input_shape, include_top):
    """Return a small base with random weights: Keras's layers and their names, fewer channels.

    Args:
        name: one of `weights.NETWORKS`.
        description: the base's entry in `bases.json`: "classes", a list of names; for VGG16
            "widths", the channels of the five blocks, and "dense", the units of the two hidden
            layers on top; for others "alpha", the width of the layers against the published ones.
        input_shape: rows, columns, 3.
        include_top: as for `pretrained_base`.

    Returns:
        A `keras.Model`; shapes in and out are those of `pretrained_base`.
    """
    import_tensorflow()
    import keras

    classes = len(description["classes"])
    if name != "VGG16":
        return getattr(keras.applications, name)(
            input_shape=input_shape,
            alpha=description["alpha"],
            include_top=include_top,
            weights=None,
            classes=classes,
        )
    layers = keras.layers
    inputs = values = keras.Input(input_shape)
    for block, width in enumerate(description["widths"], start=1):
        for number in range(1, 3 if block < 3 else 4):
            convolution = layers.Conv2D(
                width, 3, padding="same", activation="relu", name=f"block{block}_conv{number}"
            )
            values = convolution(values)
        values = layers.MaxPooling2D(2, name=f"block{block}_pool")(values)
    if include_top:
        values = layers.Flatten(name="flatten")(values)
        for number, units in enumerate(description["dense"], start=1):
            values = layers.Dense(units, activation="relu", name=f"fc{number}")(values)
        values = layers.Dense(classes, activation="softmax", name="predictions")(values)
    return keras.Model(inputs, values, name="vgg16")
