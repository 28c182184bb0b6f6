"""Names that every spreadsheet program takes: no cell reference, no built-in, nothing that the
Function Wizard cannot show.

builtins/excel.txt is openpyxl's list (`openpyxl.utils.FORMULAE`, 3.1.5) with the functions that
Excel has gained since; builtins/libreoffice.txt is what LibreOffice 25.2 itself lists (its service
com.sun.star.sheet.FunctionDescriptions).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bankable import udfs
from bankable.udfs.registry import Function

BUILTINS = {
    path.stem: set(path.read_text(encoding="utf-8").split())
    for path in (Path(__file__).parent / "builtins").glob("*.txt")
}
ENTRIES = list(udfs.FUNCTIONS.values())
MORE_THAN_TEN_ARGUMENTS = {"OFFTAKE_REVENUE", "SUPPORT_SPLIT", "BREAKEVEN_BELIEF"}
LAST_COLUMN, LAST_ROW = 16384, 1048576  # XFD1048576


def reads_as_cell(name: str) -> bool:
    """Whether Excel or LibreOffice would read the name as a reference, in the A1 or the R1C1
    form.
    """
    a1 = re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", name.upper())
    if a1:
        column = 0
        for letter in a1[1]:
            column = 26 * column + ord(letter) - ord("A") + 1
        if column <= LAST_COLUMN and 1 <= int(a1[2]) <= LAST_ROW:
            return True
    r1c1 = re.fullmatch(r"(?:R([0-9]*))?(?:C([0-9]*))?", name.upper())
    return bool(
        name and r1c1 and int(r1c1[1] or 1) <= LAST_ROW and int(r1c1[2] or 1) <= LAST_COLUMN
    )


@pytest.mark.parametrize(
    "name", ["A1", "NPV1", "XFD1048576", "DSC100", "R", "C", "R1C1", "RC", "R5", "C16384", "npv1"]
)
def test_references_are_recognised(name: str) -> None:
    assert reads_as_cell(name)


@pytest.mark.parametrize("name", ["XFE1", "A1048577", "A0", "NPV", "DSCR1", "R1048577C1", "LLCR"])
def test_other_names_are_not(name: str) -> None:
    assert not reads_as_cell(name)


def test_the_lists_of_builtins_are_whole() -> None:
    assert {"NPV", "XLOOKUP", "LAMBDA", "GROUPBY", "RATE", "DURATION"} <= BUILTINS["excel"]
    assert {"NPV", "XLOOKUP", "ROT13", "OPT_BARRIER", "EFFECT_ADD"} <= BUILTINS["libreoffice"]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_name_is_free_and_a_name(entry: Function) -> None:
    assert re.fullmatch(r"[A-Z][A-Z0-9_]{2,30}", entry.name)
    assert not reads_as_cell(entry.name)
    for program, names in BUILTINS.items():
        assert entry.name not in names, f"{entry.name} is a built-in of {program}"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_function_wizard_can_show_it(entry: Function) -> None:
    names = [param.name for param in entry.cell_params]
    assert len(",".join(names)) < 254
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)
    assert len(names) <= 10 + entry.returns.takes_labels or entry.name in MORE_THAN_TEN_ARGUMENTS
    assert 0 < len(entry.question) < 255
    assert 0 < len(entry.summary) < 255
    for param in entry.cell_params:
        assert 0 < len(param.help) < 255, param.name
