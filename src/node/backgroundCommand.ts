import { StoppedError } from "../agent/errors.ts";
import type { BackgroundState } from "../agent/ports.ts";
import { createLiveOutput, type LiveOutput } from "./output.ts";
import type { Exit, Spawned } from "./spawned.ts";
import { createUnread } from "./unread.ts";

/** A face that shows a background command. */
export interface BackgroundWatcher {
  readonly onOutput: (text: string) => void;
  readonly onEnd: (state: BackgroundState) => void;
}

/** One command that goes on beside the conversation. */
export interface BackgroundCommand {
  readonly state: BackgroundState;
  /** What was printed since the last take. */
  take(): string;
  /** Resolves when there is something new or the command has ended, `waitMs` later at the latest. */
  news(waitMs: number, options: { readonly signal: AbortSignal }): Promise<void>;
  /** Resolves when no process of it is left, or a moment after they were ended by force. */
  stop(): Promise<void>;
  kill(): void;
  watch(watcher: BackgroundWatcher): void;
}

/** What follows within this belongs to one piece of news, … */
const QUIET_MS = 150;
/** … which is given out after this also while more keeps coming. */
const PIECE_MS = 1_000;
/** After the shell's end, how often it is looked whether what it left behind has ended too. */
const LEFTOVER_POLL_MS = 500;
const STOP_WAIT_MS = 3_000;

type Launch = (onOutput: (chunk: Buffer) => void) => Promise<Spawned>;

/** Throws ToolError when it could not start. */
export async function startBackground(id: string, command: string, launch: Launch): Promise<BackgroundCommand> {
  const unread = createUnread();
  const changes = new Set<() => void>();
  const watchers = new Map<BackgroundWatcher, LiveOutput>();
  let exit: Exit | undefined;
  /** What nobody has taken before the end: text takes less room than what it was made of. */
  let rest = "";
  const changed = () => {
    for (const change of changes) change();
  };
  const spawned = await launch((chunk) => {
    unread.push(chunk);
    for (const live of watchers.values()) live.push(chunk);
    changed();
  });
  const state = (): BackgroundState => ({
    id,
    command,
    running: exit === undefined,
    exitCode: exit?.exitCode,
    signal: exit?.signal,
  });
  const over = wholeEnd(spawned).then((end) => {
    exit = end;
    rest = unread.take("last");
    for (const [watcher, live] of watchers) {
      live.end();
      watcher.onEnd(state());
    }
    watchers.clear();
    changed();
  });
  /** Whether something changed before the time was over. */
  const change = (ms: number, signal: AbortSignal): Promise<boolean> =>
    new Promise((resolve, reject) => {
      const settle = (act: () => void) => () => {
        clearTimeout(timer);
        changes.delete(onChange);
        signal.removeEventListener("abort", onAbort);
        act();
      };
      const onChange = settle(() => resolve(true));
      const onAbort = settle(() => reject(new StoppedError()));
      const timer = setTimeout(
        settle(() => resolve(false)),
        ms,
      );
      changes.add(onChange);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  return {
    get state() {
      return state();
    },
    take() {
      if (exit === undefined) return unread.take("more follows");
      const text = rest;
      rest = "";
      return text;
    },
    async news(waitMs, { signal }) {
      if (signal.aborted) throw new StoppedError();
      const until = performance.now() + waitMs;
      const left = () => until - performance.now();
      while (exit === undefined && unread.empty && left() > 0) await change(left(), signal);
      const whole = Math.min(until, performance.now() + PIECE_MS);
      while (exit === undefined && performance.now() < whole) {
        if (!(await change(Math.min(QUIET_MS, whole - performance.now()), signal))) return;
      }
    },
    async stop() {
      if (exit !== undefined) return;
      void spawned.end();
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, STOP_WAIT_MS);
      });
      await Promise.race([over, limit]);
      clearTimeout(timer);
    },
    kill: () => spawned.kill(),
    watch(watcher) {
      if (exit === undefined)
        watchers.set(watcher, createLiveOutput(watcher.onOutput, { most: Number.POSITIVE_INFINITY }));
      else watcher.onEnd(state());
    },
  };
}

/** A shell that ends at once may have put a server behind it: the command ends with the last of its processes. */
async function wholeEnd(spawned: Spawned): Promise<Exit> {
  const exit = await spawned.exit;
  while (await spawned.lives()) await new Promise((resolve) => setTimeout(resolve, LEFTOVER_POLL_MS));
  await spawned.release();
  return exit;
}
