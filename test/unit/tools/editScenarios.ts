import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { type CallResult, runCalls } from "../../../src/agent/calls.ts";
import type { Action } from "../../../src/agent/ports.ts";
import { allTools } from "../../../src/tools/all.ts";
import { EVERYTHING, type Workbench, workbench } from "./bench.ts";

/**
 * One folder of `test/scenarios/edit`, one call of one tool:
 * - `input`: the file's bytes before it; several files as a folder.
 * - `call.json`: the arguments of `edit_file`, whose `path` names the file; or `{ tool, read, arguments }` where another
 *   tool is meant, or where the model has not read the files before (`read` false).
 * - `expected`: the bytes after it (a folder where `input` is one), or `error.txt`: the words of a refusal, after which
 *   every byte is as before.
 * - `answer`: the words of a call that landed in part or with remarks. Without it the words are those of a plain success.
 *
 * Words end in one line break that the model does not get.
 */
export interface Scenario {
  readonly name: string;
  readonly tool: string;
  readonly args: unknown;
  readonly read: boolean;
  readonly input: Tree;
  readonly expected: Tree;
  /** What the model gets. */
  readonly words:
    | { readonly kind: "plain" }
    | { readonly kind: "answer"; readonly text: string }
    | { readonly kind: "refusal"; readonly text: string };
}

/** Path -> content, with `/`. */
export type Tree = Readonly<Record<string, Buffer>>;

export interface Outcome {
  readonly refused: boolean;
  readonly words: string;
  /** The files when the call was planned, and nothing may have happened yet. */
  readonly planned: Tree;
  /** Paths that the plan said it would write. */
  readonly declared: ReadonlySet<string>;
  readonly after: Tree;
}

const FOLDER = join(import.meta.dirname, "../../scenarios/edit");

export function scenarioNames(): string[] {
  return readdirSync(FOLDER).sort();
}

export function readScenario(name: string, folder = FOLDER): Scenario {
  const at = (file: string) => join(folder, name, file);
  const call: unknown = JSON.parse(readFileSync(at("call.json"), "utf8"));
  const { tool, args, read } = unwrapped(call);
  const files = (file: string): Tree =>
    statSync(at(file)).isDirectory() ? treeOf(at(file)) : { [pathIn(args)]: readFileSync(at(file)) };
  const input = files("input");
  const words = existsSync(at("error.txt"))
    ? { kind: "refusal" as const, text: readFileSync(at("error.txt"), "utf8") }
    : existsSync(at("answer"))
      ? { kind: "answer" as const, text: readFileSync(at("answer"), "utf8") }
      : { kind: "plain" as const };
  // A folder without files is none for git.
  const expected = words.kind === "refusal" ? input : files("expected");
  return { name, tool, args, read, input, expected, words };
}

/** Runs it on a real folder, through the loop's own calling of tools. */
export async function runScenario({ tool, args, read, input }: Scenario): Promise<Outcome> {
  const bench = workbench(input);
  let planned = input;
  const declared = new Set<string>();
  if (read) for (const path of Object.keys(input)) await called(bench, "read_file", { path }, () => {});
  const { status, text } = await called(bench, tool, args, (actions) => {
    planned = treeOf(bench.folder);
    for (const path of actions.flatMap(writtenPaths)) declared.add(path);
  });
  return { refused: status !== "ok", words: text, planned, declared, after: treeOf(bench.folder) };
}

async function called(
  { env }: Workbench,
  name: string,
  args: unknown,
  planned: (actions: readonly Action[]) => void,
): Promise<CallResult> {
  const results: CallResult[] = [];
  const allow = { verdict: "allow" as const, reason: "" };
  await runCalls(
    [{ id: "call-1", type: "function", function: { name, arguments: JSON.stringify(args) } }],
    {
      tools: allTools(EVERYTHING),
      env,
      policy: { judge: () => allow, grant: () => {} },
      approver: { ask: () => Promise.reject(new Error("nothing is asked")) },
      emit: () => {},
      planned: (_, actions) => planned(actions),
      newId: () => "id",
      ruling: () => ({ kind: "run" }),
    },
    (result) => results.push(result),
    { signal: new AbortController().signal },
  );
  const [result] = results;
  if (!result) throw new Error(`${name} had no result`);
  return result;
}

function writtenPaths(action: Action): string[] {
  if (action.kind !== "write") return [];
  return action.from ? [action.place.shown, action.from.shown] : [action.place.shown];
}

function unwrapped(call: unknown): { tool: string; args: unknown; read: boolean } {
  if (typeof call !== "object" || call === null || !("arguments" in call)) {
    return { tool: "edit_file", args: call, read: true };
  }
  const {
    tool = "edit_file",
    read = true,
    arguments: args,
  } = call as { tool?: string; read?: boolean; arguments: unknown };
  return { tool, args, read };
}

function pathIn(args: unknown): string {
  if (typeof args === "object" && args !== null && "path" in args && typeof args.path === "string") return args.path;
  throw new Error("a scenario of one file names it as `path`");
}

function treeOf(folder: string): Tree {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(
    paths.map((path) => [relative(folder, path).split(sep).join("/"), readFileSync(path)] as const),
  );
}
