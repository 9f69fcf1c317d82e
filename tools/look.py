"""What a run's record takes from a kernel: `run_lesson` executes this file's text there.

So it imports what it needs within `look`, and nothing of the course.
"""


def look(space):
    """Return what a kernel's names hold, as JSON: `{"curves": …, "numbers": …, "memory_mb": …}`.

    Curves are the metrics, epoch by epoch, of each `keras.callbacks.History`, or of several in a
    list or dict; then, of each training since the last look, whether its own was kept or not, under
    the name of its network, or as "training". The first look with Keras begins to take note of
    those. Numbers are numbers and truths, and lists, dicts, arrays and tensors of at most 200 of
    them. All have six significant digits. The memory is the most that the kernel has held; None on
    Windows.

    Args:
        space: names and their values.
    """
    import json
    import math
    import sys
    import weakref

    keras = sys.modules.get("keras")
    history = keras.callbacks.History if keras else ()
    if keras and not hasattr(history, "trainings"):
        history.trainings, begin = [], history.on_train_begin

        def begin_and_note(self, logs=None):
            begin(self, logs)
            history.trainings.append((self.history, weakref.ref(self.model)))

        history.on_train_begin = begin_and_note

    def curve(metrics):
        return {metric: [plain(value) for value in row] for metric, row in metrics.items()}

    def plain(value):
        if isinstance(value, history):
            assert value.history
            return curve(value.history)
        if type(value).__module__.split(".")[0] in ("numpy", "tensorflow"):
            assert math.prod(value.shape) <= 200
            value = getattr(value, "numpy", lambda: value)().tolist()
        if isinstance(value, bool | int):
            return value
        if isinstance(value, float):
            return float(f"{value:.6g}") if math.isfinite(value) else str(value)
        assert isinstance(value, list | tuple | dict) and 0 < len(value) <= 200
        if isinstance(value, dict):
            return {str(key): plain(one) for key, one in value.items()}
        return [plain(one) for one in value]

    found = {"curves": {}, "numbers": {}, "memory_mb": None}
    named = {n: value for n, value in space.items() if n[0] != "_" and n not in ("In", "Out")}
    for name, value in named.items():
        parts = list(value.values()) if isinstance(value, dict) else value
        parts = parts if isinstance(parts, list | tuple) else [value]
        try:
            record = plain(value)
        except Exception:  # of whatever a lesson has made: it is no number
            continue
        if any(isinstance(one, history) for one in parts):
            found["curves"][name] = record
        elif len(json.dumps(record)) <= 4000:
            found["numbers"][name] = record
    trainings = [one for one in history.trainings if one[0]] if keras else []
    for metrics, network in trainings:
        names = [name for name, value in named.items() if value is network() is not None]
        label = names[0] if names else "training"
        again = sum(other.split()[0] == label for other in found["curves"])
        found["curves"][f"{label} {again + 1}" if again else label] = curve(metrics)
    if keras:
        history.trainings.clear()
    try:
        import resource
    except ImportError:
        return json.dumps(found)
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return json.dumps(found | {"memory_mb": round(peak * unit / 1e6)})
