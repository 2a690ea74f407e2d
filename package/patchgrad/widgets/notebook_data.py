"""Data of the notebook to train on: its loaders, its data sets, and arrays that go together.

Only names, types and shapes are read until one is chosen.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from patchgrad.backend import host
from patchgrad.data import DataLoader, Dataset, IterableDataset, TensorDataset
from patchgrad.errors import ProtocolError
from patchgrad.layergraph.commands import Command, SetField, UseData
from patchgrad.layergraph.graph import LayerGraph
from patchgrad.nn import Parameter
from patchgrad.ops.creation import as_tensor
from patchgrad.protocol import messages as m
from patchgrad.session.opening import ends_for
from patchgrad.session.step import split
from patchgrad.tensor import Tensor
from patchgrad.widgets.bridge import Answer

BATCH = "batch_size=32, shuffle=True"
MOST_PAIRS = 12
"""So many pairs of arrays are listed."""
_chosen: WeakKeyDictionary[Any, str] = WeakKeyDictionary()


class Choice(NamedTuple):
    """Data that can be trained on; ``source`` is how a cell would write the loader."""

    source: str
    make: Callable[[], Any]


def choices() -> dict[str, Choice]:
    """By name as it is shown, loaders first."""
    names = [(name, value) for name, value in list(vars(sys.modules["__main__"]).items()) if name[:1] != "_"]
    loaders = {
        name: Choice(name, lambda loader=value: loader) for name, value in names if isinstance(value, DataLoader)
    }
    sets = {name: _of_set(name, value) for name, value in names if _is_set(value)}
    return loaders | sets | _pairs({name: value for name, value in names if _is_array(value)})


def name_of(loader: Any) -> str:
    """What the notebook calls these data; empty where it has no name for them."""
    if isinstance(loader, DataLoader):
        for name, value in _names():
            if value is loader or value is loader.dataset:
                return name
    return _chosen.get(loader, "") if isinstance(loader, DataLoader) else ""


class Data:
    """Answers the choice of data for one studio; ``edit`` answers when an edit was applied."""

    def __init__(self, session: Any, edit: Callable[..., None]) -> None:
        self._session = session
        self._edit = edit
        self.receivers: dict[type, Callable[[Any, Answer], None]] = {m.ChooseData: self._choose}

    def _choose(self, message: m.ChooseData, answer: Answer) -> None:
        choice = choices().get(message.name)
        if choice is None:
            raise ProtocolError(
                f"the notebook has no data {message.name}",
                got=message.name,
                want=", ".join(choices()) or "a DataLoader, a data set, or two arrays of one length",
                hint="run the cell that makes them again",
            )
        loader = choice.make()
        if message.name != choice.source:
            _chosen[loader] = message.name
        editing = self._session.editing
        for command in _form(self._session.live.graph, loader):
            editing.submit(command, "studio")
        self._edit(
            editing.submit(UseData(loader, message.name, choice.source), "studio", message.revision), message, answer
        )


def _form(graph: LayerGraph, loader: Any) -> list[Command]:
    """Where there are no layers yet, the Input takes the form of the data."""
    inputs = graph.of_kind("Input")
    if any(node.kind not in ("Input", "Output") for node in graph.nodes.values()):
        return []
    wanted = ends_for(split(next(iter(loader)))[0]).of_kind("Input")
    return [
        SetField(node.uid, field, value)
        for node, other in zip(inputs, wanted, strict=False)
        for field, value in other.settings.items()
        if node.settings[field] != value
    ]


def _names() -> list[tuple[str, Any]]:
    return [(name, value) for name, value in list(vars(sys.modules["__main__"]).items()) if name[:1] != "_"]


def _is_set(value: Any) -> bool:
    return isinstance(value, Dataset) and not isinstance(value, IterableDataset)


def _of_set(name: str, data: Any) -> Choice:
    return Choice(f"pg.data.DataLoader({name}, {BATCH})", lambda: DataLoader(data, batch_size=32, shuffle=True))


def _is_array(value: Any) -> bool:
    is_array = isinstance(value, Tensor | host.ndarray) and not isinstance(value, Parameter)
    return is_array and value.ndim > 0 and value.shape[0] > 1


def _pairs(arrays: dict[str, Any]) -> dict[str, Choice]:
    """Samples and what they are to become: two arrays of one length, the first of two axes or more."""
    found = [
        (x, y)
        for x, one in arrays.items()
        for y, other in arrays.items()
        if x != y and one.ndim > 1 and other.ndim < 3 and one.shape[0] == other.shape[0] and other.ndim < one.ndim
    ]
    return {f"{x}, {y}": _of_pair(x, arrays[x], y, arrays[y]) for x, y in found[:MOST_PAIRS]}


def _of_pair(x: str, inputs: Any, y: str, target: Any) -> Choice:
    (first, inputs_of), (second, target_of) = _part(x, inputs), _part(y, target)
    source = f"pg.data.DataLoader(pg.data.TensorDataset({first}, {second}), {BATCH})"
    return Choice(source, lambda: DataLoader(TensorDataset(inputs_of(), target_of()), batch_size=32, shuffle=True))


def _part(name: str, array: Any) -> tuple[str, Callable[[], Tensor]]:
    """Numbers of NumPy are float64 by themselves, weights are not."""
    if str(array.dtype) == "float64":
        return f"pg.as_tensor({name}).float()", lambda: as_tensor(array).float()
    return (name, lambda: array) if isinstance(array, Tensor) else (f"pg.as_tensor({name})", lambda: as_tensor(array))
