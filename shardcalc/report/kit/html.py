"""The drawing kit of HTML pages that are self-contained: no request leaves them, and every text is escaped.

The Content-Security-Policy allows the page's own style and script by their hashes and nothing else.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from html import escape as _markup

from shardcalc.core.text import visible


def escape(text: str) -> str:
    """Show a text as it is, each line of it: no markup, nothing that turns its direction."""
    return _markup(visible(text) if text.isprintable() else "\n".join(map(visible, text.split("\n"))))


def policy(style: str, script: str) -> str:
    """The Content-Security-Policy of a page with this style and this script."""
    return (
        f"default-src 'none'; style-src 'sha256-{_hash(style)}'; script-src 'sha256-{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


def begin(title: str, style: str, script: str) -> str:
    """The page as far as its content."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy(style, script)}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f'<title>{escape(title)}</title><link rel="icon" href="data:,"><style>{style}</style></head>\n'
        "<body><main>\n"
    )


def end(script: str) -> str:
    """The page after its content."""
    return f"</main><script>{script}</script></body></html>\n"


def right(column: str) -> str:
    """The class of a cell of a column that is right-aligned, which is one whose title ends in ``:``."""
    return ' class="n"' if column.endswith(":") else ""


def table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, name: str = "", foot: bool = False
) -> str:
    """A table of texts; a column whose title ends in ``:`` is right-aligned."""
    # HTML lets end tags of cells and rows be left out; with hundreds of streams they are a tenth of the page.
    aligned = " ".join(f"r{index}" for index, column in enumerate(columns, 1) if column.endswith(":"))
    attributes = (f' id="{name}"' if name else "") + (f' class="{aligned}"' if aligned else "")
    heads = "".join(f"<th>{escape(column.removesuffix(':'))}" for column in columns)
    drawn = ["<tr>" + "".join(f"<td>{escape(cell)}" for cell in row) for row in rows]
    last = f"<tfoot>{drawn.pop()}" if foot else ""
    return (
        f'<div class="scroll"><table{attributes}><thead><tr>{heads}<tbody>{"".join(drawn)}{last}'
        "</table></div>\n"
    )


def figure(caption: str, picture: str, numbers: str, note: str = "") -> str:
    """A picture with its note, above a table of its numbers that is folded, where one is given."""
    more = paragraph(note).removesuffix("\n") if note else ""
    folded = data("the numbers", numbers) if numbers else ""
    return f"<figure><figcaption>{escape(caption)}</figcaption>{picture}{more}{folded}</figure>\n"


def paragraph(text: str) -> str:
    """A text beside the point."""
    return f'<p class="soft">{escape(text)}</p>\n'


def data(summary: str, inner: str) -> str:
    """Something folded, under one line that says what it is."""
    return f'<details class="data"><summary>{escape(summary)}</summary>{inner}</details>'
