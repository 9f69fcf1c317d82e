"""Grade what a class has handed in: `python -m tools.grade 04 --from submissions/`.

Leaves, for each lesson, in `build/grades/<lesson>/`: `grades.csv`, `totals.csv`, `summary.html`,
and a page for each student in `feedback/`. `build/grades/nbgrader/` is a course of nbgrader's with
the same marks in its gradebook. What has not changed since the last time is not graded again.
"""

import argparse
import contextlib
import dataclasses
import datetime
import hashlib
import json
import os
import secrets
import sys
from pathlib import Path

from tqdm import tqdm

from course_utils.errors import CourseError
from course_utils.exercises.checks import BROKEN
from course_utils.machine.stopping import stop_when_asked
from course_utils.store import whole_file
from tools.assignment import release
from tools.grading import engine, summary
from tools.grading.judge import Mark
from tools.grading.sandbox import Limits, refuse_without_bubblewrap
from tools.grading.submissions import answers, collect, read_notebook, safe_name
from tools.lesson_source import ROOT, LessonError, find_lessons, read_lesson, read_title

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


def grade(path, submissions, to, seed, due=None, limits=None, unsafe=False, run=None):
    """Grade one lesson and return `{student: result}`; see this module for what it leaves.

    Args:
        path: the lesson's source.
        submissions: the folder or the zip with what was handed in.
        to: the folder of the grades.
        seed: the instructor's secret, a text.
        due: the deadline, a `datetime`, or None.
        limits: a `sandbox.Limits`.
        unsafe: whether to go without a sandbox.
        run: generator function of a dict of jobs that yields their marks; by default
            `engine.grade_all`.
    """
    limits, run = limits or Limits(), run or engine.grade_all
    lesson = read_lesson(path)
    folder = to / lesson.name
    records = folder / "results"
    records.mkdir(parents=True, exist_ok=True)
    found = collect(submissions, lesson, due)
    settings = [version(path), seed, repr(limits), str(unsafe)]
    results, jobs = {}, {}
    for student, submission in found.items():
        settings_and_content = "\0".join([*settings, submission.digest])
        digest = hashlib.sha256(settings_and_content.encode()).hexdigest()
        name = safe_name(student)
        result = {"student": student, "digest": digest, "late": submission.late}
        result |= {"problem": submission.problem, "page": f"{name}.html", "new": True}
        result |= {"time": submission.time.isoformat(), "marks": [], "answers": {}}
        kept = _read_record(records / f"{name}.json")
        kept = kept if kept.get("digest") == digest else {}
        if kept.get("written") and (folder / "feedback" / f"{name}.html").exists():
            results[student] = kept | {"new": False}
            continue
        results[student] = result
        if not submission.problem:
            try:
                cells = read_notebook(submission.content)
            except CourseError as error:
                result["problem"] = str(error)
        if result["problem"]:
            result["marks"] = [
                Mark(exercise.name, 0, exercise.points, BROKEN, result["problem"])
                for exercise in lesson.exercises
            ]
            continue
        result["answers"] = answers(cells, lesson)
        if kept:  # graded before an interruption
            result["marks"] = kept["marks"]
            continue
        others = [text for _, _, text in cells]
        own = hashlib.sha256("\0".join([seed, student, submission.digest]).encode()).hexdigest()
        jobs[student] = engine.job(lesson, result["answers"], others, own, limits, unsafe)
    bar = tqdm(total=len(jobs), desc=lesson.name, unit="submission", disable=not jobs)
    with bar, contextlib.closing(run(jobs)) as graded:  # its judges end with it
        for student, marks in graded:
            results[student]["marks"] = marks
            _record(records, results[student], written=False)
            bar.update()
    _write(to, lesson, results, due, unsafe)
    return results


def _write(to, lesson, results, due, unsafe):
    """Write everything down that the grading of a lesson leaves."""
    from tools.grading import gradebook

    folder, course = to / lesson.name, to / "nbgrader"
    new = [result for result in results.values() if result["new"]]
    handed_out = release(lesson)
    gradebook.write_assignment(course, lesson, handed_out, due)
    for result in new:
        time = datetime.datetime.fromisoformat(result["time"])
        student = Path(result["page"]).stem
        gradebook.write_submission(
            course, lesson, handed_out, student, time, result["answers"], result["marks"]
        )
    pages = [Path(result["page"]).stem for result in new]
    gradebook.write_feedback(course, lesson, pages, folder / "feedback")
    present = {Path(result["page"]).stem for result in results.values()}
    gone = {record.stem for record in (folder / "results").glob("[!.]*.json")} - present
    gradebook.remove_students(course, lesson, gone)
    if gone:
        print(f"No longer among the submissions, and taken out: {', '.join(sorted(gone))}.")
    for student in gone:
        (folder / "feedback" / f"{student}.html").unlink(missing_ok=True)
        (folder / "results" / f"{student}.json").unlink()
    title = read_title(Path(lesson.path))
    _replace(folder / "grades.csv", summary.grades_csv(results))
    _replace(folder / "totals.csv", summary.totals_csv(results))
    _replace(folder / "summary.html", summary.page(lesson, title, results, unsafe))
    for result in new:  # last, so that what was interrupted is written again
        _record(folder / "results", result, written=True)


def _record(records, result, written):
    """Keep a student's marks; `written` says whether tables and pages have them."""
    record = {key: value for key, value in result.items() if key not in ("new", "answers")}
    record["marks"] = [dataclasses.asdict(mark) for mark in result["marks"]]
    text = json.dumps(record | {"written": written})
    _replace(records / f"{Path(result['page']).stem}.json", text)


def _read_record(path):
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return record | {"marks": [Mark(**mark) for mark in record["marks"]]}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _replace(path, text):
    with whole_file(path) as aside:
        aside.write_text(text, encoding="utf-8")


def _deadline(text):
    try:
        time = datetime.datetime.fromisoformat(text) if text else None
        return time.astimezone().replace(tzinfo=None) if time and time.tzinfo else time
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
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--dask", default="", help="address of a Dask scheduler to use instead")
    parser.add_argument("--unsafe", action="store_true", help="go without a sandbox")
    parser.add_argument("--to", type=Path, default=GRADES, help="where grades go")
    options = parser.parse_args(arguments)
    to = options.to.absolute()

    def run(jobs):
        return engine.grade_all(jobs, options.workers, options.dask or None)

    try:
        paths = find_lessons(" ".join(options.lessons).split(), with_exercises=True)
        due = _deadline(options.due)
        if not options.unsafe:
            refuse_without_bubblewrap()
        seed = secret(options.seed, to)
        for path in paths:
            results = grade(path, options.submissions, to, seed, due, None, options.unsafe, run)
            new = sum(result["new"] for result in results.values())
            print(f"{path.stem}: {len(results)} students, {new} of them graded now.")
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
