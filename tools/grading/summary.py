"""The tables of a graded class: grades.csv, totals.csv and a page for the instructor."""

import collections
import csv
import html
import io
import statistics

from course_utils.exercises.checks import BROKEN, NOT_ATTEMPTED, RIGHT, WRONG

PAGE = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 16px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em }}
table {{ border-collapse: collapse; margin: 1em 0 }}
th, td {{ text-align: left; padding: 0.2em 0.8em; border-bottom: 1px solid #ddd }}
td.bar span {{ display: inline-block; height: 0.9em; background: #0072B2 }}
</style></head><body>
<h1>{title}</h1>
{body}
</body></html>
"""


def cell(text):
    """Return a text that no spreadsheet takes for a formula."""
    text = str(text)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def number(points):
    """Return points as they are written: 2, 1.5."""
    return f"{points:g}"


def grades_csv(results):
    """Return grades.csv: a row for each student and exercise.

    Args:
        results: `{student: result}`, where a result has `marks`, a list of `judge.Mark`, and
            `late`.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["student", "exercise", "points", "of", "reason", "late"])
    for student, result in results.items():
        for mark in result["marks"]:
            reason = mark.status if mark.status == RIGHT else f"{mark.status}: {mark.reason}"
            row = [student, mark.exercise, number(mark.points), mark.of, reason]
            writer.writerow([*map(cell, row), "yes" if result["late"] else "no"])
    return text.getvalue()


def totals_csv(results):
    """Return totals.csv: a row for each student."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["student", "points", "of", "late"])
    for student, result in results.items():
        points, of = _total(result)
        writer.writerow([cell(student), number(points), of, "yes" if result["late"] else "no"])
    return text.getvalue()


def _total(result):
    return sum(m.points for m in result["marks"]), sum(m.of for m in result["marks"])


def page(lesson, title, results, unsafe):
    """Return the class summary, an HTML page: distribution, exercises, wrong answers, students.

    Args:
        lesson: a `lesson_source.Lesson`.
        title: the heading.
        results: see `grades_csv`.
        unsafe: whether there was no sandbox, which the page then says.
    """
    totals = [_total(result)[0] for result in results.values()]
    of = sum(exercise.points for exercise in lesson.exercises)
    late = sum(result["late"] for result in results.values())
    body = [f"<p>{len(results)} students, {late} late; {of} points in all.</p>"]
    if unsafe:
        body.append("<p><b>Graded without a sandbox (UNSAFE=1).</b></p>")
    if totals:
        body.append(
            f"<p>Mean {statistics.mean(totals):.1f}, median {statistics.median(totals):g}, from "
            f"{min(totals):g} to {max(totals):g}.</p>"
        )
    counts = collections.Counter(int(total) for total in totals)
    rows = [[str(points), _bar(counts[points], len(totals))] for points in range(of, -1, -1)]
    body += ["<h2>Distribution</h2>", _table(["points", "students"], rows)]

    rows = []
    for exercise in lesson.exercises:
        statuses = collections.Counter()
        points = 0
        for result in results.values():
            for mark in result["marks"]:
                if mark.exercise == exercise.name:
                    statuses[mark.status] += 1
                    points += mark.points
        kinds = [str(statuses[status]) for status in (RIGHT, WRONG, BROKEN, NOT_ATTEMPTED)]
        mean = points / len(results) if results else 0
        failed = statuses[WRONG] + statuses[BROKEN]
        mean = f"{mean:.1f} of {exercise.points}"
        rows.append([exercise.name, *kinds, mean, _bar(failed, len(results))])
    head = ["exercise", "right", "wrong", "broken", "not attempted", "mean points", "failed"]
    body += ["<h2>Exercises</h2>", _table(head, rows)]

    common = common_mistakes(lesson, results)
    rows = [[key, html.escape(text), _bar(n, len(results))] for key, text, n in common]
    body.append("<h2>Listed wrong answers that were common</h2>")
    head = ["exercise", "what its message says", "students"]
    body.append(_table(head, rows) if rows else "<p>None of them was handed in.</p>")

    rows = []
    for student, result in results.items():
        points, _ = _total(result)
        link = f'<a href="feedback/{html.escape(result["page"])}">{html.escape(student)}</a>'
        late = "late" if result["late"] else ""
        rows.append([link, f"{points:g} of {of}", late, html.escape(result["problem"])])
    body += ["<h2>Students</h2>", _table(["student", "points", "", ""], rows)]
    return PAGE.format(title=html.escape(title), body="\n".join(body))


def common_mistakes(lesson, results):
    """Return `(exercise, text, students)` of the lesson's listed wrong answers, commonest first."""
    counts = collections.Counter()
    texts = {e.name: [listed.text for listed in e.wrong] for e in lesson.exercises}
    for result in results.values():
        for mark in result["marks"]:
            if mark.status == WRONG:
                found = [text for text in texts[mark.exercise] if text in mark.reason]
                counts.update((mark.exercise, text) for text in found)
    return [(*key, n) for key, n in counts.most_common()]


def _bar(count, of):
    width = round(12 * count / of, 2) if of else 0
    return f'{count} <span style="width:{width}em" aria-hidden="true"></span>'


def _table(head, rows):
    lines = ["<table><tr>" + "".join(f"<th>{text}</th>" for text in head) + "</tr>"]
    for row in rows:
        cells = (f'<td class="bar">{text}</td>' for text in row)
        lines.append("<tr>" + "".join(cells) + "</tr>")
    return "\n".join([*lines, "</table>"])
