import { randomUUID } from "node:crypto";
import { type Chat, type ChatHead, createChat } from "../agent/chat.ts";
import { AgentError } from "../agent/errors.ts";
import type { AgentEvent } from "../agent/events.ts";
import type { Outgoing } from "../agent/message.ts";
import type { Action, ApprovalMode, Approver, ChatModel, Clock, RequestGate, User } from "../agent/ports.ts";
import { SYSTEM_PROMPT } from "../agent/prompt.ts";
import { type ToolEnv, wireTools } from "../agent/tool.ts";
import { createPolicy } from "../approval/policy.ts";
import { createMimoModel } from "../mimo/client.ts";
import { checkPairing, keyKind } from "../mimo/endpoints.ts";
import { creditsOf } from "../mimo/rates.ts";
import { createBackground, withBackground } from "../node/background.ts";
import { createFacts } from "../node/facts.ts";
import { createFiles } from "../node/files.ts";
import { readInstructions, USER_INSTRUCTIONS } from "../node/instructions.ts";
import type { Root } from "../node/places.ts";
import { createProcessGroups, endOrphans, type ProcessGroups } from "../node/processGroups.ts";
import { createRequestGate } from "../node/requestGate.ts";
import { findRipgrep } from "../node/ripgrep.ts";
import { createSearch } from "../node/search.ts";
import { openSessionFile, type SessionFile } from "../node/sessionFile.ts";
import { createShell } from "../node/shell.ts";
import { timer } from "../node/timer.ts";
import { type FoldedSession, foldSession } from "../sessions/fold.ts";
import { SESSION_VERSION } from "../sessions/format.ts";
import { journalTo } from "../sessions/journal.ts";
import { type ReplayEvent, replayEvents } from "../sessions/replay.ts";
import { allTools } from "../tools/all.ts";
import { mirrorBackground } from "./background.ts";
import { createDiagnostics } from "./diagnostics.ts";
import { createEditorFiles } from "./files.ts";
import type { QueuedMessage } from "./messageQueue.ts";
import { queueFile } from "./queueFile.ts";
import { lockSession, type SessionLock } from "./sessionLock.ts";
import { mirrorShell } from "./shell.ts";
import type { Target } from "./target.ts";

/** What a chat needs of the editor around it. */
export interface ChatWorld {
  readonly roots: () => readonly Root[];
  readonly trusted: () => boolean;
  readonly mode: () => ApprovalMode;
  /** Endpoint and key of the chat in a file. */
  readonly target: (path: string) => Promise<Target>;
  /** How long the endpoint may be silent, in milliseconds. */
  readonly idleMs: () => number;
  /** Where running commands are noted, so that those of a killed window can be ended. */
  readonly processFolder: string;
  /** Where VS Code is installed: its ripgrep is used. */
  readonly appRoot: string;
  readonly approver: Approver;
  readonly user: User;
  /** The next message that was typed meanwhile, taken out of the queue. */
  readonly queued: () => Outgoing | undefined;
  readonly emit: (event: AgentEvent) => void;
  readonly planned: (callId: string, actions: readonly Action[]) => void;
}

export interface OpenChat {
  /** The session's file. */
  readonly path: string;
  readonly chat: Chat;
  readonly files: ToolEnv["files"];
  /** What was said before, for a face to draw. */
  readonly history: readonly ReplayEvent[];
  /** What waited to be sent when the chat was last open. */
  readonly queued: readonly QueuedMessage[];
  /** Puts what waits beside the session. A disk that refuses costs the queue's life after this window only. */
  keepQueue(messages: readonly QueuedMessage[]): void;
  /** Brings up the terminal tab of a command's call. False when there is none (any more). */
  reveal(callId: string): boolean;
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
  const inner = createShell({ groups: processGroups(world.processFolder) });
  const shell = mirrorShell(inner);
  const background = mirrorBackground(createBackground({ shell: inner }));
  const env = toolEnv(world, { shell, background });
  const head = stored ? resumed(file, stored) : begun(file, headOf(world, env), { world, model });
  const chat = createChat(
    {
      model: modelOf(world, path),
      tools: allTools(env),
      env,
      policy: createPolicy({ mode: world.mode, trusted }),
      approver: world.approver,
      clock,
      timer,
      gate: machineGate(),
      facts: withBackground(createFacts({ roots, shellName: () => shell.name, clock, trusted }), background),
      instructions: () => readInstructions({ roots: roots(), user: USER_INSTRUCTIONS, trusted: trusted() }),
      journal: journalTo((record) => file.append(record), clock),
      emit: world.emit,
      planned: world.planned,
      queued: world.queued,
      price: creditsOf,
      newId: randomUUID,
    },
    { head, messages: stored?.messages ?? [], turn: stored?.turn ?? 0, last: stored?.last },
  );
  const queue = queueFile(path);
  return {
    path,
    chat,
    files: env.files,
    history,
    queued: queue.read(),
    keepQueue: queue.write,
    reveal: (callId) => background.reveal(callId) || shell.reveal(),
    sync: () => file.sync(),
    close: async () => {
      shell.dispose();
      background.dispose();
      await file.sync();
      await file.close();
      await lock.release();
    },
  };
}

/** One for all chats of this window. What a window that was killed left running is ended when the first chat opens. */
let groups: ProcessGroups | undefined;
function processGroups(folder: string): ProcessGroups {
  if (!groups) {
    groups = createProcessGroups(folder);
    void endOrphans(folder);
  }
  return groups;
}

/** One for all chats of this window; its file makes it one for the machine. */
let gate: RequestGate | undefined;
function machineGate(): RequestGate {
  gate ??= createRequestGate();
  return gate;
}

/** Frozen for the chat. Without a folder there is nothing to work on; in one that is not trusted, only to read. */
function headOf({ roots, trusted }: ChatWorld, env: ToolEnv): ChatHead {
  const tools = roots().length === 0 ? [] : allTools(env);
  return { system: SYSTEM_PROMPT, tools: wireTools(trusted() ? tools : tools.filter((tool) => tool.readOnly)) };
}

function toolEnv({ roots, appRoot, user }: ChatWorld, commands: Pick<ToolEnv, "shell" | "background">): ToolEnv {
  const ripgrep = findRipgrep({ appRoot, avoid: roots().map((root) => root.path) });
  return {
    ...commands,
    files: createEditorFiles(createFiles({ roots })),
    search: createSearch({ roots, ripgrep: () => ripgrep }),
    user,
    diagnostics: createDiagnostics(),
    seen: new Map(),
  };
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
function modelOf(world: ChatWorld, path: string): ChatModel {
  return {
    async *stream(request, options) {
      yield* (await modelAt(world, path)).stream(request, options);
    },
  };
}

async function modelAt(world: ChatWorld, path: string): Promise<ChatModel> {
  const target = await world.target(path);
  if (target.state === "badAddress") {
    throw new AgentError("bad_request", "The setting mimoAgent.baseUrl holds no usable address.");
  }
  const { endpoint } = target;
  if (target.state === "noKey") throw new AgentError("auth", `No key is set for ${endpoint.host}.`);
  const key = target.key?.key;
  if (key && checkPairing(keyKind(key), endpoint)) {
    throw new AgentError("pairing", `The key belongs to another product than ${endpoint.host}.`);
  }
  return createMimoModel({ endpoint, key: async () => key, idleMs: world.idleMs() });
}
