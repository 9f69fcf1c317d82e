import subprocess
import sys

import numpy as np
import pytest

from course_utils.drawing import draw_digits, draw_garments

LABELS = np.arange(600) % 10


@pytest.fixture(scope="module", params=[draw_garments, draw_digits], ids=["garments", "digits"])
def draw(request):
    return request.param


@pytest.fixture(scope="module")
def pictures(draw):
    return draw(LABELS)


def test_shape_dtype_and_range(pictures):
    assert pictures.shape == (600, 28, 28, 1)
    assert pictures.dtype == np.uint8
    assert pictures.min() == 0
    assert pictures.max() == 255


def test_same_arguments_give_same_bytes(draw, pictures):
    assert draw(LABELS[:40].tolist()).tobytes() == pictures[:40].tobytes()


def test_a_part_equals_that_part_of_the_whole(draw, pictures):
    pieces = [draw(LABELS[i : i + 7], start=i) for i in range(100, 128, 7)]
    np.testing.assert_array_equal(np.concatenate(pieces), pictures[100:128])


def test_a_picture_does_not_depend_on_its_neighbours(draw, pictures):
    labels = LABELS[:20].copy()
    labels[::2] = 3
    np.testing.assert_array_equal(draw(labels)[1::2], pictures[1:20:2])


@pytest.mark.parametrize("other", [{"seed": 1}, {"start": 1_000_000}])
def test_other_seed_or_start_gives_other_pictures(draw, pictures, other):
    drawn = draw(LABELS[:40], **other)
    assert all((a != b).any() for a, b in zip(drawn, pictures[:40], strict=True))


def test_no_labels_no_pictures(draw):
    assert draw([]).shape == (0, 28, 28, 1)


@pytest.mark.parametrize("labels", [[10], [0, -1], [1.5], ["3"], [True]])
def test_labels_outside_0_to_9_are_refused(draw, labels):
    with pytest.raises(ValueError, match="from 0 to 9"):
        draw(labels)


def test_every_picture_shows_something_and_stays_in_the_frame(pictures):
    lit = pictures[..., 0] > 60
    share = lit.mean(axis=(1, 2))
    assert share.min() > 0.015
    assert share.max() < 0.8
    border = np.concatenate([lit[:, 0], lit[:, -1], lit[:, :, 0], lit[:, :, -1]], axis=1)
    assert border.mean() < 0.02
    assert border.mean(axis=1).max() < 0.3


def test_classes_differ(draw, pictures):
    means = np.stack([pictures[label == LABELS].mean(axis=0) for label in range(10)])
    fresh = draw(LABELS[:300], start=5000).astype(float)
    distance = ((fresh[:, None] - means) ** 2).sum(axis=(2, 3, 4))
    assert (distance.argmin(axis=1) == LABELS[:300]).mean() > 0.4


def test_pictures_of_one_class_vary(pictures):
    for label in range(10):
        of_one_class = pictures[label == LABELS].astype(float)
        differences = abs(of_one_class[1:] - of_one_class[:-1]).mean(axis=(1, 2, 3))
        assert differences.min() > 2
        assert differences.mean() > 10


def test_drawing_needs_no_tensorflow():
    code = "import sys, course_utils.drawing; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
