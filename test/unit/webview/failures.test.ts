import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { afterEach, before, describe, it } from "mocha";
import { ERROR_REASONS } from "../../../src/agent/errors.ts";
import { labelOf, pressesFor, wordsOf } from "../../../src/webview/failures.ts";
import { setLocale } from "../../../src/webview/l10n.ts";
import { noticeWords, prefixBreakWords } from "../../../src/webview/notes.ts";

const plain = (text: string) => text.replace(/\u00a0/g, " ");

describe("words of failures and notes", () => {
  let bundle: Record<string, string>;
  before(async () => {
    bundle = JSON.parse(await readFile(new URL("../../../l10n/bundle.l10n.zh-cn.json", import.meta.url), "utf8"));
  });
  afterEach(() => setLocale("en", {}));

  for (const reason of ERROR_REASONS) {
    it(`say in both languages what happened and what to press: ${reason}`, () => {
      for (const locale of ["en", "zh-cn"]) {
        setLocale(locale, locale === "en" ? {} : bundle);
        const words = wordsOf(reason);
        for (const text of Object.values(words)) {
          assert.equal(/\p{Script=Han}/u.test(text), locale === "zh-cn", text);
        }
        // The advice names the first button, as it is labelled.
        const label = labelOf(pressesFor(reason)[0]);
        assert.ok(words.advice.includes(locale === "en" ? label : `“${label}”`), `${label}: ${words.advice}`);
      }
    });
  }

  it("tell reasons apart", () => {
    const all = ERROR_REASONS.map(wordsOf);
    assert.equal(new Set(all.map(({ title }) => title)).size, ERROR_REASONS.length);
    assert.equal(new Set(all.map(({ happened }) => happened)).size, ERROR_REASONS.length);
  });

  it("name only buttons that are there", () => {
    const presses = ["setKey", "openConsole", "goOn", "newChat", "editMessage", "chooseModel"] as const;
    for (const reason of ERROR_REASONS) {
      const offered: readonly string[] = pressesFor(reason);
      const named = presses.filter((press) => wordsOf(reason).advice.includes(labelOf(press)));
      assert.deepEqual(
        named.filter((press) => !offered.includes(press)),
        [],
        reason,
      );
    }
  });

  it("make sentences of notices, known and unknown", () => {
    assert.equal(noticeWords("max_turns"), "Paused: this task reached its limit of requests. Send a message to go on.");
    assert.equal(
      noticeWords("model_retired"),
      "The chosen model is retired. Its successor answers; choose a model below to change that.",
    );
    assert.equal(noticeWords("flood_of_calls"), "The agent notes: flood of calls");
    setLocale("zh-cn", bundle);
    assert.deepEqual(["max_turns", "max_credits", "model_retired", "flood_of_calls"].map(noticeWords), [
      "已暂停：本任务达到请求次数上限。发送消息即可继续。",
      "已暂停：本任务达到积分上限。发送消息即可继续。",
      "所选模型已下线，由其后继模型回答；可在下方选择其他模型。",
      "智能体提示：flood of calls",
    ]);
  });

  it("say what a lost cache costs", () => {
    const lost = { tokens: 12_345, credits: 3_703_500 };
    const all = () => ["model_switch", "new_tools"].map((reason) => plain(prefixBreakWords({ reason, ...lost })));
    assert.deepEqual(all(), [
      "Model switched: about 12.3K tokens are read anew, 3.7M credits",
      "The cache starts anew (new tools): about 12.3K tokens are read anew, 3.7M credits",
    ]);
    setLocale("zh-cn", bundle);
    assert.deepEqual(all(), [
      "已切换模型：约 1.23 万 token 需重新读取，370 万 积分",
      "缓存重新开始（new tools）：约 1.23 万 token 需重新读取，370 万 积分",
    ]);
  });
});
