"""Batches in order, and a cursor that nothing disturbs."""

import pytest

from patchgrad.errors import DataError
from patchgrad.session.feed import EndOfData, EndOfPass, Feed


def draw_pass(feed):
    batches = []
    while True:
        try:
            batches.append(feed.draw())
        except EndOfPass:
            return batches


def test_a_list_is_read_pass_after_pass():
    feed = Feed([1, 2, 3])
    assert [draw_pass(feed), draw_pass(feed), feed.epoch, feed.index] == [[1, 2, 3], [1, 2, 3], 2, 0]


def test_looking_at_the_next_batch_takes_nothing():
    feed = Feed(iter([1, 2, 3]))
    assert [feed.peek(), feed.peek(), feed.index] == [1, 1, 0]
    assert draw_pass(feed) == [1, 2, 3]


def test_a_batch_given_back_comes_again():
    feed = Feed([1, 2, 3])
    feed.give_back(feed.draw())
    assert draw_pass(feed) == [1, 2, 3]


def test_a_generator_gives_one_pass_and_says_that_it_is_over():
    feed = Feed(batch for batch in [1, 2])
    assert draw_pass(feed) == [1, 2]
    with pytest.raises(EndOfData):
        feed.draw()


def test_an_empty_loader_is_told_at_once():
    with pytest.raises(DataError, match="the loader is empty"):
        Feed([]).draw()


def test_what_is_no_loader_is_refused_by_name():
    with pytest.raises(DataError) as error:
        Feed(3)
    assert error.value.got == "an object of type int"


class Stumbling:
    """Raises at its second batch, once for each pass."""

    def __iter__(self):
        yield 1
        raise OSError("disk gone")


def test_a_loader_that_raises_ends_its_pass_and_the_next_begins():
    feed = Feed(Stumbling())
    for epoch in range(2):
        assert feed.draw() == 1
        with pytest.raises(OSError, match="disk gone"):
            feed.draw()
        with pytest.raises(EndOfPass):
            feed.draw()
        assert feed.epoch == epoch + 1


class Broken:
    def __iter__(self):
        raise OSError("disk gone")
        yield


def test_a_loader_that_raises_at_its_first_batch_raises_the_same_each_time():
    feed = Feed(Broken())
    for _ in range(3):
        with pytest.raises(OSError, match="disk gone"):
            feed.draw()


class Resuming:
    """Three batches; tells its place as our DataLoader does."""

    def __init__(self, error=None):
        self.place, self.resumes, self.error = {"epoch": 0, "batch": 0}, True, error

    def __iter__(self):
        if not self.resumes or self.place["batch"] >= 3:
            self.place = {"epoch": self.place["epoch"] + 1, "batch": 0}
        self.resumes = False
        for batch in range(self.place["batch"], 3):
            if batch == 1 and self.error:
                raise self.error
            self.place = {**self.place, "batch": batch + 1}
            yield batch

    def state(self):
        return dict(self.place)

    def restore(self, state):
        self.place, self.resumes = dict(state), True


def test_looking_does_not_move_a_loader_that_tells_its_place():
    loader = Resuming()
    assert [Feed(loader).peek(), Feed(loader).peek(), loader.state()] == [0, 0, {"epoch": 0, "batch": 0}]
    feed = Feed(loader)
    feed.peek()
    assert [draw_pass(feed), draw_pass(feed)] == [[0, 1, 2], [0, 1, 2]]


def test_a_loader_that_can_resume_loses_only_the_batch_that_failed():
    feed = Feed(Resuming(OSError("disk gone")))
    feed.draw()
    with pytest.raises(OSError, match="disk gone"):
        feed.draw()
    assert draw_pass(feed) == [2]


def test_an_interrupted_draw_loses_nothing():
    loader = Resuming(KeyboardInterrupt())
    feed = Feed(loader)
    feed.draw()
    with pytest.raises(KeyboardInterrupt):
        feed.draw()
    loader.error = None
    assert draw_pass(feed) == [1, 2]
