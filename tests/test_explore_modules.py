"""What the modules of the explorables compute, beside Python, on inputs that no Python prepared.

The modules run in Chromium, as in a page.
"""

import re

import numpy as np
import pytest

from course_utils import explore_descent, explore_digit
from course_utils.show.descent import descend, height
from course_utils.show.explore import MODULES, module_text, pack
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
        for path in sorted(MODULES.glob("*.mjs")):
            text = module_text(path.stem)
            names = ", ".join(re.findall(r"(?m)^export function (\w+)", text))
            page.add_script_tag(content=f"{text}window.{path.stem} = {{{names}}};", type="module")
        page.wait_for_function(f"() => window.{path.stem}")
        yield page


def test_the_same_explorable_twice_in_a_page(page):
    html = explore_descent()._repr_mimebundle_()[0]["text/html"]
    twice, said = page.context.browser.new_page(), []
    twice.on("pageerror", lambda error: said.append(str(error)))
    twice.set_content(html + html)
    browser.api.expect(twice.locator("[data-mounted]")).to_have_count(2)
    first, second = twice.get_by_role("status").all()
    before = second.text_content()
    twice.get_by_role("slider", name="momentum").first.press("Home")
    browser.api.expect(first).not_to_contain_text("momentum")
    assert second.text_content() == before and not said
    twice.close()


@pytest.mark.parametrize("seed", range(3))
def test_a_convolution(page, seed):
    numbers = np.random.default_rng(seed)
    height, width = numbers.integers(3, 20, 2).tolist()
    picture, kernel = numbers.random((height, width)), numbers.normal(size=(3, 3))
    given = [picture.ravel().tolist(), width, kernel.ravel().tolist()]
    found = page.evaluate("given => convolution.convolve(...given)", given)
    patches = np.lib.stride_tricks.sliding_window_view(picture, kernel.shape)
    expected = np.einsum("ijkl,kl", patches, kernel)
    assert np.allclose(np.reshape(found, expected.shape), expected, rtol=0, atol=1e-12)


def test_packed_numbers_come_back(page):
    numbers = np.random.default_rng(0).normal(size=1000) * 10.0 ** np.arange(-9, 1).repeat(100)
    numbers[:4] = 0, 65504, -65504, 2**-24
    for kind in ("float16", "float32"):
        found = page.evaluate("packed => [...host.unpack(packed)]", pack(numbers, kind))
        assert np.array_equal(found, numbers.astype(kind))
    found = page.evaluate("packed => [...host.unpack(packed)]", pack(range(256), "uint8"))
    assert found == list(range(256))


@pytest.mark.parametrize("factor", [0, 0.35, 0.95])
def test_smoothing(page, factor):
    values = np.random.default_rng(1).random(50)
    found = page.evaluate("given => smoothing.smooth(...given)", [values.tolist(), factor])
    expected = values[:1].tolist()
    for value in values[1:]:
        expected.append(factor * expected[-1] + (1 - factor) * value)
    assert np.allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(8))
def test_descent(page, seed):
    numbers = np.random.default_rng(seed)
    start, rate, momentum = numbers.uniform(-2, 2, 2), 10 ** numbers.uniform(-2, 0.5), seed / 9
    noise = None if seed % 2 else 0.3 * np.random.default_rng(seed).standard_normal((40, 2))
    given = [start.tolist(), rate, momentum, None if noise is None else noise.tolist(), 40]
    found = page.evaluate("given => descent.descend(...given)", given)
    expected = descend(rate, momentum, 40, 0.0 if noise is None else 0.3, start, seed)
    assert np.allclose(found, expected, rtol=0, atol=1e-9)
    heights = page.evaluate("way => way.map(descent.height)", found)
    assert np.allclose(heights, height(expected), rtol=0, atol=1e-9)


def by_keras(picture, mirrored, rotation, across, down, zoom, shear, brightness):
    """Change a picture, 0…255, with the layers: between two equal limits, nothing is random."""
    import keras
    from keras import layers

    options = {"seed": 0, "dtype": "float32"}
    nearest = options | {"fill_mode": "nearest"}
    turn = rotation / 360
    pictures = keras.ops.convert_to_tensor(picture[np.newaxis].astype("float32"))
    if mirrored:
        pictures = keras.ops.flip(pictures, axis=2)
    for amount, layer in (
        (rotation, layers.RandomRotation((turn, turn), **nearest)),
        (across or down, layers.RandomTranslation((down, down), (across, across), **nearest)),
        (zoom, layers.RandomZoom((zoom, zoom), **nearest)),
        (brightness, layers.RandomBrightness((brightness, brightness), **options)),
    ):
        pictures = layer(pictures, training=True) if amount else pictures
    if shear:  # RandomShear draws its direction, whatever the limits
        matrix = keras.ops.convert_to_tensor([1, shear, 0, 0, 1, 0, 0, 0], "float32")
        pictures = keras.ops.image.affine_transform(pictures, matrix, fill_mode="nearest")
    return np.asarray(pictures[0])


@pytest.mark.parametrize("seed", range(20))
def test_augmentation_is_that_of_the_layers(page, seed):
    numbers = np.random.default_rng(seed)
    height, width = numbers.integers(20, 70, 2).tolist()
    channels = 1 if seed % 3 == 0 else 3
    rows, columns = np.mgrid[:height, :width]
    waves = np.sin(rows[..., None] / 5 + columns[..., None] / 3 + np.arange(channels))
    picture = np.rint(127 + 90 * waves + numbers.normal(0, 12, waves.shape)).clip(0, 255)
    names = ["rotation", "across", "down", "zoom", "shear", "brightness"]
    amounts = dict(
        zip(names, numbers.uniform(-0.5, 0.5, 6) * (numbers.random(6) < 0.7), strict=True)
    )
    amounts |= {"rotation": 360 * amounts["rotation"], "mirrored": bool(seed % 2)}
    given = [
        picture.ravel().tolist(),
        height,
        width,
        channels,
        {k: float(v) for k, v in amounts.items()},
    ]
    found = page.evaluate("given => [...augmentation.augment(...given)]", given)
    apart = np.abs(np.reshape(found, picture.shape) - by_keras(picture, **amounts))
    assert apart.mean() <= 1 and np.mean(apart <= 8) >= 0.99


def small_network(*layers, seed=0):
    """Return a model of these layers with weights large enough that it is sure of something."""
    import keras

    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input(shape=(28, 28, 1)), *layers])
    numbers = np.random.default_rng(seed)
    model.set_weights(
        [2 * array + numbers.normal(0, 0.05, array.shape) for array in model.get_weights()]
    )
    return model


def networks():
    from keras import layers

    start = layers.Rescaling(1 / 255, offset=-0.1)
    yield small_network(
        start,
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Dropout(0.5),
        layers.Flatten(),
        layers.Dense(64, activation="tanh"),
        layers.Dense(10, activation="softmax"),
    )
    yield small_network(
        start,
        layers.Conv2D(5, (5, 2), strides=(2, 3), padding="same", use_bias=False),
        layers.ReLU(),
        layers.AveragePooling2D((3, 2), strides=2, padding="same"),
        layers.Conv2D(7, 2, strides=2, activation="sigmoid"),
        layers.MaxPooling2D(2, padding="same"),
        layers.Flatten(),
        layers.Dense(10),
        layers.Activation("softmax"),
    )


@pytest.mark.parametrize("number", [0, 1])
def test_a_network_answers_as_in_keras(page, number):
    model = list(networks())[number]
    pictures = np.random.default_rng(3).integers(0, 256, (6, 28, 28, 1)).astype("float32")
    layers = explore_digit(model).data["layers"]
    before = model.predict(pictures, verbose=0)
    model.set_weights([array.astype("float16").astype("float32") for array in model.get_weights()])
    rounded = model.predict(pictures, verbose=0)
    found = page.evaluate(
        """([layers, pictures]) => {
            for (const layer of layers) {
                if (layer.kernel) layer.kernel = host.unpack(layer.kernel);
                if (layer.bias) layer.bias = host.unpack(layer.bias);
            }
            return pictures.map(
                (picture) => [...digit.forward(layers, picture, [28, 28, 1]).at(-1).values]);
        }""",
        [layers, pictures.reshape(6, -1).tolist()],
    )
    assert before.max() > 0.2, "a network that is sure of nothing would tell little"
    assert np.abs(found - rounded).max() <= 1e-5 and np.abs(found - before).max() <= 3e-3


@pytest.mark.parametrize("seed", range(6))
def test_a_digit_is_centred_and_scaled_as_mnist_was_made(page, seed):
    numbers = np.random.default_rng(seed)
    ink = np.zeros((280, 280))
    for _ in range(3):
        top, left, down, across = numbers.integers([5, 5, 8, 8], [180, 180, 90, 90])
        ink[top : top + down, left : left + across] = 255
    found = page.evaluate("ink => [...digit.centre(ink, 280)]", ink.ravel().tolist())
    found = np.reshape(found, (28, 28))
    rows, columns = (np.flatnonzero(found.any(axis=axis)) for axis in (1, 0))
    high, wide = np.ptp(rows) + 1, np.ptp(columns) + 1
    box = [np.ptp(np.flatnonzero(ink.any(axis=axis))) + 1 for axis in (1, 0)]
    assert max(high, wide) == 20 and abs(high / wide - box[0] / box[1]) < 0.15
    assert found.max() <= 255.001
    scale = 20 / max(box)
    assert np.isclose(found.sum(), ink.sum() * scale**2, rtol=0.06), "no ink is lost"
    mass = [np.average(np.arange(28), weights=found.sum(axis=axis)) for axis in (1, 0)]
    ends = rows[0], columns[0], 27 - rows[-1], 27 - columns[-1]
    assert np.allclose(mass, 14, atol=0.51) or min(ends) == 0
    assert page.evaluate("ink => digit.centre(ink, 280)", (0 * ink).ravel().tolist()) is None
