#!/bin/sh
# Make an environment from an exact lock: sh tools/setup.sh .venv requirements.txt
# `make` calls it when the lock is newer than what was set up from it. The course's own package is
# installed into .venv only.
set -eu
venv=$1
lock=$2
ready=$venv/.ready-$lock
bin=$venv/bin
if [ "${OS:-}" = Windows_NT ]; then bin=$venv/Scripts; fi

in_range='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
have_uv() { command -v uv >/dev/null 2>&1; }

# A lock of Colab's names Colab's Python in its first line. That one is looked for where pyenv and uv
# keep it, too; where there is none, another will do, and `make test-colab` says so.
colabs=
if [ -r "$lock" ] && read -r first <"$lock" && [ "${first#"# What Colab ships"}" != "$first" ]; then
    colabs=${first#*: Python }
    colabs=${colabs%%,*}
fi
find_colabs_python() {
    [ -n "$colabs" ] || return 0
    shim=$(command -v python3 || true)
    echo "python$colabs" "${shim%/shims/python3}/versions/$colabs".*/bin/python
    if have_uv; then uv python find "$colabs" 2>/dev/null || true; fi
}

find_python() {
    for candidate in ${PYTHON:-} $(find_colabs_python) python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c "$in_range" >/dev/null 2>&1; then
            "$candidate" -c 'import sys; sys.stdout.write(sys.executable)'
            return
        fi
    done
}

# An environment of another lock, or one whose Python is gone, is made anew.
if [ -d "$venv" ]; then
    for other in "$venv"/.ready-*; do
        if [ -e "$other" ] && [ "$other" != "$ready" ]; then rm -rf "$venv"; break; fi
    done
    if ! "$bin/python" -c "$in_range" >/dev/null 2>&1; then rm -rf "$venv"; fi
fi

if [ ! -d "$venv" ]; then
    python=$(find_python)
    if [ -z "$python" ] && have_uv; then python=3.13; fi
    if [ -z "$python" ]; then
        echo "The course needs Python 3.11, 3.12 or 3.13; python3 is" \
            "$(python3 --version 2>&1 || echo missing). Install one of them, or name it:" \
            "make setup PYTHON=/path/to/python3.12" >&2
        exit 1
    fi
    echo "Making $venv with Python $python"
    if have_uv; then
        uv venv --quiet --python "$python" "$venv"
    elif ! "$python" -m venv "$venv"; then
        rm -rf "$venv"
        echo "Python's venv module does not work; on Debian and Ubuntu:" \
            "sudo apt install python3-venv" >&2
        exit 1
    fi
fi

echo "Installing what $lock names; the first time this takes some minutes"
if have_uv; then
    install() { uv pip install --quiet --python "$bin/python" "$@"; }
    uv pip sync --quiet --compile-bytecode --python "$bin/python" --require-hashes "$lock"
else
    install() { "$bin/python" -m pip install --quiet --disable-pip-version-check "$@"; }
    install --no-deps --require-hashes -r "$lock"
fi
if [ "$venv" = .venv ]; then install --no-deps --no-build-isolation -e .; fi
touch "$ready"
