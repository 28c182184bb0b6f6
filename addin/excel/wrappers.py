"""The VBA of the Excel door, written from the register: a wrapper a function, and the texts of the
function wizard.

The other modules are the files in `vba/`; here only their few settings are filled in.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable
from importlib import metadata, resources

from bankable import udfs
from bankable.addin.excel import com_server
from bankable.addin.excel.coercion import LEFT_OUT
from bankable.addin.excel.functions import category
from bankable.templates.engine.formulas import SPELLINGS
from bankable.udfs.registry import Function

LONGEST_TEXT = 255  # what Application.MacroOptions takes

# Names that VBA keeps for itself, in small letters.
_KEPT = """
and any array as boolean byref byte byval call case cbool cbyte cdate cdbl cint clng close const currency date debug decimal
declare dim do double each else elseif empty end enum eqv erase error event exit false fix for friend function get global gosub
goto if imp implements in input int integer is lbound len let like lock long loop lset me mod name new next not nothing null
object on open option optional or paramarray preserve print private property public put raiseevent redim rem resume return rset
scale seek select set sgn single spc static step stop string sub tab then time to true type ubound unlock until variant wend while
width with withevents write xor
"""
RESERVED = frozenset(_KEPT.split())

ADDIN_MODULES = (
    "BankableCall",
    "BankableRebind",
    "BankableRibbon",
    "BankableEvents",
)
BOOK_MODULES = ("BankableCall",)
CLASSES = ("BankableEvents", "ThisWorkbook")


def plain(text: str) -> str:
    """A text in the characters that a VBA module holds (Windows-1252), others replaced by near
    ones.
    """
    for special, near in (("≤", "<="), ("≥", ">="), ("−", "-"), ("→", "->"), ("≈", "about ")):
        text = text.replace(special, near)
    kept = "".join(
        c if c.encode("cp1252", "ignore") else unicodedata.normalize("NFKD", c) for c in text
    )
    return kept.encode("cp1252", "replace").decode("cp1252")


def quoted(text: str) -> str:
    """A VBA text constant on one line, cut to what the wizard takes."""
    short = textwrap.shorten(plain(text), LONGEST_TEXT, placeholder="...")
    return '"' + short.replace('"', '""') + '"'


def argument_names(entry: Function) -> list[str]:
    """The arguments' names as VBA can take them: those of the register, with an underscore where
    VBA keeps the name.
    """
    return [
        f"{p.name}_" if p.name.lower() in RESERVED or p.name.upper() == entry.name else p.name
        for p in entry.cell_params
    ]


def wrapper(entry: Function) -> str:
    """The VBA function of a worksheet function."""
    names = argument_names(entry)
    heads = [
        f"{'Optional ' if p.optional else ''}{name} As Variant"
        for p, name in zip(entry.cell_params, names, strict=True)
    ]
    values = [f"Given({name})" for name in names]
    lines = [
        f"Public Function {entry.name}({_wrapped(heads, 8)}) As Variant",
        f"Attribute {entry.name}.VB_Description = {quoted(entry.summary)}",
        f'    {entry.name} = CallPython("{entry.name}", Array({_wrapped(values, 8)}))',
        "End Function",
    ]
    return "\n".join(lines)


def _wrapped(parts: list[str], indent: int) -> str:
    """Parts with commas, four a line: VBA allows 1,023 characters a line and 24 continued lines."""
    groups = [", ".join(parts[i : i + 4]) for i in range(0, len(parts), 4)]
    return (", _\n" + " " * indent).join(groups)


def description(entry: Function) -> str:
    """The statement that gives a function its texts in the wizard, in a procedure of its own (VBA
    limits a procedure's size).
    """
    helps = (", _\n        ").join(quoted(p.help) for p in entry.cell_params)
    return "\n".join(
        [
            f"Private Sub Describe_{entry.name}()",
            (
                f'    Tell "{entry.name}", {quoted(entry.summary)}, {quoted(category(entry))},'
                f" Array( _\n        {helps})"
            ),
            "End Sub",
        ]
    )


_WIZARD = """Option Explicit
Option Private Module
' The texts of the function wizard. Written by "python -m bankable.addin.generate" from the register.

Private Described As Boolean

' Gives every function its texts, once, as soon as a book is open (Excel refuses without one).
Public Sub DescribeFunctions()
    Dim WasAddin As Boolean
    If Described Then Exit Sub
    If ActiveWorkbook Is Nothing Then Exit Sub
    Described = True
    On Error GoTo Hidden
    DescribeAll
    Exit Sub
Hidden:
    Resume Shown
Shown:
    ' Some versions of Excel describe no function of a hidden book: it is shown for a moment.
    On Error Resume Next
    WasAddin = ThisWorkbook.IsAddin
    ThisWorkbook.IsAddin = False
    DescribeAll
    ThisWorkbook.IsAddin = WasAddin
    ThisWorkbook.Saved = True
End Sub

Private Sub Tell(ByVal FunctionName As String, ByVal Text As String, ByVal Category As String, ByVal Arguments As Variant)
    Application.MacroOptions Macro:="'" & ThisWorkbook.Name & "'!" & FunctionName, Description:=Text, Category:=Category, _
        ArgumentDescriptions:=Arguments
End Sub

"""


def known_names(entries: Iterable[Function]) -> str:
    """The function that tells whether a name is in the register."""
    cases = [f'"{entry.name}"' for entry in entries]
    lines = [
        f"        Case {', '.join(cases[i : i + 6])}: IsFunctionOfOurs = True"
        for i in range(0, len(cases), 6)
    ]
    return "\n".join(
        [
            "' Whether a function of this name is ours, in any case of letters.",
            "Public Function IsFunctionOfOurs(ByVal FunctionName As String) As Boolean",
            "    Select Case UCase$(FunctionName)",
            *lines,
            "    End Select",
            "End Function",
            "",
        ]
    )


def wizard(entries: Iterable[Function]) -> str:
    """The module that gives all functions their wizard texts."""
    entries = list(entries)
    calls = "\n".join(f"    Describe_{entry.name}" for entry in entries)
    return (
        f"{_WIZARD}{known_names(entries)}\nPrivate Sub DescribeAll()\n{calls}\nEnd Sub\n\n"
        + "\n\n".join(description(entry) for entry in entries)
        + "\n"
    )


def functions_module(entries: Iterable[Function]) -> str:
    """The module of wrappers: the only one whose procedures a cell can see."""
    head = (
        "Option Explicit\n' One wrapper a worksheet function. Written by \"python -m"
        ' bankable.addin.generate" from the register.\n\n'
    )
    return head + "\n\n".join(wrapper(entry) for entry in entries) + "\n"


def file_module(name: str) -> str:
    """A module kept as a file in `vba/`, its settings filled in."""
    folder = resources.files("bankable.addin.excel") / "vba"
    ending = "cls" if name.partition(".")[0] in CLASSES else "bas"
    text = (folder / f"{name}.{ending}").read_text(encoding="utf-8")
    spellings = ", ".join(f'"{spelling}"' for spelling in SPELLINGS)
    return (
        text.replace("{xlwings}", metadata.version("xlwings"))
        .replace("{left_out}", LEFT_OUT)
        .replace("{spellings}", spellings)
        .replace("{prog_id}", com_server.PROG_ID)
    )


def modules(for_addin: bool, by_com_server: bool = False) -> dict[str, str]:
    """All modules of the add-in, or of a book that carries the functions itself, by name;
    "ThisWorkbook" among them.

    Python is started by xlwings' DLL, or by Windows' COM service.
    """
    entries = list(udfs.FUNCTIONS.values())
    texts = {name: file_module(name) for name in (ADDIN_MODULES if for_addin else BOOK_MODULES)}
    texts["BankablePython"] = file_module(f"BankablePython.{'com' if by_com_server else 'dll'}")
    texts["BankableFunctions"] = functions_module(entries)
    texts["BankableWizard"] = wizard(entries)
    texts["ThisWorkbook"] = file_module("ThisWorkbook.addin" if for_addin else "ThisWorkbook.book")
    return {name: text.replace("\r\n", "\n").replace("\n", "\r\n") for name, text in texts.items()}
