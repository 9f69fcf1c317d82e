"""Find my cat: how well it ranks, and how long it takes. On real pictures or on drawn ones.

    TFDS_DATA_DIR=… KERAS_HOME=… COURSE_DATA=real .venv/bin/python benchmarks/bench_find_photos.py
    COURSE_DATA=sample .venv/bin/python benchmarks/bench_find_photos.py

The protocol. Quality: 8 pictures of one class are looked for, drawn from numbers 0 to 999 of that
class, in five different handfuls for each class; ranked are all 2,000 cats and dogs with numbers
1000 to 1999. What the course chose was chosen on numbers 0 to 999 (`--choose` shows it again),
where the pictures looked for are no part of those ranked. With as many right pictures as there are
here, 1,000 in a class, precision among the first 1,000 equals recall.

Time: the command is run, in a process of its own, on 10,000 JPEG files of the dataset's own size,
once with nothing remembered and three times after that; and on 200 of 12 megapixels. Memory is the
process's largest resident set, which Linux tells.
"""

import contextlib
import functools
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks import measure
from course_utils import find_photos, load_dataset
from course_utils.machine.stopping import stop_when_asked
from course_utils.photos import likeness
from course_utils.sources.datasets import source_of

HANDFUL, HANDFULS = 8, 5
CLASSES = ("cat", "dog")
MEMORY_AT = 2_000
COMMAND = """
import atexit, runpy, sys

def tell_memory():
    with open("/proc/self/status") as lines:
        print([line for line in lines if line.startswith("VmHWM")][0], file=sys.stderr)

atexit.register(tell_memory)
runpy.run_module("course_utils.photos", run_name="__main__", alter_sys=True)
"""


@functools.cache
def dataset():
    return load_dataset("cats_vs_dogs", split="train", as_supervised=False)[0]


def photos():
    """Yield (class, number in its class, Pillow image) for every picture of cats_vs_dogs."""
    for element in dataset().as_numpy_iterator():
        name = Path(element["image/filename"].decode())
        yield CLASSES[element["label"]], int(name.stem), Image.fromarray(element["image"])


def write_classes(folder):
    """Write `folder/choose/cat/12.jpg` and `folder/test/dog/1234.jpg`, numbers 0 to 1999."""
    for kind, number, photo in photos():
        if number < 2000:
            path = folder / ("choose" if number < 1000 else "test") / kind / f"{number}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            photo.save(path, quality=95)


def scores_of(ranking, kind):
    """Return average precision, and precision among the first 100 and among the first R."""
    right = np.array([photo.path.parent.name == kind for photo in ranking])
    precision = np.cumsum(right) / np.arange(1, len(right) + 1)
    return {
        "average precision": float(precision[right].mean()),
        "precision at 100": float(precision[min(100, right.sum()) - 1]),
        "precision at 1,000 = recall": float(precision[right.sum() - 1]),
    }


def search(like, paths):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return find_photos(like, paths)


def rank(folder, kind, handfuls, others=None):
    """Return the scores of every handful of a class.

    Args:
        folder: holds a folder for each class.
        others: how many pictures of the other class are searched; None is all. The pictures
            looked for are taken from `choose`, and left out where that is searched.
    """
    other = CLASSES[1 - CLASSES.index(kind)]
    found = []
    for handful in range(handfuls):
        rng = np.random.default_rng(handful)
        pool = sorted((folder.parent / "choose" / kind).iterdir())
        like = [pool[number] for number in rng.choice(len(pool), HANDFUL, replace=False)]
        searched = [path for path in sorted((folder / kind).iterdir()) if path not in like]
        searched += list(rng.permutation(sorted((folder / other).iterdir())))[:others]
        ranking = search(like, searched)
        assert len(ranking) == len(searched)
        found.append(scores_of(ranking, kind))
    return found


def quality(folder):
    """Return {class: {measure: [of each handful]}} on the held-out pictures."""
    measured = {}
    for kind in CLASSES:
        found = rank(folder / "test", kind, HANDFULS)
        measured[kind] = {name: [round(run[name], 4) for run in found] for name in found[0]}
        for name, values in measured[kind].items():
            spread = statistics.stdev(values)
            print(f"{kind}  {name:28}{statistics.mean(values):.3f} ± {spread:.3f}", flush=True)
    return measured


def choose(folder):
    """Print average precision for several shares of the mean embedding that are taken away."""
    chosen = likeness.IN_COMMON
    for kind in CLASSES:
        for others in (None, 50):
            for share in (0, 0.5, chosen, 1):
                likeness.IN_COMMON = share
                found = rank(folder / "choose", kind, 10, others)
                values = [run["average precision"] for run in found]
                print(
                    f"{kind}  among {others or 'as many'} of the others  share {share}  "
                    f"average precision {statistics.mean(values):.3f}, at least {min(values):.3f}",
                    flush=True,
                )
    likeness.IN_COMMON = chosen


def write_many(folder, count, quality=90):
    """Write `count` files, 500 in a folder: the dataset's pictures, cropped in several ways."""
    written, crop = 0, 0
    while written < count:
        for _, _, photo in photos():
            if written == count:
                return
            path = folder / f"{written // 500:03d}" / f"{written:06d}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            width, height = photo.size
            photo.crop((crop, crop, width - crop, height - crop)).save(path, quality=quality)
            written += 1
        crop += 1


def write_large(folder, count):
    for number, (_, _, photo) in zip(range(count), photos(), strict=False):
        folder.mkdir(exist_ok=True)
        photo.resize((4000, 3000)).save(folder / f"{number}.jpg", quality=90)


def run_command(like, paths, cache):
    """Run the command; return its seconds, its largest resident set in MB, and its lines."""
    command = [sys.executable, "-c", COMMAND, "--like", like, *paths]
    begin = time.perf_counter()
    run = subprocess.run(
        command, capture_output=True, env=os.environ | {"COURSE_CACHE": str(cache)}
    )
    seconds = time.perf_counter() - begin
    if run.returncode:
        sys.exit(run.stderr.decode())
    memory = int(run.stderr.split()[-2]) / 1000  # the process's own: its parent has TensorFlow
    return seconds, memory, len(run.stdout.splitlines())


def timing(folder, count):
    """Return the seconds and megabytes of the searches, by name."""
    many, large, like = folder / "many", folder / "large", folder / "like"
    write_many(many, count)
    write_large(large, 200)
    write_many(like, HANDFUL, quality=95)  # no copies: those are left out
    few = sorted(many.iterdir())[: MEMORY_AT // 500]
    *_, memory_few, lines = run_command(like, few, folder / "cache-few")
    assert lines == min(count, MEMORY_AT)
    first, memory, lines = run_command(like, [many], folder / "cache")
    assert lines == count
    again = [run_command(like, [many], folder / "cache") for _ in range(3)]
    slow = run_command(like, [large], folder / "cache-large")[0]
    fewest = sorted(few[0].iterdir())[:HANDFUL]
    nothing = run_command(like, fewest, folder / "cache-none")[0]
    second = statistics.median(seconds for seconds, *_ in again)
    measured = {
        "pictures": count,
        "first": round(first, 1),
        "first, pictures a second": round(count / (first - nothing)),
        "first, 12 megapixels, pictures a second": round(200 / (slow - nothing), 1),
        "start": round(nothing, 1),
        "second": round(second, 2),
        "times faster": round(first / second),
        f"MB at {MEMORY_AT}": round(memory_few),
        "MB": round(memory),
        "MB, second": round(max(megabytes for _, megabytes, _ in again)),
    }
    for name, value in measured.items():
        print(f"{name:42}{value}", flush=True)
    return measured


def main():
    parser = measure.parser(__doc__, out=True)
    parser.add_argument("--only", choices=["quality", "time"], help="measure one of the two")
    parser.add_argument("--choose", action="store_true", help="show what the choice rests on")
    parser.add_argument("--pictures", type=int, default=10_000, help="how many are timed")
    options = parser.parse_args()
    found = {}
    dataset()  # a drawn sample is kept; embeddings are not
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        os.environ["COURSE_CACHE"] = str(folder / "cache")
        if options.choose or options.only != "time":
            write_classes(folder)
        base = likeness.find_base().words.split(",")[0]
        print(base)
        if options.choose:
            return choose(folder)
        if options.only != "time":
            found["quality"] = {"base": base, **measure.origin(), "measured": quality(folder)}
        if options.only != "quality":
            measured = timing(folder, options.pictures)
            found["time"] = {"base": base, **measure.origin(), "measured": measured}
    if options.out:
        measure.keep(options.out, source_of("cats_vs_dogs").kind, found)


if __name__ == "__main__":
    stop_when_asked()  # its temporary folder goes with it
    main()
