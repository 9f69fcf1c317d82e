"""Plain data, and nothing else, comes through."""

import os
import time

import numpy as np
import pytest

from tools.grading.wire import HEAD, LIMIT, Pipe, Remote, WireError, pack, unpack


def there_and_back(value):
    message = pack(value)
    text, data = HEAD.unpack(message[: HEAD.size])
    body = message[HEAD.size :]
    assert len(body) == text + data
    return unpack(body[:text], body[text:])


@pytest.mark.parametrize(
    "value",
    [
        None, True, 3, 2.5, "text", "", [], (), {}, set(), [1, [2, (3, "x")]], {1: "a", (2, 3): []},
        {4, 5}, float("inf"), np.float32(2.5), np.bool_(True), np.int64(-3), np.str_("ä"),
    ],
)  # fmt: skip
def test_plain_data(value):
    found = there_and_back(value)
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    "dtype", ["uint8", "int64", "float16", "float32", "complex64", "bool", "U3"]
)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3, 4)])
def test_arrays(dtype, shape):
    array = np.ones(shape, dtype)
    found = there_and_back({"x": [array, array]})["x"]
    assert all(np.array_equal(a, array) and a.dtype == array.dtype for a in found)
    found[0][...] = 0  # what comes may be changed


def test_a_big_endian_array_and_a_view():
    array = np.arange(12, dtype=">i4").reshape(3, 4)[::2, ::-1]
    assert np.array_equal(there_and_back(array), array)


def test_a_number_of_a_class_of_its_own_is_a_number():
    class Same(int):
        def __eq__(self, other):
            return True

        __hash__ = int.__hash__

    found = there_and_back(Same(3))
    assert type(found) is int and found != 4


@pytest.mark.parametrize(
    "value",
    [object(), len, lambda: 0, np.array([None]), np.array(["2026-01-01"], "M8[D]"), b"bytes"],
)
def test_what_is_no_plain_data(value):
    with pytest.raises(WireError, match="of the type"):
        pack([value])


def test_too_much_and_too_deep():
    with pytest.raises(WireError, match="more than 64 MB"):
        pack([np.zeros(LIMIT // 2 + 1, np.uint8)] * 2)
    deep = []
    for _ in range(60):
        deep = [deep]
    with pytest.raises(WireError, match="deep"):
        pack(deep)


@pytest.mark.parametrize(
    "text, data",
    [
        (b"", b""),
        (b"{", b""),
        (b"\xff\xfe", b""),
        (b'{"pickle": "x"}', b""),
        (b'{"list": 3}', b""),
        (b'{"list": [], "set": []}', b""),
        (b'{"set": [{"list": []}]}', b""),
        (b'{"dict": [[1]]}', b""),
        (b'{"array": ["|O", [1], 8]}', bytes(8)),
        (b'{"array": ["<f8", [1000000000000], 8]}', bytes(8)),
        (b'{"array": ["<f8", [1], 16]}', bytes(16)),
        (b'{"array": ["<f8", [-1], 8]}', bytes(8)),
        (b'{"array": ["<f8", [1], 8]}', bytes(4)),
        (b'{"array": ["nothing", [1], 8]}', bytes(8)),
        (b'{"remote": [1, [], false]}', b""),
        (b"9" * 10_000, b""),
        (b'{"list": [' * 60 + b"]}" * 60, b""),
        (b"[" * 100_000, b""),
    ],
)
def test_what_is_no_message(text, data):
    with pytest.raises(WireError):
        unpack(text, data)


def test_what_stays_on_the_other_side():
    function = len
    message = pack({"f": function}, lambda value: Remote(7, ["go"], False))
    text, _ = HEAD.unpack(message[: HEAD.size])
    found = unpack(message[HEAD.size : HEAD.size + text], b"", lambda remote: remote)["f"]
    assert (found.number, found.methods, found.iterator) == (7, ["go"], False)


def test_a_pipe_gives_up():
    reading, writing = os.pipe()
    pipe = Pipe(reading, writing)
    pipe.send({"a": np.arange(3)})
    assert pipe.receive()["a"].tolist() == [0, 1, 2]
    with pytest.raises(TimeoutError):
        pipe.receive(end=time.monotonic() + 0.05)
    with pytest.raises(TimeoutError):
        pipe.send(np.zeros(10**6), end=time.monotonic() + 0.05)
    os.close(writing)
    os.read(reading, 10**7)
    with pytest.raises(EOFError):
        pipe.receive(end=time.monotonic() + 60)


def test_a_message_that_is_too_long_is_not_read():
    reading, writing = os.pipe()
    os.write(writing, HEAD.pack(2**31, 0))
    with pytest.raises(WireError, match="64 MB"):
        Pipe(reading, writing).receive(end=time.monotonic() + 60)
