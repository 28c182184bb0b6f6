"""What other spreadsheet programs make of a workbook's native cells, held against its saved values.

Our functions are unknown to them: in a copy made for the comparison the cells that call ours keep
their saved values, so that every native cell is calculated, also those that hang on a function.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

from bankable.templates.engine.cell_xml import CELL, FORMULA
from bankable.templates.engine.formulas import calls_ours
from bankable.templates.engine.opened_file import open_package
from bankable.templates.engine.workbook_file import open_file
from bankable.templates.workbook.book import address, serial, sheet_prefix
from bankable.udfs.cells import CellError
from tests.calc import libreoffice
from tests.calc.office import TOLERANCE, Spot, agree

Values = Mapping[str, Mapping[Spot, Any]]
_DIFFERENCE = re.compile(r"=?IF\(AND\(ISNUMBER\((D\d+)\),ISNUMBER\((E\d+)\)\),\1-\2,0\)\Z")


class Native(NamedTuple):
    """A copy of a workbook in which our functions' cells hold values, its formulas, and all saved
    values.
    """

    path: Path
    formulas: dict[str, dict[Spot, str]]
    saved: Values


class Differing(NamedTuple):
    """A native cell that another program calculates otherwise."""

    sheet: str
    spot: Spot
    formula: str
    ours: Any
    theirs: Any

    def __str__(self) -> str:
        where = f"{sheet_prefix(self.sheet)}{address(*self.spot)}"
        return f"{where} {self.formula[:200]}: saved {self.ours!r}, calculated {self.theirs!r}"


def native(path: Path, folder: Path) -> Native:
    """The copy of a workbook for other programs."""
    copy = folder / f"{path.stem}-native.xlsx"

    def without_ours(found: re.Match[str]) -> str:
        formula = FORMULA.search(found[3] or "")
        if formula is None or not calls_ours(unescape(formula[3] or "")):
            return found[0]
        return found[0].replace(formula[0], "")

    with zipfile.ZipFile(path) as parts, zipfile.ZipFile(copy, "w") as written:
        for item in parts.infolist():
            data = parts.read(item.filename)
            if item.filename.startswith("xl/worksheets/sheet"):
                data = CELL.sub(without_ours, data.decode("utf-8")).encode("utf-8")
            written.writestr(item.filename, data)
    opened = open_package(open_file(copy.read_bytes(), copy.name))
    formulas = {
        sheet: {spot: f"={formula}" for spot, formula in found.items()}
        for sheet, found in opened.formulas.items()
    }
    for sheet, blocks in opened.blocks.items():  # the cells of an array that is native
        for spot, where in blocks.items():
            formulas[sheet].setdefault(spot, f"={{{where}}}")
    return Native(copy, formulas, _as_numbers(libreoffice.values(path)))


def _as_numbers(values: Values) -> dict[str, dict[Spot, Any]]:
    """Dates as the number of their day."""
    return {
        sheet: {
            spot: serial(value) if isinstance(value, dt.date) else value
            for spot, value in cells.items()
        }
        for sheet, cells in values.items()
    }


def differing(book: Native, theirs: Values) -> tuple[int, list[Differing]]:
    """How many native cells were compared, and those that differ by more than 1e-9 of the figure;
    a difference of two figures is held to 1e-9 of those, as Checks holds it.
    """
    compared, found = 0, []
    for sheet, formulas in book.formulas.items():
        saved, shown = book.saved[sheet], theirs[sheet]
        for spot, formula in formulas.items():
            compared += 1
            mine, other = saved.get(spot), shown.get(spot)
            if not agree(mine, other) and not _same_rest(saved, spot, formula, mine, other):
                found.append(Differing(sheet, spot, formula, mine, other))
    return compared, found


def _same_rest(saved: Mapping[Spot, Any], spot: Spot, formula: str, mine: Any, other: Any) -> bool:
    """Whether two rests of the subtraction of nearly equal amounts are as near as those are."""
    if not _DIFFERENCE.match(formula) or not isinstance(other, (int, float)):
        return False
    amounts = [saved[spot[0], col] for col in (3, 4)]
    return abs(mine - other) <= TOLERANCE * max(1.0, *map(abs, amounts))


# IronCalc --------------------------------------------------------------------------------------


class IronCalc:
    """A workbook loaded and calculated by IronCalc."""

    def __init__(self, path: Path) -> None:
        import ironcalc

        self.model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
        self.sheets = [sheet["name"] for sheet in self.model.get_worksheets_properties()]
        self.model.evaluate()

    def value(self, sheet: str, spot: Spot) -> Any:
        """The value of a cell, an error as CellError."""
        place = (self.sheets.index(sheet), spot[0] + 1, spot[1] + 1)
        value = self.model.get_cell_value(*place)
        is_error = str(self.model.get_cell_type(*place)).endswith("ErrorValue")
        return CellError(str(value), str(value)) if is_error else value

    def values(self, formulas: Mapping[str, Mapping[Spot, str]]) -> Values:
        """The values of all cells with formulas."""
        return {
            sheet: {spot: self.value(sheet, spot) for spot in found}
            for sheet, found in formulas.items()
        }

    def put(self, sheet: str, spot: Spot, content: str) -> None:
        """Type a content into a cell, without calculating."""
        self.model.set_user_input(self.sheets.index(sheet), spot[0] + 1, spot[1] + 1, content)


# Gnumeric --------------------------------------------------------------------------------------


def gnumeric() -> str | None:
    """Where Gnumeric's converter is, or None."""
    return shutil.which("ssconvert")


def gnumeric_values(path: Path, folder: Path) -> Values:
    """The values of a workbook after Gnumeric has calculated every formula again."""
    made = folder / f"{path.stem}-gnumeric.xlsx"
    done = subprocess.run(
        [str(gnumeric()), "--recalc", str(path), str(made)],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if not made.exists():
        raise RuntimeError(f"Gnumeric made no workbook of {path}: {done.stderr}")
    return _as_numbers(libreoffice.values(made))
