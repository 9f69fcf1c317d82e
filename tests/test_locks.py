"""The locks, pyproject.toml and environment.yml speak of the same packages."""

import re
import shutil
import tomllib

import pytest
from packaging.requirements import Requirement

from course_utils.machine import device
from tools import locks
from tools.build_notebooks import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", locks.EXTRAS)
def test_every_lock_holds_what_the_project_asks_for(name):
    assert locks.misfits(name) == []


@pytest.mark.parametrize(
    ("asked", "misfit"),
    [
        ("matplotlib>=99", r"requirements\.txt: matplotlib>=99 is asked for, 3\.[\d.]+ is locked"),
        ("no-such-package", r"no-such-package is asked for, none is locked; run `make lock`"),
    ],
)
def test_what_a_lock_lacks_is_told(tmp_path, asked, misfit):
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(project.replace("matplotlib>=3.10", asked))
    shutil.copy(ROOT / "requirements.txt", tmp_path)
    (told,) = locks.misfits("requirements.txt", tmp_path)
    assert re.search(misfit, told)


@pytest.mark.parametrize(
    "name", [*locks.EXTRAS, "requirements-colab.txt", "requirements-colab-tpu.txt"]
)
def test_every_locked_package_has_its_checksums(name):
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text(encoding="utf-8").strip())
    entries = [entry for entry in entries if not entry.startswith("#")]
    assert all("--hash=sha256:" in entry for entry in entries)


def test_the_oldest_tensorflow_is_the_one_that_the_helpers_accept():
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = [Requirement(line) for extra in ("cpu", "gpu", "tpu") for line in extras[extra]]
    *others, tpu = [one for one in wanted if one.name.startswith("tensorflow")]
    oldest = ".".join(map(str, device.OLDEST_TENSORFLOW))
    assert {str(one.specifier) for one in others} == {f">={oldest}"}
    assert str(tpu.specifier).startswith(f"=={oldest}.")
    assert device.TPU_BUILD.startswith(f"pip install {tpu} ")


def test_installing_the_helpers_installs_nothing_else():
    assert PROJECT["project"]["dependencies"] == []


def test_conda_takes_the_lock_and_a_python_that_it_serves():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert "--require-hashes -r requirements.txt" in text
    python = re.search(r"python=(3\.\d+)", text)[1]
    assert Requirement(f"x{PROJECT['project']['requires-python']}").specifier.contains(python)
    others = set(re.findall(r"^ +- (\S+)", text, re.M)) - {"conda-forge", "pip", "pip:"}
    assert others == {f"python={python}", "--require-hashes"}
