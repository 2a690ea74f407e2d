"""How layers print their settings."""

from __future__ import annotations

from patchgrad.nn.module import Module


class Shown(Module):
    """A layer whose brackets hold the settings in ``shown``; ``inplace`` only where it is set."""

    shown: tuple[str, ...] = ()

    def extra_repr(self) -> str:
        parts = [f"{name}={getattr(self, name)!r}" for name in self.shown]
        return ", ".join([*parts, *(["inplace=True"] if getattr(self, "inplace", False) else [])])
