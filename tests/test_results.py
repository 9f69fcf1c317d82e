"""The recorded runs of the lessons, how they are recorded, and the page that is made from them."""

import json
import re
from pathlib import Path

import keras
import nbformat
import numpy as np
import pytest
import tensorflow as tf

from benchmarks import story
from course_utils.errors import CourseError
from course_utils.lesson import known
from course_utils.lesson.known import LESSONS, RECORDED, recorded
from tools import look, record, results, run_lesson
from tools.lesson_source import ROOT, lesson_paths, read_lesson
from tools.mutants import mutants

NAME = "01_fashion_mnist_dense"
RUN = {
    "lesson": NAME,
    "profile": "full",
    "data": "real",
    "seed": 1,
    "base": None,
    "device_kind": "CPU",
    "device": "CPU, 2 cores",
    "precision": "float32",
    "hardware": "a machine",
    "versions": {"tensorflow": "2.21.0"},
    "date": "2026-01-02",
    "command": "make record N=01 PROFILE=full DATA=real SEEDS=1",
    "figures": {"test_accuracy": 0.5},
    "seconds": 12.3,
    "data_seconds": 0.1,
    "memory_mb": 1234,
    "megabytes": {"page": 1.2, "notebook": 1.1},
    "curves": {"fit": {"history": {"loss": [2.0, 1.0]}}},
    "numbers": {"exam": {"test_accuracy": 0.5}},
    "shown": {"exam": "0.5"},
    "depends_on": {"lesson": "", "course": "", "bases": "", "lock": ""},
}
RUNS = {name: recorded(name) for name in RECORDED}


def test_the_page_is_what_the_data_makes():
    aside = [json.loads(path.read_text("utf-8")) for path in results.ASIDE]
    page = results.PAGE.read_text(encoding="utf-8")
    assert page == results.render(RUNS, *aside), "run `make results`"


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


@pytest.mark.parametrize("path", sorted(record.RESULTS.rglob("*.*")), ids=lambda path: path.stem)
def test_a_recorded_run_is_whole_and_where_it_belongs(path):
    run = json.loads(path.read_text(encoding="utf-8"))
    keys = ("lesson", "profile", "data", "device_kind", "seed")
    assert path == record.place(*(run[key] for key in keys))
    later = {"megabytes"}  # than the oldest runs
    assert run.keys() | later | set(run.get("absent", [])) == RUN.keys() | ({"absent"} & run.keys())
    assert max(run.get("megabytes", {"page": 0}).values()) <= run_lesson.HEAVIEST
    assert run["figures"].keys() <= LESSONS[run["lesson"]]["figures"].keys() and run["figures"]
    assert path.stat().st_size < 100_000 and path.read_text() == run_lesson.as_text(run)
    assert not re.search(r"(?<![\w…])/(?:home|tmp|root|Users)/", path.read_text())
    if "absent" in run:
        assert record.why_stale(run) == "other than then: lesson, course, bases, lock"
    else:
        cells = {cell.id for cell in read_lesson(ROOT / "lessons" / f"{run['lesson']}.py").cells}
        assert run["curves"].keys() | run["numbers"].keys() | run["shown"].keys() <= cells | {
            "install"
        }


def test_every_figure_names_where_it_is_from():
    for name in RECORDED:
        assert RUNS[name], f"{name} was never recorded"
        for key, figure in LESSONS[name]["figures"].items():
            assert figure.get("published", {"source": "none"})["source"]
            assert "measured" not in figure
            whole = [run for run in RUNS[name] if "absent" not in run]  # older ones may lack it
            assert all(key in run["figures"] for run in whole), (name, key)


@pytest.mark.parametrize("name", RECORDED)
def test_the_minutes_told_are_enough(name):
    """On the machines of runs that are up to date; above five, at most twice as many as taken."""
    for run in [run for run in RUNS[name] if record.why_stale(run) is None]:
        told, taken = LESSONS[name]["minutes"][run["profile"]], run["seconds"] / 60
        assert taken <= told <= max(5, 2 * taken), f"minutes of: {run['command']}"


def test_runs_that_differ_in_their_seed_alone_are_one_column():
    second = RUN | {"seed": 2, "figures": {"test_accuracy": 0.6}, "memory_mb": None}
    second["command"] = RUN["command"].replace("=1", "=2")
    gpu = RUN | {"device_kind": "GPU", "figures": {}}
    page = results.render({NAME: [RUN, second, gpu]})
    assert "|  | published | real data, full, CPU | real data, full, GPU |" in page
    published = LESSONS[NAME]["figures"]["test_accuracy"]["published"]["value"]
    assert f"| {published:.4f} | 0.5500 ± 0.0707 | – |" in page
    assert '`make record N=01 PROFILE=full DATA=real SEEDS="1 2"`, 12 seconds, at most 1.2' in page
    assert "a machine, tensorflow 2.21.0, 2026-01-02" in page


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
    search = {"real": run, "sample": {"time": origin | {"measured": seconds}}}
    assert page in results.render({}, {}, search)


def test_the_page_is_made_of_what_is_there(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(results, "PAGE", tmp_path / "docs" / "results.md")
    monkeypatch.setattr(results, "ASIDE", (tmp_path / "none.json", *results.ASIDE[1:]))
    assert results.main() == 0 and capsys.readouterr().out.endswith("results.md\n")
    page = results.PAGE.read_text("utf-8")
    assert "## The story" not in page and "## Find my cat" in page and "## 09" in page


def fitted(units):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(units)])
    model.compile(loss="mse")
    return model, model.fit(np.ones((4, 2)), np.ones((4, units)), epochs=2, verbose=0)


@pytest.fixture
def observed(monkeypatch):
    """Keras after a first look, and as it was when the test has ended."""
    history = keras.callbacks.History
    monkeypatch.setattr(history, "on_train_begin", history.on_train_begin)
    look.look({})
    yield
    del history.trainings


def test_what_is_recorded_of_names(observed):
    model, history = fitted(1)
    other, _ = fitted(2)
    third, kept = fitted(3)
    for units in (4, 5):
        fitted(units)
    model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
    again = other.fit(np.ones((4, 2)), np.ones((4, 2)), epochs=0, verbose=0)
    space = {
        "model": model,
        "history": history,
        "other": other,
        "tried": {1: kept, 2: history},
        "third": third,
        "again": again,
        "whole": 3,
        "share": np.float32(1 / 3),
        "truth": True,
        "undefined": float("nan"),
        "tensor": tf.constant([[1.5, 2.0]]),
        "losses": [tf.constant(0.1234567), 2.0],
        "by_name": {"cats": {"right": 3}},
        "large": np.zeros(201),
        "long": [0.0] * 201,
        "wide": np.zeros((20, 11)).tolist() * 10,
        "words": ["a"],
        "empty": [],
        "dataset": tf.data.Dataset.range(3),
        "_hidden": 1,
        "_": history,
        "n": 5,
    }
    found = json.loads(look.look(space))
    curves, tried = found["curves"], found["curves"].pop("tried")
    assert {name: len(curve["loss"]) for name, curve in curves.items()} == {
        **{"history": 2, "model": 2, "other": 2, "third": 2},
        **{"training": 2, "training 2": 2, "model 2": 1},
    }
    assert tried == {"1": curves["third"], "2": curves["history"]}
    assert curves["history"] == curves["model"]
    assert list(json.loads(look.look(space))["curves"]) == ["history", "tried"], "none is new"
    assert found["numbers"] == {
        "whole": 3,
        "share": 0.333333,
        "truth": True,
        "undefined": "nan",
        "tensor": [[1.5, 2.0]],
        "losses": [0.123457, 2.0],
        "by_name": {"cats": {"right": 3}},
        "n": 5,
    }
    assert found["memory_mb"] is None or found["memory_mb"] > 100


def test_a_run_leaves_what_its_cells_leave_and_the_notebook_no_trace(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", "other")
    sources = {
        "begin": "import keras, numpy as np; before = len(dir())",
        "loop": (
            "def train(epochs):\n"
            "    network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])\n"
            "    network.compile(loss='mse')\n"
            "    network.fit(np.ones((2, 1)), np.ones((2, 1)), epochs=epochs, verbose=0)\n"
            "    return network\n"
            "for epochs in (1, 2):\n    trained = train(epochs)"
        ),
        "make": (
            "model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])\n"
            "model.compile(loss='mse')\nones = np.ones((2, 1))"
        ),
        "first": "history = model.fit(ones, ones, epochs=1, verbose=0)",
        "second": "history = model.fit(ones, ones, epochs=2, verbose=0); count = 2",
        "unkept": "again = history; model.fit(ones, ones, epochs=3, verbose=0)",
        "print": "print('from', '/home/me/models/best.keras', '3/4'); count = 2; count += 0",
        "asked": "import os; os.environ['COURSE_CACHE']",
        "other": "count = 3; print('10 %\\r20 %\\rdone'); {'a': before}",
        "end": "traces = {'look', 'own', 'space'} & set(dir()); traces, _",
    }
    cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in sources.items()]
    notebook, asked = nbformat.v4.new_notebook(cells=cells), {"COURSE_CACHE": "own"}
    left = run_lesson.execute(notebook, tmp_path, lambda line: None, asked)
    assert left["shown"]["asked"] == "'own'"
    lengths = {
        cell: {name: len(curve["loss"]) for name, curve in curves.items()}
        for cell, curves in left["curves"].items()
    }
    assert lengths == {
        "loop": {"training": 1, "trained": 2},
        "first": {"history": 1},
        "second": {"history": 2},
        "unkept": {"model": 3},
    }
    counts = {cell: found["count"] for cell, found in left["numbers"].items() if "count" in found}
    assert counts == {"second": 2, "other": 3} and left["numbers"]["make"] == {"ones": [[1], [1]]}
    assert left["shown"]["print"] == "from best.keras 3/4\n"
    assert left["shown"]["other"].startswith("done\n{'a': ")
    assert left["shown"]["end"].startswith("(set(), {'a': ") and left["seconds"] > 0


def test_a_variable_takes_a_line_and_texts_stay():
    result = {
        "curves": {"fit": {"a": {"loss": [2, 1]}, "b": [[1]]}},
        "shown": {"fit": "\n    1,\n   ]"},
    }
    text = run_lesson.as_text(result)
    assert json.loads(text) == result
    assert '\n   "a": { "loss": [ 2, 1 ] },\n   "b": [ [ 1 ] ]\n  }\n' in text


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A small course: the returned function changes a file of it, and tells what runs depend on."""
    files = {
        "course_utils/__init__.py": '_HOME_OF = {\n    "start": "lesson.start",\n}\n',
        "course_utils/lesson/start.py": "from course_utils.machine import device\nseed = 1\n",
        "course_utils/machine/device.py": "def find():\n    return 2\n",
        "course_utils/show/plots.py": "width = 3\n",
        "course_utils/workers.py": "many = 2\n",
        "data/pretrained/bases.json": "{}",
        "requirements.txt": "keras==3.1 \\\n    --hash=a\njupyterlab==4 \\\n",
        f"solutions/{NAME}.ipynb": json.dumps(
            {
                "cells": [
                    {"cell_type": "code", "id": "install", "source": ["%pip install"]},
                    {"cell_type": "markdown", "id": "title", "source": ["# Title"]},
                    {
                        "cell_type": "code",
                        "id": "start",
                        "source": ["from course_utils import start"],
                    },
                    {"cell_type": "code", "id": "fit", "source": ["fit(2, hints=['x'])"]},
                ]
            }
        ),
    }
    monkeypatch.setattr(record, "ROOT", tmp_path)
    monkeypatch.setattr(run_lesson, "SOLUTIONS", tmp_path / "solutions")
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    def change(name, old, new):
        text = (tmp_path / name).read_text()
        assert old in text
        (tmp_path / name).write_text(text.replace(old, new))
        return record.depends_on(NAME)

    return change


@pytest.mark.parametrize(
    ("name", "old", "new", "other"),
    [
        ("solutions", "fit(2", "fit(3", "lesson"),
        ("solutions", '"fit"', '"fit_more"', "lesson"),
        ("solutions", "fit(2, ", "fit( 2,  # two\\n", None),
        ("solutions", "['x']", "['y', 'z']", None),
        ("solutions", "# Title", "# Another", None),
        ("solutions", "%pip install", "%pip install more", None),
        ("solutions", "fit(2", "fit('course_utils.workers', 2", "lesson course"),
        ("course_utils/lesson/start.py", "seed = 1", "seed = 2", "course"),
        ("course_utils/machine/device.py", "return 2", "return 3", "course"),
        ("course_utils/machine/device.py", "return 2", '"""Two."""\n    return (2)  # two', None),
        ("course_utils/machine/device.py", "return 2", "assert 1, 'one'\n    return 2", "course"),
        ("course_utils/show/plots.py", "3", "4", None),
        ("course_utils/workers.py", "2", "3", None),
        ("data/pretrained/bases.json", "{}", "[]", "bases"),
        ("requirements.txt", "3.1", "3.2", "lock"),
        ("requirements.txt", "lab==4", "lab==5", None),
        ("requirements.txt", "hash=a", "hash=b", None),
    ],
)
def test_what_makes_a_run_stale(house, name, old, new, other):
    before = house("solutions/" + NAME + ".ipynb", "fit", "fit")
    run = {"lesson": NAME, "depends_on": before}
    assert record.why_stale(run) is None
    house(f"solutions/{NAME}.ipynb" if name == "solutions" else name, old, new)
    told = record.why_stale(run)
    assert told == (other and f"other than then: {', '.join(other.split())}")


def test_a_share_of_the_epochs_counts_and_a_title_does_not(house, monkeypatch):
    run = {"lesson": NAME, "depends_on": record.depends_on(NAME)}
    monkeypatch.setitem(LESSONS, NAME, LESSONS[NAME] | {"title": "Other", "minutes": {}})
    assert record.why_stale(run) is None
    monkeypatch.setitem(LESSONS, NAME, LESSONS[NAME] | {"epochs": {"quick": 0.5}})
    assert record.why_stale(run) == "other than then: lesson"


@pytest.fixture
def recorder(house, tmp_path, monkeypatch, capsys):
    """`make record` without its trainings: the function returns the exit code and what was run."""
    monkeypatch.setattr(record, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(record, "_device_kind", lambda: "CPU")
    ran = []

    def run(path, build, tell, variables):
        assert [path.name for path in Path(variables["COURSE_CACHE"]).iterdir()] == ["samples"]
        ran.append(int(variables["COURSE_START_SEED"]))
        keys = {"profile": "COURSE_PROFILE", "data": "COURSE_DATA"}
        result = {key: variables[variable] for key, variable in keys.items()} | {"seed": ran[-1]}
        for happens in happening.get(ran[-1], ()):
            result |= happens() or {}
        return {k: v for k, v in RUN.items() if k not in ("command", "depends_on")} | result

    happening = {}
    monkeypatch.setattr(run_lesson, "run", run)

    def command(*arguments, **happens):
        ran.clear()
        happening.clear()
        happening.update({int(seed[1:]): [what] for seed, what in happens.items()})
        code = record.main(["01", *arguments])
        return code, list(ran), capsys.readouterr()

    return command


def test_what_is_recorded_is_whole_and_not_recorded_twice(recorder, house, tmp_path):
    assert recorder("--seeds", "1", "2")[:2] == (0, [1, 2])
    folder = tmp_path / "results" / NAME
    assert sorted(path.name for path in folder.iterdir()) == [
        "quick-sample-cpu-seed1.json",
        "quick-sample-cpu-seed2.json",
    ]
    run = json.loads((folder / "quick-sample-cpu-seed2.json").read_text())
    assert run.keys() == RUN.keys() and run["depends_on"] == record.depends_on(NAME)
    assert run["command"] == "make record N=01 PROFILE=quick DATA=sample SEEDS=2"
    code, ran, said = recorder("--seeds", "1", "2", "3")
    assert (code, ran) == (0, [3]) and said.out.count("there, and up to date") == 2
    (folder / "quick-sample-cpu-seed1.json").write_text("{")
    code, ran, said = recorder("--seeds", "1", "2", "3")
    assert (code, ran) == (0, [1]) and "seed1: the file is damaged" in said.out
    house(f"solutions/{NAME}.ipynb", "fit(2", "fit(3")
    code, ran, said = recorder("--seeds", "1", "2", "3")
    assert (code, ran) == (0, [1, 2, 3]) and "seed1: other than then: lesson" in said.out
    assert recorder("--data", "real", "--profile", "full")[:2] == (0, [1])
    run = json.loads((folder / "full-real-cpu-seed1.json").read_text())
    assert run["command"].startswith("TFDS_DATA_DIR=… KERAS_HOME=… make record N=01 PROFILE=full")


def test_what_goes_wrong_leaves_no_file_and_the_rest_goes_on(recorder, house, tmp_path):
    def fails():
        raise CourseError("The cell 'fit' stopped.")

    def changes():
        house("course_utils/lesson/start.py", "seed = 1", "seed = 2")

    code, ran, said = recorder(
        *("--seeds", "1", "2", "3", "4"), s1=fails, s2=changes, s3=lambda: {"data": "real"}
    )
    assert (code, ran) == (1, [1, 2, 3, 4])
    assert "seed1: not recorded. The cell 'fit' stopped." in said.err
    assert "seed2: not recorded. The lesson or the course has changed while it ran" in said.err
    assert "seed3: not recorded. It became quick-real-cpu-seed3" in said.err
    assert [path.name for path in (tmp_path / "results" / NAME).iterdir()] == [
        "quick-sample-cpu-seed4.json"
    ]


def test_recording_can_be_stopped_and_goes_on(recorder):
    def stop():
        raise KeyboardInterrupt

    code, ran, said = recorder("--seeds", "1", "2", "3", s2=stop)
    assert (code, ran) == (130, [1, 2]) and "the same command goes on from here" in said.err
    assert recorder("--seeds", "1", "2", "3")[:2] == (0, [2, 3])


def test_a_lesson_that_there_is_not(recorder, capsys):
    assert record.main(["41"]) == 1 and "no lesson '41'" in capsys.readouterr().err


def test_runs_are_those_of_the_clone_or_of_the_wheel(tmp_path, monkeypatch):
    monkeypatch.setattr(known, "__file__", str(tmp_path / "course_utils" / "lesson" / "known.py"))
    for folder in ("results", "course_utils/data/results"):  # a clone's, then a wheel's
        (tmp_path / folder / NAME).mkdir(parents=True)
        for profile in ("full", "quick"):
            path = tmp_path / folder / NAME / f"{profile}-real-cpu-seed1.json"
            path.write_text(json.dumps(folder))
        assert recorded(NAME) == [folder] * 2 and recorded(NAME, "full", "real") == [folder]
        assert recorded("02_mnist_convnet") == []
