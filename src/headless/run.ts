import { randomUUID } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { createChat } from "../agent/chat.ts";
import type { AgentEvent } from "../agent/events.ts";
import type { Approver, Clock } from "../agent/ports.ts";
import { SYSTEM_PROMPT } from "../agent/prompt.ts";
import { type ToolEnv, wireTools } from "../agent/tool.ts";
import { createPolicy } from "../approval/policy.ts";
import { createMimoModel } from "../mimo/client.ts";
import { creditsOf } from "../mimo/rates.ts";
import { createFacts } from "../node/facts.ts";
import { createFiles, type Root } from "../node/files.ts";
import { readInstructions, USER_INSTRUCTIONS } from "../node/instructions.ts";
import { findRipgrep } from "../node/ripgrep.ts";
import { createSearch } from "../node/search.ts";
import { openSessionFile, type SessionFile } from "../node/sessionFile.ts";
import { createShell } from "../node/shell.ts";
import { type FoldedSession, foldSession } from "../sessions/fold.ts";
import { SESSION_VERSION, type SessionRecord } from "../sessions/format.ts";
import { journalTo } from "../sessions/journal.ts";
import { allTools } from "../tools/all.ts";
import { type RunOptions, UsageError } from "./options.ts";
import { jsonReport, type Report, textReport } from "./report.ts";
import { chooseTarget, type Target } from "./target.ts";

const clock: Clock = { now: () => new Date() };

/** Works on one task. Returns the exit code: 0 done, 1 failed, 3 stopped or refused. Throws UsageError. */
export async function run(options: RunOptions, signal: AbortSignal): Promise<number> {
  const target = chooseTarget({ ...options, key: takeKey(), now: clock.now() });
  const roots = await rootsOf(options.workspace);
  const stored = options.session === undefined ? undefined : await openStored(options.session);
  const report = options.json
    ? jsonReport((text) => process.stdout.write(text))
    : textReport(
        (text) => process.stdout.write(text),
        (text) => process.stderr.write(text),
        () => Date.now(),
      );
  const refused = { any: false };
  const { chat, shell } = startChat({ options, target, roots, stored, report, refused });
  try {
    if (target.replaced) report.event(notice("model_retired"));
    const end = await chat.send(options.task, {
      ...limitsOf(options),
      signal,
      model: target.model,
      thinking: options.thinking,
    });
    report.summary();
    if (end.outcome === "failed") return 1;
    return end.outcome === "stopped" || refused.any ? 3 : 0;
  } finally {
    shell.dispose();
    await stored?.file.sync().catch(() => {});
    await stored?.file.close();
  }
}

/** The key leaves the environment at once, so that no child process can inherit it. */
function takeKey(): string | undefined {
  const key = process.env.MIMO_API_KEY?.trim();
  delete process.env.MIMO_API_KEY;
  return key || undefined;
}

async function rootsOf(workspace: string): Promise<Root[]> {
  const path = resolve(workspace);
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory()) throw new UsageError(`--workspace is not a folder: ${workspace}`);
  return [{ name: basename(path), path }];
}

interface Stored {
  readonly file: SessionFile;
  readonly session: FoldedSession | undefined;
}

async function openStored(path: string): Promise<Stored> {
  const file = await openSessionFile(resolve(path));
  const session = foldSession(file.records);
  if (!session && file.records.length > 0) {
    await file.close();
    throw new UsageError(`--session names a file that is not a session: ${path}`);
  }
  return { file, session };
}

interface Setup {
  readonly options: RunOptions;
  readonly target: Target;
  readonly roots: readonly Root[];
  readonly stored: Stored | undefined;
  readonly report: Report;
  readonly refused: { any: boolean };
}

function startChat({ options, target, roots, stored, report, refused }: Setup) {
  const tools = allTools();
  const files = createFiles({ roots: () => roots });
  const shell = createShell({});
  const ripgrep = findRipgrep({ avoid: roots.map((root) => root.path) });
  const env: ToolEnv = {
    files,
    shell,
    search: createSearch({ roots: () => roots, ripgrep: () => ripgrep }),
    seen: new Map(),
  };
  const append = (record: SessionRecord) => stored?.file.append(record);
  const head = stored?.session?.head ?? { system: SYSTEM_PROMPT, tools: wireTools(tools) };
  if (stored) beginFile(stored, { head, roots, model: target.model });
  const chat = createChat(
    {
      model: createMimoModel({ endpoint: target.endpoint, key: async () => target.key }),
      tools,
      env,
      policy: createPolicy({ mode: () => options.approve, trusted: () => true }),
      approver: NOBODY,
      clock,
      facts: createFacts({ roots: () => roots, shellName: () => shell.name, clock, trusted: () => true }),
      instructions: () => readInstructions({ roots, user: USER_INSTRUCTIONS, trusted: true }),
      journal: journalTo(append, clock),
      emit: (event: AgentEvent) => {
        if (event.type === "tool_result" && event.status === "denied") refused.any = true;
        report.event(event);
      },
      planned: () => {},
      price: creditsOf,
      newId: randomUUID,
    },
    { head, messages: stored?.session?.messages ?? [], turn: stored?.session?.turn ?? 0, last: stored?.session?.last },
  );
  return { chat, shell };
}

/** Nobody is there to ask: ask means no. */
const NOBODY: Approver = {
  ask: async ({ reason }) => ({
    decision: "deny",
    reason: `nobody is here to approve it, and it needs approval because ${reason}.`,
  }),
};

function beginFile(
  { file, session }: Stored,
  start: {
    head: { system: string; tools: ReturnType<typeof wireTools> | FoldedSession["head"]["tools"] };
    roots: readonly Root[];
    model: string;
  },
): void {
  const at = clock.now().toISOString();
  if (session) {
    for (const message of session.repairs) file.append({ type: "message", at, message });
    return;
  }
  file.append({
    v: SESSION_VERSION,
    type: "session",
    id: randomUUID(),
    at,
    workspace: start.roots.map((root) => root.path),
    model: start.model,
    system: start.head.system,
    tools: [...start.head.tools],
  });
}

function limitsOf({ maxTurns, maxCredits }: RunOptions) {
  return { ...(maxTurns === undefined ? {} : { maxTurns }), ...(maxCredits === undefined ? {} : { maxCredits }) };
}

function notice(reason: string): AgentEvent {
  return { type: "notice", at: clock.now().toISOString(), turn: 0, reason };
}
