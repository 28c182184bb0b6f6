"""The columns of the sections of Sensitivity, the heads over them, the blue cells kept, and an input
of the case looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

from bankable.templates.comparison.sheets import bounds
from bankable.templates.workbook.book import Book, Sheet, TimeColumns
from bankable.templates.workbook.rows import FIRST_TIME_COLUMN, lay, scalar
from bankable.templates.workbook.settings import Settings

G = FIRST_TIME_COLUMN
WIDE = 9
COLUMNS = TimeColumns(G, WIDE)
LAST = COLUMNS.last
HELP = LAST + 2  # grey: keys and the like, right of what is printed


def own(key: str) -> str:
    """The value of an input in the case looked at."""
    return f"{{Deals!sensitive_{key}}}"


def heads(sheet: Sheet, row: int, texts: Sequence[str], first: int = G) -> None:
    """Column heads over figures."""
    for i, text in enumerate(texts):
        sheet.put(row, first + i, text, "band right")


def kept_scalars(
    book: Book,
    sheet: Sheet,
    row: int,
    settings: Settings,
    given: Sequence[tuple[str, str, str, float, str, float, float]],
) -> int:
    """Kept blue scalars with bounds: key, label, unit, value, format, min, max."""
    rows = [
        scalar(k, label, unit, settings.take(f"sensitivity_{k}", [value])[0], f"input {style}")
        for k, label, unit, value, style, _, _ in given
    ]
    row = lay(sheet, rows, row, COLUMNS)
    for key, label, _, _, style, low, high in given:
        spot = bounds.kept_cell(book, sheet, key, f"sensitivity_{key}")
        sheet.validations.append(bounds.between(spot, label, low, high, style == "count"))
    return row
