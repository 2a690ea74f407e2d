"""One real kernel per test."""

from collections.abc import Iterator

import pytest

from .frontend import FrontEnd


@pytest.fixture
def front_end() -> Iterator[FrontEnd]:
    end = FrontEnd()
    try:
        yield end
    finally:
        end.close()
