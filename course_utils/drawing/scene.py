"""What the photo-like drawings share: outlines in a space of their own, a pose, a scene, light.

A subject is a list of coloured outlines, back to front, around the square from -1 to 1 (x to the
right, y down, z towards the viewer). A pose turns it into pixels; what stands behind it, what
stands before it and the light that falls on it are drawn apart. Seven knobs, each from 0 to 1, say
how much pictures differ in one respect; each has random numbers of its own, so that turning one
leaves everything else as it is.
"""

import dataclasses
import math
from functools import cache

import numpy as np
from PIL import Image, ImageDraw

from course_utils.drawing.strokes import SIDES, choose, smooth_curve, uniform

OVERSAMPLING = 2


@dataclasses.dataclass(frozen=True)
class Knobs:
    """What makes pictures of one thing differ; 0 switches a difference off, 1 is the most.

    viewpoint: the camera's angle (turned, tilted, rolled, mirrored) and where the subject stands.
    scale: how large the subject is; at 0 always three quarters of the picture.
    deformation: how far proportions and outlines are bent.
    occlusion: how much of the subject stands behind other things, up to about half.
    illumination: brightness, contrast, colour and direction of the light, shadows, sensor noise.
    clutter: how much else is in the picture, and how alike it is to the subject.
    variation: how different two subjects of one class look: colours, markings, kinds.
    """

    viewpoint: float = 0.5
    scale: float = 0.5
    deformation: float = 0.5
    occlusion: float = 0.5
    illumination: float = 0.5
    clutter: float = 0.5
    variation: float = 0.5

    def __post_init__(self):
        for knob, value in vars(self).items():
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not 0 <= value <= 1:
                raise ValueError(f"{knob} must be a number from 0 to 1, not {value!r}")


def tint(colour, factor):
    """The colour (red, green, blue in 0…255) made lighter (factor above 1) or darker."""
    if factor > 1:
        return tuple(v + (255 - v) * min(1, factor - 1) for v in colour)
    return tuple(v * factor for v in colour)


def whole(colour):
    """The colour in whole numbers, as Pillow wants it."""
    return tuple(map(int, colour))


def mix(colour, other, share):
    """`share` of the other colour in the first."""
    return tuple(a + (b - a) * share for a, b in zip(colour, other, strict=True))


def vary_colour(rng, colour, amount):
    """A colour near the given one; `amount` is the standard deviation in steps of 0…255."""
    light, *tones = rng.standard_normal(4).tolist()
    return tuple(
        min(250, max(5, v + amount * (light + 0.4 * t))) for v, t in zip(colour, tones, strict=True)
    )


@cache
def circle(steps=24):
    angles = np.arange(steps) * (2 * math.pi / steps)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


class Subject:
    """Coloured outlines, back to front, waiting for a pose.

    `at` moves, turns and scales what is added after it, so that a head is drawn once around
    (0, 0) and put on any body.
    """

    def __init__(self):
        self.outlines, self.colours = [], []
        self.at()

    def at(self, x=0.0, y=0.0, size=1.0, angle=0.0, z=0.0):
        """Put what follows at (x, y, z), `size` times as large, turned by `angle` degrees."""
        cos, sin = math.cos(math.radians(angle)) * size, math.sin(math.radians(angle)) * size
        self.matrix = np.array([[cos, sin], [-sin, cos]])
        self.shift, self.size, self.depth = np.array([x, y]), size, z

    def polygon(self, points, colour, z=0.0, both=False):
        """Add the outline through `points` (n, 2); `both` adds its mirror image as well."""
        points = np.asarray(points, dtype=float)
        for side, up in SIDES if both else SIDES[:1]:
            placed = np.empty((len(points), 3))
            placed[:, :2] = (points * (side, up)) @ self.matrix + self.shift
            placed[:, 2] = self.depth + z * self.size
            self.outlines.append(placed)
            self.colours.append(whole(colour))

    def blob(self, points, colour, z=0.0, both=False, steps=4):
        """Add the smooth outline through `points`; a point given twice is a corner."""
        self.polygon(smooth_curve(points, closed=True, steps=steps), colour, z, both)

    def ellipse(self, x, y, width, height, colour, z=0.0, both=False, angle=0.0):
        """Add an ellipse around (x, y) with half-axes `width` and `height`, turned by `angle`."""
        cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        points = circle() * (width, height) @ np.array([[cos, sin], [-sin, cos]]) + (x, y)
        self.polygon(points, colour, z, both)

    def limb(self, points, widths, colour, z=0.0, both=False):
        """Add a smooth line along `points`, at each as wide to both sides as `widths` says."""
        line = smooth_curve(points, steps=4)
        along = np.linspace(0, 1, len(line))
        half = np.interp(along, np.linspace(0, 1, len(widths)), widths)[:, None]
        step = np.gradient(line, axis=0)
        normal = step[:, ::-1] * (-1, 1) / (np.hypot(*step.T)[:, None] + 1e-9)
        cap = (line[-1] + step[-1] / (np.hypot(*step[-1]) + 1e-9) * half[-1])[None]
        outline = np.concatenate([line + normal * half, cap, (line - normal * half)[::-1]])
        self.polygon(outline, colour, z, both)


class Pose:
    """From the subject's space to pixels: bent, turned, scaled, moved."""

    def __init__(self, rngs, knobs, height, width):
        camera, frame, shape = rngs["viewpoint"], rngs["scale"], rngs["deformation"]
        yaw, pitch, roll, dx, dy = uniform(camera, *[(-1, 1)] * 5)
        self.mirrored = knobs.viewpoint > 0 and camera.random() < 0.5
        self.yaw, self.pitch = 0.75 * yaw * knobs.viewpoint, 0.4 * pitch * knobs.viewpoint
        roll *= math.radians(40) * knobs.viewpoint
        small, large = 0.38 * 0.42**knobs.scale, 0.38 * 1.55**knobs.scale
        part = frame.random()
        self.size = small**part * large ** (1 - part) * min(height, width)
        cos, sin = math.cos(roll), math.sin(roll)
        self.bend = shape.normal(0, 0.09 * knobs.deformation, (6, 2)).clip(-0.2, 0.2)
        stretch = math.exp(0.2 * knobs.deformation * uniform(shape, (-1, 1))[0])
        self.matrix = np.array([[cos * stretch, sin * stretch], [-sin / stretch, cos / stretch]])
        free = [max(0.12 * side, side / 2 - 0.9 * self.size) for side in (width, height)]
        away = dx * knobs.viewpoint * free[0], dy * knobs.viewpoint * free[1]
        self.centre = np.array([width / 2 + away[0], height / 2 + away[1]])

    def place(self, points):
        """Points (n, 3) in the subject's space as pixels (n, 2), x to the right and y down."""
        x, y, z = points.T
        x = -x if self.mirrored else x
        x = x * math.cos(self.yaw) + z * math.sin(self.yaw)
        y = y * math.cos(self.pitch) + z * math.sin(self.pitch)
        flat = np.stack([x, y], axis=1)
        x, y = flat.clip(-1.3, 1.3).T
        terms = np.stack([x * x, x * y, y * y, x * x * y, x * y * y, x * x * x], axis=1)
        return (flat + terms @ self.bend) @ self.matrix * self.size + self.centre


def paint(image, subject, pose):
    """Fill the subject's outlines on an image that is OVERSAMPLING times the picture's size."""
    if not subject.outlines:
        return
    ends = np.cumsum([len(outline) for outline in subject.outlines])[:-1]
    placed = pose.place(np.concatenate(subject.outlines)) * OVERSAMPLING
    placed = np.rint(placed * 64) / 64  # processors differ in the last bits of a sine
    draw = ImageDraw.Draw(image)
    for outline, colour in zip(np.split(placed, ends), subject.colours, strict=True):
        draw.polygon(outline.ravel().tolist(), fill=colour)


GROUNDS = ((112, 142, 72), (150, 128, 92), (92, 112, 62), (176, 160, 126), (120, 112, 104))
SKIES = ((168, 200, 226), (196, 208, 214), (140, 176, 210), (228, 206, 178), (186, 190, 200))
WALLS = ((206, 190, 168), (168, 178, 180), (190, 160, 140), (142, 156, 148), (212, 206, 196))
FLOORS = ((138, 104, 76), (110, 96, 88), (160, 138, 112), (96, 84, 92), (128, 122, 116))
THINGS = (
    *((168, 60, 52), (52, 86, 140), (216, 170, 70), (84, 120, 76), (90, 66, 52)),
    *((224, 220, 210), (60, 58, 62), (150, 110, 140), (196, 128, 84), (120, 150, 160)),
)


def shape(rng, x, y, size, sharp=0.5):
    """The outline (n, 2) of some thing of about the given size: a box, a leaf, a lump."""
    kind, angle, ratio = rng.random(), rng.random() * 2 * math.pi, 0.35 + 0.65 * rng.random()
    cos, sin = math.cos(angle), math.sin(angle)
    if kind < sharp * 0.6:
        points = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * (1, ratio)
    elif kind < sharp:
        points = np.array([(-1, 0.5), (0, -1), (1, 0.6)])
    else:
        wobble = 1 + 0.25 * rng.standard_normal(8)
        points = smooth_curve(circle(8) * wobble[:, None] * (1, ratio), closed=True, steps=3)
    return points @ np.array([[cos, sin], [-sin, cos]]) * size + (x, y)


def background(rng, knobs, height, width, alike=()):
    """A place out of focus, OVERSAMPLING times the picture's size: a PIL image.

    Args:
        rng: NumPy generator.
        knobs: `Knobs`; clutter is used.
        height, width: of the picture, in pixels.
        alike: colours of the subject, which clutter also wears.
    """
    h, w = height, width
    place, level, slope = uniform(rng, (0, 1), (0.35, 0.8), (-0.08, 0.08))
    above, below = (SKIES, GROUNDS) if place < 0.55 else (WALLS, FLOORS)
    above = vary_colour(rng, choose(rng, above), 6 + 14 * knobs.clutter)
    below = vary_colour(rng, choose(rng, below), 6 + 14 * knobs.clutter)
    image = Image.new("RGB", (w, h), whole(above))
    draw = ImageDraw.Draw(image)
    for step in range(4):
        top = h * level * step / 4
        draw.rectangle([0, top, w, h], fill=whole(tint(above, 1 + 0.05 * step)))
    line = [(0, h * (level - slope)), (w, h * (level + slope)), (w, h), (0, h)]
    draw.polygon(line, fill=whole(below))
    draw.polygon([(x, y + (h - y) * 0.35) for x, y in line], fill=whole(tint(below, 0.9)))
    for _ in range(round(knobs.clutter * (4 + 18 * rng.random()))):
        x, y, size = uniform(rng, (0, w), (0.15 * h, h), (0.04, 0.24))
        colours = (*THINGS, *alike) if rng.random() < 0.6 + 0.4 * knobs.clutter else GROUNDS
        colour = whole(vary_colour(rng, mix(choose(rng, colours), above, 0.25), 18))
        outline = shape(rng, x, y, size * min(h, w), sharp=0.6 if place > 0.55 else 0.25)
        draw.polygon(outline.ravel().tolist(), fill=colour)
    size = (width * OVERSAMPLING, height * OVERSAMPLING)
    return image.reduce(3).resize(size, Image.Resampling.BILINEAR)  # out of focus


def foreground(rng, knobs, image, pose, alike=()):
    """Draw what stands before the subject: leaves and blades, bars, things in the way."""
    if knobs.occlusion == 0:
        return
    draw = ImageDraw.Draw(image)
    size = pose.size * OVERSAMPLING
    centre = pose.centre * OVERSAMPLING
    kind = rng.random()
    amount = knobs.occlusion * (0.3 + 0.7 * rng.random())
    colour = vary_colour(rng, choose(rng, (*THINGS, *GROUNDS, *alike)), 20)
    if kind < 0.25:  # bars
        slant, first, gap = uniform(rng, (-0.5, 0.5), (-1.3, -0.9), (0.45, 0.7))
        for step in range(5):
            x = centre[0] + (first + step * gap) * size
            half = 0.16 * amount * size
            ends = [
                (x + side * half + end * slant * size, centre[1] + end * 2 * size)
                for side, end in ((-1, -1), (1, -1), (1, 1), (-1, 1))
            ]
            draw.polygon(ends, fill=whole(tint(colour, 0.95 + 0.1 * (step % 2))))
    elif kind < 0.6:  # leaves or blades from one side
        side = rng.random() * 2 * math.pi
        for _ in range(round(5 + 14 * amount)):
            away, along = uniform(rng, (0.9 - 0.8 * amount, 1.4), (-1, 1))
            x = centre[0] + (math.cos(side) * away - math.sin(side) * along) * size
            y = centre[1] + (math.sin(side) * away + math.cos(side) * along) * size
            leaf = whole(vary_colour(rng, colour, 14))
            outline = shape(rng, x, y, 0.22 * size * (0.7 + 0.6 * rng.random()), sharp=0.1)
            draw.polygon(outline.ravel().tolist(), fill=leaf)
    else:  # one to three things
        for _ in range(1 + int(3 * rng.random())):
            angle, away = uniform(rng, (0, 2 * math.pi), (0.25, 0.95))
            x = centre[0] + math.cos(angle) * away * size
            y = centre[1] + math.sin(angle) * away * size
            outline = shape(rng, x, y, (0.15 + 0.4 * amount) * size * (0.6 + 0.5 * rng.random()))
            draw.polygon(outline.ravel().tolist(), fill=whole(colour))
            colour = vary_colour(rng, choose(rng, THINGS), 20)


@cache
def _grain(side=512):
    return np.random.default_rng(0).standard_normal((side, side)).astype(np.float32)


def light(rng, knobs, image):
    """Return the picture as the camera sees it: uint8 (height, width, 3)."""
    picture = np.array(image.reduce(OVERSAMPLING), dtype=np.float32)
    height, width = picture.shape[:2]
    amount = knobs.illumination
    bright, across, down, contrast, dark, angle = uniform(
        rng, (-1, 1), (-1, 1), (-1, 1), (0, 1), (0, 1), (0, 2 * math.pi)
    )
    cast = 1 + 0.13 * amount * rng.standard_normal(3).clip(-2, 2)
    x = np.linspace(-1, 1, width, dtype=np.float32)
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    field = (2 ** (0.9 * amount * bright)) * (1 + 0.35 * amount * (across * x + down * y))
    if dark < 0.5 * amount:  # a shadow with an edge falls across
        edge = x * math.cos(angle) + y * math.sin(angle) + 2 * (dark - 0.25)
        field = field * (1 - 0.45 * np.clip(8 * edge + 0.5, 0, 1))
    i, j = rng.integers(0, 512 - 384, 2).tolist() if max(height, width) <= 384 else (0, 0)
    grain = _grain() if max(height, width) <= 384 else _grain(max(height, width))
    noise = grain[i : i + height, j : j + width] * (1 + 13 * amount * rng.random())
    flat = 1 - 0.5 * amount * contrast
    field = np.rint(field * (4096 * flat)) / np.float32(4096)  # see `paint`
    # a row of pixels is a row of 3 * width numbers here: NumPy is slow along an axis of three
    picture = picture.reshape(height, -1)
    picture *= np.repeat(field, 3, axis=1)
    picture *= np.tile(cast.astype(np.float32), width)
    picture += np.repeat(noise + 118 * (1 - flat), 3, axis=1)
    picture = picture.clip(0, 255).astype(np.uint8)
    return picture.reshape(height, width, 3)


STAGES = dict.fromkeys(("what", "variation", *(knob.name for knob in dataclasses.fields(Knobs))))
"""In the order of their random numbers: another order would draw other pictures."""


def generators(seed, index):
    """One NumPy generator for each knob, and one ("what") for everything else."""
    return {
        stage: np.random.default_rng((seed, index, number)) for number, stage in enumerate(STAGES)
    }


def picture_size(rng, shortest, longest):
    """A random (height, width) in pixels whose longer side lies in the range; mostly landscape."""
    side, ratio, upright = uniform(rng, (shortest, longest), (0.66, 1), (0, 1))
    sides = (2 * round(side * ratio / 2), 2 * round(side / 2))
    return sides[::-1] if upright < 0.3 else sides


def compose(rngs, knobs, subject, height, width, colours=(), place=background):
    """Draw one picture: the place, the subject in its pose, what hides it, the light.

    Args:
        rngs: what `generators` returned for this picture.
        knobs: `Knobs`.
        subject: `Subject`.
        height, width: in pixels.
        colours: the subject's main colours; clutter wears them too.
        place: the function that draws what stands behind.

    Returns:
        uint8 array (height, width, 3) in 0…255.
    """
    pose = Pose(rngs, knobs, height, width)
    image = place(rngs["clutter"], knobs, height, width, colours)
    paint(image, subject, pose)
    foreground(rngs["occlusion"], knobs, image, pose, colours)
    return light(rngs["illumination"], knobs, image)
