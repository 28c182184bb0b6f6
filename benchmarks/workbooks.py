"""A two-way grid beside the recalculated workbook, and how long the workbook, the import and the
command take.

The workbook is the comparison of the same one deal. For each cell of the grid two inputs are typed
into it and one result read, in a program that holds it open and recalculates what depends on them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bankable.templates import deal_file
from bankable.templates.comparison import compare
from bankable.templates.engine import calculation, open_xml
from bankable.templates.workbook import rows, write
from bankable.templates.workbook.book import Book
from bankable.udfs import SENS_GRID
from benchmarks.measuring import Row, against, once, seconds, within

CELLS = 50
SYSTEM_PYTHON = "/usr/bin/python3"  # LibreOffice's own `uno` is installed there


def held_open(book: Book) -> tuple[tuple[str, int, int], ...]:
    """The places (sheet, row, column) of price, gearing and the minimum DSCR."""
    inputs = book["Inputs"].placed
    case = compare.sheet_names(deal_file.load_shipped()[1:2])[0]
    found = [
        ("Inputs", inputs[f"{key}_1"].row, inputs[f"{key}_1"].col) for key in ("price", "gearing")
    ]
    result = book[case].placed["min_dscr_promised"]
    return (*found, (case, result.row, result.col))


def in_formualizer(
    book: Book, prices: np.ndarray, gearings: np.ndarray
) -> tuple[float, list[float]]:
    """(seconds a cell, values) in the embedded engine, only what the result needs being
    calculated.
    """
    import formualizer

    rows.resolve(book)
    workbook = formualizer.load_workbook_bytes(open_xml.pack(book))
    calculation._register(workbook)
    places = held_open(book)
    workbook.evaluate_all()
    values: list[float] = []

    def all_cells() -> None:
        for price, gearing in zip(prices, gearings, strict=True):
            for (sheet, row, col), value in zip(places, (price, gearing), strict=False):
                workbook.set_value(sheet, row + 1, col + 1, float(value))
            sheet, row, col = places[2]
            values.append(workbook.evaluate_cell(sheet, row + 1, col + 1))

    return once(all_cells) / len(prices), values


OFFICE = """
import json, subprocess, sys, time, uno
from com.sun.star.beans import PropertyValue
task = json.load(sys.stdin)
pipe = "pipe,name=bankable_grid;urp;StarOffice.ComponentContext"
accept = "--accept=pipe,name=bankable_grid;urp;"
profile = "-env:UserInstallation=" + task["profile"]
office = subprocess.Popen(["soffice", "--headless", "--norestore", profile, accept])
try:
    resolver = uno.getComponentContext().ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
    for _ in range(240):
        try:
            context = resolver.resolve("uno:" + pipe)
            break
        except Exception:
            time.sleep(0.25)
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    book = desktop.loadComponentFromURL(task["url"], "_blank", 0, (PropertyValue("Hidden", 0, True, 0),))
    price, gearing, result = [book.Sheets.getByName(s).getCellByPosition(c, r) for s, r, c in task["places"]]
    price.Value = task["pairs"][0][0] * 1.01
    result.Value
    values, start = [], time.perf_counter()
    for a, b in task["pairs"]:
        price.Value, gearing.Value = a, b
        values.append(result.Value)
    took = (time.perf_counter() - start) / len(values)
    print("ANSWER" + json.dumps([took, values]))
    book.close(True)
    try:
        desktop.terminate()
    except Exception:
        pass
    office.wait(20)
finally:
    office.kill()
"""


def in_libreoffice(
    book: Book, prices: np.ndarray, gearings: np.ndarray
) -> tuple[float, list[float]] | None:
    """(seconds a cell, values) in LibreOffice Calc over its own interface; None where it is not
    installed.
    """
    with tempfile.TemporaryDirectory() as name:
        path = write.write(book, Path(name) / "grid.xlsx")
        pairs = [[float(a), float(b)] for a, b in zip(prices, gearings, strict=True)]
        task = {
            "url": path.as_uri(),
            "profile": (Path(name) / "profile").as_uri(),
            "places": held_open(book),
            "pairs": pairs,
        }
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": name}
        try:
            done = subprocess.run(
                [SYSTEM_PYTHON, "-c", OFFICE],
                input=json.dumps(task),
                capture_output=True,
                text=True,
                timeout=180,
                env=environment,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
    if "ANSWER" not in done.stdout:
        return None
    took, values = json.loads(done.stdout.partition("ANSWER")[2])
    return took, values


def grid_rows(quick: bool) -> Iterator[Row]:
    """The grid of 50 x 50 cells by SENS_GRID, and by the workbook."""
    sourced = deal_file.load_shipped()[1]
    entries = [[key, value] for key, value in vars(sourced.deal).items()]
    prices = sourced.deal.price * np.linspace(0.8, 1.2, CELLS)
    gearings = np.linspace(0.3, 0.7, CELLS)

    def ours() -> list[list[float]]:
        return SENS_GRID(
            entries, "price", prices.tolist(), "gearing", gearings.tolist(), "min_dscr_promised"
        )

    grid = ours()
    took = seconds(ours, 2 if quick else 5)
    book = compare.calculated([sourced])
    for name, recalculated, some in (
        ("the workbook in formualizer", in_formualizer, 3 if quick else 10),
        ("the workbook in LibreOffice", in_libreoffice, CELLS),
    ):
        pick = np.linspace(0, CELLS - 1, some).astype(int)
        measured = recalculated(book, prices[pick], gearings[pick])
        if measured is None:
            continue
        each, values = measured
        apart = max(abs(value - grid[i][i]) for i, value in zip(pick, values, strict=True))
        assert apart < 1e-9, (name, apart, values)
        yield against(
            f"Minimum DSCR on a grid of {CELLS} x {CELLS} deals",
            took,
            name,
            each * CELLS**2,
            100,
            f"{some} cells measured, {each * 1e3:,.0f} ms each, scaled",
        )


def start_rows(quick: bool) -> Iterator[Row]:
    """From command to result, in a fresh process each time."""
    runs = 2 if quick else 4

    def python(*words: str) -> float:
        def work() -> None:
            subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)

        return seconds(work, runs)

    with tempfile.TemporaryDirectory() as name:
        target = str(Path(name) / "out.xlsx")
        yield within(
            "bankable compare, three deals to a calculated workbook",
            python("-m", "bankable.addin.cli", "compare", "-o", target, "--force"),
            3,
        )
    bare = python("-c", "import numpy")
    whole = python("-c", "import bankable.udfs")
    yield within("import bankable.udfs", whole, 0.3, f"of which Python and numpy {bare:.2f} s")
    yield within("bankable functions", python("-m", "bankable.addin.cli", "functions"), 0.6)


def all_rows(quick: bool) -> Iterator[Row]:
    """Grid, then starts."""
    yield from grid_rows(quick)
    time.sleep(0.5)
    yield from start_rows(quick)
