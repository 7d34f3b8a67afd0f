"""The rules of a decision, stated a second time: what the planner's answers are compared with.

It shares no code with the planner and imports nothing of it: a stream is given as fractions, the limits of a
shard are written out again, and a count is found by trying counts, never by a formula. So a mistake has to be
made twice to go unseen. Slow and plain on purpose. Its own tests are in ``test_oracle.py``.

Words: the *load* of a limit is its demand over the limit of one shard, bare, with no reserve in it. The
*reserve* is the share of a limit that may be used.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum, IntEnum
from fractions import Fraction

KIB = 1024
WRITE_BYTES = 1024 * KIB
WRITE_RECORDS = 1000
READ_BYTES = 2 * 1024 * KIB
"""What GetRecords gives from one shard, to all shared readers together; and what each fan-out reader gets."""

FRAME = 20
"""Bytes of an aggregate besides its records."""
EACH = 10
"""Bytes that each record of an aggregate adds to its own."""
KPL_TARGET = 51_200
"""The aggregate of a KPL producer that says no size."""

LAMBDA_FACTOR = 1
LAMBDA_BATCH = 100

MOST_SHARDS = 10_000
"""A key that needs more shards than this is not relieved by shards."""
LEAD = 30
"""Days that an advice looks ahead; lowering looks twice as far."""

ONE = Fraction(1)
PROVISIONED = "provisioned"


# ── what is asked of a stream ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Reader:
    """One reading application, or ``count`` alike ones."""

    name: str = ""
    fan_out: bool = False
    count: int = 1
    factor: int | None = None
    """Lambda: batches of one shard at a time."""
    batch: int | None = None
    """Lambda: stream records of a batch."""
    batch_seconds: Fraction | None = None
    """Lambda: how long a batch takes; without it its speed is not known."""
    most_records: Fraction | None = None
    """The most producer records a second that it handles from one shard."""


@dataclass(frozen=True)
class Stream:
    """What is asked of one stream, in bytes, seconds and shares of one."""

    peak: Fraction
    """Producer records a second."""
    sizes: tuple[tuple[Fraction, Fraction], ...]
    """Bytes of a record, and the share of the records that have this size."""
    readers: tuple[Reader, ...] = (Reader(),)
    headroom: Fraction = Fraction(0)
    max_utilisation: Fraction | None = None
    hottest_key: Fraction | None = None
    skew: Fraction = ONE
    outage: Fraction | None = None
    within: Fraction | None = None
    behind: tuple[str, ...] | None = None
    """The names of the readers that fell behind; None: all of them."""
    producer: str = "put-records"
    aggregate: Fraction | None = None
    """The size that the producer packs records to."""
    growth: Fraction | None = None
    months: int = 1
    """The period of the growth."""
    dated: date | None = None
    """The day on which the peak was true; None: the day on which it is asked."""
    declared: int | None = None
    mode: str | None = PROVISIONED

    @property
    def mean(self) -> Fraction:
        """Bytes of the mean record."""
        return sum((size * share for size, share in self.sizes), Fraction(0))


# ── loads ────────────────────────────────────────────────────────────────────────────────────────


def packed(stream: Stream) -> tuple[int, tuple[tuple[Fraction, Fraction], ...]]:
    """Producer records of one stream record, and the sizes of stream records with their shares.

    An aggregate takes as many whole records of the mean size as its target has room for, each with
    :data:`EACH` more bytes, and :data:`FRAME` once. Where a second record finds no room, nothing is packed.
    """
    target = stream.aggregate
    if target is None and stream.producer == "kpl":
        target = Fraction(KPL_TARGET)
    if target is not None:
        one = stream.mean + EACH
        together = 1
        room = target - FRAME
        if room >= 2 * one:
            together = int(room / one)
            assert together * one <= room < (together + 1) * one
            return together, ((together * one + FRAME, ONE),)
    return 1, stream.sizes


def loads(stream: Stream) -> dict[str, Fraction]:
    """The bare load of each limit of a shard, by name: how many shards it fills, spread evenly."""
    together, sizes = packed(stream)
    records = stream.peak / together
    stored = records * sum((size * share for size, share in sizes), Fraction(0))
    """Bytes a second as they are stored and read; what the writes count may be more."""
    counted = stored
    if stream.producer == "put-record":
        # Each call is rounded up to whole KiB alone: the mean of the rounded sizes, not the rounded mean.
        counted = records * sum((KIB * math.ceil(size / KIB) * share for size, share in sizes), Fraction(0))
    found = {
        "write bytes": counted / WRITE_BYTES,
        "write records": records / WRITE_RECORDS,
    }
    shared = [reader for reader in stream.readers if not reader.fan_out]
    n = sum(reader.count for reader in shared)
    if n:
        found["shared reads"] = n * stored / READ_BYTES
    # Each fan-out reader has 2 MiB/s of each shard to itself, so that their number does not matter.
    if any(reader.fan_out and reader.count for reader in stream.readers):
        found["fan-out reads"] = stored / READ_BYTES
    for index, reader in enumerate(stream.readers):
        for what, load in _speeds(reader, stream.peak, records).items():
            found[f"{what} of reader {index}"] = load
    if stream.outage is not None and stream.within is not None:
        # After the outage, (outage + within) seconds of records are read in `within` seconds.
        k = (stream.outage + stream.within) / stream.within
        late = [
            (index, reader)
            for index, reader in enumerate(stream.readers)
            if stream.behind is None or reader.name in stream.behind
        ]
        n_late = sum(reader.count for _, reader in late if not reader.fan_out)
        if n_late:
            found["catch-up of the shared readers"] = ((n - n_late) + k * n_late) * stored / READ_BYTES
        for index, reader in late:
            if reader.fan_out and reader.count:
                found[f"catch-up of fan-out reader {index}"] = k * stored / READ_BYTES
            for what, load in _speeds(reader, stream.peak, records).items():
                found[f"catch-up {what} of reader {index}"] = k * load
    return found


def _speeds(reader: Reader, peak: Fraction, records: Fraction) -> dict[str, Fraction]:
    """The load of each speed that a reader declares: a batch is of stream records, a rate of producer's."""
    found = {}
    if reader.batch_seconds is not None:
        factor = LAMBDA_FACTOR if reader.factor is None else reader.factor
        batch = LAMBDA_BATCH if reader.batch is None else reader.batch
        found["batches"] = records / (factor * batch / reader.batch_seconds)
    if reader.most_records is not None:
        found["rate"] = peak / reader.most_records
    return found


# ── counts ───────────────────────────────────────────────────────────────────────────────────────


class Regime(IntEnum):
    """What a hot key may use of a shard; the larger, the worse."""

    RESERVED = 0
    """The reserve holds for the key as well, at some count."""
    BARE = 1
    """The key fits a shard at some count, and the reserve cannot be had for it."""
    NONE = 2
    """No count carries the key; the count is the one without it."""


class Action(Enum):
    """What to do with a stream's shards."""

    CREATE = "create"
    RAISE = "raise"
    LOWER = "lower"
    KEEP = "keep"
    SWITCH = "switch"
    ON_DEMAND = "on-demand"


@dataclass(frozen=True)
class Band:
    """Too small a surplus to speak of: a policy's."""

    above: Fraction = Fraction(1, 4)
    saving_above: Fraction = Fraction(20)
    """US dollars a month."""


@dataclass(frozen=True)
class Verdict:
    """What is advised, with what it follows from."""

    action: Action
    advised: int | None
    needed: int
    up: int
    stay: int
    blocked: bool
    base: int | None
    edits: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Declared and running counts that differ from the advised one: from, to."""


class Oracle:
    """The answers for one stream."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.loads = loads(stream)
        u = 1 / (1 + stream.headroom)
        most = stream.max_utilisation
        self.u = u if most is None else min(u, most)
        self.regimes = self.regimes_at()
        """Of each limit, decided once, at the traffic as it is declared."""

    def even(self, n: int) -> Fraction:
        """The share of the stream that the busiest of n shards takes by the skew."""
        return min(ONE, self.stream.skew / n)

    def hot(self, n: int, key: Fraction | None = None) -> Fraction:
        """The share of the shard with the hottest key: the key, and its part of everything else."""
        p = self.stream.hottest_key if key is None else key
        assert p is not None
        return p + (1 - p) / n

    def regimes_at(self, x: Fraction = ONE) -> dict[str, Regime]:
        """The regime of each limit at x times the traffic; none where no key is declared.

        The share of the hot shard falls with each shard more, so the largest count says whether one will do.
        """
        if self.stream.hottest_key is None:
            return {}
        least = self.hot(MOST_SHARDS)
        return {
            name: Regime.RESERVED
            if least * load * x <= self.u
            else Regime.BARE
            if least * load * x <= 1
            else Regime.NONE
            for name, load in self.loads.items()
        }

    @property
    def unrelieved(self) -> frozenset[str]:
        """The limits that no count carries the hottest key of."""
        return frozenset(name for name, regime in self.regimes.items() if regime is Regime.NONE)

    def ok(self, n: int, x: Fraction = ONE) -> bool:
        """Whether n shards carry x times the traffic."""
        for name, load in self.loads.items():
            if self.even(n) * load * x > self.u:
                return False
            regime = self.regimes.get(name, Regime.NONE)
            if regime is Regime.RESERVED and self.hot(n) * load * x > self.u:
                return False
            if regime is Regime.BARE and self.hot(n) * load * x > 1:
                return False
        return True

    def need(self, x: Fraction = ONE) -> int | None:
        """The least count that carries x times the traffic; None where the hottest key forbids every count.

        More shards never carry less, so the last that fails and the first that holds are found by halving;
        the neighbours of the answer are tried all the same.
        """
        if self._forbidden(x):
            return None
        fails, holds = 0, 1
        while not self.ok(holds, x):
            fails, holds = holds, 2 * holds
        while holds - fails > 1:
            middle = (fails + holds) // 2
            if self.ok(middle, x):
                holds = middle
            else:
                fails = middle
        assert holds == 1 or not self.ok(holds - 1, x)
        assert all(self.ok(more, x) for more in (holds, holds + 1, 2 * holds))
        return holds

    def _forbidden(self, x: Fraction) -> bool:
        # No more shards are asked for on account of a key than a stream can have.
        for name, regime in self.regimes.items():
            if regime is Regime.NONE:
                continue
            most = self.u if regime is Regime.RESERVED else ONE
            if self.hot(MOST_SHARDS) * self.loads[name] * x > most:
                return True
        return False

    @property
    def needed(self) -> int:
        """The least count for the traffic as it is declared."""
        found = self.need()
        assert found is not None, "today's regimes leave out what no count carries"
        return found

    # ── the days ahead ───────────────────────────────────────────────────────────────────────────

    def grown(self, today: date, day: date) -> Fraction:
        """The traffic of a day over the declared one.

        By its share from one month (or year) to the next, compounding, and evenly over the days between. It
        counts from the day on which the rates are dated, else from today; before that day nothing has grown.
        """
        if self.stream.growth is None:
            return ONE
        begin = first = today if self.stream.dated is None else self.stream.dated
        times, periods = ONE, 0
        while True:
            end = months_after(first, (periods + 1) * self.stream.months)
            if day < end:
                return times * (
                    1 + self.stream.growth * Fraction(max(0, (day - begin).days), (end - begin).days)
                )
            begin, times, periods = end, times * (1 + self.stream.growth), periods + 1

    def runs_out(self, base: int, today: date, last: date) -> date | None:
        """The first day on which so many shards do not carry the traffic; None where none to the last, or
        where they are too few already.
        """
        if base < self.needed:
            return None
        return next((day for day in _days(today, last) if not self.ok(base, self.grown(today, day))), None)

    def key_out(self, today: date, last: date) -> date | None:
        """The first day on which the key outgrows its regime."""
        return next(
            (day for day in _days(today, last) if self.regimes_at(self.grown(today, day)) != self.regimes),
            None,
        )

    # ── advice ───────────────────────────────────────────────────────────────────────────────────

    def decide(
        self,
        today: date,
        *,
        lead: int = LEAD,
        measured: int | None = None,
        holds: bool = False,
        running: int | None = None,
        running_mode: str | None = None,
        band: Band | None = None,
        saving: Callable[[int, int], Fraction | None] = lambda base, shards: None,
    ) -> Verdict:
        """Say what to do.

        Args:
            today: the day of the question.
            lead: the days that advice looks ahead.
            measured: the least count for a history.
            holds: something in the history speaks against fewer shards.
            running: the open shards.
            running_mode: the mode that the stream runs in.
            band: too small a surplus to lower.
            saving: dollars a month that the second count costs less than the first; None is unknown, and
                holds nothing back.
        """
        band = band or Band()
        needed = self.needed
        soon = self.grown(today, today + timedelta(lead))
        later = self.grown(today, today + timedelta(2 * lead))
        # Where the key forbids every count by then, there is one for today.
        today_too = self.need(self.grown(today, today)) or needed
        up = max(needed, self.need(soon) or today_too, measured or 0)
        stay = max(up, self.need(later) or up)
        blocked = holds or bool(self.unrelieved) or self.regimes_at(later) != self.regimes
        declared, declared_mode = self.stream.declared, self.stream.mode
        provisioned = running_mode is None or running_mode == PROVISIONED
        base = running if running is not None and provisioned else declared
        mode = running_mode if declared_mode is None else declared_mode

        advised: int | None
        # A stream of AWS is provisioned or on-demand; the kind of on-demand is the account's.
        if (
            running_mode is not None
            and declared_mode is not None
            and (running_mode == PROVISIONED) != (declared_mode == PROVISIONED)
        ):
            action, advised = Action.SWITCH, up if declared_mode == PROVISIONED else None
        elif mode is not None and mode != PROVISIONED:
            action, advised = Action.ON_DEMAND, None
        elif base is None:
            action, advised = Action.CREATE, up
        elif base < up:
            action, advised = Action.RAISE, up
        elif base > stay and not blocked and _worth(band, base, stay, saving):
            action, advised = Action.LOWER, stay
        else:
            action, advised = Action.KEEP, base
        edits = {
            name: (count, advised)
            for name, count in (("declared", declared), ("running", running if provisioned else None))
            if advised is not None and count is not None and count != advised
        }
        return Verdict(action, advised, needed, up, stay, blocked, base, edits)

    def salts(self) -> tuple[int, int] | None:
        """At how many shards how many salts make the key's parts fit, each part on a shard of its own; None
        without a key.

        The shards are those that the stream needs without the key, or one more where those are full to the
        last byte and leave a key's part no room. A key in k parts is a key of that part's share.
        """
        p = self.stream.hottest_key
        if p is None:
            return None
        shards = 1
        while any(self.even(shards) * load > self.u for load in self.loads.values()):
            shards += 1
        if shards > 1 and any(load / shards >= self.u for load in self.loads.values()):
            shards += 1
        salts = 1
        while any(self.hot(shards, p / salts) * load > self.u for load in self.loads.values()):
            salts += 1
        return shards, salts


def _worth(band: Band, base: int, shards: int, saving: Callable[[int, int], Fraction | None]) -> bool:
    """Whether a surplus is outside the dead band: in shards, and in money where that is known."""
    money = saving(base, shards)
    return base > shards * (1 + band.above) and (money is None or money >= band.saving_above)


# ── what is told besides ─────────────────────────────────────────────────────────────────────────


def differs(declared: Fraction, measured: Fraction) -> bool:
    """Whether a rate (of records or bytes) that is declared is not the one that is measured."""
    return max(declared, measured) / min(declared, measured) > Fraction(5, 4)


def contradict(skew: Fraction, key: Fraction, n: int) -> bool:
    """Whether a busiest shard that takes ``skew`` means is less than the key alone puts on a shard of n."""
    return skew < key * n + 1 - key


def key_of_busiest(share: Fraction, n: int) -> Fraction:
    """The key that explains why one of n shards takes this share of the stream."""
    return (share * n - 1) / (n - 1)


# ── days ─────────────────────────────────────────────────────────────────────────────────────────


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of a month that has no such day."""
    year, month = divmod(day.year * 12 + (day.month - 1) + months, 12)
    for number in range(day.day, 0, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    raise AssertionError("each month has a first day")


def _days(first: date, last: date):
    return (first + timedelta(days) for days in range((last - first).days + 1))
