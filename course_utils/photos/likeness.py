"""Find my cat: rank the pictures in folder trees by their likeness to a handful of pictures.

MobileNetV2 without its classifier turns a picture into 1,280 numbers, its embedding: the last
feature maps, each averaged over its positions. Pictures of subjects that look alike have embeddings
that point the same way. That is all: it finds what looks alike, not the individual.

The score of a picture is the cosine of its embedding and the mean of those asked for, after most of
what all the pictures searched have in common is taken away. So scores compare pictures within one
search, and not between two. `benchmarks/bench_find_photos.py` measures how well it ranks.

TensorFlow is imported once there is a picture whose embedding is not remembered.
"""

import collections
import contextlib
import filecmp
import hashlib
import itertools
import os
import sys
import tempfile
import threading
from pathlib import Path
from typing import NamedTuple

import numpy as np

from course_utils.errors import CourseError, DataError, PictureError
from course_utils.machine.device import import_tensorflow
from course_utils.machine.printing import in_notebook, number_of, printable
from course_utils.machine.threads import in_order
from course_utils.photos.embeddings import Store, StoreDamaged, forget_photos
from course_utils.photos.trees import Skipped, picture_files
from course_utils.pictures.reading import MEGAPIXELS, read_picture, reason_of
from course_utils.sources import bases, weights
from course_utils.sources.plan import obtain

SIZE = 192
"""Rows and columns that a picture is resized to."""
_NAME, _SHAPE = "MobileNetV2", (SIZE, SIZE, 3)
IN_COMMON = 0.8  # of the mean embedding; measured: see benchmarks/README.md
_BATCH = 32  # pictures that pass the network, and are remembered, at once
_AHEAD = 4 * _BATCH  # pictures decoded, or about to be, before the network asks for them
_BLOCK = 512  # vectors handled at once
_IN_MEMORY = 2**26  # bytes of vectors that wait in memory; more wait in a file
_MANY_MEGAPIXELS = 30  # larger pictures are decoded one at a time, for the memory they take


class Photo(NamedTuple):
    """A picture that was found: its path, and its score in -1…1."""

    path: Path
    score: float


class Ranking(list):
    """A list of `Photo`, best first.

    Attributes:
        base: the network and its weights, in words.
        searched: how many pictures were ranked, before any cut-off.
        remembered: how many of them had their embedding from an earlier search.
        skipped: a dict: how many files and folders of each kind were left out.
        unread: a list of (path, reason) of the pictures and folders that could not be read.
    """


class _Base(NamedTuple):
    """The network: a key for what it computes, what it is called, the file of its weights.

    `file` is None with the course's own small base.
    """

    key: str
    words: str
    file: Path | None


def find_photos(like, paths, top=None, at_least=None, hidden=False, verbose=False):
    """Rank every readable picture in folder trees by its likeness to a handful of pictures.

    It finds subjects that look alike, and not the individual: pictures of your cat bring every cat
    that looks like it. Files are told by the endings of their names. Links are followed, into each
    folder once. The pictures of `like` and their copies byte for byte are left out, and so are
    folders of thumbnails and of deleted files, except those that are named. What is left out is
    printed: a line for each thing that can be done about it.

    Embeddings are remembered in the course's cache, together with the paths: a second search
    computes only what is new or changed. `clear_cache("photo-embeddings")` deletes them.

    Args:
        like: a folder with pictures of one subject, or a picture, or several of them; five to ten
            pictures with different backgrounds serve well.
        paths: a folder to search, or several.
        top: how many to return at most; None returns all.
        at_least: the lowest score to return; None returns all.
        hidden: whether to search names that begin with a dot.
        verbose: whether to print every single thing that is skipped.

    Returns:
        A `Ranking`: a list of `Photo(path, score)`, best first.

    Raises:
        PictureError: a folder does not exist, or `like` holds no readable picture.
        DataError: the weights of the network cannot be read, or no disk takes what a large search
            has to put aside. Without a cache that can be written, nothing is remembered.
        ValueError: `top` is below 1.
    """
    if top is not None and top < 1:
        raise ValueError(f"top must be 1 or more, not {top}. None returns all.")
    like, paths = _several(like), _several(paths)
    tell = _print_above_bar if verbose else None
    try:
        return _search(like, paths, top, at_least, hidden, tell)
    except StoreDamaged as error:
        _say(f"{error} It is deleted, and the embeddings are computed anew.")
        forget_photos()
        return _search(like, paths, top, at_least, hidden, tell)


def _several(paths):
    return [paths] if isinstance(paths, str | bytes | os.PathLike) else list(paths)


def _say(line):
    print(printable(line))


def _print_above_bar(line):
    from tqdm import tqdm

    tqdm.write(printable(line), file=sys.stdout)


def _search(like, paths, top, at_least, hidden, tell):
    skipped, like_skipped = Skipped(tell), Skipped(tell)
    liked = list(picture_files(like, like_skipped, hidden))
    if not liked:
        raise _nothing_to_look_for(like, like_skipped)
    with _bar("Listing", None) as bar:
        files = []
        for file in _without_asked_for(picture_files(paths, skipped, hidden), liked, skipped):
            files.append(file)
            bar.update()
    base = find_base()
    _say(base.words)
    with Store(base.key) as store, _bar("Reading", len(liked) + len(files)) as bar:
        work, told = _Work(base, store, bar), store.trouble
        if told:
            _print_above_bar(f"{told} {_GOES_ON}")
        try:
            wanted = [vectors for _, vectors in work.embeddings(liked, like_skipped)]
            if not wanted:
                raise _nothing_to_look_for(like, like_skipped)
            before = work.new
            found, scores = _rank(work, files, skipped, np.concatenate(wanted))
        except KeyboardInterrupt:
            bar.close()
            _say("Stopped." if store.trouble else _STOPPED.format(work.new, store.folder))
            raise
        except OSError as error:
            if isinstance(error, CourseError):
                raise
            raise DataError(
                f"The search had to stop ({reason_of(error)}). It has to put "
                f"{number_of(len(files), 'vectors')} aside, which needs space on the disk of "
                f"{store.folder or tempfile.gettempdir()}. Free some space, or search fewer "
                "folders at once."
            ) from None
        for path in {os.path.realpath(os.path.expanduser(path)) for path in [*like, *paths]}:
            store.prune(os.fsdecode(path))
        remembered = len(found) - (work.new - before)
    order = sorted(zip((-scores).tolist(), found, strict=True))
    photos = [(path, -score) for score, path in order if at_least is None or -score >= at_least]
    ranking = Ranking(Photo(Path(path), score) for path, score in photos[:top])
    ranking.base, ranking.searched, ranking.remembered = base.words, len(found), remembered
    ranking.skipped, ranking.unread = dict(skipped.counts), skipped.unread
    _say(f"{number_of(len(found), 'pictures')} ranked, {remembered:,} remembered from before.")
    for line in skipped.lines():
        _say(f"Left out: {line}")
    for line in like_skipped.lines():
        _say(f"Left out of what is looked for: {line}")
    _say("First come subjects that look alike; whether it is the same individual, you have to see.")
    if store.folder:
        forget = 'clear_cache("photo-embeddings")' if in_notebook() else f"{_COMMAND} --forget"
        _say(
            f"The embeddings and paths of your pictures lie in {store.folder}; `{forget}` deletes "
            "them."
        )
    if store.trouble != told:
        _say(f"{store.trouble} {_GOES_ON}")
    return ranking


_COMMAND = "python -m course_utils.photos"
_GOES_ON = "The search goes without it, and nothing more is remembered."
_STOPPED = (
    "Stopped. The {:,} embeddings computed so far are kept in {}: the next search goes on from "
    "there."
)


def _nothing_to_look_for(like, skipped):
    where = ", ".join(printable(os.fsdecode(path)) for path in like) or "an empty list"
    lines = [f"There is no picture in {where} that can be read. Put some of your subject there."]
    return PictureError("\n".join(lines + [f"Left out: {line}" for line in skipped.lines()]))


def _without_asked_for(files, liked, skipped):
    """Yield the files but for those looked for and their copies byte for byte."""
    by_size = collections.defaultdict(list)
    for file in liked:
        by_size[file.size].append(file.real)
    for file in files:
        if file.size and any(_equal(file.real, path) for path in by_size.get(file.size, ())):
            skipped("asked-for pictures", file.shown)
        else:
            yield file


def _equal(path, other):
    try:
        return filecmp.cmp(path, other, shallow=False)
    except OSError:
        return False


def _bar(what, total):
    from tqdm import tqdm

    unit = {"unit": " pictures", "leave": False, "mininterval": 0.3}
    return tqdm(desc=what, total=total, file=sys.stdout, **unit)


def _rank(work, files, skipped, wanted):
    """Return the paths of the files that can be read, and their scores, float64 (n,).

    The vectors go to a file without a name in between: they are needed twice, and a million of
    them would fill the memory.
    """
    found, total = [], np.zeros(wanted.shape[1])
    with tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=work.store.folder) as spool:
        for batch, vectors in work.embeddings(files, skipped):
            spool.write(vectors.tobytes())
            total += vectors.sum(0, dtype=np.float64)
            found += [file.shown for file in batch]
        scores = np.zeros(len(found))
        common = IN_COMMON * total / max(1, len(found))
        direction = _unit(_unit(wanted - common).mean(0))
        spool.seek(0)
        for begin in range(0, len(found), _BLOCK):
            block = spool.read(_BLOCK * vectors.shape[1] * vectors.itemsize)
            block = np.frombuffer(block, vectors.dtype).reshape(-1, vectors.shape[1])
            scores[begin : begin + len(block)] = _unit(block - common) @ direction
    return found, scores.round(4) + 0.0  # no -0.0


def _unit(vectors):
    """Return vectors scaled to length 1; those of length 0 as they are."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


class _Work:
    """Gives the embeddings of files: remembered ones first, then new ones, which it remembers."""

    def __init__(self, base, store, bar):
        self._base, self.store, self._bar = base, store, bar
        self._embed, self.new = None, 0

    def embeddings(self, files, skipped):
        """Yield `(files, vectors)`: some of the files, and float16 (n, 1280), each of length 1.

        `skipped` is told of files that cannot be read.
        """
        missing, files = [], iter(files)
        while block := list(itertools.islice(files, _BLOCK)):
            rows = [self.store.get(file) for file in block]
            missing += [file for file, row in zip(block, rows, strict=True) if row is None]
            known = [file for file, row in zip(block, rows, strict=True) if row is not None]
            if known:
                vectors = np.frombuffer(b"".join(filter(None, rows)), np.float16)
                self._bar.update(len(known))
                yield known, vectors.reshape(len(known), -1)
        with contextlib.closing(in_order(_decode, missing, _AHEAD)) as decoded:
            pictures = self._readable(decoded, skipped)
            while batch := list(itertools.islice(pictures, _BATCH)):
                batch, arrays = zip(*batch, strict=True)
                if self._embed is None:
                    self._embed = _load(self._base)
                vectors = _unit(self._embed(np.stack(arrays))).astype(np.float16)
                self.store.put(batch, [vector.tobytes() for vector in vectors])
                self.new += len(batch)
                self._bar.update(len(batch))
                yield batch, vectors

    def _readable(self, decoded, skipped):
        for file, picture in decoded:
            if isinstance(picture, Exception):
                reason = str(picture).removeprefix(file.real).strip()
                skipped("unreadable pictures", file.shown, reason)
                self._bar.update()
            else:
                yield file, picture


_one_large_at_a_time = threading.Lock()


def _decode(file):
    """Return `(file, picture)`: uint8 (SIZE, SIZE, 3), or why it cannot be read, an exception."""
    try:
        return file, read_picture(file.real, (SIZE, SIZE), _MANY_MEGAPIXELS)
    except Exception:
        pass  # it may be too large, or too large for what the other threads leave of the memory
    try:
        with _one_large_at_a_time:
            return file, read_picture(file.real, (SIZE, SIZE), MEGAPIXELS)
    except Exception as error:  # whatever an odd file does to Pillow, the search goes on
        return file, error


def find_base():
    """Return the `_Base` that `pretrained_base` would give, without TensorFlow.

    Its key names the weights by their checksum: other weights, other embeddings.
    """
    made = obtain(weights.weights_file(_NAME, _SHAPE, include_top=False))
    if made.kind == "real":
        file, words = made.place, f"{_NAME}: ImageNet weights, from {made.place}"
        checksum = hashlib.sha256(file.read_bytes()).hexdigest()
    else:
        described, file = bases.description(_NAME), None
        checksum = described["sha256"]
        words = (
            f"{_NAME}: the course's own small base, trained on drawn pictures "
            f"({made.why_not_real}). On photographs its ranking is hardly better than chance."
        )
    return _Base(f"{checksum[:32]} {SIZE} 1", words, file)


def _load(base):
    """Return a function from pictures, uint8 (n, SIZE, SIZE, 3), to float32 (n, 1280)."""
    tf = import_tensorflow()
    import keras

    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")  # what is remembered must not depend on it
    try:
        if base.file is None:
            model, _ = bases.embedded_base(_NAME, _SHAPE, include_top=False)
        else:
            model, _ = bases.imagenet_base(_NAME, _SHAPE, include_top=False, file=base.file)
    finally:
        keras.config.set_dtype_policy(policy)
    preprocess_input = keras.applications.mobilenet_v2.preprocess_input

    @tf.function(input_signature=[tf.TensorSpec((None, *_SHAPE), tf.uint8)])
    def embed(pictures):
        maps = model(preprocess_input(tf.cast(pictures, tf.float32)), training=False)
        return tf.reduce_mean(maps, axis=(1, 2))

    return lambda pictures: embed(tf.constant(pictures)).numpy()
