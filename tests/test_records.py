"""TFRecord files: written whole or not at all, and never over what is foreign."""

import json
import os
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest
import tensorflow as tf

from course_utils import CourseError, write_records
from course_utils.errors import DataError
from course_utils.machine import threads

COUNT, SHARDS = 25, 4
PICTURES = np.random.default_rng(0).integers(0, 256, (COUNT, 8, 6, 3), dtype=np.uint8)
LABELS = np.arange(COUNT)


def pairs(count=COUNT):
    return tf.data.Dataset.from_tensor_slices((PICTURES[:count], LABELS[:count]))


def to_record(picture, label):
    png = tf.train.BytesList(value=[tf.io.encode_png(picture).numpy()])
    number = tf.train.Int64List(value=[int(label)])
    features = {
        "image": tf.train.Feature(bytes_list=png),
        "label": tf.train.Feature(int64_list=number),
    }
    return tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString()


def from_record(record):
    named = {
        "image": tf.io.FixedLenFeature([], tf.string),
        "label": tf.io.FixedLenFeature([], tf.int64),
    }
    example = tf.io.parse_single_example(record, named)
    return tf.io.decode_png(example["image"]), example["label"]


def files_of(folder):
    return sorted(str(path) for path in folder.glob("*.tfrecord"))


@pytest.fixture
def folder(tmp_path):
    return write_records(pairs(), to_record, tmp_path / "flowers", SHARDS)


def test_every_element_is_written_once_and_the_files_are_mixtures(folder, capsys):
    files = files_of(folder)
    assert [os.path.basename(path) for path in files] == [
        f"flowers-{number:05d}-of-00004.tfrecord" for number in range(SHARDS)
    ]
    labels = []
    for number, path in enumerate(files):
        for picture, label in tf.data.TFRecordDataset(path).map(from_record).as_numpy_iterator():
            assert label % SHARDS == number and np.array_equal(picture, PICTURES[label])
            labels.append(int(label))
    assert sorted(labels) == list(range(COUNT))
    assert os.listdir(folder.parent) == ["flowers"]


def test_read_by_parallel_interleave_as_the_lesson_does(folder):
    files = tf.data.Dataset.from_tensor_slices(files_of(folder))
    records = files.interleave(
        tf.data.TFRecordDataset, 4, num_parallel_calls=tf.data.AUTOTUNE, deterministic=False
    )
    labels = [int(label) for _, label in records.map(from_record).as_numpy_iterator()]
    assert sorted(labels) == list(range(COUNT))


def test_progress_is_shown(tmp_path, capsys):
    write_records(pairs(), to_record, tmp_path / "flowers", 1)
    assert "Writing flowers" in capsys.readouterr().out


def test_several_threads_make_records(tmp_path, monkeypatch):
    monkeypatch.setattr(threads, "cores", lambda: 2)
    both = threading.Barrier(2)

    def waiting(picture, label):
        if label:  # the first record is made alone, to compare
            both.wait(60)  # for another thread that makes a record now
        return to_record(picture, label)

    write_records(pairs(), waiting, tmp_path / "flowers", 2)


def test_what_is_there_is_used_again(folder):
    calls = []

    def counting(picture, label):
        calls.append(label)
        return to_record(picture, label)

    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert write_records(pairs(), counting, folder, SHARDS) == folder
    assert len(calls) == 1  # the first, to compare
    assert before == {path: path.stat().st_mtime_ns for path in folder.iterdir()}


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "flowers").mkdir()
    assert len(files_of(write_records(pairs(), to_record, tmp_path / "flowers", 2))) == 2


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"dataset": pairs(20)}, "it was made otherwise (elements: 25 then, 20 now)"),
        ({"shards": 3}, "it was made otherwise (shards: 4 then, 3 now)"),
        (
            {"to_record": lambda picture, label: to_record(255 - picture, label)},
            "the first record is another one",
        ),
    ],
)
def test_other_contents_take_the_place_of_the_old_ones(folder, change, why, capsys):
    asked = {"dataset": pairs(), "to_record": to_record, "folder": folder, "shards": SHARDS}
    asked |= change
    capsys.readouterr()
    assert write_records(**asked) == folder
    assert f"flowers: written anew, since {why}." in capsys.readouterr().out
    files = files_of(folder)
    assert len(files) == asked["shards"] and os.listdir(folder.parent) == ["flowers"]
    assert sum(1 for _ in tf.data.TFRecordDataset(files)) == len(asked["dataset"])


def test_the_old_ones_stay_where_writing_anew_fails(folder):
    def fails(picture, label):
        if label == 20:
            raise KeyError("colour")
        return to_record(255 - picture, label)

    with pytest.raises(KeyError):
        write_records(pairs(), fails, folder, SHARDS)
    labels = [int(label) for _, label in tf.data.TFRecordDataset(files_of(folder)).map(from_record)]
    assert sorted(labels) == list(range(COUNT)) and os.listdir(folder.parent) == ["flowers"]


def test_features_have_no_order(folder, capsys):
    """Protocol buffers write the features of an Example in an order of their own."""

    def turned_round(picture, label):
        record = to_record(picture, label)
        features = tf.train.Example.FromString(record).features
        parts = [
            tf.train.Features(feature={name: features.feature[name]}) for name in ("label", "image")
        ]
        return b"".join(tf.train.Example(features=part).SerializeToString() for part in parts)

    assert turned_round(PICTURES[0], 0) != to_record(PICTURES[0], 0)
    capsys.readouterr()
    write_records(pairs(), turned_round, folder, SHARDS)
    assert "anew" not in capsys.readouterr().out


@pytest.mark.parametrize("how", ["cut off", "another kind of file", "gone"])
def test_a_damaged_folder_is_written_anew(folder, how, capsys):
    path = damage(folder, how, "flowers-00000-of-00004.tfrecord")
    capsys.readouterr()
    write_records(pairs(), to_record, folder, SHARDS)
    assert f"written anew, since {path}" in capsys.readouterr().out
    assert len(files_of(folder)) == SHARDS


def test_a_foreign_file_in_the_folder_is_not_lost(folder):
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(DataError, match="notes.txt was not written with the others"):
        write_records(pairs(20), to_record, folder, SHARDS)
    assert (folder / "notes.txt").read_text() == "mine"


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(
        DataError, match=r"records\.json.*not written by write_records. Name a folder"
    ):
        write_records(pairs(), to_record, tmp_path, SHARDS)
    assert os.listdir(tmp_path) == ["notes.txt"]


def test_an_error_in_the_middle_leaves_nothing_and_is_the_callers_own(tmp_path):
    def fails(picture, label):
        if label == 20:
            raise KeyError("colour")
        return to_record(picture, label)

    with pytest.raises(KeyError, match="colour"):
        write_records(pairs(), fails, tmp_path / "flowers", SHARDS)
    assert os.listdir(tmp_path) == []


def test_a_writer_that_is_killed_leaves_nothing_that_is_taken_for_whole(tmp_path):
    folder = tmp_path / "flowers"
    code = f"""
import os, sys
sys.path[:0] = {[os.path.dirname(__file__), *filter(None, sys.path)]!r}
from test_records import pairs, to_record, write_records
def kills(picture, label):
    if label == 20:
        os.kill(os.getpid(), {signal.SIGKILL})
    return to_record(picture, label)
write_records(pairs(), kills, {str(folder)!r}, 4)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=240)
    assert run.returncode == -signal.SIGKILL
    assert not folder.exists() and len(os.listdir(tmp_path)) == 1
    aside = next(tmp_path.iterdir())
    os.utime(aside, (0, 0))  # as if it were of yesterday
    assert len(files_of(write_records(pairs(), to_record, folder, SHARDS))) == SHARDS
    assert not aside.exists()


def damage(folder, how, name="flowers-00001-of-00004.tfrecord"):
    """Damage a file, or the folder; return the path that the message should name."""
    path = folder / name
    data = bytearray(path.read_bytes())
    if how == "cut off":
        path.write_bytes(data[:-7])
    elif how == "one byte in the middle":
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    elif how == "another kind of file":
        path.write_bytes((b"\xff\xd8\xff\xe0" + bytes(len(data)))[: len(data)])
    elif how == "gone":
        path.unlink()
    elif how == "one too many":
        path = folder / "flowers-00009-of-00010.tfrecord"
        path.write_bytes(data)
    return path


def test_a_byte_that_has_changed_stops_the_reading(folder):
    """What lesson 09 says of TFRecords."""
    path = damage(folder, "one byte in the middle")
    with pytest.raises(tf.errors.DataLossError):
        list(tf.data.TFRecordDataset(str(path)))


def test_a_file_too_many_is_named(folder):
    path = damage(folder, "one too many")
    with pytest.raises(DataError, match="was not written with the others") as caught:
        write_records(pairs(), to_record, folder, SHARDS)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"asked": {}}', '{"files": {"a": 1}}'])
def test_a_damaged_note_is_named(folder, content):
    (folder / "records.json").write_text(content)
    with pytest.raises(DataError, match=r"records\.json cannot be read"):
        write_records(pairs(), to_record, folder, SHARDS)


def test_a_folder_that_another_version_of_the_course_wrote_is_named_and_stays(folder):
    note = json.loads((folder / "records.json").read_text())
    (folder / "records.json").write_text(json.dumps(note | {"form": 1}))
    with pytest.raises(DataError, match=r"another version of the course wrote it\)\. Delete"):
        write_records(pairs(), to_record, folder, SHARDS)
    assert len(files_of(folder)) == SHARDS


@pytest.mark.parametrize("shards", [0, -1, 2.5, True, "8"])
def test_a_number_of_files_that_cannot_be(tmp_path, shards):
    with pytest.raises(ValueError, match="from 1 on"):
        write_records(pairs(), to_record, tmp_path / "flowers", shards)


def test_what_cannot_be_written(tmp_path):
    with pytest.raises(ValueError, match="empty"):
        write_records(pairs(0), to_record, tmp_path / "flowers")
    with pytest.raises(ValueError, match="must return bytes.*str"):
        write_records(pairs(), lambda picture, label: "text", tmp_path / "flowers")
    with pytest.raises(ValueError, match="3 elements do not fill 8 files"):
        write_records(pairs(3), to_record, tmp_path / "flowers")
    assert os.listdir(tmp_path) == []


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CourseError, match="cannot be written. Name a folder"):
        write_records(pairs(), to_record, tmp_path / "file" / "flowers")


def test_a_full_disk_is_told(tmp_path, monkeypatch):
    class Full(tf.io.TFRecordWriter):
        def write(self, record):
            raise tf.errors.ResourceExhaustedError(None, None, "No space left on device")

    monkeypatch.setattr(tf.io, "TFRecordWriter", Full)
    with pytest.raises(DataError, match="no space is left on the disk"):
        write_records(pairs(), to_record, tmp_path / "flowers")
    assert os.listdir(tmp_path) == []
