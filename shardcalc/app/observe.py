"""``observe``: what AWS says of a stream, kept as a history or written as a profile."""

from __future__ import annotations

from shardcalc.app.reading import Foreseen, Observed, Progress, Reading, foresee, observe, quiet
from shardcalc.app.refusal import HistoryError, Refused, unwritten
from shardcalc.core.history.draft import Draft, draft
from shardcalc.core.history.model import History

__all__ = [
    "Foreseen",
    "Observed",
    "Progress",
    "Reading",
    "foresee",
    "history_text",
    "observe",
    "profile_draft",
    "quiet",
    "save",
]


def profile_draft(history: History, what: str) -> Draft:
    """The capacity profile that a measured stream amounts to.

    Args:
        history: what was measured.
        what: what is not written when it cannot be, for the message.

    Raises:
        Refused: nothing was written to the stream, so that its records have no size.
    """
    try:
        return draft(history)
    except HistoryError as error:
        raise Refused(f"{what}: not written", [message for _, message in error.problems]) from error


def history_text(history: History) -> str:
    """A history as the JSON that is saved."""
    from shardcalc.sources.store.histories import history_text

    return history_text(history)


def save(history: History, path: str) -> None:
    """Save a history, whole or not at all; a name that ends in ``.gz`` is compressed.

    Raises:
        Refused: the file cannot be written; what was there before is untouched.
    """
    from shardcalc.sources.store.histories import write_history_file

    try:
        write_history_file(history, path)
    except OSError as error:
        raise unwritten(path, error) from error
