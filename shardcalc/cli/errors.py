"""The one place where errors become messages and exit codes.

Every error says first what failed and what was not done, then each problem with its place.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NoReturn

DONE: Final = 0
FOUND: Final = 1
USAGE: Final = 2
AWS: Final = 3
BUG: Final = 70
UNWRITTEN: Final = 74
HUNG_UP: Final = 129
INTERRUPTED: Final = 130
CLOSED: Final = 141
TERMINATED: Final = 143
MEANINGS: Final[Mapping[int, str]] = {
    DONE: "done",
    FOUND: "a check found something",
    USAGE: "wrong usage or input; nothing was done, but check reports its other files",
    AWS: "AWS could not be read, wholly or in part",
    BUG: "a bug in shardcalc",
    UNWRITTEN: "the output could not be written",
    HUNG_UP: "its terminal was closed (SIGHUP)",
    INTERRUPTED: "interrupted (SIGINT, Ctrl-C)",
    CLOSED: "the reader of the output went away",
    TERMINATED: "terminated (SIGTERM)",
}
"""Every exit code, as help and docs say it; those above 128 are told by nothing else."""

_FULL: Final = {getattr(errno, name, None) for name in ("ENOSPC", "EDQUOT", "EFBIG", "EIO", "EBADF")}


def guard(run: Callable[[], object]) -> int:
    """Run the command line; turn anything that it raises into a message on stderr and an exit code."""
    try:
        run()
    except SystemExit as end:
        if _reader_went_away(end.__context__):  # Typer makes 1 of it
            return CLOSED
        return end.code if isinstance(end.code, int) else USAGE if end.code else DONE
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        return _unwritten(error) or _other(error)
    return DONE


def leave(code: int) -> NoReturn:
    """Flush what was written and end the process at once."""
    import os

    try:
        sys.stdout.flush()
    except OSError as error:
        if code not in (UNWRITTEN, CLOSED):  # which was told where it happened
            code = _unwritten(error) or code
    with suppress(OSError):
        sys.stderr.flush()
    os._exit(code)


def _unwritten(error: Exception) -> int:
    """The code for stdout or stderr that cannot be written, and 0 for any other error."""
    if _reader_went_away(error):
        return CLOSED
    # Of files the name is known; their errors have become refusals where they were opened.
    if isinstance(error, OSError) and error.filename is None and error.errno in _FULL:
        _say(f"the output could not be written: {error.strerror}", ())
        return UNWRITTEN
    return 0


def _other(error: Exception) -> int:
    # The kinds are imported here and not above: most runs meet none of them, and --help must not load them.
    from shardcalc.app.refusal import BadFields, FactsError, ProfileErrors, Reason, Refused

    if isinstance(error, Refused):
        _say(error.what, error.problems)
        return {Reason.AWS: AWS, Reason.OUTPUT: UNWRITTEN}.get(error.reason, USAGE)
    if isinstance(error, BadFields):
        problems = [f"--{field.replace('_', '-')}: {message}" for field, message in error.problems]
        _say("nothing was computed", problems)
        return USAGE
    if isinstance(error, FactsError):
        _say("nothing was computed: facts or prices cannot be used", [str(error)])
        return USAGE
    if isinstance(error, ProfileErrors):
        files = list(dict.fromkeys(problem.file for problem in error.problems))
        where = files[0] if len(files) == 1 else f"{len(files)} files"
        count = len(error.problems)
        problems = list(map(str, error.problems))
        _say(f"{where}: {count} problem{'' if count == 1 else 's'}, {error.what}", problems)
        return USAGE
    if hasattr(error, "format_message"):
        return _usage(error)
    import traceback

    lines = "".join(traceback.format_exception(error)).split("\n")
    tell(
        *lines, "error: this is a bug in shardcalc, not in your input; please report it with the lines above"
    )
    return BUG


def _usage(error: Any) -> int:
    """What Typer says of the arguments. It carries its own Click, whose exceptions have no public name."""
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return USAGE
    path = getattr(getattr(error, "ctx", None), "command_path", "shardcalc")
    _say(f"{path}: nothing was done", [_in_our_style(error.format_message()), f"-> see {path} --help"])
    return USAGE


_STYLES: Final = (
    (r"Invalid value for '([^' ]*)[^']*': (.*?)\.?", r"\1: \2"),
    (r"No such option: (\S+) \(Possible options: ([^,)]*).*", r"no such option: \1; did you mean \2?"),
    (r"No such command '(.*?)'\. Did you mean '(.*)'\?", r"no such command: \1; did you mean \2?"),
    (r"No such command '(.*)'\.", r"no such command: \1"),
    (r"Missing argument '(.*)'\.", r"\1: missing"),
    (r"Got unexpected extra arguments? \((.*)\)", r"\1: more than is taken"),
    (r"Got unexpected extra argument\(s\) \((.*)\)", r"\1: more than is taken"),
    (r"Option '(.*)' requires an argument\.", r"\1: give a value"),
)
"""What Typer says, and how our own refusals say it."""


def _in_our_style(message: str) -> str:
    import re

    for theirs, ours in _STYLES:
        if found := re.fullmatch(theirs, message, re.DOTALL):
            return found.expand(ours)
    return message[:1].lower() + message[1:].rstrip(".")


def _say(what: str, problems: Sequence[str]) -> None:
    tell(f"error: {what}", *(f"  {problem}" for problem in problems))


def first(names: Sequence[str]) -> str:
    """The first five of some names, and how many more there are."""
    return ", ".join(names[:5]) + (f" and {len(names) - 5:,} more" if len(names) > 5 else "")


def tell(*lines: str) -> None:
    """Say something on stderr; nothing else writes there. Each line stays one, whatever came into it."""
    from shardcalc.report.kit.terminal import logged  # --help says nothing

    unbreakable(sys.stderr)
    with suppress(OSError):  # where stderr cannot be written either, the code still says it
        sys.stderr.write(logged(lines))


def _reader_went_away(error: BaseException | None) -> bool:
    """Whether a pipe was closed from the other side, as ``| head`` does; on Windows that is EINVAL."""
    return isinstance(error, BrokenPipeError) or (
        sys.platform == "win32" and isinstance(error, OSError) and error.errno == errno.EINVAL
    )


def unbreakable(stream: object) -> None:
    """Let a stream write characters that its encoding lacks as escapes, instead of failing."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
