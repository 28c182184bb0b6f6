"""The rules of a bank's desk that stand between Excel and Python: Office's trust settings,
Defender's attack surface reduction, AppLocker and its kin, and what is said of web add-ins.

Each obstacle is named as the rule is named, with its owner and the way round. None of them is to be
evaded: the way round is asked for, or is another door.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bankable.addin.excel import com_server, installation
from bankable.addin.excel.diagnosis import applocker
from bankable.addin.excel.diagnosis.finding import FAULT, OK, WARNING, Finding
from bankable.addin.excel.system import System

OWN = r"Software\Microsoft\Office\16.0"
POLICY = r"Software\Policies\Microsoft\Office\16.0"
CLOUD_POLICY = r"Software\Policies\Microsoft\Cloud\Office\16.0"
EXCEL = r"Excel\Security"

GROUP_POLICY = "IT (group policy)"
DEFENDER = "IT (Defender for Endpoint: Intune or group policy)"
YOU = "you (Excel's Trust Center)"

ASR_POLICY = (
    r"SOFTWARE\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
)
ASR_INTUNE = r"SOFTWARE\Policies\Microsoft\Windows Defender\Policy Manager"
ASR_LOCAL = r"SOFTWARE\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
ASR_EXCLUSIONS = (
    ASR_POLICY.replace(r"\Rules", r"\ASROnlyExclusions"),
    ASR_LOCAL.replace(r"\Rules", r"\ASROnlyExclusions"),
)
CHILDREN = "d4f940ab-401b-4efc-aadc-ad5f3c50688a"
WIN32 = "92e97fa1-2edf-4476-bdd6-9dd0b4dddc7b"
PREVALENCE = "01443614-cd74-433a-b99e-2ecdc07bfc25"
ASR_NAMES = {
    CHILDREN: "Block all Office applications from creating child processes",
    WIN32: "Block Win32 API calls from Office macros",
    PREVALENCE: (
        "Block executable files from running unless they meet a prevalence, age, or trusted list"
        " criterion"
    ),
}
MODES = {"1": "block", "2": "audit", "6": "warn"}
COMMAND_PROMPT = r"Software\Policies\Microsoft\Windows\System"

OTHER_DOORS = (
    "until then: `bankable calc`, LibreOffice (`bankable install --libreoffice`), or the Office"
    " add-in that is planned and starts no program"
)


def office_setting(system: System, place: str, name: str) -> tuple[Any, str]:
    """A setting of Office and who set it: a policy counts before the user's own choice."""
    registry = system.registry
    for root, machine, owner in (
        (CLOUD_POLICY, False, "IT (Office cloud policy)"),
        (POLICY, False, GROUP_POLICY),
        (POLICY, True, GROUP_POLICY),
        (OWN, False, YOU),
    ):
        value = registry.get(rf"{root}\{place}", name, machine=machine)
        if value is not None:
            return value, owner
    return None, ""


def trust(system: System) -> Iterator[Finding]:
    """Whether Excel loads an unsigned add-in and runs its macros."""
    if not system.is_windows:
        return
    off, owner = office_setting(system, EXCEL, "DisableAllAddins")
    signed, signer = office_setting(system, EXCEL, "RequireAddinSig")
    if off:
        yield Finding(
            "trust: add-ins",
            FAULT,
            "all application add-ins are switched off (DisableAllAddins)",
            f"Trust Center, Add-ins, or ask the owner; {OTHER_DOORS}",
            owner,
        )
    elif signed:
        yield Finding(
            "trust: add-ins",
            FAULT,
            "add-ins must be signed (RequireAddinSig), and bankable.xlam is not",
            "ask IT to sign bankable.xlam with the bank's certificate, or to trust its folder",
            signer,
        )
    else:
        yield Finding("trust: add-ins", OK, "unsigned add-ins are allowed")
    yield from _macros(system)


def _macros(system: System) -> Iterator[Finding]:
    """Whether VBA runs."""
    off, owner = office_setting(system, "Common", "VBAOff")
    if off:
        yield Finding(
            "trust: VBA",
            FAULT,
            "VBA is switched off for all of Office (VBAOff): no .xlam and no .xlsm can work",
            f"ask the owner; {OTHER_DOORS}",
            owner,
        )
    warnings, owner = office_setting(system, EXCEL, "VBAWarnings")
    places_off, places_owner = office_setting(
        system, rf"{EXCEL}\Trusted Locations", "AllLocationsDisabled"
    )
    if warnings in (3, 4):
        only = "only signed macros run" if warnings == 3 else "all macros are switched off"
        no_place = " and trusted locations are switched off too" if places_off else ""
        yield Finding(
            "trust: macros",
            FAULT if places_off else WARNING,
            f"{only} (VBAWarnings {warnings}){no_place}",
            "ask for the add-in to be signed with the bank's certificate"
            + ("" if places_off else ", or trust its folder (Trust Center, Trusted Locations)"),
            places_owner if places_off else owner,
        )
    else:
        at = f"VBAWarnings {warnings}" if warnings is not None else "VBAWarnings at Excel's default"
        yield Finding("trust: macros", OK, at)
    blocked, owner = office_setting(system, EXCEL, "blockcontentexecutionfrominternet")
    if blocked:
        yield Finding(
            "trust: macros from the internet",
            OK,
            "are blocked; the add-in that `bankable install` writes carries no such mark, a copy"
            " from mail or a browser does",
            owner=owner,
        )
    open_, _ = office_setting(system, EXCEL, "AccessVBOM")
    yield Finding(
        "trust: VBA project",
        OK,
        "Import Functions would work"
        if open_
        else "access is off; only xlwings' Import Functions needs it, the ready add-in does not",
    )


# Defender --------------------------------------------------------------------------------------


def asr_rules(system: System) -> dict[str, str]:
    """Defender's rules of attack surface reduction that are in force, by number: their mode."""
    registry = system.registry
    found = {k.lower(): str(v) for k, v in registry.values(ASR_LOCAL, machine=True).items()}
    said = str(registry.get(ASR_INTUNE, "ASRRules", machine=True) or "")
    for part in said.split("|"):
        number, equals, mode = part.partition("=")
        if equals:
            found[number.strip().lower()] = mode.strip()
    found |= {k.lower(): str(v) for k, v in registry.values(ASR_POLICY, machine=True).items()}
    return {number.strip("{}"): MODES[mode] for number, mode in found.items() if mode in MODES}


def defender(system: System) -> Iterator[Finding]:
    """The three rules that concern the add-in, in force or not."""
    if not system.is_windows:
        return
    rules = asr_rules(system)
    by_com_server = com_server.is_registered(system)
    excluded = any(system.registry.values(key, machine=True) for key in ASR_EXCLUSIONS)
    concerns = {CHILDREN: not by_com_server, WIN32: not by_com_server, PREVALENCE: True}
    mends = {
        CHILDREN: (
            "ask for an exclusion, or for consent to `bankable install --com-server`: Windows' COM"
            f" service then starts Python, not Excel; {OTHER_DOORS}"
        ),
        WIN32: (
            "ask for an exclusion, or for consent to `bankable install --com-server`, whose add-in"
            f" declares no Win32 call; {OTHER_DOORS}"
        ),
        PREVALENCE: (
            "ask for an exclusion of the venv's folder: its programs are new to Defender's cloud"
        ),
    }
    named = False
    for number, name in ASR_NAMES.items():
        mode = rules.get(number)
        if mode is None:
            continue
        named = True
        check, seen = "Defender", f"rule '{name}' is in force ({mode})"
        if not concerns[number]:
            seen += "; the COM server's way does nothing that it names"
            yield Finding(check, OK, seen, owner=DEFENDER)
        elif mode == "audit":
            yield Finding(check, WARNING, f"{seen}: it only reports", mends[number], DEFENDER)
        else:
            if excluded:
                seen += "; exclusions are set, and only Excel itself shows whether they cover it"
            sure = mode == "block" and not excluded and number != PREVALENCE
            state = FAULT if sure else WARNING
            yield Finding(check, state, seen, mends[number], DEFENDER)
    if not named:
        yield Finding("Defender", OK, "none of the rules against Office's macros can be read here")


# What may run ----------------------------------------------------------------------------------


def programs(system: System) -> Iterator[Finding]:
    """AppLocker, App Control, software restriction, and the command prompt."""
    if not system.is_windows:
        return
    yield from applocker.findings(system, _what_runs(system))
    safer = system.registry.get(
        r"SOFTWARE\Policies\Microsoft\Windows\Safer\CodeIdentifiers", "DefaultLevel", machine=True
    )
    if safer == 0:
        yield Finding(
            "software restriction",
            WARNING,
            "programs run only where a rule allows it (DefaultLevel 0)",
            "ask for a path rule on the venv's folder if Python did not start above",
            GROUP_POLICY,
        )
    smart = system.registry.get(
        r"SYSTEM\CurrentControlSet\Control\CI\Policy",
        "VerifiedAndReputablePolicyState",
        machine=True,
    )
    control = system.registry.get(
        r"SOFTWARE\Policies\Microsoft\Windows\DeviceGuard", "DeployConfigCIPolicy", machine=True
    )
    if smart == 1 or control == 1:
        what = "Smart App Control" if smart == 1 else "App Control for Business"
        yield Finding(
            "app control",
            WARNING,
            f"{what} is on: it may keep Python from loading libraries that are not signed (numpy)",
            "ask for Python and its packages from your software centre",
            "Windows' own setting" if smart == 1 else GROUP_POLICY,
        )
    prompt = system.registry.get(COMMAND_PROMPT, "DisableCMD")
    if prompt and not com_server.is_registered(system):
        yield Finding(
            "command prompt",
            FAULT,
            f"it is switched off (DisableCMD {prompt}), and xlwings' DLL starts Python through it",
            "ask for consent to `bankable install --com-server`, which needs none",
            GROUP_POLICY,
        )


def _what_runs(system: System) -> tuple[list[Path], list[Path]]:
    """The programs and the libraries that the installed way needs to run."""
    if com_server.is_registered(system):
        return [com_server.interpreter(system)], [system.prefix / "Lib" / "site-packages" / "numpy"]
    folder = installation.dll_folder(system) or system.prefix
    return [installation.interpreter_for_excel(system)], [folder / installation.dll_names()[0]]


# Web add-ins -----------------------------------------------------------------------------------


def web_addins(system: System) -> Iterator[Finding]:
    """What policies say of Office's web add-ins: no matter to the .xlam, but to xlwings Lite and to
    the Office add-in that is planned.
    """
    if not system.is_windows:
        return
    wrong = False
    catalogs = r"WEF\TrustedCatalogs"
    for place, name, off, said in (
        (catalogs, "DisableAllCatalogs", (1,), "all web add-ins are blocked"),
        (catalogs, "DisableOMEXCatalogs", (1,), "web add-ins from Microsoft's store are blocked"),
        (
            r"Common\Privacy",
            "ControllerConnectedServicesEnabled",
            (2,),
            "optional connected experiences are off, and the store of add-ins with them",
        ),
    ):
        value, owner = office_setting(system, place, name)
        if value in off:
            wrong = True
            yield Finding(
                "web add-ins",
                WARNING,
                f"{said} ({name}); the add-in in Excel for Windows does not need them",
                "matters for xlwings Lite and for the Office add-in that is planned: ask the owner",
                owner,
            )
    if not wrong:
        yield Finding("web add-ins", OK, "no policy against them can be read here")
