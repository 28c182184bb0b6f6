"""Reads a table of any kind into the columns that its caller knows: one way for portfolio, monitor
and whatever takes tables.

The readers of the three kinds of file give a grid of cells; here it is settled: names stay as
typed, numbers follow the file's own convention, totals are passed over, faults are named.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bankable.templates.refusal import Refusal
from bankable.templates.tables import amounts, typed_text
from bankable.templates.tables.table import (
    ERRORS,
    MOST_CELLS,
    UNSAVED,
    Convention,
    Fault,
    Grid,
    Table,
    Wanted,
    shown,
)
from bankable.templates.tables.typed_text import key_of

TEXT_SUFFIXES = (".csv", ".txt", ".tsv")
SUFFIXES = (*TEXT_SUFFIXES, ".xlsx", ".parquet")
FIRST_ROW = 2  # row of the first line as a spreadsheet counts, below the heading
_ODD = frozenset((" ", "#", "\t", "\xa0", "\r", "\n", ""))  # at the edge of a text
_NAMED = 20  # rows named in one note


def read(path: Path, wanted: Wanted, what: str = "table") -> Table:
    """The wanted columns of a table file; Refusal where it is none."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise Refusal(f"{path.name} is not a {what}: give .csv, .xlsx or .parquet.")
    if path.is_dir():
        raise Refusal(f"{path} is a folder: name the file in it.")
    if not path.exists():
        raise Refusal(f"there is no file {path}.")
    if not path.is_file():
        raise Refusal(f"{path} is not a plain file: it is not read.")
    try:
        if path.stat().st_size == 0:
            raise Refusal(f"{path.name} is empty.")
        return settle(_grid(path, suffix, wanted), wanted)
    except PermissionError:
        raise Refusal(
            f"{path.name} cannot be read: it may be open in another program, or you may not read"
            " it."
        ) from None
    except OSError as error:
        raise Refusal(f"{path.name} cannot be read: {error.strerror or error}.") from None
    except MemoryError:
        raise Refusal(f"{path.name} does not fit into memory: give it in parts.") from None


def _grid(path: Path, suffix: str, wanted: Wanted) -> Grid:
    if suffix in TEXT_SUFFIXES:
        _refuse_workbook(path)
        from bankable.templates.tables import text_file

        return text_file.read(path, wanted)
    if suffix == ".xlsx":
        from bankable.templates.tables import sheet

        return sheet.read(path, wanted)
    return read_parquet(path, wanted)


def _refuse_workbook(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(4)
    if start in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"):
        raise Refusal(
            f"{path.name} is no text, whatever its name says: save it as CSV, or give it the name"
            " that its kind has (.xlsx, .parquet)."
        )


def read_parquet(path: Path, wanted: Wanted) -> Grid:
    """The table in a parquet file; of its columns only those that are wanted are loaded."""
    try:
        import pyarrow
        import pyarrow.parquet as pq
    except ImportError:
        raise Refusal(
            "a .parquet table needs pyarrow: install bankable[parquet], or give .csv."
        ) from None
    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            chosen = [name for name in names if key_of(name) in wanted.names]
            cells = file.metadata.num_rows * max(1, len(chosen))
            if cells > MOST_CELLS:
                raise Refusal(f"{path.name} has more than {MOST_CELLS:,} cells: give it in parts.")
            frame = file.read(columns=chosen).to_pandas(ignore_metadata=True)
    except (pyarrow.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        raise Refusal(
            f"{path.name} is not a sound .parquet file ({type(error).__name__}): write it again."
        ) from None
    frame = frame.reindex(columns=[*chosen, *(name for name in names if name not in set(chosen))])
    return of_frame(frame, path.name, chosen)


def of_frame(frame: pd.DataFrame, origin: str, loaded: list[str] | None = None) -> Grid:
    """A table in memory as a grid."""
    headings = [key_of(name) for name in frame.columns]
    cells = frame.copy(deep=False)
    cells.columns = pd.RangeIndex(len(headings))
    grid = Grid(headings, cells.reset_index(drop=True), np.arange(len(frame)) + FIRST_ROW, origin)
    if loaded is not None:
        grid.notes = [f"rows counted from {FIRST_ROW}, as below a heading"]
    return grid


def settle(grid: Grid, wanted: Wanted) -> Table:
    """The wanted columns of a grid as numbers, words and texts, in the rows that hold anything."""
    origin = grid.read_from
    at = places(grid, wanted)
    strings = (
        cell
        for name, i in at.items()
        if name in wanted.amounts and not amounts.is_clean(grid.frame[i])
        for cell in grid.frame[i].dropna().tolist()
    )
    known = grid.convention or amounts.convention(strings)
    frame = grid.frame[list(at.values())]
    used = frame.notna().to_numpy().any(axis=1) if len(frame) else np.zeros(0, dtype=bool)
    totals = _totals(grid, at.get(wanted.label or ""), used)
    keep = used & ~totals
    rows = grid.rows[keep]
    if not keep.all():
        frame = frame[keep]
    parts: list[str] = []
    table = Table(origin, grid.headings, rows, {}, {}, {}, [], [])
    for name, i in at.items():
        cells = frame[i]
        if name in wanted.amounts:
            own = amounts.of_column(cells, known)
            table.amounts[name], wrong = amounts.column(cells, own, name in wanted.shares)
            if (text := amounts.parted(cells, own)) is not None:
                whole = text.replace(".", "").replace(",", "")
                parts.append(f"in {name} {text} is read as {whole}, a mark between thousands")
        elif name in wanted.words:
            table.words[name], wrong = words(cells)
        else:
            table.texts[name], wrong = typed_text.column(cells)
        table.faults += [Fault(int(rows[p]), name, f"{name} {said}.") for p, said in wrong.items()]
    present = set(rows.tolist())
    table.faults += [fault for fault in grid.faults if fault.row in present]
    table.notes = _notes(grid, known, wanted, table, grid.rows[totals])
    table.notes[1:1] = parts
    return table


def places(grid: Grid, wanted: Wanted) -> dict[str, int]:
    """The position of each wanted column that the table has; refuses one that stands twice."""
    at: dict[str, int] = {}
    for i, name in enumerate(grid.headings):
        if name in wanted.names and name not in wanted.passed:
            if name in at:
                raise Refusal(
                    f"{grid.read_from} has the column {name} twice: take one of the two out."
                )
            at[name] = i
    if not at:
        some = ", ".join([*wanted.texts, *wanted.amounts][:4])
        raise Refusal(
            f"{grid.read_from}: none of its first {typed_text.LOOKED_AT} rows is a heading with"
            f" the names of the columns ({some}, ...)."
        )
    return at


def words(cells: pd.Series) -> tuple[np.ndarray, dict[int, str]]:
    """(cells as they stand, None for a blank; errors and formulas without a value by position)."""
    found = cells.astype(object).where(cells.notna(), None).to_numpy(dtype=object, copy=True)
    wrong: dict[int, str] = {}
    for p, cell in enumerate(found.tolist()):
        if cell is UNSAVED:
            found[p], wrong[p] = None, str(typed_text.name(cell)[1])
        elif cell.__class__ is str and (cell[:1] in _ODD or cell[-1:] in _ODD):
            text = cell.strip()
            if text in ERRORS:
                wrong[p] = f"holds the error {text}: mend that cell first"
            found[p] = None if text in ERRORS or not text else text
    return found, wrong


def _totals(grid: Grid, label: int | None, used: np.ndarray) -> np.ndarray:
    """The rows that are totals of those above: their name says so, or, where they have none, the
    first text in them.
    """
    found = np.zeros(len(grid.frame), dtype=bool)
    if label is None or not len(grid.frame):
        return found
    names = grid.frame[label]
    texts = names[used].astype(object)
    for text in {cell for cell in texts.tolist() if isinstance(cell, str)}:
        if typed_text.is_total(text):
            found |= (names == text).to_numpy(dtype=bool, na_value=False)
    for p in np.flatnonzero(names.isna().to_numpy())[:100_000].tolist():
        cells = [cell for cell in grid.frame.iloc[p].tolist() if isinstance(cell, str)]
        found[p] = bool(cells) and typed_text.is_total(cells[0])
    return found


def _notes(
    grid: Grid, known: Convention, wanted: Wanted, table: Table, totals: np.ndarray
) -> list[str]:
    """How the table was read, for the user to see that it was read as meant."""
    first = ""
    if table.size:
        last = int(table.rows[-1])
        first = f"; {table.size:,} rows from row {int(table.rows[0])} to row {last}"
        if table.size == 1:
            first = f"; one row, row {last}"
    notes = [f"{table.origin}: {'; '.join(grid.notes)}{first}"] if grid.notes else []
    if known.decimal == "," or known.thousands:
        mark, other = ("comma", "point") if known.decimal == "," else ("point", "comma")
        notes.append(
            f"numbers are read with a decimal {mark}"
            + (f" and a {other} between thousands" if known.thousands else "")
        )
    if totals.size:
        notes.append(f"passed over as totals: {row_list(totals)}")
    if wanted.label and wanted.label in table.texts:
        notes += duplicates(wanted.label, table.texts[wanted.label], table.rows)
    return notes


def duplicates(label: str, names: np.ndarray, rows: np.ndarray) -> list[str]:
    """Names that stand in more than one row."""
    series = pd.Series(names, dtype=object)
    double = series[series.duplicated(keep=False) & (series != "")]
    if double.empty:
        return []
    notes = []
    groups = double.groupby(double, sort=False).groups
    for name, positions in list(groups.items())[:_NAMED]:
        notes.append(f"{label} {shown(str(name))} stands in {row_list(rows[positions])}")
    if len(groups) > _NAMED:
        notes.append(f"and {len(groups) - _NAMED:,} more names stand in more than one row")
    return notes


def row_list(rows: Any) -> str:
    """Rows in words, a long list cut short."""
    listed = [int(row) for row in rows]
    words = ", ".join(map(str, listed[:_NAMED]))
    more = f" and {len(listed) - _NAMED:,} more" if len(listed) > _NAMED else ""
    return f"row {words}" if len(listed) == 1 else f"rows {words}{more}"


__all__ = ["FIRST_ROW", "SUFFIXES", "Fault", "Table", "Wanted", "of_frame", "read", "settle"]
