"""A wish that comes while the driver is about to rest is not lost."""

from __future__ import annotations

import threading

from patchgrad.session.boundary import Boundary
from patchgrad.session.drive import Drive


class Counted:
    """Steps that are only counted."""

    done = 0

    def advance(self) -> None:
        self.done += 1

    def reached(self) -> bool:
        return False


def test_a_wake_between_the_look_and_the_sleep_is_heard():
    boundary = Boundary()
    drive = Drive(boundary, steps := Counted(), lambda: None)
    assert drive.turn() == "wait"
    drive.train(1)  # the driver has looked, and does not sleep yet
    sleeper = threading.Thread(target=boundary.wait, daemon=True)
    sleeper.start()
    sleeper.join(10)
    assert not sleeper.is_alive()
    assert drive.turn() == "again"
    assert steps.done == 1


def test_a_wish_that_comes_as_the_driver_comes_to_rest_is_kept():
    """The listener is told of the rest, and wishes to train at once: the state is that of the wish."""
    boundary, wished = Boundary(), threading.Event()

    def told() -> None:
        if drive.state == "paused" and not wished.is_set():
            wished.set()
            other = threading.Thread(target=drive.train, args=(2,))
            other.start()
            other.join(10)

    drive = Drive(boundary, steps := Counted(), told)
    drive.train(1)
    assert [drive.turn(), drive.turn()] == ["again", "wait"]
    assert drive.state == "stepping"
    assert [drive.turn(), drive.turn(), drive.turn()] == ["again", "again", "wait"]
    assert (steps.done, drive.state) == (3, "paused")


def test_wishes_of_many_threads_are_all_done():
    boundary, steps = Boundary(), Counted()
    drive = Drive(boundary, steps, lambda: None)
    stop = threading.Event()

    def driver() -> None:
        with boundary.driving():
            while not stop.is_set():
                if drive.turn() == "wait":
                    boundary.wait(10)

    thread = threading.Thread(target=driver, daemon=True)
    thread.start()
    for number in range(1, 301):
        drive.train(1)
        while not drive.resting:
            threading.Event().wait(0)
        assert steps.done == number
    stop.set()
    boundary.wake()
    thread.join(10)
    assert not thread.is_alive()
