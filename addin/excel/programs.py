"""Starting programs and asking COM for objects, for the proofs that `install` and `doctor` make;
always by full path and with a bound on time.

What Windows says when it will not start something becomes a `Stopped` with its number, which the
diagnosis puts into words.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any, Protocol


class Stopped(Exception):  # noqa: N818 - it is an answer, not a fault of ours
    """A program did not start, or an object did not come: Windows' number, and its words."""

    def __init__(self, number: int, words: str) -> None:
        super().__init__(f"{number} {words}".strip())
        self.number, self.words = number, words


@dataclass(frozen=True)
class Ran:
    """What a program gave when it ended."""

    code: int
    said: str


class Starter(Protocol):
    """How the proofs start programs and reach COM; a test gives a stand-in."""

    def run(self, command: list[str], environment: dict[str, str], seconds: int) -> Ran: ...

    def ask_com(
        self, name: str, command: str, ask: Callable[[Any], Any], seconds: int
    ) -> tuple[Any, float]: ...


def system_program(name: str) -> str:
    """A program of Windows itself by its full path."""
    root = os.environ.get("SYSTEMROOT", r"C:\Windows")
    return str(PureWindowsPath(root) / "System32" / name)


class RealStarter:
    """The real one."""

    def run(self, command: list[str], environment: dict[str, str], seconds: int) -> Ran:
        """A program until it ends; what it printed."""
        try:
            done = subprocess.run(
                command,
                env=environment,
                cwd=Path(command[0]).anchor or None,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Stopped(0, f"it did not end within {seconds} seconds") from None
        except OSError as fault:
            number = getattr(fault, "winerror", None) or fault.errno or 0
            raise Stopped(number, fault.strerror or str(fault)) from None
        return Ran(done.returncode, done.stdout + done.stderr)

    def ask_com(
        self, name: str, command: str, ask: Callable[[Any], Any], seconds: int
    ) -> tuple[Any, float]:
        """What `ask` gets from the COM object of that class (its name or number), and the seconds
        until it came.

        `command` is started first and its object waited for; without one Windows starts it.
        """
        box: list[Any] = []
        started: list[Any] = []
        thread = threading.Thread(
            target=_ask,
            args=(box, started, name, command, ask, seconds),
            daemon=True,
            name="bankable-com",
        )
        thread.start()
        thread.join(seconds + 5)
        for process in started:
            _end_with_children(process.pid)
        if not box:
            raise Stopped(0, f"no answer came within {seconds} seconds")
        if isinstance(box[0], Exception):
            raise box[0]
        return box[0]


def _ask(
    box: list[Any],
    started: list[Any],
    name: str,
    command: str,
    ask: Callable[[Any], Any],
    seconds: int,
) -> None:
    """In a thread of its own, since COM may wait as long as it likes."""
    pythoncom: Any = importlib.import_module("pythoncom")
    begun = time.monotonic()
    try:
        pythoncom.CoInitialize()
        if command:
            started.append(
                subprocess.Popen(
                    command,
                    executable=system_program("cmd.exe"),
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
            )
        server = _object(pythoncom, name, begun + seconds if command else begun)
        box.append((ask(server), time.monotonic() - begun))
    except pythoncom.com_error as fault:
        box.append(Stopped(int(fault.args[0]), str(fault.args[1])))
    except OSError as fault:
        number = getattr(fault, "winerror", None) or fault.errno or 0
        box.append(Stopped(number, fault.strerror or str(fault)))
    except Exception as fault:
        box.append(Stopped(0, f"{type(fault).__name__}: {fault}"))


def _end_with_children(number: int) -> None:
    """End a process that was started here, and what it started."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        subprocess.run(
            [system_program("taskkill.exe"), "/f", "/t", "/pid", str(number)],
            capture_output=True,
            timeout=20,
            check=False,
        )


def _object(pythoncom: Any, name: str, until: float) -> Any:
    """The COM object, asked for again until that time while nobody has registered its class."""
    client: Any = importlib.import_module("win32com.client")
    pywintypes: Any = importlib.import_module("pywintypes")
    while True:
        try:
            raw = pythoncom.CoCreateInstance(
                pywintypes.IID(name),  # a name is looked up in the registry, as Excel does
                None,
                pythoncom.CLSCTX_LOCAL_SERVER,
                pythoncom.IID_IDispatch,
            )
            return client.Dispatch(raw)
        except pythoncom.com_error:
            if time.monotonic() >= until:
                raise
            time.sleep(0.2)


def running_programs() -> frozenset[str]:
    """The names of the running programs on Windows, in small letters; empty where they cannot be
    listed.
    """
    import csv

    try:
        listing = subprocess.run(
            [system_program("tasklist.exe"), "/fo", "csv", "/nh"],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    return frozenset(row[0].lower() for row in csv.reader(listing.stdout.splitlines()) if row)
