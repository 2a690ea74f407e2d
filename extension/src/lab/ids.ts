/** Ids of the commands, as they stand in shortcuts and in the command palette. */
export const SHOW_PALETTE = "patchgrad:show-palette";
export const INSERT_LAYER = "patchgrad:insert-layer";
export const NEW_STUDIO = "patchgrad:new-studio-notebook";
export const OPEN_TUTORIAL = "patchgrad:open-tutorial";

export const CATEGORY = "patchgrad";
