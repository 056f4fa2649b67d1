from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rnn2onnx.cli.ir_colours import coloured
from rnn2onnx.whole_file import whole_file


def test_show_prints_the_program_as_recorded(cli, model):
    found = cli("show", "model.py")
    assert (found.code, found.err) == (0, "")
    assert found.out.startswith("graph model(%x: f32[batch, time, 3], %n: i32[batch]) {\n")
    assert " = recur " in found.out
    assert found.out.endswith("\n}\n")
    assert "#" not in found.out


def test_show_prints_the_program_after_a_pass(cli, model):
    assert " = gru " in cli("show", "model.py", "--after", "recognise").out
    assert cli("show", "model.py", "--after", "record").out == cli("show", "model.py").out


def test_show_says_where_each_operation_was_recorded(cli, model):
    found = cli("show", "model.py", "--locations").out
    assert re.search(r" = recur .* \{  # model\.py:8\n", found)


def test_show_draws(cli, model):
    found = cli("show", "model.py", "--svg", "model.svg")
    assert found.out == "model.svg: model as recorded\n"
    root = ElementTree.parse(model.parent / "model.svg").getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert cli("show", "model.py", "--svg", "model.svg", "--after", "tidy").out == "model.svg: model after tidy\n"


def test_colours_change_no_character():
    text = '%a, %b = recur %x {k="a b", n=-1.5e-05} (%h: f32[B, 3]) {  # model.py:8\n  return "y" = %h\n} : f32[B]'
    plain = coloured(text)
    assert plain.plain == text
    styles = {text[span.start : span.end]: str(span.style) for span in plain.spans}
    assert styles["%x"] == styles["%h"] == "cyan"
    assert styles["recur"] == "bold green"
    assert styles["f32[B, 3]"] == "magenta"
    assert styles["  # model.py:8"] == "dim italic"


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("rnn2onnx ver", ["verify"]),
        ("rnn2onnx compile g2", ["g2p"]),
        ("rnn2onnx compile model", []),
        ("rnn2onnx show model.py --after re", ["record", "recognise"]),
        ("rnn2onnx run m.onnx --sh", ["--shape"]),
    ],
)
def test_the_shell_completes(cli, monkeypatch, words, completed):
    monkeypatch.setenv("_RNN2ONNX_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(words.count(" ")))
    assert cli().out.split() == completed


def in_a_terminal(code: str, folder: Path) -> str:
    """What Python code prints when its output is a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=theirs,
        stderr=theirs,
        stdin=theirs,
        cwd=folder,
        env={**os.environ, "TERM": "xterm-256color"},
    )
    os.close(theirs)
    parts = []
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        parts.append(part)
    process.wait()
    os.close(ours)
    return b"".join(parts).decode()


def test_a_terminal_gets_colours(model):
    out = in_a_terminal("from rnn2onnx.cli import main; main(['show', 'model.py'])", model.parent)
    assert "\x1b[1;32mrecur\x1b[0m" in out
    assert "\x1b[36m%x\x1b[0m" in out


@pytest.mark.parametrize(("seconds", "shown"), [(0.1, False), (1.6, True)])
def test_a_spinner_shows_what_takes_longer_than_a_second(tmp_path, seconds, shown):
    code = (
        f"import time\nfrom rnn2onnx.cli.terminal import progress\nwith progress('tuning'):\n    time.sleep({seconds})"
    )
    assert ("tuning" in in_a_terminal(code, tmp_path)) == shown
    piped = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert piped.stdout + piped.stderr == ""


def write(path: Path, content: bytes, then: int) -> None:
    with whole_file(str(path)) as file:
        file.write(content)
        assert not path.exists() or path.read_bytes() != content
        1 // then


def test_a_file_is_whole_or_not_there(tmp_path):
    path = tmp_path / "out"
    with pytest.raises(ZeroDivisionError):
        write(path, b"half", 0)
    assert list(tmp_path.iterdir()) == []
    write(path, b"whole", 1)
    assert path.read_bytes() == b"whole"
    assert path.stat().st_mode & 0o777 == 0o666 & ~_umask()
    with pytest.raises(ZeroDivisionError):
        write(path, b"other", 0)
    assert path.read_bytes() == b"whole"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
