import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * code-server lets every extension use proposed API; VS Code lets only those that VS Code names. With the gate open a
 * test could pass on API that users do not have, so the bed closes it again.
 */

const FILES = [
  "out/server-main.js",
  "out/vs/workbench/api/node/extensionHostProcess.js",
  "out/vs/workbench/api/worker/extensionHostWorkerMain.js",
  "out/vs/code/browser/workbench/workbench.js",
];

// `isProposedApiEnabled(extension, proposal)`, always true, followed by the function that throws when it is not.
const OPEN =
  /function ([\w$]+)\(([\w$]+),([\w$]+)\)\{return!0\}(?=function [\w$]+\(([\w$]+),([\w$]+)\)\{if\(!\1\(\4,\5\)\)throw new Error\(`Extension '\$\{\4\.identifier\.value\}' CANNOT use API propos)/g;

/** Closes the gate in a text. Throws unless there is exactly one place. */
export function closeGate(text: string, name: string): string {
  const places = [...text.matchAll(OPEN)].length;
  if (places !== 1) {
    throw new Error(
      `The check for proposed API was found ${places} times in ${name}, not once: this build of VS Code is another one ` +
        "than test/bed/gate.ts knows, and with the check off tests would pass on API that users do not have.",
    );
  }
  return text.replace(OPEN, "function $1($2,$3){return!!$2.enabledApiProposals?.includes($3)}");
}

export async function closeGates(vscode: string): Promise<void> {
  for (const name of FILES) {
    const path = join(vscode, name);
    await writeFile(path, closeGate(await readFile(path, "utf8"), name));
  }
}
