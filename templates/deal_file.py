"""Deal files: a deal as a readable TOML file with a source at every figure.

A file gives each input as `key = { value = ..., source = "..." }` or plainly `key = ...`, and may
name another file that it extends, of its own folder or shipped; what it does not give takes the
default of the input.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from bankable.templates.plain_text import one_line, unseen
from bankable.templates.refusal import Refusal
from bankable.udfs.cells import LARGEST_AMOUNT, CellError
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.deal import Deal
from bankable.udfs.deal.policy import policy

LARGEST = 2**20  # bytes of a file
TO_FILL = "to be filled in"  # what a new file holds where a value must be given
LONGEST_TEXT, LONGEST_SOURCE = 255, 2_000  # characters
MOST_EXTENDED = 10
FILE_ERRORS = frozenset(
    ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
)  # a text that a cell would show as one
SHIPPED = ("data_centre", "defence_factory", "factory_supported")
NAMED = (*SHIPPED, "factory_band", "warehouse", "river_bend")  # those that a command takes by name


@dataclass(frozen=True)
class SourcedDeal:
    """A deal with the source of each input, by key."""

    deal: Deal
    sources: dict[str, str]
    origin: str


def shipped_path(name: str) -> Path:
    """The file of a deal that ships with the package."""
    return Path(str(resources.files("bankable.templates") / "deals" / f"{name}.toml"))


def entries_of(name: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Values and sources of a deal that ships, by key, with what it extends."""
    return _entries(shipped_path(name), ())


def about(name: str) -> str:
    """What a deal that ships says of itself: the first sentence of its file."""
    lines = shipped_path(name).read_text(encoding="utf-8").splitlines()
    said = " ".join(line.lstrip("# ") for line in itertools.takewhile(_is_comment, lines))
    return said.split(". ")[0].removesuffix(".") + "."


def _is_comment(line: str) -> bool:
    return line.startswith("#")


def load_shipped() -> list[SourcedDeal]:
    """The three deals of the comparison."""
    return [load(shipped_path(name)) for name in SHIPPED]


def load(path: Path) -> SourcedDeal:
    """The deal in a TOML file, with the files it extends; refuses by file and key."""
    values, sources = _entries(path, ())
    if left := [key for key, value in values.items() if value == TO_FILL]:
        raise Refusal(f"{path.name} still has to be filled in: {', '.join(left)}.")
    try:
        deal = deals.read(values)
    except CellError as error:
        raise Refusal(f"{path.name}: {error.sentence}") from error
    if not deal.case_name:
        raise Refusal(f"{path.name}: case_name is blank: name the deal.")
    asked = {key: limit.source for key, limit in policy(deal.asset_class).items()}
    sources = {
        key: f"policy for {deal.asset_class}: {said}" for key, said in asked.items()
    } | sources
    return SourcedDeal(
        deal, {key: sources.get(key, "illustrative") for key in deals.KEYS}, path.name
    )


def _entries(path: Path, seen: tuple[Path, ...]) -> tuple[dict[str, Any], dict[str, str]]:
    if path in seen:
        raise Refusal(f"{path.name} extends itself.")
    if len(seen) >= MOST_EXTENDED:
        raise Refusal(f"{seen[0].name} extends a file that extends a file, {MOST_EXTENDED} times.")
    content = _content(path)
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    if (parent := content.pop("extends", None)) is not None:
        values, sources = _entries(_extended(path, parent), (*seen, path))
    for key, entry in content.items():
        if isinstance(entry, dict):
            if "value" not in entry or not set(entry) <= {"value", "source"}:
                raise Refusal(
                    f'{path.name}: {key} needs the form {{ value = ..., source = "..." }}.'
                )
            value, source = entry["value"], str(entry.get("source", "not stated"))
        else:
            value, source = entry, "not stated"
        values[key] = _value(path, key, value)
        sources[key] = _text(path, f"the source of {key}", source, LONGEST_SOURCE)
    return values, sources


def _content(path: Path) -> dict[str, Any]:
    """What a TOML file holds; a plain file of ordinary size."""
    try:
        if path.exists() and not path.is_file():
            raise Refusal(f"{path} is no plain file: give a deal file (.toml).")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise Refusal(f"{path.name} is larger than {LARGEST >> 10} KB: it is no deal file.")
        return tomllib.loads(data.decode("utf-8-sig"))
    except FileNotFoundError:
        raise Refusal(f"there is no file {path}.") from None
    except UnicodeDecodeError:
        raise Refusal(f"{path.name} is not a text in UTF-8: save it so.") from None
    except OSError as error:
        raise Refusal(f"{path} cannot be read: {error.strerror or error}.") from None
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, or a number without end
        said = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise Refusal(f"{path.name} is not a sound TOML file: {said}.") from None


def _extended(path: Path, parent: Any) -> Path:
    """The file that a deal file extends: one of its own folder, else one that ships with Bankable."""
    name = parent if isinstance(parent, str) else ""
    if not re.fullmatch(r"[^/\\:\x00-\x1f]{1,200}", name) or name.strip(". ") == "":
        raise Refusal(
            f"{path.name}: extends is {_shown(parent)}: give the name of a deal file in the same"
            " folder, or of one that ships with Bankable, such as bank_policy.toml."
        )
    near = path.with_name(name)
    if near.is_file():
        return near
    if near.exists():
        raise Refusal(f"{path.name}: extends is {_shown(parent)}, which is no plain file.")
    own = shipped_path(name.removesuffix(".toml"))
    if own.is_file():
        return own
    raise Refusal(f"{path.name} extends {name}, but there is no file {near}.")


def _value(path: Path, key: str, value: Any) -> Any:
    """A value as the gate for cells takes it; what a deal file can hold and a cell cannot is
    refused here.
    """
    if isinstance(value, str):
        return _text(path, key, value, LONGEST_TEXT)
    if isinstance(value, (dt.date, dt.time)):
        raise Refusal(
            f"{path.name}: {key} is a date or time ({value}), which is neither an amount nor a"
            " name: type what was meant."
        )
    if isinstance(value, (list, dict)):
        raise Refusal(f"{path.name}: {key} is {_shown(value)}: give one value.")
    kind = deals.param_of(key).kind if key in deals.KEYS else ""
    if isinstance(value, bool) and kind and kind != "switch":
        raise Refusal(
            f"{path.name}: {key} is {str(value).lower()}, a logical value: give a"
            f" {'text' if kind in ('text', 'choice') else 'number'}."
        )
    if isinstance(value, int) and abs(value) > LARGEST_AMOUNT:
        raise Refusal(f"{path.name}: {key} is {_shown(value)}, which no deal can have.")
    return value


def _text(path: Path, what: str, text: str, longest: int) -> str:
    """A typed text on one line, without what cannot be seen."""
    line = one_line(text)
    if hidden := unseen(line):
        raise Refusal(
            f"{path.name}: {what} holds a character that cannot be seen ({hidden}): type it again."
        )
    if line in FILE_ERRORS:
        raise Refusal(f"{path.name}: {what} is the error {line}: type what was meant.")
    if len(line) > longest:
        raise Refusal(f"{path.name}: {what} is longer than {longest} characters: shorten it.")
    return line


def _shown(value: Any) -> str:
    text = repr(value) if not isinstance(value, int) or abs(value) < 10**30 else "an endless number"
    return text if len(text) <= 60 else text[:56] + "..."
