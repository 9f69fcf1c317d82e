"""The style of every lesson's source. What its cells give is compared by nbval."""

import re
import statistics

import pytest

from tools.build_notebooks import LESSONS, ROOT, answered, read_lesson

PATHS = sorted(LESSONS.glob("*.py"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_words_of_the_house(path):
    for cell in read_lesson(path)[0]:
        if cell.cell_type == "markdown":
            words = set(cell.source.lower().replace(",", " ").replace(".", " ").split())
            assert not words & {"just", "simply", "easy", "easily", "obviously"}, cell.metadata


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_term_stands_in_the_glossary(path):
    """A term is in italics where it is explained."""
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    entries = {entry.lower() for entry in re.findall(r"^## (.+)$", glossary, re.M)}
    for cell in read_lesson(path)[0]:
        if cell.cell_type == "markdown":
            for term in re.findall(r"(?<![*\w])\*([^*\n]+)\*(?!\*)", cell.source):
                assert {term.lower(), term.lower().rstrip("s")} & entries, (cell.metadata, term)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_code_cells_are_small(path):
    """Checks are folded away and do not count."""
    lengths = {
        cell.metadata["name"]: len(answered(cell.source).strip().splitlines())
        for cell in read_lesson(path)[0]
        if cell.cell_type == "code" and not {"points", "wrong"} & set(cell.metadata)
    }
    assert statistics.median(lengths.values()) <= 5
    assert {name: length for name, length in lengths.items() if length > 25} == {}
