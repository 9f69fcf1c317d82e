"""Submissions that are broken, or try to get more than they have earned.

All are of lesson 03, whose four exercises need no TensorFlow: decide, size, bug and swing, of 1, 1,
1 and 2 points. `CODE` has an answer to the exercise `size`, beside right answers to the others, and
what it earns; `FILES` has what becomes of the file as a whole.
"""

import copy
import json

RIGHT = """
def side_after(side, blocks):
    for _ in range(blocks):
        side = (side - 2) // 2
    return side
"""
WRONG = "def side_after(side, blocks):\n    return side // 2\n"

PUBLISHED = {
    **{(300, 0): 300, (300, 1): 149, (300, 2): 73, (300, 3): 35, (300, 4): 16, (300, 5): 7},
    **{(94, 5): 1, (299, 1): 148, (23, 1): 10, (23, 2): 4, (150, 3): 17, (97, 2): 22, (64, 4): 2},
    **{(10, 2): 1, (4, 1): 1, (1000, 7): 5, (31, 0): 31, (1_000_003, 12): 242},
}
"""What the check that learners see asks, and what it wants to hear."""

CODE = {
    # name: (source of the answer's cell, what it earns of 1 point, a part of the reason)
    "hangs": (
        "def side_after(side, blocks):\n    while True: pass",
        0,
        "2 seconds of processor time",
    ),
    "hangs at once": ("while True: pass\n" + RIGHT, 0, "2 seconds of processor time"),
    "sleeps and ignores signals": (
        "import signal, time\n"
        "for number in range(1, 32):\n"
        "    try: signal.signal(number, signal.SIG_IGN)\n"
        "    except OSError: pass\n"
        "def side_after(side, blocks): time.sleep(1000)",
        0,
        "longer than 20 seconds",
    ),
    "forks without end": (
        "import os\n"
        "def side_after(side, blocks):\n"
        "    while True:\n"
        "        try: os.fork()\n"
        "        except OSError: pass",
        0,
        "was stopped",
    ),
    "forks what is busy": (
        "import os, time\n"
        "for _ in range(8):\n"
        "    if os.fork() == 0:\n"
        "        while True: pass\n"
        "time.sleep(1000)\n" + RIGHT,
        0,
        "2 seconds of processor time",
    ),
    "waits for none of its busy children": (
        "import os, signal, time\n"
        "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "def side_after(side, blocks):\n"
        "    while True:\n"
        "        if os.fork() == 0:\n"
        "            end = time.monotonic() + 0.3\n"
        "            while time.monotonic() < end: pass\n"
        "            os._exit(0)\n"
        "        time.sleep(0.3)",
        0,
        "2 seconds of processor time",
    ),
    "takes another core": (
        "import os\n"
        "def side_after(side, blocks):\n"
        "    cores = len(os.sched_getaffinity(0))\n"
        "    try: os.sched_setaffinity(0, range(1000))\n"
        "    except OSError as error: raise ValueError(f'{cores} core: {error}')",
        0,
        "1 core: [Errno 1]",
    ),
    "fills the disk with empty files": (
        "import os\n"
        "def side_after(side, blocks):\n"
        "    for n in range(10**9):\n"
        "        os.mkdir(f'/dev/shm/{n}')",
        0,
        "more than 10000 files",
    ),
    "holds memory in sockets": (
        "import os, socket, time\n"
        "for _ in range(40):\n"
        "    if os.fork() == 0:\n"
        "        held = [socket.socketpair() for _ in range(100)]\n"
        "        for one, _ in held:\n"
        "            one.setblocking(False)\n"
        "            try:\n"
        "                while True: one.send(bytes(4096))\n"
        "            except OSError: pass\n"
        "        time.sleep(1000)\n"
        "time.sleep(1000)\n" + RIGHT,
        0,
        "more than 10000 files",
    ),
    "opens sockets of the kernel's": (
        "import socket\n"
        "def side_after(side, blocks):\n"
        "    found = set()\n"
        "    for family in range(46):\n"
        "        for kind in (1, 2, 3, 5):\n"
        "            for make in (socket.socket, socket.socketpair):\n"
        "                try: make(family, kind)\n"
        "                except OSError: continue\n"
        "                found.add(family)\n"
        "    raise ValueError(f'families: {sorted(found)}')",
        0,
        "families: [1, 2]",
    ),
    "returns sets whose elements collide": (
        "def side_after(side, blocks): return {n * (2**61 - 1) for n in range(20_000)}",
        0,
        "",
    ),
    "makes its judge busy": (
        "import os, json, struct\n"
        "body = json.dumps({'set': [n * (2**61 - 1) for n in range(400_000)]}).encode()\n"
        "body = b'{\"dict\": [[\"value\", ' + body + b']]}'\n"
        "def side_after(side, blocks):\n"
        "    for number in range(3, 64):\n"
        "        try:\n"
        "            os.set_blocking(number, True)\n"
        "            os.write(number, struct.pack('>II', len(body), 0) + body)\n"
        "        except OSError: pass\n"
        "    while True: pass",
        0,
        "to check what your answer returns takes more than 3 seconds",
    ),
    "starts threads without end": (
        "import threading, time\n"
        "def side_after(side, blocks):\n"
        "    while True: threading.Thread(target=time.sleep, args=(999,)).start()",
        0,
        "",
    ),
    "fills the disk": (
        "def side_after(side, blocks):\n"
        "    for n in range(10**6):\n"
        "        open(f'/tmp/{n}', 'wb').write(bytes(2**20))",
        0,
        "No space left",
    ),
    "fills the other disk": (
        "def side_after(side, blocks):\n"
        "    for n in range(10**6):\n"
        "        open(f'/dev/shm/{n}', 'wb').write(bytes(2**20))",
        0,
        "No space left",
    ),
    "fills the memory": (
        "def side_after(side, blocks):\n"
        "    held = []\n"
        "    while True: held.append(bytearray(2**26))",
        0,
        "Memory",
    ),
    "fills the memory with children": (
        "import os, time\n"
        "def side_after(side, blocks):\n"
        "    for n in range(8):\n"
        "        if os.fork() == 0:\n"
        "            held = b'x' * (120 * 2**20)\n"
        "            time.sleep(999)\n"
        "    time.sleep(999)",
        0,
        "of memory",
    ),
    "holds memory in files without a name": (
        "import os\n"
        "def side_after(side, blocks):\n"
        "    for n in range(200):\n"
        "        file = os.memfd_create('held')\n"
        "        for _ in range(30): os.write(file, bytes(2**20))",
        0,
        "Operation not permitted",
    ),
    "makes a system of its own": (
        "import ctypes\n"
        "def side_after(side, blocks):\n"
        "    libc = ctypes.CDLL(None, use_errno=True)\n"
        "    done = [name for name, made in (\n"
        "        ('user', libc.unshare(0x10000000)),\n"
        "        ('mount', libc.mount(b'none', b'/tmp', b'tmpfs', 0, b'size=10G')),\n"
        "        ('shared memory', libc.shmget(0, 2**26, 0o1600)),\n"
        "        ('trace', libc.ptrace(0, 0, 0, 0)),\n"
        "    ) if made != -1]\n"
        "    raise ValueError('done: ' + repr(done))",
        0,
        "done: []",
    ),
    "returns half a character": (
        "def side_after(side, blocks): raise ValueError('half \\ud800\\x00\\x1b[31m of it')",
        0,
        "half [31m of it",
    ),
    "has half a character in it": ("# \ud800\n" + RIGHT, 1, "94 is the smallest"),
    "ends the process": ("import os\nos._exit(0)", 0, "ends the Python process"),
    "ends the process when called": (
        "import os, signal\ndef side_after(side, blocks): os.kill(os.getpid(), signal.SIGKILL)",
        0,
        "ends the Python process",
    ),
    "kills all it can": (
        "import os, signal\n"
        "def side_after(side, blocks):\n"
        "    os.kill(-1, signal.SIGKILL)\n"
        "    os.kill(os.getppid(), signal.SIGKILL)",
        0,
        "",
    ),
    "stops itself": (
        "import os, signal\ndef side_after(side, blocks): os.kill(os.getpid(), signal.SIGSTOP)",
        0,
        "longer than 20 seconds",
    ),
    "raises SystemExit": ("import sys\ndef side_after(side, blocks): sys.exit(0)", 0, "SystemExit"),
    "swallows errors": (
        "get_ipython().set_custom_exc((BaseException,), lambda *a, **k: None)\n" + WRONG,
        0,
        "takes 2 from the side",
    ),
    "replaces the checker": (
        "import course_utils, course_utils.exercises.checks as e\n"
        "class Always(e.Outcome): right = True\n"
        "course_utils.check_exercise = e.check_exercise = lambda *a, **k: e.Outcome('right')\n"
        "e.attempted = lambda answer: True\n" + WRONG,
        0,
        "takes 2 from the side",
    ),
    "replaces assert and NumPy": (
        "import builtins, numpy as np\n"
        "builtins.AssertionError = type('Never', (Exception,), {})\n"
        "np.allclose = np.isclose = np.array_equal = lambda *a, **k: True\n" + WRONG,
        0,
        "takes 2 from the side",
    ),
    "is equal to everything": (
        "class Same:\n"
        "    def __eq__(self, other): return True\n"
        "    def __ne__(self, other): return False\n"
        "    def __int__(self): return 149\n"
        "def side_after(side, blocks): return Same()",
        0,
        "Same",
    ),
    "is a number that is equal to everything": (
        "class Same(int):\n"
        "    def __eq__(self, other): return True\n"
        "    def __ne__(self, other): return False\n"
        "    __hash__ = int.__hash__\n"
        "def side_after(side, blocks): return Same(5)",
        0,
        "not 5",
    ),
    "knows the published inputs": (
        f"known = {PUBLISHED}\ndef side_after(side, blocks): return known.get((side, blocks), 7)",
        0,
        "Right for the examples",
    ),
    "writes the result itself": (
        "import os, json, struct\n"
        "claim = {'dict': [['status', 'right'], ['points', 1], ['value', 149]]}\n"
        "body = json.dumps(claim).encode()\n"
        "for number in range(3, 64):\n"
        "    try: os.write(number, struct.pack('>II', len(body), 0) + body)\n"
        "    except OSError: pass\n"
        "for path in ('grades.csv', '/tmp/grades.csv', '/course/grades.csv'):\n"
        "    try: open(path, 'w').write('student,exercise,points')\n"
        "    except OSError: pass\n" + WRONG,
        0,
        "",
    ),
    "writes nonsense to the judge": (
        "import os\n"
        "def side_after(side, blocks):\n"
        "    for number in range(3, 64):\n"
        "        try: os.write(number, b'\\xff' * 4000)\n"
        "        except OSError: pass",
        0,
        "was stopped",
    ),
    "asks for what it was not given": (
        "import os, json, struct\n"
        "call = [['call', 1], ['method', '__class__'], ['inputs', {'tuple': []}]]\n"
        "call += [['named', {'dict': []}]]\n"
        "body = json.dumps({'dict': call}).encode()\n"
        "def side_after(side, blocks):\n"
        "    for number in range(3, 64):\n"
        "        try: os.write(number, struct.pack('>II', len(body), 0) + body)\n"
        "        except OSError: pass\n"
        "    return 149",
        0,
        "was stopped",
    ),
    "closes all files": (
        "import os\nos.closerange(0, 256)\n" + RIGHT,
        0,
        "ends the Python process",
    ),
    "returns far too much": (
        "import numpy as np\ndef side_after(side, blocks): return np.zeros(10**8, np.uint8)",
        0,
        "more than 64 MB",
    ),
    "returns lists in lists": (
        "def side_after(side, blocks):\n"
        "    answer = []\n"
        "    for _ in range(100_000): answer = [answer]\n"
        "    return answer",
        0,
        "lists in lists",
    ),
    "returns a number of many digits": (
        "def side_after(side, blocks): return 10**100_000",
        0,
        "",
    ),
    "returns an array of objects": (
        "import numpy as np\n"
        "def side_after(side, blocks): return np.array([print, print], dtype=object)",
        0,
        "type object",
    ),
    "uses the network": (
        "import socket\n"
        "def side_after(side, blocks):\n"
        "    socket.create_connection(('127.0.0.1', PORT), timeout=2)\n"
        "    return 149",
        0,
        "Error",
    ),
    "tells what it sees": (
        "import os, pathlib\n"
        "def side_after(side, blocks):\n"
        "    seen = [name for name in os.environ if 'SECRET' in name or 'SEED' in name]\n"
        "    places = [ROOT + '/lessons', ROOT + '/notebooks', ROOT + '/.git', ROOT + '/build',\n"
        "              ROOT + '/tools/grade.py', '/course/lessons', '/course/notebooks',\n"
        "              '/root/.bashrc',\n"
        "              '/course/tools/grading/judge.py', '/etc/passwd', '/etc/shadow']\n"
        "    seen += [place for place in places if os.path.exists(place)]\n"
        "    seen += [entry for entry in os.listdir('/tmp') if entry.endswith('.ipynb')]\n"
        "    on_the_way = os.listdir(ROOT) if os.path.isdir(ROOT) else []\n"
        "    mine = PREFIX + '/'\n"
        "    seen += [n for n in on_the_way if not mine.startswith(ROOT + '/' + n + '/')]\n"
        "    seen += [p for p in os.listdir('/proc') if p.isdigit() and int(p) > 20]\n"
        "    raise ValueError('seen: ' + repr(seen))",
        0,
        "seen: []",
    ),
    "writes where it may not": (
        "import os\n"
        "def side_after(side, blocks):\n"
        "    written = []\n"
        "    for folder in ('/', '/course', '/course/course_utils', '/usr', '/dev', PREFIX):\n"
        "        try:\n"
        "            open(folder + '/mine', 'w').close()\n"
        "            written.append(folder)\n"
        "        except OSError: pass\n"
        "    raise ValueError('written: ' + repr(written))",
        0,
        "written: []",
    ),
    "is no Python": ("def side_after(side, blocks:\n    return 149", 0, "SyntaxError"),
    "has a page's code in it": (
        "def side_after(side, blocks):\n    raise ValueError('</pre><script>alert(1)</script>')",
        0,
        "<script>",
    ),
    "prints without end": (
        "import os\n"
        "for _ in range(2000): print('x' * 10_000)\n"
        "os.system('yes | head -c 9999999')\n" + RIGHT,
        1,
        "94 is the smallest",
    ),
    "leaves children behind": (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(1000)\n" + RIGHT,
        1,
        "94 is the smallest",
    ),
    "uses a helper of another cell": (
        "def side_after(side, blocks):\n"
        "    if blocks == 0: return side\n"
        "    return side_after(math.floor(helper(side)), blocks - 1)",
        1,
        "94 is the smallest",
    ),
}


def cells(notebook, id):
    return [cell for cell in notebook["cells"] if cell.get("id") == id]


def without_checks(notebook):
    notebook["cells"] = [c for c in notebook["cells"] if not c["id"].endswith("_check")]


def with_changed_checks(notebook):
    for cell in notebook["cells"]:
        if cell["id"].endswith("_check"):
            cell["source"] = "'✓ Right'"
            cell["metadata"]["nbgrader"]["points"] = 1000


def with_copied_cells(notebook):
    for id in ("ex_size_answer", "ex_size_check"):
        place = notebook["cells"].index(cells(notebook, id)[0])
        notebook["cells"].insert(place, copy.deepcopy(notebook["cells"][place]))


def with_a_stub_and_a_copy(notebook):
    """The answer in a copy that has another id; the cell itself is still as it was handed out."""
    cell = cells(notebook, "ex_size_answer")[0]
    notebook["cells"].append(copy.deepcopy(cell) | {"id": "abc", "metadata": {}})
    cell["source"] = "def side_after(side, blocks):\n    ..."


def without_ids(notebook):
    notebook["nbformat_minor"] = 4
    notebook["metadata"] = {}
    for cell in notebook["cells"]:
        cell.pop("id")
        cell["metadata"] = {}


def without_an_answer(notebook):
    notebook["cells"] = [c for c in notebook["cells"] if c["id"] != "ex_size_answer"]


def in_another_order(notebook):
    notebook["cells"].reverse()


FILES = {
    # name: (what is done to a notebook with right answers, what it earns of 5, part of a reason)
    "as it should be": (lambda notebook: None, 5, ""),
    "deleted checks": (without_checks, 5, ""),
    "changed checks and points": (with_changed_checks, 5, ""),
    "copied cells": (with_copied_cells, 5, ""),
    "answer in a copy": (with_a_stub_and_a_copy, 5, ""),
    "lost ids and metadata": (without_ids, 5, ""),
    "in another order": (in_another_order, 5, ""),
    "deleted answer": (without_an_answer, 4, "the cell of the answer is missing"),
    "text": (b"I could not do it, sorry.", 0, "no notebook"),
    "empty": (b"", 0, "no notebook"),
    "other JSON": (b'{"cells": 3}', 0, "no notebook"),
    "a list": (b"[]", 0, "no notebook"),
    "cells that are none": (b'{"cells": [1, null, {"source": 5}]}', 0, "no notebook"),
    "bytes": (bytes(range(256)) * 10, 0, "no notebook"),
    "lists in lists": (b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 0, "no notebook"),
}


def write(change, notebook):
    """Return the bytes of a file of `FILES`."""
    if isinstance(change, bytes):
        return change
    notebook = copy.deepcopy(notebook)
    change(notebook)
    return json.dumps(notebook).encode()
