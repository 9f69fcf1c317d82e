"""Drawn samples, kept as prepared TFDS folders in the course's own cache.

A sample has the name, the labels and the feature types of the dataset that it stands in for, and
fewer pictures. It is drawn when it is first needed.
"""

import contextlib
import hashlib
import io
import shutil
import sys
import time
from pathlib import Path

import numpy as np

from course_utils import drawing
from course_utils.datasets import DATASETS, check_prepared, explain_failed_writing, import_tfds
from course_utils.errors import DataError
from course_utils.settings import cache_folder

SIZES = {
    "fashion_mnist": {"train": 10_000, "test": 2_000},
    "mnist": {"train": 10_000, "test": 2_000},
}
SMALL = 10
"""A small sample, for the `ci` profile, has this many times fewer pictures."""

LABELS = {
    "fashion_mnist": [
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ],
    "mnist": list("0123456789"),
}
_DRAW = {"fashion_mnist": drawing.draw_garments, "mnist": drawing.draw_digits}
_FIRST = {"train": 0, "test": 1_000_000}
_PIECE = 250


def sample_folder(name, small=False):
    """Return the `Path` where the prepared sample lies, or will lie.

    The path names the drawing code by its checksum: a sample drawn by older code is not found.
    """
    code = hashlib.sha256()
    for path in [Path(__file__), *sorted(Path(drawing.__file__).parent.glob("*.py"))]:
        code.update(path.read_bytes())
    drawn_by = f"{'small' if small else 'full'}-{code.hexdigest()[:12]}"
    return cache_folder() / "samples" / drawn_by / name / DATASETS[name].version


def prepare_sample(name, small=False):
    """Draw a sample, unless it lies in the cache, and return its folder as a `Path`.

    Args:
        name: one of `SIZES`.
        small: draw a tenth of the pictures.

    Raises:
        DataError: the folder cannot be written, or the disk is full.
    """
    folder = sample_folder(name, small)
    if folder.exists():
        try:
            check_prepared(folder)
            return folder
        except DataError:  # it is ours: draw it again
            shutil.rmtree(folder, ignore_errors=True)
    _remove_abandoned(folder)
    try:
        _write_sample(name, folder, SMALL if small else 1)
    except Exception as error:  # TFDS and TensorFlow have errors of their own for a full disk
        if not folder.exists():  # where it does, another process was faster
            raise explain_failed_writing(
                error, f"Drawing the {name} sample", folder, "or set COURSE_CACHE to another disk"
            ) from None
    check_prepared(folder)
    return folder


def _remove_abandoned(folder):
    """Remove what runs that were killed left beside the folder an hour ago or earlier."""
    for abandoned in folder.parent.glob(f"{folder.name}.incomplete*"):
        if time.time() - abandoned.stat().st_mtime > 3600:
            shutil.rmtree(abandoned, ignore_errors=True)


def _write_sample(name, folder, share):
    """Draw the pictures and let TFDS write them; it writes aside and renames the folder."""
    from tqdm import tqdm

    tfds = import_tfds()
    counts = {split: count // share for split, count in SIZES[name].items()}
    labels = LABELS[name]

    class Sample(tfds.core.GeneratorBasedBuilder, skip_registration=True):
        VERSION = tfds.core.Version(DATASETS[name].version)

        def _info(self):
            return tfds.core.DatasetInfo(
                builder=self,
                description=f"A sample drawn by the course, in the form of {name}: "
                "not the published pictures.",
                features=tfds.features.FeaturesDict(
                    {
                        "image": tfds.features.Image(shape=(28, 28, 1), dtype=np.uint8),
                        "label": tfds.features.ClassLabel(names=labels),
                    }
                ),
                supervised_keys=("image", "label"),
            )

        def _split_generators(self, dl_manager):
            return {split: self._generate_examples(split) for split in counts}

        def _generate_examples(self, split):
            drawn = balanced_labels(counts[split], len(labels), _FIRST[split])
            for begin in range(0, len(drawn), _PIECE):
                piece = drawn[begin : begin + _PIECE]
                pictures = _DRAW[name](piece, start=_FIRST[split] + begin)
                for offset, (picture, label) in enumerate(zip(pictures, piece, strict=True)):
                    yield begin + offset, {"image": picture, "label": int(label)}
                progress.update(len(piece))

    Sample.name = name
    bar = {"desc": f"Drawing the {name} sample", "unit": " pictures", "leave": False}
    tfds.disable_progress_bar()
    try:
        with (
            tqdm(total=sum(counts.values()), file=sys.stdout, **bar) as progress,
            contextlib.redirect_stdout(io.StringIO()),  # TFDS would speak of a download
        ):
            Sample(data_dir=folder.parent.parent).download_and_prepare()
    finally:
        tfds.enable_progress_bar()


def balanced_labels(count, classes, seed):
    """Return `count` labels, int64 in 0…classes-1, as many of each as can be, shuffled by seed."""
    return np.random.default_rng(seed).permutation(np.arange(count) % classes)
