"""Make docs/results.md from recorded runs and what benchmarks have left: `python -m tools.results`.

The runs lie in results/ (`tools.record`), published figures in course_utils/lesson/lessons.json,
claims on the runs in lessons/claims/ (`tools.claims`).
Whether the story holds comes from benchmarks/story.json, which `benchmarks/story.py --out` writes,
and how well the search for photos ranks from benchmarks/find_photos.json, which
`benchmarks/bench_find_photos.py --out` writes. How the checks of the exercises judge comes from
benchmarks/mutants.json, by `tools.mutants --out`; how the small bases do, from
data/pretrained/bases.json, by `tools.train_bases`.
"""

import itertools
import json
import re
import statistics
import sys
from pathlib import Path

from course_utils.lesson.known import LESSONS, RECORDED, recorded
from course_utils.store import whole_file
from tools import claims, record

ROOT = Path(__file__).resolve().parent.parent
BASES = ROOT / "data" / "pretrained" / "bases.json"
STORY = ROOT / "benchmarks" / "story.json"
SEARCH = ROOT / "benchmarks" / "find_photos.json"
DIGITS = ROOT / "benchmarks" / "digits.json"
MUTANTS = ROOT / "benchmarks" / "mutants.json"
ASIDE = STORY, SEARCH, MUTANTS, BASES, DIGITS
"""What programs have left beside the lessons' runs, in the order that `render` takes."""
PAGE = ROOT / "docs" / "results.md"
HEAD = """# Results

Every measured figure of the course, from runs of the command beside it: the mean, and with several
seeds the standard deviation. This page is made by `make results` from the runs in `results/` and
from `course_utils/lesson/lessons.json`, where the published figures stand; do not edit it.

"Real" is the published dataset, or what the data note of the table says. "Sample" is the set of
pictures that the course draws itself where there is no network: its figures say nothing about the
real pictures. `TFDS_DATA_DIR` names a folder where TensorFlow Datasets has prepared the data, and
`KERAS_HOME` one where Keras has weights; without them, the command downloads both.
"""


def _table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _spread(values, form=".4f"):
    """Return the mean of some numbers, with their standard deviation where there are several."""
    if not values:
        return "–"
    spread = f" ± {statistics.stdev(values):{form}}" if len(values) > 1 else ""
    return f"{statistics.mean(values):{form}}{spread}"


def render_lesson(name, runs):
    """Return the section on a lesson as text.

    Args:
        name: the lesson's name.
        runs: its recorded runs. Those alike but for the seed share a column.
    """
    lesson, columns, origins = LESSONS[name], [], []
    kinds = ("data", "profile", "device_kind")
    for kind, group in itertools.groupby(runs, lambda run: tuple(run[key] for key in kinds)):
        group = list(group)
        label = ", ".join(("real data" if kind[0] == "real" else "sample", *kind[1:]))
        columns.append((label, group))
        seeds = " ".join(str(run["seed"]) for run in group)
        some = f'SEEDS="{seeds}"' if len(group) > 1 else f"SEEDS={seeds}"
        commands = {re.sub(r"SEEDS=\d+", some, run["command"]): None for run in group}
        versions = {f"{key} {v}": None for run in group for key, v in run["versions"].items()}
        told = [f"{statistics.mean(run['seconds'] for run in group):.0f} seconds"]
        if memory := [run["memory_mb"] for run in group if run.get("memory_mb")]:
            told += [f"at most {max(memory) / 1000:.1f} GB of memory"]
        for key in ("precision", "base", "hardware"):
            told += dict.fromkeys(run[key] for run in group if run.get(key))
        told += [*versions, max(run["date"] for run in group)]
        made_by = ", ".join(f"`{command}`" for command in commands)
        origins.append(f"\n**{label[0].upper()}{label[1:]}**: {made_by}, {', '.join(told)}.\n")
    rows = []
    for key, figure in lesson["figures"].items():
        published = [figure["published"]["value"]] if "published" in figure else []
        found = [[r["figures"][key] for r in runs if key in r["figures"]] for _, runs in columns]
        rows.append([figure["name"], *map(_spread, [published, *found])])
    table = _table(["", "published", *(label for label, _ in columns)], rows)
    note = f"\n{lesson['data_note']}\n" if lesson.get("data_note") else ""
    return f"\n## {name[:2]} {lesson['title']}\n{table}{note}{''.join(origins)}"


CLAIMS_HEAD = """
## What the lessons say of their runs

Each sentence of a lesson on how a run comes out, and the numbers that bear it out: with the quick
profile on the sample, from the lowest to the highest of the seeds; in full on real pictures; and,
to see it false, in a run that was made to contradict it. Runs are counted as long as nothing has
changed that they depend on. [Claims](contributing/claims.md) says how all this is made.
"""


def render_claims(runs):
    """Return the section on the lessons' claims as text, of those lessons that have some.

    Args:
        runs: each lesson's recorded runs; those that are stale are left out.
    """
    parts = []
    for name in [name for name in claims.NAMES if name in runs]:
        fresh = [run for run in runs[name] if record.why_stale(run) is None]
        rows = []
        for one in claims.read_claims(name)[0]:
            path = claims.place(name, one.false_on)
            if not path.exists():
                rows.append([f"“{one.quotation}”", *["not recorded"] * 4])
                continue
            opposite, _ = one.on(json.loads(path.read_text(encoding="utf-8")))
            columns = [
                _judged(one, [run for run in fresh if (run["profile"], run["data"]) == kind])
                for kind in (("quick", "sample"), ("full", "real"))
            ]
            said = f"“{one.quotation}”"
            for key, value in opposite.items():
                rows.append([said, key, *(column(key) for column in columns)])
                rows[-1].append(f"{_number(value)} ({one.false_on})")
                said = ""
        head = ["the lesson says", "", "sample, quick", "real data, full", "contradicted by"]
        parts.append(f"\n### {name[:2]} {LESSONS[name]['title']}\n{_table(head, rows)}")
    return "".join([CLAIMS_HEAD, *parts] if parts else [])


def _judged(one, runs):
    """Return a function that tells, of one of a claim's numbers, its range in runs of one kind."""
    found = [one.on(run)[0] for run in runs if one.speaks_of(run)]

    def tell(key):
        ends = dict.fromkeys(
            _number(end([own[key] for own in found])) for end in (min, max) if found
        )
        return " to ".join(ends) or ("–" if runs else "not recorded")

    return tell


def _number(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3g}"


STORY_HEAD = """
## The story

The course tells that features of a pretrained base beat training from scratch, that augmentation
closes the gap between training and validation accuracy, that fine-tuning does no harm, and that a
convnet beats a dense network on digits. Whether that holds: mean and standard deviation of the
accuracy with three seeds, in percent. The protocol, with pictures of 80 × 80, stands at the head of
`benchmarks/story.py`. How hard the drawn cats and dogs are was chosen by trainings on others of the
same kind: [data/README.md](../data/README.md#in-which-ways-they-vary).
"""
COMMAND = {
    "real": "TFDS_DATA_DIR=… KERAS_HOME=… COURSE_DATA=real .venv/bin/python benchmarks/",
    "sample": "COURSE_DATA=sample .venv/bin/python benchmarks/",
}
STORY_NOTES = {
    "real": "Cats and dogs are 4,000 of the photographs of cats_vs_dogs, 2,000 of each. The "
    "ImageNet weights are MobileNetV2's in a form that was dequantised from int8, with batch "
    "normalisation folded in: near to the file that Keras downloads, not equal to it.",
}


def render_story(story):
    """Return the section on the story as text.

    Args:
        story: the content of `benchmarks/story.json`, by kind of data.
    """
    parts = [STORY_HEAD]
    for kind, run in story.items():
        parts.append(f"\n### {'Real pictures' if kind == 'real' else 'Drawn sample'}\n")
        sets = ("train", "validation", "test")
        rows = [
            [network, *(_spread([100 * value for value in found.get(s, [])], ".1f") for s in sets)]
            for network, found in run["measured"].items()
        ]
        parts.append(_table(["network", "training", "validation", "test"], rows))
        parts.append(f"\n{STORY_NOTES[kind]}\n" if kind in STORY_NOTES else "")
        rows = [
            [claim, found["value"], "holds" if found["holds"] else "**does not hold**"]
            for claim, found in run["claims"].items()
        ]
        parts.append(_table(["claim", "measured", ""], rows))
        parts.append(
            f"\n`{COMMAND[kind]}story.py`, {run['minutes']:.0f} minutes, {run['base']}, float32, "
            f"{run['hardware']}, {run['date']}.\n"
        )
    return "".join(parts)


SEARCH_HEAD = """
## Find my cat

`python -m course_utils.photos` ranks pictures by their likeness to a handful: eight pictures
of one class are looked for among 2,000 others, half of them of that class. *Precision* at 100 is
the share of that class among the first hundred; among the first thousand, precision and *recall*,
the share of the class that is found, are one number; average precision sums up the whole order, and
an order by chance gives 50 %. Mean and standard deviation of five handfuls, in percent. It finds
animals of a kind; how well it tells one cat from another was not measured.
"""


def render_search(search):
    """Return the section on the search for photos as text.

    Args:
        search: the content of `benchmarks/find_photos.json`, by kind of data.
    """
    parts = [SEARCH_HEAD]
    for kind, run in search.items():
        if "quality" in run:
            classes = run["quality"]["measured"]
            parts.append(f"\n### {'Real pictures' if kind == 'real' else 'Drawn sample'}\n")
            head = ["looked for", *next(iter(classes.values()))]
            rows = [
                [name, *(_spread([100 * value for value in v], ".1f") for v in measured.values())]
                for name, measured in classes.items()
            ]
            parts.append(_table(head, rows) + _search_origin(kind, run["quality"], "quality"))
        if "time" in run:
            time = run["time"]["measured"]
            parts.append(
                f"\nThe first search of {time['pictures']:,} pictures takes {time['first']:.0f} "
                f"seconds, the second {time['second']:.2f} seconds: {time['times faster']} times "
                f"faster. Memory: at most {time['MB']:,} MB, and {time['MB at 2000']:,} MB with "
                "2,000 pictures.\n" + _search_origin(kind, run["time"], "time")
            )
    return "".join(parts)


def _search_origin(kind, run, only):
    command = f"{COMMAND[kind]}bench_find_photos.py --only {only}"
    return f"\n`{command}`, {run['base']}, {run['hardware']}, {run['date']}.\n"


DIGITS_HEAD = """
## The digit that you draw

The accuracy of lesson 2's convnet on MNIST's 10,000 test pictures, which people have written, after
the training of the quick profile on drawn digits alone. This network answers on the first page of
the site.
"""


def render_digits(run):
    """Return the section on people's digits as text, from `benchmarks/digits.json`."""
    run = run["real"]
    rows = [[f"{accuracy:.3f}" for accuracy in run["accuracy"].values()]]
    command = "TFDS_DATA_DIR=… .venv/bin/python benchmarks/bench_digits.py"
    told = f"\n`{command}`, {run['hardware']}, {run['date']}.\n"
    return DIGITS_HEAD + _table(list(run["accuracy"]), rows) + told


MUTANTS_HEAD = """
## How the checks judge

Each exercise's solution, changed by machine: operators, comparisons, constants, names, arguments,
slices, statements. A change is *refused* by the check that learners see (what never ends, and is
stopped, with it), or does *the same* as the solution on 200 inputs that the hidden tests make (not
all different, where an answer takes few); a *gap* is a change that the check accepts and that does
something else. Where a check trains, or tries large networks (01 epochs, 04 small), a sample of the
changes is tried.
"""


def render_mutants(run):
    """Return the section on the checks as text.

    Args:
        run: the content of `benchmarks/mutants.json`.
    """
    scores = {
        f"{lesson[:2]} {n}": s for lesson, own in run["scores"].items() for n, s in own.items()
    }
    rows = []
    for name, score in [*scores.items(), ("all", run["total"])]:
        counts = (score["mutants"], score["tried"], score["refused"] + score["stopped"])
        rows.append([name, *(f"{n:,}" for n in (*counts, score["equal"], score["gaps"]))])
    return (
        MUTANTS_HEAD
        + _table(["exercise", "changes", "tried", "refused", "the same", "gaps"], rows)
        + f"\n`{run['command']}`, {run['seconds']:.0f} seconds, {run['hardware']}, {run['date']}.\n"
    )


BASES_HEAD = """
## The small pretrained bases

What `pretrained_base` gives where ImageNet's weights cannot be had, trained on drawings of the
course, by `python -m tools.train_bases`. *Correct* is the share of held-out pictures, of the last
size, that get the right class. More in
[data/README.md](../data/README.md#the-small-pretrained-bases).
"""


def render_bases(bases):
    """Return the section on the small bases as text, from `data/pretrained/bases.json`."""
    rows = []
    for name, base in bases.items():
        sizes = ", ".join(f"{size} × {size}" for size, *_ in base["stages"])
        pictures = f"{max(count for _, _, count, _ in base['stages']):,}"
        told = f"{base['accuracy']:.1%} of {base['tested_on']:,}"
        where = f"{base['minutes']} minutes, {base['hardware']}, {base['date']}"
        rows.append([name, f"{len(base['classes'])}", pictures, sizes, told, where])
    head = ["", "classes", "pictures", "of the size", "correct", "trained in"]
    return BASES_HEAD + _table(head, rows)


def render(runs, story=None, search=None, mutants=None, bases=None, digits=None):
    """Return docs/results.md as text, from each lesson's runs and what benchmarks have left."""
    others = (render_bases, bases), (render_story, story), (render_search, search)
    others += (render_digits, digits), (render_mutants, mutants)
    others = [made(found) for made, found in others if found]
    lessons = [render_lesson(name, own) for name, own in runs.items()]
    return "".join([HEAD, *lessons, render_claims(runs), *others])


def main():
    """Write the page from what is there."""
    aside = [
        json.loads(path.read_text(encoding="utf-8")) if path.exists() else None for path in ASIDE
    ]
    with whole_file(PAGE) as written:
        text = render({name: recorded(name) for name in RECORDED}, *aside)
        written.write_text(text, encoding="utf-8")
    print(PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
