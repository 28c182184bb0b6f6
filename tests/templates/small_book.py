"""A small workbook with forty kinds of formula, for the tests of the row language, the engine and
the writer.
"""

from __future__ import annotations

import datetime as dt

from bankable.templates.workbook import rows
from bankable.templates.workbook.book import Book, Chart, Conditional, Series, Validation
from bankable.udfs.cells import CellError

CREATED = dt.datetime(2026, 1, 2, 3, 4, 5)

# Each is a formula over the sheet 'Data centre' and the defined names, as native formulas of a
# model are.
FORMULAS = (
    '=IF({Data centre!rate}>0.05,"high","low")',
    "=MIN({Data centre!cash:},5)",
    "=MAX({Data centre!cash:})",
    "=MIN({Data centre!words:})",
    "=MAX({Data centre!words:})",
    "=SUM({Data centre!words:})",
    "=SUMPRODUCT({Data centre!cash:},{Data centre!year:})",
    "=SUMPRODUCT(({Data centre!cash:}<110)*{Data centre!cash:})",
    "=SUMPRODUCT(({Data centre!cash:}<110)*({Data centre!year:}>1))",
    '=SUMPRODUCT(({Data centre!words:}="n/a")*1)',
    "=SUMPRODUCT({Data centre!cash:}*(1+base_rate)^-{Data centre!year:})",
    "=SUMPRODUCT(ABS({Data centre!cash:}-105))",
    "=SUMPRODUCT(EXP(-{Data centre!year:}))",
    "=SUMPRODUCT(ROUNDUP({Data centre!cash:}/7,0))",
    "=SUMPRODUCT(NORMSDIST({Data centre!year:}-2))",
    "=SUMPRODUCT(ISNUMBER({Data centre!words:})*1)",
    "=SUMPRODUCT(ISERROR({Data centre!faults:})*1)",
    "=INDEX({Data centre!cash:},3)",
    "=MATCH(3,{Data centre!year:},0)",
    '=IFERROR(MATCH(99,{Data centre!year:},0),"none")',
    "=INDEX({Data centre!cash:},MATCH(TRUE,INDEX({Data centre!cash:}>103,0),0))",
    "=EXP(-base_rate*3)",
    "=LN(1+base_rate)",
    "=PMT(base_rate,15,-1000)",
    "=PMT(base_rate/12,60,-1000)",
    "=NORMSDIST(-1.5)",
    "=NORMSINV(0.02)",
    "=ROUNDUP(2.15,1)",
    "=ROUNDUP(base_rate*100-0.5,0)",
    "=AND({Data centre!rate}>0,{Data centre!cash#1}=100)",
    "=OR({Data centre!rate}<0,{Data centre!cash#2}=100)",
    '=CHOOSE(2,"base","downside","upside")',
    "=IFERROR({Data centre!faults#2},-1)",
    '=COUNTIF({Data centre!words:},"n/a")',
    '=COUNTIF({Data centre!cash:},">="&{Data centre!cash#2})',
    '=SUMIF({Data centre!year:},"<=3",{Data centre!cash:})',
    "=ABS(-{Data centre!rate})",
    "=MOD(-3,12)",
    "=INT(-2.5)",
    '="Base"="BASE"',
    '="a"<"B"',
    "=50%*{Data centre!cash+}",
    "={Data centre!words#3}+1",
    "={Data centre!words#3}=0",
    "=ABS({Data centre!cash#1}-100)<=1E-9*MAX(1,ABS({Data centre!cash#1}))",
    "=IF({Data centre!cash#1}>=100-1E-9,1,0)",
    "=SUM(whole_path)",
    "=IRR({Data centre!flow:})",
    "=NPV(base_rate,{Data centre!flow:})",
    '="DSCR "&TEXT(1.3456,"0.00")&"x"',
    "=1/3",
    "={Data centre!faults#1}",
    "=1/0",
    "=DATE(2026,3,31)+30",
    "=SUM({Data centre!cash:})/COUNT({Data centre!cash:})",
)


def small_book() -> Book:
    """The book, not yet calculated."""
    book = Book(CREATED, "A small book", author="Nobody")
    out = book.sheet("Answers", tab="1F3864")
    data = book.sheet("Data centre")
    for i, formula in enumerate(FORMULAS):
        out.put(i, 0, f"formula {i + 1}")
        out.put(i, 1, formula, "general")
    rows.lay(
        data,
        [
            rows.heading("Time", "1"),
            rows.path("year", "Operating year", "no.", "={year<}+1", "year"),
            rows.scalar("rate", "Rate", "% a year", 0.065, "input rate", note="Illustrative."),
            rows.path(
                "cash", "Cash flow", "$m", "=100*(1+{rate}/10)^({year}-{year#1})", "number", "sum"
            ),
            rows.path("running", "Cash flow to date", "$m", "=SUM({cash..})"),
            rows.path("rest", "Cash flow still to come", "$m", "=SUM({cash>>})-{cash}+{cash>}*0"),
            rows.path("words", "Mixed", "", [1.0, "n/a", None, 4.5, -2.0]),
            rows.path(
                "faults",
                "Errors",
                "",
                [CellError("#N/A", "none"), 2.0, CellError("#DIV/0!", "none"), 1.0, 1.0],
            ),
            rows.path("flow", "Flow", "$m", "=IF({year}=1,-100,40)", style="number"),
            rows.block(
                "survival", "Survival", "share", "=TRANSPOSE(SURVIVAL(5,,1-{rate},1))", "share"
            ),
        ],
        3,
        5,
    )
    book.define("base_rate", "{Data centre!rate}")
    book.define("whole_path", "{Data centre!cash:}")
    data.validations.append(
        Validation(
            (5, 3, 5, 3),
            "decimal",
            0,
            0.2,
            title="Rate",
            message="A yearly rate, 0% to 20%.",
            error="0% to 20% is allowed.",
        )
    )
    data.conditionals.append(Conditional((6, 6, 6, 10), "less", 101))
    data.conditionals.append(Conditional((7, 6, 7, 10), "three_colours"))
    data.charts.append(
        Chart(
            "line",
            "Cash flow grows",
            (
                Series("Cash", "{cash:}", "{year:}"),
                Series("To date", "{running:}", "{year:}", dashed=True),
            ),
            15,
            1,
        )
    )
    data.hyperlink(0, 0, "Answers", "Answers!B2")
    data.freeze = (3, 6)
    data.widths = {0: 5, 1: 30}
    data.group_rows(7, 8)
    data.print.title_rows, data.print.title_cols = (0, 3), (0, 2)
    return book
