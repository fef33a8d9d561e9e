import assert from "node:assert/strict";
import { utimesSync, writeFileSync } from "node:fs";
import { describe, it } from "mocha";
import type { ExtensionContext } from "vscode";
import { SessionFolder } from "../../../src/host/sessions.ts";
import { temporaryFolder } from "../node/temporary.ts";

describe("the folder of sessions", () => {
  async function three() {
    const storageUri = { fsPath: temporaryFolder() };
    const folder = new SessionFolder({ storageUri } as unknown as ExtensionContext);
    const paths: string[] = [];
    for (let i = 0; i < 3; i++) {
      const path = await folder.create();
      writeFileSync(path, "{}\n");
      utimesSync(path, 1000 + i, 1000 + i);
      paths.push(path);
    }
    return { folder, paths: paths as [string, string, string] };
  }

  it("names what is open, the latest first, and only what was written", async () => {
    const { folder, paths } = await three();
    await folder.create();
    assert.deepEqual(await folder.open(), [...paths].reverse());
    await folder.close(paths[1]);
    assert.deepEqual(await folder.open(), [paths[2], paths[0]]);
  });

  it("closes what no window holds", async () => {
    const { folder, paths } = await three();
    writeFileSync(`${paths[0]}.lock`, "1");
    await folder.closeAbandoned();
    assert.deepEqual(await folder.open(), [paths[0]]);
  });
});
