"""The drawings of a neuron and of a network, and the way down a valley with a saddle point."""

import keras
import numpy as np
import pytest

from course_utils import explore_descent, plot_descent, plot_network, plot_neuron, plot_swap
from course_utils.show.descent import descend, height, slope


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


def test_a_network_is_drawn_with_a_line_for_each_weight_shown():
    figure = plot_network([784, 3, 2], ["inputs", "in between", "answers"])
    [axes] = figure.axes
    assert len(axes.patches) == 10 + 3 + 2
    assert sum(line.get_xdata().size // 2 for line in axes.lines) == 10 * 3 + 3 * 2
    assert {"⋮", "784 inputs", "2 answers"} <= {text.get_text() for text in axes.texts}
    assert "784 inputs, then 3 in between, then 2 answers" in figure.description


@pytest.mark.parametrize(("sizes", "names"), [([], []), ([2, 0], ["a", "b"]), ([2], ["a", "b"])])
def test_a_network_that_cannot_be_drawn(sizes, names):
    with pytest.raises(ValueError, match="names for layers of the sizes"):
        plot_network(sizes, names)


def test_a_head_is_swapped_and_the_base_stays():
    figure = plot_swap(["edges", "fur"], "1,000 classes", "cat or dog")
    [axes] = figure.axes
    written = [text.get_text() for text in axes.texts]
    assert written.count("edges") == written.count("fur") == 2 and "new head" in written
    assert written.count("1,000 classes") == 1 and len(axes.patches) == 6
    assert "edges, then fur" in figure.description and "crossed out" in figure.description


@pytest.mark.parametrize("base", [[], list("abcde")])
def test_a_base_that_cannot_be_drawn(base):
    with pytest.raises(ValueError, match="with 1 to 4 parts"):
        plot_swap(base, "old", "new")


def test_the_surface_has_its_saddle_point_and_its_hollows():
    assert height([(0, 0), (1, 0), (-1, 0)]).tolist() == [0.25, 0, 0]
    for place in ((0.0, 0.0), (1.0, 0.0), (-1.0, 0.0)):
        assert not slope(place).any()
    assert height((0, 0.1)) > 0.25 > height((0.1, 0))
    for place in np.random.default_rng(0).uniform(-1.5, 1.5, (20, 2)):
        small = 1e-6 * np.eye(2)
        measured = (height(place + small) - height(place - small)) / 2e-6
        assert np.allclose(slope(place), measured, atol=1e-6)


def test_the_steps_are_those_of_sgd_in_keras():
    place = keras.Variable([0.5, 0.3])
    sgd = keras.optimizers.SGD(learning_rate=0.09, momentum=0.9)
    for _ in range(10):
        sgd.apply([keras.ops.convert_to_tensor(slope(place.numpy()), "float32")], [place])
    way = descend(momentum=0.9, steps=10, start=(0.5, 0.3))
    assert np.allclose(way[-1], place.numpy(), atol=1e-4)


def last_high(way):
    """Return after how many steps a way stays below 0.1, or infinity."""
    high = np.flatnonzero(height(way) >= 0.1)[-1]
    return high + 1 if high + 1 < len(way) else np.inf


def test_momentum_is_down_sooner_than_plain_descent_at_any_rate():
    """A larger step does not do it: the walls of the valley throw it out."""
    rates = np.linspace(0.005, 0.2, 40)
    plain = {rate: last_high(descend(rate, steps=1500)) for rate in rates}
    assert all(np.isfinite(steps) == (rate < 0.1) for rate, steps in plain.items())
    for rate in (0.05, 0.09, 0.12):
        assert 1.5 * last_high(descend(rate, momentum=0.8)) < min(plain.values())


def test_noise_takes_plain_descent_off_the_saddle_point_sooner():
    """With the noise that the explorable draws, as lesson 09 says."""
    noise = np.array(explore_descent().data["noise"])
    assert np.array_equal(noise, 0.15 * np.random.default_rng(0).standard_normal(noise.shape))
    assert 1.3 * last_high(descend(noise=0.15)) < last_high(descend())


def test_a_way_that_leaves_the_surface_stays_finite():
    assert np.isfinite(descend(learning_rate=3.0, momentum=0.9)).all()


def test_ways_that_cannot_be_drawn():
    for wrong in ({}, {"a": [1, 2]}, dict.fromkeys("abcd", np.zeros((3, 2)))):
        with pytest.raises(ValueError, match="one to three ways"):
            plot_descent(wrong)
