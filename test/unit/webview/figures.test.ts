import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import { briefly, fileSize, percent, seconds, thin, timeOfDay } from "../../../src/webview/figures.ts";
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

  it("say how large a file is", () => {
    assert.deepEqual([0, 499, 120_400, 999_999, 1_000_000, 4_812_000].map(fileSize).map(plain), [
      "1 KB",
      "1 KB",
      "120 KB",
      "1 MB",
      "1 MB",
      "4.81 MB",
    ]);
  });

  it("say the time of day, and the day where it is another one", () => {
    const now = new Date(2026, 9, 12, 8, 0);
    const at = (day: number, hour: number) => timeOfDay(new Date(2026, 9, day, hour, 5).toISOString(), now);
    assert.deepEqual([at(12, 14), at(13, 0)], ["14:05", "13 Oct, 00:05"]);
    setLocale("zh-cn", {});
    assert.deepEqual([at(12, 14), at(13, 0)], ["14:05", "10月13日 00:05"]);
  });

  it("say time in seconds and minutes", () => {
    assert.deepEqual(
      [seconds(52_400), seconds(185_000), seconds(-5), briefly(3_400), briefly(12_600), briefly(30)],
      ["52 s", "3 min 5 s", "0 s", "3.4 s", "13 s", "<0.1 s"],
    );
  });
});
