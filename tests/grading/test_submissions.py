"""Who has handed in what: folders, files, zips of Moodle and Canvas, resubmissions, deadlines."""

import datetime
import io
import json
import os
import subprocess
import sys
import zipfile

import nbformat
import pytest

from course_utils.errors import CourseError
from tools.assignment import release
from tools.build_notebooks import ROOT
from tools.grading import submissions
from tools.grading.notebooks import read
from tools.grading.submissions import answers, collect
from tools.grading.texts import safe_name
from tools.lesson_source import LESSONS, read_lesson

PATH = LESSONS / "03_horse_or_human.py"
LESSON = read_lesson(PATH)
NAME = f"{LESSON.name}.ipynb"


def notebook(text, path=PATH):
    """A notebook of a lesson with `text` in its first answer."""
    made = release(read_lesson(path))
    next(c for c in made.cells if c.id.endswith("_answer")).source = f"answer = {text!r}"
    return nbformat.writes(made).encode()


def put(path, content, day=1):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    noon = datetime.datetime(2026, 12, day, 12).timestamp()
    os.utime(path, (noon, noon))


def zipped(files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, (text, day) in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 12, day, 12, 0, 0)), text)
    return content.getvalue()


def said(folder):
    """`{student: what the answer holds, or the problem}`"""
    found = {}
    for student, submission in collect(folder, LESSON)[0].items():
        text = submission.problem
        if not text:
            first = LESSON.exercises[0]
            text = answers(submission.cells, LESSON)[first.name][len("answer = '") : -1]
        found[student] = text
    return found


def test_a_folder_or_a_file_for_each_student(tmp_path):
    put(tmp_path / "anna" / NAME, notebook("a"))
    put(tmp_path / "ben" / "deep" / "down" / "mine.ipynb", notebook("b"))
    put(tmp_path / "cem.ipynb", notebook("c"))
    put(tmp_path / "group-1.ipynb", notebook("one"))
    put(tmp_path / "group-2.ipynb", notebook("two"))
    put(tmp_path / "dora" / "essay.docx", b"x")
    put(tmp_path / "anna" / ".ipynb_checkpoints" / NAME, notebook("old"), day=20)
    found = said(tmp_path)
    assert {student: text for student, text in found.items() if student != "dora"} == {
        "anna": "a", "ben": "b", "cem": "c", "group-1": "one", "group-2": "two",
    }  # fmt: skip
    assert "no notebook of 03_horse_or_human, only: essay.docx" in found["dora"]


def test_the_latest_counts(tmp_path):
    put(tmp_path / "anna" / NAME, notebook("second"), day=2)
    put(tmp_path / "anna" / "03_horse_or_human (1).ipynb", notebook("first"), day=1)
    put(tmp_path / "ben" / NAME, notebook("in time"), day=1)
    assert said(tmp_path) == {"anna": "second", "ben": "in time"}
    assert {s.time for s in collect(tmp_path, LESSON)[0].values()} == {None}, "nobody says when"


def test_a_broken_resubmission_does_not_replace_a_good_one(tmp_path):
    put(tmp_path / "anna" / NAME, notebook("good"), day=1)
    put(tmp_path / "anna" / "03_horse_or_human-final.ipynb", b"not a notebook", day=2)
    assert said(tmp_path)["anna"] == "good"


def test_other_lessons_are_other_lessons(tmp_path):
    other = LESSONS / "08_visualization.py"
    put(tmp_path / "anna" / NAME, notebook("a"), day=1)
    put(tmp_path / "anna" / "08_visualization.ipynb", notebook("x", other), day=2)
    put(tmp_path / "anna" / "renamed.ipynb", notebook("x", other), day=3)
    put(tmp_path / "ben" / "08_visualization.ipynb", notebook("x", other), day=2)
    found = said(tmp_path)
    assert found["anna"] == "a"
    assert "no notebook of 03" in found["ben"]


def test_moodle(tmp_path):
    files = {
        f"Anna Müller_123_assignsubmission_file_/{NAME}": (notebook("a"), 1),
        f"Ben Li_124_assignsubmission_file_{NAME}": (notebook("b"), 2),
        "__MACOSX/._x.ipynb": (b"", 1),
    }
    content = zipped(files)
    put(tmp_path / "all.zip", content)
    expected = {"Anna Müller_123": "a", "Ben Li_124": "b"}
    assert said(tmp_path) == said(tmp_path / "all.zip") == expected
    prefixes = {s.prefix for s in collect(tmp_path, LESSON)[0].values()}
    assert prefixes == {
        "Anna Müller_123_assignsubmission_file_/",
        "Ben Li_124_assignsubmission_file_",
    }
    with zipfile.ZipFile(io.BytesIO(content)) as archive:  # or unpacked by hand
        names = [name for name in archive.namelist() if not name.startswith("__")]
        archive.extractall(tmp_path / "unpacked", names)
    assert said(tmp_path / "unpacked") == expected


def test_canvas(tmp_path):
    files = {
        f"mulleranna_11_501_{NAME}": (notebook("first"), 1),
        "mulleranna_11_502_03_horse_or_human-1.ipynb": (notebook("second"), 1),
        f"liben_LATE_12_503_{NAME}": (notebook("b"), 1),
    }
    put(tmp_path / "submissions.zip", zipped(files))
    assert said(tmp_path) == {"mulleranna_11": "second", "liben_12": "b"}
    found = collect(tmp_path, LESSON)[0]
    assert {s.student: (s.late, s.prefix) for s in found.values()} == {
        "mulleranna_11": (False, "mulleranna_11_502_"),
        "liben_12": (True, "liben_LATE_12_503_"),
    }


def test_a_student_hands_in_a_zip(tmp_path):
    put(tmp_path / "anna" / "work.zip", zipped({f"work/{NAME}": (notebook("a"), 1)}))
    inner = zipped({NAME: (notebook("b"), 1)})
    put(tmp_path / "ben.zip", inner)
    assert said(tmp_path) == {"anna": "a", "ben": "b"}
    every = zipped({"Ben_1_assignsubmission_file_/work.zip": (inner, 1)})
    put(tmp_path / "moodle" / "all.zip", every)
    assert said(tmp_path / "moodle") == {"Ben_1": "b"}


def test_nbgrader_says_when(tmp_path):
    """In its own tree; anywhere else the file is the student's own, and says nothing."""
    submitted = tmp_path / "submitted"
    put(submitted / "anna" / LESSON.name / NAME, notebook("a"))
    stamp = submitted / "anna" / LESSON.name / "timestamp.txt"
    put(stamp, b"2026-12-01 10:00:00.000000 UTC")
    put(submitted / "ben" / LESSON.name / NAME, notebook("b"))
    put(submitted / "ben" / LESSON.name / "deep" / "timestamp.txt", stamp.read_bytes())
    assert collect(submitted, LESSON)[0]["anna"].time is None
    put(tmp_path / "nbgrader_config.py", b"")
    found = collect(submitted, LESSON)[0]
    assert found["anna"].time == datetime.datetime(2026, 12, 1, 10, tzinfo=datetime.UTC)
    assert found["ben"].time is None


def test_no_file_is_written_and_no_bomb_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(submissions, "LARGEST", 10_000)
    files = {
        f"../../anna/{NAME}": (b"x", 1),
        f"ben/{NAME}": (b" " * 10**6, 1),
        f"/etc/{NAME}": (b"x", 1),
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (text, _) in files.items():
            archive.writestr(name, text)
    put(tmp_path / "from" / "all.zip", content.getvalue())
    put(tmp_path / "from" / "damaged.zip", b"PK not a zip")
    found, left_out = collect(tmp_path / "from" / "all.zip", LESSON)
    assert "larger than" in found["ben"].problem
    assert len(found) == 1 and len(left_out) == 2
    assert all("leads out of the zip" in text for text in left_out)
    found = said_problems(tmp_path / "from")
    assert "larger than" in found["all"]
    assert "damaged" in found["damaged"]
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [
        "all.zip", "damaged.zip",
    ]  # fmt: skip


def test_much_is_not_held(tmp_path, monkeypatch):
    monkeypatch.setattr(submissions, "LARGEST", 200_000)
    monkeypatch.setattr(submissions, "MANY", 3)
    for day in range(1, 10):
        put(tmp_path / "anna" / f"03_horse_or_human-{day}.ipynb", notebook(str(day)), day)
    inner = zipped({NAME: (notebook("b"), 1), "data.bin": (bytes(50_000), 1)})
    files = {f"{day}.zip": (inner, day) for day in range(1, 10)}
    put(tmp_path / "ben.zip", zipped({"more.zip": (inner, 1), NAME: (notebook("in"), 1)}))
    put(
        tmp_path / "moodle.zip",
        zipped({f"Ben_1_assignsubmission_file_/{n}": f for n, f in files.items()}),
    )
    looked_at = []
    real = submissions._fits
    monkeypatch.setattr(submissions, "_fits", lambda *a: looked_at.append(a[1]) or real(*a))
    found = said(tmp_path)
    assert (found["anna"], found["ben"]) == ("9", "in") and len(looked_at) == 4
    assert said(tmp_path / "moodle.zip") == {"Ben_1": "b"} and len(looked_at) == 7
    left_out = collect(tmp_path, LESSON)[0]["anna"].left_out
    assert len(left_out) == 6 and all("older than the latest 3" in text for text in left_out)
    assert any("a zip in a zip" in text for text in collect(tmp_path, LESSON)[0]["ben"].left_out)


def test_a_member_that_is_damaged(tmp_path):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"anna/{NAME}", notebook("a"))
        archive.writestr(f"ben/{NAME}", notebook("b"))
    damaged = bytearray(content.getvalue())
    start = damaged.index(NAME.encode()) + len(NAME)
    damaged[start : start + 200] = bytes(range(200))
    put(tmp_path / "all.zip", bytes(damaged))
    found = said_problems(tmp_path / "all.zip")
    assert "is damaged" in found["anna"] and found["ben"] == ""


def test_half_characters_are_written_out(tmp_path):
    put(tmp_path / os.fsdecode(b"anna\xff") / NAME, notebook("half \ud800"))
    put(tmp_path / "anna\\udcff" / NAME, notebook("of somebody else"))
    (one, submission), (other, _) = sorted(collect(tmp_path, LESSON)[0].items(), reverse=True)
    assert other == "anna\\udcff" and one.startswith("anna\\udcff-") and one == submission.student
    for text in answers(submission.cells, LESSON).values():
        text.encode()


def test_what_takes_long_to_search_does_not():
    """Done in a moment; in hours where the search goes on from each line to the end."""
    [name] = {e.answer for e in LESSON.exercises if e.name == "size"}
    code = f"""
from tools.grading.submissions import answers
from tools.lesson_source import LESSONS, read_lesson
lesson = read_lesson(LESSONS / {PATH.name!r})
print(answers([(None, None, {name + ":" + chr(10)!r} * 1_000_000)], lesson))
"""
    run = [sys.executable, "-c", code]
    said = subprocess.run(run, cwd=ROOT, check=True, capture_output=True, text=True, timeout=300)
    assert said.stdout == "{}\n"


def said_problems(folder):
    return {student: s.problem for student, s in collect(folder, LESSON)[0].items()}


def test_links_are_not_followed(tmp_path):
    put(tmp_path / "secret.ipynb", notebook("secret"))
    (tmp_path / "from" / "anna").mkdir(parents=True)
    (tmp_path / "from" / "anna" / NAME).symlink_to(tmp_path / "secret.ipynb")
    (tmp_path / "from" / "ben.ipynb").symlink_to(tmp_path / "secret.ipynb")
    found, _ = collect(tmp_path / "from", LESSON)
    assert all("(a link)" in found[student].problem for student in ("anna", "ben")), found
    assert all("a link" in found[student].left_out[0] for student in ("anna", "ben"))


def test_nothing_there(tmp_path):
    with pytest.raises(CourseError, match="FROM="):
        collect(tmp_path / "missing", LESSON)
    with pytest.raises(CourseError, match="no submission"):
        collect(tmp_path, LESSON)


def test_an_old_format_is_read():
    old = {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["a\n", "b"]}]}]}
    assert read(json.dumps(old).encode())["cells"] == [(None, None, "a\nb")]


@pytest.mark.parametrize(
    "student", ["../../etc", "=1+1", "a/b", "", ".", "ä ö", "x" * 300, "a\0b", "𝔞" * 80]
)
def test_names_of_files(student):
    name = safe_name(student)
    assert name and "/" not in name and "\0" not in name and not name.startswith((".", "="))
    assert len(name.encode()) < 110 and safe_name(student) == name
    assert safe_name(student + "x") != name
    assert safe_name(name) == name or name != student, "nobody can be called what stands for others"


def test_no_two_students_share_a_page():
    named = safe_name("a b")
    names = ["a b", named, safe_name(named), "a_b", "a\u0308", "ä"]
    assert len({safe_name(name) for name in names}) == len(names)
