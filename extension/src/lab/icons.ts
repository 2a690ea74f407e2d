/** The patchgrad icon; its colours are the host's, so it follows the theme. */
import { LabIcon } from "@jupyterlab/ui-components";
import svg from "../../style/patchgrad.svg";

export const patchgradIcon = new LabIcon({ name: "patchgrad-lab:patchgrad", svgstr: svg });
