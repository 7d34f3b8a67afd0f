"""The flags that describe a workload, one for each field of a stream, made once for every command that takes them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, Final

import typer

from shardcalc.cli.errors import UsageError
from shardcalc.core.workload.help import HELP

_METAVARS: Final = {
    "size": "SIZE", "sizes": "SIZE=SHARE,...", "max_size": "SIZE", "max_record_size": "SIZE", "rps": "RATE", "consumers": "N|type=TYPE,...",
    "fan_out": "N", "headroom": "20%", "hottest_key": "30%", "skew": "1.5", "catch_up": "outage=6h,within=2h", "aggregation": "SIZE",
    "retention": "7d", "long_term_reads": "SIZE", "mode": "MODE", "region": "REGION", "shards": "N", "growth": "5%/month", "horizon": "12 months",
}  # fmt: skip

# Each may stand several times for the parser, so that one that does is told and not overruled in silence.
_MANY: Final = list[str] | None


def workload_flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command one option for each field of a workload; it receives those that were used as ``flags``, still text."""
    signature = inspect.signature(command, eval_str=True)
    own = [parameter for name, parameter in signature.parameters.items() if name != "flags"]
    added = [_option(name, metavar) for name, metavar in _METAVARS.items()]

    @wraps(command)
    def with_flags(**given: Any) -> Any:
        used = {name: values for name in _METAVARS if (values := given.pop(name))}
        twice = [
            f"--{name.replace('_', '-')}  stands {len(values)} times"
            for name, values in used.items()
            if len(values) > 1 and name != "consumers"
        ]
        if twice:
            raise UsageError("nothing was computed", twice)
        flags = {name: values[0] if len(values) == 1 else values for name, values in used.items()}
        return command(flags=flags, **given)

    with_flags.__signature__ = signature.replace(parameters=[*own, *added])  # type: ignore[attr-defined]
    with_flags.__annotations__ = {parameter.name: parameter.annotation for parameter in (*own, *added)}
    del with_flags.__wrapped__  # its signature would be taken for ours
    return with_flags


def _option(name: str, metavar: str) -> inspect.Parameter:
    option = typer.Option("--" + name.replace("_", "-"), metavar=metavar, help=HELP[name], show_default=False)
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[_MANY, option]
    )
