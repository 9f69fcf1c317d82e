"""Take what `make lesson` measured into the data file, and make docs/results.md from it.

`python -m tools.results` reads build/results/, keeps what a profile other than `ci` measured, and
writes course_utils/lesson/lessons.json and docs/results.md. Whether the story holds comes from
benchmarks/story.json, which `benchmarks/story.py --out` writes, and how well the search for photos
ranks from benchmarks/find_photos.json, which `benchmarks/bench_find_photos.py --out` writes. How
the checks of the exercises judge comes from benchmarks/mutants.json, by `tools.mutants --out`.
"""

import json
import statistics
import sys
from pathlib import Path

from course_utils.store import whole_file

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "course_utils" / "lesson" / "lessons.json"
STORY = ROOT / "benchmarks" / "story.json"
SEARCH = ROOT / "benchmarks" / "find_photos.json"
MUTANTS = ROOT / "benchmarks" / "mutants.json"
PAGE = ROOT / "docs" / "results.md"
COMMANDS = {
    "real": "TFDS_DATA_DIR=… COURSE_PROFILE={profile} make lesson N={number}",
    "sample": "COURSE_DATA=sample COURSE_PROFILE={profile} make lesson N={number}",
}
HEAD = """# Results

Every measured figure of the course, from one run of the command beside it. This page is made by
`make results` from `course_utils/lesson/lessons.json`; do not edit it.

"Real" is the published dataset, or what the data note of the table says. "Sample" is the set of
pictures that the course draws itself where there is no network: its figures say nothing about the
real pictures. `TFDS_DATA_DIR` names a folder where TensorFlow Datasets has prepared the data;
without it, the command downloads them.
"""


def take(result, lessons):
    """Put a results file's figures into the lessons' data.

    Args:
        result: the dict that `Lesson.report` wrote and `make lesson` completed.
        lessons: the content of `lessons.json`, changed in place.

    Returns:
        A line that says what was taken, or why nothing was.
    """
    name, profile, data = result["lesson"], result["profile"], result["data"]
    if profile == "ci":
        return f"{name}: left out, the ci profile measures nothing"
    if data == "real" and profile != "full":
        return f"{name}: left out, on real data only the full profile counts"
    if data == "real" and "drawn" in (result["base"] or ""):
        return f"{name}: left out, it is neither real nor a sample: {result['base']}"
    origin = {key: result[key] for key in ("date", "hardware", "device", "precision", "versions")}
    origin |= {key: result[key] for key in ("profile", "seconds", "memory_mb")}
    origin["command"] = COMMANDS[data].format(profile=profile, number=name[:2])
    for figure, value in result["figures"].items():
        measured = lessons[name]["figures"][figure].setdefault("measured", {})
        measured[data] = {"value": value} | origin
    return f"{name}: {', '.join(result['figures'])} taken ({data} data)"


STORY_HEAD = """
## The story

The course tells that features of a pretrained base beat training from scratch, that augmentation
closes the gap between training and validation accuracy, that fine-tuning does no harm, and that a
convnet beats a dense network on digits. Whether that holds: mean and standard deviation of the
accuracy with three seeds, in percent. The protocol, with pictures of 80 × 80, stands at the head of
`benchmarks/story.py`. How hard the drawn cats and dogs are was chosen by trainings on others of the
same kind: [data/README.md](../data/README.md#in-which-ways-they-vary).
"""
STORY_COMMANDS = {
    "real": "TFDS_DATA_DIR=… KERAS_HOME=… COURSE_DATA=real .venv/bin/python benchmarks/story.py",
    "sample": "COURSE_DATA=sample .venv/bin/python benchmarks/story.py",
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
        parts.append("\n| network | training | validation | test |\n| --- | --- | --- | --- |\n")
        for network, accuracies in run["measured"].items():
            cells = []
            for part in ("train", "validation", "test"):
                values = [100 * value for value in accuracies.get(part, [])]
                mean_and_spread = "{:.1f} ± {:.1f}".format
                cells.append(
                    mean_and_spread(statistics.mean(values), statistics.stdev(values))
                    if values
                    else "–"
                )
            parts.append(f"| {network} | {' | '.join(cells)} |\n")
        parts.append(f"\n{STORY_NOTES[kind]}\n" if kind in STORY_NOTES else "")
        parts.append("\n| claim | measured | |\n| --- | --- | --- |\n")
        for claim, found in run["claims"].items():
            verdict = "holds" if found["holds"] else "**does not hold**"
            parts.append(f"| {claim} | {found['value']} | {verdict} |\n")
        parts.append(
            f"\n`{STORY_COMMANDS[kind]}`, {run['minutes']:.0f} minutes, {run['base']}, float32, "
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
        data = "Real pictures" if kind == "real" else "Drawn sample"
        if "quality" in run:
            classes = run["quality"]["measured"]
            names = list(next(iter(classes.values())))
            parts.append(f"\n### {data}\n\n| looked for | {' | '.join(names)} |\n")
            parts.append("| --- " * (1 + len(names)) + "|\n")
            for name, measured in classes.items():
                cells = [
                    f"{100 * statistics.mean(values):.1f} ± {100 * statistics.stdev(values):.1f}"
                    for values in measured.values()
                ]
                parts.append(f"| {name} | {' | '.join(cells)} |\n")
            parts.append(_search_origin(kind, run["quality"], "quality"))
        if "time" in run:
            time = run["time"]["measured"]
            parts.append(
                f"\nThe first search of {time['pictures']:,} pictures takes {time['first']:.0f} "
                f"seconds, the second {time['second']:.2f} seconds: {time['times faster']} times "
                f"faster. Memory: at most {time['MB']:,} MB, and {time['MB at 2000']:,} MB with "
                "2,000 pictures.\n"
            )
            parts.append(_search_origin(kind, run["time"], "time"))
    return "".join(parts)


def _search_origin(kind, run, only):
    command = STORY_COMMANDS[kind].replace("story", "bench_find_photos") + f" --only {only}"
    return f"\n`{command}`, {run['base']}, {run['hardware']}, {run['date']}.\n"


MUTANTS_HEAD = """
## How the checks judge

Each exercise's solution, changed by machine: operators, comparisons, constants, names, arguments,
slices, statements. A change is *refused* by the check that learners see (what never ends, and is
stopped, with it), or does *the same* as the solution on 200 inputs that the hidden tests make (not
all different, where an answer takes few); a *gap* is a change that the check accepts and that does
something else. Where a check takes more than a second, a sample of the changes is tried.
"""


def render_mutants(run):
    """Return the section on the checks as text.

    Args:
        run: the content of `benchmarks/mutants.json`.
    """

    def cells(score):
        counts = (score["mutants"], score["tried"], score["refused"] + score["stopped"])
        return " | ".join(f"{count:,}" for count in (*counts, score["equal"], score["gaps"]))

    parts = [MUTANTS_HEAD, "\n| exercise | changes | tried | refused | the same | gaps |\n"]
    parts.append("| --- " * 6 + "|\n")
    for lesson, exercises in run["scores"].items():
        for name, score in exercises.items():
            parts.append(f"| {lesson[:2]} {name} | {cells(score)} |\n")
    parts.append(f"| all | {cells(run['total'])} |\n")
    parts.append(
        f"\n`{run['command']}`, {run['seconds']:.0f} seconds, {run['hardware']}, {run['date']}.\n"
    )
    return "".join(parts)


def render(lessons, story, search, mutants=None):
    """Return docs/results.md as text, from the lessons' data and what benchmarks have left."""
    parts = [HEAD]
    for name, lesson in lessons.items():
        if "figures" not in lesson:
            continue
        parts.append(f"\n## {name[:2]} {lesson['title']}\n")
        parts.append("\n| | published | real data | sample |\n| --- | --- | --- | --- |\n")
        runs = {}
        for figure in lesson["figures"].values():
            measured = figure.get("measured", {})
            runs |= measured
            values = [figure.get("published", {}), measured.get("real"), measured.get("sample")]
            cells = [f"{value['value']:.4f}" if value else "–" for value in values]
            parts.append(f"| {figure['name']} | {' | '.join(cells)} |\n")
        if lesson.get("data_note"):
            parts.append(f"\n{lesson['data_note']}\n")
        for data, run in runs.items():
            versions = ", ".join(f"{key} {value}" for key, value in run["versions"].items())
            parts.append(
                f"\n**{data.capitalize()}**: `{run['command']}`, {run['seconds']:.0f} seconds, "
                f"at most {run['memory_mb'] / 1000:.1f} GB of memory, "
                f"profile {run['profile']}, {run['precision']}, {run['hardware']}, {versions}, "
                f"{run['date']}.\n"
            )
    parts += [render_story(story)] if story else []
    parts += [render_search(search)] if search else []
    parts += [render_mutants(mutants)] if mutants else []
    return "".join(parts)


def main():
    aside = [
        json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        for path in (STORY, SEARCH, MUTANTS)
    ]
    lessons = json.loads(DATA.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "build" / "results").glob("*.json")):
        print(take(json.loads(path.read_text(encoding="utf-8")), lessons))
    for path, text in (
        (DATA, json.dumps(lessons, indent=2, ensure_ascii=False) + "\n"),
        (PAGE, render(lessons, *aside)),
    ):
        with whole_file(path) as written:
            written.write_text(text, encoding="utf-8")
    print(PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
