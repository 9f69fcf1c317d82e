"""What the judge needs of a lesson's exercises: texts and numbers, from the lesson's source."""

import ast
import dataclasses
import re

from tools.grading import names

EARNED = re.compile(r"^(?P<indent>[ ]*)### EARNED (?P<points>\d+)$", re.M)


@dataclasses.dataclass(frozen=True)
class Task:
    """One exercise, as it is graded.

    Attributes:
        key: its name in the lesson's source.
        points: what a right answer earns.
        answer_id: the id of the cell that the learner writes in.
        check_id: the id of the cell with the check.
        name: the name that the answer gives a value to, most often a function's.
        stub: the source of the cell as it was handed out.
        solution: the source of the lesson's own answer.
        checks: the source of the check cell, hidden tests and all.
        check: the name of the function with the assertions.
        trial: the name of the function that runs the answer beside it, or None.
        as_data: the name of the function that turns what the answer returns into data, or None.
        praise: what to say of a right answer.
        wrong: `(name of the cell, what its message contains, source)` of each listed wrong answer.
    """

    key: str
    points: int
    answer_id: str
    check_id: str
    name: str
    stub: str
    solution: str
    checks: str
    check: str
    trial: str | None
    as_data: str | None
    praise: str
    wrong: tuple


@dataclasses.dataclass(frozen=True)
class Lesson:
    """A lesson, as it is graded: its name, its code cells outside exercises, its `Task`s."""

    name: str
    cells: tuple
    tasks: tuple

    @classmethod
    def from_dict(cls, values):
        """Return the lesson that `dataclasses.asdict` has made `values` of."""
        return cls(values["name"], values["cells"], tuple(Task(**t) for t in values["tasks"]))


def read_tasks(path):
    """Return the `Lesson` of a source in `lessons/`.

    Raises:
        LessonError: a rule of the source is broken.
    """
    from tools.build_notebooks import EXPECTED, read_lesson  # jupytext takes most of a second

    cells, exercises = read_lesson(path)
    outside = [
        EXPECTED.sub("", cell.source)
        for cell in cells
        if cell.cell_type == "code" and "exercise" not in cell.metadata
    ]
    tasks = [_task(path, key, exercise) for key, exercise in exercises.items()]
    return Lesson(path.stem, tuple(outside), tuple(tasks))


def _task(path, key, exercise):
    from tools.build_notebooks import LessonError, answered, praise, stub

    check = exercise.check
    points = int(check.metadata["points"])
    where = f"{path}, the check of exercise {key!r}"
    for mark in EARNED.finditer(check.source):
        if not 0 < int(mark["points"]) < points:
            raise LessonError(f"{where}: {mark[0].strip()!r} of {points} points.")
    source = EARNED.sub(r"\g<indent>earned(\g<points>)", check.source)
    tree = ast.parse(source)
    [call] = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "check_exercise"
    ]
    beside = {keyword.arg: getattr(keyword.value, "id", None) for keyword in call.keywords}
    answer, function = call.args
    task = Task(
        key=key,
        points=points,
        answer_id=exercise.answer.metadata["name"],
        check_id=check.metadata["name"],
        name=answer.id,
        stub=stub(exercise.answer.source),
        solution=answered(exercise.answer.source),
        checks=source,
        check=function.id,
        trial=beside.get("trial"),
        as_data=beside.get("as_data"),
        praise=praise(check.source),
        wrong=tuple((w.metadata["name"], w.metadata["wrong"], w.source) for w in exercise.wrong),
    )
    if task.check in {name for s in _beside(task) for name in names.bound(s)}:
        raise LessonError(f"{where}: what runs beside the answer may not use the check itself.")
    return task


def _beside(task):
    wanted = [name for name in (task.trial, task.as_data) if name]
    return names.needed(wanted, names.statements([task.checks]))[0]


def beside(task):
    """Return the source of what runs beside the answer, in the sandbox: no check is in it."""
    return "\n\n\n".join(ast.unparse(statement) for statement in _beside(task))
