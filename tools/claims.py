"""What the lessons say of their runs, and what bears it out: `python -m tools.claims 05`.

`lessons/claims/NN_name.py` has a claim for each sentence of a lesson that says how a run comes out,
and at its head `CONTRADICTIONS`, changes of the lesson that make a claim false: `{name: (profile,
{cell: (old text, new text)})}`. The command runs the lesson with each of these changes, on the
drawn sample, and keeps what its cells leave as `lessons/claims/NN_name-<contradiction>.json`.
`tests/test_story.py` holds every claim against the recorded runs and against its contradiction.
"""

import argparse
import functools
import json
import runpy
import sys
import tempfile
from pathlib import Path

import nbformat

from course_utils.errors import CourseError
from course_utils.machine.stopping import stop_when_asked
from course_utils.store import whole_file
from tools import record, run_lesson
from tools.lesson_source import LESSONS

FOLDER = LESSONS / "claims"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py"))
"""The lessons that have claims."""


class Run:
    """A recorded run, asked by the names that the lesson gives to things.

    Attributes:
        profile, data, base: see `tools.record`.
    """

    def __init__(self, record):
        self._record = record
        self.profile, self.data = record["profile"], record["data"]
        self.base = record.get("base")

    def _find(self, kind, name):
        cells = self._record[kind].values()
        if found := [cell[name] for cell in cells if name in cell]:
            return found[-1]
        first, _, last = name.rpartition(" ")
        if first:
            return self._find(kind, first)[last]
        raise KeyError(f"No {name!r} among the {kind} of this run.")

    def curve(self, name, metric):
        """Return a list with a number an epoch: of the `History` that has this name at the end."""
        return self._find("curves", name)[metric]

    def first(self, name, metric):
        return self.curve(name, metric)[0]

    def last(self, name, metric):
        return self.curve(name, metric)[-1]

    def highest(self, name, metric):
        return max(self.curve(name, metric))

    def lowest(self, name, metric):
        return min(self.curve(name, metric))

    def number(self, name):
        """Return what a variable holds at the end; "name key" is an item of a dict."""
        return self._find("numbers", name)

    def figure(self, name):
        """Return a figure that the lesson reports."""
        return self._record["figures"][name]


class Claim:
    """A sentence on a run, and what has to hold for it.

    Attributes:
        cell: the name of the Markdown cell that says it.
        quotation: the words, as they stand there.
        false_on: the name of the contradiction on which it has been seen false.
        when: what a run's record must have for the claim to speak of it, such as
            `{"profile": "quick"}`.
        judge: takes a `Run`; returns a dict of the numbers that decide, and whether it holds.
    """

    def __init__(self, cell, quotation, false_on, when, judge):
        self.cell, self.quotation, self.false_on = cell, quotation, false_on
        self.when, self.judge, self.name = when or {}, judge, judge.__name__

    def speaks_of(self, run):
        """Say whether a run's record, a dict, is among those that the claim is about."""
        return all(run[key] == value for key, value in self.when.items())

    def on(self, run):
        """Return `(numbers, holds)` for a run's record."""
        return self.judge(Run(run))


def claim(cell, quotation, false_on, when=None):
    """Make a claim of the function below; see `Claim`."""
    return functools.partial(Claim, cell, quotation, false_on, when)


@functools.cache
def read_claims(name):
    """Return `(claims, contradictions)` of a lesson: a list of `Claim`, and `CONTRADICTIONS`."""
    found = runpy.run_path(str(FOLDER / f"{name}.py"))
    claims = [one for one in found.values() if isinstance(one, Claim)]
    return claims, found["CONTRADICTIONS"]


def place(name, contradiction):
    """Return the path of the run that contradicts a lesson's claims."""
    return FOLDER / f"{name}-{contradiction.replace(' ', '-')}.json"


def changed(notebook, cells):
    """Change the code of a notebook in place: `{cell: (old text, new text)}`, each once.

    Raises:
        CourseError: a cell or its old text is not there, or not once.
    """
    sources = {cell["id"]: cell for cell in notebook.cells if cell.cell_type == "code"}
    for name, (old, new) in cells.items():
        if name not in sources or sources[name].source.count(old) != 1:
            raise CourseError(f"The cell {name!r} does not hold once: {old}")
        sources[name].source = sources[name].source.replace(old, new)
    return notebook


def contradict(name, contradiction, tell=print):
    """Run a lesson with the changes of a contradiction, and keep what its cells leave."""
    profile, cells = read_claims(name)[1][contradiction]
    notebook = changed(nbformat.read(run_lesson.find_lesson(name), as_version=4), cells)
    with (
        record.without_a_past(profile, "sample", 1) as variables,
        tempfile.TemporaryDirectory() as scratch,
    ):
        left = run_lesson.execute(notebook, Path(scratch), tell, variables)
        [made] = (Path(scratch) / "results").glob("*.json")
        result = json.loads(made.read_text(encoding="utf-8"))
    own = [one for one in read_claims(name)[0] if one.false_on == contradiction]
    kept = {key: result[key] for key in ("profile", "data", "base", "figures", "hardware", "date")}
    kept |= {"changed": cells, "seconds": left["seconds"]}
    kept |= {"curves": left["curves"], "numbers": left["numbers"]}
    with whole_file(place(name, contradiction)) as aside:
        aside.write_text(run_lesson.as_text(kept), encoding="utf-8")
    held = [one.name for one in own if one.on(kept)[1]]
    return f"{name}, {contradiction}: {len(own)} claims, still true: {', '.join(held) or 'none'}"


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Run what contradicts the lessons' claims.")
    parser.add_argument("lessons", nargs="*", help="their numbers; all if none is given")
    options = parser.parse_args(arguments)
    try:
        names = [run_lesson.find_lesson(number).stem for number in options.lessons] or NAMES
        for name in names:
            for contradiction in read_claims(name)[1]:
                print(contradict(name, contradiction, lambda line: None), flush=True)
    except (CourseError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    stop_when_asked()
    sys.exit(main())
