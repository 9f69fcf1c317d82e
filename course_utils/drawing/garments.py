"""Ten kinds of clothes, shoes and bags, drawn around (0, 0): a stand-in for Fashion-MNIST."""

import math
from typing import NamedTuple

import numpy as np

from course_utils.drawing.strokes import (
    SIDES,
    SIZE,
    Sketch,
    choose,
    draw_set,
    mirror,
    parse_points,
    random_affine,
    uniform,
)

# A garment is a tuple of layers, from back to front; a layer is a tuple of alternatives, one of
# which is drawn; an alternative is parts split by "/"; a part is a shade, a pen and points. Where
# two lists of points stand, split by "|", a picture takes one shape between these extremes.
# Pens: fill (straight edges), blob (smooth edges), line or curve with a width in pixels; a pen
# that ends in "both" draws the mirror image as well.
TROUSER = (
    (
        "base fillboth -0.2,-12.5 3.4,-12.5 4,-6 3.8,0 3.2,12.5 0.9,12.5 0.8,3 0,-5 -0.2,-5"
        "| -0.2,-12.5 4.4,-12.5 5.8,-6 6.4,0 7.4,12.5 2,12.5 1.3,3 0,-4 -0.2,-4",
        "base fillboth -0.2,-12.5 3.5,-12.5 4.4,-6 3.2,1 2.6,12.5 0.8,12.5 0.5,3 0,-5 -0.2,-5"
        "| -0.2,-12.5 4,-12.5 5,-6 3.8,3 6.6,12.5 2.6,12.5 1,3 0,-5 -0.2,-5",
    ),
    ("tone lineboth0.5 2.2,-8 2.2,12 | 3,-8 5,12", ""),
    ("dark line0.5 -3.6,-11 3.6,-11 | -4.8,-11 4.8,-11", ""),
    ("dark line0.4 0,-11 0,-5",),
    ("", "", "dark lineboth0.5 1.8,-10.5 3.6,-8 | 2.4,-10.5 5,-8"),
)
SANDAL = (
    (
        "",
        "tone fill 6,3 11,3 11,6 7,6 | 7,-2 11,-3.5 11,9.8 8.5,9.8",
        "tone fill 6,3 11,3 11,6 7,6 | 9,-2 11,-3.5 10.8,9.8 9.8,9.8",
        "tone fill -9,5 4,3 11,3 11,6.6 -9,6.6 | -7,8.3 4,0.5 11,-3.5 11.5,9.8 -8,9.8",
    ),
    (
        "tone blob -12,4 -7,4.2 -2,3.6 4,3 11.5,2.6 11.8,5.4 4,5.6 -2,6 -7,6.2 -11.6,6"
        "| -12,7.8 -7,7.8 -2,5.5 4,0.3 11,-3.8 11.4,-1.8 5,2.6 -1.4,7.8 -7,9.8 -11.8,9.8",
    ),
    (
        "base fill -10.4,4.4 -8.8,0.8 -3.8,-1 -2.4,4 | -10.4,8.2 -9,4.4 -4.4,2 -2.4,6.2",
        "base fill -10.4,4.4 -9.8,2 -7.4,0.8 -7,4.4 | -10.4,8.2 -9.6,5 -7.6,3.8 -7,8.2"
        "/ base fill -5.6,4.2 -5.2,0 -2.6,-1 -1.8,4 | -5.6,7.4 -5.2,3 -2.8,1.4 -1.8,5.6",
        "base line1.6 -10,4.4 -3,-1 | -9.8,8 -3.6,1.6 / dark line1.6 -9,1 -2.4,4 | -9,4.6 -2.4,6.4",
        "base blob -12,4.4 -11.6,2 -8,0.2 -4,-0.8 -3,4 | -12,8 -11.8,6 -8.4,4 -4.6,2.6 -3,6.6",
        "base blob -12,4.4 -11.6,2 -8,0 -3,-1.6 1,-2.4 2,3.6 | -12,8 -11.6,6 -8,3.6 -3,0 0,-1 1,4",
        "base curve1.3 -9,4.2 -6,0.6 -1,-2.2 | -9,8 -6.5,4.4 -2,0",
    ),
    (
        "",
        "base fill -0.8,3.6 -0.4,-1.6 1.8,-2.2 2.2,3.4 | 0,4 -0.6,-0.6 1.4,-2 2.6,1.8",
        "base line1.3 -4,0 3.5,-4.2 | -4.4,3 3.5,-7.2",
        "base curve1.2 4.4,3 5,-0.4 3.5,-4.2 | 5,0 5.4,-3 3.5,-7.2",
    ),
    (
        "",
        "base fill 8.4,2.8 9.8,-4 11.2,-4 11.8,2.6 | 8,-2 9.4,-9 10.8,-9 11.4,-3",
        "base blob 3,3.4 6.6,-0.4 9.6,-4 11.4,-4 11.8,2.8 | 4,0.6 7,-4 9.4,-8 10.8,-9 11.4,-3",
        "base line1.2 11,2.8 10.4,-4.2 | 10.8,-3.4 10.2,-9",
        "base line1.1 7,3 10.2,-4.4 | 7,-0.8 10.2,-9",
    ),
    (
        "",
        "base curve1 3.4,-4 6.5,-2.6 10.4,-4.2 | 3.4,-7.2 6.5,-6.6 10.2,-9"
        "/ base line1 11,2.8 10.4,-4.2 | 10.8,-3.4 10.2,-9"
        "/ tone curve0.8 3.4,-4 6.8,-5.2 10.4,-4.2 | 3.4,-7.2 7,-9 10.2,-9",
        "base curve1.5 3.4,-4 6.5,-2.8 10.4,-4.2 | 3.4,-7.2 6.5,-6.8 10.2,-9"
        "/ base line1 11,2.8 10.4,-4.2 | 10.8,-3.4 10.2,-9",
    ),
)
SNEAKER = (
    (
        "base blob -12.2,4.5 -12.6,1.6 -10,-0.6 -5,-1.2 -1.6,-3.4 1,-4.8 3,-3.8 6,-2.8 9,-3.4"
        " 10.8,-4.2 11.4,-2 11.8,1 11.8,4.5"
        "| -12.2,6.5 -12.6,3.6 -10,1.4 -5,0.4 -1,-4 1,-8 3,-8 6,-7 9,-7.4 10.6,-8.2 11,-5.5 11.5,0"
        " 11.8,6.5",
    ),
    ("dark curve0.8 2,-4 6,-2.6 9,-3 10.6,-3.8 | 2,-7.4 6,-6.6 9,-7 10.4,-7.6",),
    ("", "tone fill 7.6,4 8,0 11,-2.4 11.8,4 | 7.6,6 8,0 10.8,-3.4 11.6,6"),
    (
        "",
        "accent fill -2.4,-1.6 1.8,-2.6 4.4,4 -0.6,4 | -2.6,-1.6 1.6,-3 4.4,6 -0.6,6",
        "accent line0.9 0.4,-2 2.4,4 | 0.6,-2 2.4,6 / accent line0.9 3,-1.8 5,4 | 3,-3 5,6",
        "accent curve0.8 -6,3.4 1,1 10,2.4 | -6,5 1,2 10,3",
    ),
    (
        "",
        "accent curve0.5 -8.2,4 -7.4,2 -8.6,-0.6 | -8.2,6 -7.4,4 -8.6,1.2",
        "light blob -12.2,4 -12.2,1.8 -10,0 -8,1.4 -8.4,4 | -12.2,6 -12.2,3.8 -10,2 -8,3.4 -8.4,6",
    ),
    (
        "lace line0.5 -4.4,-1 -2.6,0.2 | -4.4,0.4 -2.4,1.6"
        "/ lace line0.5 -3,-2 -1,-0.8 | -3.2,-1.4 -1,-0.2"
        "/ lace line0.5 -1.6,-3.2 0.6,-1.8 | -2,-3.2 0.4,-2"
        "/ lace line0.5 -0.2,-4 1.8,-2.8 | -0.8,-5 1.8,-3.8",
        "dark blob -4.8,-0.8 1,-4.2 2.4,-3.2 -2.6,0.4 | -4.8,0.6 0.6,-7 2.4,-6.6 -2.4,1.6",
    ),
    (
        "sole fill -12.6,3.6 -8,4 12,3.6 12.3,5.4 11.4,6.2 -10.6,6.2 -12.4,5.4"
        "| -12.6,5.2 -8,5.6 12,5 12.2,7.4 11.6,8.2 -11,8.2 -12.4,7.4",
    ),
    ("dark line0.4 -12.4,3.7 -8,4 12,3.7 | -12.4,5.3 -8,5.6 12,5.1",),
)
ANKLE_BOOT = (
    (
        "base blob 0.3,-7 0.3,-7 9.8,-7.4 9.8,-7.4 9.6,-2 10.8,2.4 11,7 11,7 4,7 -3,7"
        " -11.6,7 -12.2,4.4 -9.2,2 -4.2,0.2 -0.6,-2.8"
        "| -1,-12 -1,-12 9,-12.3 9,-12.3 8.2,-4.5 10.2,-0.5 10,4 10,4 4,5.6 -3,10.5"
        " -11.6,10.5 -12,8.6 -8.5,6 -3.6,2.5 -1.2,-3",
    ),
    (
        "sole fill 4.4,6.6 11,6.6 11,8.6 4.6,8.6 | 5.6,4.8 10.2,3.8 9.8,11.8 6.4,11.8",
        "sole fill 5.4,6.6 11,6.6 11,8.8 5.6,8.8 | 7.4,4.6 10.2,3.8 9.6,11.8 8.2,11.8",
    ),
    ("sole line0.9 -12,7.4 -3,7.6 4,7.6 11,7.4 | -12,10.8 -3,11 4,6 10,4.2",),
    (
        "",
        "lace line0.5 0.2,-5.4 3,-4.6 | -1,-9.5 1.8,-8.8 / lace line0.5 -0.2,-3.6 2.4,-2.8"
        "| -1,-7 1.8,-6.2 / lace line0.5 -1.4,-2 1.4,-1 | -1.2,-4.4 1.8,-3.6"
        "/ lace line0.5 -3,-0.4 0,0.8 | -1.6,-1.4 1.4,-0.4",
        "accent line0.6 5.8,-6.8 6,5 | 4.6,-11.5 5.2,3",
        "accent fill 3,-6.8 7.4,-7 6.2,0.4 4.4,0.4 | 2,-11.6 6.4,-11.6 5.4,-3.5 3.4,-3.5",
        "accent line1 -0.6,-2.4 9.6,-3.4 | -1.4,-3 8.4,-5",
        "accent line1 -2.6,0 9.8,-1 | -2,-0.4 9,-3 / lace line1.2 6,-0.7 7.2,-0.8 | 5,-2 6,-2.1",
    ),
    ("", "tone line1.4 0.4,-6.4 9.7,-6.8 | -0.9,-11.4 8.9,-11.7"),
    ("tone line0.5 -0.4,-2 3,-0.4 | -1.2,-2.4 3,-1.6",),
    ("", "accent curve0.5 -7.4,7 -6.6,4 -8.4,2 | -7.6,10 -6.4,7.6 -7.6,5.6"),
)
BAG = (
    (
        "",
        "tone curve1.1 -5,-3 -4.6,-7.6 0,-9.6 4.6,-7.6 5,-3 | -4,-4 -4,-9.6 0,-12.6 4,-9.6 4,-4",
        "tone curve1.5 -3,-4 -2.8,-7 0,-7.8 2.8,-7 3,-4 | -3,-5 -2.8,-8 0,-9 2.8,-8 3,-5",
        "tone curve0.8 -9.6,-2 -6,-9 0,-12.4 6,-9 9.6,-2 | -7,-4 -5.4,-10 0,-13 5.4,-10 7,-4",
        "tone curve0.9 -5,-3 -4.2,-8 0,-9.6 4.2,-8 5,-3 | -4,-4 -3.6,-9 0,-11.6 3.6,-9 4,-4"
        "/ dark curve0.8 -4,-3 -3,-6.8 1,-8 5,-6.8 6,-3 | -3,-4 -2.6,-8 1,-10 4.8,-8 5,-4",
    ),
    (
        "base fill -10,-4 10,-4 11,-3 11.6,7 10.6,8.4 -10.6,8.4 -11.6,7 -11,-3"
        "| -7,-5 7,-5 8,-4 9,11 8,12 -8,12 -9,11 -8,-4",
        "base fill -10.6,-4 10.6,-4 11.6,-3 9.4,7 8.6,8 -8.6,8 -9.4,7 -11.6,-3"
        "| -9,-5 9,-5 10,-4 7.4,11 6.6,12 -6.6,12 -7.4,11 -10,-4",
        "base blob -7,-4 7,-4 11,1 11,6 7,8.4 -7,8.4 -11,6 -11,1"
        "| -5,-5 5,-5 8,1 10,8 6,12 -6,12 -10,8 -8,1",
    ),
    (
        "",
        "tone fill -10,-4 10,-4 10.4,1 3,2.6 -3,2.6 -10.4,1 | -7,-5 7,-5 8,2 2,6 -2,6 -8,2"
        "/ dark line0.5 -10.4,1 -3,2.6 3,2.6 10.4,1 | -8,2 -2,6 2,6 8,2",
        "tone fill -10,-4 10,-4 0,4 | -7,-5 7,-5 0,6 / dark line0.5 -10,-3 0,4 10,-3"
        "| -7,-4 0,6 7,-4",
        "dark line0.6 -9.6,-2 9.6,-2 | -7,-2.6 7,-2.6",
        "dark line0.5 -6,1 6,1 6,6 -6,6 -6,1 | -5,2 5,2 5,9 -5,9 -5,2",
        "accent lineboth0.9 6,-4 6,8 | 4.6,-5 4.6,11.6",
        "accent fill -11,4 11,4 11,8 -11,8 | -8.4,7 8.4,7 8,11.8 -8,11.8",
    ),
    ("", "lace fill -0.9,0.6 0.9,0.6 0.9,2.4 -0.9,2.4 | -0.9,3 0.9,3 0.9,5 -0.9,5"),
)


class Part(NamedTuple):
    shade: str
    pen: str
    width: float
    first: np.ndarray
    last: np.ndarray


def parse_parts(text):
    for part in text.split("/"):
        shade, pen, points = part.split(maxsplit=2)
        kind = pen.rstrip("0123456789.")
        width = float(pen[len(kind) :] or 0)
        extremes = [parse_points(side) for side in points.split("|")]
        for side in SIDES if kind.endswith("both") else SIDES[:1]:
            yield Part(
                shade, kind.removesuffix("both"), width, extremes[0] * side, extremes[-1] * side
            )


def parse_layers(layers):
    return [[list(parse_parts(text)) if text else [] for text in layer] for layer in layers]


def draw_layers(sketch, rng, layers, shades):
    between = rng.uniform()
    for layer in layers:
        for part in choose(rng, layer):
            points, shade = part.first + between * (part.last - part.first), shades[part.shade]
            if part.pen in ("fill", "blob"):
                sketch.fill(points, shade, smooth=part.pen == "blob")
            else:
                sketch.stroke(points, shade, part.width, smooth=part.pen == "curve")


# Upper garments: length, half widths of shoulder and chest, waist and hem as shares of the chest,
# rise of the hem at the sides, each from and to; then sleeves, necks and fronts to choose from.
TOP_SHAPES = {
    0: ((20, 24.5), (5.6, 7), (5.5, 7), (0.85, 1), (0.95, 1.1), (0, 0.5)),
    2: ((20, 24.4), (5.2, 6.7), (5.2, 6.8), (0.88, 1.05), (0.9, 1.08), (0, 0.4)),
    3: ((25, 26), (3, 4.6), (3, 4.6), (0.7, 0.95), (1, 2.1), (0, 0.8)),
    4: ((23.5, 26), (5, 6.4), (5, 6.4), (0.82, 1.02), (0.95, 1.25), (0, 0.4)),
    6: ((21.3, 25.4), (4.8, 6.4), (4.8, 6.4), (0.82, 1.02), (0.9, 1.15), (0.3, 2.3)),
}
TOP_PARTS = {
    0: (
        "short short short short short short short short cap cap long none",
        "crew crew crew vee scoop boat",
        "plain plain print print pocket",
    ),
    2: (
        "long long long long long long long long long long long long long short",
        "crew crew vee boat roll roll hood",
        "plain plain bands bands bands print opening",
    ),
    3: (
        "none none none none none cap cap short short long",
        "crew vee scoop scoop straps straps collar",
        "plain plain plain belt belt buttons",
    ),
    4: (
        "long",
        "lapels lapels lapels lapels collar roll hood",
        "opening opening opening opening buttons belt",
    ),
    6: (
        "long long long long long long elbow elbow elbow short cap",
        "collar collar collar collar collar vee crew",
        "buttons buttons buttons buttons plain pocket",
    ),
}
SLEEVES = {"none": (0, 0), "cap": (2.5, 4), "short": (5, 8.5), "elbow": (8, 11), "long": (16, 20)}


def draw_sleeves(sketch, rng, reach, shoulder, armpit, shades):
    long = reach > 12
    angle = math.radians(rng.uniform(8, 19) if long else rng.uniform(18, 48))
    along = np.array([math.sin(angle), math.cos(angle)])
    across = np.array([along[1], -along[0]])
    cuff = shoulder + reach * along - 0.9 * across
    half = rng.uniform(1.2, 1.8) if long else rng.uniform(1.8, 2.6)
    elbow = (shoulder + cuff) / 2 + rng.uniform(0.3, 1) * across
    outer = [shoulder * (0.75, 1) - (0, 0.3), shoulder, elbow + across * (half + 0.3)]
    inner = [elbow - across * (half + 0.3), armpit, armpit * (0.6, 1)]
    ends = np.array([cuff + across * half, cuff - across * half])
    cuffs = choose(rng, (True, False, False))
    for side in SIDES:
        sketch.fill(np.array([*outer, *ends, *inner]) * side, shades["tone"])
        if cuffs:
            sketch.stroke((ends - 1.6 * along) * side, shades["dark"])


def draw_neck(sketch, rng, kind, neck, top, shades):
    depth, inside = uniform(rng, (1, 2.2), (0.15, 0.4))
    if kind == "vee":
        sketch.fill([(-neck, top), (neck, top), (0, top + 2 * depth + 2)], inside)
    elif kind in ("crew", "scoop", "boat", "straps"):
        depth *= {"crew": 1, "boat": 0.6}.get(kind, 2.2)
        hole = [(neck, top - 0.5), (neck * 0.9, top + depth * 0.6), (neck * 0.5, top + depth)]
        sketch.fill(mirror(hole), 0 if kind == "straps" else inside)
    elif kind == "roll":
        sketch.fill(mirror([(neck * 0.8, top - depth), (neck, top + 1.2)]), shades["tone"])
        sketch.stroke([(-neck * 0.8, top - depth), (neck * 0.8, top - depth)], inside, 0.8)
    elif kind == "hood":
        rim = [(neck * 0.5, top - 2), (neck * 1.4, top), (0.5, top + 3.5)]
        sketch.fill(mirror(rim), shades["tone"])
        sketch.fill(mirror([(neck * 0.5, top - 0.8), (0.2, top + 2)]), inside)
    else:
        drop = rng.uniform(6, 11) if kind == "lapels" else rng.uniform(2.6, 3.6)
        flap = [(neck * 0.7, top - 0.9), (neck * 1.5, top + 0.6 + drop * 0.35), (0.1, top + drop)]
        sketch.fill([(-neck, top - 0.5), (neck, top - 0.5), (0, top + 3)], inside)
        for side in SIDES:
            sketch.fill(np.array(flap) * side, shades["accent"])
            sketch.stroke(np.array(flap[1:]) * side, shades["dark"], 0.4)


def draw_front(sketch, rng, kind, top, bottom, width, shades):
    if kind == "buttons":
        sketch.stroke([(0, top + 2), (0, bottom)], shades["dark"], 0.4)
        for y in np.linspace(top + 4, bottom - 2, choose(rng, (4, 5, 6, 7))):
            sketch.stroke([(0.2, y), (0.9, y)], shades["lace"], 0.7)
    elif kind == "opening":
        gap = rng.uniform(0.1, 0.9)
        sketch.fill(mirror([(gap * 0.3, top + 3), (gap, bottom + 0.5)]), shades["dark"])
    elif kind == "print":
        x, y, narrow, down = uniform(rng, (1.5, 4), (1.2, 4), (0, 1), (6, 10))
        corners = np.array([(x, -y), (x * narrow, y)])
        sketch.fill(mirror(corners) + (0, top + down), shades["lace"], smooth=True)
    elif kind == "pocket":
        x, y = rng.uniform(1.2, 1.8), top + rng.uniform(5.5, 7)
        sketch.fill([(x, y), (x + 2.4, y), (x + 2.4, y + 2.6), (x, y + 2.6)], shades["dark"])
    elif kind == "belt":
        y = top + (bottom - top) * rng.uniform(0.36, 0.46)
        sketch.stroke([(-width, y), (width, y)], shades["dark"], rng.uniform(0.6, 1.4))
    elif kind == "bands":
        for y in (bottom - 1.8, bottom - 0.9):
            sketch.stroke([(-width * 1.1, y), (width * 1.1, y)], shades["dark"], 0.4)


def draw_top(sketch, rng, label, shades):
    length, shoulder, chest, waist, hem, lift = uniform(rng, *TOP_SHAPES[label])
    sleeve, neck_kind, front = (choose(rng, words.split()) for words in TOP_PARTS[label])
    top, bottom = -length / 2, length / 2
    opening, slope, depth = uniform(rng, (0.32, 0.5), (0.8, 2.2), (4.2, 6))
    drop = rng.uniform(-0.2, 0.6)
    neck = shoulder * opening
    armpit = np.array([chest, top + slope + depth])
    if sleeve == "none":
        shoulder *= 0.85
    else:
        corner, reach = np.array([shoulder, top + slope]), rng.uniform(*SLEEVES[sleeve])
        draw_sleeves(sketch, rng, reach, corner, armpit, shades)
    body = [
        (neck, top),
        (shoulder, top + slope),
        (shoulder * (0.8 if sleeve == "none" else 0.94), top + slope + 2.5),
        armpit,
        (chest * waist, top + length * 0.42),
        (chest * (waist + hem) / 2, top + length * 0.7),
        (chest * hem, bottom - lift),
        (chest * hem * 0.5, bottom + drop),
    ]
    sketch.fill(mirror(body), shades["base"])
    if sleeve != "none":
        for side in SIDES:
            sketch.stroke(np.array(body[1:5]) * side, shades["dark"], 0.4)
    draw_neck(sketch, rng, neck_kind, neck, top, shades)
    draw_front(sketch, rng, front, top, bottom, chest * waist, shades)
    for _ in range(choose(rng, (0, 1, 2, 3))):
        x, y, fall = uniform(rng, (-0.7, 0.7), (0, 0.6), (2, 6))
        fold = [(x * chest, y * bottom), (x * chest * 1.2, y * bottom + fall)]
        sketch.stroke(fold, shades["tone"])


GARMENTS = {
    1: parse_layers(TROUSER),
    5: parse_layers(SANDAL),
    7: parse_layers(SNEAKER),
    8: parse_layers(BAG),
    9: parse_layers(ANKLE_BOOT),
}
SHOES = (5, 7, 9)
AXIS = np.linspace(-1, 1, SIZE, dtype=np.float32)


def stripes(rng):
    """Dark stripes or checks as a factor for every pixel, (28, 28), edges softened by a pixel."""
    period, slope, phase = uniform(rng, (2.4, 7), (-0.2, 0.2), (0, 1))
    depth, share = uniform(rng, (0.15, 0.6), (0.3, 0.7))
    rows = (AXIS[:, None] + slope * AXIS) * (SIZE / 2 / period) + phase
    wave = (share - abs(rows % 1 * 2 - 1)) * period / 2 + 0.5
    light = 1 - depth * np.minimum(np.maximum(wave, 0), 1)
    return choose(rng, (light, light, light.T, light * light.T))


def shade_cloth(rng, pixels, patterned):
    """Brightness, light from above or from a side, sometimes stripes or checks, and grain."""
    brightness, across, down = uniform(rng, (0.5, 1.25), (-0.12, 0.12), (-0.22, 0.22))
    grain = 0.07 * rng.random() ** 2
    light = brightness * (1 + down * AXIS[:, None] + across * AXIS)
    if rng.random() < patterned:
        light = light * stripes(rng)
    speckle = rng.standard_normal((SIZE, SIZE), dtype=np.float32)
    return pixels * light * (1 + grain * speckle)


def draw_garment(rng, label):
    matrix, offset = random_affine(rng, 3, (0.87, 1.02), 0.08, 0.035, 0.65)
    sketch = Sketch(rng, matrix, offset, jitter=0.2)
    dark, tone, light, sole = uniform(rng, (0.25, 0.5), (0.5, 0.72), (0.8, 0.95), (0.15, 0.95))
    shades = {"base": 0.68, "dark": dark, "tone": tone, "light": light, "sole": sole}
    shades["accent"], shades["lace"] = choose(rng, (dark, tone, light)), choose(rng, (dark, light))
    if label in GARMENTS:
        draw_layers(sketch, rng, GARMENTS[label], shades)
    else:
        draw_top(sketch, rng, label, shades)
    return shade_cloth(rng, sketch.pixels(), 0.05 if label in SHOES else 0.2)


def draw_garments(labels, seed=0, start=0):
    """Clothes, shoes and bags as in Fashion-MNIST: bright on black, uint8 (n, 28, 28, 1), 0..255.

    `labels` (n whole numbers from 0 to 9, else ValueError): T-shirt/top, Trouser, Pullover, Dress,
    Coat, Sandal, Shirt, Sneaker, Bag, Ankle boot. Picture i follows from `seed`, `start` + i (both
    0 or more) and its label alone, so `draw_garments(labels[600:], start=600)` is a part of
    `draw_garments(labels)`, and another range of `start` gives new pictures, for a test set.
    """
    return draw_set(draw_garment, labels, seed, start)
