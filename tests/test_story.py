"""What the lessons say of their runs: each sentence is quoted, was seen false, and is borne out."""

import json
import re

import nbformat
import pytest

from course_utils.errors import CourseError
from course_utils.lesson.known import LESSONS as KNOWN
from course_utils.lesson.known import recorded
from tools import claims, record, results, run_lesson
from tools.lesson_source import LESSONS, read_lesson

RECORDED = ()
"""The lessons whose runs have to be there and up to date."""
MADE = [("quick", "sample", seed) for seed in (1, 2, 3)] + [("full", "real", 1)]
LAPTOP = ("01_fashion_mnist_dense", "02_mnist_convnet")
"""Their quick runs on real pictures, too: on a laptop with a network, the download is small."""
each_lesson = pytest.mark.parametrize("name", claims.NAMES)


def up_to_date(name):
    return [run for run in recorded(name) if record.why_stale(run) is None]


@each_lesson
def test_each_sentence_stands_in_its_cell(name):
    cells = read_lesson(LESSONS / f"{name}.py").cells
    texts = {cell.id: cell.source for cell in cells if cell.kind == "markdown"}
    assert not claims.misquoted(name, texts)


@each_lesson
def test_each_claim_was_seen_false(name):
    assert not claims.not_contradicted(name)


def test_no_contradiction_lies_about():
    used = {claims.place(name, one) for name in claims.NAMES for one in claims.read_claims(name)[1]}
    assert used >= set(claims.FOLDER.glob("*.json"))
    for path in claims.FOLDER.glob("*.json"):
        text = path.read_text(encoding="utf-8")
        assert len(text) < 20_000 and not re.search(r"(?<![\w…])/(?:home|tmp|root|Users)/", text)


@each_lesson
def test_the_recorded_runs_bear_it_out(name):
    assert not claims.denied(name, up_to_date(name))


def test_the_runs_are_recorded():
    for name in RECORDED:
        wanted = {*MADE, *([("quick", "real", 1)] if name in LAPTOP else [])}
        made = {(run["profile"], run["data"], run["seed"]) for run in up_to_date(name)}
        assert wanted <= made, f"make record N={name[:2]}: {wanted - made} missing or stale"


SMALL = """
from tools.claims import claim

CONTRADICTIONS = {"one epoch": ("ci", {"fit": ("30", "1")})}


@claim("read", "The loss falls to the end", false_on="one epoch", when={"data": "sample"})
def falls(run):
    first, last = run.first("history", "loss"), run.last("history", "loss")
    return {"first": first, "last": last}, last < first - 0.1
"""
TEXTS = {"read": "You see it: The loss falls to the end, and slowly."}


def made(losses, **more):
    run = {"profile": "quick", "data": "sample", "seed": 1, "numbers": {}, "figures": {}}
    return run | {"curves": {"fit": {"history": {"loss": losses}}}} | more


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Write a lesson's claims; the function returns its name, and takes what to change there."""
    monkeypatch.setattr(claims, "FOLDER", tmp_path)
    claims.read_claims.cache_clear()

    def write(old="", new="", losses=(1.0,), changed=("30", "1")):
        (tmp_path / "small.py").write_text(SMALL.replace(old, new))
        run = made(list(losses), profile="ci", changed={"fit": list(changed)})
        claims.place("small", "one epoch").write_text(json.dumps(run))
        return "small"

    yield write
    claims.read_claims.cache_clear()


def test_claims_that_hold(small):
    name = small()
    assert claims.misquoted(name, TEXTS) == claims.not_contradicted(name) == []
    assert claims.denied(name, [made([1.0, 0.5]), made([1.0, 1.0], data="real")]) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("The loss falls", "A loss falls", "'read' does not say: A loss falls to the end"),
        ("The loss falls to the end", "to the end", "quote at least four words"),
        ('"read"', '"other"', "no Markdown cell 'other'"),
    ],
)
def test_a_quotation_that_is_gone(small, old, new, told):
    [said] = claims.misquoted(small(old, new), TEXTS)
    assert said.startswith("falls: ") and told in said


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"losses": (1.0, 0.5)}, "falls, on 'one epoch': it is True, with {'first': 1.0, 'last'"),
        ({"changed": ("30", "2")}, "small-one-epoch.json is missing, or of other changes"),
        ({"old": '"ci"', "new": '"quick"'}, "of other changes"),
        ({"old": "run.last(", "new": 'run.number("loss") or run.last('}, "No 'loss' among the num"),
        (
            {"old": '= {"one', "new": '= {"none": ("ci", {}), "one'},
            "no claim is false on 'none'",
        ),
        (
            {"old": '"one epoch", when', "new": '"two epochs", when'},
            "falls: there is no contradiction 'two epochs'",
        ),
    ],
)
def test_a_claim_that_was_not_seen_false(small, changes, told):
    assert told in " ".join(claims.not_contradicted(small(**changes)))


def test_a_run_that_is_not_there(small):
    name = small()
    claims.place(name, "one epoch").unlink()
    assert "small-one-epoch.json is missing" in claims.not_contradicted(name)[0]


def test_numbers_that_deny_it(small):
    denied = claims.denied(small(), [made([1.0, 0.5]), made([1.0, "nan"], seed=2)])
    assert denied == ["falls, quick, sample, seed 2: it is False, with {'first': 1.0, 'last': nan}"]


def test_what_is_kept_is_what_was_asked_for(small):
    [one], _ = claims.read_claims(small())
    run = claims.Run(made([1.0, 0.5], numbers={"fit": {"loss": 0.5}}))
    assert one.on(run) == ({"first": 1.0, "last": 0.5}, True)
    assert run.asked == {"curves": {"fit": {"history": {"loss": [1.0, 0.5]}}}, "numbers": {}}


def test_a_contradiction_is_run_and_kept(small, monkeypatch, tmp_path):
    name, path = small(), claims.place("small", "one epoch")
    path.unlink()
    cell = nbformat.v4.new_code_cell("model.fit(30)", id="fit")
    read = nbformat.v4.new_markdown_cell("It falls.", id="read")
    more = nbformat.v4.new_code_cell("more()", id="more")
    notebook = nbformat.v4.new_notebook(cells=[cell, read, more])
    nbformat.write(notebook, tmp_path / "small.ipynb")
    monkeypatch.setattr(run_lesson, "SOLUTIONS", tmp_path)

    def execute(notebook, output, tell, variables):
        assert [cell.source for cell in notebook.cells] == ["model.fit(1)", "It falls."]
        assert (variables["COURSE_PROFILE"], variables["COURSE_DATA"]) == ("ci", "sample")
        (output / "results").mkdir()
        found = made([], profile="ci", base=None, figures={"accuracy": 0.5})
        (output / "results" / "small.json").write_text(json.dumps(found))
        return made([1.0]) | {"seconds": 1.0, "numbers": {"fit": {"not asked for": 1}}}

    monkeypatch.setattr(run_lesson, "execute", execute)
    said = claims.contradict(name, "one epoch")
    assert said == "small, one epoch: 1 claims, still true: none"
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert kept["changed"] == {"fit": ["30", "1"]} and kept["numbers"] == {}
    assert kept["profile"] == "ci" and kept["figures"] == {"accuracy": 0.5}
    assert claims.not_contradicted(name) == []


@pytest.mark.parametrize("source", ["model.fit(3)", "model.fit(30, 30)"])
def test_a_change_has_one_place(source):
    cell = nbformat.v4.new_code_cell(source, id="fit")
    with pytest.raises(CourseError, match="The cell 'fit' does not hold once: 30"):
        claims.changed(nbformat.v4.new_notebook(cells=[cell]), {"fit": ("30", "1")})


def test_the_page_tells_each_claim_with_its_numbers(small, monkeypatch):
    monkeypatch.setattr(claims, "NAMES", [small()])
    monkeypatch.setitem(KNOWN, "small", {"title": "A title"})
    monkeypatch.setattr(record, "why_stale", lambda run: run.get("stale"))
    runs = [made([1.0, last], seed=seed) for seed, last in enumerate((0.5, 0.25), start=1)]
    runs.append(made([2.0, 1.0], stale="it is"))
    page = results.render_claims({"small": runs})
    head = "| the lesson says |  | sample, quick | real data, full | contradicted by |"
    assert f"### sm A title\n\n{head}" in page
    quoted = "| “The loss falls to the end” | first | 1 | not recorded | 1 (one epoch) |\n"
    assert f"{quoted}|  | last | 0.25 to 0.5 | not recorded | 1 (one epoch) |" in page
    full = made([3.0, 1.0], profile="full", data="real")
    assert "| first | 1 | – | 1 (one epoch) |" in results.render_claims({"small": [*runs, full]})
    assert results.render_claims({}) == ""
