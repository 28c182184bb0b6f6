"""The one file that `bankable excel-check` keeps: what went into Excel and what Excel showed, without
names or paths; and its replay against the chain and the register.

Who gets such a file sees with `replay` every cell that Excel calculates otherwise.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import math
import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bankable import udfs
from bankable.templates.comparison import tie_out
from bankable.templates.comparison.tie_out import as_long
from bankable.templates.refusal import Refusal
from bankable.udfs.cells import OMITTED, CellError
from bankable.udfs.deal import deal as deals

FORMAT = 1
LEFT_OUT = {"left out": True}
_PATH = re.compile(
    r"""(?:\b[A-Za-z]:[\\/]|\\\\[\w.$-]+\\|/(?:home|Users|root|tmp)/)[^"'<>|\r\n]*"""
)
_ADDRESS = re.compile(r"\b(?:https?|file)://[^\s\"'<>]+|[\w.+-]+@[\w-]+\.[\w.]+")
TOLERANCE = 1e-9


@dataclass
class Answers:
    """What is kept: the machine in general, each step with what came of it, calls and deals."""

    about: dict[str, Any] = field(default_factory=dict)
    steps: list[dict[str, Any]] = field(default_factory=list)
    eyes: dict[str, str] = field(default_factory=dict)
    calls: list[dict[str, Any]] = field(default_factory=list)
    deals: list[dict[str, Any]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)


def write(answers: Answers, path: Path) -> None:
    """Keep the answers, a line an item, so that a person can read the file before sending it."""
    told = without_names(
        {
            "format": FORMAT,
            "about": answers.about,
            "steps": answers.steps,
            "eyes": answers.eyes,
        }
    )
    # what went in and came out is numbers and the words of the shipped deals: only paths could slip in
    told |= without_names(
        {"deals": answers.deals, "calls": answers.calls, "rows": answers.rows}, names=()
    )
    parts = []
    for key, value in told.items():
        if isinstance(value, list):
            lines = ",\n".join(json.dumps(item, allow_nan=False) for item in value)
            parts.append(f"{json.dumps(key)}: [\n{lines}\n]")
        else:
            parts.append(f"{json.dumps(key)}: {json.dumps(value, allow_nan=False)}")
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def read(path: Path) -> Answers:
    """The answers in a file."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["format"] != FORMAT:
            raise Refusal(f"{path.name} is of another version of `bankable excel-check`.")
        return Answers(**{key: value for key, value in told.items() if key != "format"})
    except OSError as fault:
        raise Refusal(f"{path}: {fault.strerror}.") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refusal(
            f"{path.name} is not a file of answers: it is written by `bankable excel-check`."
        ) from None


def without_names(value: Any, names: Sequence[str] | None = None) -> Any:
    """The same with every path, web address, and the names of user and machine (or `names`) taken
    out of its texts.
    """
    names = _own_names() if names is None else names
    if isinstance(value, dict):
        return {key: without_names(item, names) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_names(item, names) for item in value]
    if not isinstance(value, str):
        return value
    text = _ADDRESS.sub("<address>", _PATH.sub("<path>", value))
    for name in names:
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "<name>", text, flags=re.IGNORECASE)
    return text


def _own_names() -> list[str]:
    """The names that point to a person or a bank: of the user, the machine and its domain."""
    found = {platform.node(), Path.home().name}
    found |= {os.environ.get(key, "") for key in ("USERNAME", "COMPUTERNAME", "USERDOMAIN")}
    with contextlib.suppress(OSError, KeyError, ImportError):
        found.add(getpass.getuser())
    return sorted((name for name in found if len(name) > 2), key=len, reverse=True)


# The replay ------------------------------------------------------------------------------------


@dataclass
class Replay:
    """How many cells were compared, and where Excel shows another value than it should."""

    compared: int = 0
    different: list[str] = field(default_factory=list)

    def hold(self, where: str, shown: Any, due: Any) -> None:
        """Compare one cell."""
        self.compared += 1
        if not same(shown, due):
            self.different.append(f"{where}: Excel shows {shown!r}, due is {due!r}")


def same(shown: Any, due: Any) -> bool:
    """Whether a cell shows what is due: numbers to 1e-9, errors by their code, "" for a blank."""
    if isinstance(due, CellError):
        return bool(shown == due.code)
    if due is None or due == "":
        return shown in (None, "")
    if isinstance(due, (int, float)):
        return isinstance(shown, (int, float)) and math.isclose(
            shown, due, rel_tol=TOLERANCE, abs_tol=TOLERANCE
        )
    return bool(shown == due)


def replay(answers: Answers) -> Replay:
    """Every call and every row of the deals in a file of answers, calculated here and compared."""
    held = Replay()
    try:
        for call in answers.calls:
            _replay_call(call, held)
        _replay_deals(answers, held)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as fault:
        raise Refusal(
            f"the file of answers was changed or is of another version ({type(fault).__name__}:"
            f" {fault}): ask for it as `bankable excel-check` wrote it."
        ) from None
    return held


def _replay_call(call: dict[str, Any], held: Replay) -> None:
    arguments = [OMITTED if argument == LEFT_OUT else argument for argument in call["arguments"]]
    due = udfs.FUNCTIONS[call["function"]].from_cells(arguments)
    rows = due if isinstance(due, list) else [[due]]
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            where = f"{call['function']}, row {i + 1}, column {j + 1}"
            held.hold(where, call["shown"][i][j], cell)


def _replay_deals(answers: Answers, held: Replay) -> None:
    if not answers.rows:
        return
    results = deals.evaluate([deals.read(values) for values in answers.deals], None)
    for row in answers.rows:
        due = as_long(results[row["twin"]][row["case"]], len(row["shown"]))
        for i, (shown, want) in enumerate(zip(row["shown"], due, strict=True)):
            held.compared += 1
            if not tie_out.same(shown, float(want)):
                held.different.append(
                    f"{row['sheet']}, {row['key']}, column {i + 1} of the row: Excel shows"
                    f" {shown!r}, the model gives {float(want)!r}"
                )
