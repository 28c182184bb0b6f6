"""The VBA wrappers run in an interpreter that is not ours (LibreOffice Basic with VBA support),
called from cells of an .xlsm.

The COM object is replaced by a class that tells what it was given and answers with numbers, arrays
and error texts.
"""

from __future__ import annotations

import io
import subprocess
import uuid
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from bankable.addin.excel import addin_file, standalone, wrappers
from bankable.addin.excel.coercion import LEFT_OUT
from tests.calc import libreoffice

STAND_IN = """Option Explicit
Public Function CallUDF(ByVal Script As String, ByVal FunctionName As String, ByVal Arguments As Variant) As Variant
    Dim i As Long, Told As String, Block(0 To 1, 0 To 2) As Variant, Row(0 To 2) As Variant
    For i = LBound(Arguments) To UBound(Arguments)
        If IsArray(Arguments(i)) Then
            Told = Told & UBound(Arguments(i), 1) & "x" & UBound(Arguments(i), 2) & " " & TypeName(Arguments(i)(2, 1)) & "|"
        ElseIf TypeName(Arguments(i)) = "String" Then
            Told = Told & Arguments(i) & "|"
        Else
            Told = Told & TypeName(Arguments(i)) & "|"
        End If
    Next i
    Select Case FunctionName
        Case "OFFTAKE_NPV": CallUDF = 42.5
        Case "HAZARD_FROM_PD": CallUDF = "#NUM!"
        Case "LAPSE_COST": Err.Raise 1000, "Python", "Python is not there"
        Case "SURVIVAL"
            Block(0, 0) = 1.5: Block(0, 1) = "#NUM!": Block(0, 2) = "text"
            Block(1, 0) = "#N/A": Block(1, 1) = "#VALUE!": Block(1, 2) = 7
            CallUDF = Block
        Case "IDC"
            Row(0) = 1: Row(1) = "#DIV/0!": Row(2) = 3
            CallUDF = Row
        Case Else: CallUDF = Script & " " & FunctionName & " " & Told
    End Select
End Function
"""
PYTHON = """Option Explicit
Option Private Module
Private Held As StandIn
Public Function Python() As Object
    If Held Is Nothing Then Set Held = New StandIn
    Set Python = Held
End Function
"""
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
FORMULAS = {
    "C1": "=OFFTAKE_NPV(0.1,10,5,6)",
    "C2": "=HAZARD_FROM_PD(0.1)",
    "C3": "=LAPSE_COST(0.1,1,1,1,1)",
    "C4": "=DSCR_PATH(A1:A3,A1:A3)",
    "C5": "=DSCR_AVG(A1:A3,A4:A6)",
    "C6": '=TERMINATION_PV(0.5,TRUE,"a text",3)',
    "C7": "=VASICEK_QUANTILE(A1,A4)",
}


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    soffice, python = libreoffice.program(), libreoffice.python_with_uno()
    if soffice is None or python is None:
        libreoffice.missing("LibreOffice with its Python bridge")
    assert soffice is not None
    assert python is not None
    folder = tmp_path_factory.mktemp("basic")
    source, target, profile = folder / "book.xlsm", folder / "out.xlsx", folder / "profile"
    source.write_bytes(workbook())
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    pipe = f"bankable{uuid.uuid4().hex[:8]}"
    options = [
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless",
        "--norestore",
        f"--accept=pipe,name={pipe};urp;",
    ]
    office = subprocess.Popen(
        [soffice, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        script = str(Path(__file__).with_name("open_with_macros.py"))
        done = subprocess.run(
            [python, script, pipe, source.as_uri(), target.as_uri()],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    finally:
        office.terminate()
        office.wait(30)
    assert done.returncode == 0, done.stderr
    sheet = openpyxl.load_workbook(target, data_only=True)["A"]
    return {
        cell.coordinate: cell.value
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def workbook() -> bytes:
    """A book with calls of the wrappers, carrying the VBA of a standalone book with the stand-in in
    Python's place.
    """
    modules = wrappers.modules(for_addin=False)
    modules["BankablePython"], modules["StandIn"] = (
        PYTHON.replace("\n", "\r\n"),
        STAND_IN.replace("\n", "\r\n"),
    )
    project = addin_file.vba_project(modules, sheet=None, classes=(*wrappers.CLASSES, "StandIn"))
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("A")
    sheet.write_column(0, 0, [1, 2, 3])
    for cell, formula in FORMULAS.items():
        sheet.write_formula(cell, formula)
    sheet.write_array_formula("E1:G2", "{=SURVIVAL(10)}")
    sheet.write_array_formula("E4:G4", "{=IDC(1,2)}")
    book.close()
    return standalone.with_macros(out.getvalue(), project)


def test_a_number_comes_back_as_it_is(cells: dict[str, Any]) -> None:
    assert cells["C1"] == 42.5


def test_an_error_text_becomes_a_true_error(cells: dict[str, Any]) -> None:
    assert cells["C2"] == "Error 2036"  # so LibreOffice shows CVErr(2036), Excel's #NUM!


def test_a_missing_python_is_an_error_and_not_a_text(cells: dict[str, Any]) -> None:
    assert cells["C3"] == "Error 2015"


def test_errors_inside_arrays_become_true_errors(cells: dict[str, Any]) -> None:
    assert [cells[c] for c in ("E1", "F1", "G1", "E2", "F2", "G2")] == [
        1.5,
        "Error 2036",
        "text",
        "Error 2042",
        "Error 2015",
        7,
    ]
    assert [cells[c] for c in ("E4", "F4", "G4")] == [1, "Error 2007", 3]


def test_ranges_go_as_values_and_what_is_left_out_is_marked(cells: dict[str, Any]) -> None:
    assert cells["C4"] == "bankable_start DSCR_PATH 3x1 Double|3x1 Double|"
    assert cells["C5"] == f"bankable_start DSCR_AVG 3x1 Double|3x1 Empty|{LEFT_OUT}|"
    assert cells["C6"] == "bankable_start TERMINATION_PV Double|Double|a text|Double|"
    assert cells["C7"] == f"bankable_start VASICEK_QUANTILE Double|Empty|{LEFT_OUT}|"
