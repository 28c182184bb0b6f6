"""The add-in's VBA that binds a travelled book to this machine's add-in, and the loop that runs a
ribbon task step by step, run by pyOpenVBA's interpreter of VBA over pretended Excel objects, which
are classes in VBA themselves.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from bankable import udfs
from bankable.addin.excel import wrappers
from bankable.templates.engine import formulas, function_names

pyopenvba = pytest.importorskip("pyopenvba.interpreter")

BOOK = """
Public FullName As String, Saved As Boolean, Links As Variant, Changed As String, Sheets As New Collection, UpdateLinks As Long
Public Function LinkSources(ByVal Kind As Long) As Variant
    LinkSources = Links
End Function
Public Sub ChangeLink(ByVal Before As String, ByVal After As String, ByVal Kind As Long)
    If InStr(Before, "locked") > 0 Then Err.Raise 1004, "Excel", "protected"
    Changed = Changed & Before & " -> " & After & "; "
    Saved = False
End Sub
Public Property Get Worksheets() As Collection
    Set Worksheets = Sheets
End Property
"""
SHEET = """
Public Broken As Object
Public Property Get UsedRange() As Object
    Set UsedRange = Me
End Property
Public Function SpecialCells(ByVal Kind As Long, ByVal What As Long) As Object
    If Broken Is Nothing Then Err.Raise 1004, "Excel", "No cells were found."
    Set SpecialCells = Broken
End Function
"""
FOUND = """
Public Cells As New Collection
"""
CELL = """
Public Value2 As Variant, Held As String, Entered As String, HasArray As Boolean, Dynamic As Boolean, Address As String
Public Property Get Formula2() As String
    If Not Dynamic Then Err.Raise 438, "Excel", "no such member"
    Formula2 = Held
End Property
Public Property Let Formula2(ByVal Text As String)
    Entered = "2:" & Text
End Property
Public Property Get Formula() As String
    Formula = Held
End Property
Public Property Let Formula(ByVal Text As String)
    Entered = "1:" & Text
End Property
"""
APP = """
Public DisplayAlerts As Boolean, EnableCancelKey As Long, Bar As String
Public Property Let StatusBar(ByVal Text As Variant)
    Bar = Bar & Text & "/"
End Property
"""
HOST = """
Public ThisWorkbook As PretendBook, ActiveWorkbook As Object, Application As PretendApp, Said As String, Server As PretendServer

Public Function Setup() As Boolean
    Set ThisWorkbook = New PretendBook
    ThisWorkbook.FullName = "C:\\Users\\me\\AppData\\Roaming\\Microsoft\\AddIns\\bankable.xlam"
    Set Application = New PretendApp
    Application.DisplayAlerts = True
    Set Server = New PretendServer
End Function

Private Function ACell(ByVal Formula As String, ByVal Value As Variant, ByVal Dynamic As Boolean) As PretendCell
    Set ACell = New PretendCell
    ACell.Held = Formula
    ACell.Value2 = Value
    ACell.Dynamic = Dynamic
End Function

Public Function Travel() As String
    Dim Book As New PretendBook, Sheet As New PretendSheet, Cell As Object, Told As String
    Setup
    Book.FullName = "C:\\deal.xlsx"
    Book.Saved = True
    Book.Links = Array("D:\\other.xlsx", "C:\\Users\\you\\AddIns\\Bankable.xlam", ThisWorkbook.FullName, "https://x/locked/bankable.xlam")
    Set Sheet.Broken = New Found
    Sheet.Broken.Cells.Add ACell("=SURVIVAL(4)", CVErr(2029), True)
    Sheet.Broken.Cells.Add ACell("='C:\\Users\\you\\bankable.xlam'!SURVIVAL(4)+1", CVErr(2029), False)
    Sheet.Broken.Cells.Add ACell("=_xldudf_BANKABLE_SURVIVAL(4)", CVErr(2029), True)
    Sheet.Broken.Cells.Add ACell("=1/0", CVErr(2007), True)
    Book.Sheets.Add New PretendSheet
    Book.Sheets.Add Sheet
    Told = RebindBook(Book) & "|" & Book.Changed & "|" & Book.Saved & "|" & Application.DisplayAlerts
    For Each Cell In Sheet.Broken.Cells
        Told = Told & "|" & Cell.Entered
    Next Cell
    Travel = Told
End Function

Public Function Quiet(ByVal Links As Variant) As Long
    Dim Book As New PretendBook
    Setup
    Book.Links = Links
    Book.UpdateLinks = 1
    QuietLinks Book
    Quiet = Book.UpdateLinks
End Function

Public Function RunTask(ByVal StopAt As Long, Optional ByVal GoneAt As Long) As String
    Setup
    Server.StopAt = StopAt
    Server.GoneAt = GoneAt
    Said = ""
    Work "check", "x"
    RunTask = Server.Log & "|" & Application.Bar & "|" & Said & "|" & Application.EnableCancelKey
End Function

Public Function Python() As Object
    Set Python = Server
End Function

Public Function Failure() As String
End Function

Public Sub StopPython()
    Server.Log = Server.Log & "let go "
End Sub

Public Sub DescribeFunctions()
End Sub

Public Function MsgBox(ByVal Text As String, ByVal Kind As Long, ByVal Title As String) As Long
    Said = Said & Text
End Function
"""
SERVER = """
Public Log As String, Steps As Long, StopAt As Long, GoneAt As Long
Public Function Module(ByVal Name As String) As String
    Module = Name
End Function
Public Function Tuple(ByVal A As String, ByVal B As String) As String
    Tuple = "(" & A & "," & B & ")"
End Function
Public Function Str(ByVal Value As String) As String
    Str = Value
End Function
Public Sub SetAttr(ByVal A As Variant, ByVal B As Variant, ByVal C As Variant)
End Sub
Public Function [Call](ByVal Where As String, ByVal What As String, Optional ByVal Given As String) As String
    Log = Log & What & Given & " "
    [Call] = NextStep()
End Function
Private Function NextStep() As String
    Steps = Steps + 1
    If Steps = StopAt Then Err.Raise 18, "Excel", "User interrupt occurred"
    If Steps = GoneAt Then
        GoneAt = 0
        Steps = 0
        Err.Raise 462, "Excel", "The remote server machine does not exist or is unavailable"
    End If
    If Steps < 3 Then NextStep = "~step " & Steps Else NextStep = "All is well."
End Function
Public Function Start(ByVal Task As String, ByVal Argument As String, Optional ByVal Book As Variant) As String
    Log = Log & "start(" & Task & "," & Argument & ") "
    Start = NextStep()
End Function
Public Function Advance() As String
    Log = Log & "advance "
    Advance = NextStep()
End Function
Public Sub Cancel()
    Log = Log & "cancel "
End Sub
"""


def procedures(module: str, *names: str) -> str:
    """Some procedures of a module kept as a file."""
    text = wrappers.file_module(module)
    found = [
        re.search(rf"^Public (Function|Sub) {name}\(.*?^End \1$", text, re.MULTILINE | re.DOTALL)
        for name in names
    ]
    assert all(found)
    return "\n".join(each[0] for each in found if each)


@pytest.fixture(scope="module", params=["dll", "com"])
def vba(request: pytest.FixtureRequest) -> Any:
    made = pyopenvba.Interpreter()
    classes = {
        "PretendBook": BOOK,
        "PretendSheet": SHEET,
        "Found": FOUND,
        "PretendCell": CELL,
        "PretendApp": APP,
    }
    classes |= {"PretendServer": SERVER.replace("[Call]", "CallIt")}
    for name, source in classes.items():
        made.add_module(source, name=name, kind="class")
    made.add_module(HOST, name="Host")
    made.add_module(wrappers.file_module("BankableRebind"), name="BankableRebind")
    made.add_module(wrappers.known_names(udfs.FUNCTIONS.values()), name="Names")
    tasks = procedures(
        f"BankablePython.{request.param}", "StartTask", "AdvanceTask", "CancelTask"
    ).replace("Server.Call", "Server.CallIt")
    constant = 'Private Const RIBBON_MODULE As String = "bankable.addin.excel.ribbon"\n'
    made.add_module(constant + tasks, name="BankablePython")
    made.add_module(procedures("BankableCall", "IsGone", "LetGo"), name="BankableCall")
    ribbon = (
        wrappers.file_module("BankableRibbon")
        .replace("Server.Call", "Server.CallIt")
        .replace("As BankableEvents", "As Object")
    )
    made.add_module(
        ribbon.replace("New BankableEvents", "Nothing").replace("    DoEvents\n", ""),
        name="BankableRibbon",
    )
    return made


def test_a_travelled_book_is_bound_to_this_machine(vba: Any) -> None:
    mended, changed, saved, alerts, *entered = str(vba.run("Travel", [])).split("|")
    assert mended == "4"  # one link, three cells
    assert changed.startswith("C:\\Users\\you\\AddIns\\Bankable.xlam -> C:\\Users\\me\\")
    assert changed.count("->") == 1
    assert (saved, alerts) == ("True", "True")
    assert entered == ["2:=SURVIVAL(4)", "1:=SURVIVAL(4)+1", "2:=SURVIVAL(4)", ""]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("='C:\\a b\\bankable.xlam'!SURVIVAL(4)", "=SURVIVAL(4)"),
        ("=bankable.xlam!SURVIVAL(4)+bankable.xlam!IDC(1,2)", "=SURVIVAL(4)+IDC(1,2)"),
        (
            "=SUM('My sheet'!A1,'https://x/y/Bankable.XLAM'!IDC(1,2))",
            "=SUM('My sheet'!A1,IDC(1,2))",
        ),
        ("=SURVIVAL(4)", "=SURVIVAL(4)"),
        ("=_xldudf_BANKABLE_SURVIVAL(4)+bankable.idc (1,2)", "=SURVIVAL(4)+idc (1,2)"),
        (
            "=IF(A1,_xldudf_bankable_SURVIVAL(_xldudf_BANKABLE_IDC(1,2)),BANKABLE.IDC(1,2))",
            "=IF(A1,SURVIVAL(IDC(1,2)),IDC(1,2))",
        ),
        (
            "=_xldudf_BANKABLE_SURVIVALS(4)+_xll.SUM(1)+MY_BANKABLE.IDC(1)",
            "=_xldudf_BANKABLE_SURVIVALS(4)+_xll.SUM(1)+MY_BANKABLE.IDC(1)",
        ),
        (
            '=IDC(1,2)&"BANKABLE.IDC(1,2)"&BANKABLE.IDC(1,2)',
            '=IDC(1,2)&"BANKABLE.IDC(1,2)"&IDC(1,2)',
        ),
        ("=BANKABLE.", "=BANKABLE."),
    ],
)
def test_paths_of_an_addin_are_taken_out_of_formulas(vba: Any, before: str, after: str) -> None:
    assert vba.run("PlainNames", [before]) == after


@pytest.mark.parametrize("spelling", formulas.SPELLINGS)
def test_vba_and_the_reader_of_files_know_the_same_spellings(vba: Any, spelling: str) -> None:
    assert function_names.WEB in formulas.SPELLINGS
    for name in udfs.FUNCTIONS:
        written = f"=1+{spelling}{name}(A1)"
        assert vba.run("PlainNames", [written]) == f"=1+{name}(A1)"
        assert formulas.renamed(written, "", lambda where: False, formulas.our_names()) == (
            f"=1+{name}(A1)",
            1,
        )


def test_only_a_book_whose_links_are_all_ours_is_silenced(vba: Any) -> None:
    ours, other = '"C:\\x\\bankable.xlam"', '"C:\\x\\prices.xlsx"'
    for links, expected in (ours, 2), (f"{ours}, {other}", 1):
        name = f"Links{expected}"
        vba.add_module(
            f"Public Function {name}() As Long\n{name} = Quiet(Array({links}))\nEnd Function",
            name=f"Ask{expected}",
        )
        assert int(vba.run(name, [])) == expected


def test_a_task_runs_step_by_step_and_says_how_it_ended(vba: Any) -> None:
    log, bar, said, key = str(vba.run("RunTask", [0])).split("|")
    assert log == "start(check,x) advance advance "
    assert bar == "Bankable: step 1 (Esc stops)/Bankable: step 2 (Esc stops)/False/"
    assert said == "All is well."
    assert key == "1"


def test_a_task_begins_again_when_python_was_gone(vba: Any) -> None:
    log, _, said, _ = str(vba.run("RunTask", [0, 1])).split("|")
    assert log == "start(check,x) let go start(check,x) advance advance "
    assert said == "All is well."


def test_esc_stops_a_task(vba: Any) -> None:
    log, _, said, key = str(vba.run("RunTask", [2])).split("|")
    assert log == "start(check,x) advance cancel "
    assert said.startswith("Stopped")
    assert key == "1"
