"""Explorables: a slider beside a picture in a live notebook, a picture alone everywhere else."""

import numpy as np

from course_utils.plots import RIGHT, WRONG, describe_prediction, plot_prediction


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

    slider = ipywidgets.IntSlider(
        min=0,
        max=len(order) - 1,
        description="prediction",
        continuous_update=False,
        readout=False,
        layout=ipywidgets.Layout(width="30em"),
    )
    first = figure_at(0)
    text = ipywidgets.Label(value=text_at(0))
    image = ipywidgets.Image(
        value=first.to_png(), format="png", layout=ipywidgets.Layout(max_width="800px")
    )

    def redraw(change):
        text.value = text_at(change["new"])
        image.value = figure_at(change["new"]).to_png()

    slider.observe(redraw, names="value")
    return Explorable(ipywidgets.VBox([slider, text, image]), first)
