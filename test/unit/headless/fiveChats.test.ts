import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { AgentEvent } from "../../../src/agent/events.ts";
import { answerStream, startRecorder } from "../../net/recorder.ts";
import { temporaryFolder } from "../node/temporary.ts";
import { headless } from "./process.ts";

const CHATS = 5;
/** Of the first retry, in milliseconds. */
const WINDOW_MS = 2_000;

describe("five chats at once that are asked to slow down", function () {
  this.timeout(60_000);

  for (const [name, headers] of [
    ["without a word of when", {}],
    ["with Retry-After", { "retry-after": "1" }],
  ] as const) {
    it(`${name}: come back over at least half of their backoff window`, async () => {
      const refused = new Set<string>();
      const server = await startRecorder((response, { body }) => {
        const chat = /chat number \d/.exec(body)?.[0] ?? "";
        if (refused.has(chat)) return answerStream(response);
        refused.add(chat);
        const error = JSON.stringify({ error: { message: "Too many requests", code: "429" } });
        response.writeHead(429, { "content-type": "application/json", ...headers }).end(error);
      });
      try {
        const home = temporaryFolder();
        const runs = await Promise.all(
          Array.from({ length: CHATS }, (_, i) =>
            headless(["--base-url", server.url, "--workspace", temporaryFolder(), "--json", `chat number ${i}`], {
              env: { HOME: home, USERPROFILE: home },
            }),
          ),
        );
        assert.deepEqual(
          runs.map(({ code }) => code),
          runs.map(() => 0),
        );
        const delays = runs.flatMap(({ out }) =>
          out.split("\n").flatMap((line) => {
            const event = line === "" ? undefined : (JSON.parse(line) as AgentEvent);
            return event?.type === "retry" ? [event.delayMs] : [];
          }),
        );
        assert.equal(delays.length, CHATS);
        const spread = Math.max(...delays) - Math.min(...delays);
        assert.ok(spread >= WINDOW_MS / 2, `${delays.sort((a, b) => a - b)}`);
        assert.equal(server.requests.length, 2 * CHATS);
      } finally {
        await server.close();
      }
    });
  }
});
