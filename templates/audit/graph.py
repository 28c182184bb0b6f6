"""What reads what: the cells a formula refers to, circles among them, and the cells that nothing
reads.

A range is never taken apart cell by cell: it is looked up in a tree over each column or row of
formulas.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from bankable.templates.audit.r1c1 import Area, Form, Reference, Token
from bankable.templates.audit.reading import Book, Cell, inside

# Arguments of which only the place counts, not the value.
_PLACE_ONLY = {
    "ROW",
    "ROWS",
    "COLUMN",
    "COLUMNS",
    "ISREF",
    "ISFORMULA",
    "FORMULATEXT",
    "SHEET",
    "AREAS",
}
_FIRST_PLACE_ONLY = {"OFFSET"}
# Functions that take one of their arguments and leave the others: a circle through them may never
# close.
CHOOSING = {
    "IF",
    "IFS",
    "CHOOSE",
    "INDEX",
    "SWITCH",
    "IFERROR",
    "XLOOKUP",
    "LOOKUP",
    "VLOOKUP",
    "HLOOKUP",
    "SUMIF",
    "SUMIFS",
    "OFFSET",
}
# Functions that look whether there is anything wrong in a range, and use none of its figures.
_SCANS = {"ISERROR", "ISERR", "ISNA", "ISBLANK", "COUNTBLANK"}
Target = tuple[str, Area]


def reads_value(token: Token) -> bool:
    """Whether a reference stands for its value and not for its place alone."""
    if not token.calls:
        return True
    name, argument = token.calls[-1]
    return (
        name not in _PLACE_ONLY
        and not (name in _FIRST_PLACE_ONLY and argument == 0)
        and not (name == "CELL" and argument == 1)
    )


def scans(token: Token) -> bool:
    """Whether a range is only looked through for errors or blanks, by a sum's error too."""
    names = [name for name, _ in token.calls]
    if names[-1:] == ["SUM"]:
        return names[-2:-1] == ["ISERROR"]
    return bool(names) and names[-1] in _SCANS


class Graph:
    """The precedents of a workbook's formulas."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._sheets = {name.lower(): name for name in book.sheets}
        self._order = list(book.sheets)
        self._tables = {
            name.lower(): (sheet.name, area)
            for sheet in book.sheets.values()
            for name, area in sheet.tables.items()
        }
        self._named: dict[str, list[Target]] = {}

    def sheets_meant(self, where: str | None, here: str) -> list[str]:
        """The sheets that a prefix means; none for another workbook's."""
        if where is None:
            return [here]
        if where.startswith("["):
            return []
        known = self._sheets.get(where.lower())
        if known is not None:
            return [known]
        first, colon, last = where.partition(":")
        one, two = self._sheets.get(first.lower()), self._sheets.get(last.lower())
        if colon and one and two:
            return self._order[self._order.index(one) : self._order.index(two) + 1]
        return []

    def targets(
        self,
        form: Form,
        sheet: str,
        row: int,
        col: int,
        values_only: bool = False,
        used_only: bool = False,
    ) -> Iterator[Target]:
        """The areas that the form refers to in that cell, names and tables among them; `used_only`
        leaves out scans for errors.
        """
        for token in form.tokens:
            if (values_only and not reads_value(token)) or (used_only and scans(token)):
                continue
            if token.reference is not None:
                yield from self._meant(token.reference, sheet, row, col)
            elif token.kind == "name":
                yield from self.named(token.text, sheet)
            elif token.kind == "table":
                found = self._tables.get(token.text.partition("[")[0].lower())
                if found is not None:
                    yield found

    def _meant(self, reference: Reference, sheet: str, row: int, col: int) -> Iterator[Target]:
        area = inside(reference.at(row, col))
        for name in self.sheets_meant(reference.where, sheet):
            yield name, area

    def named(self, name: str, sheet: str) -> list[Target]:
        """What a defined name refers to; a table's name is one as well."""
        key = name.lower().replace("'", "")
        local = f"{sheet.lower()}!{key}"
        key = (
            local
            if local in self.book.names
            else key
            if key in self.book.names
            else key.rpartition("!")[2]
        )
        if key in self._named:
            return self._named[key]
        if key in self._tables:
            return [self._tables[key]]
        if key not in self.book.names:
            return []
        self._named[key] = []  # a name that means itself ends here
        form = self.book.forms.form(self.book.names[key], 0, 0)
        self._named[key] = list(self.targets(form, sheet, 0, 0))
        return self._named[key]

    # What is read -------------------------------------------------------------------------------

    @cached_property
    def areas_read(self) -> dict[str, set[Area]]:
        """By sheet, every area that a formula, a chart, a list of choices or a conditional format
        reads.
        """
        out: dict[str, set[Area]] = defaultdict(set)
        for sheet in self.book.sheets.values():
            for cell in sheet.formulas:
                assert cell.form is not None
                for name, area in self.targets(
                    cell.form, sheet.name, cell.row, cell.col, used_only=True
                ):
                    out[name].add(area)
            for area in sheet.inputs_of_tables:
                out[sheet.name].add(area)
        return out

    @cached_property
    def areas_shown(self) -> dict[str, set[Area]]:
        """The same of charts, lists of choices and conditional formats."""
        out: dict[str, set[Area]] = defaultdict(set)
        texts = [
            (sheet.name, text)
            for sheet in self.book.sheets.values()
            for text in sheet.read_elsewhere
        ]
        texts += [("", text) for text in self.book.charts]
        for here, text in texts:
            for name, area in self.targets(
                self.book.forms.form(text.removeprefix("="), 0, 0), here, 0, 0
            ):
                out[name].add(area)
        return out

    @cached_property
    def read(self) -> dict[str, set[tuple[int, int]]]:
        """By sheet, the filled cells that a formula reads."""
        return {
            name: _covered(set(sheet.cells), self.areas_read.get(name, set()))
            for name, sheet in self.book.sheets.items()
        }

    @cached_property
    def shown(self) -> dict[str, set[tuple[int, int]]]:
        """By sheet, the filled cells that a chart, a list or a format reads."""
        return {
            name: _covered(set(sheet.cells), self.areas_shown.get(name, set()))
            for name, sheet in self.book.sheets.items()
        }

    # Circles ------------------------------------------------------------------------------------

    def circles(self) -> list[list[tuple[str, Cell]]]:
        """The groups of cells that rest on themselves (strongly connected, by Tarjan's method)."""
        return [[self._net.cells[i] for i in sorted(group)] for group in _strong(self._net)]

    @cached_property
    def _net(self) -> _Net:
        return _Net(self)

    def reach(self, sheet: str, cell: Cell) -> set[tuple[str, int, int]]:
        """All cells with formulas that the cell rests on."""
        start = self._net.number.get((sheet, cell.row, cell.col))
        seen: set[int] = set() if start is None else {start}
        pending = list(seen)
        while pending:
            for node in self._net.next(pending.pop()):
                if node not in seen:
                    seen.add(node)
                    pending.append(node)
        return {
            (self._net.cells[i][0], self._net.cells[i][1].row, self._net.cells[i][1].col)
            for i in seen
            if i < len(self._net.cells)
        }


def _covered(spots: set[tuple[int, int]], areas: set[Area]) -> set[tuple[int, int]]:
    """The spots within any of the areas; each spot is marked once, however many areas cover it."""
    rows_of: dict[int, list[int]] = defaultdict(list)
    for row, col in spots:
        rows_of[col].append(row)
    columns = sorted(rows_of)
    for rows in rows_of.values():
        rows.sort()
    following = {col: list(range(len(rows) + 1)) for col, rows in rows_of.items()}
    out: set[tuple[int, int]] = set()
    for r1, c1, r2, c2 in areas:
        if r1 == r2 and c1 == c2:
            if (r1, c1) in spots:
                out.add((r1, c1))
            continue
        for col in columns[bisect_left(columns, c1) : bisect_right(columns, c2)]:
            rows, jump = rows_of[col], following[col]
            at = _next(jump, bisect_left(rows, r1))
            while at < len(rows) and rows[at] <= r2:
                out.add((rows[at], col))
                jump[at] = at + 1
                at = _next(jump, at)
    return out


def _next(jump: list[int], at: int) -> int:
    root = at
    while jump[root] != root:
        root = jump[root]
    while jump[at] != root:
        jump[at], at = root, jump[at]
    return root


class _Net:
    """Cells with formulas as nodes 0..n-1, and above them the inner nodes of a tree over each
    column and each row.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.cells: list[tuple[str, Cell]] = [
            (sheet.name, cell) for sheet in graph.book.sheets.values() for cell in sheet.formulas
        ]
        self.number = {(name, cell.row, cell.col): i for i, (name, cell) in enumerate(self.cells)}
        self.blocks: dict[tuple[str, int, int], int] = {}
        self._inner: list[tuple[int, int]] = []
        self._by_col: dict[str, dict[int, list[tuple[int, int]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._by_row: dict[str, dict[int, list[tuple[int, int]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        heads: dict[tuple[str, str | None], int] = {}
        for i, (name, cell) in enumerate(self.cells):
            self._by_col[name][cell.col].append((cell.row, i))
            self._by_row[name][cell.row].append((cell.col, i))
            if cell.within:
                heads[name, cell.within] = i
        for sheet in graph.book.sheets.values():
            for cell in sheet.cells.values():
                if cell.within and cell.formula is None and (sheet.name, cell.within) in heads:
                    i = heads[sheet.name, cell.within]
                    self._by_col[sheet.name][cell.col].append((cell.row, i))
                    self._by_row[sheet.name][cell.row].append((cell.col, i))
        self._lines = {"col": self._sorted(self._by_col), "row": self._sorted(self._by_row)}
        self._trees: dict[tuple[str, str, int], tuple[list[int], list[int]]] = {}
        self._areas: dict[Target, tuple[int, ...]] = {}

    @staticmethod
    def _sorted(lines: dict[str, dict[int, list[tuple[int, int]]]]) -> dict[str, list[int]]:
        for held in lines.values():
            for line in held.values():
                line.sort()
        return {name: sorted(held) for name, held in lines.items()}

    def next(self, node: int) -> list[int]:
        """The nodes that this one rests on."""
        if node >= len(self.cells):
            return list(self._inner[node - len(self.cells)])
        name, cell = self.cells[node]
        assert cell.form is not None
        out: list[int] = []
        for target in self.graph.targets(cell.form, name, cell.row, cell.col, values_only=True):
            if target not in self._areas:
                self._areas[target] = tuple(self._nodes(*target))
            out += self._areas[target]
        return out

    def _nodes(self, name: str, area: Area) -> Iterator[int]:
        r1, c1, r2, c2 = area
        if r1 == r2 and c1 == c2:
            line = self._by_col.get(name, {}).get(c1, [])
            at = bisect_left(line, (r1, -1))
            if at < len(line) and line[at][0] == r1:
                yield line[at][1]
            return
        cols, rows = self._lines["col"].get(name, []), self._lines["row"].get(name, [])
        cols = cols[bisect_left(cols, c1) : bisect_right(cols, c2)]
        rows = rows[bisect_left(rows, r1) : bisect_right(rows, r2)]
        if len(cols) <= len(rows):
            for col in cols:
                yield from self._in_line("col", name, col, r1, r2)
        else:
            for row in rows:
                yield from self._in_line("row", name, row, c1, c2)

    def _in_line(self, kind: str, name: str, line: int, first: int, last: int) -> Iterator[int]:
        key = kind, name, line
        if key not in self._trees:
            held = (self._by_col if kind == "col" else self._by_row)[name][line]
            self._trees[key] = [spot for spot, _ in held], self._tree([i for _, i in held])
        spots, tree = self._trees[key]
        size = len(spots)
        low, high = bisect_left(spots, first) + size, bisect_right(spots, last) + size
        while low < high:
            if low & 1:
                yield tree[low]
                low += 1
            if high & 1:
                high -= 1
                yield tree[high]
            low //= 2
            high //= 2

    def _tree(self, leaves: list[int]) -> list[int]:
        size = len(leaves)
        tree = [-1] * size + leaves
        for i in range(size - 1, 0, -1):
            self._inner.append((tree[2 * i], tree[2 * i + 1]))
            tree[i] = len(self.cells) + len(self._inner) - 1
        return tree


def _strong(net: _Net) -> list[list[int]]:
    """Groups of cells that reach each other, and single cells that refer to themselves."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    on_stack: set[int] = set()
    stack: list[int] = []
    out: list[list[int]] = []
    count = len(net.cells)
    for root in range(count):
        if root in index:
            continue
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        walk = [(root, iter(net.next(root)))]
        while walk:
            node, following = walk[-1]
            deeper = False
            for other in following:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    on_stack.add(other)
                    walk.append((other, iter(net.next(other))))
                    deeper = True
                    break
                if other in on_stack:
                    low[node] = min(low[node], index[other])
            if deeper:
                continue
            walk.pop()
            if walk:
                low[walk[-1][0]] = min(low[walk[-1][0]], low[node])
            if low[node] == index[node]:
                group = []
                while True:
                    one = stack.pop()
                    on_stack.discard(one)
                    group.append(one)
                    if one == node:
                        break
                cells = [one for one in group if one < count]
                if cells and (len(group) > 1 or node in net.next(node)):
                    out.append(cells)
    return out
