"""Batches in order, pass after pass, with a cursor and one batch of look-ahead.

Read next: ``step.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol, runtime_checkable

import msgspec

from patchgrad.errors import DataError


class EndOfPass(Exception):
    """All batches of a pass were drawn; ``Feed.epoch`` has grown. The next ``draw`` begins another."""


class EndOfData(Exception):
    """The loader can be read once only, and has been."""


@runtime_checkable
class Resumable(Protocol):
    """A loader that can tell where it stands and go on from there, as our DataLoader can."""

    def state(self) -> dict[str, int]: ...

    def restore(self, state: dict[str, int]) -> None: ...


class Place(msgspec.Struct, frozen=True):
    """Where a feed stands. ``loader`` is None for a loader that cannot go back."""

    epoch: int
    index: int
    kept: tuple[Any, ...]
    loader: dict[str, int] | None


class Feed:
    """Draws batches from a loader that can be read again and again.

    ``epoch`` counts finished passes, ``index`` the batches drawn in this one. A batch given back
    with ``give_back`` is drawn again next: nothing is lost by looking at it or by an interrupt.
    """

    def __init__(self, loader: Iterable[Any]) -> None:
        if not isinstance(loader, Iterable):
            raise DataError(
                "the loader gives no batches",
                got=f"an object of type {type(loader).__name__}",
                want="a DataLoader, or any object that a for loop takes",
            )
        self._loader = loader
        self._batches: Iterator[Any] | None = None
        self._kept: list[Any] = []
        self._failed = False
        self.epoch = 0
        self.index = 0

    def draw(self) -> Any:
        """The next batch.

        Errors
            EndOfPass  once at the end of each pass
            EndOfData  if no other pass is possible
            DataError  if the loader is empty; and whatever the loader itself raises
        """
        batch = self._kept.pop() if self._kept else self._next()
        self.index += 1
        return batch

    def give_back(self, batch: Any) -> None:
        """Put ``batch``, drawn last, in front again."""
        self._kept.append(batch)
        self.index -= 1

    def peek(self) -> Any:
        """The next batch, which stays the next, for this feed and for everyone who reads the loader."""
        if self._batches is None and not self._kept and isinstance(self._loader, Resumable):
            return self._look(self._loader)
        batch = self.draw()
        self.give_back(batch)
        return batch

    @property
    def loader(self) -> Any:
        """Where the batches come from."""
        return self._loader

    @property
    def ahead(self) -> int:
        """Batches that were drawn from the loader and are still to be given."""
        return len(self._kept)

    def use(self, loader: Any) -> None:
        """Draw from another loader; where in it is for ``stand_at``, ``pass_is_over`` or ``go_to`` to say."""
        if loader is not self._loader:
            self._loader, self._batches = loader, None

    def stand_at(self, index: int) -> None:
        """So many batches of this pass were given; the loader stands there."""
        self._batches, self._kept, self._failed = None, [], False
        self.index = index

    def pass_is_over(self, index: int) -> None:
        """All batches of this pass were given; what is drawn next says so."""
        self.stand_at(index)
        self._batches = iter(())

    def place(self) -> Place:
        """Where this feed stands, for ``go_to``."""
        loader = self._loader
        at = loader.state() if isinstance(loader, Resumable) else None
        return Place(self.epoch, self.index, tuple(self._kept), at)

    def go_to(self, place: Place) -> bool:
        """Give the batches from ``place`` on once more. False, and nothing done, where the loader cannot go back."""
        drawn = place.index + len(place.kept)
        if place.loader is not None and isinstance(self._loader, Resumable):
            self._loader.restore(place.loader)
            self._batches = iter(()) if place.index and self._is_over(place.loader) else None
        elif isinstance(self._loader, Sequence):
            self._batches = iter(self._loader[drawn:]) if drawn else None
        else:
            return False
        self._kept, self._failed = list(place.kept), False
        self.epoch, self.index = place.epoch, place.index
        return True

    def _is_over(self, state: dict[str, int]) -> bool:
        """Has the loader given all batches of its pass? The next draw must say so."""
        length = getattr(self._loader, "__len__", None)
        try:
            return length is not None and state["batch"] >= length()
        except TypeError:
            return False

    def _look(self, loader: Any) -> Any:
        place = loader.state()
        batch = self.draw()
        self._batches, self.index = None, self.index - 1
        loader.restore(place)
        return batch

    def _next(self) -> Any:
        if self._batches is None:
            self._batches = iter(self._loader)
        try:
            batch = next(self._batches)
        except StopIteration:
            self._batches = None
        except BaseException as error:
            self._after(error)
            raise
        else:
            self._failed = False
            return batch
        return self._end_of_pass()

    def _after(self, error: BaseException) -> None:
        """A generator that raised is over. Where the loader can resume, only the batch that failed is left out."""
        self._failed = True
        if not isinstance(self._loader, Resumable):
            return
        place = self._loader.state()
        skipped = isinstance(error, Exception)
        self._loader.restore({**place, "batch": place["batch"] + skipped})
        self._batches = None
        self.index += skipped

    def _end_of_pass(self) -> Any:
        """A generator that raised is over: a pass that had given nothing then begins anew, and raises again."""
        if self.index == 0 and self._failed:
            self._failed = False
            return self._next()
        if self.index == 0:
            raise EndOfData if self.epoch else DataError("the loader is empty", got="no batch", want="a batch or more")
        self.epoch += 1
        self.index = 0
        raise EndOfPass
