"""Build notebooks/ from lessons/: `python -m tools.build_notebooks [--check] [04]`.

`tools.lesson_source` says what a lesson's source looks like; here it becomes notebooks, in English
and in the languages of `tools.languages`, the table of lessons in the README and that in the
instructors' guide.
"""

import argparse
import contextlib
import re
import sys
import tomllib
from pathlib import Path

import nbformat

from course_utils import __version__
from course_utils.errors import CourseError
from course_utils.lesson.known import ALL_LESSONS, is_appendix
from course_utils.store import whole_file
from tools.languages import languages
from tools.lesson_source import (
    LESSONS,
    ROOT,
    LessonError,
    find_lessons,
    has_exercises,
    lesson_paths,
    read_lesson,
    read_title,
)
from tools.texts import PAGES

NOTEBOOKS = ROOT / "notebooks"
README = ROOT / "README.md"
GUIDE = ROOT / "docs" / "instructors.md"
INSTALL_SAYS = """\
# In Colab, this cell supplies what the lesson needs and Colab lacks; elsewhere it does nothing."""
INSTALL = """\
{says}
import subprocess
import sys
from importlib.metadata import distributions
from importlib.util import find_spec

if "google.colab" in sys.modules:
    said = ""
    installed = {{found.version for found in distributions(name="image-classification-course")}}
    if installed != {{"{version}"}} or not find_spec("course_utils"):
        pip = [sys.executable, "-P", "-m", "pip", "install", "--no-deps", "--force-reinstall"]
        pip.append("{requirement}")
        said = subprocess.run(pip, capture_output=True, text=True, cwd="/").stderr.strip()
    try:
        from course_utils.machine.packages import supply
    except Exception:
        raise SystemExit(
            f"The helpers of the course could not be fetched, or are not whole. {{said[-300:]}}\\n"
            "Run this again; if that does not help, choose Runtime, Disconnect and delete runtime."
        ) from None
    supply()"""
SPEAK = """


from course_utils.machine.language import speak

speak("{code}")"""
"""How the first cell of a translated notebook ends."""
LEARNER, SOLUTION, RELEASE = "learner", "solution", "release"
"""The notebooks of a lesson: what learners open, the one with the answers, what is handed out."""


def repository():
    """Return the repository's web address; `pyproject.toml` is the one place where it stands.

    Raises:
        LessonError: it is no address of a repository on GitHub, where Colab looks.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    address = project["urls"]["Repository"]
    if not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+(?<!\.git)", address):
        raise LessonError(
            f"pyproject.toml: Repository is {address!r}. Colab opens notebooks from GitHub: write "
            "https://github.com/ with the owner and the name, and nothing behind them."
        )
    return address


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


def notebook(lesson, kind=LEARNER, language=None):
    """Return a notebook of a lesson, an `nbformat` notebook.

    Args:
        lesson: a `lesson_source.Lesson`.
        kind: `LEARNER`, `SOLUTION` or `RELEASE`.
        language: the `languages.Language` to translate it into; None for English.
    """
    cells = [
        *(built := built_cells(lesson, kind, language))[:1],
        *_top(lesson, kind, language),
        *built[1:],
        *_foot(lesson, kind, language),
    ]
    for cell in cells if language else ():
        if cell.cell_type == "markdown":
            cell.source = language.wrapped(cell.source)
    made = nbformat.v4.new_notebook(
        cells=cells,
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
    )
    nbformat.validate(made)
    return made


def built_cells(lesson, kind=LEARNER, language=None):
    """Return the cells of a notebook that stand in its lesson; see `notebook`."""
    with language.aloud() if language else contextlib.nullcontext():
        view = language.lesson(lesson) if language else lesson
        cells = view.solution() if kind == SOLUTION else view.learner()
    title = language.page("check") if language else "Check your answer"
    return [_built(cell, number, title) for number, cell in enumerate(cells, start=1)]


def _built(cell, number, title):
    metadata = {"tags": list(cell.tags)} if cell.tags else {}
    if cell.kind == "markdown":
        return nbformat.v4.new_markdown_cell(cell.source, id=cell.id, metadata=metadata)
    source = cell.source
    if cell.part == "check":
        source = f"# @title {title}\n{source}"
        metadata = {
            "cellView": "form",
            "jupyter": {"source_hidden": True},
            "tags": [*cell.tags, "check", "nbval-check-output"],
        }
    built = nbformat.v4.new_code_cell(source, id=cell.id, metadata=metadata)
    if cell.shows is not None:  # nbval passes over a compared cell that looks as if it never ran
        built.execution_count = number
        data = {"text/plain": cell.shows}
        built.outputs = [nbformat.v4.new_output("execute_result", data, execution_count=number)]
    return built


def _top(lesson, kind, language):
    """Return what stands after the title: links, and what Colab installs for the helpers."""
    say = language.page if language else PAGES.get
    own = f"notebooks/{language.code}" if language else "notebooks"
    folder = f"{own}/solutions" if kind == SOLUTION else own
    pages = f"{repository()}/blob/v{__version__}"
    glossary = f"{own}/glossary.md" if language else "docs/glossary.md"
    links = [f"[{say('colab')}]({colab_link(lesson.name, folder)})"]
    links.append(f"[{say('glossary')}]({pages}/{glossary})")
    if kind == LEARNER and lesson.exercises:
        links.append(f"[{say('answers')}]({pages}/{own}/solutions/{lesson.name}.ipynb)")
    says, ends, text = INSTALL_SAYS, "", " · ".join(links)
    if language:
        says, ends = f"# {say('install')}", SPEAK.format(code=language.code)
        text += f" · [{say('english')}]({in_english(lesson.name, kind)})"
        if draft := language.draft(lesson):
            text = f"{draft}\n\n{text}"
    install = INSTALL.format(says=says, version=__version__, requirement=install_requirement())
    cells = [nbformat.v4.new_markdown_cell(text, id="links")]
    if any("course_utils" in cell.source for cell in lesson.cells if cell.kind == "code"):
        cells.append(nbformat.v4.new_code_cell(install + ends, id="install"))
    return cells


def in_english(name, kind):
    """Return how the English notebook is reached from a translated one."""
    return f"../../solutions/{name}.ipynb" if kind == SOLUTION else f"../{name}.ipynb"


def _foot(lesson, kind, language):
    """Return what leads to the lessons before and after, if there are any."""
    paths = lesson_paths(Path(lesson.path).parent)
    place = [path.stem for path in paths].index(lesson.name)
    steps = []
    back, on = ("→ {}", "{} ←") if language and language.direction == "rtl" else ("← {}", "{} →")
    for other, text in ((place - 1, back), (place + 1, on)):
        if 0 <= other < len(paths):
            # A page without exercises has no answers, so that it lies in notebooks/ only.
            above = "../" if kind == SOLUTION and not has_exercises(paths[other]) else ""
            title = read_title(paths[other])
            if language:
                title = language.title(title)
                if paths[other].stem not in language.lessons:
                    above = "../../solutions/" if kind == SOLUTION else "../"
                    title = f"{title} {language.page('in_english')}"
            title = text.format(title)
            steps.append(f"[{title}]({above}{paths[other].stem}.ipynb)")
    text = "This is the end of the lesson." if kind == RELEASE else " · ".join(steps)
    return [nbformat.v4.new_markdown_cell(text, id="steps")] if steps else []


def glossary(language):
    """Return the page with a language's words, as the text of a Markdown file."""
    docs = f"{repository()}/blob/v{__version__}/docs"
    english = f"{docs}/glossary.md"
    words = language.glossary(lambda text, to: f"[{text}]({docs}/{to})", '<a id="{}"></a>\n\n')
    head = f"# {language.page('glossary')}\n\n{language.draft()}"
    body = f"{head}\n\n{language.page('words')} [{language.page('english')}]({english})\n\n{words}"
    return f"{language.wrapped(body)}\n"


def build(path, solutions):
    """Return the notebook of a lesson's source as the text of an ipynb file."""
    return _text(notebook(read_lesson(path), SOLUTION if solutions else LEARNER))


def _text(made):
    return nbformat.writes(made) + "\n"


def fill_readme(text, lessons=LESSONS):
    """Return the README with its table of lessons made anew, between the two marks in it."""
    names = [path.stem for path in lesson_paths(lessons)]
    rows, appendices = ["| | lesson | |", "| --- | --- | --- |"], []
    for name, lesson in ALL_LESSONS.items():
        title, link = lesson["title"], "in preparation"
        if name in names:
            title = f"[{title}](notebooks/{name}.ipynb)"
            link = f"[![Open in Colab][badge]]({colab_link(name)})"
        if is_appendix(name):
            appendices.append(title)
        else:
            rows.append(f"| {name[:2]} | {title} | {link} |")
    more = ["", f"Appendices: {', '.join(appendices)}."] if appendices else []
    return _fill("README.md", text, rows + more)


def _fill(name, text, rows):
    """Return a page with `rows` between its two marks."""
    begin, end = "<!-- lessons: made by `make notebooks` -->", "<!-- end of lessons -->"
    before, _, rest = text.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise LessonError(f"{name}: the marks {begin} and {end} around the lessons are gone.")
    return "\n".join([before + begin, "", *rows, "", end + after])


def fill_guide(text, lessons):
    """Return the instructors' guide with what `Lesson`s say of themselves in their first cell."""
    rows = ["| | teaching | doing | points | prerequisites |", "| --- | --- | --- | --- | --- |"]
    goals = []
    for lesson in lessons:
        said = lesson.cells[0].source
        minutes = re.search(r"about (\d+) minutes to read and try, (\d+) more", said)
        needs = re.search(r"^\*\*You need\*\* (.+)$", said, re.M)
        if not minutes or not needs:
            continue
        points = sum(exercise.points for exercise in lesson.exercises)
        points = f"{points} in {len(lesson.exercises)} exercises"
        title = read_title(Path(lesson.path))
        teaching, doing = (f"{number} min" for number in minutes.groups())
        rows.append(f"| {title} | {teaching} | {doing} | {points} | {needs[1]} |")
        bullets = re.findall(r"^- .+$", said, re.M)
        goals += ["", f"**{title}.** Afterwards a student can", "", *bullets]
    return _fill("docs/instructors.md", text, [*rows, *goals])


def targets(lessons=LESSONS, notebooks=NOTEBOOKS, readme=README, guide=None):
    """Return `{path: text}` of every notebook that the lessons make, the README and the guide."""
    built = {readme: fill_readme(readme.read_text(encoding="utf-8"), lessons)}
    read = [read_lesson(path) for path in lesson_paths(lessons)]
    spoken = languages() if lessons == LESSONS else []
    built |= {notebooks / one.code / "glossary.md": glossary(one) for one in spoken}
    if guide is not None:
        built[guide] = fill_guide(guide.read_text(encoding="utf-8"), read)
    for lesson in read:
        built |= notebooks_of(lesson, notebooks)
        for language in spoken:
            if lesson.name in language.lessons:
                built |= notebooks_of(lesson, notebooks / language.code, language)
    return built


def notebooks_of(lesson, notebooks=NOTEBOOKS, language=None):
    """Return `{path: text}` of the learner's notebook and, with exercises, of the solution."""
    name = f"{lesson.name}.ipynb"
    built = {notebooks / name: _text(notebook(lesson, LEARNER, language))}
    if lesson.exercises:
        built[notebooks / "solutions" / name] = _text(notebook(lesson, SOLUTION, language))
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
    parser.add_argument("lesson", nargs="?", help="build this one alone; its number or name")
    parser.add_argument("--check", action="store_true", help="compare only; fail on a difference")
    options = parser.parse_args(arguments)
    try:
        if options.lesson is None:
            built = targets(guide=GUIDE)
        else:
            [path] = find_lessons([options.lesson])
            lesson = read_lesson(path)
            built = notebooks_of(lesson)
            for language in languages():
                if lesson.name in language.lessons:
                    built |= notebooks_of(lesson, NOTEBOOKS / language.code, language)
    except (CourseError, LessonError) as error:
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
        if not path.exists() or path.read_bytes() != text.encode():
            path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(path) as aside:
                aside.write_bytes(text.encode())
            print(f"wrote {path.relative_to(ROOT)}")
    for problem in differences(built) if options.lesson is None else ():
        print(problem, file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
