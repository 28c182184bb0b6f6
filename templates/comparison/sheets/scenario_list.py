"""The scenarios: what each is called, what it changes of which input, and the figures shown of every case under it."""

from __future__ import annotations

from bankable.templates.comparison.words import shown
from bankable.templates.workbook.book import TimeColumns
from bankable.templates.workbook.rows import FIRST_TIME_COLUMN

NAMES = (
    "Base",
    "Appropriation lapses",
    "Offtaker defaults",
    "Contract lost",
    "No special authority",
    "Delay",
    "Cost overrun",
    "Price at floor",
    "Utilisation shortfall",
    "Demand shortfall",
    "Base-rate shock",
    "Combined downside",
    "User case",
)
WHAT = (
    "as on Inputs",
    "offtake subject to appropriation ends in the year given",
    "offtake by a commercial buyer ends in the year given",
    "the contract ends in the year given, whatever stands behind it",
    "a public offtake is subject to appropriation: no statute backs it",
    "late completion; the sponsor pays for the time",
    "cost overrun; the sponsor pays it",
    "market price falls, so that a floor counts where there is one",
    "the plant delivers less",
    "the buyer calls less; take-or-pay counts where there is one",
    "higher base rate; a hedged loan does not feel it",
    "delay, overrun, rate, price, demand, output and cost at once",
    "yours to fill in",
)
COLUMNS = TimeColumns(FIRST_TIME_COLUMN, len(NAMES))


def _shocks(**by_name: float) -> dict[str, float]:
    return {name.replace("_", " "): value for name, value in by_name.items()}


# input, how it is changed, number format, delivered shocks by scenario (0 added and 1 times where
# none)
ADDED: tuple[tuple[str, str, dict[str, float]], ...] = (
    ("delay_months", "count", _shocks(Delay=6, Combined_downside=6)),
    ("overrun", "share", {"Cost overrun": 0.15, "Combined downside": 0.10}),
    ("base_rate_shock", "rate", {"Base-rate shock": 0.02, "Combined downside": 0.02}),
)
TIMES: tuple[tuple[str, dict[str, float]], ...] = (
    ("market_price", {"Price at floor": 0.60, "Combined downside": 0.80}),
    ("utilisation", {"Utilisation shortfall": 0.90, "Combined downside": 0.95}),
    ("buyer_demand", {"Demand shortfall": 0.80, "Combined downside": 0.90}),
    ("variable_cost", {"Combined downside": 1.05}),
    ("renewal", {}),
)
STOPS: tuple[tuple[str, str, dict[str, float]], ...] = (
    (
        "stop_public",
        "Contract lost in year, where subject to appropriation (0: not)",
        {"Appropriation lapses": 4},
    ),
    (
        "stop_commercial",
        "Contract lost in year, where the buyer is commercial (0: not)",
        {"Offtaker defaults": 4},
    ),
    ("stop_any", "Contract lost in year, whatever stands behind it (0: not)", {"Contract lost": 4}),
)
UNBACKED: tuple[str, str, dict[str, float]] = (
    "unbacked",
    "Public offtake is subject to appropriation (1: yes)",
    {"No special authority": 1},
)
SHOCKED = (
    "statutory_backing",
    "contract_stop_year",
    *(key for key, _, _ in ADDED),
    *(key for key, _ in TIMES),
)
# figures of the strip: measure, label, unit, number format
STRIP = shown(
    ("decision", "right"),
    ("first_failed", "right"),
    ("min_dscr", "multiple"),
    ("min_dscr_promised", "multiple"),
    ("missed_year", "years"),
    ("sponsor_extra", "nil number"),
    ("all_in_rate", "rate"),
    ("life_default", "level"),
    ("shortfall_probability", "level"),
)
