"""Profiles: where values come from, and what is wrong in a file, all at once and with its place."""

from __future__ import annotations

import gzip
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shardcalc.core.workload.declared import STREAM_READERS
from shardcalc.core.workload.reading import read_fields
from shardcalc.core.workload.workload import READERS
from shardcalc.sources.profiles import reading as profile
from tests.fuzz import examples
from tests.places import PROFILES
from tests.systems import posix


def load(tmp_path: Path, text: str | bytes, **flags: object) -> list[profile.Stream]:
    file = tmp_path / "p.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return profile.load([str(file)], read_fields(flags, READERS))


def problems(tmp_path: Path, text: str | bytes, **flags: object) -> list[str]:
    with pytest.raises(profile.ProfileErrors) as caught:
        load(tmp_path, text, **flags)
    return [str(problem).removeprefix(f"{tmp_path / 'p.yaml'}:") for problem in caught.value.problems]


THREE_LINES = """\
version: 1
streams:
  orders:
    size: 1024
    rps: 6
    consumers: 7
"""


def test_three_lines_describe_a_stream(tmp_path):
    [stream] = load(tmp_path, THREE_LINES)
    assert (stream.name, stream.workload.shared, str(stream.workload.size)) == ("orders", 7, "1 MiB")
    assert stream.where == f"{tmp_path / 'p.yaml'}:3:3"


LAYERS = """\
version: 1
defaults: {headroom: 10%, region: eu-west-1, retention: 48h}
streams:
  own: {size: 1, rps: 1, headroom: 30%}
  other: {size: 1, rps: 1}
"""


def test_a_streams_own_value_wins_over_flags_and_flags_over_defaults(tmp_path):
    own, other = load(tmp_path, LAYERS, headroom="20%", region="us-east-2")
    assert (str(own.workload.headroom), own.workload.region, own.workload.retention.in_hours) == (
        "3/10",
        "us-east-2",
        48,
    )
    assert (str(other.workload.headroom), other.workload.region) == ("1/5", "us-east-2")
    assert own.origins == {
        "size": "stream",
        "rps": "stream",
        "headroom": "stream",
        "region": "flag",
        "retention": "defaults",
    }
    assert own.unused_flags == ("headroom",)
    assert other.unused_flags == ()


def test_a_mix_of_sizes_of_the_stream_replaces_a_default_size(tmp_path):
    text = (
        "version: 1\ndefaults: {size: 5}\nstreams:\n  a: {rps: 1, sizes: [{size: 1, share: 50%}, {size: 3, "
        "share: 50%}]}\n"
    )
    [stream] = load(tmp_path, text)
    assert str(stream.workload.size) == "2 KiB"


def test_several_documents_make_one_list(tmp_path):
    streams = load(tmp_path, THREE_LINES + "---\n" + THREE_LINES.replace("orders", "clicks"))
    assert [stream.name for stream in streams] == ["orders", "clicks"]


def test_anchors_and_merge_keys_work(tmp_path):
    text = "version: 1\nstreams:\n  a: &base {size: 1, rps: 5}\n  b:\n    <<: *base\n    rps: 6\n"
    assert [str(stream.workload.rps.peak) for stream in load(tmp_path, text)] == [
        "5 records/s",
        "6 records/s",
    ]


def test_words_that_yaml_takes_for_booleans_are_names(tmp_path):
    [stream] = load(tmp_path, "version: 1\nstreams:\n  on: {size: 1, rps: 010, owner: no, shards: 1_0}\n")
    assert (stream.name, stream.owner, str(stream.workload.rps.peak), stream.workload.shards) == (
        "on",
        "no",
        "10 records/s",
        10,
    )


def test_all_problems_are_told_at_once_with_their_places(tmp_path):
    text = """\
version: 1
streams:
  orders:
    size: 2 kilo
    rps: 6
    consumer: 7
  clicks:
    size: 1
    consumers:
      - {name: a, type: lamda}
      - 5
    catch_up: {outage: 6h, with: 2h}
  7:
"""
    assert problems(tmp_path, text) == [
        "4:11  streams.orders.size: '2 kilo' is not a size; write a number and one of B, KiB, MiB, GiB, TiB",
        "6:5  streams.orders.consumer: unknown field; did you mean consumers?",
        "10:25  streams.clicks.consumers.0.type: 'lamda' is not a type of consumer; did you mean lambda?",
        "11:9  streams.clicks.consumers.1: '5' is not a mapping of fields; write for example "
        "{name: billing, type: lambda}",
        "12:5  streams.clicks.catch_up.within: missing",
        "12:28  streams.clicks.catch_up.with: unknown field; did you mean within?",
    ]


def test_a_missing_rate_is_told_at_the_streams_name(tmp_path):
    assert problems(tmp_path, "version: 1\nstreams:\n  a:\n    size: 1\n  b:\n    rps: 1\n") == [
        "3:3  streams.a.rps: missing; write the records per second, or throughput",
        "5:3  streams.b.size: missing; write the mean record size, such as 1 KiB",
    ]


def test_a_stream_without_fields_lacks_them(tmp_path):
    assert problems(tmp_path, "version: 1\nstreams:\n  a: ~\n") == [
        "3:3  streams.a.rps: missing; write the records per second, or throughput",
        "3:3  streams.a.size: missing; write the mean record size, such as 1 KiB",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "1:1  empty; write version: 1 and streams"),
        ("# nothing\n", "1:1  empty; write version: 1 and streams"),
        ("a\x00b", "1:2  binary data, not YAML text"),
        (b"version: 1\nname: \xff\xfe", "2:7  not UTF-8 text"),
        (
            "version: 1\nstreams:\n\ta: 1\n",
            "3:1  not YAML: a tab: YAML does not allow tabs for indentation; write spaces",
        ),
        ("version: 1\nstreams: [\n", "3:1  not YAML: did not find expected node content"),
        (
            "version: 2\nstreams: {a: {size: 1, rps: 1}}\n",
            "1:10  version: '2' is not a version of profiles known here; write version: 1",
        ),
        ("streams: {a: {size: 1, rps: 1}}\n", "1:1  version: missing; write version: 1"),
        ("version: 1\n", "1:1  streams: missing; write one mapping a stream, by its name"),
        ("version: 1\nstreams:\n", "2:1  streams: no stream in it; write one mapping a stream, by its name"),
        (
            "version: 1\nstreams: []\n",
            "2:1  streams: no stream in it; write one mapping a stream, by its name",
        ),
        (
            "version: 1\nstreams: [a]\n",
            "2:1  streams: a list is not a mapping; write one mapping a stream, by its name",
        ),
        ("version: 1\nstreams: {a: 5}\n", "2:14  streams.a: '5' is not a mapping; write a mapping of fields"),
        ("- 1\n", "1:1  not a profile: write version: 1 and streams"),
        ("version: 1\nstreams: {a: {size: [1], rps: 1}}\n", "2:21  streams.a.size: a list is not one value"),
        (
            "version: 1\nstreams: {a: {size: 1, size: 2, rps: 1}}\n",
            "2:24  streams.a.size: given twice; first at 2:15",
        ),
        (
            "version: 1\nversion: 1\nstreams: {a: {size: 1, rps: 1}}\n",
            "2:1  version: given twice; first at 1:1",
        ),
        (
            'version: 1\nstreams: {"a\\nb": {size: 1, rps: 1}}\n',
            "2:11  streams: 'a\\nb' is not a stream's name: up to 128 letters, digits, and any of _ . -",
        ),
        ("version: 1\nstreams: {a: *b}\n", "2:14  alias *b has no anchor"),
        ("a: &a [*a]\n", "1:8  alias *a is inside its own anchor"),
        ("? [a]\n: 1\n", "1:3  a key must be text, not a list or mapping"),
        ("[" * 100_000, "1:41  nested more than 40 levels deep"),
        ("- " * 100_000, "1:81  nested more than 40 levels deep"),
        ("a: \x07", "1:4  a character that YAML does not allow"),
        (
            "version: 1\nstreams: {a: {size: 1, rps: nan, headroom: .inf}}\n",
            "2:29  streams.a.rps: 'nan' is not a record rate",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_place(tmp_path, text, found):
    assert problems(tmp_path, text)[0].startswith(found)


def test_anchors_that_expand_without_end_are_refused(tmp_path):
    text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 30)
    )
    assert "anchors expand to more values than is reasonable" in problems(tmp_path, text)[0]


def test_a_huge_file_is_refused_unread(tmp_path):
    file = tmp_path / "p.yaml"
    with file.open("wb") as opened:
        opened.truncate(33 * 1024 * 1024)
    with pytest.raises(profile.ProfileErrors, match="larger than 16 MiB"):
        profile.load([str(file)])


def test_a_file_that_is_missing_and_a_folder_without_any_are_told(tmp_path):
    with pytest.raises(profile.ProfileErrors) as caught:
        profile.load([str(tmp_path / "none.yaml"), str(tmp_path)])
    assert [problem.message for problem in caught.value.problems] == [
        "no such file or folder",
        "no YAML file below this folder",
    ]


@posix("pipes that stand in a folder")
def test_what_is_no_file_is_told(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(profile.ProfileErrors, match="not a file that can be read"):
        profile.load([str(tmp_path / "pipe.yaml")])


@posix("permission bits that keep a reader out")
@pytest.mark.skipif(getattr(os, "geteuid", int)() == 0, reason="root reads every file")
def test_an_unreadable_file_is_told(tmp_path):
    file = tmp_path / "p.yaml"
    file.write_text(THREE_LINES)
    file.chmod(0)
    with pytest.raises(profile.ProfileErrors, match="cannot be read: Permission denied"):
        profile.load([str(file)])


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="needs Linux's /proc")
def test_a_file_that_fails_while_it_is_read_is_told():
    with pytest.raises(profile.ProfileErrors, match="cannot be read: Input/output error"):
        profile.load(["/proc/self/mem"])


def test_the_same_stream_twice_is_told_and_in_two_regions_it_is_not(tmp_path):
    again = THREE_LINES + "---\n" + THREE_LINES
    assert problems(tmp_path, again) == [
        f"10:3  streams.orders: the stream is declared twice; first in {tmp_path / 'p.yaml'}:3:3"
    ]
    assert len(load(tmp_path, THREE_LINES + "---\n" + THREE_LINES + "    region: eu-west-1\n")) == 2


def test_a_folder_stands_for_all_yaml_below_it_but_hidden_files(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / ".hidden").mkdir()
    for place, name in (
        ("z.yaml", "z"),
        ("b/a.yml", "a"),
        (".hidden/h.yaml", "h"),
        (".policy.yaml", "p"),
        ("notes.txt", "n"),
    ):
        (tmp_path / place).write_text(THREE_LINES.replace("orders", name))
    assert [stream.name for stream in profile.load([str(tmp_path)])] == ["z", "a"]


def test_the_example_profiles_can_be_read():
    streams = profile.load([str(PROFILES)])
    assert len(streams) == 7
    assert len({stream.file for stream in streams}) == 5


def test_a_compressed_file_is_no_profile(tmp_path):
    assert problems(tmp_path, gzip.compress(b"version: 1"))


# ── no text makes it fail otherwise ──────────────────────────────────────────────────────────────

words = st.sampled_from(
    [
        *STREAM_READERS,
        "version",
        "defaults",
        "streams",
        "outage",
        "within",
        "mean",
        "peak",
        "type",
        "name",
        "share",
        "<<",
        "target_size",
        "cls",
    ]
)
values = st.one_of(
    st.sampled_from(
        [
            "1",
            "6",
            "1 KiB",
            "20%",
            "90k/min",
            "7d",
            "kcl",
            "lambda",
            "us-east-1",
            "nan",
            "-1",
            "~",
            "",
            "&a 1",
            "*a",
            "!!int 3",
            "'",
            "1e99",
        ]
    ),
    st.text(max_size=12),
)


@st.composite
def yaml_texts(draw: st.DrawFn) -> str:
    lines = ["version: 1", "streams:"] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(0, 12))):
        indent = "  " * draw(st.integers(0, 4))
        dash = draw(st.sampled_from(["", "", "", "- "]))
        lines.append(f"{indent}{dash}{draw(words | st.text(max_size=5))}: {draw(values)}")
    return "\n".join(lines)


@given(yaml_texts() | st.text())
@examples(500)
def test_any_text_is_a_profile_or_has_problems_with_places(tmp_path_factory, text):
    file = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    problems: tuple[profile.Problem, ...] = ()
    try:
        profile.load([str(file)])
    except profile.ProfileErrors as error:
        problems = error.problems
        assert problems
    assert all(problem.place is not None and problem.file == str(file) for problem in problems)
    assert all(problem.message.isprintable() for problem in problems)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_profile_or_have_problems(tmp_path_factory, data):
    file = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    file.write_bytes(data)
    with pytest.raises(profile.ProfileErrors):
        profile.load([str(file)])


@pytest.mark.parametrize("name", ["a b", "größe", "a/b", "a:b", "x" * 129])
def test_a_name_that_aws_refuses_is_refused(tmp_path, name):
    [problem] = problems(tmp_path, f'version: 1\nstreams: {{"{name}": {{size: 1, rps: 1}}}}\n')
    assert problem.startswith("2:11  streams: ")
    assert "is not a stream's name" in problem


def test_every_name_that_aws_takes_is_taken(tmp_path):
    for name in ("a", "Orders_2.eu-west-1", "x" * 128):
        assert load(tmp_path, f'version: 1\nstreams: {{"{name}": {{size: 1, rps: 1}}}}\n')[0].name == name


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("ignore: [SC001]", "ignore.0: 'SC001' is not a mapping of fields; write for example {rule: SC001, "),
        (
            "consumers: [lambda]",
            "consumers.0: 'lambda' is not a mapping of fields; write for example {name: ",
        ),
        (
            "consumers: {type: lambda}",
            "consumers: a mapping is not a count or a list of consumers; write for ",
        ),
    ],
)
def test_yaml_is_answered_in_yaml(field, told, tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text(f"version: 1\nstreams:\n  a: {{size: 1, rps: 1, {field}}}\n")
    with pytest.raises(profile.ProfileErrors, match=re.escape(told)):
        profile.load([str(file)])
