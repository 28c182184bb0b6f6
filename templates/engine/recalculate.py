"""Any .xlsx calculated afresh by the embedded engine, with an honest account of what the engine
cannot do.

A formula that is beyond it (a link to another workbook, a function that it lacks) keeps its saved
value, the cells that read it are calculated from that, and it is named with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bankable.templates.engine import calculation, range_limits
from bankable.templates.engine.formulas import called_names, our_names, prepare
from bankable.templates.engine.opened_file import Opened, open_package
from bankable.templates.engine.workbook_file import WorkbookFile, open_file
from bankable.templates.refusal import Refusal
from bankable.templates.workbook.book import Value, address, cell_at, sheet_prefix
from bankable.udfs.cells import CellError

Spot = tuple[int, int]

_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_FOREIGN = re.compile(r"(?:'[^']*\[[^\]]+\](?:[^']|'')*'|\[[^\]]+\][\w.\-]*)!")
_TRIES = 5
_NOT_DONE = {
    "#NAME?": "uses a name that is not known",
    "#NOT_DONE!": "uses something that the engine does not do",
    "#UNREADABLE!": "cannot be read",
    "#CIRC!": "hangs on its own result",
    "#SPILL!": "has no room for its result",
}


@dataclass
class Recalculated:
    """A workbook calculated afresh: the file as it was, the new values, and the cells that kept
    their saved ones, with the reason.
    """

    opened: Opened
    values: calculation.Calculated
    changes: Mapping[str, Value]
    held: dict[str, str] = field(default_factory=dict)
    without_value: list[str] = field(default_factory=list)
    kept: set[tuple[str, Spot]] = field(default_factory=set)

    @property
    def is_sound(self) -> bool:
        """Whether every value is what the workbook gives: nothing was held back that the changes
        could have moved.
        """
        return not self.without_value and not (self.held and self.changes)


def recalculate(
    book: Path | WorkbookFile, changes: Mapping[str, Value] | None = None
) -> Recalculated:
    """Calculate the workbook after `changes` (addresses or names of single cells to values); the
    file is not touched.
    """
    file = open_file(book.read_bytes(), book.name) if isinstance(book, Path) else book
    if file.as_displayed:
        raise Refusal(
            f"{file.name} calculates with figures rounded as they are displayed, which is not done"
            " here: take off 'Set precision as displayed' (Excel: File, Options, Advanced) and save"
            " it."
        )
    opened = open_package(file)
    changes = dict(changes or {})
    _refuse_formulas(opened, changes)
    for where in changes:
        sheet, row, col = calculation.locate(where, opened.names, opened.cells)
        opened.cells[sheet].add((row, col))
    reasons = _beyond_the_engine(opened)
    for _ in range(_TRIES):
        ready = open_package(file, _by_sheet(reasons)) if reasons else opened
        values = calculation.calculate_opened(ready, changes)
        failing = _failing(opened, values, reasons)
        if not failing:
            break
        reasons |= _roots(opened, failing)
    spots = sorted((sheet, spot) for sheet, spot in reasons if spot in opened.formulas[sheet])
    return Recalculated(
        opened,
        values,
        changes,
        {_where(sheet, spot): reasons[sheet, spot] for sheet, spot in spots},
        [_where(sheet, spot) for sheet, spot in spots if values.sheets[sheet].get(spot) is None],
        set(reasons),
    )


def named_range(opened: Opened, where: str) -> str | None:
    """The range under a defined name, in any case of letters; None where the name is of one cell or
    there is none.
    """
    return next(
        (area for name, area in opened.ranges.items() if name.lower() == where.lower()), None
    )


def _where(sheet: str, spot: Spot) -> str:
    return f"{sheet_prefix(sheet)}{address(*spot)}"


def _by_sheet(reasons: Mapping[tuple[str, Spot], str]) -> dict[str, set[Spot]]:
    held: dict[str, set[Spot]] = {}
    for sheet, spot in reasons:
        held.setdefault(sheet, set()).add(spot)
    return held


def _refuse_formulas(opened: Opened, changes: Mapping[str, Value]) -> None:
    """A change replaces an input; a formula that was put over by mistake would be lost."""
    for where in changes:
        area = named_range(opened, where)
        if area:
            raise Refusal(
                f"{where} names several cells, {area}: change one of them by its address."
            )
        sheet, row, col = calculation.locate(where, opened.names, opened.cells)
        if (row, col) in opened.formulas[sheet]:
            raise Refusal(f"{where} holds a formula: change the inputs that it reads.")


# What is beyond the engine ---------------------------------------------------------------------


def _beyond_the_engine(opened: Opened) -> dict[tuple[str, Spot], str]:
    """The cells whose formulas the engine cannot even try, with the reason; all cells of a
    block.
    """
    texts = {text for formulas in opened.formulas.values() for text in formulas.values()}
    ours = our_names()
    names = {name for text in texts for name in called_names(text)} - ours
    lacking = _lacking(names)
    why = {text: reason for text in texts if (reason := _reason(text, ours, lacking))}
    found: dict[tuple[str, Spot], str] = {}
    for (sheet, spot), reason in range_limits.too_wide(opened).items():
        _hold(opened, found, sheet, spot, reason)
    for sheet, formulas in opened.formulas.items():
        for spot, text in formulas.items():
            if text in why:
                _hold(opened, found, sheet, spot, why[text])
    return found


def _reason(text: str, ours: frozenset[str], lacking: set[str]) -> str:
    import formualizer

    if not text:
        return "is a data table"
    ready = prepare("=" + text, ours)
    if "[" in ready and _FOREIGN.search(_QUOTED.sub('""', ready)):
        return "reads another workbook"
    missing = sorted(called_names(ready) & lacking) if lacking else []
    if missing:
        return f"calls {', '.join(missing)}, which the engine does not have"
    try:
        formualizer.parse(ready)
    except Exception:
        return "cannot be read"
    return ""


def _lacking(names: set[str]) -> set[str]:
    """Those of the functions that the engine does not know: it answers #NAME? to them."""
    import formualizer

    workbook = formualizer.Workbook()
    workbook.add_sheet("Probe")
    asked = sorted(names)
    for row, name in enumerate(asked, 1):
        workbook.set_formula("Probe", row, 1, f"={name}()")
    workbook.evaluate_all()
    values = (
        workbook.sheet("Probe").get_values(formualizer.RangeAddress("Probe", 1, 1, len(asked), 1))
        if asked
        else []
    )
    return {
        name
        for name, (value,) in zip(asked, values, strict=True)
        if isinstance(value, dict) and value.get("kind") == "Name"
    }


def _hold(
    opened: Opened, held: dict[tuple[str, Spot], str], sheet: str, spot: Spot, reason: str
) -> None:
    """Hold a cell, and with it all of its block or all that share its formula."""
    block = opened.blocks[sheet].get(spot)
    shared = opened.shared[sheet].get(spot)
    held[sheet, spot] = reason
    if block is not None:
        held |= {
            (sheet, other): reason for other, area in opened.blocks[sheet].items() if area == block
        }
    if shared is not None:
        held |= {
            (sheet, other): reason
            for other, group in opened.shared[sheet].items()
            if group == shared
        }


def _failing(
    opened: Opened, values: calculation.Calculated, held: Mapping[tuple[str, Spot], str]
) -> dict[tuple[str, Spot], str]:
    """The formulas that came to nothing because of the engine, with the reason; one that was saved
    as #NAME? is no failure.
    """
    failing = {}
    for sheet, formulas in opened.formulas.items():
        for spot in formulas:
            value = values.sheets[sheet].get(spot)
            if (
                not isinstance(value, CellError)
                or value.code not in _NOT_DONE
                or (sheet, spot) in held
            ):
                continue
            if opened.saved_errors[sheet].get(spot) != value.code:
                failing[sheet, spot] = _NOT_DONE[value.code]
    return failing


def _roots(opened: Opened, failing: dict[tuple[str, Spot], str]) -> dict[tuple[str, Spot], str]:
    """Those of the failing cells that read no other failing cell; all of them where each reads
    another.
    """
    found: dict[tuple[str, Spot], str] = {}
    for (sheet, spot), reason in failing.items():
        if not any(
            other in failing and other != (sheet, spot) for other in _reads(opened, sheet, spot)
        ):
            _hold(opened, found, sheet, spot, reason)
    if not found:
        for (sheet, spot), reason in failing.items():
            _hold(opened, found, sheet, spot, reason)
    return found


def _reads(opened: Opened, sheet: str, spot: Spot) -> Iterator[tuple[str, Spot]]:
    """The formula cells that a formula reads, as far as its text tells."""
    import formualizer

    try:
        references = formualizer.parse(prepare("=" + opened.formulas[sheet][spot])).walk_refs()
    except Exception:
        return
    for found in references:
        reference: Any = found
        kind = type(reference).__name__
        if kind == "CellRef":
            yield reference.sheet or sheet, (reference.row - 1, reference.col - 1)
        elif kind == "RangeRef":
            first, last = cell_at(str(reference.start)), cell_at(str(reference.end))
            for other in opened.formulas.get(reference.sheet or sheet, {}):
                if (
                    first
                    and last
                    and first[0] <= other[0] <= last[0]
                    and first[1] <= other[1] <= last[1]
                ):
                    yield reference.sheet or sheet, other
