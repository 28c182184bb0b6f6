"""Fixtures that several folders of tests share: a real spreadsheet program, where there is one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.calc import libreoffice


@pytest.fixture
def recalculate(tmp_path: Path) -> Callable[[Path], dict[str, dict[tuple[int, int], Any]]]:
    """A function that gives all values of an .xlsx, by sheet, after a hard recalculation in
    LibreOffice.
    """
    if libreoffice.program() is None:
        libreoffice.missing("LibreOffice (soffice)")
    return lambda path: libreoffice.recalculate(Path(path), tmp_path / "libreoffice")


@pytest.fixture
def pictures(tmp_path: Path) -> Callable[[Path], list[Path]]:
    """A function that gives one PNG for every printed page of an .xlsx; the PDF lies beside
    them.
    """
    if libreoffice.program() is None:
        libreoffice.missing("LibreOffice (soffice)")
    try:
        import pypdfium2  # noqa: F401
    except ImportError:
        libreoffice.missing("pypdfium2")
    from tests.calc.pictures import picture

    return lambda path: picture(Path(path), tmp_path / "pictures")


@pytest.fixture(scope="session")
def profile_with_functions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A profile of LibreOffice in which our functions are installed, and the options that it takes
    to find them.
    """
    if libreoffice.program() is None:
        libreoffice.missing("LibreOffice (soffice)")
    return libreoffice.with_functions(tmp_path_factory.mktemp("profile"))


@pytest.fixture(scope="session")
def office_with_functions(
    profile_with_functions: tuple[Path, list[str]],
) -> Callable[[Path, Path], Path]:
    """A function that opens an .xlsx in a LibreOffice with our functions, calculates all of it and
    saves it as .xlsx in a folder.
    """
    profile, options = profile_with_functions
    return lambda path, folder: libreoffice.convert(
        Path(path), "xlsx", folder, profile, options=options
    )
