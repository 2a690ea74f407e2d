"""Queues of work on a GPU, and marks in them: `Stream` and `Event`, on CuPy's."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import get_backend
from patchgrad.backend.device import device as Device
from patchgrad.cuda.devices import cupy_cuda, index_of
from patchgrad.errors import ArgumentError


class Stream:
    """A queue of work: what is asked of the GPU inside ``with stream:`` runs in order, beside other streams.

    Parameters
        device    the GPU; the current one if left out
        priority  lower numbers go first
    """

    def __init__(self, device: Any = None, priority: int = 0, *, handle: Any = None) -> None:
        self.device = Device("cuda", index_of(device))
        with get_backend("cuda").at(self.device):
            self._stream = cupy_cuda().Stream(non_blocking=True, priority=priority) if handle is None else handle

    @property
    def cuda_stream(self) -> int:
        """CUDA's handle."""
        return int(self._stream.ptr)

    def query(self) -> bool:
        """Is all that was asked of it done?"""
        return bool(self._stream.done)

    def synchronize(self) -> None:
        """Wait until all that was asked of it is done."""
        self._stream.synchronize()

    def record_event(self, event: Event | None = None) -> Event:
        """A mark after what was asked of it until now."""
        mark = Event() if event is None else event
        mark.record(self)
        return mark

    def wait_event(self, event: Event) -> None:
        """Let what comes next wait for a mark, wherever it stands."""
        self._stream.wait_event(event._event)

    def wait_stream(self, stream: Stream) -> None:
        """Let what comes next wait for all that was asked of another stream until now."""
        self.wait_event(stream.record_event())

    def __enter__(self) -> Stream:
        self._stream.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._stream.__exit__(*error)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stream) and (self.device, self.cuda_stream) == (other.device, other.cuda_stream)

    def __hash__(self) -> int:
        return hash((self.device, self.cuda_stream))

    def __repr__(self) -> str:
        return f"Stream(device={self.device}, cuda_stream={self.cuda_stream:#x})"


class Event:
    """A mark in a stream.

    Parameters
        enable_timing  the time between two marks can be asked for
        blocking       `synchronize` sleeps instead of looking all the time
    """

    def __init__(self, enable_timing: bool = False, blocking: bool = False, interprocess: bool = False) -> None:
        self._timed = enable_timing
        self._event = cupy_cuda().Event(blocking, not enable_timing, interprocess)

    def record(self, stream: Stream | None = None) -> None:
        """Put the mark at the end of a stream, the current one if left out."""
        self._event.record((current_stream() if stream is None else stream)._stream)

    def wait(self, stream: Stream | None = None) -> None:
        """Let what comes next in a stream wait for the mark."""
        (current_stream() if stream is None else stream).wait_event(self)

    def query(self) -> bool:
        """Is all before the mark done?"""
        return bool(self._event.done)

    def synchronize(self) -> None:
        """Wait until all before the mark is done."""
        self._event.synchronize()

    def elapsed_time(self, end_event: Event) -> float:
        """Milliseconds from this mark to another. Both must have ``enable_timing``."""
        if not (self._timed and end_event._timed):
            raise ArgumentError(
                "these events do not measure time", got="enable_timing=False", hint="Event(enable_timing=True)"
            )
        return float(cupy_cuda().get_elapsed_time(self._event, end_event._event))


def stream(stream: Stream | None) -> Any:
    """A block in which work goes to this stream; to the current one for None."""
    return current_stream() if stream is None else stream


def current_stream(device: Any = None) -> Stream:
    """The stream that work goes to."""
    index = index_of(device)
    return Stream(index, handle=cupy_cuda().get_current_stream(index))


def default_stream(device: Any = None) -> Stream:
    """The stream that work goes to where nothing else is said."""
    return Stream(index_of(device), handle=cupy_cuda().Stream.null)


def set_stream(stream: Stream | None) -> None:
    """Let work go to this stream from now on."""
    if stream is not None:
        stream._stream.use()
