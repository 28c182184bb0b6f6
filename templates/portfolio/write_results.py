"""The answer of a book of loans on paper: a workbook, or a plain table with the book's figures
beside it.

A .csv or .parquet holds the deals; the rest (book, budgets, sponsors, watch list, rows set aside)
stands in a .json of the same name.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import xlsxwriter

from bankable.templates.file_in_place import draft_of
from bankable.templates.plain_text import for_csv
from bankable.templates.refusal import Refusal
from bankable.udfs.deal.measures import MEASURES

if TYPE_CHECKING:
    from bankable.templates.portfolio.portfolio import Portfolio
    from bankable.templates.portfolio.programme import Programme

MOST_ROWS = 1_048_575  # deals below the heading of a sheet
MOST_LISTED = 50  # faults and watched deals told to a program or a terminal; the file has all

# key of the book, its words on paper, its format
LINES = (
    ("deals", "Deals calculated", "count"),
    ("set_aside", "Rows set aside", "count"),
    ("debt", "Debt, $m", "money"),
    ("bank_loans", "Bank loans, $m", "money"),
    ("guaranteed", "of which guaranteed, $m", "money"),
    ("bank_exposure", "Bank's own exposure, $m", "money"),
    ("expected_loss", "Expected loss of the bank over the loans' lives, $m", "money"),
    ("unexpected_loss", "Unexpected loss: one standard deviation, $m", "money"),
    ("unexpected_loss_if_independent", "the same if deals had nothing in common, $m", "money"),
    ("loss_at_confidence", "Loss not exceeded at the confidence, $m", "money"),
    ("loss_at_confidence_error", "its standard error, simulated, $m", "money"),
    ("mean_loss_beyond", "Mean loss beyond it, $m", "money"),
    ("confidence", "Confidence", "share"),
    ("budget_correlation", "Correlation of renewals within one budget (illustrative)", "share"),
    ("default_correlation", "Correlation of the borrowers' own defaults (illustrative)", "share"),
    ("guarantee_expected_cost", "Guarantees: expected cost, $m", "money"),
    ("guarantee_authority", "Guarantees: budget authority used, $m", "money"),
    ("public_expected_cost", "All support: expected cost, $m", "money"),
    ("budget_authority", "All support: budget authority used, $m", "money"),
    ("meeting_tests", "Deals that meet their credit tests", "count"),
    ("watched", "Deals on the watch list", "count"),
    ("budget_herfindahl", "Concentration by budget, Herfindahl (1 = all in one)", "index"),
    ("sponsor_herfindahl", "Concentration by sponsor, Herfindahl (1 = all in one)", "index"),
)
PROGRAMME_LINES = (
    ("subsidy_budget", "Subsidy budget, $m", "money"),
    ("programme_deals", "Deals that it pays for", "count"),
    ("programme_cost", "Their expected cost, $m", "money"),
    ("programme_authority", "Budget authority that they need, $m", "money"),
    ("programme_private", "Private capital at risk in them, $m", "money"),
    ("programme_defaults", "Loans of them that default, expected", "money"),
    ("programme_defaults_worst", "the same, not exceeded at the confidence", "money"),
)
FORMATS = {"count": "#,##0", "money": "#,##0.0", "share": "0.0%", "index": "0.0000"}


def files(target: Path) -> list[Path]:
    """What a run writes."""
    return [target] if target.suffix.lower() == ".xlsx" else [target, beside(target)]


def beside(target: Path) -> Path:
    """The .json beside a plain table."""
    return target.with_name(f"{target.stem}-book.json")


def refuse_beforehand(target: Path) -> None:
    """Stop before any work where the output could not be written."""
    if target.suffix.lower() == ".parquet" and importlib.util.find_spec("pyarrow") is None:
        raise Refusal("a .parquet table needs pyarrow: install bankable[parquet], or give .csv.")


def refuse_too_many(target: Path, deals: int) -> None:
    """A sheet holds about a million rows."""
    if target.suffix.lower() == ".xlsx" and deals > MOST_ROWS:
        raise Refusal(
            f"{deals:,} deals do not fit a sheet of {MOST_ROWS:,}: write a .csv or .parquet."
        )


def as_dict(answer: Portfolio, target: Path, listed: int | None = MOST_LISTED) -> dict[str, Any]:
    """The answer for programs, without the deals, which stand in the file."""
    return {
        "results": str(target),
        "book": answer.book,
        "budgets": records(answer.budgets.head(listed) if listed else answer.budgets),
        "sponsors": records(answer.sponsors.head(listed) if listed else answer.sponsors),
        "watch": records(
            answer.watch[["row", "case_name", "bank_expected_loss", "watch"]].head(
                listed or len(answer.watch)
            )
        ),
        "set_aside": [vars(fault) for fault in answer.faults[:listed]],
        "columns_not_used": answer.passed_over,
        "read": answer.notes,
    } | (
        {}
        if answer.programme is None
        else {"programme": answer.programme.figures | {"years": records(answer.programme.years)}}
    )


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table with nothing where a figure does not apply."""
    return [
        {
            key: None if isinstance(value, float) and value != value else value
            for key, value in row.items()
        }
        for row in table.to_dict(orient="records")
    ]


def as_text(answer: Portfolio, target: Path) -> str:
    """The answer for a terminal."""
    out = []
    lines = [(words, kind, answer.book[key]) for key, words, kind in LINES]
    if answer.programme is not None:
        lines += [
            (words, kind, answer.programme.figures[key]) for key, words, kind in PROGRAMME_LINES
        ]
    for words, kind, value in lines:
        text = {
            "count": f"{value:,.0f}",
            "money": f"{value:,.1f}",
            "share": f"{value:.1%}",
            "index": f"{value:.4f}",
        }[kind]
        out.append(f"{words:<60}{text:>16}")
    if answer.faults:
        out.append("\nSet aside:")
        out += [
            f"  row {fault.row}{', ' * bool(fault.column)}{fault.column}: {fault.sentence}"
            for fault in answer.faults[:MOST_LISTED]
        ]
        if len(answer.faults) > MOST_LISTED:
            out.append(
                f"  and {len(answer.faults) - MOST_LISTED:,} more, all in {files(target)[-1]}"
            )
    if answer.notes:
        out += ["\nRead:", *(f"  {note}" for note in answer.notes)]
    if answer.passed_over:
        out.append(f"\nColumns not used: {', '.join(answer.passed_over)}")
    return "\n".join([*out, f"\nResults: {target}"])


def write_json(answer: Portfolio, target: Path) -> None:
    """What the plain table does not hold."""
    with draft_of(beside(target)) as draft:
        draft.write_text(
            json.dumps(as_dict(answer, target, None), indent=1, allow_nan=False) + "\n",
            encoding="utf-8",
        )


def write_csv(answer: Portfolio, target: Path) -> Path:
    """The deals as comma-separated text, all digits kept."""
    deals = answer.deals.assign(
        **{name: answer.deals[name].map(for_csv) for name in ("case_name", "budget", "sponsor")}
    )
    with draft_of(target) as draft:
        deals.to_csv(draft, index=False, lineterminator="\n")
    write_json(answer, target)
    return target


def write_parquet(answer: Portfolio, target: Path) -> Path:
    """The deals as a parquet table."""
    with draft_of(target) as draft:
        answer.deals.to_parquet(draft, index=False)
    write_json(answer, target)
    return target


def write_xlsx(answer: Portfolio, target: Path) -> Path:
    """Everything in one workbook, a sheet each."""
    faults = pd.DataFrame(
        [vars(fault) for fault in answer.faults], columns=["row", "column", "sentence"]
    )
    with draft_of(target) as draft:
        book = xlsxwriter.Workbook(
            str(draft), {"constant_memory": True, "nan_inf_to_errors": False}
        )
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        looks = {kind: book.add_format({"num_format": look}) for kind, look in FORMATS.items()}
        sheet = book.add_worksheet("Book")
        lay_lines(sheet, "The book", LINES, answer.book, head, looks)
        for i, note in enumerate(answer.notes, start=len(LINES) + 2):
            sheet.write_string(i, 0, f"Read: {note}")
        for title, table in (
            ("Deals", answer.deals),
            ("Watch list", answer.watch),
            ("Budgets", answer.budgets),
            ("Sponsors", answer.sponsors),
            ("Set aside", faults),
        ):
            lay_table(book.add_worksheet(title), table, head, looks)
        if answer.programme is not None:
            lay_programme(book.add_worksheet("Programme"), answer.programme, head, looks)
        book.close()
    return target


def lay_lines(
    sheet: Any,
    title: str,
    lines: Sequence[tuple[str, str, str]],
    figures: Mapping[str, float],
    head: Any,
    looks: dict[str, Any],
) -> None:
    """Named figures, a row each."""
    sheet.set_column(0, 0, 62)
    sheet.set_column(1, 1, 16)
    sheet.write_row(0, 0, [title, ""], head)
    for i, (key, words, kind) in enumerate(lines, start=1):
        sheet.write_string(i, 0, words)
        sheet.write_number(i, 1, figures[key], looks[kind])


def lay_programme(sheet: Any, programme: Programme, head: Any, looks: dict[str, Any]) -> None:
    """What the subsidy budget pays for, and the years from each deal's completion, a row each."""
    lay_lines(sheet, "The programme", PROGRAMME_LINES, programme.figures, head, looks)
    sheet.set_column(1, len(programme.years.columns), 16)
    top = len(PROGRAMME_LINES) + 2
    heads = ["Year from each deal's completion, $m", *programme.years.columns[1:]]
    sheet.write_row(top, 0, heads, head)
    for i, row in enumerate(programme.years.itertuples(index=False), start=top + 1):
        sheet.write_number(i, 0, row[0], looks["count"])
        for j, value in enumerate(row[1:], start=1):
            sheet.write_number(i, j, value, looks["money"])


def lay_table(sheet: Any, table: pd.DataFrame, head: Any, looks: dict[str, Any]) -> None:
    """A table with frozen headings; a figure that does not apply reads n/a."""
    kinds = []
    for i, name in enumerate(table.columns):
        text = table[name].dtype.kind not in "fiu"
        measure = MEASURES.get(str(name))
        unit = measure.unit if measure else "$m"
        share = "%" in unit or str(name).startswith("share")
        kinds.append(
            ""
            if text
            else (
                "count"
                if table[name].dtype.kind in "iu"
                else "share"
                if share
                else "money"
                if "$" in unit
                else "index"
            )
        )
        sheet.set_column(i, i, 26 if text else 14)
        sheet.write_string(0, i, str(name).replace("_", " "), head)
    sheet.freeze_panes(1, 2)
    if len(table):
        sheet.autofilter(0, 0, len(table), len(table.columns) - 1)
    columns = [table[name].tolist() for name in table.columns]
    for r in range(len(table)):
        for i, (kind, column) in enumerate(zip(kinds, columns, strict=True)):
            value = column[r]
            if kind and value == value:
                sheet.write_number(r + 1, i, value, looks[kind])
            else:
                sheet.write_string(r + 1, i, str(value) if not kind else "n/a")


WRITERS: dict[str, Callable[[Portfolio, Path], Path]] = {
    ".xlsx": write_xlsx,
    ".csv": write_csv,
    ".parquet": write_parquet,
}

__all__ = ["WRITERS", "as_dict", "as_text", "files", "refuse_beforehand", "refuse_too_many"]
