"""The rooms of the package: arrows one way, no circle, nothing private told elsewhere."""

import ast
import graphlib
from pathlib import Path

import course_utils

PACKAGE = Path(course_utils.__file__).parent
ROOMS = [
    "lesson",
    "exercises",
    "show",
    "photos",
    "pictures",
    "sources",
    "drawing",
    "store",
]
ROOMS += ["machine", "errors"]
"""From top to bottom: a room imports from those below it."""
PUBLIC = 40
"""At most so many names for lessons to import."""


def modules(folder=PACKAGE):
    """Return each module's dotted name and its syntax tree."""
    paths = sorted(folder.rglob("*.py"))
    names = [".".join(path.relative_to(folder.parent).with_suffix("").parts) for path in paths]
    sources = [path.read_text(encoding="utf-8") for path in paths]
    return {
        name.removesuffix(".__init__"): ast.parse(source)
        for name, source in zip(names, sources, strict=True)
    }


def imported(tree, known):
    """Yield (module, name) for whatever a module imports of `known`, inside functions, too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module in known:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield (whole, None) if whole in known else (node.module, alias.name)


def room(module):
    return module.split(".")[1] if "." in module else ""


def test_what_lies_in_the_package_are_its_rooms():
    entries = {path.name.removesuffix(".py") for path in PACKAGE.iterdir()}
    assert entries - {"__init__", "__pycache__"} == set(ROOMS)


def test_a_room_imports_from_below():
    known = modules()
    wrong = [
        f"{module} → {target}"
        for module, tree in known.items()
        for target, _ in imported(tree, known)
        if room(module) and room(target) and ROOMS.index(room(target)) < ROOMS.index(room(module))
    ]
    assert not wrong


def test_no_circle():
    known = modules()
    del known["course_utils"]  # it names all others, and imports each when it is asked for
    graph = {
        module: {target for target, _ in imported(tree, known)} for module, tree in known.items()
    }
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError


def test_private_names_stay_at_home():
    """In their module within `course_utils`; `tools` and `benchmarks` use none of ours either."""
    known = modules()
    root = PACKAGE.parent
    users = known | modules(root / "tools") | modules(root / "benchmarks")
    wrong = []
    for user, tree in users.items():
        found = list(imported(tree, known))
        modules_of = {target.split(".")[-1] for target, name in found if name is None}
        wrong += [f"{user}: {target}.{name}" for target, name in found if private(name or "")]
        wrong += [
            f"{user}: {node.value.id}.{node.attr}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in modules_of
            and private(node.attr)
        ]
    assert not wrong


def private(name):
    return name.startswith("_") and not name.startswith("__")


def test_a_lesson_finds_few_names():
    assert len(set(course_utils.__all__) - {"__version__", "CourseError"}) <= PUBLIC
