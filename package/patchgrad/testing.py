"""Checks of gradients against finite differences; public, for ops and functions of one's own."""

from patchgrad.transforms.gradcheck import gradcheck, gradgradcheck

__all__ = ["gradcheck", "gradgradcheck"]
