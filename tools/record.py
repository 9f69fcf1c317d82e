"""Record lessons' runs under results/: `python -m tools.record 01 04 --profile quick --seeds 1 2`.

One run is one file, `results/<lesson>/<profile>-<data>-<device>-seed<seed>.json`, of a lesson's
solution with default settings, without what other lessons have left: but for drawn samples, its
cache is empty. A file that is there and not stale is skipped: what was interrupted goes on where it
stopped. It holds:

- `lesson`, `profile`, `data` ("real" or "sample"), `seed`, `device_kind`, `device`, `precision`,
  `base` (the pretrained networks, or None), `hardware`, `versions`, `date`, `command`;
- `figures`: what the lesson reports; `curves`, `numbers`, `shown`: what its cells leave;
- `seconds`, `data_seconds` (of them, for finding the data), `memory_mb`; `megabytes`, of the page
  and of the executed notebook;
- `depends_on`: see the function of that name;
- `absent`, in runs of before such files: the keys of these that nobody wrote down.
"""

import argparse
import ast
import contextlib
import functools
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from course_utils.errors import CourseError
from course_utils.lesson.known import LESSONS, RECORDED
from course_utils.machine.settings import CHOICES
from course_utils.machine.stopping import stop_when_asked
from course_utils.store import locked, whole_file
from tools import run_lesson
from tools.lesson_source import ADDED, ROOT

RESULTS = ROOT / "results"
BUILD = ROOT / "build" / "record"
CALCULATES = r"^(?:keras|numpy|pillow|tensorflow[\w-]*)==.*"
"""Lines of the lock that a run depends on: a new JupyterLab changes no figure."""


def depends_on(lesson):
    """Return what a lesson's runs depend on, as a dict of four hashes.

    `lesson`: the solution's code cells, and the lesson's datasets and shares of epochs and pixels.
    `course`: the modules of `course_utils` that these cells import, and all that those import.
    `bases`: data/pretrained. `lock`: the versions of what calculates. How code is laid out and what
    is said to readers is left out: comments, docstrings, messages of assertions, hints, praise.
    """
    notebook = json.loads(run_lesson.find_lesson(lesson).read_text(encoding="utf-8"))
    cells = {
        cell["id"]: "".join(cell["source"])
        for cell in notebook["cells"]
        if cell["cell_type"] == "code" and cell["id"] not in ADDED
    }
    asked = [LESSONS[lesson].get(key) for key in ("datasets", "epochs", "pixels")]
    bases = sorted((ROOT / "data" / "pretrained").glob("*.*"))
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    parts = {
        "lesson": [asked, [(name, _read(source)[0]) for name, source in cells.items()]],
        "course": sorted(_reached(cells.values()).items()),
        "bases": [(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in bases],
        "lock": re.findall(CALCULATES, lock, re.M),
    }
    return {name: _hash(part) for name, part in parts.items()}


def why_stale(run):
    """Return in words what has changed since a run was recorded, or None where nothing has."""
    was = run.get("depends_on", {})
    changed = [part for part, now in depends_on(run["lesson"]).items() if was.get(part) != now]
    return f"other than then: {', '.join(changed)}" if changed else None


def _hash(part):
    return hashlib.sha256(repr(part).encode()).hexdigest()[:16]


def _reached(sources):
    """Return `{module: hash}` for what sources import of the course, and what that imports."""
    folder = ROOT / "course_utils"
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in folder.rglob("*.py")
    }
    texts = {name: path.read_text(encoding="utf-8") for name, path in modules.items()}
    [table] = re.findall(r"^_HOME_OF = (\{.*?^\})", texts.pop("course_utils"), re.M | re.S)
    home = {
        f"course_utils.{name}": f"course_utils.{module}"
        for name, module in ast.literal_eval(table).items()
    }
    wanted, reached = set().union(*(_read(source)[1] for source in sources)), {}
    while wanted:
        name = wanted.pop()
        name = next(
            (n for n in (name, home.get(name), name.rpartition(".")[0]) if n in texts), None
        )
        if name and name not in reached:
            reached[name], imported = _read(texts[name])
            wanted |= imported
    return reached


@functools.cache
def _read(source):
    """Return a hash of what a source says to Python, and the set of names that it imports."""
    tree, names = ast.parse(source), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names.add(node.value)  # a program that is started: `python -m course_utils.workers`
    return _hash(_bare(tree)), names


def _bare(node):
    """Return what a syntax tree says as nested lists, the same with each version of Python."""
    if isinstance(node, list):
        return [_bare(one) for one in node if not _is_text(one)]
    if not isinstance(node, ast.AST):
        return node
    if isinstance(node, ast.keyword) and node.arg in ("hints", "praise"):
        return node.arg
    left_out = ("msg", "ctx", "kind")  # the message of an assertion
    fields = [(name, value) for name, value in ast.iter_fields(node) if name not in left_out]
    return [type(node).__name__, *((n, _bare(v)) for n, v in fields if v not in (None, []))]


def _is_text(node):
    return isinstance(node, ast.Expr) and isinstance(getattr(node.value, "value", None), str)


def place(lesson, profile, data, device_kind, seed):
    """Return the path of the file of a run."""
    return RESULTS / lesson / f"{profile}-{data}-{device_kind.lower()}-seed{seed}.json"


def record(notebooks, profile, data, seeds):
    """Record the runs that are missing or stale, one after the other; a line tells of each.

    Returns:
        how many could not be recorded.
    """
    failed, kind = 0, _device_kind()
    for notebook in notebooks:
        for seed in seeds:
            path = place(notebook.stem, profile, data, kind, seed)
            label = f"{path.parent.name}/{path.stem}"
            try:
                why = why_stale(json.loads(path.read_text(encoding="utf-8")))
            except FileNotFoundError:
                why = "not recorded yet"
            except (ValueError, KeyError, AttributeError):
                why = "the file is damaged"
            if why is None:
                print(f"{label}: there, and up to date")
                continue
            print(f"{label}: {why}", flush=True)
            try:
                print(f"{label}: {_record(notebook, path, profile, data, kind, seed)}", flush=True)
            except CourseError as error:
                failed += 1
                print(f"{label}: not recorded. {error}", file=sys.stderr, flush=True)
    return failed


@contextlib.contextmanager
def without_a_past(profile, data, seed):
    """Give the variables of a run that nothing but these decides: default settings, no cache.

    What an earlier lesson has saved is not there; drawn samples, which are always the same, are.
    """
    samples = BUILD / "samples"
    samples.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as cache:
        (Path(cache) / "samples").symlink_to(samples)
        variables = {"COURSE_PROFILE": profile, "COURSE_DATA": data, "COURSE_CACHE": cache}
        variables |= {"COURSE_START_SEED": str(seed), "COURSE_PRECISION": "", "COURSE_BASE": ""}
        yield variables


def _record(notebook, path, profile, data, kind, seed):
    before, own = depends_on(notebook.stem), BUILD / path.parent.name / path.stem
    with without_a_past(profile, data, seed) as variables:
        result = run_lesson.run(notebook, own, lambda line: None, variables)
    got = place(*(result[key] for key in ("lesson", "profile", "data", "device_kind", "seed")))
    if got != path:
        raise CourseError(f"It became {got.stem}, which was not asked for.")
    if depends_on(notebook.stem) != before:
        raise CourseError("The lesson or the course has changed while it ran. Record it again.")
    where = "TFDS_DATA_DIR=… KERAS_HOME=… " if data == "real" else ""
    result["command"] = (
        f"{where}make record N={notebook.stem[:2]} PROFILE={profile} DATA={data} SEEDS={seed}"
    )
    with whole_file(path) as aside:
        aside.write_text(run_lesson.as_text(result | {"depends_on": before}), encoding="utf-8")
    return run_lesson.summary(result)


def _device_kind():
    """Return "TPU", "GPU" or "CPU", by a process that gives the device free again."""
    code = "from course_utils.machine.device import find_device; print(find_device()[0])"
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    if asked.returncode:
        raise CourseError(f"No device is found: {asked.stderr.strip().splitlines()[-1]}")
    return asked.stdout.split()[-1]


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Record lessons' runs under results/.")
    parser.add_argument("lessons", nargs="*", help="their numbers or names; all if none is given")
    profiles = [profile for profile in CHOICES["COURSE_PROFILE"] if profile != "ci"]
    parser.add_argument("--profile", choices=profiles, default="quick")
    parser.add_argument("--data", choices=("real", "sample"), default="sample")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], help="of the random numbers")
    options = parser.parse_args(arguments)
    try:
        notebooks = [run_lesson.find_lesson(number) for number in options.lessons or RECORDED]
        with locked(RESULTS, "recording runs"):
            failed = record(notebooks, options.profile, options.data, options.seeds)
    except (CourseError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; the same command goes on from here.", file=sys.stderr)
        return 130
    return 1 if failed else 0


if __name__ == "__main__":
    stop_when_asked()
    sys.exit(main())
