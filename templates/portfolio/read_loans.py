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
from bankable.udfs.cells import OMITTED, CellError, Param
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.rules import RULES

GROUPS = ("budget", "sponsor")
SUFFIXES = (".csv", ".xlsx", ".parquet")
FIRST_ROW = 2  # row of the first deal as a spreadsheet counts, below the heading


@dataclass(frozen=True)
class Fault:
    """What is wrong with one cell or row of the table, as a person finds it there."""

    row: int
    column: str
    sentence: str


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

    @property
    def size(self) -> int:
        """How many deals go on."""
        return self.rows.size


def read_table(path: Path) -> pd.DataFrame:
    """The table as it stands, blank cells missing; refuses a file that is none."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise Refusal(f"{path.name} is not a table of deals: give .csv, .xlsx or .parquet.")
    if not path.is_file():
        raise Refusal(f"there is no file {path}.")
    try:
        if suffix == ".csv":
            return read_csv(path)
        if suffix == ".xlsx":
            return pd.read_excel(path, engine="openpyxl", keep_default_na=False, na_values=[""])
        return pd.read_parquet(path)
    except ImportError:
        raise Refusal(
            "a .parquet table needs pyarrow: install bankable[parquet], or give .csv."
        ) from None
    except (
        OSError,
        ValueError,
        KeyError,
    ) as error:  # UnicodeDecodeError, ParserError and a broken zip among them
        raise Refusal(
            f"{path.name} cannot be read as a table: {str(error).splitlines()[0]}."
        ) from None
    except Exception as error:  # zipfile.BadZipFile and pyarrow's own
        raise Refusal(f"{path.name} cannot be read as a table ({type(error).__name__}).") from None


def read_csv(path: Path) -> pd.DataFrame:
    """A comma-separated table, or one with semicolons and decimal commas as many spreadsheets write
    it.
    """
    with path.open(encoding="utf-8-sig") as file:
        heading = file.readline()
    semicolons = heading.count(";") > heading.count(",")
    return pd.read_csv(
        path,
        encoding="utf-8-sig",
        sep=";" if semicolons else ",",
        decimal="," if semicolons else ".",
        keep_default_na=False,
        na_values=[""],
        low_memory=False,
        skip_blank_lines=False,
    )


def read_book(path: Path) -> LoanBook:
    """The deals of a table file."""
    return from_table(read_table(path), path.name)


def from_table(table: pd.DataFrame, origin: str) -> LoanBook:
    """The deals of a table in memory."""
    table = table.rename(columns={column: str(column).strip().lower() for column in table.columns})
    passed_over = check_heading(list(table.columns), origin)
    used = table.notna().to_numpy().any(axis=1)
    rows = np.flatnonzero(used) + FIRST_ROW
    table = table[used] if not used.all() else table
    n = len(table)
    if n == 0:
        raise Refusal(f"{origin} has no deals below its heading.")
    faults: list[Fault] = []
    inputs = {}
    for key in deals.KEYS:
        param = deals.param_of(key)
        if param.kind == "text":
            continue
        values, wrong = read_column(param, table.get(key), n)
        inputs[key] = values
        faults += [Fault(int(rows[i]), key, sentence) for i, sentence in wrong]
    blank = table["case_name"].isna().to_numpy()
    faults += [
        Fault(int(rows[i]), "case_name", "case_name is blank: name the deal.")
        for i in np.flatnonzero(blank)
    ]
    faults += contradictions(inputs, rows, {fault.row for fault in faults})
    sound = ~np.isin(rows, list({fault.row for fault in faults}))
    names = table["case_name"].astype(str).to_numpy(dtype=object)
    groups = {
        name: words(table[name]) if name in table else np.full(n, "", dtype=object)
        for name in GROUPS
    }
    faults.sort(key=lambda fault: fault.row)
    return LoanBook(
        {key: values[sound] for key, values in inputs.items()},
        names[sound],
        {name: values[sound] for name, values in groups.items()},
        rows[sound],
        n,
        faults,
        passed_over,
    )


def check_heading(columns: list[str], origin: str) -> list[str]:
    """The columns that are not used; refuses missing required keys, doubles, and names that look
    like a slip of a key.
    """
    for column in columns:
        if columns.count(column) > 1:
            raise Refusal(f"{origin} has the column {column} twice.")
    missing = [key for key in deals.KEYS if not deals.param_of(key).optional and key not in columns]
    if missing:
        raise Refusal(f"{origin} lacks the columns {', '.join(missing)}: every deal needs them.")
    known = [*deals.KEYS, *GROUPS]
    unknown = [column for column in columns if column not in known]
    for column in unknown:
        near = difflib.get_close_matches(column, known, n=1, cutoff=0.85)
        if near:
            raise Refusal(f"{origin}: {column} is not an input of a deal. Did you mean {near[0]}?")
    return [column for column in unknown if not column.startswith("unnamed:")]


def words(column: pd.Series) -> np.ndarray:
    """A column of texts, blank where missing."""
    return (
        column.astype(object)
        .where(column.notna(), "")
        .astype(str)
        .str.strip()
        .to_numpy(dtype=object)
    )


def read_column(
    param: Param, column: pd.Series | None, n: int
) -> tuple[np.ndarray, list[tuple[int, str]]]:
    """(values as the chain takes them, faults as (row, sentence)); a missing cell of an optional
    input takes the default.
    """
    default = number_of(param, param.default) if param.optional else np.nan
    if column is None:
        return np.full(n, default), []
    if param.kind in ("choice", "switch") or column.dtype.kind not in "fiu":
        return read_words(param, column, default)
    values = column.to_numpy(dtype=float)
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


def read_words(
    param: Param, column: pd.Series, default: float
) -> tuple[np.ndarray, list[tuple[int, str]]]:
    """As `read_column`, for a column that holds words, or words among its numbers: every different
    cell is read once.
    """
    codes, different = pd.factorize(column.astype(object), use_na_sentinel=True)
    found, said = np.full(len(different) + 1, np.nan), {}
    found[-1] = default
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
    """A cell of a mixed column: a number written as a text counts as the number."""
    if isinstance(raw, str):
        try:
            return float(raw)
        except ValueError:
            return raw
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


__all__ = ["Fault", "LoanBook", "from_table", "read_book", "read_table"]
