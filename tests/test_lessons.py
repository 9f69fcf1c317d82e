"""The style of every lesson's source. What its cells give is compared by nbval."""

import ast
import collections
import os
import re
import statistics
import subprocess
import sys

import pytest

from tools.lesson_source import LESSONS, ROOT, lesson_paths, read_lesson, taught

PATHS = lesson_paths()
LONGEST, MEDIAN = 25, 5
"""Lines of a code cell."""


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
    assert statistics.median(lengths.values()) <= MEDIAN
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


DIFFERENT = {
    "prepare": "01 scales in the pipeline, 03 has one picture to prepare, 02 neither",
    "build_network": "each lesson has a network of its own; see the test below",
    "from_folder": "03 and 07 keep batches, 06 has bytes, 08 several sizes, A1 no labels",
    "build_augmentation": "06 writes the list in place; see the test below",
    "compile_network": "06 has a rate for each base, 07 tries several",
    "pictures_per_second": "06 measures networks, 09 datasets",
}
"""Names that several lessons define, each for a purpose of its own, and how they differ."""


def test_what_lessons_repeat_is_the_same():
    """A lesson repeats a function of another so that it runs alone."""
    found = collections.defaultdict(set)
    for path in PATHS:
        for cell in read_lesson(path).solution():
            if cell.kind == "code" and cell.part != "check":
                for statement in ast.parse(cell.source).body:
                    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
                        found[statement.name].add(ast.dump(statement))
    assert {name for name, versions in found.items() if len(versions) > 1} == DIFFERENT.keys()


def test_no_helper_is_an_answer():
    """Whoever wants a mark can read the helpers, and call them."""
    answers = {exercise.answer for path in PATHS for exercise in read_lesson(path).exercises}
    for path in (ROOT / "course_utils").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert not defined & answers, path


def layers_of(network):
    """What a network's layers are, but for their names and random numbers."""
    config = [layer.get_config() for layer in network.layers]
    unwanted = {"name", "seed", "build_config", "dtype"}
    return [
        (type(layer).__name__, {k: v for k, v in values.items() if k not in unwanted})
        for layer, values in zip(network.layers, config, strict=True)
    ]


def test_networks_that_are_to_be_the_same_are():
    """04, 05 and 08 train one network, which 05 gives a dropout; 05 and 06 augment alike."""
    fourth, fifth, eighth = (
        layers_of(taught(number, "build_network")(150)) for number in ("04", "05", "08")
    )
    assert fourth == eighth
    dropout = [layer for layer in fifth if layer[0] == "Dropout"]
    assert len(dropout) == 1 and dropout[0][1]["rate"] == 0.5
    assert [layer for layer in fifth[1:] if layer not in dropout] == fourth
    augmentations = [layers_of(taught(number, "build_augmentation")()) for number in ("05", "06")]
    assert augmentations[0] == augmentations[1] and len(augmentations[0]) == 4


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
