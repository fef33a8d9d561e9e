import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { AgentError } from "../../../src/agent/errors.ts";
import { EventSplitter, type ServerEvent } from "../../../src/mimo/eventSplitter.ts";
import { everythingOf, modelOf, type Recording, recordings } from "./streams.ts";

/** Events of a body that arrives in these pieces, and what its end left. */
function eventsOf(pieces: readonly Uint8Array[]): { events: ServerEvent[]; rest: ServerEvent | undefined } {
  const splitter = new EventSplitter();
  const events = pieces.flatMap((piece) => splitter.push(piece).events);
  return { events, rest: splitter.end() };
}

/** Pieces of that many bytes. */
function inPieces(bytes: Uint8Array, size: number): Uint8Array[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}

/** What becomes of the answer when its connection ends after so many bytes. */
async function outcomeOfCut({ bytes, expected }: Recording, end: number): Promise<string> {
  try {
    const { message } = await everythingOf(modelOf([bytes.subarray(0, end)]));
    assert.deepEqual(message, expected.message, `cut at ${end}`);
    return "complete";
  } catch (error) {
    assert.ok(error instanceof AgentError, `cut at ${end}: ${error}`);
    return error.reason;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("recorded streams", () => {
  const all = recordings();

  it("there are fifty or more, each of its own kind", () => {
    assert.ok(all.length >= 50, `${all.length}`);
    assert.equal(new Set(all.map(({ name }) => name.replace(/^\d+-/, ""))).size, all.length);
    assert.equal(new Set(all.map(({ bytes }) => Buffer.from(bytes).toString("latin1"))).size, all.length);
  });

  for (const recording of all) {
    const { name, bytes, expected } = recording;

    it(`${name} gives its message, whole and in small pieces`, async () => {
      for (const size of [bytes.length, 1, 2, 3, 7, 61]) {
        assert.deepEqual(await everythingOf(modelOf(inPieces(bytes, size))), expected, `pieces of ${size}`);
      }
    });

    // The message is made of the events and of nothing else: the same events give the same message.
    it(`${name}: any split gives the same events`, () => {
      const whole = JSON.stringify(eventsOf([bytes]));
      for (let at = 1; at < bytes.length; at++) {
        const split = JSON.stringify(eventsOf([bytes.subarray(0, at), bytes.subarray(at)]));
        if (split !== whole) assert.fail(`split at ${at}`);
      }
    }).timeout(60_000);

    it(`${name}: a cut at any byte is never a success`, async () => {
      const complete = Buffer.from(bytes)
        .toString("latin1")
        .search(/"finish_reason"\s*:\s*"/);
      const outcomes = new Map<string, string>();
      for (let end = 0; end < bytes.length; end++) {
        // Cuts that leave the same events have the same outcome: one of each is played.
        const { events, rest } = eventsOf([bytes.subarray(0, end)]);
        const left = `${end > complete} ${events.length} ${rest ? isJson(rest.data) : "none"}`;
        const outcome = outcomes.get(left) ?? (await outcomeOfCut(recording, end));
        outcomes.set(left, outcome);
        const allowed = end > complete ? ["cut", "complete"] : ["cut"];
        assert.ok(allowed.includes(outcome), `cut at ${end}: ${outcome}`);
      }
    }).timeout(60_000);
  }
});
