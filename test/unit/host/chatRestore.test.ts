import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { ChatRestore } from "../../../src/host/chatRestore.ts";
import type { Checkpoints, Undoable } from "../../../src/node/checkpointsTypes.ts";

const missing = async () => assert.fail("not asked for");

function restoreAfter(undoable: Undoable): ChatRestore {
  const checkpoints: Checkpoints = {
    prepare: () => {},
    beginCall: () => {},
    leftOut: () => {},
    changing: missing,
    runningCommand: missing,
    runningInBackground: missing,
    beginMessage: missing,
    list: missing,
    compare: missing,
    stepsOf: missing,
    restore: missing,
    changedSinceRestore: missing,
    undoRestore: missing,
    close: missing,
    onStep: () => () => {},
    undoable: async () => undoable,
  };
  return new ChatRestore({ chat: { rewind: () => {} }, records: [], checkpoints });
}

describe("restores of a chat that is opened again", () => {
  const restored = { message: 2, files: 3, interrupted: false, isUndo: false };
  for (const [name, undoable, last] of [
    ["the last restore can be taken back", restored, { what: "files", files: 3 }],
    ["one that was taken back is over", { ...restored, isUndo: true }, undefined],
    ["unless that was cut short", { ...restored, isUndo: true, interrupted: true }, { what: "files", files: 3 }],
  ] as const) {
    it(name, async () => {
      const restore = restoreAfter(undoable);
      await restore.load();
      assert.deepEqual(restore.last, last);
    });
  }
});
