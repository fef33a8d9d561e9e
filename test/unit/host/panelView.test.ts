import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { describe, it } from "mocha";
import { PanelView } from "../../../src/host/panelView.ts";
import type { PanelState, ToView, ViewEvent } from "../../../src/protocol/view.ts";

const at = "2026-11-21T00:00:00.000Z";
const delta = (text: string): ViewEvent => ({ type: "content_delta", at, turn: 1, text });
const state = (title: string) => ({ title }) as PanelState;

function view(options: { delivered?: () => boolean } = {}) {
  const sent: ToView[] = [];
  const panel = new PanelView({
    postMessage: async (message) => {
      sent.push(message);
      return options.delivered?.() ?? true;
    },
  });
  return { sent, panel };
}

describe("PanelView", () => {
  it("sends nothing before the view is ready", async () => {
    const { sent, panel } = view();
    panel.event(delta("a"));
    panel.state(state("a"));
    panel.focusComposer();
    await wait(40);
    assert.deepEqual(sent, []);
  });

  it("numbers messages without a gap and joins the deltas of a frame", async () => {
    const { sent, panel } = view();
    panel.snapshot(state("one"), [delta("a")]);
    for (const text of ["b", "c", "d"]) panel.event(delta(text));
    panel.state(state("two"));
    panel.state(state("three"));
    await wait(60);
    assert.deepEqual(sent, [
      { type: "snapshot", seq: 1, state: state("one"), events: [delta("a")] },
      { type: "events", seq: 2, events: [delta("bcd")] },
      { type: "state", seq: 3, state: state("three") },
    ]);
  });

  it("posts at most once a frame under a flood, and loses no text", async () => {
    const { sent, panel } = view();
    panel.snapshot(state("s"), []);
    const begun = Date.now();
    for (let i = 0; i < 200; i++) {
      panel.event(delta("x"));
      if (i % 10 === 9) await wait(2);
    }
    await wait(60);
    const posts = sent.filter((message) => message.type === "events");
    const text = posts.flatMap(({ events }) =>
      events.map((event) => (event.type === "content_delta" ? event.text : "")),
    );
    assert.equal(text.join("").length, 200);
    assert.ok(posts.length <= (Date.now() - begun) / 15 + 1, `${posts.length} posts`);
  });

  it("a new snapshot replaces what was still waiting", async () => {
    const { sent, panel } = view();
    panel.snapshot(state("s"), []);
    panel.event(delta("a"));
    panel.snapshot(state("s"), [delta("a")]);
    await wait(60);
    assert.deepEqual(
      sent.map(({ type, seq }) => [type, seq]),
      [
        ["snapshot", 1],
        ["snapshot", 2],
      ],
    );
  });

  it("falls silent when a message does not arrive, until the view is ready again", async () => {
    let up = true;
    const { sent, panel } = view({ delivered: () => up });
    panel.snapshot(state("s"), []);
    up = false;
    panel.event(delta("a"));
    await wait(40);
    panel.event(delta("b"));
    await wait(40);
    assert.equal(sent.length, 2);
    up = true;
    panel.snapshot(state("s"), [delta("ab")]);
    assert.equal(sent.length, 3);
  });
});
