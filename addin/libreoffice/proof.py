"""The proof that the functions work in a LibreOffice: it opens a workbook with one call, calculates
it and saves it, and the values are looked at.

What it shows instead is turned into one sentence that names the fault.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from bankable.addin.libreoffice.office import Office, dotted, run_office
from bankable.templates.refusal import Refusal

FORMULA = "=SURVIVAL(4, 0, 0.85, 1)"
DUE = (1.0, 0.85, 0.7225, 0.614125)
_OURS = "Bankable's functions cannot be loaded: "  # what parts/bankable_functions.py says


def prove(office: Office, profile_options: list[str]) -> str:
    """What was calculated, as a sentence; the refusal names what came instead."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "proof.xlsx", Path(folder) / "out" / "proof.xlsx"
        _write(source)
        said = run_office(
            office,
            [*profile_options, "--convert-to", "xlsx", "--outdir", str(target.parent), str(source)],
        )
        shown = _read(target) if target.is_file() else None
    if shown is not None and _as_due(shown):
        return (
            f"LibreOffice {dotted(office.version)} calculated {FORMULA}:"
            f" {', '.join(f'{value:.4g}' for value in DUE)}"
        )
    raise Refusal(fault(shown, said.stdout + said.stderr))


def _write(path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet().write_array_formula("A1:A4", f"{{{FORMULA}}}", None, "")


def _read(path: Path) -> list[Any]:
    import openpyxl

    sheet = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    return [sheet.cell(row, 1).value for row in range(1, len(DUE) + 1)]


def _as_due(shown: list[Any]) -> bool:
    return all(
        isinstance(value, (int, float)) and abs(value - due) < 1e-12
        for value, due in zip(shown, DUE, strict=True)
    )


def fault(shown: list[Any] | None, said: str) -> str:
    """Why it is not proven: `shown` are the cells (None: no workbook came), `said` what LibreOffice
    printed.
    """
    head = "the functions are installed, but LibreOffice does not calculate with them"
    why = next((line.partition(_OURS)[2] for line in said.splitlines() if _OURS in line), "")
    if why:
        return (
            f"{head}: it cannot load Bankable ({why}). The user of LibreOffice must be able to read"
            " the folders named above; `python -m pip install` Bankable again where a package is"
            " missing, then run this again."
        )
    if shown is None:
        return (
            f"{head}: it saved no workbook. Close every LibreOffice window (it hands work over to"
            " one that is open), then run this again."
        )
    first = shown[0]
    if first == "#NAME?":
        return (
            f"{head}: {FORMULA} shows #NAME?, so the extension is not in the profile that"
            " LibreOffice reads. Run `bankable uninstall --libreoffice`, then this again."
        )
    return (
        f"{head}: {FORMULA} shows {first!r} in place of {DUE[0]:g}. Install Bankable anew in this"
        " Python, then run this again."
    )
