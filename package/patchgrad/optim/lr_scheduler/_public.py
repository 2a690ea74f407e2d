"""Written by ``python -m patchgrad.emit``."""

SUBMODULES = ''
NAMES = {
    'patchgrad.optim.lr_scheduler.base': 'LRScheduler',
    'patchgrad.optim.lr_scheduler.combined': 'ChainedScheduler SequentialLR',
    'patchgrad.optim.lr_scheduler.cosine': 'CosineAnnealingLR CosineAnnealingWarmRestarts',
    'patchgrad.optim.lr_scheduler.cyclic': 'CyclicLR',
    'patchgrad.optim.lr_scheduler.factors': 'ExponentialLR LambdaLR MultiStepLR MultiplicativeLR StepLR',
    'patchgrad.optim.lr_scheduler.one_cycle': 'OneCycleLR',
    'patchgrad.optim.lr_scheduler.plateau': 'ReduceLROnPlateau',
    'patchgrad.optim.lr_scheduler.ramps': 'ConstantLR LinearLR PolynomialLR',
}
