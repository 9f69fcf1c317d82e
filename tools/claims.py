"""What the lessons say of their runs, and what bears it out: `python -m tools.claims 05`.

`lessons/claims/NN_name.py` has a claim for each sentence of a lesson that says how a run comes out,
and at its head `CONTRADICTIONS`, changes of the lesson that make a claim false: `{name: (profile,
{cell: (old text, new text)})}`. The command runs the lesson with each of these changes, on the
drawn sample, and keeps what these claims ask for as `lessons/claims/NN_name-<contradiction>.json`.
What is kept already, and makes them false, is not run again. `tests/test_story.py` holds every
claim against the recorded runs and against its contradiction.
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
        asked: what was asked for so far, `{kind: {cell: {name: value}}}`, as in the record.
    """

    def __init__(self, record):
        self._record = record
        self.profile, self.data = record["profile"], record["data"]
        self.base = record.get("base")
        self.asked = {"curves": {}, "numbers": {}}

    def _find(self, kind, name):
        for cell, values in reversed(self._record[kind].items()):
            if name in values:
                self.asked[kind].setdefault(cell, {})[name] = values[name]
                return values[name]
        first, _, last = name.rpartition(" ")
        if first:
            return self._find(kind, first)[last]
        raise KeyError(f"No {name!r} among the {kind} of this run.")

    def curve(self, name, metric):
        """Return a list with a number an epoch: of the `History` that has this name at the end.

        "name key" is a `History` in a dict.
        """
        return [float(value) for value in self._find("curves", name)[metric]]

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
        """Return `(numbers, holds)` for a run, its record or a `Run`."""
        numbers, holds = self.judge(run if isinstance(run, Run) else Run(run))
        return numbers, bool(holds)


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
    """Run a lesson with the changes of a contradiction, and keep what its claims ask for.

    It ends behind the last cell that is changed, or quoted by these claims.
    """
    claims, contradictions = read_claims(name)
    profile, cells = contradictions[contradiction]
    own = [one for one in claims if one.false_on == contradiction]
    notebook = changed(nbformat.read(run_lesson.find_lesson(name), as_version=4), cells)
    wanted = {one.cell for one in own} | set(cells)
    last = max(n for n, cell in enumerate(notebook.cells) if cell["id"] in wanted)
    notebook.cells = notebook.cells[: last + 1]
    result = {"profile": profile, "data": "sample", "base": None, "figures": {}}
    with (
        record.without_a_past(profile, "sample", 1) as variables,
        tempfile.TemporaryDirectory() as scratch,
    ):
        left = run_lesson.execute(notebook, Path(scratch), tell, variables)
        for reported in (Path(scratch) / "results").glob("*.json"):
            found = json.loads(reported.read_text(encoding="utf-8"))
            result |= {key: found[key] for key in result}
    made = Run(result | left)
    try:
        held = [one.name for one in own if one.on(made)[1]]
    except KeyError as error:
        raise CourseError(f"{name}, {contradiction}: {error.args[0]}") from None
    kept = result | {"changed": cells, "seconds": left["seconds"]} | made.asked
    with whole_file(place(name, contradiction)) as aside:
        aside.write_text(run_lesson.as_text(kept), encoding="utf-8")
    return f"{name}, {contradiction}: {len(own)} claims, still true: {', '.join(held) or 'none'}"


def misquoted(name, texts):
    """Return in words where a lesson's claims do not quote it: a list, empty where all is well.

    Args:
        name: the lesson's name.
        texts: `{cell: text}`, its Markdown cells.
    """
    found = []
    for one in read_claims(name)[0]:
        if one.cell not in texts:
            found.append(f"{one.name}: there is no Markdown cell {one.cell!r}")
        elif one.quotation not in texts[one.cell]:
            found.append(f"{one.name}: {one.cell!r} does not say: {one.quotation}")
        elif len(one.quotation.split()) < 4:
            found.append(f"{one.name}: quote at least four words")
    return found


def not_contradicted(name):
    """Return in words which of a lesson's claims were not seen false: a list, see `misquoted`."""
    claims, contradictions = read_claims(name)
    used = {one.false_on for one in claims}
    found = [f"no claim is false on {one!r}" for one in contradictions if one not in used]
    for one in claims:
        if one.false_on not in contradictions:
            found.append(f"{one.name}: there is no contradiction {one.false_on!r}")
    return found + [fault for one in contradictions for fault in _still_true(name, one)]


def _still_true(name, contradiction):
    """Return in words which claims a contradiction, as it is kept, does not make false: a list."""
    claims, contradictions = read_claims(name)
    path, (profile, cells) = place(name, contradiction), contradictions[contradiction]
    run = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    made_by = {cell: list(change) for cell, change in cells.items()}
    if (run.get("profile"), run.get("changed")) != (profile, made_by):
        return [f"{path.name} is missing, or of other changes"]
    own = [one for one in claims if one.false_on == contradiction]
    return [fault for one in own for fault in _judged(one, run, False, f"on {contradiction!r}")]


def denied(name, runs):
    """Return in words which of a lesson's claims recorded runs deny: a list, see `misquoted`."""
    found = []
    for run in runs:
        label = f"{run['profile']}, {run['data']}, seed {run['seed']}"
        for one in read_claims(name)[0]:
            found += _judged(one, run, True, label) if one.speaks_of(run) else []
    return found


def _judged(one, run, wanted, label):
    try:
        numbers, holds = one.on(run)
    except KeyError as error:
        return [f"{one.name}, {label}: {error.args[0]}"]
    return [] if holds == wanted else [f"{one.name}, {label}: it is {holds}, with {numbers}"]


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Run what contradicts the lessons' claims.")
    parser.add_argument("lessons", nargs="*", help="their numbers; all if none is given")
    options = parser.parse_args(arguments)
    try:
        names = [run_lesson.find_lesson(number).stem for number in options.lessons] or NAMES
        for name in names:
            for contradiction in read_claims(name)[1]:
                if not _still_true(name, contradiction):
                    print(f"{name}, {contradiction}: there, and all its claims are false")
                    continue
                print(contradict(name, contradiction, lambda line: None), flush=True)
    except (CourseError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    from tools import claims  # the module from which the claims have their class

    stop_when_asked()
    sys.exit(claims.main())
