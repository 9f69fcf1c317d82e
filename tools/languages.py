"""The course in other languages: `python -m tools.languages [--check]` renews the catalogues.

`locale/languages.toml` names the languages. Each has one catalogue in gettext's form,
`locale/<language>/course.po`, of the texts that `tools.texts` finds, and `terms.toml`, its words
for those of the glossary. Whatever has changed in English is marked there as fuzzy, and readers see
it in English, marked, until somebody translates it again and takes the mark away.

A translated lesson is a `lesson_source.Lesson` with other texts; its code is the same.
"""

import argparse
import ast
import contextlib
import dataclasses
import datetime
import functools
import io
import os
import re
import sys
import tomllib
from pathlib import Path

from course_utils.machine import language as spoken_language
from course_utils.machine.language import RIGHT_TO_LEFT, isolated
from course_utils.store import whole_file
from tools import texts
from tools.lesson_source import ROOT, LessonError
from tools.texts import FIELD, PAGES

LOCALE = ROOT / "locale"
WIDTH = 96
HEADER = """\
The texts of the course; `make catalogues` renews them, translations are written here.
A translation is a machine's draft unless a comment above it says who has reviewed it:
"reviewed by NAME, DATE"."""
_DAY = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)  # a date that changes says nothing here
_LEAD = re.compile(r"(?:#+|[-*]|\d+\.)\s+")
_KEPT = re.compile(r"(`[^`]*`|\]\([^)\s]*\)|<[^>]*>|\*+|\||\n|^(?:#+|[-*]|\d+\.)\s)")


@functools.cache
def known(locale=LOCALE):
    """Return `{language: what languages.toml says of it}`."""
    return tomllib.loads((locale / "languages.toml").read_text(encoding="utf-8"))


class Language:
    """A language that the course is translated into.

    Args:
        code: "fa", for example.
        locale: the folder of the catalogues.

    Attributes:
        name, english, script, lessons, complete: see `locale/languages.toml`.
        direction: "rtl" or "ltr".
        terms: `{English term: {"form": …, "why": …}}`, what its `terms.toml` holds.
    """

    def __init__(self, code, locale=LOCALE):
        self.code, self.folder = code, locale / code
        said = known(locale)[code]
        self.name, self.english, self.script = said["name"], said["english"], said["script"]
        self.lessons, self.complete = said["lessons"], said["complete"]
        self.direction = "rtl" if code in RIGHT_TO_LEFT else "ltr"
        terms = self.folder / "terms.toml"
        self.terms = tomllib.loads(terms.read_text(encoding="utf-8")) if terms.exists() else {}

    @property
    def path(self):
        return self.folder / "course.po"

    @functools.cached_property
    def catalogue(self):
        """The babel `Catalog`."""
        from babel.messages.pofile import read_po

        if not self.path.exists():
            return _new_catalogue(self.code)
        with self.path.open("rb") as file:
            return read_po(file, locale=self.code)

    def translation(self, text):
        """Return the translation of a text that is up to date, or None."""
        message = self.catalogue.get(text)
        if message is None or message.fuzzy:
            return None
        string = message.string if isinstance(message.string, str) else message.string[0]
        return string or None

    def is_draft(self, texts_of_page):
        """Return whether a translation among these texts has been reviewed by nobody."""
        messages = [self.catalogue.get(text) for text in texts_of_page if self.translation(text)]
        return not all(
            any(note.startswith("reviewed by") for note in message.user_comments)
            for message in messages
        )

    def draft(self, lesson=None):
        """Return the lines that say that a lesson's page is a draft, or "" where it is none.

        Args:
            lesson: the English `Lesson`; None for the glossary.
        """
        if lesson:
            found = [t.text for t in texts.of_lesson(Path(lesson.path))]
        else:
            found = [t.text for _, t in texts.of_glossary({name[:2] for name in self.lessons})]
        return f"> {self.page('draft')}" if self.is_draft(found) else ""

    def page(self, key, **values):
        """Return one of the `texts.PAGES`."""
        text = self.translation(PAGES[key]) or PAGES[key]
        return text.format(**values) if values else text

    def title(self, text):
        """Return a lesson's title: in the language, or in English where it has no translation."""
        return self.translation(text) or text

    @contextlib.contextmanager
    def aloud(self):
        """Have the helpers speak the language within the block."""
        before = os.environ.get("COURSE_LANGUAGE")
        os.environ["COURSE_LANGUAGE"] = self.code
        try:
            yield
        finally:
            if before is None:
                del os.environ["COURSE_LANGUAGE"]
            else:
                os.environ["COURSE_LANGUAGE"] = before

    def prose(self, source):
        """Return Markdown in the language; what has no translation stays English, and is marked."""
        lines, made, at = source.split("\n"), [], 0
        for begin, end, text in texts.blocks(source):
            said = self.translation(text)
            made += lines[at:begin]
            made += (self.in_order(said) if said else self.marked(text)).split("\n")
            made += [""] * (end - begin - len(text.split("\n")))
            at = end
        return "\n".join([*made, *lines[at:]])

    def in_order(self, text):
        """Return Markdown whose sums and code are read from left to right."""
        if self.direction == "ltr":
            return text
        parts = _KEPT.split(text)
        for place, part in enumerate(parts):
            if place % 2 == 0:
                parts[place] = isolated(part)
            elif part.startswith("`"):
                parts[place] = f"\u2066{part}\u2069"
        return "".join(parts)

    def marked(self, text):
        """Return a block of English Markdown, marked as what it is."""
        note = f"<small>{self.page('stale')}</small>"
        if text.startswith("|"):
            cells = re.split(r"(?<!\\)\|", text.strip().strip("|"))
            cells = [
                f" {self.in_english(cell.strip())} " if cell.strip() else cell for cell in cells
            ]
            return f"|{'|'.join(cells)}{note} |"
        lead = _LEAD.match(text)
        lead = lead[0] if lead else ""
        return f"{lead}{self.in_english(text[len(lead) :])} {note}"

    def in_english(self, text):
        """Return Markdown of one block that says to be English."""
        return f'<span lang="en" dir="ltr">{text}</span>'

    def code_cell(self, source, is_check=False):
        """Return the code of a cell with its texts in the language."""
        lines = source.encode().split(b"\n")
        for node in reversed(texts.spoken(source, is_check)):
            said = self.translation(texts.template(node))
            if not said:
                continue
            first, last = node.lineno - 1, node.end_lineno - 1
            before, after = lines[first][: node.col_offset], lines[last][node.end_col_offset :]
            column = len(before.decode())
            inner = first != last or not before.strip()  # within brackets
            text = literal(
                said, texts.template(node), isinstance(node, ast.JoinedStr), column, inner
            )
            lines[first : last + 1] = (before + text.encode() + after).split(b"\n")
        return b"\n".join(lines).decode()

    def lesson(self, lesson):
        """Return a `Lesson` in the language."""
        cells = tuple(
            dataclasses.replace(
                cell,
                source=(self.prose if cell.kind == "markdown" else self.code_cell)(cell.source),
            )
            for cell in lesson.cells
        )
        exercises = tuple(
            dataclasses.replace(
                exercise,
                shown=self.code_cell(exercise.shown, is_check=True),
                praise=self.translation(exercise.praise) or exercise.praise,
            )
            for exercise in lesson.exercises
        )
        return dataclasses.replace(lesson, cells=cells, exercises=exercises)

    def wrapped(self, source):
        """Return Markdown in an element that tells its language, and in which direction it runs."""
        return f'<div lang="{self.code}" dir="{self.direction}">\n\n{source}\n\n</div>'

    def glossary(self, link, target):
        """Return the page with the language's words, Markdown without its heading.

        Args:
            link: function of a text and an address below docs/ that links to an English page.
            target: what stands before a term to link to, with `{}` in place of its anchor.
        """
        found = list(texts.of_glossary({name[:2] for name in self.lessons}))
        anchors = {_anchor(term) for term, _ in found}
        parts = []
        for term, text in found:
            form = self.terms.get(term, {}).get("form")
            head = f"{form} ({term})" if form and form != term else term
            body = self.translation(text.text)
            body = self.in_order(body) if body else self.marked(text.text)

            def led(found):
                text, address = found.groups()
                if address.removeprefix("#") in anchors:
                    return found[0]
                return link(text, f"glossary.md{address}" if address[0] == "#" else address)

            body = re.sub(r"\[([^]]+)\]\(([^)]+)\)", led, body)
            parts.append(f"{target.format(_anchor(term))}## {head}\n\n{body}\n")
        return "\n".join(parts)

    def texts(self):
        """Return the `Text`s that the language should have, a list."""
        return list(texts.of_course(self.lessons))

    def stale(self):
        """Return the `Text`s that readers see in English."""
        return [text for text in self.texts() if self.translation(text.text) is None]

    def renewed(self):
        """Return the catalogue brought up to date with the English texts."""
        template = _new_catalogue(self.code)
        for text in self.texts():
            flags = ["python-brace-format"] if FIELD.search(text.text) else []
            template.add(
                (text.text, text.plural) if text.plural else text.text,
                locations=[(text.place, None)],
                flags=flags,
                auto_comments=[text.kind],
            )
        made = self.catalogue
        made.update(template, update_creation_date=False)
        for message in made:
            if message.fuzzy and message.id:
                reviewed = [n for n in message.user_comments if n.startswith("reviewed by")]
                message.user_comments = [n for n in message.user_comments if n not in reviewed]
        made.header_comment = "\n".join(f"# {line}" for line in [self.english, *HEADER.split("\n")])
        return made

    def compiled(self):
        """Return the bytes of the catalogue that the helpers read: their own texts, none stale."""
        from babel.messages.mofile import write_mo

        made = _new_catalogue(self.code)
        for text in texts.of_helpers():
            message = self.catalogue.get(text.text)
            if message and any(message.string or ()) and not message.fuzzy:
                made.add((text.text, text.plural) if text.plural else text.text, message.string)
        buffer = io.BytesIO()
        write_mo(buffer, made)
        return buffer.getvalue()

    def files(self):
        """Return `{path: bytes}` of all that `make catalogues` makes for the language."""
        from babel.messages.pofile import write_po

        buffer = io.BytesIO()
        write_po(buffer, self.renewed(), width=0, sort_by_file=False)
        folder = spoken_language.CATALOGUES / self.code
        return {
            self.path: re.sub(rb'"Generated-By: .*\n', b"", buffer.getvalue()),
            folder / "LC_MESSAGES" / f"{spoken_language.DOMAIN}.mo": self.compiled(),
            folder / "lessons.txt": "".join(f"{name}\n" for name in self.lessons).encode(),
        }


def _new_catalogue(code):
    from babel.messages.catalog import Catalog

    return Catalog(
        locale=code,
        project="image-classification-course",
        creation_date=_DAY,
        revision_date=_DAY,
        last_translator="",
        fuzzy=False,
        charset="utf-8",
    )


def _anchor(term):
    return re.sub(r"[^\w\- ]", "", term.lower()).replace(" ", "-")


def literal(said, english, is_f, column, inner):
    """Return the Python source of a translated text, in lines that are not too long.

    Args:
        said: the translation, with the fields of the English template.
        english: that template.
        is_f: whether it is an f-string.
        column: where it begins.
        inner: whether it stands on several lines, within brackets.
    """
    fields = FIELD.findall(english) if is_f else []
    parts = re.split(f"({'|'.join(map(re.escape, fields))})", said) if fields else [said]
    pieces = []
    for place, part in enumerate(parts):
        if place % 2:
            pieces.append(part)
        else:
            escaped = part.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            pieces += re.findall(r"[^ ]+ *| +", escaped)
    lines, room = [""], max(40, WIDTH - column)
    for piece in pieces:
        if lines[-1] and len(lines[-1]) + len(piece.rstrip()) > room and lines[-1].endswith(" "):
            lines.append("")
        lines[-1] += piece
    mark = "f" if fields else ""
    strings = [f'{mark}"{line}"' for line in lines]
    between = "\n" + " " * column
    if inner or len(strings) == 1:
        return between.join(strings)
    return f"({(between + ' ').join(strings)})"


def is_same_code(english, translated, is_check=False):
    """Return whether two sources differ in nothing but what readers see of them."""
    tree = ast.parse(english)
    seen = {(node.lineno, node.col_offset) for node in texts.spoken(english, is_check)}

    def same(one, other):
        if isinstance(one, list):
            return len(one) == len(other) and all(map(same, one, other))
        if not isinstance(one, ast.AST):
            return type(one) is type(other) and one == other
        strings = ast.Constant | ast.JoinedStr
        if isinstance(one, strings) and (one.lineno, one.col_offset) in seen:
            return isinstance(other, strings) and _values(one) == _values(other)
        return type(one) is type(other) and all(
            same(getattr(one, name, None), getattr(other, name, None)) for name in one._fields
        )

    return same(tree, ast.parse(translated))


def _values(node):
    """Return the values that an f-string puts into its text; English plurals do not count."""
    if isinstance(node, ast.Constant):
        return set()
    return {f for f in FIELD.findall(texts.template(node)) if not texts.PLURAL.match(f)}


def languages(locale=LOCALE):
    """Return the `Language`s of the course."""
    return [Language(code, locale) for code in known(locale)]


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Renew the catalogues of the translations.")
    parser.add_argument("--check", action="store_true", help="compare only; fail on a difference")
    options = parser.parse_args(arguments)
    failed = 0
    try:
        for language in languages():
            stale = language.stale()
            many = len({text.text for text in language.texts()})
            print(f"{language.code}: {many} texts, {len({t.text for t in stale})} in English")
            if language.complete and stale:
                print(f"{language.code} is declared complete, and lacks:", file=sys.stderr)
                print(*[f"  {t.place}: {t.text[:70]}" for t in stale], sep="\n", file=sys.stderr)
                failed = 1
            for path, content in language.files().items():
                if path.exists() and path.read_bytes() == content:
                    continue
                if options.check:
                    print(f"{path}: run `make catalogues`", file=sys.stderr)
                    failed = 1
                    continue
                path.parent.mkdir(parents=True, exist_ok=True)
                with whole_file(path) as aside:
                    Path(aside).write_bytes(content)
                print(f"wrote {path.relative_to(ROOT)}")
    except LessonError as error:
        print(error, file=sys.stderr)
        return 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
