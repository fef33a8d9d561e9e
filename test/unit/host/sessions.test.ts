import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { describe, it } from "mocha";
import type { ExtensionContext } from "vscode";
import { SessionFolder } from "../../../src/host/sessions.ts";
import { temporaryFolder } from "../node/temporary.ts";

describe("the folder of sessions", () => {
  it("lies with the workspace, and with the extension where no folder is open", async () => {
    const [workspace, extension] = [temporaryFolder(), temporaryFolder()];
    const globalStorageUri = { fsPath: extension };
    for (const [storageUri, expected] of [
      [{ fsPath: workspace }, workspace],
      [undefined, extension],
    ] as const) {
      const folder = new SessionFolder({ storageUri, globalStorageUri } as unknown as ExtensionContext);
      assert.equal(dirname(await folder.create()), join(expected, "sessions"));
      assert.deepEqual(await folder.list(), []);
    }
  });
});
