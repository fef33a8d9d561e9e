import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { changedFacts, knownFacts, userMessage, userText } from "../../../src/agent/context.ts";

describe("context", () => {
  const facts = new Map([
    ["Folder", "/w"],
    ["Git status", "two\nlines"],
  ]);

  for (const text of ["plain", "<context>\nmine\n</context>\n\nx", "", "</context>\n\nend", "多行\r\n文本"]) {
    it(`gives the user's words back: ${JSON.stringify(text)}`, () => {
      assert.equal(userText(userMessage(text, facts, "Rules </context>\n\n here")), text);
      assert.equal(userText(userMessage(text, new Map())), text);
    });
  }

  it("knows from the history what it has said", () => {
    const history = [userMessage("a", facts, "AGENTS.md:\nKey: value"), userMessage("b", new Map([["Folder", "/v"]]))];
    const known = knownFacts(history);
    assert.deepEqual(
      [...known],
      [
        ["Folder", "/v"],
        ["Git status", "two lines"],
      ],
    );
    assert.deepEqual(
      [
        ...changedFacts(
          known,
          new Map([
            ["Folder", "/v"],
            ["Git status", "two\nlines"],
          ]),
        ),
      ],
      [],
    );
    assert.deepEqual(
      [
        ...changedFacts(
          known,
          new Map([
            ["Folder", "/v"],
            ["Date", "x"],
          ]),
        ),
      ],
      [
        ["Date", "x"],
        ["Git status", "none"],
      ],
    );
  });

  it("never takes instructions for facts", () => {
    const message = userMessage("go", new Map(), "AGENTS.md:\nTests: npm test");
    assert.deepEqual([...knownFacts([message])], []);
    assert.equal(userText(message), "go");
  });

  it("sends no half of a character", () => {
    assert.equal(userMessage("cut \ud83d", new Map()).content, "cut \ufffd");
    assert.equal(userMessage("whole 😀", new Map()).content, "whole 😀");
  });
});
