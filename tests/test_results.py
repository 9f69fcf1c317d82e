"""The data file of figures, and the page that is made from it."""

import copy
import json

import pytest

from course_utils.lesson import LESSONS
from tools import results

RESULT = {
    "lesson": "01_fashion_mnist_dense",
    "profile": "full",
    "data": "real",
    "date": "2026-01-02",
    "hardware": "a machine",
    "device": "CPU, 2 cores",
    "precision": "float32",
    "seconds": 12.3,
    "memory_mb": 1234,
    "versions": {"tensorflow": "2.21.0"},
    "figures": {"test_accuracy": 0.5},
}


def test_the_page_is_what_the_data_makes():
    lessons = json.loads(results.DATA.read_text(encoding="utf-8"))
    assert results.PAGE.read_text(encoding="utf-8") == results.render(lessons), "run `make results`"


def test_a_full_run_on_real_data_is_taken_with_its_origin():
    lessons = copy.deepcopy(LESSONS)
    assert "taken (real data)" in results.take(RESULT, lessons)
    measured = lessons[RESULT["lesson"]]["figures"]["test_accuracy"]["measured"]["real"]
    assert measured["value"] == 0.5 and measured["hardware"] == "a machine"
    assert "make lesson N=01" in measured["command"]
    assert "| 0.5000 |" in results.render(lessons) and "a machine" in results.render(lessons)


@pytest.mark.parametrize("change", [{"profile": "ci"}, {"profile": "quick"}])
def test_less_than_a_full_run_is_left_out(change):
    lessons = copy.deepcopy(LESSONS)
    assert "left out" in results.take(RESULT | change, lessons)
    assert lessons == LESSONS


def test_every_figure_names_where_it_is_from():
    for lesson in LESSONS.values():
        for figure in lesson["figures"].values():
            assert figure["published"]["source"]
            for run in figure.get("measured", {}).values():
                assert {"value", "command", "date", "hardware", "seconds"} <= set(run)
