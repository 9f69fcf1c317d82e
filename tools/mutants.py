"""Try the checks on machine-made changes of the lessons' own answers: `make test-mutants`.

A change (a mutant) is refused by the check that learners see, or does the same as the answer on all
inputs that the hidden tests make; whatever else passes shows a gap in the check.
The method: DeMillo, Lipton and Sayward, "Hints on test data selection", Computer, 1978.
"""

import argparse
import ast
import collections
import copy
import datetime
import difflib
import json
import os
import pickle
import sys
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from course_utils.machine.device import hardware
from course_utils.machine.stopping import OutOfTime, processor_time
from course_utils.store import whole_file
from tools.grading import names
from tools.lesson_source import find_lessons, lesson_paths, read_lesson

INPUTS = 200
"""On so many generated inputs a mutant does the same before it counts as equal."""
SECONDS, EQUAL_SECONDS = 2, 60
"""Processor time for a mutant's check, and for all of its inputs."""
SLOW = {"01_fashion_mnist_dense": ["epochs"], "04_cats_vs_dogs_from_scratch": ["small"]}
SAMPLE = 24
"""Of the exercises in SLOW, whose checks train or try large networks, so many mutants are tried;
one that passes gets the inputs of one grading."""
COMPARISONS = [ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq]
OTHER = {
    ast.Add: [ast.Sub, ast.Mult],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Add, ast.Div],
    ast.Div: [ast.Mult, ast.FloorDiv],
    ast.FloorDiv: [ast.Div, ast.Mult],
    ast.Mod: [ast.FloorDiv],
    ast.Pow: [ast.Mult],
    ast.BitAnd: [ast.BitOr],
    ast.BitOr: [ast.BitAnd],
    ast.And: [ast.Or],
    ast.Or: [ast.And],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
    ast.Break: [ast.Continue, ast.Pass],
    ast.Continue: [ast.Break, ast.Pass],
} | {kind: [other for other in COMPARISONS if other is not kind] for kind in COMPARISONS}
ALIKE = [
    "max min mean sum",
    "maximum minimum",
    "argmax argmin",
    "relu sigmoid softmax tanh",
    "MaxPooling2D AveragePooling2D",
    "GlobalAveragePooling2D GlobalMaxPooling2D Flatten",
    "floor ceil round",
    "any all",
    "zeros ones",
    "trainable_weights non_trainable_weights weights",
    "nearest constant reflect wrap",
    "vertical horizontal",
    "float32 uint8",
]
ALIKE = {word: set(words.split()) - {word} for words in ALIKE for word in words.split()}


def variants(node, local):
    """Yield what may stand in the place of a node of a syntax tree; None takes a statement away.

    Args:
        node: an expression, a statement, an operator or a slice.
        local: the names that the function has of its own.
    """
    kind = type(node)
    yield from (other() for other in OTHER.get(kind, ()))
    match node:
        case ast.Constant(bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(int() | float() as value):
            near = [value + 1, value - 1] if isinstance(value, int) else [2 * value, value / 2]
            yield from (ast.Constant(other) for other in {*near, 0, -value} - {value})
        case ast.Constant(str(value)):
            yield from (ast.Constant(other) for other in ALIKE.get(value, {value + "x"}))
        case ast.BinOp(left, operator, right):
            yield from (left, right, ast.BinOp(right, operator, left))
        case ast.UnaryOp(_, operand):
            yield operand
        case ast.Compare(left, [operator], [right]):
            yield from (ast.Constant(True), ast.Constant(False))
        case ast.BoolOp(_, values):
            yield from values
        case ast.IfExp(_, body, orelse):
            yield from (body, orelse)
        case ast.Name(name, ast.Load()):
            yield from (ast.Name(other, ast.Load()) for other in local - {name} if name in local)
            yield from (ast.Name(other, ast.Load()) for other in ALIKE.get(name, ()))
        case ast.Attribute(value, name, context):
            yield from (ast.Attribute(value, other, context) for other in ALIKE.get(name, ()))
        case ast.Call(function, arguments, keywords):
            yield from arguments[:1]
            if isinstance(function, ast.Attribute):
                yield function.value
            for n in range(len(arguments)):
                yield ast.Call(function, arguments[:n] + arguments[n + 1 :], keywords)
                swapped = arguments[:n] + arguments[n : n + 2][::-1] + arguments[n + 2 :]
                yield ast.Call(function, swapped, keywords)
            for n in range(len(keywords)):
                yield ast.Call(function, arguments, keywords[:n] + keywords[n + 1 :])
        case ast.Subscript(value, _, ast.Load()):
            yield value
        case ast.Slice(lower, upper, step):
            yield from (ast.Slice(None, upper, step), ast.Slice(lower, None, step))
            yield ast.Slice(lower, upper, None)
        case ast.List(elements, context) | ast.Tuple(elements, context):
            for n in range(len(elements)):
                yield kind(elements[:n] + elements[n + 1 :], context)
                yield kind(elements[:n] + elements[n : n + 2][::-1] + elements[n + 2 :], context)
        case ast.comprehension(target, iterable, conditions, asynchronous) if conditions:
            yield ast.comprehension(target, iterable, [], asynchronous)
        case ast.Assign() | ast.AugAssign() | ast.Expr() | ast.If() | ast.For() | ast.While():
            yield None
            if kind is ast.If:
                yield node.body + [ast.Pass()]
        case ast.Return(ast.expr()):
            yield None


class _Replace(ast.NodeTransformer):
    def __init__(self, place, variant):
        self.place, self.variant, self.turn = place, variant, -1

    def visit(self, node):
        self.turn += 1
        if self.turn == self.place:
            return ast.Pass() if self.variant is None else copy.deepcopy(self.variant)
        return self.generic_visit(node)


class _Places(ast.NodeVisitor):
    """All nodes of a tree, in the order in which `_Replace` meets them."""

    def __init__(self, tree):
        self.found = []
        self.visit(tree)

    def visit(self, node):
        self.found.append(node)
        self.generic_visit(node)


def mutants(source):
    """Return the different mutants of an answer, each as its source."""
    tree = ast.parse(source)
    local = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    local |= {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    found = {}
    for place, node in enumerate(_Places(tree).found):
        for variant in variants(node, local):
            changed = _Replace(place, variant).visit(copy.deepcopy(tree))
            try:
                text = ast.unparse(ast.fix_missing_locations(changed))
                with warnings.catch_warnings(action="ignore"):  # "perhaps you missed a comma?"
                    compile(text, "mutant", "exec")
            except (SyntaxError, ValueError, TypeError, AttributeError):
                continue
            found[text] = None
    found.pop(ast.unparse(tree), None)
    return list(found)


EMPTY = """
_right, _calls, _emptied = {name}, [], []


def {name}(*inputs, **named):
    import inspect
    import zlib

    import numpy as np

    def empty(value):
        if isinstance(value, dict):
            return {key: empty(part) for key, part in value.items()}
        try:
            np.asarray(value, float)
            without = np.empty({shape})
        except (TypeError, ValueError):
            return value
        _emptied.append(1)
        return without

    bound = inspect.signature(_right).bind(*inputs, **named)
    bound.apply_defaults()
    given = [getattr(value, "__name__", value) for value in bound.arguments.values()]
    _calls.append(zlib.crc32(repr(given).encode()))
    value = _right(*inputs, **named)
    return empty(value) if _calls[-1] in {calls} else value
"""


class _Differs(Exception):
    """A mutant does something else than the answer."""


def _remembered(function):
    """Return a function of plain inputs that works out the same only once: networks take long."""
    known = {}

    def remembered(*inputs):
        key = pickle.dumps(inputs)
        if key not in known:
            known[key] = function(*inputs)
        return copy.deepcopy(known[key])

    return remembered


class Trial:
    """The visible check of an exercise, and the inputs of its hidden tests."""

    def __init__(self, exercise, space, slow=False):
        self.exercise, self.space, self.slow, self.right = exercise, space, slow, None

    def outcome(self, source):
        """Return what a learner with this answer sees, and its namespace."""
        from course_utils.exercises.checks import Outcome

        space = dict(self.space)
        try:
            exec(compile(source, "answer", "exec"), space)
        except Exception:
            return None, space
        exec(compile(self.exercise.shown, "check", "exec"), space)
        [outcome] = [value for value in space.values() if isinstance(value, Outcome)]
        return outcome, space

    def does_the_same(self, space):
        """Return whether an answer does the same as the lesson's on all inputs, and comes back."""
        try:
            with processor_time(EQUAL_SECONDS):
                return self._is_equal(space)
        except OutOfTime:
            return False

    def _is_equal(self, space):
        import numpy as np

        from course_utils.exercises.checks import Called, plain
        from tools.grading.judge import same

        exercise, count = self.exercise, [0]
        solution = dict(space)
        exec(compile(exercise.solution, "solution", "exec"), solution)

        def subject(answer):
            more = (space.get(exercise.trial), space.get(exercise.as_data))
            called = Called(answer).with_trial(*more)
            return _remembered(called) if any(more) else called

        given = subject(space[exercise.answer])
        right = self.right = self.right or subject(solution[exercise.answer])

        def compare(*inputs):
            count[0] += 1
            expected = plain(right(*copy.deepcopy(inputs)))
            if not same(plain(given(*copy.deepcopy(inputs))), expected):
                raise _Differs

        graded = dict(space) | {"compare": compare, "earned": lambda points: None}
        for seed in range(INPUTS):
            graded["private"] = np.random.default_rng(seed)
            definitions = ast.parse(exercise.graded).body
            definitions = [s for s in definitions if exercise.check in names.bound(s)]
            exec(compile(ast.Module(definitions, []), "graded", "exec"), graded)
            before = count[0]
            try:
                graded[exercise.check](given)
            except Exception:
                return False
            if count[0] >= INPUTS or count[0] == before or self.slow:
                break
        return count[0] >= INPUTS or (count[0] > 0 and self.slow)

    def run(self):
        """Return the score of an exercise, and the mutants that show a gap in its check."""
        from course_utils.exercises import checks

        self.outcome(self.exercise.solution)  # the first time, TensorFlow prepares itself
        begin = time.process_time()
        outcome, _ = self.outcome(self.exercise.solution)
        taken = time.process_time() - begin
        assert outcome.right, outcome
        found = mutants(self.exercise.solution)
        score = {"mutants": len(found), "tried": 0, "refused": 0, "stopped": 0, "equal": 0}
        if self.slow:
            found = found[:: max(1, len(found) // SAMPLE)]
        gaps, equal = [], []
        usual, checks.SECONDS = checks.SECONDS, max(SECONDS, 4 * taken)
        try:
            self._judge(found, score, gaps, equal)
            self._judge(self._empty(), collections.Counter(), gaps, equal)
        finally:
            checks.SECONDS = usual
        return score | {"gaps": len(gaps)}, gaps, equal

    def _empty(self):
        """Return answers that give empty arrays for one input of the check, or all from it on.

        Such an array equals anything as long as only the numbers are compared.
        """

        def source(calls, shape="(0, *np.shape(value))"):
            text = f"{self.exercise.solution}\n{EMPTY}".replace("{name}", self.exercise.answer)
            return text.replace("{calls}", calls).replace("{shape}", shape)

        asked = list(dict.fromkeys(self.outcome(source("()"))[1]["_calls"]))
        if not self.outcome(source(str(asked)))[1]["_emptied"]:
            return []
        found = [
            source(str(calls), shape)
            for n in range(0, len(asked), max(1, len(asked) // 4) if self.slow else 1)
            for calls in (asked[n : n + 1], asked[n:])
            for shape in ("(0, *np.shape(value))", "(0, 2)")
        ]
        # What has another name in each run, such as an object, is not met again.
        return [text for text in found if self.outcome(text)[1]["_emptied"]]

    def _judge(self, found, score, gaps, equal):
        for source in found:
            score["tried"] += 1
            try:
                outcome, space = self.outcome(source)
            except Exception as error:
                gaps.append(f"# {type(error).__name__}: {error}\n{source}")
                continue
            if outcome is None or outcome.status in ("wrong", "broken", "not attempted"):
                score["refused"] += 1
            elif outcome.status == "stopped":
                score["stopped"] += 1
            elif self.does_the_same(space):
                score["equal"] += 1
                equal.append(source)
            else:
                gaps.append(source)


def try_exercise(path, name):
    """Return lesson, exercise, score, and as diffs the gaps and the equal mutants."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    nowhere = os.open(os.devnull, os.O_WRONLY)  # Keras complains about many a mutant
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)
    lesson = read_lesson(Path(path))
    [exercise] = [exercise for exercise in lesson.exercises if exercise.name == name]
    used = names.used(ast.parse(f"{exercise.solution}\n{exercise.graded}")) | {"check_exercise"}
    space = {"__name__": "mutants"}
    chosen, _ = names.needed(used - {"compare", "private", "earned"}, names.statements(lesson.code))
    exec(compile(ast.Module(chosen, []), lesson.name, "exec"), space)
    slow = name in SLOW.get(lesson.name, ())
    score, *kinds = Trial(exercise, space, slow).run()
    right = ast.unparse(ast.parse(exercise.solution))
    diffs = [[_difference(right, source) for source in kind] for kind in kinds]
    return lesson.name, name, score, *diffs


def _difference(one, other):
    lines = difflib.unified_diff(one.splitlines(), other.splitlines(), n=0)
    return "\n".join(line for line in lines if line[:3] not in ("---", "+++", "@@ "))


def main():
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__)
    parser.add_argument("lessons", nargs="*", help="numbers or names; all where none is given")
    parser.add_argument("--exercise", help="this one alone")
    parser.add_argument("--show-equal", action="store_true", help="show those that do the same")
    parser.add_argument("--out", type=Path, help="write the scores to this JSON file")
    options = parser.parse_args()
    paths = (
        find_lessons(options.lessons, with_exercises=True) if options.lessons else lesson_paths()
    )
    tasks = [
        (str(path), exercise.name)
        for path in paths
        for exercise in read_lesson(path).exercises
        if options.exercise in (None, exercise.name)
    ]
    begin, scores, total = time.perf_counter(), {}, collections.Counter()
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        for lesson, name, score, gaps, equal in pool.map(try_exercise, *zip(*tasks, strict=True)):
            scores.setdefault(lesson, {})[name] = score
            total.update(score)
            print(f"{lesson} {name}: {_in_words(score)}", flush=True)
            for diff in gaps:
                print(f"  passes, and is not right:\n{diff}")
            for diff in equal if options.show_equal else ():
                print(f"  does the same:\n{diff}")
    seconds = time.perf_counter() - begin
    print(f"all: {_in_words(total)}, {seconds:.0f} seconds")
    if options.out:
        run = {"scores": scores, "total": total, "command": "make test-mutants"}
        run |= {"seconds": seconds, "hardware": hardware(), "date": f"{datetime.date.today()}"}
        with whole_file(options.out) as aside:
            aside.write_text(json.dumps(run, indent=1) + "\n", encoding="utf-8")
    sys.exit(1 if total["gaps"] or total["equal"] > total["tried"] / 10 else 0)


def _in_words(score):
    return ", ".join(f"{count} {kind}" for kind, count in score.items())


if __name__ == "__main__":
    main()
