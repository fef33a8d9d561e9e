import { parseArgs } from "node:util";
import type { Host } from "./auth.ts";
import { faultLines } from "./faults/faults.ts";
import { readScript, type ScriptInput } from "./script.ts";
import { startSimulator } from "./server.ts";
import { tourScript } from "./tour.ts";

const USAGE = `usage: simulator --port N (--script FILE | --tour) [--log FILE] [--as payg|cn|sgp|ams] [--pace MS]`;
const HELP = `${USAGE}

Speaks the protocol of the MiMo platform on loopback, plays a script (JSON; its fields are described in script.ts), and
appends a line for every request to the log.

  --port N       0, the default, takes a free one; the address is printed
  --script FILE  the script
  --tour         the demo's script
  --log FILE     {n, at, path, status, body, …} a line; never a header
  --as HOST      the host that is played: a key of another kind or cluster is refused
  --pace MS      pause before every frame

Endpoints: POST /v1/chat/completions, GET /v1/models and /models, GET /api/v1/tokenPlan/usage, /api/v1/tokenPlan/detail
and /api/v1/balance (the console, behind its cookie), GET /_simulator/account (what was spent).

A turn's fault is {"kind": KIND, "at": bytes, "times": requests that fail before the turn is played, …}. Kinds:
${faultLines().join("\n")}`;
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
        help: { type: "boolean", short: "h", default: false },
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
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
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
