"""Pictures and curves as Matplotlib figures that carry a description in words.

Every function returns a `Figure`; as the last line of a cell it is shown, and its description
becomes the picture's alt text. Colours are those of Okabe and Ito, told apart by colour-blind
readers; line style or a mark says the same again.
"""

import base64
import html
import io
import math
import warnings

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course_utils.machine.language import attributes, say, say_count

matplotlib.rcParams["text.usetex"] = False  # titles hold "%" and "_", which LaTeX takes for orders
BLUE, ORANGE, DARK, GREY, PALE = "#0072B2", "#D55E00", "#444444", "#777777", "#BBBBBB"
PALE_BLUE, PALE_ORANGE = "#CFE3F1", "#F6D9C8"
"""`modules/host.mjs` has `BLUE` and `ORANGE` again, for what the page draws."""
RIGHT, WRONG = "✓", "✗"


class DescribedFigure(Figure):
    """A figure with a description in words, shown once, without pyplot's state.

    Attributes:
        description: one or two sentences that say what the picture shows.
    """

    description = ""

    def to_png(self):
        """Return the figure as the bytes of a PNG file."""
        buffer = io.BytesIO()
        with warnings.catch_warnings():  # of letters that the font lacks: a box stands for each
            warnings.filterwarnings("ignore", message="Glyph")
            self.savefig(buffer, format="png", dpi=100)
        return buffer.getvalue()

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.to_html(), "text/plain": self.description}, {}

    def to_html(self):
        """Return the picture, once, with its description as the text for who cannot see it."""
        from PIL import Image

        address = to_address(np.asarray(Image.open(io.BytesIO(self.to_png())).convert("RGB")))
        return f'<img{attributes()} alt="{html.escape(self.description)}" src="{address}">'

    def __repr__(self):
        return self.description or super().__repr__()


def to_address(picture, quality=None):
    """Return a picture as an address that holds all of it: a WebP file.

    Args:
        picture: uint8 (height, width) or (height, width, 3).
        quality: 0…100; None is exact for up to 256 colours, and 85 for photographs.
    """
    from PIL import Image

    buffer, image = io.BytesIO(), Image.fromarray(picture).convert("RGB")
    drawn = quality is None and image.getcolors(1024) is not None
    if drawn and image.getcolors(256) is None:
        image = image.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    image.convert("RGB").save(buffer, "WEBP", lossless=drawn, quality=quality or 85, method=4)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def new_figure(width, height, description, layout="constrained"):
    """Return an empty figure, sizes in inches. Grids set their own margins: layout None, fast."""
    figure = DescribedFigure(figsize=(width, height), layout=layout)
    figure.description = description
    return figure


def show_array(axes, picture, **options):
    """Draw one picture; see `as_bytes`."""
    picture, scale = _flat(picture)
    axes.set_xticks([])
    axes.set_yticks([])
    if picture.ndim == 3:
        return axes.imshow(np.clip(picture / scale, 0, 1), **options)
    return axes.imshow(picture, cmap="gray", vmin=0, vmax=scale, **options)


def as_bytes(picture):
    """Return a picture as uint8, (height, width) or (height, width, 3).

    Args:
        picture: (height, width), (height, width, 1) or (height, width, 3). Integers are taken as
            0…255, floating-point numbers as 0…1 unless one is above 1.

    Raises:
        ValueError: this is no picture.
    """
    picture, scale = _flat(picture)
    return np.rint(np.clip(picture / scale, 0, 1) * 255).astype(np.uint8)


def _flat(picture):
    """Return a picture without an axis for one channel, and what it has for white."""
    picture = np.asarray(picture)
    if picture.ndim == 3 and picture.shape[-1] == 1:
        picture = picture[..., 0]
    if picture.ndim not in (2, 3) or picture.shape[2:] not in ((), (3,)) or not picture.size:
        raise ValueError(
            "A picture has the shape (height, width), (height, width, 1) or (height, width, 3); "
            f"this has {picture.shape}."
        )
    return picture, 255 if picture.dtype.kind in "iu" or picture.max() > 1 else 1


def new_sheet(figure):
    """Return axes over a whole figure, in inches from its top left corner.

    One such sheet is drawn several times faster than axes for each of many pictures.
    """
    axes = figure.add_axes((0, 0, 1, 1))
    width, height = figure.get_size_inches()
    axes.set(xlim=(0, width), ylim=(height, 0), autoscale_on=False)
    axes.axis("off")
    return axes


def place_picture(axes, picture, left, top, size, words="", fontsize=9):
    """Draw a picture with a frame on a sheet, amid a square of that size; words go below it."""
    image = show_array(axes, picture, aspect="auto")
    height, width = image.get_size()
    across, down = size * np.array([width, height]) / max(width, height)
    middle, left, top = left + size / 2, left + (size - across) / 2, top + (size - down) / 2
    image.set_extent((left, left + across, top + down, top))
    axes.add_patch(Rectangle((left, top), across, down, fill=False, linewidth=0.8))
    axes.text(middle, top + down + 0.05, words, size=fontsize, ha="center", va="top")


def plot_picture(picture, title=None):
    """Return a figure of one picture with rulers in pixels and the scale of its values.

    Args:
        picture: array (height, width), (height, width, 1) or (height, width, 3); integers in
            0…255 or floating-point numbers in 0…1.
        title: text above it.
    """
    picture = np.asarray(picture)
    height, width = picture.shape[:2]
    figure = new_figure(
        4.6,
        3.8,
        say(
            "{title}: {height} by {width} pixels, values from {low:g} to {high:g}.",
            title=title or say("A picture"),
            height=height,
            width=width,
            low=picture.min(),
            high=picture.max(),
        ),
    )
    axes = figure.subplots()
    image = show_array(axes, picture)
    axes.set(xlabel="column", ylabel="row", title=title)
    axes.set_xticks(np.arange(0, width, max(1, width // 4)))
    axes.set_yticks(np.arange(0, height, max(1, height // 4)))
    if picture.ndim == 2 or picture.shape[-1] == 1:
        figure.colorbar(image, ax=axes, label="pixel value")
    return figure


def plot_pictures(pictures, titles=None, columns=5, title=None, inches=1.5):
    """Return a figure of a grid of pictures, row after row.

    Args:
        pictures: array (n, height, width, channels) or a sequence of pictures of any sizes.
        titles: n texts, one under each picture.
        columns: pictures in a row.
        title: text above the grid.
        inches: the width that each picture takes.
    """
    pictures = list(pictures)
    titles = None if titles is None else [str(text) for text in titles]
    if not pictures or (titles is not None and len(titles) != len(pictures)):
        raise ValueError(
            f"There are {len(pictures)} pictures and "
            f"{'no' if titles is None else len(titles)} titles."
        )
    rows = math.ceil(len(pictures) / columns)
    named = f": {', '.join(titles)}" if titles else ""
    counted = say(
        "{pictures} in {rows}",
        pictures=say_count(len(pictures), "{count:,} picture", "{count:,} pictures"),
        rows=say_count(rows, "{count:,} row", "{count:,} rows"),
    )
    down = inches + 0.25 * bool(titles)
    height = down * rows + 0.4 * bool(title)
    figure = new_figure(
        inches * columns,
        height,
        f"{title + '. ' if title else ''}{counted}{named}.",
        layout=None,
    )
    axes = new_sheet(figure)
    for index, picture in enumerate(pictures):
        row, column = divmod(index, columns)
        left, top = 0.04 + inches * column, 0.4 * bool(title) + 0.05 + down * row
        place_picture(axes, picture, left, top, inches - 0.08, titles[index] if titles else "")
    figure.suptitle(title)
    return figure


def plot_prediction(picture, probabilities, class_names, label=None):
    """Return a figure of a picture beside the bars of its class probabilities.

    Args:
        picture: one picture, as for `plot_picture`.
        probabilities: (classes,) numbers that sum to 1.
        class_names: the names, in label order.
        label: the true label; the answer is then marked ✓ or ✗.
    """
    figure = new_figure(8, 3.4, describe_prediction(probabilities, class_names, label))
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.7))
    show_array(left, picture)
    left.set_xlabel(_verdict(probabilities, class_names, label))
    _bars(right, probabilities, label)
    right.set_yticks(range(len(class_names)), class_names)
    right.set_xlabel("probability")
    return figure


def plot_predictions(pictures, probabilities, labels, class_names, columns=3):
    """Return a gallery: each picture beside its bars, the answer marked ✓ or ✗.

    A bar bears the name of its class where the probability is 10 % or more.

    Args:
        pictures: (n, height, width, channels).
        probabilities: (n, classes).
        labels: (n,) true labels.
        class_names: the names, in label order.
        columns: pictures in a row.
    """
    pictures, probabilities, labels = map(np.asarray, (pictures, probabilities, labels))
    if not len(pictures) == len(probabilities) == len(labels):
        raise ValueError(
            f"There are {len(pictures)} pictures, {len(probabilities)} predictions and "
            f"{len(labels)} labels; the three numbers must be equal."
        )
    rows = math.ceil(len(pictures) / columns)
    right = int((probabilities.argmax(axis=1) == labels).sum())
    figure = new_figure(
        3.2 * columns,
        1.9 * rows,
        say(
            "{pictures} pictures, each beside {classes} bars: {right} right, {wrong} wrong.",
            pictures=len(pictures),
            classes=len(class_names),
            right=right,
            wrong=len(pictures) - right,
        ),
        layout=None,
    )
    sheet, (across, down) = new_sheet(figure), figure.get_size_inches()
    for index, picture in enumerate(pictures):
        row, column = divmod(index, columns)
        left, top = 0.09 + 3.2 * column, 0.07 + 1.9 * row
        verdict = _verdict(probabilities[index], class_names, labels[index])
        place_picture(sheet, picture, left, top, 1.42, verdict.replace(" · ", "\n"), fontsize=8)
        bars = figure.add_axes(
            ((left + 1.6) / across, 1 - (top + 1.42) / down, 1.42 / across, 1.42 / down)
        )
        _bars(bars, probabilities[index], labels[index])
        bars.set(xticks=[], yticks=[])
        for place, share in enumerate(probabilities[index]):
            if share >= 0.1:  # beside a short bar, inside a long one
                start, colour = (0.03, "white") if share > 0.5 else (share + 0.1, "black")
                bars.text(start, place, class_names[place], color=colour, size=8, va="center")
    return figure


def describe_prediction(probabilities, class_names, label=None):
    """Return a prediction in a sentence: the answer, its probability, whether it is right."""
    best = int(np.argmax(probabilities))
    answer = f"{class_names[best]} {probabilities[best]:.0%}"
    if label is None:
        return say("Predicted {answer}.", answer=answer)
    if best == int(label):
        return say("Predicted {answer}.", answer=f"{RIGHT} {answer}")
    truth = class_names[int(label)]
    return say("Predicted {answer}, is {truth}.", answer=f"{WRONG} {answer}", truth=truth)


def _verdict(probabilities, class_names, label):
    best = int(np.argmax(probabilities))
    answer = f"{class_names[best]} {probabilities[best]:.0%}"
    if label is None:
        return answer
    if best == int(label):
        return f"{RIGHT} {answer}"
    return f"{WRONG} {answer} · is {class_names[int(label)]}"


def _bars(axes, probabilities, label):
    """Draw the bars: the answer's solid, the true class's hatched, the others grey."""
    bars = axes.barh(range(len(probabilities)), probabilities, color=PALE)
    best = int(np.argmax(probabilities))
    truth = best if label is None else int(label)
    bars[best].set_color(BLUE if best == truth else ORANGE)
    if best != truth:
        bars[truth].set(facecolor="white", edgecolor=BLUE, hatch="////")
        axes.plot(0.03 + probabilities[truth], truth, marker="<", color=BLUE)
    axes.set_xlim(0, 1)
    axes.invert_yaxis()


def plot_history(history, metric="accuracy", title=None, whole=None):
    """Return a figure of the loss and a metric after each epoch, training and validation.

    Args:
        history: what `fit` returned, or its `.history` dict.
        metric: the metric's name in the history.
        title: text above the curves.
        whole: the same metrics of a longer training, as `Lesson.whole_training` gives them: thin
            curves beside these, on the same axes.
    """
    curves = getattr(history, "history", history)
    if metric not in curves or "loss" not in curves:
        raise ValueError(
            f"The history has no {metric!r}. It holds: {', '.join(curves) or 'nothing'}."
        )
    epochs = np.arange(1, len(curves["loss"]) + 1)
    ends = [say("training {metric} {value:.3f}", metric=metric, value=curves[metric][-1])]
    if f"val_{metric}" in curves:
        last = curves[f"val_{metric}"][-1]
        ends.append(say("validation {metric} {value:.3f}", metric=metric, value=last))
    curved = say_count(
        len(epochs),
        "Curves over {count} epoch, at the end {values}.",
        "Curves over {count} epochs, at the end {values}.",
        values=say(" and ").join(ends),
    )
    figure = new_figure(
        8.4,
        3.2,
        f"{title + '. ' if title else ''}{curved}",
    )
    dot, square = ("o", "s") if len(epochs) <= 20 else ("", "")  # many marks hide the line style
    if whole:
        figure.description += f" Thin curves beside them: {WHOLE}, {len(whole['loss'])} epochs."
    for axes, name in zip(figure.subplots(1, 2), ("loss", metric), strict=True):
        _plot_whole(axes, whole, name)
        axes.plot(epochs, curves[name], "-", marker=dot, color=BLUE, label="training")
        if (held_out := f"val_{name}") in curves:
            style = {"marker": square, "color": ORANGE, "label": "validation"}
            axes.plot(epochs, curves[held_out], "--", **style)
        axes.set(xlabel="epoch", ylabel=name)
        last = max(len(epochs), len(whole["loss"]) if whole else 0)
        axes.set_xticks(range(1, last + 1, max(1, last // 10)))
        axes.grid(alpha=0.3)
        axes.legend()
    figure.suptitle(title)
    return figure


WHOLE = "a recorded training in full, on real pictures"


def _plot_whole(axes, whole, name):
    """Draw a metric of `Lesson.whole_training`, and that of validation, as thin grey curves."""
    for key, style, which in ((name, "-", "training"), (f"val_{name}", "--", "validation")):
        if key in (whole or {}):
            numbers = range(1, len(whole[key]) + 1)
            label = f"{which}, recorded in full"
            axes.plot(numbers, whole[key], style, color=GREY, linewidth=0.9, label=label)


def plot_feature_maps(feature_maps, names, columns=8):
    """Return a figure of the first feature maps of several layers, one row a layer.

    Each map is drawn from its own smallest value (black) to its largest (white); one that is 0
    everywhere is black.

    Args:
        feature_maps: for each layer an array (height, width, channels).
        names: the layers' names.
        columns: maps in a row.
    """
    feature_maps = [np.asarray(maps) for maps in feature_maps]
    empty = sum(int((maps[..., :columns].max(axis=(0, 1)) == 0).sum()) for maps in feature_maps)
    figure = new_figure(
        1.1 * columns,
        1.32 * len(feature_maps),
        f"Feature maps of {len(feature_maps)} layers, up to {columns} each, from "
        f"{names[0]} to {names[-1]}; {empty} of them are empty.",
        layout=None,
    )
    sheet = new_sheet(figure)
    for row, (maps, name) in enumerate(zip(feature_maps, names, strict=True)):
        height, width, channels = maps.shape
        words = f"{name}: {channels} maps of {height} × {width}"
        sheet.text(0.04, 1.32 * row + 0.06, words, size=9, va="top")
        for column in range(min(columns, channels)):
            scaled = stretch(maps[..., column])
            place_picture(sheet, scaled, 0.04 + 1.1 * column, 1.32 * row + 0.24, 1.02)
    return figure


def stretch(feature_map):
    """Return a feature map from 0, its smallest value, to 1; or 0 where all are the same."""
    feature_map = feature_map.astype(float)
    spread = np.ptp(feature_map)
    return (feature_map - feature_map.min()) / spread if spread else 0 * feature_map


def plot_channels(maps, name, columns=16):
    """Return a figure of all the feature maps of one layer, row after row.

    Each map is drawn from its own smallest value (black) to its largest (white); one that is the
    same everywhere is black.

    Args:
        maps: array (height, width, channels).
        name: the layer's name.
        columns: maps in a row.
    """
    maps = np.asarray(maps)
    if maps.ndim != 3 or not maps.size:
        raise ValueError(
            f"The maps of a layer have the shape (height, width, channels); these have {maps.shape}"
            ". Of a batch, take one picture's: maps[0]."
        )
    height, width, channels = maps.shape
    empty = int((maps.max(axis=(0, 1)) == 0).sum())
    words = f"{name}: {channels} maps of {height} × {width}, {empty} of them empty"
    rows = math.ceil(channels / columns)
    gap = max(1, height // 16)
    sheet = np.empty((rows * (height + gap) - gap, columns * (width + gap) - gap, 3))
    sheet[:] = 0, 0.45, 0.7  # between the maps: in white or black, the edge of many would vanish
    for channel in range(channels):
        row, column = divmod(channel, columns)
        top, left = row * (height + gap), column * (width + gap)
        shown = stretch(maps[..., channel])[..., np.newaxis]
        sheet[top : top + height, left : left + width] = shown
    figure = new_figure(10, 0.5 + 9.8 * len(sheet) / sheet.shape[1], f"{words}.")
    axes = figure.subplots()
    show_array(axes, sheet)
    axes.set_frame_on(False)
    axes.set_title(words, loc="left", size=10)
    return figure
