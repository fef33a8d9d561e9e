import { StoppedError } from "../agent/errors.ts";
import type { BackgroundState } from "../agent/ports.ts";
import { createLiveOutput, createOutputBuffer, type LiveOutput, type OutputOptions } from "./output.ts";
import { watchWaiting } from "./shellWaiting.ts";
import type { CommandInput, CommandTab, Exit, Spawned } from "./spawned.ts";

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
  /** What a person types for it. */
  readonly input: CommandInput;
  /** The terminal that shows it by itself. */
  readonly tab: CommandTab | undefined;
}

/** What follows within this belongs to one piece of news, … */
const QUIET_MS = 150;
/** … which is given out after this also while more keeps coming. */
const PIECE_MS = 1_000;
/** After the shell's end, how often it is looked whether what it left behind has ended too. */
const LEFTOVER_POLL_MS = 500;
const STOP_WAIT_MS = 3_000;

export interface BackgroundParts {
  readonly id: string;
  readonly command: string;
  readonly launch: (onOutput: (chunk: Buffer) => void) => Promise<Spawned>;
  readonly output: OutputOptions;
  /** It seems to wait for somebody's input, or goes on. */
  readonly onWaiting?: ((prompt: string | undefined) => void) | undefined;
}

/** Throws ToolError when it could not start. */
export async function startBackground(parts: BackgroundParts): Promise<BackgroundCommand> {
  const { id, command, launch, output, onWaiting = () => {} } = parts;
  const unread = createOutputBuffer(output);
  const changes = new Set<() => void>();
  const watchers = new Map<BackgroundWatcher, LiveOutput>();
  let exit: Exit | undefined;
  /** What nobody has taken before the end: text takes less room than what it was made of. */
  let rest = "";
  const changed = () => {
    for (const change of changes) change();
  };
  let listen = (_chunk: Buffer) => {};
  const spawned = await launch((chunk) => {
    unread.push(chunk);
    for (const live of watchers.values()) live.push(chunk);
    listen(chunk);
    changed();
  });
  const waiting =
    spawned.input.kind === "open"
      ? watchWaiting({ readsInput: spawned.input.isRead, onWaiting, onUnprompted: () => {} })
      : undefined;
  const heard =
    waiting && createLiveOutput((text) => waiting.output(text), { ...output, most: Number.POSITIVE_INFINITY });
  listen = (chunk) => heard?.push(chunk);
  const state = (): BackgroundState => ({
    id,
    command,
    running: exit === undefined,
    exitCode: exit?.exitCode,
    signal: exit?.signal,
  });
  const over = wholeEnd(spawned).then((end) => {
    exit = end;
    waiting?.end();
    heard?.end();
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
      if (exit === undefined) return unread.take("more follows") + noteOf(waiting?.prompt);
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
    tab: spawned.tab,
    input: {
      ...spawned.input,
      write: (text) => {
        waiting?.input();
        spawned.input.write(text);
      },
    },
    watch(watcher) {
      if (exit === undefined)
        watchers.set(watcher, createLiveOutput(watcher.onOutput, { ...output, most: Number.POSITIVE_INFINITY }));
      else watcher.onEnd(state());
    },
  };
}

function noteOf(prompt: string | undefined): string {
  return prompt === undefined ? "" : `\n[it seems to wait for somebody's input: ${JSON.stringify(prompt)}]\n`;
}

/** A shell that ends at once may have put a server behind it: the command ends with the last of its processes. */
async function wholeEnd(spawned: Spawned): Promise<Exit> {
  const exit = await spawned.exit;
  while (await spawned.lives()) await new Promise((resolve) => setTimeout(resolve, LEFTOVER_POLL_MS));
  await spawned.release();
  return exit;
}
