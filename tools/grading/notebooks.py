"""Read a notebook that nobody vouches for, as the text that it is, in a process with limits.

A file of 50 MB can hold objects that take gigabytes once they are read. So it is this file, run as
a program, that reads it: `python notebooks.py < notebook.ipynb` prints the cells as JSON.
"""

import ast
import json
import resource
import subprocess
import sys

MEMORY_MB, SECONDS, CODE_MB = 1024, 20, 8
"""What reading one notebook may take, and how much code its cells may hold together."""
NOT_READ = "the file is no notebook: Jupyter could not open it. Save it again and hand it in."
TOO_DEEP = "the file is no notebook: it has too many lists in lists."
TOO_MUCH = (
    f"the notebook is too much to be read (more than {MEMORY_MB} MB of memory, {SECONDS} seconds, "
    f"or {CODE_MB} MB of code). Clear all outputs, save it, and hand it in again."
)


def read(content):
    """Return what a notebook holds: `{"cells": [(id, grade id, source), …], "told": lesson}`.

    The cells are those with code, and those whose code somebody has turned into text or raw.

    Args:
        content: the file, bytes.

    Raises:
        ValueError: it cannot be read; the message is in words for the student.
    """
    command = [sys.executable, "-I", "-S", __file__]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=10 * SECONDS)
    except subprocess.TimeoutExpired:
        raise ValueError(TOO_MUCH) from None
    if done.returncode:
        raise ValueError(TOO_MUCH)
    found = json.loads(done.stdout)
    if "problem" in found:
        raise ValueError(found["problem"])
    return found | {"cells": [tuple(cell) for cell in found["cells"]]}


def _read(content):
    try:
        notebook = json.loads(content.decode("utf-8-sig"))
        cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
        told, found = notebook.get("metadata", {}).get("course", {}).get("lesson"), []
        for cell in cells:
            source = cell.get("source", cell.get("input", ""))
            source = _utf8(source if isinstance(source, str) else "".join(source))
            id, mark = cell.get("id"), cell.get("metadata", {}).get("nbgrader", {}).get("grade_id")
            id, mark = (_utf8(x) if isinstance(x, str) else None for x in (id, mark))
            source = source if cell.get("cell_type") == "code" else _code_in(source)
            if source is not None:
                found.append((id, mark, source))
    except RecursionError:
        return {"problem": TOO_DEEP}
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return {"problem": NOT_READ}
    if sum(len(source) for _, _, source in found) > CODE_MB * 2**20:
        return {"problem": TOO_MUCH}
    return {"cells": found, "told": _utf8(told) if isinstance(told, str) else None}


def _code_in(text):
    """Return the code that a cell with text holds, or None."""
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
