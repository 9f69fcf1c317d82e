"""Make a release, short of the push: `python -m tools.release 0.2.0`; its files, with `--files`.

All that can stand in its way is looked for first, and told together. Then the release is made in a
working tree beside yours, and yours follows once it is whole: a release that fails changes nothing.
"""

import argparse
import contextlib
import datetime
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.version import Version

from course_utils import __version__
from course_utils.errors import CourseError
from course_utils.machine.stopping import stop_when_asked
from course_utils.store import whole_folder
from tools import build_notebooks, locks
from tools.lesson_source import LESSONS, ROOT, LessonError, lesson_paths

VERSION = "course_utils/__init__.py"
"""Where the version stands; pyproject.toml reads it there."""
CITATION = "CITATION.cff"
CHANGELOG = "CHANGELOG.md"
UNRELEASED = "## Unreleased"
FILES = ROOT / "build" / "release"
NUMBER = re.compile(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*)){2}")


class ReleaseError(CourseError):
    """A release that cannot be made; the message says what to do."""


def git(*arguments, folder=ROOT, **options):
    """Return what git prints.

    Args:
        arguments: the command line behind `git`.
        folder: the working tree that it is about.
        options: more for `subprocess.run`.

    Raises:
        ReleaseError: git is missing, or refuses.
    """
    try:
        options |= {"capture_output": True, "text": True}
        run = subprocess.run(["git", *arguments], cwd=folder, **options)
    except FileNotFoundError:
        raise ReleaseError("git is not installed, and a release is a commit and a tag.") from None
    if run.returncode:
        said = (run.stderr or run.stdout).strip()
        raise ReleaseError(f"git {' '.join(arguments[:2])} does not work: {said}")
    return run.stdout.strip()


def set_version(text, version, date):
    """Return the source of `VERSION` with another version in it."""
    return _replace_line(VERSION, text, '__version__ = "…"', f'__version__ = "{version}"')


def cite(text, version, date):
    """Return the citation with the version and the date of its release."""
    text = re.sub(r"^date-released:.*\n", "", text, flags=re.M)
    lines = f"version: {version}\ndate-released: {date}"
    return _replace_line(CITATION, text, "version: …", lines)


def close_section(text, version, date):
    """Return the changelog with what is unreleased as the section of a version.

    Raises:
        ReleaseError: nothing is unreleased, or the version has a section already.
    """
    heading = f"{UNRELEASED}\n\n## {version} - {date}"
    closed = _replace_line(CHANGELOG, text, UNRELEASED, heading)
    if re.search(rf"^## {re.escape(version)}\b", text, re.M):
        raise ReleaseError(f"{CHANGELOG}: it has a section {version} already.")
    _, after = re.split(f"^{UNRELEASED}$", text, flags=re.M)
    section = re.split(r"^## ", after, flags=re.M)[0]
    if not re.search(r"^[-*] +\S", re.sub(r"(?s)<!--.*?-->", "", section), re.M):
        raise ReleaseError(f"{CHANGELOG}: nothing under `{UNRELEASED}`; say what has changed.")
    return closed


def _replace_line(name, text, line, replacement):
    pattern = re.escape(line).replace("…", ".*")
    changed, times = re.subn(f"^{pattern}$", replacement, text, flags=re.M)
    if times != 1:
        raise ReleaseError(f"{name}: there should be one line `{line}`, and there are {times}.")
    return changed


CHANGES = {VERSION: set_version, CITATION: cite, CHANGELOG: close_section}
"""What a release changes itself, beside what is built: functions of text, version and date."""


def problems(version):
    """Return a line for each thing that stands in the way of a release, with the remedy.

    Args:
        version: the new version, as it was typed.
    """
    try:
        if Path(git("rev-parse", "--show-toplevel")).resolve() != ROOT:
            raise ReleaseError("it lies inside another repository")
    except ReleaseError as error:
        return [f"{ROOT} is no clone of the course ({error}); release from a clone."]
    try:
        build_notebooks.repository()
    except (OSError, KeyError, ValueError) as error:
        return [f"pyproject.toml: the Repository of [project.urls] cannot be read ({error!r})."]
    parts = (_about_version, _about_tree, _about_address, _about_files, _about_made)
    return [problem for part in parts for problem in part(version)]


def _about_version(version):
    if not NUMBER.fullmatch(version):
        yield f"VERSION={version} is no version; write it as three numbers, such as 0.2.0."
        return
    if Version(version) <= Version(__version__):
        yield f"VERSION={version} is not newer than {__version__}, which {VERSION} names."
    if git("tag", "--list", f"v{version}"):
        yield f"The tag v{version} is there already; choose a newer version."
    if git("branch", "--list", f"v{version}"):
        yield f"There is a branch v{version}, which a tag of that name would hide; rename it."


def _about_tree(version):
    changed = git("status", "--porcelain").splitlines()
    if changed:
        names = ", ".join(line.split(maxsplit=1)[1] for line in changed[:5])
        more = f" and {len(changed) - 5} more" if len(changed) > 5 else ""
        yield f"Not committed: {names}{more}. Commit, stash or remove that."
    if not _branch():
        yield "You are on no branch, so that the release would be lost: git switch main."
    with contextlib.suppress(ReleaseError):  # most branches of one's own follow none
        behind = git("rev-list", "--count", "HEAD..@{upstream}")
        if behind != "0":
            yield f"{_branch()} lacks commits of the one it follows: {behind}. Run git pull."
    try:
        git("var", "GIT_COMMITTER_IDENT")
    except ReleaseError:
        yield "git does not know who you are: git config user.name and git config user.email."


def _branch():
    return git("branch", "--show-current")


def _remote():
    """Return the name of the repository that is pushed to, and its address or ""."""
    names, followed = git("remote").splitlines(), ""
    with contextlib.suppress(ReleaseError):
        followed = git("config", f"branch.{_branch()}.remote")
    name = next((name for name in (followed, "origin", *names) if name in names), "origin")
    with contextlib.suppress(ReleaseError):
        return name, git("remote", "get-url", name)
    return name, ""


def _about_address(version):
    """A release of a copy whose links lead to somebody else's repository."""
    name, address = _remote()
    named = build_notebooks.repository()
    host = re.sub(r"^(?:\w+://)?(?:[^/@]*@)?|(?:\.git)?/?$", "", address).replace(":", "/", 1)
    far = re.match(r"(?!file:)(?:\w+://|[^/]+@|[\w.-]+:)", address)
    if far and f"https://{host}".casefold() != named.casefold():
        yield (
            f"pyproject.toml: Repository is {named}, but {name} is {host}. Notebooks would "
            "fetch the helpers from the former; docs/publishing.md says how to move the course."
        )


def _about_files(version):
    for name, change in CHANGES.items():
        try:
            change((ROOT / name).read_text(encoding="utf-8"), version, "")
        except OSError as error:
            yield f"{name}: {error.strerror}."
        except UnicodeDecodeError:
            yield f"{name}: it is not UTF-8."
        except ReleaseError as error:
            yield str(error)


def _about_made(version):
    """What has to be made anew before a release, so that what was tested is what is released."""
    try:
        yield from (problem for name in locks.EXTRAS for problem in locks.misfits(name))
        built = build_notebooks.targets(guide=build_notebooks.GUIDE)
    except OSError as error:
        yield f"{error.filename}: {error.strerror}."
    except (CourseError, LessonError) as error:
        yield str(error)
    except (KeyError, ValueError) as error:
        yield f"pyproject.toml and the locks cannot be compared: {error!r}."
    else:
        for problem in build_notebooks.differences(built):
            yield f"{problem}; run `make notebooks`, and commit"


def release(version, date):
    """Make the commit and the tag of a release.

    Args:
        version: the new version, in whose way nothing stands; see `problems`.
        date: the day of the release, as text.

    Raises:
        ReleaseError: something did not work, and nothing has changed.
    """
    tag = f"v{version}"
    with _tree_beside() as tree:
        for name, change in CHANGES.items():
            path = tree / name
            text = change(path.read_text(encoding="utf-8"), version, date)
            path.write_text(text, encoding="utf-8")
        _build(tree)
        git("commit", "--quiet", "--all", "-m", f"Release {version}", folder=tree)
        commit = git("rev-parse", "HEAD", folder=tree)
    try:
        git("tag", "--annotate", tag, "-m", f"Version {version}", commit)
        with _deaf():  # a terminal sends Ctrl-C to git, too, unless that is in a session of its own
            git("merge", "--quiet", "--ff-only", commit, start_new_session=True)
    except BaseException:
        if git("rev-parse", "HEAD") != commit:  # a hook may have stopped it after the deed
            if git("tag", "--points-at", commit):
                git("tag", "--delete", tag)
            raise


@contextlib.contextmanager
def _deaf():
    """Ignore Ctrl-C in what is over at once and, half done, would have to be mended by hand."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _tree_beside(commit="HEAD"):
    """Check out what is committed into a folder that goes again."""
    with tempfile.TemporaryDirectory(prefix="release-") as folder:
        tree = Path(folder).resolve() / "course"
        git("worktree", "add", "--quiet", "--detach", str(tree), commit)
        try:
            yield tree
        finally:
            git("worktree", "remove", "--force", str(tree))


def _build(tree):
    """Build the notebooks of a tree anew, in a process that imports the code of that tree."""
    _python(tree, "tools.build_notebooks")


def _python(tree, module, *arguments):
    run = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=tree, capture_output=True, text=True
    )
    if run.returncode:
        raise ReleaseError(f"-m {module} fails: {(run.stderr or run.stdout).strip()}")


def pack(tag, folder=FILES):
    """Write what a release on GitHub is made of: a wheel, the notebooks as zip, and `notes.md`.

    All of it is what the tag holds, whatever stands in the working tree.

    Args:
        tag: the tag of the release, such as "v0.2.0".
        folder: where the files go; what stood there is replaced.

    Raises:
        ReleaseError: there is no such tag, or it is not that of the version in it.
    """
    with _tree_beside(f"refs/tags/{tag}") as tree, whole_folder(folder) as aside:
        if f'\n__version__ = "{tag[1:]}"\n' not in (tree / VERSION).read_text(encoding="utf-8"):
            raise ReleaseError(f"{tag} is not the tag of the version that {VERSION} names in it.")
        changelog = (tree / CHANGELOG).read_text(encoding="utf-8")
        section = re.search(rf"^## {re.escape(tag[1:])} .*\n+((?:(?!## ).*\n?)*)", changelog, re.M)
        if not section:
            raise ReleaseError(f"{CHANGELOG} has no section {tag[1:]} in {tag}.")
        _python(tree, "hatchling", "build", "--target", "wheel", "--directory", str(aside))
        archive = aside / f"notebooks-{tag[1:]}.zip"
        git("archive", f"--output={archive}", tag, "notebooks", "LICENSE", "LICENSE-text")
        (aside / "notes.md").write_text(section[1].strip() + "\n", encoding="utf-8")


def remaining(version):
    """Return the lines that say what remains after `release`: commands, and what to look at."""
    remote, address = _remote()
    repository = build_notebooks.repository()
    folder = f"{repository.removeprefix('https://github.com/')}/blob/v{version}/notebooks"
    lesson = lesson_paths(LESSONS)[0].stem
    return [
        f"{version} is committed on {_branch()} and tagged v{version}, on this machine only.",
        "",
        "Test this very commit, all of it, then push:",
        "  .ci/run",
        *([] if address else [f"  git remote add {remote} {repository}.git"]),
        f"  git push --atomic {remote} {_branch()} v{version}",
        "",
        "Afterwards look at",
        f"  {repository}/archive/refs/tags/v{version}.zip (the helpers: it must download)",
        f"  https://colab.research.google.com/github/{folder}/{lesson}.ipynb",
        f"  (its first cell must name v{version} and run without an error)",
        "",
        "To take it back before the push:",
        f"  git tag --delete v{version}",
        "  git reset --keep HEAD~1",
    ]


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Make a release, short of the push.")
    parser.add_argument("version", help="the new version, such as 0.2.0; with --files, its tag")
    parser.add_argument("--files", action="store_true", help="write its files into build/release")
    options = parser.parse_args(arguments)
    try:
        if options.files:
            pack(options.version)
            print("\n".join(str(path.relative_to(ROOT)) for path in sorted(FILES.iterdir())))
            return 0
        found = problems(options.version)
        if not found:
            release(options.version, datetime.date.today().isoformat())
            print("\n".join(remaining(options.version)))
            return 0
    except (CourseError, OSError) as error:
        found = [str(error)]
    except KeyboardInterrupt:
        print("\nInterrupted; nothing has changed.", file=sys.stderr)
        return 130
    head = (
        "There are no files." if options.files else "There is no release, and nothing has changed."
    )
    print(head, *found, sep="\n- ", file=sys.stderr)
    return 1


if __name__ == "__main__":
    stop_when_asked()
    sys.exit(main())
