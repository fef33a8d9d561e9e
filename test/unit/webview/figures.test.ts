import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import { briefly, percent, seconds, thin } from "../../../src/webview/figures.ts";
import { setLocale } from "../../../src/webview/l10n.ts";

const plain = (text: string) => text.replace(/\u00a0/g, " ");

describe("figures", () => {
  afterEach(() => setLocale("en", {}));

  it("are thin in English", () => {
    const values = [0, 7.4, 950, 999.6, 1000, 12_345, 999_499, 999_950, 4_200_000, 135_244_472, 4_620_000_000];
    assert.deepEqual(values.map(thin), ["0", "7", "950", "1000", "1K", "12.3K", "999K", "1M", "4.2M", "135M", "4.62B"]);
  });

  it("count in ten thousands in Chinese", () => {
    setLocale("zh-cn", {});
    assert.deepEqual(
      [9_000, 12_345, 4_200_000, 4_620_000_000, 99_999_999].map((n) => plain(thin(n))),
      ["9000", "1.23 万", "420 万", "46.2 亿", "1 亿"],
    );
    assert.equal(plain(percent(98, 100)), "98 %");
  });

  it("never round a share up to all of it", () => {
    assert.deepEqual([percent(9_999, 10_000), percent(1, 1), percent(0, 0), percent(5, 3)].map(plain), [
      "99 %",
      "100 %",
      "0 %",
      "100 %",
    ]);
  });

  it("say of a little that it is less than one percent", () => {
    assert.deepEqual([percent(1, 1_048_576), percent(9_999, 1_000_000), percent(1, 100), percent(0, 100)].map(plain), [
      "<1 %",
      "<1 %",
      "1 %",
      "0 %",
    ]);
    setLocale("zh-cn", {});
    assert.equal(plain(percent(2_400, 1_048_576)), "<1 %");
  });

  it("say time in seconds and minutes", () => {
    assert.deepEqual(
      [seconds(52_400), seconds(185_000), seconds(-5), briefly(3_400), briefly(12_600), briefly(30)],
      ["52 s", "3 min 5 s", "0 s", "3.4 s", "13 s", "<0.1 s"],
    );
  });
});
