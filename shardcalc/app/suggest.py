"""``suggest``: how many shards a running stream should have, by what was measured.

``suggest``, ``fleet`` and ``report`` all go from a history to a recommendation by :func:`suggest`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shardcalc.app.basis import Basis
from shardcalc.app.refusal import BadFields, Refused, history_problems
from shardcalc.app.streams import documents, places
from shardcalc.core.advice import recommendation
from shardcalc.core.advice.judged import judge
from shardcalc.core.advice.recommendation import Options, Suggestion
from shardcalc.core.facts.prices import PriceSheet
from shardcalc.core.history.error import HistoryError
from shardcalc.core.history.model import History, complete
from shardcalc.core.workload.declared import DeclaredStream


def suggest(
    history: History | str,
    options: Options | None = None,
    *,
    basis: Basis | None = None,
    region: str | None = None,
    profiles: Sequence[DeclaredStream] = (),
) -> Suggestion:
    """Work out how many shards a stream should have, from what was measured.

    Args:
        history: what was measured, or the file of a saved history.
        options: what the recommendation shall hold for; as usual when not given.
        basis: limits, prices and discount; what it lacks, the policy file of the profiles says or, without
            profiles, the one that counts in the working folder.
        region: the Region, where the history does not say it.
        profiles: declared streams; where one of them is this stream, the suggestion holds for both, with the
            reserve that the profile gives.

    Raises:
        Refused: the file cannot be used, or the profiles declare the stream several times.
        HistoryError: the history says nothing of the bytes or of the records that were written.
    """
    if isinstance(history, str):
        history, _ = read_history(history)
    fits = list(places(history, profiles))
    if len(fits) > 1:
        raise Refused("nothing was suggested", [f"the profiles declare {history.stream} {len(fits)} times"])
    declaring = documents([profiles[fit] for fit in fits] or profiles)
    basis = (basis or Basis.of()).by_policy(declaring).used_in([region or history.region])
    if fits:
        declared = profiles[fits[0]]
        made = judge(declared, basis.ground(declared), history, options).measured
        assert made is not None  # there is a history
        return replace(made, identity=declared.identity)
    prices = prices_for(history, basis, region)
    return recommendation.suggest(
        history, options, limits=basis.limits, prices=prices, discount=basis.discount
    )


def prices_for(history: History, basis: Basis, region: str | None = None) -> PriceSheet:
    """What the Region of a history charges; all unknown where it does not say its Region."""
    where = region or history.region
    if where is None:
        return PriceSheet("unknown Region", "none: the Region is unknown")
    return basis.prices(where)


def read_history(path: str, period: str | None = None, **said: str | None) -> tuple[History, tuple[str, ...]]:
    """Read a saved history or the output of get-metric-data, and fill in what it does not say; also notes for
    the reader.

    Args:
        path: the file.
        period: seconds between the points of get-metric-data's output, which does not say it.
        said: what somebody says of the stream, as text: stream, region, mode, current, retention.

    Raises:
        Refused: the file cannot be used.
        BadFields: something said cannot be read, or the file says otherwise.
    """
    from shardcalc.sources.store.histories import read_history_file
    from shardcalc.sources.store.metric_data import read_period

    seconds = read_period(period)
    try:
        history, notes = read_history_file(path, seconds)
    except HistoryError as error:
        problems = list(history_problems(error))
        count = len(problems)
        raise Refused(
            f"{path}: {count} problem{'' if count == 1 else 's'}, nothing was suggested", problems
        ) from error
    return complete(history, {name: value for name, value in said.items() if value is not None}), notes


__all__ = ["BadFields", "History", "Options", "Suggestion", "prices_for", "read_history", "suggest"]
