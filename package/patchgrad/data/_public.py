"""Written by ``python -m patchgrad.emit``."""

SUBMODULES = ''
NAMES = {
    'patchgrad.data.batches': 'BatchSampler',
    'patchgrad.data.collate': 'default_collate default_convert',
    'patchgrad.data.combined': 'ChainDataset ConcatDataset IterableDataset StackDataset',
    'patchgrad.data.dataset': 'Dataset Subset TensorDataset random_split',
    'patchgrad.data.loader': 'DataLoader',
    'patchgrad.data.sampler': 'RandomSampler Sampler SequentialSampler SubsetRandomSampler WeightedRandomSampler',
    'patchgrad.data.worker': 'get_worker_info',
}
