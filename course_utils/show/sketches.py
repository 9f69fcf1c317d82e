"""Drawings of the parts of a network: a neuron, functions of one number, softmax."""

import numpy as np
from matplotlib.patches import Circle

from course_utils.show.plots import BLUE, GREY, ORANGE, new_figure


def plot_neuron(inputs, weights, bias):
    """Return a drawing of a neuron with ReLU: inputs, weights, sum, bend, output.

    Args:
        inputs: from 1 to 8 numbers.
        weights: as many numbers.
        bias: a number.

    Raises:
        ValueError: there are not as many weights as inputs, or none, or more than 8.
    """
    inputs, weights = np.asarray(inputs, float), np.asarray(weights, float)
    if inputs.ndim != 1 or inputs.shape != weights.shape or not 0 < len(inputs) <= 8:
        raise ValueError(
            "A neuron is drawn with 1 to 8 inputs and as many weights; these have the shapes "
            f"{inputs.shape} and {weights.shape}."
        )
    total = float(inputs @ weights + bias)
    output = max(0.0, total)
    figure = new_figure(
        8.4,
        0.75 * len(inputs) + 1.1,
        f"A neuron with {len(inputs)} inputs: {_number(inputs @ weights)} from inputs times "
        f"weights, {_number(bias)} from the bias, {_number(total)} in all; ReLU makes "
        f"{_number(output)} of it.",
        layout=None,
    )
    axes = figure.add_axes((0, 0, 1, 1))
    middle = (len(inputs) - 1) / 2
    for place, (value, weight) in enumerate(zip(inputs, weights, strict=True)):
        _arrow(axes, (0.35, place), (3.6, middle), f"× {_number(weight)}", 0.36)
        _ball(axes, 0, place, _number(value), "white")
    _arrow(axes, (3.95, middle - 1.2), (3.95, middle - 0.36), f"+ {_number(bias)}", 0.0)
    _ball(axes, 3.95, middle, _number(total), "#CFE3F1")
    _arrow(axes, (4.3, middle), (6.1, middle), "ReLU", 0.45)
    _ball(axes, 6.5, middle, _number(output), "#F6D9C8")
    low, high = min(-0.55, middle - 1.3), len(inputs) - 0.4
    for x, y, words in (
        (0, -0.6, "inputs"),
        (1.7, -0.6, "weights"),
        (4.5, middle - 1.2, "bias"),
        (3.95, middle + 0.6, "sum"),
        (6.5, middle + 0.6, "output"),
    ):
        axes.text(x, y, words, ha="center", va="center", color=GREY)
    axes.set(xlim=(-0.9, 7.6), ylim=(max(high, middle + 0.6), low - 0.5), aspect="equal")
    axes.axis("off")
    return figure


def _number(value):
    return f"{round(float(value), 2) + 0.0:g}".replace("-", "−")


def _ball(axes, x, y, words, colour):
    axes.add_patch(Circle((x, y), 0.36, facecolor=colour, edgecolor="black", zorder=3))
    axes.text(x, y, words, ha="center", va="center", zorder=4)


def _arrow(axes, begin, end, words, share):
    """Draw an arrow with words on it, at a share of the way."""
    axes.annotate("", end, begin, arrowprops={"arrowstyle": "->", "shrinkA": 2, "shrinkB": 2})
    x, y = (first + share * (last - first) for first, last in zip(begin, end, strict=True))
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    axes.text(x, y, words, ha="center", va="center", bbox=box)


def plot_functions(functions, low, high, xlabel=""):
    """Return a drawing of some functions of one number, side by side.

    Args:
        functions: a dict, under each name a function of an array that returns an array as long.
        low: the first number that is drawn.
        high: the last.
        xlabel: what the number is.

    Raises:
        ValueError: there is no function, or `low` is not below `high`.
    """
    if not functions or not low < high:
        raise ValueError("Give at least one function, and low below high.")
    numbers = np.linspace(low, high, 401)
    figure = new_figure(
        2.8 * max(2, len(functions)),
        2.6,
        f"Curves from {low:g} to {high:g}: {', '.join(functions)}.",
    )
    panels = figure.subplots(1, len(functions), squeeze=False)[0]
    for axes, (name, function) in zip(panels, functions.items(), strict=True):
        axes.plot(numbers, function(numbers), color=BLUE, linewidth=2)
        axes.axhline(0, color=GREY, linewidth=0.8)
        if low <= 0 <= high:
            axes.axvline(0, color=GREY, linewidth=0.8)
        axes.set(title=name, xlabel=xlabel)
        axes.grid(alpha=0.3)
    return figure


def plot_softmax(logits, class_names, label):
    """Return a drawing of the way from logits to a loss: logits, powers, shares, the right answer.

    Args:
        logits: (classes,) numbers, what the last neurons have added up.
        class_names: the names, in label order.
        label: the true label.

    Raises:
        ValueError: there are not as many names as logits, or the label is none of theirs.
    """
    logits = np.asarray(logits, float)
    if logits.shape != (len(class_names),) or not 0 <= label < len(class_names):
        raise ValueError(
            f"There are logits of the shape {logits.shape}, {len(class_names)} names, "
            f"and the label {label}."
        )
    powers = np.exp(logits)
    shares = powers / powers.sum()
    truth = np.eye(len(logits))[label]
    loss = -np.log(shares[label])
    figure = new_figure(
        9.6,
        0.36 * len(logits) + 1.2,
        f"Logits, their powers of e, their shares, and the one-hot label of {class_names[label]}, "
        f"which got {shares[label]:.0%}: a loss of {loss:.2f}.",
    )
    panels = figure.subplots(1, 4, sharey=True)
    columns = {"logits": logits, "e to the power": powers, "softmax": shares, "one-hot": truth}
    for axes, (title, values) in zip(panels, columns.items(), strict=True):
        bars = axes.barh(range(len(values)), values, color="#BBBBBB", edgecolor="black")
        bars[label].set(facecolor="#8FC1E3", hatch="//", edgecolor="black")
        reach = np.ptp([0, *values])
        for place, value in enumerate(values):
            axes.text(max(0, value) + 0.04 * reach, place, _number(value), va="center", size=9)
        axes.set(title=title, xticks=[], xlim=(min(0, *values), max(0, *values) + 0.4 * reach))
        axes.axvline(0, color="black", linewidth=0.8)
        axes.spines[["top", "right", "bottom"]].set_visible(False)
    panels[0].set_yticks(range(len(class_names)), class_names)
    panels[0].invert_yaxis()
    panels[2].set_xlabel(f"loss −log {_number(shares[label])} = {loss:.2f}", color=ORANGE)
    return figure
