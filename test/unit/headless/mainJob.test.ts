import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "mocha";
import type { AgentEvent } from "../../../src/agent/events.ts";
import { auditChat, replaySession } from "../../audit.ts";
import { prepareJob } from "../../mainJob/job.ts";
import { startSimulator } from "../../simulator/server.ts";
import { headless } from "./process.ts";

describe("the main job, headless", () => {
  it("fixes a bug planted in a real package, its own tests run before and after", async () => {
    const job = prepareJob();
    const simulator = await startSimulator({ script: job.script, keep: true });
    try {
      const session = join(job.workspace, "..", "session.jsonl");
      const args = ["--base-url", simulator.url, "--workspace", job.workspace, "--approve", "all", "--json"];
      const { code, out, err } = await headless([...args, "--session", session, job.task]);
      assert.equal(code, 0, err);
      assert.ok(job.isFixed(job.workspace));
      const runs = out
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as AgentEvent)
        .flatMap((event) => (event.type === "tool_result" && /# tests \d+/.test(event.text) ? [event.text] : []));
      assert.equal(runs.length, 2);
      assert.match(runs[0] ?? "", /# fail +[1-9]/);
      assert.match(runs[0] ?? "", /\[exit 1\]/);
      assert.match(runs[1] ?? "", /# ok/);
      auditChat(simulator.requests, job.reasoning);
      assert.equal(await replaySession(session), 5);
    } finally {
      await simulator.close();
      job.remove();
    }
  }).timeout(120_000);
});
