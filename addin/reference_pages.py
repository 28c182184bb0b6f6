"""The reference pages docs/functions/*.md: one a function, and an index by family and by a banker's question.

All text comes from `udfs.reference`, so the pages, the terminal's help and the workbook's Functions
sheet say the same.
"""

from __future__ import annotations

import doctest
from pathlib import Path

import udfs
from udfs import reference
from udfs.reference import WorkedExample
from udfs.registry import Function


def pages() -> dict[str, bytes]:
    """Every page by its path in the project."""
    entries = list(udfs.FUNCTIONS.values())
    files = {f"docs/functions/{entry.name}.md": page(entry) for entry in entries}
    files["docs/functions/index.md"] = index(entries)
    return {path: text.encode("utf-8") for path, text in files.items()}


def readme() -> dict[str, bytes]:
    """README.md with its table of functions as the register has them now."""
    start, end = "<!-- functions -->\n", "<!-- /functions -->\n"
    path = Path(__file__).resolve().parent.parent / "README.md"
    text = path.read_text(encoding="utf-8")
    if text.count(start) != 1 or text.count(end) != 1:
        raise ValueError("README.md needs its two marks around the table of functions")
    before, after = text.partition(start)[0], text.partition(end)[2]
    families = reference.by_family(udfs.FUNCTIONS.values())
    rows = [
        [family, ", ".join(f"[{entry.name}](docs/functions/{entry.name}.md)" for entry in entries)] for family, entries in families.items()
    ]
    return {"README.md": f"{before}{start}{_table(['Family', 'Functions'], rows)}\n{end}{after}".encode()}


def page(entry: Function) -> str:
    """The page of one function."""
    text = reference.sections(entry)
    parts = [f"# {entry.name}", f"*{entry.question}*", f"```\n={entry.signature}\n```", text["Summary"]]
    parts += ["## Arguments", _arguments(entry), "## Result", f"{_sentence(reference.result_text(entry))}"]
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
        parts += ["In Python (`from udfs import *`):", _python(text["Examples"])]
    if text.get("Source"):
        parts += ["## Source", text["Source"]]
    others = reference.see_also(entry)
    if others:
        parts += ["## See also", "\n".join(f"- [{other.name}]({other.name}.md): {other.question}" for other in others)]
    parts.append(f"Family: [{entry.family}](index.md#{_anchor(entry.family)})")
    return "\n\n".join(parts) + "\n"


def index(entries: list[Function]) -> str:
    """The index of all functions, by family and by question."""
    parts = ["# Worksheet functions", "By family first, then by what a banker asks.", "## By family"]
    for family, members in reference.by_family(entries).items():
        parts += [f"### {family}", _table(["Function", "Question"], [[_link(entry), entry.question] for entry in members])]
    parts.append("## By question")
    openings: dict[str, list[Function]] = {}
    for entry in sorted(entries, key=lambda entry: entry.question.lower()):
        words = entry.question.split()
        opening = " ".join(words[:2] if words[0].lower() == "how" else words[:1])
        openings.setdefault(opening, []).append(entry)
    for opening, members in openings.items():
        parts += [f"### {opening} ...", "\n".join(f"- {entry.question} {_link(entry)}" for entry in members)]
    return "\n\n".join(parts) + "\n"


def _arguments(entry: Function) -> str:
    rows = []
    for param in entry.cell_params:
        needed = f"default {reference.default_text(param)}" if param.optional and param.default is not None else ""
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
        code = "\n".join([f">>> {source[0]}", *(f"... {line}" for line in source[1:]), piece.want.rstrip("\n")]).rstrip("\n")
        if parts and parts[-1].startswith("```python"):
            parts[-1] = parts[-1].removesuffix("\n```") + f"\n{code}\n```"
        else:
            parts.append(f"```python\n{code}\n```")
    return "\n\n".join(parts)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:].rstrip(".") + "."


def _link(entry: Function) -> str:
    return f"[{entry.name}]({entry.name}.md)"


def _anchor(heading: str) -> str:
    return "".join(c for c in heading.lower().replace(" ", "-") if c.isalnum() or c in "-_")
