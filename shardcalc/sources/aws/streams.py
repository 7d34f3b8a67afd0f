"""Which streams there are and what Kinesis says of each: status, mode, open shards, registered consumers,
quotas.

Members that newer or older versions of the API do not have are unknown when absent, never zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from shardcalc.core.facts import regions
from shardcalc.core.history.model import MODES
from shardcalc.core.history.model import AccountQuota as Quota
from shardcalc.core.text import BadValue
from shardcalc.core.workload.reading import read_stream
from shardcalc.sources.aws.errors import UNDERSTOOD, AwsError, Trouble
from shardcalc.sources.aws.session import OPTIONAL_ATTEMPTS, Account

SUMMARY: Final = "StreamDescriptionSummary"
MOST_PAGES: Final = 2_000
"""More pages than any list of an account has; the guard of every loop over pages."""


@dataclass(frozen=True, slots=True)
class Stream:
    """What Kinesis says of one stream. A field that is None is unknown."""

    name: str
    region: str
    arn: str
    status: str
    mode: str
    open_shards: int
    retention_hours: int | None
    registered: tuple[str, ...]
    enhanced_metrics: tuple[str, ...] | None
    shard_ids: tuple[str, ...] = field(default=(), repr=False)
    """The open shards, where they were listed."""
    max_record_size_kib: int | None = None
    warm_throughput_mibps: int | None = None

    created: int | None = None
    """Epoch seconds."""
    foreign: bool = False
    """Whether another account owns it than the one that asks."""

    @property
    def account(self) -> str:
        """The number of the account that owns it; empty when its ARN does not say."""
        return _account(self.arn)


@dataclass(frozen=True, slots=True)
class Named:
    """A stream as somebody named it: by name, or by ARN, which says its Region too."""

    name: str
    region: str
    arn: str = ""

    @property
    def account(self) -> str:
        """The number of the account that owns it; empty when no ARN says it."""
        return _account(self.arn)

    @property
    def key(self) -> dict[str, str]:
        """How the API takes it."""
        return {"StreamARN": self.arn} if self.arn else {"StreamName": self.name}

    def __str__(self) -> str:
        return f"stream {self.name}"


def named(text: str, region: str, account: Account) -> Named:
    """Read the name or ARN of a stream; without a Region of its own it is in the given one, or the profile's.

    Raises:
        BadValue: it is neither, or the ARN's Region is another one.
        AwsError: no Region is set.
    """
    stream = read_stream(text)
    if not stream.startswith("arn:"):
        return Named(stream, region or account.region)
    where, _, name = stream.partition("/")
    which = Named(name, where.split(":")[3], stream)
    if region and region != which.region:
        raise BadValue(f"--region {region} contradicts the stream's ARN, which says {which.region}; give one")
    return which


def _account(arn: str) -> str:
    parts = arn.split(":")
    return parts[4] if len(parts) > 5 else ""


def list_streams(account: Account, region: str) -> Iterator[str]:
    """Every stream's name, over all pages.

    A page may say HasMoreStreams without NextToken: the list then goes on after its last name. Boto3's
    paginator stops there.

    Raises:
        AwsError: the list cannot be read to its end.
    """
    arguments: dict[str, Any] = {}
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        answer = account.ask("kinesis", region, "ListStreams", arguments, "StreamNames")
        fresh = [name for name in answer.get("StreamNames") or () if name not in seen]
        yield from fresh
        seen.update(fresh)
        if not answer.get("HasMoreStreams"):
            return
        if not fresh:
            break
        token = answer.get("NextToken")
        arguments = {"NextToken": token} if token else {"ExclusiveStartStreamName": fresh[-1]}
    raise AwsError(
        Trouble.BROKEN,
        f"ListStreams in {region} repeats a page and would never end",
        "run it again; name the streams if it goes on",
    )


def describe(account: Account, which: Named, *, list_shards: bool = True) -> Stream:
    """What Kinesis says of one stream.

    Args:
        account: with which credentials.
        which: the stream.
        list_shards: count the open shards themselves, over all pages; without it, the summary's count is
            taken where it has one,
            unless shard-level metrics need the shards' names.

    Raises:
        AwsError: it cannot be read, or it is being created, deleted or changed.
    """
    said = account.ask(
        "kinesis", which.region, "DescribeStreamSummary", which.key, SUMMARY, subject=str(which)
    )[SUMMARY]
    status = str(said.get("StreamStatus", ""))
    if status != "ACTIVE":
        raise AwsError(
            Trouble.STATE,
            f"{which} in {which.region} is {status or 'in no known state'}: "
            f"{_STATE.get(status, 'what it will be is not known')}",
            _WAIT_FOR,
        )
    enhanced = said.get("EnhancedMonitoring")
    metrics = (
        None
        if enhanced is None
        else tuple(dict.fromkeys(name for row in enhanced for name in row.get("ShardLevelMetrics") or ()))
    )
    counted, created = said.get("OpenShardCount"), said.get("StreamCreationTimestamp")
    shards: tuple[str, ...] = ()
    if list_shards or metrics or not counted:
        shards = tuple(open_shards(account, which))
        counted = len(shards)
        if not shards:
            none = f"the answer to kinesis:ListShards in {which.region} has no open shard of {which}"
            raise AwsError(Trouble.BROKEN, none, UNDERSTOOD)
    registered: tuple[str, ...] = ()
    if said.get("ConsumerCount", 1):
        registered = tuple(consumers(account, which, str(said.get("StreamARN") or which.arn)))
    mode = (said.get("StreamModeDetails") or {}).get("StreamMode")
    return Stream(
        name=str(said.get("StreamName") or which.name),
        region=which.region,
        arn=str(said.get("StreamARN") or which.arn),
        status=status,
        # A stream from before there were modes has no member for it, and is provisioned.
        mode=mode if mode in MODES else MODES[0],
        open_shards=int(counted),
        retention_hours=said.get("RetentionPeriodHours"),
        registered=registered,
        enhanced_metrics=metrics,
        shard_ids=shards,
        max_record_size_kib=said.get("MaxRecordSizeInKiB"),
        warm_throughput_mibps=(said.get("WarmThroughput") or {}).get("CurrentMiBps"),
        created=int(created) if isinstance(created, (int, float)) else None,
    )


_STATE: Final = {
    "CREATING": "it has no history yet",
    "DELETING": "it will be gone",
    "UPDATING": "its shards may be splitting or merging, so the open ones are not those that it will have",
}
_WAIT_FOR: Final = "run it again when the stream is ACTIVE"


def open_shards(account: Account, which: Named) -> Iterator[str]:
    """The ids of the open shards, over all pages; a closed parent has an ending sequence number and does not
    count.

    Raises:
        AwsError: they cannot be read.
    """
    # Servers that do not know the filter answer with closed shards too, so each shard is looked at.
    arguments: dict[str, Any] = {**which.key, "ShardFilter": {"Type": "AT_LATEST"}}
    for shard in _pages(account, which, "ListShards", "Shards", arguments, "ShardId"):
        if (shard.get("SequenceNumberRange") or {}).get("EndingSequenceNumber") is None:
            yield str(shard["ShardId"])


def consumers(account: Account, which: Named, arn: str) -> Iterator[str]:
    """The names of the consumers registered for enhanced fan-out, over all pages.

    Raises:
        AwsError: they cannot be read.
    """
    for consumer in _pages(
        account,
        which,
        "ListStreamConsumers",
        "Consumers",
        {"StreamARN": arn},
        "ConsumerARN",
        keep=("StreamARN",),
    ):
        if consumer.get("ConsumerStatus") != "DELETING":
            yield str(consumer["ConsumerName"])


def _pages(
    account: Account,
    which: Named,
    operation: str,
    member: str,
    arguments: dict[str, Any],
    key: str,
    keep: tuple[str, ...] = (),
) -> Iterator[Any]:
    seen: set[str] = set()
    again = {name: arguments[name] for name in keep}
    for _ in range(MOST_PAGES):
        answer = account.ask("kinesis", which.region, operation, arguments, member, subject=str(which))
        rows = [row for row in answer.get(member) or () if row[key] not in seen]
        yield from rows
        seen.update(row[key] for row in rows)
        token = answer.get("NextToken")
        if not token:
            return
        if not rows:
            break
        # ListShards takes the token alone: the name of the stream beside it is an error.
        arguments = {**again, "NextToken": token}
    raise AwsError(
        Trouble.BROKEN,
        f"{operation} of {which} in {which.region} repeats a page and would never end",
        "run it again",
    )


def quota(account: Account, region: str) -> Quota:
    """The shards that the account may have in a Region and those it has.

    Raises:
        AwsError: they cannot be read.
    """
    said = account.ask("kinesis", region, "DescribeLimits", {}, "ShardLimit", attempts=OPTIONAL_ATTEMPTS)
    return Quota(int(said["ShardLimit"]), int(said["OpenShardCount"]))


def owners(account: Account, region: str, tag: str) -> dict[str, str]:
    """What a tag says of each stream of a Region that has it, by the stream's ARN.

    Raises:
        AwsError: the tags cannot be read.
    """
    found: dict[str, str] = {}
    arguments = {"ResourceTypeFilters": ["kinesis:stream"], "TagFilters": [{"Key": tag}]}
    token = ""
    for _ in range(MOST_PAGES):
        page = {**arguments, "ResourcesPerPage": 100, **({"PaginationToken": token} if token else {})}
        what = ("GetResources", page, "ResourceTagMappingList")
        answer = account.ask("tag", region, *what, attempts=OPTIONAL_ATTEMPTS)
        for row in answer["ResourceTagMappingList"]:
            said = {each["Key"]: each["Value"] for each in row.get("Tags") or ()}
            found[row["ResourceARN"]] = said.get(tag, "")
        token = answer.get("PaginationToken") or ""
        if not token:
            break
    return found


def elsewhere(account: Account, which: Named) -> list[str]:
    """The other Regions of the partition that have a stream of this name, as far as they say so at once."""
    from concurrent.futures import ThreadPoolExecutor
    from dataclasses import replace

    access = replace(account.access, timeout=min(account.access.timeout, 3))
    quick = Account(access, attempts=1, beside=account)

    def there(region: str) -> str:
        try:
            quick.ask("kinesis", region, "DescribeStreamSummary", {"StreamName": which.name}, SUMMARY)
        except AwsError:
            return ""
        return region

    codes = [
        code
        for code in regions().codes
        if code != which.region and _partition(code) == _partition(which.region)
    ]
    for code in codes:
        quick.prepare("kinesis", code)
    with ThreadPoolExecutor(12) as pool:
        return [code for code in pool.map(there, codes) if code]


def _partition(region: str) -> str:
    first, _, rest = region.partition("-")
    return (
        first
        if first in ("cn", "eusc")
        else f"us-{rest.split('-')[0]}"
        if rest.startswith(("gov", "iso"))
        else "eu-iso"
        if rest.startswith("iso")
        else "aws"
    )
