"""The comparison: deals in, a calculated workbook and the side-by-side table out.

`build` lays the sheets, `compare` reads the deals, calculates and writes, `new` writes one to fill in.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from templates.book import Book
from templates.dealfile import DealFileError, SourcedDeal
from templates.rows import lay
from templates.sheets import build as build_sheet
from templates.sheets import case as case_sheet
from templates.sheets import checks, cover, frame, inputs, returns, summary
from templates.sheets.inputs import MONTH_COLUMNS, STEP_COLUMNS, YEAR_COLUMNS

RELEASED = dt.datetime(2026, 11, 23)
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
        taken = {other.lower() for other in names} | RESERVED
        names.append(name if name.lower() not in taken else f"{name[:18]} ({number})")
    return names


RESERVED = {"cover", "summary", "inputs", "timeline", "lists", "returns", "cross-check", "checks", "sources", "change log"}


def build(cases: Sequence[SourcedDeal], paper: str = "A4") -> Book:
    """The comparison workbook of one to six cases, not yet calculated."""
    if not 1 <= len(cases) <= MOST_CASES:
        raise DealFileError(f"a comparison takes 1 to {MOST_CASES} deals; {len(cases)} were given.")
    names = sheet_names(cases)
    builds = [f"{name} build" for name in names]
    book = Book(RELEASED, "Comparison of projects for credit", author="Bankable", subject="Credit comparison")
    inputs_first = Book(RELEASED, "")
    del inputs_first
    version = metadata.version("bankable")
    contents = [
        ("Summary", "the cases side by side, the credit tests, charts"),
        ("Inputs", "every assumption, one column a case, with bounds and sources"),
        *((name, "the case year by year: revenue, cost, tax, debt, ratios, waterfall, loss, public cost, tests") for name in names),
        *((name, "its build month by month: spending, interest, fees, draws") for name in builds),
        ("Returns", "the IRRs in visible Newton steps"),
        ("Checks", "what ties to what, and the master check"),
        ("Timeline", "years, months, tolerances"),
        ("Lists", "the words of the choices"),
        ("Sources", "where the delivered figures come from"),
    ]
    cover_sheet = None
    inputs.lay_inputs(book, cases, paper)
    cover_sheet = cover.lay_cover(book, version, contents, paper)
    for i, (name, months) in enumerate(zip(names, builds, strict=True), start=1):
        title = f"{cases[i - 1].deal.case_name}: the chain of the deal, by year of operation"
        sheet = frame.time_sheet(book, name, title, YEAR_COLUMNS, "{Timeline!year}", "0072B2", paper)
        rows = case_sheet.rows(months, "Returns", f"c{i}_", lambda key, i=i: f"{{Inputs!{key}_{i}}}")
        lay(sheet, rows, frame.FIRST_ROW, YEAR_COLUMNS)
    for i, (name, months) in enumerate(zip(names, builds, strict=True), start=1):
        title = f"{cases[i - 1].deal.case_name}: the build, by month from financial close"
        sheet = frame.time_sheet(book, months, title, MONTH_COLUMNS, "{Timeline!month}", "56B4E9", paper)
        lay(sheet, build_sheet.rows(name), frame.FIRST_ROW, MONTH_COLUMNS)
    solver = frame.time_sheet(book, "Returns", "Returns: IRRs in visible Newton steps", STEP_COLUMNS, "{Timeline!step}", None, paper)
    row = frame.FIRST_ROW
    for i, (name, months) in enumerate(zip(names, builds, strict=True), start=1):
        row = lay(solver, returns.rows(name, months, f"c{i}_"), row, STEP_COLUMNS) + 1
    summary.lay_summary(book, names, paper)
    inputs.lay_timeline(book, paper)
    inputs.lay_lists(book, paper)
    cover.lay_sources(book, cases, paper)
    checks.lay_checks(book, list(zip(names, builds, strict=True)), [], None, paper)
    order = ["Cover", "Summary", "Inputs", *names, *builds, "Returns", "Checks", "Timeline", "Lists", "Sources"]
    book.sheets = {name: book.sheets[name] for name in order}
    _define_headlines(book, len(cases))
    _hash(book, cover_sheet, cases)
    return book


def _define_headlines(book: Book, n: int) -> None:
    sheet = book["Summary"]
    for key in list(sheet.placed):
        if key.endswith("_1"):
            stem = key[:-2]
            first, last = (sheet.placed[f"{stem}_{i}"] for i in (1, n))
            from templates.book import address

            book.define(f"out_{stem}", f"Summary!{address(first.row, first.col, True)}:{address(last.row, last.col, True)}")


def _hash(book: Book, cover_sheet: Any, cases: Sequence[SourcedDeal]) -> None:
    formulas = hashlib.sha256()
    for sheet in book:
        for spot, cell in sorted(sheet.cells.items()):
            if cell.formula:
                formulas.update(f"{sheet.name}{spot}{cell.formula}\n".encode())
    said = hashlib.sha256(repr([case.deal for case in cases]).encode())
    for key, digest in (("model_hash", formulas), ("inputs_hash", said)):
        place = cover_sheet.placed[key]
        cover_sheet.put(place.row, place.col, digest.hexdigest()[:16])


def figures_of(book: Book, names: Sequence[str]) -> list[dict[str, Any]]:
    """The Summary's figures, one dictionary a case."""
    sheet = book["Summary"]
    cases = []
    for i in range(1, len(names) + 1):
        figures = {"case": sheet_title(book, i)}
        for key in sheet.placed:
            if key.endswith(f"_{i}"):
                figures[key[: -len(f"_{i}")]] = sheet.value_of(key)
        cases.append(figures)
    return cases


def sheet_title(book: Book, i: int) -> str:
    """The name of case number i."""
    return str(book["Inputs"].value_of(f"case_name_{i}"))
