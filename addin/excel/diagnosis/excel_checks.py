"""Whether Excel is there and is led to the add-in, and the add-in to this Python, by either way of
starting it.

What a bank's rules say of that is in `desk_rules`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import bankable
from bankable.addin.excel import com_server, installation
from bankable.addin.excel.diagnosis.finding import FAULT, OK, UNKNOWN, WARNING, Finding
from bankable.addin.excel.system import System

DISABLED = r"Software\Microsoft\Office\16.0\Excel\Resiliency\DisabledItems"
OFFICE = r"Software\Microsoft\Office\ClickToRun\Configuration"


def excel(system: System) -> Iterator[Finding]:
    """Whether Excel is installed, and runs."""
    if not system.is_windows:
        yield Finding(
            "Excel",
            UNKNOWN,
            "this is not Windows: the add-in cannot run here",
            "use `bankable install --libreoffice`, or a Windows machine",
        )
        return
    bits = system.registry.get(OFFICE, "Platform", machine=True)
    version = system.registry.get(OFFICE, "VersionToReport", machine=True)
    curver = system.registry.get(r"Software\Classes\Excel.Application\CurVer", "", machine=True)
    if curver is None and version is None:
        yield Finding(
            "Excel",
            FAULT,
            "not found in the registry",
            "install desktop Excel 2016 or newer, or Microsoft 365",
        )
    else:
        yield Finding(
            "Excel",
            OK,
            f"{curver or 'Excel'}, {version or 'build not told'}, {bits or 'bits not told'}",
        )
    yield Finding("Excel is running", OK, "yes" if system.excel_is_running else "no")


def addin(system: System) -> Iterator[Finding]:
    """Whether the add-in lies where Excel loads it, of this version, and once."""
    if not system.is_windows:
        return
    places = [
        folder / installation.ADDIN_NAME for folder in (system.addins_folder, system.startup_folder)
    ]
    found = [place for place in places if place.is_file()]
    if not found:
        yield Finding("add-in", FAULT, f"{places[0]} does not exist", "bankable install")
        return
    if len(found) > 1:
        yield Finding(
            "add-in",
            WARNING,
            f"two copies: {found[0]} and {found[1]}",
            "bankable uninstall, then bankable install",
        )
    yield _version_of(found[0], com_server.is_registered(system))
    if Path(f"{found[0]}:Zone.Identifier").exists():
        yield Finding(
            "add-in",
            FAULT,
            f"{found[0]} carries Windows' mark of a file from the internet, and Excel runs no"
            " macro of such a file",
            "close Excel, then bankable install, which writes a file without that mark",
        )
    yield from _loaded(system, places, found[0])


def _version_of(place: Path, by_com_server: bool) -> Finding:
    """Whether the add-in in that place is the one that this version would put there."""
    again = f"close Excel, then bankable install{' --com-server' if by_com_server else ''}"
    data = place.read_bytes()
    if data == installation.shipped_addin(by_com_server):
        way = "Windows' COM service" if by_com_server else "xlwings' DLL"
        return Finding(
            "add-in", OK, f"{place}, of Bankable {bankable.__version__}; Python comes by {way}"
        )
    if data == installation.shipped_addin(not by_com_server):
        seen = "asks for Python by the other way than the one that is set up"
    else:
        theirs = installation.built_from(data).get("bankable")
        if theirs is None:
            seen = (
                f"is older than 0.2 or no add-in of ours; this is Bankable {bankable.__version__}"
            )
        elif theirs == bankable.__version__:
            seen = f"is of Bankable {theirs} as this is, but was built or changed elsewhere"
        else:
            seen = f"is of Bankable {theirs}, and this Python has {bankable.__version__}"
    return Finding("add-in", FAULT, f"{place} {seen}", again)


def _loaded(system: System, places: list[Path], found: Path) -> Iterator[Finding]:
    ours = [
        value for value in installation.entries_of(system).values() if installation.is_ours(value)
    ]
    if found == places[1]:
        yield Finding("loaded at start", OK, "Excel's startup folder")
    elif not ours:
        yield Finding(
            "loaded at start",
            FAULT,
            "Excel's OPEN entries do not name it",
            "bankable install, or tick Bankable under File, Options, Add-ins",
        )
    elif Path(ours[0].strip('"')) != found:
        yield Finding(
            "loaded at start",
            FAULT,
            f"the entry leads to {ours[0]}",
            "close Excel, then bankable install",
        )
    else:
        yield Finding("loaded at start", OK, ours[0])
    for value in system.registry.values(DISABLED).values():
        if (
            isinstance(value, bytes)
            and installation.ADDIN_NAME in value.decode("utf-16-le", "ignore").lower()
        ):
            yield Finding(
                "disabled items",
                FAULT,
                "Excel switched the add-in off after a crash",
                "File, Options, Add-ins, Manage: Disabled Items, Go, choose Bankable, Enable",
            )


def settings_of(system: System) -> dict[str, str]:
    """What the settings file of the DLL's way says."""
    if not system.settings_file.is_file():
        return {}
    text = system.settings_file.read_bytes().decode(system.code_page, "replace")
    return dict(re.findall(r'"([^"]*)","([^"]*)"', text))


def led_to_python(system: System) -> Iterator[Finding]:
    """Whether the add-in is led to this Python."""
    if not system.is_windows:
        return
    if com_server.is_registered(system):
        yield from _com_entries(system)
        return
    path = system.settings_file
    if not path.is_file():
        yield Finding("settings", FAULT, f"{path} does not exist", "bankable install")
        return
    told = settings_of(system)
    interpreter = told.get("INTERPRETER_WIN", "")
    if not Path(interpreter).is_file():
        yield Finding(
            "settings",
            FAULT,
            f"{path} leads to {interpreter or 'no Python'}, which does not exist",
            "bankable install",
        )
    elif Path(interpreter) != installation.interpreter_for_excel(system):
        yield Finding(
            "settings",
            WARNING,
            f"{path} leads to another Python: {interpreter}",
            "bankable install from the Python that is to serve Excel",
        )
    else:
        yield Finding("settings", OK, str(path))
    if not any(
        (Path(told.get("DLL_FOLDER", "")) / name).is_file() for name in installation.dll_names()
    ):
        yield Finding(
            "settings",
            FAULT,
            f"no DLL of xlwings in {told.get('DLL_FOLDER', 'the folder named')}",
            "bankable install",
        )


def _com_entries(system: System) -> Iterator[Finding]:
    again = "bankable install --com-server from the Python that is to serve Excel"
    wrong = com_server.wrong_entries(system)
    for key, held in wrong.items():
        seen = "is missing" if held is None else f"holds {held}"
        yield Finding("COM server", FAULT, rf"HKEY_CURRENT_USER\{key} {seen}", again)
    if not com_server.interpreter(system).is_file():
        yield Finding(
            "COM server", FAULT, f"{com_server.interpreter(system)} does not exist", again
        )
    elif not wrong:
        yield Finding(
            "COM server", OK, f"{com_server.PROG_ID} leads to {com_server.interpreter(system)}"
        )
    if system.is_elevated:
        yield Finding(
            "COM server",
            WARNING,
            "this runs as administrator: Windows knows no user's own COM class there, nor would an"
            " Excel started as administrator",
            "run bankable doctor, and Excel, without administrator's rights",
        )
