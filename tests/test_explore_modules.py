"""What the modules of the explorables compute, beside Python, on inputs that no Python prepared.

The modules run in Chromium, as in a page.
"""

import re

import numpy as np
import pytest

from course_utils.show.explore import MODULES
from course_utils.show.plots import convolve
from tests import browser

pytestmark = browser.needs_browser


@pytest.fixture(scope="module")
def page():
    """A page whose `window` has what the modules export."""
    with (
        browser.api.sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=browser.BROWSER, args=browser.FLAGS) as chromium,
    ):
        page = chromium.new_page()
        host = (MODULES / "host.mjs").read_text("utf-8")
        for path in sorted(MODULES.glob("*.mjs")):
            text = host if path.stem == "host" else host + path.read_text("utf-8")
            text = re.sub("(?m)^import .*\n", "", text)
            names = ", ".join(re.findall(r"(?m)^export function (\w+)", text))
            page.add_script_tag(content=f"{text}window.{path.stem} = {{{names}}};", type="module")
        page.wait_for_function(f"() => window.{path.stem}")
        yield page


@pytest.mark.parametrize("seed", range(3))
def test_a_convolution(page, seed):
    numbers = np.random.default_rng(seed)
    height, width = numbers.integers(3, 20, 2).tolist()
    picture, kernel = numbers.random((height, width)), numbers.normal(size=(3, 3))
    given = [picture.ravel().tolist(), width, kernel.ravel().tolist()]
    found = page.evaluate("given => convolution.convolve(...given)", given)
    expected, _ = convolve(picture, kernel)
    assert np.allclose(np.reshape(found, expected.shape), expected, rtol=0, atol=1e-12)


def test_packed_numbers_come_back(page):
    from course_utils.show.explore import pack

    numbers = np.random.default_rng(0).normal(size=1000) * 10.0 ** np.arange(-9, 1).repeat(100)
    numbers[:4] = 0, 65504, -65504, 2**-24
    for kind in ("float16", "float32"):
        found = page.evaluate("packed => [...host.unpack(packed)]", pack(numbers, kind))
        assert np.array_equal(found, numbers.astype(kind))
    found = page.evaluate("packed => [...host.unpack(packed)]", pack(range(256), "uint8"))
    assert found == list(range(256))
