import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MAIN = join(import.meta.dirname, "../../../src/headless/main.ts");

/** What whoever runs the tests has in their own home must not bear upon them, nor they upon it. */
const home = mkdtempSync(join(tmpdir(), "mimo-home-"));
process.on("exit", () => rmSync(home, { recursive: true, force: true }));

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command line as a process of its own. */
export function headless(
  args: readonly string[],
  options: {
    readonly env?: Record<string, string>;
    readonly cwd?: string;
    readonly input?: string;
    readonly onStart?: (child: ChildProcess) => void;
  } = {},
): Promise<Finished> {
  const { MIMO_API_KEY: _, ...inherited } = process.env;
  const child = spawn(process.execPath, ["--no-warnings", MAIN, ...args], {
    env: { ...inherited, HOME: home, USERPROFILE: home, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdio: ["pipe", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  child.stdin.end(options.input ?? "");
  options.onStart?.(child);
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err })));
}

/** A folder with these files, removed by `remove`. */
export function folderOf(files: Readonly<Record<string, string>>): { readonly path: string; remove(): void } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "mimo-test-")));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
