import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { StoppedError } from "../../../src/agent/errors.ts";
import type { ApprovalRequest } from "../../../src/agent/ports.ts";
import { type QuestionEvent, Questions } from "../../../src/host/questions.ts";

const place = { path: "/w", shown: ".", inside: true, kind: "folder" } as const;
const request: ApprovalRequest = {
  id: "q1",
  callId: "c1",
  tool: "run_command",
  action: { kind: "command", command: "npm test", cwd: place },
  reason: "this mode confirms every command",
};
const asked: QuestionEvent = {
  type: "question",
  id: "q1",
  callId: "c1",
  question: { kind: "command", command: "npm test", cwd: ".", reason: "this mode confirms every command" },
};

function questions() {
  const events: QuestionEvent[] = [];
  return { events, questions: new Questions((event) => events.push(event)) };
}

describe("Questions", () => {
  it("asks, and takes the first answer with the right id only", async () => {
    const { events, questions: open } = questions();
    const answer = open.ask(request, { signal: new AbortController().signal });
    open.answer("q2", { decision: "session" });
    assert.equal(open.waiting, 1);
    open.answer("q1", { decision: "deny", reason: "not now" });
    open.answer("q1", { decision: "session" });
    assert.deepEqual(await answer, { decision: "deny", reason: "not now" });
    assert.equal(open.waiting, 0);
    assert.deepEqual(events, [asked, { type: "answered", id: "q1", decision: "deny" }]);
  });

  it("takes a question back when the task is stopped", async () => {
    const { events, questions: open } = questions();
    const controller = new AbortController();
    const answer = open.ask(request, { signal: controller.signal });
    controller.abort();
    await assert.rejects(answer, StoppedError);
    open.answer("q1", { decision: "once" });
    assert.deepEqual(events, [asked, { type: "answered", id: "q1", decision: "stopped" }]);
  });

  it("does not ask for a task that has stopped", async () => {
    const { events, questions: open } = questions();
    await assert.rejects(open.ask(request, { signal: AbortSignal.abort() }), StoppedError);
    assert.deepEqual(events, []);
  });

  it("gives the model the user's own words, and never takes them for an approval", async () => {
    const { events, questions: open } = questions();
    const { signal } = new AbortController();
    const said = open.user.ask({ callId: "c2", question: "Which port?", options: ["80", "8080"] }, { signal });
    const approved = open.ask(request, { signal });
    const id = events[0]?.type === "question" ? events[0].id : "";
    assert.deepEqual(events[0], {
      type: "question",
      id,
      callId: "c2",
      question: { kind: "ask", text: "Which port?", options: ["80", "8080"] },
    });
    open.reply("q1", "yes, run it");
    assert.equal(open.waiting, 2);
    open.reply(id, "3000");
    assert.equal(await said, "3000");
    open.answer("q1", { decision: "once" });
    assert.deepEqual(await approved, { decision: "once" });
    assert.deepEqual(events.slice(2), [
      { type: "answered", id, decision: "replied" },
      { type: "answered", id: "q1", decision: "once" },
    ]);
  });

  it("tells the model when the user does not want to answer", async () => {
    const { events, questions: open } = questions();
    const { signal } = new AbortController();
    const said = open.user.ask({ callId: "c2", question: "Which port?", options: [] }, { signal });
    const id = events[0]?.type === "question" ? events[0].id : "";
    open.answer(id, { decision: "deny" });
    assert.match(await said, /did not want to answer/);
  });
});
