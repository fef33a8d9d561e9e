import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { keyHint, redact } from "../../../src/host/redact.ts";

describe("redact", () => {
  const cases: [string, string][] = [
    ["key sk-abcdef1234567890 refused", "key sk-… refused"],
    ["tp-abcdef1234567890, ttp-abcdef1234567890", "tp-…, ttp-…"],
    ["Authorization: Bearer abc.def-123", "Authorization: Bearer …"],
    ['{"authorization":"Bearer tp-12345678"}', '{"authorization":"Bearer …"}'],
    ["api-key: 12345678", "api-key: …"],
    ['{"apiKey":"12345678"}', '{"apiKey":"…"}'],
    ['Cookie: api-platform_serviceToken="x y"; userId=7\nnext', "Cookie: …\nnext"],
    ["set-cookie: a=b; Path=/", "set-cookie: …"],
    ["MIMO_API_KEY=odd.key.1234 HOME=/x", "MIMO_API_KEY=… HOME=/x"],
    ["proxy http://name:pa55@10.0.0.1:3128/ used", "proxy http://…@10.0.0.1:3128/ used"],
    ["GET /x api-platform_serviceToken=abc; rest", "GET /x api-platform_serviceToken=…; rest"],
  ];
  for (const [text, clean] of cases) {
    it(text, () => assert.equal(redact(text), clean));
  }

  it("takes out known secrets of any form", () => {
    assert.equal(redact("got my.odd/key? there", ["my.odd/key?"]), "got … there");
    const secret = 'odd"key/1\\2';
    const spellings = [JSON.stringify(secret), encodeURIComponent(secret), Buffer.from(secret).toString("base64")];
    assert.equal(redact(spellings.join(" "), [secret]), '"…" … …');
  });

  it("leaves ordinary text alone", () => {
    const text = "task-runner asks: risk-free http-server, 200 tokens, cookies and bearers of news";
    assert.equal(redact(text), text);
  });
});

describe("keyHint", () => {
  it("names a key by prefix and end, and short keys by the prefix only", () => {
    assert.equal(keyHint("tp-0123456789abcdef3f9a"), "tp-…3f9a");
    assert.equal(keyHint("sk-01234567"), "sk-…");
    assert.equal(keyHint("0123456789abcdef"), "…cdef");
  });
});
