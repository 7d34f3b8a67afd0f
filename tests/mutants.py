"""Hostile documents, made from valid ones: structure by structure and byte by byte, from a seed.

The same seed makes the same document, so that a failing example is its seed. ``SECRET`` stands in some of
them, as the password of an address.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

HOSTILE: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    2,
    0.5,
    -0.5,
    1e308,
    -1e308,
    float("nan"),
    float("inf"),
    10**18,
    10**21,
    10**400,
    10**4000,
    -(10**400),
    32_503_680_000,
    4_102_444_800,
    "",
    " ",
    "0",
    "1",
    "-1",
    "1/3",
    "1/0",
    "1e-400",
    "1e999",
    "1e400 USD",
    "\N{SUPERSCRIPT TWO}",
    "\N{ARABIC-INDIC DIGIT THREE}",
    "nan",
    "2999-01-01T00:00:00Z",
    "2999-01-01",
    "0001-01-01T00:00:00+23:59",
    "not a time",
    "a\nb",
    "::error::x",
    "a\x1b[31mb",
    "a\x7fb",
    "\u202eabc",
    "a\x00b",
    "\ud800",
    "\N{PILE OF POO}",
    "x" * 5000,
    "../../etc/passwd",
    "orders",
    "PROVISIONED",
    "us-east-1",
    "shardId-000000000000",
    "https://user:hunter2@example.com/?token=hunter2",
    "IncomingBytes",
    [],
    {},
    [[]],
    [{}],
    [None],
    [0],
    ["a"],
    [1, "a", None],
    {"a": 1},
    {"": ""},
    {"a": {"b": [1]}},
    [[[[[[]]]]]],
    [0] * 3,
    [0.5] * 3,
    [10**400] * 3,
    ["x"] * 3,
)
"""What no field expects, and for each kind of field something near to what it does."""
SECRET = "hunter2"


def nodes(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each place in a document: what holds it, and its key there."""
    if isinstance(value, dict):
        for key in value:
            yield value, key
            yield from nodes(value[key])
    elif isinstance(value, list):
        for index in range(len(value)):
            yield value, index
            yield from nodes(value[index])


def mutant(document: Any, random: Random) -> Any:
    """A copy with one to three nodes replaced, deleted, doubled, renamed or nested."""
    made = deepcopy(document)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        places = list(nodes(made))
        if not places:
            return random.choice(HOSTILE)
        holder, key = random.choice(places)
        what = random.randrange(10)
        if what < 5:
            holder[key] = deepcopy(random.choice(HOSTILE))
        elif what == 5:
            del holder[key]
        elif what == 6 and isinstance(holder, list):
            holder[key:key] = [deepcopy(holder[key])] * random.choice((1, 2, 40))
        elif what == 7 and isinstance(holder, dict):
            name = random.choice([name for name in HOSTILE if isinstance(name, str)])
            holder[name] = holder.pop(key)
        elif what == 8:
            holder[key] = [holder[key]] if random.random() < 0.5 else {"a": holder[key]}
        else:
            other, there = random.choice(places)
            holder[key] = (
                deepcopy(other[there])
                if there in (other if isinstance(other, dict) else range(len(other)))
                else 0
            )
    return made


def text(value: Any, random: Random) -> bytes:
    """As JSON, sometimes with what only text can say: a key twice, nesting, halves of characters."""
    made = json.dumps(value, ensure_ascii=random.random() < 0.9)
    if random.random() < 0.05 and '": ' in made:
        at = [index for index, each in enumerate(made) if each == "{"]
        if at:
            where = random.choice(at) + 1
            made = made[:where] + '"a": 1, "a": 2, ' + made[where:]
    if random.random() < 0.02:
        depth = random.choice((100, 250, 900, 5000, 50_000))
        made = made[:-1] + ', "deep": ' + "[" * depth + "]" * depth + made[-1:]
    return made.encode("utf-8", "surrogatepass")


def damaged(data: bytes, random: Random) -> bytes:
    """Bytes flipped, cut, doubled or put in."""
    made = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 5))):
        at = random.randrange(len(made) + 1)
        what = random.randrange(5)
        if what == 0 and at < len(made):
            made[at] ^= 1 << random.randrange(8)
        elif what == 1:
            del made[at : at + random.choice((1, 2, 10, len(made)))]
        elif what == 2:
            made[at:at] = random.choice(
                (
                    b"\x00",
                    b"\xff",
                    b"\xed\xa0\x80",
                    b"\x1b[31m",
                    b"\n::error::x\n",
                    b'"',
                    b"[",
                    b"{",
                    b"1" * 5000,
                    b"[" * 300,
                )
            )
        elif what == 3:
            made[at:at] = made[at : at + random.choice((1, 5, 50))]
        else:
            made = made[::-1] if random.random() < 0.05 else made + made[:at]
    return bytes(made)


def hostile_json(document: Any, seed: int) -> bytes:
    """A hostile document in JSON."""
    random = Random(seed)
    if random.random() < 0.25:
        return damaged(json.dumps(document).encode(), random)
    return text(mutant(document, random), random)


def hostile_gzip(document: Any, seed: int) -> bytes:
    """The same packed, or damaged after it was."""
    random = Random(seed)
    packed = gzip.compress(hostile_json(document, seed), mtime=0)
    return damaged(packed, random) if random.random() < 0.3 else packed
