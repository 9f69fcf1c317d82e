"""Drawings of the parts of a network, and the way down a surface with a saddle point."""

import keras
import numpy as np
import pytest

from course_utils import plot_descent, plot_functions, plot_neuron, plot_softmax
from course_utils.show.descent import descend, height, slope

FLOWERS = ["dandelion", "daisy", "tulips"]


def test_a_neuron_is_drawn_with_its_numbers():
    figure = plot_neuron([0.5, 1.0, 2.0], [1.0, -0.5, 0.75], 0.25)
    written = {text.get_text() for text in figure.axes[0].texts}
    assert {"0.5", "× −0.5", "+ 0.25", "1.75", "ReLU"} <= written
    assert "1.75 in all; ReLU makes 1.75" in figure.description
    assert "ReLU makes 0 of it" in plot_neuron([1.0], [-2.0], 0.5).description


@pytest.mark.parametrize("inputs", [[], [1.0, 2.0], [[1.0]]])
def test_a_neuron_that_cannot_be_drawn(inputs):
    with pytest.raises(ValueError, match="1 to 8 inputs and as many weights"):
        plot_neuron(inputs, [1.0], 0)


def test_functions_are_drawn_as_they_are():
    figure = plot_functions({"square": np.square, "half": lambda x: x / 2}, -1, 3, xlabel="x")
    square, half = (axes.lines[0].get_xydata() for axes in figure.axes)
    assert np.allclose(square[:, 1], square[:, 0] ** 2) and np.allclose(half[-1], (3, 1.5))
    assert "square, half" in figure.description
    for wrong in ({}, -1, 1), ({"square": np.square}, 1, 1):
        with pytest.raises(ValueError, match="at least one function"):
            plot_functions(*wrong)


def test_softmax_adds_up_and_its_loss_is_that_of_keras():
    figure = plot_softmax([1.0, 2.0, -1.0], FLOWERS, label=1)
    shares = [bar.get_width() for bar in figure.axes[2].patches]
    assert np.isclose(sum(shares), 1) and np.isclose(shares[0] / shares[1], np.exp(-1))
    assert [bar.get_width() for bar in figure.axes[3].patches] == [0, 1, 0]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    expected = float(loss(np.array([1]), np.array([[1.0, 2.0, -1.0]])))
    assert f"a loss of {expected:.2f}" in figure.description
    for scores, label in (([1.0, 2.0], 0), ([1.0, 2.0, 3.0], 3)):
        with pytest.raises(ValueError, match="3 names"):
            plot_softmax(scores, FLOWERS, label)


def test_the_surface_has_its_saddle_point_and_its_hollows():
    assert height([(0, 0), (0, 1), (0, -1)]).tolist() == [0.25, 0, 0]
    for place in ((0.0, 0.0), (0.0, 1.0), (0.0, -1.0)):
        assert not slope(place).any()
    assert height((0.1, 0)) > 0.25 > height((0, 0.1))
    for place in np.random.default_rng(0).uniform(-1.5, 1.5, (20, 2)):
        small = 1e-6 * np.eye(2)
        measured = (height(place + small) - height(place - small)) / 2e-6
        assert np.allclose(slope(place), measured, atol=1e-6)


def test_the_steps_are_those_of_sgd_in_keras():
    place = keras.Variable([1.8, 0.5])
    sgd = keras.optimizers.SGD(learning_rate=0.1, momentum=0.9)
    for _ in range(10):
        sgd.apply([keras.ops.convert_to_tensor(slope(place.numpy()), "float32")], [place])
    way = descend(momentum=0.9, steps=10, start=(1.8, 0.5))
    assert np.allclose(way[-1], place.numpy(), atol=1e-4)


def test_momentum_leaves_the_saddle_point_first():
    plain, rolling = descend(), descend(momentum=0.9)
    assert height(plain[40]) > 0.2 and height(rolling[40]) < 0.1


def test_a_way_that_leaves_the_surface_stays_finite():
    assert np.isfinite(descend(learning_rate=3.0, momentum=0.9)).all()


def test_ways_that_cannot_be_drawn():
    for wrong in ({}, {"a": [1, 2]}, dict.fromkeys("abcd", np.zeros((3, 2)))):
        with pytest.raises(ValueError, match="one to three ways"):
            plot_descent(wrong)
