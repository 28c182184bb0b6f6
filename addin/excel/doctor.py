"""`bankable doctor`: every check of what keeps the functions from working in Excel on this machine,
and its report.

The checks themselves are in `diagnosis/`, a module a subject.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from bankable.addin.excel import check_list
from bankable.addin.excel.diagnosis import (
    desk_rules,
    excel_checks,
    python_checks,
    search_path,
    start,
)
from bankable.addin.excel.diagnosis.finding import FAULT, Finding
from bankable.addin.excel.system import System

CHECKS: tuple[Callable[[System], Iterator[Finding]], ...] = (
    python_checks.python,
    python_checks.packages,
    python_checks.functions,
    python_checks.kept_answers,
    python_checks.xlwings,
    excel_checks.excel,
    excel_checks.addin,
    excel_checks.led_to_python,
    search_path.path_first,
    start.python_starts,
    start.com_answers,
    desk_rules.trust,
    desk_rules.defender,
    desk_rules.programs,
    desk_rules.web_addins,
)


def examine(system: System, book: Path | None = None) -> list[Finding]:
    """All findings, in the order in which they are to be mended; those on a workbook where one is
    named.
    """
    findings = []
    for check in CHECKS:
        findings += _tried(check.__name__, functools.partial(check, system))
    if book is not None:
        from bankable.addin.excel.diagnosis import one_book

        findings += _tried("workbook", functools.partial(one_book.findings, book))
    return findings


def _tried(name: str, check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """What a check finds; one that fails hides no other."""
    try:
        return list(check())
    except Exception as fault:
        return [
            Finding(
                name.replace("_", " "),
                FAULT,
                f"could not be looked at ({type(fault).__name__}: {fault})",
                "mend the other faults first",
            )
        ]


def as_text(findings: list[Finding]) -> str:
    """The findings for a terminal."""
    lines = []
    for finding in findings:
        lines.append(f"{finding.state.upper():<9} {finding.check}: {finding.seen}")
        if finding.owner:
            lines.append(f"          owner: {finding.owner}")
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
    text += (
        "\n".join(f"{i:>2}. [      ] {line}" for i, line in enumerate(check_list.TO_TRY, 1)) + "\n"
    )
    home = str(Path.home())
    return text.replace(home, "~").replace(home.replace("\\", "\\\\"), "~")


def as_dicts(findings: list[Finding]) -> list[dict[str, str]]:
    """The findings for programs."""
    return [asdict(finding) for finding in findings]
