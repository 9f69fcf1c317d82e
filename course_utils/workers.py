"""Train on several machines at once: `python -m course_utils.workers --records FOLDER`.

`fit` cannot do it: with Keras 3.15 it stops under `MultiWorkerMirroredStrategy` with "unsupported
type PerReplica" (Keras issue 20585). The loop in `train` takes its place. It runs under every
strategy of `tf.distribute`.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from course_utils.errors import CourseError
from course_utils.machine.device import import_tensorflow
from course_utils.machine.stopping import stop_when_asked
from course_utils.store import whole_file

_ABOUT = """\
Trains a new head on a frozen pretrained base, from records of pictures, on one machine or on
several that work on each batch together.
"""
_MORE = """\
On several machines: copy the records to the same path on each, and start the same command on each,
with TF_CONFIG saying where all of them are and which one this is. All must reach each other's
ports, and nobody else should: there is no password.

To try it on one machine, --processes 2 starts two processes that stand for two machines.

Exit status: 0 the training has ended, 2 a wrong argument or an error, 130 interrupted.
"""


_PARENT = "COURSE_WORKERS_PARENT"
"""Variable with the number of the process that has started this one."""


def train(strategy, build_network, dataset, batch, epochs, learning_rate):
    """Train a network under a strategy; return it and the mean loss of each epoch.

    Args:
        strategy: a `tf.distribute.Strategy`.
        build_network: function without arguments that returns a `keras.Model` whose outputs are
            probabilities, (n, classes).
        dataset: a `tf.data.Dataset` of whole batches `(pictures, labels)`, labels as integers.
        batch: pictures in a batch, those of all copies together.
        epochs: passes over the dataset.
        learning_rate: of Adam.
    """
    import keras
    import tensorflow as tf

    with strategy.scope():
        network = build_network()
        optimizer = keras.optimizers.Adam(learning_rate)
        optimizer.build(network.trainable_variables)

    def step(pictures, labels):
        with tf.GradientTape() as tape:
            answers = network(pictures, training=True)
            losses = keras.losses.sparse_categorical_crossentropy(labels, answers)
            loss = tf.reduce_sum(losses) / batch  # this copy's part of the mean
        gradients = tape.gradient(loss, network.trainable_variables)
        optimizer.apply(gradients, network.trainable_variables)  # adds up all copies' gradients
        return loss

    @tf.function
    def whole_step(pictures, labels):
        return strategy.reduce("SUM", strategy.run(step, (pictures, labels)), axis=None)

    shares, means = strategy.experimental_distribute_dataset(dataset), []
    for _ in range(epochs):
        losses = [float(whole_step(*share)) for share in shares]
        means.append(sum(losses) / len(losses))
    return network, means


def read(files, batch):
    """Return `(dataset, shape)`: whole batches of what record files hold, always in the same order.

    Args:
        files: paths of TFRecord files, each record an `Example` with `image`, a JPEG file, and
            `label`. All pictures have one shape.
        batch: pictures in a batch, those of all copies together. The last ones, which do not fill
            a batch, are left out.

    Returns:
        A `tf.data.Dataset` of `(pictures, labels)`, float32 (batch, height, width, 3) in 0…255 and
        int64 (batch,); and the shape of one picture.

    Raises:
        CourseError: there are fewer pictures than fill a batch.
    """
    tf = import_tensorflow()

    def parse(record):
        example = tf.io.parse_single_example(
            record,
            {
                "image": tf.io.FixedLenFeature([], tf.string),
                "label": tf.io.FixedLenFeature([], tf.int64),
            },
        )
        picture = tf.io.decode_jpeg(example["image"], channels=3)
        return tf.cast(picture, tf.float32), example["label"]

    examples = tf.data.TFRecordDataset(files).map(parse, num_parallel_calls=tf.data.AUTOTUNE)
    shape = next(iter(examples))[0].shape
    examples = examples.map(lambda picture, label: (tf.ensure_shape(picture, shape), label))
    dataset = examples.batch(batch, drop_remainder=True).prefetch(tf.data.AUTOTUNE)
    if next(iter(dataset), None) is None:
        raise CourseError(f"There are fewer than {batch} pictures. Ask for a smaller --batch.")
    options = tf.data.Options()
    # Without this, each machine reads other files. With it, each reads all of them and keeps its
    # share of every batch, so that several machines see the batches that one would see.
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    return dataset.with_options(options), tuple(shape)


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m course_utils.workers",
        description=_ABOUT,
        epilog=_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--records", required=True, metavar="FOLDER", help="what write_records has written")
    add("--classes", type=_count, default=5, metavar="N", help="number of classes, 5 by default")
    add(
        "--batch", type=_count, default=32, metavar="N", help="pictures in a batch, of all together"
    )
    add("--epochs", type=_count, default=1, metavar="N")
    add("--rate", type=float, default=1e-4, metavar="R", help="learning rate, 0.0001 by default")
    add("--processes", type=_count, metavar="N", help="start N processes on this machine")
    add("--save", metavar="FILE", help="where the first machine saves the network, .keras")
    add("--json", action="store_true", help="print losses and the length of the head's weights")
    return parser


def _count(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 on")
    return int(text)


def main(arguments=None):
    """Run the command line; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        return _start(options) if options.processes else _work(options)
    except CourseError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _strategy():
    """Return the strategy that TF_CONFIG asks for, and whether this is the first machine."""
    tf = import_tensorflow()
    config = os.environ.get("TF_CONFIG")
    if not config:
        return tf.distribute.get_strategy(), True
    try:
        config = json.loads(config)
        workers, index = config["cluster"]["worker"], config["task"]["index"]
        here = workers[index]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise CourseError(
            f"TF_CONFIG cannot be used ({type(error).__name__}: {error}). It is to be like "
            '{"cluster": {"worker": ["host1:2222", "host2:2222"]}, '
            '"task": {"type": "worker", "index": 0}}, with another index on each machine.'
        ) from None
    if index == 0:
        print(f"{len(workers)} machines; this is {here}. Waiting for all of them.", flush=True)
    return tf.distribute.MultiWorkerMirroredStrategy(), index == 0


def _work(options):
    """Train as one of the machines; return the exit status."""
    from course_utils.pictures.records import record_files
    from course_utils.sources.bases import pretrained_base

    if os.environ.get(_PARENT):
        threading.Thread(target=_follow, args=(int(os.environ[_PARENT]),), daemon=True).start()
    strategy, first = _strategy()  # before anything is computed
    import keras

    keras.utils.set_random_seed(1)
    dataset, shape = read(record_files(options.records), options.batch)

    def build_network():
        base, preprocess_input = pretrained_base("MobileNetV2", input_shape=shape)
        base.trainable = False
        pictures = keras.Input(shape)
        features = keras.layers.Flatten()(base(preprocess_input(pictures)))
        answers = keras.layers.Dense(options.classes, activation="softmax")(features)
        return keras.Model(pictures, answers)

    begin = time.perf_counter()
    network, losses = train(
        strategy, build_network, dataset, options.batch, options.epochs, options.rate
    )
    if not first:
        return 0
    for epoch, loss in enumerate(losses, start=1):
        print(f"epoch {epoch}: loss {loss:.6f}")
    replicas = strategy.num_replicas_in_sync
    words = "1 replica" if replicas == 1 else f"{replicas} replicas"
    print(f"{words}, {time.perf_counter() - begin:.1f} s")
    if options.save:
        with whole_file(Path(options.save).expanduser().absolute()) as aside:
            network.save(aside)
    if options.json:
        head = [float((weight.numpy() ** 2).sum()) for weight in network.trainable_variables]
        print(json.dumps({"losses": losses, "head": sum(head) ** 0.5}))
    return 0


def _start(options):
    """Start processes on this machine, with TF_CONFIG each; return the exit status.

    All of them are ended when one fails, or when this process ends before them.
    """
    count, rest, failed = options.processes, [], None
    for name, value in vars(options).items():
        if name != "processes" and value not in (None, False):
            rest.append(f"--{name}" if value is True else f"--{name}={value}")
    command = [sys.executable, "-m", "course_utils.workers", *rest]
    workers = [f"127.0.0.1:{port}" for port in _free_ports(count)]
    processes, logs = [], []
    with tempfile.TemporaryDirectory() as folder:
        try:
            for index in range(count):
                task = {"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}}
                environment = os.environ | {_PARENT: str(os.getpid())}
                environment["TF_CONFIG"] = json.dumps(task) if count > 1 else ""
                if count > 1:  # two processes cannot share a GPU's memory
                    environment["CUDA_VISIBLE_DEVICES"] = "-1"
                logs.append(Path(folder, f"{index}.txt"))
                with open(logs[-1], "wb") as log:
                    output = None if index == 0 else log
                    processes.append(
                        subprocess.Popen(command, env=environment, stdout=output, stderr=log)
                    )
            while not failed and any(process.poll() is None for process in processes):
                time.sleep(0.1)
                failed = next((index for index in range(count) if processes[index].poll()), None)
                failed = None if failed is None else (failed, processes[failed].returncode)
        finally:
            for process in processes:
                if process.poll() is None:
                    process.kill()
                process.wait()
        if failed:
            index, status = failed
            lines = logs[index].read_text("utf-8", "replace").strip().splitlines()
            last = f" {lines[-1]}" if lines else ""
            ended = f"ended by signal {-status}" if status < 0 else "stopped"
            raise CourseError(f"Process {index + 1} of {count} was {ended}.{last}")
    return 0


def _follow(parent):
    """End this process soon after the one that has started it, however that ends."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _free_ports(count):
    """Return as many ports of this machine as nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


if __name__ == "__main__":
    stop_when_asked()
    sys.exit(main())
