"""Batches drawn in another way: a loader like the one there is, at the same place where that has a meaning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patchgrad.data import DataLoader, RandomSampler, SequentialSampler
from patchgrad.data.batches import BatchSampler
from patchgrad.errors import ArgumentError
from patchgrad.layergraph.commands.training import Changed
from patchgrad.session.step import split

NAMES = ("batch_size", "shuffle", "seed", "drop_last")


def settings_of(loader: Any) -> dict[str, Any]:
    """The settings that an edit can change; none where the loader cannot be made again with others."""
    if why_not(loader):
        return {}
    shuffled = isinstance(loader.sampler, RandomSampler)
    return {
        "batch_size": loader.batch_size,
        "shuffle": shuffled,
        "seed": loader.sampler.seed if shuffled else loader.seed,
        "drop_last": loader.drop_last,
    }


def why_not(loader: Any) -> str:
    """Why a loader cannot be made again with other settings; empty where it can."""
    if not isinstance(loader, DataLoader):
        return f"a {type(loader).__name__}, not a DataLoader of patchgrad"
    if loader.is_read:
        return "a DataLoader of an IterableDataset, which is read in an order of its own"
    if type(loader.batch_sampler) is not BatchSampler or loader.batch_size is None:
        return "a DataLoader that does not cut its own batches"
    if type(loader.sampler) not in (RandomSampler, SequentialSampler):
        return f"a DataLoader with a sampler of its own, {type(loader.sampler).__name__}"
    if isinstance(loader.sampler, RandomSampler) and (
        loader.sampler.replacement or loader.sampler.num_samples != len(loader.dataset)
    ):
        return "a DataLoader that draws some samples several times"
    return ""


def change(setup: Any, settings: Mapping[str, Any]) -> Changed:
    """Draw the batches in another way, from the same place on.

    Errors
        ArgumentError  for a loader that cannot be made again, no setting, or a value that it does not take.
    """
    loader = setup.feed.loader
    if why_not(loader):
        raise ArgumentError(
            "these batches cannot be drawn in another way",
            got=why_not(loader),
            want="a DataLoader with its own order and batches",
            hint="DataLoader(dataset, batch_size=32, shuffle=True)",
        )
    if not settings:
        raise ArgumentError("no setting of the data is given", want=", ".join(NAMES))
    whole = {**settings_of(loader), **settings}
    if not isinstance(whole["seed"], int) or isinstance(whole["seed"], bool) or not isinstance(whole["shuffle"], bool):
        raise ArgumentError("the data cannot be drawn so", got=_words(settings), want="a whole number as seed")
    return _put(setup, rebuilt(loader, whole))


def use(setup: Any, loader: Any) -> Changed:
    """Draw the batches from another loader, from its beginning.

    Errors
        DataError   for a loader that gives nothing, or no pair of inputs and target
        GraphError  if the network or the loss does not take its first batch. Nothing changes.
    """
    return _use(setup, loader, None)


def _use(setup: Any, loader: Any, place: Any) -> Changed:
    feed, old = setup.feed, setup.feed.loader
    left = feed.place()
    feed.use(loader)
    try:
        if place is None or not feed.go_to(place):
            feed.stand_at(0)
        batch = feed.peek()
        split(batch)
        if any(True for _ in setup.optimizer.parameters()):
            setup.try_loss(batch=batch)
    except BaseException:
        feed.use(old)
        feed.go_to(left)
        raise
    setup.forget_batch()
    return Changed((f"a pass of {_length(loader)} batches",), lambda: _use(setup, old, left))


def _length(loader: Any) -> str:
    try:
        return f"{len(loader):,}"
    except TypeError:
        return "so far unknown many"


def rebuilt(loader: DataLoader, settings: Mapping[str, Any]) -> DataLoader:
    """A loader of the same data with other settings, at its beginning."""
    return DataLoader(
        loader.dataset,
        num_workers=loader.num_workers,
        collate_fn=loader.collate_fn,
        timeout=loader.timeout,
        worker_init_fn=loader.worker_init_fn,
        prefetch_factor=loader.prefetch_factor if loader.num_workers else None,
        in_order=loader.in_order,
        **settings,
    )


def _put(setup: Any, new: DataLoader) -> Changed:
    feed, old = setup.feed, setup.feed.loader
    left, before = feed.place(), settings_of(old)
    told = _move(feed, old, new)
    entered = feed.place()
    after = settings_of(new)
    words = ", ".join(f"{name} {before[name]} → {after[name]}" for name in NAMES if before[name] != after[name])
    return Changed((words or "as before", told), lambda: _back(setup, old, left, entered))


def _back(setup: Any, old: DataLoader, left: Any, entered: Any) -> Changed:
    """The loader that there was: at its own place if nothing was drawn since, else where the data are by now."""
    feed, new = setup.feed, setup.feed.loader
    here = feed.place()
    if here == entered:
        feed.use(old)
        feed.go_to(left)
        told = "at the same place in the data"
    else:
        told = _move(feed, new, old)
    now = feed.place()
    words = ", ".join(f"{name} {value}" for name, value in settings_of(old).items())
    return Changed((words, told), lambda: _back(setup, new, here, now))


def _move(feed: Any, old: DataLoader, new: DataLoader) -> str:
    """Let a feed go on with another loader; says in words at which place."""
    state, size = old.state(), old.batch_size or 1
    batches = state["batch"] - feed.ahead
    samples, over = min(batches * size, len(old.dataset)), batches >= len(old)
    one, other = settings_of(old), settings_of(new)
    feed.use(new)
    if over:
        new.restore({"epoch": state["epoch"], "batch": len(new)})
        if feed.index:
            feed.pass_is_over(len(new))
        else:
            feed.stand_at(0)
        return "the next pass is drawn so"
    begun, again = divmod(samples, new.batch_size or 1)
    begun = min(begun, len(new))
    new.restore({"epoch": state["epoch"], "batch": begun})
    feed.stand_at(begun)
    same_order = one["shuffle"] == other["shuffle"] and (one["seed"] == other["seed"] or not other["shuffle"])
    if not same_order and samples:
        return f"another order from sample {samples - again} of this pass on: some come twice, others not at all"
    return f"at sample {samples} of the pass" + (f", the last {again} of which come twice" if again else "")


def _words(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in settings.items())
