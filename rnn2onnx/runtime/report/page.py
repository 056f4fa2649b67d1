"""The page of a report: one file, without scripts, that asks for nothing from elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rnn2onnx.ir import Value
from rnn2onnx.ir.text import type_text
from rnn2onnx.runtime.report.cards import cards, overview
from rnn2onnx.runtime.report.int8 import int8_section
from rnn2onnx.runtime.report.markup import Markup, scroller, tag, together
from rnn2onnx.runtime.report.passes_list import passes_list
from rnn2onnx.runtime.report.stages import operations
from rnn2onnx.runtime.report.style import PAGE_STYLE
from rnn2onnx.units import bytes_text, seconds_text

if TYPE_CHECKING:
    from rnn2onnx.runtime.report.report import Report

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""What a browser may load for it: nothing; its own style is in it."""
MOST_NAMES = 200
"""So many inputs, and so many outputs, are listed."""


def page(report: Report) -> str:
    """The HTML of a report."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="generator", content=report.exported.compiler),
        tag("title", f"{report.title}: what rnn2onnx made of it"),
        tag("style", Markup(PAGE_STYLE)),
    )
    body = tag(
        "body",
        tag("header", tag("h1", report.title), _navigation(report)),
        tag(
            "main",
            tag("section", tag("h2", "Summary"), _tiles(report), _types(report), id="summary"),
            tag("section", tag("h2", "Recurrences"), _recurrences(report), id="recurrences"),
            None if report.quantization is None else int8_section(report.quantization),
            tag("section", tag("h2", "Passes"), _passes(report), id="passes"),
        ),
        tag("footer", report.exported.compiler),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _navigation(report: Report) -> Markup:
    words = ["Summary", "Recurrences", *(["int8"] if report.quantization is not None else []), "Passes"]
    links = [tag("a", word, href=f"#{word.lower()}") for word in words]
    return tag("nav", *links)


def _tiles(report: Report) -> Markup:
    exported = report.exported
    became = Counter(decision.became for decision in report)
    slowest = max(report.stages, key=lambda stage: stage.seconds)
    before, after = operations(report.stages[0].after), operations(report.graph)
    entries = [
        ("Recurrences", str(len(report)), ", ".join(f"{count} {form}" for form, count in became.most_common(4))),
        ("File", bytes_text(exported.bytes), f"{exported.nodes} node{'' if exported.nodes == 1 else 's'}"),
        ("Target", report.target, f"opset {report.opset}"),
        ("Compiled in", seconds_text(report.seconds + exported.seconds), f"most of it in {slowest.name}"),
        ("Operations", str(after), f"{before} as recorded"),
    ]
    tiles = [
        tag("div", tag("dt", word), tag("dd", tag("b", number), tag("span", note) if note else None))
        for word, number, note in entries
    ]
    return tag("dl", *tiles, class_="tiles")


def _types(report: Report) -> Markup:
    block = report.graph.block
    named = [value.name for value in block.params]
    return tag(
        "div",
        _type_table("input", named, block.params),
        _type_table("output", report.graph.outputs, block.results),
        class_="types",
    )


def _type_table(word: str, names: Sequence[str], values: Sequence[Value]) -> Markup | None:
    if not names:
        return None
    rows = [
        tag("tr", tag("th", name, scope="row"), tag("td", type_text(value.type)))
        for name, value in zip(names[:MOST_NAMES], values, strict=False)
    ]
    more = len(names) - MOST_NAMES
    if more > 0:
        rows.append(tag("tr", tag("td", f"and {more} more", colspan=2, class_="cut")))
    head = tag("thead", tag("tr", tag("th", word, scope="col"), tag("th", "type", scope="col")))
    return scroller(f"The {word}s", tag("table", head, tag("tbody", *rows)))


def _recurrences(report: Report) -> Markup:
    if not report:
        return tag("p", "There is none in this program: no part of it waits for a step before it.", class_="none-there")
    return together(overview(report.decisions) if len(report) > 1 else None, cards(report.decisions))


def _passes(report: Report) -> Markup:
    note = (
        "Each opens to show the program before it (left) and after it (right). Lines that differ in the names of "
        "values only count as the same; operations are counted without constants."
    )
    return together(tag("p", note, class_="note"), tag("div", passes_list(report.stages), class_="passes"))
