"""Translations: the same code, nothing lost, nothing stale unseen; and what the helpers say."""

import ast
import shutil
import subprocess
import sys

import pytest

from course_utils import check_exercise
from course_utils.lesson.tables import Table
from course_utils.machine import language as spoken
from tests.small_lesson import LESSON
from tools import gates, languages, texts
from tools.build_notebooks import LEARNER, SOLUTION, built_cells, notebook
from tools.languages import LOCALE, Language, is_same_code
from tools.lesson_source import LESSONS, read_lesson

LANGUAGES = languages.languages()
PAIRS = [(one, name) for one in LANGUAGES for name in one.lessons]
each_language = pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.code)
ENGLISH = (
    "A *dense layer* has 128 neurons; `Flatten` comes before it, see [the glossary](#flatten). "
    "Training finds its weights, one for each input and for each of its neurons."
)
PERSIAN = (
    "*لایهٔ متراکم* (dense layer) دارای 128 نورون است؛ `Flatten` پیش از آن می‌آید، "
    "[واژه‌نامه](#flatten) را ببینید. آموزش وزن‌هایش را پیدا می‌کند، یکی برای هر ورودی و هر نورون."
)
HINDI = (
    "*सघन परत* (dense layer) में 128 न्यूरॉन हैं; `Flatten` उससे पहले आता है, [शब्दावली](#flatten) "
    "देखिए। प्रशिक्षण उसके भार ढूँढ़ता है, हर इनपुट और हर न्यूरॉन के लिए एक।"
)


@pytest.fixture
def language(tmp_path):
    """Make a language of its own catalogue: `{English: translation}`, and of what is fuzzy."""

    def make(translations, fuzzy=(), reviewed=(), code="fa"):
        (tmp_path / code).mkdir(exist_ok=True)
        shutil.copy(LOCALE / "languages.toml", tmp_path)
        made = Language(code, tmp_path)
        for english, said in translations.items():
            notes = ["reviewed by Sara, 2026-03-01"] if english in reviewed else []
            flags = ["fuzzy"] if english in fuzzy else []
            made.catalogue.add(english, said, user_comments=notes, flags=flags)
        return made

    return make


@pytest.mark.parametrize(("one", "name"), PAIRS, ids=lambda value: getattr(value, "code", value))
@pytest.mark.parametrize("kind", [LEARNER, SOLUTION])
def test_code_is_the_same_in_every_language(one, name, kind):
    """But for what readers see of it, down to the last string."""
    lesson = read_lesson(LESSONS / f"{name}.py")
    english, translated = built_cells(lesson, kind), built_cells(lesson, kind, one)
    assert [cell.id for cell in english] == [cell.id for cell in translated]
    for cell, other in zip(english, translated, strict=True):
        if cell.cell_type == "code":
            is_check = "check" in cell.metadata.get("tags", [])
            assert is_same_code(cell.source, other.source, is_check), cell.id
            assert cell.metadata == other.metadata


def test_other_code_is_seen_to_differ():
    source = "assert double(3) == 6, f'Not {double(3)}.'\nprint('two', sep='')"
    same = "assert double(3) == 6, f'{double(3)} نه.'\nprint('دو', sep='')"
    assert is_same_code(source, same)
    for wrong in (
        same.replace("== 6", "== 7"),
        same.replace("{double(3)}", "{double(4)}"),
        same.replace("sep=''", "sep=' '"),
        same.replace("{double(3)}", ""),
    ):
        assert not is_same_code(source, wrong)


@each_language
def test_translations_pass_the_gates(language):
    assert [f"{text.text[:60]}: {problem}" for text, problem in gates.of_language(language)] == []


@each_language
def test_what_is_made_of_the_catalogues_is_up_to_date(language):
    for path, content in language.files().items():
        assert path.read_bytes() == content, f"{path}: run `make catalogues`"


@each_language
def test_a_language_that_is_declared_complete_is(language):
    assert not language.complete or language.stale() == []


def test_a_text_without_translation_is_missed(language, monkeypatch, capsys):
    one = language({"# A lesson": "# درس"})
    one.lessons, one.complete = [], True
    monkeypatch.setattr(languages, "languages", lambda: [one])
    assert languages.main(["--check"]) == 1
    assert "fa is declared complete, and lacks:" in capsys.readouterr().err


GOOD = [("fa", ENGLISH, PERSIAN), ("hi", ENGLISH, HINDI)]
FAULTS = {
    "a digit of the language": (("128", "۱۲۸"), ("128", "१२८"), "digits are Latin"),
    "another number": (("128", "182"), ("128", "182"), "numbers"),
    "code that is translated": (("`Flatten`", "`مسطح`"), ("`Flatten`", "`समतल`"), "code"),
    "another address": (("#flatten", "#مسطح"), ("#flatten", "#flat"), "links"),
    "lost italics": (("*لایهٔ متراکم*", "لایهٔ متراکم"), ("*सघन परत*", "सघन परत"), "markup"),
    "a heading": (("*لایهٔ", "# *لایهٔ"), ("*सघन", "# *सघन"), "heading"),
    "English left": (
        ("وزن‌هایش را پیدا می‌کند", "finds its weights"),
        ("उसके भार ढूँढ़ता है", "finds its weights"),
        "English left",
    ),
    "a lost sentence": (
        (PERSIAN[PERSIAN.index(" آموزش وزن") :], ""),
        (HINDI[HINDI.index(" प्रशिक्षण उसके") :], ""),
        "length",
    ),
    "another term": (("نورون", "یاخته"), ("न्यूरॉन", "कोशिका"), "term: neuron"),
    "a stray character": (("می‌آید", "می\u200fآید"), ("पहले", "पह\u200bले"), "stray"),
    "letters of another script": (("وزن", "وزн"), ("भार", "ভার"), "another script"),
    "not composed": (("آموزش", "ا\u0653موزش"), ("ढूँढ़", "ढूँ\u095d"), "NFC"),
    "Arabic letters, a full stop": (("یکی", "يكي"), ("एक।", "एक."), ("Arabic", "full stop")),
}


@pytest.mark.parametrize(("code", "english", "said"), GOOD)
def test_a_good_translation_has_no_fault(code, english, said):
    assert gates.problems(english, said, Language(code)) == []


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("place", [0, 1])
def test_a_seeded_fault_is_found(fault, place):
    code, english, said = GOOD[place]
    changed = said.replace(*FAULTS[fault][place])
    assert changed != said
    words = FAULTS[fault][2]
    words = words if isinstance(words, str) else words[place]
    found = gates.problems(english, changed, Language(code))
    assert any(words in problem for problem in found), found


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("شما {answer} را برمی گردانید، نه 3.", "half space"),
        ("شما این را برمی‌گردانید، نه 3.", "fields"),
        ("شما {other} را برمی‌گردانید، نه 3.", "fields"),
        ("شما {answer} را برمی‌گردانید, نه 3.", "Latin sign"),
    ],
)
def test_a_seeded_fault_of_a_message_is_found(said, words):
    said = said.replace("برمی گردانید", "می گردانید")
    found = gates.problems("You return {answer}, not 3.", said, Language("fa"), "code")
    assert any(words in problem for problem in found), found


def test_a_row_keeps_its_columns():
    found = gates.problems("| loss | a number |", "| زیان، یک عدد |", Language("fa"))
    assert any("columns" in problem for problem in found)


def test_an_english_plural_is_left_out():
    english = "Trained for {times} epoch{'s' * (times > 1)}."
    assert gates.problems(english, "{times} اپوک آموزش دیده است.", Language("fa"), "code") == []


PAGE = """\
## Title

One thing.

- a first item
- a second item

| a head | two |
| --- | --- |
| a row | `x` |"""
SAID = {
    "## Title": "## عنوان",
    "One thing.": "یک چیز 3 − 1 = 2.",
    "- a first item": "- نخستین",
    "- a second item": "- دومین",
    "| a head | two |": "| سر | دو |",
    "| a row | `x` |": "| سطر | `x` |",
}


def test_a_page_is_translated_block_by_block(language):
    made, wanted = language(SAID).prose(PAGE), PAGE
    for english, said in SAID.items():
        wanted = wanted.replace(english, said)
    assert made.replace("\u2066", "").replace("\u2069", "") == wanted
    assert "\u20663 − 1 = 2\u2069." in made and "\u2066`x`\u2069" in made


@pytest.mark.parametrize("changed", SAID)
@pytest.mark.parametrize("fuzzy", [True, False])
def test_what_has_changed_is_shown_in_english_and_marked(language, changed, fuzzy):
    """Whether the catalogue has been renewed since, or not."""
    said = dict(SAID) if fuzzy else {k: v for k, v in SAID.items() if k != changed}
    made = language(said, fuzzy=[changed]).prose(PAGE)
    assert SAID[changed] not in made and made.count(texts.PAGES["stale"]) == 1
    words = changed.strip("#-| ").split(" |")[0]
    assert f'<span lang="en" dir="ltr">{words}</span>' in made
    untouched = [said for english, said in SAID.items() if english != changed]
    plain = made.replace("\u2066", "").replace("\u2069", "")
    assert all(said in plain for said in untouched)


def test_a_changed_text_becomes_fuzzy_and_is_to_be_reviewed_again(language, tmp_path):
    """Of babel's merge; the old words stay at hand for whoever translates anew."""
    old = texts.PAGES["welcome"] + " Old."
    one = language({old: "این‌ها صفحه‌های این زبان است."}, reviewed=[old])
    one.lessons = []
    renewed = one.renewed().get(texts.PAGES["welcome"])
    assert renewed.fuzzy and renewed.string and not renewed.user_comments


CODE = '''\
def check(double):
    """This Sentence stays."""
    messages = ("That is far too much.", "no sentence")
    assert double(3) == 6, f"Twice {3} is 6, not {double(3):.1f}."
    assert double(1) == 2, (
        "First part, "
        "second part."
    )


check_exercise(double, check, hints=["Add it."], praise="Good work.")
print("{} right".format(3), "x")
'''


def test_texts_of_code():
    found = [texts.template(node) for node in texts.spoken(CODE, is_check=True)]
    assert found == [
        "That is far too much.",
        "Twice {3} is 6, not {double(3):.1f}.",
        "First part, second part.",
        "Add it.",
        "Good work.",
        "{} right",
    ]


def test_texts_of_code_are_replaced_where_they_stand(language):
    one = language(
        {
            "That is far too much.": 'این "خیلی" زیاد است.',
            "Twice {3} is 6, not {double(3):.1f}.": "{double(3):.1f} نه، دو برابر {3} می‌شود 6.",
            "First part, second part.": "بخش اول، " * 20 + "بخش دوم.",
            "Add it.": "جمع بزنید.",
            "{} right": "{} درست",
        }
    )
    made = one.code_cell(CODE, is_check=True)
    ast.parse(made)
    assert 'f"{double(3):.1f} نه، دو برابر {3} می‌شود 6."' in made
    assert r'"این \"خیلی\" زیاد است."' in made and '"no sentence"' in made
    assert '["جمع بزنید."], praise="Good work."' in made and '"{} درست".format(3)' in made
    assert max(map(len, made.splitlines())) <= 100
    [long] = [
        n.value for n in ast.walk(ast.parse(made)) if "بخش دوم" in str(getattr(n, "value", ""))
    ]
    assert long == "بخش اول، " * 20 + "بخش دوم."


def test_an_exercise_is_asked_in_the_language(language, tmp_path, monkeypatch):
    (tmp_path / "lessons" / "answers").mkdir(parents=True)
    path = tmp_path / "lessons" / "01_small.py"
    path.write_text(LESSON)
    monkeypatch.setattr("tools.lesson_source.LISTED", {"wrong": 0, "right": 0})
    said = {"# A lesson": "# یک درس", "Good.": "آفرین.", "That is the square.": "این مربع است."}
    one = language(said, reviewed=said)
    made = {cell.id: cell for cell in notebook(read_lesson(path), SOLUTION, one).cells}
    assert '"این مربع است."' in made["check"].source and "60, not {answer}" in made["check"].source
    assert made["check"].outputs[0].data["text/plain"] == "✓ درست: آفرین."
    assert made["title"].source == '<div lang="fa" dir="rtl">\n\n# یک درس\n\n</div>'
    assert made["install"].source.endswith('speak("fa")')
    assert texts.PAGES["draft"] not in made["links"].source  # a person has reviewed it
    draft = {c.id: c for c in notebook(read_lesson(path), LEARNER, language(said, code="hi")).cells}
    assert texts.PAGES["draft"] in draft["links"].source
    assert draft["check"].outputs[0].data["text/plain"].startswith("… अधूरा: ")


@each_language
def test_every_page_says_at_its_top_that_it_is_a_draft(language):
    for name in language.lessons:
        cells = notebook(read_lesson(LESSONS / f"{name}.py"), LEARNER, language).cells
        assert language.page("draft") in cells[1].source


@each_language
def test_the_glossary_leads_to_terms_that_are_there(language):
    made = language.glossary(lambda text, to: f"[{text}](docs/{to})", '<a id="{}"></a>\n\n')
    anchors = set(texts.re.findall(r'<a id="([^"]+)">', made))
    assert len(anchors) == len(list(texts.of_glossary({n[:2] for n in language.lessons})))
    assert set(texts.re.findall(r"\]\(#([^)]+)\)", made)) <= anchors


@pytest.mark.parametrize(
    ("text", "isolated"),
    [
        ("می‌شود 3 − 1 = 2.", "می‌شود \u20663 − 1 = 2\u2069."),
        ("در ReLU (واحد) و 12 تصویر", "در ReLU (واحد) و 12 تصویر"),
        ("شکل (32, 28, 28, 1) دارند", "شکل \u2066(32, 28, 28, 1)\u2069 دارند"),
        ("با [first, *hidden, last] باز", "با \u2066[first, *hidden, last]\u2069 باز"),
        ("از 0…255 به 0…1 است", "از \u20660…255\u2069 به \u20660…1\u2069 است"),
        ("عدد 2.718… را", "عدد \u20662.718…\u2069 را"),
        ("وزن −5 است", "وزن \u2066−5\u2069 است"),
    ],
)
def test_sums_and_code_are_read_from_left_to_right(text, isolated):
    assert spoken.isolated(text) == isolated


def test_helpers_speak_the_language(monkeypatch):
    def check(answer):
        assert answer(3) == 6, "دو برابر 3 می‌شود 3 + 3 = 6."

    def wrong(n):
        return n

    english = check_exercise(wrong, check, hints=["یک", "دو"])._repr_html_()
    assert "<b>✗ Wrong</b>" in english and "Hint 1 of 2" in english and "dir=" not in english
    monkeypatch.setenv("COURSE_LANGUAGE", "fa")
    outcome = check_exercise(wrong, check, hints=["یک", "دو"])
    assert repr(outcome).startswith("✗ نادرست: دو برابر")
    html = outcome._repr_html_()
    assert '<div lang="fa" dir="rtl"' in html and "راهنمایی 1 از 2" in html
    assert "\u20663 + 3 = 6\u2069" in html
    assert (
        repr(check_exercise(lambda n: ..., check))
        == "… بی‌پاسخ: پاسخ خود را به جای نقطه‌چین بگذارید."
    )
    assert '<table lang="fa" dir="rtl">' in Table([["الف"], ["ب"]])._repr_html_()
    monkeypatch.setenv("COURSE_LANGUAGE", "xx")
    assert repr(check_exercise(lambda n: ..., check)).startswith("… Not attempted")


@pytest.mark.parametrize("code", ["fa", "hi"])
def test_the_first_cell_tells_its_language(code, monkeypatch):
    monkeypatch.setenv("COURSE_LANGUAGE", "")
    shown = spoken.speak(code)
    assert repr(shown) != "This notebook speaks English."
    assert ("<style>" in shown._repr_html_()) == (code == "fa")


def test_every_text_that_helpers_say_can_be_found():
    """What is given to `say` stands there, or is marked with `later`, or comes from a data file."""
    known = {text.text for text in texts.of_helpers()}
    assert {"Right", "Hint {number} of {count}", "A first classifier from dense layers"} <= known
    assert len(known) > 90


def test_english_costs_nothing():
    """No language, gettext or babel is imported before a text is said."""
    code = "import course_utils, sys; print({'gettext', 'babel'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"
