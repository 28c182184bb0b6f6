"""Inputs: marked as such, read by something, with a label and a unit, and numbers rather than
texts.

How a book marks its inputs is found from the book itself (`Audit.convention`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from bankable.templates.audit.evidence import Audit, by_range, cut, is_number
from bankable.templates.audit.finding import Finding, in_ranges, written
from bankable.templates.audit.reading import Cell, Sheet

_TARGETS = (0, 1)  # what a figure is held against: a difference of nought, shares that add to one
_UNIT_HEADING = re.compile(r"\s*units?\b", re.IGNORECASE)
_UNIT = re.compile(
    r"[%$€£¥]|\b(usd|eur|gbp|jpy|inr|rs|mn|bn|million|billion|thousands?|000s?|years?|yrs?|months?|mths?|days?|weeks?|quarters?|hours?|hrs?|"
    r"kwh?|mwh?|gwh?|mwac|mwp|kwp|mmbtu|btu|tons?|tonnes?|kg|bbl|km|miles?|m2|sqm|sqft|sq|ft|units?|number|no|count|#|ratio|rate|factor|"
    r"multiple|times|x|share|percent(age)?|pct|growth|margin|bps?|basis"
    r" points|index|date|year|flag|switch|scenario|case|cost|price|tax|"
    r"headcount|per)\b|\([^)]+\)|\[[^\]]+\]",
    re.IGNORECASE,
)
_SHEET_UNIT = re.compile(
    r"(\bin\b|amounts|figures|currency|all)[^.]{0,30}([$€£¥]|million|thousand|usd|eur|gbp|inr|\b000)",
    re.IGNORECASE,
)
_PLAIN_FORMAT = re.compile(r"[#0?,.\s\-+()_*;@\\/]|general|\"[\s\-]*\"|\[[^\]]*\]", re.IGNORECASE)


def marked(audit: Audit) -> Iterator[Finding]:
    """Typed figures that formulas read without being marked as inputs, and formulas that are marked
    as inputs.
    """
    rule = "input-not-marked"
    typed = [
        (sheet, cell)
        for sheet in audit.book.sheets.values()
        for cell in sheet.cells.values()
        if _read_number(audit, sheet, cell)
    ]
    audit.look(rule, len(typed))
    if not audit.convention:
        if typed:
            sheet, cell = typed[0]
            yield Finding(
                rule,
                "note",
                sheet.name,
                written((cell.row, cell.col, cell.row, cell.col)),
                f"{len(typed)} typed figures that formulas read",
                "The book has no one way of marking its inputs: give them one font and fill, so"
                " that a reader knows what may be changed.",
            )
        return
    for sheet in audit.book.sheets.values():
        plain = [cell for one, cell in typed if one is sheet and not audit.is_input(cell)]
        for where in in_ranges((cell.row, cell.col) for cell in plain):
            cell = sheet.cells[where[0], where[1]]
            grave = _among_others(audit, sheet, where) and cell.value not in _TARGETS
            yield Finding(
                rule,
                "warning" if grave else "note",
                sheet.name,
                written(where),
                f"{cut(str(cell.value), 30)}{' and others' if where[:2] != where[2:] else ''},"
                " marked as no input",
                (
                    "Formulas read a typed figure that does not look like this book's inputs: mark"
                    " it as one, or move it to them."
                    if grave
                    else (
                        "A table of typed figures is read without the marks of this book's inputs:"
                        " mark it, or say that it is fixed."
                    )
                ),
            )
        wrong = [
            cell
            for cell in sheet.formulas
            if audit.is_input(cell) and cell.form is not None and cell.form.references
        ]
        yield from by_range(
            rule,
            "warning",
            sheet,
            wrong,
            "a formula with the marks of an input",
            "A reader would type over this formula: take the input's marks off.",
        )


def _read_number(audit: Audit, sheet: Sheet, cell: Cell) -> bool:
    return cell.number and (cell.row, cell.col) in audit.graph.read[sheet.name]


def _among_others(audit: Audit, sheet: Sheet, where: tuple[int, int, int, int]) -> bool:
    """Whether one figure stands beside formulas or between marked inputs, and so passes for what it
    is not.
    """
    if where[:2] != where[2:]:
        return False
    row, col = where[:2]
    around = [
        sheet.cells.get((row + down, col + right))
        for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1))
    ]
    above, below, left, right = around
    inputs = [one is not None and one.number and audit.is_input(one) for one in around]
    computed = (
        sum(one is not None and one.formula is not None for one in (left, right)),
        sum(one is not None and one.formula is not None for one in (above, below)),
    )
    return (
        all(inputs[:2])
        or all(inputs[2:])
        or computed[0] == 2
        or (computed[1] == 2 and computed[0] == 0)
    )


def unused(audit: Audit) -> Iterator[Finding]:
    """Inputs that nothing reads."""
    rule = "unused-input"
    if not audit.convention:
        return
    named = (
        {target for name in audit.book.names for target in audit.graph.named(name, "")}
        if audit.book.macros
        else set()
    )
    for sheet in audit.book.sheets.values():
        if not audit.graph.read[sheet.name] and not any(sheet.formulas):
            continue  # notes, lists and data of their own
        idle = []
        for spot, cell in sheet.cells.items():
            if not cell.number or not audit.is_input(cell):
                continue
            audit.look(rule)
            by_macro = any(
                name == sheet.name and a[0] <= spot[0] <= a[2] and a[1] <= spot[1] <= a[3]
                for name, a in named
            )
            if (
                spot not in audit.graph.read[sheet.name]
                and spot not in audit.graph.shown[sheet.name]
                and not by_macro
            ):
                idle.append(cell)
        yield from by_range(
            rule,
            "warning",
            sheet,
            idle,
            "typed, and read by no formula",
            "Nothing depends on this input, whoever changes it: connect it, or delete it.",
        )


def labelled(audit: Audit) -> Iterator[Finding]:
    """Rows of figures without a label, and inputs without a unit."""
    for sheet in audit.book.sheets.values():
        nameless: list[tuple[int, int]] = []
        for row, cells in _figures_by_row(sheet).items():
            audit.look("no-label")
            if not any(audit.label(sheet, cell) or audit.header(sheet, cell) for cell in cells):
                nameless += [(row, cell.col) for cell in cells]
        for where in in_ranges(nameless):
            yield Finding(
                "no-label",
                "note",
                sheet.name,
                written(where),
                "no text to the left or above",
                "Nobody can tell what these figures are: label them.",
            )
        if not audit.convention:
            continue
        inputs = [
            cell
            for cell in sheet.cells.values()
            if audit.is_input(cell) and _read_number(audit, sheet, cell)
        ]
        audit.look("no-unit", len(inputs))
        if any(
            isinstance(cell.value, str) and _SHEET_UNIT.search(cell.value)
            for cell in sheet.cells.values()
            if cell.row < 12
        ):
            continue
        units = {
            col
            for (row, col), cell in sheet.cells.items()
            if isinstance(cell.value, str) and _UNIT_HEADING.match(cell.value)
        }
        bare = [cell for cell in inputs if not _has_unit(audit, sheet, cell, units)]
        yield from by_range(
            "no-unit",
            "note",
            sheet,
            bare,
            "no unit in label, heading or format",
            "Say what the input is measured in, best in a column of units.",
        )


def _figures_by_row(sheet: Sheet) -> dict[int, list[Cell]]:
    out: dict[int, list[Cell]] = defaultdict(list)
    for cell in sheet.cells.values():
        if (cell.number or cell.formula is not None or cell.within) and not isinstance(
            cell.value, str
        ):
            out[cell.row].append(cell)
    return out


def _has_unit(audit: Audit, sheet: Sheet, cell: Cell, units: set[int]) -> bool:
    if _PLAIN_FORMAT.sub("", cell.style.format):
        return True
    if any((cell.row, col) in sheet.cells for col in units):
        return True
    texts = [audit.label(sheet, cell), audit.header(sheet, cell)]
    for col in (cell.col + 1, cell.col + 2):
        beside = sheet.cells.get((cell.row, col))
        if beside is not None and isinstance(beside.value, str):
            texts.append(beside.value)
    return any(_UNIT.search(text) for text in texts)


def numbers_as_text(audit: Audit) -> Iterator[Finding]:
    """Numbers stored as texts among numbers, which formulas read and sums leave out."""
    rule = "number-as-text"
    for sheet in audit.book.sheets.values():
        read = audit.graph.read[sheet.name]
        wrong = []
        for spot, cell in sheet.cells.items():
            if spot not in read or not cell.constant or not isinstance(cell.value, str):
                continue
            audit.look(rule)
            if is_number(cell.value) and _beside_numbers(sheet, cell):
                wrong.append(cell)
        yield from by_range(
            rule,
            "warning",
            sheet,
            wrong,
            cut(repr(wrong[0].value), 30) if wrong else "",
            "A number is stored as text, which sums leave out: type it again as a number.",
        )


def _beside_numbers(sheet: Sheet, cell: Cell) -> bool:
    for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        other = sheet.cells.get((cell.row + down, cell.col + right))
        if other is not None and (other.number or isinstance(other.value, float)):
            return True
    return False
