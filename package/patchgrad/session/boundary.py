"""The door between every other thread and the one that trains.

Whoever trains *drives*. All others hand in a request and get a future; the driver does what
waits, in order of arrival, at each boundary: after ``optimizer.step()`` and before the next batch is drawn.
It knows no model, no graph and no widget. Read next: ``drive.py``.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from time import monotonic
from typing import Any, TypeVar

from patchgrad.errors import SessionError

T = TypeVar("T")
Waiting = tuple[Future[Any], Callable[[], Any]]


class Boundary:
    """A queue of requests with one thread at a time that may answer them.

    Thread-safe. A request that raises gives its error to its future and harms nobody else.
    """

    def __init__(self) -> None:
        self._door = threading.Condition()
        self._waiting: deque[Waiting] = deque()
        self._driver: int | None = None
        self._closed = False
        self._woken = False

    @property
    def pending(self) -> int:
        """How many requests wait for the next boundary."""
        return len(self._waiting)

    @property
    def driven(self) -> bool:
        """Does a thread drive now?"""
        return self._driver is not None

    @property
    def closed(self) -> bool:
        return self._closed

    @property
    def mine(self) -> bool:
        """Is this thread the driver?"""
        return self._driver == threading.get_ident()

    def submit(self, act: Callable[[], T]) -> Future[T]:
        """Hand in ``act``; the future is done once the driver has done it.

        Errors
            SessionError  if the session is closed.
        """
        future: Future[T] = Future()
        with self._door:
            self.require_open()
            self._waiting.append((future, act))
            self._door.notify_all()
        return future

    def visit(self) -> int:
        """Do all that waits, in order of arrival; the number done. Only the driver may call it."""
        done = 0
        while self._waiting:
            future, act = self._waiting.popleft()
            _settle(future, act)
            done += 1
        if done:
            self.wake()
        return done

    def settle(self, future: Future[T], timeout: float | None = None) -> T:
        """Wait for the driver to do a request, or do it here if nobody drives; its result.

        Errors
            whatever the request raised; TimeoutError after ``timeout`` seconds.
        """
        until = None if timeout is None else monotonic() + timeout
        while not future.done():
            try:
                with self.driving():
                    self.visit()
            except SessionError:
                self.require_open()
                self._wait_for_driver(future, until)
        return future.result()

    def _wait_for_driver(self, future: Future[Any], until: float | None) -> None:
        left = None if until is None else max(0.0, until - monotonic())
        with self._door:
            if not self._door.wait_for(lambda: future.done() or self._driver is None, left):
                raise TimeoutError("no boundary was reached in time: is the step long, or the loop at rest?")

    def wake(self) -> None:
        """Make the driver look around once more before it sleeps, or wake it."""
        with self._door:
            self._woken = True
            self._door.notify_all()

    def wait(self, timeout: float | None = None) -> None:
        """Sleep until a request comes, ``wake`` is called, or ``timeout`` seconds have passed.

        A ``wake`` since the last wait counts: it may have come after the driver looked, and before it slept.
        """
        with self._door:
            if not self._waiting and not self._closed and not self._woken:
                self._door.wait(timeout)
            self._woken = False

    @contextmanager
    def driving(self) -> Iterator[None]:
        """Be the driver inside the ``with`` block.

        Errors
            SessionError  if another thread drives, or if this one drives already.
        """
        self._take()
        try:
            yield
        finally:
            self._leave()

    def close(self) -> None:
        """Refuse new requests, and fail those that wait."""
        with self._door:
            self._closed = True
            left = list(self._waiting)
            self._waiting.clear()
            self._door.notify_all()
        for future, _ in left:
            future.set_exception(SessionError("the session was closed before the edit could be applied"))

    def require_open(self) -> None:
        """SessionError if the session is closed."""
        if self._closed:
            raise SessionError(
                "this session is closed",
                got="a request after close()",
                hint="make a new session, or run its cell again",
            )

    def _take(self) -> None:
        with self._door:
            self.require_open()
            if self._driver is not None:
                raise SessionError("this session is being trained already", hint="session.pause() first")
            self._driver = threading.get_ident()

    def _leave(self) -> None:
        with self._door:
            self._driver = None
            self._door.notify_all()


def _settle(future: Future[Any], act: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = act()
    except Exception as error:
        future.set_exception(error)
    except BaseException as error:
        future.set_exception(error)
        raise
    else:
        future.set_result(result)
