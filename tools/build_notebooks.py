"""Build notebooks/ from lessons/: `python -m tools.build_notebooks [--check]`.

A lesson is one jupytext py:percent script. Every cell has a name of its own, which becomes the
notebook cell's id, so that building twice gives the same bytes.

What a cell's header may say, beside `name` and `tags`:

- `exercise="width"`: the cell belongs to that exercise. A code cell with a solution between
  `### BEGIN SOLUTION` and `### END SOLUTION` is its answer; the learner's notebook has `...` there.
- `wrong="what its message says"`: with `exercise`, a wrong answer that the check must refuse with
  a message that contains this text. It stands in no built notebook.
- `points=2`: with `exercise`, the cell with the check. What stands in it between
  `### BEGIN HIDDEN TESTS` and `### END HIDDEN TESTS`, and `### EARNED 1`, is for `make grade` only.

Comment lines `# -> text` at the end of a code cell are what it must show; they become its saved
output, which nbval compares.
"""

import argparse
import ast
import dataclasses
import json
import re
import sys
import tomllib
from pathlib import Path

import jupytext
import nbformat

from course_utils import __version__
from course_utils.exercises import RIGHT, UNANSWERED, Outcome

ROOT = Path(__file__).resolve().parent.parent
LESSONS = ROOT / "lessons"
NOTEBOOKS = ROOT / "notebooks"
README = ROOT / "README.md"
GUIDE = ROOT / "docs" / "instructors.md"
ALL_LESSONS = json.loads((ROOT / "course_utils" / "lessons.json").read_text(encoding="utf-8"))
SOLUTION = re.compile(
    r"^(?P<indent>[ ]*)### BEGIN SOLUTION\n(?P<body>.*?)^[ ]*### END SOLUTION\n?", re.S | re.M
)
HIDDEN_TESTS = re.compile(
    r"^[ ]*### BEGIN HIDDEN TESTS\n.*?^[ ]*### END HIDDEN TESTS\n?", re.S | re.M
)
EARNED = re.compile(r"^[ ]*### EARNED \d+\n", re.M)
EXPECTED = re.compile(r"(?:\n# ->[^\n]*)+\Z")
CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
INSTALL = """\
# In Colab, this cell supplies what the lesson needs and Colab lacks; elsewhere it does nothing.
from importlib.metadata import distributions
from importlib.util import find_spec

if find_spec("google") and find_spec("google.colab"):
    if "{version}" not in [d.version for d in distributions(name="image-classification-course")]:
        get_ipython().run_line_magic("pip", "install --quiet --no-deps '{requirement}'")
    if not find_spec("course_utils"):
        raise SystemExit("The helpers of the course could not be fetched. Run this cell again.")
    from course_utils.packages import supply

    supply()"""
ADDED = ("links", "install", "steps")
"""The ids of the cells that every notebook gets beside those of its lesson."""
WRONG_ANSWERS = 3
"""Every exercise lists at least this many wrong answers."""


class LessonError(Exception):
    """A lesson that cannot be built; the message names the file, the line and the remedy."""


@dataclasses.dataclass
class Exercise:
    """The cells of one exercise, as `nbformat` cells of the source."""

    answer: nbformat.NotebookNode = None
    check: nbformat.NotebookNode = None
    wrong: list = dataclasses.field(default_factory=list)


def read_lesson(path):
    """Return a lesson's cells and its exercises by id, both checked.

    Args:
        path: a script in py:percent form.

    Returns:
        `(cells, exercises)`: `nbformat` cells with their metadata, and a dict of `Exercise`.

    Raises:
        LessonError: the source breaks a rule of this module.
    """
    text = path.read_text(encoding="utf-8")
    lines = [n for n, line in enumerate(text.split("\n"), start=1) if re.match(r"# %%", line)]
    cells = jupytext.reads(text, fmt="py:percent").cells
    if len(lines) != len(cells):
        raise LessonError(f"{path}: there is text before the first cell marker `# %%`.")
    names, exercises = {}, {}
    for line, cell in zip(lines, cells, strict=True):
        where = f"{path}, line {line}"
        name = cell.metadata.get("name")
        if not name:
            raise LessonError(f'{where}: the cell has no name. Add name="…" to its header.')
        if not CELL_ID.match(name):
            raise LessonError(
                f"{where}: the name {name!r} cannot be a cell id. "
                "Use up to 64 letters, digits, `_` and `-`."
            )
        if name in ADDED:
            raise LessonError(
                f"{where}: the name {name!r} is that of a cell that the builder adds."
            )
        if name in names:
            raise LessonError(
                f"{where}: the name {name!r} is that of the cell in line {names[name]} too. "
                "Give each cell a name of its own."
            )
        names[name] = line
        if cell.cell_type == "code":
            _read_code_cell(cell, where, exercises)
    for key, exercise in exercises.items():
        if exercise.answer is None or exercise.check is None:
            missing = "answer with a solution" if exercise.answer is None else "check with points"
            raise LessonError(f"{path}: the exercise {key!r} has no {missing}.")
        if len(exercise.wrong) < WRONG_ANSWERS:
            raise LessonError(
                f"{path}: the exercise {key!r} lists {len(exercise.wrong)} wrong answers; "
                f"at least {WRONG_ANSWERS} are needed."
            )
    return cells, exercises


def _read_code_cell(cell, where, exercises):
    """Check one code cell and sort it into its exercise, if it belongs to one."""
    key = cell.metadata.get("exercise")
    has_solution = "### BEGIN SOLUTION" in cell.source or "### END SOLUTION" in cell.source
    if has_solution and not SOLUTION.search(cell.source):
        raise LessonError(f"{where}: a solution needs both its BEGIN and its END line.")
    compared = "nbval-check-output" in cell.metadata.get("tags", [])
    if compared != bool(EXPECTED.search(cell.source)):
        raise LessonError(
            f"{where}: a cell whose output is compared needs both the tag nbval-check-output "
            "and its expected text in lines `# -> …` at its end."
        )
    if key is None:
        if has_solution or "wrong" in cell.metadata or "points" in cell.metadata:
            raise LessonError(f'{where}: the cell needs exercise="…" in its header.')
        return
    exercise = exercises.setdefault(key, Exercise())
    if "wrong" in cell.metadata:
        exercise.wrong.append(cell)
        return
    part = "check" if "points" in cell.metadata else "answer"
    if part == "answer" and not has_solution:
        raise LessonError(
            f"{where}: a cell of exercise {key!r} needs a solution, `wrong=` or `points=`."
        )
    if getattr(exercise, part) is not None:
        raise LessonError(
            f"{where}: the exercise {key!r} has two cells with its {part}. "
            "Two exercises may not share one id."
        )
    setattr(exercise, part, cell)


def stub(source):
    """Return an answer's source with `...` in place of each solution."""
    return SOLUTION.sub(lambda match: f"{match['indent']}...\n", source).rstrip("\n")


def answered(source):
    """Return an answer's source with its solutions and without their marks."""
    return SOLUTION.sub(lambda match: match["body"], source).rstrip("\n")


def public(source):
    """Return a check's source as learners see it: without hidden tests and marks for graders."""
    return EARNED.sub("", HIDDEN_TESTS.sub("", source)).rstrip("\n")


def praise(source):
    """Return what a check says of a right answer: the constant `praise=` of its call, or ""."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "check_exercise":
            keywords = {keyword.arg: keyword.value for keyword in node.keywords}
            return ast.literal_eval(keywords["praise"]) if "praise" in keywords else ""
    raise LessonError(f"A cell with points must call check_exercise:\n{source}")


def repository():
    """Return the repository's web address; `pyproject.toml` is the one place where it stands."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["urls"]["Repository"]


def install_requirement():
    """Return what pip is given in Colab: the helpers at the version that the notebook is of."""
    return f"image-classification-course @ {repository()}/archive/refs/tags/v{__version__}.zip"


def colab_link(name, folder="notebooks"):
    """Return the address that opens a notebook of this version in Colab."""
    owner_and_name = repository().removeprefix("https://github.com/")
    return (
        f"https://colab.research.google.com/github/{owner_and_name}/blob/v{__version__}"
        f"/{folder}/{name}.ipynb"
    )


def _added_cells(path, solutions):
    """Return the cells before the lesson's second one, and those at its foot."""
    name = path.stem
    here = "notebooks/solutions" if solutions else "notebooks"
    pages = f"{repository()}/blob/v{__version__}"
    links = [f"[Open in Colab]({colab_link(name, here)})"]
    links.append(f"[Glossary]({pages}/docs/glossary.md)")
    if not solutions and "### BEGIN SOLUTION" in path.read_text(encoding="utf-8"):
        links.append(f"[With the answers]({pages}/notebooks/solutions/{name}.ipynb)")
    top = [
        nbformat.v4.new_markdown_cell(" · ".join(links), id="links"),
        nbformat.v4.new_code_cell(
            INSTALL.format(version=__version__, requirement=install_requirement()), id="install"
        ),
    ]
    names = sorted(other.stem for other in path.parent.glob("*.py"))
    place = names.index(name)
    titles = {other: read_title(path.with_name(f"{other}.py")) for other in names}
    steps = []
    for other, text in ((place - 1, "← {}"), (place + 1, "{} →")):
        if 0 <= other < len(names):
            # The start page has no answers, so that it lies in notebooks/ only.
            above = "../" if solutions and names[other].startswith("00") else ""
            steps.append(f"[{text.format(titles[names[other]])}]({above}{names[other]}.ipynb)")
    foot = [nbformat.v4.new_markdown_cell(" · ".join(steps), id="steps")] if steps else []
    return top, foot


def read_title(path):
    """Return the heading of a lesson's first cell."""
    return re.search(r"^# # (.+)$", path.read_text(encoding="utf-8"), re.M)[1]


def build(path, solutions):
    """Return the notebook of a lesson as the text of an ipynb file.

    Args:
        path: the lesson's source.
        solutions: whether the exercises are answered.
    """
    cells, _ = read_lesson(path)
    cells = [cell for cell in cells if "wrong" not in cell.metadata]
    built = [_build_cell(cell, solutions, number) for number, cell in enumerate(cells, start=1)]
    top, foot = _added_cells(path, solutions)
    built = built[:1] + top + built[1:] + foot
    notebook = nbformat.v4.new_notebook(
        cells=built,
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
    )
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"


def _build_cell(cell, solutions, number):
    tags = cell.metadata.get("tags", [])
    options = {"id": cell.metadata["name"], "metadata": {"tags": tags} if tags else {}}
    if cell.cell_type == "markdown":
        return nbformat.v4.new_markdown_cell(cell.source, **options)
    source, output = cell.source, None
    if expected := EXPECTED.search(source):
        source = source[: expected.start()]
        output = "\n".join(line[5:] for line in expected[0].split("\n")[1:])
    source = answered(source) if solutions else stub(source)
    if "points" in cell.metadata:
        output = repr(Outcome(RIGHT, praise(source)) if solutions else UNANSWERED)
        source = "# @title Check your answer\n" + public(source)
        options["metadata"] = {
            "cellView": "form",
            "jupyter": {"source_hidden": True},
            "tags": [*tags, "check", "nbval-check-output"],
        }
    built = nbformat.v4.new_code_cell(source, **options)
    if output is not None:  # nbval passes over a compared cell that looks as if it never ran
        built.execution_count = number
        built.outputs = [
            nbformat.v4.new_output("execute_result", {"text/plain": output}, execution_count=number)
        ]
    return built


def fill_readme(text, lessons=LESSONS):
    """Return the README with its table of lessons made anew, between the two marks in it."""
    names = [path.stem for path in sorted(lessons.glob("*.py"))]
    badge = "![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)"
    rows = ["| | lesson | in Colab |", "| --- | --- | --- |"]
    for name, lesson in ALL_LESSONS.items():
        title, link = lesson["title"], "in preparation"
        if name in names:
            title = f"[{title}](notebooks/{name}.ipynb)"
            link = f"[{badge}]({colab_link(name)})"
        rows.append(f"| {name[:2]} | {title} | {link} |")
    return _fill("README.md", text, rows)


def _fill(name, text, rows):
    """Return a page with `rows` between its two marks."""
    begin, end = "<!-- lessons: made by `make notebooks` -->", "<!-- end of lessons -->"
    before, _, rest = text.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise LessonError(f"{name}: the marks {begin} and {end} around the lessons are gone.")
    return "\n".join([before + begin, "", *rows, "", end + after])


def fill_guide(text, lessons=LESSONS):
    """Return the instructors' guide with what the lessons say of themselves in their first cell."""
    rows = ["| | teaching | doing | points | prerequisites |", "| --- | --- | --- | --- | --- |"]
    goals = []
    for path in sorted(lessons.glob("*.py")):
        cells, exercises = read_lesson(path)
        minutes = re.search(r"about (\d+) minutes to read and try, (\d+) more", cells[0].source)
        needs = re.search(r"^\*\*You need\*\* (.+)$", cells[0].source, re.M)
        if not minutes or not needs:
            continue
        points = [int(exercise.check.metadata["points"]) for exercise in exercises.values()]
        points = f"{sum(points)} in {len(points)} exercises"
        title = read_title(path)
        teaching, doing = (f"{number} min" for number in minutes.groups())
        rows.append(f"| {title} | {teaching} | {doing} | {points} | {needs[1]} |")
        bullets = re.findall(r"^- .+$", cells[0].source, re.M)
        goals += ["", f"**{title}.** Afterwards a student can", "", *bullets]
    return _fill("docs/instructors.md", text, [*rows, *goals])


def targets(lessons=LESSONS, notebooks=NOTEBOOKS, readme=README, guide=None):
    """Return `{path: text}` of every notebook that the lessons make, the README and the guide."""
    built = {readme: fill_readme(readme.read_text(encoding="utf-8"), lessons)}
    if guide is not None:
        built[guide] = fill_guide(guide.read_text(encoding="utf-8"), lessons)
    for path in sorted(lessons.glob("*.py")):
        built[notebooks / f"{path.stem}.ipynb"] = build(path, solutions=False)
        if read_lesson(path)[1]:
            built[notebooks / "solutions" / f"{path.stem}.ipynb"] = build(path, solutions=True)
    return built


def differences(built, notebooks=NOTEBOOKS):
    """Return a line for each notebook that is not what its lesson makes."""
    present = {
        path for path in notebooks.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
    }
    problems = [f"{path}: no lesson makes this notebook" for path in sorted(present - set(built))]
    for path, text in built.items():
        if not path.exists():
            problems.append(f"{path}: missing")
        elif path.read_bytes() != text.encode():
            source = "its lesson" if path.suffix == ".ipynb" else "the list of lessons"
            problems.append(f"{path}: differs from what {source} makes of it")
    return problems


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Build notebooks/ from lessons/.")
    parser.add_argument("--check", action="store_true", help="compare only; fail on a difference")
    options = parser.parse_args(arguments)
    try:
        built = targets(guide=GUIDE)
    except LessonError as error:
        print(error, file=sys.stderr)
        return 1
    if options.check:
        problems = differences(built)
        for problem in problems:
            print(problem, file=sys.stderr)
        if problems:
            print(
                "Edit the source in lessons/, not what is made; then run `make notebooks`.",
                file=sys.stderr,
            )
        return 1 if problems else 0
    for path, text in built.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != text.encode():
            aside = path.with_suffix(".aside")
            aside.write_bytes(text.encode())
            aside.replace(path)
            print(f"wrote {path.relative_to(ROOT)}")
    for problem in differences(built):
        print(problem, file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
