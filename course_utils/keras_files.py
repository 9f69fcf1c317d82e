"""The files that Keras keeps of its pretrained networks: found in its cache, or downloaded."""

import dataclasses
import hashlib
import os
import re
import sys
import urllib.request
from pathlib import Path

from course_utils import datasets
from course_utils.errors import DataError
from course_utils.settings import setting

SERVER = "https://storage.googleapis.com"


@dataclasses.dataclass(frozen=True)
class KerasFile:
    """A file as Keras names it: its name, its folder on `SERVER`, its size, its md5 if known.

    `instead` names files for the same network that serve where there is none of this name.
    """

    name: str
    folder: str
    megabytes: float
    md5: str | None = None
    instead: tuple[str, ...] = ()


CLASS_INDEX = KerasFile(
    "imagenet_class_index.json",
    "download.tensorflow.org/data",
    0.035,
    "c2c37ea517e94d9795004a39431a14cb",
)


def weights_file(name, input_shape, include_top):
    """Return the `KerasFile` that `keras.applications` loads for `weights="imagenet"`.

    Keras knows the md5 of VGG16's files, and none for MobileNetV2's, of which there is one for
    each of five sizes: any other size gets the weights for 224 × 224. Each of the five fits every
    size of picture, and serves best the size that it was trained with, so the nearest comes first
    in `instead`.
    """
    instead = ()
    if name == "VGG16":
        stem, folder = "vgg16_weights_tf_dim_ordering_tf_kernels", "vgg16"
        if include_top:
            ending, megabytes, md5 = ".h5", 553, "64373286793e3c8b2b4e3219cbf3544b"
        else:
            ending, megabytes, md5 = "_notop.h5", 58.9, "6d6bbae143d832006294945121d1f1fc"
    else:
        rows, columns, _ = input_shape
        sizes = (96, 128, 160, 192, 224)
        rows = rows if rows == columns and rows in sizes else 224
        stem = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_"
        folder, md5 = "mobilenet_v2", None
        ending, megabytes = (".h5", 14.5) if include_top else ("_no_top.h5", 9.4)
        others = sorted(set(sizes) - {rows}, key=lambda size: (abs(size - rows), -size))
        instead = tuple(f"{stem}{size}{ending}" for size in others)
        stem += str(rows)
    folder = f"tensorflow/keras-applications/{folder}"
    return KerasFile(stem + ending, folder, megabytes, md5, instead)


def trained_size(file):
    """Return the rows and columns that a file of MobileNetV2's weights is for, told by its name."""
    return int(re.search(r"_1\.0_(\d+)", file.name)[1])


def keras_models_folder():
    """Return the folder `models` in `KERAS_HOME`, else in `~/.keras`, as a `Path`.

    Keras itself reads `KERAS_HOME` when it is imported; this function, at every call.
    """
    home = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
    return (home / "models").absolute()


def find(wanted, mode, reasons):
    """Return the path of a `KerasFile`, from the Keras cache or downloaded into it, or None.

    Where it is not there and cannot be downloaded, a file of `wanted.instead` in the cache serves.

    Args:
        wanted: the `KerasFile`.
        mode: "auto" downloads what is small, "real" whatever its size, "sample" nothing.
        reasons: a list; where the result is None, it is told why.

    Raises:
        DataError: the file in the cache is damaged, the download broke off, or the cache cannot
            be written.
    """
    if path := _in_cache(wanted.name, wanted.md5):
        return path
    url = f"{SERVER}/{wanted.folder}/{wanted.name}"
    if mode == "sample":
        reasons.append(asked_for_sample())
    elif wanted.megabytes > datasets.UNASKED_MEGABYTES and mode != "real":
        reasons.append(f"COURSE_DATA=real downloads ImageNet's weights, {wanted.megabytes:g} MB")
    elif not datasets._reachable(url):
        reasons.append(f"no connection to {url.split('/')[2]}")
    else:
        path = keras_models_folder() / wanted.name
        _download(url, path, wanted)
        return path
    return next(filter(None, map(_in_cache, wanted.instead)), None)


def _in_cache(name, md5=None):
    """Return the path of a file in the Keras cache, checked; or None where it is not there."""
    path = keras_models_folder() / name
    if not os.path.exists(path):
        return None
    if problem := damage(path, md5):
        raise DataError(
            f"{path} {problem}. Delete it and run this again to get it anew, "
            "or set COURSE_DATA=sample."
        )
    return path


def asked_for_sample():
    """Return in words which variable forbids a download."""
    asked = "COURSE_DATA" if setting("COURSE_DATA") else "COURSE_PROFILE"
    return f"as {asked}={os.environ[asked]} asks"


def damage(path, md5=None):
    """Return in words what is wrong with a file, or None: its md5; without one, its HDF5 frame."""
    import h5py

    try:
        if md5 is None:
            h5py.File(path, "r").close()  # which also finds a file that is cut off
        else:
            with open(path, "rb") as file:
                found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
            if found.hexdigest() != md5:
                return "is damaged or cut off: its checksum is not that of Keras's file"
    except OSError as error:
        return f"is damaged or cannot be read ({error})"
    return None


def _download(url, path, wanted):
    """Download a file beside `path` and rename it, so that what lies there is always whole.

    `keras.utils.get_file` writes under the final name, so that a process that is killed leaves
    half a file there; it waits for a silent server without end; and it falls back on /tmp.
    """
    from tqdm import tqdm

    print(f"{wanted.name}: downloading {wanted.megabytes:g} MB to {path.parent}")
    aside = path.with_name(f".{path.name}-{os.getpid()}.aside")
    bar = {"unit": "B", "unit_scale": True, "leave": False, "file": sys.stdout}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with urllib.request.urlopen(url, timeout=30) as answer, open(aside, "wb") as file:
            size = int(answer.headers.get("Content-Length") or 0)
            with tqdm(total=size or None, **bar) as progress:
                while block := answer.read(1 << 18):
                    progress.update(file.write(block))
            if size and file.tell() != size:
                raise ConnectionError(f"{file.tell():,} of {size:,} bytes arrived")
        problem = damage(aside, wanted.md5)
        if problem:
            raise ConnectionError(f"what arrived {problem}")
        aside.replace(path)
    except Exception as error:  # urllib, http.client and the file system have errors of their own
        raise datasets.explain_failed_writing(
            error,
            f"The download of {wanted.name}",
            path.parent,
            "or set COURSE_DATA=sample",
            "Set KERAS_HOME to a folder that you can write to",
        ) from None
    finally:
        if os.path.exists(aside):
            aside.unlink()
