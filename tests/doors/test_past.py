"""Machines with a past: settings, variables and files that somebody has left for other work.

Each situation is a process of its own, which does what a notebook does.
"""

import json
import os
import subprocess
import sys

import pytest

from tools.build_notebooks import ROOT

START = "from course_utils import *; lesson = start('01_fashion_mnist_dense');"
OTHER_WORK = {"PYTHONPATH": str(ROOT), "COURSE_PROFILE": "ci", "TF_CPP_MIN_LOG_LEVEL": "3"}
INHERITED = ("KERAS_", "COURSE_", "PYTHON", "TFDS_", "MPL")


@pytest.fixture
def python(tmp_path):
    """A function that runs code in an empty folder, with no variables but its own."""

    def run(code, *options, **variables):
        environment = {k: v for k, v in os.environ.items() if not k.startswith(INHERITED)}
        environment |= OTHER_WORK | {"HOME": str(tmp_path), "COURSE_CACHE": str(tmp_path / "cache")}
        environment |= variables
        return subprocess.run(
            [sys.executable, *options, "-c", code],
            env={name: value for name, value in environment.items() if value is not None},
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )

    return run


def said(process):
    """Return what a process that went well has printed."""
    assert process.returncode == 0, process.stderr.decode(errors="replace")
    return process.stdout.decode(errors="replace")


def complaint(process):
    """Return the last line of a process that ended with an error of the course."""
    assert process.returncode == 1, process.stdout
    line = process.stderr.decode(errors="replace").strip().splitlines()[-1]
    assert line.startswith("course_utils.errors."), line
    return line


def write_keras_json(folder, text):
    (folder / ".keras").mkdir()
    path = folder / ".keras" / "keras.json"
    path.write_text(text)
    return path


CONVOLVE = (
    START + "import keras; keras.layers.Conv2D(4, 3)(keras.Input((28, 28, 1)));"
    "c = keras.config; print(c.backend(), c.floatx(), c.epsilon(), c.image_data_format())"
)


def test_what_keras_json_holds_is_put_right_and_told(python, tmp_path):
    odd = {"backend": "theano", "floatx": "float64", "epsilon": 0.01}
    path = write_keras_json(tmp_path, json.dumps(odd | {"image_data_format": "channels_first"}))
    lines = said(python(CONVOLVE)).splitlines()
    assert lines[-1] == "tensorflow float32 1e-07 channels_last"
    for setting in ("backend theano", "floatx float64", "channels_first", "epsilon 0.01"):
        assert f"{setting} in {path}" in lines[0]
    assert "this notebook alone" in lines[0] and json.loads(path.read_text())["floatx"] == "float64"


def test_what_a_learner_sets_counts_until_a_lesson_starts(python):
    code = START + (
        "import keras; from course_utils import show_machine; show = keras.config.floatx;"
        "keras.config.set_floatx('float64'); show_machine(); print(show());"
        "start('01_fashion_mnist_dense'); print(show())"
    )
    first, floatx, told, again, after = said(python(code)).splitlines()
    assert first == again and (floatx, after) == ("float64", "float32") and "floatx float64" in told


def test_a_damaged_keras_json_is_no_obstacle(python, tmp_path):
    write_keras_json(tmp_path, '{"floatx": "floa')
    lines = said(python(CONVOLVE)).splitlines()
    assert len(lines) == 2 and lines[-1] == "tensorflow float32 1e-07 channels_last"


@pytest.mark.parametrize("text", ["[1]", '{"image_data_format": "th"}', '{"epsilon": 1}'])
def test_a_keras_json_that_keras_cannot_take_is_named(python, tmp_path, text):
    path = write_keras_json(tmp_path, text)
    line = complaint(python(START))
    assert "Keras stops at a setting" in line and f"the file {path}" in line and "restart" in line


def test_variables_of_keras_are_put_right_and_told(python, tmp_path):
    code = (
        START + "import keras, os; print(keras.config.backend(), keras.config.max_epochs());"
        "print(os.environ['KERAS_HOME'], os.listdir()); print(show_cache())"
    )
    limits = {"KERAS_MAX_EPOCHS": "1", "KERAS_MAX_STEPS_PER_EPOCH": "2"}
    lines = said(python(code, KERAS_BACKEND="torch", KERAS_HOME="~/kh", **limits)).splitlines()
    for setting in ("KERAS_BACKEND=torch", "KERAS_MAX_EPOCHS=1", "KERAS_MAX_STEPS_PER_EPOCH=2"):
        assert setting in lines[0]
    assert lines[2] == "tensorflow None"
    assert lines[3].startswith(str(tmp_path / "kh")) and "'~'" not in lines[3]
    assert lines[-1].startswith(str(tmp_path / "kh" / "models"))


def test_a_limit_that_is_no_number_is_named(python):
    assert "or in KERAS_MAX_EPOCHS" in complaint(python(START, KERAS_MAX_EPOCHS="abc"))


def test_keras_that_has_failed_before_start_needs_a_new_kernel(python):
    code = "import contextlib\nwith contextlib.suppress(Exception):\n    import keras\n" + START
    line = complaint(python(code, KERAS_BACKEND="theano"))
    assert "restart the kernel" in line.lower()


CHECK = """
from course_utils import check_exercise
def answer(x):
    return x + {added}
def check(answer):
    assert answer(1) == 2, "Add one."
print(check_exercise(answer, check))
"""


UNJUDGED = "Broken: nothing is judged here, since Python runs without assertions. Unset PYTHONOPT"


@pytest.mark.parametrize("option", ["-O", "-OO"])
@pytest.mark.parametrize("added", [1, 2])
def test_nothing_is_called_right_or_wrong_where_python_drops_assertions(
    python, tmp_path, option, added
):
    (tmp_path / "lesson.py").write_text(CHECK.format(added=added))
    assert UNJUDGED in said(python("import runpy; runpy.run_path('lesson.py')", option))
    assert UNJUDGED in said(python(CHECK.format(added=added), PYTHONOPTIMIZE="1"))


def test_a_notebook_says_so_where_python_drops_assertions(tmp_path):
    """In a kernel, whose cells are no files."""
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    cell = nbformat.v4.new_code_cell(CHECK.format(added=2))
    notebook = nbformat.v4.new_notebook(cells=[cell])
    environment = os.environ | OTHER_WORK | {"PYTHONOPTIMIZE": "2"}
    nbclient.NotebookClient(notebook, kernel_name="python3").execute(
        cwd=str(tmp_path), env=environment
    )
    assert UNJUDGED in cell.outputs[0].text


@pytest.mark.parametrize("encoding", ["ascii", "cp932", "latin-1", "utf-8:strict"])
def test_every_line_can_be_printed(python, encoding):
    code = "import course_utils, sys; print('猫 · ✗ \\udcfc', file=sys.stdout); print('…')"
    process = python(code, PYTHONIOENCODING=encoding)
    lines = said(process).splitlines()
    assert len(lines) == 2 and lines[0].endswith("\\udcfc")
    assert encoding.startswith("utf") or lines[1] == "..." or encoding == "cp932"


def test_start_and_help_are_printed_in_ascii(python):
    plain = {"PYTHONIOENCODING": "ascii"}
    assert "Lesson 01, A first classifier from dense layers - profile ci" in said(
        python(START, **plain)
    )
    code = "import runpy; runpy.run_module('course_utils.photos', run_name='__main__')"
    helped = python("import sys; sys.argv[1:] = ['--help'];" + code, **plain)
    assert "..." in said(helped)


@pytest.mark.parametrize("program", ["lab", "run_lesson", "assignment", "grade"])
def test_programs_print_in_ascii(program):
    code = f"import tools.{program}; print('…')"
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    process = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert process.stdout == "...\n" or "No module named" in process.stderr


NOBODY = "import pwd\ndef getpwuid(number): raise KeyError(number)\npwd.getpwuid = getpwuid\n"
"""The system's list of users has no entry for this one."""


def test_without_a_home_folder_the_variables_suffice(python, tmp_path):
    code = NOBODY + START + "print(lesson.model_path)"
    assert str(tmp_path / "cache" / "models") in said(python(code, HOME=None))


def test_without_a_home_folder_and_a_variable_it_says_which(python):
    code = NOBODY + "from course_utils.machine.settings import cache_folder; cache_folder()"
    line = complaint(python(code, HOME=None, COURSE_CACHE=None, XDG_CACHE_HOME=None))
    assert "No home folder is known here" in line and "Set COURSE_CACHE" in line
    line = complaint(python(code, HOME=None, COURSE_CACHE="~/cache"))
    assert "COURSE_CACHE=~/cache begins with a home folder" in line and "whole path" in line


@pytest.mark.parametrize("form", ['"{}"', "'{}'", " {} ", "{}\r"])
def test_what_stands_around_a_value_is_no_part_of_it(python, tmp_path, form):
    code = (
        "from course_utils.machine.settings import *; print(setting('COURSE_DATA'), cache_folder())"
    )
    variables = {"COURSE_DATA": form.format("real"), "COURSE_CACHE": form.format(tmp_path / "a b")}
    assert said(python(code, **variables)) == f"real {tmp_path / 'a b'}\n"


def test_output_that_cannot_be_written_is_told(python, tmp_path):
    (tmp_path / "file").touch()
    line = complaint(python(START + "lesson.model_path", COURSE_OUTPUT=str(tmp_path / "file")))
    assert "COURSE_OUTPUT names" in line


@pytest.mark.parametrize("name", ["keras", "numpy", "tensorflow", "random"])
def test_a_file_with_the_name_of_a_library_is_told(python, tmp_path, name):
    (tmp_path / f"{name}.py").write_text("mine = True\n")
    code = "from course_utils import plot_history;" + START
    line = complaint(python(code))
    assert str(tmp_path / f"{name}.py") in line and "Rename it" in line and "restart" in line


def test_a_file_of_that_kind_with_a_mistake_in_it_is_told(python, tmp_path):
    (tmp_path / "random.py").write_text("def dice(:\n")
    assert str(tmp_path / "random.py") in complaint(python(START))


def test_an_environment_beside_the_notebook_is_not_blamed(python, tmp_path):
    """A folder venv has the name of a library, and whatever goes wrong in it comes through it."""
    broken = tmp_path / "venv" / "lib" / "tensorflow" / "__init__.py"
    broken.parent.mkdir(parents=True)
    broken.write_text("from numpy import nothing")
    library = "next(n for n, folder in enumerate(sys.path) if folder.endswith('site-packages'))"
    first = f"import sys; sys.path.insert({library}, {str(broken.parent.parent)!r});"
    line = complaint(python(first + START))
    assert "MissingPackageError: TensorFlow cannot be imported" in line and "nothing" in line


def test_settings_of_matplotlib(python, tmp_path):
    assert "MPLBACKEND=nonsense" in complaint(
        python("from course_utils import plot_history", MPLBACKEND="nonsense")
    )
    (tmp_path / "matplotlibrc").write_text("text.usetex: True\n")
    code = (
        "from course_utils import plot_pictures; import numpy as np;"
        "print(len(plot_pictures(np.zeros((1, 2, 2)), ['a_b %'])._repr_mimebundle_()))"
    )
    assert said(python(code)) == "2\n"


def test_warnings_as_errors_stop_no_training(python):
    code = START + (
        "import keras, numpy as np;"
        "model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]);"
        "model.compile(loss='mse'); model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0);"
        "print('trained')"
    )
    assert said(python(code, PYTHONWARNINGS="error")).endswith("trained\n")


def test_without_a_folder_for_temporary_files_it_says_what_to_set(python):
    nowhere = "import tempfile\ntempfile._candidate_tempdir_list = lambda: ['/nowhere']\n"
    assert "set TMPDIR" in complaint(python(nowhere + START))
    code = nowhere + "from course_utils import show_cache; show_cache()"
    assert "COURSE_CACHE=/tmp/course" in complaint(python(code, COURSE_CACHE="/dev/null"))


def test_too_few_open_files_are_told(python):
    resource = pytest.importorskip("resource", reason="other systems have no such limit")
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    code = f"import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (4, {most}));" + START
    assert "`ulimit -n`" in complaint(python("import course_utils.lesson.start;" + code))


@pytest.mark.skipif(sys.platform == "win32", reason="other systems start programs otherwise")
def test_a_server_without_standard_error(python):
    code = (
        f"import os, sys; os.close(2); os.execv(sys.executable, [sys.executable, '-c', {START!r}])"
    )
    assert "Lesson 01" in said(python(code))
