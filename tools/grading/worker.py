"""Inside the sandbox: run the answers of one submission and hand back plain data.

Nothing here is trusted by the one who asks: a submission can replace all of it, and then says what
it likes, as data, about its own answers.

`python -m tools.grading.worker MEMORY_MB DISK_MB PROCESSES USER`; the judge speaks through
standard input and output.
"""

import ast
import builtins
import contextlib
import functools
import os
import resource
import sys
import types

from tools.grading import names
from tools.grading.layers import built, described
from tools.grading.wire import Network, Pipe, WireError


def confine(memory_mb, disk_mb, processes, user):
    """Give up what the worker does not need; called in the worker, before any other code."""
    if user >= 0:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    limits = {
        resource.RLIMIT_AS: (memory_mb + 6144) * 2**20,  # TensorFlow maps 2 GB and uses a third
        resource.RLIMIT_DATA: memory_mb * 2**20,
        resource.RLIMIT_FSIZE: disk_mb * 2**20,
        resource.RLIMIT_NPROC: processes,
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_CORE: 0,
    }
    for kind, number in limits.items():
        _, most = resource.getrlimit(kind)
        number = number if most == resource.RLIM_INFINITY else min(number, most)
        resource.setrlimit(kind, (number, number))


class OfColab(types.ModuleType):
    """Stands for what only Colab has: whatever is asked of it, nothing happens."""

    PARTS = ("auth", "data_table", "drive", "files", "output", "patches", "userdata")

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return OfColab(name)

    def __call__(self, *inputs, **named):
        return None


def let_pass(shell):
    """Let pass what a cell says to Jupyter or to Colab alone, beside the answer that it holds."""
    for name in ("google.colab", *(f"google.colab.{part}" for part in OfColab.PARTS)):
        sys.modules[name] = OfColab(name)
    run = shell.run_line_magic

    def run_line_magic(name, *inputs, **named):
        if name not in ("conda", "matplotlib", "pip", "uv"):
            with contextlib.suppress(Exception):
                return run(name, *inputs, **named)
        return None

    shell.run_line_magic = run_line_magic


class Stand:
    """Stands here for a function or an object of the check, which stays with the judge."""

    def __init__(self, ask, remote):
        self._ask, self._remote = ask, remote
        for method in remote.methods:
            if isinstance(method, str) and not method.startswith("_"):
                setattr(self, method, functools.partial(ask, self, method))

    def __call__(self, *inputs, **named):
        return self._ask(self, "__call__", *inputs, **named)

    def __iter__(self):
        return self

    def __next__(self):
        return self._ask(self, "__next__")

    def __copy__(self):
        return self._ask(self, "__copy__") if self._remote.methods else self

    def __deepcopy__(self, memo):
        return self._ask(self, "__deepcopy__") if self._remote.methods else self


def _plain_of(value):
    """Return what goes over the wire for something that is no plain data, or None."""
    if isinstance(value, Stand):
        return value._remote
    keras = sys.modules.get("keras")
    return described(value) if keras and isinstance(value, keras.Layer) else None


def _built_anew(value):
    """Return plain data with layers in place of what describes them."""
    if isinstance(value, Network):
        return built(value)
    if isinstance(value, list | tuple):
        return [_built_anew(part) for part in value]
    if isinstance(value, dict):
        return {key: _built_anew(part) for key, part in value.items()}
    return value


class Worker:
    """The answers of one submission."""

    def __init__(self, pipe):
        from IPython.core.history import HistoryManager
        from IPython.core.interactiveshell import InteractiveShell

        HistoryManager.enabled = False
        self.pipe = pipe
        self.shell = InteractiveShell.instance()
        let_pass(self.shell)
        self.names = self.shell.user_ns
        self.function = self.called = self.trial = None

    def serve(self):
        """Answer the judge until it goes away."""
        while True:
            try:
                request = self.pipe.receive(self.stand_in)
            except EOFError:
                return
            turn = {"turn": request.pop("turn")}
            reply = getattr(self, request.pop("do"))(**request) | turn
            for key, text in reply.items():
                if isinstance(text, str) and "ModuleNotFoundError" in text:
                    reply[key] = f"{text}. Modules for a mark are {names.IMPORTABLE}."
            try:
                self.pipe.send(reply, _plain_of)
            except WireError as error:
                text = f"your answer returns {error}; numbers, texts, lists, dicts, arrays can be"
                text = f"{text} compared."
                self.pipe.send({"status": "broken", "broken": text, "message": text} | turn)

    def lesson(self, cells, wanted):
        """Run what the lesson itself defines and the exercises need: its imports, its functions."""
        from course_utils.exercises.checks import describe

        self.cells = names.statements(cells)
        try:
            with names.quick_imports(cells):
                for statement in names.needed(wanted, self.cells)[0]:
                    self._run(statement, "lesson")
        except Exception as error:
            return {"loaded": False, "message": describe(error, None)}
        return {"loaded": True}

    def answer(self, source, others, name, trial, as_data, beside):
        """Run an answer's cell, and what it uses of the submission's other cells."""
        from course_utils.exercises.checks import (
            BROKEN,
            NOT_ATTEMPTED,
            Called,
            attempted,
            describe,
        )

        transform = self.shell.input_transformer_manager.transform_cell
        readable = []
        for text in [*others, source]:
            with contextlib.suppress(SyntaxError):
                readable.append(transform(text))
        try:
            tree = ast.parse(transform(source))
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return {"status": BROKEN, "message": describe(error, getattr(error, "lineno", None))}
        helpers = ast.parse(beside)
        defined = {bound for s in [*tree.body, *helpers.body] for bound in names.bound(s)}
        wanted = (names.used(tree) | names.used(helpers)) - defined
        chosen, missing = names.needed(wanted, self.cells)
        own = names.needed(missing - self.names.keys(), names.statements(readable))[0]
        for statements in (chosen, own):
            try:
                for statement in statements:
                    if not names.bound(statement) & {name, trial, as_data}:
                        self._run(statement, "notebook")
            except Exception as error:
                message = describe(error, None).replace("your code stops", "a cell above stops")
                return {"status": BROKEN, "message": message}
            if statements is chosen:  # what the check runs here is bound before code of a student
                space = dict(self.names)
                exec(compile(helpers, "check", "exec"), space)
        self.names.pop(name, None)
        result = self.shell.run_cell(source, store_history=False, silent=True)
        error = result.error_before_exec or result.error_in_exec
        if name not in self.names:
            if error is not None:
                message = describe(error, None).replace("your code", "the cell of your answer")
                return {"status": BROKEN, "message": message}
            return {"status": BROKEN, "message": f"your cell does not define {name!r}."}
        self.function = self.names[name]
        if not attempted(self.function):
            return {"status": NOT_ATTEMPTED, "message": "your function still returns the dots."}
        self.trial = space.get(trial)
        if not callable(self.function):
            return {"status": "value", "value": self.function}
        self.called = Called(self.function)
        return {"status": "function"}

    def call(self, inputs, named):
        """Call the answer and return what it returns."""
        from course_utils.exercises.checks import BROKEN, describe

        try:
            return {"value": self.called.with_trial(self.trial)(*inputs, **named)}
        except Exception as error:
            status, message = self.called.what_failed(error)
            return {status: message}
        except BaseException as error:
            return {BROKEN: describe(error, None)}

    def measure(self, beside, as_data, value, inputs):
        """Turn networks into plain data, by the check's own function; in a sandbox of their own."""
        from course_utils.exercises.checks import BROKEN, Called

        space = dict(self.names)
        exec(compile(beside, "check", "exec"), space)
        try:
            value = _built_anew(value)
        except WireError as error:
            text = f"your answer returns {error}; for a mark, build it of Keras's own layers."
            return {BROKEN: text}
        called = Called(lambda *_: value)
        try:
            return {"value": called.with_trial(None, space[as_data])(*inputs)}
        except Exception as error:
            status, message = called.what_failed(error)
            return {status: message}

    def _run(self, statement, origin):
        exec(compile(ast.Module([statement], []), origin, "exec"), self.names)

    def ask(self, stand, method, *inputs, **named):
        """Have the judge call a method of what `stand` stands for."""
        call = {"call": stand._remote.number, "method": method, "inputs": inputs, "named": named}
        self.pipe.send(call, _plain_of)
        reply = self.pipe.receive(self.stand_in)
        if "stop" in reply:
            raise StopIteration
        if "error" in reply:
            kind, text = reply["error"]
            error = getattr(builtins, kind, Exception)
            raise (error if issubclass(error, Exception) else Exception)(text)
        return reply["value"]

    def stand_in(self, found):
        """Return what stands here for something of the judge's."""
        return found if isinstance(found, Network) else Stand(self.ask, found)


def main():
    confine(*map(int, sys.argv[1:]))
    reading, writing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    sys.argv = ["worker"]
    Worker(Pipe(reading, writing)).serve()


if __name__ == "__main__":
    main()
