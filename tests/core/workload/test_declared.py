"""Streams that somebody declared: where a field of theirs is."""

from __future__ import annotations

import pytest

from shardcalc import Workload
from shardcalc.core.text import BadValue
from shardcalc.core.workload.declared import (
    NO_DOCUMENT,
    PLACE_FIELDS,
    STREAM_FIELDS,
    DeclaredStream,
    Document,
    Home,
    Identity,
    Place,
    Problem,
    ProfileErrors,
    read_account,
    read_environment,
)

STREAM = DeclaredStream(
    name="orders",
    workload=Workload.of(size=1, rps=1),
    origins={"size": "stream", "headroom": "defaults", "region": "flag"},
    place=Place(3, 3),
    document=Document("orders.yaml", {}, lambda path: Place(len(path), 9)),
)


@pytest.mark.parametrize(
    ("at", "path"),
    [
        (("size",), ("streams", "orders", "size")),
        (("headroom",), ("defaults", "headroom")),
        # What a flag said, or nobody, stands in no file: the stream's name has to do.
        (("region",), ("streams", "orders")),
        (("retention",), ("streams", "orders")),
        ((), ("streams", "orders")),
    ],
)
def test_a_field_is_where_it_was_given(at, path):
    assert STREAM.path_of(at) == path


def test_a_field_that_no_file_gives_is_at_the_name_of_the_stream():
    assert (STREAM.locate(("region",)), STREAM.locate(("size",))) == (Place(3, 3), Place(3, 9))


# ── what tells a stream from all others ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("account", "environment", "title", "home"),
    [
        ("", "", "orders", "eu-west-1"),
        ("", "prod", "orders (prod)", "eu-west-1"),
        ("012345678901", "", "orders (012345678901)", "eu-west-1 of account 012345678901"),
        ("012345678901", "prod", "orders (prod, 012345678901)", "eu-west-1 of account 012345678901"),
    ],
)
def test_a_stream_is_called_by_its_name_environment_and_account(account, environment, title, home):
    stream = DeclaredStream(
        "orders",
        Workload.of(size=1, rps=1, region="eu-west-1"),
        {},
        account=account,
        environment=environment,
    )
    assert stream.identity == Identity(account, environment, "eu-west-1", "orders")
    assert stream.home == Home(account, "eu-west-1")
    assert (stream.title, str(stream.identity), str(stream.home)) == (title, title, home)


def test_a_stream_that_no_file_declares_is_nowhere():
    stream = DeclaredStream("orders", Workload.of(size=1, rps=1), {})
    assert (stream.document, stream.document.layers, stream.document.placed) == (NO_DOCUMENT, (), {})
    assert (stream.file, stream.where, stream.locate(("size",))) == ("", "", None)
    assert (stream.account, stream.environment, stream.owner, stream.notes) == ("", "", "", "")


def test_a_stream_in_a_file_is_at_its_name():
    assert (STREAM.file, STREAM.where) == ("orders.yaml", "orders.yaml:3:3")
    assert STREAM.by_origin == {"stream": ["size"], "defaults": ["headroom"], "flag": ["region"]}
    both = STREAM._replace(origins={"size": "flag", "rps": "flag"})
    assert both.by_origin == {"flag": ["size", "rps"]}


def test_the_policies_of_a_document_are_its_own_before_the_shared_one():
    own, shared = {"budget": 1}, {"budget": 2}
    above = Document(".shardcalc.yaml", shared, lambda path: None)
    document = Document("a.yaml", own, lambda path: None, above)
    assert document.layers == (own, shared)
    assert document._replace(policy={}).layers == (shared,)
    assert document._replace(shared=above._replace(policy={})).layers == (own,)


@pytest.mark.parametrize(
    ("place", "path", "text"),
    [
        (Place(7, 11), "streams.a", "a.yaml:7:11  streams.a: wrong"),
        (None, "", "a.yaml  wrong"),
        (None, "a\nb", "a.yaml  'a\\nb': wrong"),
    ],
)
def test_a_problem_says_where_it_is(place, path, text):
    problem = Problem("a.yaml", place, path, "wrong")
    assert str(problem) == text
    both = ProfileErrors([problem, problem])
    assert (both.problems, both.what, str(both)) == (
        (problem, problem),
        "nothing was planned",
        f"{text}\n{text}",
    )
    assert ProfileErrors([problem], "half was planned").what == "half was planned"


@pytest.mark.parametrize("value", ["123456789012", " 012345678901 ", 123456789012])
def test_an_account_has_12_digits(value):
    assert read_account(value) == str(value).strip()


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        ("12345678901", "12345678901"),
        ("1234567890123", "1234567890123"),
        (12345678901, "12345678901"),
        ("1234-5678-90", "1234-5678-90"),
        ("٣23456789012", "٣23456789012"),
        (" ", ""),
    ],
)
def test_what_is_no_account_is_told(value, quoted):
    with pytest.raises(BadValue) as error:
        read_account(value)
    assert str(error.value) == f"'{quoted}' is no account; write its 12 digits, with zeros in front"


@pytest.mark.parametrize("value", ["p", "Prod_1.x-y", "7", "e" * 64, " prod "])
def test_an_environment_is_a_short_name(value):
    assert read_environment(value) == value.strip()


@pytest.mark.parametrize("value", ["", "-a", "_a", ".a", "a b", "a/b", "ä"])
def test_what_is_no_environment_is_told(value):
    with pytest.raises(BadValue) as error:
        read_environment(value)
    told = "is not an environment: up to 64 letters, digits, and any of _ . -"
    assert str(error.value) == f"'{value}' {told}"


def test_an_environment_has_at_most_64_characters():
    with pytest.raises(BadValue, match=r"' is not an environment: up to 64 letters"):
        read_environment("e" * 65)


def test_the_fields_of_a_stream_have_its_place_before_its_owner():
    names = [field.name for field in STREAM_FIELDS]
    at = names.index("owner")
    assert names[at - 2 : at + 2] == ["environment", "account", "owner", "notes"]
    environment, account = PLACE_FIELDS
    assert environment.schema["pattern"] == "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
    text, number = account.schema["anyOf"]
    assert text == {"type": "string", "pattern": "^[0-9]{12}$"}
    assert (number["minimum"], number["maximum"]) == (100_000_000_000, 999_999_999_999)
    for field in PLACE_FIELDS:
        for example in field.schema["examples"]:
            assert field.reader(example) == example
