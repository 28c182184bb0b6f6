"""One LibreOffice that opens workbooks once each, takes changes, recalculates hard and tells all
values: quick enough for a hundred runs.

`run` starts it, and `drive_office.py` in a Python that has its bridge; `differences` holds what it
says against the embedded engine.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bankable.templates.engine.calculation import Calculated
from bankable.templates.engine.opened_file import Opened
from bankable.templates.programs import environment_without_python
from bankable.templates.workbook.book import address, sheet_prefix
from bankable.udfs.cells import CellError
from tests.calc import libreoffice

TOLERANCE = 1e-9
ERROR = CellError("#?", "an error, its kind not asked for")

Spot = tuple[int, int]
Change = tuple[
    str, int, int, int, int, Any
]  # sheet, first row and column, last row and column, content


@dataclass(frozen=True)
class Step:
    """Changes put into a workbook as it was, and the sheets whose values are wanted then (none:
    all); `kinds` asks which error each is.
    """

    name: str
    put: Sequence[Change] = ()
    sheets: Sequence[str] = ()
    kinds: bool = True


class Shown:
    """The values by sheet and (row, col) from 0 after each step; read from their files one at a
    time.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __getitem__(self, step: str) -> dict[str, dict[Spot, Any]]:
        said = json.loads((self.folder / f"{step}.json").read_text(encoding="utf-8"))
        return {sheet: dict(_cells(found)) for sheet, found in said.items()}

    def places(self) -> dict[str, str]:
        """Where LibreOffice will save each file that it opened, by the file's name: "" for a new
        document.
        """
        said = json.loads((self.folder / "places.json").read_text(encoding="utf-8"))
        return {url.rpartition("/")[2]: place for url, place in said.items()}


def _cells(found: Mapping[str, Any]) -> Iterator[tuple[Spot, Any]]:
    for row, line in enumerate(found["rows"]):
        for col, value in enumerate(line):
            if value is None:
                yield (row, col), ERROR
            elif value != "":
                yield (row, col), value
    for row, col, code in found["errors"]:
        yield (row, col), CellError(code, code)


def drive(
    script: str,
    arguments: Sequence[str],
    profile: Path,
    options: Sequence[str] = (),
    seconds: int = 300,
) -> None:
    """Run a script of this folder against a LibreOffice that is started for it and that it ends:
    once more where uno's bridge crashes, which is not what is tested.
    """
    soffice, python = libreoffice.program(), libreoffice.python_with_uno()
    if soffice is None or python is None:
        libreoffice.missing("LibreOffice with its Python bridge")
    assert soffice is not None
    assert python is not None
    place = f"-env:UserInstallation={profile.resolve().as_uri()}"
    for _ in range(2):
        pipe = f"bankable{uuid.uuid4().hex[:8]}"
        listens = f"--accept=pipe,name={pipe};urp;"
        office = subprocess.Popen(
            [soffice, place, *options, "--headless", "--norestore", listens],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment_without_python(),
        )
        try:
            done = subprocess.run(
                [python, str(Path(__file__).with_name(script)), pipe, *arguments],
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
                env=environment_without_python(),
            )
            if done.returncode == 0:
                office.wait(30)
                return
        finally:
            if office.poll() is None:
                office.terminate()
                office.wait(30)
        if done.returncode > 0:
            break
    raise RuntimeError(f"LibreOffice did not do it ({done.returncode}): {done.stderr}")


def run(
    books: Mapping[Path, Sequence[Step]],
    folder: Path,
    profile: Path,
    options: Sequence[str] = (),
    seconds: int = 300,
) -> Shown:
    """What LibreOffice shows in each workbook after each of its steps; a step sees the workbook as
    it was saved.
    """
    shown = folder / "shown"
    shown.mkdir(parents=True)
    jobs = []
    for path, steps in books.items():  # a copy, since LibreOffice locks the files that it opens
        told = [
            {"name": step.name, "put": step.put, "sheets": step.sheets, "kinds": step.kinds}
            for step in steps
        ]
        jobs.append({"url": Path(shutil.copy(path, folder)).resolve().as_uri(), "steps": told})
    (folder / "jobs.json").write_text(json.dumps(jobs), encoding="utf-8")
    drive("drive_office.py", [str(folder / "jobs.json"), str(shown)], profile, options, seconds)
    return Shown(shown)


def agree(mine: Any, theirs: Any) -> bool:
    """A blank is an empty cell or text; LibreOffice has 1 and 0 for logicals."""
    if isinstance(mine, CellError) or isinstance(theirs, CellError):
        return (
            isinstance(mine, CellError)
            and isinstance(theirs, CellError)
            and theirs.code in (mine.code, ERROR.code)
        )
    if isinstance(mine, (int, float)) and isinstance(theirs, (int, float)):
        return abs(mine - theirs) <= TOLERANCE * max(1.0, abs(mine), abs(theirs))
    return (mine in (None, "") and theirs in (None, "")) or bool(mine == theirs)


def differences(
    opened: Opened, mine: Calculated, theirs: Mapping[str, Mapping[Spot, Any]]
) -> tuple[int, list[str]]:
    """How many cells either of the two has, and those in which they differ, in the order of sheets
    and rows.
    """
    compared, faults = 0, []
    for sheet, formulas in opened.formulas.items():
        ours, shown = mine.sheets[sheet], theirs[sheet]
        spots = {*ours, *shown, *formulas}
        compared += len(spots)
        for spot in sorted(spot for spot in spots if not agree(ours.get(spot), shown.get(spot))):
            where, formula = f"{sheet_prefix(sheet)}{address(*spot)}", formulas.get(spot, "")[:200]
            faults.append(
                f"{where} {formula}: engine {ours.get(spot)!r}, LibreOffice {shown.get(spot)!r}"
            )
    return compared, faults
