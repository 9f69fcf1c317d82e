"""The Colab lane is what Colab's lists say, and what differs from them is seen."""

import re

import pytest

from tools import colab_lists
from tools.colab_lane import SUPPLIED_VERSIONS, differences

SHIPPED = {kind: colab_lists.load(kind)[0] for kind in colab_lists.FILES}
LACKING = {"importlib-resources"}
"""What Colab's CPU list does not have and the first cell supplies."""
REPLACED = {"tensorflow-metadata"}
"""What it has in a version that does not work there, and the first cell replaces."""


def locked(kind):
    text = (colab_lists.ROOT / colab_lists.LOCKS[kind]).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.M))


@pytest.mark.parametrize("kind", colab_lists.LOCKS)
def test_the_lane_holds_what_the_list_says_and_nothing_else(kind):
    assert locked(kind).items() <= SHIPPED[kind].items()
    assert ("tensorflow" in locked(kind)) == (kind == "cpu")


def test_a_gpu_machine_has_the_same_versions_of_what_the_lessons_import():
    differing = {name for name, v in locked("cpu").items() if SHIPPED["gpu"].get(name) != v}
    assert not differing


def test_what_the_first_cell_may_supply_is_of_the_lane_but_for_what_it_is_there_for():
    differing = {name for name, v in SUPPLIED_VERSIONS.items() if locked("cpu").get(name) != v}
    assert differing == LACKING | REPLACED
    assert not LACKING & SHIPPED["cpu"].keys() and SHIPPED["cpu"].keys() >= REPLACED


def test_a_list_of_pip_freeze_is_read_with_its_addresses():
    text = (
        "# a comment\nAbc_d==1.2\nt @ https://x/whl/t-2.11.0%2Bcpu-cp313-cp313-linux.whl\n"
        "c @ file:///dist/c-1.0.0.tar.gz\ng @ git+https://x/g@b134e99\n"
    )
    packages = {"abc-d": "1.2", "c": "1.0.0", "g": "?", "t": "2.11.0+cpu"}
    assert colab_lists.read_list(text) == (packages, "3.13")


@pytest.mark.parametrize(
    ("packages", "missing", "problem"),
    [
        ({"numpy": "2.1.3"}, set(), None),
        ({"numpy": "2.1.4"}, set(), "numpy 2.1.4 was imported; Colab has 2.1.3"),
        ({"jedi": "0.20.1"}, set(), "jedi 0.20.1 was imported; Colab does not have it"),
        ({"importlib-resources": "7.1.0"}, set(), None),
        ({"importlib-resources": "7.0"}, set(), "importlib-resources 7.0 was imported"),
        ({}, {"sklearn"}, "sklearn was looked for; Colab has scikit-learn 1.6.1"),
        ({}, {"nothing_that_colab_has", "google.colab"}, None),
    ],
)
def test_what_was_imported_is_held_against_the_list(packages, missing, problem):
    assert "importlib-resources" in SUPPLIED_VERSIONS
    shipped = {"numpy": "2.1.3", "scikit-learn": "1.6.1", "google-colab": "1.0.0"}
    found = differences(packages, missing, shipped)
    assert (not found) if problem is None else (len(found) == 1 and problem in found[0])
