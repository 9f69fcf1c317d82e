"""What comes out for a class: tables, pages, zips, for people and for learning platforms."""

import csv
import io
import json
import zipfile

import nbformat
import pytest

from course_utils.errors import CourseError
from tests import browser
from tests.grading import hostile
from tests.grading.test_submissions import zipped
from tools import assignment, grade
from tools.assignment import release
from tools.grading import classlist, engine, questions, tables
from tools.grading.judge import Mark
from tools.grading.texts import cell
from tools.lesson_source import LESSONS, read_lesson

pytest.importorskip("nbgrader", reason="nbgrader is missing: make test-grading has it")
PATHS = [LESSONS / "03_horse_or_human.py", LESSONS / "08_visualization.py"]
LESSON = read_lesson(PATHS[0])
NAME = f"{LESSON.name}.ipynb"
SEED = "long and told to nobody"
MOODLE = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,\
Last modified (submission),Last modified (grade),Feedback comments
Participant 123,Anna Müller,a@x.org,Submitted for grading,,5.00,Yes,\
"Tuesday, 1 December 2026, 11:30 PM",-,
Participant 124,Ben Li,b@x.org,Submitted for grading,,5.00,Yes,\
"Wednesday, 2 December 2026, 23:58",-,
Participant 125,"=HYPERLINK(""http://x"",1)",c@x.org,No submission,,5.00,Yes,-,-,
"""
CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Homework (77),03_horse_or_human (88)
    Points Possible,,,,,10,5
"Müller, Anna",11,,anna,A,9,
"Li, Ben",12,,ben,A,8,
"""
DUE = "2026-12-02T00:00"


@pytest.fixture
def class_of(tmp_path, monkeypatch):
    """A function that grades a class without a sandbox: everybody earns what `points` says."""
    monkeypatch.setattr(engine, "prove", lambda *_: None)

    def marked(jobs):
        for student, job in jobs.items():
            exercises = job["exercises"].items()
            yield student, [Mark(e, of, of, "right", "well done") for e, of in exercises]

    def graded(members=None, due=DUE, path=PATHS[0], **more):
        if members is not None:
            (tmp_path / "class.csv").write_text(members, encoding="utf-8-sig")
            members = classlist.read(tmp_path / "class.csv")
        deadline = grade._deadline(due)
        settings = grade.Settings(SEED, deadline, members, run=marked, **more)
        return grade.grade(path, tmp_path / "submissions", tmp_path / "grades", settings)

    graded.folder = tmp_path
    return graded


def hand_in(folder, *names, path=PATHS[0]):
    made = json.loads(nbformat.writes(release(read_lesson(path))))
    for exercise in read_lesson(path).exercises:
        hostile.cells(made, exercise.answer_id)[0]["source"] = exercise.solution
    content = json.dumps(made).encode()
    for name in names:
        target = folder / "submissions" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return content


def table(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    "text",
    ["=1+1", " =1", "\u00a0=1", "\t=1", "\n=1", "x;=1+1", "x; =1", "x\t=1", "a,=1", "-1+cmd|x",
     "@x", "+1+1", "x|=1", "\u202e=1", "\x1b=1", "-", "%0a=1"],
)  # fmt: skip
def test_a_table_holds_no_formula(text):
    """Whatever a spreadsheet parts cells at, none begins like a formula."""
    written = tables.written(["head"], [[text]])
    line = written.splitlines()[1].strip('"')
    for separator in ";\t,|":
        for part in line.split(separator):
            assert part.strip() in ("", "-") or part.strip()[0] not in "=+-@%", (text, line)


@pytest.mark.parametrize("text", ["\x1b[31mred", "a\nb", "a\r\nb", "\u202etxt.exe", "\0", "\u2028"])
def test_a_table_holds_nothing_that_steers(text):
    assert cell(text).isprintable()


def test_plain_numbers_stay_numbers():
    assert [cell(value) for value in (3, -0.5, "-", "2.5")] == ["3", "-0.5", "-", "2.5"]


def test_moodle_takes_it_back(class_of, capsys):
    """Who is who by the participant's number; what is late by the time in the worksheet."""
    folder = class_of.folder
    content = hand_in(folder)
    names = ["Anna Müller_123", "Ben Li_124", "Eve_999"]
    files = {f"{name}_assignsubmission_file_/{NAME}": (content, 1) for name in names}
    (folder / "submissions").mkdir()
    (folder / "submissions" / "all.zip").write_bytes(zipped(files))
    found = class_of(MOODLE, penalty=10)
    assert {name: result.late for name, result in found.items()} == {
        "Anna Müller_123": False, "Ben Li_124": True, "Eve_999": None,
        '=HYPERLINK("http://x",1)_125': None,
    }  # fmt: skip
    assert "Not in the class list: Eve_999." in capsys.readouterr().out
    assert found["Ben Li_124"].points == 4.5 and found["Ben Li_124"].name == "Ben Li"
    text = (folder / "grades" / LESSON.name / "for_Moodle.csv").read_bytes().decode("utf-8")
    given, back = (list(csv.DictReader(io.StringIO(t))) for t in (MOODLE, text))
    assert list(back[0]) == list(given[0])
    assert [row["Grade"] for row in back] == ["5", "4.5", "0"]
    kept = [k for k in given[0] if k not in ("Grade", "Full name")]
    assert [[row[k] for k in kept] for row in back] == [[row[k] for k in kept] for row in given]
    with zipfile.ZipFile(folder / "grades" / LESSON.name / "feedback.zip") as archive:
        parts = [name.split("_", 4) for name in archive.namelist()]  # as Moodle reads them
    assert {(number, kind, what) for _, number, kind, what, _ in parts} == {
        (number, "assignsubmission", "file") for number in ("123", "124", "125", "999")
    }


def test_canvas_takes_it_back(class_of):
    folder = class_of.folder
    hand_in(folder, f"mulleranna_11_501_{NAME}", f"liben_LATE_12_502_{NAME}")
    found = class_of(CANVAS, due="")
    assert [(r.late, r.name) for r in found.values()] == [
        (True, "Li, Ben"),
        (False, "Müller, Anna"),
    ]
    back = table(folder / "grades" / LESSON.name / "for_Canvas.csv")
    assert list(back[0])[-1] == "03_horse_or_human (88)" and "Homework (77)" not in back[0]
    assert [row["03_horse_or_human (88)"] for row in back] == ["5", "5", "5"]
    assert [row["ID"] for row in back] == ["", "11", "12"]
    with zipfile.ZipFile(folder / "grades" / LESSON.name / "feedback.zip") as archive:
        assert sorted(archive.namelist()) == [
            f"liben_LATE_12_502_{LESSON.name}.html", f"mulleranna_11_501_{LESSON.name}.html",
        ]  # fmt: skip


def test_points_and_comments_by_hand_reach_everything(class_of):
    from nbgrader.api import Gradebook

    folder, where = class_of.folder, (LESSON.name, LESSON.name, "anna")
    hand_in(folder, f"anna/{NAME}", f"ben/{NAME}")
    members = "student,name,submitted\nanna,Anna,2026-12-03T12:00\nben,Ben,2026-12-01T12:00\n"
    class_of(members)
    swing = next(exercise for exercise in LESSON.exercises if exercise.name == "swing")
    with Gradebook(f"sqlite:///{folder / 'grades' / 'nbgrader' / 'gradebook.db'}") as book:
        book.find_grade(swing.check_id, *where).manual_score = 0.5
        book.find_comment(swing.answer_id, *where).manual_comment = "Talk to me.\n<b>Soon</b>"
        book.db.commit()
    found = class_of(members, penalty=50)
    assert not any(result.new for result in found.values())
    place = folder / "grades" / LESSON.name
    [anna, ben] = table(place / "totals.csv")
    assert (anna["points"], anna["penalty"], ben["points"]) == ("0", "3.5", "5"), "two days begun"
    [row] = [
        r for r in table(place / "grades.csv") if (r["student"], r["exercise"]) == ("anna", "swing")
    ]
    assert (row["points"], row["by hand"], row["comment"]) == (
        "0.5",
        "yes",
        "Talk to me. <b>Soon</b>",
    )
    assert table(folder / "grades" / "all.csv")[0]["points"] == "0"
    page = (place / "feedback" / "anna.html").read_text(encoding="utf-8")
    assert "0.5 of 2 points, given by your instructor." in page
    assert "Talk to me.<br>&lt;b&gt;Soon&lt;/b&gt;" in page and "costs 3.5 points" in page
    with Gradebook(f"sqlite:///{folder / 'grades' / 'nbgrader' / 'gradebook.db'}") as book:
        submission = book.find_submission(LESSON.name, "anna")
        assert (submission.score, submission.late_submission_penalty) == (3.5, 3.5)
    class_of(members, force=True)  # the answer may be another one: the points stay, to be looked at
    with Gradebook(f"sqlite:///{folder / 'grades' / 'nbgrader' / 'gradebook.db'}") as book:
        grade_of = book.find_grade(swing.check_id, *where)
        assert (grade_of.score, grade_of.auto_score, grade_of.needs_manual_grade) == (0.5, 2, True)


def test_one_table_over_lessons(class_of):
    folder = class_of.folder
    for path in PATHS:
        hand_in(folder, f"anna/{path.stem}.ipynb", path=path)
    hand_in(folder, f"ben/{NAME}")
    for path in PATHS:
        class_of("student,name\nanna,Anna\nben,Ben\ncem,Cem\n", path=path)
    rows = table(folder / "grades" / "all.csv")
    assert list(rows[0]) == [
        "student", "name", "03_horse_or_human (of 5)", "08_visualization (of 5)", "points",
    ]  # fmt: skip
    assert [list(row.values()) for row in rows] == [
        ["anna", "Anna", "5", "5", "10"],
        ["ben", "Ben", "5", "0", "5"],
        ["cem", "Cem", "0", "0", "0"],
    ]  # fmt: skip


def asking(path, *cells):
    """Write a notebook with questions: texts, and pairs of an id and a rubric."""
    made = nbformat.v4.new_notebook()
    for given in cells:
        text, marks = given if isinstance(given, tuple) else (given, None)
        made.cells.append(nbformat.v4.new_markdown_cell(text))
        if marks:
            marks = {"grade": True, "solution": True, "locked": False, "task": False} | marks
            made.cells[-1].metadata["nbgrader"] = marks | {"schema_version": 3}
    nbformat.write(made, path)
    return path


WHY = ("Two points: it is a sample.", {"grade_id": "why", "points": 3, "cell_type": "markdown"})


def test_a_question_with_a_free_answer(class_of):
    """Handed out without its rubric, graded by hand, in every table and page."""
    from nbgrader.api import Gradebook

    folder = class_of.folder
    path = asking(folder / "questions.ipynb", "## Question · Why does it swing?", WHY)
    archive = assignment.make(PATHS[0], folder / "assignments", path)
    released = folder / "assignments" / LESSON.name / "release" / NAME
    assert "Two points" not in released.read_text(encoding="utf-8") and archive.exists()
    made = json.loads(released.read_text(encoding="utf-8"))
    question = "".join(hostile.cells(made, "why_question")[0]["source"])
    assert question == "## Question · Why does it swing?"
    for student, answer in (("anna", "Since few pictures <b>vote</b>."), ("ben", None)):
        if answer:
            hostile.cells(made, "why")[0]["source"] = answer
        else:
            hostile.cells(made, "why")[0]["source"] = questions.STUB
        (folder / "submissions" / student).mkdir(parents=True)
        (folder / "submissions" / student / NAME).write_text(json.dumps(made))
    course = folder / "grades" / "nbgrader"
    found = class_of(questions=path)
    assert {name: result.marks[-1].status for name, result in found.items()} == {
        "anna": "by hand", "ben": "not attempted",
    }  # fmt: skip
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        given = book.find_grade("why", LESSON.name, LESSON.name, "anna")
        assert given.needs_manual_grade and given.max_score == 3
        given.manual_score = 2
        book.find_comment("why", LESSON.name, LESSON.name, "anna").manual_comment = "Which ones?"
        book.db.commit()
    graded = (course / "autograded" / "anna" / LESSON.name / NAME).read_text(encoding="utf-8")
    assert "few pictures" in graded and "Two points: it is a sample." in graded
    found = class_of(questions=path)
    assert (found["anna"].points, found["anna"].of, found["anna"].new) == (7, 8, False)
    page = (folder / "grades" / LESSON.name / "feedback" / "anna.html").read_text("utf-8")
    assert "<h2>Question · Why does it swing?</h2>" in page and "Which ones?" in page
    assert "2 of 3 points, given by your instructor." in page and "Two points" not in page
    assert "few pictures &lt;b&gt;vote&lt;/b&gt;" in page
    [anna, ben] = table(folder / "grades" / LESSON.name / "totals.csv")
    assert (anna["points"], anna["of"], ben["points"]) == ("7", "8", "5")


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (["## Only a text"], "asks nothing"),
        ([WHY], "a text cell above it"),
        (["## Why?", ("", {"grade_id": "no id!", "points": 1})], "is no id"),
        (["## Why?", ("", {"grade_id": "ex_size_answer", "points": 1})], "is no id"),
        (["## Why?", ("", {"grade_id": "why"})], "needs points"),
    ],
)
def test_a_question_that_is_none(cells, why, tmp_path):
    with pytest.raises(CourseError, match=why):
        questions.asked_in(LESSON, asking(tmp_path / "questions.ipynb", *cells))


def test_what_is_no_notebook_asks_nothing(tmp_path, capsys):
    (tmp_path / "questions.ipynb").write_text("Why?")
    given = ["--to", str(tmp_path), "--questions", str(tmp_path / "questions.ipynb")]
    assert assignment.main(["03", *given]) == 1
    assert "cannot be read as a notebook" in capsys.readouterr().err
    assert assignment.main(["03", "04", *given]) == 1
    assert "belongs to one lesson, and here are 2" in capsys.readouterr().err


def test_an_exercise_of_ones_own(tmp_path, needs_bubblewrap):
    """A lesson in a folder of one's own is handed out and graded as those of the course are."""
    (tmp_path / "mine" / "answers").mkdir(parents=True)
    for part in ("", "answers/"):
        text = (LESSONS / f"{part}{PATHS[0].name}").read_text(encoding="utf-8")
        text = text.replace("side_after", "side_of_mine")
        (tmp_path / "mine" / f"{part}{PATHS[0].name}").write_text(text, encoding="utf-8")
    given = ["03", "--lessons-in", str(tmp_path / "mine"), "--to"]
    assert assignment.main([*given, str(tmp_path / "assignments")]) == 0
    released = tmp_path / "assignments" / LESSON.name / "release" / NAME
    made = json.loads(released.read_text(encoding="utf-8"))
    size = next(exercise for exercise in LESSON.exercises if exercise.name == "size")
    answer = size.solution.replace("side_after", "side_of_mine")
    assert "side_of_mine" in "".join(hostile.cells(made, size.answer_id)[0]["source"])
    hostile.cells(made, size.answer_id)[0]["source"] = answer
    (tmp_path / "submissions").mkdir()
    (tmp_path / "submissions" / "anna.ipynb").write_text(json.dumps(made))
    more = ["--from", str(tmp_path / "submissions"), "--seed", SEED]
    assert grade.main([*given, str(tmp_path / "grades"), *more]) == 0
    [anna] = table(tmp_path / "grades" / LESSON.name / "totals.csv")
    assert anna["points"] == str(size.points)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name,points\na,1\n", "no column that tells who is who"),
        ("", "no column that tells who is who"),
        ("student,due\nanna,tomorrow\n", "line 2: tomorrow is no time"),
        ("student,submitted\nanna,0001-01-01\n", "is no time"),
        ("student\nanna\nben\nanna\n", "anna stands there twice"),
    ],
)
def test_a_class_list_that_cannot_be_used(text, why, tmp_path):
    (tmp_path / "class.csv").write_text(text)
    with pytest.raises(CourseError, match=why):
        classlist.read(tmp_path / "class.csv")


def test_a_class_list_of_excel(tmp_path):
    (tmp_path / "class.csv").write_bytes("\ufeffstudent;name\r\nanna;Änna\r\n\r\n".encode())
    [member] = classlist.read(tmp_path / "class.csv").members.values()
    assert (member.student, member.name) == ("anna", "Änna")
    (tmp_path / "class.csv").write_bytes("student;name\nanna;Änna\n".encode("cp1252"))
    with pytest.raises(CourseError, match="CSV UTF-8"):
        classlist.read(tmp_path / "class.csv")


@pytest.fixture
def pages(class_of):
    """The pages of a class whose names, answers and reasons try to be more than text."""
    folder = class_of.folder
    evil = '<img src="http://127.0.0.1:9/x" onerror="document.title=1">\u202e'
    content = json.loads(hand_in(folder, f"anna/{NAME}"))
    swing = next(exercise for exercise in LESSON.exercises if exercise.name == "swing")
    long = (
        "x = '" + "long " * 100 + f"'\n# </code></pre>{evil}<script>document.title = 2</script>\n"
    )
    hostile.cells(content, swing.answer_id)[0]["source"] = long + swing.solution
    (folder / "submissions" / "anna" / NAME).write_text(json.dumps(content))
    (folder / "submissions" / "ben").mkdir()
    quoted = evil.replace('"', '""')
    class_of(f'student,name,submitted\nanna,"{quoted}",2026-12-04\nben,Ben,\n', penalty=10)
    place = folder / "grades" / LESSON.name
    return [
        place / "feedback" / "anna.html",
        place / "feedback" / "ben.html",
        place / "summary.html",
    ]


@browser.needs_browser
def test_pages_are_for_everybody_and_load_nothing(pages):
    """No fault that axe knows, at 360 pixels; no request, no script, nothing beside the page."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
    asked = []
    with browser.api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser.BROWSER, args=browser.FLAGS)
        for path in pages:
            page = chromium.new_page(viewport={"width": 360, "height": 700}, bypass_csp=False)
            page.on("request", lambda request: asked.append(request.url))
            page.goto(path.as_uri())
            title = page.title()
            page.wait_for_timeout(200)
            assert page.title() == title and title.startswith("Lesson 3")
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 360, (path.name, wide)
            page.close()
            # axe is a script, which the page's own rule would refuse
            page = chromium.new_context(
                bypass_csp=True, viewport={"width": 360, "height": 700}
            ).new_page()
            page.goto(path.as_uri())
            found = axe.Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
        chromium.close()
    assert {url for url in asked if not url.startswith("file:")} == set() and len(asked) == len(
        pages
    )
