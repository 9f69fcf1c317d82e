"""Plain data between the judge and the sandbox: a line of JSON and the bytes of the arrays.

What arrives is numbers, texts, lists, tuples, sets, dicts and arrays of numbers or texts, built
anew by the one who reads it. Nothing that could run is ever loaded: no pickle, no saved model, and
no npz either, since a small compressed file can hold an array that fills the memory.
"""

import json
import math
import os
import select
import struct
import time

import numpy as np

HEAD = struct.Struct(">II")
LIMIT = 64 * 2**20
"""The most bytes of one message."""
DEPTH = 50
"""How deep lists may stand in lists."""


class WireError(Exception):
    """What came is no message, or what should be sent is no plain data."""


class Remote:
    """What stands, on the other side, for a function or an object that stays where it is."""

    def __init__(self, number, methods, iterator):
        self.number, self.methods, self.iterator = number, methods, iterator


class Network:
    """A network, or a layer, as plain data: Keras's configuration, weights, and what learns."""

    def __init__(self, config, weights, trainable):
        self.config, self.weights, self.trainable = config, weights, trainable


def pack(value, refer=None):
    """Return a value as the bytes of one message.

    Args:
        value: plain data; TensorFlow's tensors become arrays.
        refer: function of whatever else there is; returns the `Remote` that stands for it, its
            `Network`, or None.

    Raises:
        WireError: the value, or a part of it, is no plain data, or is too large.
    """
    arrays, size = [], 0

    def encode(value, depth):
        nonlocal size
        if depth > DEPTH:
            raise WireError(f"lists in lists in lists, more than {DEPTH} deep")
        if value is None or type(value) in (bool, int, float, str):
            return value
        if isinstance(value, np.generic):
            return {"scalar": encode(np.asarray(value), depth + 1)}
        if isinstance(value, np.ndarray):
            if value.dtype.kind not in "biufcU":
                raise WireError(f"an array of the type {value.dtype}")
            size += value.nbytes
            if size > LIMIT:
                raise WireError(f"more than {LIMIT // 2**20} MB")
            kind = value.dtype.newbyteorder("<").str
            arrays.append(value.astype(kind).tobytes())
            return {"array": [kind, list(value.shape), len(arrays[-1])]}
        for kind, name in ((list, "list"), (tuple, "tuple"), (set, "set"), (range, "range")):
            if isinstance(value, kind):
                name = "list" if name == "range" else name
                return {name: [encode(part, depth + 1) for part in value]}
        if isinstance(value, dict):
            pairs = [
                [encode(key, depth + 1), encode(part, depth + 1)] for key, part in value.items()
            ]
            return {"dict": pairs}
        for kind in (bool, int, float, str):  # a class of its own that is a number
            if isinstance(value, kind):
                return kind(value)
        if refer is not None and not isinstance(value, Network):
            found = refer(value)
            if isinstance(found, Remote):
                return {"remote": [found.number, list(found.methods), found.iterator]}
            value = value if found is None else found
        if isinstance(value, Network):
            parts = (value.config, value.weights, value.trainable)
            return {"network": [encode(part, depth + 1) for part in parts]}
        if callable(getattr(value, "numpy", None)):  # a tensor
            array = np.asarray(value.numpy())
            return encode(array[()] if array.ndim == 0 else array, depth)
        raise WireError(f"something of the type {type(value).__name__}")

    text = json.dumps(encode(value, 0)).encode()
    if size + len(text) > LIMIT:
        raise WireError(f"more than {LIMIT // 2**20} MB")
    return b"".join([HEAD.pack(len(text), size), text, *arrays])


def unpack(text, data, stand_in=None):
    """Return the value of a message, made of nothing but Python's and NumPy's own types.

    Args:
        text, data: the two parts of the message, bytes.
        stand_in: function of a `Remote` or a `Network` to the object that stands for it here;
            without it, none may come.

    Raises:
        WireError: it is no message.
    """
    place = 0

    def decode(value, depth=0):
        nonlocal place
        if depth > DEPTH:
            raise WireError("lists in lists in lists")
        if value is None or type(value) in (bool, int, float, str):
            return value
        if type(value) is not dict or len(value) != 1:
            raise WireError("no message of ours")
        [(kind, body)] = value.items()
        if kind == "list":
            return [decode(part, depth + 1) for part in body]
        if kind == "tuple":
            return tuple(decode(part, depth + 1) for part in body)
        if kind == "set":
            return {decode(part, depth + 1) for part in body}
        if kind == "dict":
            return {decode(key, depth + 1): decode(part, depth + 1) for key, part in body}
        if kind == "scalar":
            return decode(body, depth + 1)[()]
        if kind == "array":
            name, shape, length = body
            dtype = np.dtype(name)
            if dtype.kind not in "biufcU" or not all(type(n) is int and n >= 0 for n in shape):
                raise WireError("no array of numbers or texts")
            if math.prod(shape) * dtype.itemsize != length or place + length > len(data):
                raise WireError("an array that is not as large as it says")
            flat = np.frombuffer(data[place : place + length], dtype)
            place += length
            return flat.reshape(shape).copy()
        if kind == "remote" and stand_in is not None:
            return stand_in(Remote(*body))
        if kind == "network" and stand_in is not None:
            config, weights, trainable = (decode(part, depth + 1) for part in body)
            if type(config) is str and type(weights) is list and type(trainable) is list:
                return stand_in(Network(config, weights, trainable))
        raise WireError("no message of ours")

    try:
        return decode(json.loads(text))
    except (ValueError, TypeError, RecursionError, OverflowError, MemoryError) as error:
        raise WireError(f"no message of ours ({error})") from None


class Pipe:
    """The two ends of a connection: one file descriptor to read from, one to write to."""

    def __init__(self, reading, writing):
        self.reading, self.writing = reading, writing
        for descriptor in (reading, writing):
            os.set_blocking(descriptor, False)

    def send(self, value, refer=None, end=None):
        """Send a value; `end`, on the clock of `time.monotonic`, is when to give up.

        Raises:
            WireError: see `pack`.
            TimeoutError: the other side does not read.
            BrokenPipeError: the other side is gone.
        """
        rest = memoryview(pack(value, refer))
        while rest:
            _wait([], [self.writing], end)
            rest = rest[os.write(self.writing, rest[:65536]) :]

    def receive(self, stand_in=None, end=None):
        """Return the next value.

        Raises:
            WireError: see `unpack`.
            TimeoutError: nothing came in time.
            EOFError: the other side is gone.
        """
        lengths = HEAD.unpack(self._read(HEAD.size, end))
        if sum(lengths) > LIMIT:
            raise WireError(f"more than {LIMIT // 2**20} MB")
        text = self._read(lengths[0], end)
        return unpack(text, self._read(lengths[1], end), stand_in)

    def _read(self, size, end):
        parts = []
        while size:
            _wait([self.reading], [], end)
            part = os.read(self.reading, min(size, 2**20))
            if not part:
                raise EOFError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


def _wait(reading, writing, end):
    seconds = None if end is None else max(0, end - time.monotonic())
    if not any(select.select(reading, writing, [], seconds)):
        raise TimeoutError
