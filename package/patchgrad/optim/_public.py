"""Written by ``python -m patchgrad.emit``."""

SUBMODULES = 'lr_scheduler swa_utils'
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
    'patchgrad.optim.sparse_adam': 'SparseAdam',
    'patchgrad.optim.swapping': 'swap_in_optimizer_params_and_state',
}
