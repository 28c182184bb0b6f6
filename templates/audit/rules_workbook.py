"""The workbook as a whole: links to other files, what is hidden, error values, and formulas without
a saved value.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from bankable.templates.audit.evidence import Audit, by_range, cut
from bankable.templates.audit.finding import Finding, in_ranges, written
from bankable.templates.audit.reading import ADD_INS, Cell
from bankable.templates.workbook.book import column_letters

_FILE = re.compile(r"\[(\d+|[^\[\]]+\.\w{2,5})\](?=[^\[\]]*!)")


def links(audit: Audit) -> Iterator[Finding]:
    """Figures that come from other files, which formulas name by a number (as programs save them)
    or by the file's name.
    """
    rule = "external-link"
    book = audit.book
    audit.look(rule, len(book.links))
    targets = {str(link.number): link.target for link in book.links if not link.add_in}
    used: set[str] = set()

    def linked(text: str) -> list[str]:
        """The other files in a text, add-ins left out."""
        found = []
        for said in dict.fromkeys(_FILE.findall(text)):
            if said in targets:
                used.add(said)
                found.append(targets[said])
            elif not said.isdigit() and not said.lower().endswith(ADD_INS):
                found.append(said)
        return found

    for sheet in book.sheets.values():
        cells: dict[str, list[Cell]] = defaultdict(list)
        for cell in sheet.formulas:
            if "[" not in (cell.formula or "") or cell.form is None:
                continue
            prefixes = " ".join(
                t.text.partition("!")[0] + "!"
                for t in cell.form.tokens
                if t.kind in ("ref", "name") and "!" in t.text
            )
            for target in linked(prefixes):
                cells[target].append(cell)
        for target, held in cells.items():
            unsaved = [cell for cell in held if not cell.saved]
            saved = [cell for cell in held if cell.saved]
            yield from by_range(
                rule,
                "error",
                sheet,
                unsaved,
                target,
                "The cell takes its figure from another file and has no saved value: bring the"
                " figure into an input.",
            )
            yield from by_range(
                rule,
                "warning",
                sheet,
                saved,
                target,
                "The cell takes its figure from another file, which no reader has: bring it into an"
                " input with its source.",
            )
        for text in sheet.validations:
            for target in linked(text):
                yield Finding(
                    rule,
                    "warning",
                    sheet.name,
                    "",
                    f"list of choices: {cut(text, 60)}",
                    f"A list of choices lies in {target}: bring it into this book.",
                )
    for where, texts in (
        ("name", [f"{book.spelled[n]} = {t}" for n, t in book.names.items()]),
        ("chart", book.charts),
    ):
        for text in texts:
            for target in linked(text):
                yield Finding(
                    rule,
                    "warning",
                    "",
                    "",
                    f"{where}: {cut(text, 80)}",
                    f"A {where} refers to {target}: point it to this book, or delete it.",
                )
    for number, target in targets.items():
        if number not in used:
            yield Finding(
                rule,
                "note",
                "",
                "",
                target,
                "The book keeps a link that nothing uses: break it (Data, Edit Links).",
            )


def hidden(audit: Audit) -> Iterator[Finding]:
    """What a reader does not see."""
    for sheet in audit.book.sheets.values():
        audit.look("hidden-sheet")
        audit.look("hidden-cells")
        if sheet.state != "visible":
            count = sum(1 for _ in sheet.formulas)
            very = sheet.state == "veryHidden"
            yield Finding(
                "hidden-sheet",
                "warning" if very and count else "note",
                sheet.name,
                "",
                f"{'very hidden' if very else 'hidden'}, {count} formulas",
                (
                    "The sheet shows only in the editor of macros: make it visible."
                    if very
                    else "The sheet is hidden: show it, or say on the cover why not."
                ),
            )
        rows = {row for row, _ in sheet.cells}
        cols = {col for _, col in sheet.cells}
        for first, _, last, _ in in_ranges((row, 0) for row in set(sheet.hidden_rows) & rows):
            yield Finding(
                "hidden-cells",
                "note",
                sheet.name,
                f"{first + 1}:{last + 1}",
                "hidden rows with content",
                "Show the rows: what counts should be seen.",
            )
        for _, one, _, two in in_ranges((0, col) for col in set(sheet.hidden_cols) & cols):
            said = f"{column_letters(one)}:{column_letters(two)}"
            yield Finding(
                "hidden-cells",
                "note",
                sheet.name,
                said,
                "hidden columns with content",
                "Show the columns: what counts should be seen.",
            )


def settings(audit: Audit) -> Iterator[Finding]:
    """Settings under which a program shows other figures than the formulas give."""
    rule, book = "calculation-settings", audit.book
    audit.look(rule, 3)
    for is_set, severity, evidence, sentence in (
        (
            book.as_displayed,
            "warning",
            "precision as displayed",
            "Every figure is cut to what its cell displays, and what was cut is lost: take off 'Set"
            " precision as displayed'.",
        ),
        (
            book.manual,
            "warning",
            "manual calculation",
            "What the cells show may be older than the inputs: set Calculation Options to"
            " Automatic.",
        ),
        (
            book.dates_from_1904,
            "note",
            "dates from 1904",
            "Dates copied to or from another book shift by four years and a day: take off 'Use 1904"
            " date system' in a new book.",
        ),
    ):
        if is_set:
            yield Finding(rule, severity, "", "", evidence, sentence)


def errors(audit: Audit) -> Iterator[Finding]:
    """Error values, broken references, and formulas that were never calculated."""
    for sheet in audit.book.sheets.values():
        wrong: dict[str, list[Cell]] = defaultdict(list)
        broken, unsaved, count = [], [], 0
        for cell in sheet.cells.values():
            if cell.formula is not None:
                count += 1
                if cell.form is not None and any(
                    token.kind == "error" and token.text == "#REF!" for token in cell.form.tokens
                ):
                    broken.append(cell)
                if not cell.saved:
                    unsaved.append(cell)
            if cell.error and not (
                cell.value == "#N/A" and cell.form is not None and "NA" in cell.form.called
            ):
                wrong[str(cell.value)].append(cell)
        audit.look("error-value", len(sheet.cells))
        audit.look("ref-error", count)
        audit.look("no-saved-value", count)
        for code, cells in wrong.items():
            yield from by_range(
                "error-value",
                "error",
                sheet,
                cells,
                code,
                f"The cell shows {code}, and so does whatever rests on it: mend its formula or its"
                " input.",
            )
        if broken:
            yield from by_range(
                "ref-error",
                "error",
                sheet,
                broken,
                "#REF!",
                "The formula has lost a cell that it referred to: point it to the right one.",
            )
        if unsaved:
            cell = min(unsaved, key=lambda one: (one.row, one.col))
            yield Finding(
                "no-saved-value",
                "note",
                sheet.name,
                written((cell.row, cell.col, cell.row, cell.col)),
                f"{len(unsaved)} of {count} formulas",
                "Formulas have no saved value, so that viewers show nothing or zero: calculate and"
                " save the book.",
            )
    for name, text in audit.book.names.items():
        audit.look("ref-error")
        if "#REF!" in text:
            yield Finding(
                "ref-error",
                "error",
                "",
                "",
                f"{audit.book.spelled[name]} = {cut(text, 60)}",
                "A defined name has lost its cells: delete it, or point it to the right ones.",
            )
