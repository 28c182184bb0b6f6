"""The reference pages: docs/functions/*.md, one a function with an index by family and by a banker's
question, docs/inputs.md of a deal's inputs and docs/lines.md of its lines.

All text comes from `bankable.udfs.reference`, from the inputs and from the catalogue of lines, so
the pages, the terminal's help and the workbook say the same.
"""

from __future__ import annotations

import doctest
import json
from pathlib import Path
from typing import Any

from bankable import udfs
from bankable.templates.comparison.case import build, case
from bankable.templates.comparison.case.periods import Periods
from bankable.templates.workbook.rows import Row
from bankable.udfs import reference
from bankable.udfs.deal.chain.lines import Line, lines
from bankable.udfs.deal.deal import INPUTS, param_of
from bankable.udfs.reference import WorkedExample
from bankable.udfs.registry import Function

SWITCH = ("TRUE", "FALSE")
READING_INPUTS = (
    "Each row is one assumption of a deal, by the key under which a deal file and the sheet Inputs"
    " hold it. Money is in $ million, shares and rates are decimals (6.5% = 0.065), and an input"
    " whose default is `required` must be given."
)
READING_LINES = (
    "Each row is one line of a deal's calculation in the order of the sheets of a case, with its"
    " native formula, in which braces name other lines by their keys. `{key}` is the figure of the"
    " same period (or the only one), `{key<}` of the period before, `{key>}` of the next, `{key#3}`"
    " of the third; `{key:}` are all periods, `{key..}` those up to this one, `{key>>}` this and the"
    " later ones, `{key+}` is their sum, and `{Sheet!key}` stands on another sheet. With several"
    " periods a year `{key<3}` is three periods before, `{key>0-1}` this and the next, `{key#2-last}`"
    " from the second on; formulas that speak of time then differ, as docs/design/periods.md defines."
)


def pages() -> dict[str, bytes]:
    """Every page by its path in the project."""
    entries = list(udfs.FUNCTIONS.values())
    files = {f"docs/functions/{entry.name}.md": page(entry) for entry in entries}
    files["docs/functions/index.md"] = index(entries)
    return {path: text.encode("utf-8") for path, text in files.items()}


def inputs() -> dict[str, bytes]:
    """docs/inputs.md: every input of a deal by section, as its field and its bounds say."""
    found: dict[str, list[list[str]]] = {}
    for field in INPUTS:
        meta, param = field.metadata, param_of(field.name)
        bounds = _code(*(SWITCH if param.kind == "switch" else param.choices)) or param.allowed
        bounds = f"whole, {bounds}" if param.kind == "count" else bounds
        default = reference.default_text(param).strip('"')
        row = [_code(field.name), meta["label"], _sentence(param.help), meta["unit"]]
        found.setdefault(meta["section"], []).append([*row, _code(default) or "required", bounds])
    parts = ["# Inputs of a deal", READING_INPUTS]
    for section, rows in found.items():
        head = ["Key", "Label", "Meaning", "Unit", "Default", "Bounds or choices"]
        parts += [f"## {section}", _table(head, rows)]
    return {"docs/inputs.md": ("\n\n".join(parts) + "\n").encode()}


def calculated() -> dict[str, bytes]:
    """docs/lines.md: every line of the chain by section of the case's sheets, with its formula."""
    left = dict(lines())

    def case_rows(a_year: int) -> list[Row]:
        return case.rows(
            "Build",
            "Returns",
            "",
            lambda key: f"{{Inputs!{key}}}",
            lambda key: f"{{Deals!solved_{key}_1}}",
            Periods(a_year),
        )

    parts = ["# Lines of a deal", READING_LINES]
    for sheet, rows in (
        ("Sheet of the case", case_rows(1)),
        ("Sheet of the build", build.rows("Case")),
        ("More rows of the case with several periods a year (here four)", case_rows(4)),
    ):
        parts.append(f"## {sheet}")
        for heading, members in _by_heading(rows).items():
            entered = [(left.pop(row.key), row.formula) for row in members if row.key in left]
            if entered:
                parts += [f"### {heading}", _lines_table(entered)]
    parts += ["## On no sheet of a case", _lines_table([(one, "") for one in left.values()])]
    return {"docs/lines.md": ("\n\n".join(parts) + "\n").encode()}


def _by_heading(rows: list[Row]) -> dict[str, list[Row]]:
    """The rows of a sheet by the heading over them."""
    found: dict[str, list[Row]] = {}
    heading = "Periods"
    for row in rows:
        if row.kind == "heading":
            heading = f"{row.section}. {row.label}"
        elif row.key:
            found.setdefault(heading, []).append(row)
    return found


def _lines_table(entered: list[tuple[Line, str]]) -> str:
    rows = [
        [_code(one.key), one.label, one.unit, _code(formula), one.says] for one, formula in entered
    ]
    return _table(["Key", "Label", "Unit", "Formula", "What it is"], rows)


def _code(*texts: str) -> str:
    return ", ".join(f"`{text}`" for text in texts if text)


def readme() -> dict[str, bytes]:
    """README.md with its table of functions as the register has them now, and of speed as last
    measured.
    """
    root = Path(__file__).resolve().parent.parent
    text = (root / "README.md").read_text(encoding="utf-8")
    families = reference.by_family(udfs.FUNCTIONS.values())
    rows = [
        [family, ", ".join(f"[{entry.name}](docs/functions/{entry.name}.md)" for entry in entries)]
        for family, entries in families.items()
    ]
    text = _between(text, "functions", _table(["Family", "Functions"], rows))
    measured = root / "benchmarks" / "results.json"
    if measured.is_file():
        text = _between(
            text, "performance", performance(json.loads(measured.read_text(encoding="utf-8")))
        )
    return {"README.md": text.encode()}


def _between(text: str, mark: str, content: str) -> str:
    """The text with new content between its two marks."""
    start, end = f"<!-- {mark} -->\n", f"<!-- /{mark} -->\n"
    if text.count(start) != 1 or text.count(end) != 1:
        raise ValueError(f"README.md needs its two marks around the table of {mark}")
    return f"{text.partition(start)[0]}{start}{content}\n{end}{text.partition(end)[2]}"


def performance(measured: dict[str, Any]) -> str:
    """The table of speed from the benchmarks' figures; the machine is told by its cores and memory
    only.
    """
    rows = []
    for row in measured["rows"]:
        peer = f"{row['peer']}, {duration(row['theirs'])}" if row["theirs"] is not None else ""
        ratio = (
            f"{row['ratio']:,.3g} times" if row["ratio"] is not None and row["ratio"] < 1000 else ""
        )
        if row["ratio"] is not None and not ratio:
            ratio = f"{row['ratio']:,.0f} times"
        verdict = (
            "" if row["met"] is None else f"{row['target']}: {'met' if row['met'] else 'missed'}"
        )
        rows.append([row["what"], duration(row["ours"]), peer, ratio, verdict, row["note"]])
    machine = (
        f"{measured['cores']} cores, {measured['memory_gib']} GiB of memory; [how each is"
        " measured](docs/benchmarks.md)."
    )
    return f"{machine}\n\n{_table(['Work', 'Bankable', 'Peer', 'As fast', 'Target', 'Note'], rows)}"


def duration(seconds: float) -> str:
    """Seconds in a unit that reads well."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size or unit == "µs":
            return (
                f"{seconds / size:,.3g} {unit}"
                if seconds < 1000 * size
                else f"{seconds / size:,.0f} {unit}"
            )
    raise AssertionError


def page(entry: Function) -> str:
    """The page of one function."""
    text = reference.sections(entry)
    parts = [
        f"# {entry.name}",
        f"*{entry.question}*",
        f"```\n={entry.signature}\n```",
        text["Summary"],
    ]
    parts += [
        "## Arguments",
        _arguments(entry),
        "## Result",
        f"{_sentence(reference.result_text(entry))}",
    ]
    if text.get("Equation"):
        parts += ["## Equation", f"```\n{text['Equation']}\n```"]
    for title in ("Conventions", "Errors"):
        if text.get(title):
            parts += [f"## {title}", text[title]]
    example = reference.worked_example(entry)
    if example or text.get("Examples"):
        parts.append("## Example")
    if example:
        parts += ["In a cell:", f"```\n{example.formula}\n```", _result_table(entry, example)]
    if text.get("Examples"):
        parts += ["In Python (`from bankable.udfs import *`):", _python(text["Examples"])]
    if text.get("Source"):
        parts += ["## Source", text["Source"]]
    others = reference.see_also(entry)
    if others:
        parts += [
            "## See also",
            "\n".join(f"- [{other.name}]({other.name}.md): {other.question}" for other in others),
        ]
    parts.append(f"Family: [{entry.family}](index.md#{_anchor(entry.family)})")
    return "\n\n".join(parts) + "\n"


def index(entries: list[Function]) -> str:
    """The index of all functions, by family and by question."""
    parts = [
        "# Worksheet functions",
        "By family first, then by what a banker asks.",
        "## By family",
    ]
    for family, members in reference.by_family(entries).items():
        parts += [
            f"### {family}",
            _table(["Function", "Question"], [[_link(entry), entry.question] for entry in members]),
        ]
    parts.append("## By question")
    openings: dict[str, list[Function]] = {}
    for entry in sorted(entries, key=lambda entry: entry.question.lower()):
        words = entry.question.split()
        opening = " ".join(words[:2] if words[0].lower() == "how" else words[:1])
        openings.setdefault(opening, []).append(entry)
    for opening, members in openings.items():
        parts += [
            f"### {opening} ...",
            "\n".join(f"- {entry.question} {_link(entry)}" for entry in members),
        ]
    return "\n\n".join(parts) + "\n"


def _arguments(entry: Function) -> str:
    rows = []
    for param in entry.cell_params:
        needed = (
            f"default {reference.default_text(param)}"
            if param.optional and param.default is not None
            else ""
        )
        rows.append(
            [
                f"`{param.name}`",
                _sentence(param.help),
                reference.kind_text(param),
                needed or ("may be left out" if param.optional else "needed"),
            ]
        )
    return _table(["Argument", "What it is", "Kind and bounds", "If left out"], rows)


def _result_table(entry: Function, example: WorkedExample) -> str:
    rows = reference.labelled_rows(entry, example)
    if len(rows) == 1 and len(rows[0]) == 1:
        return f"gives `{rows[0][0]}`."
    if entry.returns.shape == "path" and len(rows) == 1:
        return f"gives the row `{'  '.join(rows[0])}`."
    if entry.returns.shape == "path":
        return f"gives the column `{'  '.join(row[0] for row in rows)}`."
    if entry.returns.shape == "table":
        return "gives\n\n" + _table(rows[0], rows[1:])
    return "gives\n\n" + _table([""] * len(rows[0]), rows)


def _python(text: str) -> str:
    """The examples with the prose as prose and each run of prompts as a code block."""
    parts: list[str] = []
    for piece in doctest.DocTestParser().parse(text):
        if isinstance(piece, str):
            if piece.strip():
                parts.append(piece.strip())
            continue
        source = piece.source.rstrip("\n").splitlines()
        code = "\n".join(
            [f">>> {source[0]}", *(f"... {line}" for line in source[1:]), piece.want.rstrip("\n")]
        ).rstrip("\n")
        if parts and parts[-1].startswith("```python"):
            parts[-1] = parts[-1].removesuffix("\n```") + f"\n{code}\n```"
        else:
            parts.append(f"```python\n{code}\n```")
    return "\n\n".join(parts)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:].rstrip(".") + "."


def _link(entry: Function) -> str:
    return f"[{entry.name}]({entry.name}.md)"


def _anchor(heading: str) -> str:
    return "".join(c for c in heading.lower().replace(" ", "-") if c.isalnum() or c in "-_")
