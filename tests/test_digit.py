"""The network that goes into the page, and those that cannot."""

import json

import keras
import numpy as np
import pytest
from keras import layers

from course_utils import CourseError, explore_digit


def head():
    return layers.Flatten(), layers.Dense(10, activation="softmax")


def network(*more, shape=(28, 28, 1)):
    return keras.Sequential([keras.Input(shape=shape), *more])


def test_the_page_gets_the_layers_in_their_order_and_few_bytes():
    base = keras.Sequential([layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(2)])
    model = network(layers.Rescaling(1 / 255), base, layers.Dropout(0.5), *head())
    explorable = explore_digit(model)
    kinds = [layer["kind"] for layer in explorable.data["layers"]]
    assert kinds == ["rescale", "convolution", "pool", "dense"]
    weights = model.count_params()
    assert 2.6 * weights < len(json.dumps(explorable.data)) < 2.8 * weights + 4000
    assert "32 kernels" in explorable.figure.description


def test_a_network_without_a_convolution_has_no_maps_but_an_answer():
    assert "0 kernels" in explore_digit(network(*head())).figure.description


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (network(layers.BatchNormalization(), *head()), "batch_norm.* a BatchNormalization"),
        (network(layers.Conv2D(4, 3, dilation_rate=2), *head()), r"dilation_rate=\(2, 2\)"),
        (network(layers.Conv2D(4, 3, activation="gelu"), *head()), "activation='gelu'"),
        (network(layers.ReLU(max_value=6), *head()), "max_value=6"),
        (network(layers.Flatten(), layers.Dense(10)), "end in one softmax"),
        (network(layers.Conv2D(2, 3, activation="softmax"), *head()), "end in one softmax"),
        (network(*head(), shape=(32, 32, 3)), r"its input is \(None, 32, 32, 3\)"),
        (keras.Sequential(list(head())), "its input is"),
        (network(layers.Rescaling([1.0], 0), *head()), "scale"),
    ],
)
def test_what_the_page_cannot_compute_is_named(model, message):
    with pytest.raises(CourseError, match=message):
        explore_digit(model)


def test_weights_that_are_no_numbers_still_make_a_page():
    model = network(*head())
    model.set_weights([np.full_like(array, np.nan) for array in model.get_weights()])
    assert "start(" in explore_digit(model)._repr_mimebundle_()[0]["text/html"]
