"""Native formulas of every shipped workbook are written in forms that Excel 2016, LibreOffice,
IronCalc, Gnumeric and Google Sheets all read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from bankable.templates.comparison import shipped
from bankable.templates.engine import elementwise
from bankable.templates.engine.formulas import calls_ours
from bankable.templates.engine.opened_file import open_package
from bankable.templates.engine.workbook_file import open_file
from bankable.templates.workbook.book import cell_at
from bankable.templates.workbook.write import to_bytes
from tests.tiers import tiers

# Functions that Excel 2016 does not know (they came with 2019, 2021 or 365), and those that are not
# the same, or not there, in the other programs.
# fmt: off
FOREIGN = frozenset((
    "AGGREGATE", "CONCAT", "FILTER", "IFS", "LAMBDA", "LET", "MAXIFS", "MINIFS", "RANDARRAY", "SEQUENCE", "SORT", "SWITCH",
    "TEXTJOIN", "UNIQUE", "XLOOKUP", "XMATCH",
    "CELL", "FORMULATEXT", "INDIRECT", "INFO", "OFFSET",
))
# fmt: on
_SECOND_SHEET = re.compile(r":(?:'(?:[^']|'')+'|[A-Za-z_]\w*)!")
_RANGE = re.compile(
    r"(?:(?:'(?:[^']|'')+'|[A-Za-z_]\w*)!)?(\$?[A-Z]{1,3}\$?\d+):(\$?[A-Z]{1,3}\$?\d+)"
)


def calls(formula: str) -> Iterator[tuple[str, list[str]]]:
    """Every call of a formula, inner ones too: its name and its arguments."""
    plain = re.sub(r'"(?:[^"]|"")*"', lambda text: '"' + "_" * (len(text[0]) - 2) + '"', formula)
    for found in re.finditer(r"([A-Z][A-Z0-9.]*)\(", plain):
        depth, arguments, start = 0, [], found.end()
        for at in range(start, len(plain)):
            if plain[at] == ")" and not depth:
                arguments.append(plain[start:at])
                break
            if plain[at] == "," and not depth:
                arguments.append(plain[start:at])
                start = at + 1
            depth += {"(": 1, ")": -1}.get(plain[at], 0)
        yield found[1], arguments


def faults(formula: str) -> list[str]:
    """What another program would not read in a formula."""
    found = ["a range names its sheet twice"] if _SECOND_SHEET.search(formula) else []
    for name, arguments in calls(formula):
        if name in FOREIGN:
            found.append(f"{name} is not in every program")
        if name == "TEXT" and not arguments[0].startswith("ROUND("):
            found.append("the figure in TEXT is not rounded first")
        if name == "INDEX" and len(arguments) == 2:
            whole = _RANGE.fullmatch(arguments[0])
            corners = (
                [cell_at(corner.replace("$", "")) for corner in whole.groups()] if whole else []
            )
            if corners and corners[0][0] == corners[1][0]:
                found.append("a position in a row without its row: INDEX(row, 1, n)")
            if arguments[0] and re.fullmatch(r"\$?[A-Z]{1,3}\$?\d+", arguments[0]):
                found.append("a position in one cell")
        if name == "SUMPRODUCT":
            for inner, inside in calls(",".join(arguments)):
                if inner in elementwise.NAMES and any(_RANGE.search(text) for text in inside):
                    found.append(f"{inner} over a range inside SUMPRODUCT")
    return found


@pytest.mark.parametrize(
    ("formula", "fault"),
    [
        ("=SUM('S'!D5:'S'!D9)", "a range names its sheet twice"),
        ("=1+INDEX($G$5:$AJ$5,D3)", "a position in a row without its row: INDEX(row, 1, n)"),
        (
            "=INDEX(S!$G$5:$AJ$5,MATCH(1,A1:A3,0))",
            "a position in a row without its row: INDEX(row, 1, n)",
        ),
        ("=SUMPRODUCT(1-ISNUMBER(D5:F5)*(D5:F5>1))", "ISNUMBER over a range inside SUMPRODUCT"),
        ("=SUMPRODUCT(A1:A3*EXP(-B1*C1:C3))", "EXP over a range inside SUMPRODUCT"),
        ("=IF(A1>0,MINIFS(A1:A3,B1:B3,1),0)", "MINIFS is not in every program"),
    ],
)
def test_what_no_workbook_may_hold(formula: str, fault: str) -> None:
    assert faults(formula) == [fault]


@pytest.mark.parametrize(
    "formula",
    [
        "=SUM('Data centre'!D5:D9)",
        "=INDEX($G$5:$AJ$5,1,D3)+INDEX($D$5:$D$9,2)",
        "=SUMPRODUCT((A1:A3>0)*A1:A3*EXP(-B1)^C1:C3)",
        '=IF(A1="INDEX(A1:C1,2)",1,0)',
    ],
)
def test_what_every_program_reads(formula: str) -> None:
    assert faults(formula) == []


@pytest.mark.parametrize(
    "variant",
    tiers([name for name in shipped.VARIANTS if "playground" not in name], ["comparison"]),
)
def test_every_native_formula_is_read_everywhere(variant: str) -> None:
    opened = open_package(open_file(to_bytes(shipped.VARIANTS[variant]()), variant))
    texts = {
        f"={text}": sheet
        for sheet, found in opened.formulas.items()
        for text in found.values()
        if not calls_ours(text)
    }
    assert len(texts) > 5_000
    said = {f"{sheet}: {text[:150]}": faults(text) for text, sheet in texts.items()}
    assert {text: fault for text, fault in said.items() if fault} == {}
