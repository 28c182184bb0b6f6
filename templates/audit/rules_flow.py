"""Circles among cells, and checks that cannot fail."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from bankable.templates.audit.evidence import Audit, by_range, cut
from bankable.templates.audit.finding import Finding, in_ranges, written
from bankable.templates.audit.r1c1 import Form, Token
from bankable.templates.audit.reading import Cell, Sheet
from bankable.templates.workbook.book import address, sheet_prefix

_CHECK = re.compile(
    r"\b(checks?|control totals?|reconcil\w*|in balance|balances\?|must be (zero|nil|0)|error"
    r" flags?|tie[ -]?out|ok\?)(?![\w-])",
    re.IGNORECASE,
)
_NO_CHECK = re.compile(
    r"check(ing)? account|check ?list|health check|cheque|check-?in|background check", re.IGNORECASE
)
_MASTER = re.compile(
    r"\b(master|overall|all checks|total checks|summary check|global check|checks passed)\b",
    re.IGNORECASE,
)
_SAID = {"OK", "PASS", "PASSED", "TRUE", "FAIL", "FAILED", "ERROR", "CHECK", "NOT OK", "BALANCED"}
_PASS = {"OK", "PASS", "PASSED", "TRUE", "BALANCED"}
_COMPARE = {"=", "<>", "<", ">", "<=", ">="}
RULE = "check-that-cannot-fail"


def circles(audit: Audit) -> Iterator[Finding]:
    """Cells that rest on themselves, and iteration that hides it."""
    audit.look("circular", sum(1 for sheet in audit.book.sheets.values() for _ in sheet.formulas))
    if audit.book.iterates:
        yield Finding(
            "circular",
            "warning",
            "",
            "",
            "calcPr iterate",
            "Iterative calculation is on, so that no program warns of a circle: switch it off.",
        )
    for group in audit.graph.circles():
        sheets = Counter(name for name, _ in group)
        name = sheets.most_common(1)[0][0]
        where = in_ranges((cell.row, cell.col) for one, cell in group if one == name)
        chain = ", ".join(
            f"{sheet_prefix(one)}{address(cell.row, cell.col)}" for one, cell in group[:5]
        )
        yield Finding(
            "circular",
            "error",
            name,
            ", ".join(written(one) for one in where[:6]) + (" …" if len(where) > 6 else ""),
            f"{len(group)} cells: {chain}{' …' if len(group) > 5 else ''}",
            "The cells rest on themselves: break the circle, for instance with the opening balance"
            " or a closed-form formula.",
        )


# Checks ----------------------------------------------------------------------------------------


def checks(audit: Audit) -> Iterator[Finding]:
    """Checks that pass whatever the figures are, differences that cancel out, and master checks
    that leave some out.
    """
    for sheet in audit.book.sheets.values():
        held = [cell for cell in sheet.formulas if _is_check(audit, sheet, cell)]
        audit.look(RULE, len(held))
        for form, cells in _by_form(held):
            fault = _cannot_fail(form, cells)
            if fault:
                yield from by_range(RULE, "error", sheet, cells, cut(form.text), fault)
        results = [cell for cell in held if _says(cell)]
        yield from _typed(sheet, results)
        yield from _netting(audit, sheet, held)
        yield from _masters(audit, sheet, held, results)


def _is_check(audit: Audit, sheet: Sheet, cell: Cell) -> bool:
    if cell.form is None:
        return False
    label = audit.label(sheet, cell)
    if _CHECK.search(label) and not _NO_CHECK.search(label):
        return True
    if any(
        token.kind == "text" and token.text[1:-1].strip().upper() in _PASS
        for token in cell.form.tokens
    ):
        return True
    return bool(
        re.fullmatch(r"\s*(checks?|ok\??|pass\??)\s*", audit.header(sheet, cell), re.IGNORECASE)
    ) and (_says(cell) or isinstance(cell.value, bool))


def _says(cell: Cell) -> bool:
    """Whether the cell shows the result of a check."""
    return isinstance(cell.value, bool) or (
        isinstance(cell.value, str) and cell.value.strip().upper() in _SAID
    )


def _by_form(cells: list[Cell]) -> list[tuple[Form, list[Cell]]]:
    groups: dict[int, list[Cell]] = {}
    for cell in cells:
        groups.setdefault(id(cell.form), []).append(cell)
    return [(held[0].form, held) for held in groups.values() if held[0].form is not None]


def _arguments(tokens: list[Token]) -> Iterator[tuple[str, list[list[Token]]]]:
    """Every call (and bracket) with its arguments, and the whole formula as the only argument of no
    call.
    """
    stack: list[tuple[str, list[list[Token]]]] = [("", [[]])]
    name = ""
    for token in tokens:
        if token.kind == "mark" and token.text == "(":
            stack[-1][1][-1].append(token)
            stack.append((name, [[]]))
            name = ""
            continue
        if token.kind == "mark" and token.text == ")" and len(stack) > 1:
            done = stack.pop()
            yield done
            for part in done[1]:
                stack[-1][1][-1].extend(part)
                stack[-1][1][-1].append(Token("mark", ","))
            stack[-1][1][-1][-1] = token
            continue
        if token.kind == "mark" and token.text in ",;" and len(stack) > 1:
            stack[-1][1].append([])
            continue
        if token.kind == "call":
            name = token.text
        stack[-1][1][-1].append(token)
    yield stack[0]


def _text(tokens: list[Token]) -> str:
    return "".join(token.text for token in tokens)


def _cannot_fail(form: Form, cells: list[Cell]) -> str:
    tokens = form.solid
    if (
        not form.references
        and not form.names
        and not any(token.kind == "table" for token in tokens)
        and not any(t.kind == "error" for t in tokens)
    ):
        return (
            "The check refers to no cell, so it says the same whatever the figures are: compare two"
            " figures of the model."
        )
    for name, arguments in _arguments(tokens):
        for argument in arguments:
            for left, right in _sides(argument):
                if _text(left) == _text(right) and any(
                    token.kind in ("ref", "name", "table") for token in left
                ):
                    return (
                        "The check compares a figure with itself: compare it with one that was"
                        " worked out another way."
                    )
        if name == "IF" and len(arguments) == 3 and _text(arguments[1]) == _text(arguments[2]):
            return "Both branches of the check say the same: let it say so when the figures differ."
        if name == "IFERROR" and len(arguments) == 2:
            instead = _text(arguments[1]).strip('"').upper()
            if instead in _PASS or (instead in ("0", "0.0", "") and _passes_at_zero(form, cells)):
                return (
                    "An error passes this check, as IFERROR turns it into a pass: let an error"
                    " fail it."
                )
    return ""


def _passes_at_zero(form: Form, cells: list[Cell]) -> bool:
    """A difference that is to be nil; one whose sound result is 1 or a text fails where it
    shows 0.
    """
    return all(
        cell.value in (0, 0.0) and not isinstance(cell.value, bool) for cell in cells
    ) and any(token.kind == "op" and token.text == "-" for token in form.solid)


def _sides(tokens: list[Token]) -> Iterator[tuple[list[Token], list[Token]]]:
    """The two sides of a comparison or of a difference of two terms, outside of inner brackets."""
    depth = 0
    compared, minus, other = [], [], 0
    for i, token in enumerate(tokens):
        if token.kind == "mark":
            depth += {"(": 1, ")": -1, "{": 1, "}": -1}.get(token.text, 0)
        elif token.kind == "op" and not depth:
            if token.text in _COMPARE:
                compared.append(i)
            elif token.text == "-" and i:
                minus.append(i)
            else:
                other += 1
    if len(compared) == 1:
        at = compared[0]
        yield tokens[:at], tokens[at + 1 :]
        minus = [i for i in minus if i < at] if len([i for i in minus if i < at]) == 1 else []
        tokens = tokens[:at]
    if len(minus) == 1 and not other:
        yield tokens[: minus[0]], tokens[minus[0] + 1 :]


def _typed(sheet: Sheet, results: list[Cell]) -> Iterator[Finding]:
    """A pass that was typed among checks of the same column or row."""
    near = {
        (cell.row + down, cell.col + right)
        for cell in results
        for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1))
    }
    typed = [
        cell
        for spot in near
        if (cell := sheet.cells.get(spot)) is not None
        and cell.constant
        and (
            cell.value is True
            or (isinstance(cell.value, str) and cell.value.strip() in ("OK", "PASS", "TRUE"))
        )
    ]
    yield from by_range(
        RULE,
        "error",
        sheet,
        typed,
        "typed",
        "The pass is typed, not worked out: put the formula of the check back.",
    )


def _netting(audit: Audit, sheet: Sheet, held: list[Cell]) -> Iterator[Finding]:
    """Sums of signed differences: one too high hides one too low."""
    wrong = []
    for cell in held:
        assert cell.form is not None
        for token in cell.form.references:
            if (
                not token.calls
                or token.calls[-1][0] != "SUM"
                or any(name == "ABS" for name, _ in token.calls[:-1] if len(token.calls) < 1)
            ):
                continue
            assert token.reference is not None
            r1, c1, r2, c2 = token.reference.at(cell.row, cell.col)
            names = audit.graph.sheets_meant(token.reference.where, sheet.name)
            if (r1, c1) == (r2, c2) or not names or (r2 - r1 + 1) * (c2 - c1 + 1) > 10_000:
                continue
            there = audit.book.sheets[names[0]].cells
            summed = [
                there[spot]
                for spot in ((r, c) for r in range(r1, r2 + 1) for c in range(c1, c2 + 1))
                if spot in there
            ]
            computed = [one for one in summed if one.form is not None]
            if (
                len(computed) >= 2
                and all(_signed(one.form) for one in computed if one.form is not None)
                and _CHECK.search(
                    audit.label(audit.book.sheets[names[0]], computed[0])
                    + " "
                    + audit.header(audit.book.sheets[names[0]], computed[0])
                )
            ):
                wrong.append(cell)
                break
    yield from by_range(
        RULE,
        "warning",
        sheet,
        wrong,
        "a sum of signed differences",
        "A figure too high hides one too low: sum the differences with ABS.",
    )


def _signed(form: Form) -> bool:
    """Whether the whole formula is one figure less another."""
    tokens = form.solid
    depth, minus = 0, False
    for i, token in enumerate(tokens):
        if token.kind == "mark":
            depth += {"(": 1, ")": -1}.get(token.text, 0)
        elif token.kind == "op" and not depth and i:
            if token.text in _COMPARE or token.text in "*/^&":
                return False
            minus = minus or token.text == "-"
    return minus


def _masters(
    audit: Audit, sheet: Sheet, held: list[Cell], results: list[Cell]
) -> Iterator[Finding]:
    """A master check that does not rest on every check of its sheet."""
    masters = [
        cell
        for cell in held
        if cell.form is not None and (_says(cell) or isinstance(cell.value, float))
    ]
    masters = [
        cell
        for cell in masters
        if _MASTER.search(audit.label(sheet, cell))
        and cell.form is not None
        and len(cell.form.solid) > 1
    ]
    if len(results) < 3:
        return
    for master in masters:
        reached = audit.graph.reach(sheet.name, master)
        left_out = [
            cell
            for cell in results
            if (sheet.name, cell.row, cell.col) not in reached and cell not in masters
        ]
        beyond = {
            (r, c)
            for one in left_out
            for s, r, c in audit.graph.reach(sheet.name, one)
            if s == sheet.name
        }
        left_out = [cell for cell in left_out if (master.row, master.col) not in beyond]
        if left_out and len(left_out) < len(results):
            where = in_ranges((cell.row, cell.col) for cell in left_out)
            yield Finding(
                RULE,
                "warning",
                sheet.name,
                written((master.row, master.col, master.row, master.col)),
                "does not reach"
                f" {', '.join(written(one) for one in where[:6])}{' …' if len(where) > 6 else ''}",
                "The master check leaves checks of its own sheet out: widen its range to all of"
                " them.",
            )
