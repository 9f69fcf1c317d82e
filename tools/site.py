"""Build the site: `python -m tools.site [--profile ci]` leaves it in build/site.

Every page comes from what stands elsewhere: the lessons' solution notebooks, executed, and the
Markdown pages of the repository. A run is kept in build/site-runs under the hash of all that it
depends on; fresh prose goes between its outputs. Sphinx turns what lies in build/site-source into
pages that need no network.
"""

import argparse
import base64
import contextlib
import hashlib
import json
import os
import posixpath
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbconvert.preprocessors import CoalesceStreamsPreprocessor

from course_utils import __version__
from course_utils.errors import CourseError
from course_utils.exercises.checks import RIGHT, Outcome
from course_utils.lesson.known import ALL_LESSONS
from course_utils.machine.language import CATALOGUES
from course_utils.machine.stopping import stop_when_asked
from course_utils.store import whole_file, whole_folder
from tools.build_notebooks import SOLUTION, built_cells, colab_link, repository
from tools.languages import languages
from tools.lesson_source import ADDED, LESSONS, ROOT, lesson_paths, read_lesson
from tools.record import depends_on, without_a_past
from tools.run_lesson import execute
from tools.texts import PAGES

BUILD = ROOT / "build"
RUNS, SOURCE, SITE = (BUILD / name for name in ("site-runs", "site-source", "site"))
SPHINX = ROOT / ".venv-site" / "bin" / "sphinx-build"
START = "00_start_here"
OF_THIS_MACHINE = {"machine", "cache"}
"""Cells of the start page whose outputs tell of the machine that builds the site."""
DOCS = ROOT / "docs"
PAGES_OF_SITE = {
    f"docs/{page}": page for page in (str(p.relative_to(DOCS)) for p in DOCS.rglob("*.md"))
}
PAGES_OF_SITE |= {f"{name}.md": f"{name.lower()}.md" for name in ("CONTRIBUTING", "CHANGELOG")}
PAGES_OF_SITE["data/README.md"] = "data.md"
"""Pages of the repository, and where they lie on the site."""
WORDS_A_MINUTE = 200
"""Careful reading of a text that explains: Brysbaert 2019 finds 238 for plain non-fiction."""


def notebook_of(name, language=None):
    """Return the path of a lesson's solution notebook, or of its only one."""
    folder = ROOT / "notebooks" / (language.code if language else ".")
    solution = folder / "solutions" / f"{name}.ipynb"
    return solution if solution.exists() else folder / f"{name}.ipynb"


def kept_run(name, profile, language=None):
    """Return where a lesson's run is kept, by all that it depends on."""
    code = notebook_of(name).read_text(encoding="utf-8") if name == START else None
    modules = sorted((ROOT / "course_utils" / "show" / "modules").glob("*"))
    on = [ALL_LESSONS, code] if name == START else [depends_on(name)]
    on += [path.read_bytes() for path in modules]  # they stand in the page
    if language:
        made = nbformat.read(notebook_of(name, language), as_version=4)
        said = (CATALOGUES / language.code).rglob("*.*")
        on += [[cell.source for cell in made.cells if cell.cell_type == "code"]]
        on += [path.read_bytes() for path in sorted(said)]
    key = hashlib.sha256(repr(on).encode()).hexdigest()[:16]
    return RUNS / f"{language.code + '-' if language else ''}{name}-{profile}-{key}.ipynb"


def executed(name, profile, language=None):
    """Return a lesson's executed solution notebook, run now unless a run with the same key is kept.

    Args:
        name: the lesson's name, such as "01_fashion_mnist_dense".
        profile: "quick" or "ci".
        language: the `languages.Language`; None for English.
    """
    fresh = nbformat.read(notebook_of(name, language), as_version=4)
    kept = kept_run(name, profile, language)
    if not kept.exists():
        ran = nbformat.from_dict(fresh)
        with tempfile.TemporaryDirectory() as output, without_a_past(profile, "sample", 1) as past:
            left = execute(ran, Path(output), lambda line: None, past)
        print(f"{name}: {left['seconds']:.0f} s", flush=True)
        for old in RUNS.glob(f"{kept.stem.rpartition('-')[0]}-*.ipynb"):
            old.unlink()
        with whole_file(kept) as aside:
            nbformat.write(ran, aside)
    outputs = {cell.id: cell.outputs for cell in nbformat.read(kept, 4).cells if "outputs" in cell}
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.outputs = outputs[cell.id]
    return fresh


def page(name, notebook, pictures, language=None):
    """Return a lesson's notebook as the site shows it: answers and checks folded, no set-up.

    Args:
        name: the lesson's name.
        notebook: what `executed` has given; it is changed.
        pictures: the folder that its pictures are written to.
        language: the `languages.Language`; None for English.
    """
    lesson, say = read_lesson(LESSONS / f"{name}.py"), language.page if language else PAGES.get
    if language:  # whose notebooks tell the direction of each text, and whose pages do that at once
        prose = {cell.id: cell.source for cell in built_cells(lesson, SOLUTION, language)}
        draft, lesson = language.draft(lesson), language.lesson(lesson)
    stubs = {exercise.answer_id: exercise.stub for exercise in lesson.exercises}
    praise = {exercise.check_id: exercise.praise for exercise in lesson.exercises}
    cells = []
    for cell in notebook.cells:
        if cell.id in ADDED:  # of which a page has its own
            continue
        if cell.cell_type == "markdown":
            source = prose[cell.id] if language else cell.source
            cell.source = relink(source, f"notebooks/{name}.ipynb", f"lessons/{name}.ipynb")
        elif cell.id in praise:  # whose words may be newer than the run
            with language.aloud() if language else contextlib.nullcontext():
                said = Outcome(RIGHT, praise[cell.id])._repr_html_()
            cell.outputs = [nbformat.v4.new_output("display_data", {"text/html": said})]
            fold(cell, say("show_check"), say("hide_check"))
        elif cell.id in stubs:
            cells.append(nbformat.v4.new_markdown_cell(f"```python\n{stubs[cell.id]}\n```"))
            fold(cell, say("show_answer"), say("hide_answer"))
        if name == START and cell.id in OF_THIS_MACHINE:
            cell.outputs = []
        CoalesceStreamsPreprocessor().preprocess_cell(cell, {}, 0)  # a progress bar is one line
        for output in cell.get("outputs", []):
            if "text" in output:
                output.text = anywhere(output.text)
            if "text/html" in (data := output.get("data", {})):
                shown = re.sub(r'(<a href="[0-9A]\d_\w+)\.ipynb"', r'\1.html"', data["text/html"])
                shown = re.sub(
                    r'<a href="\.\./([0-9A]\d_\w+)\.ipynb"',
                    r'<a href="../../lessons/\1.html"',
                    shown,
                )
                output.data = {"text/html": apart(shown, pictures, "..")}
        cells.append(cell)
    if language:
        cells[0].source = headed_in(language, draft, cells[0].source, name, cells)
    else:
        cells[0].source = headed(cells[0].source, name, cells)
    notebook.cells = cells
    return notebook


def apart(text, pictures, root):
    """Return an output's HTML with each picture in it as a file of its own, loaded when seen.

    Args:
        text: HTML.
        pictures: the folder that they are written to.
        root: how the site's root is reached from the page.
    """

    def picture(found):
        content = base64.b64decode(found[2])
        name = f"{hashlib.sha256(content).hexdigest()[:16]}.{found[1]}"
        (pictures / name).write_bytes(content)
        return f'loading="lazy" src="{root}/pictures/{name}"'

    return re.sub(r'src="data:image/(png|jpeg|webp);base64,([^"]+)"', picture, text)


def anywhere(text):
    """Return what a cell has printed without the places of the machine that ran it."""
    home = Path.home()
    text = text.replace(str(ROOT), "…")
    return text.replace(str(home), "~") if home != Path(home.anchor) else text


def fold(cell, show, hide):
    cell.metadata.tags = ["hide-input"]
    cell.metadata.mystnb = {"code_prompt_show": show, "code_prompt_hide": hide}


def headed(title, name, cells):
    """Return a lesson's first text with a line below its heading: where to open it, how long."""
    words = sum(len(cell.source.split()) for cell in cells if cell.cell_type == "markdown")
    head, _, rest = title.partition("\n")
    line = [
        f"[Open in Colab]({colab_link(name)})",
        f"{{download}}`Download the notebook <../_learners/{name}.ipynb>`",
        edit(f"lessons/{name}.py"),
        "[Glossary](../glossary.md)",
        f"{round(words / WORDS_A_MINUTE)} minutes to read",
    ]
    return f"{head}\n\n{BAR.format(' · '.join(line))}\n{rest}"


def headed_in(language, draft, title, name, cells):
    """Return a translated lesson's first text, headed as the English one, and as what it is."""
    words = sum(len(cell.source.split()) for cell in cells if cell.cell_type == "markdown")
    head, _, rest = title.partition("\n")
    folder = f"notebooks/{language.code}"
    line = [
        f"[{language.page('colab')}]({colab_link(name, folder)})",
        f"{{download}}`{language.page('download')} <../_learners/{name}.ipynb>`",
        edit(f"locale/{language.code}/course.po", language.page("edit")),
        f"[{language.page('glossary')}](../glossary.md)",
        language.page("minutes", minutes=round(words / WORDS_A_MINUTE)),
        f'<a href="../../lessons/{name}.html" hreflang="en">{language.page("english")}</a>',
    ]
    return f"{head}\n\n{BAR.format(' · '.join(line))}\n{draft}\n\n{rest}"


BAR = ":::{{container}} page-bar\n{}\n:::\n"


def edit(path, said=PAGES["edit"]):
    return f"[{said}]({repository()}/edit/main/{path})"


def relink(text, at, to):
    """Return Markdown whose links to files of the repository lead to pages of the site.

    Args:
        text: Markdown.
        at: where it stands in the repository, for example "docs/results.md".
        to: where it stands in the site's sources.
    """
    pages = PAGES_OF_SITE | {
        f"notebooks/{path.stem}.ipynb": f"lessons/{path.stem}.ipynb" for path in lesson_paths()
    }

    def link(found):
        target, mark, anchor = found[2].partition("#")
        if not target or re.match(r"[a-z]+:", target):
            return found[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(at), target))
        if path in pages:
            target = posixpath.relpath(pages[path], posixpath.dirname(to) or ".")
        elif not found[1].startswith("!"):
            kind = "tree" if (ROOT / path).is_dir() else "blob"
            target = f"{repository()}/{kind}/v{__version__}/{path}"
        return f"{found[1]}({target}{mark}{anchor})"

    return re.sub(r"(!?\[[^\]]*\])\(([^)\s]+)\)", link, text)


OUTPUT = re.compile(r"^<!-- output: (\d\d) ([\w-]+) -->$", re.M)
"""A line of a page where what a cell of a lesson shows is put in."""


def output(runs, number, cell_id, pictures):
    """Return what a lesson's cell shows, as Markdown that holds HTML."""
    [run] = [run for name, run in runs.items() if name.startswith(number)]
    [cell] = [cell for cell in run.cells if cell.id == cell_id]
    shown = [output.data["text/html"] for output in cell.outputs if "data" in output]
    if not shown or "text/html" not in cell.outputs[-1].data:
        raise CourseError(f"docs/index.md: cell {cell_id} of lesson {number} shows no HTML.")
    return f"```{{raw}} html\n{apart(shown[-1], pictures, '.')}\n```"


def run_missing(names, profile):
    """Run the lessons that have no kept run, two at a time, each in a process of its own.

    Raises:
        CourseError: a lesson has failed; the others are stopped.
    """
    RUNS.mkdir(parents=True, exist_ok=True)
    pool, processes = ThreadPoolExecutor(2), []

    def run(lesson):
        name, language = lesson
        command = [sys.executable, "-m", "tools.site", "--profile", profile, "--run", name]
        command += ["--language", language.code] if language else []
        processes.append(subprocess.Popen(command, cwd=ROOT))
        if processes[-1].wait():
            raise CourseError(f"{name} did not run to its end, and no page is built.")

    all_of_them = [(name, None) for name in names]
    all_of_them += [(name, language) for language in languages() for name in language.lessons]
    missing = [
        (name, one) for name, one in all_of_them if not kept_run(name, profile, one).exists()
    ]
    try:
        for _ in pool.map(run, missing):
            pass
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        pool.shutdown()


def collect(profile):
    """Fill build/site-source with what Sphinx reads."""
    names = [path.stem for path in lesson_paths()]
    run_missing(names, profile)
    runs = {name: executed(name, profile) for name in names}
    with whole_folder(SOURCE) as source:
        pictures = source / "_extra" / "pictures"
        pictures.mkdir(parents=True)
        for at, to in PAGES_OF_SITE.items():
            text = relink((ROOT / at).read_text(encoding="utf-8"), at, to)
            if to != "index.md":
                head, _, rest = text.partition("\n")
                made_by = "tools/results.py" if to == "results.md" else at
                text = f"{head}\n\n{BAR.format(edit(made_by))}\n{rest}"
            else:
                text = OUTPUT.sub(lambda found: output(runs, *found.groups(), pictures), text)
            target = source / to
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        (source / "lessons").mkdir()
        for name, run in runs.items():
            nbformat.write(page(name, run, pictures), source / "lessons" / f"{name}.ipynb")
        furnish(source, profile)
        for language in languages():
            translate(source / "_languages" / language.code, language, profile)


def furnish(source, profile, language=None):
    """Write what Sphinx needs beside the pages: settings, looks, the learners' notebooks."""
    for name in ("conf.py", "_static", "_templates", "images"):
        copy = shutil.copytree if (ROOT / "docs" / name).is_dir() else shutil.copyfile
        copy(ROOT / "docs" / name, source / name)
    (source / "_learners").mkdir()
    for path in (ROOT / "notebooks" / (language.code if language else ".")).glob("*.ipynb"):
        shutil.copyfile(path, source / "_learners" / path.name)
    pages = {
        one.code: ["index", "glossary", *(f"lessons/{name}" for name in one.lessons)]
        for one in languages()
    }
    names = {"en": "English"} | {one.code: one.name for one in languages()}
    settings = {"repository": repository(), "version": __version__, "profile": profile}
    settings |= {"language": language.code if language else "en", "pages": pages, "names": names}
    say = language.page if language else PAGES.get
    settings |= {"project": say("course")} | {
        key: say(key) for key in ("languages", "contents", "search")
    }
    (source / "site.json").write_text(json.dumps(settings), encoding="utf-8")


def translate(source, language, profile):
    """Fill a folder with what Sphinx reads of a language."""
    pictures = source / "_extra" / "pictures"
    pictures.mkdir(parents=True)
    (source / "lessons").mkdir()
    for name in language.lessons:
        run = executed(name, profile, language)
        made = page(name, run, pictures, language)
        nbformat.write(made, source / "lessons" / f"{name}.ipynb")
    words = language.glossary(to_english, "({})=\n")
    bar = BAR.format(edit(f"locale/{language.code}/course.po", language.page("edit")))
    (source / "glossary.md").write_text(
        f"# {language.page('glossary')}\n\n{bar}\n{language.draft()}\n\n"
        f"{language.page('words')} {to_english(language.page('english'), 'glossary.md')}\n\n"
        f"{words}",
        encoding="utf-8",
    )
    tree = "```{{toctree}}\n:hidden:\n:caption: {}\n\n{}\n```\n"
    lessons = tree.format(
        language.page("lessons"), "\n".join(f"lessons/{n}" for n in language.lessons)
    )
    cells = built_cells(read_lesson(LESSONS / f"{START}.py"), SOLUTION, language)
    _, what_it_is, *_ = cells[0].source.split("\n\n")
    (source / "index.md").write_text(
        f"# {language.page('course')}\n\n> {language.page('draft')}\n\n{what_it_is}\n\n"
        f"{language.page('welcome')} "
        f"{to_english(language.page('english'), 'index.md')}\n\n"
        + "".join(f"- [](lessons/{name}.ipynb)\n" for name in language.lessons)
        + f"- [](glossary.md)\n\n{lessons}\n{tree.format(language.page('look_up'), 'glossary')}",
        encoding="utf-8",
    )
    furnish(source, profile, language)


def translate_search(path, language):
    """Put what the search says into Sphinx's translations; its own lack some, and end in an error.

    Args:
        path: `_static/translations.js`, which is changed.
        language: the `languages.Language`.
    """
    head, body, tail = re.fullmatch(
        r"([\w.]+\()(.*)(\);\s*)", path.read_text("utf-8"), re.S
    ).groups()
    found = json.loads(body)
    said = {key: value for key, value in found["messages"].items() if any(value)}
    said["Search finished, found one page matching the search query."] = [
        language.page("found_one"),
        language.page("found", count="${resultCount}"),
    ]
    said[
        "Your search did not match any documents. Please make sure that all words are spelled "
        "correctly and that you've selected enough categories."
    ] = language.page("not_found")
    found |= {"messages": said, "plural_expr": f"+({found['plural_expr']})"}  # a place in a list
    path.write_text(f"{head}{json.dumps(found)}{tail}", encoding="utf-8")


def to_english(text, to):
    """Return a link of a page in another language to one below docs/, as the site has it."""
    path, mark, anchor = posixpath.normpath(posixpath.join("docs", to)).partition("#")
    address = f"../{PAGES_OF_SITE[path].removesuffix('.md')}.html{mark}{anchor}"
    return f'<a href="{address}" hreflang="en">{text}</a>'


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Build the site into build/site.")
    parser.add_argument("--profile", choices=("quick", "ci"), default="quick", help="of the runs")
    parser.add_argument("--run", metavar="LESSON", help="run this one alone, and build no page")
    parser.add_argument("--language", help="of the lesson to run; English if none is given")
    options = parser.parse_args(arguments)
    try:
        if options.run:
            chosen = [one for one in languages() if one.code == options.language]
            executed(options.run, options.profile, *chosen)
            return 0
        collect(options.profile)
        with whole_folder(SITE) as aside:
            command = [SPHINX, "-q", "-n", "-W", "--keep-going", "-b", "html"]
            trees = [(SOURCE, aside)]
            for one in languages():
                trees.append((SOURCE / "_languages" / one.code, aside / one.code))
            for source, target in trees:
                if subprocess.run([*command, source, target]).returncode:
                    raise CourseError("Sphinx refuses a page; the lines above say which.")
            for one in languages():
                for path in (aside / one.code).rglob("*.html"):
                    text = path.read_text(encoding="utf-8")
                    tag = f'<html lang="{one.code}"'
                    told = text.replace(tag, f'{tag} dir="{one.direction}"', 1)
                    path.write_text(told, encoding="utf-8")
                translate_search(aside / one.code / "_static" / "translations.js", one)
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; the runs that are done are kept.", file=sys.stderr)
        return 130
    print(SITE / "index.html")
    return 0


if __name__ == "__main__":
    stop_when_asked()
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    sys.exit(main())
