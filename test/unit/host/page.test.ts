import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { renderPage } from "../../../src/host/page.ts";

const parts = {
  nonce: "n0nce",
  cspSource: "https://*.example.net",
  script: "https://x.example.net/dist/webview.js",
  style: "https://x.example.net/media/panel.css",
  language: "zh-cn",
  bundle: { a: "</script><script>alert(1)</script>", b: "<!--\u2028" },
};

describe("renderPage", () => {
  it("allows its own script and stylesheet only", () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(renderPage(parts))?.[1] ?? "";
    assert.equal(
      policy.replaceAll("&#39;", "'"),
      "default-src 'none'; style-src https://*.example.net; script-src 'nonce-n0nce'; font-src https://*.example.net; img-src https://*.example.net data:",
    );
  });

  it("hands over translations that cannot end their element", () => {
    const html = renderPage(parts);
    assert.equal(html.match(/<script/g)?.length, 2);
    assert.equal(html.match(/<\/script>/g)?.length, 2);
    const json = /id="l10n">(.*?)<\/script>/s.exec(html)?.[1] ?? "";
    assert.deepEqual(JSON.parse(json), parts.bundle);
  });

  it("says the language", () => {
    assert.match(renderPage(parts), /<html lang="zh-CN" data-locale="zh-cn">/);
    assert.match(renderPage({ ...parts, language: "en" }), /<html lang="en" data-locale="en">/);
  });

  it("escapes what it puts into attributes", () => {
    assert.doesNotMatch(renderPage({ ...parts, language: '"><script>' }), /"><script>/);
  });
});
