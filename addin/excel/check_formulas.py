"""The steps of `bankable excel-check` on single formulas: the start, arrays, errors, every function,
and workbooks that are saved and opened again.

The first paragraph of a step's docstring is its name in the file of answers.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bankable import udfs
from bankable.addin.excel import check_inputs, saved_links
from bankable.addin.excel.check_answers import LEFT_OUT
from bankable.addin.excel.check_cells import close, shown
from bankable.templates.workbook.book import address
from bankable.udfs.cells import OMITTED

if TYPE_CHECKING:
    from bankable.addin.excel.check_excel import Check

SURVIVAL, DUE = "SURVIVAL(4,0,0.85,1)", [1.0, 0.85, 0.7225, 0.614125]
MANY = 100
FIRST_ARGUMENT = 40  # the column, to the right of every result
_COUNTRY, _DECIMAL, _LIST = 1, 3, 5  # Excel's numbers of its International settings


def starts(check: Check) -> None:
    """Excel starts"""
    check.app = check.xlwings.App(visible=True, add_book=False)
    check.app.display_alerts = False
    api = check.app.api
    check.answers.about["excel"] = {
        "version": str(check.app.version),
        "build": str(api.Build),
        "system": str(api.OperatingSystem),
        "country": str(api.International(_COUNTRY)),
        "decimal": str(api.International(_DECIMAL)),
        "list": str(api.International(_LIST)),
    }


def opens_addin(check: Check) -> None:
    """the add-in opens"""
    check.app.books.open(str(check.addin), read_only=True)  # another Excel may hold it


def first_formula(check: Check) -> Any:
    """=SURVIVAL(4,0,0.85,1) entered as an array fills four cells; its time is that of the start"""
    sheet = check.app.books.add().sheets[0]
    sheet.range((1, 1), (4, 1)).formula_array = f"={SURVIVAL}"
    cells = [row[0] for row in shown(sheet, 1, 1, 4, 1)]
    return close(cells, DUE) or cells


def spills(check: Check) -> Any:
    """=SURVIVAL(4,0,0.85,1) entered in a cell fills four cells"""
    sheet = check.app.books.add().sheets[0]
    sheet.range((1, 1)).formula2 = f"={SURVIVAL}"
    cells = [row[0] for row in shown(sheet, 1, 1, 4, 1)]
    return close(cells, DUE) or cells


def errors_and_sums(check: Check) -> Any:
    """=SURVIVAL(-4) shows #NUM!, =SUM(SURVIVAL(4,0,0.85,1)) gives 3.1866, ISERROR knows the error"""
    sheet = check.app.books.add().sheets[0]
    for row, formula in enumerate(
        ("=SURVIVAL(-4)", f"=SUM({SURVIVAL})", "=ISERROR(A1)", "=ERROR.TYPE(A1)"), 1
    ):
        sheet.range((row, 1), (row, 1)).formula_array = formula
    cells = [row[0] for row in shown(sheet, 1, 1, 4, 1)]
    good = cells[0] == "#NUM!" and close([cells[1], cells[3]], [sum(DUE), 6.0])
    return (good and cells[2] in (True, 1.0)) or cells


def many_cells(check: Check) -> Any:
    """100 cells of =SUM(SURVIVAL(4,0,0.85,1)): the time is theirs"""
    sheet = check.app.books.add().sheets[0]
    area = sheet.range((1, 1), (MANY, 1))
    area.formula = f"=SUM({SURVIVAL})+0*ROW()"
    cells = [row[0] for row in shown(sheet, 1, 1, MANY, 1)]
    return close(cells, [sum(DUE)] * MANY) or cells[:4]


def every_function(check: Check) -> Any:
    """every function once, with random arguments in cells"""
    sheet = check.app.books.add().sheets[0]
    row, places = 1, []
    for name, arguments in check_inputs.random_calls(check.seed):
        due = udfs.FUNCTIONS[name].from_cells(arguments)
        height, width = (len(due), len(due[0])) if isinstance(due, list) else (1, 1)
        texts, tallest = _put_arguments(sheet, row, arguments)
        target = sheet.range((row, 1), (row + height - 1, width))
        target.formula_array = f"={name}({','.join(texts)})"
        places.append((name, arguments, row, height, width))
        row += max(height, tallest) + 2
    failed = []
    for name, arguments, row, height, width in places:
        kept = shown(sheet, row, 1, height, width)
        given = [LEFT_OUT if argument is OMITTED else argument for argument in arguments]
        check.answers.calls.append({"function": name, "arguments": given, "shown": kept})
        if kept[0][0] in ("#NAME?", "#VALUE!"):
            failed.append(f"{name} shows {kept[0][0]}")
    return failed or True


def _put_arguments(sheet: Any, row: int, arguments: list[Any]) -> tuple[list[str], int]:
    """Put a call's arguments in cells to the right; how the formula names them, and the rows that
    they take.
    """
    texts, col, tallest = [], FIRST_ARGUMENT, 1
    for argument in arguments:
        if argument is OMITTED:
            texts.append("")
            continue
        block = argument if isinstance(argument, list) else [[argument]]
        last = (row + len(block) - 1, col + len(block[0]) - 1)
        sheet.range((row, col), last).value = block
        first, end = address(row - 1, col - 1, True), address(last[0] - 1, last[1] - 1, True)
        texts.append(first if first == end else f"{first}:{end}")
        col, tallest = last[1] + 2, max(tallest, len(block))
    return texts, tallest


def saved_and_opened(check: Check) -> dict[str, Any]:
    """the workbook saved, closed and opened again calculates"""
    path = check.folder / "saved.xlsx"
    book = check.app.books.add()
    book.sheets[0].range((1, 1), (4, 1)).formula_array = f"={SURVIVAL}"
    book.save(str(path))
    book.close()
    return _opened_again(check, path) | {"saved_as": saved_links.told(path)}


def from_another_machine(check: Check) -> dict[str, Any]:
    """a workbook whose link names the add-in of another user's machine calculates after opening"""
    path = check.folder / "saved.xlsx"
    moved = check.folder / "moved.xlsx"
    links = saved_links.led_elsewhere(path, moved)
    if not links:
        return {"result": "not tried", "seen": "Excel saved no link to the add-in"}
    return _opened_again(check, moved)


def _opened_again(check: Check, path: Path) -> dict[str, Any]:
    """What a workbook shows when it is opened, and after a calculation of everything."""
    book = check.app.books.open(str(path))
    sheet = book.sheets[0]
    at_once = [row[0] for row in shown(sheet, 1, 1, 4, 1)]
    check.app.api.CalculateFullRebuild()
    after = [row[0] for row in shown(sheet, 1, 1, 4, 1)]
    links = book.api.LinkSources(1)
    book.close()
    good = close(at_once, DUE) and close(after, DUE)
    return {
        "result": "yes" if good else "no",
        "seen": {"at once": at_once, "calculated": after, "links": len(links or ())},
    }
