"""The appendices: inputs with their sources, every figure with its cell, the model behind them,
what is still to be written.
"""

from __future__ import annotations

from importlib import metadata

from bankable.templates.memo.figures import Figures
from bankable.templates.memo.first_page import Memo
from bankable.templates.memo.paper import typed
from bankable.templates.workbook.printed import printed
from bankable.udfs.deal.deal import INPUTS

SIZE = 6.5  # small, so that the appendices stay within a few of the memo's pages


def lay(m: Memo, old: Figures | None) -> None:
    """All of them; the list of placeholders comes last and is complete."""
    inputs_with_sources(m)
    figures(m, old)
    model(m)
    to_be_written(m)


def inputs_with_sources(m: Memo) -> None:
    """Every assumption of the case, its cell and its source; those that are nil where nothing else is
    typed are named in one sentence.
    """
    m.paper.heading("Appendix A: inputs and their sources")
    sheet = m.f.book["Inputs"]
    rows, nil, usual = [], [], []
    for field in INPUTS:
        key, meta = field.name, field.metadata
        value = getattr(m.deal, key)
        if value == field.default and not isinstance(value, str) and not value:
            nil.append(meta["label"])
            continue
        place = sheet.placed[f"{key}_{m.f.case}"]
        cell = sheet.cells[place.row, place.col]
        text = m.f.input(key)
        if value == field.default and m.f.source(key) == "illustrative":
            usual.append(f"{meta['label']} {text} ({_address(place.row, place.col)})")
            continue
        unit = {"x": "", "choice": "", "yes/no": "", "text": ""}.get(
            meta["unit"], f" {meta['unit']}".removeprefix(" %")
        )
        rows.append(
            [
                meta["label"],
                f"{text}{unit}" if printed(cell.value, cell.style) else text,
                f"Inputs!{_address(place.row, place.col)}",
                m.f.source(key),
            ]
        )
    m.paper.table(
        ["Input", "Value", "Cell", "Source"],
        rows,
        (26, 20, 10, 44),
        size=SIZE,
        description="Inputs and their sources",
    )
    if usual:
        m.paper.text(
            f"At their defaults, illustrative (cells of Inputs): {'; '.join(usual)}.", "Memo Note"
        )
    if nil:
        m.paper.text(
            f"Nil or not used, as long as nothing is typed: {'; '.join(nil)}.", "Memo Note"
        )


def _address(row: int, col: int) -> str:
    from bankable.templates.workbook.book import address

    return address(row, col)


def figures(m: Memo, old: Figures | None) -> None:
    """Every printed figure that is not an input, with the cell it was taken from."""
    m.paper.heading("Appendix B: figures and their cells")
    m.paper.text(
        "Every figure in this memo that is not in appendix A, as printed, with the cell of the"
        " workbook that holds it; a range holds one figure a year.",
        "Memo Note",
    )
    taken = [*m.f.taken.values(), *(old.taken.values() if old else ())]
    rows = [
        [figure.name, figure.text, figure.cell]
        for figure in taken
        if not figure.cell.startswith("Inputs!") and figure.text
    ]
    m.paper.table(
        ["Figure", "As printed", "Cell"],
        rows,
        (33, 42, 25),
        size=SIZE,
        description="Figures and their cells",
    )


def model(m: Memo) -> None:
    """Which model, which workbook, and what was tied out."""
    m.paper.heading("Appendix C: model")
    cover = m.f.book["Cover"]
    m.paper.text(
        f"Workbook {typed(m.filled.path.name)}, Bankable {metadata.version('bankable')}, model hash"
        f" {cover.value_of('model_hash')}, SHA-256 of the file {m.filled.digest[:16]}. Before this"
        f" memo was written {m.filled.cells_tied:,} cells were tied out: saved values against"
        " values calculated afresh, and every row of the case sheets against the model in Python;"
        f" the master check of the workbook says {m.f.book['Checks'].value_of('master')}. The"
        f" command bankable trace {typed(m.filled.path.name)} CELL shows how a figure comes about, down to"
        " inputs and sources."
    )


def to_be_written(m: Memo) -> None:
    """The placeholders, so that none is overlooked."""
    m.paper.heading("Still to be written")
    rows: list[list[str]] = []
    for section, words in m.paper.placeholders:
        if rows and rows[-1][0] == section:
            rows[-1][1] += f"; {words}"
        else:
            rows.append([section, words])
    m.paper.table(
        ["Section", "What"], rows, (30, 70), size=7.5, description="Placeholders left for a person"
    )
