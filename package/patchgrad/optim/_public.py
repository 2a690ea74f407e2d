"""Written by ``python -m patchgrad.emit``."""

SUBMODULES = 'lr_scheduler'
NAMES = {
    'patchgrad.optim.adadelta': 'Adadelta',
    'patchgrad.optim.adafactor': 'Adafactor',
    'patchgrad.optim.adagrad': 'Adagrad',
    'patchgrad.optim.adam': 'Adam AdamW',
    'patchgrad.optim.adamax': 'Adamax',
    'patchgrad.optim.asgd': 'ASGD',
    'patchgrad.optim.lbfgs': 'LBFGS',
    'patchgrad.optim.muon': 'Muon',
    'patchgrad.optim.nadam': 'NAdam',
    'patchgrad.optim.optimizer': 'Optimizer',
    'patchgrad.optim.radam': 'RAdam',
    'patchgrad.optim.rmsprop': 'RMSprop',
    'patchgrad.optim.rprop': 'Rprop',
    'patchgrad.optim.sgd': 'SGD',
}
