import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { Composition, type KeyLike, sends, shortcutOf } from "../../../src/webview/keys.ts";

const ENTER: KeyLike = {
  key: "Enter",
  keyCode: 13,
  isComposing: false,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
};

describe("keys", () => {
  it("send on Enter alone or with Ctrl, not with Shift or Alt", () => {
    assert.deepEqual(
      [ENTER, { ...ENTER, ctrlKey: true }, { ...ENTER, shiftKey: true }, { ...ENTER, altKey: true }].map(sends),
      [true, true, false, false],
    );
    assert.equal(sends({ ...ENTER, key: "a" }), false);
  });

  it("belong to an input method while it composes", () => {
    const composition = new Composition();
    assert.equal(composition.owns(ENTER, 0), false);
    composition.start();
    assert.equal(composition.owns(ENTER, 10), true);
    composition.end(1000);
    // Safari: compositionend, then the keydown of the very same key.
    assert.equal(composition.owns(ENTER, 1000), true);
    assert.equal(composition.owns(ENTER, 1049), true);
    assert.equal(composition.owns(ENTER, 1051), false);
  });

  it("belong to an input method that only shows itself in the event", () => {
    const composition = new Composition();
    assert.equal(composition.owns({ ...ENTER, isComposing: true }, 0), true);
    assert.equal(composition.owns({ ...ENTER, keyCode: 229 }, 0), true);
  });

  it("know the shortcuts with Ctrl or Command", () => {
    assert.equal(shortcutOf({ ...ENTER, ctrlKey: true }), "accept");
    assert.equal(shortcutOf({ ...ENTER, metaKey: true }), "accept");
    assert.equal(shortcutOf({ ...ENTER, key: "Backspace", ctrlKey: true }), "reject");
    assert.equal(shortcutOf({ ...ENTER, key: ".", ctrlKey: true }), "modes");
    assert.equal(shortcutOf(ENTER), undefined);
    assert.equal(shortcutOf({ ...ENTER, ctrlKey: true, shiftKey: true }), undefined);
    assert.equal(shortcutOf({ ...ENTER, ctrlKey: true, metaKey: true }), undefined);
  });
});
