"""Find my cat: `python -m course_utils.photos --like DIR PATH…` lists pictures by likeness.

The same in a notebook is `find_photos(like, paths)`, which this module calls.
"""

import argparse
import contextlib
import glob
import json
import os
import shlex
import subprocess
import sys

from course_utils.errors import CourseError
from course_utils.machine.printing import printable
from course_utils.machine.stopping import stop_when_asked

_ABOUT = """\
Ranks every readable picture in folder trees by its likeness to a handful of pictures of one
subject, and prints the paths, best first. It finds subjects that look alike, and not the
individual: pictures of your cat bring every cat that looks like it.
"""
_MORE = """\
Pictures are told by the endings of their names (.jpg, .png, .webp, .heic and more). Links are
followed, into each folder once. Left out are files that cannot be read, the pictures of --like and
their copies byte for byte, and folders of thumbnails and deleted files unless they are named. One
line for each reason says how many, and what to do. The score of a picture, -1 to 1, compares it
with others of the same search.

Embeddings (the numbers that are compared) and paths of your pictures are kept in
{folder},
readable by you alone, so that the next search computes only what is new or changed. --forget
deletes them. Nothing leaves this machine.

Progress and notes go to standard error. Exit status: 0 pictures were found, 1 none,
2 a wrong argument or an error, 130 interrupted.
"""


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m course_utils.photos",
        description=_ABOUT,
        epilog=_MORE.format(folder=_folder()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help="a folder to search with all below, or a picture")
    add(
        "--like",
        action="append",
        metavar="DIR",
        help="a folder with pictures of the subject, five to ten serve well; or one picture; "
        "may be given several times",
    )
    add("--top", type=_count, metavar="N", help="print the best N only")
    add("--at-least", type=float, metavar="S", help="print scores of S and above only")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--scores", action="store_true", help="print score, tab, path")
    form.add_argument("--json", action="store_true", help='print a list of {"path": …, "score": …}')
    form.add_argument(
        "-0", "--null", action="store_true", help="end each path with a zero byte, for xargs -0"
    )
    add("--hidden", action="store_true", help="search names that begin with a dot, too")
    add("--verbose", action="store_true", help="list every single thing that is left out")
    add("--forget", action="store_true", help="delete all remembered embeddings and paths")
    return parser


def _folder():
    """Return where the embeddings lie, in words."""
    from course_utils.photos.embeddings import store_folder

    try:
        return store_folder()
    except CourseError:
        return "the course's cache"


def _count(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 on")
    return int(text)


def main(arguments=None):
    """Run the command with a list of arguments, by default those of the process.

    Returns:
        Its exit status.
    """
    try:
        parser = _parser()
        options = parser.parse_args(arguments)
        if options.forget:
            if options.like or options.paths:
                parser.error("--forget goes alone: it deletes what all searches have remembered")
            return _forget()
        if not options.like or not options.paths:
            parser.error("--like DIR and at least one PATH are needed")
        with contextlib.redirect_stdout(sys.stderr):  # what is printed on the way
            from course_utils.photos.likeness import find_photos

            photos = find_photos(
                _expanded(options.like),
                _expanded(options.paths),
                top=options.top,
                at_least=options.at_least,
                hidden=options.hidden,
                verbose=options.verbose,
            )
        _write(photos, options)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    except CourseError as error:
        for line in f"{type(error).__name__}: {error}".splitlines():
            print(printable(line), file=sys.stderr)
        given = sys.argv[1:] if arguments is None else arguments
        if (quoted := _rejoined(given)) != given:
            print(f"A name with a space needs quotes: {_command(quoted)}", file=sys.stderr)
        return 2
    if not photos:
        found = f" All {photos.searched:,} are below {options.at_least}." if photos.searched else ""
        print(f"No picture was found.{found}", file=sys.stderr)
    return 0 if photos else 1


def _expanded(paths):
    """Return paths with `*` and `?` put in full where the shell has not done it, as on Windows."""
    found = []
    for path in paths:
        matches = [] if _is_there(path) else sorted(glob.glob(os.path.expanduser(path)))
        found += matches or [path]
    return found


def _rejoined(arguments):
    """Return the arguments, made one where only several of them together name what is there.

    A shell parts `my cats` at its space, and `--like="my cats"` not.
    """
    joined, rest = [], list(arguments)
    while rest:
        for count in range(min(len(rest), _MOST_PIECES), 1, -1):
            if _is_there(" ".join(rest[:count])) and not all(map(_is_there, rest[:count])):
                break
        else:
            count = 1
        joined.append(" ".join(rest[:count]))
        del rest[:count]
    return joined


_MOST_PIECES = 12


def _is_there(argument):
    return os.path.exists(os.path.expanduser(argument.removeprefix("--like=")))


def _command(arguments):
    join = subprocess.list2cmdline if sys.platform == "win32" else shlex.join
    return printable(join(["python", "-m", "course_utils.photos", *arguments]))


def _forget():
    from course_utils.photos.embeddings import forget_photos, store_folder

    there = store_folder().exists()
    folder = forget_photos()
    said = "The embeddings and paths in {} are deleted." if there else "There is nothing in {}."
    print(said.format(folder), file=sys.stderr)
    return 0


def _write(photos, options):
    """Write the result to standard output; a reader that has enough, such as `head`, may leave."""
    try:
        output = sys.stdout.buffer
        for piece in _pieces(photos, options):
            output.write(piece)
        output.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains later
    except OSError as error:
        raise CourseError(f"The result cannot be written ({error.strerror or error}).") from None


def _pieces(photos, options):
    """Yield the result as bytes. Names are written as the file system has them.

    A terminal shows what would steer it as `\\x1b`, `\\n`.
    """
    if options.json:  # in ASCII, an undecodable byte as \udc..: `os.fsencode` brings it back
        for number, photo in enumerate(photos):
            item = json.dumps({"path": str(photo.path), "score": photo.score})
            yield (",\n " if number else "[\n ").encode() + item.encode()
        yield b"\n]\n" if photos else b"[]\n"
        return
    end = b"\0" if options.null else b"\n"
    encoded = _for_a_terminal if sys.stdout.isatty() else os.fsencode
    for photo in photos:
        score = f"{photo.score:.4f}\t".encode() if options.scores else b""
        yield score + encoded(photo.path) + end


def _for_a_terminal(path):
    return printable(path).encode(sys.stdout.encoding)


if __name__ == "__main__":
    stop_when_asked()
    sys.exit(main())
