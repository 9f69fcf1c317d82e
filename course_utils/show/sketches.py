"""Drawings of a neuron, of a network of them, and of a network that gets another head."""

import numpy as np
from matplotlib.patches import Circle, Rectangle

from course_utils.machine.language import say
from course_utils.show.plots import GREY, PALE_BLUE, PALE_ORANGE, new_figure, new_sheet


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
        say(
            "A neuron with {inputs} inputs: {products} from inputs times weights, {bias} from the "
            "bias, {total} in all; ReLU makes {output} of it.",
            inputs=len(inputs),
            products=_number(inputs @ weights),
            bias=_number(bias),
            total=_number(total),
            output=_number(output),
        ),
        layout=None,
    )
    axes = figure.add_axes((0, 0, 1, 1))
    middle = (len(inputs) - 1) / 2
    for place, (value, weight) in enumerate(zip(inputs, weights, strict=True)):
        _arrow(axes, (0.35, place), (3.6, middle), f"× {_number(weight)}", 0.36)
        _ball(axes, 0, place, _number(value), "white")
    _arrow(axes, (3.95, middle - 1.2), (3.95, middle - 0.36), f"+ {_number(bias)}", 0.0)
    _ball(axes, 3.95, middle, _number(total), PALE_BLUE)
    _arrow(axes, (4.3, middle), (6.1, middle), "ReLU", 0.45)
    _ball(axes, 6.5, middle, _number(output), PALE_ORANGE)
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


def plot_network(sizes, names):
    """Return a drawing of dense layers: a column of circles for each, and a line for each weight.

    Of more than ten neurons in a layer, ten are drawn, with dots in the middle.

    Args:
        sizes: how many numbers each layer has, the input first; whole numbers from 1.
        names: as many texts, what stands below each column.

    Raises:
        ValueError: there are not as many names as sizes, or a layer is empty.
    """
    if len(sizes) != len(names) or min(sizes, default=0) < 1:
        raise ValueError(f"There are {len(names)} names for layers of the sizes {list(sizes)}.")
    told = [f"{size:,} {name}" for size, name in zip(sizes, names, strict=True)]
    figure = new_figure(
        8.4,
        4.0,
        say(
            "A network: {columns}. Each is joined to all of the column before.",
            columns=say(", then ").join(told),
        ),
        layout=None,
    )
    axes = figure.add_axes((0, 0, 1, 1))
    before = np.array([])
    for column, (size, words) in enumerate(zip(sizes, told, strict=True)):
        across, rows = 9 * column, np.arange(min(size, 10)) - (min(size, 10) - 1) / 2
        colour = {0: "white", len(sizes) - 1: PALE_ORANGE}.get(column, PALE_BLUE)
        if len(rows) < size:
            rows += np.sign(rows) * 0.6
            axes.text(across, 0, "⋮", ha="center", va="center", size=14)
        for row in rows:
            ends = np.full_like([before, before], across)
            axes.plot(ends - [[9], [0]], [before, 0 * before + row], color=GREY, linewidth=0.3)
            ball = Circle((across, row), 0.36, facecolor=colour, edgecolor="black", zorder=3)
            axes.add_patch(ball)
        axes.text(across, 6.5, words, ha="center", va="center")
        before = rows
    axes.set(xlim=(-2.5, 9 * len(sizes) - 6.5), ylim=(7.2, -5.8), aspect="equal")
    axes.axis("off")
    return figure


def plot_swap(base, old, new):
    """Return a drawing of a network that keeps its base and gets another head.

    Args:
        base: what the parts of the base find, a list of 1 to 4 short texts, the first part first.
        old: what the head that is taken off answers, a short text.
        new: what the head that is put on answers.

    Raises:
        ValueError: the base has no parts, or more than 4.
    """
    if not 0 < len(base) <= 4:
        raise ValueError(f"A base is drawn with 1 to 4 parts; this has {len(base)}.")
    figure = new_figure(
        8.4,
        2.6,
        f"Two networks, one above the other. The base is the same in both: {', then '.join(base)}. "
        f"Above, the old head, {old}, is crossed out; below, the new head, {new}, is in its place.",
        layout=None,
    )
    axes = new_sheet(figure)
    width = 6.2 / len(base)
    for top in (0.35, 1.75):
        for place, words in enumerate(base):
            _box(axes, 0.2 + place * width, top, width - 0.25, words, PALE_BLUE)
    _box(axes, 6.4, 0.35, 1.7, old, "white")
    axes.plot([6.4, 8.1], [0.35, 1.05], color=GREY)
    axes.plot([6.4, 8.1], [1.05, 0.35], color=GREY)
    _box(axes, 6.4, 1.75, 1.7, new, PALE_ORANGE)
    between = (3.2, 1.4, "the base, with all that it has learned: kept"), (7.25, 1.4, "new head")
    for x, y, words in (*between, (3.2, 0.18, "the base"), (7.25, 0.18, "old head")):
        axes.text(x, y, words, ha="center", va="center", color=GREY)
    return figure


def _box(axes, left, top, width, words, colour):
    box = Rectangle((left, top), width, 0.7, facecolor=colour, edgecolor="black")
    axes.add_patch(box)
    axes.text(left + width / 2, top + 0.35, words, ha="center", va="center")
    if left < 6:
        _arrow(axes, (left + width, top + 0.35), (left + width + 0.25, top + 0.35), "", 0.5)


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
