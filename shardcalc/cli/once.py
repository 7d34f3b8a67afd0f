"""Commands that refuse an option given twice where one is taken (the parser would keep the last and say
nothing), and write to a file in the format that its name says.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from typer.core import TyperCommand, TyperGroup

from shardcalc.app.refusal import Refused
from shardcalc.cli.output import by_extension


class _Once:
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not ctx.resilient_parsing:  # as when a shell asks for completions
            try:
                _, _, given = self.make_parser(ctx).parse_args(list(args))  # type: ignore[attr-defined]
            except Exception as error:
                error.ctx = getattr(error, "ctx", None) or ctx  # type: ignore[attr-defined]
                raise
            options = Counter(one for one in given if not getattr(one, "multiple", one.nargs != 1))
            twice = [
                f"{max(option.opts, key=len)} was given {'twice' if count == 2 else f'{count} times'}"
                for option, count in options.items()
                if count > 1
            ]
            if twice:
                raise Refused(f"{ctx.command_path}: nothing was done", twice)
        rest: list[str] = super().parse_args(ctx, args)  # type: ignore[misc]
        if ctx.params.get("output") and "format" in ctx.params and _left_out(ctx, "format"):
            kind = next(each.type for each in self.params if each.name == "format")  # type: ignore[attr-defined]
            ctx.params["format"] = by_extension(ctx.params["output"], kind.choices, ctx.params["format"])
        return rest


def _left_out(ctx: Any, name: str) -> bool:
    return bool(ctx.get_parameter_source(name).name == "DEFAULT")


class Command(_Once, TyperCommand):
    """One command."""


class Group(_Once, TyperGroup):
    """A command with commands below it."""
