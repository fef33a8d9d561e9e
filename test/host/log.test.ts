import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createLog } from "../../src/host/log.ts";

describe("the log", () => {
  it("takes lines after VS Code has closed it: a task may still be writing down its end", () => {
    const log = createLog("MiMo test", () => []);
    log.info("open");
    log.dispose();
    assert.doesNotThrow(() => {
      log.info("closed");
      log.warn("closed");
      log.error("closed", new Error("closed"));
    });
  });
});
