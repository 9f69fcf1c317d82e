"""Machines as Colab hands them out, each test with a fresh one."""

import pytest

from tools.colab_lane import Machine, build_wheel


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path / "cpu")


@pytest.fixture
def tpu_machine(tmp_path):
    return Machine(tmp_path / "tpu", kind="tpu")
