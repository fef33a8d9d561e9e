import assert from "node:assert/strict";
import { basename } from "node:path";
import { describe, it } from "mocha";
import { assertNoKeyLeaks, keyLeaks } from "../../bed/canary.ts";
import { temporaryFolder } from "../node/temporary.ts";

const KEY = "tp-canary0123456789";

describe("the search for keys that a run left behind", () => {
  it("finds one in every spelling, and nothing else", () => {
    const encoded = (text: string) => Buffer.from(text).toString("base64");
    const folder = temporaryFolder({
      "a/log.txt": `key ${KEY} refused`,
      "b/wide.txt": Buffer.from(KEY, "utf16le"),
      "c/one.txt": encoded(`Bearer ${KEY}`),
      "d/two.txt": encoded(`x${KEY}`),
      "e/three.txt": encoded(`xy${KEY} and more`),
      "f/binary": Buffer.concat([Buffer.from([0, 255, 128]), Buffer.from(KEY)]),
      "g/address.txt": `?key=${encodeURIComponent(KEY)}`,
      "good.txt": "a canary sings in the tp-mine; Y2FuYXJ5",
      "simulator-1.json": KEY,
    });
    assert.deepEqual(
      keyLeaks(folder)
        .map((path) => basename(path))
        .sort(),
      ["address.txt", "binary", "log.txt", "one.txt", "three.txt", "two.txt", "wide.txt"],
    );
    assert.throws(() => assertNoKeyLeaks(folder), /log\.txt/);
  });

  it("is content with a folder that holds none", () => {
    assert.doesNotThrow(() => assertNoKeyLeaks(temporaryFolder({ "a.txt": "tp-… sk-…" })));
  });
});
