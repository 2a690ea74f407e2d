"""Written by ``python -m patchgrad.emit``."""

SUBMODULES = 'forward_ad function functional graph'
NAMES = {
    'patchgrad.autograd.state': 'enable_grad inference_mode no_grad set_grad_enabled',
    'patchgrad.tensor.copies': 'CopyOnWrite copies_on_write',
    'patchgrad.transforms.custom.checks': 'check_functions',
    'patchgrad.transforms.custom.function': 'Function',
    'patchgrad.transforms.gradcheck': 'gradcheck gradgradcheck',
    'patchgrad.transforms.gradients': 'backward grad',
    'patchgrad.transforms.why.anomaly': 'detect_anomaly set_detect_anomaly',
    'patchgrad.transforms.why.find_nan': 'NanOrigin NanWatch',
}
