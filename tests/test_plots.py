"""Figures: what they accept, their alt text, their marks."""

import re
from pathlib import Path

import numpy as np
import pytest

from course_utils import (
    explore_predictions,
    plot_channels,
    plot_feature_maps,
    plot_history,
    plot_picture,
    plot_pictures,
    plot_prediction,
    plot_predictions,
)
from course_utils.show import plots
from course_utils.show.explore import MODULES

NAMES = ["cat", "dog", "owl"]
PICTURES = np.random.default_rng(0).integers(0, 256, (5, 28, 28, 1), dtype=np.uint8)
PROBABILITIES = np.array(
    [[0.9, 0.1, 0], [0.2, 0.7, 0.1], [0.3, 0.3, 0.4], [0.6, 0.4, 0], [0.1, 0.1, 0.8]]
)
LABELS = np.array([0, 0, 2, 1, 2])


def test_every_figure_is_one_picture_with_alt_text():
    history = {
        "loss": [1.0, 0.5],
        "accuracy": [0.5, 0.75],
        "val_loss": [1, 1],
        "val_accuracy": [0, 1],
    }
    for figure, words in (
        (plot_picture(PICTURES[0], title="a cat"), "a cat: 28 by 28 pixels"),
        (plot_pictures(PICTURES, titles=LABELS), "5 pictures in 1 row: 0, 0, 2, 1, 2"),
        (plot_prediction(PICTURES[0], PROBABILITIES[0], NAMES, 0), "✓ cat 90%"),
        (plot_prediction(PICTURES[1], PROBABILITIES[1], NAMES, 0), "✗ dog 70%, is cat"),
        (plot_predictions(PICTURES, PROBABILITIES, LABELS, NAMES), "3 right, 2 wrong"),
        (plot_history(history), "training accuracy 0.750 and validation accuracy 1.000"),
    ):
        data, _ = figure._repr_mimebundle_()
        assert words in data["text/html"] and words in data["text/plain"]
        assert set(data) == {"text/html", "text/plain"} and 'alt="' in data["text/html"]
        assert data["text/html"].count("data:image/webp;base64,") == 1


def test_a_whole_training_stands_beside_thin_and_named():
    own = {"loss": [2, 1], "val_loss": [2, 2], "accuracy": [0, 1]}
    whole = {"loss": [3, 2, 1], "val_loss": [3, 3, 3], "accuracy": [0, 0.5, 1]}
    alone, beside = plot_history(own, whole={}), plot_history(own, whole=whole)
    assert [len(axes.get_lines()) for axes in alone.axes] == [2, 1]
    assert [len(axes.get_lines()) for axes in beside.axes] == [4, 2]
    lines = beside.axes[0].get_lines()
    assert [line.get_ydata().tolist() for line in lines[:2]] == [[3, 2, 1], [3, 3, 3]]
    assert max(line.get_linewidth() for line in lines[:2]) < lines[2].get_linewidth()
    named = [text.get_text() for text in beside.axes[0].get_legend().get_texts()]
    assert named[:2] == ["training, recorded in full", "validation, recorded in full"]
    assert "3 epochs" in beside.description and "recorded" not in alone.description


def test_training_and_validation_differ_in_line_style_too():
    figure = plot_history({"loss": [2, 1], "val_loss": [2, 2], "accuracy": [0, 1]})
    training, validation = figure.axes[0].get_lines()
    assert training.get_linestyle() != validation.get_linestyle()
    assert training.get_color() != validation.get_color()


@pytest.mark.parametrize(
    "picture",
    [
        PICTURES[0] // 2,
        PICTURES[0, ..., 0] // 2,
        PICTURES[0] / 510,
        np.full((9, 7, 3), 51, np.uint8),
    ],
)
def test_pictures_of_every_form(picture):
    (image,) = plot_pictures([picture]).axes[0].images
    shown, scale = image.get_array(), 255 if picture.dtype == np.uint8 else 1
    if picture.shape[-1] == 3:  # colours are shown as they are; grey goes by its scale
        assert np.array_equal(shown, picture / scale)
    else:
        assert np.array_equal(shown, picture.reshape(28, 28)) and image.get_clim() == (0, scale)


def test_pictures_keep_their_proportions():
    shapes = [(10, 20), (20, 10), (20, 20)]
    figure = plot_pictures([np.zeros(shape) for shape in shapes])
    for (height, width), image in zip(shapes, figure.axes[0].images, strict=True):
        left, right, bottom, top = image.get_extent()
        assert (right - left) / (bottom - top) == pytest.approx(width / height)


def test_the_scale_follows_the_type_not_the_brightest_pixel():
    dark = plot_picture(np.full((4, 4, 1), 1, dtype=np.uint8)).axes[0].images[0]
    assert dark.get_clim() == (0, 255)
    scaled = plot_picture(np.full((4, 4, 1), 0.1)).axes[0].images[0]
    assert scaled.get_clim() == (0, 1)


@pytest.mark.parametrize(
    "call",
    [
        lambda: plot_picture(np.zeros((28, 28, 4))),
        lambda: plot_pictures(PICTURES, titles=["one"]),
        lambda: plot_pictures([]),
        lambda: plot_predictions(PICTURES, PROBABILITIES[:2], LABELS, NAMES),
        lambda: explore_predictions(PICTURES, PROBABILITIES[:2], LABELS, NAMES),
        lambda: plot_history({"loss": [1]}),
    ],
)
def test_what_does_not_fit_is_told_with_its_numbers(call):
    with pytest.raises(ValueError, match=r"\(28, 28, 4\)|5 pictures|0 pictures|It holds: loss"):
        call()


def test_feature_maps_stand_layer_by_layer_and_empty_ones_are_counted():
    maps = [np.random.default_rng(0).random((8, 6, 3)), np.zeros((2, 2, 12))]
    figure = plot_feature_maps(maps, ["conv", "pool"], columns=4)
    assert "2 layers" in figure.description and "4 of them are empty" in figure.description
    (sheet,) = figure.axes
    assert len(sheet.images) == 3 + 4
    words = " ".join(text.get_text() for text in sheet.texts)
    assert "conv: 3 maps of 8 × 6" in words and "pool: 12 maps of 2 × 2" in words


def test_all_channels_of_a_layer_stand_row_after_row():
    maps = np.zeros((3, 2, 5))
    maps[0, 0, 0], maps[2, 1, 4] = 7, 0.1
    maps[..., 3] = 2
    figure = plot_channels(maps, "conv", columns=3)
    assert figure.description == "conv: 5 maps of 3 × 2, 2 of them empty."
    sheet = figure.axes[0].images[0].get_array()
    assert sheet.shape == (2 * 3 + 1, 3 * 2 + 2, 3), "two rows and three columns, gaps of 1"
    assert (sheet[0, 0] == 1).all() and (sheet[4 + 2, 3 + 1] == 1).all(), "each has its own scale"
    assert not sheet[0:3, 3:5].any() and not sheet[4:7, 0:2].any()
    gap = sheet[3, 0]
    assert np.ptp(gap) > 0.5 and (sheet[:, 2] == gap).all() and (sheet[4:7, 6:] == gap).all()


@pytest.mark.parametrize("shape", [(3, 2), (1, 3, 2, 5), (3, 2, 0)])
def test_what_is_no_layer_of_maps_is_told_with_its_shape(shape):
    with pytest.raises(ValueError, match=r"these have \(.*maps\[0\]"):
        plot_channels(np.zeros(shape), "conv")


def test_the_page_draws_in_the_colours_of_the_figures():
    host = (MODULES / "host.mjs").read_text(encoding="utf-8")
    said = f'export const BLUE = "{plots.BLUE}", ORANGE = "{plots.ORANGE}";'
    assert said.lower() in host.lower()


def test_a_colour_of_figures_has_its_name_in_one_place():
    for path in Path(plots.__file__).parent.glob("*.py"):
        literal = re.findall(r'"#[0-9A-F]{6}"', path.read_text(encoding="utf-8"))
        assert not literal or path.name == "plots.py", (path.name, literal)
