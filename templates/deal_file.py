"""Deal files: a deal as a readable TOML file with a source at every figure.

A file gives each input as `key = { value = ..., source = "..." }` or plainly `key = ...`, and may
name another file that it extends; what it does not give takes the default of the input.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from bankable.templates.refusal import Refusal
from bankable.udfs.cells import CellError
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.deal import Deal

SHIPPED = ("data_centre", "defence_factory", "factory_supported")


@dataclass(frozen=True)
class SourcedDeal:
    """A deal with the source of each input, by key."""

    deal: Deal
    sources: dict[str, str]
    origin: str


def shipped_path(name: str) -> Path:
    """The file of a deal that ships with the package."""
    return Path(str(resources.files("bankable.templates") / "deals" / f"{name}.toml"))


def load_shipped() -> list[SourcedDeal]:
    """The three deals of the comparison."""
    return [load(shipped_path(name)) for name in SHIPPED]


def load(path: Path) -> SourcedDeal:
    """The deal in a TOML file, with the files it extends; refuses by file and key."""
    values, sources = _entries(path, ())
    try:
        deal = deals.read(values)
    except CellError as error:
        raise Refusal(f"{path.name}: {error.sentence}") from error
    return SourcedDeal(
        deal, {key: sources.get(key, "illustrative") for key in deals.KEYS}, path.name
    )


def _entries(path: Path, seen: tuple[Path, ...]) -> tuple[dict[str, Any], dict[str, str]]:
    if path in seen:
        raise Refusal(f"{path.name} extends itself.")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise Refusal(f"there is no file {path}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"{path} cannot be read: {error}.") from None
    except tomllib.TOMLDecodeError as error:
        raise Refusal(f"{path.name} is not a sound TOML file: {error}.") from None
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    if parent := content.pop("extends", None):
        values, sources = _entries(path.parent / str(parent), (*seen, path))
    for key, entry in content.items():
        if isinstance(entry, dict):
            if "value" not in entry or not set(entry) <= {"value", "source"}:
                raise Refusal(
                    f'{path.name}: {key} needs the form {{ value = ..., source = "..." }}.'
                )
            values[key], sources[key] = entry["value"], str(entry.get("source", "not stated"))
        else:
            values[key], sources[key] = entry, "not stated"
    return values, sources
