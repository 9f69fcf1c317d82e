"""Networks are judged by what they compute, however they are written."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from course_utils.exercises.networks import build_twice, measure, measure_both

LAYERS = keras.layers


def plain():
    return keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            LAYERS.Conv2D(3, 3, activation="relu"),
            LAYERS.MaxPooling2D(2),
            LAYERS.Flatten(),
            LAYERS.Dense(10, activation="softmax"),
        ]
    )


def without_input():
    return keras.Sequential([*plain().layers[:-1], LAYERS.Dense(10, activation=tf.nn.softmax)])


def activations_apart():
    layers = [LAYERS.Conv2D(3, 3), LAYERS.ReLU(), LAYERS.MaxPooling2D(2), LAYERS.Flatten()]
    return keras.Sequential([keras.Input((6, 6, 1)), *layers, LAYERS.Dense(10), LAYERS.Softmax()])


def functional():
    pictures = keras.Input((6, 6, 1))
    values = keras.ops.relu(LAYERS.Conv2D(3, 3)(pictures))
    values = keras.ops.reshape(LAYERS.MaxPooling2D(2)(values), (-1, 12))
    return keras.Model(pictures, keras.ops.softmax(LAYERS.Dense(10)(values)))


def nested():
    inside = keras.Sequential([LAYERS.Conv2D(3, 3, activation="relu"), LAYERS.MaxPooling2D(2)])
    head = keras.Sequential([LAYERS.Flatten(), LAYERS.Dense(10, activation="softmax")])
    return keras.Sequential([keras.Input((6, 6, 1)), inside, head])


def equal(one, other):
    assert one.keys() == other.keys()
    return all(np.allclose(one[key], other[key], atol=1e-5) for key in ("answers", "bare")) and all(
        one[key] == other[key] for key in one.keys() - {"answers", "bare"}
    )


@pytest.mark.parametrize("build", [without_input, activations_apart, functional, nested])
def test_the_same_network_written_in_another_way_measures_the_same(build):
    assert equal(measure(build(), 6, 6, 1), measure(plain(), 6, 6, 1))


def changed(number, layer):
    layers = list(plain().layers)
    layers[number] = layer
    return keras.Sequential([keras.Input((6, 6, 1)), *layers])


@pytest.mark.parametrize(
    ("number", "layer"),
    [
        (0, LAYERS.Conv2D(3, 3)),
        (0, LAYERS.Conv2D(3, 3, activation="elu")),
        (1, LAYERS.AveragePooling2D(2)),
        (3, LAYERS.Dense(10, activation="sigmoid")),
        (3, LAYERS.Dense(10)),
    ],
)
def test_another_network_measures_otherwise(number, layer):
    assert not equal(measure(changed(number, layer), 6, 6, 1), measure(plain(), 6, 6, 1))


def test_the_last_activation_alone():
    bare = measure(plain(), 6, 6, 1)["bare"]
    raw = np.exp(np.resize([-2, 0.5, 1, -0.5, 3], 10))
    assert np.allclose(bare, raw / raw.sum(), atol=1e-6)


def test_a_network_that_does_not_look():
    pictures = keras.Input((6, 6, 1))
    values = LAYERS.Dense(1)(LAYERS.Flatten()(pictures * 0.0))
    assert measure(keras.Model(pictures, values), 6, 6, 1)["blind"]
    assert not measure(plain(), 6, 6, 1)["blind"]


@pytest.mark.parametrize("value", [None, 3, LAYERS.Dense(3), [plain]])
def test_what_is_no_network(value):
    with pytest.raises(AssertionError, match=r"Return the network, a keras\.Model, not"):
        measure(value, 6, 6, 1)


def test_pictures_that_a_network_does_not_take():
    with pytest.raises(AssertionError, match=r"does not take pictures of the shape \(7, 7, 3\)"):
        measure(plain(), 7, 7, 3)
    with pytest.raises(AssertionError, match="has no layers"):
        measure(keras.Sequential(), 6, 6, 1)


def test_shared_and_copied_weights():
    known = plain()

    def copy():
        network = plain()
        network.set_weights(known.get_weights())
        return network

    def other(turns=iter(range(9))):  # noqa: B008
        return plain() if next(turns) % 2 else keras.Sequential([plain(), LAYERS.Softmax()])

    assert measure_both(build_twice(plain), 6, 6, 1)["alike"]
    assert not measure_both(build_twice(other), 6, 6, 1)["alike"]
    assert not build_twice(plain, known=[known])["shared"]
    assert build_twice(lambda: known)["shared"]
    assert build_twice(lambda: keras.Sequential([keras.Input((6, 6, 1)), *known.layers]))["shared"]
    assert build_twice(copy, known=[known])["shared"] and not build_twice(copy)["shared"]
