"""The VBA wrappers run in an interpreter that is not ours (LibreOffice Basic with VBA support),
called from cells of an .xlsm.

The COM object is replaced by a class that tells what it was given and answers with numbers, arrays
and error texts. The module of the COM server's way runs as it is, with VBA's CreateObject replaced.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from bankable.addin.excel import addin_file, standalone, wrappers
from bankable.addin.excel.coercion import LEFT_OUT
from tests.calc.office import drive

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
        Case "COST_OF_DELAY"
            If ServersMade() = 1 Then Err.Raise 462, "", "The remote server machine does not exist"
            CallUDF = "server " & ServersMade()
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
Public Sub StopPython()
    Set Held = Nothing
End Sub
Public Function ServersMade() As Long
    ServersMade = 2
End Function
"""
# Put at the end of the real module of the COM server's way: VBA takes a module's own function before
# its built-in one of that name.
CREATE_OBJECT = """
Private Made As Long
Private Function CreateObject(ByVal ClassName As String) As Object
    If ClassName <> "{class_name}" Then Err.Raise 429, "", "ActiveX component can't create object"
    Made = Made + 1
    Set CreateObject = New StandIn
End Function
Public Function ServersMade() As Long
    ServersMade = Made
End Function
"""
TOLD = """Option Explicit
Public Function WHY_NOT(ByVal After As Variant) As Variant
    WHY_NOT = Failure()
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
    "C8": "=COST_OF_DELAY(1,2,3,4,5)",
    "C9": "=WHY_NOT(C3)",
}


def calculated(book: bytes, folder: Path) -> dict[str, Any]:
    """The cells of sheet A after LibreOffice has opened the book with its macros and calculated."""
    source, target, profile = folder / "book.xlsm", folder / "out.xlsx", folder / "profile"
    source.write_bytes(book)
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    drive("open_with_macros.py", [source.as_uri(), target.as_uri()], profile, seconds=120)
    sheet = openpyxl.load_workbook(target, data_only=True)["A"]
    return {
        cell.coordinate: cell.value
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


@pytest.fixture(scope="module", params=["dll", "com server"])
def cells(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    by_com_server = request.param == "com server"
    return calculated(workbook(by_com_server), tmp_path_factory.mktemp("basic"))


def workbook(by_com_server: bool = False, class_name: str = "Bankable.Python") -> bytes:
    """A book with calls of the wrappers, carrying the VBA of a standalone book with the stand-in in
    Python's place.
    """
    modules = wrappers.modules(False, by_com_server)
    if by_com_server:
        modules["BankablePython"] += CREATE_OBJECT.format(class_name=class_name)
    else:
        modules["BankablePython"] = PYTHON
    modules |= {"StandIn": STAND_IN, "Told": TOLD}
    modules = {k: v.replace("\r\n", "\n").replace("\n", "\r\n") for k, v in modules.items()}
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


def test_a_python_that_is_gone_is_asked_for_once_more(cells: dict[str, Any]) -> None:
    assert cells["C8"] == "server 2"


def test_without_the_class_a_cell_shows_an_error_and_why_is_told(tmp_path: Path) -> None:
    shown = calculated(workbook(True, class_name="Somebody.Else"), tmp_path)
    assert shown["C1"] == "Error 2015"
    assert shown["C9"].startswith("Bankable's Python could not be started (429 ")
    assert "run: bankable doctor" in shown["C9"]


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
    assert cells["C4"] == f"bankable_start DSCR_PATH 3x1 Double|3x1 Double|{LEFT_OUT}|"
    assert cells["C5"] == f"bankable_start DSCR_AVG 3x1 Double|3x1 Empty|{LEFT_OUT}|{LEFT_OUT}|"
    assert cells["C6"] == "bankable_start TERMINATION_PV Double|Double|a text|Double|"
    assert cells["C7"] == f"bankable_start VASICEK_QUANTILE Double|Empty|{LEFT_OUT}|"
