/** The words of the extension in the user's language, where there is a language pack for it. */
import { type ITranslator, nullTranslator, type TranslationBundle } from "@jupyterlab/translation";

export type { TranslationBundle };

export const DOMAIN = "patchgrad";

export function words(translator: ITranslator | null): TranslationBundle {
  return (translator ?? nullTranslator).load(DOMAIN);
}
