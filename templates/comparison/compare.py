"""The comparison: deals in, a calculated workbook and the side-by-side table out.

`build` lays the sheets, `compare` reads the deals, calculates and writes, `new` writes one to fill
in.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from bankable.templates import deal_file
from bankable.templates.comparison import plan, read_files, read_inputs, report
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.engine import calculation
from bankable.templates.refusal import Refusal
from bankable.templates.workbook import write
from bankable.templates.workbook.book import Book, address
from bankable.templates.workbook.settings import Settings
from bankable.udfs.deal.chain.lines import OLD_KEYS

RELEASED = dt.datetime(
    2026, 11, 23
)  # the date that the shipped workbooks bear, so that they are the same whenever they are built
MOST_CASES = 6
_FORBIDDEN = re.compile(r"[\[\]:*?/\\{}!']")


@dataclass(frozen=True)
class Comparison:
    """A calculated comparison: the book, its figures by case, and the text for a terminal."""

    book: Book
    figures: dict[str, Any]
    text: str


def sheet_names(cases: Sequence[SourcedDeal]) -> list[str]:
    """A sheet name for each case: its own name, shortened and made unique."""
    names: list[str] = []
    for number, case in enumerate(cases, start=1):
        name = _FORBIDDEN.sub(" ", case.deal.case_name).strip()[:22].strip() or f"Case {number}"
        taken = {other.lower() for other in names} | plan.RESERVED
        names.append(name if name.lower() not in taken else f"{name[:18]} ({number})")
    return names


def build(
    cases: Sequence[SourcedDeal],
    paper: str = "A4",
    settings: Settings | None = None,
    day: dt.date = RELEASED,
) -> Book:
    """The comparison workbook of one to six cases, not yet calculated; `settings` are an earlier
    workbook's choices.

    `day` is the date on the Cover.
    """
    settings = settings or Settings()
    if not 1 <= len(cases) <= MOST_CASES:
        raise Refusal(f"a comparison takes 1 to {MOST_CASES} deals; {len(cases)} were given.")
    names, cases = sheet_names(cases), plan.on_one_axis(cases)
    book = Book(
        RELEASED,
        "Comparison of projects for credit",
        author="Bankable",
        subject="Credit comparison",
    )
    version = metadata.version("bankable")
    plan.lay_all(plan.Laying(book, cases, names, settings, paper, version, day))
    _define_headlines(book, len(cases))
    _hash(book, book["Cover"], cases)
    return book


def _define_headlines(book: Book, n: int) -> None:
    sheet = book["Summary"]
    for key in list(sheet.placed):
        if key.endswith("_1") and not key.startswith("under_"):
            stem = key[:-2]
            first, last = (sheet.placed[f"{stem}_{i}"] for i in (1, n))
            spot = f"{address(first.row, first.col, True)}:{address(last.row, last.col, True)}"
            for name in (stem, *(old for old, new in OLD_KEYS.items() if new == stem)):
                book.define(f"out_{name}", f"Summary!{spot}")


def _hash(book: Book, cover_sheet: Any, cases: Sequence[SourcedDeal]) -> None:
    formulas = hashlib.sha256()
    for sheet in book:
        for spot, cell in sorted(sheet.cells.items()):
            if cell.formula:
                formulas.update(f"{sheet.name}{spot}{cell.formula}\n".encode())
        for block in sheet.blocks:
            formulas.update(f"{sheet.name}{block}\n".encode())
    said = hashlib.sha256(repr([case.deal for case in cases]).encode())
    for key, digest in (("model_hash", formulas), ("inputs_hash", said)):
        place = cover_sheet.placed[key]
        cover_sheet.put(place.row, place.col, digest.hexdigest()[:16])


def read_deals(paths: Sequence[str]) -> list[SourcedDeal]:
    """The deals in the files named: deal files (.toml), workbooks of ours (.xlsx); the shipped ones
    where none is named.
    """
    found = read_files.read(paths)
    if found.path is not None:
        read_inputs.refuse(found.path, found.faults)
    _refuse_too_many(found.cases)
    return found.cases


def _refuse_too_many(cases: Sequence[SourcedDeal]) -> None:
    if len(cases) > MOST_CASES:
        raise Refusal(f"a comparison takes at most {MOST_CASES} deals; {len(cases)} were given.")


def calculated(
    cases: Sequence[SourcedDeal],
    paper: str = "A4",
    settings: Settings | None = None,
    day: dt.date = RELEASED,
) -> Book:
    """The workbook of these cases with every formula's value beside it."""
    with _no_collecting():
        book = build(cases, paper, settings, day)
        calculation.calculate(book)
    return book


@contextlib.contextmanager
def _no_collecting() -> Iterator[None]:
    """Python's search for dead cycles off while a workbook is made: there are none, and it costs a
    fifth of the time.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def compare(
    paths: Sequence[str] = (),
    out: str | None = None,
    force: bool = False,
    paper: str = "A4",
    finish: Callable[[bytes], bytes] = bytes,
) -> Comparison:
    """Read the deals, calculate the comparison and write it; with no `out` the next free
    comparison.xlsx.

    `finish` may turn the workbook into another kind of file before it is written.
    """
    target = Path(out) if out else write.free_name("comparison.xlsx")
    write.refuse_to_overwrite(target, force)
    found = read_files.read(paths)
    _refuse_too_many(found.cases)
    return lay_read(found, list, target, paper, finish)


def lay_read(
    found: read_files.Read,
    reshaped: Callable[[Sequence[SourcedDeal]], list[SourcedDeal]],
    target: Path,
    paper: str,
    finish: Callable[[bytes], bytes] = bytes,
) -> Comparison:
    """What was read, its cases `reshaped`, laid with the choices and notes of its workbook, calculated and
    written.
    """

    def laid(cases: Sequence[SourcedDeal], settings: Settings) -> Book:
        return build(reshaped(cases), paper, settings, dt.date.today())

    with _no_collecting():
        book, carried = read_files.carry_over(found, laid)
        calculation.calculate(book)
        written = write.put(target, finish(write.to_bytes(book)))
    cases = reshaped(found.cases)
    return Comparison(
        book,
        report.figures(book, cases, written, carried),
        report.text(book, cases, carried) + f"\n\nWorkbook: {written}",
    )


def blank_case(number: int, payments: int = 1) -> SourcedDeal:
    """A case to fill in, its figures placeholders."""
    blank = deal_file.load(deal_file.shipped_path("placeholder"))
    deal = replace(blank.deal, case_name=f"Case {number}", payments_per_year=payments)
    return replace(blank, deal=deal)


def new(
    out: str, force: bool = False, cases: int = 2, paper: str = "A4", periods: int = 1
) -> Comparison:
    """Write a comparison to fill in, its blue cells holding placeholders; loans pay once in each of the
    year's periods.
    """
    target = Path(out)
    write.refuse_to_overwrite(target, force)
    if not 1 <= cases <= MOST_CASES:
        raise Refusal(f"a workbook holds 1 to {MOST_CASES} cases; {cases} were asked.")
    book = calculated(
        [blank_case(i, periods) for i in range(1, cases + 1)], paper, day=dt.date.today()
    )
    written = write.write(book, target, force)
    text = (
        f"{written}: fill in the blue cells of Inputs, one column a case, then run `bankable"
        f" compare {written.name}`."
    )
    return Comparison(book, {"workbook": str(written), "cases": cases}, text)
