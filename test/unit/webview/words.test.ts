import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { after, before, describe, it } from "mocha";
import { setLocale, t } from "../../../src/webview/l10n.ts";

const ROOT = new URL("../../../", import.meta.url);

async function wordsOfTheView(): Promise<Set<string>> {
  const words = new Set<string>();
  for await (const path of glob("src/webview/**/*.{ts,tsx}", { cwd: ROOT })) {
    const source = await readFile(new URL(path, ROOT), "utf8");
    for (const [, text = ""] of source.matchAll(/\bt\(\s*"((?:[^"\\]|\\.)*)"/g)) words.add(JSON.parse(`"${text}"`));
  }
  return words;
}

const slots = (text: string) => (text.match(/\{\d\}/g) ?? []).sort().join();

describe("words of the view", () => {
  let bundle: Record<string, string>;
  before(async () => {
    bundle = JSON.parse(await readFile(new URL("l10n/bundle.l10n.zh-cn.json", ROOT), "utf8"));
  });
  after(() => setLocale("en", {}));

  it("are all in Chinese too, with the same arguments", async () => {
    const words = await wordsOfTheView();
    assert.ok(words.size > 150, `${words.size} words found`);
    assert.deepEqual(
      [...words].filter((text) => bundle[text] === undefined),
      [],
    );
    assert.deepEqual(
      [...words].filter((text) => slots(text) !== slots(bundle[text] ?? "")),
      [],
    );
  });

  it("fall back to English and take their arguments", () => {
    setLocale("zh-cn", bundle);
    assert.equal(t("Read {0} files", 3), "读取了 3 个文件");
    assert.equal(t("No such words {0}", "{1}"), "No such words {1}");
    assert.equal(t("constructor"), "constructor");
  });
});
