"""What changed since the last submission: inputs, results and decision of one case in two workbooks
that both tie out.
"""

from __future__ import annotations

from bankable.templates.comparison.sheets import summary
from bankable.templates.comparison.tie_out import close
from bankable.templates.comparison.words import shown
from bankable.templates.memo.figures import Figures
from bankable.templates.memo.first_page import Memo
from bankable.templates.memo.paper import typed
from bankable.templates.refusal import Refusal
from bankable.udfs.deal.deal import INPUTS, param_of


def lay(m: Memo) -> Figures | None:
    """The section; returns the earlier workbook's figures for the appendix."""
    if m.earlier is None:
        return None
    old = earlier_figures(m)
    m.paper.heading("What changed since the last submission")
    inputs, results = changed_inputs(m, old), changed_results(m, old)
    before, now = old("decision_words"), m.f("decision_words")
    words = (
        f"Decision: {before} before, {now} now."
        if before != now
        else f"The decision is unchanged: {now}."
    )
    m.paper.text(
        f"**{words}** Binding test before: {old('binding_name')}; now: {m.f('binding_name')}."
        f" Earlier workbook: {typed(m.earlier.path.name)}."
    )
    if not inputs and not results:
        m.paper.text("No input and no result of this case differs.")
        return old
    for title, rows in (("Inputs that changed", inputs), ("Results that changed", results)):
        if rows:
            m.paper.table(["", "Before", "Now"], rows, (50, 25, 25), title, numbers=2, size=7.5)
    return old


def earlier_figures(m: Memo) -> Figures:
    """The same case in the earlier workbook, by name; by place where the name has changed."""
    assert m.earlier is not None
    names = [case.deal.case_name for case in m.earlier.cases]
    own = m.filled.cases[m.f.case - 1].deal.case_name
    if own in names:
        number = names.index(own) + 1
    elif m.f.case <= len(names):
        number = m.f.case
    else:
        raise Refusal(f"{m.earlier.path.name} has no case {own!r}; it has {', '.join(names)}.")
    return Figures(m.earlier.book, number, m.earlier.names[number - 1], origin=m.earlier.path.name)


def changed_inputs(m: Memo, old: Figures) -> list[list[str]]:
    """Each input whose value differs, as printed; more digits where two values print alike."""
    rows = []
    for field in INPUTS:
        key = field.name
        before, now = (
            figures.book["Inputs"].value_of(f"{key}_{figures.case}") for figures in (old, m.f)
        )
        if before == now:
            continue
        is_number = param_of(key).kind not in ("text", "choice", "switch")
        if is_number and close(float(before), float(now)):  # type: ignore[arg-type]
            continue
        rows.append([field.metadata["label"], old.input(key), m.f.input(key)])
    return rows


def changed_results(m: Memo, old: Figures) -> list[list[str]]:
    """Each row of Summary whose value differs."""
    rows = []
    for _, lines in summary.ROWS:
        for key, label, unit, style in shown(*lines):
            before, now = old.value(key), m.f.value(key)
            both = isinstance(before, (int, float)) and isinstance(now, (int, float))
            if before == now or (both and close(float(before), float(now))):
                continue
            rows.append(
                [
                    label.strip() + (f", {unit}" if unit in ("$m", "$", "years", "months") else ""),
                    old(key, style),
                    m.f(key, style),
                ]
            )
    return rows
