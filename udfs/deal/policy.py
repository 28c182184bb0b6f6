"""What a bank asks of a deal by its asset class: a policy file a class, with the limits of the credit
tests and their sources.

A limit that a deal does not type is that of its class; one that it does is its own.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

# the words of a deal's asset class, and the file of its policy
FILES = {
    "general policy": "general",
    "leased data centre, investment-grade tenant": "leased_data_centre",
    "other lease": "other_lease",
    "contracted factory": "contracted_factory",
    "single-product factory": "single_product_factory",
    "warehouse": "warehouse",
}
ASSET_CLASSES = tuple(FILES)


class Limit(NamedTuple):
    """A limit of a policy, and where it comes from."""

    value: float
    source: str


@functools.cache
def policy(asset_class: str) -> Mapping[str, Limit]:
    """The limits of an asset class by their keys in a deal (`limit_min_dscr`, `tail_years`, ...)."""
    import tomllib  # asked for late, and slow to import
    from importlib import resources

    file = resources.files("bankable.udfs.deal") / "policies" / f"{FILES[asset_class]}.toml"
    held = tomllib.loads(file.read_text(encoding="utf-8"))
    return MappingProxyType({key: Limit(**entry) for key, entry in held.items()})


@functools.cache
def table(key: str) -> tuple[float, ...]:
    """One limit in every class, in the order of ASSET_CLASSES."""
    return tuple(policy(name)[key].value for name in ASSET_CLASSES)


__all__ = ["ASSET_CLASSES", "FILES", "Limit", "policy", "table"]
