"""The annual review: actual cash flow and debt service beside the base case, covenants tested, one
page in Word.

The actuals come as a table (`actuals`); what a covenant says of a year stands here.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from bankable.templates.comparison import tied_out
from bankable.templates.comparison.tied_out import Filled
from bankable.templates.memo import pictures
from bankable.templates.memo.actuals import Actual, read_list
from bankable.templates.memo.figures import Figures, typed_deal
from bankable.templates.memo.paper import Paper, same_bytes, shade, typed, verdict
from bankable.templates.memo.write import Written, opened, put
from bankable.templates.plain_text import seen
from bankable.templates.refusal import Refusal
from bankable.templates.workbook.book import sheet_prefix
from bankable.templates.workbook.printed import printed
from bankable.templates.workbook.styles import PALE_GREEN, PALE_RED
from bankable.templates.workbook.write import refuse_to_overwrite

COMPLIES, LOCKED, DEFAULTED = "complies", "lock-up", "default"


def state(actual: Actual, default: float, lock_up: float) -> str:
    """Where a year stands: default, lock-up, or within the covenants; no debt service is no
    breach.
    """
    if actual.dscr is None or actual.dscr >= max(default, lock_up) - 1e-9:
        return COMPLIES
    return DEFAULTED if actual.dscr < default - 1e-9 else LOCKED


def review(
    workbook: str,
    actuals: str,
    out: str | None = None,
    case: str | None = None,
    default: float = 1.0,
    paper: str | None = None,
    template: str | None = None,
    force: bool = False,
) -> Written:
    """Read, test and write the review."""
    source = Path(workbook)
    target = Path(out) if out else source.with_name(f"{source.stem} review.docx")
    if target.suffix.lower() != ".docx":
        raise Refusal(f"{target.name} should end in .docx: the review is a Word document.")
    refuse_to_overwrite(target, force)
    document = opened(template, paper)
    book = tied_out.read(source, "no review is written")
    number = book.case_number(case)
    f = Figures(book.book, number, book.names[number - 1])
    years, read = read_list(Path(actuals), int(f.value("tenor")))
    lock_up = float(book.cases[number - 1].deal.lock_up_dscr)
    rows = [_row(f, actual, default, lock_up) for actual in years]
    put(target, compose(document, book, f, years, rows, default, lock_up, Path(actuals).name))
    return Written(
        _figures(book, number, target, f, years, default, lock_up) | {"read": read},
        _terminal(book, number, rows, years, default, lock_up, target, read),
    )


HEADS = (
    "Year",
    "CFADS, base",
    "CFADS, actual",
    "Change",
    "Service, base",
    "Service, actual",
    "DSCR, base",
    "DSCR, actual",
    "Covenants",
)


def _row(f: Figures, actual: Actual, default: float, lock_up: float) -> list[str]:
    t = actual.year - 1
    base: Any = f.path("lender_cfads")[t]
    change = f"{actual.cfads / base - 1:+.1%}" if base > 0 else "n/a"
    return [
        str(actual.year),
        f.in_year("lender_cfads", t),
        printed(actual.cfads, "number"),
        change,
        f.in_year("debt_service", t),
        printed(actual.debt_service, "number"),
        f.in_year("lender_dscr", t),
        "n/a" if actual.dscr is None else printed(actual.dscr, "multiple"),
        state(actual, default, lock_up),
    ]


def _verdict(years: list[Actual], default: float, lock_up: float) -> tuple[str, bool]:
    last = years[-1]
    now = state(last, default, lock_up)
    dscr = "no debt service due" if last.dscr is None else f"DSCR {printed(last.dscr, 'multiple')}"
    words = {
        COMPLIES: f"Year {last.year}: {dscr}. Covenants are met.",
        LOCKED: (
            f"Year {last.year}: {dscr} is below the lock-up of {printed(lock_up, 'multiple')}. No"
            " distributions."
        ),
        DEFAULTED: (
            f"Year {last.year}: {dscr} is below the default covenant of"
            f" {printed(default, 'multiple')}. An event of default has to be examined."
        ),
    }
    return words[now], now == COMPLIES


def compose(
    document: Any,
    book: Filled,
    f: Figures,
    years: list[Actual],
    rows: list[list[str]],
    default: float,
    lock_up: float,
    listed: str,
) -> bytes:
    """The page."""
    own = book.cases[f.case - 1].deal
    deal = typed_deal(own)
    paper = Paper(document)
    paper.text(f"Annual review: {deal.case_name}", "Title")
    paper.text(f"{deal.borrower}. Buyer: {deal.offtaker}. Date of review: [[date]]", "Subtitle")
    words, good = _verdict(years, default, lock_up)
    made = paper.table(
        None, [[f"**{words}**"]], (1,), style="Table Grid", description="Where the covenants stand"
    )
    shade(made.rows[0].cells[0], PALE_GREEN if good else PALE_RED)
    made = paper.table(
        HEADS,
        rows,
        (6, 11, 12, 9, 12, 13, 11, 12, 14),
        f"Actual against base case (lender's view: {deal.lender_view}), $m",
        numbers=9,
        size=8,
    )
    for line, row in zip(made.rows[1:], rows, strict=True):
        verdict(line.cells[8], row[8] == COMPLIES)
    total_base = sum(float(f.path("lender_cfads")[one.year - 1]) for one in years)
    total = sum(one.cfads for one in years)
    paper.text(
        f"Covenants: lock-up below {f.input('lock_up_dscr')} (the workbook's); default below"
        f" {printed(default, 'multiple')} "
        + (
            "(the loan agreement's, as given)."
            if default != 1.0
            else "(debt service not covered; give the agreement's own with --default-dscr)."
        )
        + f" Over the {len(years)} years reported CFADS came to ${printed(total, 'number')}m, "
        f"against ${printed(total_base, 'number')}m in the base case."
    )
    first, last = years[0].year, years[-1].year
    span = list(range(first, last + 1))
    base = [float(f.path("lender_cfads")[year - 1]) for year in span]
    came = {one.year: one for one in years}
    paper.picture(
        pictures.actual_and_base(
            span,
            base,
            [came[y].cfads if y in came else None for y in span],
            [float(f.path("debt_service")[y - 1]) for y in span],
        ),
        "Columns: CFADS of the base case and as it came out, by year of operation. Line: debt"
        " service of the base case.",
        "CFADS: base case and actual",
        0.9,
    )
    paper.text(
        "**Reasons for the differences:** [[why CFADS and debt service differ from the base case]]"
    )
    paper.text(
        "**Contract, buyer and plant:** [[renewals and appropriations received, utilisation,"
        " maintenance, insurance, litigation]]"
    )
    paper.text(
        "**Outlook, risk rating and action:** [[forecast for next year, rating confirmed or"
        " changed, action and date, responsible officer]]"
    )
    cells = "; ".join(f"{figure.name}: {figure.cell}" for figure in _by_row(f))
    paper.text(
        f"Base case from {typed(book.path.name)} (SHA-256 {book.digest[:16]}, {book.cells_tied:,} cells"
        f" tied out); actuals from {typed(listed)}. Cells: {cells}.",
        "Memo Note",
    )
    properties = document.core_properties
    properties.title = seen(f"Annual review: {own.case_name}")[:255]
    properties.subject = words
    properties.author = properties.last_modified_by = "Bankable"
    properties.created = properties.modified = book.book.created
    out = io.BytesIO()
    document.save(out)
    return same_bytes(out.getvalue())


def _by_row(f: Figures) -> list[Any]:
    """The figures taken, one a row of the workbook."""
    seen: dict[str, Any] = {}
    for figure in f.taken.values():
        seen.setdefault(figure.name, figure)
    return list(seen.values())


def _figures(
    book: Filled,
    number: int,
    target: Path,
    f: Figures,
    years: list[Actual],
    default: float,
    lock_up: float,
) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    for one in years:
        base: list[Any] = [
            f.path(key)[one.year - 1] for key in ("lender_cfads", "debt_service", "lender_dscr")
        ]
        rows.append(
            {
                "year": one.year,
                "cfads_base": base[0],
                "cfads_actual": one.cfads,
                "debt_service_base": base[1],
                "debt_service_actual": one.debt_service,
                "dscr_base": None if base[2] == "n/a" else base[2],
                "dscr_actual": one.dscr,
                "covenants": state(one, default, lock_up),
            }
        )
    return {
        "review": str(target),
        "case": book.cases[number - 1].deal.case_name,
        "sheet": sheet_prefix(book.names[number - 1]).rstrip("!"),
        "lock_up_dscr": lock_up,
        "default_dscr": default,
        "years": rows,
    }


def _terminal(
    book: Filled,
    number: int,
    rows: list[list[str]],
    years: list[Actual],
    default: float,
    lock_up: float,
    target: Path,
    read: list[str],
) -> str:
    table = [list(HEADS), *rows]
    widths = [max(len(row[i]) for row in table) for i in range(len(HEADS))]
    lines = [book.cases[number - 1].deal.case_name]
    lines += [
        "  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True))
        for row in table
    ]
    lines += ["", _verdict(years, default, lock_up)[0], *(f"Read: {note}" for note in read)]
    lines.append(f"Review: {target}")
    return "\n".join(lines)
