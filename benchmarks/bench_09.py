"""Lesson 09, reading flowers: TFRecord files against single JPEG files, cold and cached.

    TFDS_DATA_DIR=… COURSE_DATA=real .venv/bin/python benchmarks/bench_09.py

The same JPEG files, pictures of tf_flowers cut to squares of 192 pixels, lie on the disk twice: one
by one, in a folder for each class, and in eight files of records. The published side lists the
files, reads and decodes them one after the other, in order. Ours is the lesson's own: records read
from four files at a time and decoded in parallel. Two more sides tell apart what the parallel work
brings and what the format does: single files in parallel, records in order. "In order" switches
off what tf.data does today without being asked: it would run such a `map` in parallel.
"decoding alone" has the encoded pictures in memory: no way of reading can be faster than that.

The sides take turns. Every time counts from the listing of the files to the last decoded picture.
"cold" is after the operating system was asked to drop its copies of the files, as the lesson does;
what a virtual machine's host or the disk keeps is not dropped. "cached" is read again right after.
Processor time, over all threads, is there because it says something on a busy machine, too.
"""

import functools
import sys
from glob import glob
from pathlib import Path

import numpy as np

from benchmarks import measure
from course_utils import load_dataset, write_class_folders, write_records
from course_utils.machine.device import import_tensorflow
from course_utils.machine.settings import cache_folder
from course_utils.sources.datasets import source_of
from tools.lesson_source import taught

SIDE, SHARDS = 192, 8
STATES = ("cold", "cached") if sys.platform == "linux" else ("cached",)


def prepare(tf):
    """Write the pictures both ways, once; return what `glob` finds the files by, both ways."""

    def to_record(jpeg):
        image = tf.train.Feature(bytes_list=tf.train.BytesList(value=[jpeg]))
        label = tf.train.Feature(int64_list=tf.train.Int64List(value=[0]))  # nobody looks at it
        features = tf.train.Features(feature={"image": image, "label": label})
        return tf.train.Example(features=features).SerializeToString()

    dataset, info = load_dataset("tf_flowers", split="train")
    to_square = taught("09", "to_square", side=SIDE)
    squares = dataset.map(to_square, num_parallel_calls=tf.data.AUTOTUNE)
    folder = cache_folder() / "benchmarks" / f"tf_flowers-{source_of('tf_flowers').kind}"
    names = info.features["label"].names
    pictures = f"{write_class_folders(squares, names, folder / 'pictures')}/*/*.jpg"
    chance = np.random.default_rng(0)  # as a dataset is mixed before it is written
    paths = chance.permutation(sorted(glob(pictures)))
    jpegs = tf.data.Dataset.from_tensor_slices(paths).map(tf.io.read_file)
    return pictures, f"{write_records(jpegs, to_record, folder / 'records', SHARDS)}/*.tfrecord"


def sides(tf, pictures, records):
    """Return, by name, a function that gives a dataset of decoded pictures, and its files."""
    single, together = sorted(glob(pictures)), sorted(glob(records))
    decode_file = taught("09", "read_picture_file")
    from_record, read_records = (
        taught("09", name, side=SIDE) for name in ("from_record", "read_records")
    )
    decode = functools.partial(tf.io.decode_jpeg, channels=3)
    in_order, parallel = tf.data.Options(), tf.data.AUTOTUNE
    in_order.experimental_optimization.map_parallelization = False
    memory = tf.data.Dataset.from_tensor_slices([Path(path).read_bytes() for path in single])

    def files(**options):
        return tf.data.Dataset.list_files(pictures, shuffle=False).map(decode_file, **options)

    def one_after_another():
        return tf.data.TFRecordDataset(sorted(glob(records))).map(from_record)

    return {
        "published: single files, in order": (lambda: files().with_options(in_order), single),
        "single files, parallel": (lambda: files(num_parallel_calls=parallel), single),
        "records, in order": (lambda: one_after_another().with_options(in_order), together),
        "ours: records, parallel": (
            lambda: read_records(sorted(glob(records)), len(single)),
            together,
        ),
        "decoding alone, in order": (lambda: memory.map(decode).with_options(in_order), []),
        "decoding alone, parallel": (lambda: memory.map(decode, parallel), []),
    }


def read_all(dataset_of):
    for _ in dataset_of().batch(32):
        pass


def read_after_forgetting(dataset_of, files, forget):
    forget(files)
    return measure.once(read_all, dataset_of)


def main():
    options = measure.parser(__doc__, turns=5).parse_args()
    tf = import_tensorflow()
    pictures, records = prepare(tf)
    forget, timed = taught("09", "forget"), {}
    for name, (dataset_of, files) in sides(tf, pictures, records).items():
        read_all(dataset_of)  # translates the pipeline once, untimed
        for state in STATES if files else ("cached",):
            side = functools.partial(measure.once, read_all, dataset_of)
            if state == "cold":
                side = functools.partial(read_after_forgetting, dataset_of, files, forget)
            timed[f"{name}, {state}"] = side
    times = measure.take_turns(timed, options.turns)
    for state in STATES:
        found = {name: pairs for name, pairs in times.items() if name.endswith(state)}
        about = f"{source_of('tf_flowers').kind} data, {state}"
        measure.tell(found, len(glob(pictures)), about)


if __name__ == "__main__":
    main()
