"""The README and the pages of docs/: headings, links, console blocks, and the tables that code writes."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from shardcalc.core.workload.declared import STREAM_FIELDS
from shardcalc.core.workload.parts import CONSUMER_FIELDS
from shardcalc.core.workload.reading import Field
from tests.command import run
from tests.places import ROOT
from tests.systems import as_posix

README = ROOT / "README.md"
DOCS = ROOT / "docs"
PAGES = [README, *sorted(DOCS.glob("*.md"))]
NAMES = [str(page.relative_to(ROOT).as_posix()) for page in PAGES]

_CONSOLE = re.compile(r"^```console\n\$ (?P<command>.*?)\n(?P<output>.*?)```$", re.MULTILINE | re.DOTALL)
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#+) (.*)$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEAD = re.compile(r" \| head -n ([0-9]+)$")


def text_of(name: str) -> str:
    """A page, by its path from the root."""
    return (ROOT / name).read_text(encoding="utf-8")


def prose_of(name: str) -> str:
    """A page without its fenced blocks."""
    return _FENCED.sub("", text_of(name))


def golden(name: str, text: str) -> None:
    """Compare a page with what it should be, or write it with SHARDCALC_GOLDEN=write."""
    if os.environ.get("SHARDCALC_GOLDEN") == "write":
        (ROOT / name).write_text(text, encoding="utf-8", newline="\n")
    assert text == text_of(name)


# ── console blocks ───────────────────────────────────────────────────────────────────────────────


def commands(name: str) -> list[str]:
    """The commands of a page's console blocks."""
    return [match["command"] for match in _CONSOLE.finditer(text_of(name))]


def with_outputs(text: str) -> str:
    """A page whose console blocks show what their commands print now."""

    def block(match: re.Match[str]) -> str:
        return f"```console\n$ {match['command']}\n{printed(match['command'])}```"

    return _CONSOLE.sub(block, text)


def printed(command: str) -> str:
    """What a command of a console block prints; it may end in ``| head -n 10``."""
    head = _HEAD.search(command)
    name, *arguments = shlex.split(command[: head.start()] if head else command)
    assert name == "shardcalc"
    ran = run(*arguments)
    assert ran.err == ""
    out = as_posix(ran.out)
    return "".join(out.splitlines(keepends=True)[: int(head[1])]) if head else out


# ── headings and links ───────────────────────────────────────────────────────────────────────────


def headings(name: str) -> list[tuple[int, str]]:
    """Depth and anchor of each heading, as GitHub makes them."""
    found: list[tuple[int, str]] = []
    for marks, title in _HEADING.findall(prose_of(name)):
        slug = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        again = sum(re.fullmatch(rf"{re.escape(slug)}(-[0-9]+)?", anchor) is not None for _, anchor in found)
        found.append((len(marks), f"{slug}-{again}" if again else slug))
    return found


def contents(name: str) -> list[str]:
    """The anchors that the list before the first section links to."""
    before = re.split(r"^## ", prose_of(name), maxsplit=1, flags=re.MULTILINE)[0]
    return [target[1:] for target in _LINK.findall(before) if target.startswith("#")]


def broken(name: str) -> Iterator[str]:
    """The links of a page that lead nowhere in this repository."""
    for target in _LINK.findall(prose_of(name)):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / name).parent / path if path else ROOT / name
        anchors = headings(file.resolve().relative_to(ROOT).as_posix()) if anchor and file.exists() else []
        if not file.exists() or (anchor and anchor not in {slug for _, slug in anchors}):
            yield target


# ── tables that are written from code ────────────────────────────────────────────────────────────


def with_tables(text: str) -> str:
    """The page of profiles with the tables of fields that the code has."""
    text = _between(text, "fields", table(STREAM_FIELDS, marked=True))
    return _between(text, "consumer fields", table(CONSUMER_FIELDS))


def _between(text: str, mark: str, lines: Iterable[str]) -> str:
    begin, end = f"<!-- {mark} -->\n", f"<!-- end {mark} -->\n"
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    assert after, f"the page has no {begin.strip()}"
    return f"{before}{begin}" + "".join(f"{line}\n" for line in lines) + f"{end}{after}"


def table(fields: Iterable[Field], *, marked: bool = False) -> Iterator[str]:
    """A table of fields; ``marked`` says which of them have no flag."""
    yield "| field | what it means | written as |"
    yield "| --- | --- | --- |"
    for field in fields:
        name = f"`{field.name}`" + (" (file only)" if marked and not field.metavar else "")
        yield f"| {name} | {field.help} | {', '.join(f'`{form}`' for form in written(field.schema))} |"


def written(schema: Mapping[str, Any]) -> list[str]:
    """How a value of this form is written: its examples, or what its form says."""
    for key in ("examples", "enum"):
        if key in schema:
            return [_flow(value) for value in schema[key]]
    if "anyOf" in schema:
        return written(schema["anyOf"][0])
    if schema["type"] == "object":
        return ["{" + ", ".join(f"{name}: ..." for name in schema["properties"]) + "}"]
    if schema["type"] == "array":
        return [f"[{form}, ...]" for form in written(schema["items"])]
    return ["N" if schema["type"] == "integer" else "text"]


def _flow(value: object) -> str:
    """A value as YAML writes it on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_flow(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return value if isinstance(value, str) else json.dumps(value)


def lines_of(page: Path) -> int:
    """How long a page is."""
    return len(page.read_text(encoding="utf-8").splitlines())
