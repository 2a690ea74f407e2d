/** Ids of the commands, as they stand in shortcuts, in menus and in the command palette. */
export const SHOW_PALETTE = "patchgrad:show-palette";
export const SHOW_INSPECTOR = "patchgrad:show-inspector";
export const INSERT_LAYER = "patchgrad:insert-layer";
export const NEW_STUDIO = "patchgrad:new-studio-notebook";
export const OPEN_TUTORIAL = "patchgrad:open-tutorial";
export const OPEN_IN_STUDIO = "patchgrad:open-in-studio";

export const CATEGORY = "patchgrad";
