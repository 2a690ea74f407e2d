"""Data sets and the loader that makes batches of them."""

from typing import TYPE_CHECKING

from patchgrad.data._public import NAMES, SUBMODULES
from patchgrad.lazy import attach

if TYPE_CHECKING:
    from patchgrad.data.batches import BatchSampler
    from patchgrad.data.collate import default_collate, default_convert
    from patchgrad.data.combined import ChainDataset, ConcatDataset, IterableDataset, StackDataset
    from patchgrad.data.dataset import Dataset, Subset, TensorDataset, random_split
    from patchgrad.data.loader import DataLoader
    from patchgrad.data.sampler import (
        RandomSampler,
        Sampler,
        SequentialSampler,
        SubsetRandomSampler,
        WeightedRandomSampler,
    )
    from patchgrad.data.worker import get_worker_info

__all__ = [
    "BatchSampler",
    "ChainDataset",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "IterableDataset",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "StackDataset",
    "Subset",
    "SubsetRandomSampler",
    "TensorDataset",
    "WeightedRandomSampler",
    "default_collate",
    "default_convert",
    "get_worker_info",
    "random_split",
]

__getattr__, __dir__ = attach(__name__, NAMES, SUBMODULES)
