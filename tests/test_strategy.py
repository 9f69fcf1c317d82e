"""Which hardware is picked, and what is said of it; curves while a network trains."""

import socket
from types import SimpleNamespace

import pytest
import tensorflow as tf

from course_utils import live_curves, pick_strategy
from course_utils.machine import device


def test_no_tpu_raises_nothing_and_says_why(capsys, monkeypatch):
    monkeypatch.setattr(device, "_TPU_DEVICES", "/nowhere/*")
    for name in device._TPU_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    before = tf.Variable(3.0)
    found = pick_strategy()
    said = capsys.readouterr().out
    assert said.count("\n") == 1 and "no TPU (none in this machine)" in said
    assert "1 copy of the network" in said
    if not tf.config.list_logical_devices("GPU"):
        assert found is tf.distribute.get_strategy() and found.num_replicas_in_sync == 1
    assert float(before + 1) == 4  # what was computed before is still there


@pytest.mark.parametrize("sign", ["device", "variable"])
def test_a_tpu_that_this_build_does_not_know_names_the_build_that_does(
    capsys, monkeypatch, tmp_path, sign
):
    (tmp_path / "accel0").touch()
    pattern = str(tmp_path / "accel[0-9]*") if sign == "device" else "/nowhere/*"
    monkeypatch.setattr(device, "_TPU_DEVICES", pattern)
    if sign == "variable":
        monkeypatch.setenv("TPU_ACCELERATOR_TYPE", "v5litepod-8")
    pick_strategy()
    said = capsys.readouterr().out
    assert f"this may help: {device.TPU_BUILD}" in said
    assert ("TPU_ACCELERATOR_TYPE" if sign == "variable" else "accel0") in said


def closed_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def test_an_address_where_nobody_answers_is_not_waited_for(capsys, monkeypatch):
    """TensorFlow, which would wait for minutes, is not asked to connect."""
    asked = []
    monkeypatch.setattr(tf.config, "experimental_connect_to_cluster", asked.append)
    assert pick_strategy(f"grpc://127.0.0.1:{closed_port()}") is tf.distribute.get_strategy()
    assert asked == [] and "Connection refused" in capsys.readouterr().out


def test_an_address_that_does_not_answer_is_given_up(capsys, monkeypatch):
    seconds = []

    def never(address, timeout):
        seconds.append(timeout)
        raise TimeoutError("timed out")

    monkeypatch.setattr(socket, "create_connection", never)
    assert pick_strategy("grpc://10.0.0.2:8470", seconds=7) is tf.distribute.get_strategy()
    assert seconds == [7] and "cannot be reached: timed out" in capsys.readouterr().out


def test_a_name_that_cannot_be_looked_up_is_told(capsys, monkeypatch):
    class Unknown:
        def __init__(self, tpu):
            raise OSError("Name or service not known")

    monkeypatch.setattr(tf.distribute.cluster_resolver, "TPUClusterResolver", Unknown)
    pick_strategy("my-tpu")
    assert "'my-tpu' cannot be reached: Name or service not known" in capsys.readouterr().out


def test_none_looks_for_no_tpu(capsys, monkeypatch):
    monkeypatch.setattr(tf.distribute.cluster_resolver, "TPUClusterResolver", None)
    pick_strategy(tpu=None)
    assert "no TPU (none asked for)" in capsys.readouterr().out


@pytest.mark.parametrize("tpu", ["local", "grpc://127.0.0.1:{port}"])
def test_a_tpu_is_taken_first(capsys, monkeypatch, tpu):
    """With stand-ins for what only a TPU can do: the order of the calls, and what is returned."""
    calls = []

    class Resolver:
        def __init__(self, tpu):
            self.tpu = tpu

        def master(self):
            return self.tpu

    with socket.create_server(("127.0.0.1", 0)) as server:
        tpu = tpu.format(port=server.getsockname()[1])
        eight = SimpleNamespace(num_replicas_in_sync=8)
        monkeypatch.setattr(tf.distribute.cluster_resolver, "TPUClusterResolver", Resolver)
        monkeypatch.setattr(
            tf.config, "experimental_connect_to_cluster", lambda r: calls.append("connect")
        )
        monkeypatch.setattr(
            tf.tpu.experimental, "initialize_tpu_system", lambda r: calls.append("initialize")
        )
        monkeypatch.setattr(tf.distribute, "TPUStrategy", lambda r: eight)
        assert pick_strategy(tpu) is eight
    assert calls == (["initialize"] if tpu == "local" else ["connect", "initialize"])
    assert "8 copies of the network" in capsys.readouterr().out


def test_several_gpus_share(capsys, monkeypatch):
    gpus = [SimpleNamespace(name=f"/device:GPU:{number}") for number in range(2)]
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind=None: gpus)
    monkeypatch.setattr(
        tf.distribute,
        "MirroredStrategy",
        lambda names: SimpleNamespace(num_replicas_in_sync=len(names), names=names),
    )
    assert pick_strategy(tpu=None).names == ["/device:GPU:0", "/device:GPU:1"]
    said = capsys.readouterr().out
    assert "2 copies of the network" in said and "2 GPUs" in said


def test_curves_grow_and_go_on_from_an_earlier_training():
    import keras

    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
    network.compile("sgd", loss="binary_crossentropy", metrics=["accuracy"])
    inputs, labels = tf.ones((8, 2)), tf.ones((8, 1))
    first, again = live_curves(), live_curves(before={"loss": [3.0], "accuracy": [0.5]})
    network.fit(inputs, labels, epochs=2, callbacks=[first, again], verbose=0)
    assert "Curves over 2 epochs" in first.figure.description
    assert "Curves over 3 epochs" in again.figure.description
    assert "A line after epoch 1 parts two trainings" in again.figure.description
    assert first.display is None  # outside a notebook


def test_a_notebook_gets_one_picture_that_changes(monkeypatch):
    import IPython

    from course_utils.show import live

    shown = []
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(kernel=1))

    def show(figure, display_id):
        shown.append(("new", figure))
        return SimpleNamespace(update=lambda figure: shown.append(("changed", figure)))

    monkeypatch.setattr(IPython.display, "display", show)
    callback = live.live_curves()
    callback.on_train_begin()
    for epoch in range(3):
        callback.on_epoch_end(epoch, {"loss": 1.0, "accuracy": 0.5})
    assert [kind for kind, _ in shown] == ["new", "changed", "changed"]
