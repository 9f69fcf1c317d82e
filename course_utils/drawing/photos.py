"""Photo-like sets: cats and dogs, horses and humans, flowers, and a wider set to pretrain on.

Stand-ins for cats_vs_dogs, horses_or_humans and tf_flowers, and the pictures that the course's
small pretrained bases have learned from. What makes photographs hard is a knob here, see
`course_utils.drawing.scene.Knobs`.
"""

import numpy as np

from course_utils.drawing import animals, figures, flowers, places
from course_utils.drawing.scene import Knobs, compose, generators, picture_size

HORSES_OR_HUMANS = ("horses", "humans")
CATS_VS_DOGS = ("cat", "dog")
FLOWERS = ("dandelion", "daisy", "tulips", "sunflowers", "roses")
WIDE = (*(kind for kind in animals.KINDS if kind not in CATS_VS_DOGS), *flowers.PLANTS)
"""The wider set: animals and plants, none of them a class of a lesson."""

CATS_VS_DOGS_SIZES = (200, 320)
FLOWERS_SIZES = (240, 320)
RENDERED = {"occlusion": 0.25}
"""Horses and humans stand for pictures that a computer rendered: less stands in the way."""

PHOTOGRAPHED = {
    "viewpoint": 0.9,
    "scale": 0.7,
    "deformation": 0.7,
    "occlusion": 0.7,
    "illumination": 0.35,
    "clutter": 0.75,
    "variation": 0.75,
}
"""Cats and dogs stand for photographs by anybody: 2,000 of them teach a convnet too little."""


def draw_cats_and_dogs(labels, seed=0, start=0, size=None, **knobs):
    """Draw cats (0) and dogs (1), as hard as `PHOTOGRAPHED` says where a knob is not given.

    Args:
        labels: sequence of n ints, 0 or 1.
        seed: int; another seed gives other pictures.
        start: number of the first picture. Picture i depends on `seed`, `start + i`, its label and
            the knobs alone.
        size: (height, width) in pixels; None draws pictures of many sizes, the longer side in
            200…320.
        **knobs: the fields of `course_utils.drawing.scene.Knobs`, each from 0 to 1: viewpoint,
            scale, deformation, occlusion, illumination, clutter, variation. Turning one leaves
            everything that the others decide as it is.

    Returns:
        A list of n uint8 arrays (height, width, 3) in 0…255.

    Raises:
        ValueError: a label, a knob or the size is out of range.
        TypeError: there is no such knob.
    """
    knobs = PHOTOGRAPHED | knobs
    return _draw(CATS_VS_DOGS, animals.animal, labels, seed, start, size, knobs, CATS_VS_DOGS_SIZES)


def draw_flowers(labels, seed=0, start=0, size=None, **knobs):
    """Draw flowers: dandelion (0), daisy, tulips, sunflowers, roses (4).

    Arguments, result and errors are those of `draw_cats_and_dogs`; the longer side is in 240…320,
    and a knob that is not given stands at 0.5.
    """
    return _draw(FLOWERS, flowers.flower, labels, seed, start, size, knobs, FLOWERS_SIZES)


def draw_horses_and_humans(labels, seed=0, start=0, size=(300, 300), studio=False, **knobs):
    """Draw horses (0) and humans (1), before landscapes or, with `studio`, before white.

    The other arguments, the result and the errors are those of `draw_cats_and_dogs`; some knobs
    stand lower where they are not given, see `RENDERED`.
    """
    knobs = RENDERED | knobs
    place = places.studio if studio else places.landscape
    return _draw(HORSES_OR_HUMANS, figures.figure, labels, seed, start, size, knobs, place=place)


def draw_wide(labels, seed=0, start=0, size=None, **knobs):
    """Draw pictures of the classes `WIDE`; all else is as in `draw_flowers`."""
    return _draw(WIDE, _animal_or_plant, labels, seed, start, size, knobs, CATS_VS_DOGS_SIZES)


def _animal_or_plant(kind, rng, knobs):
    return (animals.animal if kind in animals.KINDS else flowers.flower)(kind, rng, knobs)


def _draw(kinds, subject_of, labels, seed, start, size, knobs, sizes=None, **options):
    knobs = Knobs(**knobs)
    labels = np.asarray(labels)
    last = len(kinds) - 1
    if labels.size and (labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() > last):
        raise ValueError(f"labels must be whole numbers from 0 to {last}")
    if size is not None and not (len(size) == 2 and min(size) >= 16):
        raise ValueError(f"size must be (height, width), at least 16 pixels each, not {size!r}")
    pictures = []
    for index, label in enumerate(labels.tolist(), start):
        rngs = generators(seed, index)
        height, width = size or picture_size(rngs["what"], *sizes)
        subject, colours = subject_of(kinds[label], rngs["variation"], knobs)
        pictures.append(compose(rngs, knobs, subject, height, width, colours, **options))
    return pictures
