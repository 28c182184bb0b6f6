"""Where each period lies, and whether the loan pays at its end: rows of a deal with several periods a year
alone, since with one a year there is nothing to tell.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.deal.chain.axes import Results, axis, payment_number, pays


def rows(x: SimpleNamespace, r: Results) -> None:
    """Start, year and payment date of each period."""
    time = axis(x)
    if time.a_year == 1:
        return
    shape = (len(x.tenor), time.count)
    r.begun, r.in_year = np.broadcast_to(time.begun, shape), np.broadcast_to(time.year, shape)
    r.payment_number, r.pays = payment_number(x, time), pays(x, time)
