"""The flags that several commands share, each made once: those of a workload, of the basis, of a suggestion,
of reading AWS.

A decorator gives a command its options; the command receives them as one value.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from shardcalc.app.refusal import Refused

if TYPE_CHECKING:
    from shardcalc.app.basis import Basis
    from shardcalc.app.reading import Reading
    from shardcalc.app.selection import Selection
    from shardcalc.app.streams import Flags
else:
    # Typer reads the annotations of a command when it is run; these are taken out before it does.
    Basis = Reading = Selection = Flags = Any

__all__ = [
    "Allow",
    "Basis",
    "Burst",
    "Days",
    "DryRun",
    "Exclude",
    "Flags",
    "Headroom",
    "Histories",
    "Output",
    "Paths",
    "Profiles",
    "Reading",
    "Selection",
    "StdinName",
    "StreamName",
    "basis_flags",
    "reading_flags",
    "refuse_flags",
    "refuse_reading_flags",
    "selection_flags",
    "workload_flags",
]

Command = Callable[..., Any]
Headroom = Annotated[
    str | None,
    typer.Option(
        metavar="25%",
        help="spare capacity on top of the measured demand; 25% when not given",
        show_default=False,
    ),
]
Burst = Annotated[
    str | None,
    typer.Option(
        metavar="1.5",
        help="peak second divided by the mean second of its minute; 1 when not given",
        show_default=False,
    ),
]
Allow = Annotated[
    str | None,
    typer.Option(
        metavar="N|0.1%",
        help="periods that may exceed capacity: a count or a percentage; none when not given",
        show_default=False,
    ),
]
Days = Annotated[
    str | None,
    typer.Option(
        metavar="N",
        help="read the last N days, 29 when not given; of a saved history, use the last N days",
        show_default=False,
    ),
]
DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help="say how many calls would be made and what they cost; read no metrics"),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PATTERN",
        help="leave this out of folders, a pattern as in .gitignore; can be repeated",
        show_default=False,
    ),
]
Histories = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILE", help="a saved history of one of the streams; can be repeated", show_default=False
    ),
]
Profiles = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PATH",
        help="profiles that declare the streams, by name, Region and account; can be repeated",
        show_default=False,
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="write to a file, whole or not at all", show_default=False
    ),
]
Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PATH]...", help="profiles, or folders of them; - reads one from stdin", show_default=False
    ),
]
StdinName = Annotated[
    str,
    typer.Option(
        metavar="FILE",
        help="what to call the profile that - reads, as if it were this file",
        show_default=False,
    ),
]
StreamName = Annotated[
    str, typer.Option(metavar="TEXT", show_default=False, help="name of the stream that the flags describe")
]


def workload_flags(command: Command) -> Command:
    """Give a command one option for each field of a workload; it receives the given ones, as text, in
    ``flags``.
    """
    from shardcalc.app.streams import FLAGS

    added = [
        _parameter(
            name,
            list[str] | None if name == "consumers" else str | None,
            None,
            typer.Option(_flag(name), metavar=metavar, help=meaning, show_default=False),
        )
        for name, metavar, meaning in FLAGS
    ]

    def receive(given: dict[str, Any]) -> dict[str, Any]:
        values = {parameter.name: given.pop(parameter.name) for parameter in added}
        used = {name: value for name, value in values.items() if value not in (None, [])}
        if len(used.get("consumers", ())) == 1:
            used["consumers"] = used["consumers"][0]
        return {"flags": used}

    return _extended(command, "flags", added, receive)


_BASIS: Final[Mapping[str, tuple[Any, Any, Any]]] = {
    "hours": (
        str, "",
        typer.Option(metavar="HOURS", help="hours that the cost is for; 730 when not given",
            show_default=False),
    ),
    "prices": (
        list[str] | None, None,
        typer.Option(metavar="PATH", help="price sheets of your own: a file, or a folder of them; can be "
            "repeated; those of .shardcalc.yaml when not given", show_default=False),
    ),
    "discount": (
        str, "",
        typer.Option(metavar="12%", help="a discount on everything, as a line of its own; that of "
            ".shardcalc.yaml when not given", show_default=False),
    ),
    "currency": (
        str, "",
        typer.Option(metavar="EUR=0.92", help="show totals in this currency, too, at this rate",
            show_default=False),
    ),
    "today": (
        str, "",
        typer.Option(metavar="DAY",
            help="the date to calculate for, such as 2027-01-15; today when not given", show_default=False),
    ),
}  # fmt: skip


def basis_flags(*names: str) -> Callable[[Command], Command]:
    """Give a command some of the options of the basis, such as ``--hours`` and ``--prices``; it receives
    ``basis``.
    """
    added = [_parameter(name, *_BASIS[name]) for name in names]

    def receive(given: dict[str, Any]) -> dict[str, Any]:
        from shardcalc.app.basis import Basis

        said = {name: given.pop(name) for name in names}
        return {"basis": Basis.of(**{name: value for name, value in said.items() if value})}

    return lambda command: _extended(command, "basis", added, receive)


_SELECTION: Final[Mapping[str, tuple[Any, Any, Any]]] = {
    "owner": (
        str, "",
        typer.Option(metavar="NAME", help="only streams of this owner", show_default=False),
    ),
    "where": (
        list[str] | None, None,
        typer.Option(metavar="FIELD=VALUE", help="only streams with this region, environment, account, mode, "
            "owner or name; several values with commas, * for any letters; can be repeated",
            show_default=False),
    ),
    "sort": (
        str, "",
        typer.Option(metavar="FIELD", help="order streams by cost, used or shards, the most first, or by "
            "name, owner, environment, account, region or mode", show_default=False),
    ),
    "by": (
        str, "",
        typer.Option(metavar="FIELD", help="add totals by owner, environment, account, region or mode",
            show_default=False),
    ),
}  # fmt: skip


def selection_flags(*left_out: str) -> Callable[[Command], Command]:
    """Give a command ``--owner``, ``--where``, ``--sort`` and ``--by``, but for some; it receives
    ``selection``.
    """
    names = [name for name in _SELECTION if name not in left_out]
    added = [_parameter(name, *_SELECTION[name]) for name in names]

    def receive(given: dict[str, Any]) -> dict[str, Any]:
        said = {name: given.pop(name) for name in names}
        if not any(said.values()):
            return {"selection": None}
        from shardcalc.app.selection import Selection

        return {"selection": Selection.of(**{name: value for name, value in said.items() if value})}

    return lambda command: _extended(command, "selection", added, receive)


_READING: Final[dict[str, tuple[Any, Any, Any]]] = {
    "days": (int, 29,
        typer.Option(metavar="N", min=1,
            help="days to read; CloudWatch keeps minutes for 15 days, and older points in coarser periods")),
    "region": (str, "",
        typer.Option(metavar="REGION", help="the Region; the profile's when not given", show_default=False)),
    "profile": (
        str, "",
        typer.Option(metavar="NAME", help="the profile of the AWS CLI's configuration", show_default=False),
    ),
    "role_arn": (str, "", typer.Option(metavar="ARN", help="assume this role first", show_default=False)),
    "external_id": (
        str, "",
        typer.Option(metavar="TEXT", help="the external id that the role asks for", show_default=False),
    ),
    "endpoint_url": (
        str, "", typer.Option(metavar="URL", help="ask this endpoint instead of AWS's", show_default=False),
    ),
    "timeout": (float, 20.0, typer.Option(metavar="SECONDS", min=0.1, help="seconds to wait for an answer")),
    "max_metrics": (
        int | None, None,
        typer.Option(metavar="N", min=1, help="ask CloudWatch for no more metrics than this",
            show_default=False),
    ),
    "shard_metrics": (
        bool, True,
        typer.Option("--shard-metrics/--no-shard-metrics",
            help="read shard-level metrics where they are switched on"),
    ),
}  # fmt: skip
_OF_A_FLEET: Final = {
    "region": (
        list[str] | None, None,
        typer.Option(
            metavar="REGION",
            help="a Region, several by repeating it; the AWS profile's when not given. With --from: one, "
            "where a history does not say",
            show_default=False,
        ),
    ),
    "profile": (
        list[str] | None, None,
        typer.Option(metavar="NAME", help="the profile of the AWS CLI's configuration; several by "
            "repeating it", show_default=False),
    ),
    "role_arn": (
        list[str] | None, None,
        typer.Option(metavar="ARN", help="assume this role first; several roles by repeating it, each from "
            "each profile", show_default=False),
    ),
}  # fmt: skip


_ONLY_AWS: Final = (*(name for name in _READING if name not in ("days", "region")), "save", "dry_run")
"""Options that mean nothing when a saved history is read."""


def reading_flags(*, fleet: bool = False) -> Callable[[Command], Command]:
    """Give a command the options of reading AWS; it receives ``reading``. An option that it already
    has is not added.
    """
    flags = _READING | (_OF_A_FLEET if fleet else {})

    def decorate(command: Command) -> Command:
        has = set(inspect.signature(command).parameters)
        added = [_parameter(name, *flag) for name, flag in flags.items() if name not in has]

        def receive(given: dict[str, Any]) -> dict[str, Any]:
            from shardcalc.app.reading import Reading

            values = {name: given[name] if name in has else given.pop(name) for name in flags}
            many: dict[str, Any] = {
                f"{name}s": _several(values.pop(name)) for name in ("region", "profile", "role_arn")
            }
            return {"reading": Reading(asked_days=values.pop("days"), **many, **values)}

        return _extended(command, "reading", added, receive)

    return decorate


def refuse_flags(context: typer.Context, names: Collection[str], why: str) -> None:
    """Refuse these options: name each one that was given, and say why it cannot be used.

    Raises:
        Refused: at least one was given.
    """
    options: list[Any] = [option for option in context.command.params if option.name in names]
    given = [option for option in options if _was_given(option, context)]
    if given:
        raise Refused("nothing was read", [f"{_written(option, context)} {why}" for option in given])


def refuse_reading_flags(context: typer.Context) -> None:
    """Refuse, beside ``--from``, the options that only say how AWS is read.

    Raises:
        Refused: at least one was given.
    """
    refuse_flags(context, _ONLY_AWS, "is only for reading AWS; --from reads what was saved")


def _was_given(option: Any, context: typer.Context) -> bool:
    # The value does not show it: a user may give the default value.
    source = context.get_parameter_source(option.name)
    return source is not None and source.name != "DEFAULT"


def _written(option: Any, context: typer.Context) -> str:
    """An option as it was given: ``--shard-metrics`` or ``--no-shard-metrics``."""
    off = context.params[option.name] is False and option.secondary_opts
    return str((option.secondary_opts if off else option.opts)[0])


def _extended(
    command: Command,
    name: str,
    added: Sequence[inspect.Parameter],
    receive: Callable[[dict[str, Any]], dict[str, Any]],
) -> Command:
    """A command with more options, which receives what they say as one value of this name."""
    signature = inspect.signature(command, eval_str=True)
    own = [parameter for each, parameter in signature.parameters.items() if each != name]

    @wraps(command)
    def with_flags(**given: Any) -> Any:
        received = receive(given)
        return command(**given, **received)

    parameters = [*own, *added]
    with_flags.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    with_flags.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    del with_flags.__wrapped__  # or inspect would show the signature of the command without the options
    return with_flags


def _parameter(name: str, kind: Any, default: object, option: Any) -> inspect.Parameter:
    annotation = Annotated[kind, option]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _several(given: str | list[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys([given] if isinstance(given, str) else given or ())) if given else ()
