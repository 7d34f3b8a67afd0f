"""Commands that refuse an option given twice where one is taken: the parser would keep the last and say
nothing.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from typer.core import TyperCommand, TyperGroup

from shardcalc.app.refusal import Refused


class _Once:
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not ctx.resilient_parsing:  # as when a shell asks for completions
            _, _, given = self.make_parser(ctx).parse_args(list(args))  # type: ignore[attr-defined]
            options = Counter(one for one in given if not getattr(one, "multiple", one.nargs != 1))
            twice = [
                f"{max(option.opts, key=len)} was given {'twice' if count == 2 else f'{count} times'}"
                for option, count in options.items()
                if count > 1
            ]
            if twice:
                raise Refused(f"{ctx.command_path}: nothing was done", twice)
        return super().parse_args(ctx, args)  # type: ignore[misc,no-any-return]


class Command(_Once, TyperCommand):
    """One command."""


class Group(_Once, TyperGroup):
    """A command with commands below it."""
