import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { hasSecondarySideBar } from "../../src/host/location.ts";

describe("the place of the chat", () => {
  it("may be the secondary side bar where VS Code has one for extensions", () => {
    assert.deepEqual(["1.104.0", "1.105.9", "1.106.0", "1.139.1-insider", "2.0.0"].map(hasSecondarySideBar), [
      false,
      false,
      true,
      true,
      true,
    ]);
  });
});
