"""What the lessons list in folders where a desktop, a NAS and Jupyter have left files of theirs."""

import ast
import io

import pytest
from PIL import Image

from tools.grading import names
from tools.lesson_source import find_lessons, read_lesson, taught

PICTURES = ["00000.jpg", "00001.jpg", "00002.jpg"]


def jpeg(grey):
    file = io.BytesIO()
    Image.new("RGB", (20, 12), (grey, grey, grey)).save(file, "JPEG")
    return file.getvalue()


def write_litter(folder):
    """Leave in a folder what macOS, Windows, a NAS and Jupyter leave."""
    (folder / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    (folder / "._00000.jpg").write_bytes(b"\0\5\26\7")
    (folder / "Thumbs.db").write_bytes(b"\xd0\xcf\21\xe0")
    (folder / "desktop.ini").write_text("[.ShellClassInfo]")
    (folder / "@eaDir" / "00000.jpg").mkdir(parents=True)
    (folder / "@eaDir" / "00000.jpg" / "SYNOPHOTO_THUMB_M.jpg").write_bytes(jpeg(0))
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "00000-checkpoint.jpg").write_bytes(jpeg(0))


@pytest.fixture
def pictures(tmp_path):
    """A function that writes class folders with three pictures each, into a name with brackets."""

    def write(parts, class_names, litter=write_litter):
        folder = tmp_path / "[my] pictures"
        for part in parts:
            for name in class_names:
                (folder / part / name).mkdir(parents=True)
                for grey, picture in enumerate(PICTURES):
                    (folder / part / name / picture).write_bytes(jpeg(80 * grey))
                litter(folder / part / name)
        return folder

    return write


def shown(number, *cells, **given):
    """Return what the last of some cells of a lesson shows, with values for names that they use."""
    [path] = find_lessons([number])
    sources = {cell.id: cell.source for cell in read_lesson(path).solution()}
    *statements, last = ast.parse("\n".join(sources[cell] for cell in cells)).body
    space = {"glob": taught(number, "glob"), "tf": taught(number, "tf")} | given
    statements = [each for each in statements if not names.bound(each) & given.keys()]
    exec(compile(ast.Module(statements, []), cells[-1], "exec"), space)
    return eval(compile(ast.Expression(last.value), cells[-1], "eval"), space)


def test_the_names_and_the_counts_of_lesson_03_are_those_of_pictures(pictures):
    kinds = ["horses", "humans"]
    given = {"folder": pictures(["train", "test"], kinds), "class_names": kinds}
    assert shown("03", "folders", **given) == PICTURES
    assert set(shown("03", "counts", **given).values()) == {3}


def test_the_counts_and_the_first_file_of_lesson_04_are_those_of_pictures(pictures):
    kinds = ["cat", "dog"]
    folder = pictures(["train", "validation", "test"], kinds)
    assert set(shown("04", "counts", folder=folder, class_names=kinds).values()) == {3}
    assert shown("04", "file", folder=folder) == b"\xff\xd8\xff"
    assert shown("04", "file", "decode", folder=folder) == ((12, 20, 3), "uint8")


def test_the_single_files_of_lesson_09_are_pictures(pictures):
    folder = pictures(["daisy", "tulips"], [""])
    files = taught("09", "single_files", picture_folder=folder)
    assert files == [str(folder / kind / name) for kind in ("daisy", "tulips") for name in PICTURES]
