import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createTypedLine } from "../../../src/host/terminalLine.ts";

function played(...keys: readonly string[]): { screen: string; sent: readonly string[] } {
  return playedAt("Name: ", keys);
}

function playedAt(prompt: string, keys: readonly string[]) {
  let screen = "";
  const sent: string[] = [];
  const line = createTypedLine({
    echo: (text) => {
      screen += text;
    },
    send: (text) => sent.push(text),
    interrupt: () => sent.push("<interrupt>"),
    end: () => sent.push("<end>"),
    isSecret: () => /password/i.test(prompt),
  });
  for (const key of keys) line.type(key);
  return { screen, sent };
}

describe("typing into a command's tab", () => {
  it("sends whole lines, and shows what is typed", () => {
    assert.deepEqual(played("y", "e", "s", "\r"), { screen: "yes\r\n", sent: ["yes\n"] });
    assert.deepEqual(played("one\rtwo\r\nthree"), { screen: "one\r\ntwo\r\nthree", sent: ["one\n", "two\n"] });
    assert.deepEqual(played("\r"), { screen: "\r\n", sent: ["\n"] });
  });

  it("rubs out by characters, words and lines, wide ones by two cells", () => {
    assert.deepEqual(played("ab\x7fc\r"), { screen: "ab\b \bc\r\n", sent: ["ac\n"] });
    assert.deepEqual(played("你\x7f\x7f😀\r"), { screen: "你\b \b\b \b😀\r\n", sent: ["😀\n"] });
    assert.deepEqual(played("one two\x17\r").sent, ["one \n"]);
    assert.deepEqual(played("gone\x15kept\r").sent, ["kept\n"]);
  });

  it("Ctrl+C interrupts and forgets the line; Ctrl+D ends the input or sends what is there", () => {
    assert.deepEqual(played("half\x03\r"), { screen: "half^C\r\n\r\n", sent: ["<interrupt>", "\n"] });
    assert.deepEqual(played("\x04"), { screen: "", sent: ["<end>"] });
    assert.deepEqual(played("part\x04").sent, ["part"]);
  });

  it("takes no keys that are not characters", () => {
    assert.deepEqual(played("a\x1b[Ab\x1bOP\x1b[3~\x1b[200~c\x1b[201~\x00\x07\r").sent, ["abc\n"]);
  });

  it("does not show an answer that is secret", () => {
    const typed = playedAt("Password: ", ["s3x\x7fcret\r"]);
    assert.deepEqual(typed, { screen: "\r\n", sent: ["s3cret\n"] });
  });
});
