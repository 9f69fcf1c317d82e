"""Make what is handed out: `python -m tools.assignment 04 05`.

Leaves, for each lesson, `build/assignments/<lesson>/release/` and `<lesson>.zip` beside it: the
notebook without answers, with nbgrader's marks; the course's helpers; how to open it.
"""

import argparse
import shutil
import sys
import tomllib
import zipfile
from pathlib import Path

import nbformat

from course_utils import __version__
from course_utils.errors import CourseError
from course_utils.store import whole_file, whole_folder
from tools.build_notebooks import RELEASE, notebook
from tools.grading import names, questions
from tools.grading.sandbox import Limits
from tools.lesson_source import LESSONS, ROOT, LessonError, find_lessons, read_lesson, read_title

ASSIGNMENTS = ROOT / "build" / "assignments"
README = """\
# {title}

1. Open `{name}.ipynb`.
   - In Colab (https://colab.research.google.com): File, Upload notebook. The first code cell
     fetches the course's helpers.
   - On your own machine with Python 3.11, 3.12 or 3.13: in this folder,
     `python -m pip install -r requirements.txt`, then `jupyter lab`. The folder `course_utils` has
     to stay beside the notebook.
2. Put your answers in place of the dots, in the cells that hold them. You may add cells of your
   own. Leave the answer cells where they are: they are found by an id that a copy does not have.
3. Run all cells from the top. Each check says "right", or what is wrong.
4. Save, and hand in `{name}.ipynb`, this file alone, under this name.

Each answer is graded by itself: it is run with the lesson's imports and functions, with what your
own cells define, on other inputs as well as those of the check, without a network, and for at most
{seconds:g} seconds of processor time. It must not ask for input or read files. The last definition
above the check counts, as it does when you run the notebook. The modules that an answer may import
are {importable}.

{points}
"""


def release(lesson):
    """Return the notebook of a lesson as it is handed out, an `nbformat` notebook.

    No answer and no hidden test is in it. The cells with an answer or a check carry the marks of
    nbgrader (https://nbgrader.readthedocs.io), their ids as names.
    """
    made = notebook(lesson, RELEASE)
    made.cells += questions.cells(lesson)
    points = {exercise.check_id: exercise.points for exercise in lesson.exercises}
    answers = {exercise.answer_id for exercise in lesson.exercises}
    for cell in made.cells:
        if cell.id in answers or cell.id in points:
            cell.metadata["nbgrader"] = {
                "schema_version": 3,
                "grade_id": cell.id,
                "cell_type": cell.cell_type,
                "grade": cell.id in points,
                "locked": cell.id not in answers,
                "solution": cell.id in answers,
                "task": False,
            } | ({"points": points[cell.id]} if cell.id in points else {})
    made.metadata["course"] = {"lesson": lesson.name, "version": __version__}
    return made


def requirements():
    """Return what a student's own machine needs, without versions that are exact to the byte."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*extras["run"], *extras["cpu"][1:], *extras["lab"][:1]]
    wanted += [need for need in extras["grade"] if need.startswith(("pandas", "scipy"))]
    return "\n".join(wanted) + "\n"


def make(path, assignments=ASSIGNMENTS, asked=None):
    """Make the release of one lesson and return the path of its zip.

    Args:
        path: the lesson's source.
        assignments: the folder in which a folder is made.
        asked: a notebook with questions of the instructor's, see `grading.questions`; or None.
    """
    lesson, name, folder = read_lesson(path), path.stem, assignments / path.stem
    lesson = questions.asked_in(lesson, asked) if asked else lesson
    rows = [f"- {e.answer or e.name}: {e.points}" for e in lesson.exercises]
    total = sum(exercise.points for exercise in lesson.exercises)
    points = f"Points, {total} in all, by the name of the function:\n\n" + "\n".join(rows)
    with whole_folder(folder / "release") as made, whole_file(folder / f"{name}.zip") as archive:
        made.mkdir()
        nbformat.write(release(lesson), made / f"{name}.ipynb")
        told = {"title": read_title(path), "name": name, "points": points}
        readme = README.format(seconds=Limits.seconds, **told, importable=names.IMPORTABLE)
        (made / "README.md").write_text(readme, encoding="utf-8")
        (made / "requirements.txt").write_text(requirements(), encoding="utf-8")
        unwanted = shutil.ignore_patterns("__pycache__", ".aside-*", "quick-*", "*-sample-*")
        shutil.copytree(ROOT / "course_utils", made / "course_utils", ignore=unwanted)
        for beside in (ROOT / "data" / "pretrained", ROOT / "results"):
            own = made / "course_utils" / "data" / beside.name
            if not own.exists():
                shutil.copytree(beside, own, ignore=unwanted)
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in sorted(made.rglob("*")):
                if file.is_file():
                    packed.write(file, f"{name}/{file.relative_to(made)}")
    return folder / f"{name}.zip"


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Make what is handed out for some lessons.")
    parser.add_argument("lessons", nargs="+", help="their numbers or names, such as 04 05")
    parser.add_argument("--to", type=Path, default=ASSIGNMENTS, help="where it goes")
    parser.add_argument("--lessons-in", type=Path, default=LESSONS, help="a folder of your own")
    parser.add_argument("--questions", type=Path, help="a notebook that asks for free answers")
    options = parser.parse_args(arguments)
    try:
        numbers = " ".join(options.lessons).split()
        paths = find_lessons(numbers, options.lessons_in.absolute(), with_exercises=True)
        questions.one_lesson(paths, options.questions)
        for path in paths:
            archive = make(path, options.to.absolute(), options.questions)
            print(f"{archive.parent / 'release'}\n{archive}")
    except (CourseError, LessonError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename or options.to}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
