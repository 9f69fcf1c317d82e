"""The first publication, as docs/publishing.md tells it, up to what GitHub and Colab do themselves.

GitHub is a bare repository on this machine, and a server that gives out what `git archive` makes of
it. Colab is a fresh environment that has the packages of this one, without the course.
"""

import re
import site
import subprocess
import sys
import zipfile

import nbformat
import pytest

from tests.release.clones import ENVIRONMENT, NEXT, git, introduce_yourself, make, replace, run
from tests.release.steps import run_with_gh, step

ADDRESS = "https://github.com/somebody/pictures-of-cats"
TAG = f"v{NEXT}"


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """The bare repository that the course is pushed to."""
    folder = tmp_path_factory.mktemp("hub")
    git(folder, "init", "--quiet", "--bare", "--initial-branch", "main", "course.git")
    return folder / "course.git"


@pytest.fixture(scope="module")
def course(published, hub, tmp_path_factory):
    """A clone in which every command of the checklist has been carried out."""
    folder = tmp_path_factory.mktemp("course")
    git(folder, "clone", "--quiet", str(published), "course")
    course = folder / "course"
    introduce_yourself(course)
    replace(course / "pyproject.toml", r'^Repository = "\S+"$', f'Repository = "{ADDRESS}"')
    done = make(course, "notebooks")
    assert done.returncode == 0, done.stderr
    git(course, "commit", "--quiet", "--all", "-m", "Where the course lives")
    git(course, "remote", "set-url", "origin", str(hub))
    git(course, "push", "--quiet", "--set-upstream", "origin", "HEAD")
    done = make(course, "release", f"VERSION={NEXT}")
    assert done.returncode == 0, done.stderr
    (push,) = re.findall(r"^  git (push .*)$", done.stdout, re.M)
    git(course, *push.split())
    return course


@pytest.fixture
def archive(course, hub, tmp_path):
    """The tag as GitHub gives it out: a zip with one folder around all."""
    path = tmp_path / f"{TAG}.zip"
    git(hub, "archive", f"--prefix=course-{NEXT}/", f"--output={path}", TAG)
    return path


def test_the_address_and_the_tag_stand_in_all_that_learners_open(course, hub):
    assert git(hub, "cat-file", "-t", TAG) == "tag"
    assert git(hub, "rev-parse", "main") == git(hub, "rev-parse", f"{TAG}^{{}}")
    old = git(course, "show", "HEAD~2:pyproject.toml")
    (old,) = re.findall(r'^Repository = "(\S+)"$', old, re.M)
    left = run(["git", "grep", "--files-with-matches", re.escape(old)], course).stdout
    assert old != ADDRESS and left == ""
    badge = f"colab.research.google.com/github/somebody/pictures-of-cats/blob/{TAG}/notebooks/"
    for name in git(course, "ls-files", "notebooks/*.ipynb").splitlines():
        text = (course / name).read_text(encoding="utf-8")
        assert badge in text, name
        archive = f"{ADDRESS}/archive/refs/tags/{TAG}.zip"
        assert (archive in text) == ("without_the_helpers" not in name), name
    assert (course / "README.md").read_text(encoding="utf-8").count(badge) == 9


def test_the_files_of_the_release_are_those_of_the_tag(course, tmp_path):
    errors = course / "course_utils" / "errors.py"
    committed = errors.read_bytes()
    errors.write_bytes(committed + b"# not committed, so not released\n")
    done = make(course, "release-files", f"TAG={TAG}")
    git(course, "restore", "course_utils")
    assert done.returncode == 0, done.stderr
    wheel, notebooks, notes = [course / line for line in done.stdout.splitlines()]
    assert notes.read_text().startswith("- Something to tell.\n")
    assert "## " not in notes.read_text()
    with zipfile.ZipFile(wheel) as opened:
        assert opened.read("course_utils/errors.py") == committed
        assert "course_utils/data/pretrained/vgg16.weights.h5" in opened.namelist()
    with zipfile.ZipFile(notebooks) as opened:
        assert set(git(course, "ls-files", "notebooks").splitlines()) <= set(opened.namelist())

    script, variables = step("release.yml", "release", "Make the release")
    ran, (call,) = run_with_gh(
        f"cd '{course}'; {script}", "true", tmp_path, **variables | {"GITHUB_REF_NAME": TAG}
    )
    assert ran.returncode == 0, ran.stderr
    assert call == (
        f"release create {TAG} build/release/{wheel.name} build/release/{notebooks.name} "
        f"--verify-tag --title {TAG} --notes-file build/release/notes.md"
    )


@pytest.mark.parametrize(
    ("tag", "said"),
    [("v99.0.0", "invalid reference"), ("v98.0.0", "is not the tag of the version"), ("", "Which")],
)
def test_no_files_for_a_tag_that_is_not_that_of_its_version(course, tag, said):
    git(course, "tag", "--force", "v98.0.0")
    done = make(course, "release-files", f"TAG={tag}")
    assert done.returncode == 2 and said in done.stderr, done.stderr


def test_the_first_cell_works_against_the_tag(course, archive, internet, tmp_path):
    """From the archive: pip builds the wheel with the hatchling that is here, and installs it."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "colab"], check=True)
    python = tmp_path / "colab" / "bin" / "python"
    (packages,) = (tmp_path / "colab" / "lib").glob("python3.*/site-packages")
    (here,) = site.getsitepackages()
    (packages / "here.pth").write_text(f"{here}\n")
    (packages / "google" / "colab").mkdir(parents=True)
    (packages / "google" / "colab" / "__init__.py").touch()

    internet.files[archive.name] = archive.read_bytes()
    path = course / "notebooks" / "01_fashion_mnist_dense.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    (cell,) = [cell.source for cell in cells if cell.id == "install"]
    used = "import course_utils; print(course_utils.__version__, course_utils.__file__)"
    variables = ENVIRONMENT | internet.variables
    variables |= {"PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_CACHE_DIR": "1"}
    variables["PIP_CERT"] = variables["SSL_CERT_FILE"]
    done = run([python, "-c", f"import google.colab\n{cell}\n{used}"], tmp_path, env=variables)
    assert done.returncode == 0, done.stderr
    said, where = done.stdout.splitlines()
    assert said == "What the lessons need beside TensorFlow is here and works."
    assert where == f"{NEXT} {packages / 'course_utils' / '__init__.py'}"
    assert internet.asked == [f"{ADDRESS}/archive/refs/tags/{TAG}.zip"]
