"""Explorables: what they show, and what they refuse."""

import re

import numpy as np
import pytest

from course_utils import (
    explore_augmentation,
    explore_convolution,
    explore_feature_maps,
    explore_heat_maps,
    explore_neighbours,
    explore_smoothing,
)
from course_utils.show.explore import _augment, _smooth
from course_utils.show.plots import convolve, plot_convolution

GRID = np.array(
    [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
)
CROSS = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])
PICTURE = np.zeros((6, 7, 1), dtype=np.uint8)
PICTURE[:, 3] = 255


def test_a_convolution_worked_out_by_hand():
    feature_map, patches = convolve(GRID, CROSS)
    assert feature_map.tolist() == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]
    assert patches[2, 1].tolist() == [[0, 1, 1], [0, 1, 1], [1, 1, 0]]


def test_the_figure_shows_one_step_and_the_map_so_far():
    figure = plot_convolution(GRID, CROSS, 1, 0)
    assert "Step 4 of 9" in figure.description and "add up to 2." in figure.description
    shown = figure.axes[1].images[0].get_array()
    assert shown.compressed().tolist() == [4, 3, 4, 2]
    numbers = [[text.get_text() for text in axes.texts] for axes in figure.axes[2:5]]
    assert numbers == [list("011001001"), list("101010101"), list("001000001")]


def test_negative_and_fractional_weights_are_written_short():
    figure = plot_convolution(np.ones((3, 3)), np.full((3, 3), -1 / 3), 0, 0)
    assert {text.get_text() for text in figure.axes[3].texts} == {"−0.33"}
    figure = plot_convolution(np.zeros((3, 3)), np.full((3, 3), -1), 0, 0)
    assert {text.get_text() for text in figure.axes[4].texts} == {"0"}


def test_an_explorable_is_one_text_with_its_picture_its_words_and_no_address():
    data, metadata = explore_convolution(GRID, CROSS)._repr_mimebundle_()
    text = data["text/html"]
    assert set(data) == {"text/html", "text/plain"} and not metadata
    assert "Step 1 of 9" in data["text/plain"] and f'alt="{data["text/plain"]}"' in text
    assert text.count("data:image/webp") == 1 and "http" not in text and len(text) < 40_000
    assert not re.search("(?m)^import ", text) and text.count("</script") == 1


@pytest.mark.parametrize(
    ("picture", "kernel"),
    [(GRID[:2], CROSS), (np.zeros((9, 9, 3)), CROSS), (GRID, CROSS[:2]), (GRID, [1, 0, 1])],
)
def test_what_is_no_picture_or_kernel_is_told_with_its_shape(picture, kernel):
    with pytest.raises(ValueError, match=r"these have \(.*\) and \(.*\)"):
        explore_convolution(picture, kernel)
    with pytest.raises(ValueError, match="from −9999 to 9999"):
        explore_convolution(GRID, CROSS * np.nan)


STAIRS = np.tile(np.arange(10, dtype=np.uint8) * 20, (10, 1))[..., np.newaxis]
"""A picture that grows brighter to the right, from 0 to 180, 20 a column."""


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ({}, STAIRS),
        ({"mirrored": True}, STAIRS[:, ::-1]),
        ({"rotation": 90}, np.rot90(STAIRS)),
        ({"across": 0.2}, np.maximum(STAIRS.astype(int) - 40, 0)),
        ({"across": -0.3}, np.minimum(STAIRS.astype(int) + 60, 180)),
        ({"down": 0.5}, STAIRS),
        ({"brightness": 0.5}, np.minimum(STAIRS + 127.5, 255)),
        ({"mirrored": True, "across": 0.1}, np.minimum(200 - STAIRS.astype(int), 180)),
    ],
)
def test_a_picture_changes_by_exactly_the_amount_asked_for(amounts, expected):
    changed = _augment(STAIRS.astype(np.float32), **amounts)
    assert changed.dtype == np.uint8
    assert np.allclose(changed, expected, atol=1)


def test_zoom_and_shear_go_the_way_of_the_layers():
    square = np.zeros((12, 12, 3), np.float32)
    square[3:9, 3:9] = 255
    assert _augment(square, zoom=-0.3).sum() > square.sum() > _augment(square, zoom=0.3).sum()
    sheared = _augment(square, shear=0.5)[..., 0] > 127
    assert [row.argmax() for row in sheared[3:9]] == sorted(
        (row.argmax() for row in sheared[3:9]), reverse=True
    )
    assert sheared[3].argmax() > sheared[8].argmax()


def test_the_sliders_show_how_far_a_layer_may_go():
    mirrored, rotation, across, down, zoom, *_, text, image = explore_augmentation(
        STAIRS / 255
    ).widget.children
    assert text.value == "As it is."
    before = image.value
    across.value, down.value = 0.2, -0.1
    assert text.value == "As far as RandomTranslation(0.1, 0.2) may go." and image.value != before
    mirrored.value, rotation.value, zoom.value = True, -40, 0.2
    assert 'RandomFlip("horizontal"), RandomRotation(40 / 360), RandomTr' in text.value
    assert "RandomZoom(0.2)" in text.value
    mirrored.value = rotation.value = across.value = down.value = zoom.value = 0
    assert image.value == before


def test_without_a_kernel_eight_transformations_are_shown():
    data, metadata = explore_augmentation(STAIRS)._repr_mimebundle_()
    assert {"text/html", "application/vnd.jupyter.widget-view+json"} <= set(data)
    alt = data["text/plain"]
    assert "8 pictures" in alt and "turned by 40°" in alt


@pytest.mark.parametrize("shape", [(9,), (9, 9, 2), (1, 9, 9, 3), (0, 9, 3)])
def test_what_is_no_picture_to_augment_is_told_with_its_shape(shape):
    with pytest.raises(ValueError, match=r"this has \("):
        explore_augmentation(np.zeros(shape))


def test_neighbours_are_the_most_alike_by_what_is_chosen():
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (10, 4, 4, 3), np.uint8)
    labels = np.arange(10) % 2
    told_apart = np.eye(2)[labels] + rng.normal(0, 0.01, (10, 2))
    vectors = {"features": told_apart, "pixels": pictures}
    explorable = explore_neighbours(pictures, vectors, labels, ["cat", "dog"])
    choice, slider, text, image = explorable.widget.children
    assert choice.options == ("features", "pixels") and slider.max == 9
    assert text.value == "Picture 1, cat. By features, 4 of 7 show a cat, too."
    data, _ = explorable._repr_mimebundle_()
    assert "4 of 7 show a cat" in data["text/plain"] and "this cat, cat, cat, cat, cat, dog" in str(
        data["text/plain"]
    )
    before = image.value
    choice.value = "pixels"
    assert "By pixels" in text.value and image.value != before
    slider.value = 1
    assert text.value.startswith("Picture 2, dog")


@pytest.mark.parametrize(("count", "vectors", "labels"), [(7, 7, 7), (9, 8, 9), (9, 9, 8)])
def test_neighbours_need_as_many_vectors_and_labels(count, vectors, labels):
    with pytest.raises(ValueError, match=f"{count} pictures, {labels} labels, {vectors} vectors"):
        explore_neighbours(
            np.zeros((count, 2, 2)), {"pixels": np.zeros((vectors, 4))}, np.zeros(labels, int), "ab"
        )


LAYER_MAPS = [np.zeros((4, 6, 3)), np.zeros((2, 3, 5))]
LAYER_MAPS[0][1, 2, 0], LAYER_MAPS[1][1, 0, 4] = 0.5, 3


def test_every_channel_of_every_layer_can_be_reached():
    explorable = explore_feature_maps(PICTURE, LAYER_MAPS, ["conv", "pool"])
    choice, slider, text, image = explorable.widget.children
    assert (choice.value, slider.value, slider.max) == ("conv", 0, 2)
    assert "4 × 6 numbers, 96% of them 0; the largest, 0.5, in row 1, column 2." in text.value
    assert text.value == explorable.figure.description
    before = image.value
    slider.value = 2
    assert "This filter finds nothing" in text.value and image.value != before
    choice.value = "pool"
    assert (slider.value, slider.max) == (2, 4) and text.value.startswith("pool, channel 2")
    slider.value = 4
    assert "the largest, 3, in row 1, column 0" in text.value
    choice.value = "conv"
    assert (slider.value, slider.max) == (2, 2) and text.value.startswith("conv, channel 2")


@pytest.mark.parametrize(
    ("maps", "names"),
    [
        ([], []),
        (LAYER_MAPS, ["conv"]),
        (LAYER_MAPS, ["conv", "conv"]),
        ([LAYER_MAPS[0][np.newaxis]], ["conv"]),
    ],
)
def test_layers_without_names_or_maps_are_told(maps, names):
    with pytest.raises(ValueError, match=r"a name of its own and maps of the shape"):
        explore_feature_maps(PICTURE, maps, names)


def test_each_class_shows_its_own_heat_map():
    overlays = {
        name: np.full((5, 5, 3), grey, np.uint8) for name, grey in (("cat", 9), ("dog", 99))
    }
    explorable = explore_heat_maps(PICTURE, overlays)
    choice, image = explorable.widget.children
    before = image.value
    choice.value = "dog"
    assert image.value != before
    choice.value = "cat"
    assert image.value == before
    data, metadata = explorable._repr_mimebundle_()
    assert {"text/html", "application/vnd.jupyter.widget-view+json"} <= set(data)
    assert "the picture, cat, dog" in data["text/plain"]
    with pytest.raises(ValueError, match="overlays is empty"):
        explore_heat_maps(PICTURE, {})


CURVES = {
    "loss": [3, 1, 2],
    "accuracy": [0, 1, 0],
    "val_loss": [4, 0, 0],
    "val_accuracy": [1, 0, 1],
}


@pytest.mark.parametrize(
    ("factor", "expected"), [(0, [4, 0, 2]), (0.5, [4, 2, 2]), (0.8, [4, 3.2, 2.96])]
)
def test_an_exponential_moving_average_by_hand(factor, expected):
    assert np.allclose(_smooth([4, 0, 2], factor), expected)


def test_the_curves_are_smoothed_by_the_slider():
    explorable = explore_smoothing(CURVES)
    slider, text, image = explorable.widget.children
    assert text.value == "0.80 of the smoothed value before, 0.20 of the new one."
    assert "Curves over 3 epochs" in explorable.figure.description
    assert "accuracy ends at 0.840" in explorable.figure.description
    before = image.value
    slider.value = 0.5
    assert text.value.startswith("0.50 of") and image.value != before
    raw, smoothed, *_ = explorable.figure.axes[0].lines
    assert raw.get_ydata().tolist() == [3, 1, 2]
    assert np.allclose(smoothed.get_ydata(), [3, 2.6, 2.48])


def test_curves_without_validation_are_told():
    with pytest.raises(ValueError, match="It holds: loss, accuracy"):
        explore_smoothing({"loss": [1], "accuracy": [1]})
