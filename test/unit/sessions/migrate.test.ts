import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { SessionTooNew, sessionFailure } from "../../../src/sessions/errors.ts";
import { foldSession } from "../../../src/sessions/fold.ts";
import { mendSession } from "../../../src/sessions/mend.ts";
import { type Migrations, migrate, type RawRecord } from "../../../src/sessions/migrate.ts";
import { parseSession } from "../../../src/sessions/parse.ts";
import { answer, at, end, head, linesOf, user } from "./records.ts";

/** Version -1 called messages "said", version 0 kept the text beside the role. */
const STEPS: Migrations = {
  [-1]: (records) => records.map((record) => (record.type === "said" ? { ...record, type: "message" } : record)),
  0: (records) =>
    records.map(({ role, content, ...record }) =>
      record.type === "message" ? { ...record, message: { role, content } } : record,
    ),
};
const oldest = [
  { ...head, v: -1 },
  { type: "said", at, role: "user", content: "a" },
];
const older = [
  { ...head, v: 0 },
  { type: "message", at, role: "user", content: "b" },
];

describe("the format's versions", () => {
  it("lift old records step by step when they are read, and only then", () => {
    const parsed = parseSession(linesOf(...oldest), { migrations: STEPS });
    assert.deepEqual(parsed, { records: [head, user("a")], bad: 0, unknown: 0, torn: false, outdated: true });
    assert.deepEqual(Object.keys(parsed.records[0] ?? {}), Object.keys(head), "in the order they were written in");
  });

  it("hold from their head on: a newer version goes on behind a head of its own", () => {
    const records: RawRecord[] = [...oldest, ...older, { ...head }, { ...user("c") }];
    const text = linesOf(...records);
    assert.deepEqual(parseSession(text, { migrations: STEPS }), {
      records: [head, user("a"), head, user("b"), head, user("c")],
      bad: 0,
      unknown: 0,
      torn: false,
      outdated: false,
    });
  });

  it("get that head before anything is appended, and read the same afterwards", () => {
    const text = linesOf(...older, end(1));
    const parsed = parseSession(text, { migrations: STEPS });
    const folded = foldSession(parsed.records, { damage: parsed });
    assert.ok(folded);
    const added: object[] = [];
    mendSession(folded, (record) => added.push(record), at);
    assert.deepEqual(added, [head]);
    const again = parseSession(text + linesOf(...added, answer("now")), { migrations: STEPS });
    assert.deepEqual(again.records, [head, user("b"), end(1), head, answer("now")]);
    assert.deepEqual(foldSession(again.records, { damage: again })?.repaired, []);
  });

  it("are refused when they are newer than this one, wherever that shows", () => {
    for (const records of [
      [{ ...head, v: 2 }],
      [head, user("a"), { ...head, v: 7 }, user("b")],
      [{ v: 3, type: "session", shape: "unknown" }],
    ]) {
      assert.throws(
        () => parseSession(linesOf(...records)),
        (error) => error instanceof SessionTooNew && sessionFailure(error) === "too_new" && error.version > 1,
      );
    }
  });

  it("without a step are read as the current format reads them", () => {
    assert.deepEqual(parseSession(linesOf({ ...head, v: 0 }, user("a"))), {
      records: [user("a")],
      bad: 1,
      unknown: 0,
      torn: false,
      outdated: true,
    });
    assert.deepEqual(migrate([{ type: "x" }], { to: 5 }), [{ type: "x" }]);
  });
});
