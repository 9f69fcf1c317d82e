"""Copy the learners' notebooks to work/ for `make lab`: `python -m tools.lab [LANGUAGE]`.

A copy that nobody has written in follows its lesson, also when its cells were run. One with answers
or notes in it is never overwritten. Notebooks in another language go to a folder of its name.
"""

import hashlib
import json
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from course_utils.store import whole_file

ROOT = Path(__file__).resolve().parent.parent


def copy_notebooks(notebooks=ROOT / "notebooks", work=ROOT / "work"):
    """Bring `work` up to date and return a line for each notebook that was copied or kept.

    Args:
        notebooks: the folder of the built notebooks.
        work: the learner's folder, made if it is missing.
    """
    work.mkdir(exist_ok=True)
    record = work / ".copied.json"
    try:
        copied = dict(json.loads(record.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # lost, or no record
        copied = {}
    lines = []
    for source in sorted(notebooks.glob("*.ipynb")):
        target, fresh = work / source.name, _checksum(source)
        if target.exists():
            there = _checksum(target)
            if fresh in (there, copied.get(source.name)):
                copied[source.name] = fresh
                continue
            if there != copied.get(source.name):
                lines.append(
                    f"{target} is yours and stays as it is. Its lesson has changed: "
                    "rename your copy to get the new one."
                )
                continue
        with whole_file(target) as aside:
            shutil.copyfile(source, aside)
        copied[source.name] = fresh
        lines.append(f"copied {source.name} to {work}")
    lines += _hiding(work)
    with whole_file(record) as aside:
        aside.write_text(json.dumps(copied, indent=2) + "\n", encoding="utf-8")
    return lines


def _hiding(work):
    """Return a line for whatever the notebooks would import in place of a library of that name."""
    own = [
        path for path in work.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    ]
    return [
        f"{path} hides {path.stem} from your notebooks. Rename it, or move it to another folder."
        for path in sorted(own)
        if path.stem.isidentifier() and find_spec(path.stem)
    ]


def _checksum(path):
    """Return a checksum of what somebody wrote into a notebook; outputs are no part of it."""
    content = path.read_bytes()
    try:
        cells = json.loads(content)["cells"]
        content = json.dumps([[c["cell_type"], "".join(c["source"])] for c in cells]).encode()
    except (ValueError, TypeError, KeyError):
        pass  # no notebook any more: whatever it is, it counts byte by byte
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    try:
        print("\n".join(copy_notebooks()))
        for chosen in sys.argv[1:]:
            if not (ROOT / "notebooks" / chosen).is_dir():
                sys.exit(f"There are no notebooks in {chosen!r}: see the folders in notebooks/.")
            print("\n".join(copy_notebooks(ROOT / "notebooks" / chosen, ROOT / "work" / chosen)))
    except OSError as error:
        sys.exit(
            f"{error.filename}: {error.strerror}. Your copies of the notebooks go to "
            f"{ROOT / 'work'}: move what is in their way to another place."
        )
