"""The one table of cell styles: what an input, a calculation, a link, a total and an alert look
like.

A style's name is a role and a number format (`input rate`, `link number`, `total number`) or the
format alone for a calculation (`rate`); texts, headings and check results have names of their own.
"""

from __future__ import annotations

from typing import Any

INPUT_BLUE = "0000FF"
INPUT_YELLOW = "FFFFCC"
LINK_GREEN = "008000"
ALERT_RED = "C00000"
INK = "000000"
GREY = "7F7F7F"
NAVY = "1F3864"
BAND = "DCE6F1"
PALE_GREEN = "E2EFDA"
PALE_RED = "F8D7DA"

# Column widths count digits of the default font. Arial's widths are the same in every program, since
# all have it or Liberation Sans, its equal; Calibri is widened by half where it is missing. At 10
# points its digits have the 7 pixels that the writer reckons with.
DEFAULT_FONT = {"font_name": "Arial", "font_size": 10}
FONT = {"font_name": "Arial", "font_size": 9, "valign": "vcenter"}

# Okabe and Ito's palette, told apart in every common form of colour blindness.
PALETTE = ("0072B2", "E69F00", "009E73", "D55E00", "56B4E9", "CC79A7", "7F7F7F", "000000")

FORMATS: dict[str, str] = {
    "number": '#,##0.0_);(#,##0.0);"-"_);@_)',
    "number2": '#,##0.00_);(#,##0.00);"-"_);@_)',
    "integer": '#,##0_);(#,##0);"-"_);@_)',
    "price": '#,##0.0000_);(#,##0.0000);"-"_);@_)',
    "pool": '[>=1E+98]"out of reach"_);#,##0.0_);"-"_);@_)',  # an amount that may be without end
    "multiple": '0.00"x"_);(0.00"x");0.00"x"_);@_)',
    "rate": '0.00%_);(0.00%);"-"_);@_)',
    "share": '0.0%_);(0.0%);"-"_);@_)',
    "year": "0",
    "years": "General_)",  # a date in years, whole or a part of one
    "count": "0_);(0);0_);@_)",
    "flag": '0_);(0);"-"_);@_)',
    "factor": '0.0000_);(0.0000);"-"_);@_)',
    "level": "0.0%_);(0.0%);0.0%_);@_)",  # a share of which nought is an answer
    "nil rate": "0.00%_);(0.00%);0.00%_);@_)",
    "nil number2": "#,##0.00_);(#,##0.00);0.00_);@_)",
    "level years": "0.0_);(0.0);0.0_);@_)",
    "nil number": "#,##0.0_);(#,##0.0);0.0_);@_)",  # an amount of which zero is an answer
    "tied": "#,##0.0000_);(#,##0.0000);0_);@_)",
    "tiny": "0.0E+00_);(0.0E+00);0_);@_)",
    "date": "yyyy-mm-dd",
    "month": "mmm yyyy",
    "general": "General",
}

# the formats that a conditional format may give to a figure whose kind the reader chooses
BY_KIND = ("multiple", "rate", "share", "number", "price", "count")

ROLES: dict[str, dict[str, Any]] = {
    "": {"font_color": INK},
    "input": {
        "font_color": INPUT_BLUE,
        "bg_color": INPUT_YELLOW,
        "border": 1,
        "border_color": "BFBFBF",
        "locked": False,
    },
    "link": {"font_color": LINK_GREEN},
    "total": {"font_color": INK, "bold": True, "top": 1},
    "headline": {"font_color": INK, "bold": True, "bg_color": BAND},
    "framed": {"font_color": INK, "bold": True, "border": 2},
    "link total": {"font_color": LINK_GREEN, "bold": True, "top": 1},
    "link headline": {"font_color": LINK_GREEN, "bold": True, "bg_color": BAND},
    "alert": {"font_color": ALERT_RED, "bold": True},
}

TEXTS: dict[str, dict[str, Any]] = {
    "text": {},
    "wrap": {"text_wrap": True},
    "bold": {"bold": True},
    "bold wrap": {"bold": True, "text_wrap": True},
    "centre": {"align": "center"},
    "centre wrap": {"align": "center", "text_wrap": True},
    "bold centre": {"bold": True, "align": "center"},
    "right": {"align": "right"},
    "right small": {"align": "right", "shrink": True},
    "grey": {"font_color": GREY},
    "grey wrap": {"font_color": GREY, "text_wrap": True, "indent": 1},
    "head date": {"font_color": GREY, "align": "right", "num_format": "d mmm yy"},
    "left date": {"align": "left", "num_format": "d mmmm yyyy"},
    "scenario": {"bold": True, "font_color": GREY},
    "small": {"font_color": GREY, "shrink": True},
    "hidden": {"num_format": ";;;"},  # a label that a function gives and column B shows
    "note": {"font_color": GREY, "italic": True},
    "note wrap": {"font_color": GREY, "italic": True, "text_wrap": True},
    "unit": {"font_color": GREY},
    "section": {"font_color": GREY},
    "title": {"bold": True, "font_size": 14, "font_color": NAVY},
    "subtitle": {"font_size": 10, "font_color": GREY},
    "heading": {"bold": True, "font_color": "FFFFFF", "bg_color": NAVY},
    "heading indent": {"bold": True, "font_color": "FFFFFF", "bg_color": NAVY, "indent": 1},
    "heading right": {"bold": True, "font_color": "FFFFFF", "bg_color": NAVY, "align": "right"},
    "heading centre": {"bold": True, "font_color": "FFFFFF", "bg_color": NAVY, "align": "center"},
    "heading wrap": {
        "bold": True,
        "font_color": "FFFFFF",
        "bg_color": NAVY,
        "align": "center",
        "text_wrap": True,
    },
    "heading year": {
        "bold": True,
        "font_color": "FFFFFF",
        "bg_color": NAVY,
        "align": "right",
        "num_format": "0",
    },
    "heading years": {
        "bold": True,
        "font_color": "FFFFFF",
        "bg_color": NAVY,
        "align": "right",
        "num_format": "General",
    },
    "heading share": {
        "bold": True,
        "font_color": "FFFFFF",
        "bg_color": NAVY,
        "align": "right",
        "num_format": "0%",
    },
    "band": {"bold": True, "font_color": NAVY, "bg_color": BAND},
    "band right": {"bold": True, "font_color": NAVY, "bg_color": BAND, "align": "right"},
    "band wrap": {
        "bold": True,
        "font_color": NAVY,
        "bg_color": BAND,
        "align": "right",
        "text_wrap": True,
    },
    "band centre": {"bold": True, "font_color": NAVY, "bg_color": BAND, "align": "center"},
    "input text": {
        "text_wrap": True,
        "font_color": INPUT_BLUE,
        "bg_color": INPUT_YELLOW,
        "border": 1,
        "border_color": "BFBFBF",
        "locked": False,
    },
    "input choice": {
        "font_color": INPUT_BLUE,
        "bg_color": INPUT_YELLOW,
        "border": 1,
        "border_color": "BFBFBF",
        "align": "right",
        "locked": False,
    },
    "link text": {"font_color": LINK_GREEN},
    "link wrap": {"font_color": LINK_GREEN, "text_wrap": True},
    "link right": {"font_color": LINK_GREEN, "align": "right"},
    "link bold": {"font_color": LINK_GREEN, "bold": True},
    "link centre wrap": {"font_color": LINK_GREEN, "align": "center", "text_wrap": True},
    "link band centre": {
        "bold": True,
        "font_color": LINK_GREEN,
        "bg_color": BAND,
        "align": "center",
    },
    "link heading centre": {
        "bold": True,
        "font_color": "FFFFFF",
        "bg_color": NAVY,
        "align": "center",
    },
    "alert": {"font_color": ALERT_RED, "bold": True},
    "alert wrap": {"font_color": ALERT_RED, "bold": True, "text_wrap": True},
    "decision": {"bold": True, "font_size": 10, "text_wrap": True, "align": "center", "border": 1},
    "hyperlink": {"font_color": "0563C1", "underline": 1},
    "check": {"bold": True, "align": "center"},
    # for conditional formats: only what they change
    "ok fill": {"font_color": "006100", "bg_color": PALE_GREEN},
    "fail fill": {"font_color": ALERT_RED, "bg_color": PALE_RED},
    "alert fill": {"font_color": ALERT_RED, "bg_color": PALE_RED},
    "alert text": {"font_color": ALERT_RED, "bold": True},
    "mute": {"font_color": "BFBFBF"},
    "blank": {"num_format": ";;;"},
    **{
        f"as {kind}": {"num_format": FORMATS[kind].replace('"-"_)', FORMATS[kind].split(";")[0])}
        for kind in BY_KIND
    },
    **{
        f"fail {kind}": {"num_format": FORMATS[kind], "font_color": ALERT_RED, "bg_color": PALE_RED}
        for kind in BY_KIND
    },
}

CONDITIONAL_ONLY = (
    *("ok fill", "fail fill", "alert fill", "alert text", "mute", "blank"),
    *(f"{word} {kind}" for word in ("as", "fail") for kind in BY_KIND),
)


def _table() -> dict[str, dict[str, Any]]:
    table: dict[str, dict[str, Any]] = {}
    for role, look in ROLES.items():
        for name, number_format in FORMATS.items():
            if number_format == "General":
                table[f"{role} {name}".strip()] = {**FONT, **look}
            else:
                if role == "input":  # a nought that somebody typed is a figure, not nothing
                    number_format = number_format.replace('"-"_)', number_format.split(";")[0])
                table[f"{role} {name}".strip()] = {
                    **FONT,
                    "align": "right",
                    **look,
                    "num_format": number_format,
                }
    for name, look in TEXTS.items():
        table[name] = dict(look) if name in CONDITIONAL_ONLY else {**FONT, **look}
    return table


STYLES: dict[str, dict[str, Any]] = _table()


def style(name: str) -> dict[str, Any]:
    """The properties of a style, as XlsxWriter takes them; KeyError with near names."""
    try:
        return STYLES[name]
    except KeyError:
        import difflib

        near = difflib.get_close_matches(name, STYLES, n=3)
        raise KeyError(f"there is no cell style {name!r}. Near: {', '.join(near)}") from None


def linked(name: str) -> str:
    """The green form of a calculation's style, for a cell that only shows another sheet's cell."""
    return f"link {name}" if f"link {name}" in STYLES else name
