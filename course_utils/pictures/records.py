"""A dataset as TFRecord files: written once, in several files at a time.

A TFRecord file holds one record after the other: the length in 8 bytes, a checksum of it in 4, the
data, a checksum of them in 4. What stands in the data is for the writer to say, most often a
`tf.train.Example`.
"""

import collections
import contextlib
import functools
import os
import sys
from pathlib import Path

from course_utils.errors import DataError
from course_utils.machine.device import import_tensorflow
from course_utils.machine.threads import in_order
from course_utils.store import explain_failed_writing, made_once, noted

_MARKER = "records.json"


def write_records(dataset, to_record, folder, shards=8):
    """Write a dataset as TFRecord files, and return the folder that holds them.

    The elements go to the files in turn, the first to the first file, so that each file is a
    mixture as the dataset is. Several threads make records at the same time. Everything is written
    aside, and the folder gets its name when all of it is there: a run that stops in the middle
    leaves nothing that could be taken for whole. A folder that was written from as many elements,
    with the same first record and into as many files, is used again; `records.json` in it says so.
    One that was written in another way, or is damaged, is written anew, and a printed line says
    why. Where another process writes the same at the moment, this one waits for it.

    Args:
        dataset: a `tf.data.Dataset`, not batched, whose elements are tuples or single arrays.
        to_record: function of an element, of its parts where it is a tuple, that returns the bytes
            of its record, such as `Example.SerializeToString()`. Several threads call it.
        folder: where to write; it must not exist yet, or be empty, or have been written by this
            function.
        shards: the number of files, at least 1 and at most as many as there are elements.

    Returns:
        The absolute `Path` of the folder. Its files are named after it, such as
        `train-00003-of-00008.tfrecord`.

    Raises:
        ValueError: `shards` does not fit, the dataset is empty, or a record is no bytes.
        DataError: the folder holds something else, or cannot be written.
    """
    folder = Path(os.path.expanduser(folder)).absolute()
    if isinstance(shards, bool) or not isinstance(shards, int) or shards < 1:
        raise ValueError(f"shards is a number of files from 1 on, not {shards!r}.")
    length = int(dataset.cardinality())
    elements = dataset.as_numpy_iterator()
    try:
        first = _record_of(to_record, next(elements))
    except StopIteration:
        raise ValueError("The dataset is empty: there is nothing to write.") from None
    asked = {"elements": length if length >= 0 else None, "shards": shards}

    def another_first():
        try:
            found = _first_record(_written_files(folder)[0])
        except DataError as error:
            return str(error).rstrip(".")
        return None if _same(found, first) else "the first record is another one"

    try:
        with made_once(folder, asked, _MARKER, "write_records", another_first) as aside:
            if aside:
                aside.mkdir()
                _write(first, elements, to_record, aside, folder.name, shards, asked["elements"])
    except DataError:
        raise
    except (OSError, import_tensorflow().errors.OpError) as error:
        raise explain_failed_writing(
            error,
            "Writing the records",
            folder,
            "or name a folder on another disk",
            elsewhere="Name a folder that you can write to",
        ) from None
    return folder


def _record_of(to_record, element):
    record = to_record(*element) if isinstance(element, tuple) else to_record(element)
    if not isinstance(record, bytes):
        raise ValueError(
            f"to_record must return bytes, as Example.SerializeToString() does, and returned "
            f"{type(record).__name__}."
        )
    return record


def _write(first, elements, to_record, aside, name, shards, total):
    """Write all records into the folder `aside`."""
    from tqdm import tqdm

    tf = import_tensorflow()
    names = [f"{name}-{number:05d}-of-{shards:05d}.tfrecord" for number in range(shards)]
    counts = collections.Counter()
    bar = {"desc": f"Writing {name}", "unit": " records", "leave": False}
    with contextlib.ExitStack() as stack:
        progress = stack.enter_context(tqdm(total=total, file=sys.stdout, **bar))
        writers = [stack.enter_context(tf.io.TFRecordWriter(str(aside / shard))) for shard in names]

        def write(record):
            shard = counts.total() % shards
            writers[shard].write(record)
            counts[names[shard]] += 1
            progress.update()

        write(first)
        for record in in_order(functools.partial(_record_of, to_record), elements):
            write(record)
    if counts.total() < shards:
        raise ValueError(
            f"{counts.total()} elements do not fill {shards} files. Ask for fewer shards."
        )


def _first_record(path):
    """Return the first record of a file, or raise the DataError."""
    tf = import_tensorflow()
    try:
        return next(tf.data.TFRecordDataset(str(path)).take(1).as_numpy_iterator())
    except (StopIteration, tf.errors.OpError):
        raise DataError(f"{path} is no TFRecord file, or damaged.") from None


def _same(one, other):
    """Return whether two records say the same: an Example's features have no order."""
    example = import_tensorflow().train.Example
    try:
        return one == other or example.FromString(one) == example.FromString(other)
    except Exception:  # protobuf's DecodeError: no Examples
        return False


def _written_files(folder):
    """Return the paths of the files that `write_records` has noted in a folder."""
    return [folder / name for name in sorted(noted(folder, _MARKER, "write_records")["files"])]
