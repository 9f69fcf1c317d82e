"""Run every notebook as Colab would: `python -m tools.test_colab [PYTEST OPTIONS]`.

An environment with Colab's own versions (.venv-colab), an empty folder, a stand-in for
`google.colab`, and a wheel built from the tree where the install cell names the repository's tag.
Fails where a notebook fails, where the install cell is absent, and where installing the helpers
changes any other package.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.build_notebooks import NOTEBOOKS, ROOT, install_requirement

PYTHON = ROOT / ".venv-colab" / "bin" / "python"
PACKAGE = "image-classification-course"


def packages():
    """Return the packages of the Colab environment, without the course's own, as lines."""
    command = [PYTHON, "-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return [line for line in lines if not line.startswith(PACKAGE)]


def build_wheel(folder):
    """Build the course's wheel from the tree into `folder` and return its path."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    return next(Path(folder).glob("*.whl"))


def main(options):
    uninstall = [PYTHON, "-m", "pip", "uninstall", "--yes", "--quiet", PACKAGE]
    subprocess.run(uninstall, check=True, capture_output=True)
    before = packages()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        wheel = build_wheel(folder / "wheel")
        (folder / "stand_in" / "google" / "colab").mkdir(parents=True)
        (folder / "stand_in" / "google" / "colab" / "__init__.py").touch()
        kernel = folder / "jupyter" / "kernels" / "colab" / "kernel.json"
        kernel.parent.mkdir(parents=True)
        command = [str(PYTHON), "-m", "ipykernel", "-f", "{connection_file}"]
        environment = {"PYTHONPATH": str(folder / "stand_in")}
        kernel.write_text(
            json.dumps({"argv": command, "display_name": "Colab", "env": environment})
        )
        for path in NOTEBOOKS.rglob("*.ipynb"):
            text = path.read_text(encoding="utf-8")
            if text.count(install_requirement()) != 1:
                print(f"{path} does not install {install_requirement()}", file=sys.stderr)
                return 1
            copy = folder / "content" / path.relative_to(NOTEBOOKS)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text.replace(install_requirement(), str(wheel)), encoding="utf-8")
        # A kernel starts in its notebook's folder: it finds the installed helpers, not the tree's.
        status = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-p", "tools.nbval_plugin", "--nbval-lax"),
                *("--nbval-kernel-name", "colab", "--nbval-cell-timeout=300", "-p", "no:xdist"),
                *("--rootdir", folder, *options, folder / "content"),
            ],
            cwd=ROOT,
            env=os.environ
            | {
                "JUPYTER_PATH": str(folder / "jupyter"),
                "COURSE_PROFILE": "ci",
                "COURSE_CACHE": str(ROOT / "build" / "test-cache"),
            },
        ).returncode
    after = packages()
    if before != after:
        changed = sorted(set(before) ^ set(after))
        print(f"The install cell changed other packages: {', '.join(changed)}", file=sys.stderr)
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
