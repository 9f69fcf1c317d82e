"""The photo-like sets: same bytes for the same numbers, and seven knobs that each do their part."""

import dataclasses

import numpy as np
import pytest

from course_utils import drawing
from course_utils.drawing import Knobs, animals, photos, scene

SIZE = (96, 96)
SETS = {
    drawing.draw_cats_and_dogs: drawing.CATS_VS_DOGS,
    drawing.draw_flowers: drawing.FLOWERS,
    drawing.draw_horses_and_humans: drawing.HORSES_OR_HUMANS,
    drawing.draw_wide: drawing.WIDE,
}
KNOBS = [field.name for field in dataclasses.fields(Knobs)]


@pytest.fixture(params=SETS, ids=lambda draw: draw.__name__)
def draw(request):
    return request.param


def test_shape_dtype_and_range(draw):
    for size in [SIZE, (64, 120)]:
        for picture in draw(range(2), size=size):
            assert picture.shape == (*size, 3)
            assert picture.dtype == np.uint8
            assert np.ptp(picture) > 60


def test_sizes_vary_where_none_is_given():
    for draw, (shortest, longest) in [
        (drawing.draw_cats_and_dogs, photos.CATS_VS_DOGS_SIZES),
        (drawing.draw_flowers, photos.FLOWERS_SIZES),
    ]:
        shapes = [picture.shape for picture in draw([0] * 12)]
        assert len(set(shapes)) > 6
        assert all(shortest <= max(shape) <= longest for shape in shapes)
    assert drawing.draw_horses_and_humans([0])[0].shape == (300, 300, 3)


def test_a_picture_depends_on_its_number_and_label_alone(draw):
    labels = [0, 1, 1, 0]
    whole = draw(labels, size=SIZE)
    parts = draw(labels[:2], size=SIZE) + draw(labels[2:], start=2, size=SIZE)
    assert all((a == b).all() for a, b in zip(whole, parts, strict=True))
    for other in ({"seed": 1}, {"start": 1_000_000}):
        assert all(
            (a != b).any() for a, b in zip(whole, draw(labels, size=SIZE, **other), strict=True)
        )


def test_every_kind_is_drawn_with_every_knob_at_its_ends():
    for draw, kinds in SETS.items():
        for value in (0, 1):
            knobs = dict.fromkeys(KNOBS, value)
            pictures = draw(np.arange(2 * len(kinds)) % len(kinds), size=(48, 48), **knobs)
            assert all(np.ptp(picture) > 40 for picture in pictures)


def test_without_any_difference_all_pictures_of_a_kind_are_nearly_one(draw):
    off = dict.fromkeys(KNOBS, 0)
    flat = np.stack(draw([0] * 6, size=SIZE, **off)).astype(float)
    varied = np.stack(draw([0] * 6, size=SIZE)).astype(float)
    assert flat.std(axis=0).mean() < 0.8 * varied.std(axis=0).mean()


@pytest.mark.parametrize("knob", KNOBS)
def test_a_knob_changes_pictures_and_the_more_the_further_it_is_turned(knob):
    labels, off = np.arange(16) % 2, dict.fromkeys(KNOBS, 0)
    start = np.stack(drawing.draw_cats_and_dogs(labels, size=SIZE, **off)).astype(float)
    changes = []
    for value in (0, 0.3, 1):
        turned = drawing.draw_cats_and_dogs(labels, size=SIZE, **(off | {knob: value}))
        changes.append(abs(np.stack(turned) - start).mean())
    assert changes[0] == 0
    assert changes[1] > 0.2
    assert changes[2] > changes[1]


def test_turning_occlusion_leaves_the_rest_of_the_picture_as_it_is():
    bare, hidden = (
        np.stack(drawing.draw_cats_and_dogs([0] * 12, size=SIZE, occlusion=value)).astype(int)
        for value in (0, 1)
    )
    same = (bare == hidden).all(axis=-1).mean(axis=(1, 2))
    assert same.min() > 0.2
    assert 0.4 < same.mean() < 0.95


def test_occlusion_hides_at_most_about_half_of_the_subject():
    hidden = []
    for index in range(40):
        rngs = scene.generators(0, index)
        knobs = Knobs(occlusion=1)
        pose = scene.Pose(rngs, knobs, 200, 200)
        subject, _ = animals.animal("cat", rngs["variation"], knobs)
        subject.colours = [(255, 255, 255)] * len(subject.colours)
        image = scene.Image.new("RGB", (400, 400))
        scene.paint(image, subject, pose)
        before = (np.asarray(image) == 255).all(axis=-1)
        scene.foreground(rngs["occlusion"], knobs, image, pose)
        hidden.append(1 - (np.asarray(image) == 255).all(axis=-1).sum() / before.sum())
    assert 0.15 < np.mean(hidden) < 0.5
    assert np.quantile(hidden, 0.9) < 0.7


def test_the_wide_set_has_no_class_of_a_lesson():
    taught = {*drawing.CATS_VS_DOGS, *drawing.FLOWERS, *drawing.HORSES_OR_HUMANS}
    assert len(drawing.WIDE) == len(set(drawing.WIDE)) >= 20
    assert not taught & set(drawing.WIDE)


def test_humans_and_horses_are_tested_before_white():
    field, studio = (
        np.stack(drawing.draw_horses_and_humans([0, 1] * 5, size=SIZE, studio=studio))
        for studio in (False, True)
    )
    assert studio[:, :10].mean() > field[:, :10].mean() + 25


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"labels": [2]}, "labels must be whole numbers from 0 to 1"),
        ({"labels": [0.5]}, "labels must be whole numbers"),
        ({"occlusion": 1.5}, "occlusion must be a number from 0 to 1, not 1.5"),
        ({"clutter": "much"}, "clutter must be a number from 0 to 1, not 'much'"),
        ({"size": (4, 4)}, "at least 16 pixels"),
        ({"size": (100,)}, "size must be"),
    ],
)
def test_what_cannot_be_drawn_is_said(options, message):
    with pytest.raises(ValueError, match=message):
        drawing.draw_cats_and_dogs(**({"labels": [0]} | options))


def test_unknown_knob_is_said():
    with pytest.raises(TypeError, match="lighting"):
        drawing.draw_cats_and_dogs([0], lighting=1)
