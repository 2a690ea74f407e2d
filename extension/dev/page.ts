/** Mounts the studio on the scripted kernel; `screenshots.py` looks at it. */
import studio from "../src/widgets/studio";
import { scriptedKernel } from "./scriptedKernel";

const el = document.getElementById("studio");
const model = scriptedKernel();
if (el) studio.render({ model, el });
Object.assign(window, { model });
