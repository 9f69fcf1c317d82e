"""Explorables: a slider beside a picture in a live notebook, a picture alone everywhere else."""

import numpy as np

from course_utils.plots import (
    RIGHT,
    WRONG,
    convolve,
    describe_prediction,
    plot_convolution,
    plot_prediction,
)

KERNELS = {
    "left edge": ((-1, 0, 1), (-1, 0, 1), (-1, 0, 1)),
    "top edge": ((-1, -1, -1), (0, 0, 0), (1, 1, 1)),
    "upright stroke": ((-1, 2, -1), (-1, 2, -1), (-1, 2, -1)),
    "rising stroke": ((-1, -1, 2), (-1, 2, -1), (2, -1, -1)),
    "outline": ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
    "blur": ((1, 1, 1), (1, 1, 1), (1, 1, 1)),
}
"""Kernels to choose from, by what they look for or do."""

OWN_KERNEL = "your own"


class Explorable:
    """A widget that comes with a picture of itself.

    A front end with a kernel shows the widget; exported HTML, which has none, shows the picture.

    Args:
        widget: an `ipywidgets` widget.
        figure: the `DescribedFigure` that stands for it.
    """

    def __init__(self, widget, figure):
        self.widget = widget
        self.figure = figure

    def _repr_mimebundle_(self, include=None, exclude=None):
        data, metadata = self.figure._repr_mimebundle_()
        view = {"version_major": 2, "version_minor": 0, "model_id": self.widget.model_id}
        return data | {"application/vnd.jupyter.widget-view+json": view}, metadata


def _stepper(figure_at, text_at, count, description, begin=0):
    """Return a slider, a line of text and an image that follow it, the figure, and `redraw`.

    Args:
        figure_at: function of a position that returns its `DescribedFigure`.
        text_at: function of a position that returns the line of text.
        count: number of positions.
        description: what stands before the slider.
        begin: the first position to be shown.

    Returns:
        `([slider, text, image], figure, redraw)`: the figure is that of the first position;
        `redraw()` shows the present position again, for when something else has changed.
    """
    import ipywidgets

    slider = ipywidgets.IntSlider(
        value=begin,
        min=0,
        max=count - 1,
        description=description,
        continuous_update=False,
        readout=False,
        layout=ipywidgets.Layout(width="30em"),
    )
    figure = figure_at(begin)
    text = ipywidgets.Label(value=text_at(begin))
    image = ipywidgets.Image(
        value=figure.to_png(), format="png", layout=ipywidgets.Layout(max_width="800px")
    )

    def redraw(change=None):
        text.value = text_at(slider.value)
        image.value = figure_at(slider.value).to_png()

    slider.observe(redraw, names="value")
    return [slider, text, image], figure, redraw


def explore_predictions(pictures, probabilities, labels, class_names):
    """Return a slider over predictions, the mistakes first, each with its picture and bars.

    The mistakes come in the order of their confidence, then the right answers, the least sure
    first.

    Args:
        pictures: (n, height, width, channels), integers in 0…255 or floats in 0…1.
        probabilities: (n, classes).
        labels: (n,) true labels.
        class_names: the names, in label order.

    Returns:
        An `Explorable`; its `widget` holds the slider, a line of text and the picture.
    """
    import ipywidgets

    pictures, probabilities, labels = map(np.asarray, (pictures, probabilities, labels))
    if not 0 < len(pictures) == len(probabilities) == len(labels):
        raise ValueError(
            f"There are {len(pictures)} pictures, {len(probabilities)} predictions and "
            f"{len(labels)} labels; the three numbers must be equal, and not 0."
        )
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    order = np.lexsort((np.where(right, confidence, -confidence), right))
    mistakes = int((~right).sum())

    def figure_at(position):
        index = order[position]
        return plot_prediction(pictures[index], probabilities[index], class_names, labels[index])

    def text_at(position):
        index = order[position]
        mark, number = f"{WRONG} ", f"Mistake {position + 1} of {mistakes}"
        if position >= mistakes:
            mark = f"{RIGHT} "
            number = f"Right answer {position - mistakes + 1} of {len(order) - mistakes}"
        sentence = describe_prediction(probabilities[index], class_names, labels[index])
        return f"{mark}{number}. {sentence.replace(mark, '')}"

    parts, figure, _ = _stepper(figure_at, text_at, len(order), "prediction")
    return Explorable(ipywidgets.VBox(parts), figure)


def explore_convolution(picture, kernel):
    """Return a slider that steps a 3 × 3 kernel over a picture, and fields to change the kernel.

    It begins where the sum is largest. Each position shows the patch below the kernel, the nine
    products, and the feature map as far as it is filled.

    Args:
        picture: (height, width) or (height, width, 1), at least 3 × 3; integers in 0…255 or
            floats in 0…1.
        kernel: (3, 3) numbers.

    Returns:
        An `Explorable`; its `widget` holds a choice of kernels, the nine fields, the slider, a
        line of text and the picture.
    """
    import ipywidgets

    picture, kernel = np.asarray(picture), np.asarray(kernel)
    picture = picture[..., 0] if picture.shape[2:] == (1,) else picture
    if picture.ndim != 2 or min(picture.shape) < 3 or kernel.shape != (3, 3):
        raise ValueError(
            "The picture must have the shape (height, width) or (height, width, 1), both at least "
            f"3, and the kernel (3, 3); these have {picture.shape} and {kernel.shape}."
        )
    field = {"layout": ipywidgets.Layout(width="5em"), "step": 1}
    fields = [ipywidgets.FloatText(value=weight, **field) for weight in kernel.ravel()]
    choice = ipywidgets.Dropdown(
        options=[*KERNELS, OWN_KERNEL], value=_name_of(kernel), description="kernel"
    )

    def weights():
        return np.reshape([field.value for field in fields], (3, 3))

    def figure_at(position):
        return plot_convolution(picture, weights(), *divmod(position, picture.shape[1] - 2))

    def text_at(position):
        row, column = divmod(position, picture.shape[1] - 2)
        total = (picture[row : row + 3, column : column + 3] * weights()).sum()
        return f"Step {position + 1}: row {row}, column {column}. The products sum to {total:.5g}."

    feature_map, _ = convolve(picture, kernel)
    parts, figure, redraw = _stepper(
        figure_at, text_at, feature_map.size, "position", int(feature_map.argmax())
    )
    following = False  # one of the two changes the other: draw once, not ten times

    def follow(change):
        nonlocal following
        if following or (change["owner"] is choice and choice.value == OWN_KERNEL):
            return
        following = True
        if change["owner"] is choice:
            for field, weight in zip(fields, np.ravel(KERNELS[choice.value]), strict=True):
                field.value = float(weight)
        else:
            choice.value = _name_of(weights())
        following = False
        redraw()

    for part in (choice, *fields):
        part.observe(follow, names="value")
    rows = [ipywidgets.HBox(fields[begin : begin + 3]) for begin in (0, 3, 6)]
    return Explorable(ipywidgets.VBox([choice, *rows, *parts]), figure)


def _name_of(kernel):
    """Return what a kernel is called in the list of those to choose from."""
    return next((name for name in KERNELS if np.array_equal(KERNELS[name], kernel)), OWN_KERNEL)
