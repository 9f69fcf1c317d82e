"""JupyterLab in a real browser, and a notebook in it: for the tests that do what a learner does.

Needs Chromium or Chrome on the PATH, or named by `COURSE_BROWSER`. Screenshots are left in
build/screenshots.
"""

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

ROOT = Path(__file__).resolve().parent.parent
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
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false"},  # no question about news
    "notebook-extension/tracker": {"windowingMode": "none"},  # every cell stands in the page
}

api = pytest.importorskip("playwright.sync_api", reason="the Python package playwright is missing")
needs_browser = pytest.mark.skipif(
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


def write_notebook(path, sources):
    """Write a notebook of code cells, under each id its source; return its path."""
    empty = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [empty | {"id": name, "source": text.strip()} for name, text in sources.items()]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4}
    path.write_text(json.dumps(content | {"nbformat_minor": 5}), encoding="utf-8")
    return path


class Notebook:
    """A notebook in the browser, run unless told otherwise."""

    def __init__(self, browser, url, path, run=True):
        self.path = path
        self.page = page = browser.new_page(viewport={"width": 1280, "height": 1100})
        page.goto(url(path.stem))
        self.cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        shown = page.locator(".jp-Notebook .jp-Cell")
        api.expect(shown).to_have_count(len(self.cells), timeout=60_000)
        idle = page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
        idle.wait_for(timeout=60_000)
        if run:
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
            if self.page.locator("dialog").count():  # it says so, now and then
                self.page.keyboard.press("Escape")
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
