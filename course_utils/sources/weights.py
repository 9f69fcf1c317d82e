"""The files that Keras keeps of its pretrained networks: found in its cache, or downloaded."""

import os
import re

from course_utils.errors import DataError
from course_utils.machine.settings import keras_home
from course_utils.sources import downloads
from course_utils.sources.plan import Wanted
from course_utils.store import explain_failed_writing

SERVER = "https://storage.googleapis.com"


CLASS_INDEX = "imagenet_class_index.json"
MD5 = {
    CLASS_INDEX: "c2c37ea517e94d9795004a39431a14cb",
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


def class_index():
    """Return the file of the names of ImageNet's classes, a `plan.Wanted`."""
    return keras_file(
        CLASS_INDEX,
        "download.tensorflow.org/data",
        0.035,
        "the names of ImageNet's classes",
    )


def weights_file(name, input_shape, include_top):
    """Return the file, a `plan.Wanted`, that `keras.applications` loads for `weights="imagenet"`.

    There is one of MobileNetV2 for each of five sizes of picture, and any other size gets the one
    for 224 × 224. Each of the five fits every size, and serves best the size that it was trained
    with: where the one asked for cannot be had, the nearest in the cache serves.
    """
    others = ()
    if name == "VGG16":
        stem, folder = "vgg16_weights_tf_dim_ordering_tf_kernels", "vgg16"
        ending, megabytes = (".h5", 553) if include_top else ("_notop.h5", 58.9)
    else:
        rows, columns, _ = input_shape
        sizes = (96, 128, 160, 192, 224)
        rows = rows if rows == columns and rows in sizes else 224
        stem, folder = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_", "mobilenet_v2"
        ending, megabytes = (".h5", 14.5) if include_top else ("_no_top.h5", 9.4)
        nearest = sorted(set(sizes) - {rows}, key=lambda size: (abs(size - rows), -size))
        others = tuple(f"{stem}{size}{ending}" for size in nearest)
        stem += str(rows)
    folder = f"tensorflow/keras-applications/{folder}"
    return keras_file(
        stem + ending, folder, megabytes, f"the ImageNet weights of {name}", others=others
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
