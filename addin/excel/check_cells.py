"""Small steps of `bankable excel-check`: what cells show, whether that is close to what is due, and
the end of an Excel of ours.

They use the part of xlwings that a stand-in can have too.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import Any

from bankable.templates.comparison import tie_out

ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")


def end(app: Any) -> None:
    """Close an Excel of ours without saving anything."""
    if app is None:
        return
    with contextlib.suppress(Exception):
        app.display_alerts = False
    with contextlib.suppress(Exception):
        app.quit()
    with contextlib.suppress(Exception):
        app.kill()


def shown(sheet: Any, row: int, col: int, height: int, width: int) -> list[list[Any]]:
    """What cells show, errors as their texts; rows and columns count from 1."""
    area = sheet.range((row, col), (row + height - 1, col + width - 1))
    rows = area.options(ndim=2, err_to_str=True).value
    return [[plain(cell) for cell in cells] for cells in rows]


def plain(cell: Any) -> Any:
    """A cell's value as a file of answers can hold it."""
    return cell.isoformat() if isinstance(cell, (dt.datetime, dt.date)) else cell


def close(cells: list[Any], due: list[float]) -> bool:
    """Whether cells show these numbers."""
    return len(cells) == len(due) and all(
        isinstance(cell, (int, float)) and tie_out.close(float(cell), want)
        for cell, want in zip(cells, due, strict=True)
    )
