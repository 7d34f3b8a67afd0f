"""How other shard counts would have done in the same time, and what each costs: the history played back.

Pure arithmetic; no I/O.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final, NamedTuple, Self

from shardcalc.core.capacity.packing import Packing
from shardcalc.core.cost.bill import (
    Bill,
    advantage_bill,
    billed,
    discounted,
    floors,
    gigabytes,
    priced,
    provisioned_bill,
    standard_bill,
)
from shardcalc.core.cost.mix import StreamBills
from shardcalc.core.facts import Limits
from shardcalc.core.facts.prices import PriceSheet
from shardcalc.core.history.demand import Readings, Traffic
from shardcalc.core.history.load import Asked, Load
from shardcalc.core.history.metrics import FAN_OUT_BYTES, GET_BYTES
from shardcalc.core.history.model import History
from shardcalc.core.text import shards_text
from shardcalc.core.units import KIB, Duration, RecordRate, Size
from shardcalc.core.workload.parts import Consumer, ConsumerType, Mode, Rates, shard_metrics
from shardcalc.core.workload.workload import DEFAULT_REGION, Workload

ZERO: Final = Fraction(0)


class Replay(NamedTuple):
    """How one shard count would have done."""

    shards: int
    roles: tuple[str, ...]
    """Why this count is here: now, advised, enough (fewer than now, but not advised), asked, or just enough,
    which is the smallest count that carries every period without headroom."""
    over: int
    """Known periods that asked for more than this count carries, without headroom."""
    older_over: int
    """The same of the older, coarser periods."""
    p50: Fraction
    """Utilisation of the limit that was nearest to its capacity, in the median period; p95, p99, worst
    likewise."""
    p95: Fraction
    p99: Fraction
    worst: Fraction
    shard_hours: Fraction
    """Over the window."""
    bill: Bill
    """Of a month."""

    @property
    def excess(self) -> Fraction:
        """By how much the worst period went over capacity, as a share of it; zero when none did."""
        return max(ZERO, self.worst - 1)


class Choice(NamedTuple):
    """One way to have the stream's capacity, with its monthly bill."""

    title: str
    mode: Mode
    shards: int | None
    bill: Bill


def play(
    history: History,
    load: Load,
    counts: Mapping[int, tuple[str, ...]],
    billing: Billing,
    older: Sequence[Load] = (),
) -> tuple[Replay, ...]:
    """Play a history back against each count; the counts come with why they are looked at.

    The finest periods are played back. Of the older, coarser ones, only those above the capacity are counted.
    """
    window = Fraction(history.points * history.period, 3600)
    rows = []
    for count in sorted(counts):
        capacity = count * load.shard
        ordered = load.ordered_at(count)
        p50, p95, p99 = (
            Fraction(ordered[-(-rank * len(ordered) // 100) - 1], capacity) for rank in (50, 95, 99)
        )
        over = len(ordered) - bisect_right(ordered, capacity)
        worst = Fraction(ordered[-1], capacity)
        rows.append(
            Replay(
                count,
                counts[count],
                over,
                sum(
                    len(known) - bisect_right(known, count * each.shard)
                    for each in older
                    for known in [each.ordered_at(count)]
                ),
                p50,
                p95,
                p99,
                worst,
                count * window,
                billing.provisioned(count),
            )
        )
    return tuple(rows)


def measured_workload(history: History, readings: Readings, written: Traffic) -> Workload:
    """The stream as a workload with the measured means, to be billed."""
    sizes, records = written.accepted_bytes, written.accepted_records
    mean = RecordRate(records.mean(history.period))
    # Without a record there is no size, and none is billed.
    size = Size(Fraction(sizes.total, records.total)) if sizes.total and records.total else Size(1)
    consumers = []
    if GET_BYTES in readings.metrics:
        consumers.append(Consumer())
    registered = len(history.registered) if history.registered is not None else len(history.consumers)
    if registered:
        consumers.append(Consumer(type=ConsumerType.FAN_OUT, count=registered))
    return Workload(
        size=size,
        rps=Rates(mean, mean),
        consumers=tuple(consumers),
        max_record_size=None
        if history.max_record_size_kib is None
        else Size(history.max_record_size_kib * KIB),
        retention=None if history.retention_hours is None else Duration.hours(history.retention_hours),
        enhanced_metrics=shard_metrics(history.enhanced_metrics or ()),
        region=history.region or DEFAULT_REGION,
    )


def moved_out(history: History, readings: Readings, written: Traffic) -> dict[str, Fraction]:
    """Bytes per second that leave the stream, as measured, by the name of the bill's line."""
    period = history.period
    found: dict[str, Fraction] = {}
    if GET_BYTES in readings.metrics:
        found["data-out"] = readings.metrics[GET_BYTES].mean(period)
    pushed = [of[FAN_OUT_BYTES].mean(period) for of in readings.consumers.values() if FAN_OUT_BYTES in of]
    # A registered consumer that tells nothing is taken to read everything that is written.
    silent = sum(FAN_OUT_BYTES not in readings.consumers.get(name, {}) for name in history.registered or ())
    if pushed or silent:
        found["fan-out-data"] = sum(pushed, silent * written.accepted_bytes.mean(period))
    return found


class Billing(NamedTuple):
    """How a measured stream is billed for a month: by its mean traffic, and by what was read of it."""

    workload: Workload
    moved: Mapping[str, Fraction]
    """Bytes per second that leave the stream, by the name of the bill's line."""
    prices: PriceSheet
    limits: Limits
    discount: Fraction

    @classmethod
    def of(
        cls, history: History, finest: Asked, prices: PriceSheet, limits: Limits, discount: Fraction
    ) -> Self:
        """The billing of a history, by its finest part."""
        of = history, finest.readings, finest.written
        return cls(measured_workload(*of), moved_out(*of), prices, limits, discount)

    def provisioned(self, shards: int) -> Bill:
        """As a provisioned stream with this number of open shards."""
        return self._discounted(
            self._measured(provisioned_bill(self.workload, self._packing, shards, *self._rest))
        )

    def standard(self, shards: int) -> Bill:
        """In On-demand Standard, with the shard-level metrics of this number of shards."""
        return self._discounted(
            self._measured(standard_bill(self.workload, self._packing, shards, *self._rest))
        )

    def advantage(self, shards: int) -> Bill:
        """In On-demand Advantage with no other on-demand stream in the account, its floors included."""
        alone = self._measured(advantage_bill(self.workload, self._packing, shards, *self._rest))
        short = floors([alone], *self._rest)
        return self._discounted(billed(alone.mode, alone.region, alone.hours, [*alone.lines, *short.lines]))

    @property
    def _packing(self) -> Packing:
        # CloudWatch counts stream records, not the producer records packed into them.
        return Packing(1, self.workload.size, self.workload.size)

    @property
    def _rest(self) -> tuple[PriceSheet, Limits, Fraction]:
        return self.prices, self.limits, self.limits.month.value.in_hours

    def modes(self, enough: int, mode: str | None) -> StreamBills | None:
        """In each mode at what it needs, before any discount and before the account's floors; None where it
        is not known what is read, which on-demand bills.
        """
        if "data-out" not in self.moved:
            return None
        whole = self._replace(discount=ZERO)
        usage = advantage_bill(self.workload, self._packing, enough, *self._rest)
        has = {"PROVISIONED": Mode.PROVISIONED, "ON_DEMAND": Mode.ON_DEMAND_STANDARD}.get(mode or "")
        return StreamBills(has, whole.provisioned(enough), whole.standard(enough), self._measured(usage))

    def _discounted(self, bill: Bill) -> Bill:
        return discounted(bill, self.discount)

    def _measured(self, bill: Bill) -> Bill:
        """A bill whose data out is what was measured, not what the number of consumers implies."""
        seconds = bill.hours * 3600
        lines = [
            priced(line.name, line.title, gigabytes(self.moved[line.name] * seconds), line.price)
            if line.name in self.moved
            else line
            for line in bill.lines
        ]
        return billed(bill.mode, bill.region, bill.hours, lines)


def choices(enough: int, billing: Billing) -> Iterator[Choice]:
    """Each capacity mode at what it needs, with its bill of a month."""
    yield Choice(f"provisioned, {shards_text(enough)}", Mode.PROVISIONED, enough, billing.provisioned(enough))
    if "data-out" not in billing.moved:
        # On-demand bills what is read, and that is not known.
        return
    yield Choice("On-demand Standard", Mode.ON_DEMAND_STANDARD, None, billing.standard(enough))
    title = "On-demand Advantage, no other on-demand stream"
    yield Choice(title, Mode.ON_DEMAND_ADVANTAGE, None, billing.advantage(enough))
