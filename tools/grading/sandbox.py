"""Run the grader's `worker` where it can do no harm: in bubblewrap, with limits.

The sandbox sees Python, its packages, the course's helpers and four files of the grader, all
read-only, and an empty folder of its own in memory. It has no network, no environment, no other
process to look at, and may not ask everything of the kernel.
"""

import contextlib
import dataclasses
import itertools
import math
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from course_utils.errors import CourseError
from tools.grading import seccomp
from tools.grading.wire import Pipe

ROOT = Path(__file__).resolve().parent.parent.parent
OWN = ("worker.py", "wire.py", "names.py", "layers.py")
"""The files of the grader that the sandbox sees."""
WAITING = 10
"""How often its processor time an exercise may take by the clock: whoever sleeps uses none."""
WRITABLE = ("/tmp", "/dev/shm")
OPENED = 10
"""An open file counts as so many: a pipe or a socket may hold much of the kernel's memory."""
ANYBODY = 2_000_000_000
"""Where the grader runs as root, each sandbox has a user id of its own, from this number on."""
_NUMBERS = itertools.count()


@dataclasses.dataclass(frozen=True)
class Limits:
    """What one sandbox may use.

    Attributes:
        seconds: processor time of all its processes together for one exercise, once what the
            lesson needs is imported. By the clock it may take WAITING times as long.
        memory_mb: of all its processes together, and what each may ask for.
        processes: processes and threads; TensorFlow alone has been seen to start 68 on two cores.
        disk_mb: all its files together; they lie in memory.
        files: files and folders, empty ones too; what is open counts OPENED times.
        judge_seconds: processor time of the judge for one exercise: what comes out of the sandbox
            may take long to read or to compare.
    """

    seconds: float = 30
    memory_mb: int = 2048
    processes: int = 128
    disk_mb: int = 64
    files: int = 10_000
    judge_seconds: float = 60


class SandboxError(CourseError):
    """There is no sandbox to run submissions in."""


def refuse_without_bubblewrap():
    """Raise SandboxError where bubblewrap is missing or may not do its work."""
    remedy = (
        "Submissions are code that nobody vouches for, so that nothing is run. docs/instructors.md "
        "says what may keep bubblewrap from working, and how to grade in a container with UNSAFE=1."
    )
    if shutil.which("bwrap") is None:
        install = "Install it (on Debian and Ubuntu: sudo apt install bubblewrap)."
        raise SandboxError(f"bubblewrap is not installed. {install} {remedy}")
    tried = _start_confined(
        Limits(),
        [sys.executable, "-c", "print('inside')"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        said, error = tried.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        tried.kill()
        said, error = "", "it gives no answer"
    if said != "inside\n":
        reason = " ".join(error.split())[-300:]
        raise SandboxError(f"bubblewrap does not work here ({reason}). {remedy}")


def _start_confined(limits, command, **options):
    """Start a command in bubblewrap and return its `Popen`."""
    program = seccomp.program()
    if not program:
        return subprocess.Popen([*_confined(limits), *command], **options)
    reading, writing = os.pipe()
    try:
        os.write(writing, program)  # well below what a pipe holds
        os.close(writing)
        confined = [*_confined(limits), "--seccomp", str(reading), *command]
        return subprocess.Popen(confined, pass_fds=[reading], **options)
    finally:
        os.close(reading)


def _confined(limits):
    """Return the command line of bubblewrap, up to the command that it runs."""
    command = ["bwrap", "--die-with-parent", "--new-session", "--clearenv"]
    if os.getuid() == 0:
        # As root no user namespace is needed; the worker takes a user id of its own at once.
        kinds = ("ipc", "pid", "net", "uts")
        command += [f"--unshare-{kind}" for kind in kinds] + ["--unshare-cgroup-try"]
        command += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        command += ["--unshare-all"]
    for folder in map(Path, ("/usr", "/bin", "/lib", "/lib32", "/lib64")):
        if folder.is_symlink():
            command += ["--symlink", os.readlink(folder), str(folder)]
        elif folder.is_dir():
            command += ["--ro-bind", str(folder), str(folder)]
    command += ["--proc", "/proc", "--dev", "/dev"]
    size = str(limits.disk_mb * 2**20)
    for folder in WRITABLE:  # before what is bound below: the course may lie in /tmp
        command += ["--perms", "1777", "--size", size, "--tmpfs", folder]
    seen = {path: path for path in ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts")}
    for folder in sorted({sys.prefix, sys.base_prefix, os.path.realpath(sys.base_prefix)}):
        if folder != "/usr":
            seen[folder] = folder
    seen[str(ROOT / "course_utils")] = "/course/course_utils"
    seen[str(ROOT / "data" / "pretrained")] = "/course/data/pretrained"
    for name in OWN:
        seen[str(Path(__file__).with_name(name))] = f"/course/tools/grading/{name}"
    for path, place in seen.items():
        if os.path.exists(path):
            for folder in reversed(Path(place).parents[:-1]):
                command += ["--perms", "0755", "--dir", str(folder)]
            command += ["--ro-bind", path, place]
    command += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp"]
    for name, value in _environment("/tmp", "/course").items():
        command += ["--setenv", name, value]
    return command


def _environment(home, course):
    """Return all the environment that a submission sees."""
    return {
        "COURSE_CACHE": f"{home}/cache",
        "COURSE_DATA": "sample",
        "COURSE_PROFILE": "ci",
        "HOME": home,
        "IPYTHONDIR": f"{home}/ipython",
        "KERAS_HOME": f"{home}/keras",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "agg",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PATH": "/usr/bin:/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": course,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_NUM_INTEROP_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "USER": "student",
        "XLA_FLAGS": "--xla_backend_optimization_level=0",
    }


class Sandbox:
    """A running worker and the pipe to it.

    Attributes:
        pipe: a `wire.Pipe`.
        reason: why it was ended, in words for the learner; None while it was not.
        out_of_time: whether it was ended for the time it took.
    """

    def __init__(self, limits, unsafe=False, core=None):
        """Start it.

        Args:
            limits: a `Limits`.
            unsafe: run the worker without bubblewrap, with nothing but limits around it.
            core: the number of the core that all its processes share; None for any.
        """
        self.limits, self.reason, self.out_of_time, self._folder = limits, None, False, None
        self._spent, self._allowed, self._seen, self._lock = 0, math.inf, {}, threading.Lock()
        numbers = [limits.memory_mb, limits.disk_mb, _allowed_processes(limits)]
        user = ANYBODY + 16 * os.getpid() + next(_NUMBERS) % 16  # no process of it has lived yet
        user = user if os.getuid() == 0 and not unsafe else -1
        worker = ["-m", "tools.grading.worker", *map(str, numbers), str(user)]
        command = [sys.executable, *worker]
        options = {
            "stdin": subprocess.PIPE,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.DEVNULL,
            "bufsize": 0,
            "start_new_session": True,
        }
        if unsafe:
            self._folder = tempfile.TemporaryDirectory(
                prefix="grading-", ignore_cleanup_errors=True
            )
            home = self._folder.name
            environment = _environment(home, str(ROOT))
            options |= {"cwd": home, "env": environment}
        with _on_core(core):
            if unsafe:
                self.process = subprocess.Popen(command, **options)
            else:
                self.process = _start_confined(limits, command, **options)
        self.pipe = Pipe(self.process.stdout.fileno(), self.process.stdin.fileno())
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def _watch(self):
        """End the sandbox when its processes together use too much of anything."""
        while self.process.poll() is None:
            began = time.thread_time()
            memory, tasks, files = self._used()
            took = time.thread_time() - began
            if memory > self.limits.memory_mb * 2**20:
                self.end(f"it uses more than {self.limits.memory_mb} MB of memory")
            elif tasks > self.limits.processes + 16:
                self.end(f"it starts more than {self.limits.processes} processes")
            elif files > self.limits.files:
                self.end(f"it makes or opens more than {self.limits.files} files")
            elif self._spent > self._allowed:
                text = f"it uses more than {self.limits.seconds:g} seconds of processor time"
                self.end(text, out_of_time=True)
            time.sleep(0.1)
            time.sleep(9 * took)  # where many processes run, looking at them takes its time

    def _used(self):
        """Return what its processes hold: bytes of memory, how many tasks they are, and files."""
        memory, tasks, files, live, place = 0, 0, 0, 0, None
        with self._lock:
            for process in self._inside():
                try:
                    with process.oneshot():
                        times = process.cpu_times()
                        memory += process.memory_info().rss
                        tasks += process.num_threads()
                    files += OPENED * process.num_fds()
                except psutil.Error:
                    continue
                live += sum(times[:4])  # with those whose end it has waited for
                self._seen[process.pid] = max(self._seen.get(process.pid, 0), sum(times[:2]))
                place = f"/proc/{process.pid}/root"
            # Where nobody waits for a process, what was seen of it counts: never more than it used.
            self._spent = max(self._spent, live, sum(self._seen.values()))
        return memory, tasks, files + (_files(place) if place and self._folder is None else 0)

    def allow(self, seconds):
        """Let its processes together use so many seconds of processor time from now on."""
        self._used()
        self._allowed = self._spent + seconds

    def _inside(self):
        try:
            outer = psutil.Process(self.process.pid)
            return outer.children(recursive=True) + ([outer] if self._folder is not None else [])
        except psutil.Error:
            return []

    @property
    def crowded(self):
        """Whether an answer has left so many threads or processes that the next may lack some."""
        return self._used()[1] > self.limits.processes / 2

    @property
    def ended(self):
        """Whether nothing runs in it any more."""
        return self.process.poll() is not None

    def end(self, reason=None, out_of_time=False):
        """Kill whatever runs in it."""
        with self._lock:
            if self.reason is None:
                self.reason, self.out_of_time = reason, out_of_time
        inside = self._inside()  # what has begun a moment ago does not go with bubblewrap yet
        self.process.kill()
        for process in inside:
            try:
                process.kill()
            except psutil.Error:
                continue
        self.process.wait()

    def close(self):
        """End it and let go of the pipe."""
        self.end()
        self.process.stdin.close()
        self.process.stdout.close()
        if self._folder is not None:
            self._folder.cleanup()


@contextlib.contextmanager
def _on_core(core):
    """Have the processes that are started in the block run on one core."""
    if core is None or not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)  # of this thread alone
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _files(root):
    """Return how many files and folders lie in the file systems that a sandbox can write to.

    bubblewrap sets no limit on them, and each takes a kilobyte of the kernel's memory.
    """
    found = 0
    for folder in WRITABLE:
        try:
            if os.stat(root + folder).st_dev == os.stat(folder).st_dev:
                continue  # it is still about to begin, and sees what this process sees
            system = os.statvfs(root + folder)
        except OSError:  # it is about to end
            continue
        found += system.f_files - system.f_ffree
    return found


def _allowed_processes(limits):
    """Return the limit on processes of one user that leaves the sandbox its own number.

    A user id of its own begins at none; without one, what the user runs already counts with old
    kernels.
    """
    if os.getuid() == 0:
        return limits.processes
    mine = os.getuid()
    running = 0
    for process in psutil.process_iter():
        try:
            running += process.num_threads() if process.uids().real == mine else 0
        except psutil.Error:
            continue
    return running + limits.processes
