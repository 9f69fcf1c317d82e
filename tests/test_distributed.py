"""The lesson's training on two devices, on two machines, and cut off in the middle."""

import json
import os
import re
import signal
import subprocess
import sys
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from course_utils import write_records
from tests import background
from tools.lesson_source import LESSONS, read_lesson, taught

SIDE, BATCH = 32, 8
PICTURES = np.random.default_rng(0).integers(0, 256, (32, SIDE, SIDE, 3), dtype=np.uint8)
LABELS = np.arange(len(PICTURES)) % 5


def pairs():
    return tf.data.Dataset.from_tensor_slices((PICTURES, LABELS))


def small_base(name, input_shape):
    """Return a base in place of MobileNetV2, whose many layers take long to translate."""
    layers = [
        keras.layers.Conv2D(8, 3, strides=4, activation="relu"),
        keras.layers.BatchNormalization(),
        keras.layers.Conv2D(8, 3, activation="relu"),
    ]
    return keras.Sequential([keras.Input(input_shape), *layers]), lambda pictures: pictures / 127.5


def train_as_the_lesson_does(strategy):
    """Run the lesson's own cells that build and train under a strategy; return what they made."""
    lesson = read_lesson(LESSONS / "09_tpu_flowers.py")
    cells = {cell.id: cell.source for cell in lesson.solution()}
    space = {
        "keras": keras,
        "np": np,
        "tf": tf,
        "strategy": strategy,
        "base_name": "MobileNetV2",
        "side": SIDE,
        "head_rate": 1e-3,
        "replicas": 1,
        "lesson": SimpleNamespace(epochs=lambda published: 2, pretrained_base=small_base),
        "train_dataset": pairs().batch(BATCH),
        "validation_dataset": pairs().batch(BATCH),
        "live_curves": lambda before=None: keras.callbacks.Callback(),
        "backup": keras.callbacks.Callback(),
    }
    keras.utils.set_random_seed(1)
    for name in ("build", "scope", "fit", "unfreeze", "compile_again", "fine"):
        code = cells[name]
        if name == "fine":  # without the backup, which the test below is about
            code = code[code.index("history = ") :]
        exec(code, space)
    losses = [*space["head_history"].history["loss"], *space["history"].history["loss"]]
    return losses, space["model"].get_weights()


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
def test_a_dataset_without_a_length_costs_a_step_of_zeros():
    """What lesson 09 says of Keras: should this fail, that sentence can go."""
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
    network.compile("sgd", loss="binary_crossentropy", metrics=["accuracy"])
    whole = tf.data.Dataset.from_tensor_slices((np.ones((12, 2)), np.ones((12, 1))))
    unknown = whole.filter(lambda inputs, label: True)
    for dataset, steps in (
        (unknown, 4),
        (unknown.apply(tf.data.experimental.assert_cardinality(12)), 3),
    ):
        before = int(network.optimizer.iterations)
        network.fit(dataset.batch(4, drop_remainder=True), verbose=0)
        assert int(network.optimizer.iterations) - before == steps


TWO_DEVICES = f"""
import sys
sys.path[:0] = [{os.path.dirname(__file__)!r}, {os.getcwd()!r}]
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
import numpy as np
from test_distributed import train_as_the_lesson_does
mirrored = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
assert mirrored.num_replicas_in_sync == 2
both, one = map(train_as_the_lesson_does, (mirrored, tf.distribute.get_strategy()))
assert one[0][-1] < one[0][0], one[0]
np.testing.assert_allclose(both[0], one[0], rtol=1e-3)
for two_devices, one_device in zip(both[1], one[1], strict=True):
    np.testing.assert_allclose(two_devices, one_device, atol=2e-3)
print("equal")
"""


def test_two_devices_train_as_one_does():
    environment = os.environ | {"COURSE_PROFILE": "ci"}
    run = subprocess.run(
        [sys.executable, "-c", TWO_DEVICES],
        capture_output=True,
        text=True,
        timeout=600,
        env=environment,
    )
    assert run.stdout.endswith("equal\n"), run.stderr[-3000:]


@pytest.fixture
def records(tmp_path):
    return write_records(pairs(), taught("09", "to_record"), tmp_path / "flowers", shards=3)


def script(folder, *last):
    """Write a script of the appendix on several machines; return the command for it."""
    lesson = read_lesson(LESSONS / "A2_several_machines.py")
    cells = {cell.id: cell.source for cell in lesson.solution()}
    names = ["libraries", "from_record", "loop_step", "loop_network", "loop", "work", "program"]
    sources = [cells[name] for name in (*names, "addresses", "together")]
    place = "from pathlib import Path\nfrom types import SimpleNamespace\n"
    place += f"lesson, side = SimpleNamespace(folder=Path({str(folder)!r})), {SIDE}"
    path = folder / "script.py"
    path.write_text("\n\n".join([place, *sources, *last]))
    return [sys.executable, str(path)]


def test_several_machines_train_as_one_does(records, tmp_path):
    count = """
for count in (1, 2):
    command = [sys.executable, str(program), sys.argv[1]]
    print(json.dumps(run_together(command, count)))
"""
    run = subprocess.run(
        [*script(tmp_path, count), str(records)], capture_output=True, text=True, timeout=600
    )
    assert run.returncode == 0, run.stderr[-3000:]
    *_, one, two = map(json.loads, run.stdout.splitlines()[-2:])
    [first], (second, third) = (
        [[*map(float, re.findall(r"[\d.]+", text))] for text in said] for said in (one, two)
    )
    assert len(first) == 2 and first[1] < first[0]
    np.testing.assert_allclose(second, first, rtol=1e-5)
    assert third == second


def test_a_process_that_fails_ends_the_others_and_says_why(tmp_path):
    fails = "import os, sys, time; i = '\"index\": 1' in os.environ['TF_CONFIG']; "
    fails += "sys.exit('no such folder') if i else time.sleep(1_000_000)"
    last = f"run_together([sys.executable, '-c', {fails!r}], 2)"
    run = subprocess.run(script(tmp_path, last), capture_output=True, text=True, timeout=600)
    assert "RuntimeError: A process ended with status 1.\nno such folder" in run.stderr


def test_a_folder_without_records_is_named(tmp_path):
    command = [*script(tmp_path), str(tmp_path / "nowhere")]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    command[1] = str(tmp_path / "several.py")
    run = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert run.returncode == 1 and "No files matched pattern" in run.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
def test_an_interrupt_leaves_no_process(tmp_path):
    wait = f"import os, pathlib, time; pathlib.Path({str(tmp_path)!r}, os.environ['TF_CONFIG'][-3])"
    wait += ".write_text(str(os.getpid())); time.sleep(1_000_000)"
    # Interrupts are heard, as in a kernel, also where whoever runs the tests ignores them.
    hear = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    command = script(tmp_path, f"{hear}run_together([sys.executable, '-c', {wait!r}], 2)")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, start_new_session=True, **pipes) as process:
        for index in "01":
            background.await_file(tmp_path / index, process)
        background.stop(process, signal.SIGINT)
    for index in "01":
        with pytest.raises(ProcessLookupError):
            os.kill(int((tmp_path / index).read_text()), 0)


def resumable(folder, stop_in_epoch=None):
    """Train for four epochs with the lesson's backup; return the history and the weights."""
    keras.utils.set_random_seed(1)
    network = keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Flatten(),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(5, activation="softmax"),
        ]
    )
    network.compile(
        keras.optimizers.Adam(1e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )

    class Kill(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.epoch = epoch

        def on_train_batch_end(self, batch, logs=None):
            if self.epoch == stop_in_epoch and batch == 1:
                os.kill(os.getpid(), signal.SIGKILL)

    backup = keras.callbacks.BackupAndRestore(folder, double_checkpoint=True)
    history = network.fit(pairs().batch(BATCH), epochs=4, callbacks=[backup, Kill()], verbose=0)
    return history, network.get_weights()


def test_a_killed_training_goes_on_where_it_was(tmp_path):
    code = f"""
import sys
sys.path[:0] = [{os.path.dirname(__file__)!r}, {os.getcwd()!r}]
from test_distributed import resumable
resumable({str(tmp_path / "backup")!r}, stop_in_epoch=2)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=600)
    assert run.returncode == -signal.SIGKILL, run.stderr[-2000:]
    assert (tmp_path / "backup" / "latest.weights.h5").exists()
    history, resumed = resumable(tmp_path / "backup")
    assert history.epoch == [2, 3]  # two epochs were whole; the third begins anew
    whole, undisturbed = resumable(tmp_path / "other")
    np.testing.assert_allclose(history.history["loss"], whole.history["loss"][2:], rtol=1e-5)
    for one, other in zip(resumed, undisturbed, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
    assert not (tmp_path / "backup").exists()  # a training that has ended leaves none
