"""Installing, uninstalling and diagnosing over a temporary folder and a dictionary in the
registry's place.
"""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from bankable.addin import cli
from bankable.addin.excel import check_list, doctor, installation
from bankable.addin.excel.diagnosis import desk_rules, excel_checks, python_checks
from bankable.addin.excel.diagnosis.finding import FAULT
from bankable.addin.excel.installation import MANAGER_KEY, OPTIONS_KEY
from bankable.addin.excel.system import System
from bankable.templates.refusal import Refusal
from tests.addin.excel.pretend_windows import files, pc, registry


@pytest.fixture
def windows(tmp_path: Path) -> System:
    return pc(tmp_path)


def faults(system: System) -> set[str]:
    return {finding.check for finding in doctor.examine(system) if finding.state == FAULT}


@pytest.mark.parametrize("startup_folder", [False, True])
def test_install_then_uninstall_leaves_nothing(
    windows: System, tmp_path: Path, startup_folder: bool
) -> None:
    other = '"C:\\else\\other.xlam"'
    windows.registry.set(OPTIONS_KEY, "OPEN", other)
    before, keys = files(tmp_path), json.dumps(registry(windows).user)
    done = installation.install(windows, startup_folder)
    place = (windows.startup_folder if startup_folder else windows.addins_folder) / "bankable.xlam"
    assert place.read_bytes() == installation.shipped_addin()
    assert any(str(place) in step for step in done.steps)
    if not startup_folder:
        assert windows.registry.get(OPTIONS_KEY, "OPEN1") == f'"{place}"'
    assert faults(windows) == set()
    assert installation.install(windows, startup_folder) is not None  # again: nothing doubles
    assert len(installation.entries_of(windows)) == (1 if startup_folder else 2)
    windows.registry.set(MANAGER_KEY, str(place), "")
    installation.uninstall(windows)
    assert files(tmp_path) == before
    windows_registry = {key: values for key, values in registry(windows).user.items() if values}
    assert json.dumps(windows_registry) == keys
    assert installation.uninstall(windows).steps == ("nothing was installed",)


def test_removing_our_entry_closes_the_gap(windows: System) -> None:
    for name, value in (
        ("OPEN", '"a.xlam"'),
        ("OPEN1", '"C:\\old place\\bankable.xlam"'),
        ("OPEN2", '/R "b.xlam"'),
    ):
        windows.registry.set(OPTIONS_KEY, name, value)
    installation.uninstall(windows)
    assert registry(windows).user[OPTIONS_KEY] == {"OPEN": '"a.xlam"', "OPEN1": '/R "b.xlam"'}


def test_an_old_entry_is_put_right_in_its_place(windows: System) -> None:
    windows.registry.set(OPTIONS_KEY, "OPEN", '"D:\\moved\\bankable.xlam"')
    installation.install(windows)
    assert list(installation.entries_of(windows)) == ["OPEN"]
    assert faults(windows) == set()


def test_settings_are_what_vba_reads(windows: System) -> None:
    installation.install(windows)
    lines = windows.settings_file.read_bytes().decode("cp1252").split("\r\n")
    assert lines[0] == f'"INTERPRETER_WIN","{windows.python}"'
    assert lines[1] == f'"DLL_FOLDER","{windows.prefix}"'


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"is_windows": False}, "--libreoffice"),
        ({"programs": frozenset({"excel.exe"})}, "Excel is running"),
        ({"has_pywin32": False}, "pywin32"),
        (
            {"prefix": Path("/nowhere"), "python": Path("/nowhere/bin/python.exe")},
            "--force-reinstall",
        ),
        ({"python": Path("/Ωmega/python.exe")}, "plain letters"),
    ],
)
def test_what_stands_in_the_way_is_said_in_a_sentence(
    windows: System, tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    before = files(tmp_path)
    with pytest.raises(Refusal, match=words):
        installation.install(replace(windows, **change))
    assert files(tmp_path) == before


def _break_addin(system: System) -> None:
    (system.addins_folder / "bankable.xlam").write_bytes(b"old")


def _unlist(system: System) -> None:
    registry(system).user[OPTIONS_KEY].clear()


def _drop_settings(system: System) -> None:
    system.settings_file.unlink()


def _drop_dll(system: System) -> None:
    for name in installation.dll_names():
        (system.prefix / name).unlink()


def _require_signature(system: System) -> None:
    registry(system).user[desk_rules.POLICY + r"\Excel\Security"] = {"RequireAddinSig": 1}


def _disable(system: System) -> None:
    registry(system).user[excel_checks.DISABLED] = {
        "1F": b"\x00\x00" + "C:\\x\\BANKABLE.xlam".encode("utf-16-le")
    }


def _lose_python(system: System) -> None:
    system.settings_file.write_text('"INTERPRETER_WIN","C:\\gone\\python.exe"\r\n')


@pytest.mark.parametrize(
    ("breakage", "check"),
    [
        (_break_addin, "add-in"),
        (_unlist, "loaded at start"),
        (_drop_settings, "settings"),
        (_drop_dll, "xlwings' DLL"),
        (_require_signature, "trust: add-ins"),
        (_disable, "disabled items"),
        (_lose_python, "settings"),
    ],
)
def test_doctor_finds_each_fault_and_tells_its_mend(
    windows: System, breakage: Any, check: str
) -> None:
    installation.install(windows)
    breakage(windows)
    found = [finding for finding in doctor.examine(windows) if finding.state == FAULT]
    assert check in {finding.check for finding in found}
    assert all(finding.mend for finding in found)


def test_doctor_on_an_uninstalled_machine_asks_for_the_installation(windows: System) -> None:
    assert faults(windows) == {"add-in", "settings"}


def test_the_report_holds_the_check_list_and_no_user_name(
    windows: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: windows.home)
    installation.install(windows)
    text = doctor.report(doctor.examine(windows), "0.0")
    assert "Zoë" not in text
    assert all(line in text for line in check_list.TO_TRY)


def test_a_missing_package_is_named_and_hides_no_other_fault(
    windows: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = metadata.version
    versions = {"openpyxl": None, "formualizer": "0.1"}

    def version(name: str) -> str:
        found = versions.get(name, real(name))
        if found is None:
            raise metadata.PackageNotFoundError(name)
        return found

    monkeypatch.setattr(python_checks.metadata, "version", version)
    monkeypatch.setattr(
        doctor,
        "CHECKS",
        tuple(broken if check is python_checks.functions else check for check in doctor.CHECKS),
    )
    findings = {finding.check: finding for finding in doctor.examine(windows)}
    assert findings["packages"].state == FAULT
    assert '"openpyxl' in findings["packages"].mend
    assert "formualizer==" in findings["packages"].mend
    assert (
        findings["broken"].seen
        == "could not be looked at (ModuleNotFoundError: No module named 'numpy')"
    )
    assert "trust: macros" in findings


def broken(_: System) -> Any:
    raise ModuleNotFoundError("No module named 'numpy'")


def test_the_page_for_windows_holds_the_same_check_list() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "windows.md").read_text(encoding="utf-8")
    assert [line.partition(". ")[2] for line in page.splitlines() if line[:1].isdigit()] == list(
        check_list.TO_TRY
    )


def test_the_commands_on_another_system(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    if sys.platform == "win32":
        pytest.skip("speaks of systems other than Windows")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["install"]) == 1
    assert "--libreoffice" in capsys.readouterr().err
    assert cli.main(["uninstall"]) == 1
    capsys.readouterr()
    assert cli.main(["doctor", "--json"]) == 0
    assert any(item["check"] == "functions" for item in json.loads(capsys.readouterr().out))
    assert cli.main(["doctor", "--report"]) == 0
    assert "Ten minutes" in (tmp_path / "bankable-report.txt").read_text(encoding="utf-8")
