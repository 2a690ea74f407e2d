"""Fetching ahead in threads, in the order in which it was asked for."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


def fetched(
    fetch: Callable[[Any], Any],
    tasks: Iterable[Any],
    workers: int,
    ahead: int,
    begin: Callable[[int], Any] | None = None,
) -> Generator[Any]:
    """``fetch(task)`` for every task, in order; with workers, up to ``ahead`` tasks are begun before their turn.

    Parameters
        workers  threads; 0 fetches each task when it is asked for
        begin    called once in each thread with its number
    Errors
        what ``fetch`` raises, at the turn of its task.
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
            result = waiting.popleft().result()
            waiting.extend(pool.submit(fetch, task) for task in itertools.islice(remaining, 1))
            yield result
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
