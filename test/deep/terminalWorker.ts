import { execFile } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { mirrorShell, type TerminalMode } from "../../src/host/shell.ts";
import { createOutputFiles } from "../../src/node/outputFiles.ts";
import { createShell } from "../../src/node/shell.ts";
import { commandEnvironment } from "../../src/node/shellProgram.ts";
import type { EditorTask } from "./editorJob.ts";
import { type VariedCommand, variedCommands } from "./terminalCommands.ts";

/** Runs inside VS Code: varied commands by one of the two ways, each held against the same command in a pipe. */

export interface TerminalInput {
  readonly mode: TerminalMode;
  readonly seed: number;
  readonly count: number;
}

export interface TerminalTally {
  readonly commands: number;
  readonly families: number;
  /** Each names its command, in JSON. */
  readonly wrong: readonly string[];
}

export async function run({ input, folder }: EditorTask<TerminalInput>): Promise<TerminalTally> {
  return heldAgainstPipes(input, folder);
}

export async function heldAgainstPipes({ mode, seed, count }: TerminalInput, folder: string): Promise<TerminalTally> {
  const places = {
    ours: join(folder, `${mode}-ours`),
    pipe: join(folder, `${mode}-pipe`),
    outputs: join(folder, `${mode}-outputs`),
  };
  for (const place of Object.values(places)) mkdirSync(place, { recursive: true });
  const outputs = createOutputFiles({ folder: places.outputs });
  const inner = createShell({ shell: "/bin/bash", outputs, input: "person" });
  const shell = mirrorShell(inner, { mode: () => mode });
  const commands = variedCommands({ seed, count }).filter((each) => mode === "managed" || !each.onlyManaged);
  const wrong: string[] = [];
  try {
    for (const each of commands) {
      const said = await difference(each, { shell, places, mode });
      if (said !== undefined) wrong.push(`${each.family}: ${JSON.stringify(each.command).slice(0, 400)}: ${said}`);
    }
  } finally {
    shell.dispose();
  }
  return { commands: commands.length, families: new Set(commands.map(({ family }) => family)).size, wrong };
}

interface Setup {
  readonly shell: ReturnType<typeof mirrorShell>;
  readonly places: { readonly ours: string; readonly pipe: string; readonly outputs: string };
  readonly mode: TerminalMode;
}

async function difference({ command, shown }: VariedCommand, { shell, places }: Setup): Promise<string | undefined> {
  const expected = await inPipe(command, places.pipe);
  const result = await shell.run(
    { command, cwd: places.ours, timeoutMs: 20_000, callId: "c" },
    { onOutput: () => {}, signal: new AbortController().signal },
  );
  const { wholeOutput } = result;
  const whole = wholeOutput
    ? readFileSync(join(places.outputs, wholeOutput.replace("output://", "")), "utf8")
    : result.output;
  const wanted = { exit: expected.exit, output: sameWords(shown ?? readable(expected.output)) };
  // A shell that waits for a child that a signal ended reports 128 and its number; a process of ours has the signal.
  const got = { exit: result.exitCode ?? result.signal, output: sameWords(whole) };
  if (got.exit === wanted.exit && got.output === wanted.output) return undefined;
  return `wanted ${JSON.stringify(wanted).slice(0, 600)}, got ${JSON.stringify(got).slice(0, 600)}`;
}

/** Not our own stripping: Node's. */
function readable(output: string): string {
  return stripVTControlCharacters(output).replaceAll("\r\n", "\n");
}

/**
 * How bash names itself in its complaints differs by how it was called; and that a child was ended by a signal a shell
 * says with the child's number, or not at all when somebody sits in front of it.
 */
function sameWords(output: string): string {
  return output
    .replace(/^(?:\S*bash|\/bin\/sh): (?:eval: )?(?:-c: )?(?:line \d+: )?/gm, "bash: ")
    .replace(
      /^(?:bash: +)?(?:\d+ +)?(?:Terminated|Killed|Hangup|Interrupt|User defined signal 1)(?: +[^\n]*)?\n/gm,
      "",
    );
}

interface Piped {
  readonly output: string;
  readonly exit: number | string;
}

function inPipe(command: string, cwd: string): Promise<Piped> {
  return new Promise((resolve) => {
    const args = ["-c", 'exec "$0" -c "$1" 2>&1 < /dev/null', "/bin/bash", command];
    const options = { cwd, env: commandEnvironment(process.env), maxBuffer: 200_000_000 };
    const child = execFile("/bin/sh", args, options, (_error, output) => {
      resolve({ output, exit: child.exitCode ?? child.signalCode ?? "none" });
    });
  });
}
