"""A filled workbook, trusted only after it ties out: its formulas are the model's, its saved values
are what they give.

`read` lays the same workbook afresh, holds the file against it cell by cell, calculates it with the
engine and with the chain, and returns the laid book with the file's values in it, so that every
figure is found by key.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from bankable.templates import deal_file, opening
from bankable.templates.comparison import compare, placeholders, read_inputs, tie_out
from bankable.templates.comparison.model_match import (
    changed,
    shown,
    strange_names,
    strange_sheets,
)
from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.inputs import input_name
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.engine import calculation
from bankable.templates.engine.formulas import calls_ours
from bankable.templates.engine.opened_file import open_package
from bankable.templates.engine.workbook_file import WorkbookFile
from bankable.templates.refusal import Refusal
from bankable.templates.workbook import rows
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
from bankable.udfs.deal import deal as deals

SHOWN_FAULTS = 8
_MOST_SOURCES = 2_000  # rows of the sheet of sources: inputs times cases is below it
_WIDEST = 5_000_000  # cells that a sheet may span from its first to its last
_LINK = re.compile(r"='?([^'!]+)'?!")


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
    _refuse_settings(file, purpose)
    _refuse_sprawl(path, formulas)
    _refuse_strangers(path, values)
    names = _case_sheets(path, formulas)
    book = _laid(path, values, names)
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


# Is it ours, and of this version ---------------------------------------------------------------


def _refuse_settings(file: WorkbookFile, purpose: str) -> None:
    """Settings under which a program shows other figures than the formulas give."""
    for is_set, what, so in (
        (
            file.as_displayed,
            "rounds its figures as they are displayed",
            "take off 'Set precision as displayed'",
        ),
        (file.manual, "calculates only when it is told to", "set Calculation Options to Automatic"),
        (
            file.dates_from_1904,
            "counts its dates from 1904",
            "take off 'Use 1904 date system' and type the dates again",
        ),
    ):
        if is_set:
            raise Refusal(f"{file.name} {what}, so {purpose}: {so}, calculate and save.")


def _refuse_sprawl(path: Path, formulas: Any) -> None:
    """A sheet with a cell so far out that no program could lay out what lies between."""
    for sheet in formulas.worksheets:
        if sheet.max_row * sheet.max_column > _WIDEST:
            far = address(sheet.max_row - 1, sheet.max_column - 1)
            raise Refusal(
                f"{path.name}, sheet {sheet.title}, reaches to {far}: delete what stands so far"
                " from the rest."
            )


def _refuse_strangers(path: Path, values: Any) -> None:
    """Another program's workbook, or another version's."""
    if input_name("case_name") not in values.defined_names:
        raise Refusal(
            f"{path.name} is not a comparison of Bankable: it has no cells named"
            f" {input_name('case_name')}."
        )
    if "Cover" not in values.sheetnames:
        raise Refusal(f"{path.name} has no sheet Cover: start again from `bankable compare`.")
    written = next(
        (
            row[1].value
            for row in values["Cover"].iter_rows(min_col=2, max_col=3, max_row=40)
            if row[0].value == "Version of Bankable"
        ),
        None,
    )
    ours = metadata.version("bankable")
    if str(written) != ours:
        raise Refusal(
            f"{path.name} was built by Bankable {written}; this is {ours}: `bankable compare"
            f" {path.name}` brings it to this version."
        )
    missing = [input_name(key) for key in deals.KEYS if input_name(key) not in values.defined_names]
    if missing:
        raise Refusal(
            f"{path.name} has lost the cells named {', '.join(missing[:5])}: `bankable compare"
            f" {path.name}` cannot read it either."
        )


def _case_sheets(path: Path, formulas: Any) -> list[str]:
    """The case sheets in the order of Inputs' columns, from the links of the Summary's decision."""
    if "Summary" not in formulas.sheetnames:
        raise Refusal(f"{path.name} has no sheet Summary.")
    name = formulas.defined_names.get("out_decision_words")
    if name is None:
        raise Refusal(
            f"{path.name} has lost the name out_decision_words: build it again with `bankable"
            " compare`."
        )
    sheet, where = next(iter(name.destinations))
    area = formulas[sheet][where.replace("$", "")]
    found = []
    for cell in area[0] if isinstance(area, tuple) else (area,):
        link = _LINK.match(str(cell.value))
        if link is None:
            raise Refusal(
                f"{path.name} was changed: {sheet}!{cell.coordinate} holds {cell.value!r} where the"
                " model has a link to a case sheet."
            )
        found.append(link[1])
    return found


def _laid(path: Path, values: Any, names: list[str]) -> Book:
    """The same workbook laid afresh, its sheets named as in the file."""
    blank = deal_file.load(deal_file.shipped_path("placeholder"))
    said = _sources_said(values)
    book = compare.build(
        [
            SourcedDeal(
                replace(blank.deal, case_name=name),
                {key: str(min(i, count - 1)) for key, count in said.items()},
                "",
            )
            for i, name in enumerate(names)
        ]
    )
    missing = [name for name in book.sheets if name not in values.sheetnames]
    if missing:
        raise Refusal(f"{path.name} has no sheet {', '.join(missing)}: it was deleted or renamed.")
    rows.resolve(book)
    place = book["Cover"].placed["model_hash"]
    written = values["Cover"].cell(place.row + 1, place.col + 1).value
    expected = book["Cover"].value(place.row, place.col)
    if written != expected:
        raise Refusal(
            f"{path.name} holds another model (hash {written}) than this version's (hash"
            f" {expected}): `bankable compare {path.name}` brings its inputs to this one."
        )
    return book


def _sources_said(values: Any) -> dict[str, int]:
    """How many sources the sheet of sources holds for each input: its length, and the checks on it,
    depend on that.
    """
    if "Sources" not in values.sheetnames:
        return dict.fromkeys(deals.KEYS, 1)
    sheet = values["Sources"]
    labels = [
        line[0].value
        for line in sheet.iter_rows(
            min_row=frame.FIRST_ROW + 1, max_row=_MOST_SOURCES, min_col=2, max_col=2
        )
    ]
    counts, at = {}, 0
    for field_of in deals.INPUTS:
        start = at
        while at < len(labels) and labels[at] == field_of.metadata["label"]:
            at += 1
        counts[field_of.name] = max(1, at - start)
    return counts


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
