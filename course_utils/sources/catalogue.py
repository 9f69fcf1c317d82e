"""The datasets of the course, by their TFDS names: where they come from, how samples are drawn."""

import dataclasses
import functools
from collections.abc import Callable

from course_utils import drawing


@dataclasses.dataclass(frozen=True)
class Dataset:
    """What must be known of a dataset before TFDS is imported, and how its sample is drawn.

    version, megabytes: of the dataset in TFDS, and of its download.
    url: one of its files.
    sizes: number of pictures of the sample by split.
    labels: names of the classes, in the order of the dataset.
    draw: called as `draw(labels, start=first_number)`; by split where splits differ.
    shape: (height, width, channels) of every picture, None where sizes differ.
    filename: for TFDS's feature `image/filename`, by label and number within the class.
    """

    version: str
    megabytes: int
    url: str
    sizes: dict[str, int]
    labels: tuple[str, ...]
    draw: Callable | dict[str, Callable]
    shape: tuple[int, int, int] | None = None
    filename: str | None = None

    def drawn_by(self, split):
        return self.draw[split] if isinstance(self.draw, dict) else self.draw


DATASETS = {
    "fashion_mnist": Dataset(
        version="3.0.1",
        megabytes=31,
        url="http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/train-images-idx3-ubyte.gz",
        sizes={"train": 10_000, "test": 2_000},
        labels=(
            *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
            *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
        ),
        draw=drawing.draw_garments,
        shape=(28, 28, 1),
    ),
    "mnist": Dataset(
        version="3.0.1",
        megabytes=12,
        url="https://storage.googleapis.com/cvdf-datasets/mnist/train-images-idx3-ubyte.gz",
        sizes={"train": 10_000, "test": 2_000},
        labels=tuple("0123456789"),
        draw=drawing.draw_digits,
        shape=(28, 28, 1),
    ),
    "horses_or_humans": Dataset(
        version="3.0.0",
        megabytes=161,
        url="https://storage.googleapis.com/download.tensorflow.org/data/horse-or-human.zip",
        sizes={"train": 1_027, "test": 256},
        labels=drawing.HORSES_OR_HUMANS,
        draw={
            "train": drawing.draw_horses_and_humans,
            "test": functools.partial(drawing.draw_horses_and_humans, studio=True),
        },
        shape=(300, 300, 3),
    ),
    "cats_vs_dogs": Dataset(
        version="4.0.1",
        megabytes=825,
        url="https://download.microsoft.com/download/3/E/1/"
        "3E1C3F21-ECDB-4869-8368-6DEBA77B919F/kagglecatsanddogs_5340.zip",
        sizes={"train": 4_000},
        labels=drawing.CATS_VS_DOGS,
        draw=drawing.draw_cats_and_dogs,
        filename="PetImages/{}/{}.jpg",
    ),
    "tf_flowers": Dataset(
        version="3.0.1",
        megabytes=229,
        url="http://download.tensorflow.org/example_images/flower_photos.tgz",
        sizes={"train": 2_000},
        labels=drawing.FLOWERS,
        draw=drawing.draw_flowers,
    ),
}
