"""A learner's own pictures: uploaded in the notebook, predicted, shown with the decision."""

import dataclasses
import html
import os
import re
import sys
import textwrap
from pathlib import Path

import numpy as np
from matplotlib.patches import Rectangle

from course_utils.errors import PictureError
from course_utils.machine.printing import number_of
from course_utils.pictures.reading import MEGAPIXELS, read_with_shape
from course_utils.show.explore import Explorable
from course_utils.show.plots import (
    BLUE,
    DARK,
    GREY,
    PALE,
    WRONG,
    new_figure,
    new_sheet,
    place_picture,
)

THRESHOLD = 0.5
"""Where the decision of a model with one output turns from the first class to the second."""

_BARS = 5
_LEFT, _RIGHT = "◀", "▶"
LAB_MEGABYTES = 100
"""How much `make lab` lets the browser send at once, in MB of 2 ** 20 bytes; see the Makefile.

Measured with JupyterLab 4.6: its server closes the connection at a larger message.
"""
_IN_JUPYTERLAB = (
    f"JupyterLab takes 10 MB at once, under make lab {LAB_MEGABYTES} MB, and drops more in silence",
    "a folder",
    "/home/me/pictures/*.jpg",
)
_IN_COLAB = (
    "In Colab, a large upload may vanish without a word",
    "a folder of Google Drive, connected by Files, Mount Drive,",
    "/content/drive/MyDrive/pictures/*.jpg",
)


@dataclasses.dataclass(frozen=True)
class Answer:
    """What is shown of one picture.

    name: what the picture is called.
    picture: uint8 (height, width, 3), in the proportions of the original; None if unreadable.
    outputs: (1,) or (classes,) floats in 0…1; None if unreadable.
    reason: why it cannot be read, a sentence; None if it can.
    """

    name: str
    picture: np.ndarray | None = None
    outputs: np.ndarray | None = None
    reason: str | None = None


def predict_uploads(model, class_names, ready, megapixels=MEGAPIXELS):
    """Return a button to upload pictures, with the model's answer to each.

    Until something is uploaded, and wherever no kernel runs, it shows the answers to the ready
    pictures. A picture that cannot be read is named with the reason; the others are answered all
    the same.

    Args:
        model: a Keras model that takes raw pictures, 0…255, of one size and one or three channels.
            Its output is one number, the probability of the second class, decided at 0.5; or one
            probability for each class, of which the largest decides.
        class_names: the names, in label order.
        ready: pictures to begin with, at least one: paths, or arrays (height, width),
            (height, width, 1) or (height, width, 3) in 0…255 and of any size; or pairs of a name
            and bytes or an array.
        megapixels: the largest picture to decode, in millions of pixels; a larger one is named.

    Returns:
        An `Explorable`; its `widget` holds the button, a line of text and the answers.

    Raises:
        ValueError: the model takes no pictures or gives no probabilities, the class names do not
            fit its output, or `ready` is empty.
    """
    import ipywidgets

    class_names = [str(name) for name in class_names]
    ready = [ready] if isinstance(ready, str | os.PathLike) else ready
    if len(ready) == 0:
        raise ValueError("ready is empty. Give at least one picture to begin with.")
    answers = _answer_all(model, class_names, ready, megapixels)
    figure = plot_answers(answers, class_names)

    button = ipywidgets.FileUpload(
        accept="image/*,.heic,.heif",
        multiple=True,
        description="Upload pictures",
        layout=ipywidgets.Layout(width="14em"),
    )
    text = ipywidgets.Label(value=f"Ready pictures: {len(answers)}. Yours take their place.")
    rows = ipywidgets.HTML(value=_rows(answers, class_names))

    def answer(change):
        uploads = _uploads(change["new"])
        if not uploads:
            return
        text.value = f"Reading {number_of(len(uploads), 'pictures')} …"
        try:
            answers = _answer_all(model, class_names, uploads, megapixels)
            rows.value = _rows(answers, class_names)
        except Exception as error:  # nobody sees an error that leaves a widget's callback
            text.value = f"{WRONG} The model gave no answer: {error}"
            return
        unreadable = sum(answer.reason is not None for answer in answers)
        text.value = f"Your pictures: {len(answers)}."
        if unreadable:
            text.value += f" {WRONG} {unreadable} cannot be read."

    button.observe(answer, names="value")
    hint = ipywidgets.HTML(value=f'<span style="color:{GREY}">{_hint()}</span>')
    return Explorable(ipywidgets.VBox([button, hint, text, rows]), figure)


def _hint():
    """Return what can be uploaded here, and what to do where it is too much, as HTML."""
    limit, folder, path = _IN_COLAB if "google.colab" in sys.modules else _IN_JUPYTERLAB
    return (
        f"One picture or several: JPEG, PNG, WebP or another kind. {limit}: if nothing happens, "
        "run this cell again and upload fewer, or smaller ones; 1,000 pixels a side are plenty. "
        f"Pictures in {folder} need no upload: <code>ready=glob({path!r})</code>, with "
        "<code>from glob import glob</code>."
    )


def _uploads(value):
    """Return the list of (name, bytes) in the value of a `FileUpload`."""
    if isinstance(value, dict):  # ipywidgets 7: by name; ipywidgets 8: a tuple
        value = [{"name": name, "content": file["content"]} for name, file in value.items()]
    return [(file["name"], bytes(file["content"])) for file in value]


def _answer_all(model, class_names, sources, megapixels):
    """Return an `Answer` for each source: a path, an array, or a pair of a name and either."""
    height, width, channels = _input_of(model)
    answers, batch = [], []
    for number, source in enumerate(sources, start=1):
        try:
            picture, shape = _read(source, (height, width), megapixels)
        except PictureError as error:
            told, name = _names(source, number)
            reason = re.sub(f"^{re.escape(told)} ", "It ", str(error))
            answers.append(Answer(name, reason=reason))
            continue
        batch.append(_as_grey(picture) if channels == 1 else picture)
        _, name = _names(source, number)
        answers.append(Answer(name, picture=_in_proportion(picture, shape)))
    if not batch:
        return answers
    outputs = np.asarray(model.predict(np.stack(batch).astype(np.float32), verbose=0), np.float32)
    _check_outputs(outputs, len(batch), class_names)
    outputs = iter(outputs)
    return [
        answer if answer.picture is None else dataclasses.replace(answer, outputs=next(outputs))
        for answer in answers
    ]


def _input_of(model):
    """Return (height, width, channels) of the pictures that a model takes."""
    try:
        shape = model.input_shape
    except AttributeError:
        shape = None
    if not isinstance(shape, tuple) or len(shape) != 4:
        raise ValueError(
            "The model must take pictures, (height, width, channels), and know it: begin it with "
            f"keras.Input(shape=…). Its input shape is {shape}."
        )
    if None in shape[1:3] or shape[3] not in (1, 3):
        raise ValueError(
            "The model must take pictures of one size, with one channel or three; its input shape "
            f"is {shape}."
        )
    return shape[1:]


def _names(source, number):
    """Return what an error calls a source, and what it is called here: a path by its last part."""
    if isinstance(source, tuple):
        return str(source[0]), str(source[0])
    if hasattr(source, "__array__"):
        return "", f"picture {number}"
    path = Path(os.path.expanduser(source))
    return str(path), path.name


def _read(source, size, megapixels):
    """Return the picture of a source, (height, width, 3) uint8 at that size, and its own shape."""
    content = source[1] if isinstance(source, tuple) else source
    if not hasattr(content, "__array__"):
        return read_with_shape(source, size, megapixels)
    from PIL import Image

    array = np.asarray(content)
    if array.ndim == 3 and array.shape[-1] == 1:
        array = array[..., 0]
    fits = array.size and (array.ndim == 2 or (array.ndim == 3 and array.shape[-1] == 3))
    if not fits or not 0 <= array.min() <= array.max() <= 255:
        raise ValueError(
            "A ready picture must have the shape (height, width), (height, width, 1) or "
            f"(height, width, 3), and values in 0…255; this has {array.shape}."
        )
    if array.dtype.kind == "f" and 0 < array.max() <= 1:
        raise ValueError("A ready picture is raw, 0…255; this one is scaled to 0…1.")
    image = Image.fromarray(np.rint(array).astype(np.uint8)).convert("RGB")
    image = image.resize(size[::-1], Image.Resampling.BILINEAR)
    return np.asarray(image), array.shape[:2]


def _as_grey(picture):
    from PIL import Image

    return np.asarray(Image.fromarray(picture).convert("L"))[..., np.newaxis]


def _in_proportion(picture, shape):
    """Return what the model sees, stretched back to the proportions of the original."""
    from PIL import Image

    longest = max(142, *picture.shape[:2])
    height, width = (max(1, round(longest * side / max(shape))) for side in shape)
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.BILINEAR))


def _check_outputs(outputs, count, class_names):
    if outputs.ndim != 2 or len(outputs) != count:
        raise ValueError(
            "The model must give one number or one for each class, for each picture; for "
            f"{number_of(count, 'pictures')} its output has the shape {outputs.shape}."
        )
    wanted = max(2, outputs.shape[1])
    if len(class_names) != wanted:
        raise ValueError(
            f"The model tells {wanted} classes apart; there are {len(class_names)} class names."
        )
    if not (outputs.min() >= 0 and outputs.max() <= 1 + 1e-3):
        raise ValueError(
            "The model's output is no probability: it goes from "
            f"{outputs.min():.3g} to {outputs.max():.3g}. End the model with sigmoid or softmax."
        )


def decision(outputs, class_names):
    """Return `(class number, its probability, why)` for the outputs of a model for a picture.

    Args:
        outputs: (1,), the probability of class 1, decided at 0.5; or (classes,), of which the
            largest decides.
        class_names: the names, in label order.
    """
    if len(outputs) > 1:
        best = int(np.argmax(outputs))
        return best, float(outputs[best]), f"the largest of {len(outputs)}"
    output = float(outputs[0])
    side = "above" if output > THRESHOLD else "below" if output < THRESHOLD else "not above"
    why = f"output {_decimal(output)}, {side} {THRESHOLD:g}"
    return (1, output, why) if side == "above" else (0, 1 - output, why)


def _decimal(output):
    """Return an output with two decimals, or as many as tell it from 0, 0.5 and 1."""
    for decimals in (2, 3, 4, 5):
        text = f"{output:.{decimals}f}"
        if float(text) not in (0, THRESHOLD, 1):
            break
    return text if output not in (0, THRESHOLD, 1) else f"{output:g}"


def _percent(probability):
    return "over 99.9%" if probability > 0.9994 else f"{probability:.1%}"


def _describe(answer, class_names):
    if answer.reason is not None:
        return f"{WRONG} {answer.name} cannot be read. {answer.reason}"
    best, probability, why = decision(answer.outputs, class_names)
    return f"{answer.name}: {class_names[best]}, probability {_percent(probability)} ({why})."


def plot_answers(answers, class_names, names=True):
    """Return a figure with a row for each `Answer`: picture, bars, and the decision in words.

    Args:
        answers: a list of `Answer`.
        class_names: the names, in label order.
        names: whether to write the name of each picture above its bars.
    """
    figure = new_figure(
        8.4,
        1.6 * len(answers),
        " ".join(_describe(answer, class_names) for answer in answers),
        layout=None,
    )
    sheet = new_sheet(figure)
    for row, answer in enumerate(answers):
        top = 1.6 * row
        if row:
            sheet.plot((0.05, 8.35), (top, top), color=PALE, linewidth=0.8)
        if answer.picture is None:
            box = {"facecolor": "white", "edgecolor": PALE, "hatch": "////"}
            sheet.add_patch(Rectangle((0.09, top + 0.09), 1.42, 1.42, **box))
            _write(sheet, 0.8, top + 0.8, WRONG, 24, ha="center", va="center")
            reason = textwrap.wrap(answer.reason, 90, max_lines=4, placeholder=" …")
        else:
            place_picture(sheet, answer.picture, 0.09, top + 0.09, 1.42)
        if names or answer.picture is None:
            _write(sheet, 1.75, top + 0.3, _short(answer.name, 60), 9, color=DARK)
        if answer.picture is None:
            _write(sheet, 1.75, top + 0.65, f"{WRONG} cannot be read", 12, weight="bold")
            _write(sheet, 1.75, top + 0.8, "\n".join(reason), 9, va="top", linespacing=1.4)
            continue
        if len(answer.outputs) == 1:
            _draw_line(sheet, top, float(answer.outputs[0]), class_names)
        else:
            _draw_bars(sheet, top, answer.outputs, class_names)
        _write_decision(sheet, top, answer.outputs, class_names)
    return figure


def _write(sheet, left, top, words, size, **options):
    return sheet.text(left, top, words, size=size, parse_math=False, **options)


def _short(words, length):
    """Return a text of at most so many letters, with … in its middle where it was longer."""
    half = length // 2
    return words if len(words) <= length else f"{words[: half - 1]}…{words[-half:]}"


def _draw_line(sheet, top, output, class_names):
    """Draw the line from 0 to 1 with the threshold, and the output as a bar with a mark."""
    left, length, middle = 1.75, 3.9, top + 0.8
    sheet.add_patch(Rectangle((left, middle - 0.13), length, 0.26, fill=False, lw=0.8, ec=GREY))
    sheet.add_patch(Rectangle((left, middle - 0.13), length * output, 0.26, color=BLUE))
    sheet.plot(left + length * output, middle - 0.2, marker="v", color="black", markersize=7)
    half = left + length * THRESHOLD
    colour = "white" if output > THRESHOLD else "black"
    sheet.plot((half, half), (middle - 0.13, middle + 0.13), color=colour, ls="--", lw=1.2)
    sheet.plot((half, half), (middle + 0.13, middle + 0.2), color="black", lw=1.2)
    below = middle + 0.34
    _write(sheet, half, below, f"{THRESHOLD:g}", 8, ha="center", va="center")
    first, second = (_short(name, 20) for name in class_names)
    _write(sheet, left, below, f"0 · {first}", 9, va="center")
    _write(sheet, left + length, below, f"{second} · 1", 9, ha="right", va="center")


def _draw_bars(sheet, top, outputs, class_names):
    """Draw a bar for each of the most probable classes, the largest on top and in bold."""
    order = np.argsort(-outputs, kind="stable")[:_BARS]
    first = top + 0.52
    for place, index in enumerate(order):
        middle, share = first + 0.205 * place, float(outputs[index])
        weight = "bold" if place == 0 else "normal"
        name = _short(class_names[index], 18)
        _write(sheet, 3.0, middle, name, 8.5, ha="right", va="center", weight=weight)
        colour = BLUE if place == 0 else PALE
        sheet.add_patch(Rectangle((3.1, middle - 0.075), 2.0 * share, 0.15, color=colour))
        words = _percent(share) if share >= 0.0005 else "below 0.1%"
        _write(sheet, 3.16 + 2.0 * share, middle, words, 8, va="center")


def _write_decision(sheet, top, outputs, class_names):
    best, probability, why = decision(outputs, class_names)
    mark = _RIGHT if best or len(outputs) > 1 else _LEFT
    name = _short(class_names[best], 16)
    _write(sheet, 6.0, top + 0.72, f"{mark} {name}", 14, weight="bold")
    _write(sheet, 6.0, top + 0.98, f"probability {_percent(probability)}", 10)
    _write(sheet, 6.0, top + 1.2, why, 9, color=DARK)


def _rows(answers, class_names):
    """Return the answers as HTML: the name and the reason as text, the rest as a picture."""
    rows = []
    for answer in answers:
        name = f"<b>{html.escape(answer.name)}</b>"
        if answer.reason is not None:
            words = f"{WRONG} {name} cannot be read. {html.escape(answer.reason)}"
        else:
            figure = plot_answers([answer], class_names, names=False)
            words = f"{name}<br>{figure._repr_mimebundle_()[0]['text/html']}"
        rows.append(f'<div style="margin:0.7em 0;line-height:1.5">{words}</div>')
    return "".join(rows)
