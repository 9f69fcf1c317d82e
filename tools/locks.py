"""Whether the locks hold what `pyproject.toml` asks for."""

import re
import tomllib

from packaging.requirements import Requirement
from packaging.version import Version

from tools.lesson_source import ROOT

EXTRAS = {
    "requirements.txt": ("run", "cpu", "lab", "dev"),
    "requirements-gpu.txt": ("run", "gpu", "lab", "dev"),
    "requirements-grade.txt": ("run", "cpu", "lab", "grade"),
    "requirements-site.txt": ("site",),
    "requirements-upkeep.txt": ("upkeep",),
}
"""The extras of `pyproject.toml` that each lock is resolved from."""


def misfits(name, root=ROOT):
    """Return a line for each requirement that a lock lacks, or holds in a version that is unfit.

    Args:
        name: the lock's file name, one of `EXTRAS`.
        root: the folder of the lock and of `pyproject.toml`.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions = _versions((root / name).read_text(encoding="utf-8"))
    found = []
    for extra in EXTRAS[name]:
        for wanted in map(Requirement, project["optional-dependencies"][extra]):
            locked = versions.get(wanted.name, [])
            fits = locked and all(version in wanted.specifier for version in locked)
            if wanted.name != project["name"] and not fits:
                held = ", ".join(map(str, locked)) or "none"
                found.append(f"{name}: {wanted} is asked for, {held} is locked; run `make lock`")
    return found


def _versions(text):
    versions = {}
    for package, version in re.findall(r"^([\w.-]+)==([\w.]+)", text, re.M):
        versions.setdefault(package, []).append(Version(version))
    return versions
