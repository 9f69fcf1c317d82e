"""TensorFlow, imported quietly and checked, and what it computes on."""

import contextlib
import glob
import importlib
import importlib.util
import os
import platform
import shutil
import sys
import tempfile
import warnings

from course_utils.errors import CourseError, MissingPackageError
from course_utils.machine import imports, keras_settings
from course_utils.machine.packages import RESTART
from course_utils.machine.settings import setting

OLDEST_TENSORFLOW = (2, 20)
TPU_BUILD = (
    "pip install tensorflow-tpu==2.20.0 "
    "--find-links https://storage.googleapis.com/libtpu-tf-releases/index.html"
)
"""How a machine with a TPU gets the build of TensorFlow that knows it."""

_TPU_DEVICES = "/dev/accel[0-9]*"
_TPU_VARIABLES = ("TPU_ACCELERATOR_TYPE", "TPU_WORKER_ID", "COLAB_TPU_ADDR")


@contextlib.contextmanager
def quiet_native_stderr():
    """Keep what C++ code writes to file descriptor 2 out of the notebook, unless the block raises.

    TensorFlow writes a few log lines before any of its settings can stop them. Turning oneDNN off
    silences them too, but changes speed and rounding.
    """
    dies = os.environ.get("TF_XLA_FLAGS")  # a wrong one ends the process, and says why before
    if dies or sys.stderr is None:  # a server without a terminal, where 2 may be another file
        yield
        return
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
    """Import TensorFlow, and Keras upon it, without log lines; return TensorFlow.

    Raises:
        MissingPackageError: TensorFlow is missing or older than `OLDEST_TENSORFLOW`.
        SettingError: what somebody has set for Keras stops it.
        CourseError: a file of the user's has the name of what is imported here.
    """
    first = "tensorflow" not in sys.modules
    if first:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # errors only
        keras_settings.choose_backend()
    try:
        with quiet_native_stderr():
            tf = importlib.import_module("tensorflow")
            _refuse_old(tf)
            if first:  # later, what the learner has set counts, until a lesson starts
                keras_settings.settle()
    except CourseError:
        raise
    except Exception as error:  # beside a package of the wrong version, it raises what it likes
        imports.explain(error)
        keras_settings.explain(error)
        raise _missing_tensorflow(error) from None
    tf.get_logger().setLevel("ERROR")  # no warnings about retracing
    if "error" in sys.warnoptions:  # PYTHONWARNINGS: what others warn of stops their own code
        warnings.simplefilter("default")
    # Keras 3.15 warns of its own default in every `fit` on a Dataset.
    warnings.filterwarnings("ignore", message=r"`shuffle=True` was passed")
    return tf


def _refuse_old(tf):
    found = tuple(int(part) for part in tf.__version__.split(".")[:2])
    if found < OLDEST_TENSORFLOW:
        raise MissingPackageError(
            f"TensorFlow {tf.__version__} is too old: the lessons need "
            f"{'.'.join(map(str, OLDEST_TENSORFLOW))} or newer. {_how_to_get_tensorflow()}"
        )


def _missing_tensorflow(error):
    """Return the error to raise where TensorFlow, or Keras on it, cannot be imported."""
    says = " ".join(str(error).split())[:200]
    if importlib.util.find_spec("tensorflow") and "google.colab" in sys.modules:
        return MissingPackageError(
            f"Colab's TensorFlow does not come up ({says}): some package here is of a version "
            f"that it does not work with. To mend it, {RESTART}; where it says this again, choose "
            "Runtime, Disconnect and delete runtime, which gives you a fresh machine."
        )
    stopped = ""
    if importlib.util.find_spec("tensorflow"):
        stopped = "Where a cell was stopped while it imported, restarting the kernel is enough. "
    return MissingPackageError(
        f"TensorFlow cannot be imported ({says}). {stopped}{_how_to_get_tensorflow()}"
    )


def _how_to_get_tensorflow():
    """Return, in sentences, how this machine gets the TensorFlow that belongs to its hardware."""
    gpu = bool(shutil.which("nvidia-smi") or glob.glob("/dev/nvidia[0-9]*"))
    tpu = bool(signs_of_a_tpu())
    kind, line, tested = tensorflow_for(platform.system(), platform.machine(), tpu, gpu)
    if line is None:
        return f"There is none for {kind}: take Colab, or another machine."
    line = f"to {kind} belongs `{line}`" + ("" if tested else ", which the course has not tested")
    if "google.colab" in sys.modules:
        return f"In Colab, {line}. Then {RESTART}."
    return f"In a copy of the course, run `make setup` and use its kernel; elsewhere, {line}."


def tensorflow_for(system, machine, tpu=False, gpu=False):
    """Return which TensorFlow belongs to some hardware.

    Args:
        system: as `platform.system` gives it, such as "Linux".
        machine: the processor, as `platform.machine` gives it, such as "x86_64".
        tpu, gpu: whether the machine has a TPU, or an NVIDIA GPU.

    Returns:
        `(kind, line, tested)`: the hardware in words; the line to type, None where no TensorFlow is
        made for it; whether the course's tests run on such a machine.
    """
    wanted = ".".join(map(str, OLDEST_TENSORFLOW))
    intel = machine.lower() in ("x86_64", "amd64")
    if tpu:
        return "a TPU", TPU_BUILD, False
    if gpu and system == "Linux":
        return "an NVIDIA GPU", f'pip install "tensorflow[and-cuda]>={wanted}"', False
    if system == "Linux" and intel:
        return "a CPU", f'pip install "tensorflow-cpu>={wanted}"', True
    if system == "Darwin" and intel:
        return "a Mac with an Intel processor", None, False
    if system == "Windows" and not intel:
        return "Windows on ARM", None, False
    return f"{system} on {machine}", f'pip install "tensorflow>={wanted}"', False


def signs_of_a_tpu():
    """Return what speaks of a TPU in this machine: device files, variables, its driver."""
    found = sorted(glob.glob(_TPU_DEVICES))
    found += [name for name in _TPU_VARIABLES if os.environ.get(name)]
    return found + (["libtpu"] if importlib.util.find_spec("libtpu") else [])


def find_device():
    """Return `(kind, description)` of what TensorFlow computes on.

    `kind` is "TPU", "GPU" or "CPU"; the description is for people, such as "CPU, 2 cores".
    """
    tf = import_tensorflow()
    with quiet_native_stderr():
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
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
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
