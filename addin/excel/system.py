"""The one place that knows this machine: folders, registry, running programs, and what starts
programs.

Everything else of the Excel door is given a `System`; tests give one over a temporary folder and a
dictionary.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bankable.addin.excel.programs import RealStarter, Starter, running_programs
from bankable.addin.excel.registry import NoRegistry, Registry, WindowsRegistry

_DOCUMENTS = uuid.UUID("FDD39AD0-238F-46AF-ADB4-6C85480369C7")  # Windows' number of the folder


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
    base_prefix: Path = Path()  # where the Python lies that a venv was made of
    is_elevated: bool = False  # run as administrator
    starter: Starter = field(default_factory=RealStarter, repr=False)
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)

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
        registry=WindowsRegistry() if is_windows else NoRegistry(),
        programs=running_programs() if is_windows else frozenset(),
        has_pywin32=not is_windows or importlib.util.find_spec("pythoncom") is not None,
        base_prefix=Path(sys.base_prefix),
        is_elevated=is_windows and _is_elevated(),
    )


def _is_elevated() -> bool:
    import ctypes

    windll: Any = getattr(ctypes, "windll", None)
    try:
        return bool(windll.shell32.IsUserAnAdmin())
    except (AttributeError, OSError):
        return False


def documents_folder() -> Path:
    """The user's documents folder as the system knows it (a bank may have moved it to a server);
    the home folder, or that for temporary files, where there is none that can be written.
    """
    home = Path.home()
    known = _known_folder(_DOCUMENTS) if sys.platform == "win32" else None
    for folder in (known, home / "Documents", home):
        if folder is not None and folder.is_dir() and os.access(folder, os.W_OK):
            return folder
    return Path(tempfile.gettempdir())


def _known_folder(number: uuid.UUID) -> Path | None:
    """A folder that Windows knows by number, wherever the user or a policy has moved it."""
    import ctypes

    windll: Any = getattr(ctypes, "windll", None)
    found = ctypes.c_wchar_p()
    try:
        wrong = windll.shell32.SHGetKnownFolderPath(
            ctypes.create_string_buffer(number.bytes_le, 16), 0, None, ctypes.byref(found)
        )
        return None if wrong or not found.value else Path(found.value)
    except (AttributeError, OSError):
        return None
    finally:
        if windll is not None and found.value:
            windll.ole32.CoTaskMemFree(found)


def machine_in_words() -> str:
    """The operating system and Python, for reports."""
    return (
        f"{platform.system()} {platform.release()} ({platform.version()}), Python"
        f" {platform.python_version()} {platform.architecture()[0]}"
    )
