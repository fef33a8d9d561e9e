import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { afterEach, describe, it } from "mocha";
import { keyLeaks } from "../../bed/canary.ts";
import { answerStream, startRecorder } from "../../net/recorder.ts";
import { temporaryFolder } from "../node/temporary.ts";
import { headless } from "./process.ts";

const KEY = "tp-canary0123456789";
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** What a server says that wants to see the key in a log: it knows it, after all. */
const ECHOES: readonly (readonly [string, (response: ServerResponse) => void])[] = [
  [
    "an error body",
    (response) =>
      response
        .writeHead(401, { "content-type": "application/json" })
        .end(JSON.stringify({ error: { message: `Invalid key ${KEY}`, code: "401", param: `Bearer ${KEY}` } })),
  ],
  [
    "an error body, in an address and in pieces",
    (response) =>
      response
        .writeHead(400, { "content-type": "application/json" })
        .end(JSON.stringify({ error: { message: `?key=${encodeURIComponent(KEY)}`, param: [...KEY].join(" ") } })),
  ],
  ["a page", (response) => response.writeHead(502, { "content-type": "text/html" }).end(`<h1>${KEY}</h1>`)],
  ["a content type", (response) => response.writeHead(200, { "content-type": `text/${KEY}` }).end(KEY)],
  ["a redirect", (response) => response.writeHead(307, { location: `http://127.0.0.1:1/?k=${KEY}` }).end()],
  [
    "an error event in the stream",
    (response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(`data: ${JSON.stringify({ error: { message: `no ${KEY}`, code: "403" } })}\n\n`);
    },
  ],
  [
    "an event that is broken",
    (response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(`data: {"choices": ${KEY}\n\ndata: {"k":"${KEY}"}\n\ndata: [DONE]\n\n`);
    },
  ],
  ["a status line", (response) => response.writeHead(500, `no ${KEY}`, { "x-key": KEY }).end()],
];

describe("the key", function () {
  this.timeout(60_000);

  for (const [name, answer] of ECHOES) {
    it(`that a server repeats in ${name} is written nowhere`, async () => {
      const server = await startRecorder((response, { path }) =>
        path.endsWith("/chat/completions") ? answer(response) : response.writeHead(404).end(),
      );
      undo.push(() => server.close());
      const home = temporaryFolder();
      const folder = temporaryFolder();
      const { code, out, err } = await headless(
        [
          ...["--base-url", server.url, "--workspace", folder, "--session", join(folder, "s.jsonl")],
          ...["--approve", "all", "--json", "hello"],
        ],
        {
          env: { MIMO_API_KEY: KEY, HOME: home, TMPDIR: home, OPENAI_LOG: "debug", DEBUG: "*" },
          onStart: (child) => {
            // A failure that passes is tried again, with pauses: the first is enough here.
            child.stdout?.on("data", (text: string) => text.includes('"retry"') && child.kill("SIGINT"));
          },
        },
      );
      assert.ok(server.holding(KEY).length > 0, "it was sent");
      assert.notEqual(code, 0);
      assert.ok(!`${out}${err}`.includes("canary"), out + err);
      assert.deepEqual([...keyLeaks(home), ...keyLeaks(folder)], []);
    });
  }

  it("is in no file after a task whose commands look for it", async () => {
    const commands = ["env", "set", "export -p", "cat /proc/self/environ", "node -p 'JSON.stringify(process.env)'"];
    let turn = 0;
    const server = await startRecorder((response) => {
      const command = commands[turn++];
      if (command === undefined) return answerStream(response, "nothing found");
      const call = {
        index: 0,
        id: `call_${turn}`,
        function: { name: "run_command", arguments: JSON.stringify({ command }) },
      };
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(
        `data: ${JSON.stringify({ choices: [{ delta: { reasoning_content: "r", tool_calls: [call] } }] })}\n\n`,
      );
      response.end(
        `data: ${JSON.stringify({ choices: [{ delta: {}, finish_reason: "tool_calls" }] })}\n\ndata: [DONE]\n\n`,
      );
    });
    undo.push(() => server.close());
    const home = temporaryFolder();
    const folder = temporaryFolder();
    const session = join(folder, "s.jsonl");
    const { code, out, err } = await headless(
      ["--base-url", server.url, "--workspace", folder, "--session", session, "--approve", "all", "--json", "leak"],
      { env: { MIMO_API_KEY: KEY, HOME: home, TMPDIR: home } },
    );
    assert.equal(code, 0, err);
    assert.match(out, /PATH=/);
    assert.ok(!`${out}${err}`.includes("canary"));
    assert.deepEqual([...keyLeaks(home), ...keyLeaks(folder)], []);
    for (const { body } of server.requests) assert.ok(!body.includes("canary"));
  });
});
