import iconv from "iconv-lite";

/** One file, one edit, and the bytes that have to be there after it. */
export interface MatrixCase {
  readonly name: string;
  readonly encoding: string;
  readonly endings: "LF" | "CRLF" | "mixed";
  readonly bytes: Buffer;
  readonly edit: { readonly old_text: string; readonly new_text: string };
  readonly expected: Buffer;
  /** Has a character that the encoding lacks; undefined where it lacks none. */
  readonly refused: { readonly old_text: string; readonly new_text: string } | undefined;
}

const WORDS: Readonly<
  Record<string, { readonly lines: readonly string[]; readonly was: string; readonly wanted: string }>
> = {
  utf8: { lines: ["# 配置 😀", "é = ü"], was: "旧的值", wanted: "新的值🎉" },
  utf8bom: { lines: ["# 配置 😀", "é = ü"], was: "旧的值", wanted: "新的值🎉" },
  utf16le: { lines: ["# 配置 😀", "é = ü"], was: "旧的值", wanted: "新的值🎉" },
  utf16be: { lines: ["# 配置 😀", "é = ü"], was: "旧的值", wanted: "新的值🎉" },
  gbk: { lines: ["# 配置文件，请勿修改", "姓名：张三"], was: "旧的值", wanted: "新的内容" },
  gb18030: { lines: ["# 配置文件，请勿修改", "姓名：𠮷田"], was: "旧的值", wanted: "新的𠮷😀" },
  cp950: { lines: ["# 設定檔，請勿修改", "姓名：許功蓋"], was: "舊的值", wanted: "新的內容" },
  shiftjis: { lines: ["# 設定ファイルです", "名前：表示ソ"], was: "古い値", wanted: "新しい値ー" },
  windows1252: { lines: ["# Größe für das Menü", "nom : déjà créé"], was: "prix élevé", wanted: "prix réduit – 5 €" },
};

const MARKS: Readonly<Record<string, string>> = { utf8bom: "efbbbf", utf16le: "fffe", utf16be: "feff" };

export function markOf(encoding: string): Buffer {
  return Buffer.from(MARKS[encoding] ?? "", "hex");
}

export function encoded(text: string, encoding: string): Buffer {
  const name = encoding === "utf8bom" ? "utf8" : encoding === "utf16le" ? "utf16-le" : encoding;
  return iconv.encode(text, name, { addBOM: false });
}

/** Each encoding with each kind of line endings, with and without one at the end. */
export function encodingMatrix(): MatrixCase[] {
  return Object.entries(WORDS).flatMap(([encoding, { lines, was, wanted }]) =>
    (["LF", "CRLF", "mixed"] as const).flatMap((endings) =>
      ["final newline", "no final newline"].map((final): MatrixCase => {
        const all = [...lines, "first = 1", `value = ${was};`, "last = 2"];
        const text = all
          .map((line, i) => {
            if (i === all.length - 1 && final === "no final newline") return line;
            return line + (endings === "CRLF" || (endings === "mixed" && i % 2 === 0) ? "\r\n" : "\n");
          })
          .join("");
        const [before = "", after = ""] = text.split(was);
        const mark = markOf(encoding);
        const bytesOf = (middle: string) =>
          Buffer.concat([mark, ...[before, middle, after].map((part) => encoded(part, encoding))]);
        const holdsAll = encoding.startsWith("utf") || encoding === "gb18030";
        return {
          name: `${encoding}, ${endings}, ${final}`,
          encoding,
          endings,
          bytes: bytesOf(was),
          edit: { old_text: was, new_text: wanted },
          expected: bytesOf(wanted),
          refused: holdsAll ? undefined : { old_text: was, new_text: "a😀ब" },
        };
      }),
    ),
  );
}
