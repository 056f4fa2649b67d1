"""A drawing of a graph: operations as cards, lines downwards from results to operands, bodies as boxes in boxes.

Constants, and values that a body takes from around it, are pills on the card that uses them. Every card shows the name
its result has in the text, and its whole line as a tooltip. One SVG file without scripts, for light and dark pages.
"""

from __future__ import annotations

import html
import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from rnn2onnx.ir.draw_style import FAMILIES, STYLE
from rnn2onnx.ir.graph import Array, Block, Graph, Op, Value, captures, constant
from rnn2onnx.ir.layout import Box, Link, place
from rnn2onnx.ir.text import Printer, attr_text, location_text, type_text
from rnn2onnx.ir.types import is_float

_CHAR, _SMALL = 7.25, 6.05
_PAD, _LINE, _HEAD = 8.0, 15.0, 20.0
_FRAME = 14.0
_LANE = 9.0
_LONGEST = 36


def draw_svg(graph: Graph) -> str:
    """The SVG text of a drawing of ``graph``."""
    panel = _Painter(graph).panel(graph.block, None, 0)
    width, height = panel.width + 2 * _FRAME, panel.height + 2 * _FRAME
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
            f'width="{width:.0f}" height="{height:.0f}" role="img">',
            f"<title>{html.escape(graph.name)}</title>",
            f"<style>{STYLE}</style>",
            '<rect class="page" width="100%" height="100%"/>',
            f'<g transform="translate({_FRAME:.0f} {_FRAME:.0f})">',
            *panel.svg,
            "</g>",
            "</svg>",
            "",
        ]
    )


@dataclass
class _Panel:
    """The drawing of a block, from (0, 0); where its parameters and results stand, by x."""

    width: float = 0.0
    height: float = 0.0
    svg: list[str] = field(default_factory=list)
    params: list[float] = field(default_factory=list)
    results: list[float] = field(default_factory=list)


@dataclass(eq=False)
class _Card:
    """Something to place in a panel, and its drawing from its own (0, 0)."""

    box: Box
    svg: list[str]
    enters: list[float]
    leaves: list[float]
    around: float = 0.0


class _Painter:
    def __init__(self, graph: Graph) -> None:
        self.printer = Printer(graph)
        self.graph = graph

    # -- blocks -----------------------------------------------------------------------------------------------------

    def panel(self, block: Block, owner: Op | None, which: int) -> _Panel:
        """The drawing of a block: the program if ``owner`` is None, else a body of it, the ``which``-th."""
        made: dict[Value, tuple[_Card, int]] = {}
        cards: list[_Card] = []
        links: list[tuple[Link, Value, bool]] = []
        for index, value in enumerate(block.params):
            card = self.end(self.printer.reference(value), value, _param_role(owner, index), first=True)
            made[value] = card, 0
            cards.append(card)
        for op in block.ops:
            if _is_pill(op):
                continue
            card = self.card(op, made)
            cards.append(card)
            for index, value in enumerate(op.operands):
                self._link(links, made, value, card, card.enters[index], False)
            inside = list(dict.fromkeys(value for body in op.blocks for value in captures(body) if value in made))
            for index, value in enumerate(inside):
                enters = card.box.width - card.around * (len(inside) - index) / (len(inside) + 1) - 4
                self._link(links, made, value, card, enters, True)
            for index, value in enumerate(op.results):
                made[value] = card, index
        ends = []
        for index, value in enumerate(block.results):
            name = self.graph.outputs[index] if owner is None and index < len(self.graph.outputs) else ""
            card = self.end(name, value, _result_role(owner, index), first=False, made=made)
            ends.append(card)
            self._link(links, made, value, card, card.enters[0], False)
        cards += ends
        width, height = place([card.box for card in cards], [link for link, _, _ in links])
        panel = _Panel(width, height)
        panel.svg += [_line(link, value, self.printer, dashed) for link, value, dashed in links]
        for card in cards:
            panel.svg += [f'<g transform="translate({card.box.x:.1f} {card.box.y:.1f})">', *card.svg, "</g>"]
        panel.params = [made[value][0].box.middle for value in block.params]
        panel.results = [card.box.middle for card in ends]
        return panel

    def _link(
        self,
        links: list[tuple[Link, Value, bool]],
        made: dict[Value, tuple[_Card, int]],
        value: Value,
        card: _Card,
        enters: float,
        dashed: bool,
    ) -> None:
        if value in made:
            source, port = made[value]
            links.append((Link(source.box, card.box, source.leaves[port], enters), value, dashed))

    def end(
        self,
        name: str,
        value: Value,
        role: str,
        *,
        first: bool,
        made: dict[Value, tuple[_Card, int]] | None = None,
    ) -> _Card:
        """The card of a parameter or a result of a block."""
        lines = [(name or role, "name"), (type_text(value.type), "type")]
        if name and role:
            lines.insert(0, (role, "role"))
        pills = [self.pill(value)] if made is not None and value not in made else []
        return self._card(lines, pills, "end", f"{role} {name}: {type_text(value.type)}".strip(), first, not first)

    # -- operations ---------------------------------------------------------------------------------------------------

    def card(self, op: Op, made: dict[Value, tuple[_Card, int]]) -> _Card:
        """The card of an operation; ``made`` are the values that lines lead from."""
        if op.blocks:
            return self.frame(op, made)
        words = op.attrs.get("inputs", [""] * len(op.operands))
        pills = [
            self.pill(value, str(word)) for word, value in zip(words, op.operands, strict=True) if value not in made
        ]
        attrs = _attrs(op)
        lines = [(op.kind.name, "kind")]
        lines += [(attrs, "attrs")] if attrs else []
        lines += [(type_text(value.type), "type") for value in op.results]
        name = ", ".join(map(self.printer.reference, op.results))
        real = any(is_float(value.type.dtype) for value in op.results)
        family = FAMILIES.get(op.kind.name, "plain") if real else "count"
        card = self._card(lines, pills, family, self.tooltip(op), corner=name)
        drawn = iter(_ports(card.box.width, sum(value in made for value in op.operands)))
        card.enters = [next(drawn) if value in made else 0.0 for value in op.operands]
        card.leaves = _ports(card.box.width, len(op.results))
        return card

    def frame(self, op: Op, made: dict[Value, tuple[_Card, int]]) -> _Card:
        """The card of an operation with bodies: a box around their drawings."""
        panels = [self.panel(body, op, index) for index, body in enumerate(op.blocks)]
        lanes = _back_edges(op)
        lead = _FRAME + _LANE * len(lanes)
        x, above = lead, 2 * _HEAD + 6 + 3.0 * len(lanes)
        svg: list[str] = []
        enters, leaves = [0.0] * len(op.operands), [0.0] * len(op.results)
        for index, panel in enumerate(panels):
            svg += [f'<g transform="translate({x:.1f} {above:.1f})">', *panel.svg, "</g>"]
            if len(panels) > 1:
                svg.append(_text("role", x, above - 6, ("then", "else")[index]))
            for operand, param in _matching_params(op):
                enters[operand] = x + panel.params[param]
            for result, inner in _matching_results(op):
                leaves[result] = x + panel.results[inner]
            x += panel.width + 2 * _FRAME
        tallest = max(panel.height for panel in panels)
        pills = [self.pill(value) for value in op.operands if value not in made]
        title, attrs = op.kind.name, _attrs(op)
        place_of = os.path.basename(location_text(op.location)) if op.location else ""
        wide = len(title) * _CHAR + (len(attrs) + len(place_of)) * _SMALL + 70
        wide += sum(_pill_width(pill) + 6 for pill in pills)
        around = 16.0 + 8.0 * sum(1 for body in op.blocks for value in captures(body) if value in made)
        width = max(x - _FRAME, wide) + around
        height = above + tallest + _FRAME + 6 + 3.0 * len(lanes)
        svg += [f'<path class="port" d="M{port:.1f} 0V{above:.1f}"/>' for port in enters if port]
        svg += [f'<path class="port" d="M{port:.1f} {above + tallest:.1f}V{height:.1f}"/>' for port in leaves if port]
        for lane, (param, result) in enumerate(lanes):
            svg.append(_back_edge(lane, panels[0], param, result, lead, above, tallest))
        enters = [port or width - 30 - 6 * index for index, port in enumerate(enters)]
        leaves = [port or width / 2 for port in leaves]
        head = [
            f'<rect class="frame {op.kind.name}" width="{width:.1f}" height="{height:.1f}" rx="10"/>',
            f"<title>{html.escape(self.tooltip(op))}</title>",
            _text("kind", _FRAME, _HEAD, title),
            _text("attrs", _FRAME + len(title) * _CHAR + 8, _HEAD, attrs),
            _text("role", width - _FRAME, _HEAD, place_of, at_end=True),
        ]
        at = _FRAME + len(title) * _CHAR + len(attrs) * _SMALL + 18
        for pill in pills:
            head += _pill(pill, at, _HEAD - 11)
            at += _pill_width(pill) + 6
        card = _Card(Box(width, height), [head[0], *svg, *head[1:]], enters, leaves)
        card.around = around
        return card

    def tooltip(self, op: Op) -> str:
        """The operation's own line of the text, and where it was recorded."""
        line = self.printer.lines[self.printer.line_of[op]].strip()
        return f"{line}\n{location_text(op.location)}" if op.location else line

    def pill(self, value: Value, word: str = "") -> tuple[str, str, str]:
        """What a pill says, its class, and its tooltip; ``word`` is what the operand is to its operation."""
        array, name, lead = constant(value), "", f"{word} " if word else ""
        if value.op is not None and _is_pill(value.op):
            name = value.op.attrs["name"]
        if array is None and not name:
            reference = self.printer.reference(value)
            return f"{lead}{reference}", "from", f"{reference}: {type_text(value.type)}"
        tooltip = f"{name or 'constant'}: {type_text(value.type)}"
        if name:
            tail = "/".join(name.split("/")[-2:])
            return f"{lead}{_short(tail, _LONGEST)} {type_text(value.type)}", "weight", tooltip
        assert array is not None
        return f"{lead}{_number(array, value)}", "number", tooltip

    def _card(
        self,
        lines: Sequence[tuple[str, str]],
        pills: Sequence[tuple[str, str, str]],
        family: str,
        tooltip: str,
        first: bool = False,
        last: bool = False,
        corner: str = "",
    ) -> _Card:
        lines = [(_short(text, _LONGEST), style) for text, style in lines]
        corner = _short(corner, 18)
        widths = [len(text) * (_CHAR if style in ("kind", "name") else _SMALL) for text, style in lines]
        widths[0] += len(corner) * _SMALL + 12 if corner else 0
        width = max([*widths, *(_pill_width(pill) - 4 for pill in pills), 36]) + 2 * _PAD
        height = _LINE * len(lines) + 17 * len(pills) + _PAD
        round_by = 8 if family == "end" else 5
        svg = [
            f'<rect class="card {family}" width="{width:.1f}" height="{height:.1f}" rx="{round_by}"/>',
            f"<title>{html.escape(tooltip)}</title>",
        ]
        y = 0.0
        for text, style in lines:
            y += _LINE
            svg.append(_text(style, _PAD, y, text))
        if corner:
            svg.append(_text("role", width - _PAD, _LINE, corner, at_end=True))
        for index, pill in enumerate(pills):
            svg += _pill(pill, _PAD - 2, y + 5 + 17 * index)
        return _Card(Box(width, height, first, last), svg, [width / 2], [width / 2])


# -- what stands for what ----------------------------------------------------------------------------------------------


def _is_pill(op: Op) -> bool:
    return op.kind.name in ("const", "variable")


def _matching_params(op: Op) -> list[tuple[int, int]]:
    """Operands, by index, and the parameters of the body that they become."""
    if op.kind.name == "loop":
        return [(index, index) for index in range(1, len(op.operands))]
    if op.kind.name in ("recur", "scan"):
        return [(index, index) for index in range(len(op.blocks[0].params))]
    return []


def _matching_results(op: Op) -> list[tuple[int, int]]:
    """Results, by index, and the results of the body that they come from."""
    shift = 1 if op.kind.name == "loop" else 0
    return [(index, index + shift) for index in range(len(op.results))]


def _back_edges(op: Op) -> list[tuple[int, int]]:
    """Parameters of a body, by index, and the results that they become in the next step."""
    if op.kind.name == "loop":
        return [(index, index) for index in range(1, len(op.operands))]
    return [(index, index) for index in range(op.attrs["states"])] if op.kind.name in ("recur", "scan") else []


def _param_role(owner: Op | None, index: int) -> str:
    if owner is None:
        return ""
    if owner.kind.name == "loop":
        return "state" if index else "step number"
    return "state" if index < owner.attrs.get("states", 0) else "step of"


def _result_role(owner: Op | None, index: int) -> str:
    if owner is None:
        return ""
    if owner.kind.name == "loop":
        return "next state" if 0 < index < len(owner.operands) else "row" if index else "go on"
    if owner.kind.name == "cond":
        return "result"
    return "next state" if index < owner.attrs.get("states", 0) else "row"


def _attrs(op: Op) -> str:
    shown = {
        name: value
        for name, value in sorted(op.attrs.items())
        if value is not False and value != () and name not in ("states", "inputs", "activations")
    }
    return ", ".join(name if value is True else f"{name}={attr_text(value)}" for name, value in shown.items())


def _number(array: Array, value: Value) -> str:
    if not array.size or (array.size > 4 and not is_float(array.dtype)):
        return type_text(value.type)
    if array.size <= 4:
        words = [f"{float(item):.4g}" if is_float(array.dtype) else str(item) for item in array.reshape(-1).tolist()]
        return _short(", ".join(words) if array.ndim < 2 else f"{', '.join(words)} {type_text(value.type)}", _LONGEST)
    first = array.reshape(-1)[0]
    return f"{float(first):.4g} {type_text(value.type)}" if bool((array == first).all()) else type_text(value.type)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


# -- shapes ------------------------------------------------------------------------------------------------------------


def _text(style: str, x: float, y: float, text: str, *, at_end: bool = False) -> str:
    anchor = ' text-anchor="end"' if at_end else ""
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}"{anchor}>{html.escape(text)}</text>'


def _ports(width: float, count: int) -> list[float]:
    return [width * (index + 1) / (count + 1) for index in range(count)]


def _pill_width(pill: tuple[str, str, str]) -> float:
    return len(pill[0]) * _SMALL + 14


def _pill(pill: tuple[str, str, str], x: float, y: float) -> list[str]:
    text, style, tooltip = pill
    return [
        f'<g class="pill {style}"><title>{html.escape(tooltip)}</title>',
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{_pill_width(pill):.1f}" height="15" rx="7.5"/>',
        f'<text x="{x + 7:.1f}" y="{y + 11:.1f}">{html.escape(text)}</text></g>',
    ]


def _line(link: Link, value: Value, printer: Printer, dashed: bool) -> str:
    (x, y), *rest = link.points
    path = [f"M{x:.1f} {y:.1f}"]
    for next_x, next_y in rest:
        if abs(next_x - x) < 0.05:
            path.append(f"V{next_y:.1f}")
        else:
            middle = (y + next_y) / 2
            path.append(f"C{x:.1f} {middle:.1f} {next_x:.1f} {middle:.1f} {next_x:.1f} {next_y:.1f}")
        x, y = next_x, next_y
    kind = "real" if is_float(value.type.dtype) else "whole"
    tooltip = html.escape(f"{printer.reference(value)}: {type_text(value.type)}")
    return f'<path class="line {kind}{" caught" if dashed else ""}" d="{"".join(path)}"><title>{tooltip}</title></path>'


def _back_edge(lane: int, panel: _Panel, param: int, result: int, lead: float, above: float, tallest: float) -> str:
    """The line from a state's next value back to the state, in a lane of its own on the left."""
    top, bottom = above - 7 - 3.0 * lane, above + panel.height + 7 + 3.0 * lane
    start, end, x = lead + panel.results[result], lead + panel.params[param], _FRAME + _LANE * lane + 2
    return (
        f'<path class="back" d="M{start:.1f} {above + panel.height:.1f}V{bottom - 5:.1f}Q{start:.1f} {bottom:.1f} '
        f"{start - 6:.1f} {bottom:.1f}H{x + 6:.1f}Q{x:.1f} {bottom:.1f} {x:.1f} {bottom - 6:.1f}V{top + 6:.1f}Q{x:.1f} "
        f'{top:.1f} {x + 6:.1f} {top:.1f}H{end - 6:.1f}Q{end:.1f} {top:.1f} {end:.1f} {top + 5:.1f}V{above:.1f}"/>'
    )
