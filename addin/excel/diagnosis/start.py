"""Starts Python as Excel would and lets it answer SURVIVAL: first the interpreter with Excel's
options and environment, then through COM.

What cannot be tried from here is said: that Excel itself is the one who starts it.
"""

from __future__ import annotations

import json
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bankable
from bankable.addin.excel import com_server, installation
from bankable.addin.excel.diagnosis import excel_checks, search_path
from bankable.addin.excel.diagnosis.finding import FAULT, OK, WARNING, Finding
from bankable.addin.excel.programs import Stopped, system_program
from bankable.addin.excel.system import System

CALL = (4.0, 0.0, 0.85, 1.0)
DUE = (1.0, 0.85, 0.7225, 0.614125)
SECONDS, COM_SECONDS = 60, 90
_TELL = "import sys, xlwings, bankable_start; bankable_start.tell(sys.argv[1])"
IT = "IT"

# What Windows says when it starts no program: the words, who owns that, and the way round.
_STOPPED = {
    1260: (
        "a rule of AppLocker or of software restriction does not let it run",
        "ask for a rule that allows the venv's folder, or for Python in a folder that is allowed"
        " (C:\\Program Files); until then: LibreOffice, or `bankable calc` where Python runs",
    ),
    4551: (
        "App Control (Windows Defender Application Control) does not let it run",
        "ask for Python from your software centre, which the policy knows",
    ),
    225: (
        "the virus scanner stopped it",
        "ask for an exclusion of the venv's folder; docs/windows.md tells what scanners see",
    ),
    5: (
        "access is denied",
        "ask whether a rule (AppLocker, Defender, rights on the folder) stops this program",
    ),
    2: ("it does not exist", "bankable install"),
    -2147221164: ("its class is not registered", "bankable install"),
    -2147221005: ("its class is not registered", "bankable install"),
    -2146959355: (
        "Windows started it, and it did not report in time",
        "run the command line in the registry by hand, with python.exe in place of pythonw.exe, to"
        " see what it says",
    ),
}
_SAME = {-2147024891: 5, -2147024894: 2, -2147023636: 1260, -2147024671: 225, -2147020345: 4551}
_RULES = frozenset((1260, 4551, 225, 5))


def python_starts(system: System) -> Iterator[Finding]:
    """The interpreter that Excel's add-in is led to, started with the same options."""
    interpreter, options = _interpreter(system)
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        try:
            ran = system.starter.run(
                [str(interpreter), *options, "-c", _TELL, str(answer)],
                search_path.excels_environment(system),
                SECONDS,
            )
        except Stopped as stopped:
            yield _not_started("Python starts", str(interpreter), stopped)
            return
        told = json.loads(answer.read_text(encoding="utf-8")) if answer.is_file() else None
    if told is None:
        last = (ran.said.strip().splitlines() or ["it said nothing"])[-1]
        yield Finding(
            "Python starts",
            FAULT,
            f"{interpreter} ended without an answer ({last[:200]})",
            "python -m pip install Bankable again in that Python, then bankable install",
        )
    elif told.get("in_the_way"):
        yield Finding("Python starts", FAULT, told["in_the_way"], "as it says")
    elif not _is_due(told.get("survival")):
        yield Finding(
            "Python starts",
            FAULT,
            f"SURVIVAL answers {told.get('survival')!r} there",
            "install the package anew from the file or folder that it came from",
        )
    elif told.get("version") != bankable.__version__:
        yield Finding(
            "Python starts",
            WARNING,
            f"{interpreter} has Bankable {told.get('version')}, this is {bankable.__version__}",
            "bankable install from the Python that is to serve Excel",
        )
    else:
        yield Finding(
            "Python starts",
            OK,
            f"{interpreter} {' '.join(options)}, as the add-in starts it: SURVIVAL answers",
        )


def _interpreter(system: System) -> tuple[Path, list[str]]:
    """The interpreter of the way that is set up, and its options."""
    if com_server.is_registered(system):
        return com_server.interpreter(system), com_server.arguments()[:2]
    told = excel_checks.settings_of(system).get("INTERPRETER_WIN")
    return Path(told) if told else installation.interpreter_for_excel(system), ["-P"]


def com_answers(system: System) -> Iterator[Finding]:
    """SURVIVAL through COM, as VBA asks it."""
    if not system.is_windows or not system.has_pywin32:
        return
    by_com_server = com_server.is_registered(system)
    if by_com_server:
        name, command = com_server.PROG_ID, ""
    else:
        name = "{" + str(uuid.uuid4()).upper() + "}"
        interpreter, options = _interpreter(system)
        serve = f"import xlwings; xlwings.serve('{name}')"
        command = (
            f'{system_program("cmd.exe")} /K ""{interpreter}" {" ".join(options)} -c "{serve}""'
        )
    try:
        answer, seconds = system.starter.ask_com(name, command, _ask, COM_SECONDS)
    except Stopped as stopped:
        yield _not_started("Python answers Excel's way", name, stopped, by_com_server)
        return
    if not _is_due(answer):
        yield Finding(
            "Python answers Excel's way",
            FAULT,
            f"SURVIVAL answers {answer!r} through COM",
            "python -m pip install Bankable again in that Python, then bankable install",
        )
        return
    who = (
        "Windows' COM service started it, as it would for Excel"
        if by_com_server
        else "started by this program through cmd.exe; whether Excel may start it is below"
    )
    yield Finding(
        "Python answers Excel's way", OK, f"SURVIVAL through COM after {seconds:.1f} s; {who}"
    )


def _ask(server: Any) -> Any:
    return server.CallUDF("bankable_start", "SURVIVAL", CALL)


def _is_due(answer: Any) -> bool:
    """Whether an answer, in rows or in one row, is what SURVIVAL is to give."""
    try:
        cells = [row[0] if isinstance(row, (list, tuple)) else row for row in answer]
        return len(cells) == len(DUE) and all(
            abs(float(cell) - due) < 1e-12 for cell, due in zip(cells, DUE, strict=True)
        )
    except (TypeError, ValueError, IndexError):
        return False


def _not_started(check: str, what: str, stopped: Stopped, by_com_server: bool = False) -> Finding:
    number = _SAME.get(stopped.number, stopped.number)
    words, mend = _STOPPED.get(
        number, (f"Windows says: {stopped}", "docs/windows.md, When something is wrong")
    )
    if by_com_server and mend == "bankable install":
        mend += " --com-server"
    return Finding(
        check,
        FAULT,
        f"{what}: {words} ({stopped})" if number in _STOPPED else f"{what}: {words}",
        mend,
        IT if number in _RULES else "",
    )
