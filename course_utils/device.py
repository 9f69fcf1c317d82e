"""TensorFlow, imported quietly and checked, and what it computes on."""

import contextlib
import importlib
import os
import platform
import sys
import tempfile
import warnings

from course_utils.errors import MissingPackageError
from course_utils.settings import setting

OLDEST_TENSORFLOW = (2, 20)


@contextlib.contextmanager
def _quiet_native_stderr():
    """Keep what C++ code writes to file descriptor 2 out of the notebook, unless the block raises.

    TensorFlow writes a few log lines before any of its settings can stop them. Turning oneDNN off
    silences them too, but changes speed and rounding.
    """
    sys.stderr.flush()
    saved = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(saved, held.read())
            raise
        finally:
            os.dup2(saved, 2)
            os.close(saved)


def import_tensorflow():
    """Import TensorFlow without its log lines and return the module.

    Raises:
        MissingPackageError: TensorFlow is missing or older than `OLDEST_TENSORFLOW`.
    """
    if "tensorflow" not in sys.modules:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # errors only
    wanted = ".".join(map(str, OLDEST_TENSORFLOW))
    try:
        with _quiet_native_stderr():
            tf = importlib.import_module("tensorflow")
    except ImportError as error:
        raise MissingPackageError(
            f"TensorFlow cannot be imported ({error}). In a copy of the course, run `make setup` "
            f'and use its kernel; elsewhere, `pip install "tensorflow>={wanted}"`.'
        ) from None
    found = tuple(int(part) for part in tf.__version__.split(".")[:2])
    if found < OLDEST_TENSORFLOW:
        raise MissingPackageError(
            f"TensorFlow {tf.__version__} is too old: the lessons need {wanted} or newer. "
            "In a copy of the course, run `make setup` and use its kernel; elsewhere, "
            f'`pip install --upgrade "tensorflow>={wanted}"`.'
        )
    tf.get_logger().setLevel("ERROR")  # no warnings about retracing
    # Keras 3.15 warns of its own default in every `fit` on a Dataset.
    warnings.filterwarnings("ignore", message=r"`shuffle=True` was passed")
    return tf


def find_device():
    """Return `(kind, description)` of what TensorFlow computes on.

    `kind` is "TPU", "GPU" or "CPU"; the description is for people, such as "CPU, 2 cores".
    """
    tf = import_tensorflow()
    with _quiet_native_stderr():
        tpus = tf.config.list_physical_devices("TPU")
        gpus = tf.config.list_physical_devices("GPU")
    if tpus:
        return "TPU", f"TPU, {len(tpus)} cores"
    if gpus:
        details = tf.config.experimental.get_device_details(gpus[0])
        name = details.get("device_name", "GPU")
        return "GPU", f"{len(gpus)} × {name}" if len(gpus) > 1 else name
    return "CPU", f"CPU, {cores()} core{'s' if cores() != 1 else ''}"


def cores():
    """Return how many processor cores this process may use."""
    known = hasattr(os, "sched_getaffinity")
    return len(os.sched_getaffinity(0)) if known else os.cpu_count() or 1


def hardware():
    """Return a line on the machine for a results file: processor, cores, system."""
    processor = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        with open("/proc/cpuinfo") as lines:
            names = [line.split(":", 1)[1] for line in lines if line.startswith("model name")]
        processor = names[0].strip() if names else processor
    return f"{processor}, {find_device()[1]}, {platform.system()}"


def set_precision():
    """Set Keras's dtype policy from `COURSE_PRECISION` and return "float32" or "bfloat16".

    With "bfloat16", layers compute in bfloat16 and keep their weights in float32
    (Keras's `mixed_bfloat16` policy). "auto" times one convolution both ways, in a tenth of a
    second or so, and takes bfloat16 where it is at least 1.5 times faster.
    """
    precision = setting("COURSE_PRECISION") or "float32"
    tf = import_tensorflow()
    if precision == "auto":
        precision = "bfloat16" if _bfloat16_speedup(tf) >= 1.5 else "float32"
    import keras

    keras.config.set_dtype_policy("mixed_bfloat16" if precision == "bfloat16" else "float32")
    return precision


def _bfloat16_speedup(tf, repeats=3):
    """Return how many times faster a convolution is in bfloat16 than in float32."""
    import time

    seconds = {}
    for dtype in (tf.float32, tf.bfloat16):
        pictures, kernel = tf.ones((8, 64, 64, 64), dtype), tf.ones((3, 3, 64, 64), dtype)
        convolve = tf.function(lambda: tf.reduce_sum(tf.nn.conv2d(pictures, kernel, 1, "SAME")))  # noqa: B023
        convolve().numpy()
        times = []
        for _ in range(repeats):
            begin = time.perf_counter()
            convolve().numpy()
            times.append(time.perf_counter() - begin)
        seconds[dtype] = min(times)
    return seconds[tf.float32] / seconds[tf.bfloat16]
