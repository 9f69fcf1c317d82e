"""The repository that clones are made from."""

import re
import shutil

import pytest

from tests.release.clones import git, introduce_yourself
from tools.build_notebooks import ROOT


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """A bare repository with what stands in this working tree, committed or not."""
    folder = tmp_path_factory.mktemp("published")
    tree = folder / "tree"
    names = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in filter(None, set(names)):
        if (ROOT / name).exists():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tree / name)
    git(tree, "init", "--quiet", "--initial-branch", "main")
    introduce_yourself(tree)
    text = (tree / "CHANGELOG.md").read_text(encoding="utf-8")
    news = "## Unreleased\n\n- Something to tell.\n"
    (tree / "CHANGELOG.md").write_text(re.sub(r"^## Unreleased$", news, text, flags=re.M))
    git(tree, "add", "--all")
    git(tree, "commit", "--quiet", "-m", "The course")
    git(folder, "clone", "--quiet", "--bare", "tree", "published.git")
    return folder / "published.git"
