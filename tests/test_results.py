"""The data file of figures, and the page that is made from it."""

import copy
import json

import pytest

from benchmarks import story
from course_utils.lesson.start import LESSONS
from tools import results
from tools.lesson_source import lesson_paths, read_lesson
from tools.mutants import mutants

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
    told = json.loads(results.STORY.read_text("utf-8"))
    search = json.loads(results.SEARCH.read_text("utf-8"))
    tried = json.loads(results.MUTANTS.read_text("utf-8"))
    page = results.PAGE.read_text(encoding="utf-8")
    assert page == results.render(lessons, told, search, tried), "run `make results`"


def test_the_checks_that_were_tried_are_those_of_the_lessons():
    """At least 1,500 mutants, no gap, and at most one in ten does the same."""
    run = json.loads(results.MUTANTS.read_text("utf-8"))
    exercises = {
        path.stem: [exercise.name for exercise in read_lesson(path).exercises]
        for path in lesson_paths()
    }
    assert {name: list(scores) for name, scores in run["scores"].items()} == {
        name: found for name, found in exercises.items() if found
    }
    for path in lesson_paths():
        for exercise in read_lesson(path).exercises:
            score = run["scores"][path.stem][exercise.name]
            assert score["mutants"] == len(mutants(exercise.solution)), (
                f"{path.stem}, {exercise.name}: the answer has changed since; see "
                "docs/contributing/checks.md on how to bring the score up to date."
            )
    total = run["total"]
    assert total["tried"] == total["refused"] + total["stopped"] + total["equal"] >= 1500
    assert total["gaps"] == 0 and total["equal"] <= total["tried"] / 10


@pytest.mark.parametrize("kind", ["sample", "real"])
def test_the_story_is_told_whole(kind):
    run = json.loads(results.STORY.read_text("utf-8"))[kind]
    assert tuple(run["measured"]) == story.NETWORKS
    for network, accuracies in run["measured"].items():
        assert all(len(values) == len(story.SEEDS) for values in accuracies.values()), network
        assert "test" in accuracies
    claims = story.claims(run["measured"])
    assert run["claims"] == {
        claim: {"value": value, "holds": bool(holds)} for claim, (value, holds) in claims.items()
    }


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
    figures = [figure for lesson in LESSONS.values() for figure in lesson["figures"].values()]
    published = [figure["published"] for figure in figures if "published" in figure]
    measured = [run for figure in figures for run in figure.get("measured", {}).values()]
    assert published and all(figure["source"] for figure in published)
    assert measured
    assert all({"value", "command", "date", "hardware", "seconds"} <= set(run) for run in measured)


@pytest.mark.parametrize("name", LESSONS)
def test_the_minutes_told_are_enough(name):
    """On the machines of the measured runs; above five, no more than twice as many as taken."""
    figures = LESSONS[name]["figures"].values()
    runs = [run for figure in figures for run in figure.get("measured", {}).values()]
    assert runs
    for run in runs:
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


def test_the_command_takes_what_was_measured_and_nothing_twice(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "build" / "results"
    folder.mkdir(parents=True)
    (folder / "01.json").write_text(json.dumps(RESULT))
    (folder / "02.json").write_text(json.dumps(RESULT | {"profile": "ci", "data": "sample"}))
    monkeypatch.setattr(results, "ROOT", tmp_path)
    for name in ("DATA", "STORY", "SEARCH", "PAGE"):
        path = getattr(results, name)
        monkeypatch.setattr(results, name, tmp_path / path.name)
        (tmp_path / path.name).write_bytes(path.read_bytes())
    before = json.loads(results.DATA.read_text("utf-8"))
    assert results.main() == 0
    said = capsys.readouterr().out
    assert "taken (real data)" in said and "left out" in said and said.endswith("results.md\n")
    after = json.loads(results.DATA.read_text("utf-8"))
    figures = after[RESULT["lesson"]]["figures"]
    assert figures["test_accuracy"]["measured"]["real"]["date"] == "2026-01-02"
    assert {name: lesson for name, lesson in after.items() if name != RESULT["lesson"]} == {
        name: lesson for name, lesson in before.items() if name != RESULT["lesson"]
    }
    assert "a machine" in results.PAGE.read_text("utf-8")
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert set(made) == {"lessons.json", "story.json", "find_photos.json", "results.md"}
    results.main()
    assert made == {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    results.STORY.unlink()
    results.main()
    assert "## The story" not in results.PAGE.read_text("utf-8")
