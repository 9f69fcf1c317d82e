"""Lesson 06, features of VGG16 computed once: the course against the published code.

    TFDS_DATA_DIR=… COURSE_DATA=real .venv/bin/python benchmarks/bench_06.py

The same files, the first of cats and dogs in equal numbers, at 150 × 150, and the same network: the
whole VGG16 without its top, with random weights, which cost as much time as trained ones. The
published side reads with `ImageDataGenerator`, scales by 1/255 and calls `predict` batch by batch,
20 pictures each, into a NumPy array. Ours is the lesson itself, its dataset, extractor and single
`predict`; in float32 and in mixed_bfloat16. The sides take turns. Every time counts from the file
to the array; one batch passes each network before, so that translating the program is left out.
"network alone" is `predict` over pictures that are in memory already, at once: no way of reading
them can be faster than that. Two parts of the published side stand by themselves: its generator
without the network, and the network over pictures in memory with one `predict` for each 20.
"""

import functools

import numpy as np

from benchmarks import measure
from course_utils import load_dataset, write_class_folders
from course_utils.machine.device import import_tensorflow
from course_utils.machine.settings import cache_folder
from course_utils.sources.datasets import source_of
from tools.lesson_source import taught

SIDE = 150
BATCH = 20
"""Pictures in a batch of the published side."""
POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}


def picture_folder(each):
    """Write the first `each` pictures of each class, once; return `(folder, class names)`."""
    datasets, info = load_dataset("cats_vs_dogs", as_supervised=False)
    folder = cache_folder() / "benchmarks" / f"cats_vs_dogs-{source_of('cats_vs_dogs').kind}-{each}"
    names = info.features["label"].names
    return write_class_folders(datasets, names, folder, {"train": each}), names


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
        folder / "train", target_size=(SIDE, SIDE), batch_size=BATCH, class_mode="binary"
    )
    done = 0
    for pictures, answers in generator:
        wanted = min(len(pictures), count - done)
        yield done, pictures, answers[:wanted]
        done += wanted
        if done == count:
            return


def published(folder, count):
    """Return a function that extracts the features, written from the description."""
    network = vgg16("float32")
    network.predict(np.zeros((BATCH, SIDE, SIDE, 3)), verbose=0)

    def extract():
        features, labels = np.zeros((count, 4, 4, 512)), np.zeros(count)
        for done, pictures, answers in published_batches(folder, count):
            here = slice(done, done + len(answers))
            features[here] = network.predict(pictures, verbose=0)[: len(answers)]
            labels[here] = answers

    return extract


def ours(policy, folder, names):
    """Return a function that extracts the features as the lesson does."""
    import keras

    preprocess = keras.applications.vgg16.preprocess_input
    extractor = taught("06", "build_extractor")(vgg16(policy), preprocess)
    extractor.predict(np.zeros((32, SIDE, SIDE, 3)), verbose=0)
    from_folder = taught("06", "from_folder", folder=folder, class_names=names, side=SIDE)
    parts = {}
    extract = taught("06", "extract", parts=parts)

    def lesson():
        parts["train"] = from_folder("train")  # anew: the dataset keeps what it has read
        extract(extractor, "train")

    return lesson


def alone(policy, count, step):
    """Return a function that lets pictures in memory pass the network, `step` at once."""
    network = vgg16(policy)
    network.predict(np.zeros((min(step, 32), SIDE, SIDE, 3)), verbose=0)
    pictures = np.zeros((count, SIDE, SIDE, 3), "float32")
    parts = [pictures[begin : begin + step] for begin in range(0, count, step)]
    return lambda: np.concatenate([network.predict(part, verbose=0) for part in parts])


def main():
    parser = measure.parser(__doc__, turns=3)
    parser.add_argument("--pictures", type=int, default=200, help="in all, half of each class")
    options = parser.parse_args()
    import_tensorflow()
    count = options.pictures // 2 * 2
    folder, names = picture_folder(count // 2)
    sides = {
        "published, float32": published(folder, count),
        "its reading alone": lambda: list(published_batches(folder, count)),
        "its network alone": alone("float32", count, step=BATCH),
    }
    for name, policy in POLICIES.items():
        sides[f"ours, {name}"] = ours(policy, folder, names)
        sides[f"network alone, {name}"] = alone(policy, count, step=count)
    sides = {name: functools.partial(measure.once, side) for name, side in sides.items()}
    about = f"{source_of('cats_vs_dogs').kind} data"
    measure.tell(measure.take_turns(sides, options.turns), count, about)


if __name__ == "__main__":
    main()
