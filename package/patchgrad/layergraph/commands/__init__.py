"""Edits of the layer graph, one file each: frozen records with a pure ``apply``."""

from patchgrad.layergraph.commands.add_branch import AddBranch, BranchLayer
from patchgrad.layergraph.commands.add_node import AddNode
from patchgrad.layergraph.commands.bypass import Bypass
from patchgrad.layergraph.commands.command import Command
from patchgrad.layergraph.commands.connect import Connect
from patchgrad.layergraph.commands.disconnect import Disconnect
from patchgrad.layergraph.commands.duplicate import Duplicate
from patchgrad.layergraph.commands.freeze import Freeze
from patchgrad.layergraph.commands.group_nodes import Fold, GroupNodes, Note, Ungroup
from patchgrad.layergraph.commands.insert_on_edge import InsertOnEdge
from patchgrad.layergraph.commands.move import Move
from patchgrad.layergraph.commands.one import OneCommand
from patchgrad.layergraph.commands.reinitialise import Reinitialise
from patchgrad.layergraph.commands.remove_nodes import RemoveNodes
from patchgrad.layergraph.commands.rename import Rename
from patchgrad.layergraph.commands.reorder import Reorder
from patchgrad.layergraph.commands.repeat import Repeat
from patchgrad.layergraph.commands.replace_node import ReplaceNode
from patchgrad.layergraph.commands.set_field import SetField
from patchgrad.layergraph.commands.set_rate import SetRate
from patchgrad.layergraph.commands.set_width import PruneUnits, SetWidth
from patchgrad.layergraph.commands.several import Several
from patchgrad.layergraph.commands.share import Share, Unshare
from patchgrad.layergraph.commands.split_merge import MergeGroups, SplitGroup
from patchgrad.layergraph.commands.swap import Swap
from patchgrad.layergraph.commands.training import (
    HoldParameters,
    SetData,
    SetLoss,
    SetOptimizer,
    SetSchedule,
    TakeWeights,
    TrainingCommand,
    UseLoss,
)

Training = SetOptimizer | HoldParameters | SetLoss | SetData | SetSchedule | TakeWeights
AnyCommand = OneCommand | Several | Training
"""Every edit, as one type: on the wire they are told apart by ``type``."""

__all__ = [
    "AddBranch", "AddNode", "AnyCommand", "BranchLayer", "Bypass", "Command", "Connect", "Disconnect", "Duplicate",
    "Fold", "Freeze", "GroupNodes", "HoldParameters", "InsertOnEdge", "MergeGroups", "Move", "Note", "OneCommand",
    "PruneUnits", "Reinitialise", "RemoveNodes", "Rename", "Reorder", "Repeat", "ReplaceNode", "SetData", "SetField",
    "SetLoss", "SetOptimizer", "SetRate", "SetSchedule", "SetWidth", "Several", "Share", "SplitGroup", "Swap",
    "TakeWeights", "Training", "TrainingCommand", "Ungroup", "Unshare", "UseLoss",
]  # fmt: skip
