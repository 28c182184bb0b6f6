"""A PC with each rule of a bank's desk in force: the doctor names the rule, who owns it and the way
round, and says nothing of it where it is not in force.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bankable.addin.excel import doctor, installation
from bankable.addin.excel.diagnosis import applocker, desk_rules
from bankable.addin.excel.diagnosis.finding import FAULT, OK, WARNING, Finding
from bankable.addin.excel.system import System
from tests.addin.excel.pretend_windows import pc, registry

POLICY_ASR = {desk_rules.CHILDREN: "1"}
PATH_RULE = (
    '<FilePathRule Id="1" UserOrGroupSid="{sid}" Action="{action}"><Conditions>'
    '<FilePathCondition Path="{path}"/></Conditions></FilePathRule>'
)
PUBLISHER_RULE = (
    '<FilePublisherRule Id="2" UserOrGroupSid="S-1-1-0" Action="Allow"><Conditions>'
    '<FilePublisherCondition PublisherName="O=PYTHON SOFTWARE FOUNDATION"/></Conditions>'
    "</FilePublisherRule>"
)


def machine(key: str, name: str, value: object) -> Callable[[System], None]:
    return lambda system: registry(system).machine.setdefault(key, {}).update({name: value})


def user(key: str, name: str, value: object) -> Callable[[System], None]:
    return lambda system: registry(system).user.setdefault(key, {}).update({name: value})


def rule_of_applocker(
    kind: str, path: str, action: str = "Allow", sid: str = "S-1-1-0"
) -> Callable[[System], None]:
    text = PATH_RULE.format(path=path, action=action, sid=sid)
    return machine(rf"{applocker.KEY}\{kind}\{{{abs(hash(path))}}}", "Value", text)


EXCEL_POLICY = rf"{desk_rules.POLICY}\Excel\Security"
EXCEL_OWN = rf"{desk_rules.OWN}\Excel\Security"
WEF = r"WEF\TrustedCatalogs"

# the rule; what is in force; words of the finding; its owner; its state with the DLL, with the COM server
RULES: list[tuple[str, Callable[[System], None], str, str, str, str]] = [
    ("ASR children, group policy", machine(desk_rules.ASR_POLICY, desk_rules.CHILDREN, "1"),
     "Block all Office applications from creating child processes", "Defender", FAULT, OK),
    ("ASR children, Intune", machine(desk_rules.ASR_INTUNE, "ASRRules", f"{desk_rules.CHILDREN.upper()}=1|x=2"),
     "Block all Office applications from creating child processes", "Defender", FAULT, OK),
    ("ASR children, this PC", machine(desk_rules.ASR_LOCAL, desk_rules.CHILDREN, 1),
     "Block all Office applications from creating child processes", "Defender", FAULT, OK),
    ("ASR children, audit", machine(desk_rules.ASR_POLICY, desk_rules.CHILDREN, "2"),
     "(audit)", "Defender", WARNING, OK),
    ("ASR children, warn", machine(desk_rules.ASR_POLICY, desk_rules.CHILDREN, "6"),
     "(warn)", "Defender", WARNING, OK),
    ("ASR Win32", machine(desk_rules.ASR_POLICY, desk_rules.WIN32, "1"),
     "Block Win32 API calls from Office macros", "Defender", FAULT, OK),
    ("ASR prevalence", machine(desk_rules.ASR_POLICY, desk_rules.PREVALENCE, "1"),
     "prevalence, age, or trusted list", "Defender", WARNING, WARNING),
    ("AppLocker, programs", rule_of_applocker("Exe", "%PROGRAMFILES%\\*"),
     "rules for programs are in force, and none allows", "AppLocker", FAULT, FAULT),
    ("AppLocker, libraries", rule_of_applocker("Dll", "%WINDIR%\\*"),
     "rules for libraries are in force, and none allows", "AppLocker", FAULT, FAULT),
    ("AppLocker, denied", rule_of_applocker("Exe", "*venv*", "Deny"),
     "and one denies", "AppLocker", FAULT, FAULT),
    ("AppLocker, publisher", machine(rf"{applocker.KEY}\Exe\{{2}}", "Value", PUBLISHER_RULE),
     "one by publisher or hash may", "AppLocker", WARNING, WARNING),
    ("AppLocker, for administrators", rule_of_applocker("Exe", "*", sid=applocker.ADMINISTRATORS),
     "none allows", "AppLocker", FAULT, FAULT),
    ("software restriction", machine(r"SOFTWARE\Policies\Microsoft\Windows\Safer\CodeIdentifiers", "DefaultLevel", 0),
     "DefaultLevel 0", "group policy", WARNING, WARNING),
    ("Smart App Control", machine(r"SYSTEM\CurrentControlSet\Control\CI\Policy", "VerifiedAndReputablePolicyState", 1),
     "Smart App Control is on", "Windows", WARNING, WARNING),
    ("App Control", machine(r"SOFTWARE\Policies\Microsoft\Windows\DeviceGuard", "DeployConfigCIPolicy", 1),
     "App Control for Business is on", "group policy", WARNING, WARNING),
    ("command prompt", user(desk_rules.COMMAND_PROMPT, "DisableCMD", 2),
     "DisableCMD 2", "group policy", FAULT, ""),
    ("add-ins off", user(EXCEL_POLICY, "DisableAllAddins", 1),
     "DisableAllAddins", "group policy", FAULT, FAULT),
    ("add-ins off, by the user", user(EXCEL_OWN, "DisableAllAddins", 1),
     "DisableAllAddins", "you", FAULT, FAULT),
    ("signed add-ins", user(EXCEL_POLICY, "RequireAddinSig", 1),
     "RequireAddinSig", "group policy", FAULT, FAULT),
    ("VBA off", machine(rf"{desk_rules.POLICY}\Common", "VBAOff", 1),
     "VBAOff", "group policy", FAULT, FAULT),
    ("VBA off, cloud policy", user(rf"{desk_rules.CLOUD_POLICY}\Common", "VBAOff", 1),
     "VBAOff", "cloud policy", FAULT, FAULT),
    ("signed macros", user(EXCEL_POLICY, "VBAWarnings", 3),
     "only signed macros run (VBAWarnings 3)", "group policy", WARNING, WARNING),
    ("no macros", user(EXCEL_OWN, "VBAWarnings", 4),
     "all macros are switched off (VBAWarnings 4)", "you", WARNING, WARNING),
    ("macros from the internet", user(EXCEL_POLICY, "blockcontentexecutionfrominternet", 1),
     "a copy from mail or a browser does", "group policy", OK, OK),
    ("web add-ins off", user(rf"{desk_rules.POLICY}\{WEF}", "DisableAllCatalogs", 1),
     "DisableAllCatalogs", "group policy", WARNING, WARNING),
    ("store off", user(rf"{desk_rules.POLICY}\{WEF}", "DisableOMEXCatalogs", 1),
     "DisableOMEXCatalogs", "group policy", WARNING, WARNING),
    ("connected experiences off", user(rf"{desk_rules.POLICY}\Common\Privacy", "ControllerConnectedServicesEnabled", 2),
     "ControllerConnectedServicesEnabled", "group policy", WARNING, WARNING),
]  # fmt: skip


@pytest.fixture
def windows(tmp_path: Path) -> System:
    return pc(tmp_path)


def found(system: System, words: str) -> list[Finding]:
    return [finding for finding in doctor.examine(system) if words in finding.seen]


@pytest.mark.parametrize("by_com_server", [False, True], ids=["dll", "com server"])
@pytest.mark.parametrize("rule", RULES, ids=[rule[0] for rule in RULES])
def test_each_rule_is_named_with_its_owner_and_the_way_round(
    windows: System, rule: tuple[str, Callable[[System], None], str, str, str, str],
    by_com_server: bool,
) -> None:  # fmt: skip
    _, in_force, words, owner, dll, com = rule
    installation.install(windows, by_com_server=by_com_server)
    assert not found(windows, words)
    before = {finding for finding in doctor.examine(windows) if finding.state == FAULT}
    assert not before
    in_force(windows)
    state = com if by_com_server else dll
    if not state:
        assert not found(windows, words)
        return
    findings = found(windows, words)
    assert [finding.state for finding in findings] == [state] * len(findings)
    assert findings
    for finding in findings:
        assert owner in finding.owner
        assert finding.mend or state == OK
    faults = [finding for finding in doctor.examine(windows) if finding.state == FAULT]
    assert bool(faults) == (state == FAULT)


def test_two_settings_together_leave_signing_only(windows: System) -> None:
    user(EXCEL_POLICY, "VBAWarnings", 3)(windows)
    user(rf"{EXCEL_POLICY}\Trusted Locations", "AllLocationsDisabled", 1)(windows)
    [finding] = found(windows, "VBAWarnings 3")
    assert finding.state == FAULT
    assert "trusted locations are switched off too" in finding.seen
    assert "trust its folder" not in finding.mend


def test_an_exclusion_leaves_the_question_open(windows: System) -> None:
    installation.install(windows)
    machine(desk_rules.ASR_POLICY, desk_rules.CHILDREN, "1")(windows)
    machine(desk_rules.ASR_EXCLUSIONS[0], r"C:\bankable", "0")(windows)
    [finding] = found(windows, "child processes")
    assert finding.state == WARNING
    assert "only Excel itself shows" in finding.seen


def test_a_rule_switched_off_is_not_in_force(windows: System) -> None:
    installation.install(windows)
    machine(desk_rules.ASR_POLICY, desk_rules.CHILDREN, "0")(windows)
    machine(rf"{applocker.KEY}\Exe", "EnforcementMode", 0)(windows)
    rule_of_applocker("Exe", "%PROGRAMFILES%\\*")(windows)
    assert not [f for f in doctor.examine(windows) if f.state in (FAULT, WARNING)]


def test_a_policy_counts_before_the_users_own_setting(windows: System) -> None:
    user(EXCEL_OWN, "VBAWarnings", 1)(windows)
    user(EXCEL_POLICY, "VBAWarnings", 4)(windows)
    assert desk_rules.office_setting(windows, r"Excel\Security", "VBAWarnings") == (
        4,
        desk_rules.GROUP_POLICY,
    )


@pytest.mark.parametrize(
    ("pattern", "path", "covers"),
    [
        (r"%PROGRAMFILES%\*", r"C:\Program Files (x86)\Python\python.exe", True),
        (r"%OSDRIVE%\bankable\*", r"C:\bankable\Scripts\pythonw.exe", True),
        (r"%OSDRIVE%\bankable\*", r"D:\bankable\Scripts\pythonw.exe", False),
        (r"%WINDIR%\*", r"c:\WINDOWS\py.exe", True),
        (r"%SYSTEM32%\*", r"C:\Windows\System32\cmd.exe", True),
        ("*", r"E:\anything.exe", True),
        (r"C:\a[b]+\*", r"C:\a[b]+\x.exe", True),
    ],
)
def test_path_rules_are_read_as_applocker_reads_them(
    pattern: str, path: str, covers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYSTEMROOT", r"C:\Windows")
    monkeypatch.setenv("PROGRAMFILES", r"C:\Program Files")
    assert applocker.matches(pattern, path) is covers
