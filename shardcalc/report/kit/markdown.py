"""The drawing kit of Markdown that can be pasted into a pull request or a wiki.

Everything from a profile is text, never markup: :func:`escape` is what makes it so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from shardcalc.core.text import is_address, visible

_LINKED: Final = re.compile(
    r"@|(?:(?<!\w)|[\w.-]{1,100}/[\w.-]{1,100})#(?=\d)|\bGH-(?=\d)|:(?=//)|\bwww(?=\.)", re.IGNORECASE
)
"""After these GitHub makes links of plain text, backslashes or not: mentions, issues and bare addresses."""


def escape(text: str) -> str:
    """Show a text as it is: no markup, no HTML, no mention or link, no table or line break."""
    text = visible(" ".join(text.split()))
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _LINKED.sub("\\g<0>\N{ZERO WIDTH NON-JOINER}", text)
    return re.sub(r"([\\`*_{}\[\]#|~])", r"\\\1", text)


def link(text: str, address: str) -> str:
    """A text that leads to an address; both as text where the address is none that may be followed."""
    if is_address(address):
        return f"[{escape(text)}]({address})"
    return f"{escape(text)} ({escape(address)})" if address else escape(text)


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
