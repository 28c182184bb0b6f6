"""The doctor's start of Python: for real on this machine, and on a pretended PC where Windows, a
rule or another `bankable` stops it; and the proof that `install` makes with Excel.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import bankable
from bankable.addin import cli
from bankable.addin.excel import (
    addin_file,
    com_server,
    doctor,
    excel_proof,
    installation,
    programs,
)
from bankable.addin.excel.diagnosis import search_path, start
from bankable.addin.excel.diagnosis.finding import FAULT, OK, WARNING, Finding
from bankable.addin.excel.programs import RealStarter, Stopped
from bankable.addin.excel.system import System, this_system
from bankable.templates.refusal import Refusal
from tests.addin.excel.pretend_windows import Server, pc, registry, starter


@pytest.fixture
def windows(tmp_path: Path) -> System:
    return pc(tmp_path)


def one(findings: list[Finding], check: str) -> Finding:
    [finding] = [finding for finding in findings if finding.check == check]
    return finding


# For real, here --------------------------------------------------------------------------------


def test_python_is_really_started_and_answers() -> None:
    finding = one(list(start.python_starts(this_system())), "Python starts")
    assert finding.state == OK
    assert sys.executable in finding.seen


def test_a_bankable_py_on_its_path_is_found_by_the_start_and_by_looking(tmp_path: Path) -> None:
    (tmp_path / "bankable.py").write_text("x = 1\n")
    system = replace(this_system(), environment={"PYTHONPATH": str(tmp_path)})
    for check, name in (
        (start.python_starts, "Python starts"),
        (search_path.path_first, "search path"),
    ):
        finding = one(list(check(system)), name)
        assert finding.state == FAULT
        assert f"{tmp_path / 'bankable.py'} is in the way" in finding.seen


def test_a_python_that_does_not_start_is_a_finding(tmp_path: Path) -> None:
    system = replace(this_system(), python=tmp_path / "python.exe")
    finding = one(list(start.python_starts(system)), "Python starts")
    assert finding.state == FAULT
    assert "it does not exist" in finding.seen


def test_a_program_that_hangs_is_ended() -> None:
    with pytest.raises(Stopped, match="did not end within 1 seconds"):
        RealStarter().run([sys.executable, "-c", "import time; time.sleep(30)"], {}, 1)


def test_what_this_python_tells_is_written_to_the_file(tmp_path: Path) -> None:
    answer = tmp_path / "answer.json"
    subprocess.run([sys.executable, "-P", "-c", start._TELL, str(answer)], check=True, timeout=60)
    told = json.loads(answer.read_text())
    assert told["version"] == bankable.__version__
    assert start._is_due(told["survival"])


def test_a_function_that_only_another_version_has_is_said() -> None:
    import bankable_start

    with pytest.raises(
        AttributeError, match=r"asks for OF_TOMORROW.*Bankable \d.*bankable install"
    ):
        bankable_start.OF_TOMORROW  # noqa: B018


# On a pretended PC -----------------------------------------------------------------------------


def test_it_starts_as_the_add_in_does(windows: System) -> None:
    installation.install(windows, proven=False)
    findings = doctor.examine(windows)
    assert one(findings, "Python starts").state == OK
    assert one(findings, "Python answers Excel's way").state == OK
    [command] = starter(windows).commands
    assert command[:2] == [str(windows.python), "-P"]
    [(name, line)] = starter(windows).asked
    serve = f"import xlwings; xlwings.serve('{name}')"
    assert line.endswith(f'/K ""{windows.python}" -P -c "{serve}""')
    assert "cmd.exe" in line.partition("/K")[0]


def test_pythonpath_is_the_registrys_and_not_the_terminals(windows: System, tmp_path: Path) -> None:
    assert "PYTHONPATH" not in search_path.excels_environment(windows)
    (tmp_path / "bankable.py").write_text("")
    registry(windows).user[search_path.USER_VARIABLES] = {"PYTHONPATH": str(tmp_path)}
    assert search_path.excels_environment(windows)["PYTHONPATH"] == str(tmp_path)
    finding = one(doctor.examine(windows), "search path")
    assert finding.state == FAULT
    assert str(tmp_path / "bankable.py") in finding.seen
    assert finding.owner.startswith("you")
    com_server.register(windows)
    assert one(doctor.examine(windows), "search path").state == OK
    del registry(windows).user[search_path.USER_VARIABLES]
    com_server.unregister(windows)
    registry(windows).machine[search_path.MACHINE_VARIABLES] = {"PYTHONPATH": str(tmp_path)}
    assert one(doctor.examine(windows), "search path").owner.startswith("IT")


def test_a_foreign_package_is_a_stranger_and_another_copy_of_ours_is_not(tmp_path: Path) -> None:
    (tmp_path / "bankable" / "udfs").mkdir(parents=True)
    (tmp_path / "bankable" / "__init__.py").write_text("")
    assert search_path.strangers_in(tmp_path) == [f"bankable{search_path.os.sep}"]
    (tmp_path / "bankable" / "udfs" / "registry.py").write_text("")
    assert search_path.strangers_in(tmp_path) == []
    (tmp_path / "xlwings.py").write_text("")
    assert search_path.strangers_in(tmp_path) == ["xlwings.py"]


@pytest.mark.parametrize(
    ("number", "words", "owner"),
    [
        (1260, "AppLocker", "IT"),
        (4551, "App Control", "IT"),
        (225, "virus scanner", "IT"),
        (5, "access is denied", "IT"),
        (2, "does not exist", ""),
        (-2147221164, "not registered", ""),
        (-2146959355, "did not report in time", ""),
        (-2147023636, "AppLocker", "IT"),
        (-2147024891, "access is denied", "IT"),
        (77, "Windows says: 77 something", ""),
    ],
)
@pytest.mark.parametrize("by_com_server", [False, True])
def test_what_windows_says_is_put_into_words(
    windows: System, number: int, words: str, owner: str, by_com_server: bool
) -> None:
    installation.install(windows, by_com_server=by_com_server, proven=False)
    starter(windows).stopped = starter(windows).com_stopped = Stopped(number, "something")
    findings = doctor.examine(windows)
    for check in ("Python starts", "Python answers Excel's way"):
        finding = one(findings, check)
        assert finding.state == FAULT
        assert words in finding.seen
        assert finding.owner == owner
        assert finding.mend


def test_wrong_and_missing_answers_are_faults(windows: System) -> None:
    installation.install(windows, proven=False)
    for told, words in (
        (None, "ModuleNotFoundError: numpy"),
        ({"in_the_way": "C:/x/bankable.py is in the way"}, "is in the way"),
        ({"version": bankable.__version__, "survival": [[2.0]] * 4}, "answers"),
        ({"version": bankable.__version__}, "answers None"),
    ):
        starter(windows).told = told
        finding = one(doctor.examine(windows), "Python starts")
        assert finding.state == FAULT
        assert words in finding.seen
    starter(windows).told = {"version": "0.0.9", "survival": [[1.0], [0.85], [0.7225], [0.614125]]}
    assert one(doctor.examine(windows), "Python starts").state == WARNING
    for answer in (((1.0,), (2.0,)), None, "#VALUE!", ((1.0,), ("x",), (3.0,), (4.0,))):
        starter(windows).server = Server(answer)
        assert one(doctor.examine(windows), "Python answers Excel's way").state == FAULT


# COM, with pywin32 replaced --------------------------------------------------------------------


class ComError(Exception):
    pass


def com_modules(monkeypatch: pytest.MonkeyPatch, failures: int, error: ComError) -> list[str]:
    """pywin32's parts that the starter uses: the class is known after some failures."""
    log: list[str] = []

    def create(number: str, outer: None, context: int, interface: int) -> Any:
        log.append(f"create {number} {context} {interface}")
        if len([line for line in log if line.startswith("create")]) <= failures:
            raise error
        return Server()

    pythoncom = SimpleNamespace(
        CoInitialize=lambda: None,
        com_error=ComError,
        CLSCTX_LOCAL_SERVER=4,
        IID_IDispatch=9,
        CoCreateInstance=create,
    )
    monkeypatch.setitem(sys.modules, "pythoncom", pythoncom)
    monkeypatch.setitem(sys.modules, "pywintypes", SimpleNamespace(IID=lambda name: f"<{name}>"))
    client = SimpleNamespace(Dispatch=lambda raw: raw)
    monkeypatch.setitem(sys.modules, "win32com", SimpleNamespace(client=client))
    monkeypatch.setitem(sys.modules, "win32com.client", client)
    monkeypatch.setattr(
        programs.subprocess,
        "Popen",
        lambda command, **_: log.append(f"start {command}") or SimpleNamespace(pid=7),
    )
    monkeypatch.setattr(
        programs.subprocess, "run", lambda command, **_: log.append(" ".join(command[1:]))
    )
    return log


def test_a_started_server_is_waited_for_asked_and_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    log = com_modules(monkeypatch, 2, ComError(-2147221164, "Class not registered"))
    answer, seconds = RealStarter().ask_com("{X}", "cmd line", start._ask, 5)
    assert start._is_due(answer)
    assert seconds < 5
    assert log == ["start cmd line", *["create <{X}> 4 9"] * 3, "/f /t /pid 7"]


def test_a_server_that_hangs_is_ended_too(monkeypatch: pytest.MonkeyPatch) -> None:
    log = com_modules(monkeypatch, 0, ComError(0, ""))
    hanging = threading.Event()
    with pytest.raises(Stopped, match="no answer came within"):
        RealStarter().ask_com("{X}", "cmd line", lambda server: hanging.wait(60), -4)
    hanging.set()
    assert log == ["start cmd line", "create <{X}> 4 9", "/f /t /pid 7"]


def test_a_class_of_the_registry_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    log = com_modules(monkeypatch, 1, ComError(-2147221164, "Class not registered"))
    with pytest.raises(Stopped) as stopped:
        RealStarter().ask_com("Bankable.Python", "", start._ask, 5)
    assert stopped.value.number == -2147221164
    assert log == ["create <Bankable.Python> 4 9"]


# The proof in Excel ----------------------------------------------------------------------------


def test_install_says_what_excel_calculated(windows: System) -> None:
    done = installation.install(windows)
    assert done.fault == ""
    assert done.steps[-1] == "Excel 16.0 calculated =SURVIVAL(4,0,0.85,1): 1, 0.85, 0.7225, 0.6141"
    assert starter(windows).commands[-1][-2] == str(windows.addins_folder / "bankable.xlam")


@pytest.mark.parametrize(
    ("excel", "words"),
    [
        ({"shown": ["#NAME?"] * 4}, "its macros did not run"),
        ({"shown": ["#VALUE!"] * 4}, "Python could not be reached"),
        ({"shown": [1.0, 1.0, 1.0, 1.0]}, "shows 1.0"),
        ({"fault": "com_error: (-1, 'no {such} class')"}, "no {such} class"),
        (None, "ModuleNotFoundError: numpy"),
    ],
)
def test_install_names_the_fault(windows: System, excel: Any, words: str) -> None:
    starter(windows).excel = excel
    done = installation.install(windows)
    assert words in done.fault
    assert installation.ADDIN_NAME in done.steps[0]


def test_install_does_not_wait_for_ever(windows: System) -> None:
    starter(windows).stopped = Stopped(0, "it did not end within 180 seconds")
    assert "--no-proof leaves this out" in installation.install(windows).fault
    assert installation.install(windows, proven=False).fault == ""


def test_the_command_fails_where_the_proof_does(
    windows: System, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bankable.addin.excel.system.this_system", lambda: windows)
    assert cli.main(["install", "--com-server"]) == cli.DONE
    assert "Installed." in capsys.readouterr().out
    starter(windows).excel = {"shown": ["#NAME?"] * 4}
    assert cli.main(["install"]) == cli.FAILED
    told = capsys.readouterr()
    assert "Installed." not in told.out
    assert "its macros did not run" in told.err
    assert cli.main(["install", "--no-proof"]) == cli.DONE


class PretendApp:
    """The part of xlwings that the proof uses."""

    version = "16.0"

    def __init__(self, shown: list[Any], log: list[str]) -> None:
        self.shown, self.log = shown, log
        self.books = self
        self.sheets = [self]
        self.display_alerts = True

    def open(self, path: str, read_only: bool) -> None:
        assert read_only
        self.log.append(f"open {path}")

    def add(self) -> PretendApp:
        return self

    def range(self, first: Any, last: Any) -> PretendApp:
        assert (first, last) == ((1, 1), (4, 1))
        return self

    def options(self, ndim: int, err_to_str: bool) -> Any:
        assert ndim == 2
        assert err_to_str
        return SimpleNamespace(value=[[value] for value in self.shown])

    def calculate(self) -> None:
        self.log.append(f"calculate {self.formula_array}")

    formula_array = ""

    def close(self) -> None:
        self.log.append("close")

    def quit(self) -> None:
        self.log.append("quit")

    def kill(self) -> None:
        self.log.append("kill")


def test_excel_is_ended_whatever_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log: list[str] = []
    app = PretendApp([1.0, 0.85, 0.7225, 0.614125], log)
    xlwings = SimpleNamespace(App=lambda visible, add_book: app)
    told = excel_proof.calculated(xlwings, Path("bankable.xlam"))
    assert excel_proof.as_due(told["shown"])
    ended = ["close", "quit", "kill"]
    assert log == ["open bankable.xlam", "calculate =SURVIVAL(4,0,0.85,1)", *ended]
    monkeypatch.setattr(PretendApp, "open", lambda self, path, read_only: 1 / 0)
    monkeypatch.setitem(sys.modules, "xlwings", xlwings)
    with pytest.raises(SystemExit):
        excel_proof.main("bankable.xlam", str(tmp_path / "answer.json"))
    assert log[-2:] == ["quit", "kill"]
    assert "ZeroDivisionError" in json.loads((tmp_path / "answer.json").read_text())["fault"]


# A workbook beside it --------------------------------------------------------------------------


def book_of(path: Path, version: str | None) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Cover"
    if version:
        sheet["B4"], sheet["C4"] = "Version of Bankable", version
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("version", "state", "words"),
    [
        (bankable.__version__, OK, "is of this version"),
        ("99.1.0", WARNING, "Install 99.1.0 here"),
        ("0.0.1", WARNING, "`bankable compare` on it"),
        (None, OK, "no comparison of Bankable's"),
    ],
)
def test_a_workbook_of_another_version_is_said(
    tmp_path: Path, version: str | None, state: str, words: str
) -> None:
    findings = doctor.examine(pc(tmp_path), book_of(tmp_path / "deal.xlsx", version))
    finding = one(findings, "workbook")
    assert finding.state == state
    assert words in finding.seen
    assert one(findings, "beside the workbook").state == OK


def test_what_is_no_workbook_is_said(tmp_path: Path) -> None:
    (tmp_path / "deal.xlsx").write_text("no workbook")
    finding = one(doctor.examine(pc(tmp_path), tmp_path / "deal.xlsx"), "workbook")
    assert finding.state == WARNING
    assert "no .xlsx workbook" in finding.seen


def test_a_bankable_py_beside_a_workbook_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = book_of(tmp_path / "deal.xlsx", bankable.__version__)
    (tmp_path / "bankable.py").write_text("")
    assert cli.main(["doctor", "--book", str(book), "--json"]) == cli.DONE
    told = {item["check"]: item for item in json.loads(capsys.readouterr().out)}
    assert str(tmp_path / "bankable.py") in told["beside the workbook"]["seen"]
    assert cli.main(["doctor", "--book", str(tmp_path / "none.xlsx")]) == cli.FAILED
    assert "does not exist" in capsys.readouterr().err


def test_the_store_s_python_is_refused(windows: System) -> None:
    store = Path("C:/Program Files/WindowsApps/PythonSoftwareFoundation.Python.3.12")
    system = replace(windows, base_prefix=store)
    with pytest.raises(Refusal, match="Microsoft Store"):
        installation.install(system)
    assert any("Microsoft Store" in f.seen and f.state == FAULT for f in doctor.examine(system))


def test_an_add_in_of_another_version_is_said_by_its_version(windows: System) -> None:
    installation.install(windows, proven=False)
    place = windows.addins_folder / "bankable.xlam"
    for words, seen in (("0.1.9", "is of Bankable 0.1.9, and this Python has"), ("", "is older")):
        core = f"<cp:keywords>bankable {words}</cp:keywords>" if words else ""
        place.write_bytes(addin_file.zipped({"docProps/core.xml": core.encode()}))
        assert seen in one(doctor.examine(windows), "add-in").seen
    place.write_bytes(installation.shipped_addin())
    mark = Path(f"{place}:Zone.Identifier")  # a stream of the file, on Windows
    mark.write_text("[ZoneTransfer]\nZoneId=3")
    found = [f for f in doctor.examine(windows) if f.check == "add-in" and f.state == FAULT]
    assert "from the internet" in found[0].seen
