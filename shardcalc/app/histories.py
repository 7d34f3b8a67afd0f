"""Saved histories beside profiles: which is of which stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shardcalc.app.basis import Basis
from shardcalc.app.refusal import HistoryError, Refused, history_refused
from shardcalc.app.streams import places
from shardcalc.app.suggest import read_history
from shardcalc.core.advice.judged import Judged, judge
from shardcalc.core.advice.recommendation import Options
from shardcalc.core.history.model import History
from shardcalc.core.workload.declared import DeclaredStream


class SavedHistory(NamedTuple):
    """A history, and the file it was read from."""

    file: str
    history: History
    done: str
    """What is not done if it cannot be used: "checked", "reported"."""


def histories_of(
    files: Sequence[str], streams: Sequence[DeclaredStream], done: str
) -> Mapping[int, SavedHistory]:
    """Read histories, each of one of these streams: found by name, Region and account. By their place.

    Raises:
        Refused: a history cannot be read, or is of no stream here, or of several.
    """
    found: dict[int, SavedHistory] = {}
    for file in files:
        try:
            history, _ = read_history(file)
        except Refused as error:
            what = error.what.replace("nothing was suggested", f"nothing was {done}")
            raise Refused(what, error.problems, reason=error.reason) from error
        fits = list(places(history, streams))
        if len(fits) == 1 and fits[0] not in found:
            found[fits[0]] = SavedHistory(file, history, done)
            continue
        name = "a stream without a name"
        if history.stream is not None:
            name = f"{history.stream} in {history.region or 'an unknown Region'}"
        why = "the profiles declare no such stream"
        if fits:
            why = "the profiles declare it twice" if len(fits) > 1 else "another history of it was given"
        raise Refused(f"nothing was {done}", [f"--history {file}: it is of {name}, and {why}"])
    return found


def judged(
    stream: DeclaredStream, basis: Basis, saved: SavedHistory | None, options: Options | None = None
) -> Judged:
    """Plan, decide and bill one stream, with its history where there is one.

    Raises:
        Refused: the history says nothing of the bytes or of the records that were written.
    """
    if saved is None:
        return judge(stream, basis.ground(stream))
    try:
        return judge(stream, basis.ground(stream), saved.history, options)
    except HistoryError as error:
        raise history_refused(f"{saved.file}: nothing was {saved.done}", error) from error
