"""Where an array lives: ``cpu``, ``cuda`` (with an index) or ``meta`` (shape and dtype only)."""

from __future__ import annotations

from patchgrad.errors import DeviceError, near

TYPES = ("cpu", "cuda", "meta")


class device:
    """A place for arrays. ``device("cuda:1")`` is the second GPU; equal to its text."""

    __slots__ = ("index", "type")

    def __init__(self, spec: str | device = "cpu", index: int | None = None) -> None:
        text = str(spec)
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
