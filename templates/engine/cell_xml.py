"""The cells of a sheet's XML as patterns find them: cell, formula, value, and attributes.

The patterns hold for parts that `sound_xml` has let through: there each of them takes a time that
grows with the length of the text.
"""

from __future__ import annotations

import re
from html import unescape

_PLAIN = r"""[^<>"'/]*"""
WITHIN = rf"""{_PLAIN}(?:(?:"[^"]*"|'[^']*'){_PLAIN})*"""  # the attributes of a tag

CELL = re.compile(rf"<((?:\w+:)?)c(?=[\s/>])({WITHIN})(?:/>|>(.*?)</\1c\s*>)", re.DOTALL)
FORMULA = re.compile(rf"<((?:\w+:)?)f(?=[\s/>])({WITHIN})(?:/>|>(.*?)</\1f\s*>)", re.DOTALL)
VALUE = re.compile(rf"<((?:\w+:)?)v(?=[\s/>]){WITHIN}>(.*?)</\1v\s*>", re.DOTALL)
ROW = re.compile(rf"<((?:\w+:)?)row(?=[\s/>])({WITHIN})(?:/>|>(.*?)</\1row\s*>)", re.DOTALL)
DATA = re.compile(
    rf"<((?:\w+:)?)sheetData(?=[\s/>])({WITHIN})(?:/>|>(.*?)</\1sheetData\s*>)", re.DOTALL
)
MERGED = re.compile(rf"<(?:\w+:)?(?:mergeCell|hyperlink)\s{WITHIN}/?>")
REFERENCE = re.compile(r"""\sref\s*=\s*["']([^"']*)["']""")
_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def attributes(text: str) -> dict[str, str]:
    """An element's attributes, their namespaces taken off."""
    out: dict[str, str] = {}
    for found in _ATTRIBUTE.finditer(text):
        space, _, name = found[1].rpartition(":")
        if not space or name not in out:  # `x:r` never stands for `r`
            out[name] = unescape(found[2] if found[2] is not None else found[3])
    return out
