"""The one place where the Excel door touches the machine: folders, registry, running programs, the
keyboard.

Everything else is given a `System`; tests give one over a temporary folder and a dictionary.
"""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


class Registry(Protocol):
    """The user's part of the Windows registry (HKEY_CURRENT_USER), and reading of the machine's."""

    def get(self, key: str, name: str, machine: bool = False) -> Any: ...

    def values(self, key: str) -> dict[str, Any]: ...

    def set(self, key: str, name: str, value: str) -> None: ...

    def delete(self, key: str, name: str) -> None: ...


class WindowsRegistry:
    """The real one; every read answers None or {} where there is nothing or it may not be read."""

    def get(self, key: str, name: str, machine: bool = False) -> Any:
        import winreg  # type: ignore[import-not-found,unused-ignore]

        root = winreg.HKEY_LOCAL_MACHINE if machine else winreg.HKEY_CURRENT_USER  # type: ignore[attr-defined,unused-ignore]
        try:
            with winreg.OpenKey(root, key) as opened:  # type: ignore[attr-defined,unused-ignore]
                return winreg.QueryValueEx(opened, name)[0]  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return None

    def values(self, key: str) -> dict[str, Any]:
        import winreg  # type: ignore[import-not-found,unused-ignore]

        found: dict[str, Any] = {}
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:  # type: ignore[attr-defined,unused-ignore]
                for i in range(winreg.QueryInfoKey(opened)[1]):  # type: ignore[attr-defined,unused-ignore]
                    name, value, _ = winreg.EnumValue(opened, i)  # type: ignore[attr-defined,unused-ignore]
                    found[name] = value
        except OSError:
            return found
        return found

    def set(self, key: str, name: str, value: str) -> None:
        import winreg  # type: ignore[import-not-found,unused-ignore]

        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, key) as opened:  # type: ignore[attr-defined,unused-ignore]
            winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, value)  # type: ignore[attr-defined,unused-ignore]

    def delete(self, key: str, name: str) -> None:
        import winreg  # type: ignore[import-not-found,unused-ignore]

        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key, 0, winreg.KEY_SET_VALUE) as opened:  # type: ignore[attr-defined,unused-ignore]
                winreg.DeleteValue(opened, name)  # type: ignore[attr-defined,unused-ignore]
        except FileNotFoundError:
            return


@dataclass
class System:
    """What installation and diagnosis see of the machine."""

    is_windows: bool
    home: Path
    app_data: Path
    python: Path
    prefix: Path
    code_page: str
    registry: Registry = field(repr=False)
    programs: frozenset[str] = frozenset()  # names of running programs, in small letters
    has_pywin32: bool = True

    @property
    def excel_is_running(self) -> bool:
        return "excel.exe" in self.programs

    @property
    def addins_folder(self) -> Path:
        return self.app_data / "Microsoft" / "AddIns"

    @property
    def startup_folder(self) -> Path:
        return self.app_data / "Microsoft" / "Excel" / "XLSTART"

    @property
    def settings_file(self) -> Path:
        return self.home / ".bankable" / "bankable.conf"


def this_system() -> System:
    """The machine that this runs on."""
    import importlib.util
    import locale

    home = Path.home()
    is_windows = sys.platform == "win32"
    return System(
        is_windows=is_windows,
        home=Path(os.environ.get("USERPROFILE", home)),
        app_data=Path(os.environ.get("APPDATA", home / "AppData" / "Roaming")),
        python=Path(sys.executable),
        prefix=Path(sys.prefix),
        code_page="mbcs" if is_windows else locale.getpreferredencoding(False),
        registry=WindowsRegistry(),
        programs=running_programs() if is_windows else frozenset(),
        has_pywin32=not is_windows or importlib.util.find_spec("pythoncom") is not None,
    )


def running_programs() -> frozenset[str]:
    """The names of the running programs on Windows, in small letters; empty where they cannot be
    listed.
    """
    import csv
    import subprocess

    try:
        listing = subprocess.run(
            ["tasklist", "/fo", "csv", "/nh"],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    return frozenset(row[0].lower() for row in csv.reader(listing.stdout.splitlines()) if row)


def machine_in_words() -> str:
    """The operating system and Python, for reports."""
    return (
        f"{platform.system()} {platform.release()} ({platform.version()}), Python"
        f" {platform.python_version()} {platform.architecture()[0]}"
    )
