import assert from "node:assert/strict";
import { chmodSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { folderFacts, networkVariables, programVersion } from "../../../src/node/diagnose.ts";
import { temporaryFolder } from "./temporary.ts";

const options = { signal: new AbortController().signal };

describe("what a report says of the machine", () => {
  it("tries a folder out, and leaves nothing in it", async () => {
    const folder = join(temporaryFolder(), "new/storage");
    const { problem, freeBytes } = await folderFacts(folder);
    assert.equal(problem, undefined);
    assert.ok(freeBytes !== undefined && freeBytes > 0);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("says why a folder cannot be written to", async () => {
    const file = join(temporaryFolder({ file: "" }), "file");
    assert.equal((await folderFacts(join(file, "below"))).problem, "ENOTDIR");
  });

  it("asks a program for its version, and gives up on one that says none", async function () {
    if (process.platform === "win32") this.skip();
    const folder = temporaryFolder({
      good: "#!/bin/sh\necho 'good 1.2.3'\necho more\n",
      bad: "#!/bin/sh\nexit 3\n",
      silent: "#!/bin/sh\nexit 0\n",
    });
    for (const name of ["good", "bad", "silent"]) chmodSync(join(folder, name), 0o755);
    assert.equal(await programVersion(join(folder, "good"), options), "good 1.2.3");
    assert.equal(await programVersion(join(folder, "bad"), options), undefined);
    assert.equal(await programVersion(join(folder, "silent"), options), undefined);
    assert.equal(await programVersion(join(folder, "missing"), options), undefined);
  });

  it("names what bears upon connections, without a password and without a key", () => {
    const env = {
      HTTPS_PROXY: "http://me:secret@proxy:3128",
      no_proxy: "localhost,.corp",
      NODE_EXTRA_CA_CERTS: "/etc/corp.pem",
      OPENAI_API_KEY: "sk-canary0123456789",
      OPENAI_BASE_URL: "https://evil.test/?k=canary",
      MIMO_API_KEY: "tp-canary0123456789",
      PATH: "/bin",
    };
    assert.deepEqual(networkVariables(env), [
      ["HTTPS_PROXY", "http://…@proxy:3128"],
      ["no_proxy", "localhost,.corp"],
      ["NODE_EXTRA_CA_CERTS", "/etc/corp.pem"],
      ["OPENAI_API_KEY", "set, not used"],
      ["OPENAI_BASE_URL", "set, not used"],
      ["MIMO_API_KEY", "set"],
    ]);
  });
});
