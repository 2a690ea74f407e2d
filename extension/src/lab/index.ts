/** The plugins of the JupyterLab extension. Each stands alone and can be disabled by its id. */
import { cells } from "./cells";
import { code } from "./code";
import { documents } from "./documents";
import { inspector } from "./inspector";
import { launcher } from "./launcher";
import { palette } from "./palette";
import { saved } from "./saved";
import { status } from "./status";
import { tutorial } from "./tutorial";

export default [palette, inspector, launcher, tutorial, cells, code, documents, saved, status];
