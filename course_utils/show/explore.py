"""Explorables: what a page computes as it is read, and a still picture where it may not.

The text of one module of `modules/` and of their host is written into the output, with the numbers
and every word that is shown. So an explorable needs no kernel, no network and no file beside it.
"""

import base64
import hashlib
import json
import re
from pathlib import Path

import numpy as np

from course_utils.show.difficulties import DIFFICULTIES, draw_difficulty, measure_difficulty
from course_utils.show.plots import (
    BLUE,
    ORANGE,
    RIGHT,
    WRONG,
    convolve,
    describe_prediction,
    new_figure,
    plot_convolution,
    plot_pictures,
    plot_prediction,
    show_array,
    stretch,
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


MODULES = Path(__file__).parent / "modules"

WORDS = {"back": "one step back", "on": "one step on"}
"""What every explorable says."""


class PageExplorable:
    """An explorable that lives in the page, and a picture of it for where no script runs.

    Args:
        module: the name of its ES module in `modules/`, which exports `mount(element, data)`.
        data: what it is mounted with: values that JSON can write, arrays as `pack` writes them;
            its "words" are the texts that the module shows.
        figure: the `DescribedFigure` that stands for it.
    """

    def __init__(self, module, data, figure):
        self.module = module
        self.data = data | {"words": WORDS | data.get("words", {})}
        self.figure = figure

    def _repr_mimebundle_(self, include=None, exclude=None):
        # Inside a page a module can import nothing, so the two texts become one.
        texts = [(MODULES / f"{name}.mjs").read_text("utf-8") for name in ("host", self.module)]
        text = re.sub("(?m)^import .*\n", "", "".join(texts))
        data = json.dumps(self.data, separators=(",", ":")).replace("<", "\\u003c")
        key = hashlib.sha256(f"{self.module}{data}".encode()).hexdigest()[:12]
        still = self.figure.to_html()
        place = f'<div class="explorable" data-explorable="{key}">{still}</div>'
        script = f'<script type="module">\n{text}start("{key}", mount, {data});\n</script>'
        return {"text/html": f"{place}\n{script}", "text/plain": self.figure.description}, {}


def pack(array, kind):
    """Return an array as the page unpacks it: uint8, float32 or float16, in the order of rows."""
    packed = np.ascontiguousarray(array, np.dtype(kind).newbyteorder("<"))
    return {"kind": kind, "base64": base64.b64encode(packed.tobytes()).decode()}


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
    """Return a 3 × 3 kernel that steps over a picture, with fields to change its weights.

    It begins where the sum is largest. Each place shows the patch below the kernel, the nine
    products, and the feature map as far as it is filled.

    Args:
        picture: (height, width) or (height, width, 1), at least 3 × 3; integers in 0…255 or
            floats in 0…1.
        kernel: (3, 3) numbers from −9999 to 9999.

    Returns:
        A `PageExplorable`.

    Raises:
        ValueError: these are no such picture and kernel.
    """
    picture, kernel = np.asarray(picture), np.asarray(kernel)
    picture = picture[..., 0] if picture.shape[2:] == (1,) else picture
    if picture.ndim != 2 or min(picture.shape) < 3 or kernel.shape != (3, 3):
        raise ValueError(
            "The picture must have the shape (height, width) or (height, width, 1), both at least "
            f"3, and the kernel (3, 3); these have {picture.shape} and {kernel.shape}."
        )
    if not (np.abs(kernel) <= 9999).all():
        raise ValueError(f"Each weight must be from −9999 to 9999; these are {kernel.tolist()}.")
    feature_map, _ = convolve(picture, kernel)
    whole = picture.dtype.kind in "iub" and 0 <= picture.min() <= picture.max() <= 255
    data = {
        "picture": pack(picture, "uint8" if whole else "float32"),
        "width": picture.shape[1],
        "top": 255 if picture.dtype.kind in "iu" or picture.max() > 1 else 1,
        "kernel": kernel.ravel().tolist(),
        "kernels": {name: np.ravel(weights).tolist() for name, weights in KERNELS.items()},
        "words": {
            "kernel": "kernel",
            "own": "your own",
            "position": "step",
            "picture": "picture",
            "map": "feature map: black is {low}, white is {high}; hatched where still empty",
            "patch": "patch",
            "weights": "× kernel",
            "weight": "weight in row {row}, column {column}",
            "products": "= products, sum {sum}",
            "sum": "Step {step}: row {row}, column {column}. The products sum to {sum}.",
            "invalid": "Each weight must be a number from −9999 to 9999.",
        },
    }
    place = np.unravel_index(feature_map.argmax(), feature_map.shape)
    return PageExplorable("convolution", data, plot_convolution(picture, kernel, *place))


AMOUNTS = {
    "rotation": ("turn (degrees)", 180, 5),
    "across": ("to the right", 0.5, 0.05),
    "down": ("down", 0.5, 0.05),
    "zoom": ("zoom", 0.5, 0.05),
    "shear": ("shear", 0.5, 0.05),
    "brightness": ("brightness", 0.5, 0.05),
}
"""The sliders of `explore_augmentation`: description, how far to both sides, step."""

EXAMPLES = {
    "as it is": {},
    "mirrored": {"mirrored": True},
    "turned by 40°": {"rotation": 40},
    "0.2 to the right": {"across": 0.2},
    "0.2 down": {"down": 0.2},
    "zoom −0.2": {"zoom": -0.2},
    "shear 0.2": {"shear": 0.2},
    "brightness 0.2": {"brightness": 0.2},
}
"""What the figure beside `explore_augmentation` shows, by title."""


def explore_augmentation(picture):
    """Return a slider for each transformation of an augmentation, over one picture.

    The picture changes by exactly the chosen amounts, and the line of text names the Keras layers
    that have these amounts as their limits: such a layer draws one at random, up to its limit.
    What comes in from outside repeats the picture's border, as with `fill_mode="nearest"`.

    Args:
        picture: (height, width), (height, width, 1) or (height, width, 3); 0…255, or floats in
            0…1.

    Returns:
        An `Explorable`; its `widget` holds a check box, the sliders, a line of text and the
        picture before and after.

    Raises:
        ValueError: this is no picture.
    """
    import ipywidgets

    picture = np.asarray(picture)
    picture = picture[..., np.newaxis] if picture.ndim == 2 else picture
    if picture.ndim != 3 or picture.shape[-1] not in (1, 3) or not picture.size:
        raise ValueError(
            "A picture has the shape (height, width), (height, width, 1) or (height, width, 3); "
            f"this has {picture.shape}."
        )
    scale = 255 if picture.dtype.kind == "f" and picture.max() <= 1 else 1
    picture = (picture * scale).astype(np.float32)
    mirrored = ipywidgets.Checkbox(description="mirrored", indent=False)
    sliders = {
        name: ipywidgets.FloatSlider(
            min=-end, max=end, step=step, description=description, continuous_update=False
        )
        for name, (description, end, step) in AMOUNTS.items()
    }
    text, image = ipywidgets.Label(), ipywidgets.Image(format="png")

    def redraw(change=None):
        amounts = {name: round(slider.value, 2) for name, slider in sliders.items()}
        text.value = _limits(mirrored.value, **amounts)
        figure = new_figure(6.4, 3.5, text.value)
        before, after = figure.subplots(1, 2)
        show_array(before, _augment(picture))
        show_array(after, _augment(picture, mirrored.value, **amounts))
        before.set_title("as it is")
        after.set_title("changed")
        image.value = figure.to_png()

    for part in (mirrored, *sliders.values()):
        part.observe(redraw, names="value")
    redraw()
    shown = [_augment(picture, **amounts) for amounts in EXAMPLES.values()]
    figure = plot_pictures(shown, list(EXAMPLES), columns=4)
    return Explorable(ipywidgets.VBox([mirrored, *sliders.values(), text, image]), figure)


def _augment(picture, mirrored=False, rotation=0, across=0, down=0, zoom=0, shear=0, brightness=0):
    """Return a picture, floats in 0…255, changed by these amounts, as uint8.

    Keras's layers draw an amount between two limits. Where both are the same, nothing is random.
    """
    import keras
    from keras import layers

    options = {"seed": 0, "dtype": "float32"}
    nearest = options | {"fill_mode": "nearest"}
    turn = rotation / 360
    pictures = keras.ops.convert_to_tensor(picture[np.newaxis])
    if mirrored:
        pictures = keras.ops.flip(pictures, axis=2)
    for amount, layer in (
        (rotation, layers.RandomRotation((turn, turn), **nearest)),
        (across or down, layers.RandomTranslation((down, down), (across, across), **nearest)),
        (zoom, layers.RandomZoom((zoom, zoom), **nearest)),
        (brightness, layers.RandomBrightness((brightness, brightness), **options)),
    ):
        pictures = layer(pictures, training=True) if amount else pictures
    if shear:  # RandomShear draws its direction, whatever the limits
        matrix = keras.ops.convert_to_tensor([1, shear, 0, 0, 1, 0, 0, 0], "float32")
        pictures = keras.ops.image.affine_transform(pictures, matrix, fill_mode="nearest")
    return np.rint(np.clip(pictures[0], 0, 255)).astype(np.uint8)


def _limits(mirrored, rotation, across, down, zoom, shear, brightness):
    """Return the layers whose limits these amounts are, in a line."""
    layers = {
        'RandomFlip("horizontal")': mirrored,
        f"RandomRotation({abs(rotation):g} / 360)": rotation,
        f"RandomTranslation({abs(down):g}, {abs(across):g})": across or down,
        f"RandomZoom({abs(zoom):g})": zoom,
        f"RandomShear({abs(shear):g})": shear,
        f"RandomBrightness({abs(brightness):g})": brightness,
    }
    chosen = [layer for layer, amount in layers.items() if amount]
    return f"As far as {', '.join(chosen)} may go." if chosen else "As it is."


def explore_neighbours(pictures, vectors, labels, class_names):
    """Return a slider over pictures, each with the seven that are most like it.

    Likeness is the cosine of two vectors, after the mean of all vectors is taken away. What the
    vectors are made of is for you to choose: the pixels, say, or the features of a network.

    Args:
        pictures: a sequence of n pictures, as for `plot_pictures`; at least 8.
        vectors: a dict: under each name an array of shape (n, …), its numbers for each picture.
        labels: (n,) true labels.
        class_names: the names, in label order.

    Returns:
        An `Explorable`; its `widget` holds the choice, the slider, a line of text and the
        pictures.

    Raises:
        ValueError: there are fewer than 8 pictures, or not as many vectors or labels.
    """
    import ipywidgets

    labels = np.asarray(labels)
    counts = {"pictures": len(pictures), "labels": len(labels)}
    counts |= {f"vectors of {name}": len(array) for name, array in vectors.items()}
    if len(set(counts.values())) > 1 or len(pictures) < 8 or not vectors:
        said = ", ".join(f"{count} {what}" for what, count in counts.items())
        raise ValueError(f"There must be as many of each, from 8 on; these are {said}.")
    choice = ipywidgets.Dropdown(options=list(vectors), description="compare")
    units = {}
    for name, array in vectors.items():
        array = np.asarray(array, np.float32).reshape(len(array), -1)
        array = array - array.mean(axis=0)
        units[name] = array / np.maximum(np.linalg.norm(array, axis=1, keepdims=True), 1e-9)

    def nearest(position):
        likeness = units[choice.value] @ units[choice.value][position]
        likeness[position] = -np.inf
        return np.argsort(-likeness, kind="stable")[:7]

    def text_at(position):
        name = class_names[labels[position]]
        same = int((labels[nearest(position)] == labels[position]).sum())
        return f"Picture {position + 1}, {name}. By {choice.value}, {same} of 7 show a {name}, too."

    def figure_at(position):
        order = [position, *nearest(position)]
        titles = [class_names[labels[index]] for index in order]
        titles[0] = f"this {titles[0]}"
        figure = plot_pictures([pictures[index] for index in order], titles, columns=4)
        figure.description = f"{text_at(position)} {figure.description}"
        return figure

    parts, figure, redraw = _stepper(figure_at, text_at, len(pictures), "picture")
    choice.observe(redraw, names="value")
    return Explorable(ipywidgets.VBox([choice, *parts]), figure)


def explore_difficulties():
    """Return a choice of difficulty and a slider for it: drawn pictures, and how many are known.

    The pictures are animals and plants, and a small network that the course has trained names
    them; see `course_utils.show.difficulties`.

    Returns:
        An `Explorable`; its `widget` holds the choice, the slider, a line of text and the
        pictures.
    """
    import ipywidgets

    choice = ipywidgets.Dropdown(options=DIFFICULTIES, value="occlusion", description="difficulty")
    slider = ipywidgets.FloatSlider(
        value=0.5, min=0, max=1, step=0.25, description="how much", continuous_update=False
    )
    text, image = ipywidgets.Label(), ipywidgets.Image(format="png")

    def redraw(change=None):
        share = measure_difficulty(choice.value, slider.value)
        text.value = f"{choice.value} at {slider.value:g}: the network names {share:.0%} rightly."
        pictures, _ = draw_difficulty(choice.value, slider.value, count=10)
        figure = plot_pictures(pictures)
        figure.description = f"Ten drawn animals, {text.value}"
        image.value = figure.to_png()
        return figure

    for part in (choice, slider):
        part.observe(redraw, names="value")
    return Explorable(ipywidgets.VBox([choice, slider, text, image]), redraw())


def explore_feature_maps(picture, feature_maps, names):
    """Return a choice of layer and a slider over its channels: a picture beside one feature map.

    Args:
        picture: (height, width), (height, width, 1) or (height, width, 3); 0…255, or floats in
            0…1.
        feature_maps: for each layer an array (height, width, channels).
        names: the layers' names, each another.

    Returns:
        An `Explorable`; its `widget` holds the choice, the slider, a line of text and the figure.

    Raises:
        ValueError: the names are not as many as the layers, or these are no feature maps.
    """
    import ipywidgets

    feature_maps, names = [np.asarray(maps) for maps in feature_maps], list(names)
    shapes = [maps.shape for maps in feature_maps]
    if not 0 < len(set(names)) == len(names) == len(shapes) or any(
        len(shape) != 3 or not all(shape) for shape in shapes
    ):
        raise ValueError(
            "Each layer needs a name of its own and maps of the shape (height, width, channels). "
            f"These are the names {', '.join(map(str, names)) or 'of no layer'}, and maps of the "
            f"shapes {shapes}. Of a batch, take one picture's: maps[0]."
        )
    layers = dict(zip(names, feature_maps, strict=True))
    choice = ipywidgets.Dropdown(options=names, description="layer")
    slider = ipywidgets.IntSlider(
        min=0, max=feature_maps[0].shape[-1] - 1, description="channel", continuous_update=False
    )
    text, image = ipywidgets.Label(), ipywidgets.Image(format="png")

    def redraw(change=None):
        feature_map = layers[choice.value][..., slider.value]
        text.value = _describe_map(feature_map, choice.value, slider.value, slider.max + 1)
        figure = new_figure(6.4, 3.4, text.value)
        left, right = figure.subplots(1, 2)
        show_array(left, picture)
        show_array(right, stretch(feature_map))
        left.set_title("the picture")
        right.set_title(f"{choice.value}, channel {slider.value}", size=10)
        image.value = figure.to_png()
        return figure

    def change_layer(change):
        with slider.hold_trait_notifications():  # the last channel may be lower, or higher
            slider.max = layers[choice.value].shape[-1] - 1
        redraw()

    slider.observe(redraw, names="value")
    choice.observe(change_layer, names="value")
    return Explorable(ipywidgets.VBox([choice, slider, text, image]), redraw())


def _describe_map(feature_map, layer, channel, channels):
    """Return a feature map in a line: where it is strongest, and how much of it is 0."""
    words = f"{layer}, channel {channel}, the last is {channels - 1}: "
    height, width = feature_map.shape
    words += f"{height} × {width} numbers, {np.mean(feature_map == 0):.0%} of them 0"
    if not feature_map.any():
        return f"{words}. This filter finds nothing in the picture."
    row, column = np.unravel_index(feature_map.argmax(), feature_map.shape)
    return f"{words}; the largest, {feature_map.max():.3g}, in row {row}, column {column}."


def explore_heat_maps(picture, overlays):
    """Return a choice of class: a picture, and the same with the heat map of that class on it.

    Args:
        picture: (height, width, 3), 0…255, or floats in 0…1.
        overlays: a dict, for each class, by its name, the picture with its heat map laid over it,
            of any size; the first is shown first.

    Returns:
        An `Explorable`; its `widget` holds the choice and the figure. Its figure has them all.

    Raises:
        ValueError: there are no overlays.
    """
    import ipywidgets

    if not overlays:
        raise ValueError("overlays is empty. Give a dict with the overlay of at least one class.")
    choice = ipywidgets.Dropdown(options=list(overlays), description="class")
    image = ipywidgets.Image(format="png")

    def redraw(change=None):
        figure = new_figure(6.4, 3.5, f"A picture, and the heat map of {choice.value} on it.")
        left, right = figure.subplots(1, 2)
        show_array(left, picture)
        show_array(right, overlays[choice.value])
        left.set_title("the picture")
        right.set_title(choice.value, size=10)
        image.value = figure.to_png()

    choice.observe(redraw, names="value")
    redraw()
    shown = ["the picture", *overlays]
    columns = min(3, len(shown))
    figure = plot_pictures([picture, *overlays.values()], shown, columns=columns, inches=2.6)
    return Explorable(ipywidgets.VBox([choice, image]), figure)


def explore_smoothing(history, metric="accuracy"):
    """Return a slider for the factor of an exponential moving average over a training's curves.

    Each smoothed value is the smoothed value before it times the factor, plus the new value times
    1 minus the factor; the first is the first value. The curves themselves stay visible behind.

    Args:
        history: what `fit` returned, or its `.history` dict; one value an epoch, at least one.
        metric: the metric's name in the history.

    Returns:
        An `Explorable`; its `widget` holds the slider, which begins at 0.8, a line of text and the
        curves.

    Raises:
        ValueError: the history has no such metric, or no loss, or neither for validation.
    """
    import ipywidgets

    curves = getattr(history, "history", history)
    if not {metric, "loss", f"val_{metric}", "val_loss"} <= set(curves):
        raise ValueError(
            f"The history needs loss, {metric}, val_loss and val_{metric}. "
            f"It holds: {', '.join(curves) or 'nothing'}."
        )
    slider = ipywidgets.FloatSlider(
        value=0.8, min=0, max=0.95, step=0.05, description="factor", continuous_update=False
    )
    text, image = ipywidgets.Label(), ipywidgets.Image(format="png")

    def redraw(change=None):
        factor = round(slider.value, 2)
        text.value = f"{factor:.2f} of the smoothed value before, {1 - factor:.2f} of the new one."
        figure = new_figure(8.4, 3.2, "")
        for axes, name in zip(figure.subplots(1, 2), ("loss", metric), strict=True):
            for key, kind, colour, style in (
                (name, "training", BLUE, "-"),
                (f"val_{name}", "validation", ORANGE, "--"),
            ):
                epochs = np.arange(1, len(curves[key]) + 1)
                smoothed = _smooth(curves[key], factor)
                axes.plot(epochs, curves[key], color=colour, linestyle=style, alpha=0.3)
                axes.plot(epochs, smoothed, color=colour, linestyle=style, linewidth=2, label=kind)
            axes.set(xlabel="epoch", ylabel=name)
            axes.set_xticks(epochs[:: max(1, len(epochs) // 10)])
            axes.grid(alpha=0.3)
            axes.legend()
        figure.description = (
            f"Curves over {len(epochs)} epochs, pale, and smoothed, strong: {text.value} "
            f"The smoothed validation {metric} ends at {smoothed[-1]:.3f}."
        )
        image.value = figure.to_png()
        return figure

    slider.observe(redraw, names="value")
    return Explorable(ipywidgets.VBox([slider, text, image]), redraw())


def _smooth(values, factor):
    """Return the exponential moving average of some values, an array as long."""
    smoothed = np.array(values, dtype=float)
    for index in range(1, len(smoothed)):
        smoothed[index] = factor * smoothed[index - 1] + (1 - factor) * smoothed[index]
    return smoothed
