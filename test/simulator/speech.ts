import { type AudioFormat, audioSeconds, spokenAs } from "./audio.ts";
import { readDataUrl } from "./media.ts";
import { badRequest } from "./refusal.ts";
import type { ChatBody } from "./request.ts";

/** Speech models: what they take, which is little, and what they answer. */

const VOICES = ["mimo_default", "冰糖", "茉莉", "苏打", "白桦", "Mia", "Chloe", "Milo", "Dean"];
const OLD_VOICES = ["mimo_default", "default_en", "default_zh"];
const DESIGN = "mimo-v2.5-tts-voicedesign";
const CLONE = "mimo-v2.5-tts-voiceclone";
const LARGEST_SPEECH_TOKENS = 8192;
const SOUNDS: ReadonlySet<string> = new Set(["audio/wav", "audio/x-wav", "audio/wave", "audio/mpeg", "audio/mp3"]);

export interface Speech {
  readonly bytes: Buffer;
  /** The polished text, when it was asked for. */
  readonly spoken: string | undefined;
}

/** Throws a Refusal for a request that no voice can answer. */
export function synthesize(body: ChatBody): Speech {
  const { model, audio } = body;
  refuseTextFields(body);
  if (body.asr_options) throw badRequest(`asr_options is not supported by ${model}`);
  if (!audio) throw badRequest("audio must be given");
  const polish = audio.optimize_text_preview ?? false;
  if (polish && model !== DESIGN) throw badRequest(`audio.optimize_text_preview is not supported by ${model}`);
  if ((body.max_completion_tokens ?? 1) > LARGEST_SPEECH_TOKENS) {
    throw badRequest(`max_completion_tokens: Too big: expected number to be <=${LARGEST_SPEECH_TOKENS}`);
  }
  checkVoice(model, audio.voice);
  const { style, text } = wordsOf(body);
  if (model === DESIGN && style === undefined)
    throw badRequest(`${model} needs a user message that describes the voice`);
  const target = text ?? (polish ? style : undefined);
  if (target === undefined) throw badRequest("The text to speak must be in an assistant message at the end");
  const format: AudioFormat = audio.format ?? (body.stream ? "pcm" : "wav");
  return { bytes: spokenAs(format, target), spoken: polish ? target : undefined };
}

function wordsOf(body: ChatBody): { readonly style: string | undefined; readonly text: string | undefined } {
  let style: string | undefined;
  let text: string | undefined;
  body.messages.forEach((message, index) => {
    const place = `messages.${index}`;
    if (text !== undefined) throw badRequest(`${place}: the text to speak must come last`);
    if (message.role === "user" && typeof message.content === "string") style = message.content;
    else if (message.role === "assistant" && message.content !== "" && !message.tool_calls) text = message.content;
    else throw badRequest(`${place}: ${body.model} takes the style as a user's text and the words as an assistant's`);
  });
  return { style, text };
}

function checkVoice(model: string, voice: string | undefined): void {
  if (model === DESIGN) {
    if (voice !== undefined) throw badRequest(`audio.voice is not supported by ${model}`);
    return;
  }
  if (model === CLONE) {
    if (voice === undefined) throw badRequest("audio.voice must be the base64 data of a sample");
    readSound(voice, "audio.voice");
    return;
  }
  const voices = model === "mimo-v2-tts" ? OLD_VOICES : VOICES;
  if (voice !== undefined && !voices.includes(voice)) throw badRequest(`audio.voice: ${voice} is none of ${voices}`);
}

/** Seconds that were listened to. Throws a Refusal for a request that holds nothing to hear. */
export function listen(body: ChatBody): number {
  refuseTextFields(body);
  if (body.audio) throw badRequest(`audio is not supported by ${body.model}`);
  const [message, ...more] = body.messages;
  const parts = message?.role === "user" && typeof message.content !== "string" ? message.content : [];
  const [part] = parts;
  if (more.length > 0 || parts.length !== 1 || part?.type !== "input_audio") {
    throw badRequest(`${body.model} takes one user message with one input_audio`);
  }
  return readSound(part.input_audio.data, "messages.0");
}

function readSound(url: string, place: string): number {
  const { type, bytes } = readDataUrl(url, place);
  if (!SOUNDS.has(type)) throw badRequest(`${place}: ${type} is neither WAV nor MP3`);
  const seconds = audioSeconds(bytes);
  if (seconds === undefined) throw badRequest(`${place}: the data is neither WAV nor MP3`);
  return seconds;
}

function refuseTextFields(body: ChatBody): void {
  for (const field of ["tools", "tool_choice", "thinking", "response_format"] as const) {
    if (body[field] !== undefined) throw badRequest(`${field} is not supported by ${body.model}`);
  }
}
