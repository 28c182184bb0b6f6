"""How the formulas of a case sheet speak of time: with one period a year as a yearly model does, with
two or four as `docs/design/periods.md` defines it.

`{year}` holds the years from completion to the end of each period in both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bankable.templates.comparison.case.entered import path
from bankable.templates.workbook.book import Sheet, TimeColumns
from bankable.templates.workbook.rows import FIRST_TIME_COLUMN, Row, note
from bankable.udfs.deal.chain.axes import MONTHS, PERIODS, VIEWS, YEARS

M, N = "{Timeline!periods}", "{payments_per_year}"
# flags and shares of the period whose totals are told in years
IN_YEARS = {
    "in_operation",
    "in_contract",
    "in_firm",
    "in_supported",
    "in_public_offtake",
    "in_loan",
    "repaying",
    "still_paid",
    *(f"open_{view}" for view in VIEWS),
}


@dataclass(frozen=True)
class Periods:
    """The periods of a book, `a_year` of them a year for so many `years`, as the words of its formulas;
    and how many months its build sheets hold.
    """

    a_year: int = 1
    months: int = MONTHS
    years: int = YEARS

    @property
    def of_build(self) -> TimeColumns:
        """Where the months of building stand."""
        return TimeColumns(FIRST_TIME_COLUMN, self.months)

    @property
    def several(self) -> bool:
        return self.a_year > 1

    @property
    def columns(self) -> TimeColumns:
        """Where they stand: after as many empty columns as a formula looks back beyond the first."""
        empty = 2 * (self.a_year - 1)
        return TimeColumns(FIRST_TIME_COLUMN + empty, self.years * self.a_year)

    @property
    def year_style(self) -> str:
        return self.one("year", "years")

    def narrow(self, sheet: Sheet) -> None:
        """The empty columns before the first period."""
        sheet.widths |= dict.fromkeys(range(FIRST_TIME_COLUMN, self.columns.first), 1)

    @property
    def begun(self) -> str:
        """Years from completion to the start of the period."""
        return "{begun}" if self.several else "({year}-1)"

    @property
    def in_year(self) -> str:
        """The year of operation in which it lies."""
        return "{in_year}" if self.several else "{year}"

    @property
    def first(self) -> str:
        """Whether it is the first."""
        return "{begun}=0" if self.several else "{year}=1"

    @property
    def pays(self) -> str:
        """A factor that is nil between payment dates."""
        return "*{pays}" if self.several else ""

    @property
    def tested(self) -> str:
        """The suffix of a path's dates that a covenant is tested at: once twelve months are over."""
        return f"#{self.a_year}-last" if self.several else ":"

    @property
    def number(self) -> str:
        """Payment dates from completion to the one that ends the period's interval."""
        return "{payment_number}" if self.several else "{year}"

    def one(self, yearly: str, by_period: str) -> str:
        """The words of a yearly book, or those of one with more periods."""
        return by_period if self.several else yearly

    def flow(self, yearly: str) -> str:
        """A yearly amount, by period."""
        return self.one(yearly, f"{yearly}/{M}")

    def at_yearly_rate(self, flow: str) -> str:
        """A period's amount as a year's."""
        return self.one(flow, f"{flow}*{M}")

    def chance(self, yearly: str) -> str:
        """The chance in a period of what has a chance in a year."""
        return self.one(yearly, f"(1-(1-{yearly})^(1/{M}))")

    def up(self, years: str) -> str:
        """A date moved to the end of its period."""
        return self.one(f"ROUNDUP({years},0)", f"(ROUNDUP({years}*{M},0)/{M})")

    def place(self, years: str) -> str:
        """The place of the period that ends so many whole years after completion."""
        return self.one(years, f"{years}*{M}")

    def rate(self, nominal: str) -> str:
        """A loan's rate for one payment."""
        return self.one(nominal, f"({nominal}/{N})")

    def payments(self, years: str) -> str:
        """Payment dates in so many years."""
        return self.one(years, f"({years}*{N})")

    def back(self, key: str, late: int = 0) -> str:
        """Sum of a row over the year that ends so many years before the period does."""
        if not self.several:
            return f"{{{key}{'<' * late}}}"
        nearest = late * self.a_year
        return f"SUM({{{key}<{nearest + self.a_year - 1}-{nearest}}})"

    def ahead(self, key: str, early: int = 0) -> str:
        """Sum of a row over the year that begins with this period, or so many periods after it."""
        if not self.several:
            return f"{{{key}{'>' * early}}}"
        return f"SUM({{{key}>{early}-{early + self.a_year - 1}}})"

    def early(self, key: str) -> str:
        """A row's cell a year ahead."""
        return f"{{{key}>{self.a_year}}}" if self.several else f"{{{key}>}}"

    def late(self, key: str) -> str:
        """A row's cell a year back."""
        return f"{{{key}<{self.a_year}}}" if self.several else f"{{{key}<}}"

    def _by_interval(self, key: str, mark: str) -> str:
        """A row over as many periods as lie between two payment dates."""
        sums = [f"{{{key}}}"]
        for periods in PERIODS[1 : 1 + PERIODS.index(self.a_year)]:
            span = f"{periods - 1}-0" if mark == "<" else f"0-{periods - 1}"
            sums.append(f"SUM({{{key}{mark}{span}}})")
        found = sums[-1]
        for periods, one in reversed(list(zip(PERIODS, sums[:-1], strict=False))):
            found = f"IF({N}*{periods}={M},{one},{found})"
        return found

    def since_payment(self, key: str) -> str:
        """What has come since the payment date before, at payment dates; nil between them."""
        return self.one(f"{{{key}}}", "{pays}*" + self._by_interval(key, "<"))

    def at_next_payment(self, key: str) -> str:
        """What falls on the payment date that ends the period's interval."""
        return self.one(f"{{{key}}}", self._by_interval(key, ">"))

    def of_checks(self) -> dict[str, str]:
        """Places and rates by period, as the checks on a case sheet name them."""
        n, m = "{[case]!payments_per_year}", M
        rate, treasury = "{[case]!all_in_rate}", "{[case]!treasury_rate}"
        return {
            "last": self.place("{[case]!tenor}"),
            "kept": self.place("{[case]!kept_until}"),
            "term": self.one(rate, f"((1+{rate}/{n})^({n}/{m})-1)"),
            "treasury": self.one(treasury, f"((1+{treasury})^(1/{m})-1)"),
        }

    def with_years(self, rows: list[Row]) -> list[Row]:
        """The rows with totals of flags and shares in years, not in periods."""
        if not self.several:
            return rows
        return [
            replace(row, total=f"=SUM({{{row.key}:}})/{M}") if row.key in IN_YEARS else row
            for row in rows
        ]

    def rows(self) -> list[Row]:
        """Where the period lies, and whether the loan pays at its end."""
        if not self.several:
            return []
        count = "{year}*{payments_per_year}"
        return [
            note(
                f"A year has {self.a_year} periods: what a row says of a year, it holds of the period."
            ),
            path("begun", f"={{year}}-1/{M}"),
            path("in_year", "=ROUNDUP({year},0)"),
            path("payment_number", f"=ROUNDUP({count},0)"),
            path("pays", f"=IF({{payment_number}}={count},1,0)"),
        ]


__all__ = ["Periods"]
