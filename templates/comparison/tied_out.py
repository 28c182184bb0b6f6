"""A filled workbook, trusted only after it ties out: its formulas are the model's, its saved values
are what they give.

`read` lays the same workbook afresh, holds the file against it cell by cell, calculates it with the
engine and with the chain, and returns the laid book with the file's values in it, so that every
figure is found by key.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bankable.templates import opening
from bankable.templates.comparison import own_version, placeholders, read_inputs, tie_out
from bankable.templates.comparison.model_match import (
    changed,
    shown,
    strange_names,
    strange_sheets,
)
from bankable.templates.comparison.sheets import frame
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.engine import calculation
from bankable.templates.engine.formulas import calls_ours
from bankable.templates.engine.opened_file import open_package
from bankable.templates.engine.workbook_file import WorkbookFile
from bankable.templates.refusal import Refusal
from bankable.templates.workbook.book import (
    Book,
    Sheet,
    Value,
    address,
    cell_at,
    serial,
    sheet_prefix,
)
from bankable.udfs.cells import CellError

SHOWN_FAULTS = 8


@dataclass
class Filled:
    """A workbook that ties out: its book with the file's values, the deals in it and the names of
    the case sheets.
    """

    path: Path
    book: Book
    cases: list[SourcedDeal]
    names: list[str]
    digest: str = ""
    cells_tied: int = 0
    purpose: str = "no memo is written"

    def looks_at(self, case: int) -> bool:
        """Whether the sheet Sensitivity looks at this case."""
        sheet = self.book.sheets.get("Sensitivity")
        return sheet is not None and "case" in sheet.placed and sheet.value_of("case") == case

    def case_number(self, wanted: str | None) -> int:
        """The case (from 1) of that name or number; without either the only case, or the last. One
        that still holds placeholders is refused.
        """
        number = self._number(wanted)
        keys = placeholders.untouched(self.cases[number - 1])
        if keys:
            cells = [f"{self._cell(key, number)} ({key})" for key in keys[:SHOWN_FAULTS]]
            more = f" and {len(keys) - SHOWN_FAULTS} more" if len(keys) > SHOWN_FAULTS else ""
            raise Refusal(
                f"{self.path.name}: case {self.cases[number - 1].deal.case_name} still holds"
                f" {len(keys)} placeholders, so {self.purpose}: {', '.join(cells)}{more}. Type the"
                " figures, or their source where the figure stands; --case chooses another case."
            )
        return number

    def _cell(self, key: str, number: int) -> str:
        place = self.book["Inputs"].placed[f"{key}_{number}"]
        return f"Inputs!{address(place.row, place.col)}"

    def _number(self, wanted: str | None) -> int:
        called = [case.deal.case_name for case in self.cases]
        if wanted is None:
            return len(called)
        if wanted.strip().isdigit() and 1 <= int(wanted) <= len(called):
            return int(wanted)
        for i, name in enumerate(called, start=1):
            if wanted.strip().lower() in (
                name.lower(),
                self.names[i - 1].lower(),
                name.lower().replace(" ", "_"),
            ):
                return i
        listed = ", ".join(f"{i} {name}" for i, name in enumerate(called, start=1))
        raise Refusal(f"{self.path.name} has no case {wanted!r}; it has {listed}.")


def read(path: str | Path, purpose: str = "no memo is written") -> Filled:
    """The workbook, tied out; the refusal names the cells where it is not."""
    path = Path(path)
    file = opening.opened(path)
    values, formulas = opening.cells(file, data_only=True), opening.cells(file)
    own_version.refuse_settings(file, purpose)
    opening.refuse_sprawl(file, formulas)
    own_version.refuse_strangers(path, values)
    names = own_version.case_sheets(path, formulas)
    book = own_version.laid(path, values, names)
    cases = read_inputs.read_workbook(path, (values, formulas))
    if len(cases) != len(names):
        raise Refusal(
            f"{path.name}: every case on Inputs needs a name; {len(names) - len(cases)} of"
            f" {len(names)} have none."
        )
    digest = hashlib.sha256(file.source).hexdigest()
    filled = Filled(path, book, cases, names, digest, purpose=purpose)
    faults = [*strange_sheets(book, file), *strange_names(book, file), *changed(book, formulas)]
    _say(path, purpose, "was changed where no input stands", faults)
    _put_values(book, values)
    _refuse_scenario(path, book, purpose)
    _say(
        path,
        purpose,
        "has cells without a saved value (calculate and save it in Excel or LibreOffice)",
        _unsaved(book),
    )
    _say(
        path,
        purpose,
        "was saved where Bankable's functions are absent; run `bankable compare` on it first",
        _nameless(book),
    )
    filled.cells_tied, faults = _stale(file, book)
    _say(
        path,
        purpose,
        "shows values that its own formulas do not give: it is stale or typed over",
        faults,
    )
    tied, different = tie_out.differences(book, names, [case.deal for case in cases])
    _say(
        path,
        purpose,
        "differs from the model",
        [
            f"{cell} shows {shown(mine)}, the model gives {theirs!r}"
            for cell, mine, theirs in different
        ],
    )
    filled.cells_tied += tied
    _refuse_failing_checks(path, book, purpose)
    return filled


def _say(path: Path, purpose: str, what: str, faults: list[str]) -> None:
    if faults:
        more = (
            f"; and {len(faults) - SHOWN_FAULTS} more cells" if len(faults) > SHOWN_FAULTS else ""
        )
        raise Refusal(
            f"{path.name} {what}, so {purpose}: {'; '.join(faults[:SHOWN_FAULTS])}{more}.", faults
        )


# The file's values ---------------------------------------------------------------------------


def _put_values(book: Book, values: Any) -> None:
    """The file's saved values, in the cells of the laid book."""
    for sheet in book:
        there = values[sheet.name]
        for (row, col), cell in sheet.cells.items():
            got = there.cell(row + 1, col + 1)
            value = CellError(str(got.value), "") if got.data_type == "e" else got.value
            if isinstance(value, dt.date):
                value = serial(value)
            cell.value = (
                float(value)
                if isinstance(value, int) and not isinstance(value, bool) and _computed(cell)
                else value
            )


def _computed(cell: Any) -> bool:
    return cell.formula is not None or cell.block is not None


def _each_computed(book: Book) -> Iterator[tuple[Sheet, tuple[int, int], Any]]:
    for sheet in book:
        for spot, cell in sheet.cells.items():
            if _computed(cell):
                yield sheet, spot, cell


def _unsaved(book: Book) -> list[str]:
    """A blank within an array is a result; an array of blanks, or a blank formula, was never
    calculated.
    """
    filled_blocks = {
        id(cell.block)
        for _, _, cell in _each_computed(book)
        if cell.block is not None and cell.value is not None
    }
    return [
        f"{sheet_prefix(sheet.name)}{address(*spot)}"
        for sheet, spot, cell in _each_computed(book)
        if cell.value is None and (cell.block is None or id(cell.block) not in filled_blocks)
    ]


def _nameless(book: Book) -> list[str]:
    """Cells of our functions, saved by a program that does not know them."""
    return [
        f"{sheet_prefix(sheet.name)}{address(*spot)} shows {cell.value.code}"
        for sheet, spot, cell in _each_computed(book)
        if isinstance(cell.value, CellError)
        and cell.value.code == "#NAME?"
        and calls_ours(cell.formula or cell.block.formula)
    ]


def _refuse_scenario(path: Path, book: Book, purpose: str) -> None:
    target = book.names.get("set_scenario")
    if target is None:
        return
    spot = cell_at(target.partition("!")[2])
    chosen = book["Scenarios"].value(*spot) if spot else "Base"
    if chosen != "Base":
        raise Refusal(
            f"{path.name} shows the scenario {chosen!r} ({target.replace('$', '')}), so {purpose}:"
            " choose Base there, calculate and save. The memo shows all scenarios beside the base"
            " case."
        )


def _stale(file: WorkbookFile, book: Book) -> tuple[int, list[str]]:
    """How many computed cells were recalculated, and those whose saved value is another."""
    fresh = calculation.calculate_opened(open_package(file))
    count, faults = 0, []
    for sheet, spot, cell in _each_computed(book):
        count += 1
        again = fresh.sheets.get(sheet.name, {}).get(spot)
        if not _agree(cell.value, again):
            faults.append(
                f"{sheet_prefix(sheet.name)}{address(*spot)} shows {shown(cell.value)}, calculated"
                f" it is {shown(again)}"
            )
    return count, faults


def _agree(saved: Value, again: Value) -> bool:
    if isinstance(saved, CellError) or isinstance(again, CellError):
        return (
            isinstance(saved, CellError)
            and isinstance(again, CellError)
            and saved.code == again.code
        )
    if isinstance(saved, (int, float)) and isinstance(again, (int, float)):
        return tie_out.close(float(saved), float(again))
    return saved == again or (saved in (None, "", 0.0) and again in (None, "", 0.0))


def _refuse_failing_checks(path: Path, book: Book, purpose: str) -> None:
    sheet = book["Checks"]
    failing = [
        f"{sheet.value(row, 1)} ({sheet.value(row, 2)}, Checks!{address(row, col)})"
        for (row, col), cell in sheet.cells.items()
        if cell.value == "FAIL" and row >= frame.FIRST_ROW
    ]
    if failing or not str(sheet.value_of("master")).startswith("OK"):
        master = sheet.placed["master"]
        _say(
            path,
            purpose,
            "has checks that fail",
            failing or [f"Checks!{address(master.row, master.col)}"],
        )
