"""What a call of a worksheet function costs at each door, for plain numbers and for a range of 30
cells: `python -m benchmarks.doors`.

The plain function is the body in the register with its arguments read already; what reading and
writing cells add to it is the second line. The spreadsheet programs' own share is what their book
takes longer than one with the sheet's own function.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import xlsxwriter

from bankable import udfs
from bankable.templates.engine import calculation
from benchmarks.measuring import Row, once
from tests.calc import libreoffice

SCALAR = ("OFFTAKE_NPV", [0.07, 15.0, 100.0, 1.0, 0.02])
RANGE = ("LLCR", [0.06, [[30.0 + i] for i in range(30)], 100.0])
MOST = {"scalar": 15e-6, "range": 50e-6}  # what reading and writing may add

# The formulas of a row of the book, ours and one of the sheet's own over the same cells.
FORMULAS = {
    "scalar": ("=OFFTAKE_NPV(0.07,15,$A{row},1,0.02)", "=PV(0.07,15,$A{row},1,0)"),
    "range": ("=LLCR(0.06,$A$1:$A$30,$A{row})", "=NPV(0.06,$A$1:$A$30)/$A{row}"),
}


def rows(quick: bool = False) -> Iterator[Row]:
    """Every door's cost a call, in seconds."""
    for kind, (name, args) in (("scalar", SCALAR), ("range", RANGE)):
        yield from in_python(kind, name, args, 20 if quick else 150)
        count = 1_000 if quick else 20_000
        yield a_call(kind, "embedded engine", calculated_by_the_engine, count)
        if libreoffice.program() is not None:
            yield a_call(kind, "LibreOffice", in_libreoffice(), count)


def in_python(kind: str, name: str, args: list[Any], batches: int) -> Iterator[Row]:
    """The plain function, what the register and its reading of cells add, and the function as
    Python imports it.
    """
    entry = udfs.FUNCTIONS[name]
    given = [*args, *[udfs.cells.OMITTED] * (entry.max_args - len(args))]
    clean = [param.read(raw) for param, raw in zip(entry.params, given, strict=False)]
    public = getattr(udfs, name)
    best: dict[str, float] = {}
    with np.errstate(all="ignore"):
        for _ in range(
            batches
        ):  # short and in turns: the best of each is hardly touched by what else the machine does
            for what, work in (
                ("plain", lambda: entry.body(*clean)),
                ("cells", lambda: entry.from_cells(args)),
                ("public", lambda: public(*args)),
            ):
                best[what] = min(best.get(what, 1.0), once(work, 200))
    what = f"{name}, {'numbers' if kind == 'scalar' else '30 cells'}"
    added = best["cells"] - best["plain"]
    yield Row(f"{what}: plain function", best["plain"])
    yield Row(
        f"{what}: added by reading and writing cells",
        added,
        target=f"{MOST[kind] * 1e6:g} µs",
        met=added <= MOST[kind],
    )
    yield Row(f"{what}: imported in Python", best["public"])


def a_call(kind: str, door: str, calculate: Callable[[Path], object], count: int) -> Row:
    """A door's cost of a call: a book of ours beside the same book of the sheet's own function."""
    with tempfile.TemporaryDirectory() as folder:
        books = [
            write(Path(folder) / f"{side}.xlsx", formula, count)
            for side, formula in zip("ab", FORMULAS[kind], strict=True)
        ]
        best = [1e9, 1e9]
        for _ in range(3):
            for side, book in enumerate(books):
                best[side] = min(best[side], once(lambda book=book: calculate(book)))  # type: ignore[misc]
    name = SCALAR[0] if kind == "scalar" else RANGE[0]
    native = FORMULAS[kind][1].partition("(")[0]
    what = f"{name}, {'numbers' if kind == 'scalar' else '30 cells'}: {door}"
    return Row(what, max(0.0, best[0] - best[1]) / count, note=f"beyond {native}, {count:,} calls")


def write(path: Path, formula: str, count: int) -> Path:
    """A book with that formula in every row."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for row in range(count):
        sheet.write_number(row, 0, 100 + row % 50)
        sheet.write_formula(row, 1, formula.format(row=row + 1), None, 0)
    book.close()
    return path


def calculated_by_the_engine(path: Path) -> object:
    """The book in the embedded engine."""
    return calculation.calculate_file(path)


@functools.cache
def in_libreoffice() -> Callable[[Path], object]:
    """A LibreOffice with our extension in a profile of its own, that opens a book, calculates all
    of it and lists its values.
    """
    folder = Path(tempfile.mkdtemp(prefix="bankable-doors-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    profile, options = libreoffice.with_functions(folder / "profile")
    return lambda path: libreoffice.convert(path, "csv", folder / "out", profile, options=options)


if __name__ == "__main__":
    from benchmarks.__main__ import line

    for found in rows():
        print(line(found), flush=True)
