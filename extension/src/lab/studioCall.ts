/** Which line opens a studio for what a cell makes. Pure. */

const ASSIGNED = /^([A-Za-z_]\w*)[ \t]*(?::[^=\n]+)?=(?!=)[ \t]*(.*)$/gm;
const STUDIO = /\.studio\(|\bstudio\(/;
/** Names of layers and classes begin with a capital: `nn.Sequential(`, `Net(`. */
const MODULE = /^(?:[A-Za-z_]\w*\.)*[A-Z]\w*\(/;

/**
 * `session.studio()` where the cell makes a session; a watched model where it makes one; null where it makes
 * neither, or opens its studio itself. The last such name counts.
 */
export function studioCall(source: string): string | null {
  if (STUDIO.test(source)) return null;
  const made = [...source.matchAll(ASSIGNED)]
    .map(([, name, value]) => ({ name, value: value?.trim() ?? "" }))
    .reverse();
  const session = made.find(({ value }) => /(^|\.)Session(\.open)?\(/.test(value));
  if (session) return `${session.name}.studio()`;
  const model = made.find(
    ({ value }) => MODULE.test(value) && !/(^|\.)(DataLoader|\w*Dataset|\w*Loss)\(|optim\./.test(value),
  );
  return model ? sessionFor(`${model.name}`) : null;
}

function sessionFor(model: string): string {
  return [
    "# A session trains it and lets you rewire it; `loader` gives batches (inputs, targets).",
    `session = pg.Session(${model}, loader, loss=nn.CrossEntropyLoss(), optimizer=optim.Adam(${model}.parameters()))`,
    "session.studio()",
  ].join("\n");
}
