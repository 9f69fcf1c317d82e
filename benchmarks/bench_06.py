"""Lesson 06, features of VGG16 computed once: the course against the published code.

    TFDS_DATA_DIR=… COURSE_DATA=real .venv/bin/python benchmarks/bench_06.py

The same files, the first of cats and dogs in equal numbers, at 150 × 150, and the same network: the
whole VGG16 without its top, with random weights, which cost as much time as trained ones. The
published side reads with `ImageDataGenerator`, scales by 1/255 and calls `predict` batch by batch,
20 pictures each, into a NumPy array. Ours is the lesson's: `image_dataset_from_directory`,
preprocessing in the network, one `predict` over a dataset of batches of 32; in float32 and in
mixed_bfloat16. The sides take turns. Every time counts from the file to the array; one batch passes
each network before, so that translating the program is left out. "network alone" is `predict` over
pictures that are in memory already, at once: no way of reading them can be faster than that. Two
parts of the published side stand by themselves: its generator without the network, and the network
over pictures in memory with one `predict` for each 20.
"""

import argparse
import statistics
import time

import numpy as np

from course_utils import load_dataset, write_class_folders
from course_utils.machine.device import hardware, import_tensorflow
from course_utils.machine.settings import cache_folder
from course_utils.sources.datasets import source_of

SIDE = 150
BATCH = 20
"""Pictures in a batch of the published side."""
POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}


def picture_folder(each):
    """Write the first `each` pictures of each class, once; return where they are."""
    datasets, info = load_dataset("cats_vs_dogs", as_supervised=False)
    folder = cache_folder() / "benchmarks" / f"cats_vs_dogs-{source_of('cats_vs_dogs').kind}-{each}"
    names = info.features["label"].names
    return write_class_folders(datasets, names, folder, {"train": each}) / "train"


def vgg16(policy):
    """Return VGG16 without its top, with the same random weights at every call."""
    import keras

    keras.config.set_dtype_policy(policy)
    keras.utils.set_random_seed(0)
    return keras.applications.VGG16(weights=None, include_top=False, input_shape=(SIDE, SIDE, 3))


def published_batches(folder, count):
    """Give the published generator's batches until `count` pictures have come."""
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    generator = ImageDataGenerator(rescale=1 / 255).flow_from_directory(
        folder, target_size=(SIDE, SIDE), batch_size=BATCH, class_mode="binary"
    )
    done = 0
    for pictures, answers in generator:
        wanted = min(len(pictures), count - done)
        yield done, pictures, answers[:wanted]
        done += wanted
        if done == count:
            return


def published():
    """Return a function of a folder that gives features, written from the description."""
    network = vgg16("float32")
    network.predict(np.zeros((BATCH, SIDE, SIDE, 3)), verbose=0)

    def features_of(folder, count):
        features, labels = np.zeros((count, 4, 4, 512)), np.zeros(count)
        for done, pictures, answers in published_batches(folder, count):
            here = slice(done, done + len(answers))
            features[here] = network.predict(pictures, verbose=0)[: len(answers)]
            labels[here] = answers
        return features

    return features_of


def reading():
    """Return a function that lets the published generator read, and nothing else."""
    return lambda folder, count: [pictures for _, pictures, _ in published_batches(folder, count)]


def ours(policy):
    """Return a function of a folder that gives features, in the way of the lesson."""
    import keras
    import tensorflow as tf

    pictures = keras.Input((SIDE, SIDE, 3))
    prepared = keras.applications.vgg16.preprocess_input(pictures)
    extractor = keras.Model(pictures, vgg16(policy)(prepared))
    extractor.predict(np.zeros((32, SIDE, SIDE, 3)), verbose=0)

    def to_bytes(picture, label):
        return tf.cast(tf.round(picture), tf.uint8), label

    def features_of(folder, count):
        files = keras.utils.image_dataset_from_directory(
            folder,
            image_size=(SIDE, SIDE),
            batch_size=None,
            label_mode="binary",
            shuffle=False,
            verbose=False,
        )
        dataset = files.map(to_bytes, num_parallel_calls=tf.data.AUTOTUNE).cache()
        features = extractor.predict(dataset.batch(32), verbose=0)
        np.stack([label for _, label in dataset.as_numpy_iterator()])
        return features

    return features_of


def alone(policy, at_once=True):
    """Return a function that lets pictures in memory pass the network, and nothing else."""
    network = vgg16(policy)
    network.predict(np.zeros((32 if at_once else BATCH, SIDE, SIDE, 3)), verbose=0)

    def features_of(folder, count):
        pictures = np.zeros((count, SIDE, SIDE, 3), "float32")
        step = count if at_once else BATCH
        parts = [pictures[begin : begin + step] for begin in range(0, count, step)]
        return np.concatenate([network.predict(part, verbose=0) for part in parts])

    return features_of


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pictures", type=int, default=200, help="in all, half of each class")
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    import_tensorflow()
    each = options.pictures // 2
    folder = picture_folder(each)
    sides = {
        "published, float32": published(),
        "its reading alone": reading(),
        "its network alone": alone("float32", at_once=False),
    }
    for name, policy in POLICIES.items():
        sides |= {f"ours, {name}": ours(policy), f"network alone, {name}": alone(policy)}
    seconds = {name: [] for name in sides}
    for turn in range(options.turns):
        for name, features_of in sides.items():
            begin, processor = time.perf_counter(), time.process_time()
            features = features_of(folder, 2 * each)
            wall, processor = time.perf_counter() - begin, time.process_time() - processor
            seconds[name].append((wall, processor))
            if name != "its reading alone":
                assert features.shape == (2 * each, 4, 4, 512)
            print(f"turn {turn + 1}  {name:24} {wall:6.1f} s ({processor:.1f})", flush=True)
    print(f"\n{hardware()}, {2 * each:,} pictures, {source_of('cats_vs_dogs').kind} data")
    print("times as fast as published: median, fastest turn, median of processor time")
    first = seconds["published, float32"]
    for name, times in seconds.items():
        ratios = [
            measure(part(first)) / measure(part(times))
            for part, measure in (
                (walls, statistics.median),
                (walls, min),
                (works, statistics.median),
            )
        ]
        speed = 2 * each / statistics.median(walls(times))
        print(f"{name:24} {speed:6.1f} pictures/s  {'  '.join(f'{r:.2f}' for r in ratios)}")


def walls(times):
    return [wall for wall, _ in times]


def works(times):
    return [processor for _, processor in times]


if __name__ == "__main__":
    main()
