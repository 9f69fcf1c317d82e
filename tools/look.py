"""What a run's record takes from a kernel: `run_lesson` executes this file's text there.

So it imports what it needs within `look`, and nothing of the course.
"""


def look(space):
    """Return what a kernel's names hold, as JSON: `{"curves": …, "numbers": …, "memory_mb": …}`.

    Curves are the metrics, epoch by epoch, of each `keras.callbacks.History`, or of several in a
    list or dict; also of a network whose own is kept nowhere else, after the others. Numbers are
    numbers and truths, and lists, dicts, arrays and tensors of at most 200 of them. All have six
    significant digits. The memory is the most that the kernel has held; None on Windows.

    Args:
        space: names and their values.
    """
    import json
    import math
    import sys

    keras = sys.modules.get("keras")
    history, network = (keras.callbacks.History, keras.Model) if keras else ((), ())

    def plain(value):
        if isinstance(value, history):
            return {metric: plain(row) for metric, row in value.history.items()}
        if type(value).__module__.split(".")[0] in ("numpy", "tensorflow"):
            assert math.prod(value.shape) <= 200
            value = getattr(value, "numpy", lambda: value)()
            value = value.tolist()
        if isinstance(value, bool | int):
            return value
        if isinstance(value, float):
            return float(f"{value:.6g}") if math.isfinite(value) else str(value)
        assert isinstance(value, list | tuple | dict) and 0 < len(value) <= 200
        if isinstance(value, dict):
            return {str(key): plain(one) for key, one in value.items()}
        return [plain(one) for one in value]

    def is_curve(value):
        parts = value.values() if isinstance(value, dict) else value
        some = parts if isinstance(value, list | tuple | dict) else [value]
        return any(isinstance(one, history) for one in some)

    named = {name: value for name, value in space.items() if name[0] != "_"}
    networks = {name: value for name, value in named.items() if isinstance(value, network)}
    own = {name: getattr(value, "history", None) for name, value in networks.items()}
    found = {"curves": {}, "numbers": {}, "memory_mb": None}
    for name, value in [*named.items(), *own.items()]:
        try:
            record = plain(value)
        except Exception:  # of whatever a lesson has made: it is no number
            continue
        if is_curve(value):
            found["curves"][name] = record
        elif len(json.dumps(record)) <= 4000:
            found["numbers"][name] = record
    try:
        import resource
    except ImportError:
        return json.dumps(found)
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return json.dumps(found | {"memory_mb": round(peak * unit / 1e6)})
