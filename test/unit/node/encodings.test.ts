import assert from "node:assert/strict";
import iconv from "iconv-lite";
import { describe, it } from "mocha";
import { ToolError } from "../../../src/agent/errors.ts";
import { decodeText, encodeText } from "../../../src/node/text.ts";
import { seeded } from "../../deep/random.ts";

/** Short texts, as they stand in comments, messages and data: with nothing around them to tell by. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  gbk: [
    "你好",
    "中",
    "包",
    "联通",
    "# 配置文件\nname = 1\n",
    "print('错误')",
    "a = '价格'; b = '￥100'",
    "/* 作者：李雷 */",
    "版权所有",
    'x = "是"',
    "// 初始化\r\nint a;\r\n",
    "姓名,年龄\n张三,18\n",
    "ａｂｃ",
    "——“引号”……",
  ],
  gb18030: ["测试 😀", "𠮷野家的菜单"],
  cp950: [
    "你好",
    "# 設定檔\n",
    "錯誤：找不到檔案",
    "中文",
    "測試",
    "臺北市",
    "許功蓋",
    "// 初始化",
    "姓名,年齡\n",
    "繁體中文註解\n",
  ],
  shiftjis: [
    "日本語",
    "// 設定ファイル\n",
    "こんにちは",
    "テスト",
    "エラー: ファイルが見つかりません",
    "表示",
    "名前",
    "値を返す",
    "ﾃｽﾄ ﾃﾞｰﾀ",
    "東京都",
    "ソ",
  ],
  windows1252: [
    "café\n",
    "naïve résumé",
    "Müller\n",
    "© 2020 Foo",
    "Grüße aus Köln",
    "10 °C",
    "“quoted” – it’s",
    "ação não",
    "présent à l'été",
    "España ¿qué?",
    "£5 €6",
    "Pääkäyttäjä",
    "Öffnen",
    "ÜBERSICHT",
    "Åse Bjørn",
    "'é'",
    "déçu",
    "Größe",
  ],
  eucjp: ["設定ファイルを読み込みます", "エラー"],
  euckr: ["안녕하세요 파일을 찾을 수 없습니다", "설정 파일"],
  windows1251: ["Привет, мир", "Ошибка", "// файл настроек"],
};

function read(bytes: Buffer, hint?: string) {
  const { text, encoding } = decodeText(bytes, "f", hint);
  return { text, encoding };
}

const utf16 = (text: string) => Buffer.from(text, "utf16le");

describe("encodings", () => {
  for (const [encoding, texts] of Object.entries(TEXTS)) {
    it(`${encoding} is known by a few words, and given back byte for byte`, () => {
      for (const text of texts) {
        const bytes = iconv.encode(text, encoding);
        assert.deepEqual(read(bytes), { text, encoding });
        assert.deepEqual(encodeText(text, encoding), bytes);
      }
    });
  }

  it("Unicode is known by its mark or its form, with the mark kept and not shown", () => {
    const text = "a\r\n你好😀\n";
    const cases: Readonly<Record<string, Buffer>> = {
      utf8: Buffer.from(text),
      utf8bom: Buffer.from(`\uFEFF${text}`),
      utf16le: utf16(`\uFEFF${text}`),
      utf16be: utf16(`\uFEFF${text}`).swap16(),
      "utf16le-nobom": utf16(text),
      "utf16be-nobom": utf16(text).swap16(),
    };
    for (const [encoding, bytes] of Object.entries(cases)) {
      assert.deepEqual(read(bytes), { text, encoding });
      assert.deepEqual(encodeText(text, encoding), bytes);
    }
    assert.deepEqual(read(Buffer.alloc(0)), { text: "", encoding: "utf8" });
    assert.deepEqual(read(Buffer.from("plain\n")), { text: "plain\n", encoding: "utf8" });
    assert.deepEqual(read(Buffer.from("\uFEFF\uFEFFa")), { text: "\uFEFFa", encoding: "utf8bom" });
  });

  it("what the editor takes a file for wins where the bytes allow it", () => {
    const bytes = Buffer.from("c4e3", "hex");
    assert.deepEqual(read(bytes), { text: "你", encoding: "gbk" });
    assert.deepEqual(read(bytes, "windows1252"), { text: "Äã", encoding: "windows1252" });
    assert.deepEqual(read(bytes, "iso88591"), { text: "Äã", encoding: "iso88591" });
    assert.deepEqual(read(bytes, "koi8r").encoding, "koi8r");
    // Not where it says otherwise, or can be nothing but UTF-8.
    assert.equal(read(bytes, "utf8").encoding, "gbk");
    assert.equal(read(bytes, "no-such").encoding, "gbk");
    assert.equal(read(Buffer.from("\uFEFFa"), "gbk").encoding, "utf8bom");
    assert.equal(read(Buffer.from("你好"), "gbk").encoding, "utf8");
    assert.equal(read(Buffer.from("café"), "windows1252").text, "cafÃ©");
  });

  it("a damaged file is named, not made nonsense of", () => {
    const cut = Buffer.concat([iconv.encode("配置文件\n返回错误\n", "gbk"), Buffer.from([0xd6, 0x0a])]);
    const words =
      "f is most likely GBK text, with bytes that are no characters (line 3), 20 bytes; only text can be read and edited.";
    assert.throws(() => decodeText(cut, "f"), { message: words });
  });

  it("what an encoding lacks is refused by name, and what merely looks alike is not written instead", () => {
    const lacking: readonly (readonly [string, string, RegExp])[] = [
      ["gbk", "a\n😀", /The file is GBK; it has no bytes for U\+1F600 \(😀\) at line 2\./],
      ["windows1252", "中\n文中", /U\+4E2D \(中\) at line 1, U\+6587 \(文\) at line 2\./],
      ["shiftjis", "¥100", /U\+00A5 \(¥\) at line 1/],
      ["cp950", "简体", /U\+7B80 \(简\) at line 1/],
      ["gbk", "\uFFFD", /U\+FFFD/],
      ["windows1252", "абвгдежз", /\(д\) at line 1, …\./],
      ["utf8", "a\ud800", /half of a character \(U\+D800, one of a surrogate pair\) at line 1\. Nothing was written/],
      ["utf16le", "a\n\u{1f600}\udc00", /half of a character \(U\+DC00, one of a surrogate pair\) at line 2\./],
    ];
    for (const [encoding, text, words] of lacking) {
      assert.throws(
        () => encodeText(text, encoding),
        (error: unknown) => error instanceof ToolError && words.test(error.message),
      );
    }
  });

  it("noise is hardly ever taken for text, and then gives its bytes back", () => {
    const random = seeded(7);
    let taken = 0;
    for (let i = 0; i < 300; i++) {
      const bytes = Buffer.from(Array.from({ length: 128 }, () => 0x20 + random.below(0xe0)));
      try {
        const { text, encoding } = decodeText(bytes, "f");
        assert.deepEqual(encodeText(text, encoding), bytes);
        taken++;
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
      }
    }
    assert.ok(taken <= 3, `${taken} of 300`);
  });
});
