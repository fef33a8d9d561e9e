import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, it } from "mocha";
import type { AgentEvent } from "../../../src/agent/events.ts";
import { lockFile } from "../../../src/node/fileLock.ts";
import { chatRequests, replaySession } from "../../audit.ts";
import type { ScriptInput } from "../../simulator/script.ts";
import { startSimulator } from "../../simulator/server.ts";
import { folderOf, headless } from "./process.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function setup(script: ScriptInput) {
  const simulator = await startSimulator({ script, keep: true });
  undo.push(() => simulator.close());
  const folder = folderOf({});
  undo.push(() => folder.remove());
  const session = join(folder.path, "s.jsonl");
  const base = ["--base-url", simulator.url, "--workspace", folder.path];
  return { simulator, folder: folder.path, session, base };
}

function events(out: string): AgentEvent[] {
  return out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as AgentEvent);
}

const bodies = (simulator: { readonly requests: Parameters<typeof chatRequests>[0] }) =>
  chatRequests(simulator.requests).map(({ body }) => body);

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

describe("headless, when there is trouble", function () {
  this.timeout(60_000);

  it("waits out what passes, says so, and sends the same bytes again", async () => {
    const { simulator, session, base } = await setup({
      turns: [
        { fault: { kind: "status", status: 503, headers: { "retry-after": "1" } } },
        { content: "half an answer", fault: { kind: "cut", at: 600 } },
        { content: "whole" },
      ],
    });
    const { code, out, err } = await headless([...base, "--session", session, "say it"]);
    assert.equal(code, 0, err);
    assert.match(out, /whole\n?$/);
    assert.match(err, /The platform has trouble: trying again in [12] s \(attempt 1 of 5\)/);
    assert.match(err, /The connection broke off: trying again in [1-4] s \(attempt 2 of 5\)/);
    const sent = bodies(simulator);
    assert.deepEqual([sent.length, new Set(sent).size], [3, 1]);
    assert.equal(await replaySession(session), 1);
    const kept = readFileSync(session, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    const retries = kept.filter(({ event }) => event?.type === "retry").map(({ event }) => event.reason);
    assert.deepEqual(retries, ["server", "cut"]);
  });

  it("ends with when to come back where the wait is long", async () => {
    const { base } = await setup({
      turns: [{ fault: { kind: "status", status: 429, headers: { "retry-after": "3600" } } }],
    });
    const { code, out } = await headless([...base, "--json", "go"]);
    assert.equal(code, 1);
    const error = events(out).find((event) => event.type === "error");
    assert.ok(error?.type === "error" && error.reason === "rate");
    const wait = Date.parse(error.retryAt ?? "") - Date.parse(error.at);
    assert.ok(wait > 3_590_000 && wait <= 3_600_000, `${wait}`);
  });

  it("gives up an answer that stalls after the time that was named, and once again", async () => {
    const stall = { content: "half", fault: { kind: "stall", at: 400 } };
    const { simulator, base } = await setup({ turns: [stall, stall, { content: "never" }] });
    const { code, out } = await headless([...base, "--idle-timeout", "0.5", "--json", "go"]);
    assert.equal(code, 1);
    const types = events(out).flatMap((event) => ("reason" in event ? [`${event.type} ${event.reason}`] : []));
    assert.deepEqual(types, ["retry stalled", "error stalled"]);
    assert.equal(bodies(simulator).length, 2);
  });

  it("an interrupt ends a wait at once", async () => {
    const { base } = await setup({
      turns: [{ fault: { kind: "status", status: 429, headers: { "retry-after": "100" } } }],
    });
    const { code, err } = await headless([...base, "go"], {
      onStart: (child) => {
        child.stderr?.on("data", (text: string) => {
          if (text.includes("trying again in 1")) child.kill("SIGINT");
        });
      },
    });
    assert.equal(code, 3);
    assert.match(err, /asks to wait: trying again in 1\d\d s \(attempt 1 of 5\)\nstopped\n/);
  });

  it("keeps a session that is in use to whoever has it", async () => {
    const { simulator, session, base } = await setup({ turns: [{ content: "x" }] });
    const lock = await lockFile(session, { waitMs: 0 });
    assert.ok(lock);
    const { code, err } = await headless([...base, "--session", session, "go"]);
    await lock.release();
    assert.equal(code, 2);
    assert.match(err, /another run or window has open/);
    assert.equal(bodies(simulator).length, 0);
  });

  it("runs calls that came as text, says so, and goes on with them after a resume", async () => {
    const leaked = "<tool_call>\n<function=list_files>\n<parameter=path>.</parameter>\n</function>\n</tool_call>";
    const { simulator, session, base } = await setup({
      turns: [{ reasoning: "look", content: `Looking.\n${leaked}` }, { content: "done" }, { content: "again" }],
    });
    const args = [...base, "--session", session];
    const { code, err } = await headless([...args, "go"]);
    assert.equal(code, 0, err);
    assert.match(err, /notice \(leaked_calls\): the model wrote its calls as text/);
    assert.equal((await headless([...args, "more"])).code, 0);
    const sent = bodies(simulator);
    assert.deepEqual(
      chatRequests(simulator.requests).map(({ status }) => status),
      [200, 200, 200],
    );
    assert.ok(sent[2]?.startsWith(sent[1]?.slice(0, -2) ?? "?"));
    assert.ok(sent[1]?.includes(JSON.stringify(`Looking.\n${leaked}`)));
  });

  it("sends pictures behind the words, whatever they are called, and refuses what is none", async () => {
    const { simulator, folder, base } = await setup({ turns: [{ content: "a dot" }] });
    const picture = join(folder, "picture.txt");
    writeFileSync(picture, PNG);
    const { code, err } = await headless([...base, "--image", picture, "--image", picture, "what is it?"]);
    assert.equal(code, 0, err);
    const sent = JSON.parse(bodies(simulator)[0] ?? "") as { messages: { content: { type: string }[] }[] };
    const url = `data:image/png;base64,${PNG.toString("base64")}`;
    const [text, ...images] = sent.messages[1]?.content ?? [];
    assert.equal(text?.type, "text");
    assert.deepEqual(images, Array(2).fill({ type: "image_url", image_url: { url } }));
    const large = join(folder, "large.png");
    writeFileSync(large, Buffer.concat([PNG, Buffer.alloc(5 * 1024 * 1024)]));
    writeFileSync(join(folder, "none.png"), "<svg/>");
    const pipe = join(folder, "pipe.png");
    execFileSync("mkfifo", [pipe]);
    for (const wrong of [large, join(folder, "none.png"), folder, join(folder, "absent.png"), pipe]) {
      const refused = await headless([...base, "--image", wrong, "x"]);
      assert.equal(refused.code, 2);
      assert.match(refused.err, /--image/);
    }
    assert.equal(bodies(simulator).length, 1);
  });

  it("waits for no pipe where a session is to be", async () => {
    const { folder, base } = await setup({ turns: [{ content: "never" }] });
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const { code, err } = await headless([...base, "--session", pipe, "x"]);
    assert.equal(code, 2);
    assert.match(err, /--session cannot be used: .*pipe is not a session file/);
  });

  it("says that web search is off where it is", async () => {
    const { base } = await setup({ turns: [{ content: "never" }] });
    const { code, out } = await headless([...base, "--web-search", "--json", "search"]);
    assert.equal(code, 1);
    const error = events(out).find((event) => event.type === "error");
    assert.deepEqual(error?.type === "error" && [error.reason, error.detail], ["bad_request", "web_search_off"]);
  });
});
