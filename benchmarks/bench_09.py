"""Lesson 09, reading flowers: TFRecord files against single JPEG files, cold and cached.

    TFDS_DATA_DIR=… COURSE_DATA=real .venv/bin/python benchmarks/bench_09.py

The same JPEG files, pictures of tf_flowers cut to squares of 192 pixels, lie on the disk twice: one
by one, in a folder for each class, and in eight files of records. The published side lists the
files, reads and decodes them one after the other, in order. Ours is the lesson's: records read from
four files at a time and decoded in parallel. Two more sides tell apart what the parallel work
brings and what the format does: single files in parallel, records in order. "In order" switches
off what tf.data does today without being asked: it would run such a `map` in parallel.
"decoding alone" has the encoded pictures in memory: no way of reading can be faster than that.

The sides take turns. Every time counts from the listing of the files to the last decoded picture.
"cold" is after the operating system was asked to drop its copies of the files (posix_fadvise); what
a virtual machine's host or the disk keeps is not dropped. "cached" is read again right after.
Processor time, over all threads, is there because it says something on a busy machine, too.
"""

import argparse
import glob
import os
import statistics
import time
from pathlib import Path

import numpy as np

from course_utils import (
    forget_files,
    load_dataset,
    record_files,
    write_class_folders,
    write_records,
)
from course_utils.machine.device import hardware, import_tensorflow
from course_utils.machine.settings import cache_folder
from course_utils.sources.datasets import source_of

SIDE, SHARDS = 192, 8


def prepare(tf):
    """Write the pictures both ways, once; return the folder of files and that of records."""
    import keras

    resizing = keras.layers.Resizing(SIDE, SIDE, crop_to_aspect_ratio=True)

    def to_square(picture, label):
        return tf.cast(tf.round(resizing(picture)), tf.uint8), label

    def to_record(jpeg):
        image = tf.train.Feature(bytes_list=tf.train.BytesList(value=[jpeg]))
        features = tf.train.Features(feature={"image": image})
        return tf.train.Example(features=features).SerializeToString()

    dataset, info = load_dataset("tf_flowers", split="train")
    squares = dataset.map(to_square, num_parallel_calls=tf.data.AUTOTUNE)
    folder = cache_folder() / "benchmarks" / f"tf_flowers-{source_of('tf_flowers').kind}"
    names = info.features["label"].names
    pictures = write_class_folders(squares, names, folder / "pictures")
    paths = sorted(glob.glob(f"{pictures}/*/*.jpg"))
    chance = np.random.default_rng(0)  # as a dataset is mixed before it is written
    jpegs = tf.data.Dataset.from_tensor_slices(chance.permutation(paths)).map(tf.io.read_file)
    records = write_records(jpegs, to_record, folder / "records", SHARDS)
    record_files(records, features=["image"])
    return pictures, records


def sides(tf, pictures, records):
    """Return, by name, a function that gives a dataset of decoded pictures, and its files."""
    single = sorted(glob.glob(f"{pictures}/*/*.jpg"))
    together = sorted(glob.glob(f"{records}/*.tfrecord"))
    parallel = {"num_parallel_calls": tf.data.AUTOTUNE}
    named = {"image": tf.io.FixedLenFeature([], tf.string)}

    def decode(jpeg):
        return tf.io.decode_jpeg(jpeg, channels=3)

    def decode_file(path):
        return decode(tf.io.read_file(path))

    def decode_record(record):
        return decode(tf.io.parse_single_example(record, named)["image"])

    one_by_one = tf.data.Options()
    one_by_one.experimental_optimization.map_parallelization = False

    def files(**options):
        return tf.data.Dataset.list_files(f"{pictures}/*/*.jpg", shuffle=False).map(
            decode_file, **options
        )

    def in_order():
        return tf.data.TFRecordDataset(sorted(glob.glob(f"{records}/*.tfrecord"))).map(
            decode_record
        )

    def interleaved():
        shards = tf.data.Dataset.list_files(f"{records}/*.tfrecord")
        opened = shards.interleave(
            tf.data.TFRecordDataset, cycle_length=4, deterministic=False, **parallel
        )
        return opened.map(decode_record, **parallel)

    memory = tf.data.Dataset.from_tensor_slices([Path(path).read_bytes() for path in single])
    return {
        "published: single files, in order": (lambda: files().with_options(one_by_one), single),
        "single files, parallel": (lambda: files(**parallel), single),
        "records, in order": (lambda: in_order().with_options(one_by_one), together),
        "ours: records, parallel": (interleaved, together),
        "decoding alone, in order": (lambda: memory.map(decode).with_options(one_by_one), []),
        "decoding alone, parallel": (lambda: memory.map(decode, **parallel), []),
    }


def read_all(dataset_of):
    """Read a dataset once; return pictures a second, and processor milliseconds a picture."""
    begin, worked = time.perf_counter(), time.process_time()
    count = sum(int(batch.shape[0]) for batch in dataset_of().batch(32))
    worked = time.process_time() - worked
    return count / (time.perf_counter() - begin), 1000 * worked / count


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    tf = import_tensorflow()
    pictures, records = prepare(tf)
    all_sides = sides(tf, pictures, records)
    measured = {name: {"cold": [], "cached": []} for name in all_sides}
    for dataset_of, _ in all_sides.values():  # translate each pipeline once, untimed
        read_all(dataset_of)
    for turn in range(options.turns):
        for name, (dataset_of, files) in all_sides.items():
            for state in ("cold", "cached") if files else ("cached",):
                if state == "cold" and not forget_files(files):
                    continue
                measured[name][state].append(read_all(dataset_of))
                speed, worked = measured[name][state][-1]
                print(
                    f"turn {turn + 1}  {name:34} {state:6} {speed:7,.0f} {worked:.3f}", flush=True
                )
    count = len(next(iter(all_sides.values()))[1])
    print(f"\n{hardware()}, {count:,} pictures, {source_of('tf_flowers').kind} data")
    if hasattr(os, "getloadavg"):
        print(f"load average at the end {os.getloadavg()[0]:.2f}")
    medians = {
        name: {
            state: [statistics.median(values) for values in zip(*pairs, strict=True)]
            for state, pairs in states.items()
            if pairs
        }
        for name, states in measured.items()
    }
    published = next(iter(medians.values()))
    print("\nmedians: pictures a second, times as fast, processor milliseconds a picture")
    print(f"{'':34} {'cold':>26} {'cached':>26}")
    for name, states in medians.items():
        cells = ["–", "–"]
        for place, state in enumerate(("cold", "cached")):
            if state in states:
                speed, worked = states[state]
                cells[place] = f"{speed:,.0f} {speed / published[state][0]:6.2f}x {worked:.3f} ms"
        print(f"{name:34} {cells[0]:>26} {cells[1]:>26}")


if __name__ == "__main__":
    main()
