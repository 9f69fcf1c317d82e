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

from course_utils.drawing import WIDE
from course_utils.machine.language import attributes, in_order, say
from course_utils.show.difficulties import DIFFICULTIES, REST, draw_difficulty, measure_difficulty
from course_utils.show.plots import (
    RIGHT,
    WRONG,
    as_bytes,
    describe_prediction,
    plot_history,
    plot_pictures,
    plot_prediction,
    stretch,
    to_address,
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
"""The modules, and `words.json`: under the name of each the texts that it shows."""


class PageExplorable:
    """An explorable that lives in the page, and a picture of it for where no script runs.

    Args:
        module: the name of its ES module in `modules/`, which exports `mount(element, data)`.
        data: what it is mounted with, values that JSON can write, arrays as `pack` writes them.
        figure: the `DescribedFigure` that stands for it.
        words: texts of its own, beside those in `words.json`.
    """

    def __init__(self, module, data, figure, **words):
        texts = json.loads((MODULES / "words.json").read_text("utf-8"))
        self.module, self.figure = module, figure
        texts = texts["host"] | texts.get(module, {})
        words = {name: say(text) for name, text in texts.items()} | words
        self.data = data | {"words": words}

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = json.dumps(self.data, ensure_ascii=False, separators=(",", ":")).replace(
            "<", "\\u003c"
        )
        key = hashlib.sha256(f"{self.module}{data}".encode()).hexdigest()[:12]
        still = self.figure.to_html()
        place = f'<div{attributes()} class="explorable" data-explorable="{key}">{still}</div>'
        script = f'{module_text(self.module)}start("{key}", mount, {data});'
        html = f'{place}\n<script type="module">\n{script}\n</script>'
        return {"text/html": html, "text/plain": self.figure.description}, {}


def module_text(name):
    """Return a module and what it imports as one text: in a page it can import nothing."""
    text = (MODULES / f"{name}.mjs").read_text("utf-8")
    imported = re.findall(r'(?m)^import .* from "\./(\w+)\.mjs";\n', text)
    names = dict.fromkeys(["host", *imported]) if name != "host" else {}
    texts = [(MODULES / f"{part}.mjs").read_text("utf-8") for part in names]
    return re.sub("(?m)^import .*\n", "", "".join([*texts, text]))


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


def _shrink(picture, side):
    """Return a picture as uint8, none of its sides longer than `side`."""
    from PIL import Image

    image = Image.fromarray(as_bytes(picture))
    image.thumbnail((side, side), Image.Resampling.BOX)
    return np.asarray(image)


def _sheet(pictures, side, quality=None):
    """Return pictures on one sheet, ten in a row, as the gallery reads it."""
    pictures = [_shrink(picture, side) for picture in pictures]
    height, width = (max(picture.shape[axis] for picture in pictures) for axis in (0, 1))
    colour = (3,) if any(picture.ndim == 3 for picture in pictures) else ()
    sheet = np.zeros((height * -(-len(pictures) // 10), width * min(10, len(pictures)), *colour))
    tiles = []
    for number, picture in enumerate(pictures):
        top, left = height * (number // 10), width * (number % 10)
        down, across = picture.shape[:2]
        sheet[top : top + down, left : left + across] = (
            picture[..., np.newaxis] if colour and picture.ndim == 2 else picture
        )
        tiles.append((left, top, across, down))
    return {"address": to_address(sheet.astype(np.uint8), quality), "tiles": tiles}


def _gallery(figure, sheets, series, side, choice="", slider="", **options):
    """Return pictures that a choice and a slider show; see `modules/gallery.mjs`."""
    data = {"sheets": sheets, "series": series, "side": side, "first": 1} | options
    return PageExplorable("gallery", data, figure, choice=choice, slider=slider)


def explore_predictions(pictures, probabilities, labels, class_names, count=40):
    """Return predictions to go through, the mistakes first, each with its picture and bars.

    The mistakes come in the order of their confidence, then the right answers, the least sure
    first. Of many mistakes, the surest make three quarters of what is shown.

    Args:
        pictures: (n, height, width, channels), integers in 0…255 or floats in 0…1.
        probabilities: (n, classes).
        labels: (n,) true labels.
        class_names: the names, in label order.
        count: how many to show at most; the page holds them all.

    Raises:
        ValueError: these are not as many pictures as predictions and labels, or none.
    """
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
    hits = len(order) - mistakes
    first = min(mistakes, max(3 * count // 4, count - hits))
    order = [*order[:first], *order[mistakes : mistakes + count - first]]
    frames = []
    for position, index in enumerate(order):
        if right[index]:
            mark, place = RIGHT, position - first + 1
            number = say("Right answer {number} of {count}", number=place, count=hits)
        else:
            mark, place = WRONG, position + 1
            number = say("Mistake {number} of {count}", number=place, count=mistakes)
        sentence = describe_prediction(probabilities[index], class_names, labels[index])
        bars = {
            "shares": np.round(probabilities[index].astype(float), 4).tolist(),
            "answer": int(probabilities[index].argmax()),
            "truth": int(labels[index]),
        }
        text = f"{mark} {number}. {sentence.replace(f'{mark} ', '')}"
        pictured = [(0, position, str(class_names[labels[index]]))]
        frames.append({"text": in_order(text), "pictures": pictured, "bars": bars})
    index = order[0]
    return _gallery(
        plot_prediction(pictures[index], probabilities[index], class_names, labels[index]),
        [_sheet(pictures[order], 96)],
        {"": frames},
        224,
        slider=say("prediction"),
        names=[str(name) for name in class_names],
    )


def explore_convolution(picture, kernel):
    """Return a 3 × 3 kernel that steps over a picture, with fields to change its weights.

    It begins where the sum is largest. Each place shows the patch below the kernel, the nine
    products, and the feature map as far as it is filled.

    Args:
        picture: (height, width) or (height, width, 1), at least 3 × 3; integers in 0…255 or
            floats in 0…1.
        kernel: (3, 3) numbers from −9999 to 9999.

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
    patches = np.lib.stride_tricks.sliding_window_view(picture, kernel.shape)
    feature_map = (patches * kernel).sum(axis=(2, 3))
    whole = picture.dtype.kind in "iub" and 0 <= picture.min() <= picture.max() <= 255
    data = {
        "picture": pack(picture, "uint8" if whole else "float32"),
        "width": picture.shape[1],
        "top": 255 if picture.dtype.kind in "iu" or picture.max() > 1 else 1,
        "kernel": kernel.ravel().tolist(),
        "kernels": {name: np.ravel(weights).tolist() for name, weights in KERNELS.items()},
    }
    titles = [
        "the picture",
        f"its feature map, from {feature_map.min():g} to {feature_map.max():g}",
    ]
    figure = plot_pictures([picture, stretch(feature_map)], titles, columns=2, inches=3)
    return PageExplorable("convolution", data, figure)


def explore_augmentation(picture):
    """Return a slider for each transformation of an augmentation, over one picture.

    The picture changes by exactly the chosen amounts, and the sentence names the Keras layers that
    have these amounts as their limits: such a layer draws one at random, up to its limit. What
    comes in from outside repeats the picture's border, as with `fill_mode="nearest"`.

    Args:
        picture: (height, width), (height, width, 1) or (height, width, 3); 0…255, or floats in
            0…1. A larger one than 160 × 160 is shrunk to that.

    Raises:
        ValueError: this is no picture.
    """
    picture = _shrink(picture, 160)
    data = {
        "picture": pack(picture, "uint8"),
        "height": picture.shape[0],
        "width": picture.shape[1],
    }
    turn = np.array([[np.cos(0.7), -np.sin(0.7)], [np.sin(0.7), np.cos(0.7)]])
    shown = {
        "as it is": picture,
        "mirrored": picture[:, ::-1],
        "turned by 40°": _moved(picture, turn),
        "0.2 to the right": _moved(picture, np.eye(2), (0, -0.2)),
        "zoom −0.2": _moved(picture, 0.8 * np.eye(2)),
        "brightness 0.2": np.minimum(picture + 51.0, 255),
    }
    figure = plot_pictures(shown.values(), list(shown), columns=3, inches=2)
    return PageExplorable("augmentation", data, figure)


def _moved(picture, matrix, shares=(0, 0)):
    """Return each pixel from where a matrix about the middle says, (down, across), the nearest."""
    size = np.array(picture.shape[:2]).reshape(2, 1, 1)
    places = np.einsum("ab,bij->aij", matrix, np.indices(picture.shape[:2]) - (size - 1) / 2)
    places += (size - 1) / 2 + size * np.reshape(shares, (2, 1, 1))
    return picture[tuple(np.clip(np.rint(places), 0, size - 1).astype(int))]


def explore_neighbours(pictures, vectors, labels, class_names):
    """Return pictures to go through, each with the seven that are most like it.

    Likeness is the cosine of two vectors, after the mean of all vectors is taken away. What the
    vectors are made of is for you to choose: the pixels, say, or the features of a network.

    Args:
        pictures: a sequence of n pictures, as for `plot_pictures`; at least 8.
        vectors: a dict: under each name an array of shape (n, …), its numbers for each picture.
        labels: (n,) true labels.
        class_names: the names, in label order.

    Raises:
        ValueError: there are fewer than 8 pictures, or not as many vectors or labels.
    """
    labels = np.asarray(labels)
    counts = {"pictures": len(pictures), "labels": len(labels)}
    counts |= {f"vectors of {name}": len(array) for name, array in vectors.items()}
    if len(set(counts.values())) > 1 or len(pictures) < 8 or not vectors:
        said = ", ".join(f"{count} {what}" for what, count in counts.items())
        raise ValueError(f"There must be as many of each, from 8 on; these are {said}.")
    names, series = [class_names[label] for label in labels], {}
    for kind, array in vectors.items():
        array = np.asarray(array, np.float32).reshape(len(array), -1)
        array = array - array.mean(axis=0)
        units = array / np.maximum(np.linalg.norm(array, axis=1, keepdims=True), 1e-9)
        likeness = units @ units.T
        np.fill_diagonal(likeness, -np.inf)
        nearest = np.argsort(-likeness, axis=1, kind="stable")[:, :7].tolist()
        same = [sum(labels[others] == labels[at]) for at, others in enumerate(nearest)]
        series[kind] = [
            {
                "text": f"Picture {at + 1}, {names[at]}. By {kind}, {same[at]} of 7 show a "
                f"{names[at]}, too.",
                "pictures": [
                    (0, at, f"this {names[at]}"),
                    *((0, other, names[other]) for other in others),
                ],
            }
            for at, others in enumerate(nearest)
        ]
    text, shown = series[next(iter(series))][0].values()
    figure = plot_pictures(
        [pictures[at] for _, at, _ in shown], [title for *_, title in shown], columns=4
    )
    figure.description = f"{text} {figure.description}"
    sheet = _sheet(pictures, 64, quality=60)
    return _gallery(figure, [sheet], series, 128, "compare", "picture")


def explore_difficulties():
    """Return a choice of difficulty and how much of it: drawn pictures, and how many are known.

    The pictures are animals and plants, and a small network that the course has trained names
    them; see `course_utils.show.difficulties`.
    """
    values, pictures, series, tiles = (0, 0.25, 0.5, 0.75, 1), [], {}, {}
    for name in DIFFICULTIES:
        series[name] = []
        for value in values:
            drawn = value if value == REST else (name, value)  # at rest, all draw the same
            if drawn not in tiles:
                more, labels = draw_difficulty(name, value, count=5)
                first = len(pictures)
                tiles[drawn] = [(0, first + at, WIDE[label]) for at, label in enumerate(labels)]
                pictures += [*more]
            share = measure_difficulty(name, value)
            text = f"{name} at {value:g}: the network names {share:.0%} correctly."
            series[name].append({"text": text, "pictures": tiles[drawn]})
    shown = {title: pictures[tile] for _, tile, title in tiles[REST]}
    figure = plot_pictures(shown.values(), list(shown))
    figure.description = f"{series[DIFFICULTIES[0]][2]['text']} {figure.description}"
    options = {"values": [f"{value:g}" for value in values], "begin": values.index(REST)}
    sheet = _sheet(pictures, 96, quality=40)
    return _gallery(figure, [sheet], series, 128, "difficulty", "how much", **options)


def explore_feature_maps(picture, feature_maps, names):
    """Return a choice of layer and a slider over its channels: a picture beside one feature map.

    Args:
        picture: (height, width), (height, width, 1) or (height, width, 3); 0…255, or floats in
            0…1.
        feature_maps: for each layer an array (height, width, channels).
        names: the layers' names, each another.

    Raises:
        ValueError: the names are not as many as the layers, or these are no feature maps.
    """
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
    sheets, series = [_sheet([picture], 224)], {}
    for layer, (name, maps) in enumerate(zip(names, feature_maps, strict=True), start=1):
        channels = np.moveaxis(maps, -1, 0)
        sheets.append(_sheet([stretch(channel) for channel in channels], 44, quality=45))
        series[str(name)] = [
            {
                "text": _describe_map(channel, f"{name}, channel {number}"),
                "pictures": [(layer, number, f"channel {number}")],
            }
            for number, channel in enumerate(channels)
        ]
    always = [(0, 0, "the picture")]
    shown = {"the picture": picture, f"{names[0]}, channel 0": stretch(feature_maps[0][..., 0])}
    figure = plot_pictures(shown.values(), list(shown), columns=2, inches=3)
    figure.description = series[str(names[0])][0]["text"]
    return _gallery(figure, sheets, series, 224, "layer", "channel", first=0, always=always)


def _describe_map(feature_map, name):
    """Return a feature map in a line: where it is strongest, and how much of it is 0."""
    height, width = feature_map.shape
    words = f"{name}: {height} × {width} numbers, {np.mean(feature_map == 0):.0%} of them 0"
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

    Raises:
        ValueError: there are no overlays.
    """
    if not overlays:
        raise ValueError("overlays is empty. Give a dict with the overlay of at least one class.")
    series = {
        name: [
            {
                "text": f"The picture, and the heat map of {name} on it.",
                "pictures": [(0, number, name)],
            }
        ]
        for number, name in enumerate(overlays, start=1)
    }
    always = [(0, 0, "the picture")]
    pictures, shown = [picture, *overlays.values()], ["the picture", *overlays]
    figure = plot_pictures(pictures, shown, columns=min(3, len(shown)), inches=2.6)
    return _gallery(figure, [_sheet(pictures, 300)], series, 300, "class", always=always)


def explore_smoothing(history, metric="accuracy"):
    """Return a slider for the factor of an exponential moving average over a training's curves.

    Each smoothed value is the smoothed value before it times the factor, plus the new value times
    1 minus the factor; the first is the first value. The curves themselves stay visible behind.

    Args:
        history: what `fit` returned, or its `.history` dict; one value an epoch, at least one.
        metric: the metric's name in the history.

    Raises:
        ValueError: the history has no such metric, or no loss, or neither for validation.
    """
    curves = getattr(history, "history", history)
    if not {metric, "loss", f"val_{metric}", "val_loss"} <= set(curves):
        raise ValueError(
            f"The history needs loss, {metric}, val_loss and val_{metric}. "
            f"It holds: {', '.join(curves) or 'nothing'}."
        )
    pairs = {name: (name, f"val_{name}") for name in ("loss", metric)}
    data = {
        "factor": 0.8,
        "curves": {
            name: [[float(value) for value in curves[key]] for key in pair]
            for name, pair in pairs.items()
        },
    }
    smoothed = {key: np.array(curves[key], float) for pair in pairs.values() for key in pair}
    for values in smoothed.values():
        for index in range(1, len(values)):
            values[index] += 0.8 * (values[index - 1] - values[index])
    figure = plot_history(smoothed, metric, "smoothed with 0.8")
    return PageExplorable("smoothing", data, figure)
