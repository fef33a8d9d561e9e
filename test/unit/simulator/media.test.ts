import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { post, request, withSimulator } from "./client.ts";

const TEXT = { type: "text", text: "What is this?" };

function url(type: string, bytes: Buffer): string {
  return `data:${type};base64,${bytes.toString("base64")}`;
}

function image(data: string): unknown {
  return { type: "image_url", image_url: { url: data } };
}

const PNG = url("image/png", Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), Buffer.alloc(40)]));
const IMAGES: Readonly<Record<string, Buffer>> = {
  "image/jpeg": Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
  "image/gif": Buffer.from("GIF89a", "latin1"),
  "image/webp": Buffer.from("RIFF\0\0\0\0WEBP", "latin1"),
  "image/bmp": Buffer.from("BM", "latin1"),
};

interface Outcome {
  readonly status: number;
  readonly param: string | undefined;
  readonly usage:
    | { readonly prompt_tokens: number; readonly prompt_tokens_details: Record<string, number> }
    | undefined;
}

async function ask(content: unknown[], model = "mimo-v2.6-pro"): Promise<Outcome> {
  const script = { models: ["mimo-v2.6-pro", "mimo-v2.5-pro"], otherwise: { content: "A picture." } };
  return withSimulator({ script }, async (simulator) => {
    const messages = [{ role: "user", content }];
    const response = await post(simulator, request({ stream: false, tools: undefined, model, messages }));
    const body = JSON.parse(response.text);
    return { status: response.status, param: body.error?.param, usage: body.usage };
  });
}

describe("images", () => {
  it("of every type count as their text, within the prompt", async () => {
    for (const data of [PNG, ...Object.entries(IMAGES).map(([type, bytes]) => url(type, bytes))]) {
      const content = [TEXT, image(data)];
      const { usage } = await ask(content);
      assert.equal(usage?.prompt_tokens, Math.ceil(JSON.stringify([{ role: "user", content }]).length / 4));
      assert.deepEqual(usage?.prompt_tokens_details, { cached_tokens: 0, image_tokens: Math.ceil(data.length / 4) });
    }
  });

  it("count no more than the platform scales them down to, and still as different prompts", async () => {
    const large = (last: number) => {
      const bytes = Buffer.alloc(3_000_000, 7);
      bytes.write("\x89PNG\r\n\x1a\n", "latin1");
      bytes[bytes.length - 1] = last;
      return [TEXT, image(url("image/png", bytes))];
    };
    await withSimulator({}, async (simulator) => {
      const usage = async (content: unknown[]) => {
        const messages = [{ role: "user", content }];
        const body = request({ stream: false, tools: undefined, messages });
        return JSON.parse((await post(simulator, body)).text).usage;
      };
      const first = await usage(large(1));
      assert.equal(first.prompt_tokens_details.image_tokens, 1024);
      assert.ok(first.prompt_tokens < 1100);
      assert.ok((await usage(large(2))).prompt_tokens_details.cached_tokens < 64);
      assert.ok((await usage(large(1))).prompt_tokens_details.cached_tokens >= 1024);
    });
  });

  it("may be addresses, and several", async () => {
    const { status, usage } = await ask([TEXT, image("https://example.com/a.png"), image(PNG)]);
    assert.equal(status, 200);
    assert.equal(usage?.prompt_tokens_details.image_tokens, Math.ceil((PNG.length + 25) / 4));
  });

  const BAD: readonly (readonly [string, unknown[], string])[] = [
    ["alone", [image(PNG)], "`text` is not set"],
    [
      "of a type that is not known",
      [TEXT, image(url("image/tiff", Buffer.from("II*")))],
      "messages.0: image/tiff is no supported image type",
    ],
    [
      "of another type than it says",
      [TEXT, image(url("image/jpeg", Buffer.from("GIF89a")))],
      "messages.0: the data is no image/jpeg",
    ],
    ["that are files", [TEXT, image("file:///a.png")], "messages.0: neither an address nor a base64 data URL"],
    ["cut off", [TEXT, image(PNG.slice(0, -1))], "messages.0: neither an address nor a base64 data URL"],
    ["empty", [TEXT, image("data:image/png;base64,")], "messages.0: neither an address nor a base64 data URL"],
    [
      "that are not base64",
      [TEXT, image("data:image/png;base64,?!?!")],
      "messages.0: neither an address nor a base64 data URL",
    ],
    [
      "that are sounds",
      [TEXT, { type: "input_audio", input_audio: { data: PNG } }],
      "messages.0: image/png is no audio",
    ],
  ];
  for (const [name, content, param] of BAD) {
    it(`are refused ${name}`, async () => {
      const outcome = await ask(content);
      assert.deepEqual([outcome.status, outcome.param], [400, param]);
    });
  }

  it("are refused with 404 by models that do not see", async () => {
    const outcome = await ask([TEXT, image(PNG)], "mimo-v2.5-pro");
    assert.deepEqual(
      [outcome.status, outcome.param],
      [404, "No endpoints found that support image input: mimo-v2.5-pro"],
    );
    const sound = await ask(
      [TEXT, { type: "input_audio", input_audio: { data: "https://a.test/b.wav" } }],
      "mimo-v2.5-pro",
    );
    assert.equal(sound.param, "No endpoints found that support audio input: mimo-v2.5-pro");
  });

  it("keep the sound and the film of the omni models apart", async () => {
    const content = [
      TEXT,
      { type: "input_audio", input_audio: { data: "data:audio/wav;base64,AAAA" } },
      { type: "video_url", video_url: { url: "data:video/mp4;base64,AAAA" }, fps: 2, media_resolution: "max" },
    ];
    const { usage } = await ask(content);
    assert.deepEqual(usage?.prompt_tokens_details, { cached_tokens: 0, audio_tokens: 7, video_tokens: 7 });
  });
});
