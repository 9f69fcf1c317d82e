"""Explorables where readers meet them: in JupyterLab, and in an exported page from a file.

One notebook holds each of them. It is run, saved, exported, and opened again as a stranger's.
"""

import re

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbconvert import HTMLExporter, SlidesExporter

from tests import browser
from tests.browser import api

CALLS = {
    "convolution": """
import numpy as np
import course_utils
from course_utils.show import explore
numbers = np.random.default_rng(0)
picture = np.zeros((9, 12), np.uint8)
picture[2:7, 4] = 255
course_utils.explore_convolution(picture, np.ones((3, 3)))
""",
    "predictions": """
pictures = numbers.integers(0, 256, (12, 28, 28, 1), np.uint8)
probabilities = numbers.dirichlet(np.ones(3), 12)
course_utils.explore_predictions(pictures, probabilities, np.arange(12) % 3, ["cat", "dog", "owl"])
""",
    "difficulties": """
explore.measure_difficulty = lambda name, value: 0.9 - value / 2
course_utils.explore_difficulties()
""",
    "augmentation": """
photos, labels = course_utils.draw_difficulty("scale", 0.5, count=12)
course_utils.explore_augmentation(photos[0])
""",
    "neighbours": """
vectors = {"features": numbers.normal(size=(12, 5)), "pixels": photos}
course_utils.explore_neighbours(photos, vectors, labels % 2, ["cat", "dog"])
""",
    "smoothing": """
course_utils.explore_smoothing({
    name: numbers.random(20).tolist() for name in ("loss", "accuracy", "val_loss", "val_accuracy")
})
""",
    "channels": """
maps = [numbers.normal(size=(20, 20, 32)), numbers.normal(size=(7, 7, 128))]
course_utils.explore_feature_maps(photos[0], maps, ["first", "second"])
""",
    "heat_maps": """
course_utils.explore_heat_maps(photos[0], {"cat, 90%": photos[1], "dog, 5%": photos[2]})
""",
    "descent": "course_utils.explore_descent()",
    "digit": """
import keras
layers = [
    keras.layers.Rescaling(1 / 255),
    keras.layers.Conv2D(12, 3, activation="relu"),
    keras.layers.Flatten(),
    keras.layers.Dense(10, activation="softmax"),
]
course_utils.explore_digit(keras.Sequential([keras.Input(shape=(28, 28, 1)), *layers]))
""",
}
"""A cell for each explorable."""
MOUNTED = "[data-mounted]"

pytestmark = browser.needs_browser
lab = browser.lab


@pytest.fixture(scope="module")
def notebook(lab):
    """The notebook of `CALLS`, run in JupyterLab and saved."""
    chromium, url, work = lab
    path = browser.write_notebook(work / "explorables.ipynb", CALLS)
    said = []
    notebook = browser.Notebook(chromium, url, path)
    notebook.page.on("console", lambda message: said.append(message.text))
    notebook.said = said
    api.expect(notebook.page.locator(MOUNTED)).to_have_count(len(CALLS))
    notebook.page.keyboard.press("Control+s")
    notebook.page.wait_for_function("() => !document.querySelector('.jp-mod-dirty')")
    return notebook


@pytest.fixture(scope="module")
def exported(notebook, tmp_path_factory):
    """The saved notebook as a page, in a browser without a network."""
    saved = nbformat.read(notebook.path, as_version=4)
    path = tmp_path_factory.mktemp("exported") / "page.html"
    exporter = HTMLExporter(mathjax_url="", require_js_url="", exclude_input=True)
    path.write_text(exporter.from_notebook_node(saved)[0], encoding="utf-8")
    context = notebook.page.context.browser.new_context(offline=True)
    page = context.new_page()
    page.said = []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.goto(path.as_uri())
    yield page
    context.close()


def place(page, name):
    """The explorable of that name: they stand in the order of `CALLS`."""
    return page.locator(".explorable[data-explorable]").nth(list(CALLS).index(name))


@pytest.fixture(params=["notebook", "exported"])
def page(request):
    """Either page that has all the explorables mounted."""
    found = request.getfixturevalue(request.param)
    return getattr(found, "page", found)


@pytest.mark.parametrize("name", [name for name in CALLS if name != "digit"])
def test_the_keyboard_moves_it_and_the_notebook_keeps_its_cells(page, name):
    root = place(page, name)
    moved = root.locator("input[type=range], select").last  # Chromium opens no list at an arrow
    said = root.get_by_role("status")
    before, cells = said.text_content(), page.locator(".jp-Cell").count()
    moved.focus()
    value = moved.input_value()
    page.keyboard.press("ArrowRight")
    api.expect(said).not_to_have_text(before)
    assert moved.input_value() != value
    for key in ("b", "x", "d", "d", "r", "y"):
        page.keyboard.press(key)
    assert moved.evaluate("field => field === document.activeElement")
    assert page.locator(".jp-Cell").count() == cells
    api.expect(root).to_have_attribute("data-mounted", "")


def test_no_listener_of_the_page_hears_the_keys_of_an_explorable(exported):
    """Notebook 7 listens at the document, before a key comes to its target."""
    exported.evaluate(
        "() => { window.heard = []; document.addEventListener("
        "'keydown', event => window.heard.push(event.key), true); }"
    )
    slider = place(exported, "convolution").get_by_role("slider")
    for key in ("ArrowRight", "b", "Control+s"):
        slider.press(key)
    assert exported.evaluate("() => window.heard") == ["Control", "s"]


def test_after_a_click_the_arrow_keys_go_on(page):
    root = place(page, "convolution")
    range_, said = root.get_by_role("slider"), root.get_by_role("status")
    range_.click()
    middle = said.text_content()
    page.keyboard.press("ArrowRight")
    api.expect(said).not_to_have_text(middle)
    assert range_.evaluate("field => field === document.activeElement")


def test_a_kernel_is_chosen_edited_and_refused(page):
    root = place(page, "convolution")
    named, said = root.get_by_role("combobox"), root.get_by_role("status")
    fields = root.get_by_role("spinbutton")
    named.select_option("outline")
    api.expect(fields.nth(4)).to_have_value("8")
    sum_before = said.text_content()
    fields.nth(4).fill("9")
    api.expect(named).to_have_value("your own")
    for wrong in ("", "1e400", "10000"):
        fields.nth(0).fill(wrong)
        api.expect(said).to_contain_text("must be a number")
        api.expect(fields.nth(0)).to_have_attribute("aria-invalid", "true")
    root.get_by_role("button", name="step: one step back").click()
    api.expect(said).to_contain_text("must be a number")  # the sums are those of the number before
    root.get_by_role("button", name="step: one step on").click()
    fields.nth(0).fill("-1")
    fields.nth(4).fill("8")
    api.expect(named).to_have_value("outline")
    api.expect(said).to_have_text(sum_before)
    root.get_by_role("button", name="step: one step on").click()
    api.expect(said).not_to_have_text(sum_before)


def test_a_layer_with_more_channels_lets_the_slider_go_further(page):
    root = place(page, "channels")
    said, moved = root.get_by_role("status"), root.get_by_role("slider")
    moved.press("End")
    api.expect(said).to_contain_text("first, channel 31")
    root.get_by_role("combobox").select_option("second")
    api.expect(said).to_contain_text("second, channel 31")
    moved.press("End")
    api.expect(said).to_contain_text("second, channel 127")
    api.expect(root.get_by_role("img", name="channel 127")).to_be_visible()
    root.get_by_role("combobox").select_option("first")
    api.expect(said).to_contain_text("first, channel 31")


def test_amounts_name_the_layers_that_may_go_as_far(page):
    root = place(page, "augmentation")
    said = root.get_by_role("status")
    api.expect(said).to_have_text(re.compile(r"As it is\.|RandomBrightness"))
    root.get_by_label("mirrored").check()
    root.get_by_role("slider", name="to the right").press("End")
    root.get_by_role("button", name="turn (degrees): one step back").click()
    for layer in (
        'RandomFlip("horizontal")',
        "RandomRotation(5 / 360)",
        "RandomTranslation(0, 0.5)",
    ):
        api.expect(said).to_contain_text(layer)


def test_a_digit_is_drawn_with_the_mouse_and_with_keys(page):
    root = place(page, "digit")
    pad, said = root.get_by_role("application"), root.get_by_role("status")
    seen, maps = (root.get_by_role("img", name=name) for name in ("what the network", "its maps"))
    wipe = root.get_by_role("button", name="wipe it off")
    wipe.click()
    api.expect(said).to_have_text("There is nothing to read yet.")
    pictures = [canvas.evaluate("canvas => canvas.toDataURL()") for canvas in (seen, maps)]
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 110, box["y"] + 200, steps=8)
    api.expect(said).to_contain_text("It reads")  # before the mouse is up
    page.mouse.up()
    for canvas, before in zip((seen, maps), pictures, strict=True):
        assert canvas.evaluate("canvas => canvas.toDataURL()") != before
    api.expect(root.get_by_role("img", name="It reads")).to_be_visible()
    wipe.click()
    cells = page.locator(".jp-Cell").count()
    pad.focus()
    for key in [" ", *["ArrowDown"] * 9, " ", "b", "x", "d", "d"]:
        page.keyboard.press(key)
    api.expect(said).to_contain_text("It reads")
    api.expect(root).to_have_attribute("data-mounted", "")
    assert page.locator(".jp-Cell").count() == cells


def test_a_pad_stays_where_it_is_drawn_on(exported):
    """Beside a stroke, no line that grows may move it; other buttons of the mouse draw nothing."""
    root = place(exported, "digit")
    pad, said = root.get_by_role("application"), root.get_by_role("status")
    exported.set_viewport_size({"width": 340, "height": 800})
    root.get_by_role("button", name="wipe it off").click()
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    for button, told in (("right", "nothing to read"), ("left", "It reads")):
        exported.mouse.move(box["x"] + 60, box["y"] + 60)
        exported.mouse.down(button=button)
        exported.mouse.move(box["x"] + 70, box["y"] + 120, steps=4)
        exported.mouse.up(button=button)
        api.expect(said).to_contain_text(told)
    assert pad.bounding_box() == box
    root.get_by_role("button", name="wipe it off").click()
    exported.set_viewport_size({"width": 1280, "height": 800})


def test_a_way_that_leaves_the_surface_is_no_slow_one(page):
    root = place(page, "descent")
    said = root.get_by_role("status")
    root.get_by_role("slider", name="rate").press("End")
    api.expect(said).to_contain_text(re.compile(r"plain: runs away at step \d+,"))
    root.get_by_role("slider", name="rate").press("Home")
    api.expect(said).not_to_contain_text("runs away")


def test_the_browser_fills_in_no_control(page):
    """What it would restore after "back" would not be what is drawn."""
    controls = page.locator("[data-mounted] :is(input, select)")
    filled = controls.evaluate_all("all => all.filter(one => one.autocomplete !== 'off').length")
    assert controls.count() > 20 and filled == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out(page, scheme):
    page.emulate_media(color_scheme=scheme)
    found = Axe().run(page, context=MOUNTED).response["violations"]
    page.emulate_media(color_scheme="light")
    assert not [
        (problem["id"], problem["nodes"][0]["html"])
        for problem in found
        if problem["impact"] in ("critical", "serious", "moderate")
    ]


def test_nothing_is_said_in_the_console_and_nothing_is_cut_on_a_telephone(exported):
    exported.set_viewport_size({"width": 360, "height": 800})
    wide = exported.evaluate(
        "() => [...document.querySelectorAll('[data-mounted] *')].filter("
        "part => part.getBoundingClientRect().right > 360.5).map(part => part.outerHTML)"
    )
    small = exported.evaluate(
        "() => [...document.querySelectorAll('[data-mounted] :is(button, select, input)')].filter("
        "part => part.getBoundingClientRect().height < 24).map(part => part.outerHTML)"
    )
    exported.screenshot(path=browser.SCREENSHOTS / "explorables-360.png", full_page=True)
    exported.set_viewport_size({"width": 1280, "height": 800})
    exported.screenshot(path=browser.SCREENSHOTS / "explorables-1280.png", full_page=True)
    assert not wide and not small and not exported.said


def test_a_notebook_says_nothing_in_the_console(notebook):
    assert not notebook.said


def test_the_still_picture_is_left_where_no_script_runs(lab, notebook):
    chromium, url, work = lab
    path = work / "strange.ipynb"  # JupyterLab trusts no notebook that it did not run
    path.write_text(
        notebook.path.read_text(encoding="utf-8").replace("one step", "a step"), "utf-8"
    )
    page = browser.Notebook(chromium, url, path, run=False).page
    stills = page.locator('[data-mime-type="text/html"] img[alt]')
    api.expect(stills).to_have_count(len(CALLS))
    assert page.locator(MOUNTED).count() == 0
    sizes = stills.evaluate_all("all => all.map(picture => [picture.alt, picture.naturalWidth])")
    assert all(alt and width > 300 for alt, width in sizes)
    page.close()


def test_opened_again_it_goes_on(lab, notebook):
    chromium, url, _ = lab
    page = browser.Notebook(chromium, url, notebook.path, run=False).page
    api.expect(page.locator(MOUNTED)).to_have_count(len(CALLS))
    page.close()


@pytest.mark.parametrize("exporter", [HTMLExporter, SlidesExporter])
def test_without_javascript_an_exported_page_shows_the_still_picture(notebook, exporter, tmp_path):
    saved = nbformat.read(notebook.path, as_version=4)
    path = tmp_path / "page.html"
    path.write_text(exporter().from_notebook_node(saved)[0], encoding="utf-8")
    context = notebook.page.context.browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    found = page.locator(".explorable > img")
    assert found.count() == len(CALLS)
    assert all(picture.get_attribute("alt") for picture in found.all())
    context.close()
