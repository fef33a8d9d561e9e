import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, it } from "mocha";
import { auditChat } from "../audit.ts";
import type { ScriptInput } from "../simulator/script.ts";
import { lastRequest, type SentMessage, useWorkbench } from "./fixture.ts";

const SCRIPT: ScriptInput = {
  scenes: [
    {
      when: "wait",
      turns: [
        {
          reasoning: "This takes a while.",
          calls: [{ name: "run_command", arguments: { command: "echo $$ > pid; echo started; sleep 300 & wait" } }],
        },
        { content: "It is over." },
      ],
    },
    {
      when: "talk",
      turns: [{ reasoning: "I think. ".repeat(200), content: "words and more words. ".repeat(400), paceMs: 20 }],
    },
    { when: "go on", turns: [{ reasoning: "On we go.", content: "I went on." }] },
  ],
};
const LIMIT_MS = 500;

describe("Stop, reload and resume", () => {
  const window = useWorkbench({ simulator: { script: SCRIPT }, settings: { "mimoAgent.approval.mode": "ask" } });

  it("ends a running command, and all it started, within half a second", async () => {
    const workbench = window();
    await workbench.say("wait for it");
    await workbench.button("Run once").click();
    await workbench.page.locator(".xterm-rows").getByText("started").first().waitFor();
    const pid = Number(readFileSync(join(workbench.workspace, "pid"), "utf8"));
    assert.ok(isAlive(pid));
    const took = await clickStop(window());
    assert.ok(took < LIMIT_MS, `${took} ms`);
    await workbench.panel.getByText("What was done is kept.").waitFor();
    for (let waited = 0; isAlive(pid) && waited < 1000; waited += 50) await sleep(50);
    assert.equal(isAlive(pid), false, "the command is still there");
    await workbench.screenshot({ area: "stop", name: "command" });
  });

  it("ends an answer in the middle, within half a second, and keeps what was said", async () => {
    const workbench = window();
    await workbench.say("talk to me");
    await workbench.panel.getByText("words and more words.").first().waitFor({ timeout: 20_000 });
    const took = await clickStop(workbench);
    assert.ok(took < LIMIT_MS, `${took} ms`);
    assert.ok((await workbench.panel.getByText("words and more words.").count()) > 0);
  });

  it("comes back with the chat after the window was loaded anew, and goes on in it", async () => {
    const workbench = window();
    const before = await workbench.panel.getByRole("region", { name: "Your message" }).allInnerTexts();
    await workbench.reload();
    await workbench.openMimo();
    await workbench.panel.getByText("What was done is kept.").first().waitFor();
    const after = await workbench.panel.getByRole("region", { name: "Your message" }).allInnerTexts();
    assert.deepEqual(after, before);
    await workbench.screenshot({ area: "stop", name: "resumed" });
    await workbench.say("go on");
    await workbench.panel.getByText("I went on.").waitFor();
  });

  it("sent the reasoning again and answered every call, over stop and reload", () => {
    // The answer that was stopped in its middle is not sent back.
    auditChat(window().simulator?.requests() ?? [], ["This takes a while."]);
    const { messages } = lastRequest(window());
    const call = messages.find((message: SentMessage) => message.tool_calls)?.tool_calls?.[0]?.id;
    const answer = messages.find((message) => message.tool_call_id === call);
    assert.match(String(answer?.content), /Stopped by the user/);
  });
});

/** Milliseconds from the click until the panel says that nothing runs, measured inside the page. */
async function clickStop(workbench: ReturnType<ReturnType<typeof useWorkbench>>): Promise<number> {
  const frame = await workbench.panelFrame();
  return frame.evaluate(async () => {
    const stop = () => document.querySelector<HTMLElement>("button[aria-label=Stop]");
    const began = performance.now();
    stop()?.click();
    while (stop() && performance.now() - began < 10_000) await new Promise((resolve) => setTimeout(resolve, 5));
    return Math.round(performance.now() - began);
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
