"""What the lessons import beside TensorFlow: whether it works, and how to supply what does not.

Colab ships nearly everything, but now and then something is absent, or two packages are of versions
that do not work together. Which ones changes with Colab's lists, so nothing here compares versions:
everything is imported in a fresh process, and what fails there is mended.

`python course_utils/packages.py` is that process. It imports nothing of the course.
"""

import importlib
import importlib.metadata
import importlib.util
import json
import logging
import os
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from types import ModuleType

IMPORTED = (
    "numpy",
    "filelock",
    "requests",
    "PIL.Image",
    "tqdm",
    "matplotlib.pyplot",
    "ipywidgets",
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

PROBE_SECONDS = 120
PIP_SECONDS = 300


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
            used += [getattr(value, "__module__", None) for value in frame.f_globals.values()]
            used += [v.__name__ for v in frame.f_globals.values() if isinstance(v, ModuleType)]
        error = error.__cause__ or error.__context__
    roots = [module.split(".")[0] for module in [*modules, *used] if isinstance(module, str)]
    return [root for root in dict.fromkeys(roots) if root in SUPPLIED]


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


def faults():
    """Import what `IMPORTED` lists, here, and return what fails, as plain data.

    Returns:
        a list of dicts: "module", what was imported; "error", a line; "remedies", see `remedies`.
    """
    found = []
    for module in IMPORTED:
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
        problem = _pip("install", "--no-index", "--force-reinstall", *wheels.values())
        if problem:
            return " ".join([problem, *problems.values()])
        importlib.invalidate_caches()
        problems = {found["module"]: _problem(found) for found in _probe()} | problems
        done = [
            f"{SUPPLIED[module].replace('==', ' ')}"
            + (f" in place of {before[module]}, which does not work here" if before[module] else "")
            for module in wheels
        ]
        done = [f"Supplied what the lessons need and this machine lacks: {'; '.join(done)}."]
    return " ".join([*done, *problems.values()])


def _choose(folder):
    """Return `(wheels, problems)`: what mends faults; in words, what does not work. By module."""
    wheels, problems = {}, {}
    left = _probe()
    while left:
        found = left[0]
        module = found["module"]
        for remedy in (name for name in found["remedies"] if name not in wheels):
            aside, candidate = folder / remedy, folder / f"{remedy}-trial"
            unfetched = _pip("wheel", "--wheel-dir", aside, SUPPLIED[remedy])
            if unfetched:
                return {}, {module: f"{_problem(found)} {unfetched}"}
            [wheel] = aside.glob("*.whl")
            unwritten = _pip("install", "--no-index", "--target", candidate, wheel)
            if unwritten:
                return {}, {module: f"{_problem(found)} {unwritten}"}
            tried = _probe(candidate, *(folder / f"{other}-trial" for other in wheels))
            by_module = {fault["module"]: fault for fault in tried}
            after = by_module.get(module) or by_module.get("Python")
            if after is None or (
                after["error"] != found["error"] and remedy not in after["remedies"][:1]
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


def _problem(found):
    """Return what a fault means, in words."""
    return f"{found['module']} does not work here ({found['error']})."


def _probe(*folders):
    """Return the `faults` of a fresh process that looks into `folders` first."""
    path = os.pathsep.join([*map(str, folders), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
    variables = os.environ | {"PYTHONPATH": path, "MPLBACKEND": "agg"}
    try:
        process = subprocess.run(
            [sys.executable, "-P", __file__],
            env=variables,
            capture_output=True,
            text=True,
            timeout=PROBE_SECONDS,
            check=True,
        )
        return json.loads(process.stdout.splitlines()[-1])
    except subprocess.TimeoutExpired:
        error = f"nothing after {PROBE_SECONDS} seconds"
    except subprocess.CalledProcessError as process:
        error = (process.stderr.strip().splitlines() or [str(process)])[-1][:200]
    except (IndexError, ValueError):
        error = "no answer"
    return [{"module": "Python", "error": error, "remedies": []}]


def _pip(command, *arguments):
    """Run pip without dependencies; return None, or in words what went wrong."""
    options = ["--no-deps", "--quiet", "--disable-pip-version-check", "--no-input"]
    wanted = [sys.executable, "-m", "pip", command, *options, *map(str, arguments)]
    try:
        process = subprocess.run(
            wanted, capture_output=True, text=True, timeout=PIP_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        said = f"nothing after {PIP_SECONDS} seconds"
    else:
        if process.returncode == 0:
            return None
        lines = [line for line in process.stderr.splitlines() if line.startswith("ERROR")]
        said = (lines or process.stderr.splitlines() or ["no message"])[-1].strip()[:200]
    check = "that this machine reaches the internet" if command == "wheel" else "what pip says"
    return f"pip could not supply what is missing ({said}). Check {check}, and run this cell again."


def installed(module):
    """Return the installed version of what supplies a module, or None."""
    try:
        return importlib.metadata.version(SUPPLIED[module].split("==")[0])
    except importlib.metadata.PackageNotFoundError:
        return None


if __name__ == "__main__":
    print("\n" + json.dumps(faults()))
