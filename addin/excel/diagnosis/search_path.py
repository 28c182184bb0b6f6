"""Where the Python that Excel starts looks for modules, and what stands there before ours: a file
`bankable.py` on PYTHONPATH or beside a workbook is what Python would take for Bankable.

PYTHONPATH is read as Excel will have it, from the registry, and not as this terminal has it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import bankable
from bankable.addin.excel import com_server
from bankable.addin.excel.diagnosis.finding import FAULT, OK, WARNING, Finding
from bankable.addin.excel.system import System

USER_VARIABLES = "Environment"
MACHINE_VARIABLES = r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
MODULES = ("bankable", "bankable_start", "xlwings", "numpy")  # what the start of a call imports
VARIABLE = "PYTHONPATH"


def python_path(system: System) -> tuple[str, str]:
    """PYTHONPATH for a program that Excel starts, and who set it."""
    if not system.is_windows:
        return system.environment.get(VARIABLE, ""), "this terminal"
    own = system.registry.get(USER_VARIABLES, VARIABLE)
    if own:
        return os.path.expandvars(str(own)), "you (Windows' environment variables of the user)"
    shared = system.registry.get(MACHINE_VARIABLES, VARIABLE, machine=True)
    if shared:
        return os.path.expandvars(str(shared)), "IT (Windows' environment variables)"
    return "", ""


def excels_environment(system: System) -> dict[str, str]:
    """The environment of a program that Excel starts: this terminal's, with PYTHONPATH as Excel has
    it and no venv marked as active.
    """
    kept = {
        name: value
        for name, value in system.environment.items()
        if name.upper() not in (VARIABLE, "VIRTUAL_ENV", "PYTHONSAFEPATH")
    }
    path, _ = python_path(system)
    return kept | ({VARIABLE: path} if path else {})


def strangers_in(folder: Path) -> list[str]:
    """What in a folder Python would import in place of ours or of a package that we need."""
    found = []
    for name in MODULES:
        if (folder / f"{name}.py").is_file():
            found.append(f"{name}.py")
        package = folder / name
        if (package / "__init__.py").is_file() and not _is_ours(name, package):
            found.append(f"{name}{os.sep}")
    return found


def _is_ours(name: str, package: Path) -> bool:
    """Bankable itself, or another copy of it: that is a matter of versions, not a stranger."""
    if name != "bankable":
        return False
    ours = Path(bankable.__file__).resolve().parent
    return package.resolve() == ours or (package / "udfs" / "registry.py").is_file()


def path_first(system: System) -> Iterator[Finding]:
    """What stands on PYTHONPATH before ours."""
    path, owner = python_path(system)
    if com_server.is_registered(system):
        set_ = f"; {VARIABLE} is set, and not read by it" if path else ""
        yield Finding("search path", OK, f"the COM server reads no variable of Python's{set_}")
        return
    wrong = False
    for entry in filter(None, path.split(os.pathsep)):
        for stranger in strangers_in(Path(entry)):
            wrong = True
            yield Finding(
                "search path",
                FAULT,
                f"{Path(entry) / stranger} is in the way: {VARIABLE} names its folder, and Python"
                f" takes it for {stranger.partition('.')[0].rstrip(os.sep)}",
                f"rename it, or take the folder off {VARIABLE} (or: bankable install"
                " --com-server, which does not read it)",
                owner,
            )
    if not wrong:
        seen = f"{VARIABLE} names nothing in the way" if path else f"no {VARIABLE}"
        yield Finding("search path", OK, seen)


def beside_book(book: Path) -> Iterator[Finding]:
    """What stands beside a workbook: the ready add-in never looks there, xlwings' own Import
    Functions does.
    """
    strangers = strangers_in(book.resolve().parent)
    for stranger in strangers:
        yield Finding(
            "beside the workbook",
            WARNING,
            f"{book.resolve().parent / stranger} is in the way of xlwings' own Import Functions,"
            " which looks in the workbook's folder first; Bankable's add-in does not",
            "rename it, or move the workbook, before you use Import Functions",
        )
    if not strangers:
        yield Finding("beside the workbook", OK, "nothing is in the way")
