"""Where horses and humans stand: a wide landscape, or a white studio."""

import math

import numpy as np
from PIL import Image, ImageDraw

from course_utils.drawing.scene import OVERSAMPLING, mix, tint, vary_colour, whole
from course_utils.drawing.strokes import choose, uniform

HEAVENS = (  # the top of the sky, the sky at the horizon, the tint of what is far
    ((116, 164, 214), (208, 226, 234), (150, 178, 204)),
    ((96, 142, 200), (232, 224, 206), (158, 170, 190)),
    ((126, 130, 176), (248, 206, 160), (190, 160, 166)),
    ((158, 176, 192), (222, 226, 224), (170, 182, 188)),
    ((92, 152, 190), (190, 222, 216), (134, 174, 180)),
)
LAND = (
    (118, 148, 74), (146, 160, 84), (196, 172, 104), (88, 118, 66), (168, 138, 96), (150, 116, 84),
    (188, 180, 150),
)  # fmt: skip
TREES = ((76, 108, 62), (98, 124, 70), (62, 88, 70), (150, 120, 60))
CROWN = ((0, -1.5, 0.85, 0.8), (-0.4, -1.3, 0.55, 0.95), (0.1, -1.8, 0.5, 1.06))  # of a round tree
FLOWERS = ((240, 226, 150), (230, 160, 150), (246, 242, 232), (96, 104, 70))
SHORE, SEA = (222, 200, 158), (74, 130, 160)
PAINTS = ((176, 92, 70), (214, 196, 166), (150, 130, 116), (226, 220, 208), (120, 96, 84))


def ridge(rng, width, level, rough, height, steps=24):
    """The outline of hills or mountains that rise to about `level`, down to the lower edge."""
    x, waves = np.linspace(0, 1, steps), np.array([1, 2, 3, 5, 8])
    size, phase = rng.uniform(-1, 1, 5) / waves, rng.random(5)
    y = np.sin(2 * math.pi * (x[:, None] * waves + phase)) @ size
    line = np.stack([x * width, level + y * rough], axis=1)
    return [*line.ravel().tolist(), width, height, 0, height]


def landscape(rng, knobs, height, width, alike=()):
    """A wide country a little out of focus: signature and return value of `scene.background`."""
    clutter, short = knobs.clutter, min(height, width)
    kind, level, sun = uniform(rng, (0, 1), (0.42, 0.66), (0, 1))
    high, low, haze = (vary_colour(rng, c, 4 + 8 * clutter) for c in choose(rng, HEAVENS))
    land = vary_colour(rng, choose(rng, LAND), 6 + 10 * clutter)
    if alike:
        land = mix(land, choose(rng, alike), 0.6 * clutter * rng.random())
    part = np.linspace(0, 1, height)[:, None, None].clip(0, level) / level
    sky = np.array(high) * (1 - part) + np.array(low) * part
    image = Image.fromarray(sky.clip(0, 255).astype(np.uint8)).resize((width, height))
    draw = ImageDraw.Draw(image)

    def fill(points, colour):
        draw.polygon(points, fill=whole(colour))

    def ball(x, y, a, b, colour):
        draw.ellipse([x - a, y - b, x + a, y + b], fill=whole(colour))

    horizon = level * height
    if sun < 0.3:
        x, y = rng.random() * width, (0.1 + sun) * horizon
        for radius, share in ((0.07, 0.3), (0.045, 0.8)):
            ball(x, y, radius * short, radius * short, mix(low, (255, 246, 220), share))
    for _ in range(round(clutter * 6 * rng.random())):
        x, y, size = uniform(rng, (0, width), (0.04 * height, 0.8 * horizon), (0.05, 0.16))
        for step in range(5):
            bump = size * short * (1 - 0.3 * abs(step - 2)) * 0.6
            for lift, share in ((0, 0.45), (0.25 * bump, 0.75)):
                middle = x + (step - 2) * size * short * 0.6
                white = mix(low, (255, 252, 246), share)
                ball(middle, y - bump * 0.4 - lift, bump, bump * 0.6, white)
    for layer in range(1 + (kind > 0.25) + (kind > 0.5)):  # mountains and hills, ever nearer
        share = (0.72, 0.45, 0.2)[layer]
        rough = (0.15 if kind > 0.6 else 0.06) * (1 - 0.25 * layer) * height
        peak = horizon - (0.12 - 0.06 * layer) * height
        fill(ridge(rng, width, peak, rough, height), mix(tint(land, 0.85), haze, share))
    if 0.25 < kind < 0.5 and clutter:  # a town
        x = rng.random() * 0.4 * width
        for _ in range(round(4 + 10 * clutter)):
            wide, tall = (short * v for v in uniform(rng, (0.03, 0.08), (0.04, 0.16)))
            paint = mix(vary_colour(rng, choose(rng, PAINTS), 12), haze, 0.4)
            roof = horizon - tall
            fill([x, horizon, x, roof, x + wide, roof, x + wide, horizon], paint)
            tip = [x + wide / 2, roof - 0.6 * wide]
            fill([x - 2, roof, *tip, x + wide + 2, roof], tint(paint, 0.7))
            x += wide * (0.8 + rng.random())
    near = land
    if kind < 0.25:  # the sea and its shore
        sea = vary_colour(rng, mix(SEA, low, 0.2), 10)
        draw.rectangle([0, horizon, width, height], fill=whole(mix(sea, low, 0.35)))
        fill(ridge(rng, width, horizon + 0.08 * height, 2, height), sea)
        near = mix(SHORE, land, 0.25 * rng.random())
        shore = ridge(rng, width, horizon + 0.2 * height, 0.05 * height, height)
        fill([v - 5 * (i % 2) for i, v in enumerate(shore)], (236, 240, 238))
        fill(shore, near)
    else:
        fill(ridge(rng, width, horizon, 0.012 * height, height), mix(near, haze, 0.12))
        if rng.random() < 0.4 + 0.3 * clutter:  # furrows of a field run to one point
            x, shade = rng.random() * width, tint(near, 0.88)
            for step in np.arange(-9, 10):
                ends = [x + (step + half) * 0.22 * width for half in (0, 0.5)]
                fill([x, horizon + 4, ends[0], height, ends[1], height], shade)
        fill(ridge(rng, width, horizon + 0.22 * height, 0.05 * height, height), near)
    fill(ridge(rng, width, height * 0.9, 0.03 * height, height), tint(near, 0.88))
    count = round(clutter * (2 + 14 * rng.random()))
    for away in sorted(rng.random(count).tolist()):  # trees, bushes, rocks; far ones first
        x, size, growth = uniform(rng, (0, width), (0.03, 0.1), (0, 1))
        y, size = horizon + away * away * 0.35 * height, size * short * (0.6 + 1.4 * away)
        colour = mix(choose(rng, TREES), haze, 0.35 * (1 - away))
        if alike and rng.random() < 0.5 * clutter:
            colour = mix(colour, choose(rng, alike), 0.7)
        colour = vary_colour(rng, colour, 10)
        if growth < 0.35:  # a conifer
            fill([x - 0.5 * size, y, x, y - 2.6 * size, x + 0.5 * size, y], tint(colour, 0.8))
            fill([x - 0.42 * size, y, x - 0.05 * size, y - 2.5 * size, x + 0.1 * size, y], colour)
        elif growth < 0.75:  # a round tree
            draw.rectangle([x - 0.1 * size, y - size, x + 0.1 * size, y], fill=(92, 70, 54))
            for dx, dy, r, shade in CROWN:
                ball(x + dx * size, y + dy * size, r * size, r * size, tint(colour, shade))
        else:
            ball(x, y, size, 0.5 * size, tint(colour, 0.8))
            ball(x - 0.2 * size, y - 0.1 * size, 0.7 * size, 0.36 * size, colour)
    if clutter and rng.random() < 0.6:  # flowers or tufts in the meadow
        paint = choose(rng, FLOWERS)
        for x, y in rng.uniform((0, 0.35), (1, 1), (round(10 + 60 * clutter), 2)).tolist():
            y = horizon + y * (height - horizon)
            radius = 0.012 * short * (y - horizon) / (height - horizon) + 0.5
            ball(x * width, y, radius, radius, paint)
    size = (width * OVERSAMPLING, height * OVERSAMPLING)
    return image.reduce(2).resize(size, Image.Resampling.BILINEAR)  # a little out of focus


def studio(rng, knobs, height, width, alike=()):
    """A plain, nearly white place: signature and return value of `scene.background`."""
    level, wide, deep, middle = uniform(rng, (0.74, 0.86), (0.3, 0.5), (0.05, 0.12), (0.42, 0.58))
    white = np.array(vary_colour(rng, (247, 247, 245), 2 + 2 * knobs.clutter)).clip(0, 252)
    small = (max(1, height // 6), max(1, width // 6))
    y, x = np.linspace(0, 1, small[0])[:, None], np.linspace(0, 1, small[1])
    floor = 0.02 * (1 + knobs.clutter) * ((y - level + 0.1) / 0.2).clip(0, 1)
    spot = ((x - middle) / wide) ** 2 + ((y - level - 0.06) / deep) ** 2
    shade = floor + 0.14 * np.exp(-2 * spot)
    pixels = (white * (1 - shade)[..., None]).astype(np.uint8)
    size = (width * OVERSAMPLING, height * OVERSAMPLING)
    return Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR)
