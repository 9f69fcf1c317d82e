"""The site that `make site` has built, as a visitor sees it: from disk, without a network."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import browser
from tools.languages import languages
from tools.lesson_source import LESSONS, ROOT, read_lesson
from tools.site import SITE, repository

PAGES = [path.relative_to(SITE).as_posix() for path in sorted(SITE.rglob("*.html"))]
PAGES = [name for name in PAGES if "_static/" not in name]  # the theme's own pieces
LESSON_PAGES = [page for page in PAGES if re.match(r"lessons/(0[1-9]|A)", page)]
KINDS = ["index.html", "lessons/00_start_here.html", *LESSON_PAGES, "glossary.html", "results.html"]
KINDS += ["instructors.html", "data.html", "contributing.html", "search.html", "genindex.html"]
LANGUAGES = languages()
TRANSLATED = [f"{one.code}/lessons/{name}.html" for one in LANGUAGES for name in one.lessons]
KINDS += [
    *TRANSLATED,
    *(f"{one.code}/{name}.html" for one in LANGUAGES for name in ("index", "glossary")),
]
"""One page or more of each kind."""
TERMS = {
    "softmax": "glossary",
    "pooling": "lessons/02",
    "overfitting": "lessons/04",
    "augmentation": "lessons/05",
    "Grad-CAM": "lessons/08",
    "MobileNetV2": "lessons/06",
    "bubblewrap": "instructors",
    "RandomFlip": "lessons/05",
    "momentum": "lessons/09",
    "horses_or_humans": "data",
}
"""What somebody looks for, and a page that has to be among what is found."""

pytestmark = browser.needs_browser


class Page(HTMLParser):
    """What a page points to, and what can be pointed to in it."""

    def __init__(self, name):
        super().__init__()
        self.name, self.targets, self.anchors, self.pictures = name, [], set(), []
        self.feed((SITE / name).read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.anchors |= {attributes.get("id"), attributes.get("name")} - {None}
        self.targets += [attributes[key] for key in ("href", "src") if attributes.get(key)]
        if tag == "img":
            self.pictures.append(attributes)


@pytest.fixture(scope="module")
def parsed():
    return {name: Page(name) for name in PAGES}


@pytest.fixture(scope="module")
def chromium():
    with browser.api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser.BROWSER, args=browser.FLAGS)
        yield started
        started.close()


@pytest.fixture
def visit(chromium):
    """Open a page of the site; what the console says and what is asked of others is gathered."""
    opened = []

    def visit(name, width=1280, scheme="light", **more):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True, **more
        )
        opened.append(context)
        page = context.new_page()
        page.said, page.asked = [], []
        page.on("console", lambda said: said.type == "error" and page.said.append(said.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto((SITE / name.partition("?")[0]).as_uri() + name[len(name.partition("?")[0]) :])
        return page

    yield visit
    for context in opened:
        context.close()


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_keeps_nobody_out(visit, name, width, scheme):
    page = visit(name, width, scheme)
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    page.evaluate("Promise.allSettled(document.getAnimations().map(each => each.finished))")
    found = Axe().run(page, options={"preload": False}).response["violations"]
    grave = [
        (each["id"], each["impact"], each["nodes"][0]["html"][:200])
        for each in found
        if each["impact"] in ("critical", "serious", "moderate")
    ]
    assert grave == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.said == []
    assert [url for url in page.asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_no_link_is_broken(parsed):
    broken = []
    for name, page in parsed.items():
        for target in page.targets:
            parts = urlsplit(target)
            if parts.scheme:
                continue
            path = (SITE / name).parent / unquote(parts.path) if parts.path else SITE / name
            path = path.resolve()
            if not path.exists():
                broken.append(f"{name}: {target}")
            elif parts.fragment and path.suffix == ".html":
                other = parsed[path.relative_to(SITE).as_posix()]
                if unquote(parts.fragment) not in other.anchors:
                    broken.append(f"{name}: {target}")
    assert broken == []


def test_a_progress_bar_leaves_its_last_line_alone():
    for path in (SITE / "lessons").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "pictures/s]" not in text and "records/s]" not in text, path.name


def test_nothing_is_fetched_from_elsewhere(parsed):
    """Links may lead away; what a page is made of lies beside it."""
    fetched = re.compile(r"<(?:script|img|iframe|source)[^>]* src=\"https?:|<link[^>]* href=\"http")
    for name in PAGES:
        text = (SITE / name).read_text(encoding="utf-8")
        assert not fetched.search(text), name
        assert str(ROOT) not in text, name


@pytest.mark.parametrize("name", LESSON_PAGES)
def test_what_stands_around_a_lesson(parsed, name):
    page, lesson = parsed[name], name.removeprefix("lessons/").removesuffix(".html")
    text = (SITE / name).read_text(encoding="utf-8")
    assert re.search(r"· \d+ minutes to read", text)
    assert f"{repository()}/edit/main/lessons/{lesson}.py" in page.targets
    assert any(target.endswith(f"notebooks/{lesson}.ipynb") for target in page.targets)
    [download] = [target for target in page.targets if target.endswith(f"/{lesson}.ipynb")
                  and target.startswith("../_downloads")]  # fmt: skip
    given = ((SITE / name).parent / download).read_bytes()
    assert given == (ROOT / "notebooks" / f"{lesson}.ipynb").read_bytes()
    assert "prev-next-area" in text and 'class="left-prev"' in text
    assert all(picture.get("alt") for picture in page.pictures)


@pytest.mark.parametrize("name", LESSON_PAGES)
def test_answers_are_folded(visit, name):
    source = read_lesson(LESSONS / f"{name.removeprefix('lessons/').removesuffix('.html')}.py")
    page = visit(name)
    for words in ("Show an answer", "Show the check"):
        folds = page.locator("details").filter(has_text=words)
        assert folds.count() == len(source.exercises)
        assert folds.evaluate_all("folds => folds.every(fold => !fold.open)")


@pytest.mark.parametrize("name", ["index.html", *LESSON_PAGES])
def test_explorables_are_alive(visit, name):
    page = visit(name)
    places = page.locator("[data-explorable]")
    source = (SITE / name).read_text(encoding="utf-8")
    assert places.count() == len(set(re.findall(r'data-explorable="(\w+)"', source)))
    for place in places.all():
        place.scroll_into_view_if_needed()
        place.locator("[role=status]").first.wait_for(state="attached")
        control = place.locator("input[type=range], select").first
        if control.count():
            before = place.locator("[role=status]").first.inner_text()
            control.focus()
            is_list = control.evaluate("it => it.tagName === 'SELECT'")
            page.keyboard.press("ArrowDown" if is_list else "ArrowRight")
            page.wait_for_timeout(200)
            assert place.locator("[role=status]").first.inner_text() != before
    assert page.said == []


def test_the_first_page_reads_a_digit(visit):
    """A vertical stroke is a 1 for a network that has trained; here it has hardly, but answers."""
    page = visit("index.html")
    place = page.locator("[data-explorable]").first
    square = place.locator("canvas").first
    square.scroll_into_view_if_needed()
    before, box = place.inner_text(), square.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.8, steps=5)
    page.mouse.up()
    page.wait_for_timeout(300)
    assert place.inner_text() != before and "%" in place.inner_text()
    assert page.said == []


@pytest.mark.parametrize("term", TERMS)
def test_search_finds(visit, term):
    page = visit(f"search.html?q={term}")
    page.wait_for_selector("#search-results li a")
    page.wait_for_function("document.querySelector('#search-results p').innerText.includes('ound')")
    found = page.locator("#search-results li a").evaluate_all("all => all.map(a => a.href)")
    assert any(TERMS[term] in urlsplit(url).path for url in found), found


@pytest.mark.parametrize("one", LANGUAGES, ids=lambda one: one.code)
def test_a_page_in_another_language(visit, one):
    """Its direction, what it says of itself, and the way to the same page in other languages."""
    for name in ("index", "glossary", *(f"lessons/{lesson}" for lesson in one.lessons)):
        page = visit(f"{one.code}/{name}.html")
        assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [
            one.code,
            one.direction,
        ]
        assert page.locator("blockquote").first.inner_text().split(".")[0].split("।")[0] in (
            one.page("draft").replace("*", "")
        )
        page.locator(".languages a[lang=en]").first.click()
        page.wait_for_url(f"**/site/{name}.html")
        page.locator(f".languages a[lang={one.code}]").first.click()
        page.wait_for_url(f"**/site/{one.code}/{name}.html")
        told = page.locator("link[rel=alternate]").evaluate_all("all => all.map(a => a.hreflang)")
        assert {"en", one.code} <= set(told)


@pytest.mark.parametrize("one", LANGUAGES, ids=lambda one: one.code)
def test_search_finds_words_of_the_language(visit, one):
    """Whole words, which hold vowel signs and half spaces."""
    page = visit(f"{one.code}/search.html?q={one.terms['cell']['form']}")
    page.wait_for_selector("#search-results li a")
    found = page.locator("#search-results li a").evaluate_all("all => all.map(a => a.href)")
    assert any("lessons/00" in urlsplit(url).path for url in found), found
    told = one.page("found", count=len(found)) if len(found) > 1 else one.page("found_one")
    page.wait_for_function("told => document.body.innerText.includes(told)", arg=told)
    page = visit(f"{one.code}/search.html?q=qqqq")
    page.wait_for_function(
        "told => document.body.innerText.includes(told)", arg=one.page("not_found")
    )
    assert page.said == []


def test_a_word_of_every_day_leads_to_no_term(parsed):
    """What "mean" and "head" say most often is not in the glossary."""
    for name, word in (("02_mnist_convnet", "mean"), ("04_cats_vs_dogs_from_scratch", "head")):
        text = (SITE / "lessons" / f"{name}.html").read_text(encoding="utf-8")
        linked = re.findall(rf'(<em>)?<a class="term[^>]*glossary\.html#{word}"', text)
        assert all(linked)


def test_a_sum_is_read_from_left_to_right(visit):
    """In Persian prose, as in the code beside it; a slider, too."""
    page = visit("fa/lessons/01_fashion_mnist_dense.html")
    places = page.evaluate("""() => {
        const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) {
            const at = walk.currentNode.textContent.indexOf("28 × 28 = 784");
            if (at < 0 || walk.currentNode.parentElement.closest("pre")) continue;
            const left = (from) => {
                const range = document.createRange();
                range.setStart(walk.currentNode, from);
                range.setEnd(walk.currentNode, from + 1);
                return range.getBoundingClientRect().left;
            };
            return [left(at), left(at + 10)];
        }
    }""")
    assert places[0] < places[1]
    slider = page.locator("[data-explorable] input[type=range]").first
    slider.wait_for()
    assert slider.evaluate("it => getComputedStyle(it).direction") == "ltr"


def test_terms_are_linked_once(visit):
    page = visit(LESSON_PAGES[0])
    terms = page.locator("a.term").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert len(terms) > 20 and len(set(terms)) == len(terms)


def test_a_preview_says_that_it_is_one(visit):
    """What the tests build has trained for a few steps."""
    said = visit("index.html").locator(".bd-header-announcement").inner_text()
    assert "preview" in said


def test_pictures_are_files_of_their_own():
    for page in LESSON_PAGES:
        assert (SITE / page).stat().st_size < 1_000_000, page
    notebooks = [nbformat.read(path, 4) for path in (SITE / "_downloads").rglob("*.ipynb")]
    assert len(notebooks) >= 9
