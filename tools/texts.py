"""The texts of the course that readers see, block by block: what a translation translates.

A text of prose is a heading, a paragraph, an item of a list or a row of a table. A text of code is
what a check says, a hint, a praise, a printed line, a figure's description; where an f-string puts
a value, it has `{the expression}`. All else in code is the same in every language.
"""

import ast
import json
import re
from typing import NamedTuple

from tools.lesson_source import ROOT, lesson_paths, read_lesson, read_title

FIELD = re.compile(r"\{[^{}]+\}")
PLURAL = re.compile(r"\{'e?s' (?:\*|if) [^{}]+\}")
"""A field that puts an English plural's s: a translation leaves it out."""
SENTENCE = re.compile(r"[A-Z(][^\n]* [^\n]* [^\n]*[.!?]\Z")
WORDS = re.compile(r"[A-Za-z]{3}")
GLOSSARY = ROOT / "docs" / "glossary.md"
FIRST_MET = ("Start page", "00"), ("Lesson 01", "01")
"""Where the glossary says that a term is first met, and the number of that lesson."""

PAGES = {
    "check": "Check your answer",
    "colab": "Open in Colab",
    "glossary": "Glossary",
    "answers": "With the answers",
    "download": "Download the notebook",
    "english": "In English",
    "in_english": "(in English)",
    "edit": "Edit this page",
    "minutes": "{minutes} minutes to read",
    "install": "In Colab, this cell supplies what the lesson needs and Colab lacks; elsewhere it "
    "only sets the language.",
    "draft": "**Draft.** A machine has translated this page, and no person who speaks the language "
    "has reviewed it yet. Where it is unclear, the English page counts.",
    "stale": "(This has changed in English, and is not translated again yet.)",
    "show_check": "Show the check",
    "hide_check": "Hide the check",
    "show_answer": "Show an answer",
    "hide_answer": "Hide the answer",
    "course": "Image classification",
    "lessons": "Lessons",
    "look_up": "To look things up",
    "welcome": "These are the pages of the course that there are in this language. All others are "
    "in English.",
    "words": "The words that these pages explain, in the order of their English names. The others "
    "are in the English glossary.",
    "languages": "Languages",
    "contents": "On this page",
    "search": "Search",
    "found_one": "One page was found.",
    "found": "{count} pages were found.",
    "not_found": "No page was found. Is every word spelled correctly?",
}
"""What stands around the lessons, in the notebooks and on the site."""


class Text(NamedTuple):
    """A text to translate: where it stands, "prose", "code", "helper", "page" or "glossary"."""

    text: str
    kind: str
    place: str
    plural: str | None = None


def blocks(source):
    """Yield `(first line, line behind the last, text)` of each block of Markdown that is a text."""
    from markdown_it import MarkdownIt

    lines, found = source.split("\n"), []
    for token in MarkdownIt("commonmark").enable("table").parse(source):
        alone = token.level == 0 and token.type in ("heading_open", "paragraph_open")
        if alone or token.type == "tr_open" or (token.level, token.type) == (1, "list_item_open"):
            found.append(tuple(token.map))
    for begin, end in sorted(found):
        text = "\n".join(lines[begin:end]).rstrip()
        if WORDS.search(re.sub(r"`[^`]*`", "", text)):
            yield begin, end, text


def template(node):
    """Return a string's text, with `{expression}` where an f-string puts a value."""
    if isinstance(node, ast.Constant):
        return node.value
    return "".join(
        v.value.replace("{", "{{").replace("}", "}}") if isinstance(v, ast.Constant) else _field(v)
        for v in node.values
    )


def _field(value):
    kind = f"!{chr(value.conversion)}" if value.conversion != -1 else ""
    form = f":{template(value.format_spec)}" if value.format_spec else ""
    return f"{{{ast.unparse(value.value)}{kind}{form}}}"


def spoken(source, is_check=False):
    """Return the string nodes of some code that readers see, in the order of the source.

    Args:
        source: Python code.
        is_check: whether it is a check: there, whatever is a sentence is shown.
    """
    tree, found, documented = ast.parse(source), [], set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            documented |= {id(node.value)}
        if isinstance(node, ast.Assert) and node.msg is not None:
            found += strings(node.msg)
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            found += strings(node.exc)
        elif isinstance(node, ast.Assign) and _name(node.targets[0]) == "hints":
            found += strings(node.value)
        elif isinstance(node, ast.Call):
            name = _name(node.func)
            if name == "check_exercise":
                said = [k.value for k in node.keywords if k.arg in ("hints", "praise")]
            elif name == "new_figure":
                said = node.args[2:3]
            elif name == "print":
                said = [
                    a.func.value if isinstance(a, ast.Call) and _name(a.func) == "format" else a
                    for a in node.args
                ]
            else:
                continue
            found += [one for value in said for one in strings(value)]
        elif is_check and isinstance(node, ast.Constant | ast.JoinedStr):
            found += [one for one in strings(node) if SENTENCE.match(template(one))]
    chosen = {}
    for node in found:
        inner = any(other is not node and node in ast.walk(other) for other in found)
        if id(node) not in documented and not inner and WORDS.search(plain(template(node))):
            chosen[node.lineno, node.col_offset] = node
    return [chosen[place] for place in sorted(chosen)]


def plain(text):
    """Return a text of code without its fields."""
    return FIELD.sub("", text)


def strings(node):
    """Return the strings in an expression: of an f-string the whole, none of what is in it."""
    if isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    ):
        return [node]
    if isinstance(node, ast.Subscript):
        return []
    return [one for child in ast.iter_child_nodes(node) for one in strings(child)]


def _name(node):
    return getattr(node, "id", None) or getattr(node, "attr", None)


def of_lesson(path):
    """Yield the texts of a lesson."""
    lesson = read_lesson(path)
    for cell in lesson.solution():
        place = f"lessons/{path.name}#{cell.id}"
        if cell.kind == "markdown":
            for _, _, text in blocks(cell.source):
                yield Text(text, "prose", place)
        else:
            for node in spoken(cell.source, cell.part == "check"):
                yield Text(template(node), "code", place)


def of_glossary(numbers):
    """Yield `(term, Text of its paragraph)` for the terms that these lessons explain."""
    for section in GLOSSARY.read_text(encoding="utf-8").split("\n## ")[1:]:
        term, _, body = section.partition("\n")
        text = " ".join(body.split())
        for where, number in FIRST_MET:
            if f"({where})" in text and number in numbers:
                text = text.replace(f" ({where})", "")
                yield term, Text(text, "glossary", f"docs/glossary.md#{term.replace(' ', '-')}")


def of_helpers():
    """Yield the texts that the helpers say through `course_utils.machine.language`."""
    for path in sorted((ROOT / "course_utils").rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = _name(node.func) if isinstance(node, ast.Call) else ""
            given = node.args[:1] if name in ("say", "later") else []
            given = node.args[1:3] if name == "say_count" else given
            if given and all(isinstance(one, ast.Constant) for one in given):
                text, plural = [one.value for one in given] if given[1:] else (given[0].value, None)
                yield Text(text, "helper", place, plural)
    lessons = json.loads((ROOT / "course_utils/lesson/lessons.json").read_text(encoding="utf-8"))
    for number, lesson in enumerate(lessons.values(), start=1):
        yield Text(lesson["title"], "helper", "course_utils/lesson/lessons.json")
        for figure in lesson.get("figures", {}).values() if number == 1 else ():
            yield Text(figure["name"], "helper", "course_utils/lesson/lessons.json")
    words = ROOT / "course_utils" / "show" / "modules" / "words.json"
    for text in json.loads(words.read_text(encoding="utf-8"))["host"].values():
        yield Text(text, "helper", "course_utils/show/modules/words.json")


def of_pages():
    """Yield what stands around the lessons, and the lessons' titles."""
    for text in PAGES.values():
        yield Text(text, "page", "tools/texts.py")
    for path in lesson_paths():
        yield Text(read_title(path), "page", f"lessons/{path.name}")


def of_course(lessons):
    """Yield all texts of a language that has these lessons."""
    for path in lesson_paths():
        if path.stem in lessons:
            yield from of_lesson(path)
    yield from (text for _, text in of_glossary({name[:2] for name in lessons}))
    yield from of_helpers()
    yield from of_pages()
