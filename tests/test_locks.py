"""The locks, pyproject.toml and environment.yml speak of the same packages."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tools.build_notebooks import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
LOCKED = {
    "requirements.txt": [*EXTRAS["run"], *EXTRAS["cpu"], *EXTRAS["lab"], *EXTRAS["dev"]],
    "requirements-gpu.txt": [*EXTRAS["run"], *EXTRAS["gpu"], *EXTRAS["lab"], *EXTRAS["dev"]],
    "requirements-grade.txt": [*EXTRAS["run"], *EXTRAS["cpu"], *EXTRAS["lab"], *EXTRAS["grade"]],
}


@pytest.mark.parametrize("name", LOCKED)
def test_every_lock_holds_what_the_project_asks_for(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    versions = {}
    for package, version in re.findall(r"^([\w.-]+)==([\w.]+)", text, re.M):
        versions.setdefault(package, []).append(Version(version))
    for wanted in map(Requirement, LOCKED[name]):
        if wanted.name == PROJECT["project"]["name"]:
            continue
        found = versions.get(wanted.name)
        assert found, f"{wanted.name} is not in {name}: run `make lock`"
        assert all(version in wanted.specifier for version in found), f"{wanted}: {found}"


@pytest.mark.parametrize("name", [*LOCKED, "requirements-colab.txt", "requirements-colab-tpu.txt"])
def test_every_locked_package_has_its_checksums(name):
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text(encoding="utf-8").strip())
    entries = [entry for entry in entries if not entry.startswith("#")]
    assert all("--hash=sha256:" in entry for entry in entries)


def test_installing_the_helpers_installs_nothing_else():
    assert PROJECT["project"]["dependencies"] == []


def test_conda_takes_the_lock_and_a_python_that_it_serves():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert "--require-hashes -r requirements.txt" in text
    python = re.search(r"python=(3\.\d+)", text)[1]
    assert Requirement(f"x{PROJECT['project']['requires-python']}").specifier.contains(python)
    others = set(re.findall(r"^ +- (\S+)", text, re.M)) - {"conda-forge", "pip", "pip:"}
    assert others == {f"python={python}", "--require-hashes"}
