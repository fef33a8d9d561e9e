import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Run } from "./run.ts";

/**
 * Opens the chat when VS Code starts: whoever runs `npm start` came to see it. A neighbour of the extension in this
 * run, which knows nothing of it but the name of its command; users open the chat themselves.
 */
export async function addOpener(run: Run): Promise<void> {
  const folder = join(run.extensions, "mimo-agent-bed.opener-1.0.0");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify(MANIFEST, undefined, 2));
  await writeFile(join(folder, "opener.js"), SCRIPT);
}

const MANIFEST = {
  name: "opener",
  publisher: "mimo-agent-bed",
  displayName: "Opens the chat of MiMo Agent at the start",
  version: "1.0.0",
  license: "MIT",
  engines: { vscode: "^1.104.0" },
  main: "./opener.js",
  activationEvents: ["onStartupFinished"],
};

const SCRIPT = `const { commands } = require("vscode");
exports.activate = () => commands.executeCommand("mimoAgent.openChat");
`;
