"""Written by ``python -m patchgrad.emit``."""

SUBMODULES = 'functional'
NAMES = {
    'patchgrad.autograd.state': 'enable_grad no_grad set_grad_enabled',
    'patchgrad.testing': 'gradcheck gradgradcheck',
    'patchgrad.transforms.gradients': 'backward grad',
}
