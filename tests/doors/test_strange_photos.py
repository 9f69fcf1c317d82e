"""Find my cat in the folders of strangers: the command as they call it, in a process of its own."""

import contextlib
import ctypes
import io
import os
import resource
import shutil
import socket
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

import course_utils

ROOT = Path(course_utils.__file__).parent.parent
RED, GREEN = (220, 20, 10), (10, 200, 20)
linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")


def picture(path, colour=GREEN, size=(40, 30), **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path, **options)
    return path


def heic(path, colour=GREEN):
    path.parent.mkdir(parents=True, exist_ok=True)
    pillow_heif.from_pillow(Image.new("RGB", (64, 48), colour)).save(path)
    return path


def panorama(width, height):
    """Return a PNG file of one pixel whose header, with a right checksum, claims another size."""
    file = io.BytesIO()
    Image.new("RGB", (1, 1)).save(file, "PNG")
    png = bytearray(file.getvalue())
    png[16:24] = struct.pack(">II", width, height)
    png[29:33] = struct.pack(">I", zlib.crc32(png[12:29]))
    return bytes(png)


def without_privileges():
    """Let root, too, be bound to permissions in the program that is started after this."""
    if sys.platform != "linux":
        return
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


class Run:
    """A search that has ended: its status, its paths as bytes, and the lines of its messages."""

    def __init__(self, home, *arguments, preexec=without_privileges, python=(), **variables):
        command = [sys.executable, *(python or ("-m", "course_utils.photos"))]
        variables = {
            "COURSE_CACHE": str(home / "cache"),
            "COURSE_DATA": "sample",
            "PYTHONPATH": str(ROOT),
        } | variables
        run = subprocess.run(
            [*command, *map(os.fsencode, arguments)],
            cwd=home,
            env=os.environ | variables,
            capture_output=True,
            preexec_fn=preexec,
        )
        self.status, self.output = run.returncode, run.stdout
        self.paths = run.stdout.split(b"\0")[:-1]
        self.names = {os.fsdecode(os.path.basename(path)) for path in self.paths}
        self.errors = run.stderr.decode()
        self.lines = self.errors.replace("\r", "\n").splitlines()

    def left_out(self, words):
        """Return the one line that tells what was left out with these words in it."""
        (line,) = [line for line in self.lines if "Left out" in line and words in line]
        return line


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    """A folder with pictures to look for, and a tree as years on three computers leave it."""
    home = tmp_path_factory.mktemp("stranger")
    tree = home / "tree"
    picture(home / "like" / "0.jpg", RED)
    picture(home / "like" / "1.jpg", (200, 40, 30))
    names_and_kinds(tree)
    phones_and_cameras(tree)
    leftovers(tree)
    copies(home)
    trouble(tree)
    yield home
    (tree / "closed").chmod(0o700)


def names_and_kinds(tree):
    picture(tree / "plain.JPG")
    picture(tree / "browser.jfif", format="JPEG")
    picture(tree / "twitter.jpg_large", format="JPEG")
    picture(tree / "really jpeg.heic", format="JPEG")
    picture(tree / "an album.jpg" / "inside.png")
    Image.fromarray(np.full((9, 9), 40_000, np.uint16)).save(tree / "sixteen bits.png")
    frames = [Image.new("RGB", (9, 9), colour) for colour in (RED, GREEN)]
    for form in ("gif", "webp"):
        frames[0].save(tree / f"moving.{form}", save_all=True, append_images=frames[1:])
    os.utime(picture(tree / "of 1931.png"), (-1_200_000_000, -1_200_000_000))
    os.utime(picture(tree / "of 2200.png"), (7_300_000_000, 7_300_000_000))
    if sys.platform == "linux":
        picture(tree / "line\nbreak \x1b[31m.png")
        picture(tree / os.fsdecode(b"caf\xe9.png"))
        (tree / os.fsdecode(b"damaged\x1b[31m\n\xe9.jpg")).write_bytes(b"\xff\xd8\xff")
    for name in ("plain.jpg.json", "plain.jpg~", "plain.jpg.bak", "plain.jpg_original"):
        (tree / name).write_text("{}")
    for name in (".DS_Store", "._plain.JPG", "Thumbs.db", "desktop.ini"):
        (tree / name).write_bytes(b"\0\5\x16\7")


def phones_and_cameras(tree):
    phone = tree / "phone"
    heic(phone / "IMG_1.HEIC")
    (phone / "IMG_1.MOV").write_bytes(b"\0\0\0\x14ftypqt  ")
    heic(phone / "IMG_2.HeIf")
    heic(phone / "canon.HIF")
    heic(phone / "renamed.jpg")
    for number in range(3):
        content = heic(phone / "cut.heic").read_bytes()
        (phone / f"cut{number}.heic").write_bytes(content[: (1, 2, 3)[number] * len(content) // 4])
    (phone / "cut.heic").unlink()
    motion = picture(phone / "PXL.MP.jpg")
    motion.write_bytes(motion.read_bytes() + b"\0\0\0\x18ftypmp42" + bytes(5000))
    (phone / ".IMG_3.HEIC.icloud").write_bytes(b"bplist00")
    (phone / ".IMG_4.JPG.icloud").write_bytes(b"bplist00")
    for ending in ("CR2", "cr3", "nef", "ARW", "dng", "raf", "orf", "rw2"):
        (phone / f"raw.{ending}").write_bytes(b"II*\0")
    for ending in ("zip", "tar", "tar.gz", "7z"):
        (phone / f"archive.{ending}").write_bytes(b"PK\3\4")
    for ending in ("psd", "JXL", "svg"):
        (phone / f"foreign.{ending}").touch()
    (phone / "zipped.jpg").write_bytes(b"PK\3\4")


LEFTOVERS = [
    "@eaDir/a.jpg/SYNOPHOTO_THUMB_XL.jpg",
    "#recycle/x.jpg",
    "@Recycle/x.jpg",
    "$Recycle.Bin/S-1-5/$R1.jpg",
    "System Volume Information/x.jpg",
    "__MACOSX/x.jpg",
    "Catalog Previews.lrdata/x.jpg",
    "Photos Library.photoslibrary/resources/derivatives/x.jpg",
    "Photos Library.photoslibrary/Thumbnails/x.jpg",
    "iPhoto.photolibrary/Previews/2010/x.jpg",
    "iPhoto Library/Data/x.jpg",
    "cloud/appdata_oc1x2/preview/4/x.jpg",
]
HIDDEN_LEFTOVERS = [".@__thumb/x.jpg", ".Trash-1000/files/x.jpg", ".Trashes/501/x.jpg"]
ORIGINALS = [
    "Photos Library.photoslibrary/originals/A/0.jpg",
    "iPhoto.photolibrary/Masters/2010/1.jpg",
    "iPhoto Library/2003/05/2.jpg",
    "Thumbnails/3.jpg",
]


def leftovers(tree):
    for name in [*LEFTOVERS, *HIDDEN_LEFTOVERS, *ORIGINALS]:
        picture(tree / "disk" / name)


def copies(home):
    shutil.copy(home / "like" / "0.jpg", home / "tree" / "copy.jpg")
    os.link(home / "like" / "0.jpg", home / "tree" / "hard link.jpg")
    (home / "tree" / "link.jpg").symlink_to("../like/1.jpg")
    with Image.open(home / "like" / "0.jpg") as photo:
        photo.resize((80, 60)).save(home / "tree" / "copy in another size.jpg")


def trouble(tree):
    (tree / "up").symlink_to(tree, target_is_directory=True)
    (tree / "self.jpg").symlink_to("self.jpg")
    (tree / "null.jpg").symlink_to(os.devnull)
    os.mkfifo(tree / "pipe.jpg")
    with socket.socket(socket.AF_UNIX) as door, contextlib.chdir(tree):
        door.bind("socket.jpg")
    for number in range(2):
        (tree / f"empty {number}.jpg").touch()
        (tree / f"panorama {number}.png").write_bytes(panorama(40_000, 3_500 + number * 2_000))
    picture(tree / "secret.jpg").chmod(0)
    picture(tree / "closed" / "x.jpg")
    (tree / "closed").chmod(0)
    deep = tree / "deep"
    deep.mkdir()
    with contextlib.chdir(deep):
        for _ in range(30):
            os.mkdir("d" * 200)
            os.chdir("d" * 200)
        Image.new("RGB", (9, 9)).save("deepest.png")


@pytest.fixture(scope="module")
def found(stranger):
    """The first search of it: nothing is asked for but the pictures."""
    return Run(stranger, "--like", "like", "tree", "tree/../tree", "-0")


@pytest.fixture(scope="module")
def again(stranger, found):
    """The second one, of hidden names too; `found` is remembered."""
    return Run(stranger, "--like", "like", "--hidden", "--verbose", "tree", "-0")


def test_every_picture_is_found_whatever_it_is_called(found):
    wanted = {
        *("plain.JPG", "browser.jfif", "twitter.jpg_large", "really jpeg.heic", "inside.png"),
        *("sixteen bits.png", "moving.gif", "moving.webp", "of 1931.png", "of 2200.png"),
        *("IMG_1.HEIC", "IMG_2.HeIf", "canon.HIF", "renamed.jpg", "PXL.MP.jpg"),
        *("copy in another size.jpg", "0.jpg", "1.jpg", "2.jpg", "3.jpg"),
    }
    if sys.platform == "linux":
        wanted |= {"line\nbreak \x1b[31m.png", os.fsdecode(b"caf\xe9.png")}
    assert found.status == 0 and "Traceback" not in found.errors
    assert found.names == wanted and len(found.paths) == len(wanted)
    assert all(path.startswith(b"tree/") for path in found.paths)
    assert any(f"{len(wanted)} pictures ranked, 0 remembered" in line for line in found.lines)


def test_what_is_no_picture_is_told_by_its_kind_with_what_to_do(found):
    assert found.left_out("8 RAW photos").endswith("in a photo program.")
    assert "JPEG" in found.left_out("RAW")
    assert "unpacked" in found.left_out("4 archives, such as tree/phone/archive.")
    assert "Only pictures" in found.left_out("1 video, tree/phone/IMG_1.MOV")
    assert "to keep them here" in found.left_out("2 online pictures, such as")
    assert "as JPEG or PNG" in found.left_out("3 foreign pictures, such as tree/phone/foreign.")
    assert "--hidden searches such" in found.left_out("hidden names, such as tree/.DS_Store")
    assert "other files" in found.left_out("seen already")


def test_unreadable_pictures_have_a_line_for_each_thing_to_do(found):
    lines = [line for line in found.lines if "unreadable picture" in line]
    assert len(lines) == 4 and not any("%pip" in line or "=…" in line for line in lines)
    damaged = found.left_out("once more")
    assert ("6" if sys.platform == "linux" else "5") + " unreadable pictures, such as" in damaged
    assert "2 unreadable pictures" in found.left_out("picture editor")
    assert "1 unreadable picture, tree/secret.jpg: may not be read" in found.left_out("secret")
    assert "1 unreadable picture, tree/phone/zipped.jpg" in found.left_out("Unpack it")


def test_folders_that_cannot_be_opened_are_told_and_passed(found):
    closed = found.left_out("tree/closed: Permission denied")
    assert "1 unreadable folder," in closed and "Full Disk Access" in closed
    assert "1 unreadable folder, tree/deep/" in found.left_out("too long")


@linux
def test_no_name_steers_the_terminal(again):
    assert "\x1b[31m" not in again.errors and "damaged\\x1b[31m\\n\\udce9.jpg: is" in again.errors


@linux
def test_no_path_steers_the_terminal(stranger, found):
    ours, its = os.openpty()
    command = [sys.executable, "-m", "course_utils.photos", "--like", "like", "tree"]
    variables = {"COURSE_CACHE": str(stranger / "cache"), "COURSE_DATA": "sample"}
    variables |= {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    run = subprocess.run(
        command, cwd=stranger, env=os.environ | variables, stdout=its, stderr=subprocess.PIPE
    )
    os.close(its)
    assert run.returncode == 0
    said = os.read(ours, 100_000)
    os.close(ours)
    assert b"tree/line\\nbreak \\x1b[31m.png\r\n" in said and b"tree/caf\\udce9.png\r\n" in said


def test_thumbnails_and_trash_are_left_out_and_counted(found, again):
    assert not {"x.jpg", "$R1.jpg", "SYNOPHOTO_THUMB_XL.jpg"} & (found.names | again.names)
    assert f"{len(LEFTOVERS)} leftover folders, such as" in found.left_out("Thumbnails, previews")
    count = len(LEFTOVERS) + len(HIDDEN_LEFTOVERS)
    assert f"{count} leftover folders, such as" in again.left_out("Thumbnails, previews")


def test_what_systems_hide_is_no_unreadable_picture(found, again):
    assert again.names == found.names and again.status == 0
    assert any(
        f"{len(found.names)} pictures ranked, {len(found.names)} rem" in line
        for line in again.lines
    )
    assert not [line for line in again.lines if "unreadable" in line and "._plain" in line]


def test_a_leftover_folder_that_is_named_is_searched(stranger, found):
    named = [f"tree/disk/{Path(name).parent}" for name in LEFTOVERS]
    assert len(Run(stranger, "--like", "like", *named, "-0").paths) == len(LEFTOVERS)


def test_what_is_looked_for_is_not_what_is_found(stranger, found):
    asked = found.left_out("3 asked-for pictures, such as tree/copy.jpg")
    assert "another size or form is ranked" in asked
    assert b"tree/copy in another size.jpg" in found.paths
    same = Run(stranger, "--like", "like", "like")
    assert same.status == 1 and same.output == b"" and same.left_out("2 asked-for pictures")
    inside = Run(stranger, "--like", "tree/phone", "tree", "-0")
    assert inside.status == 0 and not any(b"tree/phone" in path for path in inside.paths)


def test_paths_in_every_form(stranger, found):
    home = {"HOME": str(stranger)}
    for paths in (["~/tree/phone"], ["tree/phone/"], ["./tree/phone"], [stranger / "tree/phone"]):
        assert len(Run(stranger, "--like", "~/like/0.jpg", *paths, "-0", **home).paths) == 5
    one = Run(stranger, "--like", "like/0.jpg", "tree/plain.JPG", "tree/phone/raw.cr3", "-0")
    assert one.paths == [b"tree/plain.JPG"]
    quoted = Run(stranger, "--like", "lik?", "tree/phone/*.H*", "tree/phone/renamed.jpg", "-0")
    assert quoted.names == {"IMG_1.HEIC", "IMG_2.HeIf", "canon.HIF", "renamed.jpg"}
    for wrong in ("", "tree/*.nothing", "~nobody-of-that-name", "tree/nowhere"):
        run = Run(stranger, "--like", "like", wrong)
        assert run.status == 2 and "There is no file or folder" in run.errors
        assert "quotes" not in run.errors and "Traceback" not in run.errors


def test_nothing_but_raw_to_look_for(stranger):
    (stranger / "raw").mkdir()
    (stranger / "raw" / "a.nef").touch()
    run = Run(stranger, "--like", "raw", "tree")
    assert run.status == 2 and "no picture in raw" in run.errors
    assert "1 RAW photo, raw/a.nef" in run.left_out("as JPEG")


@pytest.mark.parametrize(
    ("arguments", "quoted"),
    [
        (["--like", "my", "cats", "tree"], "--like 'my cats' tree"),
        (["--like=my", "cats", "tree"], "'--like=my cats' tree"),
        (
            ["--like", "like", "all", "my", "photos", "--top", "3"],
            "--like like 'all my photos' --top 3",
        ),
        (["--like", "my", "cats", "all", "my", "photos"], "--like 'my cats' 'all my photos'"),
        (["--like", "like", "tree", "of mine"], "--like like 'tree of mine'"),
    ],
)
def test_names_with_spaces_need_quotes(stranger, arguments, quoted):
    for name in ("my cats", "all my photos", "tree of mine"):
        (stranger / name).mkdir(exist_ok=True)
    run = Run(stranger, *arguments)
    assert run.status == 2
    said = f"A name with a space needs quotes: python -m course_utils.photos {quoted}"
    assert run.lines[-1] == said


def test_a_phone_without_the_reader_of_heic(stranger, found, tmp_path):
    missing = "import time; time.sleep(0.2); raise ImportError('it is not here')"
    for reader in ("pi_heif", "pillow_heif"):  # slow, so that several threads meet in the import
        (tmp_path / f"{reader}.py").write_text(missing)
    package = os.pathsep.join([str(tmp_path), str(ROOT)])
    for number in range(3):
        heic(tmp_path / "photos" / f"IMG_{number}.HEIC")
    run = Run(stranger, "--like", "like", tmp_path / "photos", PYTHONPATH=package)
    assert run.status == 1
    assert "3 unreadable pictures, such as" in run.left_out("`python -m pip install pi-heif`")


def test_output_in_ascii(stranger, found):
    code = (
        "import sys; from course_utils import find_photos; print(len(find_photos(*sys.argv[1:])))"
    )
    folder = stranger / "Käthe 猫"
    (folder / "große.jpg").parent.mkdir()
    (folder / "große.jpg").write_bytes(panorama(40_000, 3_500))
    run = Run(stranger, "like", folder, python=("-c", code), PYTHONIOENCODING="ascii")
    assert run.status == 0, run.errors
    assert b"gro\\xdfe.jpg" in run.output


@pytest.mark.parametrize("name", ["huge.jpg", "huge.heic"])
def test_a_file_of_many_gigabytes(stranger, found, name):
    path = stranger / "huge" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" if name.endswith("heic") else b"\xff\xd8\xff"
    )
    os.truncate(path, 30 * 2**30)

    def little_memory():
        if sys.platform == "linux":
            resource.setrlimit(resource.RLIMIT_AS, (6 * 2**30,) * 2)

    run = Run(stranger, "--like", "like", path, preexec=little_memory)
    path.unlink()
    assert run.status == 1, run.errors
    assert "1 unreadable picture" in run.left_out(name)


# The cache


def closed_folder(home):
    (home / "shut").mkdir()
    (home / "shut").chmod(0o500)
    return home / "shut" / "cache", without_privileges, "Permission denied"


def file_in_its_place(home):
    (home / "file").write_text("no folder")
    return home / "file", without_privileges, "File exists"


def small_disk(home):
    def little_space():
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000,) * 2)

    return home / "small", little_space, "cannot be used"


@pytest.mark.parametrize("trouble", [closed_folder, file_in_its_place, small_disk])
def test_a_cache_that_cannot_be_written_stops_no_search(tmp_path, trouble):
    cache, preexec, reason = trouble(tmp_path)
    picture(tmp_path / "like.png", RED)
    for number in range(80):
        picture(tmp_path / "tree" / f"{number}.png", (number, 200, 0))
    run = Run(tmp_path, "--like", "like.png", "tree", preexec=preexec, COURSE_CACHE=str(cache))
    assert run.status == 0 and len(run.output.splitlines()) == 80, run.errors
    (said,) = [line for line in run.lines if "nothing more is remembered" in line]
    assert reason in said and "set COURSE_CACHE" in said.replace("Set", "set")


def test_files_that_change_and_go_while_they_are_searched(tmp_path):
    picture(tmp_path / "like.png", RED)
    for number in range(300):
        picture(tmp_path / "tree" / f"{number:03}.png", (number % 256, 200, 0))
    command = [sys.executable, "-m", "course_utils.photos", "--like", "like.png", "tree"]
    variables = {"COURSE_CACHE": str(tmp_path / "cache"), "COURSE_DATA": "sample"}
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=os.environ | variables | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        while b"small base" not in (line := process.stderr.readline()):  # all is listed now
            assert line, process.wait()
        (tmp_path / "tree" / "299.png").unlink()
        picture(tmp_path / "tree" / "298.png", (0, 0, 255), (200, 200))
        output, errors = process.communicate()
    assert process.returncode == 0 and len(output.splitlines()) == 299
    assert b"1 unreadable picture, tree/299.png: There is no file" in errors
    again = Run(tmp_path, "--like", "like.png", "tree")
    assert any("299 pictures ranked, 298 remembered" in line for line in again.lines)
