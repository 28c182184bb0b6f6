"""Run by a Python that has LibreOffice's uno: opens workbooks once each, changes cells,
recalculates hard and writes all values down.

Arguments: the pipe that LibreOffice listens at, a file of jobs (JSON, written by
`tests.calc.office`), a folder for the answers.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

ERRORS = {
    502: "#VALUE!",
    503: "#NUM!",
    519: "#VALUE!",
    524: "#REF!",
    525: "#NAME?",
    532: "#DIV/0!",
    32767: "#N/A",
}
IS_ERROR = 4  # com.sun.star.sheet.FormulaResult.ERROR
EXCEL = 3  # com.sun.star.sheet.AddressConvention.XL_OOX


def connected(pipe: str) -> Any:
    import uno

    here = uno.getComponentContext()
    resolver = here.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", here
    )
    for attempt in range(150):
        try:
            there = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return there.ServiceManager.createInstanceWithContext(
                "com.sun.star.frame.Desktop", there
            )
        except Exception:
            if attempt == 149:
                raise
            time.sleep(0.2)
    return None


def option(name: str, value: Any) -> Any:
    from com.sun.star.beans import PropertyValue

    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def opened(desktop: Any, url: str) -> Any:
    book = desktop.loadComponentFromURL(url, "_blank", 0, (option("Hidden", True),))
    if book is None:
        raise RuntimeError(f"LibreOffice does not open {url}")
    return book


def put(
    book: Any, sheet: str, row: int, col: int, last_row: int, last_col: int, content: Any
) -> Any:
    """A number, a text or a formula in Excel's own form into a cell, or an array formula into a
    range; gives what undoes it.
    """
    page = book.Sheets.getByName(sheet)
    where = page.getCellRangeByPosition(col, row, last_col, last_row)
    if isinstance(content, str) and content.startswith("="):
        parser = book.createInstance("com.sun.star.sheet.FormulaParser")
        parser.CompileEnglish, parser.FormulaConvention = True, EXCEL
        at = where.getCellByPosition(0, 0)
        tokens = parser.parseFormula(content[1:], at.CellAddress)
        if where.getArrayFormula():
            before = where.getArrayTokens()
            where.setArrayTokens(tokens)
            return lambda: where.setArrayTokens(before)
        undo = restored(at)
        at.setTokens(tokens)
        return undo
    at = where.getCellByPosition(0, 0)
    undo = restored(at)
    if isinstance(content, str):
        at.setString(content)
    else:
        at.setValue(content)
    return undo


def restored(cell: Any) -> Any:
    kind = cell.Type.value
    if kind == "FORMULA":
        tokens = cell.getTokens()
        return lambda: cell.setTokens(tokens)
    if kind == "TEXT":
        text = cell.getString()
        return lambda: cell.setString(text)
    if kind == "EMPTY":
        return lambda: cell.setFormula("")
    number = cell.getValue()
    return lambda: cell.setValue(number)


def values(book: Any, wanted: list[str], kinds: bool) -> dict[str, Any]:
    """By sheet the rows of all its values, None for an error, and with `kinds` its errors as [row,
    col, code].
    """
    found = {}
    for sheet in book.Sheets:
        if wanted and sheet.Name not in wanted:
            continue
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        last = cursor.RangeAddress
        area = sheet.getCellRangeByPosition(0, 0, last.EndColumn, last.EndRow)
        errors = []
        for spot in area.queryFormulaCells(IS_ERROR).getRangeAddresses() if kinds else ():
            for row in range(spot.StartRow, spot.EndRow + 1):
                for col in range(spot.StartColumn, spot.EndColumn + 1):
                    code = sheet.getCellByPosition(col, row).getError()
                    errors.append([row, col, ERRORS.get(code, f"error {code}")])
        found[sheet.Name] = {"rows": area.getDataArray(), "errors": errors}
    return found


def ended(desktop: Any) -> None:
    try:
        desktop.terminate()
    except Exception as error:  # LibreOffice may hang up before it has answered
        if "Disposed" not in type(error).__name__:
            raise


def leave() -> None:
    """End this process without uno's own end, which crashes now and then."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def main(pipe: str, jobs: str, answers: str) -> None:
    desktop = connected(pipe)
    places = {}
    try:
        for job in json.loads(Path(jobs).read_text(encoding="utf-8")):
            book = opened(desktop, job["url"])
            places[job["url"]] = book.getLocation()  # none where the file is a template
            book.enableAutomaticCalculation(False)
            for step in job["steps"]:
                undo = [put(book, *change) for change in step["put"]]
                book.calculateAll()
                found = values(book, step["sheets"], step["kinds"])
                for back in reversed(undo):
                    back()
                (Path(answers) / f"{step['name']}.json").write_text(
                    json.dumps(found), encoding="utf-8"
                )
            book.close(True)
        (Path(answers) / "places.json").write_text(json.dumps(places), encoding="utf-8")
    finally:
        ended(desktop)


if __name__ == "__main__":
    main(*sys.argv[1:])
    leave()
