/** `npm start`: a real VS Code in the browser, on loopback, with the extension installed and a sample open. */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { installBed } from "./install.ts";
import { addOpener } from "./opener.ts";
import { isStopping, stopAll } from "./processes.ts";
import { ensureVsix, SAMPLE } from "./project.ts";
import { createRun } from "./run.ts";
import { installVsix, startServer } from "./server.ts";
import { loopbackEndpoint, type Settings, THEMES, writeUserSettings } from "./settings.ts";
import { startSimulator } from "./simulator.ts";

const KEY = "MIMO_API_KEY";
/** The simulated model takes its time, as a model does: milliseconds between two frames. */
const PACE_MS = 15;

try {
  await start();
} catch (error) {
  // After Ctrl-C the process ends by itself, when everything else has.
  if (!isStopping()) {
    console.error(error instanceof Error ? error.message : error);
    await stopAll();
    process.exit(1);
  }
}

async function start(): Promise<void> {
  const bed = await installBed();
  const vsix = await ensureVsix();
  const run = createRun();
  const folder = join(run.home, "tea-cart");
  mkdirSync(folder);
  await cp(SAMPLE, folder, { recursive: true });
  const key = process.env[KEY]?.trim();
  const simulator = key ? undefined : await startSimulator(run, { script: "tour", paceMs: PACE_MS });
  const endpoint: Settings = simulator
    ? { ...loopbackEndpoint(simulator.port), "mimoAgent.approval.mode": "edit" }
    : { "mimoAgent.endpoint": "auto" };
  await writeUserSettings(run, { "workbench.colorTheme": THEMES.dark, ...endpoint });
  await addOpener(run);
  await installVsix(bed, run, vsix);
  const token = randomBytes(16).toString("hex");
  const server = await startServer(bed, run, { folder, token, ...(key ? { env: { [KEY]: key } } : {}) });
  say(`http://127.0.0.1:${server.port}/?tkn=${token}`, simulator?.port);
  await Promise.race([server.ended, ...(simulator ? [simulator.ended] : [])]);
  throw new Error("A process of the demo ended by itself.");
}

function say(address: string, simulator: number | undefined): void {
  const model = simulator
    ? `The model is simulated: a script on http://127.0.0.1:${simulator} answers in its place and needs no key.
  It plays one task on the sample: write "fix the failing test". Its reads, its edit and its test run are real.
  To talk to MiMo, start again with your key in ${KEY}.`
    : `Nothing is simulated: the official endpoint is asked. VS Code offers the key of ${KEY}; confirm it with one click.`;
  console.log(`
MiMo Agent in VS Code: ${address}

  ${model}
  Everything lives in a temporary folder and is removed when you press Ctrl-C.
`);
}
