"""Copy the learners' notebooks to work/ for `make lab`: `python -m tools.lab [LANGUAGE]`.

A copy that nobody has written in follows its lesson, also when its cells were run. One with answers
or notes in it is never overwritten. An answer to an exercise that now stands in another notebook is
copied there; its old place keeps it too. Notebooks in another language go to a folder of its name.
"""

import hashlib
import json
import re
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
    lines, moved = [], _moved(notebooks, work)
    for source in sorted(notebooks.glob("*.ipynb")):
        target, fresh, answers = work / source.name, _checksum(source), moved.get(source.name, {})
        if target.exists():
            there, known = _checksum(target), copied.get(source.name)
            if yours := there not in (fresh, known):
                own = _answers(target)
                lines += [
                    f"{place} holds an answer, {name}, that belongs into {target} now: copy it."
                    for name, (_, place) in answers.items()
                    if name not in own
                ]
            if fresh in (there, known):
                copied[source.name] = fresh
                if yours or not answers:
                    continue
            elif yours:
                lines.append(
                    f"{target} is yours and stays as it is. Its lesson has changed: "
                    "rename your copy to get the new one."
                )
                continue
        with whole_file(target) as aside:
            shutil.copyfile(source, aside)
            _put(answers, aside)
        copied[source.name] = fresh
        places = sorted({f", with your answers of {place}" for _, place in answers.values()})
        lines.append(f"copied {source.name} to {work}{''.join(places)}")
    lines += _hiding(work)
    with whole_file(record) as aside:
        aside.write_text(json.dumps(copied, indent=2) + "\n", encoding="utf-8")
    return lines


def _moved(notebooks, work):
    """Return `{notebook: {cell: (answer, old place)}}`: answers whose exercise has moved there."""
    fresh = {path.name: _cells(path) for path in notebooks.glob("*.ipynb")}
    home = {
        (cell, _function(text)): name for name, own in fresh.items() for cell, text in own.items()
    }
    moved = {}
    for name, cells in fresh.items():
        for cell, answer in _answers(work / name).items():
            place = home.get((cell, _function(answer)))  # two lessons may have a cell of one name
            if place and cell not in cells:
                moved.setdefault(place, {})[cell] = (answer, work / name)
    return moved


def _function(source):
    """Return the name of the first function that a cell defines, or None."""
    found = re.search(r"^def (\w+)", source, re.M)
    return found and found[1]


def _put(answers, path):
    """Write answers, as `_moved` gives them for it, into the notebook at `path`."""
    if answers:
        notebook = json.loads(path.read_bytes())
        for cell in notebook["cells"]:
            if cell["id"] in answers:
                cell["source"] = answers[cell["id"]][0].splitlines(keepends=True)
        text = json.dumps(notebook, indent=1, ensure_ascii=False)
        path.write_text(f"{text}\n", encoding="utf-8")


def _answers(path):
    """Return `{cell: source}` of the cells of a notebook for answers that have no dots left."""
    return {
        name: source
        for name, source in _cells(path).items()
        if name.endswith("_answer") and not re.search(r"^\s*\.\.\.\s*$", source, re.M)
    }


def _cells(path):
    """Return `{id: source}` of a notebook's cells; nothing where there is none, or no notebook."""
    try:
        cells = json.loads(path.read_bytes())["cells"]
        return {cell["id"]: "".join(cell["source"]) for cell in cells if "id" in cell}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


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
