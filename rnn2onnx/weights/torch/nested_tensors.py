"""Names for the tensors in the tables and lists that training scripts save."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rnn2onnx.weights.reading.bounded_file import BoundedFile
from rnn2onnx.weights.torch.torch_tensor import Tensor

_WRAPPERS = ("state_dict", "model_state_dict", "model_state", "model", "net", "network", "module", "weights")
"""What scripts call the model's part of what they save, the likeliest first."""

_MOST_TENSORS = 1 << 17
_MOST_VALUES = 1 << 21
_DEEPEST = 64
_NESTS = (dict, list, tuple)
_Path = tuple[str, ...]


def named(root: Any, file: BoundedFile) -> list[tuple[str, Tensor, bool]]:
    """The tensors of a nest, their names, and whether they are an optimizer's.

    A name is the keys on the way, joined by dots. What all of a model's tensors share, such as ``state_dict``, is left
    out; so is such a wrapper that other parts stand beside. An optimizer's tensors are those below a key that says so.

    Raises:
        WeightsError: The nest contains itself, or is larger than any model's.
    """
    found = list(_tensors(root, file))
    wrapper = _wrapper([path for path, _ in found if not _of_an_optimizer(path)])
    result = []
    for path, tensor in found:
        optimizer = _of_an_optimizer(path)
        inner = path[len(wrapper) :] if path[: len(wrapper)] == wrapper and not optimizer else path
        result.append((".".join(inner) or "tensor", tensor, optimizer))
    return result


def _wrapper(paths: list[_Path]) -> _Path:
    """The keys at the beginning of paths that only wrap the model."""
    wrapper: _Path = ()
    while heads := {path[0] for path in paths if len(path) > 1}:
        known = [name for name in _WRAPPERS if name in heads]
        if not known and (len(heads) > 1 or any(len(path) == 1 for path in paths)):
            break
        head = known[0] if known else next(iter(heads))
        others = {path for path in paths if path[0] != head}
        paths = [path[1:] for path in paths if path[0] == head and len(path) > 1]
        if not others.isdisjoint(paths):
            break
        wrapper += (head,)
    return wrapper


def _of_an_optimizer(path: _Path) -> bool:
    return any("optim" in key.lower() for key in path[:-1])


def _tensors(root: Any, file: BoundedFile) -> Iterator[tuple[_Path, Tensor]]:
    """The tensors and the keys on the way to each."""
    if isinstance(root, Tensor):
        yield (), root
        return
    open_tables: list[tuple[_Path, Iterator[tuple[Any, Any]]]] = [((), _items(root))]
    values = tensors = 0
    while open_tables:
        path, items = open_tables[-1]
        key, value = next(items, (None, None))
        values += 1
        if value is None and key is None:
            open_tables.pop()
        elif isinstance(value, Tensor):
            tensors += 1
            yield (*path, str(key)), value
        elif isinstance(value, _NESTS):
            open_tables.append(((*path, str(key)), _items(value)))
        if values > _MOST_VALUES or tensors > _MOST_TENSORS or len(open_tables) > _DEEPEST:
            raise file.error(0, "its tables hold more tables than a model's, or themselves")


def _items(nest: Any) -> Iterator[tuple[Any, Any]]:
    """The parts of a table or list that may hold tensors, with their keys."""
    if isinstance(nest, dict):
        return ((key, item) for key, item in nest.items() if isinstance(item, (Tensor, *_NESTS)))
    if isinstance(nest, list | tuple):
        return ((key, item) for key, item in enumerate(nest) if isinstance(item, (Tensor, *_NESTS)))
    return iter(())
