"""How a figure comes about: the cells that a formula rests on, down to the inputs with their values
and sources.

A row of years counts as one step: its first named cell stands for it, so that a tree can be read by
a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl.formula import Tokenizer
from openpyxl.worksheet.formula import ArrayFormula

from bankable.templates import opening
from bankable.templates.comparison.sheets import frame
from bankable.templates.refusal import Refusal
from bankable.templates.workbook.book import address, area, cell_at, sheet_prefix
from bankable.templates.workbook.rows import LABEL, UNIT

MOST_CELLS = 20_000
_UNSAID = (
    "%",
    "x",
    "% a year",
    "text",
    "choice",
    "yes/no",
    "flag",
    "place",
    "share",
    "factor",
)  # units that the value says itself
Place = tuple[str, tuple[int, int], tuple[int, int]]  # sheet, first cell, last cell


@dataclass
class Step:
    """One cell or range: what it is called, what it holds, how it is worked out, and what that
    rests on.
    """

    where: str
    label: str
    value: Any
    shown: str
    unit: str = ""
    formula: str | None = None
    source: str = ""
    repeated: bool = False
    steps: list[Step] = field(default_factory=list)


@dataclass(frozen=True)
class Traced:
    """The tree of one figure and the inputs that it reaches."""

    root: Step
    inputs: list[Step]

    def text(self, depth: int = 0) -> str:
        """The tree to `depth` levels (0: all of it), then every input it reaches."""
        lines = list(_lines(self.root, "", "", depth))
        inputs = [step for step in self.inputs if step.source]
        constants = [step.where for step in self.inputs if not step.source]
        lines.append(f"\nIt rests on {len(inputs)} inputs:")
        for step in inputs:
            lines.append(
                f"  {step.where}  {step.label}: {step.shown}{' ' + step.unit if step.unit else ''}"
                + (f"  [{step.source}]" if step.source else "")
            )
        if constants:
            lines.append(
                f"and on {len(constants)} constants of the model (bounds, lists, scenarios,"
                f" counters): {', '.join(constants)}"
            )
        return "\n".join(lines)

    def figures(self) -> dict[str, Any]:
        """The same for programs."""
        return {"tree": _as_dict(self.root), "inputs": [_as_dict(step) for step in self.inputs]}


def trace(path: str | Path, where: str) -> Traced:
    """The tree of the cell or defined name in the workbook."""
    path = Path(path)
    values, formulas = opening.open_workbook(path)
    tracer = _Tracer(values, formulas)
    sheet, first, last = tracer.target(path, where)
    root = tracer.step(sheet, first, last)
    if root.formula is None and root.value is None:
        raise Refusal(f"{root.where} of {path.name} is empty: there is nothing to trace.")
    ends = {
        step.where: step
        for step in _each(root)
        if step.formula is None and not step.steps and step.shown
    }
    return Traced(root, list(ends.values()))


def _each(step: Step) -> Iterator[Step]:
    pending = [step]
    while pending:
        one = pending.pop()
        yield one
        pending.extend(reversed(one.steps))


def _as_dict(step: Step) -> dict[str, Any]:
    value = (
        step.value
        if isinstance(step.value, (int, float, str, bool, type(None)))
        else str(step.value)
    )
    out: dict[str, Any] = {
        "cell": step.where,
        "label": step.label,
        "value": value,
        "unit": step.unit,
    }
    if step.formula:
        out["formula"] = step.formula
    if step.source:
        out["source"] = step.source
    if step.repeated:
        out["shown_above"] = True
    if step.steps:
        out["precedents"] = [_as_dict(one) for one in step.steps]
    return out


def _lines(step: Step, lead: str, below: str, depth: int, level: int = 1) -> Iterator[str]:
    head = f"{lead}{step.where}  {step.label}: {step.shown}{' ' + step.unit if step.unit else ''}"
    if step.repeated:
        yield f"{head}  (above)"
        return
    yield head + (
        f"  {step.formula}" if step.formula else f"  [{step.source}]" if step.source else ""
    )
    if depth and level >= depth and step.steps:
        yield f"{below}└─ … rests on {len(step.steps)} more (--depth 0 shows all)"
        return
    for i, one in enumerate(step.steps):
        final = i == len(step.steps) - 1
        yield from _lines(
            one,
            below + ("└─ " if final else "├─ "),
            below + ("   " if final else "│  "),
            depth,
            level + 1,
        )


class _Tracer:
    """The workbook being walked, with the rows that were met."""

    def __init__(self, values: Any, formulas: Any) -> None:
        self.values, self.formulas = values, formulas
        self.met: set[tuple[str, int, int]] = set()
        self.blocks: dict[str, list[Any]] = {}
        self.sources = self._source_columns()

    def target(self, path: Path, where: str) -> Place:
        """The sheet and corners that a reader's text means."""
        text = where.strip()
        for name, defined in self.formulas.defined_names.items():
            if name.lower() == text.lower():
                text = defined.attr_text or ""
        sheet, _, cells = text.rpartition("!")
        sheet = sheet.strip("'").replace("''", "'")
        first, _, last = cells.partition(":")
        corners = cell_at(first), cell_at(last if ":" in cells else first)
        known = next(
            (name for name in self.formulas.sheetnames if name.lower() == sheet.lower()), None
        )
        if known is None or corners[0] is None or corners[1] is None:
            import difflib

            names = [*self.formulas.sheetnames, *self.formulas.defined_names]
            near = difflib.get_close_matches(sheet or where, names, n=3)
            raise Refusal(
                f"{path.name} has no cell or defined name {where!r}."
                + (f" Near: {', '.join(near)}." if near else " Write it as Summary!D14.")
            )
        return known, corners[0], corners[1]

    def step(self, sheet: str, first: tuple[int, int], last: tuple[int, int]) -> Step:
        """The tree under a cell or range, without recursion so that no chain is too long for it."""
        root = self._plain(sheet, first, last)
        pending = [(root, sheet, first, last)]
        while pending:
            step, name, start, _ = pending.pop(0)
            mark = (name, start[0], -1 if self._in_time(name, start) else start[1])
            if mark in self.met:
                step.repeated = bool(step.formula)
                continue
            self.met.add(mark)
            if len(self.met) > MOST_CELLS:
                raise Refusal(
                    f"{step.where} rests on more than {MOST_CELLS:,} rows: trace a cell nearer to"
                    " the inputs."
                )
            if not step.formula:
                continue
            for reference in _references(step.formula, name):
                for at in self._parts(reference):
                    if at[0] == name and self._same_row(at, start, name):
                        continue
                    child = self._plain(*at)
                    step.steps.append(child)
                    pending.append((child, *at))
        return root

    def _parts(self, reference: tuple[str, str]) -> Iterator[Place]:
        """What a reference rests on: a row in time counts as one step, every other filled cell of a
        range as one of its own.
        """
        at = self._known(reference)
        if at is None:
            return
        sheet, first, last = at
        stored = self.formulas[sheet]._cells
        for row in range(first[0], min(last[0], self.formulas[sheet].max_row - 1) + 1):
            if (
                first[1] == last[1]
                or self._in_time(sheet, (row, first[1]))
                or self._constants(sheet, row, first[1], last[1])
            ):
                if first[0] == last[0] or (row + 1, first[1] + 1) in stored:
                    yield sheet, (row, first[1]), (row, last[1])
                continue
            for col in range(first[1], last[1] + 1):
                if (row + 1, col + 1) in stored and self._matters(stored[row + 1, col + 1].value):
                    yield sheet, (row, col), (row, col)

    def _constants(self, sheet: str, row: int, first: int, last: int) -> bool:
        """Whether a stretch of a row holds no formula: a list, or blue cells side by side."""
        stored = self.formulas[sheet]._cells
        return not any(
            _formula(stored[row + 1, col + 1].value)
            for col in range(first, last + 1)
            if (row + 1, col + 1) in stored
        )

    @staticmethod
    def _matters(value: Any) -> bool:
        return _formula(value) is not None or isinstance(value, (int, float))

    def _known(self, reference: tuple[str, str]) -> Place | None:
        sheet, cells = reference
        if sheet not in self.formulas.sheetnames:
            return None
        first, _, last = cells.partition(":")
        a, b = cell_at(first), cell_at(last or first)
        return None if a is None or b is None else (sheet, a, b)

    def _same_row(self, at: Place, start: tuple[int, int], name: str) -> bool:
        return (
            at[1][0] == at[2][0] == start[0]
            and self._in_time(name, start)
            and self._in_time(name, at[1])
        )

    def _in_time(self, sheet: str, spot: tuple[int, int]) -> bool:
        """Whether a cell stands in the time columns of a calculation sheet, where a row repeats one
        formula.
        """
        head = self.formulas[sheet].cell(frame.HEAD_ROW + 1, 5).value
        return head == "Total" and spot[1] >= 5

    def _plain(self, sheet: str, first: tuple[int, int], last: tuple[int, int]) -> Step:
        there, said = self.formulas[sheet], self.values[sheet]
        cell, value = there.cell(first[0] + 1, first[1] + 1), said.cell(first[0] + 1, first[1] + 1)
        formula = _formula(cell.value) or self._block_formula(sheet, first)
        single = first == last
        where = sheet_prefix(sheet) + (address(*first) if single else area(*first, *last))
        label = self._label(said, first)
        unit = (
            said.cell(first[0] + 1, UNIT + 1).value
            if first[1] > UNIT and self._in_rows(sheet)
            else None
        )
        shown = shown_as(value.value, cell.number_format)
        if not single:
            shown += " …"
        source = ""
        if sheet == "Inputs" and formula is None:
            column = self.sources.get(first[1])
            source = (
                str(said.cell(first[0] + 1, column + 1).value or "") if column is not None else ""
            )
        return Step(
            where,
            label,
            value.value,
            shown,
            str(unit) if isinstance(unit, str) and unit not in _UNSAID else "",
            formula,
            source,
        )

    def _block_formula(self, sheet: str, spot: tuple[int, int]) -> str | None:
        """The formula of the array that a cell belongs to; its head alone holds it."""
        if sheet not in self.blocks:
            found = [
                cell.value
                for cell in self.formulas[sheet]._cells.values()
                if isinstance(cell.value, ArrayFormula)
            ]
            self.blocks[sheet] = [
                (*(cell_at(corner) for corner in (one.ref.split(":") * 2)[:2]), one.text)
                for one in found
            ]
        for first, last, text in self.blocks[sheet]:
            if first[0] <= spot[0] <= last[0] and first[1] <= spot[1] <= last[1]:
                return str(text)
        return None

    def _in_rows(self, sheet: str) -> bool:
        return sheet not in ("Cover", "Checks", "Sources", "Deals")

    def _label(self, said: Any, spot: tuple[int, int]) -> str:
        text = said.cell(spot[0] + 1, LABEL + 1).value
        if said.title == "Deals":
            text = said.cell(spot[0] + 1, max(1, spot[1])).value
        return str(text).strip() if text not in (None, "") and spot[1] != LABEL else ""

    def _source_columns(self) -> dict[int, int]:
        """Column of a case on Inputs to the column of its sources."""
        if "Inputs" not in self.formulas.sheetnames:
            return {}
        heads = [cell.value for cell in self.formulas["Inputs"][frame.HEAD_ROW + 1]]
        starts = [
            i
            for i, head in enumerate(heads)
            if isinstance(head, str) and head.startswith('="Source')
        ]
        return {3 + i: column for i, column in enumerate(starts)}


def _formula(value: Any) -> str | None:
    text = value.text if isinstance(value, ArrayFormula) else value
    return text if isinstance(text, str) and text.startswith("=") else None


def _references(formula: str, home: str) -> list[tuple[str, str]]:
    """The cells and ranges that a formula names, as (sheet, A1), each once."""
    found: dict[tuple[str, str], None] = {}
    try:
        items = Tokenizer(formula).items
    except Exception:
        return []
    for token in items:
        if token.type != "OPERAND" or token.subtype != "RANGE":
            continue
        sheet, _, cells = token.value.rpartition("!")
        name = sheet.strip("'").replace("''", "'") if sheet else home
        found[name, cells.replace("$", "")] = None
    return list(found)


def shown_as(value: Any, number_format: str) -> str:
    """A value as its cell shows it, near enough for a terminal."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if "%" in number_format:
        return f"{value:.2%}"
    if '"x"' in number_format:
        return f"{value:.2f}x"
    if float(value).is_integer() and abs(value) < 1e12:
        return f"{int(value):,}"
    return f"{value:,.4f}" if abs(value) < 100 else f"{value:,.1f}"
