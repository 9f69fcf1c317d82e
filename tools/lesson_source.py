"""A lesson's source, read and checked in one place for everybody who asks what stands in it.

A lesson is one jupytext py:percent script, `lessons/NN_name.py`. Every cell has a name of its own,
which becomes the notebook cell's id, so that building twice gives the same bytes. What a cell's
header may say, beside `name` and `tags`:

- `exercise="width"`: the cell belongs to that exercise. A code cell with a solution between
  `### BEGIN SOLUTION` and `### END SOLUTION` is its answer; the learner's notebook has `...` there.
- `points=2`: with `exercise`, the cell with the check. What stands in it between
  `### BEGIN HIDDEN TESTS` and `### END HIDDEN TESTS`, and `### EARNED 1`, is for `make grade` only.

Comment lines `# -> text` at the end of a code cell are what it must show. A cell with the tag
`author` is for who runs the source itself; it is in no notebook.

`lessons/answers/NN_name.py` has the same form and lists answers that are tried, in no notebook:

- `exercise="width" wrong="what its message says"`: the check must refuse it with a message that
  contains this text.
- `exercise="width" right="how it differs"`: another right answer, which the check must accept.
"""

import ast
import dataclasses
import itertools
import re
from pathlib import Path
from typing import NamedTuple

from course_utils.errors import unknown_name
from course_utils.exercises.checks import RIGHT, UNANSWERED, Outcome
from tools.grading import names

ROOT = Path(__file__).resolve().parent.parent
LESSONS = ROOT / "lessons"
ADDED = ("links", "install", "steps")
"""The ids of the cells that every notebook gets beside those of its lesson."""
AUTHOR = "author"
COMPARED = "nbval-check-output"
TAGS = {AUTHOR, COMPARED}
LISTED = {"wrong": 3, "right": 3}
"""Every exercise lists at least so many wrong answers, and right ones that are built otherwise."""
SOLUTION = re.compile(
    r"^(?P<indent>[ ]*)### BEGIN SOLUTION\n(?P<body>.*?)^[ ]*### END SOLUTION\n?", re.S | re.M
)
HIDDEN_TESTS = re.compile(
    r"^[ ]*### BEGIN HIDDEN TESTS\n.*?^[ ]*### END HIDDEN TESTS\n?", re.S | re.M
)
EARNED = re.compile(r"^(?P<indent>[ ]*)### EARNED (?P<points>\d+)\n", re.M)
MARK = re.compile(r"### *(?:BEGIN|END|EARNED)\b.*")
EXPECTED = re.compile(r"(?:\n# ->[^\n]*)+\Z")
CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
IN_A_LESSON = {"name", "tags", "exercise", "points"}
AMONG_ANSWERS = {"name", "tags", "exercise", "wrong", "right"}
BESIDE = ("trial", "as_data")
"""The arguments of `check_exercise` that name a function of the check cell."""


class LessonError(Exception):
    """A lesson that cannot be built; the message names the file, the line and the remedy."""


@dataclasses.dataclass(frozen=True)
class Cell:
    """A cell of a lesson, as it stands in one of its notebooks.

    Attributes:
        id: its name in the source.
        kind: "markdown" or "code".
        source: its text, without any mark of the source.
        tags: the notebook's tags.
        shows: the text that it must show when it runs, or None.
        part: "answer" or "check" of an exercise, or "".
    """

    id: str
    kind: str
    source: str
    tags: tuple = ()
    shows: str | None = None
    part: str = ""


class ListedAnswer(NamedTuple):
    """A wrong answer, with what its message contains, or a right one, with how it differs."""

    id: str
    text: str
    source: str


@dataclasses.dataclass(frozen=True)
class Exercise:
    """An exercise; `answer`, `check`, `trial`, `as_data` are names, as `check_exercise` has them.

    Attributes:
        name: its name in the lesson's source.
        points: what a right answer earns.
        answer_id: the id of the cell that the learner writes in.
        check_id: the id of the cell with the check.
        answer: the name that the answer gives a value to, most often a function's.
        check: the name of the function with the assertions.
        trial: the name of the function that runs the answer beside it, or None.
        as_data: the name of the function that turns what the answer returns into data, or None.
        stub: the source of the answer's cell as it is handed out.
        solution: its source with the lesson's own answer.
        shown: the source of the check as learners see it.
        graded: the source of the check for graders: with hidden tests, and calls of `earned`.
        beside: the source of what runs beside the answer in the sandbox; no check is in it.
        praise: what to say of a right answer.
        wrong, right: the `ListedAnswer`s.
    """

    name: str
    points: int
    answer_id: str
    check_id: str
    answer: str
    check: str
    trial: str | None
    as_data: str | None
    stub: str
    solution: str
    shown: str
    graded: str
    beside: str
    praise: str
    wrong: tuple = ()
    right: tuple = ()


@dataclasses.dataclass(frozen=True)
class Lesson:
    """A lesson, as plain data: `dataclasses.asdict` and `from_dict` take it to another process.

    Attributes:
        path: its source, a text.
        cells: its cells that belong to no exercise's code, and the places of those that do.
        exercises: its `Exercise`s, in order.
    """

    path: str
    cells: tuple
    exercises: tuple

    @classmethod
    def from_dict(cls, values):
        """Return the lesson that `dataclasses.asdict` has made `values` of."""
        cells = tuple(Cell(**cell) for cell in values["cells"])
        return cls(values["path"], cells, tuple(Exercise(**e) for e in values["exercises"]))

    @property
    def name(self):
        return Path(self.path).stem

    @property
    def code(self):
        """The sources of the code cells that belong to no exercise."""
        return [cell.source for cell in self.cells if cell.kind == "code" and not cell.part]

    def learner(self):
        """Return the cells of the learner's notebook: dots for answers, nothing attempted."""
        return self._view(lambda exercise: (exercise.stub, UNANSWERED))

    def solution(self):
        """Return the cells of the solution notebook: every exercise is answered and right."""
        return self._view(lambda exercise: (exercise.solution, Outcome(RIGHT, exercise.praise)))

    def _view(self, choose):
        filled = {}
        for exercise in self.exercises:
            answer, outcome = choose(exercise)
            filled[exercise.answer_id] = {"source": answer}
            filled[exercise.check_id] = {"source": exercise.shown, "shows": repr(outcome)}
        return [dataclasses.replace(cell, **filled.get(cell.id, {})) for cell in self.cells]


def lesson_paths(lessons=LESSONS):
    """Return the sources of the lessons, in order.

    Raises:
        LessonError: two lessons have one number.
    """
    paths = sorted(path for path in lessons.glob("[!.]*.py") if path.is_file())
    for path, other in itertools.pairwise(paths):
        if path.stem.split("_")[0] == other.stem.split("_")[0]:
            raise LessonError(f"{other}: {path.name} has that number too. Give each one its own.")
    return paths


def has_exercises(path):
    """Return whether a lesson has exercises, without reading it whole."""
    return "### BEGIN SOLUTION" in _read_text(path)


def _read_text(path):
    """Return what stands in a file.

    Raises:
        LessonError: it is no text in UTF-8.
    """
    content = path.read_bytes()
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise LessonError(f"{path}, line {line}: this is not UTF-8. Save the file so.") from None
    if text.startswith("\ufeff"):
        raise LessonError(f"{path}, line 1: a byte-order mark. Save the file as UTF-8 without it.")
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise LessonError(f"{path}, line {line}: a character NUL, which no source may hold.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def find_lessons(numbers, lessons=LESSONS, with_exercises=False):
    """Return the sources of the lessons whose names are, or begin with, one of `numbers`.

    Raises:
        UnknownNameError: there is no such lesson, or it has no exercises where it should.
    """
    paths = {
        path.stem: path
        for path in lesson_paths(lessons)
        if not with_exercises or has_exercises(path)
    }
    found = []
    for number in numbers:
        stems = [stem for stem in paths if number == stem or stem.split("_")[0] == number.zfill(2)]
        if not stems:
            kind = "lesson with exercises" if with_exercises else "lesson"
            raise unknown_name(kind, number, paths)
        found.append(paths[stems[0]])
    return list(dict.fromkeys(found))


def read_title(path):
    """Return the heading of a lesson's first cell.

    Raises:
        LessonError: it has none.
    """
    found = re.search(r"^# # (.+)$", _read_text(path), re.M)
    if not found:
        raise LessonError(f"{path}: no cell has the lesson's title, in a line `# # Title`.")
    return found[1]


def read_lesson(path):
    """Return the `Lesson` of a source, with the answers that are listed beside it.

    Raises:
        LessonError: the source breaks a rule of this module.
    """
    lines = {}
    sources = list(_read_cells(path, IN_A_LESSON, lines))
    parts, cells = {}, []
    for source in sources:
        part = _part(source)
        if part:
            parts.setdefault(source.exercise, {}).setdefault(part, []).append(source)
        if AUTHOR not in source.tags:
            cells.append(_cell(source, part))
    read_title(path)
    listed = _read_answers(path, parts, lines)
    exercises = [_exercise(path, *found, *listed[found[0]]) for found in parts.items()]
    return Lesson(str(path), tuple(cells), tuple(exercises))


def taught(number, name, **given):
    """Return what a lesson defines under a name: its definition is executed, and what that needs.

    Args:
        number: the lesson's number or name, such as "04".
        name: the name; a function's, most often.
        given: values for names of the lesson that are not to be worked out, such as `side=64`.

    Raises:
        UnknownNameError: there is no such lesson, or it defines no such name.
    """
    [path] = find_lessons([str(number)])
    cells = read_lesson(path).solution()
    code = [cell.source for cell in cells if cell.kind == "code" and cell.part != "check"]
    statements = [s for s in names.statements(code) if not names.bound(s) & given.keys()]
    defined = {bound: None for statement in statements for bound in names.bound(statement)}
    if name not in defined:
        raise unknown_name(f"definition in lesson {path.stem}", name, defined)
    chosen, _ = names.needed([name], statements)
    space = {"__name__": path.stem, **given}
    exec(compile(ast.Module(chosen, []), str(path), "exec"), space)
    return space[name]


@dataclasses.dataclass
class _Source:
    """A cell as it stands in a file, with the place that messages name."""

    path: Path
    line: int
    kind: str
    text: str
    header: dict

    @property
    def name(self):
        return self.header["name"]

    @property
    def exercise(self):
        return self.header.get("exercise")

    @property
    def tags(self):
        return self.header.get("tags", [])

    def error(self, text, line=0):
        """Return the error for the cell, or for a line of its text, counted from 1."""
        return LessonError(f"{self.path}, line {self.line + line}: {text}")

    def parse(self, text=None):
        """Return the syntax tree of the cell's text."""
        text = self.text if text is None else text
        try:
            compile(text, str(self.path), "exec")  # which sees more than `ast.parse`
            return ast.parse(text)
        except SyntaxError as error:
            says, line = error.msg, error.lineno or 0
        except (ValueError, RecursionError, MemoryError) as error:
            says, line = str(error) or type(error).__name__, 0
        raise self.error(f"Python cannot read this: {says}.", line)


def _read_cells(path, known, lines):
    """Yield the `_Source`s of a file; `lines` collects the place of each name."""
    import jupytext  # takes most of a second, and a judge does not need it

    text = _read_text(path)
    begins = [n for n, line in enumerate(text.split("\n"), start=1) if re.match(r"# %%", line)]
    before = text.split("\n")[: begins[0] - 1] if begins else text.split("\n")
    for line, stray in enumerate(before, start=1):
        if stray.strip():
            raise LessonError(f"{path}, line {line}: text before the first cell marker `# %%`.")
    try:
        found = jupytext.reads(text, fmt="py:percent").cells
    except Exception as error:  # of whatever reads the headers
        raise LessonError(
            f"{path}: jupytext cannot read this ({str(error).splitlines()[0]}). In a header, name= "
            "is a text, and tags= a list of different texts."
        ) from None
    if not begins:
        raise LessonError(f"{path}: it has no cell. A cell begins with `# %%`.")
    if len(begins) != len(found):
        raise LessonError(
            f"{path}: {len(begins)} lines begin with `# %%`, and jupytext finds {len(found)} "
            "cells. Each cell begins with such a line, and no line in a text does."
        )
    for line, cell in zip(begins, found, strict=True):
        header = {key: value for key, value in cell.metadata.items() if "lines_to" not in key}
        source = _Source(path, line, cell.cell_type, cell.source, header)
        name = header.get("name")
        if not name:
            raise source.error('the cell has no name. Add name="…" to its header.')
        if not isinstance(name, str) or not CELL_ID.match(name):
            raise source.error(
                f"the name {name!r} cannot be a cell id. Use up to 64 letters, digits, `_` and `-`."
            )
        if name in ADDED:
            raise source.error(f"the name {name!r} is that of a cell that the builder adds.")
        if name in lines:
            raise source.error(
                f"the name {name!r} is that of the cell in line {lines[name]} too. "
                "Give each cell a name of its own."
            )
        if unknown := header.keys() - known:
            raise source.error(f"{_stray(unknown)} Here a header may say {_list(known)}.")
        if problem := _problem_of(source):
            raise source.error(problem)
        lines[name] = line if known is IN_A_LESSON else f"{line} of {path}"
        yield source


def _problem_of(source):
    """Return in words what is wrong with the values of a header, or None."""
    tags, texts = source.tags, ("exercise", "wrong", "right")
    if source.kind not in ("markdown", "code"):
        return f"a cell is code, or [markdown], not [{source.kind}]."
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        return 'tags are a list of texts, such as tags=["nbval-check-output"].'
    if unknown := set(tags) - TAGS:
        return f"the tag {min(unknown)} means nothing; known are {_list(TAGS)}."
    if len(set(tags)) < len(tags):
        return "a tag stands twice."
    for key in texts:
        value = source.header.get(key, "x")
        if not isinstance(value, str) or not value.strip():
            return f'{key}= is a text, such as {key}="width", not {value!r}.'
    if source.kind == "markdown" and (source.header.keys() & {"exercise", "points"} or tags):
        return "exercise, points and tags belong to cells with code."
    if source.kind == "markdown" and (mark := MARK.search(source.text)):
        return f"`{mark[0]}` stands in a cell with code only: here it would be shown."
    if AUTHOR in tags and "exercise" in source.header:
        return "a cell with the tag author is in no notebook, and so no part of an exercise."
    return None


def _stray(keys):
    if keys & {"wrong", "right"}:
        return "wrong and other right answers stand in the file of this name in answers/."
    return f"the header says {_list(keys)}, which means nothing."


def _list(words):
    return ", ".join(sorted(words))


def _part(source):
    """Return which part of an exercise a cell is, "answer", "check" or ""; check its marks."""
    if source.kind != "code":
        return ""
    text, part = source.text, ""
    imported = re.search(r"^[ \t]*(?:from|import)[ \t]+tools\b", text, re.M)
    if imported and AUTHOR not in source.tags:
        line = text[: imported.start()].count("\n") + 1
        raise source.error("a notebook has no `tools`: this belongs to a cell tagged author.", line)
    compared = COMPARED in source.tags
    if compared != bool(EXPECTED.search(text)):
        raise source.error(
            "a cell whose output is compared needs both the tag nbval-check-output "
            "and its expected text in lines `# -> …` at its end."
        )
    if "points" in source.header:
        part, without = "check", [_shown(text)]
        points = source.header["points"]
        if type(points) is not int or points < 1:
            raise source.error(f"points={points!r} is no whole number from 1 on.")
    elif SOLUTION.search(text):
        part, without = "answer", [_solution(text), _stub(text)]
    else:
        without = [text]
    source.parse()
    for rest in without:
        source.parse(rest)
        if mark := MARK.search(rest):
            line = text[: text.index(mark[0])].count("\n") + 1
            raise source.error(
                f"`{mark[0]}` has no place here. A solution needs both its BEGIN and its END line, "
                "in an answer; so do hidden tests, in a check; there too stands `### EARNED 1`.",
                line,
            )
    if part and not source.exercise:
        raise source.error('the cell needs exercise="…" in its header.')
    if source.exercise and not part:
        raise source.error(
            f"a cell of exercise {source.exercise!r} needs a solution between its marks, "
            "or points= in its header."
        )
    return part


def _stub(text):
    return SOLUTION.sub(lambda match: f"{match['indent']}...\n", text).rstrip("\n")


def _solution(text):
    return SOLUTION.sub(lambda match: match["body"], text).rstrip("\n")


def _shown(text):
    return EARNED.sub("", HIDDEN_TESTS.sub("", text)).rstrip("\n")


def _cell(source, part):
    text, shows = source.text, None
    if source.kind == "code" and (expected := EXPECTED.search(text)):
        text = text[: expected.start()]
        shows = "\n".join(line[5:] for line in expected[0].split("\n")[1:])
    text = text if not part else ""  # which depends on the view
    return Cell(source.name, source.kind, text.rstrip("\n"), tuple(source.tags), shows, part)


def _read_answers(path, parts, lines):
    """Return `{exercise: (wrong, right)}`: the `_Source`s in the file beside a lesson."""
    listed = {name: ([], []) for name in parts}
    beside = path.parent / "answers" / path.name
    for source in _read_cells(beside, AMONG_ANSWERS, lines) if beside.exists() else ():
        kinds = [kind for kind in ("wrong", "right") if kind in source.header]
        if source.kind != "code" or len(kinds) != 1 or not source.header[kinds[0]]:
            raise source.error('a listed answer is code and needs either wrong="…" or right="…".')
        if source.exercise not in listed:
            known = ", ".join(listed) or "none"
            raise source.error(
                f"the lesson has no exercise {source.exercise!r}; it has these: {known}."
            )
        if MARK.search(source.text):
            raise source.error("a listed answer is whole; it has no marks.")
        listed[source.exercise][kinds[0] == "right"].append(source)
    return listed


def _exercise(path, name, found, wrong, right):
    """Return the `Exercise` of the `_Source`s of its parts, `{part: […]}`, and listed answers."""
    for part, text in (("answer", "answer with a solution"), ("check", "check with points")):
        cells = found.get(part, [])
        if not cells:
            raise LessonError(f"{path}: the exercise {name!r} has no {text}.")
        if len(cells) > 1:
            raise cells[1].error(
                f"the exercise {name!r} has two cells with its {part}. "
                "Two exercises may not share one name."
            )
    [answer], [check] = found["answer"], found["check"]
    for kind, listed in (("wrong", wrong), ("right", right)):
        if len(listed) < LISTED[kind]:
            raise answer.error(
                f"the exercise {name!r} lists {len(listed)} {kind} answers in "
                f"{path.parent / 'answers' / path.name}; at least {LISTED[kind]} are needed."
            )
    stub, solution = _stub(answer.text), _solution(answer.text)
    call = _read_call(check, _bound(answer.parse()) & _bound(answer.parse(stub)))
    for listed in (*wrong, *right):
        if call["answer"] not in _bound(listed.parse()):
            raise listed.error(f"the answer does not define {call['answer']}.")
    _refuse_telling_messages(check)
    points = check.header["points"]
    for mark in EARNED.finditer(check.text):
        if not 0 < int(mark["points"]) < points:
            raise check.error(
                f"`{mark[0].strip()}` of {points} points: give from 1 to {points - 1}.",
                check.text[: mark.start()].count("\n") + 1,
            )
    return Exercise(
        name=name,
        points=points,
        answer_id=answer.name,
        check_id=check.name,
        stub=stub,
        solution=solution,
        shown=_shown(check.text),
        graded=EARNED.sub("\\g<indent>earned(\\g<points>)\n", check.text),
        wrong=tuple(ListedAnswer(s.name, s.header["wrong"], s.text) for s in wrong),
        right=tuple(ListedAnswer(s.name, s.header["right"], s.text) for s in right),
        **call,
    )


def hidden_lines(text):
    """Return the lines of a check that are hidden tests, as `range`s; the first line is 1."""
    return [
        range(*(text[:place].count("\n") + 1 for place in found.span()))
        for found in HIDDEN_TESTS.finditer(text)
    ]


def _refuse_telling_messages(check):
    """Raise LessonError where a hidden test's message could tell a value: students read it."""
    for node in ast.walk(check.parse()):
        hidden = any(getattr(node, "lineno", 0) in span for span in hidden_lines(check.text))
        if hidden and isinstance(node, ast.Assert) and not (node.msg and _is_text(node.msg)):
            raise check.error(
                "the message of a hidden test names the kind of fault, in a text that stands "
                "there: a computed one could tell a value to those who answer once more.",
                node.lineno,
            )


def _bound(tree):
    return {name for statement in tree.body for name in names.bound(statement)}


def _read_call(check, answers):
    """Return what the call of `check_exercise` in a check says, by its parameters' names.

    Args:
        check: the `_Source` of the cell with points.
        answers: the names that the answer gives a value to.
    """
    tree = check.parse()
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "check_exercise"
    ]
    if len(calls) != 1:
        raise check.error(
            f"a cell with points calls check_exercise once, and this one {len(calls)} times."
        )
    [call], functions = calls, {s.name for s in tree.body if isinstance(s, ast.FunctionDef)}

    def need(holds, node, text):
        if not holds:
            raise check.error(f"check_exercise: {text}", node.lineno)

    plain = [isinstance(node, ast.Name) for node in call.args]
    need(
        plain == [True, True],
        call,
        "its two positional arguments are plain names: first the answer, then the check function.",
    )
    answer, function = call.args
    need(answer.id in answers, answer, f"{answer.id} is not what the answer's cell defines.")
    need(function.id in functions, function, f"define the function {function.id} in this cell.")
    said = {"answer": answer.id, "check": function.id, "praise": "", "trial": None, "as_data": None}
    for keyword in call.keywords:
        value, key = keyword.value, keyword.arg
        if key in BESIDE:
            need(
                isinstance(value, ast.Name) and value.id in functions,
                value,
                f"{key}= is the name of a function that this cell defines.",
            )
            said[key] = value.id
        elif key == "praise":
            need(_is_text(value), value, "praise= is a text that stands there, not a computed one.")
            said[key] = value.value
        else:
            known = "hints, praise, trial and as_data"
            need(key == "hints", value, f"{key or '**'} is unknown; it knows {known}.")
            texts = isinstance(value, ast.List) and all(map(_is_text, value.elts))
            need(texts, value, "hints= is a list of texts that stand there, not computed ones.")
    wanted = [said[key] for key in BESIDE if said[key]]
    beside = [
        names.needed(wanted, names.statements([text]))[0]
        for text in (check.text, _shown(check.text))
    ]
    seen, public = ("\n\n\n".join(map(ast.unparse, found)) for found in beside)
    need(
        seen == public and said["check"] not in _bound(ast.Module(beside[0], [])),
        call,
        f"{' and '.join(wanted)} may use neither the check itself nor hidden tests: "
        "they run beside the answer.",
    )
    return said | {"beside": seen}


def _is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
