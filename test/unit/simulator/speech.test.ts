import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { audioSeconds, spokenAs } from "../../simulator/audio.ts";
import type { ScriptInput } from "../../simulator/script.ts";
import { events, post, withSimulator } from "./client.ts";

const STYLE = { role: "user", content: "Calmly." };
const WORDS = { role: "assistant", content: "Good morning." };
const WAV = `data:audio/wav;base64,${spokenAs("wav", "twelve words").toString("base64")}`;
const MP3 = `data:audio/mpeg;base64,${spokenAs("mp3", "twelve words").toString("base64")}`;

type Body = Readonly<Record<string, unknown>>;

function speak(changes: Body = {}): Body {
  return { model: "mimo-v2.5-tts", messages: [STYLE, WORDS], audio: { format: "wav", voice: "Mia" }, ...changes };
}

function hear(data: string, changes: Body = {}): Body {
  const content = [{ type: "input_audio", input_audio: { data } }];
  return {
    model: "mimo-v2.5-asr",
    messages: [{ role: "user", content }],
    asr_options: { language: "auto" },
    ...changes,
  };
}

async function ask(body: Body, script: ScriptInput = { transcript: "good morning" }) {
  return withSimulator({ script }, async (simulator) => {
    const { status, text } = await post(simulator, body);
    return { status, body: body.stream ? text : JSON.parse(text), account: simulator.account() };
  });
}

describe("speech synthesis", () => {
  it("answers with real audio in every format", async () => {
    const data = async (format: string) => {
      const { body } = await ask(speak({ audio: { format } }));
      const { message, finish_reason } = body.choices[0];
      assert.deepEqual([message.content, finish_reason], ["", "stop"]);
      assert.deepEqual(Object.keys(message.audio), ["id", "data", "expires_at", "transcript"]);
      return Buffer.from(message.audio.data, "base64");
    };
    const wav = await data("wav");
    assert.equal(audioSeconds(wav)?.toFixed(2), "0.23");
    assert.deepEqual(await data("pcm16"), wav.subarray(44));
    assert.deepEqual(await data("pcm"), wav.subarray(44));
    assert.equal(audioSeconds(await data("mp3"))?.toFixed(1), "0.2");
  });

  it("streams it in pieces, as samples unless told otherwise", async () => {
    for (const [audio, expected] of [
      [{ voice: "冰糖" }, spokenAs("pcm", "Good morning.")],
      [{ format: "wav" }, spokenAs("wav", "Good morning.")],
    ] as const) {
      const { body } = await ask(speak({ stream: true, audio }));
      const chunks = events(body as unknown as string).slice(0, -1) as {
        choices: { delta: { audio?: { data: string } }; finish_reason: string | null }[];
      }[];
      const pieces = chunks.flatMap((chunk) => chunk.choices[0]?.delta.audio?.data ?? []);
      assert.ok(pieces.length > 1);
      assert.deepEqual(Buffer.concat(pieces.map((piece) => Buffer.from(piece, "base64"))), expected);
      assert.equal(chunks.at(-2)?.choices[0]?.finish_reason, "stop");
    }
  });

  it("uses up no turn and costs nothing", async () => {
    const script: ScriptInput = { turns: [{ content: "the one turn" }] };
    await withSimulator({ script }, async (simulator) => {
      await post(simulator, speak());
      const { requests, spent, cost, output } = simulator.account();
      assert.deepEqual([requests, spent, cost, output > 0], [1, 0, 0, true]);
      const chat = await post(simulator, { model: "mimo-v2.6-pro", messages: [STYLE] });
      assert.equal(JSON.parse(chat.text).choices[0].message.content, "the one turn");
    });
  });

  it("knows the voices of the older model", async () => {
    const script: ScriptInput = { models: ["mimo-v2-tts"] };
    const voiced = (voice: string) => ask(speak({ model: "mimo-v2-tts", audio: { voice } }), script);
    assert.deepEqual([(await voiced("default_zh")).status, (await voiced("Mia")).status], [200, 400]);
  });

  it("designs and clones voices, and tells the text that it polished", async () => {
    const model = "mimo-v2.5-tts-voicedesign";
    assert.equal((await ask(speak({ model, audio: {} }))).status, 200);
    const polished = await ask(speak({ model, messages: [STYLE], audio: { optimize_text_preview: true } }));
    assert.equal(polished.body.choices[0].message.final_text_preview, "Calmly.");
    for (const voice of [WAV, MP3]) {
      assert.equal((await ask(speak({ model: "mimo-v2.5-tts-voiceclone", audio: { voice } }))).status, 200);
    }
    assert.equal((await ask(speak({ messages: [WORDS] }))).status, 200);
  });

  const BAD: readonly (readonly [Body, string])[] = [
    [{ audio: undefined }, "audio must be given"],
    [
      { audio: { voice: "Nobody" } },
      "audio.voice: Nobody is none of mimo_default,冰糖,茉莉,苏打,白桦,Mia,Chloe,Milo,Dean",
    ],
    [{ audio: { format: "ogg" } }, 'audio.format: Invalid option: expected one of "wav"|"mp3"|"pcm"|"pcm16"'],
    [{ audio: { optimize_text_preview: true } }, "audio.optimize_text_preview is not supported by mimo-v2.5-tts"],
    [{ messages: [STYLE] }, "The text to speak must be in an assistant message at the end"],
    [{ messages: [WORDS, STYLE] }, "messages.1: the text to speak must come last"],
    [
      { messages: [{ role: "system", content: "s" }, WORDS] },
      "messages.0: mimo-v2.5-tts takes the style as a user's text and the words as an assistant's",
    ],
    [{ thinking: { type: "enabled" } }, "thinking is not supported by mimo-v2.5-tts"],
    [{ response_format: { type: "text" } }, "response_format is not supported by mimo-v2.5-tts"],
    [{ tool_choice: "auto" }, "tool_choice is not supported by mimo-v2.5-tts"],
    [{ asr_options: {} }, "asr_options is not supported by mimo-v2.5-tts"],
    [{ max_completion_tokens: 8193 }, "max_completion_tokens: Too big: expected number to be <=8192"],
    [{ model: "mimo-v2.5-tts-voiceclone", audio: {} }, "audio.voice must be the base64 data of a sample"],
    [
      { model: "mimo-v2.5-tts-voiceclone", audio: { voice: "Mia" } },
      "audio.voice: neither an address nor a base64 data URL",
    ],
    [
      { model: "mimo-v2.5-tts-voicedesign", audio: { voice: "Mia" } },
      "audio.voice is not supported by mimo-v2.5-tts-voicedesign",
    ],
    [
      { model: "mimo-v2.5-tts-voicedesign", audio: {}, messages: [WORDS] },
      "mimo-v2.5-tts-voicedesign needs a user message that describes the voice",
    ],
  ];
  for (const [changes, param] of BAD) {
    it(`refuses ${JSON.stringify(changes)}`, async () => {
      const { status, body, account } = await ask(speak(changes));
      assert.deepEqual([status, body.error.param, account.requests], [400, param, 0]);
    });
  }
});

describe("speech recognition", () => {
  it("hears what the script says, from WAV and MP3, streamed or not", async () => {
    for (const data of [WAV, MP3]) {
      const { body } = await ask(hear(data));
      assert.deepEqual(body.choices, [
        { index: 0, message: { role: "assistant", content: "good morning" }, finish_reason: "stop" },
      ]);
      assert.equal(body.usage.prompt_tokens_details.audio_tokens, 1024);
    }
    const { body } = await ask(hear(WAV, { stream: true }));
    const chunks = events(body as unknown as string).slice(0, -1) as { choices: { delta: { content?: string } }[] }[];
    assert.equal(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join(""), "good morning");
  });

  it("plays the next turn's transcript when the script has none for all", async () => {
    const script: ScriptInput = { turns: [{ transcript: "first" }, { fault: "overload" }, { content: "third" }] };
    await withSimulator({ script }, async (simulator) => {
      const seen = [];
      for (let i = 0; i < 3; i++) {
        const { status, text } = await post(simulator, hear(WAV));
        seen.push(status === 200 ? JSON.parse(text).choices[0].message.content : status);
      }
      assert.deepEqual(seen, ["first", 503, "third"]);
    });
  });

  it("is charged by the second of sound", async () => {
    const minute = Buffer.alloc(44 + 60 * 48_000);
    spokenAs("wav", "").copy(minute, 0, 0, 44);
    minute.writeUInt32LE(60 * 48_000, 40);
    const data = `data:audio/x-wav;base64,${minute.toString("base64")}`;
    const { account } = await ask(hear(data));
    assert.deepEqual([account.spentAtFullRate, account.cost.toFixed(6)], [500_000, (0.5 / 60).toFixed(6)]);
  });

  const BAD: readonly (readonly [Body, string])[] = [
    [hear("https://example.com/a.wav"), "messages.0: neither an address nor a base64 data URL"],
    [hear("data:audio/ogg;base64,AAAA"), "messages.0: audio/ogg is neither WAV nor MP3"],
    [hear("data:audio/wav;base64,AAAA"), "messages.0: the data is neither WAV nor MP3"],
    [hear(WAV, { messages: [STYLE] }), "mimo-v2.5-asr takes one user message with one input_audio"],
    [hear(WAV, { audio: { format: "wav" } }), "audio is not supported by mimo-v2.5-asr"],
    [hear(WAV, { thinking: { type: "disabled" } }), "thinking is not supported by mimo-v2.5-asr"],
    [hear(WAV, { asr_options: { tongue: "en" } }), "Unknown parameter asr_options.tongue"],
  ];
  for (const [body, param] of BAD) {
    it(`refuses: ${param}`, async () => {
      const answer = await ask(body);
      assert.deepEqual([answer.status, answer.body.error.param], [400, param]);
    });
  }
});
