"""The steps of `bankable excel-check` on whole comparisons: as they open, with random inputs, and
with the functions in the book itself.

The first paragraph of a step's docstring is its name in the file of answers.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bankable.addin.excel import check_inputs, standalone
from bankable.addin.excel.check_cells import ERRORS, end, shown
from bankable.templates import deal_file
from bankable.templates.comparison import compare, tie_out
from bankable.templates.comparison.sheets.inputs import input_name
from bankable.templates.workbook import write
from bankable.templates.workbook.book import Book, cell_at

if TYPE_CHECKING:
    from bankable.addin.excel.check_excel import Check


def comparison_opens(check: Check) -> dict[str, Any]:
    """a comparison written by Bankable opens and calculates without an error"""
    laid = _laid()
    path = check.folder / "comparison.xlsx"
    path.write_bytes(write.to_bytes(laid))
    book = check.app.books.open(str(path))
    at_once = _errors(book, laid)
    check.app.api.CalculateFullRebuild()
    after = _errors(book, laid)
    master = laid["Checks"].placed["master"]
    check_says = shown(book.sheets["Checks"], master.row + 1, master.col + 1, 1, 1)[0][0]
    good = not after and str(check_says).startswith("OK")
    return {
        "result": "yes" if good else "no",
        "seen": {"errors at once": at_once, "errors": after, "master check": check_says},
    }


def random_deals(check: Check) -> Any:
    """that comparison with random inputs typed into it: every row of every case is kept"""
    laid = _laid()
    cases = deal_file.load_shipped()
    book = check.app.books.open(str(check.folder / "comparison.xlsx"))
    inputs = check_inputs.random_deals(cases, check.seed)
    for i, values in enumerate(inputs):
        for key, value in values.items():
            if value != getattr(cases[i].deal, key):
                row, col = _input_cell(laid, key, i)
                book.sheets["Inputs"].range((row, col)).value = value
    check.app.calculate()
    check.answers.deals = inputs
    names = compare.sheet_names(cases)
    pages = {
        name: shown(book.sheets[name], 1, 1, *_size(laid, name))
        for name in (*names, *(f"{name} build" for name in names), "Returns")
    }
    for case, name, key, twin in tie_out.rows_of(laid, names):
        place = laid[name].placed[key]
        across = place.columns
        first, last = (place.col, place.col) if across is None else (across.first, across.last)
        check.answers.rows.append(
            {
                "case": case,
                "sheet": name,
                "key": key,
                "twin": twin,
                "shown": pages[name][place.row][first : last + 1],
            }
        )
    return None


def book_with_macros(check: Check) -> Any:
    """a comparison saved as .xlsm calculates in an Excel without the add-in"""
    laid = _laid()
    path = check.folder / "comparison.xlsm"
    path.write_bytes(standalone.as_installed(write.to_bytes(laid)))
    app = check.xlwings.App(visible=True, add_book=False)
    try:
        app.display_alerts = False
        book = app.books.open(str(path))
        app.api.CalculateFullRebuild()
        return _errors(book, laid) or True
    finally:
        end(app)


@functools.cache
def _laid() -> Book:
    """The comparison of the shipped deals, made once; it is only read."""
    return compare.calculated(deal_file.load_shipped())


def _size(laid: Book, name: str) -> tuple[int, int]:
    spots = list(laid[name].cells)
    return max(row for row, _ in spots) + 1, max(col for _, col in spots) + 1


def _errors(book: Any, laid: Book) -> dict[str, int]:
    """How many cells of the workbook show each error."""
    counts: dict[str, int] = {}
    for cell in _all_cells(book, laid):
        if isinstance(cell, str) and cell in ERRORS:
            counts[cell] = counts.get(cell, 0) + 1
    return counts


def _all_cells(book: Any, laid: Book) -> Iterator[Any]:
    for name in laid.sheets:
        for row in shown(book.sheets[name], 1, 1, *_size(laid, name)):
            yield from row


def _input_cell(laid: Book, key: str, case: int) -> tuple[int, int]:
    """Row and column, from 1, of an input of a case."""
    first = cell_at(laid.names[input_name(key)].partition("!")[2].partition(":")[0])
    assert first is not None
    return first[0] + 1, first[1] + 1 + case
