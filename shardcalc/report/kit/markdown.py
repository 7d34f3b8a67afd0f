"""The drawing kit of Markdown that can be pasted into a pull request or a wiki.

Everything from a profile is text, never markup: :func:`escape` is what makes it so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def escape(text: str) -> str:
    """Show a text as it is: no markup, no HTML, no mention, no table or line break."""
    text = " ".join(text.split())
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = text.replace("@", "@\N{ZERO WIDTH NON-JOINER}")
    return re.sub(r"([\\`*_{}\[\]#|~])", r"\\\1", text)


def page(parts: Iterable[str]) -> str:
    """The parts of a page with an empty line between them."""
    return "\n\n".join(parts) + "\n"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a column whose title ends in ``:`` is right-aligned."""
    head = "| " + " | ".join(name.removesuffix(":") for name in columns) + " |"
    rule = "|" + "|".join(" ---: " if name.endswith(":") else " --- " for name in columns) + "|"
    return "\n".join([head, rule, *("| " + " | ".join(row) + " |" for row in rows)])


def bullets(items: Iterable[str]) -> str:
    """A list of points."""
    return "\n".join(f"- {item}" for item in items)


def fenced(lines: Iterable[str], language: str) -> str:
    """Lines of code."""
    return "\n".join([f"```{language}", *lines, "```"])


def bold(text: str) -> str:
    """A text in bold; an empty text stays empty."""
    return f"**{text}**" if text else ""


def arrows(text: str) -> str:
    """A text with its arrows drawn, escaped or not."""
    return text.replace("->", "→").replace("-&gt;", "→")
