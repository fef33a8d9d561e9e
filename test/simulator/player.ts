import type { ChatBody, ChatMessage } from "./request.ts";
import type { FaultSpec, PlainTurn, Script, Turn } from "./script.ts";

/** A turn, and the fault that it meets this time. */
export interface Play {
  readonly turn: PlainTurn;
  readonly fault: FaultSpec | undefined;
}

/** Chooses what the simulated model says to a request. */
export class Player {
  readonly #script: Script;
  readonly #scenes: readonly { readonly when: RegExp; readonly turns: readonly Turn[] }[];
  /** How often the turns with `times` have failed. */
  readonly #failures = new Map<PlainTurn, number>();
  #next = 0;

  constructor(script: Script) {
    this.#script = script;
    this.#scenes = script.scenes.map(({ when, turns }) => ({ when: new RegExp(when, "iu"), turns }));
  }

  /** One of `turns` is used up by this, unless it is still to be said. */
  choose(body: ChatBody): Play {
    const words = lastWords(body.messages);
    const scene = this.#scenes.find(({ when }) => when.test(words.text));
    if (scene) {
      return this.#play(settle(scene.turns[words.answers] ?? ended(words.text, scene.turns.length), body.messages));
    }
    const turn = this.#script.turns[this.#next];
    if (turn) {
      const settled = settle(turn, body.messages);
      const play = this.#play(settled);
      if (!this.#isStillToBeSaid(play)) this.#next++;
      return play;
    }
    if (this.#script.otherwise) return this.#play(settle(this.#script.otherwise, body.messages));
    return { turn: ended(words.text, this.#script.turns.length), fault: undefined };
  }

  #play(turn: PlainTurn): Play {
    const times = turn.fault?.times;
    if (times === undefined) return { turn, fault: turn.fault };
    const failed = this.#failures.get(turn) ?? 0;
    if (failed >= times) return { turn, fault: undefined };
    this.#failures.set(turn, failed + 1);
    return { turn, fault: turn.fault };
  }

  #isStillToBeSaid({ turn, fault }: Play): boolean {
    if (fault?.times === undefined) return false;
    return (this.#failures.get(turn) ?? 0) < fault.times || saysSomething(turn);
  }
}

function saysSomething(turn: PlainTurn): boolean {
  const { fault: _, paceMs: __, ...said } = turn;
  return Object.values(said).some((value) => value !== undefined);
}

function settle(turn: Turn, messages: readonly ChatMessage[]): PlainTurn {
  if (!turn.instead) return turn;
  const results = lastResults(messages);
  const other = turn.instead.find(
    ({ matches, lacks }) =>
      (matches !== undefined && new RegExp(matches, "iu").test(results)) ||
      (lacks !== undefined && !new RegExp(lacks, "iu").test(results)),
  );
  return other?.turn ?? turn;
}

/** Texts of the tool messages since the last answer. */
function lastResults(messages: readonly ChatMessage[]): string {
  const texts: string[] = [];
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i];
    if (message?.role === "assistant") break;
    if (message?.role === "tool") texts.unshift(message.content);
  }
  return texts.join("\n");
}

interface LastWords {
  readonly text: string;
  /** Assistant messages since. */
  readonly answers: number;
}

function lastWords(messages: readonly ChatMessage[]): LastWords {
  let answers = 0;
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i];
    if (message?.role === "assistant") answers++;
    if (message?.role !== "user") continue;
    const text = ownWords(textOf(message.content));
    if (text !== "") return { text, answers };
  }
  return { text: "", answers };
}

function textOf(content: Extract<ChatMessage, { role: "user" }>["content"]): string {
  if (typeof content === "string") return content;
  return content.map((part) => (part.type === "text" ? part.text : "")).join("\n");
}

/** Without the block of workspace facts that an editor may put before the user's words. */
function ownWords(text: string): string {
  return text.replace(/^<context>\n[\s\S]*?<\/context>\s*/, "").trim();
}

function ended(words: string, turns: number): PlainTurn {
  const content = /\p{Script=Han}/u.test(words)
    ? `这是模拟器。它的脚本共 ${turns} 轮，已经全部演完；这段话不是模型写的。`
    : `This is a simulator. Its script of ${turns} turns has been played to the end; no model wrote this.`;
  return { content };
}
