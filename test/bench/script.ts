import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PlainTurn, ScriptInput } from "../simulator/script.ts";

/**
 * The task of the loop benchmark, as other agents were measured on it: per five turns read, run, read, edit, run in a
 * repository of 24 files, one call a turn, about 75 tokens of output each; then a final answer, then a second user
 * message in a new process with five more calls.
 */
export const TASK = "Raise the revision of every module, one after the other, and look at the result each time.";
export const FOLLOW_UP = "Go on with the next module.";
export const FOLLOW_UP_CALLS = 5;

/** Whose tools the script calls: the limit's or the agent's. The work is the same. */
export type Dialect = "limit" | "agent";

const FILES = 24;
/** What the limit needs for an answer: its reasoning is padded up to this. */
const ANSWER_BYTES = 300;
/** Lines of a module that a command prints. */
const PRINTED_LINES = 69;

/** Writes the repository. */
export function writeWorkspace(folder: string): void {
  mkdirSync(join(folder, "src"), { recursive: true });
  for (let file = 0; file < FILES; file++) writeFileSync(join(folder, pathOf(file)), moduleText(file));
}

/** The turns of both processes: one simulator serves them in a row. */
export function taskScript(options: { readonly calls: number; readonly dialect: Dialect }): ScriptInput {
  const work = new Work(options.dialect);
  const steps = (count: number) => Array.from({ length: count }, () => work.next());
  return {
    turns: [
      ...steps(options.calls),
      final(`The revisions are raised: ${options.calls} steps, each checked.`),
      ...steps(FOLLOW_UP_CALLS),
      final("The next module is done too."),
    ],
  };
}

function final(content: string): PlainTurn {
  return { reasoning: "Everything that was asked for is done and was looked at.", content };
}

type Action =
  | { readonly kind: "read"; readonly path: string }
  | { readonly kind: "run"; readonly command: string }
  | { readonly kind: "edit"; readonly path: string; readonly before: string; readonly after: string };

/** Knows what the files say by now, so that every edit fits. */
class Work {
  readonly #dialect: Dialect;
  readonly #revisions = new Map<number, number>();
  #step = 0;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  next(): PlainTurn {
    const step = this.#step++;
    const action = this.#action(step);
    const padding = ANSWER_BYTES - bytesOf(callOf(action, "limit"));
    return { reasoning: reasoningOf(step, padding), calls: [callOf(action, this.#dialect)] };
  }

  #action(step: number): Action {
    const round = Math.floor(step / 5);
    const edited = round % FILES;
    switch (step % 5) {
      case 0:
        return { kind: "read", path: pathOf((edited + 7) % FILES) };
      case 1:
        return { kind: "run", command: `head -n ${PRINTED_LINES} ${pathOf((edited + 13) % FILES)}` };
      case 2:
        return { kind: "read", path: pathOf(edited) };
      case 3: {
        const revision = this.#revisions.get(edited) ?? 1;
        this.#revisions.set(edited, revision + 1);
        return {
          kind: "edit",
          path: pathOf(edited),
          before: revisionLine(revision),
          after: revisionLine(revision + 1),
        };
      }
      default:
        return { kind: "run", command: `head -n ${PRINTED_LINES} ${pathOf(edited)}` };
    }
  }
}

function callOf(action: Action, dialect: Dialect): { name: string; arguments: Record<string, unknown> } {
  switch (action.kind) {
    case "read":
      return { name: "read_file", arguments: { path: action.path } };
    case "run":
      return { name: dialect === "limit" ? "bash" : "run_command", arguments: { command: action.command } };
    case "edit": {
      const { path, before, after } = action;
      const args =
        dialect === "limit"
          ? { path, old_string: before, new_string: after }
          : { path, edits: [{ old_text: before, new_text: after }] };
      return { name: "edit_file", arguments: args };
    }
  }
}

function bytesOf(call: { readonly name: string; readonly arguments: unknown }): number {
  return Buffer.byteLength(call.name + JSON.stringify(call.arguments));
}

function reasoningOf(step: number, bytes: number): string {
  const said = `Step ${step + 1}. The module before this one is in order, so I go on with the next and look at it first. `;
  return said.padEnd(bytes, "Its neighbours stay as they are. ").slice(0, bytes);
}

function pathOf(file: number): string {
  return `src/module${String(file).padStart(2, "0")}.js`;
}

function revisionLine(revision: number): string {
  return `export const revision = ${revision};`;
}

/** About 1.8 KB: with an answer and its frame that makes 480 tokens a turn. */
function moduleText(file: number): string {
  const functions = Array.from({ length: 16 }, (_, i) => {
    const name = `step${file}_${i}`;
    return `export function ${name}(value) {\n  const next = value * ${i + 2} + ${file};\n  return next > ${file * 40 + i} ? next - ${i + 1} : next;\n}\n`;
  });
  return `// Module ${file} of the benchmark's repository.\n${revisionLine(1)}\n\n${functions.join("\n")}`;
}
