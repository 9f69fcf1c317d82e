"""Explorables: what Python gives the page, and what it refuses."""

import re

import numpy as np
import pytest

from course_utils import (
    explore_augmentation,
    explore_convolution,
    explore_descent,
    explore_feature_maps,
    explore_heat_maps,
    explore_neighbours,
    explore_predictions,
    explore_smoothing,
)

GRID = np.array(
    [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
)
CROSS = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])
PICTURE = np.zeros((6, 7, 1), dtype=np.uint8)
PICTURE[:, 3] = 255


def test_an_explorable_is_one_text_with_its_picture_its_words_and_no_address():
    data, metadata = explore_convolution(GRID, CROSS)._repr_mimebundle_()
    text = data["text/html"]
    assert set(data) == {"text/html", "text/plain"} and not metadata
    assert (
        "feature map, from 2 to 4" in data["text/plain"] and f'alt="{data["text/plain"]}"' in text
    )
    assert text.count("data:image/webp") == 1 and "http" not in text and len(text) < 40_000
    assert not re.search("(?m)^import ", text) and text.count("</script") == 1


@pytest.mark.parametrize(
    ("picture", "kernel"),
    [(GRID[:2], CROSS), (np.zeros((9, 9, 3)), CROSS), (GRID, CROSS[:2]), (GRID, [1, 0, 1])],
)
def test_what_is_no_picture_or_kernel_is_told_with_its_shape(picture, kernel):
    with pytest.raises(ValueError, match=r"these have \(.*\) and \(.*\)"):
        explore_convolution(picture, kernel)
    with pytest.raises(ValueError, match="from −9999 to 9999"):
        explore_convolution(GRID, CROSS * np.nan)


def test_without_a_page_six_transformations_are_shown():
    stairs = np.tile(np.arange(10, dtype=np.uint8) * 20, (10, 1))
    explorable = explore_augmentation(stairs)
    assert explorable.data["height"] == explorable.data["width"] == 10
    words = explorable.figure.description
    assert "6 pictures in 2 rows" in words and "turned by 40°" in words
    _, mirrored, turned, right, near, bright = (
        image.get_array() for image in explorable.figure.axes[0].images
    )
    assert mirrored[0].tolist() == stairs[0, ::-1].tolist()
    assert right[0].tolist() == [0, 0, *stairs[0, :8]] and bright[0, 1] == 20 + 51
    assert near[0, 0] > 0 and near[0, -1] < 180 and turned[0, 5] != turned[9, 5]


def test_a_large_picture_is_shrunk_in_its_proportions():
    data = explore_augmentation(np.zeros((640, 480, 3), np.uint8)).data
    assert (data["height"], data["width"]) == (160, 120)


@pytest.mark.parametrize("shape", [(9,), (9, 9, 2), (1, 9, 9, 3), (0, 9, 3)])
def test_what_is_no_picture_to_augment_is_told_with_its_shape(shape):
    with pytest.raises(ValueError, match=r"this has \("):
        explore_augmentation(np.zeros(shape))


def test_neighbours_are_the_most_alike_by_what_is_chosen():
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (10, 4, 4, 3), np.uint8)
    labels = np.arange(10) % 2
    told_apart = np.eye(2)[labels] + rng.normal(0, 0.01, (10, 2))
    vectors = {"features": told_apart, "pixels": pictures}
    explorable = explore_neighbours(pictures, vectors, labels, ["cat", "dog"])
    features, pixels = explorable.data["series"].values()
    assert list(explorable.data["series"]) == ["features", "pixels"] and len(pixels) == 10
    assert features[0]["text"] == "Picture 1, cat. By features, 4 of 7 show a cat, too."
    titles = [title for _, _, title in features[0]["pictures"]]
    assert titles[:6] == ["this cat", "cat", "cat", "cat", "cat", "dog"]
    assert [at for _, at, _ in features[1]["pictures"]][:1] == [1]
    apart = pictures.reshape(10, -1) - pictures.reshape(10, -1).mean(axis=0)
    cosines = apart @ apart[3] / np.linalg.norm(apart, axis=1)
    assert [at for _, at, _ in pixels[3]["pictures"]] == np.argsort(-cosines)[:8].tolist()
    assert "4 of 7 show a cat" in explorable.figure.description


@pytest.mark.parametrize(("count", "vectors", "labels"), [(7, 7, 7), (9, 8, 9), (9, 9, 8)])
def test_neighbours_need_as_many_vectors_and_labels(count, vectors, labels):
    with pytest.raises(ValueError, match=f"{count} pictures, {labels} labels, {vectors} vectors"):
        explore_neighbours(
            np.zeros((count, 2, 2)), {"pixels": np.zeros((vectors, 4))}, np.zeros(labels, int), "ab"
        )


LAYER_MAPS = [np.zeros((4, 6, 3)), np.zeros((2, 3, 5))]
LAYER_MAPS[0][1, 2, 0], LAYER_MAPS[1][1, 0, 4] = 0.5, 3


def test_every_channel_of_every_layer_can_be_reached():
    explorable = explore_feature_maps(PICTURE, LAYER_MAPS, ["conv", "pool"])
    conv, pool = explorable.data["series"].values()
    assert (len(conv), len(pool)) == (3, 5)
    said = "4 × 6 numbers, 96% of them 0; the largest, 0.5, in row 1, column 2."
    assert said in conv[0]["text"] and conv[0]["text"] == explorable.figure.description
    assert "This filter finds nothing" in conv[2]["text"]
    assert "the largest, 3, in row 1, column 0" in pool[4]["text"]
    shown = [
        explorable.data["sheets"][sheet]["tiles"][tile]
        for sheet, tile, _ in [*explorable.data["always"], *pool[4]["pictures"]]
    ]
    assert [tuple(tile[2:]) for tile in shown] == [(7, 6), (3, 2)]


@pytest.mark.parametrize(
    ("maps", "names"),
    [
        ([], []),
        (LAYER_MAPS, ["conv"]),
        (LAYER_MAPS, ["conv", "conv"]),
        ([LAYER_MAPS[0][np.newaxis]], ["conv"]),
    ],
)
def test_layers_without_names_or_maps_are_told(maps, names):
    with pytest.raises(ValueError, match=r"a name of its own and maps of the shape"):
        explore_feature_maps(PICTURE, maps, names)


def test_each_class_shows_its_own_heat_map():
    overlays = {
        name: np.full((5, 5, 3), grey, np.uint8) for name, grey in (("cat", 9), ("dog", 99))
    }
    explorable = explore_heat_maps(PICTURE, overlays)
    series = explorable.data["series"]
    assert list(series) == ["cat", "dog"] and series["dog"][0]["pictures"] == [(0, 2, "dog")]
    assert "the picture, cat, dog" in explorable.figure.description
    with pytest.raises(ValueError, match="overlays is empty"):
        explore_heat_maps(PICTURE, {})


@pytest.mark.parametrize(("count", "shown"), [(40, 5), (4, 4), (2, 2)])
def test_predictions_begin_with_the_surest_mistake(count, shown):
    probabilities = [
        [0.9, 0.1, 0],
        [0.2, 0.7, 0.1],
        [0.3, 0.3, 0.4],
        [0.6, 0.4, 0],
        [0.1, 0.1, 0.8],
    ]
    pictures, labels = np.zeros((5, 28, 28, 1), np.uint8), [0, 0, 2, 1, 2]
    explorable = explore_predictions(pictures, probabilities, labels, ["cat", "dog", "owl"], count)
    frames = explorable.data["series"][""]
    assert len(frames) == shown and frames[0]["bars"]["shares"] == probabilities[1]
    texts = [
        "✗ Mistake 1 of 2. Predicted dog 70%, is cat.",
        "✗ Mistake 2 of 2. Predicted cat 60%, is dog.",
        "✓ Right answer 1 of 3. Predicted owl 40%.",
        "✓ Right answer 2 of 3. Predicted owl 80%.",
    ]
    expected = [texts[0], texts[2]] if count == 2 else texts
    assert [frame["text"] for frame in frames][:4] == expected


def test_a_descent_has_the_noise_that_python_draws():
    data = explore_descent(steps=3).data
    noise = 0.15 * np.random.default_rng(0).standard_normal((3, 2))
    assert np.array_equal(data["noise"], noise)


CURVES = {
    "loss": [3, 1, 2],
    "accuracy": [0, 1, 0],
    "val_loss": [4, 0, 0],
    "val_accuracy": [1, 0, 1],
}


def test_curves_come_with_their_picture_smoothed():
    explorable = explore_smoothing(CURVES)
    assert explorable.data["curves"]["loss"] == [[3, 1, 2], [4, 0, 0]]
    assert "validation accuracy 0.840" in explorable.figure.description
    assert np.allclose(explorable.figure.axes[0].lines[0].get_ydata(), [3, 2.6, 2.48])


def test_a_loss_that_is_no_number_still_makes_a_page():
    curves = CURVES | {"loss": [1, np.nan, np.inf]}
    assert "NaN,Infinity" in explore_smoothing(curves)._repr_mimebundle_()[0]["text/html"]


def test_curves_without_validation_are_told():
    with pytest.raises(ValueError, match="It holds: loss, accuracy"):
        explore_smoothing({"loss": [1], "accuracy": [1]})
