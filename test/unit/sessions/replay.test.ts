import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { INTERRUPTED } from "../../../src/sessions/fold.ts";
import type { SessionRecord } from "../../../src/sessions/format.ts";
import { type ReplayOptions, replayEvents } from "../../../src/sessions/replay.ts";
import { answer, calls, counted, end, event, head, tool, user } from "./records.ts";

/** Type and turn of every event; with the words of the user's. */
function drawn(records: readonly SessionRecord[], options?: ReplayOptions): string[] {
  return replayEvents([head, ...records], options).map((event) => {
    const words = event.type === "user" ? ` ${event.text}${event.model ? ` (${event.model})` : ""}` : "";
    const outcome = event.type === "end" ? ` ${event.outcome}` : "";
    return `${event.turn} ${event.type}${words}${outcome}`;
  });
}

const step = (turn: number, id: string) => [calls(id), ...counted(turn), tool(id)];

describe("a session drawn again", () => {
  it("ends no task where messages came into it", () => {
    const waited = [user("a"), ...step(1, "1"), user("b"), user("c"), answer("x"), ...counted(2), end(2)];
    assert.deepEqual(drawn(waited, { modelName: () => "Pro" }), [
      "0 user a (Pro)",
      "1 reasoning_delta",
      "1 tool_call",
      "1 usage",
      "1 tool_result",
      "1 user b (Pro)",
      "1 user c (Pro)",
      "2 content_delta",
      "2 usage",
      "2 end done",
    ]);
  });

  it("ends tasks that a kill cut short, once", () => {
    const ends = (records: SessionRecord[]) => drawn(records).filter((line) => /end|user/.test(line));
    assert.deepEqual(ends([user("a"), user("b"), answer("x"), ...counted(1), end(1)]), [
      "0 user a",
      "0 end stopped",
      "0 user b (mimo-v2.6-pro)",
      "1 end done",
    ]);
    assert.deepEqual(ends([user("a"), calls("1"), tool("1", INTERRUPTED), user("b"), end(1)]).slice(0, 3), [
      "0 user a",
      "1 end stopped",
      "1 user b",
    ]);
    const mended = [user("a"), ...step(1, "1"), end(1, "stopped"), user("b"), end(2)];
    assert.deepEqual(ends(mended), ["0 user a (mimo-v2.6-pro)", "1 end stopped", "1 user b", "2 end done"]);
    assert.deepEqual(ends([user("a"), ...step(1, "1")]), ["0 user a (mimo-v2.6-pro)", "1 end stopped"]);
  });

  it("keeps the turns that the events say, also after a switch and a failure", () => {
    const broken = (turn: number) =>
      event(turn, { type: "prefix_break", reason: "model_switch", tokens: 1, credits: 1 });
    const failed = event(3, { type: "error", reason: "server", message: "m" });
    assert.deepEqual(
      drawn([
        user("a"),
        answer("x"),
        ...counted(1, "one"),
        end(1),
        user("b"),
        broken(2),
        answer("y"),
        ...counted(2, "two"),
        end(2),
        user("c"),
        failed,
        end(3, "failed"),
        user("d"),
        answer("z"),
        end(4),
        user("e"),
        broken(5),
        answer("killed before it was counted"),
      ]),
      [
        "0 user a (one)",
        "1 content_delta",
        "1 usage",
        "1 end done",
        "1 user b (two)",
        "2 prefix_break",
        "2 content_delta",
        "2 usage",
        "2 end done",
        "2 user c",
        "3 error",
        "3 end failed",
        "3 user d",
        "4 content_delta",
        "4 end done",
        "4 user e",
        "5 prefix_break",
        "5 content_delta",
        "5 end stopped",
      ],
    );
  });

  it("names the images of a message and leaves the pictures out", () => {
    const png = `data:image/png;base64,${Buffer.from("12345678").toString("base64")}`;
    const content = [
      { type: "text" as const, text: "<context>\nDate: x\n</context>\n\nwhat is this?" },
      { type: "image_url" as const, image_url: { url: png } },
      { type: "image_url" as const, image_url: { url: "no data" } },
    ];
    const [shown] = replayEvents([head, user(content)]);
    assert.deepEqual(shown, {
      type: "user",
      at: head.at,
      turn: 0,
      text: "what is this?",
      message: 1,
      images: [
        { mime: "image/png", bytes: 8 },
        { mime: "", bytes: 5 },
      ],
    });
  });
});
