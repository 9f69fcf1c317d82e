"""Handwritten digits: a stand-in for MNIST."""

import numpy as np

from course_utils.drawing.strokes import (
    SIZE,
    bend,
    choose,
    draw_set,
    even_spacing,
    parse_points,
    random_affine,
    smooth_curve,
    uniform,
)

# Strokes as "x,y x,y ..." in a box 14 wide and 20 high, the pen lifted at "/"; a point that stands
# twice is a corner. Several forms a digit, as people write them.
DIGITS = (
    (
        "8,0 3,2 0.5,10 3,18 7,20 11.5,17 13.5,10 11,2.5 7,0 5.5,0.5",
        "7,0 2,4 1,12 4,19 9,19 13,12 12,4 7.5,0.5",
        "10,1 5,0 1,6 1,14 6,20 12,16 13,8 10,2 7,2",
    ),
    (
        "7,0 7,20",
        "8,0 7,10 6,20",
        "3.5,4.5 7.5,0 7.5,0 7,20",
        "3.5,4 7.5,0 7.5,0 7.5,20 / 3,20 12,20",
    ),
    (
        "1,5 4,0.5 9,0.5 12,4.5 9,10 1,20 1,20 13,19.5",
        "1.5,4 6,0 11,3 9.5,10 4,17.5 1.5,18.5 2,15.5 6,16.5 10,19.5 14,18",
        "2,3 7,0 11.5,4 8,12 1,19.5 1,19.5 7,18.5 13,20",
    ),
    (
        "1.5,3 6,0 11,2.5 10,7.5 5,9.5 5,9.5 11.5,11.5 12,17 6.5,20 1,17.5",
        "2,1.5 8,0 11.5,4 8,9 5,9.5 10,10 13,14.5 9,19.5 3,19.5 0.5,17.5",
        "1.5,0.5 11.5,0.5 11.5,0.5 6,8 6,8 11.5,10.5 11.5,17 6,20 1,17.5",
    ),
    (
        "2.5,1 1,11.5 1,11.5 13.5,10.5 / 10.5,1 9.5,20",
        "2,0 1.5,8 3,11.5 10.5,10 / 11.5,0 10.5,10 9.5,20",
        "10,20 9.5,0 9.5,0 0.5,13.5 0.5,13.5 13.5,13.5",
        "11,0 1,12 1,12 13.5,12 / 9.5,6 9,20",
    ),
    (
        "2.5,0.5 2,9 2,9 7.5,7.5 12.5,11.5 11,18 5,20 0.5,17.5 / 2.5,0.5 12,0.5",
        "12.5,0.5 3,1 3,1 2,8.5 2,8.5 8,8 12,13 9,19 1,19.5",
        "12,0 5,1 2.5,7 8,9.5 11.5,13.5 8,19 1.5,19",
    ),
    (
        "9.5,0 4,5 1,13 3,19 8,20 12,16 10,11.5 5,11.5 1.5,16",
        "6.5,0 2.5,8 2,16 6,20 11,18 12,13.5 8,11 3,14",
        "12,1 7,1 2,8 1,15 5,20 11,18.5 11.5,12.5 6,11 2,14.5",
    ),
    (
        "1,1.5 12.5,0.5 12.5,0.5 8.5,9 5.5,20",
        "1,4 1.5,0.5 1.5,0.5 13,1 13,1 9,8 7.5,20",
        "1,1 12.5,1 12.5,1 8,10 5,20 / 4,10.5 12,9.5",
        "1,2.5 6,1 12,0.5 11.5,5 8,12 7,20",
    ),
    (
        "11,2.5 6,0 2.5,4 6,8.5 11,13 10.5,18.5 5.5,20 1.5,16.5 4,11.5 9.5,7.5 12,3.5 9,0.5",
        "7,0 3,3 4.5,8 10,12 11.5,17 7,20 2.5,17 4,12 9.5,8 11,3 7,0",
        "7,0 3,4.5 7,9 11,4.5 7,0 / 7,9 2,14.5 7,20 12,14.5 7,9",
    ),
    (
        "11.5,3 7,0 2,3.5 3,9 7.5,9.5 11.5,3.5 11.5,3.5 11,11 9.5,20",
        "11,5 8,0.5 3,2 2,7.5 6,10 10.5,7 12,2 12,9 10,16 4,20",
        "7,0.5 2.5,4 4.5,9.5 9.5,8 11.5,3 7.5,0.5 / 11.5,2 10,12 6,20",
    ),
)


def parse_strokes(text):
    return [parse_points(stroke) / (7, 10) - 1 for stroke in text.split("/")]


HANDWRITING = [[parse_strokes(text) for text in forms] for forms in DIGITS]
CENTRES = np.arange(SIZE, dtype=np.float32) + np.float32(0.5 - SIZE / 2)


def paint_strokes(points, radii):
    """Round-capped strokes as coverage 0..1, (28, 28), from dense points and a radius for each."""
    x, y = points.T.astype(np.float32)[..., None]
    sharpness = (1 / radii).astype(np.float32)[:, None]
    rows, columns = ((CENTRES - y) * sharpness) ** 2, ((CENTRES - x) * sharpness) ** 2
    nearest = np.sqrt((rows[:, :, None] + columns[:, None, :]).min(axis=0))
    return np.minimum(np.maximum(0.5 + (1 - nearest) * np.float32(radii.mean()), 0), 1)


def pen_path(rng, curve):
    """Where the pen touches the paper: ends cut short, sometimes a gap."""
    path = even_spacing(curve, 0.5)
    begin, end, skip, gap = uniform(rng, (0, 0.05), (0.93, 1), (0.2, 0.8), (-0.5, 0.07))
    begin, end, skip = (int(part * len(path)) for part in (begin, end, skip))
    return np.concatenate([path[begin:skip], path[skip + max(0, int(gap * len(path))) : end + 1]])


def draw_digit(rng, label):
    matrix, offset = random_affine(rng, 11, (0.77, 1.05), 0.16, 0.24, 1.6)
    strokes = choose(rng, HANDWRITING[label])
    ends = np.cumsum([len(stroke) for stroke in strokes])[:-1]
    points = bend(rng, np.concatenate(strokes), 0.09) * (6.6, 9.4)
    points += 0.5 * rng.standard_normal(points.shape)
    curves = [smooth_curve(part @ matrix, steps=6) for part in np.split(points, ends)]
    line = np.concatenate([pen_path(rng, curve) for curve in curves])
    low, high = line.min(axis=0), line.max(axis=0)
    room = np.maximum(12 - (high - low) / 2, 0)
    line += np.minimum(np.maximum(offset, -room), room) - (low + high) / 2
    width, pressed, ink = uniform(rng, (0.75, 2), (0.75, 1.25), (210, 280))
    return ink * paint_strokes(line, width * np.linspace(1, pressed, len(line)))


def draw_digits(labels, seed=0, start=0):
    """Handwritten digits as in MNIST: white on black, uint8 (n, 28, 28, 1), 0..255.

    `labels` are the n digits (0 to 9, else ValueError); `seed` and `start` as in `draw_garments`.
    """
    return draw_set(draw_digit, labels, seed, start)
