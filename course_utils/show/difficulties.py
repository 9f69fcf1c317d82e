"""What makes pictures hard, one knob at a time: drawn pictures, and a network's answers to them."""

import dataclasses
from functools import lru_cache

import numpy as np

from course_utils.drawing import WIDE, Knobs, draw_wide
from course_utils.errors import unknown_name
from course_utils.sources.bases import embedded_base

DIFFICULTIES = tuple(field.name for field in dataclasses.fields(Knobs))
"""viewpoint, scale, deformation, occlusion, illumination, clutter, variation."""

REST = 0.5
"""Where the other six knobs stand."""

SEED = 11
SIDE = 96


def draw_difficulty(difficulty, value, count=29):
    """Draw animals and plants that are hard in one respect only.

    Another value gives the same subjects at the same places, changed in that respect alone.

    Args:
        difficulty: one of `DIFFICULTIES`.
        value: from 0, no difference between pictures in this respect, to 1, the most.
        count: how many pictures; their classes take turns.

    Returns:
        `(pictures, labels)`: uint8 (count, 96, 96, 3) in 0…255; int (count,), numbers of the
        classes of `course_utils.drawing.WIDE`.

    Raises:
        UnknownNameError: there is no such difficulty.
        ValueError: the value is not from 0 to 1.
    """
    if difficulty not in DIFFICULTIES:
        raise unknown_name("difficulty", difficulty, DIFFICULTIES)
    knobs = dict.fromkeys(DIFFICULTIES, REST) | {difficulty: value}
    labels = np.arange(count) % len(WIDE)
    return np.stack(draw_wide(labels, seed=SEED, size=(SIDE, SIDE), **knobs)), labels


def measure_difficulty(difficulty, value, count=58):
    """Return the share of such pictures that a trained network names correctly, a float in 0…1.

    The network is the course's own small MobileNetV2, trained on drawn animals and plants; it has
    seen none of these pictures. Arguments and errors are those of `draw_difficulty`.
    """
    value = round(float(value), 3)
    if value == REST and difficulty in DIFFICULTIES:  # all seven draw the same
        difficulty = DIFFICULTIES[0]
    return _measure(difficulty, value, count)


@lru_cache(maxsize=256)
def _measure(difficulty, value, count):
    pictures, labels = draw_difficulty(difficulty, value, count)
    scaled = pictures.astype(np.float32) / 127.5 - 1  # what MobileNetV2's preprocess_input does
    probabilities = _network().predict(scaled, batch_size=64, verbose=0)
    return float(np.mean(probabilities.argmax(axis=1) == labels))


@lru_cache(maxsize=1)
def _network():
    return embedded_base("MobileNetV2", (SIDE, SIDE, 3), include_top=True)[0]
