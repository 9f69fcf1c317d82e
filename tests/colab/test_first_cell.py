"""The first cell of a notebook, and a lesson without it, on machines as Colab hands them out.

Everything is entered as a learner enters it, by the cell or by `load_dataset` and `start`, in a
process of its own.
"""

import re
import shutil

import pytest

LOAD = "from course_utils import load_dataset; load_dataset('fashion_mnist')"
START = "from course_utils import start; start('01_fashion_mnist_dense')"
HELPERS = ("-m", "pip", "install", "--quiet", "--no-deps")
ALL_THERE = "What the lessons need beside TensorFlow is here and works."
SUPPLIED = {"importlib-resources": "7.1.0", "tensorflow-metadata": "1.17.3"}


def site_packages(machine):
    return next(machine.imports.parent.glob("venv/lib/python3.*/site-packages"))


def break_package(machine, name, code="1 / 0"):
    """Replace a module by one that stops: its file may be linked to the one of all machines."""
    path = site_packages(machine) / name / "__init__.py"
    if not path.parent.is_dir():
        path = path.parent.with_suffix(".py")
    path.unlink()
    path.write_text(code, encoding="utf-8")


def load(machine):
    """Load a dataset in a fresh process; return what it says, errors included."""
    process = machine.run("-c", LOAD, check=False, COURSE_PROFILE="ci", COURSE_DATA="sample")
    return process.stdout + process.stderr


def changed(before, machine):
    after = machine.packages()
    names = before.keys() | after.keys()
    return {name: after.get(name) for name in names if before.get(name) != after.get(name)}


def said(process):
    assert process.returncode == 0, process.stderr
    return process.stdout.strip().splitlines()[-1]


def test_as_colab_ships_it_the_cell_makes_data_load_and_has_nothing_more_to_do(machine, wheel):
    before = machine.packages()
    line = said(machine.first_cell(wheel))
    assert "importlib_resources 7.1.0" in line
    assert "tensorflow-metadata 1.17.3 in place of 1.21.0" in line
    assert changed(before, machine) == SUPPLIED
    assert "fashion_mnist: drawn sample" in load(machine)
    before = machine.packages()
    assert (
        said(machine.first_cell("https://127.0.0.1:9/helpers-are-not-fetched-again")) == ALL_THERE
    )
    assert changed(before, machine) == {}


def test_a_colab_that_has_been_mended_is_left_alone(machine, wheel):
    mended = ("importlib_resources==6.5.2", "tensorflow-metadata==1.17.2")
    machine.run(*HELPERS, *mended)
    before = machine.packages()
    assert said(machine.first_cell(wheel)) == ALL_THERE
    assert changed(before, machine) == {}
    assert "fashion_mnist: drawn sample" in load(machine)


@pytest.mark.parametrize("fault", ["importlib_resources", "tensorflow-metadata"])
def test_only_what_does_not_work_is_supplied(machine, wheel, fault):
    other = {"importlib_resources": "tensorflow-metadata==1.17.2"}
    machine.run(*HELPERS, other.get(fault, "importlib_resources==6.5.2"))
    before = machine.packages()
    assert fault in said(machine.first_cell(wheel))
    name = fault.replace("_", "-")
    assert changed(before, machine) == {name: SUPPLIED[name]}


def test_a_package_that_is_too_old_for_the_one_that_calls_it_is_replaced(machine, wheel):
    machine.first_cell(wheel)
    machine.run(*HELPERS, "etils==1.5.2")
    assert 'pip install "etils==1.14.0"' in load(machine)
    before = machine.packages()
    assert "etils 1.14.0 in place of 1.5.2" in said(machine.first_cell(wheel))
    assert changed(before, machine) == {"etils": "1.14.0"}


@pytest.mark.parametrize("package", ["etils", "toml", "ipywidgets", "dm-tree"])
def test_a_package_that_colab_leaves_out_one_day_is_supplied(machine, wheel, package):
    version = machine.packages()[package]
    machine.run("-m", "pip", "uninstall", "--yes", "--quiet", package)
    before = machine.packages()
    assert f"{package} {version}" in said(machine.first_cell(wheel))
    assert changed(before, machine) == SUPPLIED | {package: version}
    assert "fashion_mnist: drawn sample" in load(machine)


def test_what_an_interruption_has_left_half_written_is_written_anew(machine, wheel):
    machine.first_cell(wheel)
    before = machine.packages()
    shutil.rmtree(site_packages(machine) / "tensorflow_metadata" / "proto")
    (site_packages(machine) / "importlib_resources" / "__init__.py").unlink()
    assert "tensorflow-metadata 1.17.3" in said(machine.first_cell(wheel))
    assert changed(before, machine) == {}
    assert "fashion_mnist: drawn sample" in load(machine)


def test_without_a_network_the_line_says_so_and_nothing_has_changed(machine, wheel):
    before = machine.packages()
    offline = {"PIP_INDEX_URL": "http://127.0.0.1:9", "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1"}
    line = said(machine.first_cell(wheel, **offline))
    assert "tensorflow_datasets does not work here" in line
    assert "reaches the internet, and run this cell again" in line
    assert changed(before, machine) == {}
    assert "importlib_resources 7.1.0" in said(machine.first_cell(wheel))


def test_helpers_of_another_version_or_of_which_half_is_there_are_fetched_anew(machine, wheel):
    machine.run(*HELPERS, wheel)
    shutil.rmtree(site_packages(machine) / "course_utils")
    assert "importlib_resources 7.1.0" in said(machine.first_cell(wheel))
    [information] = site_packages(machine).glob("image_classification_course-*.dist-info")
    older = information.with_name("image_classification_course-0.0.1.dist-info")
    information.rename(older)
    for name, old, new in (
        ("METADATA", r"(?m)^Version: .*", "Version: 0.0.1"),
        ("RECORD", re.escape(information.name), older.name),
    ):
        text = (older / name).read_text(encoding="utf-8")
        (older / name).unlink()
        (older / name).write_text(re.sub(old, new, text), encoding="utf-8")
    assert said(machine.first_cell(wheel)) == ALL_THERE
    assert [path.name for path in site_packages(machine).glob("image_class*")] == [information.name]


def test_helpers_that_cannot_be_fetched_are_told_in_words(machine):
    process = machine.first_cell("http://127.0.0.1:9/helpers.zip", PIP_RETRIES="0")
    text = process.stdout + process.stderr
    assert "you may need to restart" not in text
    assert "The helpers of the course could not be fetched" in text
    assert "ModuleNotFoundError" not in text


def test_what_nothing_mends_is_said_and_nothing_is_changed(machine, wheel):
    break_package(machine, "absl/logging")
    before = machine.packages()
    line = said(machine.first_cell(wheel))
    assert "division by zero" in line and "left it as it is" in line
    assert changed(before, machine) == {}


def test_what_nothing_mends_does_not_keep_the_rest_from_being_supplied(machine, wheel):
    machine.run("-m", "pip", "uninstall", "--yes", "--quiet", "absl-py", "ipywidgets")
    before = machine.packages()
    line = said(machine.first_cell(wheel))
    assert "Supplied" in line and "ipywidgets 7.7.1" in line
    assert "No module named 'absl'" in line and "left it as it is" in line
    assert changed(before, machine) == {"ipywidgets": "7.7.1"}


def test_a_package_whose_parts_import_others_when_they_are_looked_at(machine, wheel):
    """Matplotlib looks for kiwisolver whenever an attribute of it is asked for."""
    machine.run("-m", "pip", "uninstall", "--yes", "--quiet", "kiwisolver")
    line = said(machine.first_cell(wheel))
    assert "matplotlib.pyplot does not work here (No module named 'kiwisolver')" in line
    assert "tensorflow-metadata 1.17.3" in line


def test_an_error_that_names_its_process_is_not_taken_for_another(machine, wheel):
    machine.first_cell(wheel)
    break_package(machine, "etils", "import os\nraise RuntimeError(f'{os.getpid()} {id(os):#x}')")
    before = machine.packages()
    assert "Supplied" in said(machine.first_cell(wheel))  # its own remedy, and no other
    assert changed(before, machine) == {}
    break_package(machine, "absl", "import os\nraise RuntimeError(f'{os.getpid()} {id(os):#x}')")
    line = said(machine.first_cell(wheel))
    assert "left it as it is" in line and "Supplied" not in line


def test_a_package_that_ends_the_process_is_named(machine, wheel):
    break_package(machine, "matplotlib/pyplot", "import os; os.abort()")
    assert "matplotlib.pyplot does not work here" in said(machine.first_cell(wheel))


def test_what_is_in_use_already_asks_for_a_restart(machine, wheel):
    early = "import tensorflow_datasets"
    line = said(machine.first_cell(wheel, before=early))
    assert "had been imported before: choose Runtime, Restart session" in line
    assert "fashion_mnist: drawn sample" in load(machine)


@pytest.mark.parametrize("variable", ["TARGET", "PREFIX", "USER", "DRY_RUN", "QUIET"])
def test_variables_that_send_pip_elsewhere_do_not_reach_it(machine, wheel, variable):
    machine.run(*HELPERS, wheel)
    value = str(machine.imports.parent / "elsewhere") if variable in ("TARGET", "PREFIX") else "1"
    line = said(machine.first_cell(wheel, **{f"PIP_{variable}": value}))
    assert "Supplied" in line and "fashion_mnist: drawn sample" in load(machine)


def test_files_of_the_learner_in_the_current_folder(machine, wheel):
    folder = machine.imports.parent
    for name in ("pip", "notes", "tqdm"):
        (folder / f"{name}.py").write_text("raise ImportError('mine')")
    assert "Supplied" in said(machine.first_cell(wheel))
    assert f"CourseError: {folder / 'tqdm.py'} has the name of a library" in load(machine)


def test_a_folder_that_is_gone(machine, wheel):
    code = "import os; os.mkdir('gone'); os.chdir('gone'); os.rmdir(os.getcwd())"
    assert "Supplied" in said(machine.first_cell(wheel, before=code))


def test_helpers_of_which_half_arrives_are_told_without_a_traceback(machine, wheel, tmp_path):
    cut = tmp_path / wheel.name
    cut.write_bytes(wheel.read_bytes()[:5000])
    process = machine.first_cell(cut)
    assert "Traceback" not in process.stdout + process.stderr
    assert "could not be fetched, or are not whole" in process.stdout + process.stderr
    assert "Supplied" in said(machine.first_cell(wheel))


def test_a_tensorflow_that_does_not_come_up_is_told_with_what_helps_in_colab(machine, wheel):
    machine.first_cell(wheel)
    machine.run(*HELPERS, "protobuf==4.25.8")
    error = machine.run("-c", "import google.colab; " + START, check=False).stderr
    assert "MissingPackageError: Colab's TensorFlow does not come up" in error
    assert "Restart session" in error and "Disconnect and delete runtime" in error


def test_without_the_first_cell_the_error_names_the_package_and_the_line(machine, wheel):
    machine.run(*HELPERS, wheel)
    text = load(machine)
    assert "MissingPackageError: tensorflow_datasets does not come up" in text
    assert 'pip install "tensorflow-metadata==1.17.3"' in text
    machine.run(*HELPERS, "tensorflow-metadata==1.17.3")
    text = load(machine)
    assert "No module named 'importlib_resources'" in text
    assert 'pip install "importlib_resources==7.1.0"' in text


def test_what_is_installed_meanwhile_is_found_without_a_restart(machine, wheel):
    machine.run(*HELPERS, wheel)
    code = f"""
import subprocess, sys
from course_utils import CourseError
for package in ["tensorflow-metadata==1.17.3", "importlib_resources==7.1.0"]:
    try:
        {LOAD}
    except CourseError as error:
        print(error)
    subprocess.run([sys.executable, *{HELPERS!r}, package], check=True)
{LOAD}
"""
    process = machine.run("-c", code, check=False, COURSE_PROFILE="ci", COURSE_DATA="sample")
    assert "fashion_mnist: drawn sample" in process.stdout, process.stderr
    assert process.stdout.count("does not come up") == 2


def test_a_tpu_machine_is_told_which_tensorflow_belongs_to_it(tpu_machine, wheel):
    before = tpu_machine.packages()
    assert "tensorflow" not in before
    assert "importlib_resources 7.1.0" in said(tpu_machine.first_cell(wheel))
    assert changed(before, tpu_machine) == {"importlib-resources": "7.1.0"}
    on_tpu = {"TPU_ACCELERATOR_TYPE": "v5e-1"}
    error = tpu_machine.run("-c", START, check=False, **on_tpu).stderr
    assert "MissingPackageError: TensorFlow cannot be imported" in error
    assert "pip install tensorflow-tpu==" in error and "has not tested" in error
    imported = "import google.colab; " + START
    error = tpu_machine.run("-c", imported, check=False, **on_tpu).stderr
    assert "In Colab" in error and "Restart session" in error
    error = tpu_machine.run("-c", START, check=False).stderr
    assert 'pip install "tensorflow-cpu>=' in error and "has not tested" not in error
