"""``rnn2onnx demo`` pronounces words with a compiled model, measures it, and leaves the model and its drawing."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import onnx
import pytest

from rnn2onnx.models import g2p
from rnn2onnx.runtime import session

MAIN = "from rnn2onnx.cli import main; main()"


def _run(folder: Path, *args: str, before: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", f"{before}{MAIN}", *args]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def shown(folder: Path) -> str:
    done = _run(folder, "demo", "Hello", "flibbertigibbet")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_words_are_pronounced(shown: str) -> None:
    lines = [line.split() for line in shown.splitlines()]
    assert ["hello", "HH", "EH1", "L", "OW0"] in lines
    assert ["flibbertigibbet", *g2p.reference("flibbertigibbet")] in lines


def test_each_recurrence_is_accounted_for(shown: str) -> None:
    encoder = next(line for line in shown.splitlines() if " GRU " in line and "linear_before_reset" in line)
    assert encoder.startswith("gru of 256 units")
    assert any(line.startswith("loop") and " Loop " in line for line in shown.splitlines())


def test_both_speeds_are_measured_on_words_that_agree(shown: str) -> None:
    speeds = [line.split() for line in shown.splitlines() if " words at once " in line or " word by word " in line]
    assert [float(words[-1].replace(",", "")) > 0 for words in speeds] == [True, True]
    assert "the same phonemes for all 512 words" in shown


def test_piped_output_is_plain(shown: str) -> None:
    assert "\x1b" not in shown
    assert shown.isascii()


def test_the_file_left_behind_is_the_model(shown: str, folder: Path) -> None:
    path = folder / "g2p.onnx"
    assert path.name in shown
    onnx.checker.check_model(str(path), full_check=True)
    words = ["stone", "onomatopoeia", "a"]
    left = session(path)
    names = [output.name for output in left.get_outputs()]
    result = dict(zip(names, left.run(None, g2p.encode(words)), strict=True))
    assert g2p.decode(result) == [g2p.reference(word) for word in words]


def test_the_drawing_left_behind_shows_the_graph(shown: str, folder: Path) -> None:
    path = folder / "g2p.svg"
    assert path.name in shown
    drawing = ElementTree.parse(path).getroot()
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    texts = {text.strip() for text in drawing.itertext()}
    assert {"gru", "loop", "argmax"} <= texts


def test_nothing_else_is_left_behind(shown: str, folder: Path) -> None:
    assert shown
    assert sorted(path.name for path in folder.iterdir()) == ["g2p.onnx", "g2p.svg"]


def test_compile_writes_the_same_model(shown: str, folder: Path, tmp_path: Path) -> None:
    done = _run(tmp_path, "compile", "g2p", "-o", "compiled.onnx")
    assert (done.returncode, done.stderr) == (0, "")
    assert shown
    assert (tmp_path / "compiled.onnx").read_bytes() == (folder / "g2p.onnx").read_bytes()


def test_without_the_wheel_one_message_says_what_to_install(tmp_path: Path) -> None:
    done = _run(tmp_path, "demo", "word", before="import sys; sys.modules['g2p_en'] = None; ")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("error: the trained weights of g2p are the file checkpoint20.npz")
    assert "pip install rnn2onnx[demo]" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
