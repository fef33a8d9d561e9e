import { parseArgs } from "node:util";
import type { Host } from "./auth.ts";
import { readScript, type ScriptInput } from "./script.ts";
import { startSimulator } from "./server.ts";
import { tourScript } from "./tour.ts";

const USAGE = `usage: simulator --port N (--script FILE | --tour) [--log FILE] [--as payg|cn|sgp|ams] [--pace MS]`;
const HOSTS: readonly string[] = ["payg", "cn", "sgp", "ams"] satisfies Host[];

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

function options() {
  try {
    return parseArgs({
      options: {
        port: { type: "string", default: "0" },
        script: { type: "string" },
        tour: { type: "boolean", default: false },
        log: { type: "string" },
        as: { type: "string" },
        pace: { type: "string" },
      },
    }).values;
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error}\n${USAGE}`);
  }
}

function scriptOf(values: ReturnType<typeof options>): ScriptInput {
  if (values.tour) return tourScript;
  if (values.script === undefined) return fail(USAGE);
  return readScript(values.script);
}

function isHost(text: string): text is Host {
  return HOSTS.includes(text);
}

const values = options();
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) fail(`--port ${values.port} is no port\n${USAGE}`);
const as = values.as;
if (as !== undefined && !isHost(as)) fail(`--as ${as} is none of ${HOSTS.join(", ")}\n${USAGE}`);
const pace = values.pace === undefined ? undefined : Number(values.pace);
if (pace !== undefined && !(pace >= 0)) fail(`--pace ${values.pace} is no number of milliseconds\n${USAGE}`);

try {
  const simulator = await startSimulator({ script: scriptOf(values), port, as, log: values.log, paceMs: pace });
  console.log(`simulator listening on ${simulator.url}`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => simulator.close().then(() => process.exit(0)));
  }
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
