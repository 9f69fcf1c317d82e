"""The style of every lesson's source. What its cells give is compared by nbval."""

import os
import re
import statistics
import subprocess
import sys

import pytest

from tools.lesson_source import LESSONS, ROOT, lesson_paths, read_lesson

PATHS = lesson_paths()


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_words_of_the_house(path):
    for cell in read_lesson(path).cells:
        if cell.kind == "markdown":
            words = set(cell.source.lower().replace(",", " ").replace(".", " ").split())
            assert not words & {"just", "simply", "easy", "easily", "obviously"}, cell.id


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_term_stands_in_the_glossary(path):
    """A term is in italics where it is explained."""
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    entries = {entry.lower() for entry in re.findall(r"^## (.+)$", glossary, re.M)}
    for cell in read_lesson(path).cells:
        if cell.kind == "markdown":
            for term in re.findall(r"(?<![*\w])\*([^*\n]+)\*(?!\*)", cell.source):
                assert {term.lower(), term.lower().rstrip("s")} & entries, (cell.id, term)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_code_cells_are_small(path):
    """Checks are folded away and do not count."""
    lengths = {
        cell.id: len(cell.source.strip().splitlines())
        for cell in read_lesson(path).solution()
        if cell.kind == "code" and cell.part != "check"
    }
    assert statistics.median(lengths.values()) <= 5
    assert {name: length for name, length in lengths.items() if length > 25} == {}


RUN = """
import runpy, sys
names = runpy.run_path(sys.argv[1])
outcomes = {name: value.right for name, value in names.items() if name.endswith("_check")}
assert len(outcomes) == 4 and all(outcomes.values()), outcomes
"""


def test_a_source_runs_from_top_to_bottom_as_in_an_editor(tmp_path):
    """Answers, checks and hidden tests included; what stands in no notebook is out of the way."""
    path = str(LESSONS / "03_horse_or_human.py")
    environment = {"COURSE_PROFILE": "ci", "COURSE_DATA": "sample", "MPLBACKEND": "Agg"}
    run = subprocess.run(
        [sys.executable, "-c", RUN, path],
        cwd=tmp_path,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr[-2000:]
