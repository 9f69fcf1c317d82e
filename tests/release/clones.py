"""Clones of this working tree, and what is done in them."""

import os
import re
import subprocess
import sys
from pathlib import Path

from course_utils import __version__ as NOW

MAJOR, MINOR, _ = map(int, NOW.split("."))
NEXT = f"{MAJOR}.{MINOR + 1}.0"
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
ENVIRONMENT |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}


def run(command, folder, **options):
    options = {"capture_output": True, "text": True, "env": ENVIRONMENT} | options
    return subprocess.run(command, cwd=folder, **options)


def git(folder, *arguments):
    done = run(["git", *arguments], folder)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def introduce_yourself(folder):
    git(folder, "config", "user.name", "A maintainer")
    git(folder, "config", "user.email", "maintainer@example.org")


def replace(path, pattern, replacement):
    text = path.read_text(encoding="utf-8")
    changed, times = re.subn(pattern, replacement, text, flags=re.M | re.S)
    assert times, pattern
    path.write_text(changed, encoding="utf-8")


def make(folder, *arguments):
    """Run make with the Python of this test, which no clone has to install."""
    there = ["-o", ".venv/.ready-requirements.txt", f"BIN={Path(sys.executable).parent}"]
    return run(["make", *there, *arguments], folder)
