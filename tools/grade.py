"""Grade what a class has handed in: `python -m tools.grade 04 --from submissions/`.

Leaves, for each lesson, in `build/grades/<lesson>/`: `grades.csv`, `totals.csv`, `summary.html`,
a page for each student in `feedback/`, all of them in `feedback.zip`, and what Moodle or Canvas
import. `build/grades/all.csv` has the points of all lessons. `build/grades/nbgrader/` is a course
of nbgrader's with the same marks in its gradebook; points and comments that are given by hand there
reach every table and page. What has not changed since the last time is not graded again.
"""

import argparse
import collections
import contextlib
import dataclasses
import datetime
import hashlib
import os
import secrets
import sys
from pathlib import Path

from tqdm import tqdm

from course_utils.errors import CourseError
from course_utils.exercises.checks import BROKEN, NOT_ATTEMPTED
from course_utils.machine.stopping import stop_when_asked
from course_utils.store import whole_file
from tools.assignment import release
from tools.grading import classlist, engine, feedback, questions, results, summary, tables
from tools.grading.judge import Mark
from tools.grading.sandbox import Limits, refuse_without_bubblewrap
from tools.grading.submissions import EMPTY, Submission, answers, collect
from tools.grading.texts import inert, safe_name
from tools.lesson_source import LESSONS, ROOT, LessonError, find_lessons, read_lesson, read_title

GRADES = ROOT / "build" / "grades"
SHORTEST = 16
"""Characters of a seed; half as many have to be different ones."""
ONCE_PUBLISHED = "a sentence that nobody knows"
"""The example of a seed in the guide of versions before 0.2."""


def secret(seed, to):
    """Return the seed of the private inputs: the instructor's, or one that is made once and kept.

    Args:
        seed: a text, or "" to take the one in the folder `to`.
        to: the folder of the grades.

    Raises:
        CourseError: the seed can be guessed, or looked up.
    """
    if seed:
        pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        told = [ONCE_PUBLISHED, *(path.read_text(encoding="utf-8") for path in pages)]
        problem = "too short" if len(seed) < SHORTEST or len(set(seed)) < SHORTEST / 2 else ""
        if any(seed.casefold() in text.casefold() for text in told):
            problem = "published with the course"
        if problem:
            raise CourseError(
                f"SEED is {problem}, so that hidden inputs could be worked out. Take at least "
                f"{SHORTEST} characters that nobody knows, such as {secrets.token_hex(16)}, made "
                "this moment; or leave SEED out, and one is made and kept beside the grades."
            )
        return seed
    path = to / "seed"
    if not path.exists() or not path.stat().st_size:
        with whole_file(path) as aside:
            aside.touch(mode=0o600)
            aside.write_text(secrets.token_hex(16), encoding="utf-8")
        print(f"Made a seed for the hidden tests: {path}. Keep it, or give your own with SEED=.")
    return path.read_text(encoding="utf-8")


def version(path):
    """Return a checksum of what marks depend on beside the submission: the lesson, our code."""
    code = [path, ROOT / "requirements-grade.txt", *sorted((ROOT / "tools").rglob("*.py"))]
    code += sorted((ROOT / "course_utils").rglob("*.py"))
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in code)).hexdigest()


@dataclasses.dataclass(frozen=True)
class Settings:
    """How a class is graded.

    Attributes:
        seed: the instructor's secret, a text.
        due: the deadline, a `datetime` with its zone, or None.
        members: the `classlist.ClassList`, or None.
        penalty: percent of the points that each day late costs.
        limits: a `sandbox.Limits`.
        unsafe: whether to go without a sandbox.
        force: whether to grade what has not changed, too.
        questions: a notebook with questions of the instructor's, or None.
        run: generator function of a dict of jobs that yields their marks.
    """

    seed: str
    due: datetime.datetime | None = None
    members: classlist.ClassList | None = None
    penalty: float = 0
    limits: Limits = Limits()
    unsafe: bool = False
    force: bool = False
    questions: Path | None = None
    run: object = engine.grade_all


def grade(path, submissions, to, settings):
    """Grade one lesson and return `{student: results.Result}`; see this module for what it leaves.

    Args:
        path: the lesson's source.
        submissions: the folder or the zip with what was handed in.
        to: the folder of the grades.
        settings: a `Settings`.
    """
    lesson = checked = read_lesson(path)
    if settings.questions:
        lesson = questions.asked_in(lesson, settings.questions)
    records = to / lesson.name / "results"
    records.mkdir(parents=True, exist_ok=True)
    found, left_out = collect(submissions, lesson)
    for text in (*left_out, *(text for s in found.values() for text in s.left_out)):
        print(f"Left out: {text}")
    base = [version(path), settings.seed, repr(settings.limits), str(settings.unsafe)]
    base += [repr(questions.asked(lesson))]
    graded, jobs = {}, {}
    for student, submission in _with_the_class(found, settings.members).items():
        content = "\0".join([*base, student, submission.digest, submission.problem])
        digest = hashlib.sha256(content.encode()).hexdigest()
        result = graded[student] = _result(submission, digest, settings)
        kept = None if settings.force else results.kept(records, result.page, digest)
        result.answers = answers(submission.cells, lesson, submission.texts)
        if kept:
            result.marks, written = kept
            result.new = not written
        elif result.problem:
            status = NOT_ATTEMPTED if result.problem == EMPTY else BROKEN
            result.marks = [
                Mark(e.name, 0, e.points, status, result.problem) for e in checked.exercises
            ]
        else:
            others = [text for _, _, text in submission.cells]
            own = "\0".join([settings.seed, student, submission.digest])
            own = hashlib.sha256(own.encode()).hexdigest()
            jobs[student] = engine.job(
                checked, result.answers, others, own, settings.limits, settings.unsafe
            )
    if jobs:
        engine.prove(checked, settings.limits, settings.unsafe)
    bar = tqdm(total=len(jobs), desc=lesson.name, unit="submission", disable=not jobs)
    with bar, contextlib.closing(settings.run(jobs)) as marked:  # its judges end with it
        for student, marks in marked:
            graded[student].marks = marks
            results.keep(records, graded[student], written=False)
            bar.update()
    for result in graded.values():
        result.marks = [*result.marks, *questions.marks(lesson, result.answers)]
    _write(to, lesson, graded, settings, left_out)
    return graded


def _with_the_class(found, members):
    """Return the submissions, with an empty one for each of the class who has handed in none."""
    if members is None:
        return found
    there = {members.key(student) for student in found}
    strangers = [student for student in found if members.key(student) not in members.members]
    if strangers:
        print(f"Not in the class list: {inert(', '.join(strangers), 600)}.")
    keys = collections.Counter(map(members.key, found))
    several = [s for s in found if keys[members.key(s)] > 1 and members.key(s) in members.members]
    if several:
        print(f"More than one submission of one of the class: {inert(', '.join(several), 600)}.")
    found = dict(found)
    for key, member in members.members.items():
        if key not in there:
            student = key if members.kind == classlist.OWN else f"{member.name}_{key}"
            prefix = f"{student}_assignsubmission_file_/" * (members.kind == classlist.MOODLE)
            found[student] = Submission(student, problem=EMPTY, prefix=prefix)
    return dict(sorted(found.items()))


def _result(submission, digest, settings):
    """Return the `Result` of a submission, without marks, but with what is known of its time."""
    members, student = settings.members, submission.student
    member = members.members.get(members.key(student)) if members else None
    time = (member and member.time) or submission.time
    due = (member and member.due) or settings.due
    late = time > due if time and due else submission.late
    return results.Result(
        student=student,
        name=member.name if member else student,
        page=safe_name(student),
        digest=digest,
        problem=submission.problem,
        time=time,
        due=due,
        late=None if submission.problem == EMPTY else late,
        prefix=submission.prefix,
        left_out=submission.left_out,
    )


def _write(to, lesson, graded, settings, left_out):
    """Write everything down that the grading of a lesson leaves."""
    from tools.grading import gradebook

    folder, course = to / lesson.name, to / "nbgrader"
    new = [result for result in graded.values() if result.new]
    handed_out, title = release(lesson), read_title(Path(lesson.path))
    gone = {record.stem for record in (folder / "results").glob("[!.]*.json")}
    gone -= {result.page for result in graded.values()}
    with gradebook.opened(course) as book:
        gradebook.write_assignment(book, course, lesson, handed_out, settings.due)
        for result in graded.values():
            gradebook.write_times(book, lesson, result.page, result.time, result.due)
            if result.new:
                gradebook.write_marks(
                    book, course, lesson, handed_out, result.page, result.answers, result.marks
                )
            result.by_hand = gradebook.by_hand(book, lesson, result.page)
            result.penalty = result.penalty_of(settings.penalty)
            gradebook.write_penalty(book, lesson, result.page, result.penalty)
        gradebook.remove_students(book, course, lesson, gone)
    if gone:
        print(f"No longer among the submissions, and taken out: {', '.join(sorted(gone))}.")
    for student in gone:
        (folder / "feedback" / f"{student}.html").unlink(missing_ok=True)
        (folder / "results" / f"{student}.json").unlink()
    pages = {student: feedback.page(title, lesson, result) for student, result in graded.items()}
    for student, page in pages.items():
        name = graded[student].page
        _replace(folder / "feedback" / f"{name}.html", page)
        _replace(course / "feedback" / name / lesson.name / f"{lesson.name}.html", page)
    with whole_file(folder / "feedback.zip") as aside:
        feedback.write_zip(aside, lesson.name, graded, pages)
    _replace(folder / "grades.csv", BOM + tables.grades(graded))
    _replace(folder / "totals.csv", BOM + tables.totals(graded))
    for_platform = settings.members and tables.for_platform(settings.members, lesson.name, graded)
    if for_platform:
        _replace(folder / f"for_{settings.members.kind}.csv", for_platform)
    page = summary.page(lesson, title, graded, settings.unsafe, left_out)
    _replace(folder / "summary.html", page)
    for result in new:  # last, so that what was interrupted is written again
        names = [question.name for question in questions.asked(lesson)]
        results.keep(folder / "results", result, True, names)
    made = sorted(path.parent for path in to.glob("*/totals.csv"))
    lessons = {folder.name: (folder / "totals.csv").read_text("utf-8-sig") for folder in made}
    _replace(to / "all.csv", BOM + tables.overview(lessons))


BOM = "\ufeff"
"""Without it, Excel takes a table for one of the machine's old encoding."""


def _replace(path, text):
    with whole_file(path) as aside:
        aside.write_text(text, encoding="utf-8")


def _deadline(text):
    try:
        time = datetime.datetime.fromisoformat(text) if text else None
        return time and time.astimezone()
    except ValueError:
        raise CourseError(
            f"DUE={text} is no time; write it as 2026-12-01T23:59, in this machine's time."
        ) from None


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Grade what a class has handed in.")
    parser.add_argument("lessons", nargs="+", help="their numbers or names, such as 04 05")
    parser.add_argument("--from", dest="submissions", type=Path, required=True)
    parser.add_argument("--seed", default=os.environ.get("COURSE_SEED", ""), help="a secret")
    parser.add_argument("--due", default="", help="deadline, such as 2026-12-01T23:59")
    parser.add_argument("--class", dest="members", type=Path, help="the class list, a CSV file")
    parser.add_argument("--penalty", type=float, default=0, help="percent a day late")
    parser.add_argument("--force", action="store_true", help="grade what has not changed, too")
    parser.add_argument("--questions", type=Path, help="a notebook that asks for free answers")
    parser.add_argument("--lessons-in", type=Path, default=LESSONS, help="a folder of your own")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--dask", default="", help="address of a Dask scheduler to use instead")
    parser.add_argument("--unsafe", action="store_true", help="go without a sandbox")
    parser.add_argument("--to", type=Path, default=GRADES, help="where grades go")
    options = parser.parse_args(arguments)
    to = options.to.absolute()

    def run(jobs):
        return engine.grade_all(jobs, options.workers, options.dask or None)

    try:
        numbers, own = " ".join(options.lessons).split(), options.lessons_in.absolute()
        paths = find_lessons(numbers, own, with_exercises=True)
        questions.one_lesson(paths, options.questions)
        due = _deadline(options.due)
        members = classlist.read(options.members) if options.members else None
        if not 0 <= options.penalty <= 100:
            raise CourseError(f"PENALTY={options.penalty:g} is no percentage, from 0 to 100.")
        if not options.unsafe:
            refuse_without_bubblewrap()
        settings = Settings(
            seed=secret(options.seed, to),
            due=due,
            members=members,
            penalty=options.penalty,
            unsafe=options.unsafe,
            force=options.force,
            questions=options.questions,
            run=run,
        )
        for path in paths:
            graded = grade(path, options.submissions, to, settings)
            new = sum(result.new for result in graded.values())
            print(f"{path.stem}: {len(graded)} students, {new} of them graded now.")
            print(to / path.stem / "summary.html")
    except (CourseError, LessonError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename or to}: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        text = "Interrupted. The tables are those of the time before; what is graded is kept."
        print(f"\n{text}", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    stop_when_asked()
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main())
