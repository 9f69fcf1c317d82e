"""Picture files: read whatever a learner brings.

Pillow does the decoding. Whatever is wrong with a file is told as a `PictureError` that names it;
no error of Pillow's gets out, and no warning. TensorFlow is not imported.
"""

import codecs
import contextlib
import logging
import os
import re
import stat
import threading
import warnings
from io import BytesIO
from pathlib import Path

import numpy as np

from course_utils.errors import PictureError
from course_utils.machine.printing import in_notebook

MEGAPIXELS = 120
"""The largest picture that is read unasked; the largest of common phones' photos have 108."""

_MOST_BYTES = 2**30  # as many as so many pixels take uncompressed, in four channels of 16 bits
# What cameras, phones and browsers make. Pillow's other readers are never called: some of them
# start other programs, and some take nearly every file for theirs.
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "HEIF", "JPEG2000", "PPM")
_SILENT = logging.NullHandler()
_TURNS = {  # EXIF's orientation: what turns the stored picture upright
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}


def read_picture(source, size=None, megapixels=MEGAPIXELS):
    """Return a picture as an array (height, width, 3), uint8 in 0…255: red, green, blue.

    It stands upright, as the camera's note in it (EXIF) says. What is transparent becomes white;
    of an animation, the first picture is taken; grey gets three equal channels; 16 bits are
    scaled to 8.

    Args:
        source: a path, or a pair (name, bytes).
        size: `(height, width)` to resize to, as `keras.utils.image_dataset_from_directory` does:
            the proportions are not kept. Where a picture shrinks, every pixel of the original
            counts (`Image.Resampling.BILINEAR`); Keras picks four for each new one.
        megapixels: the largest picture to decode, in millions of pixels, told from its header.
            Pillow's own limit, `PIL.Image.MAX_IMAGE_PIXELS`, holds too: about 179.

    Raises:
        PictureError: there is no such file, it cannot be opened, it is no picture made of pixels,
            it is damaged, or it is too large. The message says which and what to do.
        ValueError: `size` is not a pair of numbers from 1 on.
    """
    return read_with_shape(source, size, megapixels)[0]


def read_with_shape(source, size=None, megapixels=MEGAPIXELS):
    """Return what `read_picture` does, and (height, width) of the upright original.

    Arguments and errors are those of `read_picture`.
    """
    if size is not None and not (
        len(size) == 2 and all(isinstance(n, int | np.integer) and n > 0 for n in size)
    ):
        raise ValueError(f"size must be (height, width), two numbers from 1 on, not {size}.")
    Image = pillow()
    name, file = _open_source(source)
    with file, _quiet:
        image = _open_image(Image, name, file, megapixels)
        width, height = image.size
        try:
            image, turned = _decode(Image, name, image, size)
        except MemoryError:
            raise PictureError(
                f"{name} takes more memory than is free, with {width} × {height} pixels. {_SMALLER}"
            ) from None
        return np.array(image), (width, height) if turned else (height, width)


def _decode(Image, name, image, size):
    """Return the image in RGB, upright and at that size; and whether rows became columns."""
    try:
        if size is not None:  # a JPEG is decoded at 1/2, 1/4 or 1/8, as far as that suffices
            image.draft(None, (2 * max(size), 2 * max(size)))
        image.load()
    except MemoryError:
        raise
    except Exception as error:  # each of Pillow's readers has errors of its own
        raise PictureError(f"{name} is damaged or cut off ({reason_of(error)}). {_ANEW}") from None
    turn = _TURNS.get(_orientation(image))
    mode = image.mode
    try:
        image = _as_rgb(Image, name, image)
    except ValueError:
        raise PictureError(
            f"{name} stores its colours in a way ({mode}) that Pillow does not turn into red, "
            "green and blue. Open it in a picture viewer and save it as JPEG or PNG."
        ) from None
    if turn:
        image = image.transpose(Image.Transpose[turn])
    if size is not None and image.size != (size[1], size[0]):
        size = int(size[1]), int(size[0])
        image = image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    return image, turn in ("TRANSPOSE", "ROTATE_270", "TRANSVERSE", "ROTATE_90")


_ANEW = "Copy or download it once more."
_SMALLER = "Make it smaller in a picture editor, and try again."


class _Quiet:
    """Drops Pillow's warnings while any thread reads a picture.

    `warnings.catch_warnings` alone is not for threads: the first one in sets the filter, and the
    last one out restores what was there.
    """

    def __init__(self):
        self._lock, self._inside = threading.Lock(), 0

    def __enter__(self):
        with self._lock:
            if not self._inside:
                self._filters = warnings.catch_warnings()
                self._filters.__enter__()
                warnings.filterwarnings("ignore", module=r"PIL\.|pi_heif|pillow_heif")
            self._inside += 1

    def __exit__(self, *exception):
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._filters.__exit__(*exception)


_quiet = _Quiet()


def pillow():
    """Import Pillow with all its readers, and return `PIL.Image`."""
    from PIL import Image

    logging.getLogger("PIL").addHandler(_SILENT)  # or what it logs goes to stderr
    Image.init()
    return Image


def _open_source(source):
    """Return `(name, file)`: what to call the picture, and its bytes as an open file."""
    if isinstance(source, tuple) and len(source) == 2:
        name, content = source
        if isinstance(content, bytes | bytearray | memoryview):
            return str(name), BytesIO(content)
    if not isinstance(source, str | os.PathLike):
        raise PictureError(
            f"A picture is a path, or a pair (name, bytes); this is a {type(source).__name__}."
        )
    path = Path(os.path.expanduser(source))
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            return str(path), open(path, "rb")
    except FileNotFoundError:
        looked = "" if path.is_absolute() else f" It was looked for in {Path.cwd()}."
        raise PictureError(
            f"There is no file {path}.{looked} Check the name, its ending and its folder."
        ) from None
    except PermissionError:
        raise PictureError(
            f"{path} may not be read: its owner has not allowed it. Change the permissions of the "
            "file and of its folder, or copy it to a folder of yours."
        ) from None
    except (OSError, ValueError) as error:  # a name that no file can have, links in a circle
        raise PictureError(
            f"{path} cannot be opened ({reason_of(error)}). Check the path."
        ) from None
    if stat.S_ISDIR(mode):
        raise PictureError(f"{path} is a folder. Name one picture in it.")
    raise PictureError(f"{path} is no file but a device or a pipe. Name a picture file.")


def _open_image(Image, name, file, megapixels):
    """Return Pillow's image, of which the header alone is read, or say why there is none."""
    head = b""
    try:
        head = file.read(1024)
        if not head:
            raise PictureError(f"{name} is empty: it has 0 bytes. {_ANEW}")
        if head[4:8] == b"ftyp" and _HEIC.search(head[8:64]) and "HEIF" not in Image.OPEN:
            _learn_heic(name)
        size = file.seek(0, os.SEEK_END)
        if size > _MOST_BYTES:  # some readers take a file into memory, some look at every byte
            raise PictureError(
                f"{name} has {size >> 20:,} MB; the limit is {_MOST_BYTES >> 20:,}. {_SMALLER}"
            )
        file.seek(0)
        image = Image.open(file, formats=[key for key in _FORMATS if key in Image.OPEN])
        width, height = image.size
        if width * height > megapixels * 1_000_000:
            raise PictureError(
                f"{name} has {width} × {height} pixels; the limit is {megapixels:g} million. "
                f"{_SMALLER}"
            )
        return image
    except PictureError:
        raise
    except Image.DecompressionBombError as error:  # Pillow tells the number in its text alone
        pixels = re.search(r"\d+", str(error))
        count = f"{int(pixels[0]) / 1e6:,.0f} million" if pixels else "too many"
        raise PictureError(
            f"{name} has {count} pixels; the limit is {megapixels:g} million. {_SMALLER}"
        ) from None
    except Image.UnidentifiedImageError:
        raise PictureError(f"{name} {_what_else(head)}") from None
    except Exception as error:
        raise PictureError(f"{name} is damaged or cut off ({reason_of(error)}). {_ANEW}") from None


_HEIC = re.compile(rb"hei[cxms]|hev[cxms]")
_PICTURE = re.compile(rb"\xff\xd8\xff|\x89PNG|GIF8|BM|II\*\0|MM\0\*|RIFF....WEBP", re.DOTALL)
_NOT_PIXELS = (
    (rb"%PDF-", "is a PDF: pages, and no picture made of pixels. Export the page as JPEG or PNG."),
    (rb"<svg", "is an SVG drawing: lines, and no pixels. Export it as PNG."),
    (rb"%!PS", "is a PostScript drawing: lines, and no pixels. Export it as PNG."),
    (
        rb"<!doctype html|<html",
        "is a web page, not the picture in it. Open the picture alone in the browser and save it.",
    ),
    (rb"^PK\x03\x04", "is an archive or a document. Unpack it and take the picture out."),
    (
        rb"^(....ftypcrx |FUJIFILMCCD-RAW|IIR[OS]|IIU\0|II\*\0....CR)",
        "is a RAW photo: what the sensor saw, and no picture yet. Export it as JPEG, in the "
        "camera's program or in a photo program.",
    ),
)


_one_learns = threading.Lock()  # a thread that waits for a failing import gets half a module


def _learn_heic(name):
    """Let Pillow read HEIC by the package pi-heif, or pillow-heif, whichever is installed."""
    try:
        with _one_learns:
            try:
                import pi_heif as reader
            except ImportError:
                import pillow_heif as reader
            reader.register_heif_opener()
    except ImportError:
        install = f"{'%pip' if in_notebook() else 'python -m pip'} install pi-heif"
        raise PictureError(
            f"{name} is a HEIC photo, as iPhones take them, and this Python cannot read it. "
            f"Install the reader with `{install}`, or export the photo as JPEG from a viewer. (On "
            "the phone, Settings, Camera, Formats, Most Compatible takes JPEG from now on.)"
        ) from None


def _what_else(head):
    """Return in words what a file is that Pillow does not know, and what to do about it."""
    for pattern, words in _NOT_PIXELS:
        if re.search(pattern, head, re.IGNORECASE | re.DOTALL):
            return words
    if head[4:8] == b"ftyp" and _HEIC.search(head[8:64]):
        return f"is a HEIC photo, damaged or cut off. {_ANEW}"
    if head[4:8] == b"ftyp" and b"avif" not in head[8:64]:
        return "is a video. Take a still picture from it and save that as JPEG or PNG."
    if b"avif" in head[8:64]:
        return "is an AVIF picture, damaged or beyond this Pillow. Save it as JPEG or PNG."
    if _PICTURE.match(head):
        return f"is damaged or cut off in its first bytes. {_ANEW}"
    with contextlib.suppress(UnicodeDecodeError):
        text = codecs.getincrementaldecoder("utf-8")().decode(head)  # a cut last letter is fine
        if all(letter.isprintable() or letter.isspace() for letter in text):
            return "is a text, whatever its name says. Choose a picture: JPEG, PNG or WebP."
    return "is no picture of a kind that can be read here. Save it as JPEG or PNG, and try again."


def reason_of(error):
    """Return in one line why something failed, from an exception of any kind."""
    return str(getattr(error, "strerror", None) or error).split("\n")[0] or type(error).__name__


def _orientation(image):
    """Return EXIF's orientation, 1 to 8, or None. A damaged note does not make it unreadable."""
    try:
        return image.getexif().get(0x0112)
    except Exception:  # Pillow's EXIF reader has many ways to fail
        return None


def _as_rgb(Image, name, image):
    """Return the image in RGB, on white where it is transparent."""
    if image.mode == "F" or image.mode.startswith("I"):
        image = Image.fromarray(_to_bytes(name, np.asarray(image)))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def _to_bytes(name, values):
    """Return grey values of 16 or 32 bits as uint8. Whole numbers count as 16 bits, 0…65535."""
    lowest, highest = values.min(), values.max()
    if not 0 <= lowest <= highest <= 65535:  # NaN, too
        raise PictureError(
            f"{name} holds numbers from {lowest:g} to {highest:g}, measurements and no colours. "
            "Bring them to 0…255 with NumPy first."
        )
    top = 65535
    if values.dtype.kind == "f" and highest <= 255:
        top = 1 if highest <= 1 else 255
    return np.rint(values * np.float32(255 / top)).astype(np.uint8)


def picture_endings():
    """Return the endings, such as ".jpg", of the names that picture files have: a set."""
    known = pillow().registered_extensions().items()
    endings = {ending for ending, key in known if key in _FORMATS}
    return endings | {".avif", ".heic", ".heif", ".hif", ".jpg-large", ".jpg_large", ".mpo"}
