"""What is given to `make grade` arrives as it is: no shell and no make reads it."""

import os
import shutil
import subprocess

from tools.lesson_source import ROOT

TOLD = """#!/bin/sh
for given in "$@"; do echo "[$given]"; done
echo "seed [$COURSE_SEED]"
"""


def made(folder, *given, **environment):
    program = folder / ".venv-grade" / "bin" / "python"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(TOLD)
    program.chmod(0o755)
    for name in ("Makefile", "requirements-grade.txt"):
        shutil.copy(ROOT / name, folder)
    (folder / ".venv-grade" / ".ready-requirements-grade.txt").touch()
    command = ["make", "grade", *given]
    environment = {"PATH": os.environ["PATH"], **environment}
    options = {"cwd": folder, "capture_output": True, "text": True, "env": environment}
    return subprocess.run(command, **options)


def test_what_is_given_arrives(tmp_path):
    seed = 'it\'s "mine" `touch here` $HOME $(shell touch here) \\ ;'
    given = ["N=03 04", 'FROM=a "b" `touch here`;', f"SEED={seed}", "CLASS=c d.csv", "FORCE=1"]
    said = made(tmp_path, *given, "PENALTY=10", "TO=/e f", "DUE=2026-12-01T23:59")
    assert said.stdout.splitlines() == [
        "[-m]", "[tools.grade]", "[03 04]", "[--from]", '[a "b" `touch here`;]',
        "[--due]", "[2026-12-01T23:59]", "[--class]", "[c d.csv]", "[--penalty]", "[10]",
        "[--to]", "[/e f]", "[--force]", f"seed [{seed}]",
    ]  # fmt: skip
    assert not (tmp_path / "here").exists()


def test_a_seed_of_the_environment(tmp_path):
    assert "seed [of $HOME]" in made(tmp_path, "N=03", "FROM=x", SEED="of $HOME").stdout


def test_says_what_is_missing(tmp_path):
    said = made(tmp_path, "N=03")
    assert said.returncode == 2 and "For example: make grade" in said.stderr
