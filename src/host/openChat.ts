import { randomUUID } from "node:crypto";
import { type Chat, type ChatHead, createChat } from "../agent/chat.ts";
import { AgentError } from "../agent/errors.ts";
import type { AgentEvent } from "../agent/events.ts";
import type { Action, ApprovalMode, Approver, ChatModel, ChatRequest, Clock } from "../agent/ports.ts";
import { SYSTEM_PROMPT } from "../agent/prompt.ts";
import { type AnyTool, type ToolEnv, wireTools } from "../agent/tool.ts";
import { createPolicy } from "../approval/policy.ts";
import { createMimoModel } from "../mimo/client.ts";
import { checkPairing, keyKind } from "../mimo/endpoints.ts";
import { creditsOf } from "../mimo/rates.ts";
import { createFacts } from "../node/facts.ts";
import { createFiles } from "../node/files.ts";
import { readInstructions, USER_INSTRUCTIONS } from "../node/instructions.ts";
import type { Root } from "../node/places.ts";
import { findRipgrep } from "../node/ripgrep.ts";
import { createSearch } from "../node/search.ts";
import { openSessionFile, type SessionFile } from "../node/sessionFile.ts";
import { createShell } from "../node/shell.ts";
import { type FoldedSession, foldSession } from "../sessions/fold.ts";
import { SESSION_VERSION } from "../sessions/format.ts";
import { journalTo } from "../sessions/journal.ts";
import { type ReplayEvent, replayEvents } from "../sessions/replay.ts";
import { allTools } from "../tools/all.ts";
import { createEditorFiles } from "./files.ts";
import { lockSession, type SessionLock } from "./sessionLock.ts";
import { type MirroredShell, mirrorShell } from "./shell.ts";
import type { Target } from "./target.ts";

/** What a chat needs of the editor around it. */
export interface ChatWorld {
  readonly roots: () => readonly Root[];
  readonly trusted: () => boolean;
  readonly mode: () => ApprovalMode;
  readonly target: () => Promise<Target>;
  /** Where VS Code is installed: its ripgrep is used. */
  readonly appRoot: string;
  readonly approver: Approver;
  readonly emit: (event: AgentEvent) => void;
  readonly planned: (callId: string, actions: readonly Action[]) => void;
}

export interface OpenChat {
  /** The session's file. */
  readonly path: string;
  readonly chat: Chat;
  readonly shell: MirroredShell;
  readonly files: ToolEnv["files"];
  /** What was said before, for a face to draw. */
  readonly history: readonly ReplayEvent[];
  /** To the disk: a power cut after this loses nothing. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Another window has this chat open. */
export class ChatInUse extends Error {
  constructor() {
    super("The chat is open in another window.");
    this.name = "ChatInUse";
  }
}

const clock: Clock = { now: () => new Date() };

export interface ChatPlace {
  /** The session's file. */
  readonly path: string;
  /** Of a session that begins here. */
  readonly model: string;
}

/** Opens the session at `path` and goes on where it ended; begins one there when there is none. Throws ChatInUse. */
export async function openChat(world: ChatWorld, start: ChatPlace): Promise<OpenChat> {
  const lock = await lockSession(start.path, { waitMs: 0 });
  if (!lock) throw new ChatInUse();
  let file: SessionFile | undefined;
  try {
    file = await openSessionFile(start.path);
    return connect(world, file, { ...start, lock });
  } catch (error) {
    await file?.close();
    await lock.release();
    throw error;
  }
}

function connect(world: ChatWorld, file: SessionFile, start: ChatPlace & { readonly lock: SessionLock }): OpenChat {
  const { path, model, lock } = start;
  const { roots, trusted } = world;
  const history = replayEvents(file.records);
  const stored = foldSession(file.records);
  if (!stored && file.records.length > 0) throw new Error("The file is not a session.");
  const head = stored ? resumed(file, stored) : begun(file, headOf(world), { world, model });
  const files = createEditorFiles(createFiles({ roots }));
  const shell = mirrorShell(createShell({}));
  const ripgrep = findRipgrep({ appRoot: world.appRoot, avoid: roots().map((root) => root.path) });
  const env: ToolEnv = {
    files,
    shell,
    search: createSearch({ roots, ripgrep: () => ripgrep }),
    seen: new Map(),
  };
  const chat = createChat(
    {
      model: modelOf(world),
      tools: allTools(),
      env,
      policy: createPolicy({ mode: world.mode, trusted }),
      approver: world.approver,
      clock,
      facts: createFacts({ roots, shellName: () => shell.name, clock, trusted }),
      instructions: () => readInstructions({ roots: roots(), user: USER_INSTRUCTIONS, trusted: trusted() }),
      journal: journalTo((record) => file.append(record), clock),
      emit: world.emit,
      planned: world.planned,
      price: creditsOf,
      newId: randomUUID,
    },
    { head, messages: stored?.messages ?? [], turn: stored?.turn ?? 0, last: stored?.last },
  );
  return {
    path,
    chat,
    shell,
    files,
    history,
    sync: () => file.sync(),
    close: async () => {
      shell.dispose();
      await file.sync();
      await file.close();
      await lock.release();
    },
  };
}

/** Frozen for the chat. Without a folder there is nothing to work on; in one that is not trusted, only to read. */
function headOf({ roots, trusted }: ChatWorld): ChatHead {
  return {
    system: SYSTEM_PROMPT,
    tools: wireTools(roots().length === 0 ? [] : allTools().filter(mayOffer(trusted()))),
  };
}

function mayOffer(trusted: boolean): (tool: AnyTool) => boolean {
  return (tool) => trusted || tool.readOnly;
}

function resumed(file: SessionFile, { head, repairs }: FoldedSession): ChatHead {
  const at = clock.now().toISOString();
  for (const message of repairs) file.append({ type: "message", at, message });
  return { system: head.system, tools: head.tools };
}

function begun(file: SessionFile, head: ChatHead, { world, model }: { world: ChatWorld; model: string }): ChatHead {
  file.append({
    v: SESSION_VERSION,
    type: "session",
    id: randomUUID(),
    at: clock.now().toISOString(),
    workspace: world.roots().map((root) => root.path),
    model,
    system: head.system,
    tools: [...head.tools],
  });
  return head;
}

/** Endpoint and key are looked up for every request: both may change while a chat is open. */
function modelOf(world: ChatWorld): ChatModel {
  return { stream: (request, options) => streamFrom(world, request, options) };
}

async function* streamFrom(world: ChatWorld, request: ChatRequest, options: { readonly signal: AbortSignal }) {
  const target = await world.target();
  if (target.state === "badAddress") {
    throw new AgentError("bad_request", "The setting mimoAgent.baseUrl holds no usable address.");
  }
  const { endpoint } = target;
  if (target.state === "noKey") throw new AgentError("auth", `No key is set for ${endpoint.host}.`);
  const key = target.key?.key;
  if (key && checkPairing(keyKind(key), endpoint)) {
    throw new AgentError("pairing", `The key belongs to another product than ${endpoint.host}.`);
  }
  yield* createMimoModel({ endpoint, key: async () => key }).stream(request, options);
}
