import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
import { createChat, type SendOptions } from "../agent/chat.ts";
import type { AgentEvent } from "../agent/events.ts";
import type { Outgoing } from "../agent/message.ts";
import type { Approver, Clock } from "../agent/ports.ts";
import { SYSTEM_PROMPT } from "../agent/prompt.ts";
import { type ToolEnv, wireTools } from "../agent/tool.ts";
import { createPolicy } from "../approval/policy.ts";
import { createMimoModel } from "../mimo/client.ts";
import { creditsOf } from "../mimo/rates.ts";
import { createBackground, withBackground } from "../node/background.ts";
import { createFacts } from "../node/facts.ts";
import { createFiles, type Root } from "../node/files.ts";
import { createFileTree } from "../node/fileTree.ts";
import { readInstructions, USER_INSTRUCTIONS } from "../node/instructions.ts";
import { createOutputFiles, pruneOutputs } from "../node/outputFiles.ts";
import { createProcessGroups, endOrphans } from "../node/processGroups.ts";
import { proxyFetch } from "../node/proxy.ts";
import { createRequestGate } from "../node/requestGate.ts";
import { findRipgrep } from "../node/ripgrep.ts";
import { createSearch } from "../node/search.ts";
import { createShell } from "../node/shell.ts";
import { timer } from "../node/timer.ts";
import { sessionFailure } from "../sessions/errors.ts";
import { journalTo } from "../sessions/journal.ts";
import { allTools } from "../tools/all.ts";
import { readImages } from "./images.ts";
import { type RunOptions, UsageError } from "./options.ts";
import { jsonReport, type Report, textReport } from "./report.ts";
import { beginSession, openSession, type Session } from "./session.ts";
import { chooseTarget, type Target } from "./target.ts";

/** Where running commands are noted, so that those of a run that was killed are ended by the next one. */
const PROCESS_FOLDER = join(homedir(), ".mimo", "run", "processes");
/** Outputs that are too long for the model, of this run. Those of killed runs are removed by and by. */
const OUTPUT_FOLDER = join(homedir(), ".mimo", "run", "outputs");
const clock: Clock = { now: () => new Date() };

/** Works on one task. Returns the exit code: 0 done, 1 failed, 3 stopped or refused. Throws UsageError. */
export async function run(options: RunOptions, signal: AbortSignal): Promise<number> {
  const target = chooseTarget({ ...options, key: takeKey(), now: clock.now() });
  const roots = await rootsOf(options.workspace);
  const task: Outgoing = { text: options.task, images: await readImages(options.images) };
  const session = await openSession(options.session);
  const report = reportFor(options);
  const refused = { any: false };
  try {
    const { chat, dispose } = await startChat({ options, target, roots, session, report, refused });
    try {
      if (target.replaced) report.event(event({ type: "notice", reason: "model_retired", model: target.model }));
      if (session.hasLoss) report.event(event({ type: "notice", reason: "session_repaired" }));
      const end = await chat.send(task, sendOptions(options, target, signal));
      report.summary();
      if (end.outcome === "failed") return 1;
      return end.outcome === "stopped" || refused.any ? 3 : 0;
    } finally {
      dispose();
    }
  } catch (error) {
    // Whoever reads along learns in the same turn that what was said last is not kept.
    if (sessionFailure(error) === "full") report.event(event({ type: "notice", reason: "storage_full" }));
    if (sessionFailure(error)) report.event(event({ type: "end", outcome: "failed" }));
    throw error;
  } finally {
    await session.close();
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

function reportFor({ json }: RunOptions): Report {
  const out = (text: string) => process.stdout.write(text);
  const err = (text: string) => process.stderr.write(text);
  return json ? jsonReport(out) : textReport(out, err, () => Date.now());
}

interface Setup {
  readonly options: RunOptions;
  readonly target: Target;
  readonly roots: readonly Root[];
  readonly session: Session;
  readonly report: Report;
  readonly refused: { any: boolean };
}

async function startChat({ options, target, roots, session, report, refused }: Setup) {
  const outputs = join(OUTPUT_FOLDER, randomUUID());
  const files = createFiles({ roots: () => roots, outputs: () => outputs });
  const tree = createFileTree({ roots: () => roots });
  void endOrphans(PROCESS_FOLDER);
  void pruneOutputs(OUTPUT_FOLDER);
  const shell = createShell({
    groups: createProcessGroups(PROCESS_FOLDER),
    outputs: createOutputFiles({ folder: outputs }),
  });
  const background = createBackground({ shell });
  const ripgrep = findRipgrep({ avoid: roots.map((root) => root.path) });
  const search = createSearch({ roots: () => roots, ripgrep: () => ripgrep });
  const env: ToolEnv = { files, tree, shell, background, search, seen: new Map() };
  const tools = allTools(env);
  const { stored } = session;
  const head = stored?.head ?? { system: SYSTEM_PROMPT, tools: wireTools(tools) };
  beginSession(session, { head, workspace: roots.map((root) => root.path), model: target.model }, clock);
  const facts = createFacts({ roots: () => roots, shellName: () => shell.name, clock, trusted: () => true });
  const chat = createChat(
    {
      model: createMimoModel({
        endpoint: target.endpoint,
        key: async () => target.key,
        fetch: await proxyFetch(),
        ...(options.idleMs === undefined ? {} : { idleMs: options.idleMs }),
      }),
      tools,
      env,
      policy: createPolicy({ mode: () => options.approve, trusted: () => true }),
      approver: NOBODY,
      clock,
      timer,
      gate: createRequestGate({ server: target.endpoint }),
      facts: withBackground(facts, background),
      instructions: () => readInstructions({ roots, user: USER_INSTRUCTIONS, trusted: true }),
      journal: journalTo(session.append, clock),
      emit: (happened: AgentEvent) => {
        if (happened.type === "tool_result" && happened.status === "denied") refused.any = true;
        report.event(happened);
      },
      planned: () => {},
      price: creditsOf,
      newId: randomUUID,
    },
    { head, messages: stored?.messages ?? [], turn: stored?.turn ?? 0, last: stored?.last },
  );
  const dispose = () => {
    background.dispose();
    shell.dispose();
    rmSync(outputs, { recursive: true, force: true });
  };
  return { chat, dispose };
}

/** Nobody is there to ask: ask means no. */
const NOBODY: Approver = {
  ask: async ({ reason }) => ({
    decision: "deny",
    reason: `nobody is here to approve it, and it needs approval because ${reason}.`,
  }),
};

function sendOptions(options: RunOptions, { model }: Target, signal: AbortSignal): SendOptions {
  const { thinking, webSearch, maxTurns, maxCredits } = options;
  return {
    signal,
    model,
    thinking,
    webSearch,
    ...(maxTurns === undefined ? {} : { maxTurns }),
    ...(maxCredits === undefined ? {} : { maxCredits }),
  };
}

/** One that does not come from the chat. */
function event(
  body:
    | { readonly type: "notice"; readonly reason: string; readonly model?: string }
    | { readonly type: "end"; readonly outcome: "failed" },
): AgentEvent {
  return { ...body, at: clock.now().toISOString(), turn: 0 };
}
