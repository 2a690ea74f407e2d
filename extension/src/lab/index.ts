/** The plugins of the JupyterLab extension. Each stands alone and can be disabled by its id. */
import { launcher } from "./launcher";
import { palette } from "./palette";
import { tutorial } from "./tutorial";

export default [palette, launcher, tutorial];
