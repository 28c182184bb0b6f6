"""The ribbon's tasks on a pretended workbook: what they write, colour and say, step by step, and
that they can be stopped.
"""

from __future__ import annotations

import ctypes
import sys
import uuid
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import xlwings.utils

import bankable
from bankable import udfs
from bankable.addin.excel import book_places, functions, ribbon, system
from tests.addin.excel.pretend_excel import PretendBook


def run(task: str, book: Any, argument: str = "") -> tuple[list[str], str]:
    """The texts of the status bar, and the closing message."""
    steps, said = [], ribbon.start(task, argument, book)
    while said.startswith("~"):
        steps.append(said[1:])
        said = ribbon.advance()
    return steps, said


def test_check_colours_what_fails_and_takes_its_colours_back(tmp_path: Path) -> None:
    book = PretendBook(
        tmp_path,
        Summary={"B2": "DSCR", "C2": "#NUM!", "D2": 1.3},
        Checks={
            "B5": "Sources equal uses",
            "H5": "FAIL",
            "B6": "Debt is repaid",
            "H6": "OK",
            "B7": "Function",
            "H7": "functions absent",
        },
    )
    book.sheets["Summary"].colours[2, 3] = (1, 2, 3)
    steps, said = run("check", book)
    assert steps == ["calculating", "checking Summary", "checking Checks"]
    assert said.startswith("1 checks fail and 1 cells show an error")
    assert "- Sources equal uses" in said
    assert "1 checks could not be made" in said
    assert book.sheets["Summary"].colours == {(2, 3): ribbon.MARK}
    assert book.sheets["Checks"].colours == {(5, 8): ribbon.MARK}
    book.sheets["Summary"].values[2, 3] = 1.4
    book.sheets["Checks"].values[5, 8] = "OK"
    _, said = run("check", book)
    assert said.startswith("Every check passes")
    assert book.sheets["Summary"].colours == {(2, 3): (1, 2, 3)}
    assert book.sheets["Checks"].colours == {(5, 8): None}


def test_refresh_calculates_only_heavy_functions(tmp_path: Path) -> None:
    book = PretendBook(
        tmp_path,
        Stress={
            "A1": "=DSCR_FAN(B1:B9,C1:C9,0.2)",
            "A2": "=DSCR_MIN(B1:B9,C1:C9)",
            "A3": "=[1]!TORNADO(B1:C9)",
            "A4": '="TORNADO("',
        },
    )
    steps, said = run("refresh", book)
    assert steps[-1] == "calculating Stress!A3, 2 of 2"
    assert book.sheets["Stress"].log == [
        "dirty $A$1",
        "calculate $A$1",
        "dirty $A$3",
        "calculate $A$3",
    ]
    assert said == "2 cells calculated anew."


def test_a_task_can_be_stopped_between_steps(tmp_path: Path) -> None:
    book = PretendBook(
        tmp_path, Stress={f"A{i}": "=DSCR_FAN(B1:B9,C1:C9,0.2)" for i in range(1, 9)}
    )
    assert ribbon.start("refresh", "", book).startswith("~looking")
    ribbon.advance()
    ribbon.advance()
    ribbon.cancel()
    assert ribbon.advance() == ""
    assert not ribbon.running()
    assert book.sheets["Stress"].log == ["dirty $A$1", "calculate $A$1"]


@pytest.mark.parametrize("name", ["SURVIVAL", "IDC", "OFFTAKE_NPV"])
def test_insert_lays_a_labelled_block_that_calls_the_function(tmp_path: Path, name: str) -> None:
    book = PretendBook(tmp_path, Sheet={})
    sheet, entry = book.sheets["Sheet"], udfs.FUNCTIONS[name]
    book.selection = sheet.range("B3")
    _, said = run("insert", book, name)
    assert said.startswith("Fill in the blue cells")
    assert [sheet.values[4 + i, 2] for i in range(len(entry.cell_params))] == [
        p.name for p in entry.cell_params
    ]
    for i, param in enumerate(entry.cell_params):
        assert sheet.values.get((4 + i, 3)) == param.default
        assert param.help in sheet.values[4 + i, 4]
    [(place, formula)] = sheet.formulas.items()
    assert place == (4 + len(entry.cell_params), 3)
    assert formula == f"={name}({', '.join(f'C{4 + i}' for i in range(len(entry.cell_params)))})"
    book.selection = sheet.range("A1")
    before = dict(sheet.values)
    _, said = run("insert", book, name)
    assert "choose another place" in said
    assert sheet.values == before


def test_the_defaults_in_an_inserted_block_are_arguments_that_the_function_takes() -> None:
    for entry in udfs.FUNCTIONS.values():
        for param in entry.cell_params:
            if param.default is not None:
                param.read(param.default)


def test_memo_is_written_from_a_copy_beside_the_workbook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("bankable.templates.memo.write")
    seen: list[tuple[str, bytes, str]] = []

    def memo(workbook: str, out: str) -> SimpleNamespace:
        seen.append((Path(workbook).name, Path(workbook).read_bytes(), out))
        return SimpleNamespace(text=f"Memo: {out}")

    module.memo = memo  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bankable.templates.memo.write", module)
    steps, said = run("memo", PretendBook(tmp_path, Summary={}))
    assert steps == ["reading the workbook", "writing the memo"]
    assert seen == [("deal.xlsx", b"a copy", str(tmp_path / "deal memo.docx"))]
    assert said == f"Memo: {tmp_path / 'deal memo.docx'}"


def test_new_builds_a_comparison_and_opens_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    (tmp_path / "Documents").mkdir()
    module = ModuleType("bankable.templates.comparison.compare")
    module.new = lambda path: Path(path).write_bytes(b"new")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bankable.templates.comparison.compare", module)
    book = PretendBook(tmp_path, Summary={})
    run("new", book)
    run("new", book)
    assert book.opened == [
        str(tmp_path / "Documents" / f"comparison{n}.xlsx") for n in ("", " (2)")
    ]


# as Excel tells a workbook's place when it was opened from there
ADDRESSES = (
    "https://d.docs.live.net/0123456789abcdef/deals/deal.xlsx",
    "https://bank-my.sharepoint.com/personal/a_b_com/Documents/deal.xlsx",
    "https://bank.sharepoint.com/sites/Credit/Shared Documents/deal.xlsx",
    "https://bank.sharepoint.com/teams/Credit/Shared Documents/deal.xlsx",
)


class CloudBook(PretendBook):
    """A workbook from the web: xlwings' own rule for its full name is asked, which finds no copy
    on this machine.
    """

    address = ""

    @property
    def fullname(self) -> str:
        return str(xlwings.utils.fullname_url_to_local_path(self.address))

    @fullname.setter
    def fullname(self, path: str) -> None:
        return

    @property
    def FullName(self) -> str:
        return self.address


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_book_from_sharepoint_or_onedrive_is_checked_and_gets_its_memo(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    documents = tmp_path / "Documents"
    documents.mkdir()
    module = ModuleType("bankable.templates.memo.write")
    module.memo = lambda workbook, out: SimpleNamespace(text=out)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bankable.templates.memo.write", module)
    monkeypatch.setattr(CloudBook, "address", address)
    book = CloudBook(tmp_path, Summary={"C2": "#NUM!"}, Checks={"B5": "Sources", "H5": "OK"})
    with pytest.raises(Exception, match=r"local|OneDrive|SharePoint"):
        assert book.fullname  # so xlwings itself would answer
    for _ in range(2):
        _, said = run("check", book)
        assert said.startswith("0 checks fail and 1 cells show an error")
    book.sheets["Summary"].values[2, 3] = 1.3
    assert run("check", book)[1].startswith("Every check passes")
    assert book.sheets["Summary"].colours == {(2, 3): None}
    assert run("memo", book)[1] == str(documents / "deal memo.docx")


def test_a_book_that_excel_tells_no_place_of_goes_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    book = PretendBook(tmp_path, Summary={})
    monkeypatch.setattr(PretendBook, "FullName", property(lambda self: 1 / 0))
    assert book_places.place_of(book) == "deal.xlsx"
    assert book_places.beside(book, "memo", ".docx") == tmp_path / "deal memo.docx"


class Shell:
    """Windows' shell: knows the documents folder at a place of its own."""

    def __init__(self, place: Path, answer: int = 0) -> None:
        self.place, self.answer, self.freed = place, answer, 0
        self.shell32 = self.ole32 = self

    def SHGetKnownFolderPath(self, number: Any, flags: int, token: None, out: Any) -> int:
        assert bytes(number) == uuid.UUID("FDD39AD0-238F-46AF-ADB4-6C85480369C7").bytes_le
        if not self.answer:
            out._obj.value = str(self.place)
        return self.answer

    def CoTaskMemFree(self, pointer: Any) -> None:
        self.freed += 1


def test_the_documents_folder_is_the_one_that_the_system_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved, home = tmp_path / "server" / "Dokumente", tmp_path / "home"
    moved.mkdir(parents=True)
    (home / "Documents").mkdir(parents=True)
    monkeypatch.setattr(Path, "home", lambda: home)
    assert system.documents_folder() == home / "Documents"
    monkeypatch.setattr(system.sys, "platform", "win32")
    shell = Shell(moved)
    monkeypatch.setattr(ctypes, "windll", shell, raising=False)
    assert system.documents_folder() == moved
    assert shell.freed == 1
    monkeypatch.setattr(ctypes, "windll", Shell(tmp_path / "gone"))
    assert system.documents_folder() == home / "Documents"
    monkeypatch.setattr(ctypes, "windll", Shell(moved, answer=-2147024894))
    assert system.documents_folder() == home / "Documents"


@pytest.mark.parametrize(
    ("version", "words"),
    [(bankable.__version__, ""), ("99.0.0", "Install 99.0.0 here"), ("0.0.1", "bankable compare")],
)
def test_check_says_that_a_book_is_of_another_version(
    tmp_path: Path, version: str, words: str
) -> None:
    book = PretendBook(tmp_path, Cover={"B4": "Version of Bankable", "C4": version})
    _, said = run("check", book)
    assert said.startswith("Every check passes and no cell shows an error.")
    assert words in said
    assert ("written by Bankable" in said) == bool(words)


def test_explain_tells_the_sentence_of_the_error(tmp_path: Path) -> None:
    ribbon.start("forget")
    assert "met no error" in ribbon.start("explain", "=SURVIVAL(4)")
    assert functions.evaluate(udfs.FUNCTIONS["SURVIVAL"], [[[-4.0]]]) is not None
    assert (
        ribbon.start("explain", "=1+[2]!SURVIVAL(A1)")
        == "SURVIVAL: periods is -4; allowed is from 1 to 1200."
    )
    assert "holds no function" in ribbon.start("explain", "=SUM(A1:A2)")
    ribbon.start("forget")
    assert functions.last_sentence() == ""


def test_a_fault_in_a_task_becomes_a_message(tmp_path: Path) -> None:
    book = PretendBook(tmp_path, Summary={})
    book.calculate = None  # type: ignore[assignment,method-assign]
    _, said = run("check", book)
    assert said.startswith("This did not work")
    assert not ribbon.running()
