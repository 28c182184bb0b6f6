"""AppLocker's rules as the registry holds them, and whether one of them lets a given program or
library run.

Only rules by path are judged; one by publisher or by hash may let a program run as well, which is
said where there are any.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from bankable.addin.excel.diagnosis.finding import FAULT, OK, WARNING, Finding
from bankable.addin.excel.system import System

KEY = r"SOFTWARE\Policies\Microsoft\Windows\SrpV2"
OWNER = "IT (AppLocker, by group policy or Intune)"
ADMINISTRATORS = "S-1-5-32-544"
KINDS = {"Exe": "programs", "Dll": "libraries"}
MEND = (
    "ask for a rule that allows the venv's folder, or for Python in a folder that is allowed"
    " (C:\\Program Files)"
)


@dataclass(frozen=True)
class Rules:
    """The rules of one kind: paths allowed and denied to ordinary users, and whether others than
    by path allow something.
    """

    allowed: tuple[str, ...]
    denied: tuple[str, ...]
    others: bool


def enforced(system: System, kind: str) -> Rules | None:
    """The rules of a kind that are in force; None where none are."""
    key = rf"{KEY}\{kind}"
    names = system.registry.keys(key, machine=True)
    if not names or system.registry.get(key, "EnforcementMode", machine=True) == 0:
        return None
    allowed, denied, others = [], [], False
    for name in names:
        text = system.registry.get(rf"{key}\{name}", "Value", machine=True)
        try:
            rule = ElementTree.fromstring(str(text))
        except ElementTree.ParseError:
            continue
        if rule.get("UserOrGroupSid") == ADMINISTRATORS:
            continue
        paths = [at.get("Path", "") for at in rule.findall("Conditions/FilePathCondition")]
        if rule.get("Action") == "Deny":
            denied += paths
        elif paths:
            allowed += paths
        else:
            others = True
    return Rules(tuple(allowed), tuple(denied), others)


def matches(pattern: str, path: str) -> bool:
    """Whether a path rule's pattern covers a path.

    >>> matches(r"%PROGRAMFILES%\\*", r"C:\\Program Files\\Python312\\python.exe")
    True
    >>> matches(r"%WINDIR%\\*", r"C:\\Users\\anna\\venv\\python.exe")
    False
    """
    system_root = os.environ.get("SYSTEMROOT", r"C:\Windows")
    programs = os.environ.get("PROGRAMFILES", r"C:\Program Files")
    for variable, values in (
        ("%PROGRAMFILES%", (programs, f"{programs} (x86)")),
        ("%WINDIR%", (system_root,)),
        ("%SYSTEM32%", (rf"{system_root}\System32", rf"{system_root}\SysWOW64")),
        ("%OSDRIVE%", (system_root[:2],)),
    ):
        if variable in pattern.upper():
            at = pattern.upper().index(variable)
            rest = pattern[at + len(variable) :]
            return any(matches(pattern[:at] + value + rest, path) for value in values)
    form = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch(form, path, re.IGNORECASE) is not None


def findings(system: System, runs: tuple[list[Path], list[Path]]) -> Iterator[Finding]:
    """What AppLocker says of the programs and of the libraries that are to run."""
    silent = True
    for (kind, words), paths in zip(KINDS.items(), runs, strict=True):
        rules = enforced(system, kind)
        if rules is None:
            continue
        silent = False
        for path in paths:
            yield _judged(rules, words, str(path))
    if silent:
        yield Finding("AppLocker", OK, "no rules for programs or libraries can be read here")


def _judged(rules: Rules, words: str, path: str) -> Finding:
    head = f"rules for {words} are in force"
    if any(matches(pattern, path) for pattern in rules.denied):
        return Finding("AppLocker", FAULT, f"{head}, and one denies {path}", MEND, OWNER)
    if any(matches(pattern, path) for pattern in rules.allowed):
        return Finding("AppLocker", OK, f"{head}, and one allows {path}", owner=OWNER)
    if rules.others:
        seen = f"{head}; none by path allows {path}, one by publisher or hash may"
        return Finding("AppLocker", WARNING, seen, MEND, OWNER)
    return Finding("AppLocker", FAULT, f"{head}, and none allows {path}", MEND, OWNER)
