"""Puts bankable.xlam where Excel finds it, writes what leads the add-in to this Python, and takes
both away again.

There are two ways to start Python: xlwings' DLL, led by a settings file, and a COM server of one's
own, led by registry entries. Nothing is installed for other users and no administrator's rights are
needed.
"""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path

from bankable.addin.excel import com_server, excel_proof
from bankable.addin.excel.system import System
from bankable.templates.refusal import Refusal

ADDIN_NAME = "bankable.xlam"
# Excel 2016, 2019, 2021, 2024 and Microsoft 365 all call themselves 16.0.
OPTIONS_KEY = r"Software\Microsoft\Office\16.0\Excel\Options"
MANAGER_KEY = r"Software\Microsoft\Office\16.0\Excel\Add-in Manager"


@dataclass(frozen=True)
class Done:
    """What was done, a sentence a step; `fault` says why it is not proven to work ("": it is)."""

    steps: tuple[str, ...]
    fault: str = ""


def shipped_addin(by_com_server: bool = False) -> bytes:
    """The bankable.xlam in this package, of either way."""
    name = "bankable_com_server.xlam" if by_com_server else ADDIN_NAME
    return (resources.files("bankable.addin.excel") / "files" / name).read_bytes()


def built_from(xlam: bytes) -> dict[str, str]:
    """What an add-in says it was built from: versions of Bankable and xlwings, the build."""
    try:
        with zipfile.ZipFile(io.BytesIO(xlam)) as package:
            core = package.read("docProps/core.xml").decode("utf-8")
    except (zipfile.BadZipFile, KeyError):
        return {}
    words = re.search(r"<cp:keywords>([^<]*)<", core)
    parts = words[1].split() if words else []
    return dict(zip(parts[::2], parts[1::2], strict=False))


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


def install(
    system: System,
    startup_folder: bool = False,
    force: bool = False,
    by_com_server: bool = False,
    proven: bool = True,
) -> Done:
    """Install for this user; running it again brings everything up to date, and changes the way
    where the other one is asked for. `proven`: Excel is to calculate a formula afterwards.
    """
    _refuse_unfit(system, force)
    settings = b""
    if not by_com_server:
        folder = dll_folder(system)
        if folder is None:
            raise Refusal(
                f"{dll_names()[0]} is in neither {system.prefix} nor {system.python.parent}: run"
                " `python -m pip install --force-reinstall --no-deps"
                f" xlwings=={metadata.version('xlwings')}`, then this again."
            )
        settings = settings_text(system, folder)
    was_registered = com_server.is_registered(system)
    steps = com_server.register(system) if by_com_server else []
    try:
        steps += _place(system, startup_folder, by_com_server)
    except Refusal:
        if by_com_server and not was_registered:
            com_server.unregister(system)
        raise
    if by_com_server:
        if _forget_settings(system):
            steps.append(f"removed {system.settings_file}: this way needs none")
    else:
        steps += com_server.unregister(system)
        system.settings_file.parent.mkdir(parents=True, exist_ok=True)
        system.settings_file.write_bytes(settings)
        steps.append(f"settings: {system.settings_file} leads to {interpreter_for_excel(system)}")
    if proven:
        place = system.startup_folder if startup_folder else system.addins_folder
        try:
            steps.append(excel_proof.prove(system, place / ADDIN_NAME))
        except Refusal as refusal:
            return Done(tuple(steps), refusal.sentence)
    return Done(tuple(steps))


def _refuse_unfit(system: System, force: bool) -> None:
    """What stands in the way of either way."""
    if not system.is_windows:
        raise Refusal(
            "the Excel add-in is for Windows; this is another system. `bankable install"
            " --libreoffice` installs the functions in LibreOffice, and docs/web-and-mac.md tells"
            " how Excel on the web and the Mac get them."
        )
    if from_the_store(system):
        raise Refusal(
            f"this Python is the Microsoft Store's ({system.base_prefix}), and Windows hides what"
            " it writes from Excel: install Python from python.org or your software centre, make"
            " the venv with that, then run this again."
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


def from_the_store(system: System) -> bool:
    """Whether Python is the Microsoft Store's: what it writes in the user's folders and registry
    is kept apart for it alone.
    """
    return "windowsapps" in str(system.base_prefix).lower()


def _place(system: System, startup_folder: bool, by_com_server: bool) -> list[str]:
    """Put the add-in where Excel loads it from, and nowhere else."""
    place = (system.startup_folder if startup_folder else system.addins_folder) / ADDIN_NAME
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)  # with any mark of a file from the internet
        place.write_bytes(shipped_addin(by_com_server))
    except PermissionError:
        raise Refusal(
            f"{place} cannot be written: close Excel, and ask IT if the folder is locked."
        ) from None
    steps = [f"add-in: {place}"]
    other = (system.addins_folder if startup_folder else system.startup_folder) / ADDIN_NAME
    if other.is_file():
        other.unlink()
        steps.append(f"removed the older copy: {other}")
    if startup_folder:
        steps += _forget_entries(system)
        steps.append("Excel loads it from its startup folder; no registry entry is needed for that")
    else:
        steps += _enter(system, place)
    return steps


def _forget_settings(system: System) -> bool:
    """Take the settings file away, and its folder where nothing else is in it."""
    there = system.settings_file.is_file()
    if there:
        system.settings_file.unlink()
    if system.settings_file.parent.is_dir() and not any(system.settings_file.parent.iterdir()):
        shutil.rmtree(system.settings_file.parent)
    return there


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
    steps += com_server.unregister(system)
    if _forget_settings(system):
        steps.append(f"removed {system.settings_file}")
    return Done(tuple(steps) or ("nothing was installed",))
