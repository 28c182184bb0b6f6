"""The audit itself and its report: every rule over the workbook, told in the terminal or for
programs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bankable.templates.audit import (
    rules_flow,
    rules_formulas,
    rules_inputs,
    rules_rows,
    rules_workbook,
)
from bankable.templates.audit.evidence import Audit
from bankable.templates.audit.finding import SEVERITIES, Finding
from bankable.templates.audit.reading import Book, read
from bankable.templates.workbook.book import cell_at, sheet_prefix

CHECKS: tuple[Callable[[Audit], Iterator[Finding]], ...] = (
    rules_workbook.errors,
    rules_workbook.links,
    rules_workbook.hidden,
    rules_workbook.settings,
    rules_rows.formula_rows,
    rules_flow.circles,
    rules_flow.checks,
    rules_formulas.constants,
    rules_formulas.volatile,
    rules_formulas.complicated,
    rules_inputs.marked,
    rules_inputs.unused,
    rules_inputs.labelled,
    rules_inputs.numbers_as_text,
)
# Every rule, with what it looks at.
RULES = {
    "error-value": "cells",
    "ref-error": "formulas and names",
    "hard-coded-in-formula-row": "runs of cells",
    "formula-break": "runs of cells",
    "circular": "formulas",
    "check-that-cannot-fail": "checks",
    "external-link": "links",
    "volatile": "formulas",
    "constant-in-formula": "formulas",
    "nested-ifs": "formulas",
    "long-formula": "formulas",
    "input-not-marked": "typed figures that formulas read",
    "unused-input": "inputs",
    "number-as-text": "texts that formulas read",
    "no-label": "rows of figures",
    "no-unit": "inputs",
    "no-saved-value": "formulas",
    "hidden-sheet": "sheets",
    "hidden-cells": "sheets",
    "calculation-settings": "settings",
}
SHOWN = 30
SCHEMA = 1


@dataclass(frozen=True)
class Report:
    """What was found in a workbook, worst first, and how much was looked at."""

    path: Path
    digest: str
    sheets: list[dict[str, Any]]
    looked_at: dict[str, int]
    findings: list[Finding]

    def count(self, severity: str, rule: str | None = None) -> int:
        """How many findings of a severity, of all rules or of one."""
        return sum(one.severity == severity and rule in (None, one.rule) for one in self.findings)

    def fails(self, severity: str) -> bool:
        """Whether there is a finding at or above that severity."""
        return any(
            SEVERITIES.index(one.severity) <= SEVERITIES.index(severity) for one in self.findings
        )

    @property
    def cells(self) -> int:
        return sum(sheet["cells"] for sheet in self.sheets)

    @property
    def formulas(self) -> int:
        return sum(sheet["formulas"] for sheet in self.sheets)

    def figures(self) -> dict[str, Any]:
        """The report for programs."""
        return {
            "schema": SCHEMA,
            "file": self.path.name,
            "sha256": self.digest,
            "cells": self.cells,
            "formulas": self.formulas,
            "sheets": self.sheets,
            "rules": [
                {
                    "rule": rule,
                    "looked_at": self.looked_at[rule],
                    "of": of,
                    **{grade: self.count(grade, rule) for grade in SEVERITIES},
                }
                for rule, of in RULES.items()
            ],
            "findings": [asdict(one) for one in self.findings],
        }

    def text(self, shown: int = SHOWN) -> str:
        """The report for the terminal."""
        lines = [
            (
                f"{self.path.name}: {len(self.sheets)} sheets, {self.cells:,} cells,"
                f" {self.formulas:,} formulas (sha256 {self.digest[:16]})"
            ),
            "",
            f"{'Rule':<28}{'Errors':>8}{'Warnings':>10}{'Notes':>8}  Looked at",
        ]
        for rule, of in RULES.items():
            counts = [self.count(grade, rule) for grade in SEVERITIES]
            if any(counts):
                lines.append(
                    f"{rule:<28}{counts[0] or '-':>8}{counts[1] or '-':>10}{counts[2] or '-':>8} "
                    f" {self.looked_at[rule]:,} {of}"
                )
        silent = [
            rule for rule in RULES if not any(self.count(grade, rule) for grade in SEVERITIES)
        ]
        totals = [self.count(grade) for grade in SEVERITIES]
        lines.append(f"{'All':<28}{totals[0]:>8}{totals[1]:>10}{totals[2]:>8}")
        if silent:
            lines.append(f"Nothing found by: {', '.join(silent)}.")
        for one in self.findings[:shown]:
            lines += [
                "",
                f"{one.severity.upper():<8}{one.rule}  {place(one)}",
                f"        {one.evidence}",
                f"        {one.sentence}",
            ]
        if len(self.findings) > shown:
            lines += [
                "",
                f"{len(self.findings) - shown} more: -o FINDINGS.xlsx or --json gives all of them.",
            ]
        return "\n".join(lines)


def place(one: Finding) -> str:
    """Where a finding is, as one would type it."""
    if not one.sheet:
        return "the workbook"
    return f"{sheet_prefix(one.sheet)}{one.range}" if one.range else f"sheet {one.sheet}"


def audit(path: str | Path) -> Report:
    """Every rule over the workbook; the file is only read."""
    book = read(path)
    at = Audit(book)
    findings = [one for check in CHECKS for one in check(at)]
    order = list(book.sheets)
    rules = list(RULES)

    def worst_first(one: Finding) -> tuple[int, int, int, tuple[int, int]]:
        spot = cell_at(one.range.partition(":")[0].partition(",")[0])
        sheet = order.index(one.sheet) if one.sheet in order else -1
        return SEVERITIES.index(one.severity), rules.index(one.rule), sheet, spot or (-1, -1)

    return Report(
        Path(path),
        book.digest,
        _sheets(book),
        {rule: at.looked[rule] for rule in RULES},
        sorted(findings, key=worst_first),
    )


def _sheets(book: Book) -> list[dict[str, Any]]:
    out = [
        {
            "name": sheet.name,
            "state": sheet.state,
            "cells": len(sheet.cells),
            "formulas": sum(1 for _ in sheet.formulas),
        }
        for sheet in book.sheets.values()
    ]
    return out + [
        {"name": name, "state": "chart", "cells": 0, "formulas": 0} for name in book.chart_sheets
    ]
