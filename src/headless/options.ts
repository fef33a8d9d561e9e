import { parseArgs } from "node:util";
import type { ApprovalMode } from "../agent/ports.ts";

/** A mistake in how the program was called: exit code 2. */
export class UsageError extends Error {}

export interface RunOptions {
  readonly task: string;
  readonly baseUrl: string | undefined;
  readonly model: string | undefined;
  readonly workspace: string;
  readonly approve: ApprovalMode;
  readonly context: "keep" | "balanced" | "thrifty";
  readonly session: string | undefined;
  readonly maxCredits: number | undefined;
  readonly maxTurns: number | undefined;
  readonly thinking: boolean;
  readonly webSearch: boolean;
  /** Milliseconds; undefined for the client's own. */
  readonly idleMs: number | undefined;
  /** Files. */
  readonly images: readonly string[];
  readonly json: boolean;
}

export interface JudgeOptions {
  readonly shell: "bash" | "zsh" | "pwsh" | "cmd";
  readonly workspace: string;
  readonly mode: ApprovalMode;
}

export const USAGE = `Usage:
  mimo-agent [options] "task"
  mimo-agent judge [--shell bash|zsh|pwsh|cmd] [--workspace DIR] [--mode MODE]

Works on the task in a folder with a MiMo model, without an editor. The key is read from MIMO_API_KEY.

Options:
  --base-url URL      endpoint; by the kind of the key when left out
  --model ID          default: the newest Pro model
  --workspace DIR     default: the current folder
  --approve MODE      ask, edit, auto, plan or all (default: ask; nobody is there to ask, so ask means no)
  --context POLICY    keep, balanced or thrifty (default: balanced)
  --session FILE      keep the session in FILE, or go on with the one there
  --max-credits N     stop before a request once the task has cost N credits
  --max-turns N       stop after N requests
  --no-thinking       answer without reasoning first
  --web-search        let the model search the web; billed apart
  --image FILE        send a picture with the task (PNG, JPEG, GIF, WebP or BMP); may be given several times
  --idle-timeout S    give up an answer after S seconds without data (default: 90)
  --json              print one event a line
  --help              this text

"all" is for throwaway machines: it runs everything unasked.
Exit codes: 0 done, 1 failed, 2 usage, 3 stopped or refused.
`;

const MODES = ["ask", "edit", "auto", "plan", "all"] as const;

export function parseRunOptions(args: readonly string[]): RunOptions | "help" {
  const { values, positionals } = parse(args, {
    "base-url": { type: "string" },
    model: { type: "string" },
    workspace: { type: "string" },
    approve: { type: "string" },
    context: { type: "string" },
    session: { type: "string" },
    "max-credits": { type: "string" },
    "max-turns": { type: "string" },
    "no-thinking": { type: "boolean" },
    "web-search": { type: "boolean" },
    image: { type: "string", multiple: true },
    "idle-timeout": { type: "string" },
    json: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  });
  if (values.help) return "help";
  const task = positionals.join(" ").trim();
  if (task === "") throw new UsageError("No task was given.");
  const idle = positive("--idle-timeout", values["idle-timeout"]);
  return {
    task,
    baseUrl: text(values["base-url"]),
    model: text(values.model),
    workspace: text(values.workspace) ?? process.cwd(),
    approve: oneOf("--approve", values.approve, MODES, "ask"),
    context: oneOf("--context", values.context, ["keep", "balanced", "thrifty"], "balanced"),
    session: text(values.session),
    maxCredits: positive("--max-credits", values["max-credits"]),
    maxTurns: positive("--max-turns", values["max-turns"]),
    thinking: values["no-thinking"] !== true,
    webSearch: values["web-search"] === true,
    idleMs: idle === undefined ? undefined : idle * 1000,
    images: Array.isArray(values.image) ? values.image : [],
    json: values.json === true,
  };
}

export function parseJudgeOptions(args: readonly string[]): JudgeOptions | "help" {
  const { values, positionals } = parse(args, {
    shell: { type: "string" },
    workspace: { type: "string" },
    mode: { type: "string" },
    help: { type: "boolean", short: "h" },
  });
  if (values.help) return "help";
  if (positionals.length > 0) throw new UsageError(`Unexpected: ${positionals[0]}`);
  return {
    shell: oneOf("--shell", values.shell, ["bash", "zsh", "pwsh", "cmd"], "bash"),
    workspace: text(values.workspace) ?? process.cwd(),
    mode: oneOf("--mode", values.mode, MODES, "ask"),
  };
}

type Value = string | boolean | readonly string[] | undefined;

function parse(args: readonly string[], options: NonNullable<Parameters<typeof parseArgs>[0]>["options"] & object) {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values: values as Record<string, Value>, positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function text(value: Value): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function oneOf<T extends string>(name: string, value: Value, allowed: readonly T[], otherwise: T): T {
  if (value === undefined) return otherwise;
  const found = allowed.find((item) => item === value);
  if (found === undefined) throw new UsageError(`${name} takes one of ${allowed.join(", ")}.`);
  return found;
}

function positive(name: string, value: Value): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isFinite(number) || number <= 0) throw new UsageError(`${name} takes a number above 0.`);
  return number;
}
