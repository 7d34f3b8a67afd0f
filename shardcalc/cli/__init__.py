"""The command line: one thin module a command, each of which loads, computes, renders and prints.

Only Typer is imported here, and the module of the one command that is run or completed. That module
imports what it needs when it runs, so that ``--help`` and a small plan start at once.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, NoReturn

import typer

from shardcalc.cli.errors import MEANINGS

COMMANDS: Final[Mapping[str, str]] = {
    "plan": "How many shards streams need, why, and what they cost.",
    "cost": "What streams cost in each capacity mode, line by line.",
    "check": "Lint capacity profiles, in CI and on pull requests.",
    "suggest": "How many shards a running stream should have, from its metrics.",
    "reshard": "The UpdateShardCount calls from one count to another.",
    "observe": "Save a stream's metrics and settings as a history.",
    "fleet": "What each stream of your accounts should have, worst first.",
    "report": "The capacity review: one page to decide from.",
    "iam": "The least read-only IAM policy for each command.",
    "facts": "Every limit and price in use, with its source.",
    "schema": "The JSON Schema of a profile, for editors and CI.",
}
"""The commands, in the order in which people meet them; each is the module of its name."""


def build(name: str | None) -> typer.Typer:
    """The command line with one command loaded; the others are only listed, each with a sentence."""
    app = typer.Typer(
        name="shardcalc",
        help="Capacity planning for Amazon Kinesis Data Streams: how many shards, why, and what they cost.",
        # Plain help: Rich's would double the time that --help takes.
        rich_markup_mode=None,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog=f"Exit codes: {', '.join(f'{code} {meaning}' for code, meaning in MEANINGS.items())}.",
    )
    app.callback()(_root)
    for command, summary in COMMANDS.items():
        if command != name:
            app.command(command, help=summary)(_listed)
            continue
        from importlib import import_module

        from shardcalc.cli.once import Command

        module: Any = import_module(f".{command}", __name__)
        if hasattr(module, "app"):
            app.add_typer(module.app, name=command, epilog=module.EXAMPLES)
        else:
            app.command(command, cls=Command, epilog=module.EXAMPLES)(module.command)
    return app


def run(arguments: Sequence[str]) -> None:
    """Run the command line with these arguments; it ends with SystemExit where the exit code is not 0."""
    words = arguments if "_SHARDCALC_COMPLETE" not in os.environ else _completed()
    name = next((word for word in words if not word.startswith("-")), None)
    # Not standalone: what is wrong with the arguments is told by errors.py, in the one style of all errors.
    code = build(name)(list(arguments), prog_name="shardcalc", standalone_mode=False)
    if code:
        raise SystemExit(code)


def _completed() -> Sequence[str]:
    """The words after the program's name on the line that a shell asks completions for."""
    # Bash sets the first, the other shells the second; Typer splits the line again, with its quotes.
    line = os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS", "")
    return line.split()[1:]


def _version(asked: bool) -> None:
    if asked:
        from shardcalc import __version__

        typer.echo(f"shardcalc {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="print the version")
    ] = False,
) -> None:
    pass


def _listed() -> None:
    raise AssertionError("a command that was only listed was run")


def main() -> NoReturn:
    """Run the command line and leave with its exit code."""
    import gc
    import sys

    from shardcalc.cli import errors

    # A run builds many small objects that live to its end; looking for cycles takes longer than planning.
    gc.disable()
    _streams()
    code = errors.guard(lambda: run(sys.argv[1:]))
    # Everything is written; to take the interpreter apart would be the slowest part of a short run.
    errors.leave(code)


def _streams() -> None:
    """Make stdout and stderr such that what cannot be written is an error, and never lost."""
    import io
    import sys

    # Where the caller closed them: a result has nowhere to go, and messages may go nowhere.
    if sys.stdout is None:
        sys.stdout = open(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    # With PYTHONUNBUFFERED Python forgets the rest of what a full disk or a closed pipe takes only a part of.
    raw = sys.stdout.buffer
    if isinstance(raw, io.RawIOBase):
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(raw), sys.stdout.encoding, sys.stdout.errors)
