"""Figures within words are rounded before TEXT shows them, whatever stands around them."""

from __future__ import annotations

import pytest

from bankable.templates.workbook.text_figures import rounded


@pytest.mark.parametrize(
    ("formula", "made"),
    [
        ('=TEXT(A1,"0")', '=TEXT(ROUND(A1,0),"0")'),
        ('=TEXT(A1/B1,"0.00""x""")', '=TEXT(ROUND(A1/B1,2),"0.00""x""")'),
        ('=TEXT(A1,"+0.0%;-0.0%")', '=TEXT(ROUND(A1,3),"+0.0%;-0.0%")'),
        ('=TEXT(A1,"$#,##0;-$#,##0")&"m"', '=TEXT(ROUND(A1,0),"$#,##0;-$#,##0")&"m"'),
        ('=TEXT(ROUND(A1,1),"0.0")', '=TEXT(ROUND(A1,1),"0.0")'),
        (
            '=TEXT(ROUND(A1,1)+ROUND(B1,1),"0.0")',
            '=TEXT(ROUND(ROUND(A1,1)+ROUND(B1,1),1),"0.0")',
        ),
        (
            '=IF(A1=",",TEXT(IF(A1="a,b(",1,2),"0"),"no TEXT(here)")',
            '=IF(A1=",",TEXT(ROUND(IF(A1="a,b(",1,2),0),"0"),"no TEXT(here)")',
        ),
        (
            '="x"&TEXT(MAX(1,TEXT(B1,"0")),"0.0")',
            '="x"&TEXT(ROUND(MAX(1,TEXT(ROUND(B1,0),"0")),1),"0.0")',
        ),
        ("=TEXT(A1,B1)", "=TEXT(A1,B1)"),
        ('=MYTEXT(A1,"0")', '=MYTEXT(A1,"0")'),
        ('="TEXT("&A1', '="TEXT("&A1'),
    ],
)
def test_a_figure_is_rounded_to_the_digits_shown(formula: str, made: str) -> None:
    assert rounded(formula) == made
    assert rounded(made) == made
