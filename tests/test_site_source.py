"""What `tools.site` makes of the repository's pages and notebooks, before Sphinx sees them."""

import base64

import nbformat
import pytest

from tools import record, site


@pytest.mark.parametrize(
    ("link", "became"),
    [
        ("[a](results.md#the-story)", "[a](results.md#the-story)"),
        ("[a](../data/README.md)", "[a](data.md)"),
        ("[a](../CONTRIBUTING.md#check-it)", "[a](contributing.md#check-it)"),
        ("[a](contributing/ci.md)", "[a](contributing/ci.md)"),
        ("[a](../notebooks/00_start_here.ipynb)", "[a](lessons/00_start_here.ipynb)"),
        ("[a](#here) [b](https://example.org/x.md)", "[a](#here) [b](https://example.org/x.md)"),
        ("![a](images/lesson_01.png)", "![a](images/lesson_01.png)"),
    ],
)
def test_links_lead_to_pages_of_the_site(link, became):
    assert site.relink(link, "docs/instructors.md", "instructors.md") == became


def test_what_has_no_page_is_shown_where_the_repository_lies():
    made = site.relink("[a](../LICENSE) [b](../benchmarks)", "docs/x.md", "x.md")
    address = site.repository()
    assert f"[a]({address}/blob/v{site.__version__}/LICENSE)" in made
    assert f"[b]({address}/tree/v{site.__version__}/benchmarks)" in made


def test_a_picture_becomes_a_file(tmp_path):
    content = base64.b64encode(b"a picture").decode()
    html = f'<img alt="it" src="data:image/png;base64,{content}"> twice ' * 2
    made = site.apart(html, tmp_path, "..")
    [written] = tmp_path.iterdir()
    assert written.read_bytes() == b"a picture" and "base64" not in made
    assert made.count(f'loading="lazy" src="../pictures/{written.name}"') == 2


def test_places_of_this_machine_stay_here(monkeypatch):
    monkeypatch.setenv("HOME", "/home/anna")
    said = f"They lie in {site.ROOT}/build/cache and in /home/anna/.cache; / is no home."
    assert site.anywhere(said) == "They lie in …/build/cache and in ~/.cache; / is no home."
    monkeypatch.setenv("HOME", "/")
    assert site.anywhere("/a/b") == "/a/b"


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A course of one lesson, whose notebook is run by a function that counts."""
    (tmp_path / "notebooks" / "solutions").mkdir(parents=True)
    (tmp_path / "runs").mkdir()
    monkeypatch.setattr(record, "BUILD", tmp_path / "record")
    monkeypatch.setattr(site, "ROOT", tmp_path)
    monkeypatch.setattr(site, "RUNS", tmp_path / "runs")
    monkeypatch.setattr(site, "depends_on", lambda name: "as it is, ")
    ran = []

    def execute(notebook, *_, **__):
        ran.append(notebook)
        notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text=f"run {len(ran)}")]
        return {"seconds": 1}

    monkeypatch.setattr(site, "execute", execute)

    def write(prose):
        cells = [
            nbformat.v4.new_markdown_cell(prose, id="title"),
            nbformat.v4.new_code_cell("1 + 1", id="sum"),
        ]
        path = tmp_path / "notebooks" / "solutions" / "01_lesson.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)

    return write, ran


def test_fresh_prose_stands_between_kept_outputs(repository, monkeypatch):
    write, ran = repository
    write("# Old words")
    assert site.executed("01_lesson", "ci").cells[1].outputs[0].text == "run 1"
    write("# New words")
    again = site.executed("01_lesson", "ci")
    assert again.cells[0].source == "# New words"
    assert again.cells[1].outputs[0].text == "run 1" and len(ran) == 1
    monkeypatch.setattr(site, "depends_on", lambda name: "changed")
    assert site.executed("01_lesson", "ci").cells[1].outputs[0].text == "run 2"
    assert site.executed("01_lesson", "quick").cells[1].outputs[0].text == "run 3"
    assert len(list(site.RUNS.iterdir())) == 2  # one of each profile; the stale one is gone
