"""What keeps the functions from working in Excel on this machine: one check a possible fault, each
with its mend.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from bankable.addin.excel import installation
from bankable.addin.excel.system import System, machine_in_words

SECURITY = r"Software\Microsoft\Office\16.0\Excel\Security"
POLICY = r"Software\Policies\Microsoft\Office\16.0\Excel\Security"
DISABLED = r"Software\Microsoft\Office\16.0\Excel\Resiliency\DisabledItems"
OFFICE = r"Software\Microsoft\Office\ClickToRun\Configuration"

OK, WARNING, FAULT, UNKNOWN = "ok", "warning", "fault", "not known"


@dataclass(frozen=True)
class Finding:
    """One check: its state, what was seen, and what to do about it ("" where nothing)."""

    check: str
    state: str
    seen: str
    mend: str = ""


def examine(system: System) -> list[Finding]:
    """All findings, in the order in which they are to be mended."""
    findings = []
    for check in CHECKS:
        try:
            findings += list(check(system))
        except Exception as fault:  # one check that fails hides no other
            name = check.__name__.strip("_").replace("_", " ")
            findings.append(
                Finding(
                    name,
                    FAULT,
                    f"could not be looked at ({type(fault).__name__}: {fault})",
                    "mend the other faults first",
                )
            )
    return findings


def _python(system: System) -> Iterator[Finding]:
    yield Finding("Python", OK, machine_in_words())
    try:
        str(system.python).encode(system.code_page)
    except UnicodeEncodeError:
        yield Finding(
            "Python's path",
            FAULT,
            str(system.python),
            "VBA cannot pass on these letters: put Python in a folder with plain letters",
        )


def _packages(_: System) -> Iterator[Finding]:
    """Every package that Bankable asks for, and no other version where it asks for one."""
    try:
        asked = [line for line in metadata.requires("bankable") or [] if "extra ==" not in line]
    except metadata.PackageNotFoundError:
        yield Finding(
            "packages",
            WARNING,
            "Bankable itself is not installed in this Python",
            "python -m pip install . in the project's folder",
        )
        return
    wrong = []
    for line in asked:
        wanted = re.split(r"[;\s]", line)[0]
        name, exact = re.split(r"[<>=!~\[]", wanted)[0], wanted.partition("==")[2]
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            wrong.append(line)
            continue
        if exact and found != exact:
            wrong.append(f"{name}=={exact}")
    if wrong:
        texts = " ".join(f'"{line}"' for line in wrong)
        yield Finding(
            "packages",
            FAULT,
            f"missing, or of another version: {', '.join(wrong)}",
            f"python -m pip install {texts}",
        )
    else:
        yield Finding("packages", OK, f"all {len(asked)} that it asks for")


def _functions(_: System) -> Iterator[Finding]:
    from bankable import udfs
    from bankable.addin.excel.functions import evaluate

    entry = udfs.FUNCTIONS["SURVIVAL"]
    answer = evaluate(entry, [[[2.0]], [[0.0]], [[0.5]], [[1.0]]])
    if answer == [[1.0], [0.5]]:
        yield Finding(
            "functions", OK, f"{len(udfs.FUNCTIONS)} functions; SURVIVAL answers as it should"
        )
    else:
        yield Finding(
            "functions",
            FAULT,
            f"SURVIVAL answers {answer!r}",
            "install the package anew from the file or folder that it came from",
        )


def _kept_answers(_: System) -> Iterator[Finding]:
    from bankable.addin import answer_cache

    if answer_cache.is_on():
        most = (
            f"at most {answer_cache.MOST_ANSWERS:,} answers and {answer_cache.MOST_BYTES >> 20} MB"
        )
        seen = f"on, {most}; {answer_cache.SETTING}=off switches it off"
    else:
        seen = f"switched off by {answer_cache.SETTING}"
    yield Finding("kept answers", OK, seen)


def _xlwings(system: System) -> Iterator[Finding]:
    version = metadata.version("xlwings")
    built = built_from(installation.shipped_addin())
    if built.get("xlwings") == version:
        yield Finding("xlwings", OK, f"{version}, the version the add-in asks for")
    else:
        asked = built.get("xlwings", "another version")
        yield Finding(
            "xlwings",
            FAULT,
            f"{version} is installed, the add-in asks for {asked}",
            f"python -m pip install xlwings=={asked}",
        )
    if not system.is_windows:
        return
    folder = installation.dll_folder(system)
    if folder is None:
        yield Finding(
            "xlwings' DLL",
            FAULT,
            f"{installation.dll_names()[0]} is not in {system.prefix}",
            f"python -m pip install --force-reinstall --no-deps xlwings=={version}",
        )
    else:
        yield Finding("xlwings' DLL", OK, str(folder / installation.dll_names()[0]))
    if not system.has_pywin32:
        yield Finding("pywin32", FAULT, "missing", "python -m pip install pywin32")
    else:
        yield Finding("pywin32", OK, "present")


def _excel(system: System) -> Iterator[Finding]:
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


def _installed(system: System) -> Iterator[Finding]:
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
    if found[0].read_bytes() == installation.shipped_addin():
        yield Finding("add-in", OK, str(found[0]))
    else:
        yield Finding(
            "add-in",
            FAULT,
            f"{found[0]} is not of this version",
            "close Excel, then bankable install",
        )
    ours = [
        value for value in installation.entries_of(system).values() if installation.is_ours(value)
    ]
    if found[0] == places[1]:
        yield Finding("loaded at start", OK, "Excel's startup folder")
    elif not ours:
        yield Finding(
            "loaded at start",
            FAULT,
            "Excel's OPEN entries do not name it",
            "bankable install, or tick Bankable under File, Options, Add-ins",
        )
    elif Path(ours[0].strip('"')) != found[0]:
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


def _settings(system: System) -> Iterator[Finding]:
    if not system.is_windows:
        return
    path = system.settings_file
    if not path.is_file():
        yield Finding("settings", FAULT, f"{path} does not exist", "bankable install")
        return
    told = dict(
        re.findall(r'"([^"]*)","([^"]*)"', path.read_bytes().decode(system.code_page, "replace"))
    )
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


def _trust(system: System) -> Iterator[Finding]:
    if not system.is_windows:
        return

    def setting(name: str) -> object:
        policy = system.registry.get(POLICY, name)
        return system.registry.get(SECURITY, name) if policy is None else policy

    if setting("DisableAllAddins"):
        yield Finding(
            "trust: add-ins",
            FAULT,
            "all application add-ins are switched off",
            "Trust Center, Add-ins; a policy: ask IT",
        )
    elif setting("RequireAddinSig"):
        yield Finding(
            "trust: add-ins",
            FAULT,
            "add-ins must be signed, and bankable.xlam is not",
            "ask IT to sign bankable.xlam with the bank's certificate, or to trust its folder",
        )
    else:
        yield Finding("trust: add-ins", OK, "unsigned add-ins are allowed")
    warnings = setting("VBAWarnings")
    if warnings in (3, 4):
        yield Finding(
            "trust: macros",
            WARNING,
            "only signed macros run" if warnings == 3 else "all macros are switched off",
            "trust the add-in's folder (Trust Center, Trusted Locations), or ask IT",
        )
    else:
        yield Finding(
            "trust: macros",
            OK,
            "VBAWarnings " + (str(warnings) if warnings is not None else "at Excel's default"),
        )
    if setting("AccessVBOM"):
        yield Finding("trust: VBA project", OK, "Import Functions would work")
    else:
        yield Finding(
            "trust: VBA project",
            OK,
            "access is off; only xlwings' Import Functions needs it, the ready add-in does not",
        )


CHECKS: tuple[Callable[[System], Iterator[Finding]], ...] = (
    _python,
    _packages,
    _functions,
    _kept_answers,
    _xlwings,
    _excel,
    _installed,
    _settings,
    _trust,
)


def built_from(xlam: bytes) -> dict[str, str]:
    """What an add-in says it was built from: the version of xlwings and the build."""
    import io

    try:
        with zipfile.ZipFile(io.BytesIO(xlam)) as package:
            core = package.read("docProps/core.xml").decode("utf-8")
    except (zipfile.BadZipFile, KeyError):
        return {}
    words = re.search(r"<cp:keywords>([^<]*)<", core)
    parts = words[1].split() if words else []
    return dict(zip(parts[::2], parts[1::2], strict=False))


TO_TRY = (
    "the Bankable tab stands in the ribbon after Excel starts",
    "=SURVIVAL(4,0,0.85,1) entered in a cell fills four cells: 1, 0.85, 0.7225, 0.6141",
    "=SURVIVAL(-4) shows #NUM!, and Explain error says why",
    (
        "the function wizard (fx) shows SURVIVAL under the category 'Bankable: ...' with a text for"
        " each argument"
    ),
    "Bankable, New comparison opens a workbook; its Checks sheet shows OK",
    "Bankable, Check workbook ends with a message and colours nothing in it",
    "Bankable, Credit memo writes a Word file",
    "the workbook saved, closed and opened again calculates without a question about links",
    (
        "the workbook opened on a second machine (other user name) with the add-in calculates after"
        " opening"
    ),
    (
        "a comparison saved as .xlsm by `bankable compare -o x.xlsm` calculates with the add-in"
        " unticked"
    ),
    "=SUM(SURVIVAL(4,0,0.85,1)) gives 3.1866",
    "Bankable, Stress, Stress sheet on that workbook adds a sheet that shows figures and no error",
    (
        "how long: seconds from the first formula after starting Excel to its value; seconds for"
        " 100 cells of =SURVIVAL(4,0,0.85,1)"
    ),
)


def as_text(findings: list[Finding]) -> str:
    """The findings for a terminal."""
    lines = []
    for finding in findings:
        lines.append(f"{finding.state.upper():<9} {finding.check}: {finding.seen}")
        if finding.mend:
            lines.append(f"          mend: {finding.mend}")
    faults = sum(finding.state == FAULT for finding in findings)
    lines.append(
        f"\n{faults} fault{'' if faults == 1 else 's'}." if faults else "\nNo fault found."
    )
    return "\n".join(lines)


def report(findings: list[Finding], version: str) -> str:
    """The findings with the ten-minute check-list to fill in and send back; the user's name in
    paths is left out.
    """
    text = (
        f"Bankable {version}\n\n{as_text(findings)}\n\nTen minutes in Excel: write yes, no or what"
        " you saw.\n"
    )
    text += "\n".join(f"{i:>2}. [      ] {line}" for i, line in enumerate(TO_TRY, 1)) + "\n"
    home = str(Path.home())
    return text.replace(home, "~").replace(home.replace("\\", "\\\\"), "~")


def as_dicts(findings: list[Finding]) -> list[dict[str, str]]:
    """The findings for programs."""
    return [asdict(finding) for finding in findings]
