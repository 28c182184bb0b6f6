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

from bankable.templates import deal_file, opening
from bankable.templates.comparison import plan, read_inputs
from bankable.templates.comparison.sheets import (
    summary,
)
from bankable.templates.comparison.words import shown
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.engine import calculation
from bankable.templates.refusal import Refusal
from bankable.templates.workbook import write
from bankable.templates.workbook.book import Book, address
from bankable.templates.workbook.printed import printed
from bankable.templates.workbook.settings import Settings
from bankable.udfs.deal.chain.decision import TESTS
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
    names = sheet_names(cases)
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
    return read_files(paths)[0]


def read_files(paths: Sequence[str]) -> tuple[list[SourcedDeal], Settings]:
    """The deals, and where just one workbook is named its choices outside Inputs: scenario, terms
    of support, ranges.
    """
    if not paths:
        return deal_file.load_shipped(), Settings()
    cases: list[SourcedDeal] = []
    kept: list[Settings] = []
    for name in paths:
        path = Path(name)
        if path.suffix.lower() in (".xlsx", ".xlsm"):
            opened = opening.open_workbook(path)
            cases += read_inputs.read_workbook(path, opened)
            kept.append(read_inputs.read_settings(path, opened))
        elif path.suffix.lower() == ".toml":
            cases.append(deal_file.load(path))
        else:
            raise Refusal(f"{name} is neither a deal file (.toml) nor a workbook (.xlsx).")
    if len(cases) > MOST_CASES:
        raise Refusal(f"a comparison takes at most {MOST_CASES} deals; {len(cases)} were given.")
    return cases, kept[0] if len(kept) == 1 else Settings()


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
    cases, settings = read_files(paths)
    book = calculated(cases, paper, settings, dt.date.today())
    written = write.put(target, finish(write.to_bytes(book)))
    return Comparison(
        book,
        report(book, len(cases), written),
        table(book, len(cases)) + f"\n\nWorkbook: {written}",
    )


def new(out: str, force: bool = False, cases: int = 2, paper: str = "A4") -> Comparison:
    """Write a comparison to fill in, its blue cells holding placeholders."""
    target = Path(out)
    write.refuse_to_overwrite(target, force)
    if not 1 <= cases <= MOST_CASES:
        raise Refusal(f"a workbook holds 1 to {MOST_CASES} cases; {cases} were asked.")
    blank = deal_file.load(deal_file.shipped_path("placeholder"))
    deals = [
        replace(blank, deal=replace(blank.deal, case_name=f"Case {i}")) for i in range(1, cases + 1)
    ]
    book = calculated(deals, paper, day=dt.date.today())
    written = write.write(book, target, force)
    text = (
        f"{written}: fill in the blue cells of Inputs, one column a case, then run `bankable"
        f" compare {written.name}`."
    )
    return Comparison(book, {"workbook": str(written), "cases": cases}, text)


def report(book: Book, n: int, path: Path) -> dict[str, Any]:
    """The Summary's figures for programs: one dictionary a case."""
    sheet = book["Summary"]
    cases = []
    for i in range(1, n + 1):
        figures = {
            key[: -len(f"_{i}")]: sheet.value_of(key)
            for key in sheet.placed
            if key.endswith(f"_{i}")
        }
        cases.append(
            {
                "case": book["Inputs"].value_of(f"case_name_{i}"),
                **{k: None if v == "n/a" else v for k, v in figures.items()},
            }
        )
    return {
        "workbook": str(path),
        "master_check": book["Checks"].value_of("master"),
        "formulas": book.formulas(),
        "cases": cases,
    }


def table(book: Book, n: int) -> str:
    """The side-by-side table for a terminal."""
    sheet = book["Summary"]
    heads = ["", *(str(book["Inputs"].value_of(f"case_name_{i}")) for i in range(1, n + 1))]
    lines: list[list[str]] = []
    for label, key in (("Decision", "decision_words"), ("Binding test", "binding_name")):
        lines.append([label, *(str(sheet.value_of(f"{key}_{i}")) for i in range(1, n + 1))])
    for title, rows in summary.ROWS:
        lines.append([])
        lines.append([title])
        for key, label, unit, style in shown(*rows):
            values = [printed(sheet.value_of(f"{key}_{i}"), style) for i in range(1, n + 1)]
            lines.append(
                [
                    f"  {label}" + (f", {unit}" if unit in ("$m", "years", "months", "$") else ""),
                    *values,
                ]
            )
    lines += [[], ["Credit tests: value / limit"]]
    for key, label, _, _ in TESTS:
        lines.append(
            [f"  {label}", *(str(sheet.value_of(f"test_{key}_{i}")) for i in range(1, n + 1))]
        )
    first = max(len(line[0]) for line in lines if len(line) > 1)
    widths = [max(len(row[c]) for row in [heads, *lines] if len(row) > c) for c in range(1, n + 1)]
    out = []
    for line in [heads, *lines]:
        if len(line) > 1:
            out.append(
                "  ".join(
                    [
                        line[0].ljust(first),
                        *(text.rjust(width) for text, width in zip(line[1:], widths, strict=True)),
                    ]
                ).rstrip()
            )
        else:
            out.append(line[0] if line else "")
    out.append(
        f"\nMaster check: {book['Checks'].value_of('master')} ({book.formulas():,} formulas)"
    )
    return "\n".join(out)
