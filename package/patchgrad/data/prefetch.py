"""Fetching ahead in threads, in the order in which it was asked for."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from patchgrad.errors import DataError


def fetched(
    fetch: Callable[[Any], Any],
    tasks: Iterable[Any],
    workers: int,
    ahead: int,
    begin: Callable[[int], Any] | None = None,
    *,
    timeout: float = 0,
    in_order: bool = True,
) -> Generator[Any]:
    """``fetch(task)`` for every task, in order; with workers, up to ``ahead`` tasks are begun before their turn.

    Parameters
        workers   threads; 0 fetches each task when it is asked for
        begin     called once in each thread with its number
        timeout   seconds to wait for a task; 0: as long as it takes
        in_order  False gives what is ready first
    Errors
        what ``fetch`` raises, at the turn of its task. DataError after ``timeout``.
    """
    if workers == 0:
        yield from map(fetch, tasks)
        return
    numbers = itertools.count()
    start = (lambda: begin(next(numbers))) if begin is not None else None
    pool = ThreadPoolExecutor(workers, "patchgrad-loader", start)
    waiting: deque[Future[Any]] = deque()
    remaining = iter(tasks)
    try:
        waiting.extend(pool.submit(fetch, task) for task in itertools.islice(remaining, ahead))
        while waiting:
            result = _next(waiting, timeout or None, in_order).result()
            waiting.extend(pool.submit(fetch, task) for task in itertools.islice(remaining, 1))
            yield result
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _next(waiting: deque[Future[Any]], timeout: float | None, in_order: bool) -> Future[Any]:
    """Take out the task whose turn it is, when it is done."""
    done, _ = wait([waiting[0]] if in_order else waiting, timeout, FIRST_COMPLETED)
    if not done:
        raise DataError(
            "the data set is too slow",
            got=f"nothing within timeout={timeout} s",
            hint="a larger timeout, or look at what its samples wait for",
        )
    first = next(entry for entry in waiting if entry in done)
    waiting.remove(first)
    return first
