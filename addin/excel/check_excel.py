"""Drives a real Excel over the check-list and over cells with random inputs, and keeps what it
showed: the work of `bankable excel-check`.

Each step stands alone: one that fails is kept with what Excel said, and the next begins. Nothing of
the user's is opened: Excel is one of its own, and every workbook lies in a temporary folder.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bankable.addin.excel import check_comparison, check_formulas
from bankable.addin.excel.check_answers import Answers
from bankable.addin.excel.check_cells import end


@dataclass
class Check:
    """One run: xlwings (or a stand-in), the add-in, a folder to work in, and what is kept."""

    xlwings: Any
    addin: Path
    folder: Path
    seed: int
    answers: Answers = field(default_factory=Answers)
    told: Callable[[str], None] = print
    app: Any = None

    def run(self) -> None:
        """Every step, and Excel's end whatever comes."""
        try:
            for step in STEPS:
                self.step(step)
                if self.app is None:
                    return  # without Excel there is nothing to try
        finally:
            end(self.app)

    def step(self, step: Callable[[Check], Any]) -> None:
        """One step with what came of it: "yes", "no" and what was seen, or the fault."""
        begun = time.monotonic()
        kept: dict[str, Any] = {
            "step": (step.__doc__ or "").split("\n\n")[0].replace("\n    ", " ")
        }
        try:
            seen = step(self)
            good = seen is None or seen is True
            kept |= {"result": "yes" if good else "no"} if not isinstance(seen, dict) else seen
            if not good and not isinstance(seen, dict):
                kept["seen"] = seen
        except Exception as fault:  # whatever COM raises
            kept |= {"result": "no", "seen": f"{type(fault).__name__}: {fault}"}
        kept["seconds"] = round(time.monotonic() - begun, 2)
        self.answers.steps.append(kept)
        self.told(f"{kept['result']:<4} {kept['step']} ({kept['seconds']:.1f} s)")
        if kept["result"] == "no":
            self.told(f"     seen: {str(kept.get('seen', ''))[:300]}")


STEPS: tuple[Callable[[Check], Any], ...] = (
    check_formulas.starts,
    check_formulas.opens_addin,
    check_formulas.first_formula,
    check_formulas.spills,
    check_formulas.errors_and_sums,
    check_formulas.many_cells,
    check_formulas.every_function,
    check_formulas.saved_and_opened,
    check_formulas.from_another_machine,
    check_comparison.comparison_opens,
    check_comparison.random_deals,
    check_comparison.book_with_macros,
)
