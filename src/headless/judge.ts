import { basename, resolve } from "node:path";
import * as z from "zod";
import type { Action, Policy, Verdict } from "../agent/ports.ts";
import { createPolicy } from "../approval/policy.ts";
import { createFiles } from "../node/files.ts";
import { linesOf } from "../node/lines.ts";
import type { JudgeOptions } from "./options.ts";

const Question = z.union([
  z.strictObject({ command: z.string() }),
  z.strictObject({ path: z.string(), access: z.enum(["read", "write"]) }),
]);

/** Says what the policy would do, for scripts and checks: a JSON line in, a compact verdict out, in order. */
export async function judge(
  options: JudgeOptions,
  input: NodeJS.ReadableStream,
  write: (text: string) => void,
): Promise<void> {
  const path = resolve(options.workspace);
  const files = createFiles({ roots: () => [{ name: basename(path), path }] });
  const policy = createPolicy({ mode: () => options.mode, trusted: () => true });
  for await (const line of linesOf(input)) {
    const { verdict, reason } = await verdictOf(line, policy, files);
    write(`${JSON.stringify({ verdict, reason })}\n`);
  }
}

async function verdictOf(line: string, policy: Policy, files: ReturnType<typeof createFiles>): Promise<Verdict> {
  const question = readQuestion(line);
  if (!question) return { verdict: "ask", reason: "the line could not be read" };
  try {
    return policy.judge(await actionOf(question, files));
  } catch {
    return { verdict: "ask", reason: "the path could not be resolved" };
  }
}

function readQuestion(line: string): z.infer<typeof Question> | undefined {
  try {
    const parsed = Question.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

async function actionOf(question: z.infer<typeof Question>, files: ReturnType<typeof createFiles>): Promise<Action> {
  if ("command" in question) return { kind: "command", command: question.command, cwd: await files.locate(".") };
  const place = await files.locate(question.path);
  if (question.access === "read") return { kind: "read", place };
  const change = { shown: place.shown, path: place.path, added: 0, removed: 0, hunks: [], truncated: false };
  return { kind: "write", place, change: { ...change, kind: place.kind === "missing" ? "create" : "edit" } };
}
