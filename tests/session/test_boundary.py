"""Requests from any thread are done by the one thread that drives."""

import threading

import pytest

from patchgrad.errors import SessionError
from patchgrad.session.boundary import Boundary


def test_a_request_waits_until_the_driver_visits_and_is_done_in_the_drivers_thread():
    boundary = Boundary()
    future = boundary.submit(threading.get_ident)
    assert (boundary.pending, future.done()) == (1, False)
    with boundary.driving():
        assert boundary.visit() == 1
    assert future.result(0) == threading.get_ident()


def test_requests_are_done_in_order_of_arrival():
    boundary, done = Boundary(), []
    for number in range(5):
        boundary.submit(lambda number=number: done.append(number))
    boundary.visit()
    assert done == [0, 1, 2, 3, 4]


def test_a_request_that_raises_gives_its_error_to_its_own_future_alone():
    boundary = Boundary()
    bad, good = boundary.submit(lambda: 1 / 0), boundary.submit(lambda: 7)
    boundary.visit()
    assert isinstance(bad.exception(0), ZeroDivisionError)
    assert good.result(0) == 7


def test_two_threads_cannot_drive():
    boundary = Boundary()
    with boundary.driving(), pytest.raises(SessionError, match="trained already"):
        boundary.driving().__enter__()
    with boundary.driving():
        assert boundary.mine


def test_a_driver_that_waits_is_woken_by_a_request():
    boundary, answered = Boundary(), threading.Event()

    def drive():
        with boundary.driving():
            while not answered.is_set():
                boundary.wait(10)
                boundary.visit()

    thread = threading.Thread(target=drive)
    thread.start()
    boundary.submit(answered.set).result(10)
    thread.join(10)
    assert not thread.is_alive()


def test_closing_fails_what_waits_and_refuses_what_comes():
    boundary = Boundary()
    future = boundary.submit(lambda: 7)
    boundary.close()
    assert isinstance(future.exception(0), SessionError)
    with pytest.raises(SessionError, match="closed"):
        boundary.submit(lambda: 7)


def test_a_request_that_was_withdrawn_is_not_done():
    boundary, done = Boundary(), []
    future = boundary.submit(lambda: done.append(1))
    future.cancel()
    boundary.visit()
    assert done == []
