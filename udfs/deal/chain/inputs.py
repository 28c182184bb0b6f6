"""The choices of the inputs as flags, 1 or 0, which the lines after them multiply by."""

from __future__ import annotations

from types import SimpleNamespace

from bankable.udfs.deal.chain.axes import Results

IN_BAND = 1  # of price_basis
CALENDAR_DATE = 1  # of contract_end
FULL_FAITH, SUBJECT_TO_APPROPRIATION = 1, 2  # of statutory_backing
SCULPTED = 2  # of repayment
CLEARING = 1  # of pricing


def rows(x: SimpleNamespace, r: Results) -> None:
    """What was chosen of price, contract end, backing and repayment."""
    r.in_band = (x.price_basis == IN_BAND).astype(float)
    r.calendar_end = (x.contract_end == CALENDAR_DATE).astype(float)
    r.full_faith = (x.statutory_backing == FULL_FAITH).astype(float)
    r.subject_to_appropriation = (x.statutory_backing == SUBJECT_TO_APPROPRIATION).astype(float)
    r.sculpted = (x.repayment == SCULPTED).astype(float)
