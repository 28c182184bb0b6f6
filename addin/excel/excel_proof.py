"""The proof that the functions work in Excel: an Excel of its own without a window opens the
add-in, calculates one call and ends.

It runs in a process of its own with a bound on time, since Excel may wait for somebody. An Excel
that a program starts loads no add-in by itself and asks nobody about macros, so what is proven is
add-in, Python and the way between them; Excel's own start is for the eye.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from bankable.addin.excel.programs import Stopped
from bankable.addin.excel.system import System
from bankable.templates.refusal import Refusal

FORMULA = "=SURVIVAL(4,0,0.85,1)"
DUE = (1.0, 0.85, 0.7225, 0.614125)
SECONDS = 180
_HEAD = "the add-in is installed, but Excel does not calculate with it"
_RUN = "import sys; from bankable.addin.excel import excel_proof; excel_proof.main(*sys.argv[1:])"
_FAULTS = {
    "#NAME?": (
        "=SURVIVAL(4,0,0.85,1) shows #NAME?: its macros did not run. `bankable doctor` reads the trust settings"
        " and names the rule"
    ),
    "#VALUE!": (
        "=SURVIVAL(4,0,0.85,1) shows #VALUE!: Python could not be reached from Excel. `bankable doctor` starts"
        " it the same way and names what stops it"
    ),
}


def prove(system: System, addin: Path) -> str:
    """What Excel calculated, as a sentence; the refusal names what came instead."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        try:
            ran = system.starter.run(
                [str(system.python), "-P", "-c", _RUN, str(addin), str(answer)],
                dict(system.environment),
                SECONDS,
            )
        except Stopped as stopped:
            raise Refusal(
                f"{_HEAD} ({stopped}): look for a window of Excel that waits for an answer, end"
                " every Excel (Task Manager), then run this again; --no-proof leaves this out."
            ) from None
        told = json.loads(answer.read_text(encoding="utf-8")) if answer.is_file() else {}
    shown = told.get("shown")
    if isinstance(shown, list) and as_due(shown):
        return (
            f"Excel {told.get('version', '')} calculated {FORMULA}:"
            f" {', '.join(f'{value:.4g}' for value in DUE)}"
        )
    why = told.get("fault") or (ran.said.strip().splitlines() or ["it said nothing"])[-1]
    first = shown[0] if isinstance(shown, list) and shown else None
    said = _FAULTS.get(str(first), f"{FORMULA} shows {first!r}" if first is not None else why)
    raise Refusal(f"{_HEAD}: {said[:400]}.")


def as_due(shown: list[Any]) -> bool:
    """Whether these are SURVIVAL's four values."""
    return len(shown) == len(DUE) and all(
        isinstance(value, (int, float)) and abs(value - due) < 1e-12
        for value, due in zip(shown, DUE, strict=True)
    )


def main(addin: str, answer: str) -> None:
    """In the process of its own: calculate, and write what came to a file."""
    try:
        told = calculated(importlib.import_module("xlwings"), Path(addin))
    except Exception as fault:  # whatever COM raises
        told = {"fault": f"{type(fault).__name__}: {fault}"}
    Path(answer).write_text(json.dumps(told), encoding="utf-8")
    sys.exit(0)


def calculated(xlwings: Any, addin: Path) -> dict[str, Any]:
    """What an Excel of its own shows for the call, with the add-in opened in it."""
    app = xlwings.App(visible=False, add_book=False)
    try:
        app.display_alerts = False
        app.books.open(str(addin), read_only=True)  # another Excel may hold it
        book = app.books.add()
        cells = book.sheets[0].range((1, 1), (len(DUE), 1))
        cells.formula_array = FORMULA
        app.calculate()
        rows = cells.options(ndim=2, err_to_str=True).value
        book.close()
        return {"version": str(app.version), "shown": [row[0] for row in rows]}
    finally:
        with contextlib.suppress(Exception):
            app.quit()
        with contextlib.suppress(Exception):
            app.kill()
