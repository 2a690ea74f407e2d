"""Data sets and the loader that makes batches of them."""

from patchgrad.data.collate import default_collate
from patchgrad.data.dataset import Dataset, Subset, TensorDataset, random_split
from patchgrad.data.loader import DataLoader
from patchgrad.data.sampler import RandomSampler, Sampler, SequentialSampler

__all__ = [
    "DataLoader",
    "Dataset",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "Subset",
    "TensorDataset",
    "default_collate",
    "random_split",
]
