import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { cleanKey } from "../../../src/host/keyText.ts";

describe("cleanKey", () => {
  const KEY = "tp-0123456789abcdef";
  for (const pasted of [
    KEY,
    ` ${KEY}\n`,
    `"${KEY}"`,
    `'${KEY}',`,
    `\u200b${KEY}\ufeff`,
    `MIMO_API_KEY=${KEY}`,
    `export MIMO_API_KEY="${KEY}"`,
    `$env:MIMO_API_KEY = '${KEY}'`,
    `Bearer ${KEY}`,
    `Authorization: Bearer ${KEY}`,
    `api-key: ${KEY}`,
  ]) {
    it(JSON.stringify(pasted), () => assert.equal(cleanKey(pasted), KEY));
  }

  it("leaves alone what is none of these", () => {
    for (const text of ["", "hello world", "key=with=signs-inside", "QUJDREVGRw==", "a+b/c="]) {
      assert.equal(cleanKey(text), text);
    }
  });
});
