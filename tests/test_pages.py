"""What the pages lead to exists: links and their anchors, files, commands, what programs say."""

import re
import tomllib
from pathlib import Path

import pytest

from course_utils.machine import packages
from tools.build_notebooks import INSTALL, ROOT, targets

PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    + [ROOT / folder / "README.md" for folder in ("data", "benchmarks")]
)
PUBLISHING = " ".join((ROOT / "docs" / "publishing.md").read_text(encoding="utf-8").split())
FOLDERS = r"(?:course_utils|tools|tests|lessons|notebooks|data|docs|benchmarks|\.ci|pretrained)"
each_page = pytest.mark.parametrize(
    "page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix()
)


def without_code(text):
    return re.sub(r"^ *```.*?^ *```$", "", text, flags=re.M | re.S)


def anchors(page):
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", without_code(page.read_text(encoding="utf-8")), re.M)
    plain = [re.sub(r"\[(.*?)\]\(.*?\)", r"\1", heading).lower() for heading in headings]
    return [re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in plain]


@each_page
def test_links_lead_somewhere(page):
    text = without_code(page.read_text(encoding="utf-8"))
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?:|mailto:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        assert not anchor or anchor in anchors(target), link


@each_page
def test_a_list_of_contents_names_every_section(page):
    text = without_code(page.read_text(encoding="utf-8"))
    listed = re.findall(r"^- \[(.+)\]\(#(.+)\)$", text, re.M)
    if listed:
        headings = re.findall(r"^## (.+)$", text, re.M)
        assert [title for title, _ in listed] == headings
        assert {anchor for _, anchor in listed} <= set(anchors(page))


def test_every_page_is_reached_from_the_readme():
    reached, new = set(), {ROOT / "README.md"}
    while new:
        reached |= new
        links = {
            (path.parent / link).resolve()
            for path in new
            for link in re.findall(r"\]\(([^)\s#]+)", path.read_text(encoding="utf-8"))
        }
        pages = links | {link / "README.md" for link in links}
        new = {page for page in pages if page.suffix == ".md" and page.exists()} - reached
    assert set(PAGES) <= reached


@each_page
def test_commands_exist(page):
    text = page.read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = set(re.findall(r"^([a-z-]+):.*##", makefile, re.M))
    lines = re.findall(r"`([^`\n]+)`", text) + text.splitlines()
    for line in lines:
        for said in re.findall(r"^(?: *|[A-Z_]+=\S+ )*make ((?:[a-z-]+ ?)+)(?= *$| +[#A-Z])", line):
            assert set(said.split()) <= commands, line
    for module in re.findall(r"-m ((?:tools|course_utils)[\w.]*)", text):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


@each_page
def test_files_exist(page):
    for said in re.findall(r"`([\w./-]+)`", page.read_text(encoding="utf-8")):
        if re.match(rf"{FOLDERS}/", said):
            assert (ROOT / said).exists() or (page.parent / said).exists(), said
        elif re.fullmatch(r"[\w-]+\.(?:toml|cff|yml)|requirements[\w-]*\.txt", said):
            assert (ROOT / said).exists(), said


def test_what_the_first_cell_says_is_told_in_its_words():
    code = Path(packages.__file__).read_text(encoding="utf-8")
    first_cell = re.sub(r'"\s+"', "", INSTALL)
    for sentence in re.findall(r'"([A-Z…][^"]+[.…])"', PUBLISHING):
        said = sentence.strip("… ")
        assert said in code or said in first_cell, sentence


def test_the_address_changes_notebooks_and_the_readme_alone():
    changed = {path.relative_to(ROOT).parts[0] for path in targets()}
    assert changed == {"notebooks", "README.md"}
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
    assert set(urls) == {"Repository"} and "as `Repository` under `[project.urls]`" in PUBLISHING


def test_contributing_is_read_in_ten_minutes():
    assert len((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split()) <= 2000


@each_page
def test_no_page_says_how_hard_something_is(page):
    words = re.findall(r"[a-z]+", without_code(page.read_text(encoding="utf-8")).lower())
    assert not {"just", "simply", "easy", "easily", "obviously"} & set(words)
