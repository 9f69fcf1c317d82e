"""`load_dataset` where servers misbehave, in a process of its own.

The only thing replaced is TFDS's own description of its archives, which here are of a few pictures.
"""

import gzip
import hashlib
import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import internet as servers

ARCHIVES = {}
for kind, count in (("train", 30), ("t10k", 20)):
    head = struct.pack(">4I", 2051, count, 28, 28)
    pixels = b"".join(
        hashlib.sha256(bytes([kind == "train", n % 256])).digest() for n in range(900)
    )
    ARCHIVES[f"{kind}-images-idx3-ubyte.gz"] = gzip.compress(head + (pixels * 2)[: count * 784])
    labels = struct.pack(">2I", 2049, count) + bytes(i % 10 for i in range(count))
    ARCHIVES[f"{kind}-labels-idx1-ubyte.gz"] = gzip.compress(labels)

PROGRAM = """
import contextlib, io, json, os, sys
from tensorflow_datasets.core.download import checksums
from tensorflow_datasets.image_classification import mnist
from course_utils import CourseError, load_dataset

infos = json.loads(sys.argv[1])
known = {builder: builder.url_infos for builder in (mnist.MNIST, mnist.FashionMNIST)}
for builder, urls in known.items():
    builder.url_infos = {
        url: checksums.UrlInfo(*infos[info.filename], info.filename) for url, info in urls.items()
    }
mnist._TRAIN_EXAMPLES, mnist._TEST_EXAMPLES = 30, 20
for line in sys.stdin:
    name, variables = json.loads(line)
    os.environ.update(variables)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            load_dataset(name)
        except CourseError as error:
            print("CourseError:", error)
    print(json.dumps(said.getvalue()), flush=True)
"""
INFOS = {name: (len(body), hashlib.sha256(body).hexdigest()) for name, body in ARCHIVES.items()}
NAMES = {"http": "fashion_mnist", "https": "mnist"}


@pytest.fixture
def world(internet):
    internet.files |= ARCHIVES
    return internet


class User:
    """Somebody with a kernel of their own, who loads one dataset after the other in it."""

    def __init__(self):
        variables = os.environ | {"COURSE_PROFILE": "ci"}
        variables.pop("TFDS_DATA_DIR", None)
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, json.dumps(INFOS)],
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def load(self, home, mode, scheme="http", variables=()):
        """Load a small dataset, and return the lines that are printed."""
        home.mkdir(exist_ok=True)
        variables = {"COURSE_DATA": mode, "HOME": str(home)} | dict(variables)
        self.process.stdin.write(json.dumps([NAMES[scheme], variables]) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline()).splitlines()


@pytest.fixture(scope="module")
def users():
    """Two users whose samples are drawn already."""
    found = User(), User()
    for user in found:
        for scheme in NAMES:
            user.load(Path(os.environ["HOME"]), "sample", scheme)
    yield found
    for user in found:
        user.process.kill()


@pytest.fixture
def load(users, world):
    def load(home, mode, scheme="http", user=users[0], **variables):
        return user.load(home, mode, scheme, world.variables | variables)

    return load


def left_by(home):
    """Return what a download has left below the folder of TFDS."""
    return [path for path in (home / "tensorflow_datasets").rglob("*") if path.is_file()]


SIGN_IN = "sent a web page in place of the file, as the sign-in page of a hotel or a train does"
ROWS = {
    "403": (servers.refuse(403), "answered 403 Forbidden"),
    "404": (servers.refuse(404), "answered 404 Not Found"),
    "429": (servers.refuse(429), "answered 429 Too Many Requests"),
    "503": (servers.refuse(503), "answered 503 Service Unavailable"),
    "breaks off": (servers.break_off, r"broke off"),
    "another file": (servers.other_file, "its checksum is not the published one"),
    "sign-in page": (servers.sign_in({"Content_Type": "text/html; charset=utf-8"}), SIGN_IN),
    "sign-in page that does not say so": (servers.sign_in({}), SIGN_IN),
    "never ends": (servers.endless, "sent more than the "),
    "hangs up": (servers.hang_up, "no connection to .*"),
    "sends everybody round in circles": (servers.redirect, "Exceeded 30 redirects"),
}


@pytest.mark.parametrize(("answer", "why"), ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("scheme", NAMES)
def test_the_reason_is_told_as_it_is(load, world, tmp_path, scheme, answer, why):
    world.answer = answer
    said = load(tmp_path, "auto", scheme)
    assert re.search(rf"{NAMES[scheme]}: drawn sample, .* pictures \(.*{why}", said[-1])
    said = load(tmp_path, "real", scheme)
    assert re.search(rf"CourseError: COURSE_DATA=real, but .* cannot be had: .*{why}", said[-1])
    assert left_by(tmp_path) == []


@pytest.mark.parametrize("scheme", NAMES)
def test_a_server_that_answers_gives_real_data(load, tmp_path, scheme):
    """It refuses HEAD with 405, and nothing asks so."""
    said = load(tmp_path, "auto", scheme)
    assert said[0].startswith(f"{NAMES[scheme]}: downloading")
    assert "real data, 30 train + 20 test" in said[-1]
    assert [path.name for path in (tmp_path / "tensorflow_datasets").iterdir()] == [NAMES[scheme]]
    said = load(tmp_path, "real", scheme)
    assert len(said) == 1 and "real data, 30 train + 20 test" in said[0]


def test_an_answer_after_two_seconds_is_waited_for_where_it_is_asked_for(load, world, tmp_path):
    world.answer = servers.say_nothing
    said = load(tmp_path, "auto")
    assert said[-1].endswith("did not answer within 2 seconds)")
    world.answer = servers.later(4)
    said = load(tmp_path, "real")
    assert "real data, 30 train" in said[-1]


@pytest.mark.parametrize("answer", [servers.stall, servers.drip, servers.say_nothing])
def test_a_server_that_goes_silent_is_given_up(load, world, tmp_path, answer):
    world.answer = answer
    said = load(tmp_path, "auto")
    assert "drawn sample" in said[-1] and "seconds" in said[-1]
    said = load(tmp_path, "real")
    assert "CourseError" in said[-1] and "60 seconds" in said[-1]
    assert left_by(tmp_path) == []


def test_a_certificate_that_is_not_accepted(load, tmp_path):
    own = {"REQUESTS_CA_BUNDLE": "", "SSL_CERT_FILE": ""}
    for mode, kind in (("auto", "drawn sample"), ("real", "CourseError")):
        said = load(tmp_path, mode, "https", **own)
        assert kind in said[-1] and "the certificate of storage.googleapis.com" in said[-1]
        assert "is not accepted here" in said[-1]


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:9", "127.0.0.1:9", "nonsense://x", "http://["])
def test_a_proxy_that_is_none(load, tmp_path, proxy):
    for mode, kind in (("auto", "drawn sample"), ("real", "CourseError")):
        said = load(tmp_path, mode, **servers.proxies(proxy))
        assert kind in said[-1] and proxy in said[-1]


def test_the_password_of_a_proxy_is_not_told(load, tmp_path):
    said = load(tmp_path, "auto", **servers.proxies("http://alice:s3cret@127.0.0.1:9"))
    assert "through the proxy http://127.0.0.1:9" in said[-1] and "s3cret" not in "".join(said)


def test_a_server_that_packs_the_archive_once_more(load, world, tmp_path):
    world.answer = servers.packed
    assert "real data, 30 train" in load(tmp_path, "real")[-1]


def test_files_of_the_user_among_the_archives_stay(load, tmp_path):
    mine = tmp_path / "tensorflow_datasets" / "downloads" / "manual" / "fashion_mnist" / "mine.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    assert "real data, 30 train" in load(tmp_path, "real")[-1]
    assert [path.name for path in mine.parent.iterdir()] == ["mine.txt"]


def test_a_proxy_that_speaks_another_language(load, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer():
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")
                connection.close()

        threading.Thread(target=answer, daemon=True).start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        for mode, kind in (("auto", "drawn sample"), ("real", "CourseError")):
            said = load(tmp_path, mode, **servers.proxies(address))
            assert kind in said[-1] and f"through the proxy {address}" in said[-1]


def test_a_second_process_waits_for_the_first_and_says_so(load, users, world, tmp_path):
    world.answer = servers.later(0.5)
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda user: load(tmp_path, "real", user=user), users))
    assert all("real data, 30 train + 20 test" in said[-1] for said in both)
    assert (
        sum("Another process is downloading fashion_mnist" in "".join(said) for said in both) == 1
    )
    assert len([url for url in world.asked if "train-images" in url]) == 1


def test_what_had_arrived_before_the_line_broke_is_not_fetched_again(load, world, tmp_path):
    def last_breaks(handler):
        stop = "train-labels" in handler.path
        servers.break_off(handler) if stop else servers.send(handler)

    world.answer = last_breaks
    assert "CourseError" in load(tmp_path, "real")[-1]
    world.answer, before = servers.send, len(world.asked)
    assert "real data, 30 train" in load(tmp_path, "real")[-1]
    assert len(world.asked) - before == 1


def test_two_processes_draw_one_sample(load, users, tmp_path):
    cache = {"COURSE_CACHE": str(tmp_path / "cache")}
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda user: load(tmp_path, "sample", user=user, **cache), users))
    both = ["\n".join(said) for said in both]
    assert all("fashion_mnist: drawn sample, 1,000 train" in said for said in both)
    drew = ["Drawing the fashion_mnist sample" in said for said in both]
    waited = ["Another process is drawing the fashion_mnist sample" in said for said in both]
    assert sorted(drew) == [False, True] and waited == [not one for one in drew]
