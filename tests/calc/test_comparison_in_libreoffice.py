"""The comparison recalculated hard by LibreOffice gives the saved values: two engines on the same book."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from templates import comparison, dealfile, write
from templates.formulas import calls_ours

from ..templates.parity import TOLERANCE


def test_native_formulas_agree_with_the_engine_cell_by_cell(recalculate: Callable[..., Any], tmp_path: Path) -> None:
    book = comparison.calculated(dealfile.load_shipped())
    path = write.write(book, tmp_path / "comparison.xlsx")
    values = recalculate(path)
    compared, faults = 0, []
    for sheet in book:
        for (row, col), cell in sheet.cells.items():
            if cell.formula is None or calls_ours(cell.formula):
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
    assert not faults, faults[:10]
