"""What the start page shows."""

import os
import re
import sys

import pytest

from course_utils import CourseError, clear_cache, show_cache, show_lessons, show_machine
from tests.internet import refuse, send
from tools.build_notebooks import colab_link
from tools.lesson_source import lesson_paths


def test_all_lessons_and_appendices_and_what_those_that_exist_need(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_OUTPUT", str(tmp_path))
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "02_mnist_convnet.keras").touch()
    os.utime(tmp_path / "models" / "02_mnist_convnet.keras", (0, 86_400 * 200.5))
    rows = show_lessons().rows()
    numbers = [path.stem[:2] for path in lesson_paths()[1:]]
    assert [row[0] for row in rows[1:]] == numbers and numbers[8] == "09"
    assert rows[1][2] == "2 / 2" and rows[1][3] == "31 MB"
    assert [row[5] for row in rows][1:4] == ["–", "1970-07-20", "–"]
    assert rows[10][0] == "A1" and rows[10][5] == "", "an appendix saves no network"


@pytest.mark.parametrize("colab", [False, True])
def test_each_title_opens_its_lesson(monkeypatch, colab):
    if colab:
        monkeypatch.setitem(sys.modules, "google.colab", object())
    table = show_lessons()
    addresses = re.findall(r'<a href="([^"]+)"', table._repr_html_())
    names = [path.stem for path in lesson_paths()[1:]]
    assert addresses == [colab_link(name) if colab else f"{name}.ipynb" for name in names]
    assert "href" not in repr(table) and "A first classifier" in repr(table)


def test_machine_tells_profile_and_where_each_dataset_comes_from(monkeypatch):
    monkeypatch.setenv("COURSE_PROFILE", "ci")
    monkeypatch.delenv("COURSE_DATA", raising=False)
    rows = dict(show_machine().rows())
    assert rows["profile"].startswith("ci (") and "quick" in rows["profile"]
    assert rows["mnist"] == "a drawn sample (as COURSE_PROFILE=ci asks)"


@pytest.mark.parametrize(
    ("mode", "answer", "said"),
    [
        ("auto", send, "real data, a download of 12 MB"),
        (
            "auto",
            refuse(503),
            "a drawn sample (storage.googleapis.com answered 503 Service Unavailable, asked",
        ),
        ("real", refuse(503), "real data, a download of 12 MB"),
        ("sample", send, "a drawn sample (as COURSE_DATA=sample asks)"),
    ],
)
def test_where_follows_setting_and_network(monkeypatch, tmp_path, internet, mode, answer, said):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("TFDS_DATA_DIR", raising=False)
    monkeypatch.setenv("COURSE_DATA", mode)
    internet.answer, internet.files["train-images-idx3-ubyte.gz"] = answer, b"pictures"
    assert dict(show_machine().rows())["mnist"].startswith(said)


def test_cache_is_measured_and_cleared_part_by_part(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))
    for part in ("samples", "models"):
        (tmp_path / part).mkdir()
        (tmp_path / part / "file").write_bytes(bytes(3_000_000))
    sizes = {row[1]: row[2] for row in show_cache().rows()}
    assert sizes["pictures that the course has drawn"] == "3 MB"
    assert sizes["datasets prepared by TFDS"] == "empty"
    assert clear_cache("samples") == tmp_path / "samples"
    assert [path.name for path in tmp_path.iterdir()] == ["models"]
    clear_cache("samples")
    with pytest.raises(CourseError, match="no part of the cache 'sample'.*'samples'"):
        clear_cache("sample")
