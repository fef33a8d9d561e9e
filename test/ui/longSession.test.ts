import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { auditChat, chatRequests, replaySession } from "../audit.ts";
import { useWorkbench } from "./fixture.ts";
import { sessionFiles } from "./sessions.ts";

const TURNS = 30;
/** Where the first user message's task is stopped, in the middle of its command. */
const STOPPED_AT = 12;

const reasoning = Array.from({ length: TURNS }, (_, i) => `Step ${i}: 想一想 "quoted" \\ back\\slash, é\t<tag> 🍵\n`);
const turns = reasoning.map((text, i) => {
  const read = { name: "read_file", arguments: { path: "package.json" } };
  const run = (command: string) => ({ name: "run_command", arguments: { command } });
  if (i === STOPPED_AT - 1) return { reasoning: text, calls: [run("echo begun; sleep 30"), read] };
  if (i === TURNS - 1) return { reasoning: text, content: "All thirty turns are done." };
  return { reasoning: text, calls: i % 4 === 3 ? [run(`echo ${i}`)] : [read] };
});

describe("a session of 30 turns", () => {
  const window = useWorkbench({ simulator: { script: { turns } }, size: { width: 1280, height: 900 } });

  it("keeps its reasoning over a stop in a tool, a reload and a resume", async () => {
    const workbench = window();
    const { panel } = workbench;
    const asked = () => chatRequests(workbench.simulator?.requests() ?? []).length;
    await workbench.say("Look around, step by step.");
    const deadline = Date.now() + 60_000;
    // Commands ask in the default mode: each one is allowed as it comes.
    while (asked() < STOPPED_AT || !(await panel.getByText("begun").first().isVisible())) {
      assert.ok(Date.now() < deadline, `at turn ${asked()}`);
      const once = panel.getByRole("button", { name: "Run once" });
      if (await once.first().isVisible()) await once.first().click();
      await workbench.page.waitForTimeout(50);
    }
    const began = Date.now();
    await workbench.button("Stop").click();
    await workbench.idle();
    const stopMs = Date.now() - began;
    assert.ok(stopMs < 1_500, `Stop took ${stopMs} ms with the clicks of the test`);

    await workbench.reload();
    await workbench.openMimo();
    await panel.getByText("Look around, step by step.").waitFor({ timeout: 30_000 });
    await workbench.say("Go on.");
    const end = Date.now() + 60_000;
    while (!(await panel.getByText("All thirty turns are done.").isVisible())) {
      assert.ok(Date.now() < end, `at turn ${asked()}`);
      const once = panel.getByRole("button", { name: "Run once" });
      if (await once.first().isVisible()) await once.first().click();
      await workbench.page.waitForTimeout(50);
    }
    await workbench.idle();
    assert.equal(asked(), TURNS);
    auditChat(workbench.simulator?.requests() ?? [], reasoning);
    const [file] = sessionFiles(workbench);
    assert.ok(file);
    assert.equal(await replaySession(file), TURNS);
    await workbench.screenshot({ area: "panel", name: "resumed" });
  }).timeout(180_000);
});
