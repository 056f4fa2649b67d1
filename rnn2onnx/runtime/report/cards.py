"""A card for each recurrence: where it is, what it computes, what it became, and what else it could have been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rnn2onnx.passes import Decision
from rnn2onnx.passes.report import Alternative, Sizes
from rnn2onnx.runtime.report.markup import Markup, scroller, tag, together
from rnn2onnx.runtime.report.plots import plots, swatch
from rnn2onnx.runtime.report.sizes import Axes, shown
from rnn2onnx.runtime.report.source_lines import code_around, place_of, where
from rnn2onnx.units import seconds_text

MOST_CARDS, MOST_DRAWN = 500, 60
"""So many recurrences have a card, and so many of them plots."""
_AROUND = 2
"""Lines of code before and after the recurrence's own."""


def overview(decisions: Sequence[Decision]) -> Markup:
    """A line for each recurrence, which leads to its card."""
    deep = any(any(decision.depth) for decision in decisions)
    rows = [
        tag(
            "tr",
            tag("td", tag("a", str(number), href=f"#r{number}")),
            tag("td", decision.what),
            tag("td", tag("b", decision.became)),
            tag("td", *_depth(decision)) if deep else None,
            tag("td", where(decision.source), class_="place"),
        )
        for number, decision in enumerate(decisions[:MOST_CARDS], 1)
    ]
    names = ("", "computes", "became", *(("one after the other",) if deep else ()), "at")
    head = [tag("th", word, scope="col") for word in names]
    return scroller("All recurrences", tag("table", tag("thead", tag("tr", *head)), tag("tbody", *rows), class_="wide"))


def cards(decisions: Sequence[Decision]) -> Markup:
    """All cards, and what there is no room for."""
    made = [_card(number, decision) for number, decision in enumerate(decisions[:MOST_CARDS], 1)]
    left = len(decisions) - MOST_CARDS
    if left > 0:
        made.append(
            tag("p", f"{left} more recurrences are not on this page; the report as .json has them.", class_="cut")
        )
    return together(*made)


def _card(number: int, decision: Decision) -> Markup:
    return tag(
        "article",
        tag(
            "h3",
            tag("span", str(number), class_="number"),
            tag("span", decision.what, class_="what"),
            tag("span", tag("span", "→", aria_label="became"), " ", tag("b", decision.became), class_="became"),
        ),
        _source(decision),
        tag("p", decision.why, class_="why"),
        _depths(decision),
        _alternatives(number, decision),
        id=f"r{number}",
        class_="card",
    )


def _source(decision: Decision) -> Markup | None:
    place = place_of(decision.source)
    if place is None:
        return None
    lines = [
        tag("code", f"{text}\n", data_n=line, class_="here" if line == place[1] else None)
        for line, text in code_around(place, _AROUND)
    ]
    code = tag("pre", *lines, tabindex=0, aria_label="The code there") if lines else None
    return tag("figure", tag("figcaption", where(decision.source), class_="place"), code, class_="source")


def _depth(decision: Decision) -> list[str | Markup]:
    before, after = decision.depth
    if before and after and before != after:
        return [before, tag("span", " → ", aria_label=" now "), tag("b", after)]
    return [after or before]


def _depths(decision: Decision) -> Markup | None:
    if not any(decision.depth):
        return None
    return tag("p", tag("span", "One after the other: ", class_="label"), *_depth(decision), class_="depth")


def _alternatives(number: int, decision: Decision) -> Markup | None:
    forms = decision.alternatives
    if not forms:
        return None
    drawn = plots(forms) if number <= MOST_DRAWN else None
    more = None
    if number > MOST_DRAWN:
        more = tag("p", f"Plots are drawn for the first {MOST_DRAWN} recurrences.", class_="cut")
    return together(tag("h4", "What it could be"), _table(number, forms), drawn, more)


def _table(number: int, forms: Sequence[Alternative]) -> Markup:
    axes = shown(forms)
    measured = any(each.measured for each in forms)
    predicted = "Times are predicted by the target's cost table, for the recurrence and the products it needs"
    note = f"{predicted}; below them those of the whole program, measured." if measured else f"{predicted}."
    table = tag(
        "table",
        *_head(axes),
        tag("tbody", *(_row(index, form, forms, axes) for index, form in enumerate(forms))),
        class_="costs",
    )
    return together(scroller(f"Times of the forms of recurrence {number}", table), tag("p", note, class_="note"))


def _head(axes: Axes) -> list[Markup]:
    above = [tag("th", "form", rowspan=2, scope="col"), tag("th", "taken", rowspan=2, scope="col")]
    above += [tag("th", f"batch {batch}", colspan=len(axes.steps), scope="colgroup") for batch in axes.batches]
    below = [
        tag("th", f"{steps} steps", scope="col", class_=_first(index))
        for _ in axes.batches
        for index, steps in enumerate(axes.steps)
    ]
    return [tag("thead", tag("tr", *above), tag("tr", *below))]


def _row(index: int, form: Alternative, forms: Sequence[Alternative], axes: Axes) -> Markup:
    taken = form.taken != "never"
    cells = [
        _cell((batch, steps), form, forms, _first(place))
        for batch in axes.batches
        for place, steps in enumerate(axes.steps)
    ]
    name = tag("th", swatch(index), form.form, scope="row")
    return tag("tr", name, tag("td", form.taken), *cells, class_="taken" if taken else None)


def _first(index: int) -> str | None:
    """The class of the first column of a batch."""
    return None if index else "first"


def _cell(sizes: Sizes, form: Alternative, forms: Sequence[Alternative], first: str | None) -> Markup:
    pieces = [_time(sizes, form.costs, [each.costs for each in forms])]
    if sizes in form.measured:
        pieces.append(tag("small", _time(sizes, form.measured, [each.measured for each in forms])))
    return tag("td", *pieces, class_=first)


def _time(sizes: Sizes, costs: Mapping[Sizes, float], all_costs: Sequence[Mapping[Sizes, float]]) -> Markup:
    """A time, bold where no form takes less."""
    if sizes not in costs:
        return tag("span", "–")
    least = min(each[sizes] for each in all_costs if sizes in each)
    return tag("b" if costs[sizes] <= least else "span", seconds_text(costs[sizes] * 1e-6))
