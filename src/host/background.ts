import type * as vscode from "vscode";
import type { Background } from "../agent/ports.ts";
import type { NodeBackground } from "../node/background.ts";
import type { CommandTab } from "../node/spawned.ts";
import { endingOf } from "./shell.ts";
import { CommandTerminal } from "./terminal.ts";

export interface MirroredBackground extends Background, vscode.Disposable {
  /** Brings up the terminal tab of a call's command. False when there is none (any more). */
  reveal(callId: string): boolean;
  /** What a person types for a call's command; false when none runs that takes it. */
  input(callId: string, text: string): boolean;
  /** Ends a call's command; the model still reads what it printed. False when none runs. */
  end(callId: string): boolean;
}

/** Tabs of commands that have ended; older ones are closed. */
const MAX_ENDED_TABS = 5;
const MAX_TITLE = 40;

/** Runs commands by `inner` and mirrors each into a terminal tab of its own. Closing the tab ends its command. */
export function mirrorBackground(inner: NodeBackground): MirroredBackground {
  const tabs = new Map<string, CommandTerminal>();
  const shown = new Map<string, CommandTab>();
  const ended: string[] = [];
  const close = (callId: string) => {
    tabs.get(callId)?.dispose();
    tabs.delete(callId);
  };
  return {
    async start(command, options) {
      const state = await inner.start(command, options);
      const own = inner.tabOf(state.id);
      if (own) {
        shown.set(command.callId, own);
        return state;
      }
      const title = titleOf(state.id, command.command);
      const terminal = new CommandTerminal({
        interrupted: () => void inner.end(state.id),
        input: () => inner.inputOf(state.id),
        titles: { running: title, idle: title },
      });
      close(command.callId);
      tabs.set(command.callId, terminal);
      terminal.begin(command.command, command.cwd);
      inner.watch(state.id, {
        onOutput: (text) => terminal.output(text),
        onEnd: (end) => {
          terminal.end(endingOf(end));
          ended.push(command.callId);
          for (const callId of ended.splice(0, Math.max(0, ended.length - MAX_ENDED_TABS))) close(callId);
        },
      });
      return state;
    },
    read: (id, options) => inner.read(id, options),
    stop: (id) => inner.stop(id),
    list: () => inner.list(),
    reveal(callId) {
      const own = shown.get(callId);
      if (own) return own.reveal();
      const terminal = tabs.get(callId);
      terminal?.show();
      return terminal?.exists ?? false;
    },
    input(callId, text) {
      const isTaken = inner.input(callId, text);
      if (isTaken) tabs.get(callId)?.typed(text);
      return isTaken;
    },
    end: (callId) => inner.endCall(callId),
    dispose() {
      inner.dispose();
      for (const callId of [...tabs.keys()]) close(callId);
    },
  };
}

/** What the model wrote must not steer or hide the title. */
function titleOf(id: string, command: string): string {
  const words = command.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return `MiMo ${id}: ${words.length <= MAX_TITLE ? words : `${words.slice(0, MAX_TITLE)}…`}`;
}
