"""What the benchmarks share: sides that take turns, what is printed, what is kept."""

import argparse
import itertools
import json
import os
import statistics
import time
from datetime import date
from pathlib import Path

from course_utils.machine.device import hardware

COLUMNS = ("pictures/s", "times as fast", "fastest", "by processor", "ms a picture")


def parser(description, turns=None, out=False):
    """Return a parser with `--turns`, where a number is given, and with `--out` if asked for."""
    made = argparse.ArgumentParser(description=description.split("\n")[0])
    if turns:
        made.add_argument("--turns", type=int, default=turns)
    if out:
        made.add_argument("--out", type=Path, help="a JSON file; kept by kind of data")
    return made


def epochs(model, dataset, count, **options):
    """Train for `count` epochs; return (seconds, processor seconds) of each but the first.

    In the first one programs are translated and caches fill. The last accuracy is printed.
    """
    import keras

    ends = []
    note = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: ends.append((time.perf_counter(), time.process_time()))
    )
    history = model.fit(dataset, epochs=count, callbacks=[note], verbose=0, **options)
    print(f"training accuracy {history.history['accuracy'][-1]:.3f}", end="  ")
    return [(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(ends)]


def once(function, *arguments):
    """Call a function; return a list of one pair, as `epochs` does."""
    begin, worked = time.perf_counter(), time.process_time()
    function(*arguments)
    return [(time.perf_counter() - begin, time.process_time() - worked)]


def take_turns(sides, turns):
    """Let sides work in turn and print how long each took; return the pairs of each, by name.

    Args:
        sides: by name, a function that returns a list of (seconds, processor seconds).
        turns: how often each is called.
    """
    times = {name: [] for name in sides}
    for turn, (name, side) in itertools.product(range(1, turns + 1), sides.items()):
        print(f"turn {turn}  {name:36}", end="", flush=True)
        new = side()
        times[name] += new
        print("seconds (processor)", *(f"{wall:.2f} ({work:.2f})" for wall, work in new))
    return times


def tell(times, count, about):
    """Print medians for `count` pictures, and how much faster than the first side each was.

    By the clock, by the fastest turns, and by processor time, over all threads, which is the
    steadiest where others use the machine.
    """
    load = f", load average {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"\n{hardware()}, {count:,} pictures, {about}{load}")
    print(" " * 36 + "".join(f"{column:>16}" for column in COLUMNS))
    first = None
    for name, pairs in times.items():
        walls, works = zip(*pairs, strict=True)
        seconds = statistics.median(walls), min(walls), statistics.median(works)
        first = first or seconds
        ratios = [f"{before / after:.2f}" for before, after in zip(first, seconds, strict=True)]
        cells = f"{count / seconds[0]:,.1f}", *ratios, f"{1000 * seconds[2] / count:.3f}"
        print(f"{name:36}" + "".join(f"{cell:>16}" for cell in cells))


def origin():
    """Return the date and the hardware, to keep with what was measured."""
    return {"date": date.today().isoformat(), "hardware": hardware()}


def keep(path, kind, found):
    """Write what was found on a kind of data into a JSON file, beside what it holds already."""
    results = json.loads(path.read_text("utf-8")) if path.exists() else {}
    results[kind] = results.get(kind, {}) | found
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
