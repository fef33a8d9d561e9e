import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { MessageQueue, type QueuedMessage, readQueue } from "../../../src/host/messageQueue.ts";

const image = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } } as const;
const message = (text: string) => ({ text, images: [] });

describe("MessageQueue", () => {
  it("gives the messages back in their order and keeps what still waits", () => {
    let kept: readonly QueuedMessage[] = [];
    const queue = new MessageQueue((messages) => {
      kept = messages;
    });
    queue.add(message("first"));
    queue.add({ text: "second", images: [image] });
    queue.add(message("third"));
    assert.deepEqual(
      queue.view.map(({ text, images }) => ({ text, images })),
      [
        { text: "first", images: 0 },
        { text: "second", images: 1 },
        { text: "third", images: 0 },
      ],
    );
    assert.deepEqual(queue.take(), message("first"));
    queue.remove(queue.view[1]?.id ?? "");
    queue.remove("no such id");
    queue.heard();
    assert.deepEqual(
      kept.map((queued) => queued.message),
      [{ text: "second", images: [image] }],
    );
    assert.deepEqual(queue.take(), { text: "second", images: [image] });
    assert.equal(queue.take(), undefined);
    assert.deepEqual(queue.view, []);
  });

  it("keeps what was taken out until the chat has it, or it waits again", () => {
    let kept: readonly QueuedMessage[] = [];
    const queue = new MessageQueue((messages) => {
      kept = messages;
    });
    const texts = () => [kept.map((one) => one.message.text), queue.view.map(({ text }) => text)];
    for (const text of ["first", "second", "third"]) queue.add(message(text));
    queue.take();
    assert.deepEqual(texts(), [
      ["first", "second", "third"],
      ["second", "third"],
    ]);
    queue.putBack();
    assert.deepEqual(texts(), [
      ["first", "second", "third"],
      ["first", "second", "third"],
    ]);
    queue.take();
    queue.heard();
    assert.deepEqual(texts(), [
      ["second", "third"],
      ["second", "third"],
    ]);
    queue.take();
    // Who takes the next one has heard the last.
    queue.take();
    assert.deepEqual(texts(), [["third"], []]);
    queue.heard();
    queue.putBack();
    assert.deepEqual(texts(), [[], []]);
  });

  it("reads back what was kept and passes over what is no message", () => {
    const whole = { id: "a", message: { text: "words", images: [image] } };
    const stored: unknown = JSON.parse(
      JSON.stringify([whole, { id: 1 }, null, { id: "b", message: { text: "x", images: ["y"] } }]),
    );
    assert.deepEqual(readQueue(stored), [whole]);
    assert.deepEqual(readQueue({ not: "a list" }), []);
  });
});
