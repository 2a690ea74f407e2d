"""Where an array lives: ``cpu``, ``cuda`` (with an index) or ``meta`` (shape and dtype only)."""

from __future__ import annotations

from typing import Any

from patchgrad.errors import DeviceError, near

TYPES = ("cpu", "cuda", "meta")


class device:
    """A place for arrays. ``device("cuda:1")``, or ``device(1)``, is the second GPU; equal to its text.

    As a context, what is made inside without ``device=`` lies there: ``with device("meta"): net = Net()``.
    """

    __slots__ = ("index", "type")

    def __init__(self, spec: str | device | int = "cpu", index: int | None = None) -> None:
        text = f"cuda:{spec}" if isinstance(spec, int) else str(spec)
        self.type, _, number = text.partition(":")
        if self.type not in TYPES or (number and not number.isdigit()):
            hint = "cuda is the name of a GPU" if self.type in ("gpu", "mps", "xpu") else near(self.type, TYPES)
            raise DeviceError(
                f"{text!r} is not a device", got=repr(text), want="'cpu', 'cuda', 'cuda:0' or 'meta'", hint=hint
            )
        self.index: int | None = int(number) if number else index

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __repr__(self) -> str:
        return f"device({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __enter__(self) -> device:
        _defaults.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        _defaults.pop()

    def __reduce__(self) -> tuple[Any, ...]:
        return (device, (str(self),))


_defaults: list[device | None] = [None]
"""Where things are made, the innermost context last; None is the CPU."""


def get_default_device() -> device:
    """Where tensors are made if nothing else is said: the CPU unless changed."""
    return _defaults[-1] or device("cpu")


def set_default_device(device: Any) -> None:
    """Make tensors on this device where nothing else is said; None: on the CPU again."""
    _defaults[-1] = None if device is None else _device(device)


def chosen(where: Any) -> Any:
    """The device that was named, else the default one."""
    return _defaults[-1] if where is None else where


_device = device
