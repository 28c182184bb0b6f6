"""How far a run has come, on one line of the error output.

Shown to a person at a terminal only; a program that reads the error output sees nothing of it.
"""

from __future__ import annotations

import sys


class Bar:
    """A progress line on the error output, where that is a terminal."""

    def __init__(self) -> None:
        self.shown = -1

    def __call__(self, done: int, size: int) -> None:
        percent = 100 * done // max(1, size)
        if percent == self.shown or sys.stderr is None or not sys.stderr.isatty():
            return
        self.shown = percent
        filled = percent * 30 // 100
        end = "\n" if done >= size else ""
        print(
            f"\r[{'#' * filled}{'.' * (30 - filled)}] {done:,} of {size:,} deals",
            end=end,
            file=sys.stderr,
            flush=True,
        )
