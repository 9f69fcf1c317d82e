"""tools/setup.sh: which Python it takes, and when an environment is made anew.

Every Python here is a stand-in, which says what it is and writes down what pip is to install;
`make setup`, before any test, is the run with real ones.
"""

import shutil
import subprocess

import pytest

from tools.build_notebooks import ROOT

FITS = """#!/bin/sh
case "$*" in
    *sys.executable*) echo "$0" ;;
    "-m venv "*) mkdir "$3" "$3/bin" && cp "$0" "$3/bin/python" ;;
    "-m pip "*) echo "$*" >> pip.log ;;
esac
"""
OLD = '#!/bin/sh\ncase "$1" in --version) echo Python 3.8.1 ;; *) exit 1 ;; esac\n'
WITHOUT_VENV = FITS.replace("&& cp", "&& false")


@pytest.fixture
def setup(tmp_path):
    """A function that runs setup.sh where no programs exist but the stand-ins that are given."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("rm", "touch", "mkdir", "cp"):
        (folder / name).symlink_to(shutil.which(name))

    def run(pythons, named="", lock="requirements.txt", **variables):
        for name, script in pythons.items():
            (folder / name).write_text(script)
            (folder / name).chmod(0o755)
        return subprocess.run(
            [shutil.which("sh"), ROOT / "tools" / "setup.sh", ".venv", lock],
            cwd=tmp_path,
            env={"PATH": str(folder), "PYTHON": named} | variables,
            capture_output=True,
            text=True,
        )

    return run


@pytest.mark.parametrize(
    ("pythons", "named", "taken"),
    [
        ({"python3": FITS, "python3.13": FITS}, "", "python3"),
        ({"python3": OLD, "python3.11": FITS, "python3.12": FITS}, "", "python3.12"),
        ({"python3": FITS, "python3.11": FITS}, "python3.11", "python3.11"),
        ({"python3": FITS, "python3.8": OLD}, "python3.8", "python3"),
    ],
)
def test_the_first_python_that_fits_is_taken(setup, tmp_path, pythons, named, taken):
    run = setup(pythons, named)
    assert run.returncode == 0, run.stderr
    assert f"Making .venv with Python {tmp_path / 'bin' / taken}\n" in run.stdout
    lock, course = (tmp_path / "pip.log").read_text().splitlines()
    assert "--require-hashes -r requirements.txt" in lock and course.endswith("-e .")


@pytest.mark.parametrize(
    ("pythons", "named", "taken"),
    [
        ({"python3": FITS, "python3.13": FITS}, "", "python3.13"),
        ({"python3": FITS, "python3.13": FITS}, "python3", "python3"),
        ({"python3": FITS, "python3.12": FITS}, "", "python3"),
    ],
)
def test_colabs_own_python_comes_first_for_a_lock_of_colabs(setup, tmp_path, pythons, named, taken):
    head = "# What Colab ships on a CPU machine: Python 3.13, 2026-08-19\nnumpy==2.1.3\n"
    (tmp_path / "colab.txt").write_text(head)
    run = setup(pythons, named, "colab.txt")
    assert f"with Python {tmp_path / 'bin' / taken}\n" in run.stdout, run.stderr


@pytest.mark.parametrize(
    ("pythons", "found"), [({"python3": OLD}, "Python 3.8.1"), ({}, "missing")]
)
def test_where_no_python_fits_it_says_which_do(setup, tmp_path, pythons, found):
    run = setup(pythons)
    assert run.returncode == 1 and run.stdout == ""
    assert "needs Python 3.11, 3.12 or 3.13; python3 is" in run.stderr
    assert f"{found}. Install one of them" in run.stderr
    assert "make setup PYTHON=/path/to/python3.12" in run.stderr
    assert not (tmp_path / ".venv").exists()


def test_a_python_without_venv_leaves_nothing(setup, tmp_path):
    run = setup({"python3": WITHOUT_VENV})
    assert run.returncode == 1 and "sudo apt install python3-venv" in run.stderr
    assert not (tmp_path / ".venv").exists()


def test_an_environment_is_kept_while_it_serves(setup, tmp_path):
    ready, mark = tmp_path / ".venv" / ".ready-requirements.txt", tmp_path / ".venv" / "mark"
    setup({"python3": FITS})
    assert ready.exists()
    mark.touch()
    run = setup({})
    assert run.returncode == 0 and "Making" not in run.stdout and mark.exists()

    (tmp_path / ".venv" / "bin" / "python").unlink()  # its Python is gone
    assert "Making" in setup({}).stdout and not mark.exists()

    mark.touch()
    assert "Making" in setup({}, lock="other.txt").stdout and not mark.exists()
    assert [path.name for path in ready.parent.glob(".ready-*")] == [".ready-other.txt"]


def test_an_installation_that_fails_is_not_ready(setup, tmp_path):
    run = setup({"python3": FITS.replace('echo "$*" >> pip.log', "exit 1")})
    assert run.returncode == 1
    assert not (tmp_path / ".venv" / ".ready-requirements.txt").exists()


def test_windows_keeps_programs_elsewhere(setup, tmp_path):
    run = setup({"python3": FITS.replace("$3/bin", "$3/Scripts")}, OS="Windows_NT")
    assert run.returncode == 0, run.stderr
    assert len((tmp_path / "pip.log").read_text().splitlines()) == 2
    make = ["make", "--dry-run", "--always-make", "lesson", "N=01", "OS=Windows_NT"]
    said = subprocess.run(make, cwd=ROOT, capture_output=True, text=True).stdout
    assert said.splitlines()[-1] == '.venv/Scripts/python -m tools.run_lesson "01"'
