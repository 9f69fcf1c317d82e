"""Read a notebook that nobody vouches for, as the text that it is, in a process with limits.

A file of 50 MB can hold objects that take gigabytes once they are read. So it is this file, run as
a program, that reads it: `python notebooks.py < notebook.ipynb` prints the cells as JSON.
"""

import ast
import json
import resource
import subprocess
import sys

MEMORY_MB, SECONDS, CODE_MB, CELLS = 1024, 10, 2, 5_000
"""What reading one notebook may take, and how much code, in how many cells, it may hold."""
LONGEST_TEXT = 10_000
"""Characters of a text that may be code: Python takes long to read what is meant to be hard."""
NOT_READ = "the file is no notebook: Jupyter could not open it. Save it again and hand it in."
TOO_DEEP = "the file is no notebook: it has too many lists in lists."
TOO_MUCH = (
    f"the notebook is too much to be read (more than {MEMORY_MB} MB of memory, {SECONDS} seconds, "
    f"{CELLS} cells, or {CODE_MB} MB of code). Clear all outputs, save it, and hand it in again."
)


def read(content):
    """Return what a notebook holds, a dict.

    - "cells": `(id, grade id, source)` of each cell with code, and of those whose code somebody has
      turned into text,
    - "texts": the texts of other cells, by id and by grade id,
    - "told": the name of the lesson that it says it is, or None.

    Args:
        content: the file, bytes.

    Raises:
        ValueError: it cannot be read; the message is in words for the student.
        RuntimeError: no notebook can be read here.
    """
    done = _run(content)
    if done.returncode:
        empty = _run(b'{"cells": []}')
        if empty.returncode:
            said = empty.stderr.decode("utf-8", "replace").strip()[-300:]
            raise RuntimeError(f"No notebook can be read here: {said or empty.returncode}")
        raise ValueError(TOO_MUCH)
    found = json.loads(done.stdout)
    if "problem" in found:
        raise ValueError(found["problem"])
    return found | {"cells": [tuple(cell) for cell in found["cells"]]}


def _run(content):
    command = [sys.executable, "-I", "-S", __file__]
    try:
        return subprocess.run(command, input=content, capture_output=True, timeout=20 * SECONDS)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, b"", b"it takes too long")


def _read(content):
    try:
        notebook = json.loads(content.decode("utf-8-sig"))
        cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
        told, found, texts = notebook.get("metadata", {}).get("course", {}).get("lesson"), [], {}
        if len(cells) > CELLS:
            return {"problem": TOO_MUCH}
        for cell in cells:
            source = cell.get("source", cell.get("input", ""))
            source = _utf8(source if isinstance(source, str) else "".join(source))
            id, mark = cell.get("id"), cell.get("metadata", {}).get("nbgrader", {}).get("grade_id")
            id, mark = (_utf8(x) if isinstance(x, str) else None for x in (id, mark))
            if cell.get("cell_type") != "code":
                texts |= {name: source[:LONGEST_TEXT] for name in (id, mark) if name}
                source = _code_in(source)
            if source is not None:
                found.append((id, mark, source))
    except RecursionError:
        return {"problem": TOO_DEEP}
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return {"problem": NOT_READ}
    size = sum(len(source) for _, _, source in found) + sum(map(len, texts.values()))
    if size > CODE_MB * 2**20:
        return {"problem": TOO_MUCH}
    told = _utf8(told) if isinstance(told, str) else None
    return {"cells": found, "texts": texts, "told": told}


def _code_in(text):
    """Return the code that a cell with text holds, or None."""
    if len(text) > LONGEST_TEXT:
        return None
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("```")]
    try:
        body = ast.parse("\n".join(lines)).body
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign)
    return "\n".join(lines) if any(isinstance(part, kinds) for part in body) else None


def _utf8(text):
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MB * 2**20,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS,) * 2)
    try:
        answer = json.dumps(_read(sys.stdin.buffer.read()))
    except MemoryError:
        answer = json.dumps({"problem": TOO_MUCH})
    print(answer)
