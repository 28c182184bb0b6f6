"""A Windows PC in a temporary folder: a dictionary in the registry's place, and a starter that
answers as Python, COM and Excel would, or says what a rule would say.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bankable
from bankable.addin.excel import installation
from bankable.addin.excel.programs import Ran, Stopped
from bankable.addin.excel.system import System

SURVIVAL = [[1.0], [0.85], [0.7225], [0.614125]]


class Dictionary:
    """A registry in memory: keys with their values, of the user and of the machine."""

    def __init__(self) -> None:
        self.user: dict[str, dict[str, Any]] = {}
        self.machine: dict[str, dict[str, Any]] = {
            r"Software\Classes\Excel.Application\CurVer": {"": "Excel.Application.16"}
        }

    def get(self, key: str, name: str, machine: bool = False) -> Any:
        return (self.machine if machine else self.user).get(key, {}).get(name)

    def values(self, key: str, machine: bool = False) -> dict[str, Any]:
        return dict((self.machine if machine else self.user).get(key, {}))

    def keys(self, key: str, machine: bool = False) -> tuple[str, ...]:
        start = key + "\\"
        below = [
            k[len(start) :] for k in (self.machine if machine else self.user) if k.startswith(start)
        ]
        return tuple(dict.fromkeys(k.partition("\\")[0] for k in below))

    def has(self, key: str) -> bool:
        return key in self.user or bool(self.keys(key))

    def set(self, key: str, name: str, value: str) -> None:
        self.user.setdefault(key, {})[name] = value

    def delete(self, key: str, name: str) -> None:
        self.user.get(key, {}).pop(name, None)

    def delete_key(self, key: str) -> None:
        for k in [k for k in self.user if k == key or k.startswith(key + "\\")]:
            del self.user[k]


class StandInStarter:
    """Answers as a sound PC does; set `stopped`, `com_stopped`, `told`, `server` or `excel` to have
    it answer otherwise.
    """

    def __init__(self) -> None:
        self.commands: list[list[str]] = []
        self.environments: list[dict[str, str]] = []
        self.asked: list[tuple[str, str]] = []
        self.stopped: Stopped | None = None
        self.com_stopped: Stopped | None = None
        self.told: dict[str, Any] | None = {
            "version": bankable.__version__,
            "survival": SURVIVAL,
        }
        self.server: Any = Server()
        self.excel: dict[str, Any] | None = {
            "version": "16.0",
            "shown": [row[0] for row in SURVIVAL],
        }

    def run(self, command: list[str], environment: dict[str, str], seconds: int) -> Ran:
        self.commands.append(command)
        self.environments.append(environment)
        if self.stopped:
            raise self.stopped
        answer = self.excel if "excel_proof" in command[3] else self.told
        if answer is None:
            return Ran(1, "Traceback (most recent call last):\nModuleNotFoundError: numpy\n")
        Path(command[-1]).write_text(json.dumps(answer), encoding="utf-8")
        return Ran(0, "")

    def ask_com(
        self, name: str, command: str, ask: Callable[[Any], Any], seconds: int
    ) -> tuple[Any, float]:
        self.asked.append((name, command))
        if self.com_stopped:
            raise self.com_stopped
        return ask(self.server), 2.1


class Server:
    """The COM object as pywin32 would hand it over."""

    def __init__(self, answer: Any = tuple(tuple(row) for row in SURVIVAL)) -> None:
        self.answer = answer

    def CallUDF(self, script: str, name: str, arguments: Any) -> Any:
        assert (script, name, arguments) == ("bankable_start", "SURVIVAL", (4.0, 0.0, 0.85, 1.0))
        return self.answer


def pc(folder: Path) -> System:
    """A PC on which Bankable can be installed."""
    venv = folder / "venv"
    (venv / "Scripts").mkdir(parents=True)
    for name in ("python.exe", "pythonw.exe"):
        (venv / "Scripts" / name).write_bytes(b"")
    for name in installation.dll_names():
        (venv / name).write_bytes(b"")
    return System(
        is_windows=True,
        home=folder / "Zoë",
        app_data=folder / "AppData",
        python=venv / "Scripts" / "python.exe",
        prefix=venv,
        code_page="cp1252",
        registry=Dictionary(),
        base_prefix=Path("C:/Python312"),
        starter=StandInStarter(),
        environment={"PATH": "C:/Windows", "PYTHONPATH": "C:/of the terminal"},
    )


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def registry(system: System) -> Dictionary:
    assert isinstance(system.registry, Dictionary)
    return system.registry


def starter(system: System) -> StandInStarter:
    assert isinstance(system.starter, StandInStarter)
    return system.starter
