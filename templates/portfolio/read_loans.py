"""A book of loans read from a table: one row a deal, the Deal's own keys as columns, checked column
by column.

A row that cannot be used is set aside with every fault named by row and column; the rest go on as
arrays.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from bankable.templates.refusal import Refusal
from bankable.templates.tables import read_table
from bankable.templates.tables.table import Fault, Table, Wanted
from bankable.udfs.cells import OMITTED, CellError, Param
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.rules import RULES

GROUPS = ("budget", "sponsor")
_PARAMS = {key: deals.param_of(key) for key in deals.KEYS}
_WORDS = tuple(key for key, param in _PARAMS.items() if param.kind in ("choice", "switch"))
WANTED = Wanted(
    amounts=tuple(key for key in deals.KEYS if key not in (*_WORDS, *deals.TEXT_KEYS)),
    words=_WORDS,
    texts=("case_name", *GROUPS),
    passed=tuple(key for key in deals.TEXT_KEYS if key != "case_name"),
    shares=tuple(
        row.name
        for row in deals.INPUTS
        if _PARAMS[row.name].kind in ("rate", "probability") or "%" in row.metadata["unit"]
    ),
    label="case_name",
)


@dataclass
class LoanBook:
    """The sound deals of a table: inputs by key, shape (deals,); names, groups and rows in the
    table; faults; columns not used.
    """

    inputs: dict[str, np.ndarray]
    names: np.ndarray
    groups: dict[str, np.ndarray]
    rows: np.ndarray
    total: int
    faults: list[Fault]
    passed_over: list[str]
    notes: list[str]

    @property
    def size(self) -> int:
        """How many deals go on."""
        return self.rows.size


def read_book(path: Path) -> LoanBook:
    """The deals of a table file."""
    return from_columns(read_table.read(path, WANTED, "table of deals"))


def from_table(table: pd.DataFrame, origin: str) -> LoanBook:
    """The deals of a table in memory."""
    return from_columns(read_table.settle(read_table.of_frame(table, origin), WANTED))


def from_columns(table: Table) -> LoanBook:
    """The deals of a table that was read."""
    passed_over = check_heading(table.headings, table.origin)
    n, rows = table.size, table.rows
    if n == 0:
        raise Refusal(f"{table.origin} has no deals below its heading.")
    faults = list(table.faults)
    told = {(fault.row, fault.column) for fault in faults}
    inputs = {}
    for key in deals.KEYS:
        param = _PARAMS[key]
        if param.kind == "text":
            continue
        cells = table.words.get(key) if param.kind in ("choice", "switch") else None
        if cells is not None:
            values, wrong = read_words(param, cells)
        else:
            values, wrong = read_numbers(param, table.amounts.get(key), n)
        inputs[key] = values
        faults += [
            Fault(int(rows[i]), key, sentence)
            for i, sentence in wrong
            if (int(rows[i]), key) not in told
        ]
    names = table.texts["case_name"]
    faults += [
        Fault(int(rows[i]), "case_name", "case_name is blank: name the deal.")
        for i in np.flatnonzero(names == "")
        if (int(rows[i]), "case_name") not in told
    ]
    faults += contradictions(inputs, rows, {fault.row for fault in faults})
    sound = ~np.isin(rows, list({fault.row for fault in faults}))
    groups = {name: table.texts.get(name, np.full(n, "", dtype=object)) for name in GROUPS}
    faults.sort(key=lambda fault: fault.row)
    return LoanBook(
        {key: values[sound] for key, values in inputs.items()},
        names[sound],
        {name: values[sound] for name, values in groups.items()},
        rows[sound],
        n,
        faults,
        passed_over,
        table.notes,
    )


def check_heading(columns: list[str], origin: str) -> list[str]:
    """The columns that are not used; refuses missing required keys, and names that look like a slip
    of a key.
    """
    missing = [key for key, param in _PARAMS.items() if not param.optional and key not in columns]
    if missing:
        raise Refusal(f"{origin} lacks the columns {', '.join(missing)}: every deal needs them.")
    known = [*deals.KEYS, *GROUPS]
    unknown = [column for column in dict.fromkeys(columns) if column and column not in known]
    for column in unknown:
        near = difflib.get_close_matches(column, known, n=1, cutoff=0.85)
        if near:
            raise Refusal(f"{origin}: {column} is not an input of a deal. Did you mean {near[0]}?")
    return [column for column in unknown if not column.startswith("unnamed:")]


def read_numbers(
    param: Param, values: np.ndarray | None, n: int
) -> tuple[np.ndarray, list[tuple[int, str]]]:
    """(values as the chain takes them, faults as (row, sentence)); a missing cell of an optional
    input takes the default.
    """
    default = number_of(param, param.default) if param.optional else np.nan
    if values is None:
        return np.full(n, default), []
    blank = np.isnan(values)
    good = (values >= param.low) & (values <= param.high)
    if param.open_low:
        good &= values > param.low
    if param.kind == "count":
        good &= values == np.round(values)
    if param.optional and blank.any():
        values = np.where(blank, default, values)
        good |= blank
    return values, [
        (i, fault_of(param, None if blank[i] else values[i]))
        for i in np.flatnonzero(~good).tolist()
    ]


def read_words(param: Param, cells: np.ndarray) -> tuple[np.ndarray, list[tuple[int, str]]]:
    """As `read_numbers`, for a column of choices or switches: every different cell is read once."""
    codes, different = pd.factorize(cells, use_na_sentinel=True)
    found, said = np.full(len(different) + 1, np.nan), {}
    found[-1] = number_of(param, param.default) if param.optional else np.nan
    if not param.optional:
        said[len(different)] = fault_of(param, None)
    for i, raw in enumerate(different):
        try:
            found[i] = number_of(param, param.read(plain(raw)))
        except CellError as error:
            said[i] = error.sentence
    places = np.where(codes < 0, len(different), codes)
    return found[places], [
        (int(i), said[int(places[i])]) for i in np.flatnonzero(np.isin(places, list(said)))
    ]


def plain(raw: Any) -> Any:
    """A cell of words: 0 and 1 written as a text count as the number."""
    if isinstance(raw, str) and raw.strip() in ("0", "1"):
        return float(raw)
    return raw.item() if isinstance(raw, np.generic) else raw


def number_of(param: Param, value: Any) -> float:
    """An input's value as the chain takes it: a choice by its index."""
    return float(param.choices.index(value)) if param.kind == "choice" else float(value)


def fault_of(param: Param, raw: Any) -> str:
    """Why a cell is refused."""
    try:
        param.read(OMITTED if raw is None else float(raw))
    except CellError as error:
        return error.sentence if raw is not None else f"{param.name} is blank: {param.help}."
    raise AssertionError(param.name)


def contradictions(
    inputs: dict[str, np.ndarray], rows: np.ndarray, known: set[int]
) -> Iterator[Fault]:
    """Inputs of one deal that contradict each other, in rows that have no other fault."""
    x = SimpleNamespace(**inputs)
    with np.errstate(invalid="ignore"):
        broken = [(np.flatnonzero(rule.broken(x)), rule) for rule in RULES]
    for places, rule in broken:
        for i in places.tolist():
            if int(rows[i]) not in known:
                known.add(int(rows[i]))
                one = {key: float(values[i]) for key, values in inputs.items()}
                plain = {key: int(v) if v.is_integer() else v for key, v in one.items()}
                words = rule.refusal(SimpleNamespace(**plain))
                yield Fault(int(rows[i]), words.split(" ")[0], words)


__all__ = ["WANTED", "Fault", "LoanBook", "from_table", "read_book"]
