"""The convolution that can be stepped through: what it shows, and what it refuses."""

import numpy as np
import pytest

from course_utils import explore_convolution
from course_utils.explore import KERNELS, OWN_KERNEL
from course_utils.plots import convolve, plot_convolution

GRID = np.array(
    [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
)
CROSS = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])
PICTURE = np.zeros((6, 7, 1), dtype=np.uint8)
PICTURE[:, 3] = 255


@pytest.fixture
def parts():
    """The parts of a widget: choice, nine fields, slider, text, image."""
    choice, *rows, slider, text, image = explore_convolution(
        PICTURE, KERNELS["left edge"]
    ).widget.children
    return choice, [field for row in rows for field in row.children], slider, text, image


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


def test_it_begins_where_the_sum_is_largest_and_moves(parts):
    choice, fields, slider, text, image = parts
    assert choice.value == "left edge" and [field.value for field in fields] == [-1, 0, 1] * 3
    assert slider.value == 1 and slider.max == 4 * 5 - 1
    assert "row 0, column 1" in text.value and "sum to 765" in text.value
    before = image.value
    slider.value = 8
    assert "Step 9: row 1, column 3" in text.value and "sum to -765" in text.value
    assert image.value != before


def test_a_kernel_can_be_chosen_and_edited(parts):
    choice, fields, _, text, image = parts
    drawn = []
    image.observe(drawn.append, names="value")
    choice.value = "blur"
    assert [field.value for field in fields] == [1] * 9 and "sum to 765" in text.value
    assert len(drawn) == 1, "one picture for nine weights"
    fields[2].value = 2
    assert choice.value == OWN_KERNEL and "sum to 1020" in text.value
    fields[2].value = 1
    assert choice.value == "blur"
    choice.value = OWN_KERNEL
    assert [field.value for field in fields] == [1] * 9 and len(drawn) == 3


def test_without_a_kernel_behind_it_a_picture_is_shown():
    data, metadata = explore_convolution(GRID, CROSS)._repr_mimebundle_()
    assert {"image/png", "application/vnd.jupyter.widget-view+json"} <= set(data)
    assert "Step 1 of 9" in metadata["image/png"]["alt"]


@pytest.mark.parametrize(
    ("picture", "kernel"),
    [(GRID[:2], CROSS), (np.zeros((9, 9, 3)), CROSS), (GRID, CROSS[:2]), (GRID, [1, 0, 1])],
)
def test_what_is_no_picture_or_kernel_is_told_with_its_shape(picture, kernel):
    with pytest.raises(ValueError, match=r"these have \(.*\) and \(.*\)"):
        explore_convolution(picture, kernel)
