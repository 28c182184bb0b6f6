"""Installing in LibreOffice: what is refused and how it is said, and the real thing in a profile of
its own.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from bankable.addin import cli
from bankable.addin.libreoffice import installation
from bankable.addin.libreoffice.installation import Office
from bankable.templates.refusal import Refusal
from tests.calc import libreoffice

MINE = (sys.version_info[0], sys.version_info[1])


def office(
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
    assert installation.version_in(said) == version


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
    assert installation.python_of(tmp_path) == python


def test_without_its_python_part(tmp_path: Path) -> None:
    assert installation.python_of(tmp_path) is None


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (office(version=(7, 4, 7, 2)), "LibreOffice 7.4.7.2 is too old: versions before 24.8"),
        (office(version=(24, 2, 1)), "24.2.1 is too old"),
        (office(python=None), "has no Python"),
        (
            office(python=(3, 5)),
            f"LibreOffice runs Python 3.5 and Bankable is installed in Python {MINE[0]}.{MINE[1]}",
        ),
    ],
)
def test_a_libreoffice_that_will_not_do_is_refused(found: Office, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        installation.check(found)


def test_one_that_will_do() -> None:
    installation.check(office())
    installation.check(office(version=(24, 8, 0, 1)))


def test_no_libreoffice_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(installation.shutil, "which", lambda name: None)
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
    monkeypatch.setattr(installation, "find", office)
    monkeypatch.setattr(
        installation.subprocess,
        "run",
        lambda *_, **__: SimpleNamespace(returncode=1, stdout="", stderr=said),
    )
    assert cli.main(["install", "--libreoffice", "--profile", str(tmp_path)]) == cli.FAILED
    assert tells in capsys.readouterr().err


def test_install_and_uninstall_for_real(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if libreoffice.program() is None:
        libreoffice.missing("LibreOffice (soffice)")
    profile = str(tmp_path / "profile")
    for _ in range(2):  # again brings it up to date
        assert cli.main(["install", "--libreoffice", "--profile", profile]) == cli.DONE
    assert "bankable.calc" in capsys.readouterr().out
    assert cli.main(["uninstall", "--libreoffice", "--profile", profile]) == cli.DONE
    assert "removed bankable.calc" in capsys.readouterr().out
    assert cli.main(["uninstall", "--libreoffice", "--profile", profile]) == cli.DONE
    assert "Nothing to undo" in capsys.readouterr().out


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="for an administrator")
def test_an_administrator_is_told_how(capsys: pytest.CaptureFixture[str]) -> None:
    if libreoffice.program() is None:
        libreoffice.missing("LibreOffice (soffice)")
    assert cli.main(["install", "--libreoffice"]) == cli.FAILED
    assert "--shared" in capsys.readouterr().err
