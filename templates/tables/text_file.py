"""Tables in text files, whatever program saved them: encoding, separator, title lines and decimal
mark are found in the file itself.

Columns of clean numbers are read by pandas at full speed; a table whose rows are of unequal length
is read line by line, so that each such row can be named.
"""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from bankable.templates.refusal import Refusal
from bankable.templates.tables import amounts
from bankable.templates.tables.encoding import decoded, no_text, refuse_long_lines
from bankable.templates.tables.table import (
    MOST_CELLS,
    MOST_COLUMNS,
    Convention,
    Fault,
    Grid,
    Wanted,
)
from bankable.templates.tables.typed_text import LOOKED_AT, heading_at, key_of

LARGEST = 2**30
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_SAMPLED = 200  # rows that tell the decimal mark
_HEAD = 2**20  # bytes in which the heading is looked for


def read(path: Path, wanted: Wanted, largest: int = LARGEST) -> Grid:
    """The table in a text file."""
    if path.stat().st_size > largest:
        raise Refusal(
            f"{path.name} is larger than {largest >> 20} MB: is it the right file? Otherwise give"
            " it in parts, or as .parquet."
        )
    with path.open("rb") as file:
        data, encoding = decoded(path.name, file.read(largest + 1))
    if not data[:4096].strip() and not data.strip():
        raise Refusal(f"{path.name} is empty.")
    refuse_long_lines(path.name, data)
    head = data[:_HEAD].decode("utf-8", "ignore")
    declared, start = separator_line(head)
    try:
        separator, above, headings, body = find_heading(head[start:], declared, wanted)
    except csv.Error:
        raise Refusal(
            f"{path.name} cannot be read as a table: no heading was found in it."
        ) from None
    if len(headings) > MOST_COLUMNS:
        raise Refusal(f"{path.name} has {len(headings):,} columns: it is no table of this kind.")
    offset = len(head[: start + body].encode("utf-8"))
    rest = data[offset:]
    del data
    sample = head[start + body :]
    at = [i for i, name in enumerate(headings) if name in wanted.amounts]
    grid = read_quickly(rest, separator, headings, at, decimal_of(sample, separator, at), path.name)
    if grid is None:
        grid = read_line_by_line(rest.decode("utf-8"), separator, headings, at, path.name)
    refuse_many(path.name, grid.frame)
    first = above + 2
    grid.rows = grid.rows + first
    grid.faults = [Fault(fault.row + first, fault.column, fault.sentence) for fault in grid.faults]
    grid.notes = [f"heading in row {above + 1}, {SEPARATORS.get(separator, repr(separator))}"]
    if encoding != "utf-8":
        grid.notes.append(f"encoding {encoding}")
    return grid


def separator_line(head: str) -> tuple[str | None, int]:
    """(the separator that a first line `sep=;` declares, where the table begins); Excel hides that
    line, so rows are counted from the next one.
    """
    line = head.partition("\n")[0].rstrip("\r").strip('"')
    if line[:4].lower() == "sep=" and len(line) == 5:
        return line[4], head.find("\n") + 1 if "\n" in head else len(head)
    return None, 0


def records(text: str, separator: str, consumed: list[int] | None = None) -> Iterator[list[str]]:
    """The records of a text; `consumed` is told how many characters were taken for them."""

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            if consumed is not None:
                consumed[0] += len(line)
            yield line

    return csv.reader(lines(), delimiter=separator)


def find_heading(
    head: str, declared: str | None, wanted: Wanted
) -> tuple[str, int, list[str], int]:
    """(separator, lines above the heading, headings as keys, where the first row begins)."""
    best: tuple[int, str, int] | None = None
    for separator in [declared] if declared else SEPARATORS:
        try:
            lines = list(islice(records(head, separator), LOOKED_AT))
        except csv.Error:
            continue
        position, known = heading_at(lines, wanted.names)
        if best is None or known > best[0]:
            best = (known, separator, position)
    if best is None:
        raise csv.Error
    _, separator, position = best
    consumed = [0]
    found = next(islice(records(head, separator, consumed), position, None))
    return separator, position, [key_of(cell) for cell in found] or [""], consumed[0]


def decimal_of(sample: str, separator: str, at: list[int]) -> str:
    """The decimal mark that the first rows show; without a sign of one, a point beside commas and a
    comma beside anything else.
    """
    default = "." if separator == "," else ","
    try:
        lines = list(islice(records(sample, separator), _SAMPLED))
    except csv.Error:
        return default
    cells = (line[i] for line in lines for i in at if i < len(line))
    return amounts.convention(cells, default).decimal or default


def read_quickly(
    data: bytes, separator: str, headings: list[str], at: list[int], decimal: str, name: str
) -> Grid | None:
    """The table by pandas; None where its rows are of unequal length."""
    width = len(headings)
    texts = {i: str for i in range(width) if i not in set(at)}
    try:
        frame = parsed(data, separator, width, texts, decimal)
        if frame is None:
            return None
        known = proven(frame, separator, at, decimal)
        if known is None:
            doubtful = {i: str for i in at if could_be_thousands(frame[i])}
            frame = parsed(data, separator, width, texts | doubtful, decimal)
            assert frame is not None
            default = "." if separator == "," else None
            known = amounts.convention(strings(frame, at), default)
    except UnicodeDecodeError:
        raise no_text(name) from None
    except pd.errors.ParserError as error:
        if "EOF inside string" in str(error):
            raise Refusal(
                f"{name} cannot be read as a table: a quotation mark is opened and never closed."
            ) from None
        return None
    grid = Grid(headings, frame, np.arange(len(frame)), name, known)
    if data and not data.endswith((b"\n", b"\r")) and len(frame):
        last = data[max(data.rfind(b"\n"), data.rfind(b"\r")) + 1 :].decode("utf-8", "replace")
        cells: list[str] = next(records(last, separator), [])
        if len(cells) < width and headings[len(cells) :] != [""] * (width - len(cells)):
            grid.faults.append(_cut_off(len(frame) - 1, cells, headings))
    return grid


def _cut_off(row: int, cells: list[str], headings: list[str]) -> Fault:
    return Fault(
        row,
        headings[min(len(cells), len(headings) - 1)],
        f"the file ends within this row, after {len(cells)} of {len(headings)} cells: is it cut"
        " off? Save it again from the program that made it.",
    )


def parsed(
    data: bytes, separator: str, width: int, texts: Mapping[int, type], decimal: str
) -> pd.DataFrame | None:
    """Cells by position, amounts as numbers where a whole column reads so; None where a row has
    cells beyond the headings.
    """
    if not data[:4096].strip(b"\r\n") and not data.strip(b"\r\n"):
        return pd.DataFrame({i: pd.Series([], dtype=object) for i in range(width)})
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            frame = pd.read_csv(
                io.BytesIO(data),
                encoding="utf-8",
                sep=separator,
                decimal=decimal,
                header=None,
                names=range(width + 1),
                index_col=False,
                dtype=texts,
                keep_default_na=False,
                na_values=[""],
                low_memory=False,
                skip_blank_lines=False,
            )
        except pd.errors.ParserWarning:
            return None
    beyond = frame.pop(width)
    return None if beyond.notna().any() else frame


def strings(frame: pd.DataFrame, at: list[int]) -> Iterator[str]:
    """The texts in the columns of amounts."""
    for i in at:
        if not amounts.is_clean(frame[i]):
            yield from frame[i].dropna().tolist()


def proven(frame: pd.DataFrame, separator: str, at: list[int], decimal: str) -> Convention | None:
    """The convention, where the clean columns prove the decimal mark: a number below 1, or with
    four decimals, cannot have been a thousand.
    """
    is_shown = any(shows_decimals(frame[i]) for i in at)
    seen, thousands = amounts.evidence(strings(frame, at))
    if is_shown or (separator == "," and decimal == "."):
        return amounts.settled(decimal, seen, thousands, is_shown)
    return None


def shows_decimals(cells: pd.Series) -> bool:
    """Whether a clean column holds a number that cannot have been written with a thousands mark."""
    if not amounts.is_clean(cells):
        return False
    size = np.abs(cells.to_numpy(dtype=float))
    with np.errstate(invalid="ignore", over="ignore"):
        fine = np.abs(size * 1000 - np.round(size * 1000)) > 1e-3
        return bool((((size > 0) & (size < 1)) | (fine & (size < 1e6))).any())


def could_be_thousands(cells: pd.Series) -> bool:
    """Whether a clean column holds a number that may have been written 1.300."""
    if not amounts.is_clean(cells):
        return False
    values = cells.to_numpy(dtype=float)
    return bool(np.any(np.isfinite(values) & (values != np.round(values))))


def read_line_by_line(
    text: str, separator: str, headings: list[str], at: list[int], name: str
) -> Grid:
    """The table by the csv module: a row with cells beyond the headings is named."""
    width, faults = len(headings), []
    columns: list[list[str | None]] = [[] for _ in headings]
    reader = records(text, separator)
    try:
        for row, cells in enumerate(reader):
            if any(cell.strip() for cell in cells[width:]):
                faults.append(
                    Fault(
                        row,
                        "",
                        f"the row has {len(cells)} cells under {width} headings: a text or number"
                        " with the separator in it needs quotation marks.",
                    )
                )
            cells = [*cells[:width], *[""] * (width - len(cells))]
            for column, cell in zip(columns, cells, strict=True):
                column.append(cell if cell.strip() else None)
            if width * len(columns[0]) > MOST_CELLS:
                raise _too_large(name)
    except csv.Error as error:
        raise Refusal(
            f"{name} cannot be read as a table: {error}, after {len(columns[0]):,} rows below the"
            " heading."
        ) from None
    frame = pd.DataFrame({i: pd.Series(column, dtype=object) for i, column in enumerate(columns)})
    default = "." if separator == "," else None
    known = amounts.convention(strings(frame, at), default)
    return Grid(headings, frame, np.arange(len(frame)), name, known, faults=faults)


def refuse_many(name: str, frame: pd.DataFrame) -> None:
    """More cells than this reader holds."""
    if frame.size > MOST_CELLS:
        raise _too_large(name)


def _too_large(name: str) -> Refusal:
    return Refusal(f"{name} has more than {MOST_CELLS:,} cells: give it in parts.")
