"""``program.report``: a sequence of decisions that can be written as a page and as data."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import parse
from rnn2onnx.passes import PIPELINE, Decision
from rnn2onnx.runtime.report import Exported, Report, Stage, cards, facts, passes_list
from tests.runtime.reports import FORMS, LONG, model, report


def small(decisions: list[Decision] | None = None, text: str = "", name: str = "pass") -> Report:
    """A report of one pass that changes a graph of one operation."""
    before = parse(text or 'graph g(%x: f32[B]) {\n  %y = tanh %x : f32[B]\n  return "y" = %y\n}')
    after = parse('graph g(%x: f32[B]) {\n  %y = exp %x : f32[B]\n  return "y" = %y\n}')
    stages = [Stage("record", None, before, 0.5), Stage(name, before, after, 0.25), Stage("tidy", after, after, 0.0)]
    return Report(
        decisions or [], stages, target="onnxruntime", opset=17, export=lambda: Exported(1000, 1, 0.0, "rnn2onnx 1.2")
    )


class Tags(HTMLParser):
    """Every element is closed in order; its attributes are kept."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += attrs
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_it_is_a_sequence_of_decisions() -> None:
    program = rnn2onnx.compile(*rnn2onnx.trace(model))
    made = program.report
    decisions = tuple(made)
    assert made == decisions
    assert list(decisions) == made
    assert made != decisions[1:]
    assert (made[0], made[-1], made[:1]) == (decisions[0], decisions[-1], decisions[:1])
    assert len(made) == len(decisions) > 1
    assert str(made) == "\n".join(map(str, decisions))
    assert [stage.name for stage in made.stages] == ["record", *(step.name for step in PIPELINE)]
    assert made.stages[0].after is program.graph
    assert made.stages[-1].after is program.lowered
    assert made.exported.nodes == len(program.model.graph.node)


def test_data_has_all_that_is_known() -> None:
    data = json.loads(json.dumps(report().json(), allow_nan=False))
    assert " ".join(data) == (
        "format compiler model target opset seconds file inputs outputs recurrences quantization passes"
    )
    assert (data["format"], data["model"], data["target"], data["opset"]) == (1, "model", "onnxruntime", 17)
    assert data["file"] == {"bytes": 12_345, "nodes": 67}
    assert data["inputs"][1] == {"name": LONG, "dtype": "int32", "shape": ["batch"]}
    first, second, third = data["recurrences"]
    assert first["source"]["file"].endswith("reports.py")
    assert first["code"].startswith("first, _ = tf.nn.dynamic_rnn(")
    assert first["depth"] == {"before": "T steps of 19 operations", "after": "T steps of 1"}
    assert [each["form"] for each in first["alternatives"]] == [each.form for each in FORMS]
    costs = {(each["batch"], each["steps"]): each for each in first["alternatives"][0]["costs"]}
    assert costs[32, 100] == {"batch": 32, "steps": 100, "predicted": 2683.0, "measured": 2959.3}
    assert costs[32, 10]["measured"] is None
    assert len(second["alternatives"]) == 1
    assert (third["source"], third["code"], third["alternatives"]) == (None, None, [])
    int8 = data["quantization"]
    assert (int8["kind"], int8["error"], int8["max_error"]) == ("int8", 2.0, 0.02)
    assert int8["outputs"][0]["int8"] == {"max_abs": 0.25, "relative_rms": 0.0123}
    assert [part["int8"] for part in int8["parts"]] == [True, False]
    assert [each["name"] for each in data["passes"]] == ["record", *(step.name for step in PIPELINE)]
    for stage, each in zip(report().stages, data["passes"], strict=True):
        assert each["changed"] == stage.changed
        assert each["text"] == (str(stage.after) if stage.changed else None)


def test_times_that_are_no_numbers_are_no_numbers_in_the_data() -> None:
    odd = replace(FORMS[0], costs={(1, 1): float("inf"), (1, 2): float("nan")})
    (found,) = small([Decision("", "a", "b", "c", (odd,))]).json()["recurrences"]
    assert {each["predicted"] for each in found["alternatives"][0]["costs"]} == {None}
    assert "–" in small([Decision("", "a", "b", "c", (odd,))]).html()


def test_the_page_says_what_became_of_each_recurrence() -> None:
    text = " ".join(" ".join(Tags(report().html()).text).split())
    assert "12.3 KB" in text
    assert "67 nodes" in text
    assert "T steps of 19 operations → T steps of 1" in text
    assert "→ LSTM" in text
    assert "2.68 ms 2.96 ms" in text
    assert re.search(r"reports\.py:\d+ .* first, _ = tf\.nn\.dynamic_rnn", text)
    assert "outputs 1.2e-02 2.5e-01 exact 1.0e-07" in text
    assert "matmul <8> float32 too far off" in text
    assert "2.0e-02 was allowed" in text
    for step in PIPELINE:
        assert step.name in text


def test_without_int8_nothing_is_said_of_it() -> None:
    assert "int8" not in small().html()
    assert small().json()["quantization"] is None


def test_what_int8_costs_is_in_the_report() -> None:
    program = rnn2onnx.compile(*rnn2onnx.trace(model), quantize="int8")
    assert program.report.quantization is program.quantization
    assert "random inputs" in program.report.html()


def test_the_page_is_whole_in_itself() -> None:
    page = report().html()
    tags = Tags(page)
    assert "<script" not in page
    assert "@import" not in page
    assert "url(" not in page
    links = [value for name, value in tags.attributes if name in ("src", "href", "srcset", "action", "data")]
    assert links
    assert all(value and value.startswith("#") for value in links)
    assert not any(name.startswith("on") for name, _ in tags.attributes)
    assert set(re.findall(r"https?://[^\"' <]*", page)) == {"http://www.w3.org/2000/svg"}


def test_names_of_the_user_are_text() -> None:
    page = report().html()
    assert "<script>alert(1)" not in page
    assert html.escape("what <script>alert(1)</script> computes") in page
    assert "<b>halves</b>" not in page
    assert "a prefix scan of <b>halves</b> & quarters" in Tags(page).text
    quoted = 'graph g(%x "a<i>&\'\\"": f32["<u>"]) {\n  %y = tanh %x : f32["<u>"]\n  return "<em>" = %y\n}'
    made = small(text=quoted, name='<a href="x">')
    made.title = "<h1>&amp;"
    words = "".join(Tags(made.html()).text)
    assert all(part in words for part in ("a<i>&'\\\"", '"<u>"', '"<em>"', '<a href="x">', "<h1>&amp;"))


def test_a_program_without_recurrences_says_so() -> None:
    assert "no part of it waits for a step before it" in small().html()
    assert small().json()["recurrences"] == []


def test_a_file_that_cannot_be_read_leaves_its_name() -> None:
    made = small([Decision("/nowhere/model.py:3", "a", "b", "c")])
    assert "/nowhere/model.py:3" in made.html()
    (found,) = made.json()["recurrences"]
    assert found["source"] == {"file": "/nowhere/model.py", "line": 3}
    assert found["code"] is None


def test_it_is_saved_by_its_suffix_whole_or_not_at_all(tmp_path: Path) -> None:
    made = small()
    made.save(tmp_path / "report.HTML")
    made.save(str(tmp_path / "report.json"))
    assert (tmp_path / "report.HTML").read_text() == made.html()
    assert json.loads((tmp_path / "report.json").read_text()) == made.json()
    with pytest.raises(ArgumentError, match=r"report\.pdf.*\.html or \.json"):
        made.save(tmp_path / "report.pdf")
    with pytest.raises(OSError, match="no such folder"):
        made.save(tmp_path / "nowhere" / "report.html")
    broken = Report([], made.stages, target="", opset=17, export=lambda: 1 // 0)  # type: ignore[arg-type,return-value]
    with pytest.raises(ZeroDivisionError):
        broken.save(tmp_path / "report.json")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.HTML", "report.json"]
    assert json.loads((tmp_path / "report.json").read_text()) == made.json()


def test_a_notebook_shows_it_in_a_frame() -> None:
    shown = small()._repr_html_()
    tags = Tags(shown)
    assert dict(tags.attributes)["srcdoc"] == small().html()


def test_what_there_is_no_room_for_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        f"  %y{index} = exp %y{index - 1} : f32[B]" if index else "  %y0 = tanh %x : f32[B]" for index in range(500)
    ]
    text = "\n".join(["graph g(%x: f32[B]) {", *lines, '  return "y" = %y499', "}"])
    assert "no room" not in small(text=text).html()
    monkeypatch.setattr(passes_list, "ROOM", 20_000)
    page = small(text=text).html()
    assert len(page) < 60_000
    shown = page.count("<code data-n=")
    cut = sum(int(count) for count in re.findall(r"(\d+) more lines", page))
    # All lines of the first stage, and all rows of the second, are either there or counted.
    assert cut > 500
    assert shown + cut >= 2 * len(text.split("\n"))
    assert "--dump-ir" in page
    monkeypatch.setattr(passes_list, "LONGEST_LINE", 10)
    assert re.search(r"… \d+ more characters", small().html())
    monkeypatch.setattr(facts, "LONGEST_TEXT", 40)
    assert "more characters are not here" in small().json()["passes"][0]["text"]


def test_cards_and_plots_that_are_too_many_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "MOST_CARDS", 3)
    monkeypatch.setattr(cards, "MOST_DRAWN", 1)
    page = small([Decision("", f"recurrence {index}", "Scan", "why", FORMS) for index in range(5)]).html()
    assert page.count('class="card"') == 3
    assert page.count("<svg xmlns") == 9
    assert page.count("Plots are drawn for the first 1 recurrences.") == 2
    assert "2 more recurrences are not on this page" in page


def test_the_page_of_a_large_program_is_small() -> None:
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, ["batch", 3], "x")
        value = x
        for index in range(200):
            value = tf.tanh(value * float(index + 2) + 0.0) - x
        program = rnn2onnx.compile(graph, value)
    assert 10_000 < len(program.report.html()) < 2_000_000
