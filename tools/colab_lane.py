"""Run every notebook as Colab would: `python -m tools.colab_lane [PYTEST OPTIONS]`.

The environment holds what Colab's list says, at its versions, a stand-in for `google.colab`, and
nothing else; the helpers come as a wheel built from the tree, where the first cell names the tag of
the repository. Afterwards everything that was imported is held against the list. Fails where a
notebook fails, where the first cell is absent or changes a package that it does not say, and where
something was imported that is not what Colab has, was looked for that Colab has and the lane lacks,
or is in the lane and was not imported.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from packaging.utils import canonicalize_name

from course_utils.machine.packages import SUPPLIED
from tools import colab_lists
from tools.build_notebooks import NOTEBOOKS, ROOT, install_requirement

PACKAGE = "image-classification-course"
SUPPLIED_VERSIONS = dict(line.split("==") for line in SUPPLIED.values())
SUPPLIED_VERSIONS = {canonicalize_name(name): v for name, v in SUPPLIED_VERSIONS.items()}
ASKED_ONLY = {"matplotlib-inline"}
"""What is not imported, and asked for its entry points: matplotlib's backends."""
RECORDER = '''
import os, sys


class Recorder:
    """Writes down the name of every package that is looked for; finds none itself."""

    def __init__(self, path):
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        self.seen = set()

    def find_spec(self, name, path=None, target=None):
        name = ".".join(name.split(".")[: 2 if name.startswith("google.") else 1])
        if name not in self.seen:
            self.seen.add(name)
            os.write(self.file, (name + "\\n").encode())


if os.environ.get("COLAB_IMPORTS"):
    sys.meta_path.insert(0, Recorder(os.environ["COLAB_IMPORTS"]))
if os.environ.pop("COLAB_KERNEL", ""):  # a kernel there has it before a cell runs
    import google.colab
'''


class Machine:
    """A fresh machine as Colab hands it out, in a folder of its own.

    Attributes:
        python: the path of its Python.
        variables: what a process on it has in its environment.
        imports: the file that collects the names of what its processes look for.
    """

    def __init__(self, folder, kind="cpu"):
        """Set up a machine in `folder`; `kind` is "cpu" or "tpu"."""
        shipped = ROOT / {"cpu": ".venv-colab", "tpu": ".venv-colab-tpu"}[kind]
        shutil.copytree(shipped, folder / "venv", symlinks=True, copy_function=_link)
        self.python = folder / "venv" / "bin" / "python"
        self.imports = folder / "imports.txt"
        self.imports.touch()
        stand_in = folder / "stand_in"
        (stand_in / "google" / "colab").mkdir(parents=True)
        (stand_in / "google" / "colab" / "__init__.py").touch()
        (stand_in / "sitecustomize.py").write_text(RECORDER, encoding="utf-8")
        self.variables = {
            "PYTHONPATH": str(stand_in),
            "COLAB_IMPORTS": str(self.imports),
            "COURSE_CACHE": str(folder / "cache"),
        }

    def packages(self):
        """Return the versions of what is installed, by canonical name, without the course."""
        code = (
            "import importlib.metadata as m, json; "
            "print(json.dumps([[d.metadata['Name'], d.version] for d in m.distributions()]))"
        )
        found = json.loads(self.run("-c", code, COLAB_IMPORTS="").stdout)
        versions = {canonicalize_name(name): version for name, version in found}
        return {name: version for name, version in versions.items() if name != PACKAGE}

    def run(self, *arguments, check=True, **variables):
        """Run its Python with arguments, as plain text, and return the finished process."""
        return subprocess.run(
            [self.python, *arguments],
            env=os.environ | self.variables | variables,
            check=check,
            capture_output=True,
            text=True,
            cwd=self.imports.parent,
        )

    def first_cell(self, requirement, before="", **variables):
        """Run the first code cell of a notebook, as it stands there, and return the process.

        Args:
            requirement: what pip is given in place of the tag in the repository.
            before: code that a cell before it has run.
            **variables: added to the environment.
        """
        notebook = nbformat.read(NOTEBOOKS / "01_fashion_mnist_dense.ipynb", as_version=4)
        source = next(cell.source for cell in notebook.cells if cell.id == "install")
        assert source.count(install_requirement()) == 1
        script = self.imports.parent / "first_cell.ipy"
        source = source.replace(install_requirement(), str(requirement))
        script.write_text(f"{before}\n{source}", "utf-8")
        options = ("--no-banner", "--TerminalInteractiveShell.term_title=False")
        return self.run(
            "-m", "IPython", *options, script, check=False, COLAB_KERNEL="1", **variables
        )

    def imported(self):
        """Return `(packages, missing)` of what its processes have looked for so far.

        Returns:
            The versions of the distributions that were imported, by canonical name; and the names
            of modules that none of them, nor Python, has.
        """
        code = (
            "import importlib.metadata as m, json; print(json.dumps([[d.metadata['Name'], "
            "d.version, [list(f.parts[:2]) for f in d.files or []]] for d in m.distributions()]))"
        )
        owners = {}
        for name, version, files in json.loads(self.run("-c", code, COLAB_IMPORTS="").stdout):
            for parts in map(tuple, files):
                root = parts[0].split(".")[0]
                keys = {root, f"{root}.{parts[1].split('.')[0]}" if len(parts) > 1 else root}
                for key in keys - {"google"}:
                    owners.setdefault(key, {})[canonicalize_name(name)] = version
        packages, missing = {}, set()
        for name in sorted(set(self.imports.read_text(encoding="utf-8").split())):
            if name in owners:
                packages |= owners[name]
            elif name.split(".")[0] not in sys.stdlib_module_names:
                missing.add(name)
        packages.pop(PACKAGE, None)
        return packages, missing


def _link(source, target):
    """Link a file where the disk can, and copy it where it cannot: pip replaces, never edits."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def build_wheel(folder):
    """Build the course's wheel from the tree into `folder` and return its path."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    return next(Path(folder).glob("*.whl"))


def differences(packages, missing, shipped):
    """Return a line for each way in which what was imported is not what Colab has.

    Args:
        packages, missing: see `Machine.imported`.
        shipped: the versions of Colab's list by canonical name.
    """
    problems = []
    for name, version in packages.items():
        if SUPPLIED_VERSIONS.get(name) == version:
            continue
        if name not in shipped:
            problems.append(f"{name} {version} was imported; Colab does not have it")
        elif shipped[name] != version:
            problems.append(f"{name} {version} was imported; Colab has {shipped[name]}")
    for module in sorted(missing):
        name = canonicalize_name(ALIASES.get(module, module))
        if name in shipped and module not in ("google", "google.colab"):
            problems.append(f"{module} was looked for; Colab has {name} {shipped[name]}")
    return problems


ALIASES = {
    "PIL": "pillow",
    "cv2": "opencv-python",
    "sklearn": "scikit-learn",
    "skimage": "scikit-image",
    "yaml": "pyyaml",
    "google.colab": "google-colab",
}
"""Modules that Colab's list knows under another name than the one they are imported by."""


def has_python(machine, wanted):
    """Return whether the lane's Python is the one that Colab has; print a line where it is not."""
    found = machine.run("-c", "import platform; print(platform.python_version())").stdout.strip()
    if found.startswith(f"{wanted}."):
        return True
    print(
        f"Colab has Python {wanted}. None was found here, or another was asked for: this run uses "
        f"{found}, and what differs between the two is not tested. "
        "(make test-colab PYTHON=/path/to/python names one.)"
    )
    return False


def main(options):
    shipped, python, date = colab_lists.load("cpu")
    print(f"Colab's CPU list of {date}: {len(shipped)} packages, Python {python}")
    (ROOT / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "build", prefix="colab-") as folder:
        folder = Path(folder)
        machine = Machine(folder)
        as_in_colab = has_python(machine, python)
        wheel = build_wheel(folder / "wheel")
        kernel = folder / "jupyter" / "kernels" / "colab" / "kernel.json"
        kernel.parent.mkdir(parents=True)
        command = [str(machine.python), "-m", "ipykernel", "-f", "{connection_file}"]
        kernel.write_text(
            json.dumps(
                {
                    "argv": command,
                    "display_name": "Colab",
                    "env": machine.variables | {"COLAB_KERNEL": "1"},
                }
            )
        )
        before = machine.packages()
        # The first of the notebooks supplies what is missing, the others find it there.
        said = machine.first_cell(wheel).stdout
        print(said.strip().splitlines()[-1])
        for path in NOTEBOOKS.rglob("*.ipynb"):
            text = path.read_text(encoding="utf-8")
            if text.count(install_requirement()) != ("from course_utils" in text):
                print(f"{path} does not install {install_requirement()}", file=sys.stderr)
                return 1
            copy = folder / "content" / path.relative_to(NOTEBOOKS)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text.replace(install_requirement(), str(wheel)), encoding="utf-8")
        # A kernel starts in its notebook's folder: it finds the installed helpers, not the tree's.
        status = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-p", "tools.nbval_plugin", "--nbval-lax"),
                *("--nbval-kernel-name", "colab", "--nbval-cell-timeout=300"),
                *("-n", "2", "--dist", "loadfile"),
                *("--rootdir", folder, *options, folder / "content"),
            ],
            cwd=ROOT,
            env=os.environ
            | {
                "JUPYTER_PATH": str(folder / "jupyter"),
                "COURSE_PROFILE": "ci",
            },
        ).returncode
        packages, missing = machine.imported()
        problems = differences(packages, missing, shipped)
        after = machine.packages()
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) != after.get(name) and name not in SUPPLIED_VERSIONS:
                problems.append(f"the first cell changed {name}, which it may not")
        if as_in_colab:
            unused = sorted(before.keys() - packages.keys() - ASKED_ONLY)
            problems += [f"{name} is in the lane, and nothing imports it" for name in unused]
        for problem in problems:
            print(problem, file=sys.stderr)
        return status or bool(problems)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
