"""Networks for a mark leave the sandbox as configuration and weights, and are judged apart."""

import os

import numpy as np
import pytest

from tools.grading.layers import built, described
from tools.grading.sandbox import OWN
from tools.grading.wire import Network, WireError, pack, unpack

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
keras = pytest.importorskip("keras")
LENGTHS = 8


def carried(value):
    """Return what arrives on the other side of the wire, built anew there."""
    message = pack(value, described)
    text = int.from_bytes(message[:4])
    found = unpack(
        message[LENGTHS : LENGTHS + text], message[LENGTHS + text :], lambda network: network
    )
    return built(found)


def test_the_file_is_seen_by_the_sandbox():
    assert "layers.py" in OWN


def functional():
    inputs = keras.Input((4,))
    values = keras.layers.Dense(3)(inputs[:, :4] / 2.0)
    return keras.Model(inputs, keras.ops.sigmoid(values))


def with_functions_of_tensorflow():
    import tensorflow as tf

    last = keras.layers.Dense(3, activation=tf.nn.softmax)
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, tf.nn.relu), last])


def nested():
    inside = keras.Sequential([keras.layers.Dense(5), keras.layers.ReLU()])
    return keras.Sequential([keras.Input((4,)), inside, keras.layers.BatchNormalization()])


@pytest.mark.parametrize("build", [functional, with_functions_of_tensorflow, nested])
def test_a_network_computes_the_same_on_the_other_side(build):
    network, pictures = build(), np.random.default_rng(3).normal(size=(2, 4))
    assert np.allclose(carried(network)(pictures), network(pictures), atol=1e-6)


def test_what_learns_and_what_is_frozen_arrives():
    """The outermost is frozen, a layer in it is not: nothing learns."""
    network = nested()
    network.trainable = False
    network.layers[0].trainable = True
    assert carried(network).trainable_weights == [] != carried(nested()).trainable_weights
    network.trainable = True
    network.layers[0].layers[0].trainable = False
    found = [weight.path for weight in carried(network).trainable_weights]
    assert len(found) == 2 and all("normalization" in path for path in found)


class OfOnesOwn(keras.layers.Layer):
    def call(self, values):
        return values


def test_a_class_of_ones_own_is_named():
    network = keras.Sequential([keras.Input((4,)), OfOnesOwn()])
    with pytest.raises(WireError, match="a network with a class of its own, OfOnesOwn"):
        carried(network)


@pytest.mark.parametrize(
    "config",
    [
        "no JSON",
        "[]",
        '{"module": "os", "class_name": "system", "config": "true"}',
        '{"module": "builtins", "class_name": "function", "config": "exec"}',
        '{"class_name": "__lambda__", "config": {"value": "4wEAAAA="}}',
        '{"module": "keras.layers", "class_name": "Dense", "config": {"units": -1}}',
        '{"module": "keras.optimizers", "class_name": "Adam", "config": {}}',
    ],
)
def test_nothing_foreign_is_built(config):
    with pytest.raises(WireError):
        built(Network(config, [], [True]))


def test_weights_that_do_not_fit():
    network = described(nested())
    with pytest.raises(WireError, match="cannot build again"):
        built(Network(network.config, network.weights[1:], network.trainable))
    with pytest.raises(WireError, match="cannot build again"):
        built(Network(network.config, network.weights, network.trainable[1:]))
