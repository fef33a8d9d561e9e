import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { describeModel, isChatModel, successorOf } from "../../../src/mimo/models.ts";

const november = new Date("2026-11-21T10:00:00Z");
const october = new Date("2026-10-20T23:59:59Z");

describe("successors", () => {
  const table = (at: Date, ids: readonly string[]) => ids.map((id) => successorOf(id, at));

  it("stand in for every id that is gone, also those that no table held", () => {
    assert.deepEqual(
      table(november, ["mimo-v2.5-pro", "mimo-v2.5", "mimo-v2-flash", "mimo-v2-omni", "MiMo-V2.5-Pro", "mimo-v1"]),
      ["mimo-v2.6-pro", "mimo-v2.6-flash", "mimo-v2.6-flash", "mimo-v2.6-flash", "mimo-v2.6-pro", "mimo-v2.6-flash"],
    );
    assert.deepEqual(
      table(november, ["mimo-v1-pro", "mimo-v1.5-chat", "mimo-v2.4-pro-preview", "mimo-v2-lite", "mimo-v2.5-pro-0422"]),
      ["mimo-v2.6-pro", "mimo-v2.6-flash", "mimo-v2.6-pro", "mimo-v2.6-flash", "mimo-v2.6-pro"],
    );
  });

  it("are not made up for what may serve, for speech and for other names", () => {
    const ids = [
      "mimo-v2.6-pro",
      "mimo-v2.6-mini",
      "mimo-v2.7-pro",
      "mimo-v9",
      "mimo-v2.5-tts",
      "mimo-v2-asr",
      "x",
      "",
    ];
    assert.deepEqual(
      table(november, [...ids, "gpt-4", "mimo-7b", "mimo-v2.5/pro", "mimo-vx"]),
      Array(12).fill(undefined),
    );
  });

  it("go by the table's dates", () => {
    assert.deepEqual(table(october, ["mimo-v2.5-pro", "mimo-v2.5", "mimo-v2.4", "mimo-v2-pro", "mimo-v1"]), [
      undefined,
      undefined,
      undefined,
      "mimo-v2.6-pro",
      "mimo-v2.6-flash",
    ]);
  });

  it("come from the live list where there is one", () => {
    const live = ["mimo-v2.6-flash", "mimo-v2.7-pro-preview", "mimo-v2.10-flash", "mimo-v2.7-pro", "mimo-v2.5-tts"];
    const of = (id: string, ids: readonly string[] = live) => successorOf(id, november, ids);
    assert.deepEqual(
      ["mimo-v2.5-pro", "mimo-v2.6-pro", "mimo-v2.5", "mimo-v9-pro", "mimo-v1", "mimo-v2.7-pro", "gpt-4"].map((id) =>
        of(id),
      ),
      ["mimo-v2.7-pro", "mimo-v2.7-pro", "mimo-v2.10-flash", "mimo-v2.7-pro", "mimo-v2.10-flash", undefined, undefined],
    );
    // What still serves has no successor, whatever the table says of it.
    assert.equal(of("mimo-v2.5-pro", ["mimo-v2.5-pro", "mimo-v2.6-pro"]), undefined);
    // A list that holds one family only, one that holds no chat model, and none.
    assert.equal(of("mimo-v2.5-pro", ["mimo-v2.6-flash"]), "mimo-v2.6-flash");
    assert.equal(of("mimo-v2.5-pro", ["mimo-v2.5-asr", "gpt-4"]), "mimo-v2.6-pro");
    assert.equal(of("mimo-v2.6-pro", []), undefined);
  });
});

describe("models that the table does not hold", () => {
  it("are taken to be like the newest of their family, or to take no images when they are older", () => {
    const seen = (id: string) => {
      const { name, family, contextWindow, maxOutput, images } = describeModel(id);
      return [name, family, contextWindow, maxOutput, images];
    };
    assert.deepEqual(seen("mimo-v2.7-pro"), ["MiMo-V2.7-Pro", "pro", 1_048_576, 131_072, true]);
    assert.deepEqual(seen("mimo-v3-flash-preview"), ["MiMo-V3-Flash-Preview", "flash", 1_048_576, 131_072, true]);
    assert.deepEqual(seen("mimo-v2.4-pro"), ["MiMo-V2.4-Pro", "pro", 1_048_576, 131_072, false]);
    assert.deepEqual(seen("mimo-v2.4-omni"), ["MiMo-V2.4-Omni", "flash", 1_048_576, 131_072, true]);
    assert.deepEqual(seen("another"), ["another", "flash", 1_048_576, 131_072, false]);
  });

  it("keep the id they were asked by", () => {
    assert.equal(describeModel("MiMo-V2.6-Pro").id, "MiMo-V2.6-Pro");
    assert.equal(describeModel("MiMo-V2.6-Pro").images, true);
  });

  it("hold a chat unless they speak, listen or embed", () => {
    assert.deepEqual(
      ["mimo-v2.7-pro", "mimo-v3", "mimo-v2.5-tts-voicedesign", "mimo-v2.5-asr", "mimo-embedding", "other"].map(
        isChatModel,
      ),
      [true, true, false, false, false, false],
    );
  });
});
