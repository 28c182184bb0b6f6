"""The bytes of a text file as UTF-8, whatever they were written in.

A mark at the beginning tells the encoding; without one it is UTF-8 where the bytes are that, UTF-16
where every other one is zero, and else Windows-1252, as Excel writes `CSV` in much of the world.
"""

from __future__ import annotations

import codecs

import numpy as np

from bankable.templates.refusal import Refusal

LONGEST_LINE = 2**20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decoded(name: str, data: bytes) -> tuple[bytes, str]:
    """(the text in UTF-8 without mark, what it was encoded in); UTF-8 where it can be, Windows-1252
    where not.
    """
    mark, encoding = next(
        (known for known in _BOMS if data.startswith(known[0])), (b"", unmarked(data))
    )
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError:
        if mark or encoding != "utf-8":
            raise no_text(name) from None
        encoding = "Windows-1252"
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            raise no_text(name) from None
    if "\0" in text:
        raise no_text(name)
    return (data[len(mark) :] if encoding == "utf-8" else text.encode("utf-8")), encoding


def no_text(name: str) -> Refusal:
    return Refusal(
        f"{name} is not a text file in UTF-8, UTF-16 or Windows-1252: save it as CSV (UTF-8)."
    )


def unmarked(data: bytes) -> str:
    """The encoding of a text without mark: every other byte of plain text in UTF-16 is zero."""
    sample = np.frombuffer(data[: 2 * (min(len(data), 4096) // 2)], dtype=np.uint8)
    if sample.size < 4:
        return "utf-8"
    even, odd = np.mean(sample[::2] == 0), np.mean(sample[1::2] == 0)
    if odd > 0.5 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.5 and odd < 0.1 else "utf-8"


def refuse_long_lines(name: str, data: bytes) -> None:
    """A line without end would be read into memory as millions of cells."""
    start = 0
    while len(data) - start > LONGEST_LINE:
        window = (start, start + LONGEST_LINE)
        end = max(data.rfind(b"\n", *window), data.rfind(b"\r", *window))
        if end < 0:
            raise Refusal(f"{name} has a line longer than {LONGEST_LINE >> 20} MB: it is no table.")
        start = end + 1
