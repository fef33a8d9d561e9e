import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { auditChat, replaySession } from "../audit.ts";
import { Workbench } from "../bed/workbench.ts";
import { type Job, prepareJob, TEST_COMMAND } from "../mainJob/job.ts";
import { sessionFiles } from "./sessions.ts";

describe("the main job, by clicks", () => {
  let job: Job;
  let workbench: Workbench;
  before(async () => {
    job = prepareJob();
    workbench = await Workbench.open({
      workspace: job.workspace,
      simulator: { script: job.script, paceMs: 2 },
      size: { width: 1400, height: 1000 },
    });
  });
  after(async () => {
    await workbench?.close();
    job?.remove();
  });

  it("fixes a bug planted in a real package, its own tests run before and after", async () => {
    const panel = await workbench.openMimo();
    await workbench.say(job.task);
    // Asked in the default mode: the first test run, the edit, and the same command again.
    const command = panel.getByRole("group", { name: TEST_COMMAND });
    await command.getByRole("button", { name: "Run once" }).click({ timeout: 30_000 });
    await panel.getByRole("button", { name: "Accept", exact: false }).first().waitFor({ timeout: 60_000 });
    await workbench.screenshot({ area: "main-job", name: "edit-asks" });
    assert.ok(!job.isFixed(workbench.workspace), "nothing is written before the answer");
    await panel
      .getByRole("button", { name: /^Accept(?! all)/ })
      .first()
      .click();
    await panel.getByRole("button", { name: "Run once" }).click({ timeout: 30_000 });
    await workbench.idle();
    await workbench.screenshot({ area: "main-job", name: "done" });
    assert.ok(job.isFixed(workbench.workspace));
    auditChat(workbench.simulator?.requests() ?? [], job.reasoning);
    const results = JSON.parse(workbench.simulator?.requests().at(-1)?.body ?? "{}").messages.filter(
      (message: { role: string }) => message.role === "tool",
    );
    assert.match(results.at(0).content, /# fail +[1-9][\s\S]*\[exit 1\]/);
    assert.match(results.at(-1).content, /# ok/);
  });

  it("leaves a session that replays without a refusal", async () => {
    const [file] = sessionFiles(workbench);
    assert.ok(file, "a session file");
    assert.equal(await replaySession(file), 5);
  });
});
