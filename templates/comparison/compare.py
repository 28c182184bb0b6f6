"""The comparison: deals in, a calculated workbook and the side-by-side table out.

`build` lays the sheets, `compare` reads the deals, calculates and writes, `new` writes one to fill
in.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import gc
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from bankable.templates import deal_file, opening
from bankable.templates.comparison import read_inputs
from bankable.templates.comparison.case import build as build_sheet
from bankable.templates.comparison.case import case as case_sheet
from bankable.templates.comparison.sheets import (
    checks,
    cover,
    cross_checks,
    frame,
    frontier,
    functions,
    inputs,
    memo_page,
    newton,
    scenarios,
    sensitivity,
    summary,
    support,
    time_to_revenue,
)
from bankable.templates.comparison.sheets import deals as deals_sheet
from bankable.templates.comparison.sheets.inputs import MONTH_COLUMNS, YEAR_COLUMNS
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.engine import calculation
from bankable.templates.refusal import Refusal
from bankable.templates.workbook import write
from bankable.templates.workbook.book import Book, Typed, address
from bankable.templates.workbook.printed import printed
from bankable.templates.workbook.rows import lay
from bankable.templates.workbook.settings import Settings
from bankable.udfs.deal.chain.decision import TESTS

RELEASED = dt.datetime(
    2026, 11, 23
)  # the date that the shipped workbooks bear, so that they are the same whenever they are built
MOST_CASES = 6
WITH_FUNCTIONS = (
    "Deals",
    "Scenarios",
    "Support",
    "Frontier",
    "Sensitivity",
    "Time",
    "Memo",
    "Functions",
)
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


RESERVED = {
    *(
        "cover",
        "summary",
        "inputs",
        "scenarios",
        "timeline",
        "returns",
        "support",
        "frontier",
        "sensitivity",
        "time",
        "memo",
        "checks",
    ),
    *("functions", "deals", "lists", "sources", "change log", "history"),
}


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
    builds = [f"{name} build" for name in names]
    book = Book(
        RELEASED,
        "Comparison of projects for credit",
        author="Bankable",
        subject="Credit comparison",
    )
    version = metadata.version("bankable")
    contents = [
        (
            "Summary",
            (
                "the cases side by side, the answer in one sentence, the credit tests, every"
                " scenario, charts"
            ),
        ),
        ("Inputs", "every assumption, one column a case, with bounds and sources"),
        ("Scenarios", "the selector, what each scenario changes, every case under each"),
        *(
            (
                name,
                (
                    "the case year by year: revenue, cost, tax, debt, ratios, waterfall, loss,"
                    " public cost, tests"
                ),
            )
            for name in names
        ),
        *((name, "its build month by month: spending, interest, fees, draws") for name in builds),
        ("Support", "each policy tool alone and combined: effect, cost, who bears the loss"),
        ("Frontier", "years of offtake against guarantee coverage, and the least-cost mix"),
        (
            "Sensitivity",
            (
                "tornado, two-way grid, break-evens, rate shock, refinancing, termination,"
                " simulation, customer book"
            ),
        ),
        (
            "Time",
            "build and ramp, delay, learning, lapse, surge, the worth of an announced contract",
        ),
        ("Memo", "the first page of the credit memo, linked cell by cell"),
        ("Checks", "what ties to what, functions against native rows, and the master check"),
        ("Functions", "every worksheet function, its question and its call"),
        ("Sources", "where the delivered figures come from"),
        ("Change log", "what changed, and when"),
        ("Timeline", "engine room: the date of financial close, years, months, tolerances"),
        (
            "Returns",
            "engine room: the IRRs in visible Newton steps, and how often each flow changes sign",
        ),
        ("Deals", "engine room: each case as the functions take it"),
        ("Lists", "engine room: the words of the choices"),
    ]
    inputs.lay_inputs(book, cases, paper)
    cover_sheet = cover.lay_cover(book, version, day, contents, paper)
    for i, (name, months) in enumerate(zip(names, builds, strict=True), start=1):
        title = Typed(f"{cases[i - 1].deal.case_name}: the chain of the deal, by year of operation")
        sheet = frame.time_sheet(
            book, name, title, YEAR_COLUMNS, "{Timeline!year}", "0072B2", paper
        )
        frame.dated(sheet, YEAR_COLUMNS, "{completion_month}", "year_ends")
        rows = case_sheet.rows(
            months, "Returns", f"c{i}_", functools.partial(scenarios.live, case=i)
        )
        end = lay(sheet, rows, frame.FIRST_ROW, YEAR_COLUMNS)
        first = (
            sheet.placed[case_sheet.FIRST_CALCULATED].row - 1
        )  # the inputs are printed on their own sheet
        sheet.widths[1] = 64
        sheet.print.area = (first, 0, end - 1, YEAR_COLUMNS.last)
        sheet.print.pages_wide = 2  # thirty years are not to be read on one
    for i, (name, months) in enumerate(zip(names, builds, strict=True), start=1):
        title = Typed(f"{cases[i - 1].deal.case_name}: the build, by month from financial close")
        sheet = frame.time_sheet(
            book, months, title, MONTH_COLUMNS, "{Timeline!month}", "56B4E9", paper
        )
        frame.dated(sheet, MONTH_COLUMNS, f"{{{name}!completion_month}}", "month_ends")
        lay(sheet, build_sheet.rows(name), frame.FIRST_ROW, MONTH_COLUMNS)
        sheet.print.pages_wide = 3  # five years of months are not to be read on one
    newton.lay_returns(book, names, builds, paper)
    extra = [*support.extra_blocks(len(cases)), sensitivity.extra_block(len(cases))]
    ranges = {f"case_{i}": deals_sheet.block_range(i - 1) for i in range(1, len(cases) + 1)}
    ranges |= {
        name: deals_sheet.block_range(len(cases) + k) for k, (name, _, _) in enumerate(extra)
    }
    deals_sheet.lay_deals(book, cases, scenarios.live, extra, paper)
    scenarios.lay_scenarios(
        book, cases, [ranges[f"case_{i}"] for i in range(1, len(cases) + 1)], settings, paper
    )
    support.lay_support(book, names, ranges, settings, paper)
    frontier.lay_frontier(book, len(cases), ranges, settings, paper)
    sensitivity.lay_sensitivity(book, names, ranges["sensitive"], settings, paper)
    time_to_revenue.lay_time(book, names, builds, settings, paper)
    summary.lay_summary(book, names, paper)
    memo_page.lay_memo(book, names, settings, paper)
    functions.lay_functions(book, paper)
    functions.lay_changes(book, version, paper)
    inputs.lay_timeline(book, settings, paper)
    inputs.lay_lists(book, paper)
    cover.lay_sources(book, cases, paper)
    cross_checks.lay_metrics(
        book, len(cases), [ranges[f"case_{i}"] for i in range(1, len(cases) + 1)]
    )
    deals_sheet.dress(book, len(cases))
    checks.lay_checks(
        book,
        list(zip(names, builds, strict=True)),
        cross_checks.checks(names, builds),
        WITH_FUNCTIONS,
        paper,
    )
    order = [
        "Cover",
        "Summary",
        "Inputs",
        "Scenarios",
        *names,
        *builds,
        "Support",
        "Frontier",
        "Sensitivity",
        "Time",
    ]
    order += [
        "Memo",
        "Checks",
        "Functions",
        "Sources",
        "Change log",
        "Timeline",
        "Returns",
        "Deals",
        "Lists",
    ]
    book.sheets = {name: book.sheets[name] for name in order}
    _define_headlines(book, len(cases))
    _hash(book, cover_sheet, cases)
    return book


def _define_headlines(book: Book, n: int) -> None:
    sheet = book["Summary"]
    for key in list(sheet.placed):
        if key.endswith("_1") and not key.startswith("under_"):
            stem = key[:-2]
            first, last = (sheet.placed[f"{stem}_{i}"] for i in (1, n))
            book.define(
                f"out_{stem}",
                f"Summary!{address(first.row, first.col, True)}:{address(last.row, last.col, True)}",
            )


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
        for label, unit, key, style in rows:
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
