"""A course folder with two lessons and a class of twelve, graded whole: `make grade`."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest

from course_utils.errors import CourseError
from tests.grading import hostile
from tools import grade
from tools.assignment import make, release
from tools.grading import engine, sandbox
from tools.lesson_source import LESSONS, ROOT, find_lessons, read_lesson

pytest.importorskip("nbgrader", reason="nbgrader is missing: make test-grading has it")
PATHS = [LESSONS / "03_horse_or_human.py", LESSONS / "08_visualization.py"]
DUE = "2026-12-01T23:59"


def notebook(path, choose):
    """A notebook with an answer to each exercise: what `choose(exercise)` returns, or the stub."""
    lesson = read_lesson(path)
    made = json.loads(nbformat.writes(release(lesson)))
    for exercise in lesson.exercises:
        source = choose(exercise)
        if source is not None:
            hostile.cells(made, exercise.answer_id)[0]["source"] = source
    return json.dumps(made).encode()


def right(exercise):
    return exercise.solution


def wrong(exercise):
    return exercise.wrong[0].source


def half(exercise):
    """What earns one of two points, where there is such a half."""
    if exercise.name == "swing":
        return "def largest_fall(accuracies):\n    return float(np.max(-np.diff(accuracies)))"
    if exercise.name == "against":
        return next(listed.source for listed in exercise.wrong if listed.text == "0 / 0")
    return exercise.solution


STUDENTS = {
    "anna": right,
    "ben": lambda exercise: None,
    "cem": wrong,
    "dora": half,
    "emil": right,  # late
    "Fatma Öz": right,
    "=gina()": wrong,
    "hugo": lambda e: "import os; os._exit(3)" if e.points == 1 else e.solution,
    "ines": lambda e: f"raise ValueError('<script>alert(1)</script>')\n{e.solution}",
    "jan": None,
    "lena": right,  # with a deadline of her own
}
CLASS = """\
student,name,submitted,due
anna,Anna Øre,2026-12-01T12:00,
ben,Ben,2026-12-01T12:00,
cem,Cem,2026-12-01T12:00,
dora,Dora,2026-12-01T12:00,
emil,Emil,2026-12-02T12:00,
hugo,Hugo,2026-12-01T12:00,
ines,Ines,2026-12-01T12:00,
jan,Jan,2026-12-01T12:00,
kurt,"Kurt, who hands in nothing",,
lena,Lena,2026-12-03T12:00,2026-12-05T23:59
"""
"""Two students are missing in it, whose names are as odd as names can be."""


@pytest.fixture(scope="module")
def course(tmp_path_factory, needs_bubblewrap):
    """`(folder of submissions, folder of grades)`, graded once."""
    folder = tmp_path_factory.mktemp("course")
    for path in PATHS:
        for student, choose in STUDENTS.items():
            file = folder / "submissions" / student / f"{path.stem}.ipynb"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"sorry" if choose is None else notebook(path, choose))
    (folder / "class.csv").write_text(CLASS, encoding="utf-8")
    assert run(folder, "03 08") == 0
    return folder


def run(folder, lessons, *more):
    return grade.main(
        [*lessons.split(), "--from", str(folder / "submissions"), "--to", str(folder / "grades")]
        + ["--seed", "long and told to nobody", "--due", DUE, "--workers", "2"]
        + ["--class", str(folder / "class.csv"), *more]
    )


def rows(folder, lesson, table="grades.csv"):
    path = folder / "grades" / lesson / table
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def totals(folder, lesson):
    found = {}
    for row in rows(folder, lesson):
        found[row["student"]] = found.get(row["student"], 0) + float(row["points"])
    return found


def test_points(course):
    assert totals(course, "03_horse_or_human") == {
        "'=gina()": 0, "Fatma Öz": 5, "anna": 5, "ben": 0, "cem": 0, "dora": 4, "emil": 5,
        "hugo": 2, "ines": 0, "jan": 0, "kurt": 0, "lena": 5,
    }  # fmt: skip
    found = totals(course, "08_visualization")
    assert (found["anna"], found["dora"], found["hugo"], found["jan"]) == (5, 4, 4, 0)


def test_variables_of_other_work_change_no_mark(course, tmp_path):
    """Under PYTHONOPTIMIZE every assertion holds, and libraries stop at their own warnings."""
    for student in ("anna", "cem", "dora"):
        shutil.copytree(course / "submissions" / student, tmp_path / "submissions" / student)
    command = [sys.executable, "-O", "-m", "tools.grade", "03", "--from", tmp_path / "submissions"]
    past = {"PYTHONOPTIMIZE": "2", "PYTHONWARNINGS": "error", "PYTHONIOENCODING": "ascii"}
    subprocess.run(
        [*command, "--to", tmp_path / "grades", "--seed", "long and told to nobody"],
        env=os.environ | past,
        cwd=ROOT,
        check=True,
    )
    assert totals(tmp_path, "03_horse_or_human") == {"anna": 5, "cem": 0, "dora": 4}


def test_a_judge_without_assertions_refuses(tmp_path):
    command = [sys.executable, "-O", "-m", "tools.grading.judge"]
    judge = subprocess.run(command, input="{}", capture_output=True, text=True, cwd=ROOT)
    assert judge.returncode == 1 and judge.stdout == "" and "nothing can be judged" in judge.stderr


def test_rows(course):
    found = rows(course, "03_horse_or_human")
    assert list(found[0]) == [
        "student", "name", "exercise", "points", "of", "reason", "by hand", "comment", "late",
    ]  # fmt: skip
    assert len(found) == 12 * 4
    late = {row["student"]: row["late"] for row in found}
    assert {student for student in late if late[student] == "yes"} == {"emil"}
    assert {student for student in late if late[student] == "not known"} == {
        "'=gina()", "Fatma Öz", "kurt",
    }  # fmt: skip
    assert {row["name"] for row in found if row["student"] == "anna"} == {"Anna Øre"}
    said = {(row["student"], row["exercise"]): row["reason"] for row in found}
    assert said["anna", "size"] == "right"
    assert said["ben", "size"].startswith("not attempted")
    assert "takes 2 from the side" in said["cem", "size"]
    assert "ends the Python process" in said["hugo", "size"]
    assert "no notebook" in said["jan", "size"]
    assert said["kurt", "size"] == "not attempted: nothing was handed in."
    assert all(not row["student"].startswith(("=", "+", "-", "@")) for row in found)


def test_feedback_page(course):
    folder = course / "grades" / "03_horse_or_human" / "feedback"
    assert len(list(folder.glob("*.html"))) == 12
    page = (folder / "dora.html").read_text(encoding="utf-8")
    assert "Dora: 4 of 5 points." in page and "Handed in 2026-12-01 12:00. In time." in page
    titles = [f"Exercise {n} · " for n in range(1, 5)]
    assert [re.search(f"<h2>{title}", page) is not None for title in titles] == [True] * 4
    assert "largest_fall" in page and "✗ Wrong" in page and "1 of 2 points" in page
    late = (folder / "emil.html").read_text(encoding="utf-8")
    assert "That is late by 0 days and 12 hours." in late
    page = (folder / "ines.html").read_text(encoding="utf-8")
    assert "<script" not in page and "&lt;script&gt;alert(1)" in page
    copy = course / "grades" / "nbgrader" / "feedback" / "ines" / PATHS[0].stem
    assert (copy / f"{PATHS[0].stem}.html").read_text(encoding="utf-8") == page


def test_no_secret_in_what_students_get(course):
    pages = list(course.glob("grades/*/feedback/*.html"))
    assert len(pages) == len(PATHS) * (len(STUDENTS) + 1)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "HIDDEN" not in text and "private." not in text and "secret" not in text


def test_summary(course):
    page = (course / "grades" / "03_horse_or_human" / "summary.html").read_text(encoding="utf-8")
    assert "12 students, 1 late, of 3 it is not known; 5 points in all" in page
    assert re.search(r"takes 2 from the side</td><td class=\"bar\">2 ", page)
    assert re.search(r"<td class=\"bar\">5</td><td class=\"bar\">4 ", page), "four have 5 points"
    assert "=gina()" in page and 'href="feedback/' in page


def test_gradebook(course):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'grades' / 'nbgrader' / 'gradebook.db'}") as book:
        names = {assignment.name for assignment in book.assignments}
        assert names == {path.stem for path in PATHS}
        submission = book.find_submission("03_horse_or_human", "dora")
        assert (submission.score, submission.max_score) == (4, 5)
        assert book.find_submission("03_horse_or_human", "emil").total_seconds_late > 0
        assert book.find_submission("03_horse_or_human", "anna").total_seconds_late == 0
        assert book.find_submission("03_horse_or_human", "lena").total_seconds_late == 0
        assert len(book.students) == 12


def test_nbgrader_exports_it(course):
    folder = course / "grades" / "nbgrader"
    command = [sys.executable, "-m", "nbgrader", "export"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    with open(folder / "grades.csv", encoding="utf-8", newline="") as file:
        found = {
            (r["assignment"], r["student_id"]): float(r["score"]) for r in csv.DictReader(file)
        }
    assert found["03_horse_or_human", "dora"] == 4


def test_only_what_changed_is_graded_again(course, tmp_path, monkeypatch):
    folder = tmp_path / "again"
    shutil.copytree(course, folder, symlinks=True)
    graded = []

    def grade_all(jobs, workers, scheduler):
        graded.extend(jobs)
        return grade_all.real(jobs, workers, scheduler)

    grade_all.real = engine.grade_all
    monkeypatch.setattr(engine, "grade_all", grade_all)
    before = rows(folder, "03_horse_or_human")
    assert run(folder, "03") == 0
    assert graded == [] and rows(folder, "03_horse_or_human") == before

    later = folder / "submissions" / "cem" / "03_horse_or_human (1).ipynb"
    later.write_bytes(notebook(PATHS[0], right))
    shutil.rmtree(folder / "submissions" / "Fatma Öz")
    assert run(folder, "03") == 0
    assert graded == ["cem"]
    found = totals(folder, "03_horse_or_human")
    assert found["cem"] == 5 and "Fatma Öz" not in found
    pages = {page.stem for page in (folder / "grades" / PATHS[0].stem / "feedback").iterdir()}
    assert len(pages) == 11 and not any("Fatma" in page for page in pages)
    assert run(folder, "03", "--force") == 0
    assert len(graded) == 1 + 9, "all who have handed in a notebook"


def test_what_is_graded_is_kept_when_it_is_interrupted(course, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "again"
    shutil.copytree(course / "submissions", folder / "submissions")
    shutil.copy(course / "class.csv", folder)
    graded, real = [], engine.grade_all

    def grade_all(jobs, workers, scheduler):
        for student, marks in real(jobs, workers, scheduler):
            graded.append(student)
            yield student, marks
            if len(graded) == 4:
                raise KeyboardInterrupt

    monkeypatch.setattr(engine, "grade_all", grade_all)
    assert run(folder, "03") == 130
    assert "what is graded is kept" in capsys.readouterr().err
    assert not (folder / "grades" / "03_horse_or_human" / "grades.csv").exists()
    assert run(folder, "03") == 0
    assert sorted(graded) == sorted(set(graded)), "nobody is graded twice"
    assert rows(folder, "03_horse_or_human") == rows(course, "03_horse_or_human")
    assert len(list((folder / "grades" / "03_horse_or_human" / "feedback").glob("*.html"))) == 12


def test_dask_gives_the_same_marks(course, tmp_path):
    distributed = pytest.importorskip("distributed", reason="Dask is missing")
    folder = tmp_path / "dask"
    shutil.copytree(course / "submissions", folder / "submissions")
    shutil.copy(course / "class.csv", folder)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        assert run(folder, "03", "--dask", cluster.scheduler_address) == 0
    assert rows(folder, "03_horse_or_human") == rows(course, "03_horse_or_human")


def test_a_made_up_seed_is_kept(tmp_path):
    first = grade.secret("", tmp_path)
    assert len(first) == 32 and grade.secret("", tmp_path) == first
    assert (tmp_path / "seed").stat().st_mode & 0o077 == 0
    (tmp_path / "seed").write_text("")  # what an interruption may have left
    assert len(grade.secret("", tmp_path)) == 32
    assert grade.secret("mine, and nobody knows it", tmp_path) == "mine, and nobody knows it"


@pytest.mark.parametrize(
    ("seed", "why"),
    [
        ("mine", "too short"),
        ("abcabcabcabcabcabcabc", "too short"),
        ("A sentence that nobody knows", "published with the course"),
        ("one of your own instead", "published with the course"),
    ],
)
def test_a_seed_that_can_be_guessed_or_looked_up_is_refused(seed, why, tmp_path):
    with pytest.raises(CourseError, match=why) as raised:
        grade.secret(seed, tmp_path)
    made = re.search(r"such as ([0-9a-f]{32}),", str(raised.value))[1]
    assert grade.secret(made, tmp_path) == made


def test_refuses_without_bubblewrap(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    (tmp_path / "submissions").mkdir()
    (tmp_path / "class.csv").write_text(CLASS, encoding="utf-8")
    assert run(tmp_path, "03") == 1
    assert "bubblewrap is not installed" in capsys.readouterr().err


def test_says_what_is_wrong(tmp_path, capsys, needs_bubblewrap):
    (tmp_path / "class.csv").write_text(CLASS, encoding="utf-8")
    assert run(tmp_path, "03") == 1
    assert "FROM=" in capsys.readouterr().err
    assert run(tmp_path, "77") == 1
    assert "no lesson with exercises '77'" in capsys.readouterr().err
    assert run(tmp_path, "03", "--due", "soon") == 1
    assert "DUE=soon" in capsys.readouterr().err
    assert run(tmp_path, "03", "--penalty", "120") == 1
    assert "PENALTY=120" in capsys.readouterr().err
    assert grade._deadline("2026-12-01T23:59+00:00").tzinfo


@pytest.mark.parametrize("path", find_lessons([p.stem[:2] for p in PATHS]), ids=lambda p: p.stem)
def test_release(path, tmp_path):
    from nbgrader.nbgraderformat import MetadataValidator

    archive = make(path, tmp_path)
    folder = tmp_path / path.stem / "release"
    made = nbformat.read(folder / f"{path.stem}.ipynb", as_version=4)
    MetadataValidator().validate_nb(made)
    text = nbformat.writes(made)
    assert "SOLUTION" not in text and "HIDDEN" not in text and "EARNED" not in text
    assert "private" not in text and "solutions/" not in text
    sources = {cell.id: cell.source for cell in made.cells}
    for exercise in read_lesson(path).exercises:
        assert sources[exercise.answer_id] == exercise.stub
        for line in exercise.solution.splitlines()[1:]:
            assert line.strip() not in text or line.strip() in "".join(
                source for id, source in sources.items() if id != exercise.answer_id
            )
        assert not any(listed.source in text for listed in exercise.wrong)
    files = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    assert {"README.md", "requirements.txt", "course_utils/__init__.py"} <= files
    assert not any("lessons/" in file or "solutions" in file or "tools" in file for file in files)
    assert archive.stat().st_size < 10 * 2**20
    again = make(path, tmp_path)
    assert again == archive and not list((tmp_path / path.stem).glob(".release-*"))


def test_the_helpers_work_from_the_release(tmp_path):
    make(PATHS[0], tmp_path)
    folder = tmp_path / PATHS[0].stem / "release"
    code = "import course_utils, course_utils.sources.bases as p; print(course_utils.__file__)"
    environment = {**os.environ, "PYTHONPATH": ""}
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert said.stdout.strip().startswith(str(folder)), said.stderr


def test_every_lesson_can_be_made(tmp_path):
    for path in find_lessons([path.stem[:2] for path in LESSONS.glob("0[1-8]*.py")]):
        assert {cell.id for cell in release(read_lesson(path)).cells} > {"title", "install"}


def test_there_is_no_such_lesson():
    with pytest.raises(CourseError, match="no lesson with exercises"):
        find_lessons(["00"], with_exercises=True)
    assert find_lessons(["3", "03", "03_horse_or_human"]) == [PATHS[0]]
    assert ROOT in PATHS[0].parents
