"""The workbooks that ship as templates: comparison, blank comparison, single deals, and the function
playground.

They are made when they are asked for, in seconds: `bankable gallery FOLDER` writes them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bankable.templates import deal_file
from bankable.templates.comparison import compare
from bankable.templates.engine import calculation
from bankable.templates.refusal import Refusal
from bankable.templates.workbook import write
from bankable.templates.workbook.book import Book, Sheet, area


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


def gallery(folder: Path, names: Sequence[str] = (), force: bool = False) -> list[Path]:
    """Write the workbooks of these names (all where none is given) into a folder, made where it is
    not there; nothing is written where one of them stands in the way and `force` is False.
    """
    unknown = [name for name in names if name not in VARIANTS]
    if unknown:
        raise Refusal(f"there is no workbook {unknown[0]!r}; there are {', '.join(VARIANTS)}.")
    if folder.exists() and not folder.is_dir():
        raise Refusal(f"{folder} is a file: name a folder for the workbooks.")
    targets = {name: folder / f"{name}.xlsx" for name in names or VARIANTS}
    folder.mkdir(parents=True, exist_ok=True)
    for path in targets.values():
        write.refuse_to_overwrite(path, force)
    return [write.write(VARIANTS[name](), path, force) for name, path in targets.items()]


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
