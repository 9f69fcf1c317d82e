"""The hardware to train on, by one call: a TPU, several GPUs, one, or the CPU."""

import socket

from course_utils.machine.device import (
    TPU_BUILD,
    find_device,
    import_tensorflow,
    quiet_native_stderr,
    signs_of_a_tpu,
)


def pick_strategy(tpu="local", seconds=5):
    """Return the `tf.distribute` strategy for the best hardware there is, and print which and why.

    A TPU comes first, then several GPUs (`MirroredStrategy`: a copy of the network on each), then
    one GPU or the CPU (TensorFlow's default strategy, which changes nothing). Where there is no
    TPU, or it cannot be used, the printed line says so, and nothing is raised.

    Call it before anything is computed: connecting to a TPU on another machine makes TensorFlow
    begin anew, and what was computed before is lost.

    Args:
        tpu: "local" looks for a TPU in this machine. A name asks Google Cloud for the TPU of that
            name, and an address such as "grpc://10.0.0.2:8470" for the one there; both are the old
            kind, that stands apart from the machine. None does not look for any.
        seconds: how long a TPU on another machine may take to answer.

    Returns:
        A `tf.distribute.Strategy`. Build and compile the network within its `scope()`;
        `num_replicas_in_sync` is the number of copies that share a batch.
    """
    tf = import_tensorflow()
    tpu_strategy, why_no_tpu = (None, "none asked for") if tpu is None else _tpu(tf, tpu, seconds)
    if tpu_strategy is not None:
        print(f"TPU, {_copies(tpu_strategy)}: found as {tpu!r}.")
        return tpu_strategy
    gpus = tf.config.list_logical_devices("GPU")
    _, device = find_device()
    if len(gpus) > 1:
        strategy = tf.distribute.MirroredStrategy([gpu.name for gpu in gpus])
        print(f"{device}, {_copies(strategy)}: no TPU ({why_no_tpu}), {len(gpus)} GPUs.")
        return strategy
    strategy = tf.distribute.get_strategy()
    what = "one GPU" if gpus else "no GPU"
    print(f"{device}, {_copies(strategy)}: no TPU ({why_no_tpu}), {what}.")
    return strategy


def _copies(strategy):
    count = strategy.num_replicas_in_sync
    return f"{count} cop{'y' if count == 1 else 'ies'} of the network"


def _tpu(tf, tpu, seconds):
    """Return `(strategy, None)`, or `(None, why there is none)`."""
    error = None
    with quiet_native_stderr():
        try:
            resolver = tf.distribute.cluster_resolver.TPUClusterResolver(tpu=tpu)
            if tpu != "local":
                _await_answer(resolver.master(), seconds)
                tf.config.experimental_connect_to_cluster(resolver)
            tf.tpu.experimental.initialize_tpu_system(resolver)
            return tf.distribute.TPUStrategy(resolver), None
        except Exception as problem:  # of TensorFlow, Google's client, the network: then no TPU
            error = problem
    if tpu == "local":
        return None, _why_none_here(tf, error)
    return None, f"{tpu!r} cannot be reached: {_short(error)}"


def _await_answer(address, seconds):
    """Raise an OSError unless somebody listens: TensorFlow itself would wait for minutes."""
    host, _, port = address.removeprefix("grpc://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=seconds):
        pass


def _why_none_here(tf, error):
    signs = signs_of_a_tpu()
    if not signs:
        return "none in this machine"
    reason = f"{signs[0]} speaks of one, but TensorFlow {tf.__version__} cannot use it"
    if isinstance(error, tf.errors.NotFoundError):
        return f"{reason}; this may help: {TPU_BUILD}"
    return f"{reason}: {_short(error)}"


def _short(error):
    text = (str(error).strip() or type(error).__name__).split("\n")[0]
    return text if len(text) <= 120 else text[:120] + "…"
