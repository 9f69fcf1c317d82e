"""Tables that read well in a notebook and as plain text."""

import html

from course_utils.machine.language import attributes, in_order, language


class Link(str):
    """A text of a table that leads to an address: one on the web, or a file beside the notebook."""

    def __new__(cls, text, address):
        link = super().__new__(cls, text)
        link.address = address
        return link


class Table:
    """Rows of texts, the head first, shown as HTML in a notebook and as columns elsewhere.

    Args:
        rows: a list of rows, each a list of as many values; what is no text is made one.
    """

    def __init__(self, rows):
        self._rows = [[v if isinstance(v, str) else str(v) for v in row] for row in rows]

    def rows(self):
        """Return the table as lists of texts, the head first."""
        return self._rows

    def __repr__(self):
        widths = [max(map(len, column)) for column in zip(*self._rows, strict=True)]
        return "\n".join(
            "   ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
            for row in self._rows
        )

    def _repr_html_(self):
        head, *rows = [[_escaped(text) for text in row] for row in self._rows]
        side = "left" if language() == "en" else "start"
        left = f' style="text-align:{side}"'
        titles = "".join(f'<th scope="col"{left}>{text}</th>' for text in head)
        body = "".join(
            f'<tr><th scope="row"{left}>{row[0]}</th>'
            + "".join(f"<td{left}>{text}</td>" for text in row[1:])
            + "</tr>"
            for row in rows
        )
        return f"<table{attributes()}><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"


def _escaped(text):
    words = html.escape(in_order(text))
    if not isinstance(text, Link):
        return words
    aside = ' target="_blank"' if text.address.startswith("https:") else ""
    return f'<a href="{html.escape(text.address)}"{aside}>{words}</a>'
