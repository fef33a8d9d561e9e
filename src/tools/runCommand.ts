import * as z from "zod";
import type { ShellResult } from "../agent/ports.ts";
import type { Tool } from "../agent/tool.ts";
import { toolArguments } from "./arguments.ts";
import { existing } from "./places.ts";

const DEFAULT_SECONDS = 120;
const MAX_SECONDS = 600;

const schema = toolArguments({
  command: z.string().min(1).max(100_000),
  cwd: z.string().min(1).optional(),
  timeout: z.number().positive().max(MAX_SECONDS).optional().meta({ description: "seconds" }),
});

export const runCommand: Tool<z.infer<typeof schema>> = {
  name: "run_command",
  description: `Run a shell command in the workspace folder and wait for it; ${DEFAULT_SECONDS} s by default. No input; background processes end with it.`,
  schema,
  readOnly: false,
  async plan({ command, cwd = ".", timeout = DEFAULT_SECONDS }, { env, callId, signal, output }) {
    const folder = await existing(cwd, "folder", env, signal);
    return {
      actions: [{ kind: "command", command, cwd: folder }],
      async run() {
        const result = await env.shell.run(
          { command, cwd: folder.path, timeoutMs: timeout * 1_000, callId },
          { onOutput: output, signal },
        );
        return said(result, { timeout, stopped: signal.aborted });
      },
    };
  },
};

function said(result: ShellResult, { timeout, stopped }: { timeout: number; stopped: boolean }): string {
  const end = ending(result, timeout, stopped);
  const output = result.output.trim() === "" ? "(no output)" : result.output;
  if (end === undefined) return output;
  return `${output}${output.endsWith("\n") ? "" : "\n"}[${end}]`;
}

function ending({ exitCode, signal, timedOut }: ShellResult, timeout: number, stopped: boolean): string | undefined {
  if (timedOut) return `timed out after ${timeout} s`;
  // Whoever stopped the call says so.
  if (stopped || exitCode === 0) return undefined;
  if (exitCode !== undefined) return `exit ${exitCode}`;
  return signal === undefined ? "ended without an exit code" : `ended by ${signal}`;
}
