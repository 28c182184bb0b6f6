"""Drives a real LibreOffice without a window: recalculates a workbook from scratch, and prints it
to PDF.

Each call runs in a profile of its own kind (hard recalculation on loading) and never touches the
user's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bankable.templates.programs import environment_without_python
from bankable.udfs.cells import CellError

PROGRAMS = (
    "soffice",
    "libreoffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
)

_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def program() -> str | None:
    """Where LibreOffice is, or None."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def python_with_uno() -> str | None:
    """A Python that has LibreOffice's bridge, or None."""
    for name in ("/usr/bin/python3", shutil.which("python3"), "/opt/libreoffice/program/python"):
        if name and Path(name).exists():
            done = subprocess.run(
                [name, "-c", "import uno"],
                capture_output=True,
                check=False,
                env=environment_without_python(),
            )
            if done.returncode == 0:
                return name
    return None


def missing(what: str) -> None:
    """A test needs a program that is not here: that fails where everything is tested, and is passed
    over elsewhere.
    """
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(f"{what} is needed here and is not installed")
    pytest.skip(f"{what} is not installed")


def make_profile(folder: Path) -> Path:
    """A private profile in which workbooks are recalculated when they are loaded."""
    user = folder / "user"
    user.mkdir(parents=True, exist_ok=True)
    (user / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    return folder


def convert(
    path: Path, kind: str, out: Path, profile: Path, seconds: int = 120, options: Sequence[str] = ()
) -> Path:
    """The workbook converted by LibreOffice (`xlsx`, `pdf`); raises with what it said when nothing
    came.
    """
    soffice = program()
    if soffice is None:
        raise FileNotFoundError("LibreOffice is not installed")
    out.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [
            soffice,
            f"-env:UserInstallation={profile.resolve().as_uri()}",
            *options,
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            str(out),
            str(path),
        ],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        env=environment_without_python(),
    )
    made = out / f"{path.stem}.{kind.partition(':')[0]}"
    if not made.exists():
        raise RuntimeError(f"LibreOffice made no {kind} of {path}: {done.stdout} {done.stderr}")
    return made


def values(path: Path) -> dict[str, dict[tuple[int, int], Any]]:
    """The saved values of a workbook by sheet and (row, col) from 0; errors as CellError, empty
    cells absent.
    """
    book = openpyxl.load_workbook(path, data_only=True)
    out: dict[str, dict[tuple[int, int], Any]] = {}
    for sheet in book.worksheets:
        cells = out[sheet.title] = {}
        for line in sheet.iter_rows():
            for cell in line:
                if cell.value is not None:
                    value = (
                        CellError(str(cell.value), str(cell.value))
                        if cell.data_type == "e"
                        else cell.value
                    )
                    cells[cell.row - 1, cell.column - 1] = value
    return out


def recalculate(path: Path, work: Path) -> dict[str, dict[tuple[int, int], Any]]:
    """All values of a workbook after LibreOffice has calculated every formula again."""
    return values(convert(path, "xlsx", work / "recalculated", make_profile(work / "profile")))


def with_functions(folder: Path) -> tuple[Path, list[str]]:
    """A private profile with our functions installed, and the options that LibreOffice needs to
    find them in it.
    """
    from bankable.addin.libreoffice import installation

    profile = make_profile(folder)
    installation.install(str(profile))
    return profile, installation.profile_options(str(profile))[1:]
