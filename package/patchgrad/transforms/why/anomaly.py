"""``detect_anomaly``: stop backward at the first rule that gives NaN."""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.state import state
from patchgrad.errors import GradError
from patchgrad.transforms.why.places import Places, numbers, place, position_of, state_of


class Anomaly(Places):
    """Watches backward rules for NaN."""

    def backward(self, node: Any, cotangents: Any, gradients: Any) -> None:
        for i, gradient in enumerate(gradients):
            if state_of(gradient) == "nan":
                name = node.op.inputs[0 if node.op.variadic else i]
                given = [numbers("ct", ct) for ct in cotangents if ct is not None]
                raise GradError(
                    f"{node.name()} gives NaN in the gradient of its input {name!r}",
                    where=place(self.layer(node.scope), position_of(node)),
                    got="; ".join(str(entry) for entry in given),
                    hint="pg.find_nan(function) tells which op made the first number that is not finite",
                )


def _current() -> tuple[bool, bool]:
    return next(((True, entry.check_nan) for entry in state.observers if isinstance(entry, _Watch)), (False, True))


class _Watch(Anomaly):
    def __init__(self, check_nan: bool) -> None:
        super().__init__()
        self.check_nan = check_nan

    def backward(self, node: Any, cotangents: Any, gradients: Any) -> None:
        if self.check_nan:
            super().backward(node, cotangents, gradients)


class set_detect_anomaly:
    """Look for NaN in backward in this thread: a switch, or a context. Slow; for looking for faults."""

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self._before = _current()
        _set(mode, check_nan)

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        _set(*self._before)


class detect_anomaly(set_detect_anomaly):
    """A context in which a backward rule that gives NaN raises GradError, with the op, the layer and the line."""

    def __init__(self, check_nan: bool = True) -> None:
        super().__init__(True, check_nan)


def _set(mode: bool, check_nan: bool) -> None:
    others = tuple(entry for entry in state.observers if not isinstance(entry, _Watch))
    state.observers = (*others, _Watch(check_nan)) if mode else others


def set_anomaly_enabled(enabled: bool, check_nan: bool = True) -> None:
    """Switch looking for NaN in backward on or off in this thread."""
    _set(enabled, check_nan)


def is_anomaly_enabled() -> bool:
    """Does this thread look for NaN in backward?"""
    return _current()[0]


def is_anomaly_check_nan_enabled() -> bool:
    """Does `detect_anomaly`, where it is on, look for NaN?"""
    return _current()[1]
