"""What the buttons of the Bankable tab do to the open workbook, in steps between which Excel can
breathe and be stopped.

A task is a generator: it yields a text for the status bar before each step and returns the text of
the closing message. VBA calls `start`, then `advance` until the answer no longer begins with "~",
or `cancel` when Esc was pressed.
"""

from __future__ import annotations

import importlib
import re
import tempfile
import webbrowser
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import bankable
from bankable import udfs
from bankable.addin import book_version
from bankable.addin.excel import book_places, functions, ribbon_inserts
from bankable.addin.excel.system import documents_folder
from bankable.templates.engine.formulas import SPELLINGS
from bankable.udfs import answer_cache, reference

Task = Generator[str, None, str]

MARK = (255, 199, 206)  # the fill of a failing cell
# words of the families whose functions take long
HEAVY = (
    "simulation", "sensitivity", "break-even", "stress", "frontier", "whole deal", "uncertainty"
)  # fmt: skip
CHECKS_SHEET = "Checks"
ERRORS = frozenset(("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"))

_running: list[Task] = []
_marked: dict[
    str, list[tuple[str, str, Any]]
] = {}  # by workbook: sheet, address and the fill before


def start(task: str, argument: str = "", book: Any = None) -> str:
    """Begin a task on the workbook that called (or `book`); the first text for the status bar, or
    the closing message.
    """
    cancel()
    if book is None and task not in WITHOUT_BOOK:
        import xlwings

        try:
            book = xlwings.Book.caller()
        except Exception:
            return "Open a workbook first."
    _running.append(TASKS[task](book, argument))
    return advance()


def advance() -> str:
    """The next step: "~" with a text for the status bar, or the closing message ("" for none)."""
    if not _running:
        return ""
    try:
        return "~" + next(_running[-1])
    except StopIteration as end:
        _running.clear()
        return end.value or ""
    except Exception as fault:
        _running.clear()
        return (
            str(getattr(fault, "sentence", ""))
            or f"This did not work ({type(fault).__name__}: {fault})."
        )


def cancel() -> str:
    """Stop the task that is running."""
    for task in _running:
        task.close()
    _running.clear()
    return ""


def running() -> bool:
    """Whether a task is under way."""
    return bool(_running)


# The tasks -------------------------------------------------------------------------------------


def check(book: Any, argument: str = "") -> Task:
    """Calculate, read the verdicts of the Checks sheet, and colour every failing check and every
    cell that shows an error.
    """
    yield "calculating"
    book.app.calculate()
    _unmark(book)
    failed: list[str] = []
    errors = 0
    absent = 0
    marked = _marked.setdefault(book_places.place_of(book), [])
    for sheet in book.sheets:
        yield f"checking {sheet.name}"
        area = sheet.used_range
        rows = area.options(ndim=2, err_to_str=True).value
        for i, row in enumerate(rows or []):
            for j, value in enumerate(row):
                is_error = isinstance(value, str) and value in ERRORS
                is_failure = sheet.name == CHECKS_SHEET and value == "FAIL"
                absent += sheet.name == CHECKS_SHEET and value == "functions absent"
                if not (is_error or is_failure):
                    continue
                cell = sheet.range((area.row + i, area.column + j))
                marked.append((sheet.name, cell.address, cell.color))
                cell.color = MARK
                if is_failure:
                    failed.append(_label(row))
                else:
                    errors += 1
    if not failed and not errors:
        text = "Every check passes and no cell shows an error."
    else:
        text = f"{len(failed)} checks fail and {errors} cells show an error; they are coloured."
        text += "".join(f"\n- {name}" for name in failed[:10])
    if absent:
        text += f"\n{absent} checks could not be made: the functions did not answer."
    said = book_version.difference_of(book, bankable.__version__)
    return f"{text}\n{said}" if said else text


def _label(row: list[Any]) -> str:
    """What a row of the Checks sheet checks: its longest text."""
    return max((value for value in row if isinstance(value, str)), key=len, default="a check")


def _unmark(book: Any) -> None:
    for sheet, address, colour in _marked.pop(book_places.place_of(book), []):
        try:
            book.sheets[sheet].range(address).color = colour
        except Exception:  # the sheet is gone, or protected
            continue


def memo(book: Any, argument: str = "") -> Task:
    """Write the credit memo of the open workbook beside it, as a Word file."""
    yield "reading the workbook"
    book.app.calculate()
    with tempfile.TemporaryDirectory() as folder:
        name = Path(book.name)
        copy = Path(folder) / (
            name if name.suffix.lower() in (".xlsx", ".xlsm") else f"{name.stem}.xlsx"
        )
        _save_copy(book, copy)
        yield "writing the memo"
        written = importlib.import_module("bankable.templates.memo.write").memo(
            str(copy), out=str(book_places.beside(book, "memo", ".docx"))
        )
    return str(written.text)


def new(book: Any, argument: str = "") -> Task:
    """Open a new comparison to fill in."""
    import xlwings

    yield "building the workbook"
    comparison = importlib.import_module("bankable.templates.comparison.compare")
    target = book_places.free(documents_folder(), "comparison", ".xlsx")
    comparison.new(str(target))
    yield "opening it"
    (book.app if book is not None else xlwings.apps.active).books.open(str(target))  # type: ignore[union-attr]
    return f"Fill in the blue cells of Inputs. The workbook is {target}."


def refresh(book: Any, argument: str = "") -> Task:
    """Calculate the cells of the heavy functions anew, one by one, from no kept answer."""
    yield "looking for simulations and grids"
    answer_cache.forget()
    heavy = {
        entry.name
        for entry in udfs.FUNCTIONS.values()
        if any(word in entry.family.lower() for word in HEAVY)
    }
    found = []
    for sheet in book.sheets:
        area = sheet.used_range
        for i, row in enumerate(_two_dimensional(area.formula)):
            for j, formula in enumerate(row):
                if (
                    isinstance(formula, str)
                    and formula.startswith("=")
                    and heavy & set(called(formula))
                ):
                    found.append((sheet, area.row + i, area.column + j))
    for number, (sheet, row, column) in enumerate(found, 1):
        cell = sheet.range((row, column))
        yield f"calculating {sheet.name}!{cell.address.replace('$', '')}, {number} of {len(found)}"
        cell.api.Dirty()
        cell.api.Calculate()
    return (
        f"{len(found)} cells calculated anew."
        if found
        else "No cell of this workbook uses a simulation, grid or solver."
    )


def help_page(book: Any, argument: str = "") -> Task:
    """Open the page of the function in the active cell, or the list of all."""
    yield "opening the help"
    formula = (
        book.app.selection.formula if book is not None and book.app.selection is not None else ""
    )
    names = called(formula if isinstance(formula, str) else "")
    if names:
        return reference.terminal_help(udfs.FUNCTIONS[names[0]], 90)
    families = reference.by_family(udfs.FUNCTIONS.values())
    folder = Path(tempfile.gettempdir()) / "bankable-help.txt"
    text = "".join(
        f"{family}\n"
        + "".join(f"  {entry.signature}\n      {entry.question}\n" for entry in entries)
        + "\n"
        for family, entries in families.items()
    )
    folder.write_text(text, encoding="utf-8")
    webbrowser.open(folder.as_uri())
    return ""


def explain(book: Any, argument: str = "") -> Task:
    """Say why the functions in a formula show an error; the formula was calculated just before."""
    names = called(argument)
    if not names:
        return "The active cell holds no function of Bankable."
    for name in names:
        sentence = functions.last_sentence(name)
        if sentence:
            return f"{name}: {sentence}"
    return f"{', '.join(names)} met no error when the cell was calculated just now."
    yield


def kept_answers(book: Any, argument: str = "") -> Task:
    """Say how many answers are kept, and what they were good for."""
    return answer_cache.told()
    yield


def forget(book: Any, argument: str = "") -> Task:
    """Forget what was said of errors so far."""
    functions.SAID.clear()
    return ""
    yield


TASKS: dict[str, Callable[[Any, str], Task]] = {
    "check": check,
    "memo": memo,
    "new": new,
    "refresh": refresh,
    "insert": ribbon_inserts.insert,
    "stress": ribbon_inserts.stress_sheet,
    "support": ribbon_inserts.support_sheet,
    "help": help_page,
    "explain": explain,
    "kept": kept_answers,
    "forget": forget,
}
WITHOUT_BOOK = frozenset(("explain", "forget", "kept"))


# Small steps -----------------------------------------------------------------------------------

_CALL = re.compile(r"(?:^|[^A-Za-z0-9_.\"])([A-Za-z_][A-Za-z0-9_.]*)\s*\(")
_TEXT = re.compile(r'"(?:[^"]|"")*"')
_SPELLING = re.compile(
    rf"(?<![A-Za-z0-9_.])(?:{'|'.join(map(re.escape, SPELLINGS))})", re.IGNORECASE
)


def called(formula: str) -> list[str]:
    """Our functions in a formula, in order, whatever stands before their names.

    >>> called('=IF(A1>0,[1]!SURVIVAL(4),"IDC(")+_xldudf_BANKABLE_IDC(1)')
    ['SURVIVAL', 'IDC']
    """
    plain = _SPELLING.sub("", _TEXT.sub('""', formula))
    return [name for found in _CALL.finditer(plain) if (name := found[1].upper()) in udfs.FUNCTIONS]


def _two_dimensional(formulas: Any) -> list[Any]:
    """What xlwings gives for formulas of a range: one text, or rows of texts."""
    return [[formulas]] if isinstance(formulas, str) else list(formulas or [])


def _save_copy(book: Any, path: Path) -> None:
    """The workbook as it is on the screen, saved elsewhere without touching the user's file."""
    book.api.SaveCopyAs(str(path))
