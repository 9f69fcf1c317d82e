"""Run a lesson's solution notebook: `python -m tools.run_lesson 01 [--build FOLDER]`.

Leaves in the folder `<lesson>.html`, `models/<lesson>.keras` and `results/<lesson>.json`. They are
made aside and moved there when the last cell has run, so that what lies there is always whole. In
the results stand the figures that the lesson reports, and what its cells leave: see `execute`.
"""

import argparse
import ast
import asyncio
import functools
import json
import os
import queue
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from traitlets.config import Config

from course_utils.errors import CourseError, unknown_name
from course_utils.lesson.known import is_appendix
from course_utils.machine.settings import folder_in
from course_utils.machine.stopping import stop_when_asked

ROOT = Path(__file__).resolve().parent.parent
SOLUTIONS = ROOT / "notebooks" / "solutions"
FOLDERS = ("COURSE_CACHE", "KERAS_HOME", "TFDS_DATA_DIR")
"""Variables that name a folder: a relative one is meant from where the command is given."""
WIDGET = "application/vnd.jupyter.widget-view+json"
HEAVIEST = 6
"""So many MB may the page have, and the executed notebook, so that they can be sent by mail."""
LONGEST = 2000
"""So many characters of what a cell shows are recorded."""
REDRAWN = re.compile(r"[^\n]*\r(?!\n)|(?<![\w/])/(?:[\w.@~+-]+/)+")
"""What is not: a progress bar but for its last state, and where a file lies on this machine."""
LOOK = Path(__file__).with_name("look.py").read_text(encoding="utf-8")
LOOK = f"(lambda own: (exec({LOOK!r}, own), own['look'](globals()))[1])({{}})"
"""An expression that gives what a kernel holds and leaves no name behind."""


def find_lesson(number):
    """Return the path of the solution notebook whose name is, or begins with, `number`.

    An appendix without exercises has no solution: its one notebook is meant.

    Raises:
        UnknownNameError: there is none.
    """
    found = [*SOLUTIONS.parent.glob("A[1-9]_*.ipynb"), *SOLUTIONS.glob("*.ipynb")]
    paths = {path.stem: path for path in found}
    for stem, path in paths.items():
        if number and (stem == number or stem.split("_")[0] == number.zfill(2)):
            return path
    raise unknown_name("lesson", number, paths)


class _Loop(asyncio.SelectorEventLoop):
    """Leaves signals to Python: what nbclient does at one ends in its own traceback."""

    def add_signal_handler(self, *_):
        raise RuntimeError("not here")  # which nbclient expects: so it is in other threads


def execute(notebook, output, tell=print, variables=()):
    """Run a notebook cell by cell in a fresh kernel and return what its cells leave.

    That is a dict: `curves` and `numbers`, each `{cell: {variable: value}}` with what `look` finds
    new or changed after the cell; `shown`, `{cell: text}`; `seconds`; `memory_mb`. A training has
    one curve, under the name that it had first.

    Args:
        notebook: an `nbformat` notebook; its outputs are replaced.
        output: folder that the lesson writes its model and its results into.
        tell: called with a line of progress for each code cell.
        variables: environment variables for the kernel, beside those of this process.

    Raises:
        CourseError: a cell failed or the kernel died; the message names the cell.
    """
    total = sum(cell.cell_type == "code" for cell in notebook.cells)
    done = 0
    began = time.perf_counter()
    cell_began = began
    left = {"seconds": None, "memory_mb": None, "curves": {}, "numbers": {}, "shown": {}}
    last, curves = {"curves": {}, "numbers": {}}, []

    def before(cell, cell_index):
        nonlocal cell_began
        cell_began = time.perf_counter()

    async def after(cell, cell_index, execute_reply):
        nonlocal done
        done += 1
        seconds = time.perf_counter() - cell_began
        tell(f"[{done:2}/{total}] {seconds:6.1f} s  {cell['id']}")
        if execute_reply["content"]["status"] != "ok":
            return
        found = await _look(client.kc)
        left["memory_mb"] = found["memory_mb"]
        for kind, known in last.items():
            for name, value in found[kind].items():
                if known.get(name) != value and value not in curves:
                    left[kind].setdefault(cell["id"], {})[name] = known[name] = value
                    curves.extend([value] * (kind == "curves"))
        if text := _shown(cell):
            left["shown"][cell["id"]] = text

    folders = {variable: folder_in(variable) for variable in FOLDERS}
    environment = os.environ | {name: str(folder) for name, folder in folders.items() if folder}
    environment |= {"COURSE_OUTPUT": str(output)} | dict(variables)
    try:
        with tempfile.TemporaryDirectory() as folder:
            config = Config()
            # Sockets in a folder, not ports that all can reach; their paths may be 100 bytes long.
            if sys.platform != "win32" and len(os.fsencode(folder)) < 90:
                config.KernelManager.transport = "ipc"
                config.KernelManager.ip = f"{folder}/kernel"
            client = NotebookClient(
                notebook,
                config=config,
                timeout=None,
                kernel_name="python3",
                store_widget_state=False,
                shutdown_kernel="immediate",
                on_cell_execute=before,
                on_cell_executed=after,
            )
            with asyncio.Runner(loop_factory=_Loop) as runner:
                loop = runner.get_loop()
                try:
                    loop.run_until_complete(client.async_execute(cwd=folder, env=environment))
                except KeyboardInterrupt:
                    loop.set_exception_handler(lambda *_: None)  # the kernel, too, ends now
                    raise
    except CellExecutionError as error:
        failed = next(cell for cell in notebook.cells if _failed(cell))
        raise CourseError(
            f"The cell {failed['id']!r} stopped with {error.ename}: {error.evalue}"
        ) from None
    except DeadKernelError:
        raise CourseError(
            f"The kernel died after cell {done} of {total}; most often it ran out of memory."
        ) from None
    except RuntimeError as error:  # of jupyter_client
        raise CourseError(
            f"The kernel does not start ({error}). `{sys.executable} -m ipykernel --version` may "
            "say why; `make setup` sets it up."
        ) from None
    return left | {"seconds": round(time.perf_counter() - began, 1)}


async def _look(kernel):
    """Return what `look` finds in a kernel, by a request that the notebook does not see."""
    asked = kernel.execute("", silent=True, user_expressions={"found": LOOK})
    answer = {"parent_header": {}}
    while answer["parent_header"].get("msg_id") != asked:
        try:
            answer = await kernel.shell_channel.get_msg(timeout=600)
        except queue.Empty:
            raise DeadKernelError("it does not answer") from None
    found = answer["content"]["user_expressions"]["found"]
    return json.loads(ast.literal_eval(found["data"]["text/plain"]))


def _shown(cell):
    """Return the plain text that a cell shows, without pictures, widgets and folders."""
    texts = []
    for output in cell.get("outputs", []):
        kinds = output.get("data", {})
        if not any(kind == WIDGET or kind.startswith("image/") for kind in kinds):
            printed = output["text"] if output.get("name") == "stdout" else ""
            texts.append(kinds.get("text/plain", printed))
    return REDRAWN.sub("", "".join(texts))[:LONGEST]


def _failed(cell):
    return any(output.output_type == "error" for output in cell.get("outputs", []))


def to_html(notebook, title):
    """Return an executed notebook as one HTML page that needs no network.

    A widget without a kernel is dead: the picture that comes with it is shown. The code of the
    checks is left out, what they found is kept.
    """
    from nbconvert import HTMLExporter

    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)
    exporter = HTMLExporter(
        config=Config(
            {
                "CoalesceStreamsPreprocessor": {"enabled": True},  # a progress bar is one line
                "TagRemovePreprocessor": {"enabled": True, "remove_input_tags": {"check"}},
                "HTMLExporter": {"mathjax_url": "", "require_js_url": "", "embed_images": True},
            }
        )
    )
    page, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": title}})
    return page


def run(path, build, tell=print, variables=()):
    """Run a lesson, leave its page, model and results in the folder `build`; return the results.

    Args:
        path: its solution notebook.
        build: the folder, made if it is missing.
        tell, variables: see `execute`.

    Raises:
        CourseError: a cell failed, the kernel died, or the lesson left no model or no results; an
            appendix need not.
    """
    name = path.stem
    build.mkdir(parents=True, exist_ok=True)
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=build) as scratch:
        scratch = Path(scratch)
        if (build / "models").is_dir():  # for a lesson that goes on with an earlier one's network
            own = shutil.ignore_patterns(f"{name}.keras")
            shutil.copytree(build / "models", scratch / "models", ignore=own, copy_function=os.link)
        try:
            left = execute(notebook, scratch, tell, variables)
        except CourseError:
            page = build / f"{name}.failed.html"
            page.write_text(to_html(notebook, name), encoding="utf-8")
            print(f"What ran until then: {page}", file=sys.stderr)
            raise
        results, result = scratch / "results" / f"{name}.json", {"figures": {}}
        page = to_html(notebook, name)
        sizes = {"page": len(page.encode()), "notebook": len(nbformat.writes(notebook).encode())}
        left["megabytes"] = {kind: round(size / 1e6, 2) for kind, size in sizes.items()}
        result |= left
        if results.is_file():
            result = json.loads(results.read_text(encoding="utf-8")) | left
            results.write_text(as_text(result), encoding="utf-8")
        (scratch / f"{name}.html").write_text(page, encoding="utf-8")
        places = (f"{name}.html", f"results/{name}.json", f"models/{name}.keras")
        made = [place for place in places if (scratch / place).is_file()]
        if not is_appendix(name) and (missing := [place for place in places if place not in made]):
            raise CourseError(f"The lesson ran to its end but left no {Path(missing[0]).name}.")
        for place in made:
            (build / place).parent.mkdir(exist_ok=True)
            os.replace(scratch / place, build / place)
            tell(build / place)
        (build / f"{name}.failed.html").unlink(missing_ok=True)
    return result


def as_text(result):
    """Return a run's results as JSON, a line for each variable of a cell."""
    text = json.dumps(result, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    return re.sub(r"\n {4,}|\n {3}(?=[]}])", " ", text)


def summary(result):
    """Return a line on a run: its data and profile, how long it took, its figures."""
    figures = ", ".join(f"{figure} {value:.4f}" for figure, value in result["figures"].items())
    kind = f"{result['data']} data, profile {result['profile']}, " if figures else ""
    return f"{kind}{result['seconds']:.0f} s: {figures or 'no figures'}"


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Run a lesson's solution notebook.")
    parser.add_argument("lesson", help="its number or name, such as 01")
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="where results go")
    options = parser.parse_args(arguments)
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # no python3 kernel that other work has installed
    try:
        path = find_lesson(options.lesson)
        print(summary(run(path, options.build.absolute(), functools.partial(print, flush=True))))
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename or options.build}: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; nothing was left behind.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    stop_when_asked()
    sys.exit(main())
