"""The page for the instructor: how a class has done in a lesson."""

import collections
import html
import statistics

from course_utils.exercises.checks import BROKEN, NOT_ATTEMPTED, RIGHT, WRONG
from tools.grading.texts import inert

PAGE = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body {{ font: 16px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em;
  overflow-wrap: anywhere }}
pre {{ overflow-x: auto; background: #f5f5f5; padding: 0.8em; overflow-wrap: normal }}
.table {{ overflow-x: auto }}
table {{ border-collapse: collapse; margin: 1em 0; overflow-wrap: normal }}
th, td {{ text-align: left; padding: 0.2em 0.8em; border-bottom: 1px solid #ddd }}
td.bar span {{ display: inline-block; height: 0.9em; background: #0072B2 }}
</style></head><body><main>
<h1>{title}</h1>
{body}
</main></body></html>
"""
"""It loads nothing, from nowhere, and runs nothing."""


def document(title, body):
    """Return a page of HTML; `body` is a list of pieces of it."""
    return PAGE.format(title=html.escape(title), body="\n".join(body))


def page(lesson, title, results, unsafe, left_out=()):
    """Return the class summary, an HTML page: distribution, exercises, wrong answers, students.

    Args:
        lesson: a `lesson_source.Lesson`.
        title: the heading.
        results: `{student: results.Result}`.
        unsafe: whether there was no sandbox, which the page then says.
        left_out: texts about files that are nobody's.
    """
    totals = [result.points for result in results.values()]
    of = sum(exercise.points for exercise in lesson.exercises)
    late = sum(result.late is True for result in results.values())
    unknown = sum(result.late is None for result in results.values())
    unknown = f", of {unknown} it is not known" if unknown else ""
    body = [f"<p>{len(results)} students, {late} late{unknown}; {of} points in all.</p>"]
    if unsafe:
        body.append("<p><b>Graded without a sandbox (UNSAFE=1).</b></p>")
    if totals:
        body.append(
            f"<p>Mean {statistics.mean(totals):.1f}, median {statistics.median(totals):g}, from "
            f"{min(totals):g} to {max(totals):g}.</p>"
        )
    counts = collections.Counter(int(total) for total in totals)
    rows = [[str(points), _bar(counts[points], len(totals))] for points in range(of, -1, -1)]
    body += ["<h2>Distribution</h2>", _table("Distribution", ["points", "students"], rows)]

    rows = []
    for exercise in lesson.exercises:
        statuses = collections.Counter()
        points = 0
        for result in results.values():
            for mark in result.marks:
                if mark.exercise == exercise.name:
                    statuses[mark.status] += 1
                    points += result.earned(mark)
        kinds = [str(statuses[status]) for status in (RIGHT, WRONG, BROKEN, NOT_ATTEMPTED)]
        mean = points / len(results) if results else 0
        failed = statuses[WRONG] + statuses[BROKEN]
        mean = f"{mean:.1f} of {exercise.points}"
        rows.append([exercise.name, *kinds, mean, _bar(failed, len(results))])
    head = ["exercise", "right", "wrong", "broken", "not attempted", "mean points", "failed"]
    body += ["<h2>Exercises</h2>", _table("Exercises", head, rows)]

    common = common_mistakes(lesson, results)
    rows = [[key, html.escape(text), _bar(n, len(results))] for key, text, n in common]
    body.append("<h2>Listed wrong answers that were common</h2>")
    head = ["exercise", "what its message says", "students"]
    body.append(
        _table("Wrong answers", head, rows) if rows else "<p>None of them was handed in.</p>"
    )

    rows = []
    for result in results.values():
        shown = html.escape(inert(result.name, 100))
        link = f'<a href="feedback/{html.escape(result.page)}.html">{shown}</a>'
        late = {True: "late", None: "time not known"}.get(result.late, "")
        points, notes = f"{result.points:g} of {result.of}", [result.problem, *result.left_out]
        rows.append([link, points, late, html.escape(inert(" ".join(filter(None, notes)), 600))])
    head = ["student", "points", "handed in", "note"]
    body += ["<h2>Students</h2>", _table("Students", head, rows)]
    if left_out:
        items = "".join(f"<li>{html.escape(inert(text, 600))}</li>" for text in left_out)
        body += ["<h2>Left out, and nobody's</h2>", f"<ul>{items}</ul>"]
    return document(title, body)


def common_mistakes(lesson, results):
    """Return `(exercise, text, students)` of the lesson's listed wrong answers, commonest first."""
    counts = collections.Counter()
    texts = {e.name: [listed.text for listed in e.wrong] for e in lesson.exercises}
    for result in results.values():
        for mark in result.marks:
            if mark.status == WRONG:
                found = [text for text in texts[mark.exercise] if text in mark.reason]
                counts.update((mark.exercise, text) for text in found)
    return [(*key, n) for key, n in counts.most_common()]


def _bar(count, of):
    width = round(12 * count / of, 2) if of else 0
    return f'{count} <span style="width:{width}em" aria-hidden="true"></span>'


def _table(label, head, rows):
    named = f'role="region" aria-label="{label}, a table"'
    lines = [
        f'<div class="table" tabindex="0" {named}><table><tr>'
        + "".join(f'<th scope="col">{text}</th>' for text in head)
        + "</tr>"
    ]
    for row in rows:
        cells = (f'<td class="bar">{text}</td>' for text in row)
        lines.append("<tr>" + "".join(cells) + "</tr>")
    return "\n".join([*lines, "</table></div>"])
