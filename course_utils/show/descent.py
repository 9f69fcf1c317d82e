"""Gradient descent in a narrow valley with a saddle point, with momentum and without."""

import numpy as np

from course_utils.show.explore import PageExplorable
from course_utils.show.plots import BLUE, GREY, ORANGE, PALE, new_figure

START = (0.002, 0.3)
"""On the wall of the valley, nearly above the saddle point."""

_STYLES = ((BLUE, "-", "o"), (ORANGE, "--", "s"), ("black", ":", "^"))
_CONTOURS = (0.02, 0.08, 0.16, 0.2499, 0.36, 0.55, 0.8, 1.1, 1.5, 2, 2.6, 3.3)
_REACH = ((-1.8, 1.8), (-0.6, 0.6))


def height(points):
    """Return the height of points, an array (…, 2), on the surface (x² − 1)² / 4 + 10 y².

    That is a narrow valley along x. Its floor has two lowest places, (1, 0) and (−1, 0), of height
    0, and between them a saddle point at (0, 0), of height 0.25: level, the highest place along x
    and the lowest along y.
    """
    x, y = np.moveaxis(np.asarray(points, float), -1, 0)
    return (x**2 - 1) ** 2 / 4 + 10 * y**2


def slope(point):
    """Return the gradient at a point, an array (2,): how steeply the height grows along x and y."""
    x, y = point
    return np.array([x**3 - x, 20 * y])


def descend(learning_rate=0.09, momentum=0.0, steps=80, noise=0.0, start=START, seed=0):
    """Return the way down from a point, an array (steps + 1, 2) that begins with it.

    Each step is `momentum` times the step before it, less the learning rate times the gradient
    (Polyak 1964, the heavy-ball method; as in Keras's `SGD`). A way that leaves the surface stays
    where it left it.

    Args:
        learning_rate: the length of a step where the gradient is 1.
        momentum: 0 for plain gradient descent, below 1.
        steps: how many.
        noise: the standard deviation of what is added to each part of the gradient, as the chance
            choice of a mini-batch does.
        start: two numbers.
        seed: of the noise.
    """
    chance = np.random.default_rng(seed)
    way, step = [np.array(start, float)], np.zeros(2)
    for _ in range(steps):
        gradient = slope(way[-1]) + noise * chance.standard_normal(2)
        step = momentum * step - learning_rate * gradient
        here = way[-1] + step
        way.append(here if np.all(np.abs(here) < 4) else way[-1])
    return np.array(way)


def plot_descent(ways):
    """Return a figure of ways down the surface: in space, from above, and height against step.

    A way that leaves the surface ends there.

    Args:
        ways: a dict, under each name an array (steps + 1, 2); at most three.

    Raises:
        ValueError: there is none, or more than three, or it has another shape.
    """
    ways = {name: np.asarray(way, float) for name, way in ways.items()}
    shapes = [way.shape for way in ways.values()]
    if not 0 < len(ways) <= 3 or any(len(shape) != 2 or shape[1] != 2 for shape in shapes):
        raise ValueError(
            "Give one to three ways, each an array of the shape (steps + 1, 2); "
            f"these have {shapes or 'nothing'}."
        )
    ways = {name: way[: _stay(way)] for name, way in ways.items()}
    ends = [f"{name} ends at a height of {height(way[-1]):.3f}" for name, way in ways.items()]
    figure = new_figure(
        10.4,
        3.4,
        f"A narrow valley with a saddle point between two hollows, and the way down it: "
        f"{'; '.join(ends)}.",
    )
    grid = np.stack(np.meshgrid(np.linspace(*_REACH[0], 61), np.linspace(*_REACH[1], 61)), -1)
    heights = height(grid)
    space = figure.add_subplot(1, 3, 1, projection="3d")
    space.plot_surface(grid[..., 0], grid[..., 1], heights, cmap="Greys", alpha=0.6, linewidth=0)
    space.set(xlabel="x", ylabel="y", zticks=[], title="the surface")
    space.view_init(elev=42, azim=-68)
    above = figure.add_subplot(1, 3, 2)
    above.contour(grid[..., 0], grid[..., 1], heights, _CONTOURS, colors=PALE, linewidths=0.8)
    above.plot(0, 0, "x", color="black", markersize=9)
    above.annotate("saddle point", (0, 0), (-1.25, 0.2))
    above.set(xlabel="x", ylabel="y", xlim=_REACH[0], ylim=_REACH[1], title="from above")
    beside = figure.add_subplot(1, 3, 3)
    for (name, way), (colour, line, mark) in zip(ways.items(), _STYLES, strict=False):
        style = {"color": colour, "linestyle": line}
        inside = way[np.all(np.abs(way) <= (_REACH[0][1], _REACH[1][1]), axis=1)]
        space.plot(*inside.T, height(inside) + 0.03, zorder=9, **style)
        above.plot(*way.T, marker=mark, markersize=3, label=name, **style)
        beside.plot(height(way), marker=mark, markersize=3, label=name, **style)
    beside.axhline(0.25, color=GREY, linewidth=0.8)
    beside.set(xlabel="step", ylabel="height", ylim=(-0.1, 2.2), title="height")
    beside.grid(alpha=0.3)
    beside.legend()
    return figure


def _stay(way):
    """Return how many places of a way to draw: all, or those up to the first off the surface."""
    outside = np.any(np.abs(way) > np.max(_REACH, axis=1), axis=1)
    return np.argmax(outside) + 1 if outside.any() else len(way)


def explore_descent(steps=80):
    """Return sliders for learning rate and momentum, and the way down a narrow valley.

    Plain gradient descent with the same learning rate is drawn beside it. A mark adds the noise of
    mini-batches to both.

    Args:
        steps: how many a way has.
    """
    data = {
        "start": START,
        "steps": steps,
        "noise": (0.15 * np.random.default_rng(0).standard_normal((steps, 2))).tolist(),
        "reach": _REACH,
        "levels": _CONTOURS,
    }
    ways = {"plain": descend(steps=steps), "momentum 0.8": descend(momentum=0.8, steps=steps)}
    return PageExplorable("descent", data, plot_descent(ways))
