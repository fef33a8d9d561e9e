import * as z from "zod";
import { isAbort } from "../agent/errors.ts";
import type { ShellCommand, ShellResult } from "../agent/ports.ts";
import type { Tool, ToolRun } from "../agent/tool.ts";
import { patchInCommand } from "../edit/patch.ts";
import { toolArguments } from "./arguments.ts";
import { ending, standing, withNote } from "./commandOutput.ts";
import { planPatch } from "./patchPlan.ts";
import { existing } from "./places.ts";

const DEFAULT_SECONDS = 120;
const MAX_SECONDS = 600;
/** A command in the background that fails at once is told of at once. */
const FIRST_LOOK_MS = 1_000;

const schema = toolArguments({
  command: z.string().min(1).max(100_000),
  cwd: z.string().min(1).optional(),
  timeout: z.number().positive().max(MAX_SECONDS).optional().meta({ description: "seconds" }),
  background: z.boolean().optional(),
});

export const runCommand: Tool<z.infer<typeof schema>> = {
  name: "run_command",
  description: `Run a shell command in the workspace folder and wait for it; ${DEFAULT_SECONDS} s by default. Use non-interactive flags: only the user could answer a prompt. Processes it leaves behind end with it. With background it goes on beside the chat (servers, watchers), without timeout.`,
  schema,
  readOnly: false,
  async plan({ command, cwd = ".", timeout = DEFAULT_SECONDS, background = false }, run) {
    // The command that some models know from their training is none here.
    const patch = cwd === "." && !background ? patchInCommand(command) : undefined;
    if (patch !== undefined) return planPatch(patch, run);
    const folder = await existing(cwd, "folder", run.env, run.signal);
    const wanted = { command, cwd: folder.path, callId: run.callId };
    return {
      actions: [{ kind: "command", command, cwd: folder }],
      run: () => (background ? inBackground(wanted, run) : inForeground(wanted, timeout, run)),
    };
  },
};

type Wanted = Omit<ShellCommand, "timeoutMs">;

async function inForeground(wanted: Wanted, timeout: number, run: ToolRun): Promise<string> {
  const { env, signal, output, waiting } = run;
  const options = { onOutput: output, onWaiting: waiting, signal };
  const result = await env.shell.run({ ...wanted, timeoutMs: timeout * 1_000 }, options);
  return said(result, { timeout, stopped: signal.aborted });
}

/** A stop of the task does not end what was started here: the model has to hear of it all the same. */
async function inBackground(wanted: Wanted, { env, signal, output }: ToolRun): Promise<string> {
  const { id } = await env.background.start(wanted, { signal });
  try {
    const first = await env.background.read(id, { waitMs: FIRST_LOOK_MS, signal });
    if (first.output !== "") output(first.output);
    return withNote(first.output, standing(first.state));
  } catch (error) {
    if (!isAbort(error)) throw error;
    return `[${id} is running in the background]`;
  }
}

function said(result: ShellResult, { timeout, stopped }: { timeout: number; stopped: boolean }): string {
  const output = result.output.trim() === "" ? "(no output)" : result.output;
  if (result.timedOut) return withNote(output, `timed out after ${timeout} s${waitedFor(result)}`);
  // Whoever stopped the call says so.
  return stopped || result.exitCode === 0 ? output : withNote(output, ending(result));
}

/** Asked again it would only wait again. */
function waitedFor({ waitedFor: prompt }: ShellResult): string {
  if (prompt === undefined) return "";
  const where = prompt.trim() === "" ? "" : ` at ${JSON.stringify(prompt.trim().slice(-200))}`;
  return `, waiting for input${where} that nobody gave: run it with flags or input that answer it, such as --yes`;
}
