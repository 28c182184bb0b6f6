"""Bankable's finance: the functions a banker types in a cell, as plain Python over numpy.

`from bankable.udfs import OFFTAKE_NPV` gives the function itself;
`bankable.udfs.registry.FUNCTIONS` lists them all.
"""

import importlib

from bankable.udfs.registry import FUNCTIONS

_FAMILIES = (
    "revenue",
    "offtake",
    "collar",
    "hazard",
    "construction",
    "timing",
    "customers",
    "simulation",
    "ratios",
    "debt",
    "deal.whole_deal",
    "deal.settled",
    "deal.sensitivity",
    "deal.scenarios",
    "deal.breakeven",
    "deal.support_mix",
    "deal.cures",
    "deal.swap",
    "deal.public_years",
    "deal.fan",
    "returns",
    "breakeven",
    "incentive",
    "subsidy",
    "capital",
    "credit",
)

for _family in _FAMILIES:
    _module = importlib.import_module(f"bankable.udfs.{_family}")
    globals().update({name: getattr(_module, name) for name in dir(_module) if name in FUNCTIONS})

__all__ = [*FUNCTIONS]
