/** What a line looks like that asks a person something; the cursor stands behind it. */
const ASKS: readonly RegExp[] = [
  /[?:>»❯]\s*$/,
  /[[(]\s*(?:y|yes|是)\s*[/|,]\s*(?:n|no|否)[^\n]{0,20}[\])]\s*\S?\s*$/i,
  /\((?:pdb|gdb|lldb|ipdb|irb)[^)\n]{0,20}\)\s*$/i,
  /(?:password|passphrase|passcode|密码|口令)[^\n]{0,80}$/i,
  /(?:press|hit)\s+(?:any key|enter|return)[^\n]{0,60}$/i,
  /--More--|\(END\)\s*$/,
  /[？：]\s*$/,
];
const SECRET = /password|passphrase|passcode|\bpin\b|\botp\b|token|secret|密码|口令|密钥/i;

/** Whether an unfinished line looks like a question. */
export function looksLikePrompt(line: string): boolean {
  return line.trim() !== "" && ASKS.some((asks) => asks.test(line));
}

/** Commands that take a secret and, without a tty, ask for it without a word. */
const TAKES_SECRET = /\bread\s(?:[^|;&\n]*\s)?-\w*s|\bstty\s+-echo|getpass|read-host\s[^|;\n]*-assecurestring/i;

/** Whether the answer to this prompt should not be seen. Where nothing was asked the command's own words decide. */
export function asksForSecret(line: string, command = ""): boolean {
  return SECRET.test(line) || (line.trim() === "" && (TAKES_SECRET.test(command) || SECRET.test(command)));
}

export interface WaitingParts {
  /** Whether a process stands in a read of the input; undefined when that cannot be seen. */
  readonly readsInput: () => Promise<boolean | undefined>;
  /** The line it stands in, or undefined once it goes on. */
  readonly onWaiting: (prompt: string | undefined) => void;
  /** It has waited for `unpromptedMs` without having asked anything, and nobody has typed: a program that reads
   * whatever it is given, as `cat` without a file. */
  readonly onUnprompted: () => void;
  readonly quietMs?: number;
  readonly unpromptedMs?: number;
}

/** Notices that a command waits for somebody's input. */
export interface WaitingWatch {
  /** Plain text, as it was printed. */
  output(text: string): void;
  /** Somebody has typed something for it. */
  input(): void;
  /** What it waits with; undefined while it does not. */
  readonly prompt: string | undefined;
  end(): void;
}

const QUIET_MS = 2_000;
const UNPROMPTED_MS = 20_000;
const LINE_CHARACTERS = 500;
/** Looks cost something: they become rarer while nothing changes. */
const LOOK_MS = { first: 500, last: 2_000 };

export function watchWaiting(parts: WaitingParts): WaitingWatch {
  const { readsInput, onWaiting, onUnprompted, quietMs = QUIET_MS, unpromptedMs = UNPROMPTED_MS } = parts;
  let tail = "";
  let changed = performance.now();
  let typed = false;
  let prompt: string | undefined;
  let since = 0;
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  const goOn = () => {
    changed = performance.now();
    if (prompt === undefined) return;
    prompt = undefined;
    onWaiting(undefined);
  };
  const look = async () => {
    const seen = changed;
    const line = tail.slice(tail.lastIndexOf("\n") + 1);
    const reads = await readsInput().catch(() => undefined);
    if (ended || changed !== seen) return;
    if (reads !== true && !looksLikePrompt(line)) return;
    if (prompt === undefined) {
      since = performance.now();
      // What was asked may end in a line end: the last line that says something.
      prompt = line.trim() !== "" ? line : (tail.trimEnd().split("\n").at(-1) ?? "");
      onWaiting(prompt);
    }
    if (reads === true && !typed && line.trim() === "" && performance.now() - since >= unpromptedMs) onUnprompted();
  };
  const plan = (ms: number) => {
    timer = setTimeout(async () => {
      const isQuiet = performance.now() - changed >= quietMs;
      if (isQuiet) await look();
      if (!ended) plan(isQuiet ? Math.min(LOOK_MS.last, ms * 1.5) : LOOK_MS.first);
    }, ms);
  };
  plan(Math.min(LOOK_MS.first, quietMs));
  return {
    output(text) {
      if (text === "") return;
      tail = (tail + text).slice(-LINE_CHARACTERS);
      goOn();
    },
    input() {
      typed = true;
      goOn();
    },
    get prompt() {
      return prompt;
    },
    end() {
      ended = true;
      clearTimeout(timer);
    },
  };
}
