import type { BackgroundState, ShellResult } from "../agent/ports.ts";

/** A command's output, and in brackets on a line of its own what is to be known of it. */
export function withNote(output: string, note: string): string {
  if (output === "") return `[${note}]`;
  return `${output}${output.endsWith("\n") ? "" : "\n"}[${note}]`;
}

/** How a command ended. */
export function ending({ exitCode, signal }: Pick<ShellResult, "exitCode" | "signal">): string {
  if (exitCode !== undefined) return `exit ${exitCode}`;
  return signal === undefined ? "ended without an exit code" : `ended by ${signal}`;
}

/** How a command in the background stands. */
export function standing(state: BackgroundState): string {
  return state.running ? `${state.id} is running in the background` : `${state.id} has ended: ${ending(state)}`;
}
