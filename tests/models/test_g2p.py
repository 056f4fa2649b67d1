"""The ready model g2p says what the wheel's own arithmetic says, word by word."""

from __future__ import annotations

import ast
import importlib.util
import keyword
import os
import random
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from pydoc_data import topics
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx.errors import ModelError, Rnn2OnnxError, WeightsError
from rnn2onnx.ir import Block, Op
from rnn2onnx.models import READY, g2p, load

LONG = "pneumonoultramicroscopicsilicovolcanoconiosis"


@pytest.fixture(scope="module")
def program() -> rnn2onnx.Program:
    graph, outputs = rnn2onnx.trace(g2p.model)
    return rnn2onnx.compile(graph, outputs, weights=g2p.weights())


@pytest.fixture(scope="module")
def words() -> list[str]:
    """Every second word of Python's language reference, with the apostrophes, and made-up ones."""
    prose = sorted(set(re.findall("[a-z]+(?:'[a-z]+)?", " ".join(topics.topics.values()).lower())))
    return sorted({*prose[::2], *_made_up(800), *keyword.kwlist, LONG, "don't", "o'clock", "'", "na\u00efve", ""})


def _made_up(count: int) -> list[str]:
    """Pronounceable words of one to six syllables, always the same."""
    draw = random.Random(7)
    starts = [
        "",
        "b",
        "ch",
        "d",
        "fl",
        "g",
        "h",
        "j",
        "kn",
        "l",
        "m",
        "n",
        "ph",
        "qu",
        "r",
        "str",
        "th",
        "v",
        "wh",
        "z",
    ]
    middles = ["a", "e", "i", "o", "u", "y", "ai", "ea", "ee", "ie", "oa", "oo", "ou", "eigh"]
    ends = ["", "", "ck", "ght", "ll", "m", "ng", "r", "sh", "st", "tion", "x"]
    syllables = [start + middle + end for start in starts for middle in middles for end in ends]
    return ["".join(draw.choice(syllables) for _ in range(draw.randint(1, 6))) for _ in range(count)]


def test_over_two_thousand_words_as_the_wheel_says_them(program: rnn2onnx.Program, words: list[str]) -> None:
    assert len(set(words)) >= 2000
    spoken = g2p.decode(program.run(g2p.encode(words)))
    assert {word: said for word, said in zip(words, spoken, strict=True) if said != g2p.reference(word)} == {}


def test_the_numpy_meaning_says_the_same(program: rnn2onnx.Program, words: list[str]) -> None:
    some = words[::7]
    assert len(some) >= 300
    feeds = g2p.encode(some)
    meant, run = program.evaluate(feeds), program.run(feeds)
    assert g2p.decode(meant) == g2p.decode(run) == [g2p.reference(word) for word in some]


def test_float64_says_the_same(program: rnn2onnx.Program, words: list[str]) -> None:
    feeds = g2p.encode(words[::50])
    assert g2p.decode(program.evaluate(feeds, float64=True)) == g2p.decode(program.run(feeds))


@pytest.mark.parametrize("word", ["hello", "a", "", "it's", "Ω", LONG])
def test_a_word_by_itself(program: rnn2onnx.Program, word: str) -> None:
    assert g2p.decode(program.run(g2p.encode([word]))) == [g2p.reference(word)]


def test_known_pronunciations(program: rnn2onnx.Program) -> None:
    hello, activationist = g2p.decode(program.run(g2p.encode(["hello", "activationist"])))
    assert hello == ["HH", "EH1", "L", "OW0"]
    assert activationist == ["AE2", "K", "T", "IH0", "V", "EY1", "SH", "AH0", "N", "IH0", "S", "T"]


def test_an_empty_batch(program: rnn2onnx.Program) -> None:
    for letters in (0, 5):
        result = program.run({"spelling": np.zeros((0, letters), np.int32), "letters": np.zeros(0, np.int32)})
        assert (result["phonemes"].shape, result["spoken"].shape) == ((0, 0), (0,))
        assert (result["phonemes"].dtype, result["spoken"].dtype) == (np.int32, np.int32)
    assert g2p.decode(program.run(g2p.encode([]))) == []


def test_as_many_steps_as_the_longest_word_takes(program: rnn2onnx.Program) -> None:
    result = program.run(g2p.encode(["hello", "activationist"]))
    assert result["phonemes"].shape == (2, 13)
    assert result["spoken"].tolist() == [4, 12]
    assert not result["phonemes"][0, 4:].any()


def test_no_more_than_twenty_phonemes(program: rnn2onnx.Program) -> None:
    result = program.run(g2p.encode([LONG, "hello"]))
    assert result["phonemes"].shape == (2, g2p.MAX_STEPS)
    assert result["spoken"].tolist() == [g2p.MAX_STEPS, 4]
    assert len(g2p.reference(LONG)) == g2p.MAX_STEPS


def test_lengths_past_the_end_mean_all_letters(program: rnn2onnx.Program) -> None:
    feeds = g2p.encode(["stone", "bread"])
    longer = {**feeds, "letters": feeds["letters"] + np.array([1, 1000], np.int32)}
    assert g2p.decode(program.run(longer)) == [g2p.reference("stone"), g2p.reference("bread")]


def test_what_stands_in_the_padding_is_not_read(program: rnn2onnx.Program) -> None:
    feeds = g2p.encode(["a", "strength", "word"])
    columns = np.arange(feeds["spelling"].shape[1] + 3)
    padded = np.full((3, len(columns)), 28, np.int32)
    padded[:, : feeds["spelling"].shape[1]] = feeds["spelling"]
    padded[columns >= feeds["letters"][:, None]] = 17
    said = program.run({**feeds, "spelling": padded})
    assert g2p.decode(said) == [g2p.reference(word) for word in ("a", "strength", "word")]


@pytest.mark.parametrize("letters", [[0, 0], [-3, 0], [0, 5]])
def test_words_without_letters_are_said_from_the_first_state(program: rnn2onnx.Program, letters: list[int]) -> None:
    for width in (0, 4):
        feeds = {"spelling": np.full((2, width), 5, np.int32), "letters": np.array(letters, np.int32)}
        said, meant = program.run(feeds), program.evaluate(feeds)
        np.testing.assert_array_equal(said["phonemes"], meant["phonemes"])
        np.testing.assert_array_equal(said["spoken"], meant["spoken"])


def test_the_encoder_became_a_gru_and_the_decoder_a_loop(program: rnn2onnx.Program) -> None:
    assert [decision.became.split(" or ")[0] for decision in program.report] == ["GRU", "Loop"]
    assert all(Path(decision.source.rpartition(":")[0]) == Path(g2p.__file__) for decision in program.report)
    kinds = [op for op in _ops(program.lowered.block) if op.kind.name in ("gru", "recur", "scan", "loop")]
    assert {op.kind.name for op in kinds} <= {"gru", "scan", "loop"}
    layers = [op for op in kinds if op.kind.name == "gru"]
    assert all(op.attrs["linear_before_reset"] == 1 and "sequence_lens" in op.attrs["inputs"] for op in layers)


def _ops(block: Block) -> Iterator[Op]:
    for op in block.ops:
        yield op
        for body in op.blocks:
            yield from _ops(body)


def test_the_reference_is_the_wheels_own_arithmetic(words: list[str]) -> None:
    wheel = _wheel()
    for word in [*words[::20], "hello", LONG]:
        assert g2p.reference(word) == wheel.predict(word)


def test_the_alphabets_are_the_wheels() -> None:
    wheel = _wheel()
    assert tuple(wheel.graphemes) == g2p.LETTERS
    assert tuple(wheel.phonemes) == g2p.PHONEMES


def _wheel() -> Any:
    """The wheel's own class, of its alphabets and its arithmetic only: the rest of its file fetches other data."""
    spec = importlib.util.find_spec("g2p_en")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    folder = Path(spec.submodule_search_locations[0])
    with warnings.catch_warnings():
        # Its patterns hold escapes that Python warns of; none of them is in what is kept.
        warnings.simplefilter("ignore")
        tree = ast.parse((folder / "g2p.py").read_text(encoding="utf-8"))
    (found,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "G2p")
    methods = {node.name: node for node in found.body if isinstance(node, ast.FunctionDef)}
    start = methods["__init__"]
    fetched = ("super", "cmu", "homograph")
    start.body = [line for line in start.body if not any(word in ast.unparse(line) for word in fetched)]
    kept = ("__init__", "load_variables", "sigmoid", "grucell", "gru", "encode", "predict")
    found.body = [methods[name] for name in kept]
    space: dict[str, Any] = {"np": np, "os": os, "dirname": str(folder)}
    module = ast.fix_missing_locations(ast.Module([found], []))
    exec(compile(module, str(folder / "g2p.py"), "exec"), space)
    wheel = space["G2p"]()
    wheel.variables.close()
    return wheel


def test_the_package_is_never_imported(program: rnn2onnx.Program) -> None:
    program.run(g2p.encode(["word"]))
    assert "g2p_en" not in sys.modules


def test_weights_are_those_of_the_variables() -> None:
    graph, _ = rnn2onnx.trace(g2p.model)
    made = {variable.name.removesuffix(":0"): tuple(variable.shape.as_list()) for variable in graph.variables.values()}
    assert made == {name: array.shape for name, array in g2p.weights().items()}
    assert {array.dtype for array in g2p.weights().values()} == {np.dtype(np.float32)}


def test_a_missing_wheel_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "g2p_en", None)
    g2p._checkpoint.cache_clear()
    with pytest.raises(WeightsError, match=r"not installed.*pip install rnn2onnx\[demo\]"):
        g2p.weights()


def test_another_checkpoint_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "g2p_en"
    package.mkdir()
    (package / "__init__.py").write_text("raise AssertionError('the package was imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    g2p._checkpoint.cache_clear()
    with pytest.raises(WeightsError, match=re.escape(str(package)) + r".*no such file.*rnn2onnx\[demo\]"):
        g2p.weights()
    np.savez(package / "checkpoint20.npz", enc_emb=np.zeros((29, 64), np.float32))
    with pytest.raises(WeightsError, match=r"\(29, 64\).*\(29, 256\)"):
        g2p.weights()
    g2p._checkpoint.cache_clear()


def test_ready_models_are_found_by_name() -> None:
    assert load("g2p") is g2p
    for name in READY:
        assert callable(load(name).model)
    with pytest.raises(ModelError, match=r"'g3p'.*g2p") as caught:
        load("g3p")
    assert isinstance(caught.value, Rnn2OnnxError)
