"""What a saved comparison of any version holds: its inputs as they were in force, its figures as
they were saved, and how it is made up.

Nothing is believed of the figures: `moves` holds them against today's chain.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bankable.templates import opening
from bankable.templates.comparison import inputs_found, own_version, placeholders, read_inputs
from bankable.templates.comparison.earlier import BUILT, VERSION, on_cover
from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.inputs import input_name
from bankable.templates.comparison.sheets.scenarios import SHOCKED
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.refusal import Refusal
from bankable.templates.workbook.rows import CONSTANT, LABEL
from bankable.templates.workbook.settings import PREFIX
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.chain.decision import TESTS
from bankable.udfs.deal.chain.lines import OLD_KEYS
from bankable.udfs.deal.deal import INPUTS, Deal
from bankable.udfs.deal.measures import MEASURES

_MOST_ROWS = 2_000  # of a case sheet that are looked at
_OLD_NAMES = {new: old for old, new in OLD_KEYS.items()}
_TEST = re.compile(r"(\S+) / (\S+)\s+(passed|FAILED)")  # a test as Summary says it
_WORDS = {"decision": "decision_words", "binding_test": "binding_name"}


@dataclass(frozen=True)
class Standing:
    """How a case stands: decision and binding test ("" where not saved), the tests that fail, and
    the headline figures by measure (NaN: n/a; absent: not saved); `tests` are the value and
    limit of each test, as printed.
    """

    decision: str
    binding: str
    failed: tuple[str, ...]
    figures: dict[str, float]
    tests: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass
class SavedCase:
    """A case of the book: its deal as typed and as the scenario makes it, and how it was saved."""

    name: str
    typed: SourcedDeal
    deal: Deal
    saved: Standing
    sheet: str = ""  # of its own; "" where that cannot be told
    placeholders: list[str] = field(default_factory=list)


@dataclass
class Choice:
    """A blue cell outside Inputs: where it stands, what it is called, what it holds."""

    where: str
    label: str
    value: Any


@dataclass
class SavedBook:
    """A comparison as it was saved."""

    path: Path
    version: str
    built: str
    scenario: str
    sheets: list[str]
    cases: list[SavedCase]
    choices: dict[str, list[Choice]]
    absent: list[str]  # inputs that its version had not
    unknown: list[str]  # inputs that only its version has
    values: Any

    @property
    def name(self) -> str:
        """The name of its file."""
        return self.path.name


def read(path: Path, ours: str) -> SavedBook:
    """The book in a file, of whatever version; Refusal where it is none, or an input cannot be
    read. `ours` is the version installed.
    """
    if path.suffix.lower() == ".toml":
        raise Refusal(
            f"{path.name} is a deal file, no workbook: `bankable compare {path.name} -o book.xlsx`"
            " makes one of it."
        )
    values, formulas = opening.open_workbook(path)
    if input_name("case_name") not in values.defined_names:
        raise Refusal(
            f"{path.name} is not a comparison of Bankable: it has no cells named"
            f" {input_name('case_name')}. Name two workbooks that `bankable compare` or `bankable"
            " new` wrote."
        )
    version = str(on_cover(values, VERSION) or "of an unknown version")
    found = inputs_found.find(path, formulas, any_version=version != ours)
    given, faults = read_inputs.attempt(path, (values, formulas), found)
    read_inputs.refuse(path, faults)
    columns = read_inputs.case_columns(found, values)
    try:
        sheets = own_version.case_sheets(path, formulas)
    except Refusal:
        sheets = []
    cases = []
    for case, column in zip(given, columns, strict=True):
        at = column - found.columns[0]
        sheet = sheets[at] if at < len(sheets) and sheets[at] in values.sheetnames else ""
        deal = _in_force(values[sheet], case.deal) if sheet else case.deal
        standing = _saved(values, at)
        cases.append(
            SavedCase(
                case.deal.case_name, case, deal, standing, sheet, placeholders.untouched(case)
            )
        )
    return SavedBook(
        path,
        version,
        _day(on_cover(values, BUILT)),
        _scenario(values),
        list(values.sheetnames),
        cases,
        _choices(values),
        found.absent,
        _unknown(values, set(found.rows.values())),
        values,
    )


def _day(value: Any) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, dt.date) else ""


def _cells(values: Any, name: str) -> list[Any]:
    """The cells of a defined name; none where there is no such name."""
    target = values.defined_names.get(name)
    return read_inputs.named_cells(values, target.value) if target is not None else []


def _scenario(values: Any) -> str:
    cells = _cells(values, f"{PREFIX}scenario")
    return str(cells[0].value) if cells and cells[0].value else "Base"


# Figures ---------------------------------------------------------------------------------------


def _saved(values: Any, at: int) -> Standing:
    """How the case at a place (from 0) stood on Summary when the book was saved."""

    def cell(key: str) -> Any:
        for name in (key, _OLD_NAMES.get(key, key)):
            cells = _cells(values, f"out_{name}")
            if at < len(cells):
                return None if cells[at].data_type == "e" else cells[at].value
        return None

    figures = {
        name: number(value)
        for name, measure in MEASURES.items()
        if not measure.texts and (value := cell(measure.key)) is not None
    }
    said = {key: _TEST.match(str(cell(f"test_{key}") or "")) for key, *_ in TESTS}
    tests = {key: (test[1], test[2]) for key, test in said.items() if test}
    failed = tuple(key for key, test in said.items() if test and test[3] == "FAILED")
    decision, binding = (str(cell(_WORDS[key]) or "") for key in ("decision", "binding_test"))
    return Standing(decision, binding, failed, figures, tests)


def headline_cells(values: Any) -> list[Any]:
    """The cells of decision and headline figures on Summary, of all cases."""
    keys = [_WORDS.get(measure.key, measure.key) for measure in MEASURES.values()]
    names = (f"out_{name}" for key in keys for name in (key, _OLD_NAMES.get(key, "")))
    return [cell for name in names for cell in _cells(values, name) if cell.value is not None]


def number(value: Any) -> float:
    """A cell's figure; NaN for n/a and other texts."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number else math.nan


def lines_of(values: Any, case_sheet: str) -> dict[str, list[Any]]:
    """The cells of each line of a case by its label, from the constant column on; an input in use
    is none, and of two rows called alike (a limit, and what it limits) the later is the line.
    """
    inputs = {row.metadata["label"] for row in INPUTS}
    out: dict[str, list[Any]] = {}
    seen: set[str] = set()
    for name in (case_sheet, f"{case_sheet} build"):
        if name not in values.sheetnames:
            continue
        for row in values[name].iter_rows(min_row=frame.FIRST_ROW + 1, max_row=_MOST_ROWS):
            label = row[LABEL].value if len(row) > CONSTANT else None
            if isinstance(label, str) and (label not in inputs or label in seen):
                out[label] = list(row[CONSTANT:])
            seen.add(str(label))
    return out


def _in_force(sheet: Any, deal: Deal) -> Deal:
    """The deal as the scenario in force makes it: what the case sheet links to."""
    labels = {f.metadata["label"]: f.name for f in INPUTS if f.name in SHOCKED}
    held: dict[str, Any] = {}
    for row in sheet.iter_rows(min_row=frame.FIRST_ROW + 1, max_row=_MOST_ROWS, max_col=6):
        key, value = labels.get(str(row[LABEL].value), ""), row[CONSTANT].value
        if key and key not in held and not math.isnan(number(value)):
            held[key] = value
    changed = {}
    for key, value in held.items():
        param = deals.param_of(key)
        if param.kind == "choice":
            value = param.choices[int(value)] if 0 <= value < len(param.choices) else None
        elif param.kind == "count":
            value = int(value) if value == int(value) else None
        if value is not None and value != getattr(deal, key):
            changed[key] = value
    return dataclasses.replace(deal, **changed)


# Structure -------------------------------------------------------------------------------------


def _choices(values: Any) -> dict[str, list[Choice]]:
    """The blue cells outside Inputs, by the key of their range."""
    out = {}
    for name in values.defined_names:
        if name.startswith(PREFIX) and name != f"{PREFIX}scenario":
            cells = _cells(values, name)
            out[name.removeprefix(PREFIX)] = [
                Choice(f"{cell.parent.title}!{cell.coordinate}", _label(cell), cell.value)
                for cell in cells
            ]
    return out


def _label(cell: Any) -> str:
    text = cell.parent.cell(cell.row, LABEL + 1).value
    return text.strip() if isinstance(text, str) and cell.column != LABEL + 1 else ""


def _unknown(values: Any, read: set[int]) -> list[str]:
    """The labels of inputs that this version does not know."""
    out = []
    for name in values.defined_names:
        if name.startswith("in_") and name.removeprefix("in_") not in deals.KEYS:
            cells = _cells(values, name)
            if cells and cells[0].row not in read:
                out.append(_label(cells[0]) or name)
    return out
