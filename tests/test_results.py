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
    "base": None,
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
    story = json.loads(results.STORY.read_text("utf-8"))
    search = json.loads(results.SEARCH.read_text("utf-8"))
    page = results.PAGE.read_text(encoding="utf-8")
    assert page == results.render(lessons, story, search), "run `make results`"


@pytest.mark.parametrize("kind", ["sample", "real"])
def test_the_story_is_told_whole(kind):
    run = json.loads(results.STORY.read_text("utf-8"))[kind]
    assert len(run["measured"]) == 6 and len(run["claims"]) == 6
    for network, accuracies in run["measured"].items():
        assert all(len(values) == 3 for values in accuracies.values()), network
        assert "test" in accuracies


def test_a_full_run_on_real_data_is_taken_with_its_origin():
    lessons = copy.deepcopy(LESSONS)
    assert "taken (real data)" in results.take(RESULT, lessons)
    measured = lessons[RESULT["lesson"]]["figures"]["test_accuracy"]["measured"]["real"]
    assert measured["value"] == 0.5 and measured["hardware"] == "a machine"
    assert "make lesson N=01" in measured["command"]
    page = results.render(lessons, {}, {})
    assert "| 0.5000 |" in page and "a machine" in page


@pytest.mark.parametrize(
    "change", [{"profile": "ci"}, {"profile": "quick"}, {"base": "MobileNetV2, drawn base"}]
)
def test_less_than_a_full_run_is_left_out(change):
    lessons = copy.deepcopy(LESSONS)
    assert "left out" in results.take(RESULT | change, lessons)
    assert lessons == LESSONS


def test_every_figure_names_where_it_is_from():
    for lesson in LESSONS.values():
        for figure in lesson["figures"].values():
            assert "published" not in figure or figure["published"]["source"]
            for run in figure.get("measured", {}).values():
                assert {"value", "command", "date", "hardware", "seconds"} <= set(run)


@pytest.mark.parametrize("name", LESSONS)
def test_the_minutes_told_are_enough(name):
    """On the machines of the measured runs; above five, no more than twice as many as taken."""
    for figure in LESSONS[name]["figures"].values():
        for run in figure.get("measured", {}).values():
            told, taken = LESSONS[name]["minutes"][run["profile"]], run["seconds"] / 60
            assert taken <= told <= max(5, 2 * taken), f"minutes of: {run['command']}"


def test_a_claim_that_does_not_hold_is_shown_as_such():
    run = {
        "measured": {"features": {"train": [0.9, 1.0], "test": [0.5, 0.6]}},
        "claims": {"water flows uphill": {"value": "-1.0", "holds": False}},
        "minutes": 3,
        "base": "MobileNetV2, drawn base",
        "hardware": "a machine",
        "date": "2026-01-02",
    }
    page = results.render_story({"sample": run})
    assert "| features | 95.0 ± 7.1 | – | 55.0 ± 7.1 |" in page
    assert "| water flows uphill | -1.0 | **does not hold** |" in page
    assert "Drawn sample" in page and "COURSE_DATA=sample" in page


def test_the_search_for_photos_is_shown_with_its_origin():
    measured = {"average precision": [0.9, 1.0], "precision at 100": [0.5, 0.6]}
    origin = {"base": "MobileNetV2", "hardware": "a machine", "date": "2026-01-02"}
    seconds = {"pictures": 10_000, "first": 60.2, "second": 1.25, "times faster": 48}
    seconds |= {"MB": 900, "MB at 2000": 890}
    run = {"quality": origin | {"measured": {"cat": measured}}}
    page = results.render_search({"real": run, "sample": {"time": origin | {"measured": seconds}}})
    assert "| cat | 95.0 ± 7.1 | 55.0 ± 7.1 |" in page and "Real pictures" in page
    assert "10,000 pictures takes 60 seconds, the second 1.25 seconds: 48 times" in page
    assert "COURSE_DATA=real .venv/bin/python benchmarks/bench_find_photos.py --only" in page
    assert page in results.render(
        {}, {}, {"real": run, "sample": {"time": origin | {"measured": seconds}}}
    )
