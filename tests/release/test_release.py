"""`make release`, in clones of this working tree that have a repository to push to."""

import datetime
import os
import re
import shutil
import signal
import sys

import pytest

from tests import background
from tests.release.clones import (
    ENVIRONMENT,
    MAJOR,
    NEXT,
    NOW,
    git,
    introduce_yourself,
    make,
    replace,
    run,
)
from tools.build_notebooks import repository

COMMAND = [sys.executable, "-m", "tools.release"]


@pytest.fixture
def clone(published, tmp_path):
    git(tmp_path, "clone", "--quiet", str(published), "course")
    introduce_yourself(tmp_path / "course")
    return tmp_path / "course"


def state(clone):
    """All that a release may change."""
    asked = (["rev-parse", "HEAD"], ["tag"], ["status", "--porcelain", "--ignored"])
    return [git(clone, *arguments) for arguments in (*asked, ["branch"], ["worktree", "list"])]


def refused(clone, version=NEXT):
    """Return what a release says that is refused, and make sure that it changes nothing."""
    before = state(clone)
    done = run([*COMMAND, version], clone, env=ENVIRONMENT | {"PYTHONDONTWRITEBYTECODE": "1"})
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert state(clone) == before
    said = done.stderr.splitlines()
    assert said[0] == "There is no release, and nothing has changed."
    return said[1:]


def test_a_release_is_whole_and_what_remains_works(clone, published, tmp_path):
    days = {datetime.date.today().isoformat()}
    done = make(clone, "release", f"VERSION={NEXT}")
    days.add(datetime.date.today().isoformat())
    assert done.returncode == 0, done.stderr

    assert git(clone, "log", "-1", "--format=%s") == f"Release {NEXT}"
    assert git(clone, "cat-file", "-t", f"v{NEXT}") == "tag"
    assert git(clone, "rev-parse", f"v{NEXT}^{{}}") == git(clone, "rev-parse", "main", "HEAD")[:40]
    assert git(clone, "status", "--porcelain") == ""
    assert len(git(clone, "worktree", "list").splitlines()) == 1

    assert f'__version__ = "{NEXT}"' in (clone / "course_utils" / "__init__.py").read_text()
    (day,) = re.findall(r"^date-released: (\S+)$", (clone / "CITATION.cff").read_text(), re.M)
    assert day in days and f"\nversion: {NEXT}\n" in (clone / "CITATION.cff").read_text()
    changelog = (clone / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## Unreleased\n\n## {NEXT} - {day}\n\n- Something to tell.\n" in changelog

    assert run(["git", "grep", f"v{NOW}", "--", "README.md", "notebooks"], clone).stdout == ""
    cells = (clone / "notebooks" / "01_fashion_mnist_dense.ipynb").read_text(encoding="utf-8")
    assert f"/archive/refs/tags/v{NEXT}.zip" in cells and f"blob/v{NEXT}/notebooks" in cells
    assert f'installed != {{\\"{NEXT}\\"}}' in cells

    assert refused(clone, f"{MAJOR + 1}.0.0") == [
        "- CHANGELOG.md: nothing under `## Unreleased`; say what has changed."
    ]

    remaining = re.findall(r"^  (git .*)$", done.stdout, re.M)
    push, *take_back = remaining
    assert push == f"git push --atomic origin main v{NEXT}"
    away = tmp_path / "away.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(published), str(away))
    git(clone, "remote", "set-url", "origin", str(away))
    git(clone, *push.split()[1:])
    assert git(away, "rev-parse", "main") == git(away, "rev-parse", f"v{NEXT}^{{}}")
    for command in take_back:
        git(clone, *command.split()[1:])
    assert git(clone, "log", "-1", "--format=%s") == "The course" and git(clone, "tag") == ""


def test_all_that_stands_in_the_way_is_told_at_once(clone):
    git(clone, "tag", f"v{NEXT}")
    (clone / "by the way.txt").touch()
    replace(clone / "CHANGELOG.md", "## Unreleased.*", "## Unreleased\n\n### Added\n<!--\n-->\n")
    replace(clone / "CITATION.cff", "^version: .*?$", "")
    replace(clone / "course_utils" / "__init__.py", "^__version__ = .*?$", "\\g<0>  # now")
    replace(clone / "requirements-gpu.txt", "^matplotlib==.*?$", "matplotlib==3.1")
    replace(clone / "notebooks" / "03_horse_or_human.ipynb", "Horse|horse", "cow")
    (clone / "notebooks" / "old.ipynb").touch()
    told = refused(clone)
    expected = [
        rf"The tag v{NEXT} is there already",
        r"Not committed: CHANGELOG\.md, CITATION\.cff, .* and 2 more\. Commit, stash or remove",
        r"course_utils/__init__\.py: there should be one line `__version__ = \"…\"`",
        r"CITATION\.cff: there should be one line `version: …`, and there are 0\.",
        r"CHANGELOG\.md: nothing under `## Unreleased`",
        r"requirements-gpu\.txt: matplotlib>=\S+ is asked for, 3\.1 is locked; run `make lock`",
        r"notebooks/old\.ipynb: no lesson makes this notebook; run `make notebooks`, and commit",
        r"notebooks/03_horse_or_human\.ipynb: differs from what its lesson makes of it",
    ]
    assert len(told) == len(expected), told
    for line, pattern in zip(told, expected, strict=True):
        assert re.search(pattern, line), line


def test_a_clone_that_is_not_ready(clone, published):
    git(clone, "switch", "--quiet", "--detach")
    git(clone, "config", "user.useConfigOnly", "true")
    git(clone, "config", "--unset", "user.email")
    git(clone, "remote", "set-url", "origin", "git@github.com:somebody/else.git")
    branch, identity, address = refused(clone)
    assert "You are on no branch" in branch
    assert "git config user.email" in identity
    assert repository() in address and "github.com/somebody/else." in address
    assert "docs/publishing.md" in address


def test_a_branch_that_lacks_commits(clone):
    git(clone, "commit", "--quiet", "--allow-empty", "-m", "Somebody else's work")
    git(clone, "push", "--quiet", "origin", "HEAD:others")
    git(clone, "branch", "--quiet", "--set-upstream-to", "origin/others")
    git(clone, "reset", "--quiet", "--hard", "HEAD~1")
    assert refused(clone) == ["- main lacks commits of the one it follows: 1. Run git pull."]


@pytest.mark.parametrize("version", [f"v{NEXT}", "9.00.1", "9.0.0rc1"])
def test_what_is_no_version(clone, version):
    (told,) = refused(clone, version)[:1]
    assert told == f"- VERSION={version} is no version; write it as three numbers, such as 0.2.0."


def test_a_version_that_is_not_newer(clone):
    (told,) = refused(clone, NOW)
    assert told == f"- VERSION={NOW} is not newer than {NOW}, which course_utils/__init__.py names."


def test_numbers_count_and_not_digits(clone):
    replace(clone / "course_utils" / "__init__.py", f'"{NOW}"', '"0.9.0"')
    done = run([*COMMAND, "0.10.0"], clone)
    assert "newer" not in done.stderr and "Not committed" in done.stderr


@pytest.mark.parametrize(
    "broken",
    [
        {
            "CITATION.cff": (b"\xff", r"CITATION\.cff: it is not UTF-8"),
            "CHANGELOG.md": (None, r"CHANGELOG\.md: No such file or directory\."),
            "requirements.txt": (None, r"requirements\.txt: No such file"),
        },
        {
            "CHANGELOG.md": (b"## Unreleased", r"CHANGELOG\.md: nothing under"),
            "README.md": (b"no table", r"README\.md: the marks .* are gone"),
        },
        {
            "CHANGELOG.md": (f"## Unreleased\n\n- x\n\n## {NEXT}".encode(), "section .* already"),
            "lessons/01_fashion_mnist_dense.py": (b"text", r"01_fashion_mnist_dense\.py"),
        },
        {"pyproject.toml": (b"[project]", r"pyproject\.toml: the Repository .* cannot be read")},
    ],
)
def test_files_that_are_broken(clone, broken):
    for name, (content, _) in broken.items():
        (clone / name).unlink()
        if content is not None:
            (clone / name).write_bytes(content)
    git(clone, "commit", "--quiet", "--all", "-m", "A mistake")
    told = refused(clone)
    assert len(told) == len(broken)
    for line, (_, pattern) in zip(told, broken.values(), strict=True):
        assert re.search(pattern, line), line


def test_no_clone_at_all(clone):
    shutil.rmtree(clone / ".git")
    done = run([*COMMAND, NEXT], clone)
    assert done.returncode == 1 and f"- {clone} is no clone of the course" in done.stderr


def test_without_a_version_make_says_how(clone):
    done = make(clone, "release", "VERSION=")
    assert done.returncode == 2
    assert done.stderr.startswith("Which version? For example: make release VERSION=")


def hook(clone, name, script):
    path = clone / ".git" / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.mark.parametrize("step", ["commit", "tag", "merge"])
def test_a_release_that_fails_half_way_changes_nothing(clone, step):
    if step == "commit":
        hook(clone, "pre-commit", "echo not on a Friday >&2; exit 1")
    elif step == "tag":
        git(clone, "config", "tag.gpgSign", "true")
        git(clone, "config", "gpg.program", "false")
    else:
        hook(clone, "post-commit", f"touch '{clone}/.git/index.lock'")
    before = state(clone)
    done = run([*COMMAND, NEXT], clone, env=ENVIRONMENT | {"PYTHONDONTWRITEBYTECODE": "1"})
    (clone / ".git" / "index.lock").unlink(missing_ok=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"\n- git {step} " in done.stderr, done.stderr
    assert state(clone) == before


def test_a_release_that_is_stopped_changes_nothing(clone, tmp_path):
    at_work = tmp_path / "at_work"
    hook(clone, "pre-commit", f"echo $$ > '{at_work}'; exec sleep 1000")
    before = state(clone)
    environment = ENVIRONMENT | {"PYTHONDONTWRITEBYTECODE": "1"}
    with background.start([*COMMAND, NEXT], cwd=clone, env=environment, text=True) as process:
        background.await_file(at_work, process)
        output, errors = background.stop(process, signal.SIGINT)
        os.kill(int(at_work.read_text()), signal.SIGKILL)
    assert (process.returncode, output) == (130, "")
    assert errors == "\nInterrupted; nothing has changed.\n"
    assert state(clone) == before


def test_a_release_that_is_put_into_place_is_not_stopped_half_way(clone, tmp_path):
    at_work = tmp_path / "at_work"
    waits = f"echo now > '{at_work}'; sleep 2"
    hook(
        clone, "reference-transaction", f'case "${{GIT_REFLOG_ACTION-}}" in merge*) {waits};; esac'
    )
    with background.start([*COMMAND, NEXT], cwd=clone, env=ENVIRONMENT, text=True) as process:
        background.await_file(at_work, process)
        _, errors = background.stop(process, signal.SIGINT)
    assert process.returncode == 0, errors
    assert git(clone, "rev-parse", "HEAD") == git(clone, "rev-parse", f"v{NEXT}^{{}}")
    assert git(clone, "status", "--porcelain") == ""
