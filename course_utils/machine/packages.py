"""What the lessons import beside TensorFlow: whether it works, and how to supply what does not.

Colab ships nearly everything, but now and then something is absent, or two packages are of versions
that do not work together. Which ones changes with Colab's lists, so nothing here compares versions:
everything is imported in a fresh process, and what fails there is mended.

`python course_utils/machine/packages.py` is that process. It imports nothing of the course.
"""

import importlib
import importlib.metadata
import importlib.util
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from types import FunctionType, ModuleType

IMPORTED = (
    "numpy",
    "filelock",
    "requests",
    "PIL.Image",
    "tqdm",
    "matplotlib.pyplot",
    "ipywidgets",
    "tree",  # which TFDS imports when a dataset is read
    "tensorflow_datasets",
)
"""What is tried. TensorFlow is not: `start` does, and tells which one belongs to the machine."""

SUPPLIED = {
    # What Colab lacks, and what does not work there beside its protobuf.
    "importlib_resources": "importlib_resources==7.1.0",
    "tensorflow_metadata": "tensorflow-metadata==1.17.3",
    # What Colab has today, at its version, in case a later one leaves it out.
    "PIL": "pillow==11.3.0",
    "etils": "etils==1.14.0",
    "filelock": "filelock==3.32.3",
    "immutabledict": "immutabledict==4.3.1",
    "ipywidgets": "ipywidgets==7.7.1",
    "matplotlib": "matplotlib==3.10.0",
    "promise": "promise==2.3",
    "pyarrow": "pyarrow==18.1.0",
    "tensorflow_datasets": "tensorflow-datasets==4.9.10",
    "toml": "toml==0.10.2",
    "tqdm": "tqdm==4.67.3",
    "tree": "dm-tree==0.1.10",
}
"""What `supply` may install, by the name that a program imports it by. Nothing else is touched."""

NOT_FOR_PIP = ("DRY_RUN", "PREFIX", "QUIET", "REQUIRE_HASHES", "ROOT", "TARGET", "USER", "VERBOSE")
"""Variables that would have pip install elsewhere, or nothing, or say nothing."""
PROBE_SECONDS = 120
PIP_SECONDS = 300


RESTART = "choose Runtime, Restart session, and run all from the top"


def remedies(error):
    """Return which entries of `SUPPLIED` may mend an error of an import, the likeliest first.

    These are the module that the error names as missing or as lacking something, then those whose
    code raised it, from the innermost outwards, then those that this code uses: where a function
    does not know an argument, the code that calls it fails.

    Args:
        error: the exception.
    """
    modules, used = [], []
    while error is not None:
        if isinstance(error, ImportError):
            modules.append(error.name)
        elif isinstance(error, AttributeError):  # a module of which half is missing
            modules.append(getattr(error.obj, "__name__", None))
        frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
        for frame in reversed(frames):
            modules.append(frame.f_globals.get("__name__"))
            used += map(_home_of, frame.f_globals.values())
        error = error.__cause__ or error.__context__
    roots = [module.split(".")[0] for module in [*modules, *used] if isinstance(module, str)]
    return [root for root in dict.fromkeys(roots) if root in SUPPLIED]


def _home_of(value):
    """Return the module that a class, a function or a module is from; other things may import."""
    if isinstance(value, ModuleType):
        return vars(value).get("__name__")
    return value.__module__ if isinstance(value, type | FunctionType) else None


def describe(error):
    """Return an error of an import in one line, such as "No module named 'toml'"."""
    text = " ".join(str(error).split())
    text = text if len(text) <= 200 else text[:200] + "…"
    return text if isinstance(error, ModuleNotFoundError) else f"{type(error).__name__}: {text}"


def import_whole(module):
    """Import a module and return it; of `tensorflow_datasets`, see that all of it came up.

    That package catches the errors of its own import and only logs them, and puts off some imports
    until they are used. A shell of it is taken out again, so that the next call finds what has
    been installed meanwhile. TensorFlow is not imported.

    Raises:
        Exception: of whatever kind the packages raise.
    """
    if module != "tensorflow_datasets":
        return importlib.import_module(module)
    logging.disable(logging.CRITICAL)
    try:
        importlib.import_module("tensorflow_datasets.public_api")
        dataset = importlib.import_module("tensorflow_datasets.image_classification.mnist").MNIST
        dataset.code_path  # noqa: B018
        return importlib.import_module(module)
    except Exception:
        for name in [name for name in sys.modules if name.split(".")[0] == module]:
            del sys.modules[name]
        raise
    finally:
        logging.disable(logging.NOTSET)


_TRYING, _FOUND = "course: trying", "course: found"


def faults():
    """Import what `IMPORTED` lists, here, and return what fails, as plain data.

    What is tried is printed before it is, in case it ends the process.

    Returns:
        a list of dicts: "module", what was imported; "error", a line; "remedies", see `remedies`.
    """
    found = []
    for module in IMPORTED:
        print(_TRYING, module, flush=True)
        try:
            import_whole(module)
        except Exception as error:  # a package of the wrong version raises what it likes
            said = {"module": module, "error": describe(error)}
            found.append(said | {"remedies": remedies(error)})
    return found


def supply():
    """Supply what the lessons need and this Python lacks, or has in versions that do not work.

    A package is installed only after a trial outside the environment has shown that it mends what
    fails, with pip's `--no-deps`, so that nothing else changes. One printed line says what was
    done. Called by the first cell of every notebook, in Colab only; where nothing is to do, it
    takes the time of the imports that it tries. May be interrupted and called again.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="course-") as folder:
            print(_supply(Path(folder)))
    except OSError as error:  # a full disk, for one
        print(f"What this machine lacks could not be looked into: {error}.")


def _supply(folder):
    """Do what `supply` does, with a scratch folder, and return the line."""
    wheels, problems = _choose(folder)
    if not wheels and not problems:
        return "What the lessons need beside TensorFlow is here and works."
    done = []
    if wheels:
        before = {module: installed(module) for module in wheels}
        in_use = sys.modules.keys() & {"tensorflow_datasets", *filter(before.get, wheels)}
        problem = _pip(folder, "install", "--no-index", "--force-reinstall", *wheels.values())
        if problem:
            return " ".join([problem, *problems.values()])
        importlib.invalidate_caches()
        left = [found for found in _probe(folder) if found["module"] not in problems]
        if left:
            return f"{_problem(left[0])} pip has installed what mends it, and it is not found here."
        done = [
            f"{SUPPLIED[module].replace('==', ' ')}"
            + (f" in place of {before[module]}, which does not work here" if before[module] else "")
            for module in wheels
        ]
        done = [f"Supplied what the lessons need and this machine lacks: {'; '.join(done)}."]
        if in_use:
            done.append(f"{', '.join(sorted(in_use))} had been imported before: {RESTART}.")
    return " ".join([*done, *problems.values()])


def _choose(folder):
    """Return `(wheels, problems)`: what mends faults; in words, what does not work. By module."""
    wheels, problems = {}, {}
    left = _probe(folder)
    while left:
        found = left[0]
        module = found["module"]
        for remedy in (name for name in found["remedies"] if name not in wheels):
            aside, candidate = folder / remedy, folder / f"{remedy}-trial"
            unfetched = _pip(folder, "wheel", "--wheel-dir", aside, SUPPLIED[remedy])
            if unfetched:
                return {}, {module: f"{_problem(found)} {unfetched}"}
            [wheel] = aside.glob("*.whl")
            unwritten = _pip(folder, "install", "--no-index", "--target", candidate, wheel)
            if unwritten:
                return {}, {module: f"{_problem(found)} {unwritten}"}
            tried = _probe(folder, candidate, *(folder / f"{other}-trial" for other in wheels))
            after = next((f for f in tried if f["module"] == module or "ended" in f), None)
            if after is None or (
                _kind(after) != _kind(found) and remedy not in after["remedies"][:1]
            ):
                wheels[remedy], left = wheel, tried
                break
        else:
            problems[module] = (
                f"{_problem(found)} The course knows nothing that mends it here, and has left it "
                "as it is. Please report this line to the authors."
            )
        left = [fault for fault in left if fault["module"] not in problems]
    return wheels, problems


def _kind(found):
    """Return an error without numbers and addresses, which differ from process to process."""
    return re.sub(r"0x[0-9a-f]+|[0-9]+", "#", found["error"])


def _problem(found):
    """Return what a fault means, in words."""
    return f"{found['module']} does not work here ({found['error']})."


def _probe(folder, *places):
    """Return the `faults` of a fresh process in `folder`, which looks into `places` first."""
    path = os.pathsep.join([*map(str, places), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
    variables = os.environ | {"PYTHONPATH": path, "MPLBACKEND": "agg"}
    try:
        process = subprocess.run(
            [sys.executable, "-P", __file__],
            env=variables,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=PROBE_SECONDS,
        )
        said = process.stdout
        error = (process.stderr.strip().splitlines() or [f"it ends with {process.returncode}"])[-1]
    except subprocess.TimeoutExpired as expired:
        said = (expired.stdout or b"").decode("utf-8", "replace")
        error = f"nothing after {PROBE_SECONDS} seconds"
    found = re.findall(rf"^{_FOUND} (.*)$", said, re.MULTILINE)
    if found:
        return json.loads(found[0])
    tried = re.findall(rf"^{_TRYING} (.*)$", said, re.MULTILINE)
    module = tried[-1] if tried else "Python"
    return [{"module": module, "error": error[:200], "remedies": [], "ended": True}]


def _pip(folder, command, *arguments):
    """Run pip in `folder`, without dependencies; return None, or in words what went wrong."""
    options = ["--no-deps", "--quiet", "--disable-pip-version-check", "--no-input"]
    wanted = [sys.executable, "-P", "-m", "pip", command, *options, *map(str, arguments)]
    unwanted = {f"PIP_{name}" for name in NOT_FOR_PIP}
    variables = {name: value for name, value in os.environ.items() if name not in unwanted}
    try:
        process = subprocess.run(
            wanted, env=variables, cwd=folder, capture_output=True, text=True, timeout=PIP_SECONDS
        )
    except subprocess.TimeoutExpired:
        said = f"nothing after {PIP_SECONDS} seconds"
    else:
        if process.returncode == 0:
            return None
        lines = [line for line in process.stderr.splitlines() if line.startswith("ERROR")]
        said = (lines or process.stderr.splitlines() or ["no message"])[-1].strip()[:200]
    far = re.search("connect|resolve|timed out|nothing after|matching distribution", said, re.I)
    check = "that this machine reaches the internet" if far else "what pip says"
    return f"pip could not supply what is missing ({said}). Check {check}, and run this cell again."


def installed(module):
    """Return the installed version of what supplies a module, or None."""
    try:
        return importlib.metadata.version(SUPPLIED[module].split("==")[0])
    except importlib.metadata.PackageNotFoundError:
        return None


if __name__ == "__main__":
    print(f"\n{_FOUND} {json.dumps(faults())}", flush=True)
