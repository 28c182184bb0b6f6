"""The memo's charts, drawn by matplotlib in the workbook's colours; every plotted figure is a cell
that the appendix lists.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import sys
from collections.abc import Sequence
from typing import Any

from bankable.templates.workbook.printed import printed
from bankable.templates.workbook.styles import ALERT_RED, GREY, PALETTE

_SIZE = (6.7, 1.9)


def _matplotlib() -> Any:
    """matplotlib, with its own settings: a file matplotlibrc in the current folder or the user's
    home would change the pictures, and can have a program started.
    """
    if "matplotlib" not in sys.modules:
        found = importlib.util.find_spec("matplotlib")
        own = next(iter(found.submodule_search_locations or ()), None) if found else None
        with contextlib.chdir(own) if own else contextlib.nullcontext():
            importlib.import_module("matplotlib")  # reads the settings of the current folder
    matplotlib: Any = sys.modules["matplotlib"]
    matplotlib.rcdefaults()
    matplotlib.use("Agg")
    return matplotlib


def _axes(size: tuple[float, float] = _SIZE) -> tuple[Any, Any]:
    _matplotlib()
    import matplotlib.pyplot as plt

    plt.rcParams.update(
        {
            "text.parse_math": False,  # a $ that somebody typed is a $
            "font.family": "sans-serif",
            "font.sans-serif": ["Arial", "Liberation Sans", "DejaVu Sans"],
            "font.size": 8,
        }
    )
    figure, axes = plt.subplots(figsize=size)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color("#" + GREY)
    axes.grid(axis="y", color="#E5E5E5", linewidth=0.6)
    axes.set_axisbelow(True)
    return figure, axes


def _png(figure: Any) -> bytes:
    import matplotlib.pyplot as plt

    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=200, bbox_inches="tight", metadata={"Software": None})
    plt.close(figure)
    return out.getvalue()


def coverage_path(
    years: Sequence[int],
    cfads: Sequence[float],
    service: Sequence[float],
    labels: tuple[str, str] = ("CFADS", "Debt service"),
) -> bytes:
    """CFADS as columns with debt service as a line over them, year by year."""
    figure, axes = _axes()
    axes.bar(years, cfads, color="#" + PALETTE[0], width=0.65, label=labels[0])
    axes.step(
        [year - 0.5 for year in years] + [years[-1] + 0.5],
        [*service, service[-1]],
        where="post",
        color="#" + PALETTE[3],
        linewidth=1.8,
        label=labels[1],
    )
    axes.axhline(0, color="#" + GREY, linewidth=0.6)
    axes.set_xticks(list(years))
    axes.set_xlabel("Year of operation")
    axes.set_ylabel("$m")
    axes.legend(frameon=False, ncols=2, loc="upper center", bbox_to_anchor=(0.5, 1.16))
    return _png(figure)


def dscr_paths(
    years: Sequence[int],
    paths: Sequence[tuple[str, Sequence[float | None]]],
    limit: float,
    lock_up: float,
) -> bytes:
    """DSCR by year on each view, against the minimum asked and lock-up."""
    figure, axes = _axes((6.7, 1.75))
    for i, (name, values) in enumerate(paths):
        axes.plot(
            years,
            [float("nan") if value is None else value for value in values],
            color="#" + PALETTE[i],
            linewidth=1.8,
            marker="osD^"[i],
            markersize=3.2,
            label=name,
        )
    axes.axhline(limit, color="#000000", linewidth=1, linestyle="--")
    axes.set_xlim(0.6, years[-1] + 0.4)
    axes.text(
        years[-1] + 0.5,
        limit,
        f"asked {printed(limit, 'multiple')}",
        va="bottom" if lock_up < limit else "top",
        fontsize=7,
    )
    if abs(lock_up - limit) > 0.02:
        axes.axhline(lock_up, color="#" + ALERT_RED, linewidth=1, linestyle=":")
        axes.text(
            years[-1] + 0.5,
            lock_up,
            f"lock-up {printed(lock_up, 'multiple')}",
            va="top" if lock_up < limit else "bottom",
            fontsize=7,
            color="#" + ALERT_RED,
        )
    axes.set_xticks(list(years))
    axes.set_xlabel("Year of operation")
    axes.set_ylabel("DSCR, x")
    axes.legend(frameon=False, ncols=4, loc="upper center", bbox_to_anchor=(0.5, 1.17))
    return _png(figure)


def scenario_bars(names: Sequence[str], values: Sequence[float | None], limit: float) -> bytes:
    """Minimum DSCR under each scenario, against the minimum asked."""
    figure, axes = _axes((6.7, 0.24 * len(names) + 0.5))
    shown = [0.0 if value is None else value for value in values]
    places = range(len(names))[::-1]
    colours = ["#" + (PALETTE[0] if value >= limit - 1e-9 else PALETTE[3]) for value in shown]
    axes.barh(list(places), shown, color=colours, height=0.62)
    for place, value, given in zip(places, shown, values, strict=True):
        label = "n/a" if given is None else f"{printed(value, 'multiple')}"
        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
        axes.text(max(value, 0) + 0.02, place, label, va="center", fontsize=7.5, bbox=box, zorder=5)
    axes.axvline(limit, color="#000000", linewidth=1, linestyle="--")
    axes.axvline(1.0, color="#" + ALERT_RED, linewidth=1, linestyle=":")
    axes.set_yticks(list(places), names)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(f"Minimum DSCR; dashed: {printed(limit, 'multiple')} asked; dotted: 1.00x")
    return _png(figure)


def capacity_bars(views: Sequence[str], values: Sequence[float], requested: float) -> bytes:
    """Debt that each view of revenue carries, against the debt requested."""
    figure, axes = _axes((6.7, 1.55))
    places = list(range(len(views)))[::-1]
    axes.barh(
        places,
        values,
        color=["#" + PALETTE[0] if value >= requested else "#" + PALETTE[3] for value in values],
        height=0.6,
    )
    for place, value in zip(places, values, strict=True):
        axes.text(
            max(value, 0.0) + max(*values, requested) * 0.01,
            place,
            f"{printed(value, 'number')}",
            va="center",
            fontsize=7.5,
        )
    axes.axvline(requested, color="#000000", linewidth=1, linestyle="--")
    axes.set_yticks(places, views)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(
        f"Debt capacity at the target DSCR, $m; dashed: requested {printed(requested, 'number')}"
    )
    return _png(figure)


def actual_and_base(
    years: Sequence[int],
    base: Sequence[float],
    actual: Sequence[float | None],
    service: Sequence[float],
) -> bytes:
    """CFADS of the base case beside the actual one, with the base case's debt service as a line."""
    figure, axes = _axes()
    axes.bar(
        [year - 0.2 for year in years],
        base,
        width=0.38,
        color="#" + PALETTE[4],
        label="CFADS, base case",
    )
    axes.bar(
        [year + 0.2 for year in years],
        [0.0 if value is None else value for value in actual],
        width=0.38,
        color="#" + PALETTE[0],
        label="CFADS, actual",
    )
    axes.step(
        [years[0] - 0.5, *(year + 0.5 for year in years)],
        [service[0], *service],
        where="pre",
        color="#" + PALETTE[3],
        linewidth=1.8,
        label="Debt service, base case",
    )
    axes.axhline(0, color="#" + GREY, linewidth=0.6)
    axes.set_xticks(list(years))
    axes.set_xlim(years[0] - 0.6, max(years[-1], years[0] + 3) + 0.6)
    axes.set_xlabel("Year of operation")
    axes.set_ylabel("$m")
    axes.legend(frameon=False, ncols=3, loc="upper center", bbox_to_anchor=(0.5, 1.18))
    return _png(figure)
