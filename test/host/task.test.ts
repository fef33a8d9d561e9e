import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import * as vscode from "vscode";
import { bodies, usePlayedChat } from "./playedChat.ts";

const FOLDER = "mimo-task-test";

describe("a task in the extension host", () => {
  const chat = usePlayedChat(FOLDER);

  it("writes a file once it is allowed to, and says what changes before it asks", async () => {
    const path = `${FOLDER}/made.txt`;
    const running = await chat().play({
      turns: [
        { reasoning: "think", calls: [{ name: "write_file", arguments: { path, content: "made\n" } }] },
        { reasoning: "again", content: "Done." },
      ],
    });
    const asked = chat().next("question");
    const done = chat().api.chat.send("make it");
    const question = await asked;
    assert.equal(chat().api.chat.waiting, 1);
    assert.equal(existsSync(join(chat().root, path)), false);
    assert.ok(question.question.kind === "write" && question.question.change.kind === "create");
    chat().api.chat.answer("not-this-one", { decision: "session" });
    assert.equal(chat().api.chat.waiting, 1);
    chat().api.chat.answer(question.id, { decision: "once" });
    await done;
    assert.equal(readFileSync(join(chat().root, path), "utf8"), "made\n");
    assert.deepEqual(
      chat()
        .api.chat.events.map(({ type }) => type)
        .filter((type) => type !== "usage"),
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
    const running = await chat().play({
      turns: [
        { reasoning: "r", calls: [{ name: "run_command", arguments: { command: "echo hi" } }] },
        { content: "As you wish." },
      ],
    });
    const asked = chat().next("question");
    const done = chat().api.chat.send("run it");
    chat().api.chat.answer((await asked).id, { decision: "deny", reason: "use the script" });
    await done;
    const last = bodies(running)[1]?.messages.at(-1);
    assert.equal(last.role, "tool");
    assert.match(last.content, /use the script/);
  });

  it("Stop ends a running command and the task within half a second, and the chat goes on", async () => {
    const running = await chat().play({
      turns: [
        { reasoning: "r", calls: [{ name: "run_command", arguments: { command: "echo begun; sleep 60" } }] },
        { content: "Going on." },
      ],
    });
    const asked = chat().next("question");
    const output = chat().next("tool_output", ({ text }) => text.includes("begun"));
    const done = chat().api.chat.send("run it");
    chat().api.chat.answer((await asked).id, { decision: "once" });
    await output;
    assert.ok(vscode.window.terminals.some(({ name }) => name.startsWith("MiMo")));
    const begun = performance.now();
    await chat().api.chat.stop();
    await done;
    const took = performance.now() - begun;
    assert.ok(took < 500, `${Math.round(took)} ms`);
    assert.deepEqual(chat().outcomes(), ["stopped", "stopped"]);
    await chat().api.chat.send("go on");
    assert.deepEqual(
      bodies(running).map(({ status }) => status),
      [200, 200],
    );
  });

  it("closing the terminal tab ends the command; the task goes on", async () => {
    await chat().play({
      turns: [
        { reasoning: "r", calls: [{ name: "run_command", arguments: { command: "echo begun; sleep 60" } }] },
        { content: "It was ended." },
      ],
    });
    const asked = chat().next("question");
    const output = chat().next("tool_output", ({ text }) => text.includes("begun"));
    const done = chat().api.chat.send("run it");
    chat().api.chat.answer((await asked).id, { decision: "once" });
    await output;
    vscode.window.terminals.find(({ name }) => name.startsWith("MiMo"))?.dispose();
    await done;
    assert.deepEqual(chat().outcomes(), ["ok", "done"]);
  });

  it("taking a question back with Stop leaves nothing waiting", async () => {
    await chat().play({
      turns: [{ reasoning: "r", calls: [{ name: "run_command", arguments: { command: "echo hi" } }] }],
    });
    const asked = chat().next("question");
    const done = chat().api.chat.send("run it");
    const { id } = await asked;
    await chat().api.chat.stop();
    await done;
    assert.equal(chat().api.chat.waiting, 0);
    const answered = chat().api.chat.events.filter((event) => event.type === "answered");
    assert.deepEqual(
      answered.map((event) => [event.id, event.decision]),
      [[id, "stopped"]],
    );
  });

  it("reads what is typed but not saved", async () => {
    const running = await chat().play({
      turns: [
        { reasoning: "r", calls: [{ name: "read_file", arguments: { path: `${FOLDER}/typed.txt` } }] },
        { content: "Read." },
      ],
    });
    const uri = vscode.Uri.file(join(chat().root, FOLDER, "typed.txt"));
    await vscode.workspace.fs.writeFile(uri, Buffer.from("on disk\n"));
    const editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "typed, "));
    await chat().api.chat.send("read it");
    assert.equal(bodies(running)[1]?.messages.at(-1).content, "typed, on disk\n");
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });

  it("an endpoint that cannot be reached is tried again, until the user stops it", async () => {
    const running = await chat().play({ turns: [] });
    await running.close();
    const retry = chat().next("retry");
    const done = chat().api.chat.send("hello");
    const { reason, attempt } = await retry;
    assert.deepEqual([reason, attempt], ["network", 1]);
    const begun = performance.now();
    await chat().api.chat.stop();
    await done;
    assert.ok(performance.now() - begun < 500);
    assert.deepEqual(chat().outcomes(), ["stopped"]);
  });
});
