"""What the pages tell of the code, where it cannot be made from it: here the two are compared."""

import dataclasses
import re
import sys
from pathlib import Path

import pytest

from course_utils import drawing
from course_utils.drawing import photos
from course_utils.machine import device, settings
from course_utils.show import upload
from course_utils.sources import downloads
from course_utils.sources.catalogue import DATASETS
from course_utils.sources.plan import UNASKED_MEGABYTES
from course_utils.sources.samples import SMALL
from tools import train_bases
from tools.build_notebooks import ROOT

DATA = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
PROSE = " ".join(DATA.split())


def row(start):
    """Return the cells of the table row of data/README.md that begins so."""
    (line,) = [line for line in DATA.splitlines() if line.startswith(f"| {start} |")][:1]
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize("name", DATASETS)
def test_datasets(name):
    _, version, _, _, download = row(f"`{name}`")
    assert (version, download) == (DATASETS[name].version, f"{DATASETS[name].megabytes} MB")
    assert f"the download is at most {UNASKED_MEGABYTES} MB" in PROSE


def test_patience_with_servers():
    unasked, asked = downloads.UNASKED, downloads.ASKED
    assert asked.answer == asked.piece and unasked.answer == 2
    assert "the server answers within two seconds" in PROSE
    assert (
        f"given up after {unasked.answer} seconds without an answer, and later after "
        f"{unasked.piece} seconds in which nearly nothing arrives; one that you did ask for, after "
        f"{asked.answer}."
    ) in PROSE


@pytest.mark.parametrize("name", DATASETS)
def test_samples(name):
    sample = DATASETS[name]
    table = DATA[DATA.index("### How they are drawn") :]
    (line,) = [line for line in table.splitlines() if line.startswith(f"| `{name}` |")]
    _, pictures, form, code = [cell.strip() for cell in line.strip("|").split("|")]
    assert re.findall(r"[\d,]+\d", pictures) == [f"{size:,}" for size in sample.sizes.values()]
    sizes = {"cats_vs_dogs": photos.CATS_VS_DOGS_SIZES, "tf_flowers": photos.FLOWERS_SIZES}
    if sample.shape:
        assert form == " × ".join(map(str, sample.shape))
    else:
        assert "longer side {} to {}".format(*sizes[name]) in form
    assert Path(drawing.__file__).with_name(code.strip("`")).exists()
    assert SMALL == 10 and "With `COURSE_PROFILE=ci`, a tenth of these." in PROSE


def test_knobs():
    table = DATA[DATA.index("| knob |") : DATA.index("Each knob has random numbers")]
    rows = re.findall(r"^\| `(\w+)` \|", table, re.M)
    knobs = [field.name for field in dataclasses.fields(drawing.Knobs)]
    assert rows == knobs
    told = PROSE[PROSE.index("`cats_vs_dogs` is drawn with") : PROSE.index("The other two sets")]
    found = {}
    for names, value in re.findall(r"((?:`\w+`(?:, | and )?)+) at ([\d.]+\d)", told):
        found |= dict.fromkeys(re.findall(r"`(\w+)`", names), float(value))
    assert found == photos.PHOTOGRAPHED
    (usual,) = {field.default for field in dataclasses.fields(drawing.Knobs)}
    assert f"The other two sets have {usual}, but for the occlusion" in PROSE
    assert photos.RENDERED == {"occlusion": 0.25} and "`horses_or_humans`: 0.25" in PROSE


def test_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("COURSE_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(variable, raising=False)
    for system, name in {"linux": "Linux", "darwin": "macOS"}.items():
        monkeypatch.setattr(sys, "platform", system)
        folder = settings.cache_folder().relative_to(tmp_path)
        assert f"`~/{folder.as_posix()}/samples`" in row(name)[1]
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    folder = settings.cache_folder().relative_to(tmp_path)
    assert row("Windows")[1] == rf"`%LOCALAPPDATA%\{folder}\samples`"


def test_bases():
    tested = f"{train_bases.TESTED_ON:,} others, numbered from {train_bases.HELD_OUT:,}"
    assert f"those on {tested}" in PROSE
    assert "knobs at {}, {}, {} and {}.".format(*train_bases.LEVELS) in PROSE
    assert f"right in {100 / len(drawing.WIDE):.1f} % of the cases" in PROSE
    assert f"seed {train_bases.SEED}:" in PROSE


@pytest.mark.parametrize(
    ("system", "machine"),
    [("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64"), ("Darwin", "x86_64")]
    + [("Windows", "AMD64"), ("Windows", "ARM64")],
)
def test_who_can_run_the_course_at_home(system, machine):
    intel = machine in ("x86_64", "AMD64")
    name = {
        "Linux": "Linux on x86-64 or ARM",
        "Darwin": f"a Mac with {'an Intel processor' if intel else 'Apple silicon'}",
        "Windows": f"Windows on {'x86-64' if intel else 'ARM'}",
    }[system]
    page = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    [row] = [line for line in page.splitlines() if line.startswith("|") and name in line]
    _, line, _ = device.tensorflow_for(system, machine)
    assert ("| no: " in row) == (line is None) and ("| yes" in row) == (line is not None)


def test_the_limit_of_an_upload():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (limit,) = re.findall(r'"websocket_max_message_size": (\d+)', makefile)
    assert int(limit) == upload.LAB_MEGABYTES * 2**20
    assert f"under make lab {upload.LAB_MEGABYTES} MB" in upload._hint()
