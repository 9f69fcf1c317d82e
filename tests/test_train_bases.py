"""The small bases: what their training folds together, and what is said of them."""

import json
from pathlib import Path

import numpy as np

from course_utils.drawing import WIDE
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


def test_wide_pictures_that_are_tested_on_are_none_of_those_trained_with():
    stages = [stage for base in train_bases.BASES.values() for stage in base["stages"]]
    most = max(count for _, _, count, _ in stages)
    assert most < train_bases.HELD_OUT


def test_data_readme_gives_the_measured_accuracies_and_the_classes():
    bases = json.loads((ROOT / "data" / "pretrained" / "bases.json").read_text(encoding="utf-8"))
    readme = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    for name, base in bases.items():
        assert f"{100 * base['accuracy']:.1f} % at {base['input']} × {base['input']}" in readme, (
            name
        )
        assert ", ".join(base["classes"]) in " ".join(readme.split())
        assert base["classes"] == list(WIDE), "the drawings have changed: train the bases again"
