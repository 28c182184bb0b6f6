"""The workbooks that ship built: comparison, blank comparison, single deals, and the function
playground.

`files` gives their bytes by path; they are built anew only where the sources differ from those of
the last build, whose digest lies beside them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

from bankable.templates import deal_file
from bankable.templates.comparison import compare
from bankable.templates.engine import calculation
from bankable.templates.workbook import write
from bankable.templates.workbook.book import Book, Sheet, area

FOLDER = "templates/built"
DIGEST = "sources.sha256"


def _blank() -> Book:
    blank = deal_file.load(deal_file.shipped_path("placeholder"))
    return compare.calculated(
        [replace(blank, deal=replace(blank.deal, case_name=f"Case {i}")) for i in (1, 2)]
    )


def _single(name: str) -> Book:
    return compare.calculated([deal_file.load(deal_file.shipped_path(name))])


VARIANTS: dict[str, Callable[[], Book]] = {
    "comparison": lambda: compare.calculated(deal_file.load_shipped()),
    "blank_comparison": _blank,
    "single_factory": lambda: _single("factory_band"),
    "single_data_centre": lambda: _single("data_centre"),
    "function_playground": lambda: playground(),
}


def source_digest() -> str:
    """One digest of everything that the built workbooks come from."""
    digest = hashlib.sha256()
    for package in ("udfs", "templates"):
        root = Path(str(resources.files(f"bankable.{package}")))
        for path in sorted([*root.rglob("*.py"), *root.rglob("*.toml")]):
            if "memo" not in path.parts:
                digest.update(
                    path.relative_to(root).as_posix().encode()
                    + b"\0"
                    + path.read_bytes().replace(b"\r\n", b"\n")
                )
    return digest.hexdigest()


def files() -> dict[str, bytes]:
    """The built workbooks and their digest by path; those that lie there where nothing has
    changed.
    """
    digest = f"{source_digest()}\n".encode()
    built = Path(str(resources.files("bankable.templates"))) / "built"
    paths = {f"{FOLDER}/{name}.xlsx": built / f"{name}.xlsx" for name in VARIANTS}
    kept = built / DIGEST
    if (
        kept.is_file()
        and kept.read_bytes() == digest
        and all(path.is_file() for path in paths.values())
    ):
        return {name: path.read_bytes() for name, path in paths.items()} | {
            f"{FOLDER}/{DIGEST}": digest
        }
    return {f"{FOLDER}/{name}.xlsx": write.to_bytes(make()) for name, make in VARIANTS.items()} | {
        f"{FOLDER}/{DIGEST}": digest
    }


# The playground --------------------------------------------------------------------------------

FIRST_ARGUMENT = 2


def playground() -> Book:
    """Every worksheet function as a live call on blue cells, with the deal of the examples on a
    sheet of its own.
    """
    from bankable.udfs import FUNCTIONS, reference
    from bankable.udfs.deal.block import EXAMPLE

    book = Book(
        compare.RELEASED, "Function playground", author="Bankable", subject="Worksheet functions"
    )
    start = book.sheet("Start", "1F3864")
    start.put(0, 1, "Function playground", "title")
    for i, text in enumerate(
        (
            "Each sheet holds one family: change the blue cells and see the answer.",
            "The calls need the add-in; without it a spreadsheet shows the saved values.",
            "Deal holds the block of keys and values that the functions of a whole deal take.",
        )
    ):
        start.put(2 + i, 1, text)
    start.widths |= {0: 2, 1: 100}
    deal = book.sheet("Deal")
    deal.put(0, 0, "The deal of the examples: keys and values", "title")
    for i, (key, value) in enumerate(EXAMPLE):
        deal.put(2 + i, 0, key, "grey")
        deal.put(2 + i, 1, value, "input general")
    deal.widths |= {0: 26, 1: 18}
    block = f"Deal!{area(2, 0, 1 + len(EXAMPLE), 1, True)}"
    for row, (family, entries) in enumerate(
        reference.by_family(FUNCTIONS.values()).items(), start=6
    ):
        sheet = book.sheet(family[:31])
        start.hyperlink(row, 1, family, family[:31])
        sheet.put(0, 1, family, "title")
        at = 2
        for entry in entries:
            at = _live(sheet, at, entry, reference.worked_example(entry), block) + 2
        sheet.widths |= {0: 2, 1: 34} | dict.fromkeys(range(2, 24), 16)
        sheet.freeze = (2, 0)
    return calculation.calculate(book)


def _live(sheet: Sheet, row: int, entry: Any, example: Any, deal: str) -> int:
    """One function: name, question, its arguments as blue cells, and the live answer below; returns
    the row after.
    """
    width = 24
    for col in range(1, width):
        sheet.put(row, col, None, "band")
    sheet.put(row, 1, entry.name, "band")
    sheet.put(row, 2, entry.question, "band")
    sheet.put(row + 1, 1, entry.signature, "grey")
    if example is None:
        return row + 2
    row += 2
    col, tallest, given = FIRST_ARGUMENT, 1, []
    for param in entry.params:
        if param.name not in example.arguments:
            given.append("")
            continue
        value = example.arguments[param.name]
        if param.name == "deal":
            given.append(deal)
            continue
        cells = value if isinstance(value, list) else [[value]]
        sheet.put(row, col, param.name, "bold")
        for i, line in enumerate(cells):
            for j, cell in enumerate(line):
                sheet.put(row + 1 + i, col + j, cell, "input general")
        given.append(area(row + 1, col, row + len(cells), col + max(map(len, cells)) - 1))
        tallest = max(tallest, len(cells))
        col += max(map(len, cells)) + 1
    while given and not given[-1]:
        given.pop()
    row += tallest + 1
    lines = example.rows
    sheet.put(row, 1, "Answer", "bold")
    sheet.array(
        row,
        FIRST_ARGUMENT,
        len(lines),
        max(map(len, lines)),
        f"={entry.name}({','.join(given)})",
        "general",
    )
    return row + len(lines)
