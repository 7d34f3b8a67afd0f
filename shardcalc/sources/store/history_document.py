"""The JSON document of a saved history: written, and read back strictly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from itertools import pairwise
from typing import Any, Final

from shardcalc.core.history.error import HistoryError
from shardcalc.core.history.metrics import CONSUMER_METRICS, SHARD_METRICS, STREAM_METRICS
from shardcalc.core.history.model import AccountQuota, History, Measurements, Series, whole
from shardcalc.core.text import nearest, shown

SCHEMA_VERSION: Final = 1
KIND: Final = "shardcalc-history"
_STREAM: Final = {
    "name": "stream",
    "arn": "arn",
    "region": "region",
    "mode": "mode",
    "status": "status",
    "open_shards": "open_shards",
    "retention_hours": "retention_hours",
    "enhanced_metrics": "enhanced_metrics",
    "registered_consumers": "registered",
    "max_record_size_kib": "max_record_size_kib",
    "warm_throughput_mib_per_second": "warm_throughput_mibps",
    "created_epoch_seconds": "created",
}
"""What the document calls the fields of a history that AWS says of the stream."""


def to_document(history: History) -> dict[str, Any]:
    """Turn a history into the document that :func:`read_document` reads back to an equal one.

    Whole numbers are written as integers, also when CloudWatch's client returned them as floats.
    """
    return {
        "kind": KIND,
        "schema_version": SCHEMA_VERSION,
        "read_at": history.read_at,
        "stream": {key: _json(getattr(history, field)) for key, field in _STREAM.items()},
        "account": None if history.account is None else asdict(history.account),
        **_measured(history),
        **({"older": [_measured(part) for part in history.older]} if history.older else {}),
    }


def _measured(part: Measurements) -> dict[str, Any]:
    def series(of: Mapping[str, Series]) -> dict[str, Any]:
        return {key: whole(values) for key, values in of.items()}

    return {
        "start_epoch_seconds": part.start,
        "period_seconds": part.period,
        "points": part.points,
        "metrics": series(part.metrics),
        "consumers": {name: series(of) for name, of in part.consumers.items()},
        "shards": {name: series(of) for name, of in part.shards.items()},
    }


def _json(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def check_outline(outline: object, *, whole: bool) -> None:
    """Check a document that has lengths in the place of its series, or the beginning of one.

    Raises:
        HistoryError: listing everything that is unknown, of the wrong kind or out of range.
    """
    from shardcalc.sources.store.models import HistoryDocument, Outline, read

    data = _of_a_history(outline) if whole else outline
    read(HistoryDocument, data, HistoryError, Outline.WHOLE if whole else Outline.BEGUN)


def read_document(data: object) -> History:
    """Read the document of a saved history, strictly; metrics that are not known here are kept.

    Raises:
        HistoryError: listing everything that is missing, unknown, of the wrong kind or out of range.
    """
    from shardcalc.sources.store.models import HistoryDocument, read

    read_back = read(HistoryDocument, _of_a_history(data), HistoryError)
    stream: Mapping[str, Any] = read_back["stream"]
    account = read_back.get("account")
    older = tuple(Measurements(**_part(each)) for each in read_back.get("older") or ())
    made = History(
        **_part(read_back),
        older=older,
        **{field: _read(stream.get(key)) for key, field in _STREAM.items()},
        account=AccountQuota(**account) if account else None,
        read_at=read_back.get("read_at"),
    )
    apart = [
        (
            f"older[{index}].start_epoch_seconds",
            f"it ends at {part.end}, and what follows it starts at {finer.start}",
        )
        for index, (finer, part) in enumerate(pairwise(made.parts))
        if part.end != finer.start
    ]
    if apart:
        raise HistoryError(apart)
    return made


def _of_a_history(data: object) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise HistoryError([("", "not a saved history: a JSON object was expected")])
    if data.get("kind") != KIND:
        raise HistoryError(
            [("kind", f"not a saved history: {_shown(data.get('kind'))} where '{KIND}' was expected")]
        )
    version = data.get("schema_version")
    if version != SCHEMA_VERSION or version.__class__ is not int:
        says = f"{_shown(version)} is not a version known here; this shardcalc reads {SCHEMA_VERSION}"
        raise HistoryError([("schema_version", says)])
    return data


def _part(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "start": data["start_epoch_seconds"],
        "period": data["period_seconds"],
        "points": data["points"],
        "metrics": data["metrics"],
        "consumers": data.get("consumers") or {},
        "shards": data.get("shards") or {},
    }


def _shown(value: object) -> str:
    return "nothing" if value is None else shown(value)


def _read(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def unknown_metrics(history: History) -> Iterator[str]:
    """What to tell of each metric that a newer release wrote, or somebody spelled wrong."""
    tables: list[tuple[Mapping[str, Series], Mapping[str, str]]] = []
    for part in history.parts:
        tables.append((part.metrics, STREAM_METRICS))
        tables += [(of, CONSUMER_METRICS) for of in part.consumers.values()]
        tables += [(of, SHARD_METRICS) for of in part.shards.values()]
    said = {name: nearest(name, known) for of, known in tables for name in of if name not in known}
    return (f"metric {name} is not known to this release, and not used{more}" for name, more in said.items())
