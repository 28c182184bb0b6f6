"""Names as they were typed: leading zeros, 1E5 and 1.10 are kept; a line break counts as a space.

Also here: how a heading is told from the lines above it, and a row of totals from a row of the
table.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from bankable.templates.plain_text import one_line, unseen
from bankable.templates.tables.table import ERRORS, UNSAVED, shown

LONGEST_NAME = 255
LOOKED_AT = 60  # rows in which the heading is looked for

_KEPT_BY_FORMULA = re.compile(r'="((?:[^"]|"")*)"')  # how a .csv tells Excel that 007 is a text
_TOTALS = frozenset(
    (
        *("total", "totals", "grand total", "grand totals", "subtotal", "sub-total", "sub total"),
        *("sum", "sums", "book total", "portfolio total", "average", "averages", "mean"),
        *("summe", "summen", "gesamt", "gesamtsumme", "zwischensumme", "somme", "totaux"),
        *("total général", "totale", "totales", "suma", "totaal"),
    )
)


def column(cells: pd.Series) -> tuple[np.ndarray, dict[int, str]]:
    """(texts, "" for a blank; what is wrong with a cell by its position)."""
    plain = cells.astype(object).where(cells.notna(), None).tolist()
    if all(cell is None or cell.__class__ is str for cell in plain):
        texts = ["" if cell is None else cell for cell in plain]
        edges = {text[:1] for text in texts} | {text[-1:] for text in texts}
        if (
            edges.isdisjoint(" =#")
            and max(map(len, texts), default=0) <= LONGEST_NAME
            and "".join(texts).isprintable()
        ):
            return np.array([*texts, None], dtype=object)[:-1], {}
    found, wrong = np.full(len(plain), "", dtype=object), {}
    for i, cell in enumerate(plain):
        text, fault = name(cell)
        found[i] = text
        if fault:
            wrong[i] = fault
    return found, wrong


def name(cell: Any) -> tuple[str, str | None]:
    """(the text of a cell, what is wrong with it or None)."""
    if cell is None:
        return "", None
    if cell is UNSAVED:
        return "", "holds a formula without a saved value: calculate and save the workbook first"
    if isinstance(cell, (bool, np.bool_)):
        return str(bool(cell)).upper(), None
    if isinstance(cell, (dt.date, dt.time, dt.timedelta, np.datetime64, np.timedelta64)):
        return "", (
            f"holds a date or time ({shown(cell)}): format the cell as text and type it again"
        )
    if isinstance(cell, (float, np.floating)):
        number = float(cell)
        is_whole = number.is_integer() and abs(number) < 1e15
        return str(int(number)) if is_whole else repr(number), None
    text = one_line(str(cell))
    if kept := _KEPT_BY_FORMULA.fullmatch(text):
        text = kept[1].replace('""', '"')
    if text in ERRORS:
        return "", f"holds the error {text}: mend that cell first"
    if hidden := unseen(text):
        return "", f"holds a character that cannot be seen ({hidden}): type the text again"
    if len(text) > LONGEST_NAME:
        return "", (
            f"is longer than {LONGEST_NAME} characters ({shown(text)}): is a quotation mark left"
            " open?"
        )
    return text, None


def key_of(heading: Any) -> str:
    """A heading as a key: small letters, one underscore for what stands between the words."""
    if heading is None or (isinstance(heading, float) and heading != heading):
        return ""
    return re.sub(r"[\s_-]+", "_", one_line(str(heading)[: 4 * LONGEST_NAME]).lower()).strip("_")


def heading_at(lines: Sequence[Sequence[Any]], names: set[str]) -> tuple[int, int]:
    """(position of the line that holds the most of the names, how many); the first of equals."""
    best = (0, 0)
    for i, line in enumerate(lines):
        known = len({key_of(cell) for cell in line if isinstance(cell, str)} & names)
        if known > best[1]:
            best = (i, known)
    return best


def is_total(text: str) -> bool:
    """Whether a text names a row of totals, not a row of the table."""
    return text.strip(" :\t\xa0").lower() in _TOTALS
