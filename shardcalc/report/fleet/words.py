"""What all pages of ``fleet`` say in the same words."""

from __future__ import annotations

from collections.abc import Sequence

from shardcalc.core.advice.fleet import Failure, Fleet, Member, Pool, Standing
from shardcalc.core.facts.prices import how_priced
from shardcalc.core.text import percent
from shardcalc.core.units import USD, Currency
from shardcalc.core.workload.parts import Mode
from shardcalc.report.words import converted, counted

COLUMNS = ("stream", "account", "owner", "Region", "now:", "to:", "used:", "a month:", "saves:")
"""The titles of :func:`cells`."""
MEANINGS = {
    "to": "the shards that are advised",
    "used": "what the nearest limit used of the shards of now, at its worst",
    "a month": "what it costs now",
    "saves": "how much less a month costs as advised",
}
"""What columns mean that do not explain themselves."""


def columns(fleet: Fleet) -> list[int]:
    """The columns, by their place, that say something: no account that all streams share, and owners only
    where one is known.
    """
    useless = {
        "account": len({one.account for one in fleet.members}) < 2,
        "owner": not any(one.owner for one in fleet.members),
    }
    return [index for index, title in enumerate(COLUMNS) if not useless.get(title)]


def cells(member: Member) -> list[str]:
    """One stream in one line."""
    on_demand = member.mode == "ON_DEMAND"
    now = "on-demand" if on_demand else "-" if member.shards is None else f"{member.shards:,}"
    advised = member.recommended is not None and (not on_demand or member.standing is Standing.WASTEFUL)
    return [
        title(member),
        member.account or "unknown",
        member.owner or "-",
        member.region,
        now,
        f"{member.recommended:,}" if advised else "-",
        "-" if member.used is None else percent(member.used),
        "unknown" if member.cost is None else str(member.cost),
        "unknown" if member.saving is None else str(member.saving) if member.saving else "",
    ]


def title(member: Member) -> str:
    """What a stream is called."""
    return f"{member.name} ({member.environment})" if member.environment else member.name


def name(member: Member, fleet: Fleet) -> str:
    """Which stream it is; with its account where there are several."""
    several = len({one.account for one in fleet.members}) > 1
    account = f", account {member.account}" if several and member.account else ""
    return f"{title(member)} in {member.region}{account}"


def failed(failure: Failure) -> str:
    """What could not be read."""
    return f"{failure.subject or 'all streams'} in {failure.place}"


def failed_text(failures: Sequence[Failure]) -> str:
    """How much could not be read, in one line."""
    streams = sum(1 for failure in failures if failure.subject)
    regions = len(failures) - streams
    what = [counted(count, noun) for count, noun in ((streams, "stream"), (regions, "Region")) if count]
    return f"{' and '.join(what)} could not be read completely; the totals do not include what is missing"


def sums(fleet: Fleet) -> list[tuple[str, USD | None, bool]]:
    """The totals of a month: what each is of, the amount, and whether it is complete."""
    told = {"as measured": fleet.cost, "the advised changes save": fleet.saving}
    return [(title, amount.known, amount.complete) for title, amount in told.items()]


def summary(fleet: Fleet, currency: Currency | None = None) -> list[str]:
    """The sums, and what is missing from them."""
    standings = [f"{count:,} {standing.value}" for standing in Standing if (count := fleet.count(standing))]
    lines = ["no stream could be read" if fleet.failures else "no stream was found"]
    if standings:
        streams = counted(len(fleet.members), "stream")
        cost = f"they cost {fleet.cost} a month before tax, at the measured mean"
        if fleet.cost.known is None:
            cost = f"their monthly cost is unknown: no price is known in {', '.join(_unpriced(fleet))}"
        lines = [f"{streams}: {', '.join(standings)}; {cost}"]
    if fleet.count(Standing.WASTEFUL):
        lines.append(f"wasteful streams: the advised changes save {fleet.saving} a month")
    if fleet.count(Standing.SHORT):
        lines.append(
            f"short streams: what they need costs {fleet.more} a month more"
            if fleet.more.known is not None
            else "short streams: the cost of what they need is unknown"
        )
    if fleet.count(Standing.IDLE):
        lines.append(
            f"idle streams: as advised they cost {fleet.idle_saving} less a month, deleted {fleet.idle_cost}"
        )
    if fleet.count(Standing.UNMEASURED):
        lines.append("unmeasured streams: their metrics are missing, so nothing is advised")
    lines += [*converted(currency, sums(fleet)), *map(pool, fleet.pools)]
    if fleet.failures:
        lines.append(failed_text(fleet.failures))
    if unpriced := _unpriced(fleet):
        lines += [f"not every price is known in {region}; {how_priced(region)}" for region in unpriced]
    return lines


def pool(pool: Pool) -> str:
    """The best mix of modes of one account and Region."""
    modes = pool.mix.modes
    counts = ", ".join(f"{modes.count(mode):,} {mode}" for mode in Mode if mode in modes)
    where = f"{pool.region}, account {pool.account}" if pool.account else pool.region
    best = "the best mix of modes" if pool.mix.exact else "a better mix of modes"
    return (
        f"{where}: {best}, each at what it needs, is {counts} for {pool.mix.total} a month, "
        f"{pool.now - pool.mix.total} less than now"
    )


def _unpriced(fleet: Fleet) -> list[str]:
    return sorted({member.region for member in fleet.members if member.cost is None})
