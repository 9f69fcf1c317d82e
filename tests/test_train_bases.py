"""The small bases: what their training folds together, and what is said of them."""

import json
import sys
from pathlib import Path

import numpy as np

from course_utils import base_class_names, pretrained_base
from course_utils.drawing import WIDE
from course_utils.sources import bases
from tools import train_bases

ROOT = Path(__file__).resolve().parent.parent


def test_folded_network_gives_the_same_features():
    import keras

    keras.utils.set_random_seed(0)
    description = {"widths": [2, 3, 4, 5, 6], "dense": [7, 8], "classes": ["a", "b", "c"]}
    trained = train_bases.vgg16_to_train(description, 64)
    rng = np.random.default_rng(0)
    for layer in trained.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([rng.uniform(0.5, 1.5, w.shape) for w in layer.get_weights()])
    plain = train_bases.embedded_network("VGG16", description, (64, 64, 3), include_top=False)
    pictures = rng.uniform(-100, 100, (2, 64, 64, 3)).astype("float32")
    before = keras.Model(trained.inputs, trained.get_layer("block5_pool").output)([pictures])
    assert abs(plain(pictures) - before).numpy().max() > 0.3
    train_bases.fold(trained, plain)
    np.testing.assert_allclose(plain(pictures), before, rtol=1e-3, atol=1e-3)


VGG16 = {
    "file": "v.weights.h5",
    "widths": [2, 3, 3, 4, 5],
    "dense": [6, 7],
    "input": 32,
    "stages": [(32, 1, 100, 1e-3)],
    "top": {"pictures": 64, "epochs": 1},
}


def test_a_base_is_trained_tested_on_other_pictures_and_written(tmp_path, monkeypatch):
    """VGG16's shape, whose layers are few; the numbers of the pictures are those that are drawn."""
    drawn = []

    def draw(labels, start, size, **options):
        drawn.append((start, len(labels)))
        return [np.full((*size, 3), 8 * label, np.uint8) for label in labels]

    monkeypatch.setattr(train_bases, "draw_wide", draw)
    monkeypatch.setattr(train_bases, "ProcessPoolExecutor", Here)
    monkeypatch.setattr(train_bases, "BASES", {"VGG16": VGG16})
    monkeypatch.setattr(train_bases, "TESTED_ON", 120)
    monkeypatch.setattr(sys, "argv", ["train_bases", "--share", "0.95"])
    monkeypatch.chdir(tmp_path)
    train_bases.main()
    folder = tmp_path / "build" / "pretrained"
    assert {path.name for path in folder.iterdir()} == {"bases.json", "v.weights.h5"}
    base = json.loads((folder / "bases.json").read_text())["VGG16"]
    assert base["tested_on"] == 114 and 0 <= base["accuracy"] <= 1 and base["share"] == 0.95
    first = train_bases.HELD_OUT
    assert drawn == [(0, 95), (0, 60), (first, 100), (first + 100, 14)]
    monkeypatch.setattr(bases, "embedded_folder", lambda: folder)
    monkeypatch.setenv("COURSE_DATA", "sample")
    model, _ = pretrained_base("VGG16", (32, 32, 3), include_top=True)
    assert base_class_names(model) == list(WIDE)


def test_no_number_of_a_picture_to_train_with_is_that_of_one_to_test_on():
    counts = [stage[2] for base in train_bases.BASES.values() for stage in base["stages"]]
    counts += [base["top"]["pictures"] for base in train_bases.BASES.values() if "top" in base]
    assert max(counts) < train_bases.HELD_OUT


class Here:
    """Does at once, in this process, what a pool of processes would do."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    map = staticmethod(map)


def test_pictures_are_drawn_in_turns_of_the_levels_and_evenly(monkeypatch):
    drawn = []

    def draw(labels, start, **options):
        drawn.append(options["clutter"])
        return [np.zeros((16, 16, 3), np.uint8)] * len(labels)

    monkeypatch.setattr(train_bases, "draw_wide", draw)
    monkeypatch.setattr(train_bases, "ProcessPoolExecutor", Here)
    pictures, labels = train_bases.draw(10 * len(WIDE) * 2, 16)
    assert pictures.shape == (20 * len(WIDE), 16, 16, 3)
    assert np.bincount(labels).tolist() == [20] * len(WIDE)
    assert drawn[:5] == [*train_bases.LEVELS, train_bases.LEVELS[0]]


def test_data_readme_gives_the_classes_of_the_bases():
    bases = json.loads((ROOT / "data" / "pretrained" / "bases.json").read_text(encoding="utf-8"))
    readme = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    assert list(bases) == list(train_bases.BASES)
    for base in bases.values():
        assert ", ".join(base["classes"]) in " ".join(readme.split())
        assert base["classes"] == list(WIDE), "the drawings have changed: train the bases again"
