"""The files that Keras keeps of its pretrained networks: found in its cache, or downloaded."""

import dataclasses
import os
import re

from course_utils.errors import DataError
from course_utils.machine.settings import keras_home
from course_utils.sources import downloads
from course_utils.sources.plan import Wanted
from course_utils.store import explain_failed_writing

SERVER = "https://storage.googleapis.com"


@dataclasses.dataclass(frozen=True)
class Network:
    """A pretrained network of `keras.applications`, as must be known before Keras is imported.

    Attributes:
        module: its module there, which is the name of its folder on `SERVER`, too.
        side: rows and columns of the pictures that lessons train with, as published.
        whole: Keras's file with the top, and its size in MB; {} is for a size of picture.
        features: the same without the top.
        sizes: the sizes of picture for which there is such a file.
        one_size: whether its top takes pictures of one size only.
        slow: whether it takes longer on a CPU than the quick profile has.
    """

    module: str
    side: int
    whole: tuple[str, float]
    features: tuple[str, float]
    sizes: tuple[int, ...] = ()
    one_size: bool = False
    slow: bool = False


NETWORKS = {
    "MobileNetV2": Network(
        module="mobilenet_v2",
        side=192,
        whole=("mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_{}.h5", 14.5),
        features=("mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_{}_no_top.h5", 9.4),
        sizes=(96, 128, 160, 192, 224),
    ),
    "VGG16": Network(
        module="vgg16",
        side=150,
        whole=("vgg16_weights_tf_dim_ordering_tf_kernels.h5", 553),
        features=("vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5", 58.9),
        one_size=True,
        slow=True,
    ),
}
"""The bases that the course knows, by the names of their functions in `keras.applications`."""

MD5 = {
    "vgg16_weights_tf_dim_ordering_tf_kernels.h5": "64373286793e3c8b2b4e3219cbf3544b",
    "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5": "6d6bbae143d832006294945121d1f1fc",
}
"""The checksums that Keras knows; it knows none of MobileNetV2's files."""


def keras_file(name, path, megabytes, what, others=()):
    """Return a file as Keras names it, a `plan.Wanted`: in its cache, or downloaded into it.

    `keras.utils.get_file` writes under the final name, so that a process that is killed leaves
    half a file there; it waits for a silent server without end; and it falls back on /tmp.

    Args:
        name: the name of the file.
        path: its folder on `SERVER`.
        megabytes: its size.
        what: what it holds, in words.
        others: names of files for the same network that serve where there is none of this name.
    """
    folder, url, md5 = keras_models_folder(), f"{SERVER}/{path}/{name}", MD5.get(name)

    def download(patience):
        try:
            most = int(megabytes * 1.1e6)
            return downloads.fetch(
                url, folder / name, lambda file: damage(file, md5), most, patience
            )
        except OSError as error:
            raise explain_failed_writing(
                error,
                f"The download of {name}",
                folder,
                "or set COURSE_DATA=sample",
                "Set KERAS_HOME to a folder that you can write to",
            ) from None

    return Wanted(
        name=name,
        what=what,
        megabytes=megabytes,
        url=url,
        folder=folder,
        otherwise=f"set KERAS_HOME to the folder in which Keras keeps models/{name}, or take the "
        "course's own small base with COURSE_DATA=sample",
        find=lambda: (_whole(folder / name, md5), []),
        download=download,
        instead=lambda: next(filter(None, (_whole(folder / other) for other in others)), None),
    )


def _whole(path, md5=None):
    """Return the path of a file in the Keras cache, checked; or None where it is not there."""
    if not os.path.exists(path):
        return None
    if problem := damage(path, md5):
        raise DataError(
            f"{path} {problem}. Delete it and run this again to get it anew, "
            "or set COURSE_DATA=sample."
        )
    return path


def weights_file(name, input_shape, include_top):
    """Return the file, a `plan.Wanted`, that `keras.applications` loads for `weights="imagenet"`.

    Where there is one for each of some sizes of picture, any other size gets the one for 224 × 224.
    Each of them fits every size, and serves best the size that it was trained with: where the one
    asked for cannot be had, the nearest in the cache serves.
    """
    network, (rows, columns, _) = NETWORKS[name], input_shape
    file, megabytes = network.whole if include_top else network.features
    size = rows if rows == columns and rows in network.sizes else 224
    nearest = sorted(set(network.sizes) - {size}, key=lambda other: (abs(other - size), -other))
    return keras_file(
        file.format(size),
        f"tensorflow/keras-applications/{network.module}",
        megabytes,
        f"the ImageNet weights of {name}",
        others=tuple(map(file.format, nearest)),
    )


def trained_size(file):
    """Return the rows and columns that a file of MobileNetV2's weights is for, told by its name."""
    return int(re.search(r"_1\.0_(\d+)", file.name)[1])


def keras_models_folder():
    """Return the folder `models` in `KERAS_HOME`, else in `~/.keras`, as a `Path`.

    Keras itself reads `KERAS_HOME` when it is imported; this function, at every call.
    """
    return keras_home() / "models"


def damage(path, md5=None):
    """Return in words what is wrong with a file, or None: its md5; without one, its HDF5 frame."""
    import h5py

    try:
        if md5 is not None:
            return downloads.checksum("md5", md5)(path)
        h5py.File(path, "r").close()  # which also finds a file that is cut off
    except OSError as error:
        return f"is damaged or cannot be read ({error})"
    return None
