"""What all drawings share: curves, random changes of shape, a sketch made of points.

Points are (x, y) in pixels, x to the right and y down.
"""

import math
from functools import cache

import numpy as np
from PIL import Image, ImageDraw

SIZE = 28
OVERSAMPLING = 4
SIDES = ((1, 1), (-1, 1))


@cache
def catmull_rom(steps):
    """The share of each of four neighbouring points in `steps` points between the middle two."""
    t = np.arange(steps) / steps
    return np.stack(
        [
            t * (t * (2 - t) - 1) / 2,
            (t * t * (3 * t - 5) + 2) / 2,
            t * (t * (4 - 3 * t) + 1) / 2,
            t * t * (t - 1) / 2,
        ],
        axis=1,
    )


def smooth_curve(points, closed=False, steps=5):
    """Catmull-Rom curve through `points` (n, 2), `steps` points a segment: float array (m, 2).

    A point that stands twice in a row makes a corner.
    """
    points = np.asarray(points, dtype=float)
    first, last = (points[-1:], points[:2]) if closed else (points[:1], points[-1:])
    padded = np.concatenate([first, points, last])
    windows = np.stack([padded[i : len(padded) - 3 + i] for i in range(4)], axis=1)
    curve = np.matmul(catmull_rom(steps), windows).reshape(-1, 2)
    return curve if closed else np.concatenate([curve, points[-1:]])


def even_spacing(points, spacing):
    """Points every `spacing` or less along the line through `points` (n, 2): float array (m, 2)."""
    step = np.hypot(*np.diff(points, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(step)])
    even = np.linspace(0, along[-1], math.ceil(along[-1] / spacing) + 1)
    return np.stack([np.interp(even, along, column) for column in points.T], axis=1)


def random_affine(rng, rotation=0.0, scale=(1.0, 1.0), stretch=0.0, shear=0.0, shift=0.0):
    """A random (matrix (2, 2), offset (2,)); use it as `points @ matrix + offset`.

    `rotation` (degrees), `stretch`, `shear` and `shift` (pixels) are standard deviations
    of normal distributions cut off at two (stretch: of the logarithm of width over height);
    `scale` is a range.
    """
    angle, ratio, slant, dx, dy = (max(-2, min(2, v)) for v in rng.standard_normal(5).tolist())
    size = rng.uniform(*scale)
    angle *= math.radians(rotation)
    ratio = math.exp(ratio * stretch / 2)
    cos, sin = size * math.cos(angle), size * math.sin(angle)
    matrix = np.array([[cos * ratio, sin * ratio], [-sin / ratio, cos / ratio]])
    matrix[1] -= slant * shear * matrix[0]
    return matrix, np.array([dx * shift, dy * shift])


def bend(rng, points, amount):
    """Moves (n, 2) points, given in -1..1, by a smooth random field of about `amount`."""
    x, y = points.T
    terms = np.stack([x * x, x * y, y * y, x * x * y, x * y * y, y * y * y], axis=1)
    return points + terms @ rng.normal(0, amount, (6, 2))


def choose(rng, options):
    return options[int(rng.random() * len(options))]


def picker(rng, variation):
    """A function like `choose` that keeps to the first options, the more so the less variation."""
    return lambda options: options[
        int(rng.random() * (1 + variation * (len(options) - 1)) * 0.9999)
    ]


def uniform(rng, *ranges):
    """One number from each (low, high), as a list: faster than `rng.uniform` of arrays."""
    parts = rng.random(len(ranges)).tolist()
    return [low + part * (high - low) for part, (low, high) in zip(parts, ranges, strict=True)]


def mirror(points):
    """The closed outline whose right half is `points`, from top to bottom."""
    points = np.asarray(points, dtype=float)
    return np.concatenate([points, points[::-1] * (-1, 1)])


class Sketch:
    """A greyscale drawing at OVERSAMPLING times its size; shades run from 0 (black) to 1."""

    def __init__(self, rng, matrix, offset, jitter=0.0):
        self.rng, self.jitter = rng, jitter
        self.matrix = matrix * OVERSAMPLING
        self.offset = (offset + SIZE / 2) * OVERSAMPLING
        self.image = Image.new("L", (SIZE * OVERSAMPLING,) * 2)
        self.draw = ImageDraw.Draw(self.image)

    def place(self, points):
        points = np.asarray(points, dtype=float)
        points = points + self.jitter * self.rng.standard_normal(points.shape)
        return points @ self.matrix + self.offset

    def fill(self, points, shade, smooth=False):
        points = self.place(points)
        points = smooth_curve(points, closed=True) if smooth else points
        self.draw.polygon(points.ravel().tolist(), fill=int(255 * shade))

    def stroke(self, points, shade, width=0.5, smooth=False):
        points = self.place(points)
        points = smooth_curve(points) if smooth else points
        width = max(1, round(width * OVERSAMPLING))
        self.draw.line(points.ravel().tolist(), fill=int(255 * shade), width=width)

    def pixels(self):
        return np.asarray(self.image.reduce(OVERSAMPLING), dtype=np.float32)


def parse_points(text):
    return np.array([[float(v) for v in point.split(",")] for point in text.split()])


def draw_set(draw_one, labels, seed, start):
    labels = np.asarray(labels)
    if labels.size and (labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() > 9):
        raise ValueError("labels must be whole numbers from 0 to 9")
    pictures = np.empty((len(labels), SIZE, SIZE, 1), np.uint8)
    for index, label in enumerate(labels.tolist(), start):
        rng = np.random.default_rng((seed, index))
        pictures[index - start, ..., 0] = np.rint(draw_one(rng, label)).clip(0, 255)
    return pictures
