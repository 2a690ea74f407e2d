/** The layers that the palette offers: written from the Python catalogue by `patchgrad.protocol.emit_catalogue`. */
import type { KindView } from "../protocol/messages";
import kinds from "./catalogue.json";

/** What a person adds: not the graph's own input and output. */
export const KINDS = (kinds as readonly KindView[]).filter((kind) => kind.source !== "");
