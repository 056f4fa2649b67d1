"""The page of a report in Chromium: on a phone and a wide screen, light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rnn2onnx.passes import PIPELINE
from tests.runtime.browser import look_at
from tests.runtime.reports import report


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("browser")
    return look_at(report().html(), folder, widths=(400, 1600), schemes=("light", "dark"))


def test_every_card_chart_and_difference_is_there(seen):
    made = report()
    changed = sum(stage.changed for stage in made.stages)
    for view in seen:
        assert view["cards"] == [f"r{number}" for number in range(1, len(made) + 1)]
        # Three rows of three; one form alone is as fast as the fastest everywhere.
        assert view["charts"] == 9 + 6
        assert view["passes"] == ["pass-record", *(f"pass-{step.name}" for step in PIPELINE)]
        assert view["diffs"] == changed
        assert view["broken"] == []


def test_nothing_is_wider_than_the_screen(seen):
    assert [view["width"] for view in seen] == [400, 1600, 400, 1600]
    for view in seen:
        assert view["wide"] == []
        assert view["scrolls"] == view["width"]


def test_both_programs_stand_side_by_side_where_there_is_room(seen):
    assert [view["columns"] for view in seen] == [1, 2, 1, 2]


def test_every_text_stands_out_from_its_ground(seen):
    assert [view["background"] for view in seen] == ["rgb(255, 255, 255)"] * 2 + ["rgb(13, 17, 23)"] * 2
    for view in seen:
        assert view["faint"] == []


def test_it_asks_for_nothing_and_runs_nothing(seen):
    for view in seen:
        assert view["requests"] == []
        assert view["scripts"] == 0


def test_what_scrolls_can_be_reached_by_keys(seen):
    for view in seen:
        assert view["keyless"] == []


def test_the_script_finds_what_is_wrong(tmp_path: Path):
    page = (
        '<!DOCTYPE html><body style="margin:0"><p style="width:900px;color:#999">wide and faint</p>'
        '<a href="#nowhere">x</a><img src="http://127.0.0.1:9/pixel.png"><script>1</script>'
    )
    (view,) = look_at(page, tmp_path, widths=(400,))
    assert view["scrolls"] == 900
    assert view["wide"] == ["P.null: wide and faint"]
    assert len(view["faint"]) == 1
    assert view["broken"] == ["#nowhere"]
    assert view["scripts"] == 1
    assert view["requests"] == ["http://127.0.0.1:9/pixel.png"]
