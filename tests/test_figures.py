"""Figures, counts and limits that pages repeat: each is compared with what it is copied from."""

import inspect
import json
import re
import statistics
import tomllib
from pathlib import Path

import pytest

from benchmarks import bench_find_photos, story
from course_utils import check_exercise
from course_utils.exercises.checks import SECONDS
from course_utils.photos import likeness
from course_utils.sources.catalogue import DATASETS
from tests import test_lessons
from tools import grade, lesson_source, mutants, results
from tools.grading import sandbox, submissions, wire
from tools.lesson_source import ROOT, lesson_paths, read_lesson


def page(name):
    return (ROOT / name).read_text(encoding="utf-8")


def prose(name):
    return " ".join(page(name).split())


def record(name):
    return json.loads((ROOT / name).read_text(encoding="utf-8"))


BENCHMARKS = {
    section.split("\n")[0]: section
    for section in re.split(r"^## ", page("benchmarks/README.md"), flags=re.M)[1:]
}


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_says_by_which_command_when_and_on_what(name):
    section = BENCHMARKS[name]
    assert re.search(r"^.*\.venv(?:-grade)?/bin/python benchmarks/\w+\.py", section, re.M)
    if not re.search(r"benchmarks/(?:story|digits)\.json", section):  # which hold day and machine
        assert re.search(r"\b20\d\d-\d\d-\d\d\b", section)
        assert re.search(r"CPU, 2\s+cores|2 cores, Linux|The machine was not\s+noted", section)


def test_the_story_as_it_was_recorded():
    networks = record("benchmarks/story.json")["real"]["measured"]
    augmented, plain = (networks[n]["validation"] for n in ("augmented", "from scratch"))
    spread = 100 * statistics.stdev(augmented)
    gain = 100 * (statistics.mean(augmented) - statistics.mean(plain))
    told = prose("benchmarks/README.md")
    assert f"a standard deviation of {spread:.1f} points of validation accuracy" in told
    assert f"so its mean gain of {gain:.1f} is no proof" in told
    assert len(story.TASKS) * len(story.SEEDS) == 12 and "The twelve trainings run" in told
    assert len(story.SEEDS) == 3 and "with three seeds" in told


def test_the_drawn_network_reads_the_digits_of_people():
    read = record("benchmarks/digits.json")["real"]["accuracy"]
    assert len(read) == 3 and min(read.values()) >= 0.9


def test_the_search_as_it_was_recorded():
    timed = record("benchmarks/find_photos.json")["real"]["time"]["measured"]["pictures"]
    told = prose("benchmarks/README.md")
    assert f"how long it takes for {timed:,} pictures" in told
    assert f"{timed:,} JPEG files and 200 of 12 megapixels" in told
    assert bench_find_photos.HANDFUL == 8 and "ten handfuls of eight" in told
    assert f"The course takes {likeness.IN_COMMON}:" in told
    assert f"| looked for, among | 0 | 0.5 | {likeness.IN_COMMON} | 1 |" in told


def test_two_ways_to_count_the_size_of_a_download():
    told = re.search(
        r"1,048,576 bytes: ([\d.]+) MiB, ([\d.]+) MiB and ([\d.]+) MiB", prose("data/README.md")
    )
    for mebibytes, name in zip(told.groups(), list(DATASETS)[-3:], strict=True):
        assert round(float(mebibytes) * 2**20 / 1e6) == DATASETS[name].megabytes, name


def test_what_a_sandbox_may_use():
    limits, told = sandbox.Limits(), prose("docs/instructors.md")
    assert f"It has {limits.seconds:g} seconds for an exercise" in told
    assert (
        f"{limits.memory_mb / 1024:g} GB of memory, {limits.processes} processes and threads, and "
        f"{limits.disk_mb} MB of files"
    ) in told
    assert f"What it sends back is data, at most {wire.LIMIT / 2**20:g} MB" in told
    assert "time.sleep(0.1)" in inspect.getsource(sandbox.Sandbox._watch)
    assert "are watched ten times a second" in told


def test_what_is_read_of_a_submission():
    told = prose("docs/instructors.md")
    assert f"Of one student the latest {submissions.MANY} notebooks are looked at" in told
    assert f"no file of more than {submissions.LARGEST / 2**20:g} MB" in told


def exercises(listed):
    """`{(lesson, exercise)}` of a list such as "2 and 4 of lesson 1; 1 of lessons 3 and 5"."""
    found = set()
    for part in listed.split(";"):
        numbers, lessons = (re.findall(r"\d+", side) for side in part.split(" of lesson"))
        found |= {(int(lesson), int(number)) for lesson in lessons for number in numbers}
    return found


def test_which_exercises_have_few_hidden_inputs_or_none():
    public, by_trial, as_data = set(), [], []
    for path in lesson_paths():
        for number, exercise in enumerate(read_lesson(path).exercises, start=1):
            lesson = path.stem[:2]
            place = (int(lesson) if lesson.isdigit() else lesson, number)
            private = re.search(r"private\.", exercise.graded)
            public |= set() if private else {place}
            by_trial += [place] if exercise.trial else []
            as_data += [place] if exercise.as_data else []
    told = prose("docs/instructors.md")
    listed = re.search(r"(\w+) have no hidden inputs, .*? choice of three: (.*?)\.", told)
    assert exercises(listed[2]) == public and len(public) == 3 and listed[1] == "Three"
    listed = re.search(r"for three to nine, each in dozens of numbers \(([^)]+)\)", told)[1]
    assert exercises(listed) == {(1, 2), (1, 4), (2, 4), (4, 4), (5, 4), (6, 4)}
    assert (1, 4) in as_data and (1, 2) in by_trial
    assert "Exercises 2 and 4 of lesson 01 show how" in prose("docs/contributing/checks.md")


def test_what_a_lesson_has_to_keep_to():
    told = prose("CONTRIBUTING.md")
    assert lesson_source.CELL_ID.match("x" * 64) and not lesson_source.CELL_ID.match("x" * 65)
    assert "of up to 64 letters, digits, `_` and `-`" in told
    assert f"At most {test_lessons.LONGEST} lines in a code cell" in told
    assert test_lessons.MEDIAN == 5 and "a median of five or fewer" in told
    assert lesson_source.LISTED == {"wrong": 3, "right": 3}
    for name in ("CONTRIBUTING.md", "docs/instructors.md"):
        assert "at least three wrong answers" in prose(name).lower()
    assert "at least three other right answers" in told.lower()


def test_what_is_told_about_checks_and_secrets():
    told = prose("docs/contributing/checks.md")
    assert f"stopped after {SECONDS} seconds of processor time" in told
    assert f"stopped after {SECONDS} seconds" in " ".join(check_exercise.__doc__.split())
    assert f"on {mutants.INPUTS} inputs that the hidden tests make" in told
    assert f"on {mutants.INPUTS} inputs that the hidden" in " ".join(results.MUTANTS_HEAD.split())
    slow = ", ".join(f"{lesson[:2]} {name}" for lesson, [name] in mutants.SLOW.items())
    assert f"large networks ({slow}), a sample" in " ".join(results.MUTANTS_HEAD.split())
    assert f"at least {grade.SHORTEST} characters" in prose("docs/instructors.md")


def test_which_pythons_will_do():
    wanted = tomllib.loads(page("pyproject.toml"))["project"]["requires-python"]
    assert wanted == ">=3.11,<3.14"
    assert "Python 3.11, 3.12 or 3.13" in prose("README.md")
    assert "Python 3.11, 3.12 or 3.13" in prose("CONTRIBUTING.md")
    assert "Python 3.11 to 3.13" in prose("docs/instructors.md")


def test_how_much_disk_the_environment_takes():
    told = int(re.search(r"takes minutes and about (\d+) GB of disk", prose("README.md"))[1])
    if not (ROOT / ".venv" / ".ready-requirements.txt").exists():
        pytest.skip("only the environment for a CPU is told of; other systems' is larger")
    files = (path for path in Path(ROOT / ".venv").rglob("*") if path.is_file())
    assert told - 0.5 < sum(path.stat().st_size for path in files) / 1e9 < told + 0.5
