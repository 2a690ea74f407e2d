/** Asks a kernel what a `.patchgrad` file holds. The kernel is started for it and ended again. */
import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { Kernel, KernelMessage } from "@jupyterlab/services";

export interface Preview {
  readonly svg: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly cells: readonly string[];
}

/** Why there is no preview, in words. */
export class PreviewProblem extends Error {}

const MARK = "patchgrad-preview:";

/** A JSON string is a Python string too. */
function question(name: string): string {
  return `import json
try:
    from patchgrad.session.preview import preview
except ImportError:
    print("${MARK}" + json.dumps({"problem": "absent"}))
else:
    try:
        print("${MARK}" + json.dumps(preview(${JSON.stringify(name)})))
    except Exception as error:
        print("${MARK}" + json.dumps({"problem": str(error)}))`;
}

/** Errors: `PreviewProblem`, whose message is the kernel's own, "absent" where the package is not installed. */
export async function askPreview({ serviceManager }: JupyterFrontEnd, path: string): Promise<Preview> {
  const name = path.split("/").at(-1) ?? path;
  const session = await serviceManager.sessions.startNew({
    path,
    name,
    type: "file",
    kernel: defaultKernel(serviceManager),
  });
  try {
    if (!session.kernel) throw new PreviewProblem("no kernel could be started");
    return await answer(session.kernel, question(name));
  } finally {
    await session.shutdown().catch(() => undefined);
    session.dispose();
  }
}

function defaultKernel(manager: JupyterFrontEnd["serviceManager"]): { name?: string } {
  const name = manager.kernelspecs.specs?.default;
  return name ? { name } : {};
}

async function answer(kernel: Kernel.IKernelConnection, code: string): Promise<Preview> {
  let printed = "";
  const future = kernel.requestExecute({ code, store_history: false, silent: false });
  future.onIOPub = (message) => {
    if (message.header.msg_type === "stream") printed += (message as KernelMessage.IStreamMsg).content.text;
  };
  await future.done;
  const found = printed.split("\n").find((line) => line.startsWith(MARK));
  if (!found) throw new PreviewProblem("the kernel gave no answer");
  const read: Preview | { problem: string } = JSON.parse(found.slice(MARK.length));
  if ("problem" in read) throw new PreviewProblem(read.problem);
  return read;
}
