"""The findings as a workbook: a summary of the rules and a list that can be filtered, sorted and
signed off.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import xlsxwriter

from bankable.templates.audit.finding import SEVERITIES
from bankable.templates.audit.report import RULES, Report
from bankable.templates.workbook.write import refuse_to_overwrite
from bankable.udfs.cells import wrong_value

_COLOURS = {"error": "#F4CCCC", "warning": "#FCE8B2", "note": "#E8EEF4"}
_WIDTHS = (
    ("Severity", 10),
    ("Rule", 26),
    ("Sheet", 24),
    ("Range", 18),
    ("Evidence", 60),
    ("What is wrong, and what to do", 80),
    ("Answer", 40),
)


def check_target(path: Path, source: Path, force: bool) -> None:
    """Refuse a target that is not to be written, before any work."""
    if path.suffix.lower() != ".xlsx":
        raise wrong_value(
            f"{path} does not end in .xlsx: the findings are written as an .xlsx workbook."
        )
    if path.exists() and path.resolve() == source.resolve():
        raise wrong_value(
            f"{path} is the workbook under audit: write the findings to another file."
        )
    refuse_to_overwrite(path, force)


def write(report: Report, path: Path, force: bool = False) -> Path:
    """Write the findings; an existing file is replaced only with `force`, and never left half
    written.
    """
    check_target(path, report.path, force)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with xlsxwriter.Workbook(
            str(beside),
            {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
        ) as book:
            book.set_properties(
                {"title": f"Audit of {report.path.name}", "created": dt.datetime(2000, 1, 1)}
            )
            _summary(book, report)
            _findings(book, report)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    return path


def _summary(book: xlsxwriter.Workbook, report: Report) -> None:
    sheet = book.add_worksheet("Summary")
    bold, head = (
        book.add_format({"bold": True}),
        book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
    )
    count = book.add_format({"num_format": '#,##0;-#,##0;"-"'})
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 3, 11)
    sheet.set_column(4, 4, 14)
    sheet.set_column(5, 5, 34)
    sheet.write(0, 0, f"Audit of {report.path.name}", bold)
    for row, (label, value) in enumerate(
        (
            ("File", report.path.name),
            ("SHA-256", report.digest),
            ("Sheets", len(report.sheets)),
            ("Cells", report.cells),
            ("Formulas", report.formulas),
        ),
        2,
    ):
        sheet.write(row, 0, label)
        sheet.write(row, 1, value)
    for col, title in enumerate(("Rule", "Errors", "Warnings", "Notes", "Looked at", "which are")):
        sheet.write(8, col, title, head)
    for row, (rule, of) in enumerate(RULES.items(), 9):
        sheet.write(row, 0, rule)
        for col, grade in enumerate(SEVERITIES, 1):
            sheet.write(row, col, report.count(grade, rule), count)
        sheet.write(row, 4, report.looked_at[rule], count)
        sheet.write(row, 5, of)
    total = 9 + len(RULES)
    sheet.write(total, 0, "All", bold)
    for col, grade in enumerate(SEVERITIES, 1):
        letter = "ABCD"[col]
        sheet.write_formula(
            total, col, f"=SUM({letter}10:{letter}{total})", count, report.count(grade)
        )
    sheet.freeze_panes(9, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _findings(book: xlsxwriter.Workbook, report: Report) -> None:
    sheet = book.add_worksheet("Findings")
    head = book.add_format({"bold": True, "bottom": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    grades = {
        grade: book.add_format({"bg_color": colour, "valign": "top"})
        for grade, colour in _COLOURS.items()
    }
    for col, (title, width) in enumerate(_WIDTHS):
        sheet.set_column(col, col, width)
        sheet.write(0, col, title, head)
    for row, one in enumerate(report.findings, 1):
        sheet.write_string(row, 0, one.severity, grades[one.severity])
        for col, text in enumerate(
            (one.rule, one.sheet or "(workbook)", one.range, one.evidence, one.sentence), 1
        ):
            sheet.write_string(row, col, text, wrap)
    sheet.autofilter(0, 0, max(1, len(report.findings)), len(_WIDTHS) - 1)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
