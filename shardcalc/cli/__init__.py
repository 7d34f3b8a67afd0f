"""The command line: one thin module a command, each of which loads, computes, renders and prints.

Only Typer is imported here; a command imports what it needs when it runs, so that ``--help`` starts at once.
"""

from __future__ import annotations

from typing import Annotated, NoReturn

import typer

from . import cost, facts, fleet, iam, observe, plan, reshard, schema, suggest

app = typer.Typer(
    name="shardcalc",
    help="Capacity planning for Amazon Kinesis Data Streams: how many shards, why, and what they cost.",
    # Plain help: Rich's would double the time that --help takes.
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 a check found something, 2 wrong usage or input, 3 AWS could not be read, 70 a bug in shardcalc.",
)


def _version(asked: bool) -> None:
    if asked:
        from .. import __version__

        typer.echo(f"shardcalc {__version__}")
        raise typer.Exit


@app.callback()
def _root(version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="print the version")] = False) -> None:
    pass


app.command("plan", epilog=plan.EXAMPLES)(plan.command)
app.command("cost", epilog=cost.EXAMPLES)(cost.command)
app.command("suggest", epilog=suggest.EXAMPLES)(suggest.command)
app.command("reshard", epilog=reshard.EXAMPLES)(reshard.command)
app.command("observe", epilog=observe.EXAMPLES)(observe.command)
app.command("fleet", epilog=fleet.EXAMPLES)(fleet.command)
app.command("iam", epilog=iam.EXAMPLES)(iam.command)
app.add_typer(facts.app, name="facts", epilog=facts.EXAMPLES)
app.command("schema", epilog=schema.EXAMPLES)(schema.command)


def main() -> NoReturn:
    """Run the command line and leave with its exit code."""
    import gc

    from . import errors

    # A run builds many small objects that live to its end; looking for cycles among them takes longer than planning them.
    gc.disable()
    code = errors.guard(app)
    # Everything is written; taking the interpreter apart object by object would be the slowest part of a short run.
    errors.leave(code)
