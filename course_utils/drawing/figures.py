"""Horses and humans, computer-rendered: the subjects of a stand-in for horses_or_humans.

Figures are built from joints in space (x to the right, y down, z towards the viewer) and then
turned, so that they can be seen from any side. With the knob `variation` at 0 the first
alternative of every table is drawn (of humans a woman or a man); at 1 all are as likely as each
other.
"""

import math
from functools import cache

import numpy as np

from course_utils.drawing.scene import Subject, circle, mix, tint, vary_colour
from course_utils.drawing.strokes import choose, parse_points, picker, smooth_curve, uniform

KINDS = ("horses", "humans")
IVORY, DARK = (230, 224, 214), (34, 28, 28)
shape = cache(parse_points)


def figure(kind, rng, knobs):
    """A figure of a kind of `KINDS`: `(Subject, colours)`."""
    draw = {"horses": horse, "humans": human}[kind]
    return draw(rng, knobs.variation, picker(rng, knobs.variation))


def turn(points, degrees):
    """Points (n, 3) turned around the upright axis; what comes nearer grows a little."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x, y, z = np.asarray(points, dtype=float).T
    near = z * cos - x * sin
    return np.stack([x * cos + z * sin, y, near], axis=1) * (1 + 0.16 * near[:, None])


def fit(subject, degrees=0.0, crop=1.0):
    """Turn a finished figure and put it into the square; `crop` above 1 enlarges it downwards."""
    ends = np.cumsum([len(outline) for outline in subject.outlines])[:-1]
    points = turn(np.concatenate(subject.outlines), degrees)
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    size = 2 / (high - low).max()
    points[:, :2] -= (low + high) / 2
    points *= size * crop
    points[:, 1] += (high - low)[1] / 2 * size * (crop - 1)
    subject.outlines = np.split(points, ends)
    return subject


# ---------------------------------------------------------------------------------------- horses
COATS = (  # colours of the coat, the mane and the lower legs; the marking
    ((142, 84, 50), (42, 34, 34), (54, 42, 40), "none"),  # bay
    ((166, 92, 52), (146, 78, 44), (166, 92, 52), "none"),  # chestnut
    ((62, 56, 58), (38, 35, 38), (52, 48, 50), "none"),  # black
    ((228, 222, 212), (204, 196, 184), (214, 206, 196), "none"),  # white
    ((158, 160, 164), (86, 88, 96), (104, 106, 112), "dapples"),
    ((210, 166, 100), (240, 230, 206), (206, 160, 96), "none"),  # palomino
    ((232, 226, 216), (70, 48, 38), (232, 226, 216), "pinto"),
    ((186, 154, 110), (50, 42, 40), (74, 60, 50), "none"),  # buckskin
)
# Of each leg (front near, front far, hind near, hind far) the angles of forearm or gaskin, cannon
# and pastern, in degrees from straight down, forwards; the middle of the neck and the poll; the
# angles of head and body; how much the tail streams.
GAITS = tuple(
    tuple(map(float, line.split()))
    for line in (
        "3 0 25   -5 -3 25   -38 4 28   -26 6 28   -.54 -.37   -.69 -.72   -50 0   0",  # standing
        "26 16 30   -14 -30 -10   -56 -20 10   -14 14 30   -.58 -.34   -.8 -.67   -48 0   .2",
        "54 -32 -60   -14 -20 5   -20 10 30   -62 -36 -50   -.55 -.38   -.72 -.76   -58 2   .5",
        "60 50 48   46 -34 -60   -66 -48 -62   -50 -26 -36   -.62 -.26   -.92 -.52   -26 3   1",
        "14 9 30   -10 -12 15   -40 2 26   -24 8 28   -.66 .2   -.85 .5   -66 0   0",  # grazing
        "68 -24 -56   88 6 -30   -16 22 36   -34 6 30   -.54 -.38   -.68 -.76   -66 42   .3",
    )
)
FRONT = (0.34, 0.29, 0.1), np.array([0.09, 0.11, 0.07, 0.052, 0.034, 0.043, 0.041])
HIND = (0.37, 0.31, 0.1), np.array([0.13, 0.17, 0.088, 0.055, 0.036, 0.045, 0.042])
TRUNK = shape(
    "-.47,-.14 -.28,-.27 -.12,-.24 .1,-.2 .28,-.22 .44,-.26 .6,-.18 .69,-.05 .69,.1 .58,.24 "
    ".38,.21 .18,.26 -.08,.3 -.3,.29 -.46,.22 -.56,.06"
)
HEAD = shape(
    ".04,-.1 -.25,-.18 -.58,-.11 -.88,-.09 -1.02,0 -1.01,.11 -.93,.19 -.82,.18 -.62,.15 -.4,.27 "
    "-.16,.3 .05,.16"
)
PATCHES = (  # places and sizes
    shape("-.38,0 .02,-.08 .46,-.06 .2,.11 -.15,.14"),
    shape(".16,.2 .17,.1 .2,.15 .13,.09 .1,.1"),
)


def horse(rng, variation, pick):
    coat, mane, points, marking = pick(COATS)
    gait, tack, face = pick(GAITS), pick((False, False, True)), pick(("star", "none", "blaze"))
    socks = pick((0, 0, 2, 4, 1))
    bright, heavy, view, sway = (variation * v for v in uniform(rng, *[(-1, 1)] * 4))
    plain, coat = points == coat, tint(vary_colour(rng, coat, 2 + 3 * variation), 1 + 0.15 * bright)
    mane, points = (vary_colour(rng, colour, 6 * variation) for colour in (mane, points))
    points = coat if plain else points
    legs = np.reshape(gait[:12], (4, 3))
    crest, poll = np.array(gait[12:14]) + (0.02 * sway, 0), np.array(gait[14:16])
    nod, rise, stream = gait[16:]
    cos, sin = math.cos(math.radians(rise)), math.sin(math.radians(rise))
    spin, hip = np.array([[cos, sin], [-sin, cos]]), np.array([0.48, 0.04])

    def risen(point):
        return (point - hip) @ spin + hip

    subject = Subject()
    for far, z in ((1, -0.13), (0, 0.13)):
        light = 0.68 if far else 1
        colours = tint(coat, light), tint(points, light)
        if not far:
            tail(subject, mane, stream, risen((0.6, -0.15)))
            subject.at(*risen((0, 0)), angle=rise)
            trunk(subject, rng, coat, marking, mane)
            neck(subject, rng, coat, marking, mane, np.array([crest, poll]), stream)
            if tack:
                saddle(subject, vary_colour(rng, choose(rng, CLOTHES), 14))
        subject.at()
        sock = [tint(IVORY, light) if n + far < socks else None for n in (0, 2)]
        thick, stifle = 1 + 0.12 * heavy, hip + (-0.08, 0.2)
        leg(subject, HIND, hip, stifle, legs[2 + far], thick, colours, sock[1], z)
        ends = risen((-0.36, 0.02)), risen((-0.32, 0.2))
        leg(subject, FRONT, *ends, legs[far], thick, colours, sock[0], z)
    subject.at(*risen(poll), size=0.49, angle=nod + rise, z=0.05)
    horse_head(subject, coat, mane, face, tack)
    return fit(subject, 34 * view), (coat, mane, points)


def leg(subject, kind, start, top, angles, heavy, colours, sock, z):
    """A leg from the shoulder or hip `start` over the elbow or stifle `top` to the hoof."""
    (coat, points), (lengths, wide) = colours, kind
    joints, wide = [top], wide * heavy
    for angle, length in zip(np.radians(angles), lengths, strict=True):
        joints.append(joints[-1] + np.array([-math.sin(angle), math.cos(angle)]) * length)
    top, knee, fetlock, end = joints
    path = np.array([start, top, (top + knee) / 2, knee, (knee + fetlock) / 2, fetlock, end])
    subject.limb(path, wide, tint(coat, 0.86), z)
    subject.limb(path - (0.012, 0.01), wide * 0.8, coat, z + 0.01)
    low = np.array([0.4 * knee + 0.6 * path[2], *path[3:]])
    subject.limb(low, wide[2:] * (0.5, 1, 1, 1, 1), points, z + 0.01)
    subject.limb(low[1:] - (0.01, 0), wide[3:] * 0.45, tint(points, 1.12), z + 0.015)
    if sock:
        subject.limb(path[4:], wide[4:] * 1.08, sock, z + 0.02)
    along = (end - fetlock) / lengths[2]
    hoof = shape("-.045,-.01 .045,-.01 .065,.09 -.065,.09") @ [(-along[1], along[0]), along]
    subject.polygon(hoof + end, (62, 54, 50), z + 0.02)


def tail(subject, mane, stream, start):
    hanging, flying = shape("0,0 .17,.1 .21,.42 .17,.74"), shape("0,0 .26,-.12 .5,-.02 .72,.16")
    path = start + hanging * (1 - stream) + flying * stream
    subject.limb(path, [0.035, 0.075, 0.095, 0.01], tint(mane, 0.85))
    subject.limb(path - (0.012, 0.01), [0.02, 0.04, 0.05, 0.01], tint(mane, 1.12), z=0.01)


def trunk(subject, rng, coat, marking, second):
    ring = circle() * (0.17, 0.2)
    for x, y in ((-0.44, 0.04), (0.58, 0.02)):  # the breast and the rump, seen when turned
        outline = np.stack([np.full(24, x), ring[:, 1] + y], axis=1)
        subject.polygon(outline, tint(coat, 0.8), z=ring[:, 0])
    subject.blob(TRUNK, tint(coat, 0.74))
    subject.blob(TRUNK * (0.97, 0.86) - (0, 0.035), coat, z=0.04)
    if marking == "pinto":
        for place, size in zip(*PATCHES, strict=True):
            outline = circle(8) * (1 + 0.16 * rng.standard_normal((8, 1))) * size
            if rng.random() < 0.7:
                subject.blob(outline + place, second, z=0.05)
        return
    if marking == "dapples":
        for x, y in rng.uniform((-0.35, -0.16), (0.6, 0.12), (14, 2)).tolist():
            subject.ellipse(x, y, 0.035, 0.028, tint(coat, 1.3), z=0.05)
    subject.ellipse(0.47, -0.1, 0.14, 0.08, tint(coat, 1.1), z=0.06, angle=12)
    subject.ellipse(0.06, -0.06, 0.24, 0.06, tint(coat, 1.07), z=0.06, angle=4)


def neck(subject, rng, coat, marking, mane, joints, stream):
    """The neck up to the `joints` crest and poll, and the mane."""
    path, wide = (
        np.array([(-0.22, 0.06), (-0.35, -0.05), *joints]),
        np.array([0.1, 0.25, 0.195, 0.135]),
    )
    subject.limb(path, wide, tint(coat, 0.8), z=0.02)
    subject.limb(path + (0.02, -0.02), wide * 0.84, coat, z=0.04)
    if marking == "pinto":
        subject.ellipse(*path[1:3].mean(axis=0), 0.12, 0.16, mane, z=0.05, angle=-30)
    line = smooth_curve(path[1:], steps=5)[1:]
    part, step = np.linspace(0, 1, len(line))[:, None], np.gradient(line, axis=0)
    normal = step[:, ::-1] * (-1, 1) / np.hypot(*step.T)[:, None]
    half = np.interp(part, (0, 0.5, 1), wide[1:])
    lock = np.abs(rng.standard_normal((len(line), 1))) * 0.03
    outer = line + normal * (half * 0.98 + 0.02 + lock * stream * 2) + (0.1 * stream, 0)
    for long, light, shift in ((0.5, 0.9, 0.05), (0.25, 1.1, 0.02)):
        inner = line + normal * (half * (0.95 - long * part.clip(0, 0.35) / 0.35) - lock) + shift
        subject.polygon(np.concatenate([outer, inner[::-1]]), tint(mane, light), z=0.07)


def saddle(subject, cloth):
    subject.blob(shape("-.24,-.27 .16,-.22 .18,.1 .1,.14 -.2,.12"), tint(cloth, 0.8), z=0.1)
    subject.blob(shape("-.22,-.27 .14,-.22 .15,.07 .08,.1 -.18,.08"), cloth, z=0.11)
    seat = shape("-.19,-.31 -.04,-.25 .13,-.29 .11,-.17 0,-.1 -.02,.05 -.13,.04 -.14,-.12")
    subject.blob(seat, (96, 60, 40), z=0.13)
    subject.limb([(-0.08, 0.08), (-0.1, 0.29)], [0.02, 0.02], (70, 46, 34), z=0.11)


def horse_head(subject, coat, mane, face, tack):
    """A head one long, from the poll at (0, 0) to the left."""
    dark, muzzle = tint(coat, 0.72), mix(tint(coat, 0.6), (120, 96, 92), 0.35)
    subject.blob(shape(".02,-.06 .2,-.3 .2,-.3 -.1,-.14"), tint(coat, 0.62), z=-0.1)
    subject.blob(HEAD, dark)
    subject.blob(HEAD * (0.97, 0.86) - (0.01, 0.012), coat, z=0.06)
    subject.blob(shape("-.8,-.09 -1,-.02 -1,.1 -.92,.17 -.8,.1"), muzzle, z=0.08)
    subject.ellipse(-0.2, 0.1, 0.16, 0.15, tint(coat, 1.08), z=0.1)
    if face == "blaze":
        subject.blob(shape("-.2,-.19 -.6,-.13 -.9,-.1 -.9,-.04 -.6,-.06 -.25,-.08"), IVORY, z=0.1)
    if face == "star":
        subject.ellipse(-0.27, -0.12, 0.06, 0.05, IVORY, z=0.1)
    subject.blob(shape(".1,-.03 .14,-.38 .14,-.38 -.06,-.12"), dark, z=0.1)
    subject.blob(shape(".08,-.07 .12,-.31 -.01,-.12"), coat, z=0.12)
    subject.blob(shape(".1,-.16 -.16,-.18 -.34,-.04 -.1,-.05"), mane, z=0.13)
    subject.ellipse(-0.34, -0.02, 0.055, 0.045, DARK, z=0.14)
    subject.ellipse(-0.35, -0.035, 0.016, 0.014, (240, 240, 236), z=0.15)
    subject.ellipse(-0.92, 0.0, 0.04, 0.028, DARK, z=0.14, angle=-30)
    subject.limb([(-0.99, 0.11), (-0.86, 0.1)], [0.012, 0.008], DARK, z=0.14)
    for strap in ("-.66,-.12 -.62,.15", "-.64,.02 0,.1", "-.05,-.14 -.02,.24") if tack else ():
        subject.limb(shape(strap), [0.022, 0.022], (84, 52, 38), z=0.14)


# ---------------------------------------------------------------------------------------- humans
SKINS = (
    (224, 176, 144), (240, 204, 178), (196, 140, 102), (150, 100, 70), (108, 70, 50), (78, 52, 42),
    (214, 162, 118),
)  # fmt: skip
HAIRS = (
    (72, 48, 36), (38, 32, 32), (126, 84, 50), (206, 168, 104), (150, 74, 44), (168, 166, 166),
)  # fmt: skip
CLOTHES = (
    (74, 104, 150), (166, 92, 56), (214, 200, 176), (96, 118, 80), (62, 58, 64), (164, 62, 58),
    (142, 84, 50), (158, 160, 164), (210, 166, 100), (120, 160, 184), (232, 226, 216),
    (120, 84, 124),
)  # fmt: skip
LOWER = (
    (62, 72, 98), (60, 56, 58), (146, 122, 92), (112, 78, 56), (206, 194, 172), (104, 108, 112),
    (84, 98, 70),
)  # fmt: skip
SHOES = (58, 46, 42), (40, 38, 42), (110, 72, 48), (206, 200, 192)
BOTTOMS = {
    "woman": ("trousers", "skirt", "dress", "shorts", "long"),
    "man": ("trousers", "trousers", "shorts"),
}
HAIRSTYLES = {
    "woman": ("long", "bob", "bun", "tail", "curly", "short"),
    "man": ("short", "short", "curly", "bald", "beard", "bob"),
}
# The arms (upper arm forwards and outwards, forearm forwards and outwards) and the legs (thigh and
# shin forwards), in degrees from straight down.
STANCES = (
    ((0, 12, 8, 6), (0, 12, 8, 6), (0, 0), (0, 0)),  # standing
    ((-22, 8, -4, 4), (24, 8, 46, 4), (26, 16), (-14, -32)),  # walking
    ((0, 14, 10, 4), (0, 148, 10, 172), (2, 0), (-2, -4)),  # waving
    ((0, 146, 0, 164), (0, 146, 0, 164), (0, 0), (0, 0)),  # both arms raised
    ((-4, 46, 18, -42), (-4, 46, 18, -42), (2, 0), (-2, 0)),  # hands on the hips
    ((0, 12, 8, 6), (78, 30, 84, 22), (8, 4), (-8, -10)),  # pointing
    ((30, 8, 78, -6), (30, 8, 78, -6), (84, 4), (80, -4)),  # sitting
    ((-34, 10, 40, 6), (34, 10, 100, -4), (52, -12), (-22, -74)),  # running
    ((0, 84, 0, 88), (0, 80, 0, 84), (2, 0), (-2, 0)),  # arms spread
)
VIEWS = (20, -35, 60, -85, 85, -10, 40, -60, 180, 145, -140)


def towards(forward, outward, side):
    """The direction of a limb, from its angles."""
    f, s = math.radians(forward), math.radians(outward)
    return np.array([side * math.sin(s), math.cos(s) * math.cos(f), math.cos(s) * math.sin(f)])


class Body(Subject):
    """A subject that is seen from `view` degrees and is `build` times as broad as usual."""

    def __init__(self, view, build):
        super().__init__()
        self.view, self.build = view, build
        self.facing, self.aside = math.cos(math.radians(view)), math.sin(math.radians(view))

    def wide(self, across, deep):
        """Half the width on the picture of what is so wide from the front and from the side."""
        return self.build * math.hypot(across * self.facing, deep * self.aside)

    def bone(self, joints, widths, colour):
        """A round limb along joints in space, lit from the upper left."""
        joints, ring = turn(joints, self.view), circle(20)
        z = joints[:, 2].mean()
        for thick, shade in ((1, tint(colour, 0.74)), (0.76, colour)):
            middle = joints[:, :2] - (1 - thick) * 0.04
            ends = middle[:, None] + np.asarray(widths)[:, None, None] * thick * ring
            for start, end, step in zip(ends, ends[1:], np.diff(middle, axis=0), strict=False):
                self.polygon(np.where((ring @ step > 0)[:, None], end, start), shade, z)


def human(rng, variation, pick):
    sex = "woman" if rng.random() < 0.5 else "man"
    skin, hair, stance = pick(SKINS), pick(HAIRS), pick(STANCES)
    skin, hair = vary_colour(rng, skin, 5 * variation), vary_colour(rng, hair, 8 * variation)
    upper, lower, inner = (
        vary_colour(rng, pick(colours), 3 + 12 * variation) for colours in (CLOTHES, LOWER, CLOTHES)
    )
    top, bottom = pick(("shirt", "short", "coat", "jacket")), pick(BOTTOMS[sex])
    style, hat = pick(HAIRSTYLES[sex]), pick(("none", "none", "none", "brim", "cap", "beanie"))
    view, crop, shoe = pick(VIEWS), pick((1, 1, 1.5)), pick(SHOES)
    broad, spin = (variation * v for v in uniform(rng, (-1, 1), (-1, 1)))
    view += 14 * spin
    sitting = stance[2][0] > 70
    if sitting:
        view, crop = (view if abs(view) > 30 else 55), 1
    if bottom == "dress":
        top, lower = "short", upper

    body = Body(view, (0.93 if sex == "woman" else 1.03) * (1 + 0.1 * broad))
    arms = [arm_joints(body, side, stance[side > 0]) for side in (-1, 1)]
    arms.sort(key=lambda joints: turn(joints, view)[:, 2].mean())
    front = [turn(joints, view)[:, 2].mean() > -0.03 for joints in arms]
    if sitting:
        seat(body)
    for joints, near in zip(arms, front, strict=True):
        if not near:
            arm(body, joints, top, upper, skin)
    falling_hair(body, hair, style, behind=True)
    knees = legs(body, stance[2:], bottom, lower, skin, shoe, sitting)
    if bottom in ("skirt", "dress", "long") and not sitting:
        skirt(body, lower, turn(knees, view), bottom)
    body.limb([(0, -0.62), (0.01 * body.aside, -0.76)], [0.06, 0.057], tint(skin, 0.8))
    torso(body, sex, top, upper, inner, skin, sitting)
    human_head(body, skin, hair, style)
    if hat != "none":
        draw_hat(body, hat, choose(rng, (upper, inner)))
    for joints, near in zip(arms, front, strict=True):
        if near:
            arm(body, joints, top, upper, skin)
    return fit(body, 0, crop), (upper, lower, skin, hair)


def seat(body):
    x, _, _ = turn([(a, 0.1, z) for a in (-0.2, 0.2) for z in (-0.13, 0.26)], body.view).T
    left, right = x.min(), x.max()
    sides = np.array([(left, 0.1), (right, 0.1), (right, 0.52), (left, 0.52)])
    body.polygon(sides, (110, 80, 58), z=-0.05)
    body.polygon(sides.clip(-1, 0.15) * (1.06, 1), (150, 112, 80), z=-0.05)


def arm_joints(body, side, angles):
    shoulder = np.array([side * 0.175 * body.build, -0.56, 0])
    elbow = shoulder + 0.29 * towards(*angles[:2], side)
    fore = towards(*angles[2:], side)
    return np.array([shoulder, elbow, elbow + 0.26 * fore, elbow + 0.34 * fore])


def arm(body, joints, top, colour, skin):
    half = np.array([0.062, 0.052, 0.04]) * body.build * (1.1 if top in ("coat", "jacket") else 1)
    body.bone(joints[2:], [0.036, 0.03], skin)
    if top == "short":
        body.bone(joints[:3], half * 0.84, skin)
        sleeve = [joints[0], 0.4 * joints[0] + 0.6 * joints[1]]
        body.bone(sleeve, half[:2] * 1.08, colour)
    else:
        body.bone(joints[:3], half, colour)


def legs(body, angles, bottom, colour, skin, shoe, sitting):
    """Both legs, the far one first; returns the knees."""
    thick, parts = np.array([0.1, 0.08, 0.058]) * body.build, []
    for side, (thigh, shin) in zip((-1, 1), angles, strict=True):
        hip, down = np.array([side * 0.08 * body.build, 0, 0]), towards(shin, 1, side)
        knee = hip + 0.47 * towards(thigh, 0 if sitting else 4, side)
        ankle, forwards = knee + 0.44 * down, np.array([0.15 * side, -down[2], down[1]])
        parts.append((hip, knee, ankle, ankle + 0.04 * down + 0.11 * forwards))
    for hip, knee, ankle, toe in sorted(parts, key=lambda part: turn(part, body.view)[1, 2]):
        body.bone([ankle + (0, 0.02, 0), toe], [0.05, 0.036], shoe)
        if bottom == "trousers":
            body.bone([hip, knee, ankle], thick, colour)
            continue
        body.bone([hip, knee, ankle], thick * (0.86, 0.8, 0.76), skin)
        if bottom == "shorts" or sitting:
            hem = 0.2 * hip + 0.8 * knee if bottom == "shorts" else knee
            body.bone([hip, hem], thick[:2] * (1, 1.15), colour)
    return np.array([part[1] for part in parts])


def torso(body, sex, top, colour, inner, skin, sitting):
    waist, hip = (0.142, 0.178) if sex == "woman" else (0.165, 0.168)
    levels = [(-0.67, 0.06, 0.055), (-0.62, 0.16, 0.08), (-0.55, 0.2, 0.1), (-0.4, 0.175, 0.12)]
    levels += [(-0.2, waist, 0.1), (-0.02, hip, 0.115), (0.06, 0.16, 0.105)]
    if top == "coat" and not sitting:
        levels[-1] = (0.42, 0.25, 0.2)
    right = np.array([(body.wide(across, deep), y) for y, across, deep in levels])
    lean = np.stack([0.02 * body.aside * np.sin((right[:, 1] + 0.64) * 4), 0 * right[:, 1]], axis=1)
    outline = np.concatenate([right + lean, (right * (-1, 1) + lean)[::-1]])
    body.blob(outline, tint(colour, 0.76), z=0.02)
    body.blob(outline * (0.88, 0.99) - (0.012, 0), colour, z=0.04)
    sheen = body.wide(0.06, 0.033)
    body.ellipse(-sheen, -0.45, sheen, 0.1, tint(colour, 1.1), z=0.06)
    if body.facing < 0.3:
        return
    x, half = 0.085 * body.aside, 0.065 * body.facing
    if top in ("coat", "jacket"):  # open in front
        low = right[-1, 1] - 0.005
        front = [(0.6 * x - half, -0.65), (0.6 * x + half, -0.65), (x + half, -0.4)]
        front += [(x + 0.8 * half, low), (x - 0.2 * half, low), (x - 0.1 * half, -0.4)]
        body.polygon(front, inner, z=0.1)
    x *= 0.55
    collar = [(x - half, -0.68), (x + half, -0.68), (x + 0.2 * half, -0.58)]
    body.blob(collar, tint(skin, 0.94), z=0.11)


def skirt(body, colour, knees, bottom):
    low = {"skirt": 0.0, "dress": 0.04, "long": 0.32}[bottom]
    flare, waist, y = 0.15 + 0.12 * low, body.wide(0.15, 0.105), knees[:, 1].max() + low
    left, right = knees[:, 0].min() - flare, knees[:, 0].max() + flare
    outline = [(-waist, -0.16), (waist, -0.16), (waist + 0.035, 0.04), (right, y)]
    outline += [((left + right) / 2, y + 0.025), (left, y), (-waist - 0.035, 0.04)]
    body.polygon(outline, tint(colour, 0.76), z=0.02)
    body.polygon(np.array(outline) * (0.88, 0.99) - (0.012, 0), colour, z=0.03)
    for part in (0.3, 0.6):
        fold = [(part * 0.2 - 0.08, 0), (left + part * (right - left), y - 0.02)]
        body.limb(fold, [0.006, 0.014], tint(colour, 0.82), z=0.04)


def falling_hair(body, hair, style, behind):
    """Long hair: behind the body of who looks at us, before it of who looks away."""
    long = {"long": 0.32, "bob": 0.15}.get(style)
    if long and behind == (body.facing > -0.2):
        fall = np.array([(0.1, -0.08), (0.125, 0.05), (0.11, long), (0.05, long + 0.02)])
        fall = np.concatenate([fall, fall[::-1] * (-1, 1)]) - (0.05 * body.aside, 0)
        body.at(0, -0.85)
        body.blob(fall, tint(hair, 0.75 if behind else 1), z=-0.06 if behind else 0.08)
        body.at()


def human_head(body, skin, hair, style):
    facing, aside = body.facing, body.aside
    half, dark = math.hypot(0.093 * facing, 0.108 * aside), tint(hair, 0.75)
    body.at(0.015 * aside, -0.85, z=0.02)
    if style == "curly":
        curls = circle() * (0.142 + 0.008 * (np.arange(24) % 2))[:, None]
        body.polygon(curls - (0.03 * aside, 0.03), dark, z=-0.03)
    if style == "bun":
        body.ellipse(-0.1 * aside, -0.12, 0.055, 0.05, dark, z=-0.1)
    right = np.array([(0.45, -0.135), (0.85, -0.09), (1, -0.01), (0.82, 0.08), (0.3, 0.135)])
    jaw = 0.03 * aside * np.array([(0, 0), (0, 0), (0, 0), (0.7, 0), (1, 0)])
    face = np.concatenate([right * (half, 1) + jaw, (right * (-half, 1) + jaw)[::-1]])
    body.blob(face, tint(skin, 0.82))
    body.blob(face * (0.9, 0.97) + (0.012 * aside - 0.006, -0.002), skin, z=0.02)
    if facing > -0.35:
        human_face(body, skin, hair, style, half)
    if style == "bald":
        pass
    elif facing < -0.3:
        more = 0.03 if style == "curly" else 0.012
        body.ellipse(-0.02 * aside, -0.03, half + more, 0.115 + more, hair, z=0.05)
    else:
        side, x = half + 0.01, 0.04 * aside
        right = np.array([(0.6, -0.152), (1, -0.09), (1.02, -0.015)]) * (side, 1)
        front = [(0.84, -0.045), (0.4, -0.09), (-0.4, -0.082), (-0.84, -0.045)]
        front = np.array(front) * (half, 1) + (x, 0)
        cap = np.concatenate([right, front, (right * (-1, 1))[::-1]]) - (0.3 * x, 0)
        body.blob(cap, hair, z=0.06)
        if abs(aside) > 0.5:  # the back of the head, seen from the side
            back = shape("0,-.12 .09,-.06 .1,.05 .05,.1 .02,0")
            body.blob(back * (-math.copysign(1.1, aside), 1), hair, z=0.06)
    if style == "tail":
        strand = shape("-.1,-.08 -.17,-.02 -.14,.2") * (aside, 1)
        body.limb(strand, [0.03, 0.04, 0.015], hair, z=-0.1 * facing)
    body.at()
    falling_hair(body, hair, style, behind=False)


def human_face(body, skin, hair, style, half):
    facing, aside, dark = body.facing, body.aside, tint(hair, 0.75)
    if abs(aside) > 0.3:
        nose = shape(".9,-.03 1.2,.035 .9,.05") * (math.copysign(half, aside), 1)
        body.blob(nose, skin, z=0.05)
    else:
        nose = [(0.1 * aside, -0.01), (0.12 * aside, 0.035)]
        body.limb(nose, [0.01, 0.016], tint(skin, 0.86), z=0.1)
    for side in (-25, 25):
        angle = math.radians(body.view + side)
        if math.cos(angle) > 0.15:
            x = 0.095 * math.sin(angle)
            body.ellipse(x, -0.01, 0.016 * math.cos(angle) + 0.004, 0.011, DARK, z=0.1)
            body.limb([(x - 0.018, -0.044), (x + 0.018, -0.044)], [0.005, 0.004], dark, z=0.1)
    x = 0.09 * aside
    if style == "beard":
        beard = shape("-.07,.05 0,.075 .07,.05 .05,.13 0,.165 -.05,.13")
        body.blob(beard + (x, 0), hair, z=0.1)
    lips = [(x - 0.028 * facing, 0.08), (x + 0.028 * facing, 0.08)]
    body.limb(lips, [0.008, 0.008], mix(skin, (150, 50, 50), 0.5), z=0.11)


def draw_hat(body, hat, colour):
    body.at(0.015 * body.aside, -0.85, z=0.02)
    body.blob(shape("-.115,-.07 -.1,-.17 0,-.205 .1,-.17 .115,-.07"), colour, z=0.1)
    body.limb([(-0.11, -0.085), (0.11, -0.085)], [0.018, 0.018], tint(colour, 0.7), z=0.11)
    if hat == "brim":
        body.ellipse(0, -0.075, 0.2, 0.03, tint(colour, 0.85), z=0.12)
    if hat == "cap":
        peak = shape("-.07,-.08 .07,-.08 .05,-.055 -.05,-.055")
        away = np.array([(0.05, 0), (0.05, 0), (0.18, 0), (0.18, 0)]) * body.aside
        body.blob(peak + away, tint(colour, 0.8), z=0.12)
    body.at()
