"""Written by ``python -m patchgrad.emit``."""

SUBMODULES = 'function functional'
NAMES = {
    'patchgrad.autograd.state': 'enable_grad no_grad set_grad_enabled',
    'patchgrad.transforms.custom.checks': 'check_functions',
    'patchgrad.transforms.custom.function': 'Function',
    'patchgrad.transforms.gradcheck': 'gradcheck gradgradcheck',
    'patchgrad.transforms.gradients': 'backward grad',
}
