import assert from "node:assert/strict";
import { chmodSync, chownSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { replaceSeen } from "../../../src/node/atomicWrite.ts";
import { temporaryFolder } from "./temporary.ts";

const NOBODY = 65_534;

describe("a file in a folder that takes no new ones", () => {
  it("is written in place, but not over what somebody else has written meanwhile", async function () {
    if (process.platform === "win32") this.skip();
    const folder = temporaryFolder({ "a.txt": "one" });
    const path = join(folder, "a.txt");
    const before = statSync(path);
    writeFileSync(path, "another's");
    chmodSync(folder, 0o555);
    const isRoot = process.getuid?.() === 0;
    // Nothing is refused to root.
    if (isRoot) for (const owned of [folder, path]) chownSync(owned, NOBODY, NOBODY);
    if (isRoot) process.seteuid?.(NOBODY);
    try {
      const written = { path, shown: "a.txt" };
      await assert.rejects(replaceSeen(written, Buffer.from("ours"), before), /a\.txt was changed meanwhile/);
      assert.equal(readFileSync(path, "utf8"), "another's");
      await replaceSeen(written, Buffer.from("ours"), statSync(path));
      assert.equal(readFileSync(path, "utf8"), "ours");
    } finally {
      if (isRoot) process.seteuid?.(0);
      chmodSync(folder, 0o755);
    }
  });
});
