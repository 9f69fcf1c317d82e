"""The course's datasets, by their TFDS names, from the first place that has them.

The order: a TFDS folder that is already prepared, a download, a drawn sample.
"""

import dataclasses
import errno
import json
import mmap
import os
import struct
import sys
import threading
import time
import urllib.request
from pathlib import Path

from course_utils import packages
from course_utils.errors import CourseError, DataError, MissingPackageError, unknown_name
from course_utils.settings import setting

UNASKED_MEGABYTES = 100
"""The largest download that starts without `COURSE_DATA=real`."""


@dataclasses.dataclass(frozen=True)
class Dataset:
    """What must be known of a dataset before TFDS is imported."""

    version: str
    megabytes: int
    url: str


DATASETS = {
    "fashion_mnist": Dataset(
        version="3.0.1",
        megabytes=31,
        url="http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/train-images-idx3-ubyte.gz",
    ),
    "mnist": Dataset(
        version="3.0.1",
        megabytes=12,
        url="https://storage.googleapis.com/cvdf-datasets/mnist/train-images-idx3-ubyte.gz",
    ),
    "horses_or_humans": Dataset(
        version="3.0.0",
        megabytes=161,
        url="https://storage.googleapis.com/download.tensorflow.org/data/horse-or-human.zip",
    ),
    "cats_vs_dogs": Dataset(
        version="4.0.1",
        megabytes=825,
        url="https://download.microsoft.com/download/3/E/1/"
        "3E1C3F21-ECDB-4869-8368-6DEBA77B919F/kagglecatsanddogs_5340.zip",
    ),
    "tf_flowers": Dataset(
        version="3.0.1",
        megabytes=229,
        url="http://download.tensorflow.org/example_images/flower_photos.tgz",
    ),
}


@dataclasses.dataclass(frozen=True)
class Source:
    """Where a dataset came from. `kind` is "real" or "sample"; `seconds` went to getting it."""

    name: str
    kind: str
    folder: Path
    seconds: float


_sources = []


def sources():
    """Return the `Source` of every dataset loaded since the lesson started."""
    return tuple(_sources)


def forget_sources():
    """Empty the list that `sources` returns."""
    _sources.clear()


def load_dataset(name, split=None, as_supervised=True, **options):
    """Return `(datasets, info)`, as `tfds.load(name, as_supervised=True, with_info=True)` does.

    The data comes from the first place that has it: a folder that TFDS prepared earlier
    (`TFDS_DATA_DIR`, then `~/tensorflow_datasets`), a download of at most 100 MB, a sample drawn
    by the course. One printed line tells which. `COURSE_DATA=real` accepts no sample and downloads
    any size, `COURSE_DATA=sample` takes nothing else; the `ci` profile takes the sample unless
    `COURSE_DATA` says otherwise.

    Args:
        name: a TFDS dataset of the course, such as "fashion_mnist".
        split: as for `tfds.load`; None gives a dict of all splits.
        as_supervised: whether elements are `(image, label)` pairs rather than dicts.
        **options: passed on to TFDS's `as_dataset`, for example `shuffle_files=True`.

    Returns:
        A pair: the `tf.data.Dataset` objects in the structure of `split`, whose images are uint8
        in 0…255, shape (height, width, channels), and labels int64; and the `tfds` `DatasetInfo`.

    Raises:
        UnknownNameError: the course has no such dataset.
        DataError: a prepared folder is damaged, or real data was asked for and cannot be had.
    """
    if name not in DATASETS:
        raise unknown_name("dataset", name, DATASETS)
    mode = _mode()
    tfds = import_tfds()
    begin = time.perf_counter()
    kind, folder, why_not_real = _find(name, mode)
    builder = tfds.builder_from_directory(folder)
    _sources.append(Source(name, kind, folder, time.perf_counter() - begin))
    counts = " + ".join(f"{s.num_examples:,} {key}" for key, s in builder.info.splits.items())
    if kind == "real":
        print(f"{name}: real data, {counts} pictures, from {folder}")
    else:
        print(f"{name}: drawn sample, {counts} pictures ({why_not_real})")
    return builder.as_dataset(split=split, as_supervised=as_supervised, **options), builder.info


def _mode():
    """Return "auto", "real" or "sample": `COURSE_DATA`, and without it what the profile implies."""
    return setting("COURSE_DATA") or ("sample" if setting("COURSE_PROFILE") == "ci" else "auto")


def import_tfds():
    """Import and return `tensorflow_datasets`, after TensorFlow.

    Raises:
        MissingPackageError: it, or a package that it needs, is missing or of a version that does
            not work; the message names the package and the line to type.
    """
    from course_utils.device import import_tensorflow

    import_tensorflow()
    if "tensorflow_datasets.public_api" in sys.modules:
        return sys.modules["tensorflow_datasets"]
    try:
        return packages.import_whole("tensorflow_datasets")
    except Exception as error:  # protobuf, for one, raises kinds of its own
        raise _missing_package(error) from None


def _missing_package(error):
    """Return the error to raise where TFDS, or what it needs, cannot be imported."""
    supplied = [
        packages.SUPPLIED[module]
        for module in packages.remedies(error)
        if packages.SUPPLIED[module].split("==")[1] != packages.installed(module)
    ]
    line = f'`pip install "{supplied[0]}"`' if supplied else "install it in a fresh environment"
    return MissingPackageError(
        f"tensorflow_datasets does not come up ({packages.describe(error)}). "
        "In Colab, run the first code cell of the notebook again; in a copy of the course, run "
        f"`make setup`; elsewhere, {line}. Then run this again."
    )


def _find(name, mode):
    """Return `(kind, folder, why_not_real)` of the first place that has the dataset."""
    if mode == "sample":
        asked = "COURSE_DATA" if setting("COURSE_DATA") else "COURSE_PROFILE"
        reasons = [f"as {asked}={os.environ[asked]} asks"]
    else:
        reasons = []
        folder = _find_prepared(name, reasons) or _download(name, mode, reasons)
        if folder:
            return "real", folder, None
    why_not_real = "; ".join(reasons)
    if mode == "real":
        raise DataError(
            f"COURSE_DATA=real, but the real {name} cannot be had: {why_not_real}. Connect to a "
            "network, or set TFDS_DATA_DIR to a folder where TFDS has prepared it, "
            "or take the drawn sample with COURSE_DATA=sample."
        )
    from course_utils.samples import prepare_sample

    return "sample", prepare_sample(name, small=setting("COURSE_PROFILE") == "ci"), why_not_real


def where(name):
    """Return in words where `load_dataset(name)` would find the data, without getting it."""
    mode = _mode()
    try:
        folder = _find_prepared(name, []) if mode != "sample" else None
    except DataError as error:
        return f"damaged: {error}"
    if folder:
        return f"real data, in {folder}"
    dataset = DATASETS[name]
    affordable = dataset.megabytes <= UNASKED_MEGABYTES or mode == "real"
    if mode != "sample" and affordable and _reachable(dataset.url):
        return f"real data, a download of {dataset.megabytes} MB"
    return "none: there is no connection" if mode == "real" else "a drawn sample"


def tfds_folders():
    """Return the folders that TFDS prepares datasets in: `TFDS_DATA_DIR`, then its default."""
    default = Path.home() / "tensorflow_datasets"
    chosen = os.environ.get("TFDS_DATA_DIR")
    return [Path(chosen).expanduser().absolute(), default] if chosen else [default]


def _find_prepared(name, reasons):
    """Return the prepared folder of a real dataset or None, telling `reasons` why."""
    wanted = DATASETS[name].version
    chosen = os.environ.get("TFDS_DATA_DIR")
    if chosen and not Path(chosen).expanduser().is_dir():
        reasons.append(f"TFDS_DATA_DIR={chosen} is not a folder")
    for data_dir in tfds_folders():
        versions = [
            folder
            for folder in sorted((data_dir / name).glob("*.*.*"), reverse=True)
            if folder.is_dir() and all(part.isdigit() for part in folder.name.split("."))
        ]
        for folder in versions:
            if folder.name.split(".")[0] == wanted.split(".")[0]:
                check_prepared(folder)
                return folder
        if versions:
            reasons.append(f"{versions[0]} holds another version than {wanted}")
    return None


def check_prepared(folder):
    """Check a prepared TFDS folder against its own `dataset_info.json`.

    Every file of every split must be there and hold, from its first byte to its last, as many
    records as the file says.

    Raises:
        DataError: a file is missing, truncated, unreadable or of another format.
    """
    folder = Path(folder)
    remedy = (
        f"Delete {folder} and run this again to get it anew, "
        "or set COURSE_DATA=sample to work with the drawn sample."
    )
    try:
        info = json.loads((folder / "dataset_info.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{folder} has no dataset_info.json. {remedy}") from None
    except (OSError, ValueError) as error:
        raise DataError(f"{folder / 'dataset_info.json'} is damaged ({error}). {remedy}") from None
    file_format = info.get("fileFormat", "tfrecord") if isinstance(info, dict) else "?"
    if file_format != "tfrecord" or not (folder / "features.json").is_file():
        missing = "" if (folder / "features.json").is_file() else ", without features.json"
        raise DataError(
            f"{folder} was written in another format ({file_format}{missing}) than the one that "
            f"the course reads (tfrecord, TFDS 4). {remedy}"
        )
    try:
        splits = import_tfds().builder_from_directory(folder).info.splits
        files = [
            (Path(path), length)
            for split in splits.values()
            for path, length in zip(split.filepaths, split.shard_lengths, strict=True)
        ]
    except CourseError:
        raise
    except Exception as error:  # whatever TFDS raises for a description that it cannot read
        reason = str(error).split("\n")[0]
        raise DataError(f"TFDS cannot read {folder} ({reason}). {remedy}") from None
    if not files:
        raise DataError(f"{folder / 'dataset_info.json'} lists no data. {remedy}")
    for path, length in files:
        try:
            found = _count_records(path)
        except OSError as error:
            raise DataError(f"{path} cannot be read ({error.strerror}). {remedy}") from None
        if found != length:
            held = "is cut off in the middle" if found is None else f"holds {found} pictures"
            raise DataError(f"{path} {held}; {length} are expected. {remedy}")


def _count_records(path):
    """Return the number of records in a TFRecord file, or None where the last one is cut off.

    A record is its length in 8 bytes, a checksum in 4, the data, a checksum in 4.
    """
    size = path.stat().st_size
    if size == 0:
        return 0
    count = position = 0
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        while position + 8 <= size:
            position += 16 + struct.unpack_from("<Q", data, position)[0]
            count += 1
    return count if position == size else None


def _download(name, mode, reasons):
    """Download and prepare a dataset with TFDS; return its folder or None, with the reason."""
    dataset = DATASETS[name]
    if dataset.megabytes > UNASKED_MEGABYTES and mode != "real":
        reasons.append(f"COURSE_DATA=real downloads the real one, {dataset.megabytes} MB")
        return None
    if not _reachable(dataset.url):
        reasons.append(f"no connection to {dataset.url.split('/')[2]}")
        return None
    data_dir = tfds_folders()[0]
    print(f"{name}: downloading {dataset.megabytes} MB to {data_dir}")
    try:
        builder = import_tfds().builder(name, data_dir=data_dir)
        builder.download_and_prepare()
    except Exception as error:  # TFDS, requests and TensorFlow each have errors of their own
        raise explain_failed_writing(
            error, f"The download of {name}", data_dir, "or set COURSE_DATA=sample"
        ) from None
    return Path(builder.data_dir)


def _reachable(url, seconds=1.5):
    """Return whether a server answers for the URL within the time, name look-up included."""
    answers = []

    def ask():
        try:
            request = urllib.request.Request(url, method="HEAD")
            with urllib.request.urlopen(request, timeout=seconds):
                answers.append(True)
        except (OSError, ValueError):
            pass

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    return bool(answers)


def explain_failed_writing(
    error,
    what,
    folder,
    otherwise,
    elsewhere="Set TFDS_DATA_DIR and COURSE_CACHE to folders that you can write to",
):
    """Return the `DataError` to raise when `what` stopped with `error` while filling `folder`.

    Args:
        error: the exception of whatever library.
        what: the subject of the message, such as "The download of mnist".
        folder: where the result should have come to lie.
        otherwise: what else can be done, in words that follow "run this again".
        elsewhere: how to choose another folder, the start of a sentence that `otherwise` ends.
    """
    if isinstance(error, CourseError):
        return error
    if isinstance(error, ImportError):  # TFDS puts some imports off
        return _missing_package(error)
    reason = str(error).strip().split("\n")[0] or type(error).__name__
    if getattr(error, "errno", None) == errno.ENOSPC or "No space left" in str(error):
        return DataError(
            f"{what} stopped: no space is left on the disk of {folder}. "
            f"Free some space and run this again, {otherwise}."
        )
    unwritable = (PermissionError, NotADirectoryError, FileExistsError)
    if (
        isinstance(error, unwritable)
        or getattr(error, "errno", None) == errno.EROFS
        or "Permission denied" in str(error)
    ):
        return DataError(f"{what} stopped: {folder} cannot be written. {elsewhere}, {otherwise}.")
    return DataError(
        f"{what} stopped ({reason}). Nothing of it will be taken for whole: "
        f"run this again to start afresh, {otherwise}."
    )
