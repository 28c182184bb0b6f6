"""A deal file to fill in: every input with its label, meaning, unit and bounds, by section.

What must be given stands first in each section; what has a value already, of a deal to begin from or by
default, is a comment that shows it.
"""

from __future__ import annotations

import dataclasses
import json
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bankable.templates import deal_file, file_in_place
from bankable.templates.refusal import Refusal
from bankable.templates.workbook import write as write_book
from bankable.udfs.deal.deal import INPUTS, param_of

WIDTH = 100
HEAD = """A deal for Bankable. Give each input as KEY = { value = ..., source = "..." }, or plainly KEY = ...;
a line that begins with # is left out, and its input stands at the default shown. Money is in $ million,
shares and rates are decimals (6.5% = 0.065). `bankable compare THIS-FILE` calculates it."""
BANK = "bank_policy"  # the market and the habits of its loans, which every deal that ships extends


def text(begin_from: str | None = None) -> str:
    """The file's text; `begin_from`: the name of a deal that ships."""
    if begin_from not in (None, *deal_file.NAMED):
        raise Refusal(
            f"{begin_from} is no deal that ships: choose one of {', '.join(deal_file.NAMED)}."
        )
    given, sources = deal_file.entries_of(BANK)
    if begin_from is not None:
        one = deal_file.load(deal_file.shipped_path(begin_from))
        given, sources = vars(one.deal), one.sources
    head = [f"# {line}" for line in HEAD.splitlines()]
    parts = ["\n".join([*head, "", f'extends = "{begin_from or BANK}.toml"'])]
    sections: dict[str, list[list[str]]] = {}
    for field in INPUTS:
        entry = _entry(field, given, sources)
        sections.setdefault(field.metadata["section"], []).append(entry)
    for section, entries in sections.items():
        entries.sort(key=lambda entry: entry[-1].startswith("#"))  # what must be given comes first
        rule = f"# {section} ".ljust(WIDTH - 1, "-")
        parts.append("\n\n".join([rule, *("\n".join(entry) for entry in entries)]))
    return "\n\n".join(parts) + "\n"


def _entry(
    field: dataclasses.Field[Any], given: Mapping[str, Any], sources: Mapping[str, str]
) -> list[str]:
    """An input's comment and its line: to be filled in where it has no value, else a comment that shows
    the value in force.
    """
    param, meta = param_of(field.name), field.metadata
    choices = ", ".join(f'"{word}"' for word in param.choices) if param.choices else param.allowed
    unit = f" ({meta['unit']})" if meta["unit"] else ""
    said = f"{meta['label']}{unit}: {param.help}.{f' Allowed: {choices}.' if choices else ''}"
    comment = [f"# {part}" for part in textwrap.wrap(said, WIDTH - 2)]
    if field.name in given:
        value, source = _toml(given[field.name]), sources[field.name]
    elif param.optional:
        value, source = _toml(param.default), ""
    else:
        return [*comment, f'{field.name} = {{ value = "{deal_file.TO_FILL}", source = "" }}']
    return [*comment, f'# {field.name} = {{ value = {value}, source = "{source}" }}']


def _toml(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else f"{value!r}"


def write(target: Path, begin_from: str | None = None, force: bool = False) -> Path:
    """Write the file; an existing one only with `force`."""
    write_book.refuse_to_overwrite(target, force)
    return file_in_place.put(target, text(begin_from).encode("utf-8"))


__all__ = ["text", "write"]
