"""Puts bankable.xlam where Excel finds it, writes the file that leads the add-in to this Python,
and takes both away again.

Nothing is installed for other users and no administrator's rights are needed.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path

from bankable.addin.excel.system import System
from bankable.templates.refusal import Refusal

ADDIN_NAME = "bankable.xlam"
# Excel 2016, 2019, 2021, 2024 and Microsoft 365 all call themselves 16.0.
OPTIONS_KEY = r"Software\Microsoft\Office\16.0\Excel\Options"
MANAGER_KEY = r"Software\Microsoft\Office\16.0\Excel\Add-in Manager"


@dataclass(frozen=True)
class Done:
    """What was done, a sentence a step."""

    steps: tuple[str, ...]


def shipped_addin() -> bytes:
    """The bankable.xlam in this package."""
    return (resources.files("bankable.addin.excel") / "files" / ADDIN_NAME).read_bytes()


def dll_names() -> tuple[str, str]:
    """xlwings' DLLs for 64-bit and 32-bit Excel that this version of the add-in asks for."""
    version = metadata.version("xlwings")
    return f"xlwings64-{version}.dll", f"xlwings32-{version}.dll"


def dll_folder(system: System) -> Path | None:
    """The folder that holds xlwings' DLLs: pip puts them beside Python or at the venv's root."""
    name = dll_names()[0]
    return next(
        (
            folder
            for folder in (system.prefix, system.python.parent, system.python.parent.parent)
            if (folder / name).is_file()
        ),
        None,
    )


def interpreter_for_excel(system: System) -> Path:
    """The interpreter the add-in starts: python.exe, whose window the DLL hides."""
    return system.python


def entries_of(system: System) -> dict[str, str]:
    """Excel's OPEN entries: the add-ins that it loads when it starts, in order."""
    found = {
        name: str(value)
        for name, value in system.registry.values(OPTIONS_KEY).items()
        if _is_open(name)
    }
    return dict(sorted(found.items(), key=lambda item: int(item[0][4:] or 0)))


def _is_open(name: str) -> bool:
    return name.upper() == "OPEN" or (name.upper().startswith("OPEN") and name[4:].isdigit())


def is_ours(entry: str) -> bool:
    """Whether an OPEN entry names our add-in, wherever it lies."""
    return (
        entry.replace("/", "\\").strip().rstrip('"').lower().rpartition("\\")[2].strip('"')
        == ADDIN_NAME
    )


def install(system: System, startup_folder: bool = False, force: bool = False) -> Done:
    """Install for this user; running it again brings everything up to date."""
    if not system.is_windows:
        raise Refusal(
            "the Excel add-in is for Windows; this is another system. `bankable install"
            " --libreoffice` installs the functions in LibreOffice, and docs/web-and-mac.md tells"
            " how Excel on the web and the Mac get them."
        )
    if system.excel_is_running and not force:
        raise Refusal(
            "Excel is running and would undo the change when it closes: close it, then run this"
            " again (--force: go on all the same)."
        )
    if not system.has_pywin32:
        raise Refusal(
            "pywin32 is missing from this Python: run `python -m pip install pywin32`, then this"
            " again."
        )
    folder = dll_folder(system)
    if folder is None:
        raise Refusal(
            f"{dll_names()[0]} is in neither {system.prefix} nor {system.python.parent}: run"
            " `python -m pip install --force-reinstall --no-deps"
            f" xlwings=={metadata.version('xlwings')}`, then this again."
        )
    settings = settings_text(system, folder)
    steps = []
    place = (system.startup_folder if startup_folder else system.addins_folder) / ADDIN_NAME
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(shipped_addin())
    except PermissionError:
        raise Refusal(
            f"{place} cannot be written: close Excel, and ask IT if the folder is locked."
        ) from None
    steps.append(f"add-in: {place}")
    other = (system.addins_folder if startup_folder else system.startup_folder) / ADDIN_NAME
    if other.is_file():
        other.unlink()
        steps.append(f"removed the older copy: {other}")
    if startup_folder:
        steps += _forget_entries(system)
        steps.append("Excel loads it from its startup folder; no registry entry is needed")
    else:
        steps += _enter(system, place)
    system.settings_file.parent.mkdir(parents=True, exist_ok=True)
    system.settings_file.write_bytes(settings)
    steps.append(f"settings: {system.settings_file} leads to {interpreter_for_excel(system)}")
    return Done(tuple(steps))


def settings_text(system: System, folder: Path) -> bytes:
    """The settings file as VBA reads it: quoted keys and values in the machine's own code page."""
    entries = (
        ("INTERPRETER_WIN", str(interpreter_for_excel(system))),
        ("DLL_FOLDER", str(folder)),
        ("UDF MODULES", "bankable_start"),
    )
    text = "".join(f'"{key}","{value}"\r\n' for key, value in entries)
    try:
        return text.encode(system.code_page)
    except UnicodeEncodeError:
        raise Refusal(
            f"the path {system.python} has letters outside this Windows' own alphabet, which VBA"
            " cannot pass on: put Python in a folder with plain letters, such as C:\\bankable."
        ) from None


def _enter(system: System, place: Path) -> list[str]:
    """The OPEN entry, as Excel writes it when a box is ticked in its Add-ins dialog; one of ours is
    put right in its place.
    """
    entries = entries_of(system)
    wanted = f'"{place}"'
    ours = [name for name, value in entries.items() if is_ours(value)]
    steps = []
    if ours:
        name = ours[0]
        for extra in ours[1:]:
            system.registry.delete(OPTIONS_KEY, extra)
    else:
        number = 0
        taken = {entry.upper() for entry in entries}
        while (name := f"OPEN{number or ''}") in taken:
            number += 1
    if entries.get(name) != wanted:
        system.registry.set(OPTIONS_KEY, name, wanted)
    steps.append(f"Excel loads it at each start: HKEY_CURRENT_USER\\{OPTIONS_KEY}, value {name}")
    return steps


def _forget_entries(system: System) -> list[str]:
    """Take our OPEN entries away and close the gap: Excel stops reading at the first missing
    number.
    """
    entries = entries_of(system)
    kept = [value for value in entries.values() if not is_ours(value)]
    if len(kept) == len(entries):
        return []
    for name in entries:
        system.registry.delete(OPTIONS_KEY, name)
    for i, value in enumerate(kept):
        system.registry.set(OPTIONS_KEY, f"OPEN{i or ''}", value)
    return [f"registry: the entry in HKEY_CURRENT_USER\\{OPTIONS_KEY} was removed"]


def uninstall(system: System, force: bool = False) -> Done:
    """Undo `install`, whichever way it was done."""
    if not system.is_windows:
        raise Refusal(
            "there is no Excel add-in on this system; `bankable uninstall --libreoffice` takes away"
            " the one in LibreOffice."
        )
    if system.excel_is_running and not force:
        raise Refusal(
            "Excel is running and holds the add-in: close it, then run this again (--force: go on"
            " all the same)."
        )
    steps = []
    for folder in (system.addins_folder, system.startup_folder):
        place = folder / ADDIN_NAME
        if place.is_file():
            try:
                place.unlink()
            except PermissionError:
                raise Refusal(f"{place} cannot be removed: close Excel first.") from None
            steps.append(f"removed {place}")
    steps += _forget_entries(system)
    for name in system.registry.values(MANAGER_KEY):
        if is_ours(name):
            system.registry.delete(MANAGER_KEY, name)
            steps.append("removed from Excel's list of add-ins")
    if system.settings_file.is_file():
        system.settings_file.unlink()
        steps.append(f"removed {system.settings_file}")
    if system.settings_file.parent.is_dir() and not any(system.settings_file.parent.iterdir()):
        shutil.rmtree(system.settings_file.parent)
    return Done(tuple(steps) or ("nothing was installed",))
