"""`bankable audit`: each rule finds its planted fault at its very cell and leaves the sound book
alone; nasty files; exit codes; JSON.
"""

from __future__ import annotations

import copy
import hashlib
import itertools
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from bankable.addin import cli
from bankable.templates.audit import Report, audit
from bankable.templates.audit.report import RULES
from bankable.templates.comparison import shipped
from tests.calc import shipped_variants
from tests.tiers import tiers

YEARS = "CDEFGHIJ"
Content = tuple[Any, str, Any]  # what is typed, its style, the saved value of a formula


def sound() -> dict[str, Content]:
    """A small model as it should be: inputs in blue, one formula a row, a check that can fail."""
    cells: dict[str, Content] = {
        "A1": ("Item", "", None),
        "B1": ("Unit", "", None),
        "A3": ("Cost over sales", "", None),
        "B3": ("%", "", None),
    }
    cells |= {
        "A2": ("Sales", "", None),
        "B2": ("$m", "", None),
        "A4": ("Cost", "", None),
        "B4": ("$m", "", None),
    }
    cells |= {
        "A5": ("Profit", "", None),
        "B5": ("$m", "", None),
        "A6": ("Check: profit and cost make sales", "", None),
        "B6": ("flag", "", None),
    }
    cells["C3"] = (0.4, "input", None)
    for n, col in enumerate(YEARS):
        cells[f"{col}1"] = (f"Year {n + 1}", "", None)
        cells[f"{col}2"] = (100.0 + n, "input", None)
        cells[f"{col}4"] = (f"={col}2*$C$3", "", 40 + 0.4 * n)
        cells[f"{col}5"] = (f"={col}2-{col}4", "", 60 + 0.6 * n)
    cells["C6"] = ('=IF(ABS(SUM(C5:J5)+SUM(C4:J4)-SUM(C2:J2))<0.001,"OK","FAIL")', "", "OK")
    return cells


@dataclass(frozen=True)
class Fault:
    """`rule` must speak of `place`, with that severity, after the cells are changed and `after` has
    been at the book.
    """

    rule: str
    severity: str
    place: str
    cells: dict[str, Content] = field(default_factory=dict)
    after: Callable[[xlsxwriter.Workbook], object] | None = None


def very_hidden(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("Secret")
    sheet.write_formula("A1", "=Model!C2", None, 100)
    sheet.very_hidden()


def iterating(path: Path) -> None:
    """Switch iterative calculation on, which XlsxWriter cannot."""
    book = openpyxl.load_workbook(path)
    book.calculation.iterate = True
    book.save(path)


FAULTS = {
    "a figure typed over a formula": Fault(
        "hard-coded-in-formula-row", "error", "F4", {"F4": (41.0, "", None)}
    ),
    "a sign changed in one year": Fault(
        "formula-break", "error", "F5", {"F5": ("=F2+F4", "", 100)}
    ),
    "a reference that is not anchored": Fault(
        "formula-break", "error", "G4", {"G4": ("=G2*$D$3", "", 0)}
    ),
    "a row that changes in its middle": Fault(
        "formula-break",
        "warning",
        "H4:L4",
        {
            f"{c}4": (f"={c}2*$C$3" if i < 5 else f"={c}2+$C$3", "", 1)
            for i, c in enumerate("CDEFGHIJKL")
        },
    ),
    "a tax rate in the formula": Fault(
        "constant-in-formula",
        "warning",
        "C5:J5",
        {f"{c}5": (f"=({c}2-{c}4)*0.79", "", 1) for c in YEARS},
    ),
    "a plug in the formula": Fault(
        "constant-in-formula", "warning", "E5", {"E5": ("=E2-E4+17.5", "", 1)}
    ),
    "an input that looks like a formula": Fault(
        "input-not-marked", "warning", "E2", {"E2": (102.0, "", None)}
    ),
    "a formula that looks like an input": Fault(
        "input-not-marked", "warning", "E4", {"E4": ("=E2*$C$3", "input", 41)}
    ),
    "an input that nothing reads": Fault(
        "unused-input",
        "warning",
        "C7",
        {"A7": ("Inflation", "", None), "C7": (0.02, "input", None)},
    ),
    "a link to another book": Fault(
        "external-link",
        "warning",
        "C7",
        {"A7": ("Price", "", None), "C7": ("='[prices.xlsx]Deck'!B2", "", 3.0)},
    ),
    "a link without a saved value": Fault(
        "external-link",
        "error",
        "C7",
        {"A7": ("Price", "", None), "C7": ("='[prices.xlsx]Deck'!B2", "", "")},
    ),
    "a name that looks at another book": Fault(
        "external-link",
        "warning",
        "",
        after=lambda b: b.define_name("deck", "='[prices.xlsx]Deck'!$B$2"),
    ),
    "a very hidden sheet": Fault("hidden-sheet", "warning", "", after=very_hidden),
    "hidden rows": Fault(
        "hidden-cells",
        "note",
        "4:4",
        after=lambda b: b.get_worksheet_by_name("Model").set_row(3, None, None, {"hidden": True}),
    ),
    "a date that moves": Fault(
        "volatile", "warning", "C7", {"A7": ("Today", "", None), "C7": ("=TODAY()", "", 46000)}
    ),
    "a reference in a text": Fault(
        "volatile",
        "warning",
        "C7",
        {"A7": ("Sales of year 1", "", None), "C7": ('=INDIRECT("C2")', "", 100)},
    ),
    "an error": Fault("error-value", "error", "D5", {"D5": ("=D2-D4", "", "#DIV/0!")}),
    "a lost reference": Fault(
        "ref-error", "error", "D7", {"A7": ("Margin", "", None), "D7": ("=D5/#REF!", "", "#REF!")}
    ),
    "a name that is lost": Fault(
        "ref-error", "error", "", after=lambda b: b.define_name("lost", "=#REF!")
    ),
    "a circle": Fault("circular", "error", "C2", {"C2": ("=C5+1", "", 1)}),
    "a circle of one": Fault(
        "circular", "error", "C7", {"A7": ("Balance", "", None), "C7": ("=C7+C5", "", 1)}
    ),
    "a check of a figure with itself": Fault(
        "check-that-cannot-fail", "error", "C6", {"C6": ('=IF(C5=C5,"OK","FAIL")', "", "OK")}
    ),
    "a check of nothing": Fault(
        "check-that-cannot-fail", "error", "C6", {"C6": ('=IF(1=1,"OK","FAIL")', "", "OK")}
    ),
    "a check with one answer": Fault(
        "check-that-cannot-fail", "error", "C6", {"C6": ('=IF(C5=C4,"OK","OK")', "", "OK")}
    ),
    "a check that an error passes": Fault(
        "check-that-cannot-fail",
        "error",
        "C6",
        {"C6": ('=IFERROR(IF(C5<C2,"OK","FAIL"),"OK")', "", "OK")},
    ),
    "a number as text": Fault("number-as-text", "warning", "E2", {"E2": ("102", "input", None)}),
    "IFs within IFs": Fault(
        "nested-ifs",
        "warning",
        "C7",
        {
            "A7": ("Grade", "", None),
            "C7": ("=" + "".join(f"IF(C2>D{n},{n}," for n in range(2, 9)) + "0" + ")" * 7, "", 0),
        },
    ),
    "a formula nobody can read": Fault(
        "long-formula",
        "note",
        "C7",
        {"A7": ("Sum", "", None), "C7": ("=" + "+".join(["C2*D2"] * 200), "", 1)},
    ),
    "figures without a label": Fault(
        "no-label", "note", "L9:M9", {"L9": ("=C2", "", 100), "M9": ("=D2", "", 101)}
    ),
    "an input without a unit": Fault(
        "no-unit",
        "note",
        "C3",
        {
            "A3": ("Alpha", "", None),
            "B1": ("", "", None),
            "B3": ("", "", None),
            "C1": ("A", "", None),
        },
    ),
}


def write(
    path: Path,
    cells: dict[str, Content],
    after: Callable[[xlsxwriter.Workbook], object] | None = None,
) -> Path:
    book = xlsxwriter.Workbook(str(path))
    styles = {"": book.add_format(), "input": book.add_format({"font_color": "#0000FF"})}
    sheet = book.add_worksheet("Model")
    for where, (content, style, saved) in cells.items():
        if isinstance(content, str) and content.startswith("="):
            sheet.write_formula(where, content, styles[style], saved)
        elif isinstance(content, str):
            sheet.write_string(where, content, styles[style])
        else:
            sheet.write_number(where, content, styles[style])
    if after:
        after(book)
    book.close()
    return path


def said(report: Report, rule: str) -> list[tuple[str, str]]:
    """(severity, place) of what a rule found."""
    return [(one.severity, one.range) for one in report.findings if one.rule == rule]


def test_a_sound_book_has_nothing_against_it(tmp_path: Path) -> None:
    report = audit(write(tmp_path / "sound.xlsx", sound()))
    assert report.findings == []
    assert {rule for rule, count in report.looked_at.items() if not count} <= {
        "external-link",
        "number-as-text",
    }
    assert report.formulas == 17


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_at_its_very_cell(name: str, tmp_path: Path) -> None:
    fault = FAULTS[name]
    report = audit(write(tmp_path / "book.xlsx", sound() | fault.cells, fault.after))
    found = said(report, fault.rule)
    assert any(
        severity == fault.severity and fault.place in [*where.replace(":", ", ").split(", "), where]
        for severity, where in found
    ), found
    one = next(one for one in report.findings if one.rule == fault.rule)
    assert one.sentence.endswith(".")
    assert one.evidence


def test_every_rule_has_a_planted_fault() -> None:
    elsewhere = {"no-saved-value", "calculation-settings"}  # below, and with a book's settings
    assert {fault.rule for fault in FAULTS.values()} | elsewhere == set(RULES)


def test_a_book_never_calculated_says_so_once_a_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in range(1, 30):
        sheet.append(["Row", row, f"=B{row}*2"])
    book.save(tmp_path / "book.xlsx")
    assert said(audit(tmp_path / "book.xlsx"), "no-saved-value") == [("note", "C1")]


def test_iteration_hides_a_circle(tmp_path: Path) -> None:
    path = write(tmp_path / "book.xlsx", sound())
    iterating(path)
    assert ("warning", "") in said(audit(path), "circular")


def test_first_periods_and_totals_are_no_breaks(tmp_path: Path) -> None:
    cells = sound() | {"A7": ("Balance", "", None), "B7": ("$m", "", None), "C7": ("=C5", "", 60)}
    cells |= {f"{c}7": (f"={b}7+{c}5", "", 1) for b, c in itertools.pairwise(YEARS)}
    cells |= {f"K{row}": (f"=SUM(C{row}:J{row})", "", 1) for row in (2, 4, 5)} | {
        "K1": ("Total", "", None)
    }
    assert not audit(write(tmp_path / "book.xlsx", cells)).fails("warning")


def test_a_fault_copied_a_thousand_times_is_one_finding(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "book.xlsx"))
    sheet = book.add_worksheet("Data")
    sheet.write_row(0, 0, ["Item", "In $m", "Out $m"])
    for row in range(1, 1001):
        sheet.write_string(row, 0, f"Item {row}")
        sheet.write_number(row, 1, row)
        sheet.write_formula(row, 2, f"=B{row + 1}*1.175", None, row * 1.175)
    book.close()
    assert said(audit(tmp_path / "book.xlsx"), "constant-in-formula") == [("warning", "C2:C1001")]


@pytest.mark.parametrize(
    "name", tiers(sorted(shipped.VARIANTS), ["comparison", "function_playground"])
)
def test_our_own_workbooks_pass(name: str) -> None:
    """By the same rules as any other book: nothing in the auditor knows ours."""
    report = audit(shipped_variants.path_of(name))
    assert not report.fails("warning"), [one for one in report.findings if one.severity != "note"]
    assert report.formulas > 50


def test_faults_planted_in_a_shipped_workbook_are_found(tmp_path: Path) -> None:
    """Typed over, changed, linked, hidden, volatile, a check gutted, an input left unread: each at
    its own place.
    """
    path = tmp_path / "book.xlsx"
    shutil.copy(shipped_variants.path_of("single_factory"), path)
    book = openpyxl.load_workbook(path)
    case, checks, inputs = book["Factory in a band"], book["Checks"], book["Inputs"]
    label = {str(case.cell(row, 2).value): row for row in range(1, case.max_row + 1)}
    interest, capacity = label["Opening balance"], label["Volume available"]
    case.cell(interest, 12).value = 123.4
    case.cell(capacity, 15).value = str(case.cell(capacity, 15).value) + "*0.97"
    checks_row = next(
        row
        for row in range(1, checks.max_row + 1)
        if checks.cell(row, 2).value == "Sources equal uses"
    )
    checks.cell(checks_row, 8).value = f'=IF(D{checks_row}=D{checks_row},"OK","FAIL")'
    book["Time"].sheet_state = "veryHidden"
    book["Summary"]["J60"] = "=TODAY()"
    book["Summary"]["I60"] = "Date of print"
    style = inputs["D11"]
    for where, content in (("D190", 0.37), ("B190", "Forgotten")):
        inputs[where] = content
    inputs["D190"]._style = copy.copy(style._style)
    book.save(path)
    found = {
        (one.rule, one.sheet, one.range) for one in audit(path).findings if one.severity != "note"
    }
    assert {
        ("hard-coded-in-formula-row", "Factory in a band", f"L{interest}"),
        ("formula-break", "Factory in a band", f"O{capacity}"),
        ("constant-in-formula", "Factory in a band", f"O{capacity}"),
        ("check-that-cannot-fail", "Checks", f"H{checks_row}"),
        ("hidden-sheet", "Time", ""),
        ("volatile", "Summary", "J60"),
        ("unused-input", "Inputs", "D190"),
    } <= found


# Files --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "xls"),
        ("locked.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "password"),
        ("text.xlsx", b"not a workbook", "text.xlsx"),
        ("cut.xlsx", b"PK\x03\x04" + b"\0" * 40, "cut.xlsx"),
        ("empty.xlsx", b"", "empty.xlsx"),
    ],
)
def test_what_is_no_workbook_is_refused_in_one_sentence(
    name: str, content: bytes, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert cli.main(["audit", str(path)]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert "Traceback" not in error


def test_a_missing_file_and_a_taken_target_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["audit", str(tmp_path / "none.xlsx")]) == 2
    assert "none.xlsx" in capsys.readouterr().err
    path = write(tmp_path / "book.xlsx", sound())
    before = path.read_bytes()
    assert cli.main(["audit", str(path), "-o", str(path)]) == 2
    (tmp_path / "taken.xlsx").write_bytes(b"mine")
    assert cli.main(["audit", str(path), "-o", str(tmp_path / "taken.xlsx")]) == 2
    assert (tmp_path / "taken.xlsx").read_bytes() == b"mine"
    assert path.read_bytes() == before


def test_a_cell_at_the_far_corner_costs_nothing(tmp_path: Path) -> None:
    cells = sound() | {
        "XFD1048576": (1.0, "", None),
        "A7": ("All", "", None),
        "C7": ("=SUM(D:XFD)", "", 1),
    }
    started = time.process_time()
    audit(write(tmp_path / "book.xlsx", cells))
    assert time.process_time() - started < 20


def test_arrays_tables_and_chart_sheets_are_read(tmp_path: Path) -> None:
    def more(book: xlsxwriter.Workbook) -> None:
        sheet = book.get_worksheet_by_name("Model")
        sheet.write_array_formula("L2:L5", "{=TRANSPOSE(C2:F2)}", None, 100)
        sheet.write_dynamic_array_formula("M2", "=SORT(C2:J2)", None, 100)
        sheet.add_table(
            "O1:P4",
            {
                "data": [[1, 2], [3, 4], [5, 6]],
                "columns": [{"header": "One"}, {"header": "Two", "formula": "=[@One]*2"}],
            },
        )
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Model!$C$2:$J$2"})
        book.add_chartsheet("Chart").set_chart(chart)

    report = audit(write(tmp_path / "book.xlsx", sound(), more))
    assert {"name": "Chart", "state": "chart", "cells": 0, "formulas": 0} in report.sheets
    assert not report.fails("error")


# The command --------------------------------------------------------------------------------------


def test_exit_codes_tell_how_grave_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fine = write(tmp_path / "fine.xlsx", sound())
    warned = write(tmp_path / "warned.xlsx", sound() | FAULTS["a date that moves"].cells)
    wrong = write(tmp_path / "wrong.xlsx", sound() | FAULTS["a circle"].cells)
    codes = {
        (path.stem, grade): cli.main(["audit", str(path), "--fail-on", grade])
        for path in (fine, warned, wrong)
        for grade in ("error", "warning")
    }
    assert codes == {
        ("fine", "error"): 0,
        ("fine", "warning"): 0,
        ("warned", "error"): 0,
        ("warned", "warning"): 1,
        ("wrong", "error"): 1,
        ("wrong", "warning"): 1,
    }
    told = capsys.readouterr().out
    assert "Model!C7" in told
    assert "TODAY recalculates at every change" in told


def test_the_report_for_programs_and_as_a_workbook(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "book.xlsx", sound() | FAULTS["a sign changed in one year"].cells)
    before = path.read_bytes()
    assert cli.main(["audit", str(path), "--json", "-o", str(tmp_path / "findings.xlsx")]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["schema"] == 1
    assert report["sha256"] == hashlib.sha256(before).hexdigest()
    assert [one["rule"] for one in report["rules"]] == list(RULES)
    assert report["findings"][0] == {
        "rule": "formula-break",
        "severity": "error",
        "sheet": "Model",
        "range": "F5",
        "evidence": report["findings"][0]["evidence"],
        "sentence": report["findings"][0]["sentence"],
    }
    assert "R[-3]C+R[-1]C among R[-3]C-R[-1]C" in report["findings"][0]["evidence"]
    book = openpyxl.load_workbook(tmp_path / "findings.xlsx")
    listed = [[cell.value for cell in row] for row in book["Findings"].iter_rows()]
    assert any("F5" in row and "formula-break" in row for row in listed)
    assert path.read_bytes() == before
