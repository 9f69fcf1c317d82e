"""A dataset as picture files, a folder for each class, for whatever reads such folders."""

import collections
import itertools
import os
import re
import shutil
import sys
import zlib
from bisect import insort
from pathlib import Path, PurePosixPath

import numpy as np

from course_utils.errors import DataError
from course_utils.machine.threads import in_order
from course_utils.pictures.reading import pillow
from course_utils.store import explain_failed_writing, made_once, noted

_OPTIONS = {
    ".jpg": {"format": "JPEG", "quality": 95},
    ".png": {"format": "PNG", "compress_type": zlib.Z_RLE},  # four times as fast, and no larger
}
_MARKER = ".pictures.json"


def write_class_folders(dataset, class_names, folder, splits=None, suffix=".jpg"):
    """Write the pictures of a dataset as files, a folder for each class, and return the folder.

    `keras.utils.image_dataset_from_directory` reads what this writes, and a folder of your own
    photos in the same form:

    ```
    folder/cat/00000.jpg          one dataset
    folder/train/cat/00000.jpg    a dict of datasets by split, or one dataset with `splits`
    ```

    Keras numbers the classes by the alphabet; `class_names=class_names` keeps the order of the
    labels there.

    A file bears the name that the picture has in the dataset (`image/filename`), else its number
    in its class. `splits` goes by that name, in the order of its numbers, else by the order of the
    dataset: the first of each class into the first split. Where a class has fewer pictures than
    all splits together ask for, the splits shrink in proportion, and a printed line says so.

    The files are written aside, and the folder gets its name when all are there. A folder that was
    written in the same way from the same pictures, told by their number and the first of them, is
    used again; a small hidden file in it says so. One that was written in another way, or from
    which something is missing, is written anew, and a printed line says why. A picture in it that
    this function has not written, such as a copy that a system has left there, is told: Keras
    would read it with the others. Where another process writes the same folder at the moment, this
    one waits for it.

    Args:
        dataset: a `tf.data.Dataset`, not batched, of `(image, label)` or of dicts with `image`,
            `label` and, perhaps, `image/filename`; or a dict of such datasets by split. Images are
            uint8 in 0…255, shape (height, width, 3) or (height, width, 1).
        class_names: the names, in label order; each becomes a folder.
        folder: where to write; it must not exist yet, or be empty, or hold the same.
        splits: how many pictures of each class go into each split, such as
            `{"train": 1000, "validation": 500, "test": 500}`.
        suffix: ".jpg" for JPEG of quality 95, ".png" for PNG, which loses nothing.

    Returns:
        The absolute `Path` of the folder.

    Raises:
        ValueError: a name cannot be a folder's, or a picture, a label or `splits` does not fit.
        DataError: the folder holds something else, or cannot be written.
    """
    folder = Path(os.path.expanduser(folder)).absolute()
    datasets = dict(dataset) if isinstance(dataset, dict) else {"": dataset}
    if splits and len(datasets) == 1:  # {"train": …} as `load_dataset` gives it
        datasets = {"": next(iter(datasets.values()))}
    class_names = [str(name) for name in class_names]
    _check_request(datasets, class_names, splits, suffix)
    total, streams = 0, {}
    asked = {"classes": class_names, "suffix": suffix, "from": {}}
    asked["splits"] = list(map(list, splits.items())) if splits else None  # their order counts
    try:
        for name, part in datasets.items():
            streams[name], length, first = _begin(part)
            asked["from"][name] = [length, first]
            total = None if total is None or length is None else total + length
        with made_once(folder, asked, _MARKER, "write_class_folders") as aside:
            if aside:
                with _progress(folder, total) as progress:
                    for name, stream in streams.items():
                        _write_part(stream, class_names, aside / name, splits, suffix, progress)
    except (ValueError, DataError):
        raise
    except Exception as error:  # of the file system, of Pillow, or of TensorFlow
        raise explain_failed_writing(
            error,
            "Writing the pictures",
            folder,
            "or name a folder on another disk",
            elsewhere="Name a folder that you can write to",
        ) from None
    return _told(folder, splits)


def _check_request(datasets, class_names, splits, suffix):
    """Raise the ValueError for what `write_class_folders` cannot do."""
    if not datasets:
        raise ValueError("The dict of datasets is empty.")
    if splits is not None and not (
        splits
        and isinstance(splits, dict)
        and all(isinstance(count, int) and count > 0 for count in splits.values())
    ):
        raise ValueError(f"splits gives a number from 1 on for each split, not {splits}.")
    splits_there = () if list(datasets) == [""] else datasets
    names = [*class_names, *splits_there, *(splits or ())]
    for name in names:
        allowed = r"(?![\s.])[^/\\\x00-\x1f:*?\"<>|]+"
        if not isinstance(name, str) or not re.fullmatch(allowed, name):
            raise ValueError(f"Each name becomes a folder, and no folder can be named {name!r}.")
    for kind in (class_names, list(splits or ())):
        if len({name.casefold() for name in kind}) != len(kind):
            raise ValueError(f"Two of these folders would be one: {', '.join(kind)}.")
    if not class_names:
        raise ValueError("class_names is empty.")
    if splits is not None and len(datasets) > 1:
        raise ValueError(f"splits is for one dataset, and these are {', '.join(datasets)}.")
    if suffix not in _OPTIONS:
        raise ValueError(f"suffix must be {' or '.join(map(repr, _OPTIONS))}, not {suffix!r}.")


def _begin(dataset):
    """Return the elements as an iterator, their number or None, a checksum of the first picture."""
    if hasattr(dataset, "as_numpy_iterator"):
        dataset_elements = dataset.as_numpy_iterator()
    elif hasattr(dataset, "__iter__"):
        dataset_elements = dataset
    else:
        raise ValueError(f"dataset must be a tf.data.Dataset, not {type(dataset).__name__}.")
    elements = iter(dataset_elements)
    length = int(dataset.cardinality()) if hasattr(dataset, "cardinality") else -1
    try:
        first = next(elements)
    except StopIteration:
        raise ValueError("The dataset holds no picture.") from None
    checksum = zlib.crc32(np.ascontiguousarray(_parts_of(first)[0]))
    return itertools.chain([first], elements), length if length >= 0 else None, checksum


def _parts_of(element):
    """Return `(picture, label, filename or None)` of an element of a dataset."""
    filename = None
    if isinstance(element, dict) and {"image", "label"} <= set(element):
        picture, label = element["image"], element["label"]
        filename = element.get("image/filename")
    elif isinstance(element, tuple) and len(element) == 2:
        picture, label = element
    else:
        raise ValueError(
            "The dataset must give pairs (image, label), or dicts with 'image' and 'label'; "
            f"it gives {', '.join(element) if isinstance(element, dict) else type(element)}."
        )
    picture, label = np.asarray(picture), np.asarray(label)
    if picture.ndim == 4 or label.ndim:
        raise ValueError("The dataset gives batches. Write it as it is before `.batch(…)`.")
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[-1] not in (1, 3):
        raise ValueError(
            "A picture must be uint8 in 0…255 of shape (height, width, 3) or (height, width, 1); "
            f"this is {picture.dtype}, {picture.shape}."
        )
    if filename is not None:
        filename = np.asarray(filename).item()
        filename = filename.decode("utf-8", "replace") if isinstance(filename, bytes) else filename
    return picture, int(label), filename


def _progress(folder, total):
    from tqdm import tqdm

    bar = {"desc": f"Writing {folder.name}", "unit": " pictures", "leave": False}
    return tqdm(total=total, file=sys.stdout, **bar)


def _write_part(stream, class_names, place, splits, suffix, progress):
    """Write one dataset below `place`.

    With splits, every picture that may be among the first of its class is written into a folder
    of its class, and when all have been seen, the first ones are moved.
    """
    heap = place / ".all" if splits else place
    for name in class_names:
        (heap / name).mkdir(parents=True)
    wanted = sum(splits.values()) if splits else None
    ranked = [[] for _ in class_names]  # (key, path), in order, for each class
    taken = [set() for _ in class_names]

    def kept():
        for picture, label, filename in map(_parts_of, stream):
            if not 0 <= label < len(class_names):
                raise ValueError(f"There is a label {label}, and {len(class_names)} class names.")
            progress.update()
            number = len(taken[label])
            key = (number,) if filename is None else _natural(filename)
            last = ranked[label][wanted - 1][0] if wanted and number >= wanted else None
            if last is not None and key > last:
                if filename is None and all(len(names) >= wanted for names in taken):
                    return
                continue
            path = heap / class_names[label] / f"{_file_name(filename, number, taken[label])}"
            path = path.with_name(path.name + suffix)
            insort(ranked[label], (key, path))
            yield picture, path

    for _ in in_order(_save, kept()):
        pass
    if not splits:
        return
    splits = _shrunk(splits, dict(zip(class_names, map(len, ranked), strict=True)))
    for name, paths in zip(class_names, ranked, strict=True):
        paths = iter(paths)
        for split, count in splits.items():
            (place / split / name).mkdir(parents=True)
            for _, path in itertools.islice(paths, count):
                path.rename(place / split / name / path.name)
    shutil.rmtree(heap)


def _save(kept):
    picture, path = kept
    picture = picture[..., 0] if picture.shape[-1] == 1 else picture
    pillow().fromarray(picture).save(path, **_OPTIONS[path.suffix])


def _natural(name):
    """Return a key that sorts numbers in names by value: 9.jpg before 10.jpg."""
    parts = re.split(r"([0-9]+)", name)  # text, digits, text, …
    return tuple(int(part) if place % 2 else part for place, part in enumerate(parts))


def _file_name(filename, number, taken):
    """Return a name without ending that is not yet taken in its folder, and take it."""
    stem = f"{number:05d}"
    if filename is not None:
        stem = (
            re.sub(r"[^\w.-]", "_", PurePosixPath(filename.replace("\\", "/")).stem).lstrip(".")
            or stem
        )
    name, again = stem, 1
    while name.casefold() in taken:
        again += 1
        name = f"{stem}-{again}"
    taken.add(name.casefold())
    return name


def _shrunk(splits, found):
    """Return the splits, in proportion smaller where a class has fewer pictures than they ask."""
    fewest, asked = min(found.values()), sum(splits.values())
    if fewest >= asked:
        return splits
    smaller = {split: count * fewest // asked for split, count in splits.items()}
    if not all(smaller.values()):
        counts = ", ".join(f"{name} {count}" for name, count in found.items())
        raise ValueError(
            f"The splits ask for {asked:,} pictures of each class. There are {counts}."
        )
    return smaller


def _told(folder, splits):
    """Return the folder, after a line that says by how much the splits had to shrink."""
    if splits:
        files = noted(folder, _MARKER, "write_class_folders")["files"]
        counts = collections.Counter(name.split("/")[0] for name in files)
        classes = len({name.split("/")[1] for name in files})
        smaller = {split: counts[split] // classes for split in splits}
        if smaller != splits:
            print(
                f"{folder.name}: too few pictures for {sum(splits.values()):,} of each class; "
                f"each has {', '.join(f'{smaller[split]:,} {split}' for split in splits)}."
            )
    return folder
