"""The streams that a use case is about: from profiles, from flags, from a program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO, Final

from shardcalc.app.refusal import ProfileErrors, Refused
from shardcalc.core.history.model import History
from shardcalc.core.workload.declared import DeclaredStream, Document, Problem
from shardcalc.core.workload.reading import read_fields, read_name
from shardcalc.core.workload.workload import FIELDS, READERS, Workload, read_region

Flags = Mapping[str, Any]
"""What the flags of a workload say, still text."""

FLAGS: Final = tuple((field.name, field.metavar, field.help) for field in FIELDS if field.metavar)
"""The flags of a workload, from the table of its fields: name, what follows it, what it means."""

Streams = Workload | DeclaredStream | Sequence[DeclaredStream]
"""One stream, or several."""


def load(
    paths: Sequence[str] | str,
    passed_over: list[str] | None = None,
    exclude: Sequence[str] = (),
    **flags: object,
) -> list[DeclaredStream]:
    """Read every stream of the profiles at these paths; of a folder, all profiles below it.

    Args:
        paths: files and folders, or one of them.
        passed_over: takes the YAML files of folders that are no profiles.
        exclude: what is left out of folders besides, as patterns of gitignore.
        flags: fields that replace the profiles' ``defaults``, as on the command line.

    Raises:
        ProfileErrors: listing every problem of every file.
        BadFields: listing every flag that cannot be read.
    """
    from shardcalc.sources.profiles import reading

    given = [paths] if isinstance(paths, str) else paths
    return reading.load(given, read_fields(flags, READERS), passed_over, exclude)


def with_stdin(paths: Sequence[str], stdin: BinaryIO | None, name: str = "") -> list[str]:
    """These paths, with what stdin holds in the place of ``-``.

    Args:
        paths: files and folders.
        stdin: where it is read from; None where it is closed.
        name: what to call it, as if it were that file; ``<stdin>`` when not given.

    Raises:
        Refused: it cannot be read, or is asked for twice or not at all.
    """
    if paths.count("-") != 1:
        if not name and "-" not in paths:
            return list(paths)
        why = "-: given twice, and stdin can be read once"
        if "-" not in paths:
            why = "--stdin-name: it says what - is called, and no - is given"
        raise Refused("nothing was read", [why])
    from shardcalc.sources.profiles.documents import Piped  # flags alone need no YAML
    from shardcalc.sources.profiles.yaml_events import MAX_BYTES

    try:
        data = stdin.read(MAX_BYTES + 1) if stdin is not None else None
    except OSError as error:
        raise Refused("nothing was read", [f"-: stdin cannot be read: {error.strerror}"]) from error
    if data is None:
        raise Refused("nothing was read", ["-: stdin is closed"])
    return [Piped(name or "<stdin>", data) if path == "-" else path for path in paths]


def describe(
    paths: Sequence[str],
    flags: Mapping[str, Any],
    name: str = "",
    passed_over: list[str] | None = None,
    exclude: Sequence[str] = (),
) -> list[DeclaredStream]:
    """The streams that profiles declare, or the one that flags describe.

    Raises:
        Refused: there is neither.
        BadFields, ProfileErrors: what is wrong with them, all at once.
    """
    if paths:
        return load(paths, passed_over, exclude, **flags)
    if not flags:
        raise Refused("nothing was computed", ["give --size and --rps, or profiles; --help has examples"])
    if name:
        read_fields({"name": name}, {"name": read_name})
    return [DeclaredStream(name, Workload.of(**flags), dict.fromkeys(flags, "flag"))]


def listed(streams: Streams) -> Sequence[DeclaredStream]:
    """One stream or several as a list."""
    if isinstance(streams, Workload):
        return [DeclaredStream("", streams, {})]
    return [streams] if isinstance(streams, DeclaredStream) else streams


def in_region(streams: Streams, region: str) -> list[DeclaredStream]:
    """The same streams in a Region.

    Raises:
        BadFields: it is no Region with Kinesis Data Streams.
    """
    where = read_fields({"regions": region}, {"regions": read_region})["regions"]
    return [
        stream._replace(
            workload=replace(stream.workload, region=where), origins={**stream.origins, "region": "flag"}
        )
        for stream in listed(streams)
    ]


def unused_flags(streams: Iterable[DeclaredStream]) -> dict[str, list[str]]:
    """The flags that a stream's own value kept out, each with the names of those streams."""
    kept: dict[str, list[str]] = {}
    for stream in streams:
        for field in stream.unused_flags:
            kept.setdefault(field, []).append(stream.title)
    return kept


def documents(profiles: Sequence[DeclaredStream]) -> Iterator[Document]:
    """What profiles are declared in or, without any, the policy file that counts in the working folder.

    Raises:
        ProfileErrors: that file cannot be used.
    """
    yield from (stream.document for stream in profiles)
    if profiles:
        return
    from shardcalc.sources.profiles.policies import POLICY_FILE, policy_files

    problems: list[Problem] = []
    yield from filter(None, policy_files([POLICY_FILE], problems).values())
    if problems:
        raise ProfileErrors(problems)


def places(history: History, streams: Sequence[DeclaredStream]) -> Iterable[int]:
    """The streams, by their place in the list, that a history can be of."""
    for index, stream in enumerate(streams):
        named = stream.name == history.stream and history.region in (None, stream.workload.region)
        if stream.account and history.account_number not in ("", stream.account):
            continue
        if named or (history.stream is None and len(streams) == 1):
            yield index
