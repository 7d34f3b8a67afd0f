"""What a history cannot be used for: every problem with its place."""

from __future__ import annotations

from collections.abc import Iterable


class HistoryError(Exception):
    """A saved history that cannot be used: every problem, each with its place in the document."""

    def __init__(self, problems: Iterable[tuple[str, str]]) -> None:
        self.problems = tuple(problems)
        """Pairs of place (dotted; empty for the whole document) and what is wrong there."""
        super().__init__(
            "; ".join(f"{place}: {message}" if place else message for place, message in self.problems)
        )
