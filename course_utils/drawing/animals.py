"""Heads and bodies of animals: cats and dogs, and others that a base is trained on.

An animal is chosen from tables: each entry of a kind is a tuple of alternatives. With the knob
`variation` at 0 the first alternative is always drawn; at 1 all are as likely as each other.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import NamedTuple

import numpy as np

from course_utils.drawing.scene import Subject, mix, tint, vary_colour
from course_utils.drawing.strokes import choose, parse_points, picker, uniform

WHITE, BLACK, PINK, CREAM = (240, 238, 232), (34, 32, 34), (222, 150, 150), (232, 214, 180)
GREY, BROWN, GINGER, TAN = (138, 138, 142), (112, 78, 54), (208, 134, 68), (198, 160, 112)
FAWN, SLATE, GOLD = (172, 132, 92), (92, 98, 108), (214, 168, 84)
RED_FOX, TIGER, PIGLET, PIG = (190, 106, 48), (222, 138, 52), (232, 176, 170), (214, 150, 140)
MANE, WOOL, DARK_WOOL, BONE = (150, 92, 44), (226, 220, 208), (92, 80, 74), (206, 192, 160)
ANTLER, SKIN, LIPS, TONGUE = (132, 104, 74), (216, 176, 140), (120, 60, 50), (212, 96, 104)
WHISKER, GLEAM, DARK_IRIS = (90, 84, 80), (110, 108, 112), (92, 58, 34)
IRISES = ((150, 180, 90), (214, 176, 72), (110, 160, 190))

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
        coat=(GINGER, RED_FOX), ears=("tall",), muzzle=("long",), width=(1.1,), jaw=(0.45,),
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
        coat=(TIGER, GINGER), ears=("round",), muzzle=("bigcat",), width=(1.12,),
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
        coat=(PIGLET, PIG, SLATE), ears=("flap",), muzzle=("snout",),
        marking=("none", "spots"), eyes=("bead",), tail=("thin",),
    ),
    "cow": Kind(
        coat=(WHITE, BROWN, BLACK, TAN), ears=("side",), muzzle=("broad",), width=(0.82,),
        jaw=(0.7,), extra=("horns", "none"), marking=("patch", "spots", "blaze"), eyes=("round",),
    ),
    "sheep": Kind(
        coat=(DARK_WOOL, CREAM, BLACK), ears=("side",), muzzle=("broad",), width=(0.8,),
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
    table, pick = KINDS[kind], picker(rng, knobs.variation)
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


class Part(NamedTuple):
    """A stroke of a drawing in a table.

    pen: "blob", "polygon", "ellipse" (its middle and its half-axes) or "limb"; with an s at the
        end, one on each side.
    colour: (red, green, blue), or a function of the colour of what the part belongs to.
    z: how far in front.
    points: "x,y x,y …" in the subject's space; "w" after an x stands for widths of the head.
    widths: of a limb.
    angle: of an ellipse, in degrees.
    """

    pen: str
    colour: tuple | Callable
    z: float
    points: str
    widths: tuple = ()
    angle: float = 0.0


@cache
def points_of(text):
    """The points (n, 2), and for each the share of its x that is in widths: 0 or 1."""
    wide = [["w" in point, False] for point in text.split()]
    return parse_points(text.replace("w", "")), np.array(wide)


def draw(subject, parts, coat, width=1.0):
    for part in parts:
        colour = part.colour(coat) if callable(part.colour) else part.colour
        points, wide = points_of(part.points)
        points = points * np.where(wide, width, 1.0)
        pen, both = part.pen.removesuffix("s"), part.pen.endswith("s")
        if pen == "limb":
            subject.limb(points, part.widths, colour, part.z, both)
        elif pen == "ellipse":
            subject.ellipse(*points.ravel(), colour, part.z, both, part.angle)
        else:
            getattr(subject, pen)(points, colour, part.z, both)


def shade(factor):
    return partial(tint, factor=factor)


def rosy(share):
    return partial(mix, other=PINK, share=share)


SHOULDERS = (  # what a portrait shows of a body
    Part("blob", shade(0.88), -0.3, "-.55,.3 .55,.3 .85,.9 .9,1.9 -.9,1.9 -.85,.9"),
    Part("blob", shade(1.12), -0.1, "-.28,.45 .28,.45 .36,1.7 -.36,1.7"),
)
HAUNCH = Part("ellipses", shade(0.82), -0.1, ".38,.78 .26,.2")
FORELEGS = (
    Part("limbs", shade(1), 0.1, ".16,.2 .17,.6 .2,.93", (0.13, 0.1, 0.12)),
    Part("ellipses", shade(1.15), 0.2, ".21,.95 .14,.08"),
)
LYING = (
    Part("blob", shade(0.9), -0.3, "-.6,-.05 0,-.18 .6,-.1 .95,.25 .85,.6 -.5,.62 -.75,.3"),
    Part("blob", shade(1.1), -0.2, "-.4,.3 .5,.38 .7,.55 -.4,.6"),
    Part("limb", shade(0.84), -0.1, ".55,.4 .4,.6 .2,.62", (0.17, 0.11, 0.09)),
    Part("limb", shade(1), 0, "-.45,.35 -.55,.56 -.85,.62", (0.14, 0.1, 0.09)),
)
HORNS = {
    "horns": (Part("limbs", BONE, -0.1, ".5w,-.8 1,-1.05 1.15,-1.5", (0.15, 0.12, 0.03)),),
    "beard": (
        Part("limbs", tint(BONE, 0.75), -0.1, ".3,-.85 .55,-1.4 .95,-1.6", (0.14, 0.1, 0.03)),
    ),
    "antlers": (
        Part("limbs", ANTLER, -0.1, ".3,-.85 .7,-1.4 .75,-2", (0.08, 0.07, 0.03)),
        Part("limbs", ANTLER, -0.1, ".62,-1.3 1.05,-1.55 1.2,-1.9", (0.06, 0.05, 0.02)),
        Part("limbs", ANTLER, -0.1, ".7,-1.55 .4,-1.8 .35,-2.05", (0.05, 0.04, 0.02)),
    ),
}
POINTED_EARS = {  # the tip
    "pointed": (0.78, -1.62), "wide": (1.05, -1.45), "tall": (0.8, -1.95), "tufted": (0.85, -1.7),
}  # fmt: skip
ROUND_EARS = {  # x, y, width, height, share of the inner ear
    "round": (0.76, -0.78, 0.36, 0.36, 0.55),
    "huge": (0.95, -0.85, 0.62, 0.62, 0.72),
    "fluffy": (1.08, -0.62, 0.55, 0.5, 0.5),
    "low": (1.12, -0.05, 0.34, 0.4, 0.6),
}
EAR = shade(0.8)


def inner_ear(colour):
    return mix(tint(colour, 1.1), PINK, 0.55)


EARS = {
    "long": (
        Part("ellipses", EAR, -0.15, ".42w,-1.6 .25,.85", angle=10),
        Part("ellipses", inner_ear, -0.1, ".42w,-1.6 .13,.65", angle=10),
    ),
    "side": (
        Part("blobs", EAR, -0.1, ".75w,-.62 1.2w,-.72 1.75w,-.42 1.3w,-.2 .8w,-.3"),
        Part("blobs", inner_ear, -0.05, ".95w,-.52 1.25w,-.58 1.55w,-.42 1.25w,-.32"),
    ),
    "flap": (Part("blobs", EAR, 0.3, ".3w,-.85 .95w,-1.35 1.25w,-.5 .8w,-.35"),),
    "hanging": (
        Part("blobs", EAR, -0.05, ".5w,-.9 .95w,-.85 1.3w,-.1 1.28w,.65 .98w,.7 .85w,-.1"),
        Part("blobs", shade(1), 0, ".62w,-.82 .95w,-.75 1.2w,-.05 1.16w,.5 1w,.4"),
    ),
    "folded": (
        Part("blobs", EAR, -0.15, ".25w,-.85 .6w,-1.4 .85w,-1.3 .98w,-.4"),
        Part("blobs", shade(1), 0, ".5w,-1.32 .9w,-1.36 1.2w,-.7 1.14w,-.55 .75w,-.95"),
    ),
}
FAN = parse_points(".7,-.8 1.5,-1.05 2.05,-.4 1.85,.55 1.2,.85 .75,.3")
MARKINGS = {
    "blaze": (
        Part("blob", WHITE, 0.25, "-.06,-.98 .06,-.98 .12,-.2 .42,.45 0,1 -.42,.45 -.12,-.2"),
    ),
    "mask": (Part("blob", shade(0.5), 0.2, "-.7,-.3 0,-.5 .7,-.3 .6,.5 0,.98 -.6,.5"),),
    "cheeks": (Part("blobs", WHITE, 0.15, ".1,.3 .6,0 .98w,.2 .55,.75 .1,.95"),),
    "bandit": (
        Part("blobs", BLACK, 0.2, ".08,-.3 .6,-.35 .95w,.2 .6,.3 .1,.1"),
        Part("limbs", WHITE, 0.2, ".2,-.48 .8w,-.4", (0.1, 0.06)),
    ),
    "panda": (Part("ellipses", BLACK, 0.3, ".45,-.08 .24,.32", angle=30),),
}
MUZZLES = {
    "long": (
        Part("blob", shade(0.85), 0.6, "-.28,-.05 .28,-.05 .34,.6 .2,1.1 -.2,1.1 -.34,.6"),
        Part("blob", shade(1.15), 0.8, "-.2,0 .2,0 .22,.6 .12,1 -.12,1 -.22,.6"),
        Part("ellipse", BLACK, 1.1, "0,1 .19,.14"),
    ),
    "snout": (
        Part("ellipse", shade(0.82), 0.7, "0,.4 .42,.34"),
        Part("ellipse", rosy(0.4), 0.9, "0,.4 .36,.28"),
        Part("ellipses", shade(0.4), 0.95, ".14,.4 .07,.11"),
        Part("limb", shade(0.4), 0.6, "-.35,.84 0,.92 .35,.84", (0.02, 0.02)),
    ),
    "rabbit": (
        Part("ellipses", shade(1.35), 0.6, ".15,.5 .22,.2"),
        Part("blob", PINK, 0.7, "-.1,.3 .1,.3 0,.42"),
        Part("polygon", WHITE, 0.65, "-.09,.64 .09,.64 .08,.88 -.08,.88"),
        Part("limb", BLACK, 0.7, "0,.42 0,.6", (0.02, 0.02)),
    ),
    "mouse": (
        Part("blob", shade(1.15), 0.6, "-.3,.3 .3,.3 .12,.95 -.12,.95"),
        Part("ellipse", PINK, 0.9, "0,.95 .12,.1"),
        *(Part("limbs", BLACK, 0.7, f".15,.75 .8,{y}", (0.015, 0.005)) for y in (0.6, 0.8)),
    ),
    "monkey": (
        Part("ellipses", SKIN, 0.3, ".32,-.18 .38,.36"),
        Part("ellipse", SKIN, 0.5, "0,.48 .6,.46"),
        Part("ellipses", BLACK, 0.7, ".09,.3 .05,.04"),
        Part("limb", LIPS, 0.65, "-.35,.58 0,.68 .35,.58", (0.025, 0.025)),
    ),
    "koala": (
        Part("ellipse", BLACK, 0.8, "0,.28 .22,.36"),
        Part("limb", shade(0.7), 0.7, "-.25,.76 0,.82 .25,.76", (0.025, 0.025)),
    ),
}
BEARD = Part("blob", shade(1.35), 0.5, "-.22,.85 .22,.85 .06,1.5 -.04,1.45")
TONGUE_OUT = Part("blob", TONGUE, 0.8, "-.14,.84 .14,.84 .15,1.2 0,1.32 -.15,1.2")


def shoulders(subject, coat, second, looks):
    draw(subject, SHOULDERS, coat)


def sitting(subject, coat, second, looks, lean):
    draw_tail(subject, coat, second, looks["tail"], (0.42, 0.75))
    body = parse_points("-.2,-.25 .2,-.25 .5,.45 .55,.95 -.55,.95 -.5,.45")
    chest = parse_points("-.1,-.1 .1,-.1 .2,.5 -.2,.5")
    for outline in (body, chest):
        outline[:2, 0] += lean  # the shoulders stand beside the haunches
    subject.blob(body, tint(coat, 0.9), z=-0.3)
    draw(subject, (HAUNCH,), coat)
    subject.blob(chest, tint(coat, 1.15), z=0)
    draw(subject, FORELEGS, coat)


def lying(subject, coat, second, looks):
    draw_tail(subject, coat, second, looks["tail"], (0.85, 0.35))
    draw(subject, LYING, coat)


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
    if looks["extra"] == "mane":
        mane = vary_colour(rng, MANE, 16)
        for radius, colour in ((1.62, tint(mane, 0.75)), (1.38, mane)):
            angles = np.arange(36) * (2 * np.pi / 36)
            ring = radius * (1 + 0.09 * rng.standard_normal(36))
            subject.polygon(
                np.stack([np.cos(angles) * ring, np.sin(angles) * ring + 0.1], 1), colour, z=-0.4
            )
    draw(subject, HORNS.get(looks["extra"], ()), coat, width)
    draw_ears(subject, looks["ears"], ear_colour, width)
    outline = [(0, -1), (0.55 * width, -0.86), (0.95 * width, -0.35), (width, 0.15),
               (jaw * width, 0.68), (0.42 * jaw * width, 0.98), (0, 1.04)]  # fmt: skip
    outline += [(-x, y) for x, y in outline[-2:0:-1]]
    subject.blob(outline, tint(coat, 0.72), z=0)
    subject.blob([(x * 0.95 - 0.03, y * 0.95 - 0.04) for x, y in outline], coat, z=0.05)
    subject.ellipse(-0.12 * width, -0.42, 0.6 * width, 0.4, tint(coat, 1.1), z=0.2)
    draw_marking(subject, rng, looks["marking"], coat, second, width)
    if looks["extra"] == "wool":
        wool = vary_colour(rng, WOOL, 8)
        for x in np.linspace(-0.75, 0.75, 5):
            subject.ellipse(x * width, -0.86 + 0.35 * abs(x), 0.34, 0.3, tint(wool, 0.95), z=0.2)
            subject.ellipse(x * width, -0.9 + 0.35 * abs(x), 0.28, 0.24, wool, z=0.3)
    draw_muzzle(subject, rng, looks["muzzle"], coat, width)
    draw_eyes(subject, rng, looks["eyes"], width)
    if looks["extra"] == "beard":
        draw(subject, (BEARD,), coat)


def draw_ears(subject, ears, colour, width):
    dark, inner = tint(colour, 0.8), inner_ear(colour)
    if ears in POINTED_EARS:
        tip = POINTED_EARS[ears]
        outer = np.array([(0.22, -0.85), tip, tip, (1.0, -0.25), (0.6, -0.4)]) * (width, 1)
        subject.blob(outer, dark, z=-0.15, both=True)
        centre = np.array([0.66 * width, -0.8])
        small = np.array([(0.3, -0.85), tip, tip, (0.95, -0.35)]) * (width, 1)
        subject.blob(centre + 0.62 * (small - centre), inner, z=-0.1, both=True)
        if ears == "tufted":
            x, y = tip[0] * width, tip[1]
            tuft = [(x, y + 0.1), (x + 0.06, y - 0.4)]
            subject.limb(tuft, [0.06, 0.01], BLACK, z=-0.1, both=True)
    elif ears in ROUND_EARS:
        x, y, a, b, share = ROUND_EARS[ears]
        subject.ellipse(x * width, y, a, b, dark, z=-0.15, both=True)
        subject.ellipse(x * width, y + 0.04, a * share, b * share, inner, z=-0.1, both=True)
    elif ears == "fan":
        subject.blob(FAN, dark, z=-0.3, both=True)
        inner_fan = (FAN - (0.7, 0)) * (0.72, 0.8) + (0.85, 0)
        subject.blob(inner_fan, mix(colour, PINK, 0.25), z=-0.2, both=True)
    else:
        draw(subject, EARS[ears], colour, width)


def draw_marking(subject, rng, marking, coat, second, width):
    draw(subject, MARKINGS.get(marking, ()), coat, width)
    if marking in ("stripes", "tiger", "tabby"):
        stripe = BLACK if marking == "tiger" else tint(coat, 0.5)
        half = 0.05 if marking == "stripes" else 0.08
        for x in (-0.32, 0, 0.32):
            subject.limb([(x * 1.3, -0.95), (x, -0.55)], [half, 0.3 * half], stripe, z=0.25)
        for y in (-0.05, 0.25, 0.5):
            line = [(0.96 * width * (1 - 0.35 * max(0, y)), y), (0.6 * width, y + 0.06)]
            subject.limb(line, [half, 0.3 * half], stripe, z=0.1, both=True)
    if marking in ("patch", "pied"):
        side = 1 if rng.random() < 0.5 else -1
        outline = parse_points(".1,-.7 .6,-.8 .85,-.2 .6,.2 .2,.05") * (side, 1)
        subject.blob(outline, second, z=0.2)
    if marking == "spots":
        for x, y, size in rng.uniform((-0.75, -0.85, 0.06), (0.75, 0.3, 0.15), (11, 3)).tolist():
            subject.ellipse(x * width, y, size, size * 0.85, tint(second, 0.7), z=0.2)


def draw_eyes(subject, rng, eyes, width):
    x, y = 0.43 * width, -0.12
    iris = choose(rng, IRISES)
    if eyes == "slit":
        rim = [(x - 0.24, y + 0.06), (x, y - 0.19), (x + 0.24, y - 0.05), (x, y + 0.16)]
        subject.blob(rim, BLACK, z=0.5, both=True)
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
        subject.ellipse(x, y, 0.13, 0.13, DARK_IRIS, z=0.52, both=True)
        subject.ellipse(x, y, 0.08, 0.08, BLACK, z=0.54, both=True)
    subject.ellipse(x - 0.06, y - 0.07, 0.045, 0.045, WHITE, z=0.56)
    subject.ellipse(-x - 0.06, y - 0.07, 0.045, 0.045, WHITE, z=0.56)


def draw_muzzle(subject, rng, muzzle, coat, width):
    if muzzle in ("cat", "bigcat"):
        draw_cat_muzzle(subject, rng, coat, 1.0 if muzzle == "cat" else 1.4)
    elif muzzle in ("dog", "flat", "bear"):
        draw_dog_muzzle(subject, rng, coat, muzzle)
    elif muzzle == "broad":
        nose = mix(coat, PINK, 0.5)
        subject.ellipse(0, 0.72, 0.56 * width + 0.1, 0.4, tint(nose, 0.85), z=0.7)
        subject.ellipse(0, 0.68, 0.5 * width + 0.1, 0.34, nose, z=0.8)
        subject.ellipse(0.24, 0.6, 0.09, 0.07, BLACK, z=0.9, both=True)
        subject.limb([(-0.3, 0.9), (0, 0.95), (0.3, 0.9)], [0.02, 0.02], BLACK, z=0.85)
    elif muzzle == "trunk":
        draw_trunk(subject, rng, coat)
    else:
        draw(subject, MUZZLES[muzzle], coat)


def draw_cat_muzzle(subject, rng, coat, big):
    pale = tint(coat, 1.35)
    subject.ellipse(0.17 * big, 0.5, 0.24 * big, 0.2 * big, pale, z=0.6, both=True)
    subject.ellipse(0, 0.7, 0.15 * big, 0.12 * big, pale, z=0.55)
    nose = [(-0.15 * big, 0.24), (0.15 * big, 0.24), (0, 0.42), (0, 0.42)]
    subject.blob(nose, PINK if rng.random() < 0.6 else BLACK, z=0.7)
    mouth = [(0, 0.4), (0.05, 0.58), (0.22 * big, 0.6)]
    subject.limb(mouth, [0.02, 0.02], BLACK, z=0.7, both=True)
    whisker = WHITE if sum(coat) < 500 else WHISKER
    for y in (0.32, 0.46, 0.62):
        subject.limb([(0.3, 0.48), (1.25, y)], [0.018, 0.006], whisker, z=0.65, both=True)


def draw_dog_muzzle(subject, rng, coat, muzzle):
    long = {"dog": 1.0, "flat": 0.7, "bear": 0.85}[muzzle]
    shade = tint(coat, 1.35 if muzzle == "bear" or rng.random() < 0.5 else 1.15)
    shade = tint(coat, 0.45) if muzzle == "flat" else shade
    bridge = parse_points("-.26,0 .26,0 .56,.5 .42,.92 0,1.05 -.42,.92 -.56,.5")
    bridge[3:6, 1] *= long
    subject.blob(bridge, tint(shade, 0.9), z=0.5)
    subject.ellipse(0.22, 0.58 * long, 0.28, 0.27 * long, shade, z=0.8, both=True)
    subject.blob(parse_points("-.26,.2 .26,.2 .2,.42 0,.5 -.2,.42"), BLACK, z=0.95)
    subject.ellipse(-0.08, 0.26, 0.07, 0.04, GLEAM, z=0.97)
    if muzzle == "dog" and rng.random() < 0.5:
        draw(subject, (TONGUE_OUT,), coat)
    mouth = [(0, 0.45), (0.04, 0.72 * long), (0.4, 0.78 * long)]
    subject.limb(mouth, [0.025, 0.02], BLACK, z=0.9, both=True)


def draw_trunk(subject, rng, coat):
    dark, swing = tint(coat, 0.7), uniform(rng, (-0.5, 0.5))[0]
    tusk = [(0.3, 0.7), (0.55, 1.1), (0.95, 1.2)]
    subject.limb(tusk, [0.09, 0.08, 0.02], WHITE, z=0.6, both=True)
    path = np.array([(0, 0.1), (0.02, 0.7), (0.3 * swing, 1.25), (swing, 1.7)])
    subject.limb(path, [0.36, 0.3, 0.22, 0.15], dark, z=0.6)
    subject.limb(path - (0.04, 0), [0.3, 0.24, 0.17, 0.1], coat, z=0.7)
    for y in (0.45, 0.75, 1.0):
        subject.limb([(-0.22, y), (0.2, y)], [0.012, 0.012], dark, z=0.8)
