"""The way by a COM local server: its registry entries come and go whole, the command in them runs
xlwings' own server, and its VBA needs no DLL, no cmd.exe and no file.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import pytest

from bankable.addin import cli
from bankable.addin.excel import (
    addin_file,
    com_class,
    com_server,
    doctor,
    installation,
    standalone,
    wrappers,
)
from bankable.addin.excel.diagnosis.finding import FAULT
from bankable.addin.excel.installation import OPTIONS_KEY
from bankable.addin.excel.system import System
from bankable.templates.refusal import Refusal
from tests.addin.excel.pretend_windows import files, pc, registry, starter
from tests.addin.excel.test_com_server import as_com, in_python, same, table

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from oletools import olevba

ROOT = Path(__file__).resolve().parents[3]
CLASSES = r"Software\Classes"


@pytest.fixture
def windows(tmp_path: Path) -> System:
    return pc(tmp_path)


def faults(system: System) -> set[str]:
    return {finding.check for finding in doctor.examine(system) if finding.state == FAULT}


# The registry ----------------------------------------------------------------------------------


def test_the_entries_are_those_of_a_local_server_of_one_user(windows: System) -> None:
    installation.install(windows, by_com_server=True)
    pythonw = windows.python.with_name("pythonw.exe")
    number = "{FE593BE4-5CEF-403C-AC9C-9C236BA850D9}"
    command = f'"{pythonw}" -E -P -c "import bankable_start; bankable_start.serve(\'{number}\')"'
    user = registry(windows).user
    assert {key: values for key, values in user.items() if key.startswith(CLASSES)} == {
        rf"{CLASSES}\Bankable.Python": {"": "Bankable: worksheet functions in Python"},
        rf"{CLASSES}\Bankable.Python\CLSID": {"": number},
        rf"{CLASSES}\CLSID\{number}": {"": "Bankable: worksheet functions in Python"},
        rf"{CLASSES}\CLSID\{number}\ProgID": {"": "Bankable.Python"},
        rf"{CLASSES}\CLSID\{number}\LocalServer32": {"": command},
        rf"{CLASSES}\Wow6432Node\CLSID\{number}": {"": "Bankable: worksheet functions in Python"},
        rf"{CLASSES}\Wow6432Node\CLSID\{number}\ProgID": {"": "Bankable.Python"},
        rf"{CLASSES}\Wow6432Node\CLSID\{number}\LocalServer32": {"": command},
    }
    assert not windows.settings_file.exists()
    assert faults(windows) == set()


@pytest.mark.parametrize("startup_folder", [False, True])
def test_uninstall_takes_every_entry_away(
    windows: System, tmp_path: Path, startup_folder: bool
) -> None:
    registry(windows).set(rf"{CLASSES}\CLSID\{{OTHER}}", "", "someone else's")
    windows.registry.set(OPTIONS_KEY, "OPEN", '"C:\\else\\other.xlam"')
    before, keys = files(tmp_path), json.dumps(registry(windows).user)
    for _ in range(2):
        installation.install(windows, startup_folder, by_com_server=True)
    installation.uninstall(windows)
    assert files(tmp_path) == before
    assert json.dumps(registry(windows).user) == keys
    assert installation.uninstall(windows).steps == ("nothing was installed",)


def test_the_other_way_takes_this_one_with_it_and_back(windows: System) -> None:
    installation.install(windows, by_com_server=True)
    place = windows.addins_folder / "bankable.xlam"
    assert place.read_bytes() == installation.shipped_addin(by_com_server=True)
    installation.install(windows)
    assert place.read_bytes() == installation.shipped_addin()
    assert not [key for key in registry(windows).user if key.startswith(CLASSES)]
    assert windows.settings_file.is_file()
    assert faults(windows) == set()
    steps = installation.install(windows, by_com_server=True).steps
    assert not windows.settings_file.exists()
    assert any("this way needs none" in step for step in steps)
    assert faults(windows) == set()


def test_it_needs_no_dll(windows: System) -> None:
    for name in installation.dll_names():
        (windows.prefix / name).unlink()
    installation.install(windows, by_com_server=True)
    assert faults(windows) == set()


def test_without_pythonw_nothing_is_written(windows: System, tmp_path: Path) -> None:
    windows.python.with_name("pythonw.exe").unlink()
    before = files(tmp_path)
    with pytest.raises(Refusal, match=r"pythonw\.exe is missing"):
        installation.install(windows, by_com_server=True)
    assert files(tmp_path) == before
    assert registry(windows).user == {}


def _of_another_python(system: System) -> None:
    for key in com_server.CLASS_KEYS:
        registry(system).user[rf"{key}\LocalServer32"][""] = '"D:\\old\\pythonw.exe" -c ""'


def _half_there(system: System) -> None:
    del registry(system).user[rf"{com_server.CLASS_KEYS[1]}\LocalServer32"]


def _no_pythonw(system: System) -> None:
    com_server.interpreter(system).unlink()


def _the_dlls_addin(system: System) -> None:
    (system.addins_folder / "bankable.xlam").write_bytes(installation.shipped_addin())


@pytest.mark.parametrize(
    ("breakage", "check", "words"),
    [
        (_of_another_python, "COM server", r"D:\old\pythonw.exe"),
        (_half_there, "COM server", "is missing"),
        (_no_pythonw, "COM server", "does not exist"),
        (_the_dlls_addin, "add-in", "by the other way"),
    ],
)
def test_doctor_finds_what_is_wrong_with_it(
    windows: System, breakage: object, check: str, words: str
) -> None:
    installation.install(windows, by_com_server=True)
    assert callable(breakage)
    breakage(windows)
    found = [f for f in doctor.examine(windows) if f.state == FAULT and f.check == check]
    assert found
    assert any(words in finding.seen for finding in found)
    assert all("--com-server" in finding.mend for finding in found)


def test_an_administrator_is_told_that_the_class_is_not_known_there(windows: System) -> None:
    installation.install(windows, by_com_server=True)
    said = [f.seen for f in doctor.examine(replace(windows, is_elevated=True))]
    assert any("runs as administrator" in seen for seen in said)


def test_the_doctor_asks_by_the_class_and_starts_nothing_itself(windows: System) -> None:
    installation.install(windows, by_com_server=True, proven=False)
    doctor.examine(windows)
    assert starter(windows).asked == [("Bankable.Python", "")]
    [command] = starter(windows).commands
    assert command[:3] == [str(windows.python.with_name("pythonw.exe")), "-E", "-P"]


# The server ------------------------------------------------------------------------------------


def test_the_command_of_the_registry_serves_every_call(windows: System) -> None:
    """The -c text as Windows would cut it out of the command line, run to xlwings' own class."""
    text = re.fullmatch(r'"[^"]+" -E -P -c "([^"]+)"', com_server.command(windows))
    assert text
    rows = table()
    calls = [
        (name, tuple(as_com(value, i % 2) for value in arguments))
        for i, (name, arguments) in enumerate(rows)
    ]
    done = subprocess.run(
        [sys.executable, "-m", "tests.addin.excel.com_serve_run"],
        input=pickle.dumps((text[1], calls)),
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    registered, (made, *results), tasks = pickle.loads(done.stdout)
    assert registered == [(com_server.CLASS_ID, ("factory of", com_server.CLASS_ID), 4)]
    assert made == ["BankablePython", "xlwings.com_server.XLPython", list(com_class.OFFERED)]
    assert len(results) == len(rows) > 500
    wrong = [
        (name, arguments, result)
        for (name, arguments), result in zip(rows, results, strict=True)
        if not same(result, in_python(name, arguments))
    ]
    assert not wrong
    assert tasks == {
        "explain": "The active cell holds no function of Bankable.",
        "the book while it is checked": "the caller's",
        "check": ["~calculating", "This did not work (AttributeError: no cells here)."],
        "the book afterwards": None,
        "cancel": "",
        "forget": None,
        "refused": ["os.system", "bankable_start.evaluate", "bankable_start.serve"],
    }


def test_the_class_runs_no_python_text() -> None:
    """What xlwings' class offers and a macro could misuse is not among what ours offers."""
    assert set(com_class.OFFERED) == {"CallUDF", "Start", "Advance", "Cancel", "Forget"}
    vba = wrappers.modules(True, by_com_server=True)
    asked = re.findall(r"\b(?:Server|Held|Python\(\))\.(\w+)", "\n".join(vba.values()))
    assert set(asked) == set(com_class.OFFERED)


def test_a_locked_registry_or_folder_leaves_nothing_behind(
    windows: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(installation.Path, "write_bytes", _denied)
        with pytest.raises(Refusal, match=r"bankable\.xlam cannot be written"):
            installation.install(windows, by_com_server=True)
    assert registry(windows).user == {}
    whole = type(registry(windows)).set

    def locked(self: object, key: str, name: str, value: str) -> None:
        if "LocalServer32" in key:
            raise PermissionError(13, "Access is denied")
        whole(self, key, name, value)  # type: ignore[arg-type]

    monkeypatch.setattr(type(registry(windows)), "set", locked)
    with pytest.raises(Refusal, match="the registry cannot be written"):
        installation.install(windows, by_com_server=True)
    assert registry(windows).user == {}


def _denied(self: object, data: bytes) -> None:
    raise PermissionError(13, "Permission denied")


# Its VBA ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("for_addin", [True, False])
def test_its_vba_starts_nothing_and_declares_nothing(for_addin: bool) -> None:
    text = "\n".join(wrappers.modules(for_addin, by_com_server=True).values())
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("'"))
    for word in ("Declare ", "cmd.exe", "Environ", "LoadLibrary", "Shell", ".dll", ".conf"):
        assert word not in code, word
    assert not re.search(r"\bOpen .+ For ", code)
    assert code.count("CreateObject(SERVER_CLASS)") == 1
    assert f'SERVER_CLASS As String = "{com_server.PROG_ID}"' in code
    other = "\n".join(wrappers.modules(for_addin).values())
    assert "Declare " in other
    assert "cmd.exe" in other


def test_only_the_module_that_starts_python_differs() -> None:
    for for_addin in (True, False):
        one, two = wrappers.modules(for_addin), wrappers.modules(for_addin, by_com_server=True)
        assert {name for name in one if one[name] != two[name]} == {"BankablePython"}


def test_its_file_says_what_it_is_and_asks_for_no_version_of_xlwings() -> None:
    shipped = installation.shipped_addin(by_com_server=True)
    told = installation.built_from(shipped)
    assert told["server"] == "com"
    assert "xlwings" not in told
    assert told["build"] == addin_file.fingerprint(by_com_server=True)
    parser = olevba.VBA_Parser("bankable.xlam", data=shipped)
    found = {keyword for kind, keyword, _ in parser.analyze_macros() if kind == "Suspicious"}
    assert not found & {"Lib", "Shell", "cmd.exe", "Environ", "Open"}, found


def test_a_book_with_macros_is_of_the_way_that_is_installed(
    windows: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(standalone, "with_macros", lambda xlsx, project: seen.append(project))
    monkeypatch.setattr(standalone, "this_system", lambda: windows)
    standalone.as_installed(b"")
    monkeypatch.setattr(standalone.sys, "platform", "win32")
    standalone.as_installed(b"")
    com_server.register(windows)
    standalone.as_installed(b"")
    dll, com = standalone.shipped_project(), standalone.shipped_project(by_com_server=True)
    assert dll != com
    assert seen == [dll, dll, com]


def test_it_goes_with_excel_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["install", "--libreoffice", "--com-server"]) == cli.BAD_USAGE
    assert "--com-server goes with Excel" in capsys.readouterr().err
