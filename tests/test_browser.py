"""What a learner does: opens lesson 1 in JupyterLab, runs it, moves a slider, does an exercise.

And, in a notebook of two cells, steps a kernel of lesson 2 and uploads pictures as in lesson 3.

Needs Chromium or Chrome on the PATH, or named by `COURSE_BROWSER`. Screenshots are left in
build/screenshots.
"""

import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "notebooks" / "01_fashion_mnist_dense.ipynb"
SCREENSHOTS = ROOT / "build" / "screenshots"
TOKEN = "learner"
NAMED = os.environ.get("COURSE_BROWSER")
BROWSERS = (NAMED,) if NAMED else ("chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
# Headless, in a container, without the network.
FLAGS = "no-sandbox disable-gpu disable-quic no-first-run disable-background-networking"
FLAGS = [f"--{flag}" for flag in f"{FLAGS} disable-component-update disable-sync".split()]
# An error's traceback and what a cell writes to stderr look the same in JupyterLab: a red box.
RED_BOX = '[data-mime-type="application/vnd.jupyter.stderr"]'
# Lesson 2's explorable and lesson 3's upload, with a model that answers with the brightness.
WIDGETS = {
    "explore": """
import numpy as np
from course_utils import explore_convolution
picture = np.zeros((9, 9), np.uint8)
picture[2:7, 4] = 255
explore_convolution(picture, np.ones((3, 3)))
""",
    "own": """
from course_utils import predict_uploads
class Model:
    input_shape = (None, 60, 60, 3)
    def predict(self, pictures, verbose):
        return pictures.mean(axis=(1, 2, 3))[:, np.newaxis] / 255
predict_uploads(Model(), ["horses", "humans"], ready=[np.zeros((60, 60, 3), np.uint8)])
""",
}
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false"},  # no question about news
    "notebook-extension/tracker": {"windowingMode": "none"},  # every cell stands in the page
}

api = pytest.importorskip("playwright.sync_api", reason="the Python package playwright is missing")
pytestmark = pytest.mark.skipif(
    BROWSER is None, reason=f"none of {', '.join(BROWSERS)} is here; COURSE_BROWSER can name one"
)


@contextmanager
def jupyter_lab(folder):
    """Serve `folder`/work, knowing nothing of the user's Jupyter; give the URL of a notebook."""
    work = folder / "work"
    for name, values in SETTINGS.items():
        path = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {
        "COURSE_OUTPUT": "output",
        "IPYTHONDIR": "ipython",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    own = {variable: str(folder / name) for variable, name in own.items()}
    environment = {"COURSE_CACHE": str(folder / "cache")} | os.environ | own
    options = ["--no-browser", "--allow-root", f"--notebook-dir={work}", "--ServerApp.ip=127.0.0.1"]
    options += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    log = folder / "jupyter.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyter", "lab", *options, f"--ServerApp.token={TOKEN}"],
            env=environment | {"COURSE_PROFILE": "ci"},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for_server(server, f"{url}/api/status?token={TOKEN}", log)
        yield lambda name: f"{url}/lab/workspaces/{name}/tree/{name}.ipynb?token={TOKEN}"
    finally:
        _stop(server)


def _wait_for_server(server, url, log, seconds=60):
    end = time.monotonic() + seconds
    while server.poll() is None and time.monotonic() < end:
        try:
            return urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


def _stop(server):
    """Ask the server to end, which ends its kernels; kill what is left of its process group."""
    server.terminate()
    with suppress(subprocess.TimeoutExpired):
        server.wait(timeout=20)
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


class Notebook:
    """A notebook in the browser, run."""

    def __init__(self, browser, url, path):
        self.path = path
        self.page = page = browser.new_page(viewport={"width": 1280, "height": 1100})
        page.goto(url(path.stem))
        self.cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        shown = page.locator(".jp-Notebook .jp-Cell")
        api.expect(shown).to_have_count(len(self.cells), timeout=60_000)
        idle = page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
        idle.wait_for(timeout=60_000)
        self.run_all()

    def cell(self, name):
        """Return a cell by its id, which JupyterLab leaves out of the page."""
        position = [cell["id"] for cell in self.cells].index(name)
        return self.page.locator(".jp-Notebook .jp-Cell").nth(position)

    def run_all(self):
        names = [cell["id"] for cell in self.cells if cell["cell_type"] == "code"]
        first, last = names[0], names[-1]
        begun = self.cell(first).locator(".jp-InputPrompt", has_text=re.compile(r"[\d*]"))
        for _ in range(3):  # a kernel that is still connecting loses the command, once in a while
            self.page.get_by_role("menuitem", name="Run", exact=True).click()
            self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
            with suppress(api.TimeoutError):
                begun.wait_for(state="attached", timeout=15_000)
                break
        finished = self.cell(last).locator(".jp-InputPrompt", has_text=re.compile(r"\d"))
        finished.or_(self.page.locator(RED_BOX)).first.wait_for(state="attached", timeout=120_000)

    def answer(self, exercise, line):
        """Type over the last line of the answer, run it and its check; return the check's cell."""
        answer, check = self.cell(f"{exercise}_answer"), self.cell(f"{exercise}_check")
        answer.locator(".cm-line").last.click()
        for key in ("End", "Shift+Home"):
            self.page.keyboard.press(key)
        self.page.keyboard.type(line)
        api.expect(answer.locator(".cm-line").last).to_have_text(f"    {line}")
        for _ in (answer, check):
            self.page.keyboard.press("Shift+Enter")
        return check

    def screenshot(self, name, cell):
        cell.evaluate("cell => cell.scrollIntoView({block: 'center'})")
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab and a browser: `(browser, function of a notebook's name to its URL, work)`."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    folder = tmp_path_factory.mktemp("lab")
    work = folder / "work"
    work.mkdir()
    api.expect.set_options(timeout=20_000)
    with (
        jupyter_lab(folder) as url,
        api.sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=BROWSER, args=FLAGS) as browser,
    ):
        yield browser, url, work


@pytest.fixture(scope="module")
def notebook(lab):
    """Lesson 1."""
    browser, url, work = lab
    return Notebook(browser, url, Path(shutil.copy(NOTEBOOK, work)))


@pytest.fixture(scope="module")
def widgets(lab):
    """The notebook of `WIDGETS`."""
    browser, url, work = lab
    cells = [
        {"cell_type": "code", "id": name, "source": source.strip(), "metadata": {}, "outputs": []}
        for name, source in WIDGETS.items()
    ]
    cells = [cell | {"execution_count": None} for cell in cells]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4}
    path = work / "widgets.ipynb"
    path.write_text(json.dumps(content | {"nbformat_minor": 5}), encoding="utf-8")
    return Notebook(browser, url, path)


def test_lesson_runs_without_a_red_box(notebook):
    assert notebook.page.locator(RED_BOX).all_text_contents() == []


def test_pictures_have_alt_text(notebook):
    pictures = notebook.page.locator('.jp-OutputArea-output[data-mime-type="text/html"] img')
    alts = pictures.evaluate_all("pictures => pictures.map(picture => picture.alt)")
    assert alts and all(alts)
    assert pictures.evaluate_all("pictures => pictures.every(picture => picture.naturalWidth)")
    notebook.screenshot("grid", notebook.cell("grid"))


def test_slider_changes_text_and_picture(notebook):
    cell = notebook.cell("explore")
    slider, picture = cell.get_by_role("slider"), cell.locator("img")
    text = cell.get_by_text(re.compile(r"(Mistake|Right answer) \d+ of \d+"))
    api.expect(picture).to_have_class(re.compile("widget-image"))  # and no picture in its place
    text_before, picture_before = text.text_content(), picture.get_attribute("src")
    slider.press("ArrowRight")
    api.expect(text).not_to_have_text(text_before)
    api.expect(picture).not_to_have_attribute("src", picture_before)
    assert picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 400
    notebook.screenshot("explorable", cell)


def test_checks_are_folded(notebook):
    names = [cell["id"] for cell in notebook.cells if cell["id"].endswith("_check")]
    checks = [notebook.cell(name) for name in names if name.startswith("ex_")]
    assert checks
    for check in checks:
        api.expect(check.locator(".jp-InputPlaceholder")).to_be_visible()
        api.expect(check.locator(".cm-content")).to_be_hidden()


def test_exercise(notebook):
    api.expect(notebook.cell("ex_neuron_check")).to_contain_text("Not attempted")

    check = notebook.answer("ex_neuron", "return max(0, np.sum(inputs * weights))")
    api.expect(check).to_contain_text("Wrong")
    api.expect(check).to_contain_text("The bias is missing")
    hints = check.locator("details > p")
    api.expect(hints.first).to_be_hidden()
    check.locator("summary").first.click()
    api.expect(hints.first).to_be_visible()
    api.expect(hints.nth(1)).to_be_hidden()
    notebook.screenshot("wrong", check)

    check = notebook.answer("ex_neuron", "return max(0, np.sum(inputs * weights) + bias)")
    api.expect(check).to_contain_text("Right")
    api.expect(check.locator("details")).to_have_count(0)
    notebook.screenshot("right", check)


def test_kernel_steps_over_the_picture(widgets):
    cell = widgets.cell("explore")
    picture, text = cell.locator("img"), cell.get_by_text(re.compile(r"Step \d+: row"))
    api.expect(picture).to_have_class(re.compile("widget-image"))
    text_before, picture_before = text.text_content(), picture.get_attribute("src")
    cell.get_by_role("slider").press("ArrowRight")
    api.expect(text).not_to_have_text(text_before)
    api.expect(picture).not_to_have_attribute("src", picture_before)

    choice, fields = cell.get_by_role("combobox"), cell.locator("input[type=number]")
    api.expect(choice).to_have_value("blur")
    api.expect(fields).to_have_count(9)
    text_before, picture_before = text.text_content(), picture.get_attribute("src")
    choice.select_option("outline")
    api.expect(fields.nth(4)).to_have_value("8")
    api.expect(text).not_to_have_text(text_before)
    api.expect(picture).not_to_have_attribute("src", picture_before)
    picture_before = picture.get_attribute("src")
    fields.nth(4).fill("9")
    fields.nth(4).press("Enter")
    api.expect(choice).to_have_value("your own")
    api.expect(picture).not_to_have_attribute("src", picture_before)
    assert picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 400
    widgets.screenshot("kernel", cell)


def test_uploaded_pictures_are_answered(widgets, tmp_path):
    cell = widgets.cell("own")
    api.expect(cell).to_contain_text("Ready pictures: 1.")
    file = io.BytesIO()
    Image.new("RGB", (90, 60), (204, 204, 204)).save(file, "JPEG")
    good, broken = tmp_path / "good.jpg", tmp_path / "broken.jpg"
    good.write_bytes(file.getvalue())
    broken.write_bytes(file.getvalue()[:200])

    def upload(*files):
        with widgets.page.expect_file_chooser() as chooser:
            cell.get_by_role("button", name="Upload pictures").click()
        chooser.value.set_files(files)

    upload(good, broken)
    api.expect(cell).to_contain_text("Your pictures: 2. ✗ 1 cannot be read.")
    answer = cell.get_by_alt_text("good.jpg: humans, probability 80.0% (output 0.80, above 0.5).")
    api.expect(answer).to_have_count(1)
    assert answer.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 400
    api.expect(cell).to_contain_text(re.compile(r"✗ broken\.jpg cannot be read\. It "))
    widgets.screenshot("upload", cell)

    upload(broken)
    api.expect(cell).to_contain_text("Your pictures: 1. ✗ 1 cannot be read.")
    api.expect(answer).to_have_count(0)
    upload(good)
    api.expect(cell).to_contain_text("Your pictures: 1.")
    api.expect(answer).to_have_count(1)
    assert widgets.page.locator(RED_BOX).all_text_contents() == []
