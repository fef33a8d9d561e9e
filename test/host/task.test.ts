import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "mocha";
import * as vscode from "vscode";
import type { TestApi } from "../../src/extension.ts";
import type { ViewEvent } from "../../src/protocol/view.ts";
import type { ScriptInput } from "../simulator/script.ts";
import { type Simulator, startSimulator } from "../simulator/server.ts";

type EventOf<T extends ViewEvent["type"]> = Extract<ViewEvent, { type: T }>;

interface EndpointValues {
  readonly endpoint: unknown;
  readonly baseUrl: unknown;
}

const FOLDER = "mimo-task-test";

describe("a task in the extension host", () => {
  let api: TestApi;
  let root: string;
  let found: EndpointValues;
  let simulator: Simulator | undefined;

  before(async () => {
    const extension = vscode.extensions.getExtension<TestApi | undefined>("mimo-agent.mimo-agent");
    const exports = await extension?.activate();
    assert.ok(exports, "the extension gives tests its parts");
    api = exports;
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    assert.ok(folder, "a folder is open");
    root = folder;
    const values = vscode.workspace.getConfiguration("mimoAgent");
    found = {
      endpoint: values.inspect("endpoint")?.globalValue,
      baseUrl: values.inspect("baseUrl")?.globalValue,
    };
    mkdirSync(join(root, FOLDER), { recursive: true });
  });
  afterEach(async () => {
    await api.chat.newChat();
    await simulator?.close();
    simulator = undefined;
  });
  after(async () => {
    rmSync(join(root, FOLDER), { recursive: true, force: true });
    await use(found);
  });

  async function use({ endpoint, baseUrl }: EndpointValues): Promise<void> {
    const values = vscode.workspace.getConfiguration("mimoAgent");
    await values.update("endpoint", endpoint, vscode.ConfigurationTarget.Global);
    await values.update("baseUrl", baseUrl, vscode.ConfigurationTarget.Global);
  }

  async function play(script: ScriptInput): Promise<Simulator> {
    simulator = await startSimulator({ script, keep: true });
    await use({ endpoint: "custom", baseUrl: simulator.url });
    await api.choices.pick({ mode: "ask" });
    const target = await api.account.target();
    assert.ok(target.state === "ready" && target.endpoint.baseUrl === simulator.url);
    return simulator;
  }

  function next<T extends ViewEvent["type"]>(
    type: T,
    test: (event: EventOf<T>) => boolean = () => true,
  ): Promise<EventOf<T>> {
    return new Promise((resolve) => {
      const subscription = api.chat.onEvent((event) => {
        if (event.type !== type || !test(event as EventOf<T>)) return;
        subscription.dispose();
        resolve(event as EventOf<T>);
      });
    });
  }

  function bodies({ requests }: Simulator) {
    return requests
      .filter(({ path }) => path === "/v1/chat/completions")
      .map(({ status, body }) => ({ status, ...JSON.parse(String(body)) }));
  }

  function outcomes(): string[] {
    return api.chat.events.flatMap((event) => {
      if (event.type === "tool_result") return [event.status];
      return event.type === "end" ? [event.outcome] : [];
    });
  }

  it("writes a file once it is allowed to, and says what changes before it asks", async () => {
    const path = `${FOLDER}/made.txt`;
    const running = await play({
      turns: [
        { reasoning: "think", calls: [{ name: "write_file", arguments: { path, content: "made\n" } }] },
        { reasoning: "again", content: "Done." },
      ],
    });
    const asked = next("question");
    const done = api.chat.send("make it");
    const question = await asked;
    assert.equal(api.chat.waiting, 1);
    assert.equal(existsSync(join(root, path)), false);
    assert.ok(question.question.kind === "write" && question.question.change.kind === "create");
    api.chat.answer("not-this-one", { decision: "session" });
    assert.equal(api.chat.waiting, 1);
    api.chat.answer(question.id, { decision: "once" });
    await done;
    assert.equal(readFileSync(join(root, path), "utf8"), "made\n");
    assert.deepEqual(
      api.chat.events.map(({ type }) => type).filter((type) => type !== "usage"),
      [
        ...["user", "reasoning_delta", "tool_call", "change", "approval", "question", "answered", "tool_result"],
        ...["reasoning_delta", "content_delta", "end"],
      ],
    );
    const requests = bodies(running);
    assert.deepEqual(
      requests.map(({ status }) => status),
      [200, 200],
    );
    const assistant = requests[1]?.messages.find(({ role }: { role: string }) => role === "assistant");
    assert.equal(assistant.reasoning_content, "think");
  });

  it("tells the model why a call was refused", async () => {
    const running = await play({
      turns: [
        { reasoning: "r", calls: [{ name: "run_command", arguments: { command: "echo hi" } }] },
        { content: "As you wish." },
      ],
    });
    const asked = next("question");
    const done = api.chat.send("run it");
    api.chat.answer((await asked).id, { decision: "deny", reason: "use the script" });
    await done;
    const last = bodies(running)[1]?.messages.at(-1);
    assert.equal(last.role, "tool");
    assert.match(last.content, /use the script/);
  });

  it("Stop ends a running command and the task within half a second, and the chat goes on", async () => {
    const running = await play({
      turns: [
        { reasoning: "r", calls: [{ name: "run_command", arguments: { command: "echo begun; sleep 60" } }] },
        { content: "Going on." },
      ],
    });
    const asked = next("question");
    const output = next("tool_output", ({ text }) => text.includes("begun"));
    const done = api.chat.send("run it");
    api.chat.answer((await asked).id, { decision: "once" });
    await output;
    assert.ok(vscode.window.terminals.some(({ name }) => name.startsWith("MiMo")));
    const begun = performance.now();
    await api.chat.stop();
    await done;
    const took = performance.now() - begun;
    assert.ok(took < 500, `${Math.round(took)} ms`);
    assert.deepEqual(outcomes(), ["stopped", "stopped"]);
    await api.chat.send("go on");
    assert.deepEqual(
      bodies(running).map(({ status }) => status),
      [200, 200],
    );
  });

  it("closing the terminal tab ends the command; the task goes on", async () => {
    await play({
      turns: [
        { reasoning: "r", calls: [{ name: "run_command", arguments: { command: "echo begun; sleep 60" } }] },
        { content: "It was ended." },
      ],
    });
    const asked = next("question");
    const output = next("tool_output", ({ text }) => text.includes("begun"));
    const done = api.chat.send("run it");
    api.chat.answer((await asked).id, { decision: "once" });
    await output;
    vscode.window.terminals.find(({ name }) => name.startsWith("MiMo"))?.dispose();
    await done;
    assert.deepEqual(outcomes(), ["ok", "done"]);
  });

  it("taking a question back with Stop leaves nothing waiting", async () => {
    await play({ turns: [{ reasoning: "r", calls: [{ name: "run_command", arguments: { command: "echo hi" } }] }] });
    const asked = next("question");
    const done = api.chat.send("run it");
    const { id } = await asked;
    await api.chat.stop();
    await done;
    assert.equal(api.chat.waiting, 0);
    const answered = api.chat.events.filter((event) => event.type === "answered");
    assert.deepEqual(
      answered.map((event) => [event.id, event.decision]),
      [[id, "stopped"]],
    );
  });

  it("reads what is typed but not saved", async () => {
    const running = await play({
      turns: [
        { reasoning: "r", calls: [{ name: "read_file", arguments: { path: `${FOLDER}/typed.txt` } }] },
        { content: "Read." },
      ],
    });
    const uri = vscode.Uri.file(join(root, FOLDER, "typed.txt"));
    await vscode.workspace.fs.writeFile(uri, Buffer.from("on disk\n"));
    const editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "typed, "));
    await api.chat.send("read it");
    assert.equal(bodies(running)[1]?.messages.at(-1).content, "typed, on disk\n");
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });

  it("works on one message at a time", async () => {
    const running = await play({ turns: [{ content: "one" }, { content: "two" }] });
    await Promise.all([api.chat.send("a"), api.chat.send("b")]);
    assert.equal(bodies(running).length, 1);
  });

  it("an endpoint that cannot be reached ends the task with its reason", async () => {
    const running = await play({ turns: [] });
    await running.close();
    await api.chat.send("hello");
    const [error, end] = api.chat.events.slice(-2);
    assert.ok(error?.type === "error" && error.reason === "network");
    assert.ok(end?.type === "end" && end.outcome === "failed");
  });
});
