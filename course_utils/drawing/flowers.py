"""Flowers of five kinds, and other plants that a base is trained on.

A bloom is drawn in three dimensions: its axis points up, petals rise from it by an angle that may
change from foot to tip. A tilt of 0 shows it from above, of 90 degrees from the side.
"""

import math
from typing import NamedTuple

import numpy as np

from course_utils.drawing.scene import Subject, circle, mix, tint, vary_colour
from course_utils.drawing.strokes import choose, picker, smooth_curve, uniform

WHITE, YELLOW, RED, PINK = (244, 240, 230), (248, 206, 44), (200, 34, 42), (236, 130, 160)
ORANGE, PURPLE, CREAM, PEACH = (240, 132, 40), (138, 74, 158), (246, 230, 172), (246, 176, 134)
MAGENTA, BROWN, BLACK, GREEN = (196, 52, 120), (92, 58, 34), (40, 32, 38), (84, 130, 58)
AMBER, LILAC, SAGE, RUST = (250, 188, 30), (184, 150, 206), (124, 146, 92), (196, 84, 40)
GREENS = (GREEN, (104, 144, 66), (66, 112, 66), (96, 122, 80))
LIGHT = np.array([-0.45, -0.6, 0.66])

# Half an outline from foot to tip: (share of the length, share of half the width).
# fmt: off
FORMS = {
    "strap": [(0, 0.4), (0.35, 0.8), (0.7, 1), (0.92, 0.75), (1, 0)],
    "ray": [(0, 0.5), (0.5, 0.85), (0.95, 1), (1, 0.5), (0.93, 0)],
    "pointed": [(0, 0.4), (0.25, 0.85), (0.5, 1), (0.78, 0.6), (1, 0)],
    "round": [(0, 0.3), (0.3, 0.8), (0.6, 1), (0.87, 0.8), (1, 0.35), (0.99, 0)],
    "notched": [(0, 0.15), (0.35, 0.7), (0.7, 1), (0.95, 0.75), (1.02, 0.35), (0.92, 0)],
    "crinkled": [(0, 0.2), (0.3, 0.8), (0.6, 1.04), (0.75, 0.94), (0.9, 0.9), (0.93, 0.6),
                 (1.03, 0.42), (0.97, 0.2), (1.01, 0)],
    "cup": [(0, 0.55), (0.25, 0.98), (0.5, 1), (0.78, 0.7), (0.94, 0.28), (1.04, 0)],
    "oval": [(0, 0.05), (0.2, 0.75), (0.45, 1), (0.75, 0.65), (1, 0)],
    "heart": [(0, 0.1), (-0.12, 0.55), (0.1, 0.98), (0.4, 0.95), (0.75, 0.45), (1, 0)],
    "blade": [(0, 0.6), (0.3, 1), (0.6, 0.8), (1, 0)],
}
FORMS = {name: smooth_curve(points, steps=2) for name, points in FORMS.items()}
FORMS["toothed"] = np.array(
    [(t - 0.045 + 0.09 * (-1) ** i, (0.42 + 0.58 * (i % 2)) * t**0.6)
     for i, t in enumerate(np.linspace(0.08, 0.83, 11).tolist())] + [(1, 0)]
)
# fmt: on


class Plant(NamedTuple):
    colours: tuple
    looks: tuple = ("open",)
    tilt: tuple = (0, 0, 0)  # usual, least, most
    leaf: tuple = ()  # form, length, half the width, where
    stem: float = 0.03
    most: int = 3  # heads in a group


# fmt: off
KINDS = {
    "dandelion": Plant(
        colours=(YELLOW, AMBER, (244, 220, 70)), looks=("open", "clock", "open", "half"),
        tilt=(30, 0, 72), leaf=("toothed", 0.85, 0.2, "foot"), stem=0.035),
    "daisy": Plant(
        colours=(WHITE, (236, 170, 196), (246, 224, 120), LILAC, (226, 110, 120)),
        looks=("many", "few", "double"), tilt=(28, 0, 66), leaf=("strap", 0.5, 0.1, "foot")),
    "tulips": Plant(
        colours=(RED, YELLOW, PINK, WHITE, ORANGE, PURPLE, PEACH), looks=("closed", "cup", "open"),
        tilt=(76, 58, 84), leaf=("blade", 1.25, 0.17, "foot"), stem=0.045, most=5),
    "sunflowers": Plant(
        colours=(YELLOW, AMBER, (240, 160, 36), CREAM, RUST), looks=("dark", "brown", "green"),
        tilt=(24, 0, 60), leaf=("heart", 0.62, 0.3, "stem"), stem=0.055),
    "roses": Plant(
        colours=(RED, PINK, WHITE, YELLOW, PEACH, (150, 22, 44)), looks=("open", "full", "bud"),
        tilt=(40, 8, 62), leaf=("oval", 0.42, 0.17, "stem"), stem=0.04),
}
PLANTS = {
    "poppy": Plant(
        colours=(RED, ORANGE, PINK, WHITE, YELLOW), looks=("four", "six"), tilt=(38, 5, 70),
        leaf=("toothed", 0.6, 0.14, "foot")),
    "lily": Plant(
        colours=(ORANGE, WHITE, PINK, YELLOW, MAGENTA), looks=("spots", "plain"),
        tilt=(30, 0, 66), leaf=("blade", 0.55, 0.07, "stem"), stem=0.04),
    "violet": Plant(
        colours=(PURPLE, (84, 72, 170), YELLOW, WHITE, (120, 30, 60)),
        looks=("yellow", "white", "plain"), tilt=(10, 0, 35), leaf=("oval", 0.45, 0.14, "foot")),
    "thistle": Plant(
        colours=(MAGENTA, PURPLE, (172, 96, 190), PINK), tilt=(78, 55, 84),
        leaf=("toothed", 0.8, 0.22, "stem"), stem=0.045, most=2),
    "clover": Plant(
        colours=(WHITE, PINK, (206, 110, 160)), tilt=(70, 30, 85),
        leaf=("clover", 0.3, 0.2, "foot"), most=2),
    "water lily": Plant(
        colours=(PINK, WHITE, YELLOW, MAGENTA), tilt=(58, 35, 72), leaf=("pad", 0.6, 0.2, "water"),
        most=2),
    "cactus": Plant(((78, 128, 76), (100, 140, 100), (130, 150, 84)), ("tall", "ball")),
    "mushroom": Plant((RED, (158, 104, 62), (206, 160, 104), ORANGE), ("dome", "flat")),
    "pine": Plant(((52, 92, 60), (44, 80, 72), (80, 110, 62)), ("wide", "slim")),
    "maple leaf": Plant((ORANGE, RED, (110, 140, 60), YELLOW, BROWN), ("one", "more")),
}
# fmt: on


class Bloom:
    """Petals and discs around an axis, drawn from back to front."""

    def __init__(self, rng, tilt, fine):
        self.rng, self.fine, self.parts = rng, fine, []
        self.lean(tilt)

    def lean(self, tilt):
        self.cos, self.sin = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))

    def turned(self, x, y, height):
        y, z = y * self.cos - height * self.sin, y * self.sin + height * self.cos
        return np.stack([x, y, z], axis=-1)

    # fmt: off
    def petals(self, form, count, length, width, colour, rise, start=0.0, height=0.0, under=None,
               rim=None, cup=0.0, turn=None, wobble=1.0, before=0.0, halves=None):
        """Add a ring of petals.

        Args:
            form: name in `FORMS`.
            count: how many, or their angles in degrees (0: right, 90: towards the viewer).
            length, width: of a petal (half the width).
            colour, under, rim: of its upper side, its underside and its edge.
            rise: angles in degrees at the foot and at the tip.
            start, height: where the foot is, from and along the axis.
            cup: how far the sides bend up.
            turn: angle of the first petal, in turns of one petal.
            wobble: how uneven petals are.
            before: moves the ring towards the viewer in the order of drawing.
            halves: two halves to a petal, in different light; only where the bloom is fine.
        """
        # fmt: on
        if isinstance(count, int):
            turn = self.rng.random() if turn is None else turn
            count = (np.arange(count) + turn) * (360 / count)
        noise = wobble * self.rng.standard_normal((5, len(count), 1)).clip(-2, 2)
        angles = np.radians(np.reshape(count, (-1, 1)) + 43 / max(5, len(count)) * noise[0])
        foot, change = math.radians(rise[0]) + 0.09 * noise[1], math.radians(rise[1] - rise[0])
        change = change + 0.1 * noise[2]
        t, s = FORMS[form].T
        pieces = [(np.concatenate([t, t[::-1]]), np.concatenate([s, -s[::-1]]), 1)]
        if self.fine if halves is None else halves and self.fine:
            t = np.concatenate([t, np.linspace(t[-1], 0, 5)[1:]])
            s = np.concatenate([s, np.zeros(4)])
            pieces = [*pieces[: rim is not None], (t, s, 1), (t, -s, -1)]
        elif rim is not None:
            pieces = pieces * 2
        if rim is not None:
            pieces[1:] = [(0.93 * t, 0.9 * s, sign) for t, s, sign in pieces[1:]]
        t, s = (np.concatenate(values) for values in list(zip(*pieces, strict=True))[:2])
        s, slope, half = s * width, foot + change * t, change * t / 2
        reach = length * (1 + 0.06 * noise[3]) * t * np.sinc(half / np.pi)
        bend = cup / width * s * s
        out = start + reach * np.cos(foot + half) - bend * np.sin(slope)
        up = height + reach * np.sin(foot + half) + bend * np.cos(slope)
        aside, ahead = np.sin(angles), np.cos(angles)
        points = self.turned(out * ahead - s * aside, out * aside + s * ahead, up)
        order = points[..., 2].mean(axis=1) + before
        first = 0
        for number, (t, _, sign) in enumerate(pieces):
            outlines = points[:, first : first + len(t)]
            first += len(t)
            steps = np.roll(outlines, -1, axis=1) - np.roll(outlines, 1, axis=1)
            normals = -sign * (outlines[..., [1, 2, 0]] * steps[..., [2, 0, 1]]).sum(axis=1)
            lit = normals @ LIGHT / (np.sqrt((normals * normals).sum(axis=1)) + 1e-9)
            seen = np.where(normals[:, 2] < 0, -1, 1)
            lit = (0.7 + 0.42 * np.maximum(0, seen * lit)) * (1 + 0.04 * noise[4, :, 0])
            sides = (rim, rim) if rim and number == 0 else (under or tint(colour, 0.8), colour)
            for outline, key, side, shade in zip(
                outlines, order.tolist(), seen.tolist(), lit.tolist(), strict=True
            ):
                self.parts.append((key, outline, tint(sides[side > 0], shade)))

    def disc(self, radius, colour, height=0.0, before=0.0, dome=0.0, x=0.0, y=0.0):
        """Add a disc across the axis, or a dome: `dome` is its height in shares of the radius."""
        outline = np.zeros((24, 3))
        outline[:, :2] = circle() * (radius, radius * math.hypot(self.cos, dome * self.sin))
        outline += self.turned(x, y, height)
        self.parts.append((outline[0, 2] + before, outline, colour))

    def burst(self, count, inner, outer, colour, height=0.0, before=0.0, rise=0.0, wobble=0.1):
        """Add a star of `count` rays, all one outline."""
        angles = np.arange(2 * count) * (math.pi / count)
        radii = np.where(np.arange(2 * count) % 2, outer, inner)
        radii = radii * (1 + wobble * self.rng.standard_normal(2 * count))
        up = height + (radii - inner) * math.tan(math.radians(rise))
        outline = self.turned(radii * np.cos(angles), radii * np.sin(angles), up)
        self.parts.append((outline[:, 2].mean() + before, outline, colour))

    def draw(self, subject):
        for _, outline, colour in sorted(self.parts, key=lambda part: part[0]):
            subject.polygon(outline[:, :2], colour, z=outline[:, 2])


# fmt: off
def dandelion(bloom, colour, look):
    if look in ("clock", "half"):
        return clock(bloom, look)
    many, wide = (1, 0.085) if bloom.fine else (0.38, 0.16)
    bloom.petals("pointed", 7, 0.6, 0.1, GREEN, (0, -40), height=-0.2, halves=False)
    bloom.disc(0.6, tint(colour, 0.74), before=-0.1, dome=0.3)
    rings = ((24, 0.78, 0.35, 12), (18, 0.64, 0.2, 26), (13, 0.5, 0.08, 40), (8, 0.34, 0.0, 52))
    for number, (count, length, deep, rise) in enumerate(rings):
        shade = mix(tint(colour, 1.08), (226, 130, 20), deep)
        bloom.petals("ray", round(count * many), length, wide, shade, (rise, rise - 24), 0.18,
                     0.06 * number, shade, wobble=1.3, before=0.3 * number, halves=False)
    for number, radius in enumerate((0.3, 0.22, 0.14)):
        shade = tint(colour, 0.9 + 0.12 * number)
        bloom.burst(13 - 2 * number, 0.6 * radius, radius, shade, 0.2, 1 + number)


def clock(bloom, look):
    """The white globe of a dandelion's seeds; some of them may be gone."""
    count, size = (42, 0.25) if bloom.fine else (22, 0.32)
    turn = np.arange(count) * 2.39996 + 6 * bloom.rng.random()
    z = 1 - (2 * np.arange(count) + 1) / count
    seeds = 0.8 * np.stack([np.cos(turn), np.sin(turn), z], 1)
    seeds[:, :2] *= np.sqrt(1 - z * z)[:, None]
    if look == "half":
        seeds = seeds[seeds @ (0.8, -0.6, 0) < 0.4]
    star = circle(16) * np.where(np.arange(16) % 2, 1, 0.22)[:, None] * size
    for seed in seeds:
        outline = np.tile(seed, (16, 1))
        outline[:, :2] += star * (1 - 0.3 * seed[:2] ** 2) * bloom.rng.uniform(0.85, 1.2)
        colour = mix((168, 170, 168), (250, 250, 248), seed[2] / 1.6 + 0.5)
        bloom.parts.append((seed[2], outline, colour))
    spokes = np.repeat(seeds, 2, axis=0)
    spokes[1::2] *= -0.04
    bloom.parts.append((-1.0, spokes, (186, 182, 170)))
    bloom.disc(0.13, (150, 132, 92))


def daisy(bloom, colour, look):
    count = {"many": 19, "few": 13, "double": 21}[look] if bloom.fine else 13
    width = 2.1 / count
    if bloom.fine:
        bloom.petals("strap", count, 0.74, width, tint(colour, 0.84), (-4, -14), 0.2, halves=False)
    bloom.petals("strap", count, 0.76, width, colour, (14, -8), 0.2, before=0.1)
    if look == "double":
        shade = tint(colour, 1.1)
        bloom.petals("strap", 11, 0.5, 0.15, shade, (30, 5), 0.2, before=0.3, halves=False)
    bloom.disc(0.29, (190, 128, 22), 0.03, 1, dome=0.5)
    bloom.disc(0.265, (240, 186, 40), 0.07, 1, dome=0.5)
    bloom.burst(16, 0.17, 0.23, (214, 148, 28), 0.1, 1)
    bloom.disc(0.14, (248, 208, 80), 0.14, 1, dome=0.5, x=-0.03)


def tulips(bloom, colour, look):
    opened = look == "open"
    foot, tip, width = {"closed": (38, 112, 0.56), "cup": (35, 98, 0.54)}.get(look, (40, 55, 0.5))
    throat = choose(bloom.rng, (YELLOW, BLACK, CREAM)) if opened else tint(colour, 0.6)
    height = -0.4 if opened else -0.75
    place = {"start": 0.08, "height": height, "cup": 0.5, "wobble": 0.5}
    bloom.petals("cup", 3, 1.5, width, mix(colour, throat, 0.12), (foot + 6, tip + 4),
                 under=tint(colour, 0.82), turn=0.25, **place)
    bloom.petals("cup", 3, 1.42, width * 1.05, tint(colour, 0.96), (foot, tip), turn=0.75,
                 under=tint(colour, 0.93), rim=mix(colour, (255, 250, 225), 0.35), **place)
    if opened:
        bloom.petals("pointed", 6, 0.6, 0.22, throat, (foot, tip), before=0.1, turn=0.25,
                     halves=False, **place)
        bloom.petals("strap", 6, 0.5, 0.05, BLACK, (70, 60), 0.05, -0.3, before=0.4)
        bloom.disc(0.09, (150, 170, 80), 0.1, 0.5, dome=1)


def sunflowers(bloom, colour, look):
    seeds = {"dark": (62, 40, 26), "brown": BROWN, "green": (132, 122, 48)}[look]
    count, back = 18 if bloom.fine else 13, mix(colour, (200, 110, 10), 0.35)
    if bloom.fine:
        bloom.petals("pointed", 9, 0.5, 0.16, GREEN, (0, -20), 0.35, -0.1, halves=False)
        bloom.petals("pointed", count, 0.6, 0.16, back, (0, -15), 0.4, turn=0.0, halves=False)
    else:
        bloom.burst(count, 0.65, 1.0, back, before=-0.1)
    bloom.petals("pointed", count, 0.56, 0.15, colour, (18, -10), 0.4, turn=0.5, before=0.15)
    for ring, shade in enumerate((0.8, 1.35, 0.95, 1.25, 0.8, 1.15)):
        radius, shade = 0.52 - 0.077 * ring, tint(seeds, shade)
        height = 0.16 - 0.3 * radius**2
        bloom.burst(30 - 4 * ring, 0.9 * radius, radius, shade, height, 1 + ring, wobble=0.03)


def roses(bloom, colour, look):
    rim, deep = mix(colour, (255, 244, 236), 0.3), tint(colour, 0.72)
    bud = look == "bud"
    rings = [(5, 0.86, 0.52, 26, -24), (5, 0.8, 0.46, 48, 8), (5, 0.74, 0.4, 66, 46),
             (4, 0.62, 0.32, 80, 76)]
    if look == "full":
        rings[0] = (7, 0.92, 0.42, 16, -34)
    if not bloom.fine:
        rings[1:] = [(4, 0.78, 0.46, 55, 22), (3, 0.66, 0.36, 76, 66)]
    if bud:
        bloom.lean(66)
        rings = [(4, 1.05, 0.46, 38, 112), (3, 1.12, 0.4, 52, 110), (3, 1.1, 0.3, 66, 104)]
    if bloom.fine or bud:
        bloom.petals("pointed", 5, 0.8, 0.13, GREEN, (45, 100) if bud else (0, -30), 0.2,
                     -0.56 if bud else -0.25, before=0.1 * bud, halves=False)
    for number, (count, length, width, foot, tip) in enumerate(rings):
        share = number / len(rings)
        bloom.petals("round", count, length, width, mix(colour, deep, 0.25 + 0.6 * share),
                     (foot, tip), 0.22 - 0.14 * share, -0.5 if bud else -0.2,
                     mix(colour, deep, 0.15), rim, 0.35 + 0.5 * share, turn=0.4 * number)
    for radius, shade in ((0.24, 0.95), (0.19, 0.62), (0.13, 0.9), (0.07, 0.5))[: 4 * (not bud)]:
        bloom.disc(radius, tint(colour, shade), 0.36, 0.7 - radius, x=0.1 * (shade - 0.75))


def poppy(bloom, colour, look):
    count = {"four": 2, "six": 3}[look]
    for ring in range(2):
        bloom.petals("crinkled", count, 0.98 - 0.06 * ring, 1.02 - 0.12 * count,
                     tint(colour, 0.9 + 0.1 * ring), (30 + 6 * ring, -12 + 24 * ring), 0.02,
                     cup=0.3, rim=mix(colour, WHITE, 0.22), turn=0.5 * ring + 0.25,
                     before=0.15 * ring)
    bloom.petals("notched", 2 * count, 0.38, 0.2, BLACK, (34, 20), before=0.3, halves=False)
    bloom.burst(26, 0.12, 0.36, (58, 46, 66), 0.12, 0.4, rise=30, wobble=0.2)
    bloom.disc(0.15, (112, 136, 70), 0.16, 0.5, dome=1)
    bloom.burst(9, 0.03, 0.13, (66, 84, 46), 0.22, 0.6)


def lily(bloom, colour, look):
    for ring in range(2):
        bloom.petals("pointed", 3, 1.08, 0.24 + 0.06 * ring, tint(colour, 0.95 + 0.05 * ring),
                     (48, -42), 0.03, -0.25, cup=0.25, turn=0.25 + 0.5 * ring, before=0.05 * ring)
    vein = mix(tint(colour, 1.5), (190, 200, 110), 0.4)
    bloom.petals("pointed", 6, 0.8, 0.05, vein, (46, -20), 0, -0.22, turn=0.25, before=0.3,
                 wobble=0, halves=False)
    places = np.arange(24) * (math.pi / 3) + math.pi / 6 + 0.3 * bloom.rng.standard_normal(24)
    for angle in places.tolist() if look == "spots" and bloom.fine else ():
        x, y = bloom.rng.uniform(0.2, 0.55) * np.array((math.cos(angle), math.sin(angle)))
        bloom.disc(0.022, (120, 40, 40), 0.22, 0.5, x=x, y=y)
    bloom.petals("blade", 6, 0.62, 0.022, SAGE, (72, 38), turn=0.0, before=0.5, halves=False)
    for angle in np.arange(6) * (math.pi / 3):
        bloom.disc(0.06, (150, 74, 30), 0.48, 0.7, x=0.4 * math.cos(angle), y=0.4 * math.sin(angle))


def violet(bloom, colour, look):
    pale = mix(colour, YELLOW if look == "yellow" else WHITE, 0.2 if look == "plain" else 0.75)
    face, flat = mix(BLACK, colour, 0.25), {"rise": (8, -4), "wobble": 0.5, "cup": 0.1}
    bloom.petals("notched", (-62, -118), 0.98, 0.52, tint(colour, 0.84), before=-0.3, **flat)
    bloom.petals("notched", (-2, 182), 0.84, 0.46, mix(colour, pale, 0.6), before=-0.1, **flat)
    bloom.petals("notched", (90,), 0.86, 0.62, pale, **flat)
    if look != "plain":
        bloom.petals("ray", (12, 168), 0.46, 0.2, face, before=0.1, **flat)
        bloom.petals("ray", (66, 90, 114), 0.5, 0.13, face, before=0.2, **flat)
    lines = (4, 75, 90, 105, 176)
    bloom.petals("blade", lines, 0.5, 0.025, face, before=0.25, halves=False, **flat)
    bloom.disc(0.1, (250, 220, 90), 0.05, 0.4, y=0.03)


def thistle(bloom, colour, look):
    rings = ((18, 0.85, 42, 0.7), (17, 0.9, 56, 0.85), (13, 0.95, 70, 1.0), (8, 0.9, 82, 1.15))
    for count, length, rise, shade in rings:
        bloom.petals("blade", count if bloom.fine else count // 2, length, 0.055,
                     tint(colour, shade), (rise, rise + 6), 0.24, -0.1, before=0.3 * shade,
                     halves=False)
    bloom.disc(0.46, (88, 110, 70), -0.38, 1, dome=0.85)
    for front, height, radius in ((5, -0.66, 0.3), (7, -0.46, 0.4), (6, -0.26, 0.38)):
        shade = tint(SAGE, 1.3 + 0.7 * height)
        bloom.petals("pointed", np.linspace(5, 175, front), 0.3, 0.12, shade, (58, 78), radius,
                     height, before=1.5, halves=False)


def clover(bloom, colour, look):
    bloom.disc(0.68, tint(colour, 0.8), 0.1, -0.8, dome=1)
    many, wide = (1, 0.14) if bloom.fine else (0.6, 0.2)
    for number, (count, rise) in enumerate(((12, -48), (14, -18), (13, 12), (9, 42), (5, 70))):
        shade = mix(mix(colour, (160, 140, 90), 0.3), tint(colour, 1.12), number / 4)
        start, height = 0.46 * math.cos(math.radians(rise)), 0.46 * math.sin(math.radians(rise))
        bloom.petals("oval", round(count * many), 0.48, wide, shade, (rise, rise + 20), start,
                     0.1 + height, shade, before=0.12 * number, halves=False)


def water_lily(bloom, colour, look):
    for number, (count, rise) in enumerate(((8, 8), (9, 30), (8, 50), (6, 68))):
        shade = mix(colour, tint(colour, 1.45), 0.8 - 0.25 * number)
        count = count if bloom.fine else count - 2
        bloom.petals("pointed", count, 1.02 - 0.1 * number, 0.24, shade, (rise, rise + 24),
                     0.1, -0.1, tint(shade, 0.88), cup=0.5)
    bloom.burst(18, 0.1, 0.26, (244, 190, 50), 0.2, 0.2, rise=40)
    bloom.disc(0.13, (226, 160, 40), 0.25, 0.3, dome=0.6)


def spike(subject, start, end, half, colour, z):
    """A thin triangle, `half` as wide to both sides of its start."""
    (x, y), (px, py) = start, end
    aside = np.array((y - py, px - x)) * (half / (math.hypot(px - x, py - y) + 1e-9))
    subject.polygon([aside + start, end, start - aside], colour, z=z)


def leaf(subject, form, x, y, angle, length, width, colour, bent=0.0, z=-0.4):
    """A leaf from (x, y), its tip `angle` degrees from upright, clockwise."""
    ahead = np.array((math.sin(math.radians(angle)), -math.cos(math.radians(angle)))) * length
    aside = np.array((-ahead[1], ahead[0])) / length
    if form == "pad":
        outline = np.concatenate([circle()[2:] * (1.25 * length, 0.5 * length), [(0, 0)]])
        for size, down, shade in ((1, 0.05, 0.62), (1, 0, 1), (0.8, 0, 1.1)):
            subject.polygon(outline * size + (x, y + down), tint(colour, shade), z=z)
        for end in outline[1::4]:
            spike(subject, (x, y), 0.85 * end + (x, y), 0.02, tint(colour, 1.35), z)
        return
    if form == "clover":
        for turn in (0.4 * angle - 110, 0.4 * angle + 110, 0.4 * angle):
            foot = ahead + (x, y)
            leaf(subject, "notched", *foot, turn, length, 0.52 * length, colour, z=z)
            tip = np.array((math.sin(math.radians(turn)), -math.cos(math.radians(turn)))) * length
            side = np.array((-tip[1], tip[0])) * 0.34
            mark = np.array([0.4 * tip - side, 0.66 * tip, 0.4 * tip + side, 0.56 * tip])
            subject.polygon(mark + foot, tint(colour, 1.4), z=z + 0.03)
        return
    t, s = FORMS[form].T
    middle = np.linspace(t[-1], 0, 6)
    t, s = np.concatenate([t, middle])[:, None], np.concatenate([s, 0 * middle])[:, None]
    spine = t * ahead + bent * length * t * t * aside + (x, y)
    for side, shade in ((1, 0.86), (-1, 1.06)):
        subject.polygon(spine + side * width * s * aside, tint(colour, shade), z=z)
    tip = 0.9 * ahead + 0.81 * bent * length * aside + (x, y)
    spike(subject, (x, y), tip, 0.05 * width + 0.002, tint(colour, 1.25), z)


def cactus(subject, rng, colour, look, vary):
    pots = ((178, 98, 62), (120, 130, 140), (206, 180, 140))
    pot = pots[int(rng.random() * (1 + 1.99 * vary))]
    for right, shade in ((1, 0.85), (-0.12, 1)):
        points = [(-0.42, 0.62), (0.42 * right, 0.62), (0.32 * right, 1.1), (-0.32, 1.1)]
        subject.polygon(points, tint(pot, shade))
    rim = [(-0.48, 0.52), (0.48, 0.52), (0.46, 0.68), (-0.46, 0.68)]
    subject.polygon(rim, tint(pot, 1.08), z=0.1)
    top, wide, ribs = {"tall": (-0.75, 0.27, 5), "ball": (-0.32, 0.6, 7)}[look]
    flip = -1 if rng.random() < 0.5 * vary else 1
    for side, y in ((flip, 0.3), (-flip, -0.1)) if look == "tall" else ():
        path = np.array([(0, y), (side * 0.5, y), (side * 0.6, y - 0.3), (side * 0.6, y - 0.45)])
        subject.limb(path, [0.14] * 4, tint(colour, 0.8), z=-0.1)
        subject.limb(path - (0.03, 0.02), [0.09] * 4, tint(colour, 1.05))
    side = [(wide, top + 0.25), (wide * 1.05, 0.2), (wide * 0.7, 0.56)]
    body = [(0, top), *side, *[(-x, y) for x, y in side[::-1]]]
    subject.blob(body, tint(colour, 0.7))
    star = circle(10) * np.where(np.arange(10) % 2, 1, 0.2)[:, None] * 0.075
    for number, x in enumerate(np.linspace(-0.8, 0.8, ribs) * wide):
        half = [0.03, 0.75 * wide / ribs, 0.03]
        path = [(x * 0.5, top + 0.05), (x * 1.12, 0.1), (x * 0.8, 0.53)]
        subject.limb(path, half, tint(colour, 1.2 - 0.07 * number), z=0.2)
        for y in np.linspace(top + 0.25, 0.4, 4):
            subject.polygon(star + (x * 1.08, y), (240, 234, 206), z=0.25)
    if rng.random() < 0.7 * vary:
        bloom = Bloom(rng, 60, False)
        water_lily(bloom, choose(rng, (MAGENTA, PINK, YELLOW)), "open")
        subject.at(0, top - 0.05, 0.26)
        bloom.draw(subject)


def mushroom(subject, rng, colour, look, vary):
    count = 1 + int(rng.random() < 0.7 * vary) + int(rng.random() < 0.5 * vary)
    stalk = mix(CREAM, BROWN, 0.3 * rng.random() * vary)
    spots = [(-0.66, 0.3), (-0.3, 0.62), (0.12, 0.82), (0.05, 0.32), (0.44, 0.55), (0.7, 0.22)]
    spots = () if rng.random() < 0.5 * vary else spots
    low, rise = (0.1, -0.9) if look == "dome" else (-0.15, -0.62)
    for x, y, size in [(0.62, 0.35, 0.5), (-0.6, 0.45, 0.42), (0, 0, 0.9)][-count:]:
        subject.at(x, y, size, angle=14 * x)
        half = [(0.17, low), (0.19, 0.7), (0.3, 1.12)]
        subject.blob([*half, *[(-x, y) for x, y in half[::-1]]], tint(stalk, 0.82))
        subject.limb([(-0.06, low), (-0.07, 0.7), (-0.1, 1.05)], [0.09, 0.1, 0.13], stalk, z=0.05)
        subject.ellipse(0, low, 0.98, 0.22, tint(stalk, 0.66), z=0.1)
        skirt = [(-0.24, 0.3), (0.24, 0.3), (0.32, 0.48), (0, 0.55), (-0.32, 0.48)]
        subject.blob(skirt, tint(stalk, 1.2), z=0.1)
        for gill in np.linspace(-0.85, 0.85, 11).tolist():
            start = (gill, low + 0.19 * (1 - gill**2) ** 0.5)
            spike(subject, start, (0.2 * gill, low + 0.02), 0.025, tint(stalk, 0.9), 0.12)
        cap = [(0, rise), (0.4, 0.88 * rise), (0.82, 0.45 * rise), (1, low + 0.04)]
        cap = [*cap, (0.5, low + 0.02)]
        cap = np.array([*cap, (0, low + 0.06), *[(-x, y) for x, y in cap[:0:-1]]])
        subject.blob(cap, tint(colour, 0.78), z=0.2)
        subject.blob(cap * 0.9 - (0.05, 0.04), colour, z=0.25)
        subject.ellipse(-0.3, 0.7 * rise, 0.34, 0.12, tint(colour, 1.25), z=0.3, angle=-22)
        for (px, py), wide in zip(spots, rng.uniform(0.1, 0.15, len(spots)), strict=True):
            subject.ellipse(px, py * rise, wide, 0.75 * wide, WHITE, z=0.35)


def pine(subject, rng, colour, look, vary):
    wide = {"wide": 0.78, "slim": 0.5}[look] * (1 + 0.2 * vary * (rng.random() - 0.5))
    snow = rng.random() < 0.3 * vary
    subject.polygon([(-0.08, 0.6), (0.08, 0.6), (0.11, 1.15), (-0.11, 1.15)], (104, 74, 52))
    subject.polygon([(-0.08, 0.6), (-0.02, 0.6), (-0.02, 1.15), (-0.11, 1.15)], (136, 98, 68))
    teeth = np.linspace(-1, 1, 13)
    for tier in range(6):
        share = 1 - tier / 6
        y, half = -1.05 + 1.85 * share, wide * (0.12 + 0.88 * share)
        drop = np.where(np.arange(13) % 2, -0.1, 0.02) - 0.16 * teeth**2
        drop = (0.4 + 0.6 * share) * (drop + 0.03 * rng.standard_normal(13))
        hem = np.stack([half * teeth, y + drop], axis=1)
        top = np.array([(0.05 * half, y - 0.5), (-0.05 * half, y - 0.5)])
        for part, shade in ((hem, 0.72), (hem[:9], 0.95), (hem[:5], 1.12)):
            subject.polygon(np.concatenate([part, top]), tint(colour, shade), z=0.1 * tier)
        if snow:
            edge = hem[1:8:2] * (1, 0) + (0, y - 0.2)
            subject.polygon(np.concatenate([edge, top]), WHITE, z=0.1 * tier)


MAPLE = np.array([
    (0.04, 0.5), (0.3, 0.62), (0.28, 0.5), (0.72, 0.52), (0.6, 0.36), (0.7, 0.28), (0.55, 0.2),
    (1.0, -0.2), (0.82, -0.22), (0.82, -0.4), (0.55, -0.24), (0.36, -0.2), (0.46, -0.62),
    (0.3, -0.56), (0.2, -0.72), (0, -1.05),
])


def maple_leaf(subject, rng, colour, look, vary):
    places = [(-0.42, -0.3, 0.55), (0.5, -0.05, 0.5), (-0.1, 0.55, 0.5)]
    inside = (MAPLE - (0.12, 0)) * 0.72 * (MAPLE[:, :1] > 0.05)
    for x, y, size in places if look == "more" else [(0, 0, 0.95)]:
        subject.at(x, y, size, angle=(160 if look == "more" else 20) * (rng.random() - 0.5))
        edge = vary_colour(rng, colour, 16 * vary)
        edge = mix(edge, choose(rng, (RED, GREEN, ORANGE, BROWN)), 0.3 * vary)
        stalk = [(0, 0.4), (0.03, 0.8), (0.12, 1.1)]
        subject.limb(stalk, [0.03, 0.025, 0.035], tint(edge, 0.6))
        for side, shade in ((1, 0.8), (-1, 0.96)):
            subject.polygon(MAPLE * (side, 1), tint(edge, shade), z=0.05)
            subject.polygon(inside * (side, 1), mix(edge, YELLOW, 0.2 * shade), z=0.08)
            vein = mix(tint(edge, 0.62), YELLOW, 0.2)
            for x, y in ((0, -1), (0.86, -0.2), (0.6, 0.46), (0.4, -0.5)):
                spike(subject, (0, 0.45 * (x != 0.4)), (side * x, y), 0.025, vein, 0.1)


HEADS = {
    "dandelion": dandelion, "daisy": daisy, "tulips": tulips, "sunflowers": sunflowers,
    "roses": roses, "poppy": poppy, "lily": lily, "violet": violet, "thistle": thistle,
    "clover": clover, "water lily": water_lily,
}
OTHERS = {"cactus": cactus, "mushroom": mushroom, "pine": pine, "maple leaf": maple_leaf}
# fmt: on
GROUP = (
    (-0.48, -0.4, 0.5),
    (0.5, -0.5, 0.46),
    (0.04, 0.08, 0.5),
    (-0.62, 0.3, 0.38),
    (0.66, 0.24, 0.4),
)
VIEWS = {"one": ((0.0, -0.38, 0.62),), "near": ((0.0, 0.0, 0.98),), "group": GROUP}


def flower(kind, rng, knobs):
    """A flower of a kind of `KINDS` or `PLANTS`: `(Subject, colours)`."""
    plant, vary = KINDS.get(kind) or PLANTS[kind], knobs.variation
    pick = picker(rng, vary)
    colour = vary_colour(rng, pick(plant.colours), 4 + 12 * vary)
    green = vary_colour(rng, pick(GREENS), 4 + 12 * vary)
    looks = plant.looks
    look, view = pick(looks), pick(("one", "near", "one", "group", "near", "group"))
    subject = Subject()
    if kind in OTHERS:
        OTHERS[kind](subject, rng, colour, look, vary)
        return subject, (colour, green)
    usual, least, most = plant.tilt
    places = VIEWS[view][: 2 + int((plant.most - 1) * 0.999 * rng.random())]
    heads = []
    for x, y, size in places:
        dx, dy, grow, part = uniform(rng, (-1, 1), (-1, 1), (-1, 1), (0, 1))
        y, size = (y + 0.3, size * 1.1) if "pad" in plant.leaf else (y, size)
        tilt = usual + vary * (least + part * (most - least) - usual)
        place = (x + 0.12 * vary * dx, y + 0.1 * vary * dy, size * (1 + 0.14 * vary * grow))
        heads.append((*place, tilt))
    draw_leaves(subject, rng, plant, heads, view, green, vary)
    for x, y, size, tilt in heads:
        bloom = Bloom(rng, tilt, view != "group")
        HEADS[kind](bloom, vary_colour(rng, colour, 8 * vary), look)
        subject.at(x, y, size, angle=12 * x + 13 * vary * uniform(rng, (-1, 1))[0])
        bloom.draw(subject)
        look = pick(looks)
    return subject, (colour, green)


def draw_leaves(subject, rng, plant, heads, view, green, vary):
    """Stems and leaves behind the flowers."""
    form, length, width, where = plant.leaf
    foot, near = 0.15 * vary * uniform(rng, (-1, 1))[0], view == "near"

    def grow(x, y, angle, size=1.0):
        dark, turn, bent = rng.standard_normal(3).clip(-2, 2).tolist()
        shade, bent = tint(green, 0.92 + 0.08 * dark), 0.15 * bent + (0.2 if angle > 0 else -0.2)
        angle = angle + 10 * turn * (0.3 + vary)
        leaf(subject, form, x, y, angle, length * size, width * size, shade, bent)

    if where == "water":
        for x, y, size in ((-0.55, 0.5, 0.9), (0.62, 0.35, 0.8), (0.1, 0.72, 1.0)):
            grow(x, y, 0, size)
        return
    if where == "foot":
        for angle in (-62, 58, -30, 34)[: 3 if form == "clover" else 4]:
            grow(foot + 0.004 * angle, 1.1 + 0.2 * near, angle, 1 + 0.3 * near)
    elif near:
        for angle in (72 * np.arange(5) + rng.uniform(36, 58, 5)).tolist():
            x, y = math.sin(math.radians(angle)), -math.cos(math.radians(angle))
            grow(0.55 * x, 0.55 * y, angle, max(1.0, 0.75 / length))
    for x, y, size, _ in heads:
        half = plant.stem * (0.6 + 0.6 * size)
        middle = ((x + foot) / 2 + 0.1 * vary * rng.standard_normal(), (y + 1.25) / 2)
        path = np.array([(x, y), middle, (foot, 1.25)])
        subject.limb(path, [half * 0.9, half, half * 1.2], tint(green, 0.8), z=-0.4)
        subject.limb(path - (0.4 * half, 0), [half * 0.4] * 3, tint(green, 1.15), z=-0.38)
        if where == "stem" and not near:
            alone = len(heads) == 1
            for share, side in ((0.95, -1), (0.7, 1)) if alone else ((0.6, 1 if x > 0 else -1),):
                at = (x + (foot - x) * share, y + (1.25 - y) * share)
                grow(*at, side * 58, 1.0 if alone else 0.75)
