"""Every student apart: what one hands in keeps nobody from being graded, and replaces nothing."""

import datetime
import io
import json
import os
import socket
import zipfile

import pytest

from course_utils.errors import CourseError
from tests.grading.test_submissions import LESSON, NAME, collect, notebook, put, said, zipped
from tools.grading import submissions
from tools.lesson_source import LESSONS


@pytest.fixture
def tree(tmp_path):
    """nbgrader's own tree, in which Anna's work lies, and what makes trouble beside it."""
    put(tmp_path / "nbgrader_config.py", b"")
    put(tmp_path / "submitted" / "anna" / LESSON.name / NAME, notebook("a"))
    (tmp_path / "submitted" / "mallory" / LESSON.name).mkdir(parents=True)
    return tmp_path / "submitted"


def named_socket(path):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def stamps():
    return {
        "folder": lambda path: path.mkdir(),
        "pipe": os.mkfifo,
        "socket": named_socket,
        "link": lambda path: path.symlink_to("/dev/zero"),
        "long ago": lambda path: path.write_text("0001-01-01 00:00:00 UTC"),
        "far away": lambda path: path.write_text("9999-12-31 23:59:59"),
        "no date": lambda path: path.write_text("2026-13-99"),
        "no text": lambda path: path.write_bytes(bytes(range(256))),
        "large": lambda path: path.write_bytes(b"2026-12-01 10:00:00 UTC" + bytes(10**7)),
    }


@pytest.mark.parametrize("kind", stamps())
def test_a_time_stamp_of_any_kind(kind, tree, monkeypatch):
    monkeypatch.chdir(tree / "mallory" / LESSON.name)  # names of sockets are short
    stamps()[kind](submissions.Path("timestamp.txt"))
    found = said(tree)
    assert found["anna"] == "a" and found["mallory"], found


def test_a_device_or_a_pipe_as_a_notebook(tmp_path):
    put(tmp_path / "anna.ipynb", notebook("a"))
    os.mkfifo(tmp_path / "ben.ipynb")
    (tmp_path / "cem").mkdir()
    os.mkfifo(tmp_path / "cem" / NAME)
    found = said(tmp_path)
    assert found["anna"] == "a"
    assert all("no regular file" in found[student] for student in ("ben", "cem")), found


def test_a_notebook_that_cannot_be_opened(tmp_path, monkeypatch):
    put(tmp_path / "anna" / NAME, notebook("a"))
    put(tmp_path / "ben" / NAME, notebook("b"))
    real = os.open

    def denied(path, *more, **named):
        if str(path).endswith(os.path.join("ben", NAME)):
            raise PermissionError(13, "Permission denied")
        return real(path, *more, **named)

    monkeypatch.setattr(submissions.os, "open", denied)
    found = said(tmp_path)
    assert found["anna"] == "a" and "cannot be read (Permission denied)" in found["ben"]


def test_a_zip_is_the_work_of_whom_it_is_named_after(tmp_path):
    put(tmp_path / "anna" / NAME, notebook("a"))
    forged = {
        f"anna/{NAME}": (notebook("forged"), 20),
        f"Anna_1_assignsubmission_file_/{NAME}": (notebook("forged too"), 19),
    }
    put(tmp_path / "mallory.zip", zipped(forged), day=20)
    put(tmp_path / "trudy.zip", zipped({f"anna/{NAME}": (notebook("of Trudy"), 21)}), day=21)
    assert said(tmp_path) == {"anna": "a", "mallory": "forged", "trudy": "of Trudy"}


def test_many_files_cut_nobody_off(tmp_path, monkeypatch):
    monkeypatch.setattr(submissions, "FILES", 20)
    files = {f"Mallory_1_assignsubmission_file_/{n}.txt": (b"", 1) for n in range(50)}
    files |= {f"Zoe_2_assignsubmission_file_/{NAME}": (notebook("z"), 1)}
    put(tmp_path / "all.zip", zipped(files))
    found, _ = collect(tmp_path, LESSON)
    assert said(tmp_path)["Zoe_2"] == "z"
    [said_of_it] = found["Mallory_1"].left_out
    assert "more than 20 files of one student" in said_of_it
    for n in range(50):
        put(tmp_path / "folders" / "mallory" / f"{n}.txt", b"")
    put(tmp_path / "folders" / "zoe" / NAME, notebook("z"))
    found, _ = collect(tmp_path / "folders", LESSON)
    assert said(tmp_path / "folders")["zoe"] == "z" and "20 files" in found["mallory"].left_out[0]


def test_the_list_of_a_zip_is_short(tmp_path):
    """70,000 names take 50 bytes each in the list, and a kilobyte each once they are read."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for n in range(70_000):
            archive.writestr(f"{n}.txt", b"")
    put(tmp_path / "mallory.zip", content.getvalue())
    put(tmp_path / "anna.ipynb", notebook("a"))
    assert said(tmp_path) == {"anna": "a", "mallory": "the zip holds too many files."}


def test_what_is_left_out_has_a_row_and_a_reason(tmp_path):
    put(tmp_path / "from" / "anna" / NAME, notebook("a"))
    (tmp_path / "from" / "links").mkdir()
    (tmp_path / "from" / "links" / NAME).symlink_to("/etc/passwd")
    (tmp_path / "from" / "empty").mkdir()
    deep = tmp_path / "from" / "deep"
    deep.mkdir()
    for _ in range(400):
        deep = deep / "d"
    os.makedirs(deep)
    put(deep / NAME, notebook("deep down"))
    put(tmp_path / "from" / "dots.zip", zipped({f"../anna/{NAME}": (notebook("d"), 20)}))
    found = said(tmp_path / "from")
    assert found["anna"] == "a" and found["deep"] == "deep down"
    assert found["links"].endswith(f"only: {NAME} (a link).")
    assert found["empty"] == submissions.EMPTY
    assert found["dots"] == "d", "a path in one's own zip leads nowhere, and harms nobody"


def test_names_hold_nothing_that_a_terminal_obeys(tmp_path):
    (tmp_path / "an\x1b[2Jna\n\u202e").mkdir()
    (tmp_path / "an\x1b[2Jna\n\u202e" / "link\x1b[31m\nLeft out: nobody").symlink_to("/")
    [submission] = collect(tmp_path, LESSON)[0].values()
    text = "".join([submission.problem, *submission.left_out])
    assert text.isprintable() and "(a link)" in text


def test_what_the_notebook_says_comes_before_the_name_of_its_file(tmp_path):
    other = LESSONS / "08_visualization.py"
    put(tmp_path / "anna" / NAME, notebook("of lesson 8", other), day=2)
    put(tmp_path / "anna" / "08_visualization.ipynb", notebook("of lesson 3"), day=1)
    assert said(tmp_path) == {"anna": "of lesson 3"}


@pytest.mark.parametrize("name", [f"{NAME}.txt", "03.json", f"{NAME}.json", "Untitled.IPYNB"])
def test_what_can_be_read_is_accepted(name, tmp_path):
    put(tmp_path / "anna" / name, notebook("a"))
    assert said(tmp_path) == {"anna": "a"}


def test_an_answer_in_a_cell_that_has_become_text(tmp_path):
    made = json.loads(notebook("a"))
    for cell in made["cells"]:
        if cell["id"] == LESSON.exercises[0].answer_id:
            cell.update(cell_type="markdown", source=f"```python\n{''.join(cell['source'])}\n```")
    put(tmp_path / "anna" / NAME, json.dumps(made).encode())
    assert said(tmp_path) == {"anna": "a"}


def test_a_small_file_that_fills_the_memory(tmp_path):
    put(tmp_path / "mallory" / NAME, b'{"cells": [' + b"{}," * (15 * 2**20) + b"{}]}")
    put(tmp_path / "anna" / NAME, notebook("a"))
    before = peak()
    found = said(tmp_path)
    assert found["anna"] == "a" and "too much to be read" in found["mallory"]
    assert peak() - before < 300 * 2**20, "of it, only the bytes are held here"


def test_text_that_takes_long_to_read(tmp_path, monkeypatch):
    """Of the notebooks of one student, the latest are read, as long as there is time."""
    nested = {"cell_type": "markdown", "source": "(" * 190 + ")" * 190}
    put(tmp_path / "anna" / NAME, json.dumps({"cells": [nested] * 4_000}).encode())
    began = submissions._spent_on_reading()
    assert collect(tmp_path, LESSON)[0]["anna"].cells == []
    assert submissions._spent_on_reading() - began < 15
    monkeypatch.setattr(submissions, "READING_SECONDS", -1)
    assert "too much time" in collect(tmp_path, LESSON)[0]["anna"].left_out[0]


def test_cells_without_end(tmp_path):
    many = b'{"cell_type":"code","source":""},' * 1_000_000
    put(tmp_path / "anna" / NAME, b'{"cells": [' + many + b"{}]}")
    assert "5000 cells" in said(tmp_path)["anna"]


def test_where_no_notebook_can_be_read_nobody_is_blamed(tmp_path, monkeypatch):
    put(tmp_path / "anna" / NAME, notebook("a"))
    monkeypatch.setattr(submissions.notebooks, "__file__", str(tmp_path / "lost.py"))
    with pytest.raises(CourseError, match="Nobody is graded. No notebook can be read here: .*lost"):
        collect(tmp_path, LESSON)


def test_what_is_left_out_fills_no_screen(tmp_path):
    (tmp_path / "anna").mkdir()
    for n in range(500):
        (tmp_path / "anna" / f"{n}.ipynb").symlink_to("/")
    left_out = collect(tmp_path, LESSON)[0]["anna"].left_out
    assert len(left_out) == 11 and left_out[-1] == "anna: 490 more."


def peak():
    with open("/proc/self/status") as file:
        [line] = [line for line in file if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def test_times_are_not_taken_from_files(tmp_path):
    put(tmp_path / "anna" / NAME, notebook("a"), day=30)
    put(tmp_path / "anna" / "timestamp.txt", b"2026-12-01 10:00:00 UTC")
    put(tmp_path / "anna" / LESSON.name / "timestamp.txt", b"2026-12-01 10:00:00 UTC")
    submission = collect(tmp_path, LESSON)[0]["anna"]
    assert (submission.time, submission.late) == (None, None)
    assert datetime.datetime.fromtimestamp(os.stat(tmp_path / "anna" / NAME).st_mtime).day == 30
