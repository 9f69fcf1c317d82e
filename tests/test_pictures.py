"""Pictures that learners bring, with all that can be wrong with them; datasets as class folders."""

import errno
import io
import json
import os
import struct
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor

import nbformat
import numpy as np
import pillow_heif
import pytest
from nbclient import NotebookClient
from PIL import ExifTags, Image, ImageFile

from course_utils import CourseError, read_picture, write_class_folders
from course_utils.errors import DataError, PictureError
from course_utils.pictures import class_folders
from course_utils.pictures import reading as pictures

pytestmark = pytest.mark.filterwarnings("error")  # Pillow's warnings would be errors here

NOISE = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
QUARTERS = np.zeros((40, 60, 3), np.uint8)  # red and green above, blue and white below
QUARTERS[:20, :30], QUARTERS[:20, 30:] = (255, 0, 0), (0, 255, 0)
QUARTERS[20:, :30], QUARTERS[20:, 30:] = (0, 0, 255), (255, 255, 255)


def encoded(image, form, **options):
    """Return the bytes of a picture file."""
    image = Image.fromarray(image) if isinstance(image, np.ndarray) else image
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def claiming(width, height):
    """Return a PNG file of one pixel whose header, with a right checksum, claims another size."""
    png = bytearray(encoded(NOISE[:1, :1], "PNG"))
    png[16:24] = struct.pack(">II", width, height)
    png[29:33] = struct.pack(">I", zlib.crc32(png[12:29]))
    return bytes(png)


# Reading


@pytest.mark.parametrize("form", ["PNG", "BMP", "TIFF", "WEBP", "GIF", "PPM"])
def test_path_and_bytes_give_the_same_array(tmp_path, form):
    path = tmp_path / f"quarters.{form.lower()}"
    lossless = {"lossless": True} if form == "WEBP" else {}
    path.write_bytes(encoded(QUARTERS, form, **lossless))
    content = path.read_bytes()
    for source in (path, str(path), ("mine", content), ("mine", memoryview(content))):
        picture = read_picture(source)
        assert picture.dtype == np.uint8 and picture.flags.writeable
        assert (picture == QUARTERS).all()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_exif_orientation_is_applied(orientation, form):
    stored = {
        1: QUARTERS,
        2: QUARTERS[:, ::-1],
        3: QUARTERS[::-1, ::-1],
        4: QUARTERS[::-1],
        5: QUARTERS.swapaxes(0, 1),
        6: np.rot90(QUARTERS),
        7: QUARTERS[::-1, ::-1].swapaxes(0, 1),
        8: np.rot90(QUARTERS, -1),
    }[orientation]
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    file = encoded(np.ascontiguousarray(stored), form, exif=exif)
    picture, shape = pictures.read_with_shape(("turned", file))
    assert picture.shape == QUARTERS.shape and shape == QUARTERS.shape[:2]
    assert abs(picture[::10, 5::10].astype(int) - QUARTERS[::10, 5::10]).mean() < 12
    small, shape = pictures.read_with_shape(("turned", file), size=(4, 6))
    assert abs(small[0, 0].astype(int) - QUARTERS[0, 0]).max() < 40
    assert small.shape == (4, 6, 3) and shape == QUARTERS.shape[:2]


def test_damaged_exif_leaves_a_picture_readable():
    file = encoded(QUARTERS, "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f" + b"\xff" * 40)
    assert read_picture(("odd", file)).shape == QUARTERS.shape


@pytest.mark.parametrize(
    ("image", "options", "colour"),
    [
        (Image.new("RGBA", (4, 4), (255, 0, 0, 0)), {}, (255, 255, 255)),
        (Image.new("RGBA", (4, 4), (0, 0, 0, 51)), {}, (204, 204, 204)),
        (Image.new("LA", (4, 4), (0, 0)), {}, (255, 255, 255)),
        (Image.new("P", (4, 4), 0), {"transparency": 0}, (255, 255, 255)),
        (Image.new("P", (4, 4), 0), {"transparency": bytes([51])}, (204, 204, 204)),
        (Image.new("L", (4, 4), 7), {"transparency": 7}, (255, 255, 255)),
        (Image.new("RGB", (4, 4), (7, 8, 9)), {"transparency": (7, 8, 9)}, (255, 255, 255)),
        (Image.new("L", (4, 4), 100), {}, (100, 100, 100)),
        (Image.new("1", (4, 4), 1), {}, (255, 255, 255)),
        (Image.new("1", (4, 4), 0), {}, (0, 0, 0)),
    ],
)
def test_transparent_is_white_and_grey_has_three_channels(image, options, colour):
    picture = read_picture(("drawing.png", encoded(image, "PNG", **options)))
    assert picture.shape == (4, 4, 3) and (picture == colour).all()


def test_cmyk():
    red = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    for form in ("JPEG", "TIFF"):
        picture = read_picture(("print", encoded(red, form)))
        assert abs(picture.astype(int) - (255, 0, 0)).max() < 6


@pytest.mark.parametrize("form", ["PNG", "TIFF", "PPM"])
def test_sixteen_bits_are_scaled_and_not_clipped(form):
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    picture = read_picture(("scan", encoded(ramp, form)))
    assert (picture == np.arange(256).reshape(16, 16, 1)).all()
    dark = read_picture(("dark", encoded(ramp // 257, form)))
    assert dark.max() == 1


def test_floats():
    for top in (1.0, 255.0, 65535.0):
        ramp = np.linspace(0, top, 256, dtype=np.float32).reshape(16, 16)
        picture = read_picture(("depth.tif", encoded(ramp, "TIFF")))
        assert (picture == np.arange(256).reshape(16, 16, 1)).all()
    for value in (-1.0, float("nan"), 1e6):
        with pytest.raises(PictureError, match=r"depth\.tif holds numbers from"):
            read_picture(("depth.tif", encoded(np.full((4, 4), value, np.float32), "TIFF")))


def test_first_picture_of_an_animation():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue", "lime")]
    for form in ("GIF", "WEBP", "TIFF", "PNG"):
        file = encoded(frames[0], form, save_all=True, append_images=frames[1:])
        picture = read_picture(("moving", file))
        assert abs(picture.astype(int) - (255, 0, 0)).max() < 3


def test_size_squashes_and_counts_every_pixel():
    stripes = np.zeros((400, 800, 3), np.uint8)
    stripes[:, ::2] = 255
    for form in ("PNG", "JPEG"):
        picture = read_picture(("stripes", encoded(stripes, form)), size=(50, 40))
        assert picture.shape == (50, 40, 3) and picture.dtype == np.uint8
        assert 118 < picture.min() <= picture.max() < 138
    assert read_picture(("tiny", encoded(NOISE[:1, :1], "PNG")), size=(5, 7)).shape == (5, 7, 3)


@pytest.fixture
def decoded(monkeypatch):
    """The sizes at which Pillow has decoded pictures, in the order in which it did."""
    sizes, load = [], ImageFile.ImageFile.load

    def noting(image):
        if image.tile:
            sizes.append(image.size)
        return load(image)

    monkeypatch.setattr(ImageFile.ImageFile, "load", noting)
    return sizes


def test_a_large_jpeg_is_decoded_small(decoded):
    large = Image.fromarray(QUARTERS).resize((3200, 2400))
    file = encoded(large, "JPEG")
    read_picture(("large", file))
    picture, shape = pictures.read_with_shape(("large", file), size=(100, 100))
    assert decoded == [(3200, 2400), (400, 300)]
    assert shape == (2400, 3200)
    expected = np.asarray(large.resize((100, 100), Image.Resampling.BILINEAR))
    assert abs(picture.astype(int) - expected).mean() < 2


@pytest.mark.parametrize("size", [(0, 5), (5,), (5, 5, 3), (2.5, 2), "ab"])
def test_a_wrong_size_is_told(size):
    with pytest.raises(ValueError, match="size must be"):
        read_picture(("a", encoded(NOISE, "PNG")), size=size)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "JPEG2000"])
def test_cut_off(tmp_path, form):
    path, file = tmp_path / "half.jpg", encoded(NOISE, form)
    for length in (20, 60, len(file) // 2, int(len(file) * 0.95)):
        path.write_bytes(file[:length])
        for size in (None, (10, 10)):
            with pytest.raises(
                PictureError, match=r"half\.jpg is (damaged|an? \w+ pict).*once more"
            ):
                read_picture(path, size=size)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP"])
def test_damaged_anywhere(form, capfd):
    """Whatever bytes change, a picture comes or an error of ours."""
    rng, file = np.random.default_rng(1), encoded(NOISE, form)
    for _ in range(60):
        damaged = np.frombuffer(file, np.uint8).copy()
        damaged[rng.integers(0, min(len(file), 500), 5)] = rng.integers(0, 256, 5)
        try:
            assert read_picture(("odd", damaged.tobytes()), size=(9, 9)).shape == (9, 9, 3)
        except PictureError as error:
            assert str(error).startswith("odd ")
    assert capfd.readouterr() == ("", "")


def test_a_file_of_gigabytes_is_not_read(tmp_path):
    path = tmp_path / "huge.heic"
    path.write_bytes(heic_head())
    os.truncate(path, 30 * 2**30)
    with pytest.raises(PictureError, match="huge.heic has 30,720 MB; the limit is 1,024"):
        read_picture(path)


def test_too_large_is_told_from_the_header(decoded):
    for width, height, words in (
        (50_000, 50_000, "2,500 million pixels; the limit is 120 million"),
        (12_000, 12_000, "12000 × 12000 pixels; the limit is 120 million"),
        (10_000, 10_000, "damaged or cut off"),  # warned of by Pillow, and not refused
    ):
        with pytest.raises(PictureError, match=words):
            read_picture(("bomb.png", claiming(width, height)))
    assert decoded == [(10_000, 10_000)]
    with pytest.raises(PictureError, match=r"80 × 60 pixels; the limit is 0\.001 million"):
        read_picture(("mine.png", encoded(NOISE, "PNG")), megapixels=0.001)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty: it has 0 bytes"),
        (b"Dear cat,\nhow are you?\n", "is a text"),
        ("größer".encode() * 400, "is a text"),
        (b"<!DOCTYPE html><html>", "is a web page"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg">', "is an SVG drawing"),
        (b"%PDF-1.7\n%\xe2\xe3", "is a PDF"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "is a PostScript drawing"),
        (b"PK\x03\x04\x14\0\0\0", "is an archive"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp41isom", "is a video"),
        (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", "is a RAW photo.*Export it as JPEG"),
        (b"FUJIFILMCCD-RAW 0201FF383501", "is a RAW photo"),
        (b"IIU\0\x18\0\0\0", "is a RAW photo"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "is an AVIF picture"),
        (bytes(range(256)), "is no picture of a kind that can be read"),
    ],
)
def test_no_picture(tmp_path, content, words):
    path = tmp_path / "cat.jpg"
    path.write_bytes(content)
    with pytest.raises(PictureError, match=words) as error:
        read_picture(path)
    assert str(error.value).startswith(str(path))
    assert isinstance(error.value, CourseError) and isinstance(error.value, OSError)
    assert "Traceback" not in error.value._render_traceback_()[0]


HEIC_READERS = ("pi_heif", "pillow_heif")


@pytest.fixture
def without_heic(monkeypatch):
    for reader in HEIC_READERS:
        monkeypatch.setitem(sys.modules, reader, None)
    monkeypatch.delitem(Image.OPEN, "HEIF", raising=False)


def heic(image, **options):
    """Return the bytes of a HEIC photo."""
    file = io.BytesIO()
    photo = pillow_heif.from_pillow(Image.fromarray(image))
    photo.save(file, quality=-1, **options)
    return file.getvalue()


def test_heic_without_its_reader(without_heic):
    with pytest.raises(PictureError, match="HEIC photo.*`python -m pip install pi-heif`.*as JPEG"):
        read_picture(("IMG_1.HEIC", heic_head()))


def heic_head():
    return b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic" + bytes(100)


def test_a_notebook_is_told_what_to_install_there(tmp_path):
    """In a kernel, by a cell: what it says is for a cell, too."""
    for reader in HEIC_READERS:
        (tmp_path / f"{reader}.py").write_text("raise ImportError('it is not here')")
    (tmp_path / "IMG_1.HEIC").write_bytes(heic_head())
    cell = "from course_utils import read_picture\nread_picture('IMG_1.HEIC')"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    client = NotebookClient(notebook, allow_errors=True, resources={"metadata": {"path": tmp_path}})
    client.execute()
    (error,) = notebook.cells[0].outputs
    assert "`%pip install pi-heif`" in error.traceback[-1]


@pytest.mark.parametrize("name", ["IMG_1.HEIC", "renamed.jpg"])
def test_heic(tmp_path, name):
    (tmp_path / name).write_bytes(heic(QUARTERS))
    for source in (tmp_path / name, (name, heic(QUARTERS))):
        picture = read_picture(source)
        assert abs(picture[::10, 5::10].astype(int) - QUARTERS[::10, 5::10]).mean() < 12


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_heic_is_turned_once(orientation):
    """Phones note how they were held as a turn of the picture, and some in EXIF as well."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    stored = np.rot90(QUARTERS, {1: 0, 3: 2, 6: 1, 8: -1}[orientation])
    photo = heic(np.ascontiguousarray(stored), exif=exif.tobytes())
    picture, shape = pictures.read_with_shape(("turned", photo))
    assert picture.shape == QUARTERS.shape and shape == QUARTERS.shape[:2]
    assert abs(picture[::10, 5::10].astype(int) - QUARTERS[::10, 5::10]).mean() < 12
    assert read_picture(("turned", photo), size=(4, 6)).shape == (4, 6, 3)


def test_the_main_picture_of_several_in_a_heic_file():
    file, photos = io.BytesIO(), pillow_heif.from_pillow(Image.new("RGB", (64, 48), "red"))
    photos.add_from_pillow(Image.new("RGB", (90, 80), "blue"))
    photos.save(file, primary_index=1, quality=-1)
    assert read_picture(("burst.heic", file.getvalue())).shape == (80, 90, 3)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_heic_that_is_cut_off(share):
    photo = heic(NOISE)
    with pytest.raises(PictureError, match="cut.HEIC is .*damaged or cut off.*once more"):
        read_picture(("cut.HEIC", photo[: int(len(photo) * share)]))


def test_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "round.jpg").symlink_to("round.jpg")
    for source, words in (
        (tmp_path, "is a folder"),
        (tmp_path / "cat.jpg", "There is no file .*cat.jpg"),
        ("cat.jpg", f"It was looked for in {tmp_path}"),
        (os.devnull, "is no file but a device"),
        (tmp_path / "round.jpg", "cannot be opened"),
        ("x" * 5000, "cannot be opened"),
        ("a\0b", "cannot be opened"),
        (NOISE, "this is a ndarray"),
        (b"bytes", "this is a bytes"),
        (("name", "text"), "this is a tuple"),
    ):
        with pytest.raises(PictureError, match=words):
            read_picture(source)


def test_forbidden(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    (tmp_path / "cat.jpg").write_bytes(encoded(NOISE, "JPEG"))
    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(PictureError, match=r"cat\.jpg may not be read"):
        read_picture(tmp_path / "cat.jpg")


def test_out_of_memory_and_colours_unknown_to_pillow(monkeypatch):
    for error, words in (
        (MemoryError, "more memory than is free, with 80 × 60"),
        (ValueError, "RGB"),
    ):

        def fail(*_, error=error):
            raise error

        monkeypatch.setattr(pictures, "_as_rgb", fail)
        with pytest.raises(PictureError, match=words):
            read_picture(("large", encoded(NOISE, "PNG")))


def test_threads_read_without_a_warning(recwarn):
    noted = encoded(Image.new("P", (9, 9)), "PNG", transparency=bytes([0, 1]))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: read_picture(("noted", noted)), range(200)))
    assert len(recwarn) == 0


# Writing

NAMES = ["cat", "dog"]


def examples(count, filenames=None, seed=0):
    """Return that many pictures with labels 0, 1, 0, …; the number of a picture is its brightness.

    With a pattern for file names they are dicts, shuffled.
    """
    elements = [(np.full((4, 6, 3), i, np.uint8), np.int64(i % 2)) for i in range(count)]
    if filenames is None:
        return elements
    return [
        {
            "image": elements[i][0],
            "label": elements[i][1],
            "image/filename": filenames.format(NAMES[i % 2], i // 2).encode(),
        }
        for i in np.random.default_rng(seed).permutation(count)
    ]


def written(folder, suffix="jpg"):
    """Return {folder: {file name: brightness}} below a folder."""
    tree = {}
    for path in sorted(folder.rglob(f"*.{suffix}")):
        place = path.parent.relative_to(folder).as_posix()
        tree.setdefault(place, {})[path.name] = int(read_picture(path)[0, 0, 0])
    return tree


def test_one_dataset(tmp_path):
    folder = write_class_folders(examples(6), NAMES, tmp_path / "new" / "pets")
    assert folder == tmp_path / "new" / "pets"
    assert written(folder) == {
        "cat": {"00000.jpg": 0, "00001.jpg": 2, "00002.jpg": 4},
        "dog": {"00000.jpg": 1, "00001.jpg": 3, "00002.jpg": 5},
    }
    assert [path.name for path in folder.parent.iterdir()] == ["pets"]


def test_a_folder_for_each_split_there_is(tmp_path):
    splits = {"train": examples(6), "test": examples(2, "PetImages/{}/{}.jpg")}
    folder = write_class_folders(splits, NAMES, tmp_path / "pets", suffix=".png")
    tree = written(folder, "png")
    assert set(tree) == {"train/cat", "train/dog", "test/cat", "test/dog"}
    assert tree["test/dog"] == {"0.png": 1}


def test_splits_by_the_numbers_in_the_names(tmp_path):
    splits = {"train": 6, "validation": 3, "test": 2}
    for seed in range(3):
        dataset = examples(30, "PetImages/{}/{}.jpg", seed)
        tree = written(write_class_folders(dataset, NAMES, tmp_path / f"{seed}", splits))
        assert tree["train/cat"] == {f"{i}.jpg": 2 * i for i in range(6)}
        assert tree["validation/dog"] == {f"{i}.jpg": 2 * i + 1 for i in range(6, 9)}
        assert tree["test/cat"] == {"9.jpg": 18, "10.jpg": 20}
        assert sum(map(len, tree.values())) == 22


def test_splits_by_order_stop_when_all_are_full(tmp_path):
    def endless():
        number = 0
        while True:
            yield np.full((4, 6, 3), number % 256, np.uint8), number % 2
            number += 1

    loaded = {"train": endless()}  # the only one, as load_dataset gives it
    tree = written(write_class_folders(loaded, NAMES, tmp_path / "a", {"train": 3, "test": 2}))
    assert tree["train/cat"] == {"00000.jpg": 0, "00001.jpg": 2, "00002.jpg": 4}
    assert tree["test/dog"] == {"00003.jpg": 7, "00004.jpg": 9}


def test_splits_shrink_where_there_is_less(tmp_path, capsys):
    splits = {"train": 1000, "validation": 500, "test": 500}
    tree = written(write_class_folders(examples(40), NAMES, tmp_path / "few", splits))
    counts = {place: len(files) for place, files in tree.items()}
    assert [counts[f"{split}/cat"] for split in splits] == [10, 5, 5]
    assert counts["train/dog"] == 10
    said = capsys.readouterr().out.split("\r")[-1]
    words = (
        "few: too few pictures for 2,000 of each class; each has 10 train, 5 validation, 5 test."
    )
    assert said.strip() == words
    write_class_folders(examples(40), NAMES, tmp_path / "few", splits)
    assert capsys.readouterr().out.strip() == words
    with pytest.raises(ValueError, match="There are cat 2, dog 1"):
        write_class_folders(examples(3), NAMES, tmp_path / "fewer", splits)
    assert not (tmp_path / "fewer").exists()


def test_names_that_are_the_same_or_odd(tmp_path):
    element = {"image": NOISE, "label": 0}
    names = ["a/1.jpg", "b/1.JPG", "b/1.png", "../..", "c:d?.jpg", ".jpg"]
    dataset = [{**element, "image/filename": name} for name in names]
    folder = write_class_folders(dataset, ["owl"], tmp_path / "owls")
    found = sorted(path.name for path in (folder / "owl").iterdir())
    assert found == ["00003.jpg", "1-2.jpg", "1-3.jpg", "1.jpg", "c_d_.jpg", "jpg.jpg"]


def test_grey_pictures_and_png_lose_nothing(tmp_path):
    grey = [(NOISE[..., :1], 0), (NOISE, 0)]
    folder = write_class_folders(grey, ["noise"], tmp_path / "noise", suffix=".png")
    assert (read_picture(folder / "noise" / "00000.png") == NOISE[..., :1]).all()
    assert (read_picture(folder / "noise" / "00001.png") == NOISE).all()


def test_what_is_there_is_used_again(tmp_path, monkeypatch):
    arguments = (examples(20), NAMES, tmp_path / "pets", {"train": 5, "test": 5})
    folder = write_class_folders(*arguments)
    for left in (".DS_Store", "Thumbs.db", "desktop.ini", ".ipynb_checkpoints/notes"):
        (folder / "train" / "cat" / left).parent.mkdir(exist_ok=True)
        (folder / "train" / "cat" / left).touch()
    monkeypatch.setattr(class_folders, "_save", None)
    assert write_class_folders(*arguments) == folder
    (folder / ".pictures.json").write_text("{")
    with pytest.raises(DataError, match=r"\.pictures\.json cannot be read.*Delete"):
        write_class_folders(*arguments)


@pytest.mark.parametrize(
    "left",
    ["._00000.jpg", ".ipynb_checkpoints/00000-checkpoint.jpg", "@eaDir/00000.jpg", "mine.png"],
)
def test_a_picture_that_keras_would_read_with_the_others_is_named(tmp_path, left):
    folder = write_class_folders(examples(6), NAMES, tmp_path / "pets")
    path = folder / "cat" / left
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"not a picture")
    for dataset in (examples(6), examples(8)[2:]):
        with pytest.raises(
            DataError, match=f"{folder / 'cat'}/.* was not written with the others.*Move it"
        ):
            write_class_folders(dataset, NAMES, folder)
    assert path.exists()


@pytest.mark.parametrize(
    ("damage", "why"),
    [(lambda p: p.unlink(), "is missing"), (lambda p: p.write_bytes(b"\xff\xd8"), "has 2")],
)
def test_a_picture_that_is_missing_or_cut_off_is_written_anew(tmp_path, capsys, damage, why):
    folder = write_class_folders(examples(6), NAMES, tmp_path / "pets")
    before = written(folder)
    path = folder / "cat" / "00000.jpg"
    damage(path)
    write_class_folders(examples(6), NAMES, folder)
    assert f"pets: written anew, since {path} {why}" in capsys.readouterr().out
    assert written(folder) == before and path.stat().st_size > 100


@pytest.mark.parametrize(
    ("changed", "different"),
    [
        ({"dataset": examples(22)[2:]}, "from"),
        ({"splits": {"test": 5, "train": 5}}, "splits"),
        ({"class_names": ["owl", "dog"]}, "classes"),
        ({"suffix": ".png"}, "suffix"),
    ],
)
def test_what_was_written_otherwise_is_written_anew(tmp_path, capsys, changed, different):
    arguments = {"dataset": examples(20), "class_names": NAMES, "splits": {"train": 5, "test": 5}}
    folder = write_class_folders(**arguments, folder=tmp_path / "pets")
    asked = arguments | changed
    write_class_folders(**asked, folder=folder)
    assert f"written anew, since it was made otherwise ({different}: " in capsys.readouterr().out
    assert written(folder) == written(write_class_folders(**asked, folder=tmp_path / "new"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "pets"]


def test_notes_of_a_learner_are_not_lost(tmp_path):
    folder = write_class_folders(examples(6), NAMES, tmp_path / "pets")
    (folder / "cat" / "notes.txt").write_text("mine")
    write_class_folders(examples(6), NAMES, folder)
    with pytest.raises(DataError, match=r"notes\.txt was not written with the others"):
        write_class_folders(examples(8)[2:], NAMES, folder)
    assert (folder / "cat" / "notes.txt").read_text() == "mine"


def test_a_folder_of_another_version_is_named_and_stays(tmp_path):
    folder = write_class_folders(examples(6), NAMES, tmp_path / "pets")
    note = json.loads((folder / ".pictures.json").read_text())
    (folder / ".pictures.json").write_text(json.dumps(note | {"form": 1}))
    with pytest.raises(DataError, match=f"another version of the course.*Delete {folder}"):
        write_class_folders(examples(6), NAMES, folder)
    assert len(list(folder.glob("*/*.jpg"))) == 6


@pytest.mark.parametrize("link", [False, True])
def test_a_folder_that_keras_would_take_for_a_class_is_named(tmp_path, link):
    folder = write_class_folders(examples(6), NAMES, tmp_path / "pets")
    (tmp_path / "mine").mkdir()
    (folder / "bird").symlink_to(tmp_path / "mine") if link else (folder / "bird").mkdir()
    with pytest.raises(DataError, match="pets/bird was not written with the others"):
        write_class_folders(examples(6), NAMES, folder)


def test_a_link_to_a_folder_stays_a_link(tmp_path):
    (tmp_path / "disk" / "pets").mkdir(parents=True)
    (tmp_path / "pets").symlink_to(tmp_path / "disk" / "pets")
    for suffix in (".jpg", ".png"):
        write_class_folders(examples(6), NAMES, tmp_path / "pets", suffix=suffix)
        assert (tmp_path / "pets").is_symlink()
        assert len(list((tmp_path / "disk" / "pets" / "cat").glob(f"*{suffix}"))) == 3
    assert [path.name for path in (tmp_path / "disk").iterdir()] == ["pets"]


def test_the_current_folder_is_not_replaced(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match="is the current folder"):
        write_class_folders(examples(6), NAMES, ".")
    assert os.listdir(".") == []


def test_names_with_backslashes_as_tfds_writes_them_on_windows(tmp_path):
    dataset = [
        {"image": examples(1)[0][0], "label": 0, "image/filename": f"PetImages\\Cat\\{n}.jpg"}
        for n in (10, 9)
    ]
    folder = write_class_folders(dataset, ["cat"], tmp_path / "pets", {"train": 1, "test": 1})
    assert [path.name for path in sorted(folder.rglob("*.jpg"))] == ["10.jpg", "9.jpg"]
    assert (folder / "train" / "cat" / "9.jpg").exists()


def test_a_folder_of_somebody_else_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").write_text("private")
    (tmp_path / "file").write_text("private")
    for name in ("mine", "mine/diary.txt", "file"):
        with pytest.raises(DataError, match="was not written by write_class_folders"):
            write_class_folders(examples(2), NAMES, tmp_path / name)
    assert (tmp_path / "mine" / "diary.txt").read_text() == "private"
    (tmp_path / "empty").mkdir()
    assert len(written(write_class_folders(examples(2), NAMES, tmp_path / "empty"))) == 2


def breaking_off(error):
    yield from examples(40)
    raise error


@pytest.mark.parametrize("splits", [None, {"train": 30, "test": 20}])
@pytest.mark.parametrize(
    ("error", "raised", "words"),
    [
        (KeyboardInterrupt(), KeyboardInterrupt, None),
        (RuntimeError("record is corrupted"), DataError, "record is corrupted.*run this again"),
    ],
)
def test_broken_off_leaves_nothing(tmp_path, splits, error, raised, words):
    with pytest.raises(raised, match=words):
        write_class_folders(breaking_off(error), NAMES, tmp_path / "pets", splits)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "no space is left"), (errno.EACCES, "cannot be written. Name a folder")],
)
def test_full_disk_and_no_permission(tmp_path, monkeypatch, number, words):
    def fail(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(class_folders, "_save", fail)
    with pytest.raises(DataError, match=words):
        write_class_folders(examples(40), NAMES, tmp_path / "pets")
    assert list(tmp_path.iterdir()) == []


def test_killed_in_the_middle(tmp_path):
    code = (
        "import os, signal; from tests.test_pictures import *; NAMES = ['cat', 'dog']\n"
        "def dying():\n    yield from examples(40)\n    os.kill(os.getpid(), signal.SIGKILL)\n"
        f"write_class_folders(dying(), NAMES, {str(tmp_path / 'pets')!r})"
    )
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True)
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".aside-")
    write_class_folders(examples(6), NAMES, tmp_path / "others")
    assert left.exists()  # of another folder
    mine = left.with_name(left.name.replace(left.name.split("-")[2], str(os.getpid())))
    elsewhere = left.with_name(left.name.replace(left.name.split("-")[1], "0" * 8))
    for alive in (mine, elsewhere):
        alive.mkdir()
    assert len(written(write_class_folders(examples(6), NAMES, tmp_path / "pets"))["cat"]) == 3
    assert not left.exists() and mine.exists() and elsewhere.exists()  # those may be at work
    os.utime(elsewhere, (0, 0))
    write_class_folders(examples(6), NAMES, tmp_path / "pets")
    assert mine.exists() and not elsewhere.exists()


def test_another_process_was_faster(tmp_path):
    def slow():
        yield from examples(6)
        write_class_folders(examples(6), NAMES, tmp_path / "pets")

    assert len(written(write_class_folders(slow(), NAMES, tmp_path / "pets"))["cat"]) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["pets"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"class_names": ["T-shirt/top", "b"]}, "no folder can be named 'T-shirt/top'"),
        ({"class_names": ["..", "b"]}, "no folder can be named"),
        ({"class_names": ["cat", "Cat"]}, "would be one"),
        ({"class_names": []}, "class_names is empty"),
        ({"class_names": ["cat"]}, "There is a label 1, and 1 class names"),
        ({"class_names": ["a:b", "c"]}, "no folder can be named 'a:b'"),
        ({"splits": {}}, "a number from 1 on"),
        ({"splits": [3]}, "a number from 1 on"),
        ({"splits": {3: 3}}, "no folder can be named 3"),
        ({"splits": {"train": 0.5}}, "a number from 1 on"),
        ({"splits": {"../up": 1}}, "no folder can be named"),
        ({"splits": {"a": 1}, "dataset": {"x": [], "y": []}}, "splits is for one dataset"),
        ({"suffix": ".gif"}, "'.jpg' or '.png', not '.gif'"),
        ({"dataset": []}, "holds no picture"),
        ({"dataset": {}}, "dict of datasets is empty"),
        ({"dataset": {"": [], "test": []}}, "no folder can be named ''"),
        ({"dataset": 3}, "must be a tf.data.Dataset, not int"),
        ({"dataset": [NOISE]}, "must give pairs"),
        ({"dataset": [{"image": NOISE}]}, "it gives image"),
        ({"dataset": [(NOISE[None], [0])]}, "before `.batch"),
        ({"dataset": [(NOISE / 255, 0)]}, "must be uint8.*this is float64"),
        ({"dataset": [(NOISE[..., :2], 0)]}, r"this is uint8, \(60, 80, 2\)"),
    ],
)
def test_what_does_not_fit_is_told(tmp_path, changed, words):
    arguments = {"dataset": examples(4), "class_names": NAMES, "folder": tmp_path / "pets"}
    with pytest.raises(ValueError, match=words):
        write_class_folders(**(arguments | changed))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.filterwarnings("default")
def test_keras_reads_what_was_written(tmp_path):
    """With TensorFlow's own datasets, and the order of labels that the alphabet does not have."""
    import keras
    import tensorflow as tf

    images = np.stack([image for image, _ in examples(40)])
    pairs = tf.data.Dataset.from_tensor_slices((images, np.arange(40, dtype=np.int64) % 2))
    names = ["zebra", "ant"]
    folder = write_class_folders(pairs, names, tmp_path / "animals", {"train": 12, "test": 4})
    assert write_class_folders(pairs, names, folder, {"train": 12, "test": 4}) == folder
    loaded = keras.utils.image_dataset_from_directory(
        folder / "train", class_names=names, image_size=(4, 6), batch_size=None, shuffle=False
    )
    assert [int(label) for _, label in loaded] == [0] * 12 + [1] * 12
    assert [int(image[0, 0, 0]) for image, _ in loaded][:3] == [0, 2, 4]


def test_nothing_heavy_is_imported():
    code = (
        "import sys, course_utils; assert 'PIL' not in sys.modules\n"
        "course_utils.read_picture, course_utils.write_class_folders\n"
        "assert 'tensorflow' not in sys.modules and 'PIL' not in sys.modules\n"
        f"course_utils.read_picture(('noise', {encoded(NOISE, 'PNG')!r}))\n"
        "assert not {'pi_heif', 'pillow_heif'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
