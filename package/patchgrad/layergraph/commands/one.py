"""Every edit that is not made of others, as one type: on the wire they are told apart by ``type``."""

from __future__ import annotations

from patchgrad.layergraph.commands.add_branch import AddBranch
from patchgrad.layergraph.commands.add_node import AddNode
from patchgrad.layergraph.commands.bypass import Bypass
from patchgrad.layergraph.commands.connect import Connect
from patchgrad.layergraph.commands.disconnect import Disconnect
from patchgrad.layergraph.commands.duplicate import Duplicate
from patchgrad.layergraph.commands.freeze import Freeze
from patchgrad.layergraph.commands.group_nodes import Fold, GroupNodes, Note, Ungroup
from patchgrad.layergraph.commands.insert_on_edge import InsertOnEdge
from patchgrad.layergraph.commands.move import Move
from patchgrad.layergraph.commands.reinitialise import Reinitialise
from patchgrad.layergraph.commands.remove_nodes import RemoveNodes
from patchgrad.layergraph.commands.rename import Rename
from patchgrad.layergraph.commands.reorder import Reorder
from patchgrad.layergraph.commands.repeat import Repeat
from patchgrad.layergraph.commands.replace_node import ReplaceNode
from patchgrad.layergraph.commands.set_field import SetField
from patchgrad.layergraph.commands.set_rate import SetRate
from patchgrad.layergraph.commands.set_width import PruneUnits, SetWidth
from patchgrad.layergraph.commands.share import Share, Unshare
from patchgrad.layergraph.commands.split_merge import MergeGroups, SplitGroup
from patchgrad.layergraph.commands.swap import Swap

OneCommand = (
    AddNode
    | RemoveNodes
    | ReplaceNode
    | Connect
    | Disconnect
    | InsertOnEdge
    | Bypass
    | SetField
    | Rename
    | Freeze
    | Move
    | GroupNodes
    | Ungroup
    | Fold
    | Note
    | Duplicate
    | Share
    | Unshare
    | SetRate
    | SetWidth
    | PruneUnits
    | Swap
    | AddBranch
    | Repeat
    | Reinitialise
    | Reorder
    | SplitGroup
    | MergeGroups
)
