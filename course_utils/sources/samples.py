"""Drawn samples, kept as prepared TFDS folders in the course's own cache.

A sample has the name, the labels and the feature types of the dataset that it stands in for, and
fewer pictures. It is drawn when it is first needed.
"""

import contextlib
import hashlib
import io
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np

from course_utils import drawing
from course_utils.errors import DataError
from course_utils.machine.device import cores
from course_utils.machine.settings import cache_folder
from course_utils.sources import catalogue, prepared
from course_utils.sources.catalogue import DATASETS
from course_utils.sources.prepared import check_prepared, import_tfds
from course_utils.store import explain_failed_writing, locked

SMALL = 10
"""A small sample, for the `ci` profile, has this many times fewer pictures."""

_FIRST = {"train": 0, "test": 1_000_000}
_PIECE = 50
_JPEG_QUALITY = 90


def sample_folder(name, small=False):
    """Return the `Path` where the prepared sample lies, or will lie.

    The path names the drawing code by its checksum: a sample drawn by older code is not found.
    """
    code = hashlib.sha256()
    drawn = sorted(Path(drawing.__file__).parent.glob("*.py"))
    for path in [Path(__file__), Path(catalogue.__file__), *drawn]:
        code.update(path.read_bytes())
    drawn_by = f"{'small' if small else 'full'}-{code.hexdigest()[:12]}"
    return cache_folder() / "samples" / drawn_by / name / DATASETS[name].version


def prepare_sample(name, small=False):
    """Draw a sample, unless it lies in the cache, and return its folder as a `Path`.

    Where another process draws it at the moment, this one waits for that, and says so.

    Args:
        name: one of `DATASETS`.
        small: draw a tenth of the pictures.

    Raises:
        DataError: the folder cannot be written, or the disk is full.
    """
    folder = sample_folder(name, small)
    if _is_whole(folder):
        return folder
    try:
        with locked(folder, f"drawing the {name} sample"):
            if not _is_whole(folder):
                _write_sample(name, folder, SMALL if small else 1)
    except Exception as error:  # TFDS and TensorFlow have errors of their own for a full disk
        raise explain_failed_writing(
            error, f"Drawing the {name} sample", folder, "or set COURSE_CACHE to another disk"
        ) from None
    check_prepared(folder)
    return folder


def _is_whole(folder):
    try:
        check_prepared(folder)
    except DataError:  # it is ours: it will be drawn again
        return False
    return True


def _write_sample(name, folder, share):
    """Draw the pictures and have TFDS write them."""
    from tqdm import tqdm

    tfds = import_tfds()
    sample = DATASETS[name]
    counts = {split: count // share for split, count in sample.sizes.items()}
    picture = tfds.features.Image(shape=sample.shape, dtype=np.uint8)
    filename = {"image/filename": tfds.features.Text()} if sample.filename else {}
    label = tfds.features.ClassLabel(names=list(sample.labels))

    class Builder(tfds.core.GeneratorBasedBuilder, skip_registration=True):
        VERSION = tfds.core.Version(sample.version)

        def _info(self):
            return tfds.core.DatasetInfo(
                builder=self,
                description=f"A sample drawn by the course, in the form of {name}: "
                "not the published pictures.",
                features=tfds.features.FeaturesDict({"image": picture, **filename, "label": label}),
                supervised_keys=("image", "label"),
            )

        def _split_generators(self, dl_manager):
            return {split: self._generate_examples(split) for split in counts}

        def _generate_examples(self, split):
            seen = dict.fromkeys(sample.labels, 0)
            for number, (image, label) in enumerate(_drawn(name, split, counts[split])):
                example = {"image": image, "label": label}
                if sample.filename:
                    kind = sample.labels[label]
                    example["image/filename"] = sample.filename.format(kind.title(), seen[kind])
                    seen[kind] += 1
                yield number, example
                progress.update()

    Builder.name = name
    bar = {"desc": f"Drawing the {name} sample", "unit": " pictures", "leave": False}
    tfds.disable_progress_bar()
    try:
        with (
            tqdm(total=sum(counts.values()), file=sys.stdout, **bar) as progress,
            contextlib.redirect_stdout(io.StringIO()),  # TFDS would speak of a download
        ):
            prepared.write(Builder, folder)
    finally:
        tfds.enable_progress_bar()


def _drawn(name, split, count):
    """Yield `(image, label)` for every picture of a split, drawn by as many processes as cores.

    An image is a uint8 array or, in colour, an open JPEG file.
    """
    pieces = range(0, count, _PIECE)
    workers = min(cores(), len(pieces) // 4)
    # Processes started by hand: `multiprocessing` would run the caller's script once more in each.
    command = [sys.executable, "-m", "course_utils.sources.samples", name, split, str(count)]
    package = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with contextlib.ExitStack() as stack:
        pipes = []
        for worker in range(workers):
            process = subprocess.Popen(
                [*command, str(worker), str(workers)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=os.environ | package,
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
            pipes.append(stack.enter_context(process.stdout))
        for number, begin in enumerate(pieces):
            try:
                piece = pickle.load(pipes[number % workers]) if workers else None
            except (EOFError, pickle.UnpicklingError):  # that process has died
                piece = None
            for image, label in piece or _draw_piece(name, split, count, begin):
                yield (io.BytesIO(image) if isinstance(image, bytes) else image), label


def _draw_piece(name, split, count, begin):
    """Return the pictures from number `begin` on, as a list of (array or JPEG bytes, label)."""
    sample = DATASETS[name]
    labels = balanced_labels(count, len(sample.labels), _FIRST[split])[begin : begin + _PIECE]
    pictures = sample.drawn_by(split)(labels, start=_FIRST[split] + begin)
    if sample.shape is None or sample.shape[-1] == 3:
        pictures = [_jpeg(picture) for picture in pictures]
    return list(zip(pictures, labels.tolist(), strict=True))


def _jpeg(picture):
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=_JPEG_QUALITY)
    return file.getvalue()


def balanced_labels(count, classes, seed):
    """Return `count` labels, int64 in 0…classes-1, as many of each as can be, shuffled by seed."""
    return np.random.default_rng(seed).permutation(np.arange(count) % classes)


def _work(name, split, count, worker, workers):
    """Draw every `workers`-th piece of a split, pickled to standard output."""
    for begin in range(int(worker) * _PIECE, int(count), int(workers) * _PIECE):
        pickle.dump(_draw_piece(name, split, int(count), begin), sys.stdout.buffer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    _work(*sys.argv[1:])
