"""The catalogue of rows: what each line of the chain is called, in which unit, how its figure is
shown, and what it says.

`lines.toml` holds it, a table a row by the modules of the chain; sheets, measures, memo, help pages
and JSON read their words here. A file `lines.LANGUAGE.toml` beside it, with the same keys, holds
the words of another language, and under `inputs` the labels of a deal's inputs too; keys stay as
they are.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

ENGLISH = "en"
INPUTS = "inputs"  # the section of the inputs in use
# keys of version 0.1: a workbook's names that others link to are kept under them too
OLD_KEYS = {
    "lender_min_dscr": "min_dscr",
    "lender_avg_dscr": "avg_dscr",
    "lender_min_year": "min_dscr_year",
    "irr_project": "project_irr",
    "irr_equity_promised": "equity_irr_promised",
    "irr_equity_expected": "equity_irr_expected",
    "term_rate": "all_in_rate",
}


class Line(NamedTuple):
    """One row: its key, the module of the chain that calculates it, its words, unit and number
    format; `total` where a sum over time means something.
    """

    key: str
    section: str
    label: str
    unit: str
    format: str
    total: bool = False
    says: str = ""


@functools.cache
def _read(name: str) -> Mapping[str, Any]:
    """A file of words beside this one, read once; empty where there is none."""
    import tomllib  # words are asked for late, and these two are slow to import
    from importlib import resources

    file = resources.files("bankable.udfs.deal.chain") / name
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def _each(
    pattern: str, words: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The keys that a pattern stands for, each with its name in the pattern's place and the words
    that complete its texts.
    """
    kind = next((kind for kind in words if f"{{{kind}}}" in pattern), None)
    if kind is None:
        yield pattern, "", {}
        return
    for name, word in words[kind].items():
        named = {kind: word}
        if name in words.get(f"{kind}_in_words", {}):
            named[f"{kind}_in_words"] = words[f"{kind}_in_words"][name]
        yield pattern.replace(f"{{{kind}}}", name), name, named


def _entries(language: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(section, key, facts) of every row in a language's file; a text may be a table with one for
    each name that the pattern stands for.
    """
    held = _read(_file(language))
    words: dict[str, dict[str, str]] = dict(_read(_file(ENGLISH))["words"])
    for kind, said in held.get("words", {}).items():
        words[kind] = words.get(kind, {}) | said
    for section, rows in held.items():
        if section == "words":
            continue
        for pattern, facts in rows.items():
            for key, name, named in _each(pattern, words):
                own = {k: v.get(name) if isinstance(v, dict) else v for k, v in facts.items()}
                texts = {k: v.format(**named) if isinstance(v, str) else v for k, v in own.items()}
                yield section, key, {k: v for k, v in texts.items() if v is not None}


def _file(language: str) -> str:
    return "lines.toml" if language == ENGLISH else f"lines.{language}.toml"


def lines(language: str = ENGLISH) -> Mapping[str, Line]:
    """Every row by its key, in the order of the sheets; English where a language has no word."""
    return _lines(language)


@functools.cache
def _lines(language: str) -> Mapping[str, Line]:
    found = {key: Line(key, section, **facts) for section, key, facts in _entries(ENGLISH)}
    if language != ENGLISH:
        for section, key, facts in _entries(language):
            if key in found:
                said = {word: facts[word] for word in ("label", "says") if word in facts}
                found[key] = found[key]._replace(**said)
            elif section != INPUTS:  # where the inputs of a deal have their words too
                raise _unknown(key, found, f", which {_file(language)} names")
    return MappingProxyType(found)


def label_of_input(key: str, own: str, language: str = ENGLISH) -> str:
    """The label of a deal's input in a language; `own`, the deal's, where the language has none."""
    said = {} if language == ENGLISH else _read(_file(language)).get(INPUTS, {})
    return str(said.get(key, {}).get("label", own))


def _unknown(key: str, found: Mapping[str, Line], teller: str = "") -> KeyError:
    """The error that the catalogue has no such row, with near keys and the file that names it."""
    near = difflib.get_close_matches(key, found, n=3)
    hint = f"; near: {', '.join(near)}" if near else ""
    return KeyError(f"lines.toml has no row {key!r}{teller}{hint}")


def line(key: str, language: str = ENGLISH) -> Line:
    """The row of that key; KeyError with near keys."""
    found = _lines(language)
    if key not in found:
        raise _unknown(key, found)
    return found[key]


__all__ = ["ENGLISH", "OLD_KEYS", "Line", "label_of_input", "line", "lines"]
