"""The version of Bankable that a comparison was written by, beside the one that is installed, and
what it means where the two differ.

The version stands on the sheet Cover; a workbook of another make has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

SHEET, LABEL = "Cover", "Version of Bankable"
PLACE = ((1, 2), (40, 3))  # first and last cell of where it is looked for


def written_by(rows: Iterable[Sequence[Any]]) -> str | None:
    """The version in the rows of labels and values of the sheet Cover."""
    return next((str(row[1]) for row in rows if len(row) > 1 and row[0] == LABEL), None)


def difference(written: str | None, ours: str) -> str:
    """What it means that a book was written by another version; "" where it was not.

    >>> difference("0.2.0", "0.2.0")
    ''
    >>> difference("0.3.0", "0.2.0")[:72]
    'It was written by Bankable 0.3.0, and 0.2.0 is installed here: functions'
    """
    if written is None or written == ours:
        return ""
    if _numbers(written) > _numbers(ours):
        return (
            f"It was written by Bankable {written}, and {ours} is installed here: functions and"
            f" arguments that {ours} does not know show #NAME? or #VALUE!, and no memo is written"
            f" of it. Install {written} here."
        )
    return (
        f"It was written by Bankable {written}, and {ours} is installed here: its functions"
        f" calculate as {ours} does, and no memo is written of it. `bankable compare` on it writes"
        f" the same deals as a book of {ours}, or says which inputs it lacks."
    )


def difference_of(book: Any, ours: str) -> str:
    """The same of a workbook that is open in Excel."""
    if SHEET not in [sheet.name for sheet in book.sheets]:
        return ""
    rows = book.sheets[SHEET].range(*PLACE).options(ndim=2).value
    return difference(written_by(rows), ours)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
