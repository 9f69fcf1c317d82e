"""Building notebooks, copying them for the lab, running a lesson."""

import json
import os
import subprocess
import sys
import tempfile

import nbformat
import pytest

from tests.small_lesson import write_lesson
from tools import build_notebooks, lab, run_lesson

CELLS = ["sum", "task", "imports", "answer", "check", "run"]


@pytest.fixture
def lesson(tmp_path):
    return write_lesson(tmp_path / "lessons")


def built(path, solutions):
    notebook = nbformat.reads(build_notebooks.build(path, solutions), as_version=4)
    return {cell["id"]: cell for cell in notebook.cells}


def test_learner_gets_dots_and_no_answer(lesson):
    cells = built(lesson, solutions=False)
    assert list(cells) == ["title", "links", "install", *CELLS]
    assert cells["answer"].source.endswith('"""Return twice n."""\n    ...')
    assert "Not attempted" in cells["check"].outputs[0]["data"]["text/plain"]
    assert cells["check"].metadata["jupyter"]["source_hidden"]
    text = build_notebooks.build(lesson, solutions=False)
    assert not any(
        word in text
        for word in ("twice =", "SOLUTION", "HIDDEN", "n * n", "n + n\n", "compare", "tools")
    )


def test_solution_has_the_answer_and_expects_right(lesson):
    cells = built(lesson, solutions=True)
    assert cells["answer"].source.endswith("    twice = factor * n\n    return twice")
    assert cells["check"].outputs[0]["data"]["text/plain"] == "✓ Right: Good."


def test_expected_text_becomes_the_saved_output(lesson):
    cell = built(lesson, solutions=False)["sum"]
    assert cell.source == "1 + 1" and cell.outputs[0]["data"]["text/plain"] == "2"
    assert cell.execution_count, "nbval passes over a compared cell that never ran"


def test_two_builds_are_equal_to_the_byte(lesson):
    builds = {build_notebooks.build(lesson, solutions=False) for _ in range(3)}
    assert len(builds) == 1


def test_differences_name_the_file(lesson, tmp_path):
    notebooks = tmp_path / "notebooks"
    readme = tmp_path / "README.md"
    readme.write_text(build_notebooks.README.read_text())
    targets = build_notebooks.targets(lesson.parent, notebooks, readme)
    readme.unlink()
    assert all("missing" in line for line in build_notebooks.differences(targets, notebooks))
    for path, text in targets.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert build_notebooks.differences(targets, notebooks) == []
    edited = notebooks / "solutions" / "01_test.ipynb"
    edited.write_text(edited.read_text().replace("A lesson", "Mine"))
    (notebooks / "02_stray.ipynb").write_text("{}")
    problems = build_notebooks.differences(targets, notebooks)
    assert len(problems) == 2 and str(edited) in problems[1] and "02_stray" in problems[0]


def test_the_address_stands_in_one_place():
    """Whatever is made follows pyproject.toml; nothing that is written by hand repeats it."""
    address = build_notebooks.repository()
    assert address in build_notebooks.install_requirement()
    made = {"README.md", "pyproject.toml"}
    names = subprocess.run(
        ["git", "ls-files"], cwd=build_notebooks.ROOT, capture_output=True, text=True
    ).stdout.split()
    assert "CONTRIBUTING.md" in names
    for name in names:
        path = build_notebooks.ROOT / name
        if name in made or name.startswith("notebooks/"):
            continue
        if path.suffix in {".md", ".py", ".toml", ".yml", ".cff", ".sh"}:
            assert address.split("//")[1] not in path.read_text(encoding="utf-8"), name


def test_steps_lead_to_neighbours_and_none_to_nowhere():
    for path, text in build_notebooks.targets().items():
        if path.suffix != ".ipynb":
            continue
        cell = {cell["id"]: cell for cell in json.loads(text)["cells"]}["steps"]
        links = [part.split(")")[0] for part in "".join(cell["source"]).split("](")[1:]]
        assert links and all((path.parent / link).exists() for link in links)


def test_check_runs_without_tensorflow():
    code = (
        "import sys; from tools.build_notebooks import main; status = main(['--check']); "
        "assert 'tensorflow' not in sys.modules; sys.exit(status)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=build_notebooks.ROOT)


def test_lab_follows_untouched_copies_and_keeps_answers(tmp_path):
    notebooks, work = tmp_path / "notebooks", tmp_path / "work"
    notebooks.mkdir()
    lesson = notebooks / "01.ipynb"
    lesson.write_text("first")
    assert "copied" in lab.copy_notebooks(notebooks, work)[0]
    lesson.write_text("second")
    lab.copy_notebooks(notebooks, work)
    assert (work / "01.ipynb").read_text() == "second", "nobody had touched it"
    (work / "01.ipynb").write_text("my answers")
    assert lab.copy_notebooks(notebooks, work) == []
    lesson.write_text("third")
    (line,) = lab.copy_notebooks(notebooks, work)
    assert "stays as it is" in line and (work / "01.ipynb").read_text() == "my answers"


def test_lab_tells_answers_from_outputs(tmp_path):
    notebooks, work = tmp_path / "notebooks", tmp_path / "work"
    notebooks.mkdir()

    def write(folder, source, output):
        cell = nbformat.v4.new_code_cell(source, id="cell", outputs=[])
        if output:
            cell.outputs = [nbformat.v4.new_output("stream", text=output)]
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / "01.ipynb")

    write(notebooks, "...", None)
    lab.copy_notebooks(notebooks, work)
    write(work, "...", "it was run")
    write(notebooks, "... # better", None)
    assert "copied" in lab.copy_notebooks(notebooks, work)[0]
    write(work, "my answer", None)
    write(notebooks, "... # best", None)
    assert "stays as it is" in lab.copy_notebooks(notebooks, work)[0]


@pytest.mark.parametrize("record", [None, "{", "[1]", "5"])
def test_lab_without_its_record_knows_what_nobody_has_touched(tmp_path, record):
    notebooks, work = tmp_path / "notebooks", tmp_path / "work"
    notebooks.mkdir()
    (notebooks / "01.ipynb").write_text("first")
    lab.copy_notebooks(notebooks, work)
    (work / ".copied.json").unlink()
    if record:
        (work / ".copied.json").write_text(record)
    assert lab.copy_notebooks(notebooks, work) == []
    (notebooks / "01.ipynb").write_text("second")
    assert "copied" in lab.copy_notebooks(notebooks, work)[0]


def test_lab_tells_what_hides_a_library(tmp_path):
    """The helpers of an older clone, or a first exercise that was called random.py."""
    (tmp_path / "course_utils").mkdir()
    for name in ("course_utils/__init__.py", "random.py", "my_cats.py", "notes.txt"):
        (tmp_path / name).touch()
    old, random = lab.copy_notebooks(tmp_path / "notebooks", tmp_path)
    assert f"{tmp_path / 'course_utils'} hides course_utils from your notebooks" in old
    assert f"{tmp_path / 'random.py'} hides random" in random


def test_lab_keeps_a_notebook_that_it_never_copied(tmp_path):
    notebooks, work = tmp_path / "notebooks", tmp_path / "work"
    notebooks.mkdir()
    work.mkdir()
    (notebooks / "01.ipynb").write_text("lesson")
    (work / "01.ipynb").write_text("mine")
    lab.copy_notebooks(notebooks, work)
    assert (work / "01.ipynb").read_text() == "mine"


@pytest.fixture
def moving(tmp_path):
    """A lesson that gives an exercise to an appendix; the function runs `make lab` before or after.

    It takes what the learner then writes, `{notebook: {cell: source}}`, and returns the lines.
    """
    work = tmp_path / "work"
    task, other = "def double(n):\n    ...", "def triple(n):\n    ..."
    old = {
        "01": {"ex_a_answer": task, "ex_b_answer": other},
        "02": {"ex_b_answer": "def no():\n ..."},
    }
    new = old | {"01": {"ex_a_answer": task}, "A1": {"ex_b_answer": f"# As in lesson 1\n{other}"}}

    def write(path, cells):
        made = [nbformat.v4.new_code_cell(text, id=name) for name, text in cells.items()]
        path.parent.mkdir(exist_ok=True)
        nbformat.write(nbformat.v4.new_notebook(cells=made), path)

    def run(release, **written):
        for name, cells in (old if release == "old" else new).items():
            write(tmp_path / "notebooks" / f"{name}.ipynb", cells)
        lines = lab.copy_notebooks(tmp_path / "notebooks", work)
        for name, answers in written.items():
            path = work / f"{name.removeprefix('_')}.ipynb"
            write(path, lab._cells(path) | answers)
        return lines

    return run, lambda name: lab._cells(work / f"{name}.ipynb")


def test_lab_takes_an_answer_to_where_its_exercise_is_now(moving):
    run, cells = moving
    mine = "def triple(n):\n    return 3 * n\n"
    run("old", _01={"ex_b_answer": mine})
    lines = run("new")
    assert any("01.ipynb is yours and stays as it is" in line for line in lines)
    assert any("copied A1.ipynb" in line and "with your answers of" in line for line in lines)
    assert cells("A1") == {"ex_b_answer": mine} and cells("01")["ex_b_answer"] == mine
    assert not any("A1" in line for line in run("new")), "once is enough"


def test_lab_takes_along_what_is_answered_later_and_no_dots(moving):
    run, cells = moving
    run("old", _01={"ex_a_answer": "def double(n):\n    return n + n"})
    run("new", _01={"ex_b_answer": "def triple(n):\n    return 3 * n"})
    assert cells("A1")["ex_b_answer"].endswith("    ...")
    run("new")
    assert cells("A1")["ex_b_answer"].endswith("3 * n")


def test_lab_says_where_an_answer_belongs_where_the_place_is_yours(moving):
    run, cells = moving
    run("old", _01={"ex_a_answer": "def double(n):\n    return n + n"})
    run("new", _A1={"note": "# mine"}, _01={"ex_b_answer": "def triple(n):\n    return 3 * n"})
    (_, line) = run("new")
    assert "01.ipynb holds an answer, ex_b_answer, that belongs into" in line
    assert "A1.ipynb now: copy it." in line and cells("A1")["note"] == "# mine"


@pytest.fixture
def solutions(tmp_path, monkeypatch):
    """A folder of solution notebooks; the returned function writes one from code cells."""
    monkeypatch.setattr(run_lesson, "SOLUTIONS", tmp_path)
    monkeypatch.setenv("TFDS_DATA_DIR", "relative")

    def write(*sources):
        cells = [
            nbformat.v4.new_code_cell(source, id=f"cell_{number}")
            for number, source in enumerate(sources, start=1)
        ]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "01_test.ipynb")

    return write


WRITES_RESULTS = """
import json, os, pathlib
output = pathlib.Path(os.environ["COURSE_OUTPUT"])
for folder, name, text in (
    ("models", "01_test.keras", "model"),
    ("results", "01_test.json", '{"data": "sample", "profile": "ci", "figures": {"a": 0.5}}'),
):
    (output / folder).mkdir(exist_ok=True)
    (output / folder / name).write_text(text)
assert os.path.isabs(os.environ["TFDS_DATA_DIR"])
"""


def test_a_lesson_leaves_page_model_and_results(solutions, tmp_path, capsys):
    solutions("1 + 1", WRITES_RESULTS)
    build = tmp_path / "build"
    assert run_lesson.main(["1", "--build", str(build)]) == 0
    said = capsys.readouterr().out
    assert "[ 1/2]" in said and "cell_2" in said and "a 0.5000" in said
    result = json.loads((build / "results" / "01_test.json").read_text())
    assert result["seconds"] > 0 and result["figures"] == {"a": 0.5}
    assert (build / "models" / "01_test.keras").read_text() == "model"
    assert "<html" in (build / "01_test.html").read_text()
    assert {path.name for path in build.iterdir()} == {"01_test.html", "models", "results"}


def test_how_heavy_page_and_notebook_are_stands_in_the_results(solutions, tmp_path):
    noise = """
import numpy as np
from course_utils import plot_pictures
noise = np.random.default_rng(1).integers(0, 256, (640, 64, 64, 3), np.uint8)
"""
    for shown, heavy in (("noise[:64]", False), ("noise", True)):
        solutions(noise, f"plot_pictures({shown}, columns=8, inches=1.2)", WRITES_RESULTS)
        assert run_lesson.main(["1", "--build", str(tmp_path)]) == 0
        result = json.loads((tmp_path / "results" / "01_test.json").read_text(encoding="utf-8"))
        for size in (result["megabytes"]["page"], result["megabytes"]["notebook"]):
            assert (size > run_lesson.HEAVIEST) == heavy, result["megabytes"]
        page = (tmp_path / "01_test.html").stat().st_size / 1e6
        assert abs(page - result["megabytes"]["page"]) < 0.01


def test_a_lesson_runs_in_our_kernel_wherever_temporary_files_lie(solutions, tmp_path, monkeypatch):
    """Other work has installed a kernel called python3; a cluster has long names for folders."""
    long = tmp_path / ("long" * 30)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")
    monkeypatch.setenv("COURSE_CACHE", '"~/my cache"')
    other = tmp_path / ".local" / "share" / "jupyter" / "kernels" / "python3" / "kernel.json"
    other.parent.mkdir(parents=True)
    argv = ["false", "{connection_file}"]
    other.write_text(json.dumps({"argv": argv, "display_name": "Other", "language": "python"}))
    sees = f"""
import os
assert os.environ["COURSE_CACHE"] == {str(tmp_path / "my cache")!r}
"""
    solutions(sees, WRITES_RESULTS)
    assert run_lesson.main(["1", "--build", str(tmp_path / "build")]) == 0


def test_a_lesson_finds_what_another_has_saved_but_not_what_it_saved_itself(solutions, tmp_path):
    models = tmp_path / "build" / "models"
    models.mkdir(parents=True)
    for name in ("00_earlier", "01_test"):
        (models / f"{name}.keras").write_text("before")
    sees = """
import os, pathlib
seen = os.listdir(pathlib.Path(os.environ["COURSE_OUTPUT"]) / "models")
assert seen == ["00_earlier.keras"], seen
"""
    solutions(sees, WRITES_RESULTS)
    assert run_lesson.main(["1", "--build", str(tmp_path / "build")]) == 0
    saved = {path.name: path.read_text() for path in models.iterdir()}
    assert saved == {"00_earlier.keras": "before", "01_test.keras": "model"}


def test_a_cell_that_fails_is_named_and_leaves_older_results_alone(solutions, tmp_path, capsys):
    build = tmp_path / "build"
    solutions(WRITES_RESULTS)
    run_lesson.main(["01", "--build", str(build)])
    before = (build / "01_test.html").read_bytes()
    solutions("1", "raise ValueError('what is wrong')")
    assert run_lesson.main(["01", "--build", str(build)]) == 1
    assert "'cell_2' stopped with ValueError: what is wrong" in capsys.readouterr().err
    assert (build / "01_test.html").read_bytes() == before
    assert (build / "01_test.failed.html").exists()


def test_a_kernel_that_dies_is_told(solutions, tmp_path, capsys):
    solutions("1", "import os; os._exit(1)")
    assert run_lesson.main(["01", "--build", str(tmp_path / "build")]) == 1
    assert "The kernel died after cell 1 of 2" in capsys.readouterr().err


def test_a_lesson_that_reports_nothing_is_no_success(solutions, tmp_path, capsys):
    solutions("1")
    assert run_lesson.main(["01", "--build", str(tmp_path / "build")]) == 1
    assert "left no 01_test.json" in capsys.readouterr().err


def test_an_appendix_need_not_report_or_save_and_may_have_one_notebook(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(run_lesson, "SOLUTIONS", tmp_path / "notebooks" / "solutions")
    (tmp_path / "notebooks").mkdir()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1", id="sum")])
    nbformat.write(notebook, tmp_path / "notebooks" / "A1_test.ipynb")
    assert run_lesson.main(["A1", "--build", str(tmp_path / "build")]) == 0
    assert capsys.readouterr().out.endswith(" s: no figures\n")
    assert [path.name for path in (tmp_path / "build").iterdir()] == ["A1_test.html"]


def test_unknown_lesson_number(capsys):
    assert run_lesson.main(["41"]) == 1
    assert "no lesson '41'" in capsys.readouterr().err


def test_build_folder_that_cannot_be_made(solutions, tmp_path, capsys):
    solutions(WRITES_RESULTS)
    (tmp_path / "file").write_text("")
    assert run_lesson.main(["01", "--build", os.fspath(tmp_path / "file" / "build")]) == 1
    assert "Not a directory" in capsys.readouterr().err
