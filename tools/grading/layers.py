"""Keras networks as plain data, built anew on the other side without the code of a submission."""

import json

import numpy as np

from tools.grading.wire import Network, WireError

OF_TENSORFLOW = ("relu", "relu6", "elu", "selu", "softmax", "softmax_v2", "sigmoid", "tanh")
"""Activations that may be given as functions of TensorFlow, such as `tf.nn.softmax`."""


def described(layer):
    """Return the `Network` of a layer: its configuration, its weights, and what of it learns.

    Raises:
        WireError: it is made of a class or a function that Keras does not know.
    """
    import keras

    try:
        text = json.dumps(keras.saving.serialize_keras_object(layer))
    except Exception as error:
        raise WireError(f"a network that Keras cannot write down ({_line(error)})") from None
    flags = [part.trainable for part in _parts(layer)]
    return Network(text, [np.asarray(weight) for weight in layer.weights], flags)


def built(network):
    """Return the layer of a `Network`, built by Keras alone: no class or function comes along.

    Raises:
        WireError: it is made of a class or a function that Keras does not know, or is none.
    """
    import keras

    try:
        config = json.loads(network.config)
        _refuse_foreign(config)
        known = {name: keras.activations.get(name.removesuffix("_v2")) for name in OF_TENSORFLOW}
        layer = keras.saving.deserialize_keras_object(config, custom_objects=known)
        if not isinstance(layer, keras.Layer):
            raise WireError("no layer")
        if network.weights:
            layer.set_weights(network.weights)
        for part, flag in zip(_parts(layer), network.trainable, strict=True):
            part.trainable = flag  # from the outermost to the innermost, as each sets all in it
        return layer
    except WireError:
        raise
    except Exception as error:
        raise WireError(f"a network that Keras cannot build again ({_line(error)})") from None


def _parts(layer):
    """Return a layer and all layers in it, each before those in it."""
    return list(layer._flatten_layers())


def _refuse_foreign(config):
    """Raise WireError where a configuration names a class that is not Keras's own."""
    if isinstance(config, list):
        for part in config:
            _refuse_foreign(part)
    if isinstance(config, dict):
        module, name = config.get("module"), config.get("class_name")
        function = name == "function" and config.get("config") in OF_TENSORFLOW
        own = module is None or str(module).split(".")[0] in ("keras", "builtins")
        if name is not None and not function and (not own or name == "__lambda__"):
            raise WireError(f"a network with a class of its own, {str(name)[:60]}")
        for part in config.values():
            _refuse_foreign(part)


def _line(error):
    return (str(error).strip().split("\n") or [""])[0][:160]
