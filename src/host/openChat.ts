import { randomUUID } from "node:crypto";
import { type Chat, createChat } from "../agent/chat.ts";
import { AgentError } from "../agent/errors.ts";
import type { AgentEvent } from "../agent/events.ts";
import type { Outgoing } from "../agent/message.ts";
import type { Action, ApprovalMode, Approver, ChatModel, Clock, User } from "../agent/ports.ts";
import { SYSTEM_PROMPT } from "../agent/prompt.ts";
import { type ToolEnv, wireTools } from "../agent/tool.ts";
import { createPolicy } from "../approval/policy.ts";
import { createMimoModel } from "../mimo/client.ts";
import { checkPairing, type Endpoint, keyKind } from "../mimo/endpoints.ts";
import { describeModel } from "../mimo/models.ts";
import { creditsOf } from "../mimo/rates.ts";
import { withBackground } from "../node/background.ts";
import { createFacts } from "../node/facts.ts";
import { type FileLock, lockFile } from "../node/fileLock.ts";
import { readInstructions, USER_INSTRUCTIONS } from "../node/instructions.ts";
import type { Root } from "../node/places.ts";
import { gateTo } from "../node/requestGate.ts";
import { openSessionFile, type SessionFile } from "../node/sessionFile.ts";
import { timer } from "../node/timer.ts";
import { SessionError } from "../sessions/errors.ts";
import { foldSession, hasLoss } from "../sessions/fold.ts";
import { SESSION_VERSION, type SessionHead, type SessionRecord } from "../sessions/format.ts";
import { journalTo } from "../sessions/journal.ts";
import { mendSession } from "../sessions/mend.ts";
import { type ReplayEvent, replayEvents } from "../sessions/replay.ts";
import { userMessages } from "../sessions/rewind.ts";
import { allTools } from "../tools/all.ts";
import { type ChatEnv, chatEnv, type Kept } from "./chatEnv.ts";
import { ChatRestore } from "./chatRestore.ts";
import type { Log } from "./log.ts";
import type { QueuedMessage } from "./messageQueue.ts";
import { queueFile } from "./queueFile.ts";
import type { TerminalMode } from "./shell.ts";
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
  /** What runs commands; looked up for every one. */
  readonly terminal: () => TerminalMode;
  /** Where earlier contents of files are kept, of all workspaces, and how many bytes they may take: 0 keeps none. */
  readonly checkpointFolder: string;
  readonly checkpointBytes: () => number;
  /** Where VS Code is installed: its ripgrep is used. */
  readonly appRoot: string;
  readonly approver: Approver;
  readonly user: User;
  /** The next message that was typed meanwhile, taken out of the queue. */
  readonly queued: () => Outgoing | undefined;
  readonly emit: (event: AgentEvent) => void;
  readonly planned: (callId: string, actions: readonly Action[]) => void;
  /** A command seems to wait for input, or goes on (undefined). */
  readonly waiting: (callId: string, prompt: string | undefined) => void;
  /** What waits for review, or what runs beside the chat, is other than before. */
  readonly changed: () => void;
  readonly log: Log;
}

export interface OpenChat {
  /** The session's file. */
  readonly path: string;
  readonly chat: Chat;
  readonly files: ToolEnv["files"];
  /** What was said so far, for a face to draw; made anew every time. */
  readonly history: readonly ReplayEvent[];
  /** How many messages the user has sent in this session: the ordinal of the last one. */
  readonly sent: number;
  /** What remembers how files were; undefined when nothing is kept. */
  readonly kept: Kept | undefined;
  readonly restore: ChatRestore;
  readonly running: ChatEnv["running"];
  /** What somebody types for a command that waits. False when none takes it. */
  readonly input: ChatEnv["input"];
  /** Ends one command that runs beside the chat. */
  endCommand(callId: string): void;
  /** A part of the file could not be read and was passed over. */
  readonly isDamaged: boolean;
  /** What waited to be sent when the chat was last open. */
  readonly queued: readonly QueuedMessage[];
  /** Puts what waits beside the session. A disk that refuses costs the queue's life after this window only. */
  keepQueue(messages: readonly QueuedMessage[]): void;
  /** Brings up the terminal tab of a command's call. False when there is none (any more). */
  reveal(callId: string): boolean;
  /** To the disk: a power cut after this loses nothing. */
  sync(): Promise<void>;
  /** Resolves with what the disk refused: the next opening of the file writes it. */
  close(): Promise<readonly SessionRecord[]>;
}

const clock: Clock = { now: () => new Date() };

export interface ChatPlace {
  /** The session's file. */
  readonly path: string;
  /** Of a session that begins here. */
  readonly model: string;
  /** "refuse" for a session that was there before, and may have been deleted since. */
  readonly missing: "create" | "refuse";
  /** What an earlier opening of this file could not write. */
  readonly unwritten?: readonly SessionRecord[];
}

/** Opens the session at `path` and goes on where it ended; begins one there when there is none. Throws SessionError. */
export async function openChat(world: ChatWorld, place: ChatPlace): Promise<OpenChat> {
  const { path, missing, unwritten = [] } = place;
  const lock = await lockFile(path, { waitMs: 0 });
  if (!lock) throw new SessionError("in_use", `${path} is open in another window.`);
  try {
    const file = await openSessionFile(path, { lock, missing, unwritten });
    try {
      const own = chatEnv(world, path);
      try {
        return connect(world, file, { ...place, lock, own });
      } catch (error) {
        await own.close();
        throw error;
      }
    } catch (error) {
      await file.close();
      throw error;
    }
  } catch (error) {
    await lock.release();
    throw error;
  }
}

interface Connected {
  readonly lock: FileLock;
  readonly own: ChatEnv;
}

function connect(world: ChatWorld, file: SessionFile, place: ChatPlace & Connected): OpenChat {
  const { path, model, lock, own } = place;
  const { roots, trusted } = world;
  const { env, shell, background, kept } = own;
  const records = [...file.records];
  let sent = userMessages(records);
  const append = (record: SessionRecord) => {
    file.append(record);
    records.push(record);
    if (record.type !== "message" || record.message.role !== "user") return;
    sent++;
    restore.forget();
    kept?.checkpoints.beginMessage(sent).catch((error) => world.log.error("a message has no checkpoint", error));
    kept?.checkpoints.prepare();
  };
  const fresh = headOf({ world, env, model });
  const stored = foldSession(file.records, { damage: file.damage, head: fresh });
  if (stored) mendSession(stored, append, clock.now().toISOString());
  else append(fresh);
  const { system, tools } = stored?.head ?? fresh;
  const chat = createChat(
    {
      model: modelOf(world, path),
      tools: allTools(env),
      env,
      policy: createPolicy({ mode: world.mode, trusted }),
      approver: world.approver,
      clock,
      timer,
      gate: gateTo(() => serverOf(world, path)),
      facts: withBackground(createFacts({ roots, shellName: () => shell.name, clock, trusted }), background),
      instructions: () => readInstructions({ roots: roots(), user: USER_INSTRUCTIONS, trusted: trusted() }),
      journal: journalTo(append, clock),
      emit: world.emit,
      planned: (callId, actions) => {
        if (actions.some(({ kind }) => kind !== "read")) kept?.checkpoints.beginCall(callId);
        world.planned(callId, actions);
      },
      waiting: world.waiting,
      queued: world.queued,
      price: creditsOf,
      newId: randomUUID,
    },
    { head: { system, tools }, messages: stored?.messages ?? [], turn: stored?.turn ?? 0, last: stored?.last },
  );
  const restore = new ChatRestore({ chat, records, checkpoints: kept?.checkpoints });
  const queue = queueFile(path);
  return {
    path,
    chat,
    files: env.files,
    get history() {
      return replayEvents(records, { modelName: (id) => describeModel(id).name });
    },
    get sent() {
      return sent;
    },
    kept,
    restore,
    running: own.running,
    input: own.input,
    endCommand: (callId) => void background.end(callId),
    isDamaged: stored !== undefined && hasLoss(stored),
    queued: queue.read(),
    keepQueue: queue.write,
    reveal: own.reveal,
    sync: () => file.sync(),
    close: async () => {
      await own.close();
      // What the disk refuses now is handed on; nothing of it may keep the lock.
      await file.sync().catch(() => {});
      await file.close();
      await lock.release();
      return file.unwritten;
    },
  };
}

/** Frozen for the chat. Without a folder there is nothing to work on; in one that is not trusted, only to read. */
function headOf({ world, env, model }: { world: ChatWorld; env: ToolEnv; model: string }): SessionHead {
  const { roots, trusted } = world;
  const all = roots().length === 0 ? [] : allTools(env);
  return {
    v: SESSION_VERSION,
    type: "session",
    id: randomUUID(),
    at: clock.now().toISOString(),
    workspace: roots().map((root) => root.path),
    model,
    system: SYSTEM_PROMPT,
    tools: wireTools(trusted() ? all : all.filter((tool) => tool.readOnly)),
  };
}

/** Endpoint and key are looked up for every request: both may change while a chat is open. */
function modelOf(world: ChatWorld, path: string): ChatModel {
  return {
    async *stream(request, options) {
      yield* (await modelAt(world, path)).stream(request, options);
    },
  };
}

async function serverOf(world: ChatWorld, path: string): Promise<Endpoint | undefined> {
  const target = await world.target(path);
  return target.state === "badAddress" ? undefined : target.endpoint;
}

async function modelAt(world: ChatWorld, path: string): Promise<ChatModel> {
  const target = await world.target(path);
  if (target.state === "badAddress") {
    throw new AgentError("bad_request", "The setting mimoAgent.baseUrl holds no usable address.");
  }
  const { endpoint } = target;
  if (target.state === "noKey") {
    throw new AgentError("auth", `No key is set for ${endpoint.host}.`, { detail: "key_missing" });
  }
  const key = target.key?.key;
  if (key && checkPairing(keyKind(key), endpoint)) {
    throw new AgentError("pairing", `The key belongs to another product than ${endpoint.host}.`);
  }
  return createMimoModel({ endpoint, key: async () => key, idleMs: world.idleMs() });
}
