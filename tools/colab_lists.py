"""Make the Colab lane from what Colab says it ships: `python -m tools.colab_lists [FROM] [--date]`.

Colab publishes the output of `pip freeze` of its machines, one list for CPU, GPU and TPU each.
This reads the three, from a folder or an address, and writes

- `tests/colab/{cpu,gpu,tpu}.txt`: the lists, sorted, a name and a version a line;
- `requirements-colab.txt`: of the CPU list, what the lessons import, directly or not, for
  `.venv-colab`; `requirements-colab-tpu.txt`: the same of the TPU list, which has no TensorFlow.
  Each at the version of the list, whatever the packages say of each other. Needs uv.

Where a newer list brings something new, `make test-colab` names what `tests/colab/imported.txt`
lacks.
"""

import argparse
import datetime
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LISTS = ROOT / "tests" / "colab"
PUBLISHED = "https://raw.githubusercontent.com/googlecolab/backend-info/main"
FILES = {"cpu": "pip-freeze.txt", "gpu": "pip-freeze.gpu.txt", "tpu": "pip-freeze.tpu.txt"}
LOCKS = {"cpu": "requirements-colab.txt", "tpu": "requirements-colab-tpu.txt"}
IMPORTED = LISTS / "imported.txt"
"""The names of what the lessons import, directly or not; `make test-colab` holds it to that."""


def read_list(text):
    """Return `(packages, python)` of a list as `pip freeze` prints it.

    Args:
        text: its lines: `name==version`, or `name @ address`.

    Returns:
        The versions by canonical name (an address without a version gives "?"), sorted, and the
        Python version, such as "3.13", that the names of wheels in it speak of.
    """
    packages, pythons = {}, set()
    for line in text.splitlines():
        line = line.split(" #")[0].strip()
        if match := re.fullmatch(r"([\w.-]+)==(\S+)", line):
            packages[canonicalize_name(match[1])] = match[2]
        elif match := re.fullmatch(r"([\w.-]+) @ (\S+)", line):
            file = match[2].split("#")[0].rsplit("/", 1)[-1].replace("%2B", "+")
            version = re.search(r"-(\d[\w.+]*?)(?:-|\.tar\.gz|\.zip)", file)
            packages[canonicalize_name(match[1])] = version[1] if version else "?"
            pythons |= set(re.findall(r"-cp3(\d+)-", file))
    [minor] = pythons or {"?"}
    return dict(sorted(packages.items())), f"3.{minor}"


def load(kind):
    """Return `(packages, python, date)` of the list "cpu", "gpu" or "tpu" in `tests/colab`."""
    text = (LISTS / f"{kind}.txt").read_text(encoding="utf-8")
    python, date = re.search(r"Python (\S+), (\S+)$", text, re.M).groups()
    return dict(line.split("==") for line in text.splitlines() if "==" in line), python, date


def lock(packages, python):
    """Return the text of the lock of what the lessons import of a list, with checksums."""
    wanted = IMPORTED.read_text(encoding="utf-8").split()
    return subprocess.run(
        ["uv", "pip", "compile", "-", "--quiet", "--no-annotate", "--no-header", "--no-deps"]
        + ["--generate-hashes", "--universal", "--python-version", python],
        input="".join(f"{name}=={packages[name]}\n" for name in wanted if name in packages),
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Make the Colab lane from Colab's own lists.")
    parser.add_argument("origin", nargs="?", default=PUBLISHED, help="a folder or an address")
    parser.add_argument("--date", default=datetime.date.today().isoformat(), help="of the lists")
    options = parser.parse_args(arguments)
    made = {}
    for kind, file in FILES.items():
        try:
            if "://" in options.origin:
                with urllib.request.urlopen(f"{options.origin}/{file}", timeout=30) as answer:
                    text = answer.read().decode()
            else:
                text = (Path(options.origin) / file).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            print(f"{options.origin}/{file} cannot be read: {error}", file=sys.stderr)
            return 1
        packages, python = read_list(text)
        head = f"# What Colab ships on a {kind.upper()} machine: Python {python}, {options.date}\n"
        lines = "".join(f"{name}=={version}\n" for name, version in packages.items())
        made[LISTS / f"{kind}.txt"] = head + lines
        if kind in LOCKS:
            made[ROOT / LOCKS[kind]] = head + lock(packages, python)
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
