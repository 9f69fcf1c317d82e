"""Drawings that are hard in one respect, and the network that is asked about them."""

import json

import numpy as np
import pytest

from course_utils import (
    CourseError,
    draw_difficulty,
    explore_difficulties,
    measure_difficulty,
)
from course_utils.show import explore
from course_utils.show.difficulties import DIFFICULTIES


def test_pictures_change_with_the_knob_and_with_nothing_else():
    low, labels = draw_difficulty("occlusion", 0.5, count=3)
    high, _ = draw_difficulty("occlusion", 1, count=3)
    same, _ = draw_difficulty("scale", 0.5, count=3)
    assert low.shape == (3, 96, 96, 3) and low.dtype == np.uint8 and labels.tolist() == [0, 1, 2]
    assert np.array_equal(low, same)
    changed = np.any(low != high, axis=-1).mean(axis=(1, 2))
    assert all(0 < share < 0.9 for share in changed)


@pytest.mark.parametrize(("difficulty", "value"), [("weather", 0.5), ("scale", 1.5)])
def test_what_cannot_be_drawn_is_refused(difficulty, value):
    with pytest.raises((CourseError, ValueError), match="weather|scale must be"):
        draw_difficulty(difficulty, value, count=1)


def test_hard_pictures_are_named_worse():
    easy, hard = (
        np.mean([measure_difficulty(name, value) for name in ("scale", "illumination")])
        for value in (0, 1)
    )
    assert easy > 0.6 and hard < easy - 0.05


def test_what_stands_before_an_animal_costs_accuracy():
    shares = [measure_difficulty("occlusion", value) for value in (0, 0.5, 1)]
    assert shares[2] < shares[0] - 0.05 and shares[2] <= shares[1]


def test_the_explorable_has_each_difficulty_at_five_values(monkeypatch):
    monkeypatch.setattr(explore, "measure_difficulty", lambda name, value: 0.5 + value / 4)
    data = explore_difficulties().data
    assert tuple(data["series"]) == DIFFICULTIES and data["begin"] == 2
    texts = [frame["text"] for frame in data["series"]["clutter"]]
    assert texts[4] == "clutter at 1: the network names 75% correctly." and len(texts) == 5
    shown = [[number for _, number, _ in frame["pictures"]] for frame in data["series"]["clutter"]]
    assert shown[2] == [number for _, number, _ in data["series"]["scale"][2]["pictures"]]
    assert len(data["sheets"][0]["tiles"]) == 5 * (1 + 4 * len(DIFFICULTIES))
    assert len(json.dumps(data)) < 200_000
