"""What a student gets back: one page, which loads nothing and runs nothing, and their zip."""

import html
import zipfile

from course_utils.exercises.checks import BROKEN, NOT_ATTEMPTED, RIGHT, WRONG
from tools.grading.questions import BY_HAND
from tools.grading.summary import document
from tools.grading.tables import number
from tools.grading.texts import shown

SIGNS = {RIGHT: "✓ Right", WRONG: "✗ Wrong", BROKEN: "! Broken", NOT_ATTEMPTED: "… Not attempted"}
SIGNS[BY_HAND] = "To be graded"


def page(title, lesson, result):
    """Return a student's page, HTML.

    Args:
        title: the lesson's.
        lesson: a `lesson_source.Lesson`.
        result: a `results.Result`.
    """
    marks = {mark.exercise: mark for mark in result.marks}
    body = [f"<p>{_text(result.name)}: {number(result.points)} of {result.of} points.</p>"]
    body.append(f"<p>{_text(_handed_in(result))}</p>")
    if result.problem:
        body.append(f"<p><b>{_text(result.problem)}</b></p>")
    titles = titles_of(lesson)
    for exercise in lesson.exercises:
        mark = marks[exercise.name]
        points, comment = result.of_hand(exercise.name)
        body.append(f"<h2>{_text(titles[exercise.name])}</h2>")
        earned = f"{number(result.earned(mark))} of {mark.of} points"
        by = "" if points is None else ", given by your instructor"
        found = f"{SIGNS[mark.status]}: {_text(mark.reason)}"
        graded = mark.status == BY_HAND and points is not None
        body.append(f"<p><b>{earned}{by}.</b> {'' if graded else found}</p>")
        if comment:
            lines = "<br>".join(map(_text, comment.splitlines()))
            body.append(f"<p><b>Your instructor's comment:</b> {lines}</p>")
        if exercise.name in result.answers:
            name = f'role="region" aria-label="Your answer to {_text(titles[exercise.name])}"'
            source = _source(shown(result.answers[exercise.name]))
            body.append(f'<pre tabindex="0" {name}><code>{source}</code></pre>')
    return document(title, body)


def titles_of(lesson):
    """Return the heading of each exercise, by its name; the name where it has none."""
    texts = {cell.id: cell.source for cell in lesson.cells if cell.kind == "markdown"}
    found = {}
    for exercise in lesson.exercises:
        text = texts.get(exercise.answer_id.removesuffix("_answer"), "")
        text = text if exercise.answer else exercise.shown
        heads = [line.lstrip("# ") for line in text.splitlines() if line.startswith("#")]
        found[exercise.name] = heads[0] if heads else exercise.name
    return found


def _handed_in(result):
    if result.time is None:
        when = "When you handed it in is not known here."
    else:
        when = f"Handed in {result.time.astimezone():%Y-%m-%d %H:%M}."
    if result.late:
        hours = int((result.seconds_late or 0) // 3600)
        by = f" by {hours // 24} days and {hours % 24} hours" if hours else ""
        taken = f", which costs {number(result.penalty)} points" if result.penalty else ""
        return f"{when} That is late{by}{taken}."
    return f"{when} In time." if result.late is False else when


def _text(text):
    return html.escape("".join(c if c.isprintable() else " " for c in str(text)))


def _source(text):
    """Return an answer as it may stand on a page: what cannot be seen is written out."""
    seen = (
        c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text
    )
    return html.escape("".join(seen))


def write_zip(path, lesson, results, pages):
    """Write the pages as one zip, under the names by which Moodle and Canvas know whose they are.

    Args:
        path: of the zip.
        lesson: the lesson's name.
        results: `{student: results.Result}`.
        pages: `{student: HTML}`.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for student, result in results.items():
            name = f"{result.prefix or f'{result.page}/'}{lesson}.html"
            archive.writestr(name.replace("\\", "_"), pages[student])
