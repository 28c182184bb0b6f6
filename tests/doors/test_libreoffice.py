"""The table through a real LibreOffice without a window, with our extension installed: values and
error codes of the register.

Three things LibreOffice does before a function is called cannot be mended from within an extension,
and are stated here row by row: a blank cell by itself arrives as 0, an error among the cells of a
range ends the call with #VALUE!, and an empty cell of a result is saved as an empty text.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bankable import udfs
from bankable.udfs.cells import CellError
from tests.calc import libreoffice
from tests.doors import workbook
from tests.doors.values import TABLE, Row


def due(row: Row) -> list[list[Any]]:
    """The cells that LibreOffice shows: the register's, but for what it does with blanks and errors
    itself.
    """
    if row.has_error_in_range:
        return [[CellError("#VALUE!", "")]]
    answer = udfs.FUNCTIONS[row.function].from_cells(
        [0.0 if _blank(arg) else arg for arg in row.args]
    )
    return answer if isinstance(answer, list) else [[answer]]


def _blank(arg: Any) -> bool:
    return arg is None or arg == [[None]]


@pytest.mark.parametrize("typed", [False, True], ids=["in cells", "typed"])
def test_libreoffice_answers_as_the_register_does(
    typed: bool, tmp_path: Path, office_with_functions: Callable[[Path, Path], Path]
) -> None:
    places = workbook.build(tmp_path / "table.xlsx", TABLE, typed)
    values = libreoffice.values(office_with_functions(tmp_path / "table.xlsx", tmp_path / "out"))[
        "Calls"
    ]
    wrong = []
    for place in places:
        found, cells = place.found_in(values), due(place.row)
        spread = [
            [cells[min(i, len(cells) - 1)][min(j, len(cells[0]) - 1)] for j in range(place.width)]
            for i in range(place.height)
        ]
        if not all(
            workbook.same(f, d)
            for fs, ds in zip(found, spread, strict=True)
            for f, d in zip(fs, ds, strict=True)
        ):
            wrong.append(f"{place.row} {place.formula}: {found}, due {cells}")
    assert not wrong, f"{len(wrong)} of {len(places)}:\n" + "\n".join(wrong[:15])


def test_formulas_keep_their_plain_names(
    tmp_path: Path, office_with_functions: Callable[[Path, Path], Path]
) -> None:
    import openpyxl

    places = workbook.build(tmp_path / "table.xlsx", TABLE)
    saved = office_with_functions(tmp_path / "table.xlsx", tmp_path / "out")
    sheet = openpyxl.load_workbook(saved)["Calls"]
    for place in places:
        formula = sheet.cell(place.first + 1, 1).value
        text = getattr(formula, "text", formula)
        assert text.lstrip("=").startswith(f"{place.row.function}("), text
