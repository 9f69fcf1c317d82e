"""Settings of the site, which `make site` builds: it collects the sources beside this file."""

import json
import re
from pathlib import Path

from docutils import nodes

_SITE = json.loads((Path(__file__).parent / "site.json").read_text(encoding="utf-8"))

project = "Image classification"
author = "the authors of the course"
copyright = "the authors. Text: CC BY 4.0, code: Apache License 2.0"
version = release = _SITE["version"]
html_title = "Image classification, from a dense layer to a pretrained network"
html_short_title = project
language = "en"

extensions = ["myst_nb", "sphinx_copybutton"]
exclude_patterns = ["_extra", "_learners"]
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
html_sidebars = {"**": ["home.html", "search-button-field.html", "sbt-sidebar-nav.html"]}
templates_path = ["_templates"]
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = html_show_sourcelink = False
html_context = {"default_mode": "auto"}
html_theme_options = {
    "repository_url": _SITE["repository"],
    "use_repository_button": True,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "navbar_persistent": [],
    "footer_content_items": ["copyright.html"],
}
if _SITE["profile"] == "ci":
    html_theme_options["announcement"] = (
        "A preview: these lessons have trained for a few steps, and their figures mean nothing."
    )


def link_terms(app, doctree, docname):
    """Link each term of the glossary where a lesson uses it first."""
    if not docname.startswith("lessons/"):
        return
    glossary = app.env.get_doctree("glossary")
    terms = {section[0].astext(): section["ids"][0] for section in glossary.findall(nodes.section)}
    del terms[glossary.next_node(nodes.title).astext()]
    address = app.builder.get_relative_uri(docname, "glossary")
    apart = (nodes.literal, nodes.literal_block, nodes.reference, nodes.title, nodes.raw)
    for text in list(doctree.findall(nodes.Text)):
        above = text.parent
        while above is not None and not isinstance(above, apart):
            above = above.parent
        if above is not None or not terms:
            continue
        text.parent.replace(text, _linked(str(text), terms, address))


def _linked(text, terms, address):
    """Return nodes of a text with the terms in it linked; those are taken out of `terms`."""
    spellings = {spelling: term for term in terms for spelling in _spellings(term)}
    words = "|".join(sorted(map(re.escape, spellings), key=len, reverse=True))
    made, end = [], 0
    for found in re.finditer(rf"(?<![\w-])({words})(?![\w-])", text):
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


def setup(app):
    app.connect("doctree-resolved", link_terms)
