import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import type { ScriptInput } from "../simulator/script.ts";
import { lastRequest, useWorkbench } from "./fixture.ts";

const AREA = "approval";
const command = (text: string) => ({ name: "run_command", arguments: { command: text } });

const SCRIPT: ScriptInput = {
  scenes: [
    {
      when: "make one",
      turns: [{ reasoning: "One file.", calls: [command("echo 1 > one.txt")] }, { content: "One is made." }],
    },
    {
      when: "make many",
      turns: [
        { reasoning: "First.", calls: [command("echo 2 > two.txt")] },
        { reasoning: "The same again.", calls: [command("echo 2 > two.txt")] },
        { content: "Both ran." },
      ],
    },
    {
      when: "make none",
      turns: [{ reasoning: "I try.", calls: [command("echo 3 > three.txt")] }, { content: "Understood, left alone." }],
    },
    {
      when: "write",
      turns: [
        {
          reasoning: "A new file.",
          calls: [{ name: "write_file", arguments: { path: "four.txt", content: "four\n" } }],
        },
        { content: "Written." },
      ],
    },
  ],
};

describe("approvals", () => {
  const window = useWorkbench({ simulator: { script: SCRIPT }, settings: { "mimoAgent.approval.mode": "ask" } });
  const made = (name: string) => existsSync(join(window().workspace, name));

  it("run nothing before the answer, and then once", async () => {
    const workbench = window();
    await workbench.say("make one");
    await workbench.button("Run once").waitFor();
    await workbench.screenshot({ area: AREA, name: "command" });
    assert.equal(made("one.txt"), false);
    await workbench.button("Run once").click();
    await workbench.panel.getByText("One is made.").waitFor();
    assert.equal(made("one.txt"), true);
  });

  it("deny with a reason that the model reads", async () => {
    const workbench = window();
    await workbench.say("make none");
    await workbench.button("Say why").click();
    const reason = workbench.panel.getByRole("textbox", { name: "Reason, or what to do instead" });
    await reason.fill("That file is generated.");
    await workbench.screenshot({ area: AREA, name: "reason" });
    await reason.press("Enter");
    await workbench.panel.getByText("Understood, left alone.").waitFor();
    assert.equal(made("three.txt"), false);
    const told = lastRequest(workbench).messages.findLast(({ role }) => role === "tool");
    assert.match(String(told?.content), /That file is generated\./);
  });

  it("show a new file as a diff; rejected, it is not written; accepted, it is", async () => {
    const workbench = window();
    await workbench.say("write it");
    await workbench.button("Reject").waitFor();
    await workbench.screenshot({ area: AREA, name: "write" });
    await workbench.button("Reject").click();
    await workbench.idle();
    assert.equal(made("four.txt"), false);
    await workbench.say("write it now");
    await workbench.button("Accept").click();
    await workbench.idle();
    assert.equal(made("four.txt"), true);
  });

  it("are answered with the keyboard alone", async () => {
    const workbench = window();
    await workbench.say("make one");
    await workbench.button("Run once").waitFor();
    await workbench.composer.press("Control+Enter");
    await workbench.idle();
    assert.equal(await workbench.button("Run once").count(), 0);
  });

  it("given for the chat are not asked again in it", async () => {
    const workbench = window();
    await workbench.say("make many");
    await workbench.button("Always in this chat").click();
    await workbench.panel.getByText("Both ran.").waitFor();
    assert.equal(await workbench.button("Run once").count(), 0);
    assert.equal(made("two.txt"), true);
  });

  it("are asked again in the next chat", async () => {
    const workbench = window();
    await workbench.command("MiMo: New Chat");
    await workbench.panel.getByText("What should change?").waitFor();
    await workbench.say("make many");
    await workbench.button("Run once").waitFor();
    await workbench.button("Stop").click();
    await workbench.idle();
  });
});
