"""What the tests of grading share."""

import pytest

from tools.grading.sandbox import SandboxError, refuse_without_bubblewrap


@pytest.fixture(scope="session")
def needs_bubblewrap():
    try:
        refuse_without_bubblewrap()
    except SandboxError as error:
        pytest.skip(str(error))
