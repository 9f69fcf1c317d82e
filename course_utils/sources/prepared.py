"""Datasets as TFDS keeps them: found where it prepared them, checked, and prepared anew."""

import contextlib
import json
import mmap
import os
import struct
import sys
from pathlib import Path

from course_utils.errors import CourseError, DataError, MissingPackageError
from course_utils.machine import imports, packages
from course_utils.machine.settings import folder_in, home
from course_utils.sources.catalogue import DATASETS
from course_utils.store import whole_folder


def import_tfds():
    """Import and return `tensorflow_datasets`, after TensorFlow.

    Raises:
        MissingPackageError: it, or a package that it needs, is missing or of a version that does
            not work; the message names the package and the line to type.
    """
    from course_utils.machine.device import import_tensorflow

    import_tensorflow()
    if "tensorflow_datasets.public_api" in sys.modules:
        return sys.modules["tensorflow_datasets"]
    try:
        return packages.import_whole("tensorflow_datasets")
    except Exception as error:  # protobuf, for one, raises kinds of its own
        imports.explain(error)
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
        "In Colab, run the first code cell of the notebook again, and where that does not help, "
        f"{packages.RESTART}; in a copy of the course, run `make setup`; elsewhere, {line}. Then "
        "run this again."
    )


def tfds_folders():
    """Return the folders that TFDS prepares datasets in: `TFDS_DATA_DIR`, then its default."""
    chosen = folder_in("TFDS_DATA_DIR")
    folders = [chosen] if chosen else []
    with contextlib.suppress(*([CourseError] if chosen else [])):
        folders.append(home("TFDS_DATA_DIR") / "tensorflow_datasets")
    return folders


def find(name):
    """Return `(folder or None, reasons)`: where TFDS has prepared a dataset, and why not elsewhere.

    Raises:
        DataError: it lies there damaged.
    """
    reasons, wanted = [], DATASETS[name].version
    chosen = os.environ.get("TFDS_DATA_DIR")
    if chosen and not os.path.isdir(tfds_folders()[0]):
        reasons.append(f"TFDS_DATA_DIR={chosen} is not a folder")
    for data_dir in filter(os.path.isdir, tfds_folders()):
        versions = [
            folder
            for folder in sorted((data_dir / name).glob("*.*.*"), reverse=True)
            if folder.is_dir() and all(part.isdigit() for part in folder.name.split("."))
        ]
        for folder in versions:
            if folder.name.split(".")[0] == wanted.split(".")[0]:
                check_prepared(folder)
                return folder, []
        if versions:
            reasons.append(f"{versions[0]} holds another version than {wanted}")
    return None, reasons


def write(builder_class, folder, **config):
    """Have TFDS write a dataset aside, all of it, and give it its place.

    Args:
        builder_class: the `tfds.core.DatasetBuilder`.
        folder: where the prepared dataset is to lie, a `Path` that ends in name and version.
        **config: for `tfds.download.DownloadConfig`.
    """
    config = import_tfds().download.DownloadConfig(**config)
    with whole_folder(folder, inner=Path(*folder.parts[-2:])) as aside:
        builder = builder_class(data_dir=aside)
        try:
            builder.download_and_prepare(download_dir=aside / "downloads", download_config=config)
        except ImportError as error:  # TFDS puts some imports off
            raise _missing_package(error) from None


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
