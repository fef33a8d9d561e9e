import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { afterEach, before, describe, it } from "mocha";
import { ERROR_REASONS } from "../../../src/agent/errors.ts";
import { labelOf, type Press, pressesFor, retryWords, type Trouble, wordsOf } from "../../../src/webview/failures.ts";
import { setLocale } from "../../../src/webview/l10n.ts";
import { noticeWords, prefixBreakWords } from "../../../src/webview/notes.ts";

const plain = (text: string) => text.replace(/\u00a0/g, " ");

const TROUBLES: readonly Trouble[] = [
  ...ERROR_REASONS.map((reason) => ({ reason })),
  { reason: "auth", detail: "key_missing" },
  { reason: "bad_request", detail: "model_gone" },
  { reason: "too_long", given: ["largerModel"] },
  { reason: "rate", until: "14:05" },
  { reason: "server", until: "14:05" },
  { reason: "quota", until: "14:05" },
  { reason: "input", detail: "images_refused" },
  { reason: "input", detail: "images_refused", given: ["seeingModel"] },
  { reason: "bad_request", detail: "web_search_off" },
];

const PRESSES: readonly Press[] = [
  "setKey",
  "openConsole",
  "goOn",
  "newChat",
  "editMessage",
  "chooseModel",
  "chooseSeeing",
  "dropImages",
  "searchOff",
];

const nameOf = ({ reason, detail, until, given = [] }: Trouble) =>
  [reason, detail, until, ...given].filter(Boolean).join(" ");

/** The labels an advice names, longest first so that none is found in another. */
function named(advice: string): Press[] {
  let rest = advice;
  const found: Press[] = [];
  for (const press of [...PRESSES].sort((a, b) => labelOf(b).length - labelOf(a).length)) {
    if (!rest.includes(labelOf(press))) continue;
    found.push(press);
    rest = rest.replaceAll(labelOf(press), "");
  }
  return found;
}

describe("words of failures and notes", () => {
  let bundle: Record<string, string>;
  before(async () => {
    bundle = JSON.parse(await readFile(new URL("../../../l10n/bundle.l10n.zh-cn.json", import.meta.url), "utf8"));
  });
  afterEach(() => setLocale("en", {}));

  for (const trouble of TROUBLES) {
    it(`say in both languages what happened and what to press: ${nameOf(trouble)}`, () => {
      for (const locale of ["en", "zh-cn"]) {
        setLocale(locale, locale === "en" ? {} : bundle);
        const words = wordsOf(trouble);
        for (const text of Object.values(words)) {
          assert.equal(/\p{Script=Han}/u.test(text), locale === "zh-cn", text);
        }
        // The advice names the first button, as it is labelled.
        const label = labelOf(pressesFor(trouble)[0]);
        assert.ok(words.advice.includes(locale === "en" ? label : `“${label}”`), `${label}: ${words.advice}`);
      }
    });
  }

  it("tell reasons apart", () => {
    const all = ERROR_REASONS.map((reason) => wordsOf({ reason }));
    assert.equal(new Set(all.map(({ title }) => title)).size, ERROR_REASONS.length);
    assert.equal(new Set(all.map(({ happened }) => happened)).size, ERROR_REASONS.length);
  });

  it("name only buttons that are there", () => {
    for (const trouble of TROUBLES) {
      const offered: readonly Press[] = pressesFor(trouble);
      assert.deepEqual(
        named(wordsOf(trouble).advice).filter((press) => !offered.includes(press)),
        [],
        nameOf(trouble),
      );
    }
  });

  it("tell a missing key from a refused one, and a busy platform from an empty balance", () => {
    assert.equal(wordsOf({ reason: "auth" }).title, "The key was refused");
    assert.deepEqual(wordsOf({ reason: "auth", detail: "key_missing" }), {
      title: "A key is missing",
      happened: "No key is set for this chat, so nothing was sent.",
      advice: "Press Add key, then Go on. This chat is kept.",
    });
    assert.equal(retryWords("balance").title, "The platform asks to slow down");
    assert.equal(retryWords("network").title, "No connection");
  });

  it("say until when the platform asks to wait, and what it does not change", () => {
    assert.deepEqual(wordsOf({ reason: "rate", until: "14:05" }), {
      title: "Too many requests",
      happened: "The platform asks to wait until 14:05. What was done is kept.",
      advice: "Press Go on then. With another model or key it can be sooner.",
    });
    const quota = wordsOf({ reason: "quota" });
    const waiting = wordsOf({ reason: "quota", until: "14:05" });
    assert.equal(waiting.advice, quota.advice);
    assert.ok(waiting.happened.startsWith(quota.happened) && waiting.happened.includes("14:05"), waiting.happened);
  });

  it("offer only what this window has", () => {
    const tooLong = { reason: "too_long" } as const;
    assert.deepEqual(pressesFor(tooLong), ["newChat", "editMessage"]);
    assert.deepEqual(pressesFor({ ...tooLong, given: ["largerModel"] }), ["newChat", "chooseModel", "editMessage"]);
    const refused = { reason: "input", detail: "images_refused" } as const;
    assert.deepEqual(pressesFor(refused), ["dropImages", "newChat"]);
    assert.deepEqual(pressesFor({ ...refused, given: ["seeingModel"] }), ["chooseSeeing", "dropImages", "goOn"]);
    assert.deepEqual(pressesFor({ reason: "bad_request", detail: "web_search_off" }), ["searchOff", "openConsole"]);
  });

  it("make sentences of notices, known and unknown", () => {
    const known = [
      "max_turns",
      "max_credits",
      "model_retired",
      "repetition",
      "flood",
      "leaked_calls",
      "thinking_off",
      "web_search_failed",
      "no_answer",
      "session_repaired",
      "storage_full",
    ];
    const english = known.map((reason) => noticeWords(reason));
    assert.equal(new Set(english).size, known.length);
    assert.equal(english[0], "Paused: this task reached its limit of requests. Send a message to go on.");
    assert.equal(
      noticeWords("model_retired", "MiMo-V2.6-Pro"),
      "The chosen model is retired. MiMo-V2.6-Pro answers instead; choose a model below to change that.",
    );
    assert.equal(noticeWords("solar_flare"), "The agent notes: solar flare");
    setLocale("zh-cn", bundle);
    for (const [i, reason] of known.entries()) {
      assert.notEqual(noticeWords(reason), english[i]);
      assert.ok(/\p{Script=Han}/u.test(noticeWords(reason)), reason);
    }
    assert.equal(
      noticeWords("model_retired", "MiMo-V2.6-Pro"),
      "所选模型已下线，由 MiMo-V2.6-Pro 回答；可在下方选择其他模型。",
    );
    assert.equal(noticeWords("solar_flare"), "智能体提示：solar flare");
  });

  it("say what a lost cache costs", () => {
    const lost = { tokens: 12_345, credits: 3_703_500 };
    const all = () =>
      ["model_switch", "key_switch", "web_search", "text_repair", "images_removed", "new_tools"].map((reason) =>
        plain(prefixBreakWords({ reason, ...lost })),
      );
    assert.deepEqual(all(), [
      "Model switched: about 12.3K tokens are read anew, 3.7M credits",
      "Key switched: about 12.3K tokens are read anew, 3.7M credits",
      "Web search switched: about 12.3K tokens are read anew, 3.7M credits",
      "The history was repaired: about 12.3K tokens are read anew, 3.7M credits",
      "Images removed from this chat: about 12.3K tokens are read anew, 3.7M credits",
      "The cache starts anew (new tools): about 12.3K tokens are read anew, 3.7M credits",
    ]);
    setLocale("zh-cn", bundle);
    assert.deepEqual(all(), [
      "已切换模型：约 1.23 万 token 需重新读取，370 万 积分",
      "已切换密钥：约 1.23 万 token 需重新读取，370 万 积分",
      "已切换联网搜索：约 1.23 万 token 需重新读取，370 万 积分",
      "已修复历史记录：约 1.23 万 token 需重新读取，370 万 积分",
      "已从本对话移除图片：约 1.23 万 token 需重新读取，370 万 积分",
      "缓存重新开始（new tools）：约 1.23 万 token 需重新读取，370 万 积分",
    ]);
  });
});
