"""Whatever the file, the reader gives a table or one sentence, in bounded time: generated texts,
bytes and workbooks with damage.
"""

from __future__ import annotations

import io
import tempfile
import time
import zipfile
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bankable.templates.plain_text import unseen
from bankable.templates.refusal import Refusal
from bankable.templates.tables import amounts, read_table
from bankable.templates.tables.table import Convention
from tests.templates.tables.conftest import WANTED

LONGEST = 10  # seconds a file
SHORT = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
LONG = settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))

cells = st.one_of(
    st.sampled_from(
        ["", "0,95", "0.95", "1.300", "2.400,5", "65%", "tbd", "#REF!", "TRUE", '"', "=1+1", "007"]
    ),
    st.floats().map(repr),
    st.text(max_size=12),
)
tables = st.builds(
    lambda separator, above, rows, end: end.join(
        [*above, separator.join(("name", "capex", "rate", "kind")), *map(separator.join, rows)]
    ),
    st.sampled_from([",", ";", "\t", "|"]),
    st.lists(st.text(max_size=20), max_size=3),
    st.lists(st.lists(cells, min_size=1, max_size=6), max_size=8),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
encodings = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-16-le", "utf-32"])


def answer_or_sentence(data: bytes, name: str) -> None:
    """The promise of the reader."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        start = time.monotonic()
        table, sentence = None, name
        try:
            table = read_table.read(path, WANTED)
        except Refusal as refusal:
            sentence = refusal.sentence
        assert name in sentence
        assert "\n" not in sentence
        if table is not None:
            for column in (*table.amounts.values(), *table.texts.values(), *table.words.values()):
                assert len(column) == table.size
            named = {fault.row for fault in table.faults}
            assert named <= set(table.rows.tolist())
            for text in (*table.texts.get("name", ()), *table.notes):
                assert unseen(text) is None
        assert time.monotonic() - start < LONGEST


def as_bytes(text: str, encoding: str) -> bytes:
    return text.encode(encoding, "replace")


@SHORT
@given(tables, encodings)
def test_any_text_table(text: str, encoding: str) -> None:
    answer_or_sentence(as_bytes(text, encoding), "t.csv")


@SHORT
@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    answer_or_sentence(data, "t.csv")
    answer_or_sentence(b"name,capex\n" + data, "t.csv")


@cache
def sound_workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in (["name", "capex", "rate", "kind"], ["A", 1, 0.5, "x"], ["B", "=1+1", True, None]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def damaged(places: list[tuple[float, int]], is_inside: bool) -> bytes:
    """A workbook with some bytes changed: of the package, or of the sheet in it."""
    if not is_inside:
        data = bytearray(sound_workbook())
        for place, byte in places:
            data[int(place * (len(data) - 1))] = byte
        return bytes(data)
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(sound_workbook())) as old,
        zipfile.ZipFile(out, "w") as new,
    ):
        for part in old.namelist():
            data = bytearray(old.read(part))
            if "sheet1" in part:
                for place, byte in places:
                    data[int(place * (len(data) - 1))] = byte
            new.writestr(part, bytes(data))
    return out.getvalue()


places = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6)


@SHORT
@given(places, st.booleans())
def test_any_damaged_workbook(where: list[tuple[float, int]], is_inside: bool) -> None:
    answer_or_sentence(damaged(where, is_inside), "t.xlsx")


@pytest.mark.exhaustive
@LONG
@given(tables, encodings)
def test_very_many_text_tables(text: str, encoding: str) -> None:
    answer_or_sentence(as_bytes(text, encoding), "t.csv")


@pytest.mark.exhaustive
@LONG
@given(st.binary(max_size=600))
def test_very_many_bytes(data: bytes) -> None:
    answer_or_sentence(b"name,capex\n" + data, "t.csv")


@pytest.mark.exhaustive
@LONG
@given(places, st.booleans())
def test_very_many_damaged_workbooks(where: list[tuple[float, int]], is_inside: bool) -> None:
    answer_or_sentence(damaged(where, is_inside), "t.xlsx")


# A number written by any convention is read as itself, or named ---------------------------------


def written(value: Decimal, decimal: str, thousands: str) -> str:
    return f"{value:,}".translate(str.maketrans({",": thousands, ".": decimal}))


@settings(max_examples=500, deadline=None)
@given(
    st.decimals(-10_000_000, 10_000_000, allow_nan=False, allow_infinity=False, places=3)
    | st.decimals(-1000, 1000, allow_nan=False, allow_infinity=False, places=2),
    st.sampled_from([".", ","]),
    st.sampled_from(["", "other", " ", "'", "\u202f"]),
    st.sampled_from([Convention(None), Convention("."), Convention(",")]),
    st.booleans(),
)
def test_a_number_is_read_as_itself_or_named(
    value: Decimal, decimal: str, part: str, known: Convention, is_proven: bool
) -> None:
    """Where the convention is the writer's own, or none is known, no other number ever comes out."""
    thousands = part.replace("other", "," if decimal == "." else ".")
    text = written(value, decimal, thousands)
    convention = Convention(known.decimal, is_proven and known.decimal is not None)
    if known.decimal not in (None, decimal):
        return
    found = amounts.number(text, convention)
    assert isinstance(found, str) or found == float(value)
    if known.decimal == decimal and part != "other":
        assert found == float(value)


@given(st.text(max_size=20))
def test_any_text_is_a_number_or_a_fault(text: str) -> None:
    for known in (Convention(None), Convention("."), Convention(",", True)):
        found = amounts.number(text, known)
        assert isinstance(found, (str, float))
        if isinstance(found, float) and not np.isnan(found):
            assert any(char in "0123456789" for char in text)
