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

  it("is the same for all windows on a workspace, whatever storage the editor gives them", async () => {
    const storages = temporaryFolder();
    const globalStorageUri = { fsPath: temporaryFolder() };
    const storageOf = (id: string) => join(storages, id, "mimo-agent.mimo-agent");
    const sessionsOf = (id: string) =>
      new SessionFolder({ storageUri: { fsPath: storageOf(id) }, globalStorageUri } as unknown as ExtensionContext);
    const folderOf = async (id: string) => dirname(await sessionsOf(id).create());
    // A name that only looks like a second window's has no first one beside it.
    assert.equal(await folderOf("1b052b8a-1"), join(storageOf("1b052b8a-1"), "sessions"));
    const first = await folderOf("1b052b8a");
    assert.deepEqual([await folderOf("1b052b8a-1"), await folderOf("1b052b8a-12")], [first, first]);
    assert.deepEqual([sessionsOf("1b052b8a").isSecond, sessionsOf("1b052b8a-1").isSecond], [false, true]);
    assert.equal(await folderOf("1b052b8b"), join(storageOf("1b052b8b"), "sessions"));
    // A window in the browser: the number of its folder is often negative, and may be short.
    for (const id of ["-5e3f0a11", "-77", "4f"]) {
      const own = await folderOf(id);
      assert.equal(own, join(storageOf(id), "sessions"));
      assert.deepEqual([await folderOf(`${id}-1`), await folderOf(`${id}-2`)], [own, own]);
    }
  });
});
