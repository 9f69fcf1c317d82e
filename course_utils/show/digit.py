"""A network of one's own in the page: it answers to a digit while it is drawn."""

import numpy as np

from course_utils.errors import CourseError
from course_utils.show.explore import PageExplorable, pack
from course_utils.show.plots import plot_pictures, stretch

_ACTIVATIONS = ("linear", "relu", "sigmoid", "tanh", "softmax")
_WITHOUT_EFFECT = ("InputLayer", "Flatten", "Dropout", "SpatialDropout2D")
_KINDS = "Rescaling, Conv2D, MaxPooling2D, AveragePooling2D, Flatten, Dropout, Dense, ReLU, Softmax"


def explore_digit(model):
    """Return a square to draw a digit in, with the answer of a network as it is drawn.

    The page computes the network itself, from weights rounded to float16. A digit is centred and
    scaled as those of MNIST were (LeCun and others, 1998, section III.A): shrunk to 20 pixels on
    its longer side, in 28 × 28 about its centre of mass.

    Args:
        model: a Keras `Sequential`, or a model with its layers in one line, that takes pictures
            (28, 28, 1) in 0…255 and ends in a softmax.

    Raises:
        CourseError: the page cannot compute this model; the message names the layer.
    """
    shape = getattr(model, "input_shape", None)  # None before it is built
    if tuple(shape or ()) != (None, 28, 28, 1):
        raise CourseError(f"The model must take pictures of (28, 28, 1); its input is {shape}.")
    layers = [made for layer in _in_line(model) if (made := _page_layer(layer))]
    activations = [layer["activation"] for layer in layers]
    if "softmax" in activations[:-1] or activations[-1:] != ["softmax"]:
        raise CourseError(
            "The model must end in one softmax, which gives each digit a probability."
        )
    first = next((layer for layer in _in_line(model) if _type(layer) == "Conv2D"), None)
    kernels = [] if first is None else np.moveaxis(np.mean(first.get_weights()[0], axis=2), -1, 0)
    figure = plot_pictures(
        [stretch(kernel) for kernel in kernels] or [np.zeros((28, 28))], columns=8, inches=0.8
    )
    figure.description = (
        "A page that may run scripts has a square here to draw a digit in, and the network "
        f"answers. This picture has the {len(kernels)} kernels of its first convolution."
    )
    return PageExplorable("digit", {"layers": layers}, figure)


def _type(layer):
    return type(layer).__name__


def _in_line(model):
    for layer in model.layers:
        yield from _in_line(layer) if hasattr(layer, "layers") else [layer]


def _page_layer(layer):
    """Return what the page needs to compute a layer, None where there is nothing to compute."""
    kind, config = _type(layer), layer.get_config()
    if kind in _WITHOUT_EFFECT:
        return None
    made = {"name": layer.name, "activation": config.get("activation", "linear")}
    if kind == "Rescaling":
        made |= {"kind": "rescale", "scale": config["scale"], "offset": config["offset"]}
    elif kind in ("ReLU", "Softmax", "Activation"):
        made |= {"kind": "rescale", "scale": 1, "offset": 0}
        made["activation"] = kind.lower() if kind != "Activation" else config["activation"]
    elif kind in ("Conv2D", "Dense"):
        kernel, bias = [*layer.get_weights(), np.zeros(layer.get_weights()[0].shape[-1])][:2]
        made |= {"kernel": pack(kernel, "float16"), "bias": pack(bias, "float16")}
        made |= {"kind": "dense" if kind == "Dense" else "convolution"}
    elif kind in ("MaxPooling2D", "AveragePooling2D"):
        made |= {"kind": "pool", "mean": kind == "AveragePooling2D"}
    else:
        raise CourseError(f"The page cannot compute {layer.name}, a {kind}. It knows {_KINDS}.")
    if "strides" in config:
        made |= {"size": config.get("kernel_size", config.get("pool_size"))}
        made |= {"strides": config["strides"], "same": config["padding"] == "same"}
    # What a layer could do besides, and these do not.
    plain = {"groups": 1, "dilation_rate": (1, 1), "data_format": "channels_last", "axis": -1}
    plain |= {"max_value": None, "negative_slope": 0, "threshold": 0}
    other = [name for name, value in plain.items() if _other(config.get(name, value), value)]
    other += [name for name in ("scale", "offset") if np.ndim(config.get(name, 0))]
    if made["activation"] not in _ACTIVATIONS:
        other.append("activation")
    if other:
        raise CourseError(
            f"The page cannot compute {layer.name} with {other[0]}={config[other[0]]!r}."
        )
    return made


def _other(value, plain):
    return (tuple(value) if isinstance(value, list) else value) != plain
