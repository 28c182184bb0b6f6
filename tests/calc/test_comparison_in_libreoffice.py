"""The comparison recalculated hard by LibreOffice, without the add-in, gives the saved values and a master check of OK."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from templates import comparison, dealfile, write
from templates.formulas import calls_ours
from templates.settings import Settings

from ..templates.parity import TOLERANCE

# what rests on functions elsewhere: sentences and scenario figures on Summary, links to the functions' sheets
ON_FUNCTIONS = ("Scenarios!", "Frontier!", "Support!", "Sensitivity!", "Time!", "Deals!", "Checks!$G$3", "Checks!$H$2")


@pytest.mark.parametrize("scenario", ["Base", "Appropriation lapses", "Combined downside"])
def test_native_formulas_agree_with_the_engine_cell_by_cell(scenario: str, recalculate: Callable[..., Any], tmp_path: Path) -> None:
    book = comparison.calculated(dealfile.load_shipped(), settings=Settings({"scenario": [scenario]}))
    path = write.write(book, tmp_path / "comparison.xlsx")
    values = recalculate(path)
    compared, faults = 0, []
    for sheet in book:
        if sheet.name in comparison.WITH_FUNCTIONS:
            continue
        for (row, col), cell in sheet.cells.items():
            if cell.formula is None or calls_ours(cell.formula):
                continue
            if sheet.name in ("Summary", "Checks", "Cover") and any(name in cell.formula for name in (*ON_FUNCTIONS, "$G$3")):
                continue
            if sheet.name == "Checks" and _of_function(book, row):
                continue
            theirs = values[sheet.name].get((row, col))
            mine = cell.value
            compared += 1
            if isinstance(mine, (int, float)) and not isinstance(mine, bool) and isinstance(theirs, (int, float)):
                agree = abs(mine - theirs) <= TOLERANCE * max(1.0, abs(mine), abs(theirs))
            else:
                agree = mine == theirs
            if not agree:
                faults.append(f"{sheet.name} R{row + 1}C{col + 1} {cell.formula}: engine {mine!r}, LibreOffice {theirs!r}")
    assert compared > 20_000
    assert values["Checks"][0, 7] == "OK"
    assert not faults, faults[:10]


def _of_function(book: Any, row: int) -> bool:
    """Whether a row of Checks holds a function against a native row, or stands in the frozen head."""
    verdict = book["Checks"].cells.get((row, 7))
    return row in (1, 2, 3) or (verdict is not None and verdict.formula is not None and "functions absent" in verdict.formula)
