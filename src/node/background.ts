import { StoppedError, ToolError } from "../agent/errors.ts";
import type { Background, BackgroundState, WorkspaceFacts } from "../agent/ports.ts";
import { type BackgroundCommand, type BackgroundWatcher, startBackground } from "./backgroundCommand.ts";
import { createShell, type NodeShell } from "./shell.ts";
import { type CommandInput, type CommandTab, sentLine } from "./spawned.ts";

export interface BackgroundOptions {
  readonly shell?: Pick<NodeShell, "start" | "output">;
  /** The command of a call seems to wait for somebody's input, or goes on. */
  readonly onWaiting?: (callId: string, prompt: string | undefined) => void;
}

export interface NodeBackground extends Background {
  /** Shows a command to a face from here on, and its end. Does nothing for unknown ids. */
  watch(id: string, watcher: BackgroundWatcher): void;
  /** Ends a command without taking what it printed: the model still reads that. Does nothing for unknown ids. */
  end(id: string): Promise<void>;
  /** What a person types for the command of a call; false when none runs that takes it. */
  input(callId: string, text: string): boolean;
  /** The input of a command, as long as it is known. */
  inputOf(id: string): CommandInput | undefined;
  /** The terminal that shows a command by itself; without one it is seen by `watch` only. */
  tabOf(id: string): CommandTab | undefined;
  /** Ends the command of a call, as `end`; false when there is none. */
  endCall(callId: string): boolean;
  /** Ends at once, by force, whatever still runs. */
  dispose(): void;
}

const MAX_RUNNING = 8;
/** Ended commands that can still be read. */
const MAX_ENDED = 20;

/** Commands of one chat that go on when the task is stopped and end with the chat. */
export function createBackground({ shell = createShell(), onWaiting }: BackgroundOptions = {}): NodeBackground {
  const commands = new Map<string, BackgroundCommand>();
  const calls = new Map<string, string>();
  const ofCall = (callId: string) => commands.get(calls.get(callId) ?? "");
  let begun = 0;
  let starting = 0;
  let disposed = false;
  const running = () => [...commands.values()].filter(({ state }) => state.running);
  const found = (id: string): BackgroundCommand => {
    const command = commands.get(id);
    if (command) return command;
    const there = commands.size === 0 ? "There is none." : `There are: ${[...commands.keys()].join(", ")}.`;
    throw new ToolError(`There is no background command ${id}; they end when the chat is closed. ${there}`);
  };
  return {
    async start(wanted, { signal } = {}) {
      const { command, callId } = wanted;
      if (signal?.aborted) throw new StoppedError();
      if (disposed) throw new ToolError("The chat is closed.");
      if (running().length + starting >= MAX_RUNNING) throw new ToolError(tooMany(running()));
      const id = `bg${++begun}`;
      starting++;
      try {
        const started = await startBackground({
          id,
          command,
          launch: (onOutput) => shell.start(wanted, { onOutput, signal, isBackground: true }),
          output: shell.output,
          onWaiting: (prompt) => onWaiting?.(callId, prompt),
        });
        commands.set(id, started);
        calls.set(callId, id);
        if (disposed) started.kill();
        forgetEnded(commands);
        return started.state;
      } finally {
        starting--;
      }
    },
    async read(id, { waitMs, signal }) {
      const command = found(id);
      await command.news(waitMs, { signal });
      return { output: command.take(), state: command.state };
    },
    async stop(id) {
      const command = found(id);
      await command.stop();
      return { output: command.take(), state: command.state };
    },
    list: () => [...commands.values()].map(({ state }) => state),
    watch: (id, watcher) => commands.get(id)?.watch(watcher),
    end: async (id) => commands.get(id)?.stop(),
    input(callId, text) {
      const command = ofCall(callId);
      if (!command?.state.running || command.input.kind === "none") return false;
      command.input.write(sentLine(text));
      return true;
    },
    inputOf: (id) => commands.get(id)?.input,
    tabOf: (id) => commands.get(id)?.tab,
    endCall(callId) {
      const command = ofCall(callId);
      void command?.stop();
      return command?.state.running === true;
    },
    dispose() {
      disposed = true;
      for (const command of running()) command.kill();
    },
  };
}

function tooMany(running: readonly BackgroundCommand[]): string {
  const ids = running.map(({ state }) => state.id).join(", ");
  return `${MAX_RUNNING} commands run in the background already (${ids}). Stop one with stop_command first.`;
}

function forgetEnded(commands: Map<string, BackgroundCommand>): void {
  const ended = [...commands].filter(([, { state }]) => !state.running);
  for (const [id] of ended.slice(0, Math.max(0, ended.length - MAX_ENDED))) commands.delete(id);
}

/** The facts, and what runs in the background: so the model hears with the next message what has ended meanwhile. */
export function withBackground(facts: WorkspaceFacts, background: Pick<Background, "list">): WorkspaceFacts {
  return {
    async read(options) {
      const line = backgroundLine(background.list());
      const known = await facts.read(options);
      return line === undefined ? known : new Map([...known, ["Background commands", line]]);
    },
  };
}

const MAX_SHOWN = 60;
const ENDED_SHOWN = 3;

/** One line for the model on what runs and what has ended; undefined when there is nothing to say. */
export function backgroundLine(states: readonly BackgroundState[]): string | undefined {
  if (states.length === 0) return undefined;
  const ended = states.filter(({ running }) => !running).slice(-ENDED_SHOWN);
  const told = states.filter((state) => state.running || ended.includes(state));
  return told.map((state) => `${state.id} ${stands(state)} (${shortened(state.command)})`).join("; ");
}

function stands({ running, exitCode, signal }: BackgroundState): string {
  if (running) return "running";
  return exitCode === undefined ? `ended by ${signal ?? "force"}` : `ended, exit ${exitCode}`;
}

function shortened(command: string): string {
  const line = command.trim().replace(/\s+/g, " ");
  return line.length <= MAX_SHOWN ? line : `${line.slice(0, MAX_SHOWN)}…`;
}
