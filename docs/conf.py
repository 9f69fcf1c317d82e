"""Settings of the site, which `make site` builds: it collects the sources beside this file."""

import json
import re
from pathlib import Path

from docutils import nodes
from sphinx.search import SearchLanguage, languages

_SITE = json.loads((Path(__file__).parent / "site.json").read_text(encoding="utf-8"))

project = _SITE["project"]
author = "the authors of the course"
copyright = "the authors. Text: CC BY 4.0, code: Apache License 2.0"
version = release = _SITE["version"]
language = _SITE["language"]
html_title = html_short_title = project

extensions = ["myst_nb", "sphinx_copybutton"]
exclude_patterns = ["_extra", "_languages", "_learners"]
html_extra_path = ["_extra"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
nb_execution_mode = "off"
nb_merge_streams = True
nb_output_stderr = "remove"
# A widget needs a kernel, and its library another server; the picture beside it needs neither.
nb_ipywidgets_js = {}
nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", 1000)]
copybutton_selector = "div:not(.output) > div.highlight pre"

html_theme = "sphinx_book_theme"
html_sidebars = {
    "**": ["home.html", "languages.html", "search-button-field.html", "sbt-sidebar-nav.html"]
}
templates_path = ["_templates"]
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_favicon = "_static/favicon.svg"
html_copy_source = html_show_sourcelink = False
html_context = {"default_mode": "auto"}
html_theme_options = {
    "repository_url": _SITE["repository"],
    "use_repository_button": True,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "toc_title": _SITE["contents"],
    "search_bar_text": _SITE["search"],
    "navbar_persistent": [],
    "footer_content_items": ["copyright.html"],
}
if _SITE["profile"] == "ci":
    html_theme_options["announcement"] = (
        '<span lang="en" dir="ltr">A preview: these lessons have trained for a few steps, and '
        "their figures mean nothing.</span>"
    )


EVERYDAY = {*("base", "block", "cell", "e", "filter", "head", "host", "loss", "mean", "network")}
EVERYDAY |= {*("reject", "scope", "score", "shape", "translation")}
"""Terms that are words of every day, too: linked only where a lesson explains them, in italics."""


def link_terms(app, doctree, docname):
    """Link each term of the glossary where a lesson uses it first."""
    if not docname.startswith("lessons/"):
        return
    glossary = app.env.get_doctree("glossary")
    sections = list(glossary.findall(nodes.section))[1:]
    terms = {section[0].astext().split(" (")[0]: section["ids"][0] for section in sections}
    address = app.builder.get_relative_uri(docname, "glossary")
    apart = (nodes.literal, nodes.literal_block, nodes.reference, nodes.title, nodes.raw)
    for text in list(doctree.findall(nodes.Text)):
        above = text.parent
        while above is not None and not isinstance(above, apart):
            above = above.parent
        if above is not None or not terms:
            continue
        explained = isinstance(text.parent, nodes.emphasis)
        text.parent.replace(text, _linked(str(text), terms, address, explained))


def _linked(text, terms, address, explained):
    """Return nodes of a text with the terms in it linked; those are taken out of `terms`."""
    meant = [term for term in terms if explained or terms[term] not in EVERYDAY]
    if not meant:
        return [nodes.Text(text)]
    spellings = {spelling: term for term in meant for spelling in _spellings(term)}
    words = "|".join(sorted(map(re.escape, spellings), key=len, reverse=True))
    made, end = [], 0
    # A vowel sign of Hindi, or what joins an ending in Persian, is no `\w` and goes on with a word.
    for found in re.finditer(rf"(?<![\w-])({words})(?![\w\u0900-\u09ff\u200c-])", text):
        if (term := spellings[found[1]]) not in terms:
            continue
        made.append(nodes.Text(text[end : found.start()]))
        uri = f"{address}#{terms.pop(term)}"
        made.append(nodes.reference("", found[1], refuri=uri, internal=True, classes=["term"]))
        end = found.end()
    return [*made, nodes.Text(text[end:])]


def _spellings(term):
    """Return a term as it stands, begins a sentence, and stands for several."""
    if len(term) < 3:
        return [term]
    return [word + end for word in (term, term[0].upper() + term[1:]) for end in ("", "s")]


def name_languages(app, pagename, templatename, context, doctree):
    """Give the templates the languages that a page is there in, and the first page of others."""
    root = context["content_root"] + ("" if language == "en" else "../")
    page = pagename if pagename in app.env.all_docs else "index"
    context["languages_word"], context["languages"] = _SITE["languages"], []
    for code, name in _SITE["names"].items():
        has = code == language or (
            page in _SITE["pages"][code]
            if code != "en"
            else any(page in pages for pages in _SITE["pages"].values())
        )
        target = f"{root}{'' if code == 'en' else code + '/'}{page if has else 'index'}.html"
        context["languages"].append((code, name, target, has and pagename == page))


class Words(SearchLanguage):
    """Words of scripts with vowel signs, which Sphinx and its script would part at each of them."""

    js_splitter_code = r"""
        function splitQuery(query) {
            return query.split(/[^\p{Letter}\p{Mark}\p{Number}_\u200c]+/u).filter((term) => term);
        }"""

    def split(self, text):
        return re.findall(r"[\w\u0900-\u0963\u0966-\u09ff\u064b-\u0655\u200c]+", text)


if language != "en":
    html_search_language = language
    languages[language] = type(language, (Words,), {"lang": language, "language_name": language})


def setup(app):
    app.connect("doctree-resolved", link_terms)
    app.connect("html-page-context", name_languages)
