"""The sheets of a case whose price is paid in part for capacity made ready."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bankable.templates import deal_file
from bankable.templates.comparison import compare


def test_the_goods_are_worth_as_much_however_they_are_paid() -> None:
    """A package that holds the price in a band tells the worth over the market price: in money it stays."""
    factory = deal_file.load_shipped()[1]
    deal = replace(factory.deal, price=0.60, capacity_price=0.35)
    support = compare.calculated([replace(factory, deal=deal)])["Support"]
    in_band = support.values_of("p_buyer_value")[2]
    assert in_band * deal.market_price == pytest.approx(deal.buyer_value * 0.95)
