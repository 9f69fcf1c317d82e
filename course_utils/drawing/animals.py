"""Heads and bodies of animals: cats and dogs, and others that a base is trained on.

An animal is chosen from tables: each entry of a kind is a tuple of alternatives. With the knob
`variation` at 0 the first alternative is always drawn; at 1 all are as likely as each other.
"""

from typing import NamedTuple

import numpy as np

from course_utils.drawing.scene import Subject, mix, tint, vary_colour
from course_utils.drawing.strokes import choose, uniform

WHITE, BLACK, PINK, CREAM = (240, 238, 232), (34, 32, 34), (222, 150, 150), (232, 214, 180)
GREY, BROWN, GINGER, TAN = (138, 138, 142), (112, 78, 54), (208, 134, 68), (198, 160, 112)
FAWN, SLATE, GOLD = (172, 132, 92), (92, 98, 108), (214, 168, 84)

PETS = (WHITE, BLACK, CREAM, GREY, BROWN, GINGER, TAN, SLATE, GOLD)


class Kind(NamedTuple):
    """What a kind of animal looks like: alternatives for each part.

    `width` and `jaw` are those of the head, in shares of its height and of its width.
    """

    coat: tuple
    ears: tuple
    muzzle: tuple
    width: tuple = (1.05,)
    jaw: tuple = (0.78,)
    eyes: tuple = ("round",)
    marking: tuple = ("none",)
    tail: tuple = ("none",)
    extra: tuple = ("none",)
    ear_colour: tuple | None = None


KINDS = {
    "cat": Kind(
        coat=(GREY, GINGER, BLACK, WHITE, CREAM, SLATE, BROWN, TAN),
        ears=("pointed", "pointed", "wide"),
        muzzle=("cat",),
        width=(1.08, 1.16, 1.02),
        jaw=(0.72, 0.8, 0.66),
        eyes=("slit", "slit", "wide"),
        marking=("tabby", "none", "blaze", "patch", "tabby", "mask", "none", "none"),
        tail=("long",),
    ),
    "dog": Kind(
        coat=(TAN, BROWN, BLACK, WHITE, CREAM, GREY, GOLD, GINGER),
        ears=("hanging", "hanging", "folded", "pointed"),
        muzzle=("dog", "dog", "long", "flat"),
        width=(0.96, 1.06, 0.9),
        jaw=(0.74, 0.82, 0.66),
        eyes=("round", "round", "wide"),
        marking=("none", "pied", "blaze", "patch", "none", "mask", "spots", "none"),
        tail=("up",),
    ),
    "bear": Kind(coat=(BROWN, BLACK, FAWN), ears=("round",), muzzle=("bear",), width=(1.12,)),
    "fox": Kind(
        coat=(GINGER, (190, 106, 48)), ears=("tall",), muzzle=("long",), width=(1.1,), jaw=(0.45,),
        eyes=("slit", "round"), marking=("cheeks",), tail=("bushy",),
    ),
    "wolf": Kind(
        coat=(GREY, SLATE, FAWN), ears=("pointed", "wide"), muzzle=("long",), width=(1.05,),
        jaw=(0.6,), eyes=("round",), marking=("cheeks", "mask"), tail=("bushy",),
    ),
    "lynx": Kind(
        coat=(TAN, FAWN, GREY), ears=("tufted",), muzzle=("cat",), width=(1.1,), jaw=(0.95,),
        eyes=("slit",), marking=("spots", "stripes"),
    ),
    "tiger": Kind(
        coat=((222, 138, 52), GINGER), ears=("round",), muzzle=("bigcat",), width=(1.12,),
        eyes=("slit", "wide"), marking=("tiger",), tail=("long",),
    ),
    "lion": Kind(
        coat=(GOLD, TAN), ears=("round",), muzzle=("bigcat",), extra=("mane",),
        eyes=("slit", "wide"),
        tail=("long",),
    ),
    "leopard": Kind(
        coat=(GOLD, CREAM), ears=("round",), muzzle=("bigcat",), marking=("spots",), eyes=("slit",),
        tail=("long",),
    ),
    "rabbit": Kind(
        coat=(WHITE, GREY, BROWN, TAN, BLACK), ears=("long",), muzzle=("rabbit",), width=(0.95,),
        eyes=("round",), marking=("none", "blaze", "patch"), tail=("none",),
    ),
    "mouse": Kind(
        coat=(GREY, WHITE, FAWN), ears=("huge",), muzzle=("mouse",), width=(0.95,), jaw=(0.4,),
        eyes=("bead",), tail=("thin",),
    ),
    "pig": Kind(
        coat=((232, 176, 170), (214, 150, 140), SLATE), ears=("flap",), muzzle=("snout",),
        marking=("none", "spots"), eyes=("bead",), tail=("thin",),
    ),
    "cow": Kind(
        coat=(WHITE, BROWN, BLACK, TAN), ears=("side",), muzzle=("broad",), width=(0.82,),
        jaw=(0.7,), extra=("horns", "none"), marking=("patch", "spots", "blaze"), eyes=("round",),
    ),
    "sheep": Kind(
        coat=((92, 80, 74), CREAM, BLACK), ears=("side",), muzzle=("broad",), width=(0.8,),
        extra=("wool",), eyes=("bead", "round"), tail=("none",),
    ),
    "goat": Kind(
        coat=(WHITE, BROWN, GREY), ears=("side", "hanging"), muzzle=("long",), width=(0.78,),
        jaw=(0.6,), extra=("beard",), eyes=("slit",), tail=("none",),
    ),
    "monkey": Kind(
        coat=(BROWN, BLACK, GINGER), ears=("low",), muzzle=("monkey",), eyes=("round",),
        tail=("thin",),
    ),
    "panda": Kind(
        coat=(WHITE,), ears=("round",), muzzle=("bear",), width=(1.2,), marking=("panda",),
        ear_colour=BLACK, eyes=("round",), tail=("none",),
    ),
    "koala": Kind(
        coat=(GREY, SLATE), ears=("fluffy",), muzzle=("koala",), width=(1.1,), eyes=("bead",),
        tail=("none",),
    ),
    "elephant": Kind(
        coat=(GREY, SLATE, FAWN), ears=("fan",), muzzle=("trunk",), width=(0.9,), eyes=("bead",),
        tail=("thin",),
    ),
    "raccoon": Kind(
        coat=(GREY, FAWN), ears=("round", "pointed"), muzzle=("long",), width=(1.15,), jaw=(0.55,),
        marking=("bandit",), eyes=("round",), tail=("bushy",),
    ),
    "deer": Kind(
        coat=(FAWN, BROWN, TAN), ears=("side",), muzzle=("long",), width=(0.8,), jaw=(0.5,),
        extra=("antlers",), eyes=("round",), tail=("none",),
    ),
}  # fmt: skip


def animal(kind, rng, knobs):
    """An animal of a kind of `KINDS`: `(Subject, colours)`."""
    table = KINDS[kind]

    def pick(options):
        return options[int(rng.random() * (1 + knobs.variation * (len(options) - 1)) * 0.9999)]

    coat = vary_colour(rng, pick(table.coat), 4 + 14 * knobs.variation)
    second = vary_colour(rng, choose(rng, PETS), 10) if kind in ("cat", "dog") else tint(coat, 0.6)
    second = mix(tint(coat, 0.62), second, knobs.variation * (rng.random() < 0.5))
    looks = {
        part: pick(getattr(table, part)) for part in ("ears", "muzzle", "marking", "tail", "extra")
    }
    looks["eyes"] = pick(table.eyes)
    wobble = 0.05 + 0.09 * knobs.variation
    width = pick(table.width) * (1 + wobble * uniform(rng, (-1, 1))[0])
    jaw = pick(table.jaw) * (1 + wobble * uniform(rng, (-1, 1))[0])
    subject = Subject()
    stance, tilt, lean = uniform(rng, (0, 1), (-12, 12), (-0.2, 0.2))
    stance, tilt, lean = (v * knobs.variation for v in (stance, tilt, lean))
    if stance < 0.4:
        head = {"x": 0.0, "y": -0.08, "size": 0.62, "angle": tilt}
        shoulders(subject, coat, second, looks)
        draw_coat(subject, "portrait", looks["marking"], coat, second)
    elif stance < 0.75:
        head = {"x": lean, "y": -0.42, "size": 0.4, "angle": tilt}
        sitting(subject, coat, second, looks, lean)
        draw_coat(subject, "sitting", looks["marking"], coat, second)
    else:
        head = {"x": -0.5, "y": -0.2, "size": 0.38, "angle": tilt}
        lying(subject, coat, second, looks)
        draw_coat(subject, "lying", looks["marking"], coat, second)
    subject.at(**head)
    ear_colour = table.ear_colour or (second if rng.random() < 0.5 * knobs.variation else coat)
    draw_head(subject, rng, coat, second, ear_colour, looks, width, jaw)
    return subject, (coat, second)


def shoulders(subject, coat, second, looks):
    """The part of a body that a portrait shows."""
    subject.blob(
        [(-0.55, 0.3), (0.55, 0.3), (0.85, 0.9), (0.9, 1.9), (-0.9, 1.9), (-0.85, 0.9)],
        tint(coat, 0.88),
        z=-0.3,
    )
    subject.blob([(-0.28, 0.45), (0.28, 0.45), (0.36, 1.7), (-0.36, 1.7)], tint(coat, 1.12), z=-0.1)


def sitting(subject, coat, second, looks, lean):
    draw_tail(subject, coat, second, looks["tail"], (0.42, 0.75))
    subject.blob(
        [
            (lean - 0.2, -0.25),
            (lean + 0.2, -0.25),
            (0.5, 0.45),
            (0.55, 0.95),
            (-0.55, 0.95),
            (-0.5, 0.45),
        ],
        tint(coat, 0.9),
        z=-0.3,
    )
    subject.ellipse(0.38, 0.78, 0.26, 0.2, tint(coat, 0.82), z=-0.1, both=True)
    subject.blob(
        [(lean - 0.1, -0.1), (lean + 0.1, -0.1), (0.2, 0.5), (-0.2, 0.5)], tint(coat, 1.15), z=0
    )
    subject.limb([(0.16, 0.2), (0.17, 0.6), (0.2, 0.93)], [0.13, 0.1, 0.12], coat, z=0.1, both=True)
    subject.ellipse(0.21, 0.95, 0.14, 0.08, tint(coat, 1.15), z=0.2, both=True)


def lying(subject, coat, second, looks):
    draw_tail(subject, coat, second, looks["tail"], (0.85, 0.35))
    subject.blob(
        [
            (-0.6, -0.05),
            (0.0, -0.18),
            (0.6, -0.1),
            (0.95, 0.25),
            (0.85, 0.6),
            (-0.5, 0.62),
            (-0.75, 0.3),
        ],
        tint(coat, 0.9),
        z=-0.3,
    )
    subject.blob([(-0.4, 0.3), (0.5, 0.38), (0.7, 0.55), (-0.4, 0.6)], tint(coat, 1.1), z=-0.2)
    subject.limb(
        [(0.55, 0.4), (0.4, 0.6), (0.2, 0.62)], [0.17, 0.11, 0.09], tint(coat, 0.84), z=-0.1
    )
    subject.limb([(-0.45, 0.35), (-0.55, 0.56), (-0.85, 0.62)], [0.14, 0.1, 0.09], coat, z=0)


def draw_coat(subject, stance, marking, coat, second):
    """Stripes or patches on the body, where a marking goes on behind the head."""
    if marking == "tabby":
        dark = tint(coat, 0.45)
        for line, mirrored in BODY_STRIPES[stance]:
            subject.limb(line, [0.09, 0.075, 0.03], dark, z=0.05, both=mirrored)
    if marking == "pied":
        for x, y, width, height in BODY_PATCHES[stance]:
            subject.ellipse(x, y, width, height, second, z=0.05)


BODY_STRIPES = {
    "portrait": [([(0.88, y), (0.6, y + 0.1), (0.3, y + 0.08)], True) for y in (0.8, 1.1, 1.4)],
    "sitting": [([(0.56, y), (0.36, y + 0.1), (0.16, y + 0.08)], True) for y in (0.15, 0.4, 0.65)],
    "lying": [([(x, -0.16), (x + 0.08, 0.1), (x + 0.04, 0.36)], False) for x in (0, 0.26, 0.52)],
}
BODY_PATCHES = {
    "portrait": [(-0.55, 1.0, 0.3, 0.34), (0.5, 1.4, 0.28, 0.26)],
    "sitting": [(-0.32, 0.3, 0.2, 0.26), (0.36, 0.74, 0.2, 0.18)],
    "lying": [(-0.05, 0.1, 0.26, 0.2), (0.6, 0.22, 0.24, 0.24)],
}
"""For each stance: lines and whether they are mirrored, ellipses; in the subject's space."""


def draw_tail(subject, coat, second, tail, start):
    x, y = start
    curves = {
        "long": (
            [(x, y), (x + 0.35, y - 0.1), (x + 0.4, y - 0.5), (x + 0.2, y - 0.8)],
            [0.09, 0.08, 0.07],
        ),
        "up": ([(x, y - 0.1), (x + 0.2, y - 0.3), (x + 0.25, y - 0.6)], [0.09, 0.07, 0.03]),
        "bushy": (
            [(x, y), (x + 0.3, y), (x + 0.45, y - 0.35), (x + 0.4, y - 0.7)],
            [0.08, 0.17, 0.17, 0.04],
        ),
        "thin": ([(x, y), (x + 0.3, y + 0.05), (x + 0.42, y - 0.3)], [0.035, 0.03, 0.02]),
    }  # fmt: skip
    if tail in curves:
        points, widths = curves[tail]
        subject.limb(points, widths, tint(coat, 0.8), z=-0.5)
        if tail == "bushy":
            subject.limb(points[-2:], widths[-2:], tint(coat, 1.4), z=-0.5)


def draw_head(subject, rng, coat, second, ear_colour, looks, width, jaw):
    """A head around (0, 0), about two wide and two high."""
    dark, pale = tint(coat, 0.72), tint(coat, 1.35)
    if looks["extra"] == "mane":
        mane = vary_colour(rng, (150, 92, 44), 16)
        for radius, colour in ((1.62, tint(mane, 0.75)), (1.38, mane)):
            angles = np.arange(36) * (2 * np.pi / 36)
            ring = radius * (1 + 0.09 * rng.standard_normal(36))
            subject.polygon(
                np.stack([np.cos(angles) * ring, np.sin(angles) * ring + 0.1], 1), colour, z=-0.4
            )
    draw_horns(subject, rng, looks["extra"], width)
    draw_ears(subject, looks["ears"], ear_colour, coat, width)
    outline = [(0, -1), (0.55 * width, -0.86), (0.95 * width, -0.35), (width, 0.15),
               (jaw * width, 0.68), (0.42 * jaw * width, 0.98), (0, 1.04)]  # fmt: skip
    outline += [(-x, y) for x, y in outline[-2:0:-1]]
    subject.blob(outline, dark, z=0)
    subject.blob([(x * 0.95 - 0.03, y * 0.95 - 0.04) for x, y in outline], coat, z=0.05)
    subject.ellipse(-0.12 * width, -0.42, 0.6 * width, 0.4, tint(coat, 1.1), z=0.2)
    draw_marking(subject, rng, looks["marking"], coat, second, width)
    if looks["extra"] == "wool":
        wool = vary_colour(rng, (226, 220, 208), 8)
        for x in np.linspace(-0.75, 0.75, 5):
            subject.ellipse(x * width, -0.86 + 0.35 * abs(x), 0.34, 0.3, tint(wool, 0.95), z=0.2)
            subject.ellipse(x * width, -0.9 + 0.35 * abs(x), 0.28, 0.24, wool, z=0.3)
    draw_muzzle(subject, rng, looks["muzzle"], coat, pale, width)
    draw_eyes(subject, rng, looks["eyes"], width)
    if looks["extra"] == "beard":
        subject.blob([(-0.22, 0.85), (0.22, 0.85), (0.06, 1.5), (-0.04, 1.45)], pale, z=0.5)


def draw_horns(subject, rng, extra, width):
    bone = (206, 192, 160)
    if extra == "horns":
        subject.limb(
            [(0.5 * width, -0.8), (1.0, -1.05), (1.15, -1.5)],
            [0.15, 0.12, 0.03],
            bone,
            z=-0.1,
            both=True,
        )
    if extra == "beard":
        subject.limb(
            [(0.3, -0.85), (0.55, -1.4), (0.95, -1.6)],
            [0.14, 0.1, 0.03],
            tint(bone, 0.75),
            z=-0.1,
            both=True,
        )
    if extra == "antlers":
        brown = (132, 104, 74)
        subject.limb(
            [(0.3, -0.85), (0.7, -1.4), (0.75, -2.0)], [0.08, 0.07, 0.03], brown, z=-0.1, both=True
        )
        subject.limb(
            [(0.62, -1.3), (1.05, -1.55), (1.2, -1.9)], [0.06, 0.05, 0.02], brown, z=-0.1, both=True
        )
        subject.limb(
            [(0.7, -1.55), (0.4, -1.8), (0.35, -2.05)], [0.05, 0.04, 0.02], brown, z=-0.1, both=True
        )


def draw_ears(subject, ears, colour, coat, width):
    dark, inner = tint(colour, 0.8), mix(tint(colour, 1.1), PINK, 0.55)
    w = width
    pointed = {
        "pointed": (0.78, -1.62),
        "wide": (1.05, -1.45),
        "tall": (0.8, -1.95),
        "tufted": (0.85, -1.7),
    }
    if ears in pointed:
        x, y = pointed[ears]
        x *= w
        tip = [(x, y), (x, y)]
        subject.blob(
            [(0.22 * w, -0.85), *tip, (1.0 * w, -0.25), (0.6 * w, -0.4)], dark, z=-0.15, both=True
        )
        centre = np.array([0.66 * w, -0.8])
        small = [
            tuple(centre + 0.62 * (np.array(p) - centre))
            for p in [(0.3 * w, -0.85), *tip, (0.95 * w, -0.35)]
        ]
        subject.blob(small, inner, z=-0.1, both=True)
        if ears == "tufted":
            subject.limb(
                [(x, y + 0.1), (x + 0.06, y - 0.4)], [0.06, 0.01], BLACK, z=-0.1, both=True
            )
    round_ears = {  # x, y, width, height, share of the inner ear
        "round": (0.76, -0.78, 0.36, 0.36, 0.55),
        "huge": (0.95, -0.85, 0.62, 0.62, 0.72),
        "fluffy": (1.08, -0.62, 0.55, 0.5, 0.5),
        "low": (1.12, -0.05, 0.34, 0.4, 0.6),
    }
    if ears in round_ears:
        x, y, a, b, share = round_ears[ears]
        subject.ellipse(x * w, y, a, b, dark, z=-0.15, both=True)
        subject.ellipse(x * w, y + 0.04, a * share, b * share, inner, z=-0.1, both=True)
    if ears == "long":
        subject.ellipse(0.42 * w, -1.6, 0.25, 0.85, dark, z=-0.15, both=True, angle=10)
        subject.ellipse(0.42 * w, -1.6, 0.13, 0.65, inner, z=-0.1, both=True, angle=10)
    if ears == "fan":
        fan = [(0.7, -0.8), (1.5, -1.05), (2.05, -0.4), (1.85, 0.55), (1.2, 0.85), (0.75, 0.3)]
        subject.blob(fan, dark, z=-0.3, both=True)
        subject.blob(
            [(0.85 + 0.72 * (x - 0.7), 0.8 * y) for x, y in fan],
            mix(colour, PINK, 0.25),
            z=-0.2,
            both=True,
        )
    if ears == "side":
        subject.blob(
            [
                (0.75 * w, -0.62),
                (1.2 * w, -0.72),
                (1.75 * w, -0.42),
                (1.3 * w, -0.2),
                (0.8 * w, -0.3),
            ],
            dark,
            z=-0.1,
            both=True,
        )
        subject.blob(
            [(0.95 * w, -0.52), (1.25 * w, -0.58), (1.55 * w, -0.42), (1.25 * w, -0.32)],
            inner,
            z=-0.05,
            both=True,
        )
    if ears == "flap":
        subject.blob(
            [(0.3 * w, -0.85), (0.95 * w, -1.35), (1.25 * w, -0.5), (0.8 * w, -0.35)],
            dark,
            z=0.3,
            both=True,
        )
    if ears == "hanging":
        subject.blob(
            [
                (0.5 * w, -0.9),
                (0.95 * w, -0.85),
                (1.3 * w, -0.1),
                (1.28 * w, 0.65),
                (0.98 * w, 0.7),
                (0.85 * w, -0.1),
            ],
            dark,
            z=-0.05,
            both=True,
        )
        subject.blob(
            [
                (0.62 * w, -0.82),
                (0.95 * w, -0.75),
                (1.2 * w, -0.05),
                (1.16 * w, 0.5),
                (1.0 * w, 0.4),
            ],
            colour,
            z=0,
            both=True,
        )
    if ears == "folded":
        subject.blob(
            [(0.25 * w, -0.85), (0.6 * w, -1.4), (0.85 * w, -1.3), (0.98 * w, -0.4)],
            dark,
            z=-0.15,
            both=True,
        )
        subject.blob(
            [
                (0.5 * w, -1.32),
                (0.9 * w, -1.36),
                (1.2 * w, -0.7),
                (1.14 * w, -0.55),
                (0.75 * w, -0.95),
            ],
            colour,
            z=0,
            both=True,
        )


def draw_marking(subject, rng, marking, coat, second, width):
    if marking in ("stripes", "tiger", "tabby"):
        stripe = BLACK if marking == "tiger" else tint(coat, 0.5)
        half = 0.05 if marking == "stripes" else 0.08
        for x in (-0.32, 0, 0.32):
            subject.limb([(x * 1.3, -0.95), (x, -0.55)], [half, 0.3 * half], stripe, z=0.25)
        for y in (-0.05, 0.25, 0.5):
            subject.limb(
                [(0.96 * width * (1 - 0.35 * max(0, y)), y), (0.6 * width, y + 0.06)],
                [half, 0.3 * half],
                stripe,
                z=0.1,
                both=True,
            )
    if marking == "blaze":
        subject.blob(
            [
                (-0.06, -0.98),
                (0.06, -0.98),
                (0.12, -0.2),
                (0.42, 0.45),
                (0, 1.0),
                (-0.42, 0.45),
                (-0.12, -0.2),
            ],
            WHITE,
            z=0.25,
        )
    if marking in ("patch", "pied"):
        side = 1 if rng.random() < 0.5 else -1
        subject.blob(
            [
                (side * x, y)
                for x, y in [(0.1, -0.7), (0.6, -0.8), (0.85, -0.2), (0.6, 0.2), (0.2, 0.05)]
            ],
            second,
            z=0.2,
        )
    if marking == "mask":
        subject.blob(
            [(-0.7, -0.3), (0, -0.5), (0.7, -0.3), (0.6, 0.5), (0, 0.98), (-0.6, 0.5)],
            tint(coat, 0.5),
            z=0.2,
        )
    if marking == "cheeks":
        subject.blob(
            [(0.1, 0.3), (0.6, 0.0), (0.98 * width, 0.2), (0.55, 0.75), (0.1, 0.95)],
            WHITE,
            z=0.15,
            both=True,
        )
    if marking == "bandit":
        subject.blob(
            [(0.08, -0.3), (0.6, -0.35), (0.95 * width, 0.2), (0.6, 0.3), (0.1, 0.1)],
            BLACK,
            z=0.2,
            both=True,
        )
        subject.limb([(0.2, -0.48), (0.8 * width, -0.4)], [0.1, 0.06], WHITE, z=0.2, both=True)
    if marking == "panda":
        subject.ellipse(0.45, -0.08, 0.24, 0.32, BLACK, z=0.3, both=True, angle=30)
    if marking == "spots":
        for x, y, size in rng.uniform((-0.75, -0.85, 0.06), (0.75, 0.3, 0.15), (11, 3)).tolist():
            subject.ellipse(x * width, y, size, size * 0.85, tint(second, 0.7), z=0.2)


def draw_eyes(subject, rng, eyes, width):
    x, y = 0.43 * width, -0.12
    iris = choose(rng, ((150, 180, 90), (214, 176, 72), (110, 160, 190)))
    if eyes == "slit":
        subject.blob(
            [(x - 0.24, y + 0.06), (x, y - 0.19), (x + 0.24, y - 0.05), (x, y + 0.16)],
            BLACK,
            z=0.5,
            both=True,
        )
        subject.ellipse(x, y, 0.17, 0.145, iris, z=0.52, both=True)
        subject.ellipse(x, y, 0.055, 0.14, BLACK, z=0.54, both=True)
    elif eyes == "wide":
        subject.ellipse(x, y, 0.21, 0.2, BLACK, z=0.5, both=True)
        subject.ellipse(x, y, 0.18, 0.17, iris, z=0.52, both=True)
        subject.ellipse(x, y, 0.12, 0.13, BLACK, z=0.54, both=True)
    elif eyes == "bead":
        subject.ellipse(x * 0.95, y, 0.11, 0.12, BLACK, z=0.5, both=True)
    else:
        subject.ellipse(x, y, 0.17, 0.17, BLACK, z=0.5, both=True)
        subject.ellipse(x, y, 0.13, 0.13, (92, 58, 34), z=0.52, both=True)
        subject.ellipse(x, y, 0.08, 0.08, BLACK, z=0.54, both=True)
    subject.ellipse(x - 0.06, y - 0.07, 0.045, 0.045, WHITE, z=0.56)
    subject.ellipse(-x - 0.06, y - 0.07, 0.045, 0.045, WHITE, z=0.56)


def draw_muzzle(subject, rng, muzzle, coat, pale, width):
    dark = tint(coat, 0.7)
    if muzzle in ("cat", "bigcat"):
        big = 1.0 if muzzle == "cat" else 1.4
        subject.ellipse(0.17 * big, 0.5, 0.24 * big, 0.2 * big, pale, z=0.6, both=True)
        subject.ellipse(0, 0.7, 0.15 * big, 0.12 * big, pale, z=0.55)
        subject.blob(
            [(-0.15 * big, 0.24), (0.15 * big, 0.24), (0, 0.42), (0, 0.42)],
            PINK if rng.random() < 0.6 else BLACK,
            z=0.7,
        )
        subject.limb(
            [(0, 0.4), (0.05, 0.58), (0.22 * big, 0.6)], [0.02, 0.02], BLACK, z=0.7, both=True
        )
        whisker = WHITE if sum(coat) < 500 else (90, 84, 80)
        for y in (0.32, 0.46, 0.62):
            subject.limb([(0.3, 0.48), (1.25, y)], [0.018, 0.006], whisker, z=0.65, both=True)
    if muzzle in ("dog", "flat", "bear"):
        long = {"dog": 1.0, "flat": 0.7, "bear": 0.85}[muzzle]
        shade = pale if muzzle == "bear" or rng.random() < 0.5 else tint(coat, 1.15)
        shade = tint(coat, 0.45) if muzzle == "flat" else shade
        subject.blob(
            [
                (-0.26, 0.0),
                (0.26, 0.0),
                (0.56, 0.5),
                (0.42, 0.92 * long),
                (0, 1.05 * long),
                (-0.42, 0.92 * long),
                (-0.56, 0.5),
            ],
            tint(shade, 0.9),
            z=0.5,
        )
        subject.ellipse(0.22, 0.58 * long, 0.28, 0.27 * long, shade, z=0.8, both=True)
        subject.blob(
            [(-0.26, 0.2), (0.26, 0.2), (0.2, 0.42), (0, 0.5), (-0.2, 0.42)], BLACK, z=0.95
        )
        subject.ellipse(-0.08, 0.26, 0.07, 0.04, (110, 108, 112), z=0.97)
        if muzzle == "dog" and rng.random() < 0.5:
            subject.blob(
                [(-0.14, 0.84), (0.14, 0.84), (0.15, 1.2), (0, 1.32), (-0.15, 1.2)],
                (212, 96, 104),
                z=0.8,
            )
        subject.limb(
            [(0, 0.45), (0.04, 0.72 * long), (0.4, 0.78 * long)],
            [0.025, 0.02],
            BLACK,
            z=0.9,
            both=True,
        )
    if muzzle == "long":
        subject.blob(
            [(-0.28, -0.05), (0.28, -0.05), (0.34, 0.6), (0.2, 1.1), (-0.2, 1.1), (-0.34, 0.6)],
            tint(coat, 0.85),
            z=0.6,
        )
        subject.blob(
            [(-0.2, 0.0), (0.2, 0.0), (0.22, 0.6), (0.12, 1.0), (-0.12, 1.0), (-0.22, 0.6)],
            tint(coat, 1.15),
            z=0.8,
        )
        subject.ellipse(0, 1.0, 0.19, 0.14, BLACK, z=1.1)
    if muzzle == "snout":
        subject.ellipse(0, 0.4, 0.42, 0.34, tint(coat, 0.82), z=0.7)
        subject.ellipse(0, 0.4, 0.36, 0.28, mix(coat, PINK, 0.4), z=0.9)
        subject.ellipse(0.14, 0.4, 0.07, 0.11, tint(coat, 0.4), z=0.95, both=True)
        subject.limb([(-0.35, 0.84), (0, 0.92), (0.35, 0.84)], [0.02, 0.02], tint(coat, 0.4), z=0.6)
    if muzzle == "broad":
        nose = mix(coat, PINK, 0.5)
        subject.ellipse(0, 0.72, 0.56 * width + 0.1, 0.4, tint(nose, 0.85), z=0.7)
        subject.ellipse(0, 0.68, 0.5 * width + 0.1, 0.34, nose, z=0.8)
        subject.ellipse(0.24, 0.6, 0.09, 0.07, BLACK, z=0.9, both=True)
        subject.limb([(-0.3, 0.9), (0, 0.95), (0.3, 0.9)], [0.02, 0.02], BLACK, z=0.85)
    if muzzle == "rabbit":
        subject.ellipse(0.15, 0.5, 0.22, 0.2, pale, z=0.6, both=True)
        subject.blob([(-0.1, 0.3), (0.1, 0.3), (0, 0.42)], PINK, z=0.7)
        subject.polygon([(-0.09, 0.64), (0.09, 0.64), (0.08, 0.88), (-0.08, 0.88)], WHITE, z=0.65)
        subject.limb([(0, 0.42), (0, 0.6)], [0.02, 0.02], BLACK, z=0.7)
    if muzzle == "mouse":
        subject.blob(
            [(-0.3, 0.3), (0.3, 0.3), (0.12, 0.95), (-0.12, 0.95)], tint(coat, 1.15), z=0.6
        )
        subject.ellipse(0, 0.95, 0.12, 0.1, PINK, z=0.9)
        for y in (0.6, 0.8):
            subject.limb([(0.15, 0.75), (0.8, y)], [0.015, 0.005], BLACK, z=0.7, both=True)
    if muzzle == "monkey":
        skin = (216, 176, 140)
        subject.ellipse(0.32, -0.18, 0.38, 0.36, skin, z=0.3, both=True)
        subject.ellipse(0, 0.48, 0.6, 0.46, skin, z=0.5)
        subject.ellipse(0.09, 0.3, 0.05, 0.04, BLACK, z=0.7, both=True)
        subject.limb(
            [(-0.35, 0.58), (0, 0.68), (0.35, 0.58)], [0.025, 0.025], (120, 60, 50), z=0.65
        )
    if muzzle == "koala":
        subject.ellipse(0, 0.28, 0.22, 0.36, BLACK, z=0.8)
        subject.limb([(-0.25, 0.76), (0, 0.82), (0.25, 0.76)], [0.025, 0.025], dark, z=0.7)
    if muzzle == "trunk":
        swing = uniform(rng, (-0.5, 0.5))[0]
        subject.limb(
            [(0.3, 0.7), (0.55, 1.1), (0.95, 1.2)], [0.09, 0.08, 0.02], WHITE, z=0.6, both=True
        )
        path = np.array([(0, 0.1), (0.02, 0.7), (0.3 * swing, 1.25), (swing, 1.7)])
        subject.limb(path, [0.36, 0.3, 0.22, 0.15], dark, z=0.6)
        subject.limb(path - (0.04, 0), [0.3, 0.24, 0.17, 0.1], coat, z=0.7)
        for y in (0.45, 0.75, 1.0):
            subject.limb([(-0.22, y), (0.2, y)], [0.012, 0.012], dark, z=0.8)
