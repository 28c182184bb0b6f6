"""Bankable's Python as a COM local server of one user: Windows' COM service starts it when Excel
asks for the class `Bankable.Python`.

`register` writes the entries that say so in the user's part of the registry, `unregister` takes
every one of them away. Excel then starts no program, loads no DLL of xlwings and reads no file.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from bankable.addin.excel.system import System
from bankable.templates.refusal import Refusal

PROG_ID = "Bankable.Python"
CLASS_ID = "{FE593BE4-5CEF-403C-AC9C-9C236BA850D9}"  # made once for Bankable, never to change
CLASSES = r"Software\Classes"
# A 32-bit Excel looks in the second place first, a 64-bit one in the first.
CLASS_KEYS = tuple(rf"{CLASSES}\{view}CLSID\{CLASS_ID}" for view in ("", "Wow6432Node" + "\\"))
_PARENTS = tuple(rf"{CLASSES}\{key}" for key in (r"Wow6432Node\CLSID", "Wow6432Node", "CLSID"))
TITLE = "Bankable: worksheet functions in Python"


def interpreter(system: System) -> Path:
    """The Python that the COM service starts: the one without a window."""
    return system.python.with_name("pythonw.exe")


def arguments() -> list[str]:
    """What it is started with: no variable and no current folder adds to where it looks for
    modules (-E, -P), and the server of that class is run.
    """
    return ["-E", "-P", "-c", f"import bankable_start; bankable_start.serve('{CLASS_ID}')"]


def command(system: System) -> str:
    """The command line in the registry."""
    return f'"{interpreter(system)}" ' + subprocess.list2cmdline(arguments())


def entries(system: System) -> dict[str, str]:
    """Every key with its default value, parents first."""
    made = {
        rf"{CLASSES}\{PROG_ID}": TITLE,
        rf"{CLASSES}\{PROG_ID}\CLSID": CLASS_ID,
    }
    for key in CLASS_KEYS:
        made[key] = TITLE
        made[rf"{key}\ProgID"] = PROG_ID
        made[rf"{key}\LocalServer32"] = command(system)
    return made


def register(system: System) -> list[str]:
    """Write the entries; running it again brings them up to date."""
    if not interpreter(system).is_file():
        raise Refusal(
            f"{interpreter(system)} is missing, which Windows is to start: install Python for"
            " Windows from python.org or your software centre, make the venv anew, then run this"
            " again."
        )
    try:
        for key, value in entries(system).items():
            system.registry.set(key, "", value)
    except OSError as fault:
        unregister(system)
        raise Refusal(
            f"the registry cannot be written (HKEY_CURRENT_USER\\{CLASSES}: {fault}): ask IT"
            " whether a rule forbids a user's own COM classes; `bankable install` does without."
        ) from None
    return [
        f"COM server: HKEY_CURRENT_USER\\{CLASSES}\\{PROG_ID} and {CLASS_ID}",
        f"Windows starts: {command(system)}",
    ]


def unregister(system: System) -> list[str]:
    """Take every entry away, those of an older version too."""
    there = [key for key in reversed(entries(system)) if system.registry.has(key)]
    for key in there:
        system.registry.delete_key(key)
    for key in _PARENTS:  # Windows makes them with the first class in them
        empty = not system.registry.keys(key) and not system.registry.values(key)
        if there and empty and system.registry.has(key):
            system.registry.delete_key(key)
    return [f"registry: the COM server {PROG_ID} was removed"] if there else []


def is_registered(system: System) -> bool:
    """Whether any entry is there."""
    return any(system.registry.has(key) for key in entries(system))


def wrong_entries(system: System) -> dict[str, object]:
    """The keys whose value is not the one that this Python would write, with what they hold."""
    return {
        key: found
        for key, value in entries(system).items()
        if (found := system.registry.get(key, "")) != value
    }
