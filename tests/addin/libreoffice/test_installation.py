"""Installing in LibreOffice: what is refused and how it is said, and the real thing in a profile of
its own.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from bankable.addin import cli
from bankable.addin.libreoffice import installation, office, proof
from bankable.addin.libreoffice.office import Office
from bankable.templates import programs
from bankable.templates.refusal import Refusal
from tests.calc import libreoffice

MINE = (sys.version_info[0], sys.version_info[1])


def an_office(
    version: tuple[int, ...] = (25, 2, 3, 2), python: tuple[int, int] | None = MINE
) -> Office:
    return Office(
        Path("/opt/office/program/soffice"), Path("/opt/office/program/unopkg"), version, python
    )


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("LibreOffice 25.2.3.2 520(Build:2)\n", (25, 2, 3, 2)),
        ("LibreOfficeDev 25.8.0.1 abc", (25, 8, 0, 1)),
        ("LibreOffice 7.4.7.2 40(Build:2)", (7, 4, 7, 2)),
        ("", ()),
    ],
)
def test_reads_the_version(said: str, version: tuple[int, ...]) -> None:
    assert office.version_in(said) == version


@pytest.mark.parametrize(
    ("library", "bytes_in_it", "python"),
    [
        ("libpyuno.so", b"\x00libpython3.11.so.1.0\x00", (3, 11)),
        ("libpyuno.so", b"\x00libpython3.12.so\x00", (3, 12)),
        ("pyuno.pyd", b"KERNEL32.dll\x00python310.dll\x00", (3, 10)),
        (
            "libpyuno.dylib",
            b"@loader_path/LibreOfficePython.framework/Versions/3.10/LibreOfficePython",
            (3, 10),
        ),
        ("libpyuno.so", b"no trace", None),
    ],
)
def test_reads_which_python_libreoffice_runs(
    library: str, bytes_in_it: bytes, python: tuple[int, int] | None, tmp_path: Path
) -> None:
    (tmp_path / library).write_bytes(bytes_in_it)
    assert office.python_of(tmp_path) == python


def test_without_its_python_part(tmp_path: Path) -> None:
    assert office.python_of(tmp_path) is None


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (an_office(version=(7, 4, 7, 2)), "LibreOffice 7.4.7.2 is too old: versions before 24.8"),
        (an_office(version=(24, 2, 1)), "24.2.1 is too old"),
        (an_office(python=None), "has no Python"),
        (
            an_office(python=(3, 5)),
            f"LibreOffice runs Python 3.5 and Bankable is installed in Python {MINE[0]}.{MINE[1]}",
        ),
    ],
)
def test_a_libreoffice_that_will_not_do_is_refused(found: Office, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        office.check(found)


def test_one_that_will_do() -> None:
    office.check(an_office())
    office.check(an_office(version=(24, 8, 0, 1)))


def test_no_libreoffice_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(office, "full_path", lambda names: None)
    for command in ("install", "uninstall"):
        assert cli.main([command, "--libreoffice"]) == cli.FAILED
        err = capsys.readouterr().err
        assert err.startswith("bankable: LibreOffice was not found on this machine")
        assert err.count("\n") == 1


def test_its_options_are_not_excels(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["install", "--shared"]) == cli.BAD_USAGE
    assert "go with --libreoffice" in capsys.readouterr().err


def test_the_packages_and_bankable_itself_are_found_from_there() -> None:
    folders = installation.package_folders()
    assert any((Path(folder) / "bankable" / "__init__.py").is_file() for folder in folders)
    assert any((Path(folder) / "numpy").is_dir() for folder in folders)


@pytest.mark.parametrize(
    ("said", "tells"),
    [
        (
            "ERROR: Exception occurred: You need write permissions!",
            "write permissions!): the folder of the user profile cannot be written",
        ),
        (
            "(process:64): dconf-CRITICAL **: no directory\nERROR: soffice is running",
            "(soffice is running): close LibreOffice",
        ),
    ],
)
def test_what_its_tool_refuses_is_said_without_the_noise(
    said: str,
    tells: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(installation, "find", an_office)
    monkeypatch.setattr(installation, "_is_root", lambda: False)
    monkeypatch.setattr(
        installation.subprocess,
        "run",
        lambda *_, **__: SimpleNamespace(returncode=1, stdout="", stderr=said),
    )
    assert cli.main(["install", "--libreoffice", "--profile", str(tmp_path)]) == cli.FAILED
    assert tells in capsys.readouterr().err


def values_in(profile: Path, folder: Path) -> list[Any]:
    """What LibreOffice shows for the call of the proof when it is started the ordinary way."""
    libreoffice.make_profile(profile)
    folder.mkdir()
    source = folder / "book.xlsx"
    with xlsxwriter.Workbook(str(source)) as book:
        book.add_worksheet().write_array_formula("A1:A4", f"{{{proof.FORMULA}}}", None, -99)
    made = libreoffice.convert(source, "xlsx", folder / "out", profile)
    sheet = openpyxl.load_workbook(made, data_only=True).worksheets[0]
    return [sheet.cell(row, 1).value for row in range(1, 5)]


def test_install_and_uninstall_for_real(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An administrator too: LibreOffice, started the ordinary way in that profile, calculates."""
    if libreoffice.program() is None:
        libreoffice.missing("LibreOffice (soffice)")
    profile = tmp_path / "profile"
    command = ["--libreoffice", "--profile", str(profile)]
    for _ in range(2):  # again brings it up to date
        assert cli.main(["install", *command]) == cli.DONE
    said = capsys.readouterr().out
    assert "bankable.calc" in said
    assert "calculated =SURVIVAL(4, 0, 0.85, 1): 1, 0.85, 0.7225, 0.6141" in said
    scripts = profile / "user" / "Scripts"
    assert not [path for path in scripts.rglob("*") if path.is_file()]
    assert values_in(profile, tmp_path / "there") == pytest.approx(proof.DUE)
    assert cli.main(["uninstall", *command]) == cli.DONE
    assert "removed bankable.calc" in capsys.readouterr().out
    assert values_in(profile, tmp_path / "gone") == ["#NAME?"] * 4
    assert cli.main(["uninstall", *command]) == cli.DONE
    assert "Nothing to undo" in capsys.readouterr().out


def test_what_does_not_calculate_is_not_called_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if libreoffice.program() is None:
        libreoffice.missing("LibreOffice (soffice)")
    monkeypatch.setattr(installation, "package_folders", lambda: [str(tmp_path / "empty")])
    command = ["install", "--libreoffice", "--profile", str(tmp_path / "profile")]
    assert cli.main(command) == cli.FAILED
    told = capsys.readouterr()
    assert "Installed" not in told.out
    assert "cannot load Bankable (ImportError" in told.err or "(ModuleNotFound" in told.err
    assert cli.main([*command, "--json"]) == cli.FAILED
    assert "cannot load Bankable" in json.loads(capsys.readouterr().out)["fault"]


@pytest.mark.parametrize(
    ("shown", "said", "tells"),
    [
        (["#NAME?"] * 4, "", "not in the profile"),
        (None, "", "saved no workbook"),
        ([-99, -99, -99, -99], "", "shows -99 in place of 1"),
        (["#VALUE!"] * 4, "x\nBankable's functions cannot be loaded: No module numpy\n", "numpy"),
    ],
)
def test_the_fault_is_named(shown: list[Any] | None, said: str, tells: str) -> None:
    assert tells in proof.fault(shown, said)


def test_all_users_and_one_profile_do_not_go_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("install", "uninstall"):
        line = [command, "--libreoffice", "--shared", "--profile", str(tmp_path)]
        assert cli.main(line) == cli.FAILED
        assert "choose one of the two" in capsys.readouterr().err


@pytest.mark.parametrize("mark", ["pyvenv.cfg", "conda-meta/history"])
def test_an_active_environment_is_kept_from_libreoffice_and_pointed_out(
    mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ours or another: one that is active is not always the one that we are installed in."""
    bin_of_one = tmp_path / "somebody's" / "bin"
    bin_of_one.mkdir(parents=True)
    plain = ["/usr/bin", str(tmp_path)]
    monkeypatch.setenv("PATH", os.pathsep.join([str(bin_of_one), *plain]))
    assert not programs.python_leads()
    marked = bin_of_one.parent / mark
    marked.parent.mkdir(exist_ok=True)
    marked.touch()
    assert programs.environment_without_python()["PATH"] == os.pathsep.join(plain)
    assert programs.python_leads()
    monkeypatch.setenv("PATH", os.pathsep.join(plain))
    assert not programs.python_leads()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="for an administrator")
def test_an_administrator_is_told_how(capsys: pytest.CaptureFixture[str]) -> None:
    if libreoffice.program() is None:
        libreoffice.missing("LibreOffice (soffice)")
    assert cli.main(["install", "--libreoffice"]) == cli.FAILED
    assert "--shared" in capsys.readouterr().err
