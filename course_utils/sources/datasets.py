"""The course's datasets, by their TFDS names, from the first place that has them.

The order: a TFDS folder that is already prepared, a download, a drawn sample.
"""

import contextlib
import dataclasses
import functools
import time
from pathlib import Path

from course_utils.errors import unknown_name
from course_utils.machine import imports
from course_utils.machine.language import in_order, say
from course_utils.machine.settings import setting
from course_utils.sources import downloads, prepared
from course_utils.sources.catalogue import DATASETS
from course_utils.sources.plan import Wanted, mode, obtain, plan
from course_utils.sources.prepared import import_tfds, tfds_folders
from course_utils.sources.samples import prepare_sample, sample_folder
from course_utils.store import explain_failed_writing, locked


@dataclasses.dataclass(frozen=True)
class Source:
    """Where a dataset came from. `kind` is "real" or "sample"; `seconds` went to getting it."""

    name: str
    kind: str
    folder: Path
    seconds: float


def load_dataset(name, split=None, as_supervised=True, **options):
    """Return `(datasets, info)`, as `tfds.load(name, as_supervised=True, with_info=True)` does.

    The data comes from the first place that has it: a folder that TFDS prepared earlier
    (`TFDS_DATA_DIR`, then `~/tensorflow_datasets`), a download of at most 100 MB, a sample drawn
    by the course. One printed line tells which, and why. `COURSE_DATA=real` accepts no sample and
    downloads any size, `COURSE_DATA=sample` takes nothing else; the `ci` profile takes the sample
    unless `COURSE_DATA` says otherwise. In a lesson, `lesson.load_dataset` does the same and keeps
    in mind what the lesson's figures come from.

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
    return load_with_source(name, split, as_supervised, **options)[:2]


def load_with_source(name, split=None, as_supervised=True, **options):
    """Return `(datasets, info, source)`: what `load_dataset` returns, and the `Source`."""
    if name not in DATASETS:
        raise unknown_name("dataset", name, DATASETS)
    mode()  # a wrong value is told before TensorFlow is imported
    tfds = import_tfds()
    begin = time.perf_counter()
    made = obtain(_real(name))
    kind, folder = "real", made.place
    if made.kind == "own":
        kind, folder = "sample", prepare_sample(name, _small())
    builder = tfds.builder_from_directory(folder)
    source = Source(name, kind, folder, time.perf_counter() - begin)
    counts = " + ".join(f"{s.num_examples:,} {key}" for key, s in builder.info.splits.items())
    if kind == "real":
        said = say(
            "{name}: real data, {counts} pictures, from {folder}",
            name=name,
            counts=counts,
            folder=folder,
        )
    else:
        said = say(
            "{name}: drawn sample, {counts} pictures ({reason})",
            name=name,
            counts=counts,
            reason=made.why_not_real,
        )
    print(in_order(said))
    try:
        loaded = builder.as_dataset(split=split, as_supervised=as_supervised, **options)
    except AttributeError as error:  # of a package that a file of that name hides
        imports.explain(error)
        raise
    return loaded, builder.info, source


def plan_dataset(name):
    """Return the `Plan` that `load_dataset(name)` would carry out.

    Raises:
        DataError: a prepared folder is damaged.
    """
    return plan(_real(name))


def source_of(name):
    """Return the `Source` that `load_dataset(name)` would have, with nothing downloaded or drawn.

    Raises:
        DataError: a prepared folder is damaged.
    """
    made = plan_dataset(name)
    if made.kind == "own":
        return Source(name, "sample", sample_folder(name, _small()), 0.0)
    return Source(name, "real", made.place or tfds_folders()[0] / name, 0.0)


def _small():
    return setting("COURSE_PROFILE") == "ci"


def _real(name):
    """Return the published dataset of a name, a `plan.Wanted`."""
    return Wanted(
        name=name,
        what=f"the real {name}",
        megabytes=DATASETS[name].megabytes,
        url=DATASETS[name].url,
        folder=tfds_folders()[0],
        otherwise="set TFDS_DATA_DIR to a folder where TFDS has prepared it, or take the drawn "
        "sample with COURSE_DATA=sample",
        find=functools.partial(prepared.find, name),
        download=functools.partial(_download, name),
    )


def _download(name, patience):
    """Fetch the archives, have TFDS prepare the dataset from them, and return its folder.

    TFDS downloads without a time limit. But it takes an archive that lies in its `manual_dir`
    under the name that it knows, so the archives are there before it looks; they are removed when
    the dataset is prepared, and kept where that fails.
    """
    data_dir, builder_class = tfds_folders()[0], import_tfds().builder_cls(name)
    folder = data_dir / name / str(builder_class.VERSION)
    archives = data_dir / "downloads" / "manual" / name
    try:
        with locked(folder, f"downloading {name}"):
            if (found := prepared.find(name)[0]) is not None:
                return found
            for url, info in builder_class.url_infos.items():
                damage = downloads.checksum("sha256", info.checksum)
                downloads.fetch(url, archives / info.filename, damage, int(info.size), patience)
            prepared.write(builder_class, folder, manual_dir=archives)
            for info in builder_class.url_infos.values():
                (archives / info.filename).unlink(missing_ok=True)
            return folder
    except downloads.NotFetchedError:
        raise
    except Exception as error:  # TFDS and TensorFlow have errors of their own
        raise explain_failed_writing(
            error, f"The download of {name}", data_dir, "or set COURSE_DATA=sample"
        ) from None
    finally:
        for empty in [archives, *archives.parents[:2]]:
            with contextlib.suppress(OSError):  # where it holds something, it stays
                empty.rmdir()
