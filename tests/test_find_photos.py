"""Find my cat: what is searched, what is skipped, what is remembered, what stands on the output."""

import contextlib
import io
import json
import os
import runpy
import signal
import sqlite3
import stat
import subprocess
import sys
import types
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import course_utils
from course_utils import drawing, find_photos
from course_utils.errors import DataError, PictureError
from course_utils.machine import threads
from course_utils.photos import embeddings, likeness, trees
from tests import background

RED, GREEN, BLUE = (220, 20, 10), (10, 200, 20), (20, 10, 230)
FAKE = '''
import time
from pathlib import Path
import numpy as np
from course_utils.photos import likeness

def load(base, batches=-1):
    """A network that after so many batches writes the file "waiting" and waits."""
    def embed(pictures):
        nonlocal batches
        if not batches:
            Path("waiting").write_text("here")
            time.sleep(1_000_000)
        batches -= 1
        rows = pictures.reshape(len(pictures), 2, 96, 2, 96, 3).mean((2, 4))
        return rows.reshape(len(pictures), -1).astype("float32")
    return embed

likeness.find_base = lambda: likeness._Base("fake", "a fake base", None)
'''


def picture(path, colour, size=(40, 30), **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path, **options)
    return path


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A cache of its own, and a network that sees four patches of colour."""
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(likeness, "find_base", likeness.find_base)  # undone after the test
    space = {}
    exec(FAKE, space)
    monkeypatch.setattr(likeness, "_load", space["load"])
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def tree(home):
    """Two reddish pictures to look for; a tree with red, green, blue ones."""
    for number, colour in enumerate([(200, 30, 30), (240, 10, 0)]):
        picture(home / "like" / f"{number}.png", colour)
    for name, colour in {"b/red.jpg": RED, "b/c/green.png": GREEN, "blue.webp": BLUE}.items():
        picture(home / "tree" / name, colour)
    return home / "tree"


def command(*arguments):
    """Run the command in this process; return its exit status, output and error output."""
    main = runpy.run_module("course_utils.photos")["main"]
    output, errors = io.BytesIO(), io.StringIO()
    text = io.TextIOWrapper(output, encoding="utf-8")
    with contextlib.redirect_stdout(text), contextlib.redirect_stderr(errors):
        try:
            status = main([os.fspath(argument) for argument in arguments])
        except SystemExit as exit:  # argparse
            status = exit.code
        text.flush()
    return status, output.getvalue(), errors.getvalue()


def names(ranking):
    return [photo.path.name for photo in ranking]


# What is found


def test_best_first_as_paths_with_scores(tree, home, capsys):
    ranking = find_photos(home / "like", tree)
    assert isinstance(ranking, list) and names(ranking)[0] == "red.jpg" and len(ranking) == 3
    path, score = ranking[0]
    assert path == tree / "b" / "red.jpg" and ranking[0].score == score
    scores = [photo.score for photo in ranking]
    assert scores == sorted(scores, reverse=True) and min(scores) >= -1 and max(scores) <= 1
    assert ranking.searched == 3 and ranking.remembered == 0 and ranking.skipped == {}
    said = capsys.readouterr().out
    assert "a fake base" in said and "3 pictures ranked" in said
    assert "same individual" in said
    assert str(home / "cache" / "photo-embeddings") in said and "--forget" in said


def test_cut_offs_only_when_asked(tree, home):
    everything = find_photos([home / "like"], [tree])
    assert find_photos(home / "like", tree, top=2) == everything[:2]
    assert names(find_photos(home / "like", tree, at_least=everything[0].score)) == ["red.jpg"]
    assert find_photos(home / "like", tree, at_least=1.1) == []
    with pytest.raises(ValueError, match="1 or more"):
        find_photos(home / "like", tree, top=0)


def test_files_can_be_named_and_relative_paths_stay_relative(tree, home):
    ranking = find_photos("like/0.png", ["tree/b/red.jpg", "tree/blue.webp", "tree/b/red.jpg"])
    assert [str(path) for path, _ in ranking] == ["tree/b/red.jpg", "tree/blue.webp"]
    assert ranking.skipped == {"seen already": 1}
    odd = picture(home / "noending", RED, format="PNG")
    assert names(find_photos("like", ["tree", odd]))[:2] in (
        ["red.jpg", "noending"],
        ["noending", "red.jpg"],
    )


def test_one_picture_alone_gets_a_score(tree, home):
    (only,) = find_photos(home / "like", tree / "b" / "c")
    assert np.isfinite(only.score)
    assert find_photos(tree / "blue.webp", tree / "blue.webp") == []  # it was asked for


def test_black_pictures_have_a_score_too(home):
    picture(home / "like" / "black.png", (0, 0, 0))  # its embedding is all zeros
    picture(home / "tree" / "black.png", (0, 0, 0), (50, 30))
    picture(home / "tree" / "red.png", RED)
    ranking = find_photos("like", "tree")
    assert len(ranking) == 2 and all(np.isfinite(photo.score) for photo in ranking)


# What is skipped


def test_links_in_circles_and_folders_twice(tree, home):
    (tree / "b" / "up").symlink_to("..")
    (tree / "a link").symlink_to(tree / "b", target_is_directory=True)
    (tree / "self.jpg").symlink_to("self.jpg")
    (tree / "gone.jpg").symlink_to("nowhere.jpg")
    (tree / "again.jpg").symlink_to(tree / "b" / "red.jpg")
    picture(home / "outside" / "far.png", GREEN)
    (tree / "near.png").symlink_to(home / "outside" / "far.png")
    (tree / "other").symlink_to(home / "outside")
    ranking = find_photos("like", [tree, tree / "b", tree])
    assert sorted(names(ranking)) == ["blue.webp", "far.png", "green.png", "red.jpg"]
    assert tree / "b" / "red.jpg" in [photo.path for photo in ranking]
    # up, a link, again, near, and b and the tree when they are named once more
    assert ranking.skipped == {"seen already": 6, "broken links": 2}


def test_hard_links_are_files_like_others(tree):
    os.link(tree / "blue.webp", tree / "blue too.webp")
    assert len(find_photos("like", tree)) == 4


def test_unreadable_odd_and_huge_files(tree, home, capsys):
    whole = picture(home / "whole.jpg", RED, (300, 300)).read_bytes()
    (tree / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (tree / "empty.png").touch()
    (tree / "text.jpg").write_text("no picture")
    (tree / "notes.txt").write_text("no picture")
    (tree / "folder.jpg").mkdir()
    os.mkfifo(tree / "pipe.jpg")
    from tests.test_pictures import claiming

    (tree / "huge.png").write_bytes(claiming(60_000, 60_000))
    (tree / "large.png").write_bytes(claiming(11_000, 11_000))
    picture(tree / ".hidden" / "red.jpg", RED)
    picture(tree / ".red.jpg", RED)
    picture(tree / "wrong ending.png", RED, format="JPEG")
    ranking = find_photos("like", tree)
    assert sorted(names(ranking)) == ["blue.webp", "green.png", "red.jpg", "wrong ending.png"]
    assert ranking.skipped == {"unreadable pictures": 5, "other files": 2, "hidden names": 2}
    reasons = {Path(path).name: reason for path, reason in ranking.unread}
    assert set(reasons) == {"cut.jpg", "empty.png", "text.jpg", "huge.png", "large.png"}
    assert "million" in reasons["huge.png"] and "million" in reasons["large.png"]
    said = capsys.readouterr().out
    assert "2 unreadable pictures, such as" in said and "once more" in said
    assert "1 unreadable picture, " in said and "is a text" in said and "megapixels=" not in said
    assert "2 unreadable pictures, such as" in said and "picture editor, and try again" in said
    find_photos("like", tree, verbose=True)
    said = capsys.readouterr().out
    assert "cut.jpg: is damaged" in said and "notes.txt" in said and "pipe.jpg" in said
    assert len(find_photos("like", tree, hidden=True)) == 6


def test_unreadable_folders(tree, home, monkeypatch):
    scandir, stat_ = os.scandir, os.stat

    def closed(path):
        if str(path).endswith("/b"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    def unreadable(path, **options):
        if str(path).endswith("/secret"):
            raise PermissionError(13, "Permission denied")
        return stat_(path, **options)

    monkeypatch.setattr(os, "scandir", closed)
    monkeypatch.setattr(os, "stat", unreadable)
    ranking = find_photos("like", [tree, home / "secret"])
    assert names(ranking) == ["blue.webp"]
    assert ranking.skipped == {"unreadable folders": 2}
    assert [path for path, why in ranking.unread if why.startswith("Permission denied")] == [
        str(home / "secret"),
        str(tree / "b"),
    ]


def test_system_folders_hold_no_photos(tree, home, monkeypatch):
    monkeypatch.setattr(trees, "_NO_DISKS", {str(tree / "b")})
    ranking = find_photos("like", tree)
    assert names(ranking) == ["blue.webp"] and ranking.skipped == {"system folders": 1}
    assert len(find_photos("like", tree / "b")) == 2  # unless they are asked for


@pytest.mark.parametrize(
    ("status", "elsewhere"),
    [
        ({"st_file_attributes": 0x20}, False),
        ({"st_file_attributes": 0x400420}, True),  # OneDrive: recall on data access
        ({"st_file_attributes": 0x1020}, True),
        ({"st_flags": 0x40}, False),
        ({"st_flags": 0x40000040}, True),  # iCloud: dataless
        ({}, False),
    ],
)
def test_what_a_cloud_service_keeps_elsewhere_is_told_by_flags(status, elsewhere):
    assert trees.is_online_only(types.SimpleNamespace(**status)) == elsewhere


def test_a_reader_that_breaks_in_its_own_way(tree, monkeypatch):
    read = likeness.read_picture

    def breaking(path, *options):
        if path.endswith("red.jpg"):
            raise RecursionError("too deep")
        return read(path, *options)

    monkeypatch.setattr(likeness, "read_picture", breaking)
    ranking = find_photos("like", tree)
    assert len(ranking) == 2 and "too deep" in ranking.unread[0][1]


def test_errors_name_what_is_wrong(tree, home):
    (home / "empty").mkdir()
    with pytest.raises(PictureError, match="no picture in empty that can be read"):
        find_photos("empty", tree)
    with pytest.raises(PictureError, match="no file or folder nowhere"):
        find_photos("nowhere", tree)
    with pytest.raises(PictureError, match="no file or folder nowhere"):
        find_photos("like", [tree, "nowhere"])
    with pytest.raises(PictureError, match="cannot be opened"):
        find_photos("like", "zero\0byte")
    (home / "empty" / "text.jpg").write_text("no picture")
    with pytest.raises(PictureError, match="1 unreadable picture, empty/text.jpg: is a text"):
        find_photos("empty", tree)
    assert find_photos(["empty", "like"], tree)  # one that cannot be read is told, not fatal


def test_at_most_so_many_pictures_are_decoded_ahead(monkeypatch):
    class Counting(ThreadPoolExecutor):
        def submit(self, *call):
            asked.append(call)
            return super().submit(*call)

    asked = []
    monkeypatch.setattr(threads, "ThreadPoolExecutor", Counting)
    decoded = threads.in_order(str, range(1000), likeness._AHEAD)
    for number in range(3):
        assert next(decoded) == str(number)
        assert len(asked) == likeness._AHEAD + number
    decoded.close()
    assert len(asked) == likeness._AHEAD + 2


# What is remembered


def rows(home):
    with contextlib.closing(sqlite3.connect(home / "cache/photo-embeddings/photos.sqlite")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {Path(os.fsdecode(name)).name for (name,) in db.execute("SELECT name FROM pictures")}


def test_the_second_search_decodes_nothing_and_agrees(tree, home, monkeypatch):
    first = find_photos("like", tree)

    def forbidden(*arguments):
        raise AssertionError("needed again")

    monkeypatch.setattr(likeness, "_decode", forbidden)
    monkeypatch.setattr(likeness, "_load", forbidden)
    second = find_photos("like", tree)
    assert second == first and second.remembered == 3
    monkeypatch.chdir(tree)
    assert names(find_photos("../like", ".")) == names(first)  # however they are reached


def test_what_changed_is_computed_again_and_what_is_gone_is_dropped(tree, home):
    find_photos("like", tree)
    assert rows(home) == {"0.png", "1.png", "red.jpg", "green.png", "blue.webp"}
    picture(tree / "blue.webp", RED)
    (tree / "b" / "red.jpg").unlink()
    (tree / "b" / "c" / "green.png").rename(tree / "b" / "green too.png")
    (tree / "b" / "c").rmdir()
    ranking = find_photos("like", tree)
    assert names(ranking) == ["blue.webp", "green too.png"] and ranking.remembered == 0
    assert rows(home) == {"0.png", "1.png", "green too.png", "blue.webp"}
    find_photos("like", tree / "b")  # what lies elsewhere stays
    assert "blue.webp" in rows(home)


def test_other_weights_other_embeddings(tree, home, monkeypatch):
    find_photos("like", tree)
    monkeypatch.setattr(
        likeness, "find_base", lambda: likeness._Base("other", "another base", None)
    )
    assert find_photos("like", tree).remembered == 0
    assert find_photos("like", tree).remembered == 3


def test_only_the_owner_may_read_what_is_remembered(tree, home):
    old = os.umask(0)
    try:
        find_photos("like", tree)
    finally:
        os.umask(old)
    folder = home / "cache" / "photo-embeddings"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("damage", ["text", "cut", "another version", "no table"])
def test_a_damaged_store_is_made_anew(tree, home, capsys, damage):
    for number in range(40):
        picture(tree / f"{number}.png", (number, 0, 0))
    first = find_photos("like", tree)
    path = home / "cache" / "photo-embeddings" / "photos.sqlite"
    if damage == "text":
        path.write_text("no database, certainly not" * 100)
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:5000])
    else:
        with contextlib.closing(sqlite3.connect(path)) as db:
            done = "PRAGMA user_version = 99"
            db.execute(done if damage == "another version" else "DROP TABLE pictures")
            db.commit()
    again = find_photos("like", tree)
    assert again == first and again.remembered == 0
    assert "computed anew" in capsys.readouterr().out
    assert find_photos("like", tree).remembered == 43


def test_forget_deletes_everything_and_says_where_it_lay(tree, home):
    find_photos("like", tree)
    folder = home / "cache" / "photo-embeddings"
    status, output, errors = command("--forget")
    assert status == 0 and output == b"" and str(folder) in errors and "deleted" in errors
    assert not folder.exists()
    status, _, errors = command("--forget")
    assert status == 0 and "nothing" in errors
    assert command("--forget", tree)[0] == 2
    find_photos("like", tree)
    assert embeddings.forget_photos() == folder and not folder.exists()


def run_apart(home, *arguments, batches=-1):
    """Start a search in the background, with a network that waits after so many batches."""
    code = (
        FAKE
        + f"""
likeness._load = lambda base: load(base, {batches})
import runpy, sys
sys.argv = ["find_photos", *{[os.fspath(argument) for argument in arguments]!r}]
runpy.run_module("course_utils.photos", run_name="__main__")
"""
    )
    package = {"PYTHONPATH": str(Path(course_utils.__file__).parent.parent)}
    return background.start([sys.executable, "-c", code], env=os.environ | package)


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_keeps_what_it_had(tree, home, sign):
    for number in range(200):
        picture(tree / f"{number:03}.png", (number, 50, 50))
    process = run_apart(home, "--like", "like", tree, batches=3)
    background.await_file(home / "waiting", process)
    output, errors = background.stop(process, sign)
    assert output == b""
    if sign != signal.SIGKILL:
        assert process.returncode == 130 and b"Traceback" not in errors
        assert b"The 66 embeddings computed so far are kept in" in errors
    assert len(rows(home)) == 66  # two that are looked for, and twice 32
    ranking = find_photos("like", tree)
    assert len(ranking) == 203 and ranking.remembered == 64


def test_two_searches_at_the_same_time(tree, home):
    for number in range(150):
        picture(tree / f"{number}.png", (number, 50, 50))
    processes = [run_apart(home, "--like", "like", "--json", tree) for _ in range(3)]
    outputs = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], outputs
    lists = [json.loads(output) for output, _ in outputs]
    assert len(lists[0]) == 153 and lists[0] == lists[1] == lists[2]
    assert len(rows(home)) == 153  # by name: two in both folders are called the same


# The command


def test_plain_output_is_paths_and_nothing_else(tree, home):
    status, output, errors = command("--like", "like", "tree")
    assert status == 0 and output.splitlines()[0] == b"tree/b/red.jpg" and output.count(b"\n") == 3
    assert "3 pictures ranked" in errors and "Reading" in errors  # the progress bar
    assert command("--like", "like", "tree", "--top", "1", "-0")[1] == b"tree/b/red.jpg\0"
    score, path = command("--like", "like", "tree", "--scores")[1].splitlines()[0].split(b"\t")
    assert path == b"tree/b/red.jpg" and 0 < float(score) <= 1
    verbose = command("--like", "like", "tree", "--verbose")
    assert verbose[1] == output


def test_json_is_one_list_and_nothing_else(tree, home):
    status, output, _ = command("--like", "like", "--json", "--verbose", "tree")
    found = json.loads(output)
    assert status == 0 and len(found) == 3
    assert [set(photo) for photo in found] == [{"path", "score"}] * 3
    assert found[0]["path"] == "tree/b/red.jpg"
    assert found == sorted(found, key=lambda photo: -photo["score"])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_that_cannot_be_decoded(tree, home):
    name = os.fsdecode(b"caf\xe9\n.png")
    picture(tree / name, RED)
    (tree / os.fsdecode(b"b\xff.png")).write_text("no picture")
    status, output, errors = command("--like", "like", "--verbose", "tree", "-0")
    assert status == 0 and b"tree/caf\xe9\n.png\0" in output and "\\udcff" in errors
    output = command("--like", "like", "tree", "--json")[1]
    assert output.isascii() and f"tree/{name}" in [photo["path"] for photo in json.loads(output)]
    assert find_photos("like", "tree").remembered == 4


def test_exit_statuses(tree, home):
    (home / "empty").mkdir()
    status, output, errors = command("--like", "like", "empty")
    assert status == 1 and output == b"" and "No picture was found" in errors
    assert command("--like", "like", "empty", "--json")[:2] == (1, b"[]\n")
    status, _, errors = command("--like", "like", "tree", "--at-least", "1.5")
    assert status == 1 and "All 3 are below 1.5" in errors
    for arguments in (["tree"], ["--like", "like"], ["--like", "like", "tree", "--top", "0"]):
        status, output, errors = command(*arguments)
        assert status == 2 and output == b"" and "usage" in errors
    status, output, errors = command("--like", "nowhere", "tree", "--json")
    assert status == 2 and output == b"" and "There is no file or folder nowhere" in errors
    status, output, _ = command("--help")
    assert status == 0 and b"not the\nindividual" in output and b"photo-embeddings" in output


def test_a_reader_that_leaves_early_is_no_error(tree, home):
    for number in range(300):
        picture(tree / f"{number:0100d}.png", (number % 256, 50, 50), (2, 2))
    process = run_apart(home, "--like", "like", tree)
    process.stdout.close()
    errors = process.stderr.read().decode()
    assert process.wait() == 0 and "303 pictures ranked" in errors
    assert "Broken" not in errors and "Traceback" not in errors


# The base


def test_the_same_names_whatever_was_imported():
    from course_utils import find_photos as again

    assert again is find_photos is likeness.find_photos and callable(find_photos)


def test_real_weights_come_first(tmp_path, monkeypatch, offline):
    """Which weights are used is told without TensorFlow, and goes by what is in the file."""
    import h5py

    from course_utils.sources import weights

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setenv("COURSE_PROFILE", "quick")
    drawn = likeness.find_base()
    assert "drawn pictures (no connection" in drawn.words and "hardly better" in drawn.words
    name = weights.weights_file("MobileNetV2", (192, 192, 3), False).name
    (tmp_path / "models").mkdir()
    keys = set()
    for number in range(2):
        with h5py.File(tmp_path / "models" / name, "w") as file:
            file.attrs["number"] = number
        base = likeness.find_base()
        assert "ImageNet weights" in base.words
        keys.add(base.key)
    assert len(keys | {drawn.key}) == 3
    monkeypatch.setenv("COURSE_DATA", "sample")
    assert likeness.find_base().key == drawn.key
    (tmp_path / "models" / name).unlink()
    with pytest.raises(DataError, match="does not hold the weights"):  # nothing under a wrong key
        likeness._load(base)
    monkeypatch.setenv("COURSE_DATA", "real")
    with pytest.raises(DataError, match="cannot be had"):
        likeness.find_base()


def test_the_drawn_base_and_a_second_search_without_tensorflow(tmp_path, monkeypatch):
    import keras

    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COURSE_DATA", "sample")
    pictures = drawing.draw_cats_and_dogs([0, 0, 0, 1, 1, 1], size=(100, 120))
    for number, drawn in enumerate(pictures):
        path = tmp_path / ("like" if number < 2 else "tree") / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(drawn).save(path)
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        first = find_photos(tmp_path / "like", tmp_path / "tree")
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
    finally:
        keras.config.set_dtype_policy("float32")
    assert len(first) == 4 and "drawn pictures" in first.base
    code = f"""
import sys
for name in ("tensorflow", "keras", "h5py", "matplotlib"):
    sys.modules[name] = None
from course_utils import find_photos
for path, score in find_photos({str(tmp_path / "like")!r}, {str(tmp_path / "tree")!r}):
    print("found", path, score)
"""
    package = {"PYTHONPATH": str(Path(course_utils.__file__).parent.parent)}
    run = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | package, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    found = [line for line in run.stdout.splitlines() if line.startswith("found")]
    assert found == [f"found {path} {score}" for path, score in first]
