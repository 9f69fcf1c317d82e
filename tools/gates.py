"""What a machine can find wrong with a translation: `python -m tools.gates [LANGUAGE]`.

Nothing here says that a translation is good. It says that nothing was lost or left: code, links,
numbers, fields and marks are those of the English; the words are of the language, in its letters
and signs; it is about as long; the terms have the form that `terms.toml` has chosen.
"""

import argparse
import re
import sys
import unicodedata

from tools.languages import languages
from tools.texts import FIELD, PLURAL

CODE = re.compile(r"`[^`]+`")
LINK = re.compile(r"\]\(([^)]+)\)")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
LEAD = re.compile(r"(?:#+ |[-*] |\d+\. |\| )?")
END = re.compile(r"[.?!।؟:](?=[\s*)»\"]|$)")
SHORTEST, LONGEST, SHORT = 0.7, 1.6, 100
"""A translation is so many times as long as the English; one of a short text may be shorter."""
OWN_WORDS = 0.6
WORDS = {"mean": "(?:a|the|their) mean"}
"""Terms that mean something else where they stand otherwise."""
MENUS = re.compile(
    "Change runtime type|Save a copy in Drive|Run All Above Selected Cell|"
    "Restart Kernel and Run All Cells|Restart session and run all"
)
"""Orders of JupyterLab and of Colab, as these write them."""
CALL = re.compile(
    r"[\w.]+\((?:[^()]|\([^()]*\))*\)|\w+\[(?:[^][]|\[[^][]*\])*\]"
    r"|\[[^][]+ for [^][]+\]|\(\w+ [!=]= \w+\)"
)
"""Code without backticks, as hints have it."""
DANDA = {"DEVANAGARI", "BENGALI"}
"""Scripts in which a sentence ends with U+0964."""


def numbers(text):
    """Return the numbers in a text, sorted; whatever its digits, as Python reads them."""
    text = "".join(
        str(unicodedata.digit(letter)) if unicodedata.category(letter) == "Nd" else letter
        for letter in FIELD.sub(" ", CODE.sub(" ", text))
    )
    return sorted(NUMBER.findall(text))


def prose(text):
    """Return a text without code, addresses and fields."""
    return FIELD.sub(" ", LINK.sub("]", CODE.sub(" ", text)))


def problems(english, said, language, kind="prose"):
    """Return what is wrong with a translation, a list of sentences.

    Args:
        english: the English text.
        said: the translation.
        language: the `languages.Language`.
        kind: as `texts.Text` has it.
    """
    found = [*_lost(english, said, kind), *_signs(said, language)]
    return found + _words(english, said, language)


def _lost(english, said, kind):
    """Yield what the English has and the translation lacks, or the other way."""

    def differ(what, one, other):
        if sorted(one) != sorted(other):
            yield f"{what}: {sorted(one)} became {sorted(other)}"

    yield from differ("code", CODE.findall(english), CODE.findall(said))
    yield from differ("links", LINK.findall(english), LINK.findall(said))
    if kind in ("code", "helper", "page"):
        fields = [field for field in FIELD.findall(english) if not PLURAL.match(field)]
        yield from differ("fields", set(fields), set(FIELD.findall(said)))
    yield from differ("numbers", numbers(english), numbers(said))
    for mark in ("**", "*"):
        counts = [CODE.sub("", prose(text)).count(mark) for text in (english, said)]
        if kind in ("prose", "page", "glossary") and counts[0] != counts[1]:
            yield f"markup {mark}: {counts[0]} became {counts[1]}"
            break
    leads = [LEAD.match(text)[0] for text in (english, said)]
    if leads[0] != leads[1]:
        yield f"heading or list: {leads[0]!r} became {leads[1]!r}"
    if english.startswith("|") and english.count("|") != said.count("|"):
        yield f"columns: {english.count('|')} bars became {said.count('|')}"
    if (english[:1] == " ", english[-1:] == " ") != (said[:1] == " ", said[-1:] == " "):
        yield "a space at the beginning or the end is lost"
    if len(english) > 40:
        ratio = len(said) / len(english)
        if not SHORTEST - 0.2 * (len(english) <= SHORT) <= ratio <= LONGEST:
            yield f"length: {ratio:.2f} of the English"
        ends = [len(END.findall(prose(text))) for text in (english, said)]
        if abs(ends[0] - ends[1]) > 1:
            yield f"sentences: {ends[0]} became {ends[1]}"


def _signs(said, language):
    """Yield what is wrong with the characters."""
    if unicodedata.normalize("NFC", said) != said:
        yield "characters are not composed (NFC)"
    for letter in sorted(set(said)):
        name, kind = unicodedata.name(letter, ""), unicodedata.category(letter)
        if kind == "Nd" and not letter.isascii():
            yield f"digit {letter}: digits are Latin in every language"
        if kind in ("Cf", "Co", "Cn") and letter not in "\u200c\u200d":
            yield f"stray character U+{ord(letter):04X}"
        # The danda is called one of Devanagari and belongs to Bengali, too.
        shared = letter in "।॥" or not name.startswith(
            ("ARABIC", "BENGALI", "DEVANAGARI", "CYRILLIC", "GURMUKHI")
        )
        if not shared and not name.startswith(language.script):
            yield f"character {letter} of another script"
    text = prose(said)
    if language.script == "ARABIC":
        if wrong := re.search("[يىكةإأ]", text):
            yield f"Arabic {wrong[0]} where Persian has ی, ک, ه, ا"
        if wrong := re.search(r"(?<!\w)(ن?می) [آ-ی]|[آ-ی] (ها|های|هایی)(?!\w)", text):
            yield f"half space: {wrong[0]!r}"
        if wrong := re.search(r"[آ-ی][»)*]*[,;?]", text):
            yield f"Latin sign after {wrong[0]!r}"
    if language.script in DANDA and (wrong := re.search(r"[\u0900-\u09ff][\")*]*\.(?:\s|$)", text)):
        yield f"a full stop where there is a danda: {wrong[0]!r}"


def _words(english, said, language):
    """Return what is wrong with the words."""
    for kept in re.findall(r"\*[A-Za-z ]+\*", english):  # what an abbreviation stands for
        if kept in said:
            english, said = english.replace(kept, " "), said.replace(kept, " ")
    found, text = [], MENUS.sub(" ", re.sub(r"\([^()]*\)", "", prose(said)))
    words = re.findall(r"[^\W\d_][\w\u200c\u0900-\u09ff]*", re.sub(r"[\w.]+\(|\*\w+\*", " ", text))
    own = sum(unicodedata.name(word[0], "").startswith(language.script) for word in words)
    code = CALL.search(prose(english))
    if len(words) > 3 and own / len(words) < (0.2 if code else OWN_WORDS):
        found.append(f"English left: {own} of {len(words)} words are {language.english}")
    left = re.search(r"(?<![\w(.])(?:[a-z]{2,} ){2,}[a-z]{2,}(?![\w(])", text)
    if left and not code:
        found.append(f"English left: {left[0]!r}")
    low = CALL.sub(" ", prose(english))
    for term, known in sorted(language.terms.items(), key=lambda item: -len(item[0])):
        forms = [known["form"], *known.get("also", [])]
        word = rf"(?<![\w.-]){WORDS.get(term, f'{re.escape(term)}s?')}(?![\w-])"
        if re.search(word, low, re.I):
            low = re.sub(word, " ", low, flags=re.I)
            if not any(form.lower() in said.lower() for form in forms):
                found.append(f"term: {term} is {' or '.join(forms)}")
    return found


def of_language(language):
    """Yield `(Text, problem)` for all that is wrong in a catalogue."""
    for text in {text.text: text for text in language.texts()}.values():
        message = language.catalogue.get(text.text)
        if message is None or message.fuzzy or not any(message.string or ()):
            continue
        many = message.string if isinstance(message.string, tuple) else (message.string,)
        english = (text.text, text.plural)[-len(many) :] if text.plural else (text.text,)
        for one, said in zip(english, many, strict=False):
            for problem in problems(one, said, language, text.kind) if said else ["empty"]:
                yield text, problem


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Say what is wrong with the translations.")
    parser.add_argument("language", nargs="*", help="their codes; all if none is given")
    options = parser.parse_args(arguments)
    count = 0
    for language in languages():
        if language.code in (options.language or [language.code]):
            for text, problem in of_language(language):
                count += 1
                print(f"{language.code} {text.place}: {problem}\n    {text.text[:90]}")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
