"""Writes the memo: the workbook is tied out, the sections are laid, the file is put in place whole
or not at all.
"""

from __future__ import annotations

import contextlib
import io
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx

from bankable.templates import file_in_place, opening
from bankable.templates.comparison import tied_out
from bankable.templates.comparison.tied_out import Filled
from bankable.templates.memo import (
    appendix,
    changes,
    credit_sections,
    deal_sections,
    first_page,
    word_template,
)
from bankable.templates.memo.figures import Figures, typed_deal
from bankable.templates.memo.first_page import Memo
from bankable.templates.memo.paper import MARGIN, PAPERS, Paper, same_bytes
from bankable.templates.plain_text import seen
from bankable.templates.programs import environment_without_python, full_path
from bankable.templates.refusal import Refusal
from bankable.templates.workbook.write import refuse_to_overwrite


@dataclass(frozen=True)
class Written:
    """What was written: the figures for programs and the text for a terminal."""

    figures: dict[str, Any]
    text: str


def memo(
    workbook: str,
    newer: str | None = None,
    out: str | None = None,
    case: str | None = None,
    paper: str | None = None,
    template: str | None = None,
    pdf: bool = False,
    force: bool = False,
) -> Written:
    """The memo of a workbook; with `newer`, the memo of that one and what changed since the
    first.
    """
    source = Path(newer or workbook)
    target = Path(out) if out else source.with_name(f"{source.stem} memo.docx")
    if target.suffix.lower() != ".docx":
        raise Refusal(f"{target.name} should end in .docx: the memo is a Word document.")
    for path in (target, target.with_suffix(".pdf")) if pdf else (target,):
        refuse_to_overwrite(path, force)
    document = opened(template, paper)
    book = tied_out.read(source)
    earlier = tied_out.read(workbook) if newer else None
    number = book.case_number(case)
    made = compose(document, book, number, earlier)
    put(target, made[0])
    printed = to_pdf(target) if pdf else None
    deal = book.cases[number - 1].deal
    f = made[1]
    figures = {
        "memo": str(target),
        "pdf": str(printed) if printed else None,
        "case": deal.case_name,
        "decision": f.value("decision_words"),
        "binding_test": f.value("binding_name"),
        "cells_tied": book.cells_tied,
        "figures": len(f.taken),
        "to_be_written": [f"{section}: {words}" for section, words in made[2]],
    }
    text = (
        f"{deal.case_name}: {f.value('decision_words')}; {f.value('binding_name')} binds.\nTied"
        f" out: {book.cells_tied:,} cells. Figures traced to their cells: {len(f.taken)}. Left for"
        f" you to write: {len(made[2])} places, marked yellow.\nMemo: {target}"
        + (f"\nPDF: {printed}" if printed else "")
    )
    return Written(figures, text)


def opened(template: str | None, paper: str | None) -> Any:
    """The Word template, ours or the bank's, with our styles where it lacks them."""
    path = Path(template) if template else word_template.shipped()
    if not path.is_file():
        raise Refusal(f"there is no template {path}.")
    try:
        document = docx.Document(str(path))
        if not document.sections:
            raise ValueError("no page")
    except Exception as error:
        raise Refusal(
            f"{path.name} is not a Word document that can serve as template"
            f" ({type(error).__name__}): save it as .docx."
        ) from None
    word_template.complete(document, path.name)
    if paper:
        section = document.sections[0]
        section.page_width, section.page_height = PAPERS[paper]
    for section in document.sections:
        if not section.page_width or not section.page_height:
            section.page_width, section.page_height = PAPERS[paper or "a4"]
        for side in ("left_margin", "right_margin"):
            if getattr(section, side) is None:
                setattr(section, side, MARGIN)
    return document


def compose(
    document: Any, book: Filled, case: int, earlier: Filled | None = None
) -> tuple[bytes, Figures, list[tuple[str, str]]]:
    """The memo's bytes, its figures, and the placeholders left in it."""
    deal = book.cases[case - 1].deal
    if not deal.gearing:
        raise Refusal(
            f"{book.path.name}, case {deal.case_name}, asks for no debt (gearing is 0): there is no"
            " loan to write a memo on."
        )
    m = Memo(
        Paper(document),
        Figures(book.book, case, book.names[case - 1]),
        typed_deal(deal),
        book,
        earlier,
    )
    first_page.lay(m)
    m.paper.heading("Contents", 2, page_break=True)
    after = document.add_paragraph()
    old = changes.lay(m)
    for section in (
        deal_sections.parties,
        deal_sections.uses,
        deal_sections.structure,
        deal_sections.answer,
        deal_sections.repayment,
        deal_sections.contract,
        deal_sections.construction,
        deal_sections.interest_rate,
        credit_sections.cash_flow,
        credit_sections.sensitivities,
        credit_sections.rating,
        credit_sections.recovery,
        credit_sections.covenants,
        credit_sections.conditions,
        credit_sections.approvals,
    ):
        section(m)
    appendix.lay(m, old)
    m.paper.contents(after)
    after._p.getparent().remove(after._p)
    properties = document.core_properties
    properties.title, properties.subject = (
        seen(f"Credit memorandum: {deal.case_name}")[:255],
        f"{m.f.value('decision_words')}",
    )
    properties.author, properties.last_modified_by, properties.keywords = (
        "Bankable",
        "Bankable",
        seen(f"credit memo; {deal.borrower}")[:255],
    )
    properties.comments = seen(
        f"Written from {book.path.name}, model hash {book.book['Cover'].value_of('model_hash')}"
    )[:255]
    properties.created = properties.modified = book.book.created
    out = io.BytesIO()
    document.save(out)
    return same_bytes(out.getvalue()), m.f, m.paper.placeholders


def put(target: Path, data: bytes) -> None:
    """The file whole, or nothing: written beside its place, then moved there."""
    opening.refuse_open_elsewhere(target)
    if not target.parent.is_dir():
        raise Refusal(f"there is no folder {target.parent}.")
    file_in_place.put(target, data)


def to_pdf(memo_file: Path) -> Path:
    """The memo as PDF, printed by LibreOffice where there is one."""
    program = full_path(
        (
            "soffice",
            "libreoffice",
            "/Applications/LibreOffice.app/Contents/MacOS/soffice",
            r"C:\Program Files\LibreOffice\program\soffice.exe",
        )
    )
    if program is None:
        raise Refusal(
            f"{memo_file.name} is written; a PDF needs LibreOffice, which was not found: print it"
            " from Word instead."
        )
    with tempfile.TemporaryDirectory() as folder:
        with contextlib.suppress(subprocess.TimeoutExpired, OSError):
            subprocess.run(
                [
                    program,
                    f"-env:UserInstallation={Path(folder, 'profile').as_uri()}",
                    "--headless",
                    "--convert-to",
                    "pdf",
                    "--outdir",
                    folder,
                    str(memo_file.absolute()),
                ],
                cwd=folder,
                env=environment_without_python(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=180,
                check=False,
            )
        made = Path(folder, f"{memo_file.stem}.pdf")
        if not made.exists():
            raise Refusal(
                f"{memo_file.name} is written, but LibreOffice made no PDF of it: print it from"
                " Word instead."
            )
        put(memo_file.with_suffix(".pdf"), made.read_bytes())
    return memo_file.with_suffix(".pdf")
