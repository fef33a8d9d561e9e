/** What a line of typed input comes to. */
export interface LineEvents {
  /** Drawn in the terminal. */
  readonly echo: (text: string) => void;
  /** For the command: whole lines with their ends, or what was typed before Ctrl+D. */
  readonly send: (text: string) => void;
  /** Ctrl+C. */
  readonly interrupt: () => void;
  /** Ctrl+D on an empty line. */
  readonly end: () => void;
  /** The answer must not be seen. */
  readonly isSecret: () => boolean;
}

export interface TypedLine {
  /** Keys as a terminal sends them; also what was pasted. */
  type(data: string): void;
  clear(): void;
}

const MAX_LINE = 4_096;
/** Keys that are sent as an escape: arrows, function keys, marks around what is pasted. */
const KEY = /^\x1b(?:\[[0-?]*[ -/]*[@-~]|O[A-Za-z]|.)?/u;

/** The line discipline that a command without a tty lacks: echo, rubbing out, and keys that mean something. */
export function createTypedLine({ echo, send, interrupt, end, isSecret }: LineEvents): TypedLine {
  let line: string[] = [];
  let hidden = false;
  const rubOut = (count: number) => {
    for (const character of line.splice(Math.max(0, line.length - count))) {
      if (!hidden) echo("\b \b".repeat(widthOf(character)));
    }
  };
  const press = (key: string) => {
    if (line.length === 0) hidden = isSecret();
    switch (key) {
      case "\r":
      case "\n":
        echo("\r\n");
        send(`${line.join("")}\n`);
        line = [];
        return;
      case "\x7f":
      case "\b":
        return rubOut(1);
      case "\x15":
        return rubOut(line.length);
      case "\x17":
        return rubOut(/\S*\s*$/.exec(line.join(""))?.[0].length ?? 0);
      case "\x03":
        echo("^C\r\n");
        line = [];
        return interrupt();
      case "\x04":
        if (line.length === 0) return end();
        send(line.join(""));
        line = [];
        return;
    }
    if (/[\x00-\x08\x0b-\x1f]/.test(key) || line.length >= MAX_LINE) return;
    line.push(key);
    if (!hidden) echo(key);
  };
  return {
    type(data) {
      for (let rest = data.replace(/\r\n/g, "\r"); rest !== ""; ) {
        const special = KEY.exec(rest)?.[0];
        if (special !== undefined) {
          rest = rest.slice(special.length);
          continue;
        }
        const [key = ""] = rest;
        press(key);
        rest = rest.slice(key.length);
      }
    },
    clear() {
      line = [];
    },
  };
}

/** Cells that a character takes. */
function widthOf(character: string): number {
  if (/\p{Mn}|\p{Me}|\p{Cf}/u.test(character)) return 0;
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u.test(
    character,
  )
    ? 2
    : 1;
}
