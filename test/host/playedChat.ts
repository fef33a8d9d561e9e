import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before } from "mocha";
import * as vscode from "vscode";
import type { TestApi } from "../../src/extension.ts";
import type { ViewEvent } from "../../src/protocol/view.ts";
import type { ScriptInput } from "../simulator/script.ts";
import { type Simulator, startSimulator } from "../simulator/server.ts";

export type EventOf<T extends ViewEvent["type"]> = Extract<ViewEvent, { type: T }>;

interface EndpointValues {
  readonly endpoint: unknown;
  readonly baseUrl: unknown;
}

/** The real chat of the extension host against a scripted model, for the tests of a `describe`. */
export interface PlayedChat {
  readonly api: TestApi;
  /** The workspace folder. */
  readonly root: string;
  /** Starts a simulator and sends the chat there, in the mode that asks. */
  play(script: ScriptInput): Promise<Simulator>;
  /** The next event of a type that passes the test. */
  next<T extends ViewEvent["type"]>(type: T, test?: (event: EventOf<T>) => boolean): Promise<EventOf<T>>;
  /** How calls and tasks ended, in order. */
  outcomes(): string[];
}

/** `folder` is made in the workspace and removed in the end. */
export function usePlayedChat(folder: string): () => PlayedChat {
  let chat: PlayedChat | undefined;
  let found: EndpointValues | undefined;
  let simulator: Simulator | undefined;

  before(async () => {
    const exports = await vscode.extensions.getExtension<TestApi | undefined>("mimo-agent.mimo-agent")?.activate();
    assert.ok(exports, "the extension gives tests its parts");
    const root = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    assert.ok(root, "a folder is open");
    const values = vscode.workspace.getConfiguration("mimoAgent");
    found = {
      endpoint: values.inspect("endpoint")?.globalValue,
      baseUrl: values.inspect("baseUrl")?.globalValue,
    };
    mkdirSync(join(root, folder), { recursive: true });
    const play = async (script: ScriptInput) => {
      simulator = await startSimulator({ script, keep: true });
      await use({ endpoint: "custom", baseUrl: simulator.url });
      await exports.choices.pick({ mode: "ask" });
      const target = await exports.account.target();
      assert.ok(target.state === "ready" && target.endpoint.baseUrl === simulator.url);
      return simulator;
    };
    await exports.chat.newChat();
    chat = { api: exports, root, play, ...listening(exports) };
  });
  afterEach(async () => {
    await chat?.api.chat.newChat();
    await simulator?.close();
    simulator = undefined;
  });
  after(async () => {
    if (chat) rmSync(join(chat.root, folder), { recursive: true, force: true });
    if (found) await use(found);
  });
  return () => {
    if (!chat) throw new Error("The chat is there during tests only.");
    return chat;
  };
}

function listening({ chat }: TestApi): Pick<PlayedChat, "next" | "outcomes"> {
  return {
    next: (type, test = () => true) =>
      new Promise((resolve) => {
        const subscription = chat.onEvent((event) => {
          if (!isOf(event, type) || !test(event)) return;
          subscription.dispose();
          resolve(event);
        });
      }),
    outcomes: () =>
      chat.events.flatMap((event) => {
        if (event.type === "tool_result") return [event.status];
        return event.type === "end" ? [event.outcome] : [];
      }),
  };
}

function isOf<T extends ViewEvent["type"]>(event: ViewEvent, type: T): event is EventOf<T> {
  return event.type === type;
}

async function use({ endpoint, baseUrl }: EndpointValues): Promise<void> {
  const values = vscode.workspace.getConfiguration("mimoAgent");
  await values.update("endpoint", endpoint, vscode.ConfigurationTarget.Global);
  await values.update("baseUrl", baseUrl, vscode.ConfigurationTarget.Global);
}

/** What was asked of the model so far: status and parsed body. */
export function bodies({ requests }: Simulator) {
  return requests
    .filter(({ path }) => path === "/v1/chat/completions")
    .map(({ status, body }) => ({ status, ...JSON.parse(String(body)) }));
}
