"""Written by ``python -m patchgrad.emit``."""

SUBMODULES = ''
NAMES = {
    'patchgrad.data.batches': 'BatchSampler',
    'patchgrad.data.collate': 'default_collate',
    'patchgrad.data.combined': 'ChainDataset ConcatDataset IterableDataset',
    'patchgrad.data.dataset': 'Dataset Subset TensorDataset random_split',
    'patchgrad.data.loader': 'DataLoader',
    'patchgrad.data.sampler': 'RandomSampler Sampler SequentialSampler SubsetRandomSampler WeightedRandomSampler',
}
