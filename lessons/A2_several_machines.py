# %% [markdown] name="title"
# # Appendix 2 · Several machines
#
# Lesson 9 trains on all the cores and GPUs of one machine with the same few lines. Several machines need more: a training loop of your own, and a program that runs on each of them. You write both here, and try them with two processes on this machine, which stand in for two machines.
#
# **Afterwards you can**
#
# - write a training loop with `GradientTape` that runs under every strategy of TensorFlow,
# - say why the loss is divided by the global batch,
# - start training on several machines, and check that it learns what one machine would have learned.
#
# **You need** Lesson 9: TFRecords, replicas, strategies, the global batch.
#
# **Time** about 20 minutes to read and try. There are no exercises.

# %% [markdown] name="setup"
# The course's helpers first, and the libraries. The line below says what this run uses.

# %% name="start"
from course_utils import start, write_records

lesson = start("A2_several_machines")

# %% name="libraries"
import faulthandler
import inspect
import json
import os
import socket
import subprocess
import sys
import time

import keras
import tensorflow as tf

# %% [markdown] name="data_intro"
# ## A folder of records
#
# The flowers of Lesson 9, made small, in four TFRecord files. The three functions are those of that lesson. A fifth of the pictures is enough here.

# %% name="data"
side = 64
pictures, info = lesson.load_dataset("tf_flowers", split="train[80%:]")

# %% name="to_square"
resizing = keras.layers.Resizing(side, side, crop_to_aspect_ratio=True)


def to_square(picture, label):
    return tf.cast(tf.round(resizing(picture)), tf.uint8), label


# %% name="to_record"
def to_record(picture, label):
    jpeg = tf.io.encode_jpeg(picture, quality=95).numpy()
    features = {
        "image": tf.train.Feature(bytes_list=tf.train.BytesList(value=[jpeg])),
        "label": tf.train.Feature(int64_list=tf.train.Int64List(value=[int(label)])),
    }
    example = tf.train.Example(features=tf.train.Features(feature=features))
    return example.SerializeToString()


# %% name="from_record"
def from_record(record):
    named = {
        "image": tf.io.FixedLenFeature([], tf.string),
        "label": tf.io.FixedLenFeature([], tf.int64),
    }
    example = tf.io.parse_single_example(record, named)
    picture = tf.io.decode_jpeg(example["image"], channels=3)
    return tf.ensure_shape(picture, (side, side, 3)), example["label"]


# %% name="write"
squares = pictures.map(to_square, num_parallel_calls=tf.data.AUTOTUNE)
records = write_records(squares, to_record, lesson.folder / f"several-{side}", shards=4)

# %% [markdown] name="pipeline_intro"
# From the files to batches of 32. The last batch, which is seldom full, is dropped, so that every replica always gets the same number of pictures:

# %% name="pipeline"
batch = 32
names = tf.data.Dataset.list_files(f"{records}/*.tfrecord", shuffle=False)
dataset = tf.data.TFRecordDataset(names).map(from_record).batch(batch, drop_remainder=True)

# %% name="pipeline_shape" tags=["nbval-check-output"]
shown_pictures, shown_labels = next(iter(dataset))
shown_pictures.shape, shown_labels.dtype.name
# -> (TensorShape([32, 64, 64, 3]), 'int64')

# %% [markdown] name="hosts_title"
# ## A loop of your own
#
# The machines that train a network together are called *hosts*. Each takes a share of every batch, as the cores of one machine do. TensorFlow's strategy for that is `tf.distribute.MultiWorkerMirroredStrategy`, and `fit` fails with it: Keras 3.15 stops with "unsupported type PerReplica" (Keras issue 20585, open since 2024). The reason is small: before it trains, `fit` looks at one batch to learn its shapes, and takes it for one array. Here it is a share for each replica, and TensorFlow cannot turn those into one array. So you write the loop yourself.
#
# `strategy.run` calls a function once on each replica, with that replica's share of the batch; `strategy.reduce` combines their answers into one. TensorFlow's default strategy has one replica:

# %% name="replicas"
default = tf.distribute.get_strategy()
default.num_replicas_in_sync

# %% name="run_and_reduce" tags=["nbval-check-output"]
answers = default.run(lambda pictures: tf.shape(pictures)[0], (shown_pictures,))
int(default.reduce("SUM", answers, axis=None))
# -> 32

# %% [markdown] name="mean_intro"
# Two places need care. First, the loss must be divided by the size of the global batch, not by that of the share. Say that two replicas have three pictures and one, with these losses. The mean over all four is what one machine would compute:

# %% name="mean" tags=["nbval-check-output"]
first, second = [2.0, 4.0, 6.0], [8.0]
sum(first + second) / 4, sum(first) / 4 + sum(second) / 4, sum(first) / 3 + sum(second) / 1
# -> (5.0, 5.0, 12.0)

# %% [markdown] name="mean_read"
# Divided by 4, the two parts add up to that mean; divided by 3 and by 1, they do not. Second, `optimizer.apply` adds up the gradients of all replicas by itself. So with a loss that is divided in this way, their sum is the gradient of the mean over the global batch.


# %% name="loop_step"
def make_step(strategy, network, optimizer, batch):
    def step(pictures, labels):
        with tf.GradientTape() as tape:
            answers = network(pictures, training=True)
            losses = keras.losses.sparse_categorical_crossentropy(labels, answers)
            loss = tf.reduce_sum(losses) / batch
        gradients = tape.gradient(loss, network.trainable_variables)
        optimizer.apply(gradients, network.trainable_variables)
        return loss

    @tf.function
    def whole_step(pictures, labels):
        return strategy.reduce("SUM", strategy.run(step, (pictures, labels)), axis=None)

    return whole_step


# %% [markdown] name="loop_network_intro"
# A network of one layer is enough to try it on:


# %% name="loop_network"
def build_one_layer():
    return keras.Sequential(
        [
            keras.Input((side, side, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.AveragePooling2D(8),
            keras.layers.Flatten(),
            keras.layers.Dense(5, activation="softmax"),
        ]
    )


# %% name="loop_count" tags=["nbval-check-output"]
build_one_layer().count_params()
# -> 965

# %% [markdown] name="loop_intro"
# The loop goes through the dataset once for each epoch. `experimental_distribute_dataset` divides each batch among the replicas. Then three epochs with the default strategy:


# %% name="loop"
def train_small(strategy, dataset, batch, epochs):
    with strategy.scope():
        network = build_one_layer()
        optimizer = keras.optimizers.Adam(1e-3)
        optimizer.build(network.trainable_variables)
    whole_step = make_step(strategy, network, optimizer, batch)
    shares = strategy.experimental_distribute_dataset(dataset)
    for _ in range(epochs):
        losses = [float(whole_step(*share)) for share in shares]
        print(f"loss {sum(losses) / len(losses):.6f}")
    return network


# %% name="loop_run"
small = train_small(default, dataset, batch, lesson.epochs(3))

# %% [markdown] name="work_intro"
# The mean loss of each epoch falls: the loop trains, though one layer does not get far in three epochs. It is written for each of the strategies of Lesson 9.
#
# ## A program for each machine
#
# Each machine needs its own process, which one notebook cannot provide. So the loop becomes part of a program. What such a process does, from the strategy to the loop:


# %% name="work"
def work(folder, batch=32, epochs=2):
    faulthandler.dump_traceback_later(600, exit=True)
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    keras.utils.set_random_seed(1)
    files = tf.data.Dataset.list_files(f"{folder}/*.tfrecord", shuffle=False)
    dataset = tf.data.TFRecordDataset(files).map(from_record).batch(batch, drop_remainder=True)
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    return train_small(strategy, dataset.with_options(options), batch, epochs)


# %% [markdown] name="program_intro"
# The strategy is made before anything else is computed. It finds out from a variable, `TF_CONFIG`, which machines belong together. With `DATA`, each machine reads all records and keeps its share of every batch, so that several machines see the batches that one would see; otherwise each would read files of its own. And the first line is for the worst case: a process whose partner never comes would wait for ever, so it ends after ten minutes and reports where it was.
#
# `inspect.getsource` gives the text of a function. Imports before these functions and a call after them make a program. Here is the whole of it:

# %% name="program"
imports = "import faulthandler\nimport sys\n\nimport keras\nimport tensorflow as tf\n"
functions = from_record, make_step, build_one_layer, train_small, work
program = lesson.folder / "several.py"
program.write_text(
    "\n\n".join(
        [imports, f"side = {side}\n", *map(inspect.getsource, functions), "work(sys.argv[1])\n"]
    )
)
print(program.read_text())

# %% [markdown] name="together_intro"
# ## Two processes
#
# Two processes on this machine can stand in for two machines. Each gets a port at which the other reaches it, a list of all such addresses in `TF_CONFIG`, and its own number there:


# %% name="addresses"
def free_addresses(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    addresses = [f"127.0.0.1:{each.getsockname()[1]}" for each in sockets]
    for each in sockets:
        each.close()
    return addresses


def start_process(command, addresses, index):
    config = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
    environment = os.environ | {"TF_CONFIG": json.dumps(config), "CUDA_VISIBLE_DEVICES": "-1"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, env=environment, **pipes)


# %% name="addresses_shown"
free_addresses(2)

# %% [markdown] name="together_wait"
# (No GPU is shown to them, because two processes cannot share the memory of one.) If one fails, the others would wait for it. So they are ended, and what the failed one said becomes the error here:


# %% name="together"
def run_together(command, count):
    addresses = free_addresses(count)
    processes = [start_process(command, addresses, index) for index in range(count)]
    try:
        while None in (states := [process.poll() for process in processes]) and not any(states):
            time.sleep(0.1)
    finally:
        for process in processes:
            process.kill()
    answers = [process.communicate() for process in processes]
    for state, (_, errors) in zip(states, answers, strict=True):
        if state:
            raise RuntimeError(f"A process ended with status {state}.\n{errors[-2000:]}")
    return [printed for printed, _ in answers]


# %% [markdown] name="workers_intro"
# Two epochs by one process, and the same by two. (The profile `ci` leaves this out.)

# %% name="workers"
command = [sys.executable, str(program), str(records)]
for count in (1, 2) if lesson.profile != "ci" else ():
    try:
        for number, printed in enumerate(run_together(command, count), start=1):
            print(f"process {number} of {count}:", *printed.splitlines())
    except RuntimeError as error:
        print(error)

# %% [markdown] name="workers_read"
# The losses of one process and of two agree to about the sixth digit: two machines take the steps that one would take. On one machine, two processes can hardly be faster than one, because they share its cores. What several machines add is more cores.
#
# ## On machines of your own
#
# Say that two of them are called `host1` and `host2`. Install TensorFlow and Keras on both, and copy `several.py` and the folder of records to each (`program` and `records` say where they are). Then start it, with the machine's number as `index`:
#
# ```
# export TF_CONFIG='{"cluster": {"worker": ["host1:2222", "host2:2222"]},
#                    "task": {"type": "worker", "index": 0}}'
# python several.py records
# ```
#
# and on the second one the same with `"index": 1`. Each waits until the other is there, for ten minutes in all; long training needs a larger number in `work`. The port 2222 must be open between them, and to nobody else: there is no password. For another network, write `keras.models.load_model("network.keras")` in place of `build_one_layer()`, set `side` to the size of the pictures that it takes, write records of that size, and copy its file, too. `work` returns the network after training; the machine with the index 0 is the one to save it.
#
# The course has tried this with two processes on one machine, and never on two machines.

# %% [markdown] name="learned"
# ## What you learned
#
# - `strategy.run` takes a step on every replica, and `strategy.reduce` brings the answers together.
# - A loss that is divided by the global batch makes the sum of the gradients that of one large batch.
# - Each machine runs one process; `TF_CONFIG` says which belong together.
