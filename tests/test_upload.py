"""Own pictures: what is uploaded, what the model says to it, what cannot be read."""

import datetime
import io
import re
import sys

import ipywidgets
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from course_utils import predict_uploads
from course_utils.show import upload
from course_utils.show.upload import decision, plot_answers

pytestmark = pytest.mark.filterwarnings("error::UserWarning")

NAMES = ["horses", "humans"]
FLOWERS = ["daisy", "dandelion", "roses", "sunflowers", "tulips"]
DARK, LIGHT = np.zeros((30, 60, 3), np.uint8), np.full((60, 30, 3), 255, np.uint8)


class Model:
    """Its answer is the mean brightness, 0 to 1, or one-hot of it in fifths."""

    def __init__(self, input_shape=(None, 20, 24, 3), classes=1):
        self.input_shape, self.classes = input_shape, classes

    def predict(self, pictures, verbose):
        assert verbose == 0 and pictures.dtype == np.float32
        assert pictures.shape[1:] == self.input_shape[1:]
        self.seen = pictures
        mean = pictures.mean(axis=(1, 2, 3)) / 255
        if self.classes == 1:
            return mean[:, np.newaxis]
        return np.eye(self.classes, dtype=np.float32)[(mean * (self.classes - 1)).astype(int)]


def jpeg(picture):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG")
    return file.getvalue()


def value_of(version, files):
    """Return what `FileUpload.value` is for {name: bytes} in a version of ipywidgets."""
    if version == 7:
        return {
            name: {"metadata": {"name": name, "size": len(content)}, "content": content}
            for name, content in files.items()
        }
    return tuple(
        {
            "name": name,
            "type": "image/jpeg",
            "size": len(content),
            "content": memoryview(content),
            "last_modified": datetime.datetime.now(datetime.UTC),
        }
        for name, content in files.items()
    )


def send(widget, files):
    """Do to the button what the browser does, in the version of ipywidgets that is here."""
    button = widget.children[0]
    assert isinstance(button, ipywidgets.FileUpload) and button.multiple
    version = int(ipywidgets.__version__.split(".")[0])
    button.set_trait("value", value_of(version, files))


def shown(widget):
    """Return the line of text and the answers as HTML."""
    return widget.children[2].value, widget.children[3].value


@pytest.mark.parametrize("version", [7, 8])
def test_both_forms_of_the_value(version):
    files = {"a.jpg": b"1", "b.jpg": b"2"}
    assert upload._uploads(value_of(version, files)) == list(files.items())
    assert upload._uploads(value_of(version, {})) == []


def test_the_hint_names_the_limit_of_the_place(monkeypatch):
    def hint():
        return predict_uploads(Model(), NAMES, [DARK]).widget.children[1].value

    assert "JupyterLab takes 10 MB" in hint() and "Colab" not in hint()
    monkeypatch.setitem(sys.modules, "google.colab", None)
    assert "In Colab" in hint() and "JupyterLab" not in hint()
    assert "1,000 pixels" in hint() and "glob('/content/drive/MyDrive" in hint()


def test_ready_pictures_are_shown_first_and_alone_without_a_kernel(tmp_path):
    (tmp_path / "night.jpg").write_bytes(jpeg(DARK))
    model = Model()
    explorable = predict_uploads(model, NAMES, [tmp_path / "night.jpg", LIGHT])
    assert model.seen.shape == (2, 20, 24, 3) and model.seen[1].min() == 255
    text, answers = shown(explorable.widget)
    assert "Ready pictures: 2" in text and answers.count("<img") == 2
    assert "<b>night.jpg</b>" in answers and "<b>picture 2</b>" in answers
    data, metadata = explorable._repr_mimebundle_()
    assert {"text/plain", "text/html", "application/vnd.jupyter.widget-view+json"} <= set(data)
    alt = data["text/plain"]
    assert "night.jpg: horses, probability over 99.9% (output 0, below 0.5)." in alt
    assert "picture 2: humans, probability over 99.9% (output 1, above 0.5)." in alt


def test_a_photo_of_an_iphone_is_answered():
    file = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(np.full((64, 48, 3), 255, np.uint8))).save(file)
    widget = predict_uploads(Model(), NAMES, [DARK]).widget
    send(widget, {"IMG_1.HEIC": file.getvalue()})
    text, answers = shown(widget)
    assert text == "Your pictures: 1." and "IMG_1.HEIC: humans" in answers


def test_uploads_are_answered_and_an_unreadable_one_is_named():
    model = Model()
    widget = predict_uploads(model, NAMES, [LIGHT]).widget
    grey = np.full((40, 40, 3), 102, np.uint8)
    send(widget, {"a.jpg": jpeg(grey), "<b>.jpg": b"Dear cat", "c.jpg": jpeg(LIGHT)})
    text, answers = shown(widget)
    assert text == "Your pictures: 3. ✗ 1 cannot be read."
    order = [answers.index(words) for words in ("a.jpg", "&lt;b&gt;.jpg", "c.jpg")]
    assert order == sorted(order)
    assert "✗ <b>&lt;b&gt;.jpg</b> cannot be read. It is a text" in answers
    assert answers.count("<img") == 2
    alts = re.findall('alt="(.*?)"', answers)
    assert alts[0] == "a.jpg: horses, probability 60.0% (output 0.40, below 0.5)."
    assert model.seen.max() == 255

    send(widget, {"only.jpg": b""})
    text, answers = shown(widget)
    assert "1 cannot be read" in text and "only.jpg</b> cannot be read. It is empty" in answers


def test_an_enormous_upload_is_named_with_the_limit_that_was_set():
    widget = predict_uploads(Model(), NAMES, [LIGHT], megapixels=0.001).widget
    send(widget, {"huge.jpg": jpeg(DARK)})
    text, answers = shown(widget)
    assert "1 cannot be read" in text and "the limit is 0.001 million" in answers
    assert "<img" not in answers


def test_largest_of_several_classes():
    widget = predict_uploads(Model(classes=5), FLOWERS, [DARK]).widget
    send(widget, {"bright.jpg": jpeg(LIGHT)})
    assert "bright.jpg: tulips, probability over 99.9% (the largest of 5)." in shown(widget)[1]


def test_a_model_that_fails_is_told_in_the_widget():
    model = Model()
    widget = predict_uploads(model, NAMES, [DARK]).widget
    model.predict = lambda *_, **__: 1 / 0
    send(widget, {"a.jpg": jpeg(DARK)})
    assert shown(widget)[0] == "✗ The model gave no answer: division by zero"


def test_grey_model():
    model = Model((None, 28, 28, 1))
    predict_uploads(model, NAMES, [np.zeros((9, 9, 1), np.uint8), LIGHT, np.zeros((9, 9)) + 255.0])
    assert model.seen.shape == (3, 28, 28, 1)
    assert model.seen.max(axis=(1, 2, 3)).tolist() == [0, 255, 255]


def test_ready_takes_names_and_one_path(tmp_path):
    (tmp_path / "night.jpg").write_bytes(jpeg(DARK))
    ready = [("mine", LIGHT), ("yours", jpeg(DARK)), tmp_path / "gone.jpg"]
    alt = predict_uploads(Model(), NAMES, ready).figure.description
    assert "mine: humans" in alt and "yours: horses" in alt
    assert "✗ gone.jpg cannot be read. There is no file" in alt
    assert (
        "night.jpg"
        in predict_uploads(Model(), NAMES, str(tmp_path / "night.jpg")).figure.description
    )
    batch = np.stack([DARK, DARK])
    assert "picture 2" in predict_uploads(Model(), NAMES, batch).figure.description


@pytest.mark.parametrize(
    ("outputs", "number", "probability", "why"),
    [
        ([0.93], 1, 0.93, "output 0.93, above 0.5"),
        ([0.07], 0, 0.93, "output 0.07, below 0.5"),
        ([0.5], 0, 0.5, "output 0.5, not above 0.5"),
        ([0.4996], 0, 0.5004, "output 0.4996, below 0.5"),
        ([0.999998], 1, 0.999998, "output 1.00000, above 0.5"),
        ([0.2, 0.5, 0.3], 1, 0.5, "the largest of 3"),
    ],
)
def test_decision(outputs, number, probability, why):
    decided = decision(np.array(outputs), ["a", "b", "c"][: max(2, len(outputs))])
    assert decided == (number, pytest.approx(probability), why)


def test_verdict_stands_in_words_and_marks():
    answers = [
        upload.Answer("a", DARK, np.array([0.1])),
        upload.Answer("b", LIGHT, np.array([0.9])),
        upload.Answer("c", reason="It is empty."),
    ]
    words = [text.get_text() for text in plot_answers(answers, NAMES).axes[0].texts]
    assert {"◀ horses", "▶ humans", "probability 90.0%", "✗ cannot be read"} <= set(words)
    assert {"0 · horses", "humans · 1", "0.5"} <= set(words)
    heights = plot_answers(answers, NAMES).get_size_inches()
    assert heights[1] == pytest.approx(4.8)
    flowers = upload.Answer("f", DARK, np.array([0.1, 0.2, 0.6, 0.05, 0.05]))
    words = [text.get_text() for text in plot_answers([flowers], FLOWERS).axes[0].texts]
    assert words.index("roses") < words.index("dandelion") and "▶ roses" in words


def test_names_in_any_script_draw_without_a_warning(recwarn):
    names = ["写真 😀.jpg", "$x_1$.jpg", "long" * 60, "two\nlines"]
    answers = [upload.Answer(name, DARK, np.array([0.3])) for name in names]
    figure = plot_answers(answers, ["Pferde", "人"])
    figure.to_png()
    assert len(recwarn) == 0
    assert all(name in figure.description for name in names)
    words = [text.get_text() for text in figure.axes[0].texts]
    assert "$x_1$.jpg" in words and max(map(len, words)) <= 60


def test_pictures_keep_the_proportions_of_the_original():
    figure = predict_uploads(Model((None, 150, 150, 3)), NAMES, [DARK]).figure
    left, right, bottom, top = figure.axes[0].images[0].get_extent()
    assert (right - left) / (bottom - top) == pytest.approx(2, rel=0.02)


class Unbuilt(Model):
    @property
    def input_shape(self):
        raise AttributeError("The layer sequential has never been called")

    @input_shape.setter
    def input_shape(self, shape):
        pass


class Fixed(Model):
    def __init__(self, outputs):
        super().__init__()
        self.outputs = np.array(outputs)

    def predict(self, pictures, verbose):
        return self.outputs


@pytest.mark.parametrize(
    ("model", "names", "ready", "words"),
    [
        (Unbuilt(), NAMES, [DARK], "keras.Input"),
        (Model((None, 784)), NAMES, [DARK], r"Its input shape is \(None, 784\)"),
        (Model((None, None, None, 3)), NAMES, [DARK], "pictures of one size"),
        (Model((None, 20, 24, 4)), NAMES, [DARK], "one channel or three"),
        (Model(), FLOWERS, [DARK], "2 classes apart; there are 5 class names"),
        (Model(classes=5), NAMES, [DARK], "5 classes apart; there are 2"),
        (Fixed([[-3.2]]), NAMES, [DARK], "no probability: it goes from -3.2 to -3.2"),
        (Fixed([[float("nan")]]), NAMES, [DARK], "no probability"),
        (Fixed([0.5]), NAMES, [DARK], r"its output has the shape \(1,\)"),
        (Fixed([[0.5]]), NAMES, [DARK, DARK], r"2 pictures its output has the shape \(1, 1\)"),
        (Model(), NAMES, [], "ready is empty"),
        (Model(), NAMES, [DARK / 255 + 0.1], "raw, 0…255"),
        (Model(), NAMES, [np.zeros((3, 3, 4))], r"this has \(3, 3, 4\)"),
        (Model(), NAMES, [np.zeros((3, 3)) - 1], "values in 0…255"),
        (Model(), NAMES, [np.zeros((0, 3))], "values in 0…255"),
    ],
)
def test_what_does_not_fit_is_told(model, names, ready, words):
    with pytest.raises(ValueError, match=words):
        predict_uploads(model, names, ready)
