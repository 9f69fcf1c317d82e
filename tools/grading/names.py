"""Which statements of a notebook a piece of code depends on.

A lesson trains for minutes; an exercise needs a function and two imports of it. Both the judge and
the sandbox run only the statements that bind a name that is asked for, and what those ask for.
"""

import ast
import builtins
import contextlib
import symtable
import sys

IMPORTABLE = "those of Python, numpy, scipy, pandas, matplotlib, PIL, tensorflow and keras"
"""What an answer may import, at home, in Colab and where it is graded."""
KNOWN = {*dir(builtins), "get_ipython", "display", "__name__"}


def used(tree):
    """Return the names that code takes from outside its functions, whoever binds them."""
    if isinstance(tree, ast.stmt):
        tree = ast.Module([tree], [])
    top = symtable.symtable(ast.unparse(tree), "cell", "exec")
    found, tables = set(), [top]
    while tables:
        table = tables.pop()
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (table is top or symbol.is_global()):
                found.add(symbol.get_name())
        tables.extend(table.get_children())
    return found - KNOWN


def bound(statement):
    """Return the names that a statement at the top of a cell gives a value."""
    top = symtable.symtable(ast.unparse(statement), "cell", "exec")
    return {
        symbol.get_name()
        for symbol in top.get_symbols()
        if symbol.is_assigned() or symbol.is_imported()
    }


def statements(sources):
    """Return the statements of some cells, in order; imports of several names are taken apart.

    A cell that Python cannot read is left out.
    """
    found = []
    for source in sources:
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for statement in tree.body:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                for alias in statement.names:
                    fields = {"names": [alias]}
                    if isinstance(statement, ast.ImportFrom):
                        fields |= {"module": statement.module, "level": statement.level}
                    found.append(ast.copy_location(type(statement)(**fields), statement))
            else:
                found.append(statement)
    return found


def needed(names, available):
    """Return those of the statements that bind `names`, and what they depend on, in order.

    Of several statements that bind a name, the last one counts, and with it a call of one of its
    methods that stands alone, such as `model.compile(…)`. Training and reporting do not.

    Args:
        names: iterable of names.
        available: statements, as `statements` gives them.

    Returns:
        `(chosen, missing)`: statements, and the names that none of them binds.
    """
    binding, calls = {}, {}
    for n, statement in enumerate(available):
        for name in bound(statement):
            binding[name], calls[name] = n, []
        name = _called(statement)
        if name in calls and isinstance(available[binding[name]], ast.Assign):
            calls[name].append(n)
    chosen, missing, open_names, seen = set(), set(), list(names), set()
    while open_names:
        name = open_names.pop()
        if name in seen:
            continue
        seen.add(name)
        if name not in binding:
            missing.add(name)
        elif binding[name] not in chosen:
            for n in (binding[name], *calls[name]):
                chosen.add(n)
                open_names.extend(used(available[n]))
    return [available[n] for n in sorted(chosen)], missing


_LEAVES_ALONE = ("evaluate", "fit", "predict", "summary", "report", "save_model")
"""Methods of models and lessons after which what is taught is what it was, but for training."""


def _called(statement):
    """Return the name whose method a statement calls, and which may then have changed, or None."""
    match statement:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), method))):
            return None if method in _LEAVES_ALONE else name
    return None


@contextlib.contextmanager
def quick_imports(sources):
    """Have Keras not look for what it can do without: that takes a second of processor time.

    Args:
        sources: what is imported for; modules that they name are found as ever.
    """
    absent = [
        name
        for name in ("pandas", "scipy")
        if name not in sys.modules and not any(name in source for source in sources)
    ]
    sys.modules.update(dict.fromkeys(absent))
    try:
        yield
    finally:
        for name in absent:
            sys.modules.pop(name, None)
