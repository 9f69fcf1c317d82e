"""What lesson 08 writes out in its cells: climbing a gradient, Grad-CAM, the overlay."""

import os
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from course_utils import base_class_names, pretrained_base, read_picture
from tools.lesson_source import taught

KERAS_HOME = os.environ.get("KERAS_HOME")
AFRICAN_ELEPHANT = 386


@pytest.fixture
def lesson():
    """The functions of the lesson by name."""
    return {name: taught("08", name) for name in ("overlay", "grad_cam")}


def ascend_all(steps):
    return taught("08", "ascend_all", pixels=8, steps=steps, preprocess_input=lambda p: p / 255)


def network_of(kernel, bias=0.0):
    """A network whose last maps are its picture and whose scores are their means @ kernel."""
    inputs = keras.Input((2, 2, 3))
    maps = keras.layers.Activation("linear", name="maps")(inputs)
    features = keras.layers.GlobalAveragePooling2D()(maps)
    activation = "softmax" if len(kernel[0]) > 1 else "sigmoid"
    network = keras.Model(inputs, keras.layers.Dense(len(kernel[0]), activation)(features))
    network.layers[-1].set_weights([np.array(kernel), np.full(len(kernel[0]), bias)])
    network.trainable = False
    return network


PICTURE = tf.constant([[[[4.0, 0, 0], [0, 8, 0]], [[2, 0, 0], [1, 1, 9]]]])


def test_grad_cam_of_a_network_that_can_be_worked_out_by_hand(lesson):
    network = network_of([[1.0, -1.0], [-1.0, 1.0], [0.0, 0.0]])
    grad_cam = lesson["grad_cam"]
    assert grad_cam(network, "maps", PICTURE, 0).tolist() == [[1, 0], [0.5, 0]]
    assert grad_cam(network, "maps", PICTURE, 1).tolist() == [[0, 1], [0, 0]]


def test_grad_cam_of_a_single_neuron_has_a_map_for_each_side(lesson):
    network = network_of([[1.0], [-1.0], [0.0]])
    grad_cam = lesson["grad_cam"]
    assert grad_cam(network, "maps", PICTURE, 1).tolist() == [[1, 0], [0.5, 0]]
    assert grad_cam(network, "maps", PICTURE, 0).tolist() == [[0, 1], [0, 0]]


def test_augmentation_in_the_network_does_not_touch_the_heat_map(lesson):
    layers = keras.layers
    network = keras.Sequential(
        [
            keras.Input((2, 2, 3)),
            layers.RandomTranslation(0.5, 0.5),
            layers.Activation("linear", name="maps"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(1, "sigmoid"),
        ]
    )
    network.layers[-1].set_weights([np.array([[1.0], [-1.0], [0.0]]), np.zeros(1)])
    for _ in range(5):
        heat_map = lesson["grad_cam"](network, "maps", PICTURE, 1)
        assert np.allclose(heat_map, [[1, 0], [0.5, 0]])


def test_grad_cam_sees_through_a_sure_answer(lesson):
    network = network_of([[1.0, -1.0], [-1.0, 1.0], [0.0, 0.0]], bias=0.0)
    sure = PICTURE * tf.constant([1000.0, 1, 1])
    assert network(sure).numpy().tolist() == [[1, 0]], "softmax's gradient is 0 here"
    assert lesson["grad_cam"](network, "maps", sure, 0)[0, 0] == 1


def test_a_heat_map_in_which_nothing_speaks_for_the_class_is_zero(lesson):
    network = network_of([[-1.0, 1.0], [-1.0, 1.0], [-1.0, 1.0]])
    heat_map = lesson["grad_cam"](network, "maps", PICTURE, 0)
    assert heat_map.tolist() == [[0, 0], [0, 0]]
    picture = np.full((6, 4, 3), 200, np.uint8)
    assert lesson["overlay"](picture, heat_map).shape == (6, 4, 3)


def test_all_the_colour_of_an_overlay_comes_from_the_heat(lesson):
    """However bright or coloured the picture is: a sky that decides nothing stays grey."""
    heat_map = np.repeat(np.linspace(0, 1, 8)[np.newaxis], 8, axis=0)
    pictures = [np.full((8, 8, 3), shade, np.uint8) for shade in (0, 90, 255)]
    pictures.append(np.random.default_rng(1).integers(0, 256, (8, 8, 3), np.uint8))
    for picture in pictures:
        shown = lesson["overlay"](picture, heat_map).astype(int)
        assert shown.shape == (8, 8, 3)
        colour = np.ptp(shown, axis=-1)
        assert np.allclose(colour, 255 * heat_map, atol=3)
        assert shown[:, 0].max() <= 128 and np.allclose(shown[:, -1], [255, 220, 0], atol=1)


def test_a_normalised_map_is_grey_on_average():
    feature_map = np.random.default_rng(1).normal(7, 0.01, (50, 50))
    shown = taught("08", "normalise")(feature_map)
    assert shown.dtype == np.uint8 and abs(shown.mean() - 128) < 2 and 55 < shown.std() < 65
    assert not np.ptp(taught("08", "normalise")(np.zeros((4, 4)))), "an empty map stays even"


def test_each_picture_of_a_batch_climbs_for_its_own_filter():
    keras.utils.set_random_seed(1)
    layer = keras.layers.Conv2D(3, 1, use_bias=False)
    viewer = keras.Sequential([keras.Input((8, 8, 3)), layer])
    layer.set_weights([np.diag([1.0, 1000.0, 1e-4])[None, None]])
    pictures = ascend_all(5)(viewer, 3)
    grown = pictures.mean(axis=(1, 2)) - 128
    # 5 steps of 4; with one channel of three, a root mean square of 1 is √3 in that channel
    assert np.allclose(grown, np.diag([20 * 3**0.5] * 3), atol=5)
    assert ascend_all(100)(viewer, 3).max() == 255, "the picture stays a picture"


@pytest.mark.skipif(not KERAS_HOME, reason="KERAS_HOME names no folder of real weights")
def test_the_elephants_are_found_and_the_heat_map_lies_on_them(lesson, monkeypatch):
    """They fill the squashed picture's upper right, without its first row and column of cells."""
    photo = Path(KERAS_HOME).parent / "photos" / "creative_commons_elephant.jpg"
    if not photo.is_file():
        pytest.skip(f"there is no {photo}")
    monkeypatch.setenv("COURSE_DATA", "real")
    network, preprocess_input = pretrained_base("MobileNetV2", (224, 224, 3), include_top=True)
    picture = read_picture(photo, size=(224, 224)).astype(np.float32)
    prepared = tf.constant(preprocess_input(picture[np.newaxis]))
    assert network.predict(prepared, verbose=0).argmax() == AFRICAN_ELEPHANT
    assert base_class_names(network)[AFRICAN_ELEPHANT] == "African elephant"
    heat_map = lesson["grad_cam"](network, "out_relu", prepared, AFRICAN_ELEPHANT)
    on_them = np.zeros((7, 7), bool)
    on_them[1:5, 1:] = True
    assert heat_map.shape == (7, 7) and on_them.flat[heat_map.argmax()]
    assert heat_map[on_them].mean() > 4 * heat_map[~on_them].mean()
