import { type Random, seeded } from "./random.ts";

/** A command for bash, and what is special about comparing it with the same command in a pipe. */
export interface VariedCommand {
  readonly family: string;
  readonly command: string;
  /** What a person reads of it, where that is not what the pipe holds without its escapes. */
  readonly shown?: string;
  /** It names the shell's own process, which is the user's in their own shell. */
  readonly onlyManaged?: true;
}

const WORDS = [
  "alpha",
  "it's",
  'say "hi"',
  "$HOME",
  "`x`",
  "\\n",
  "a  b",
  "!bang",
  "#no",
  "*",
  "~",
  "é",
  "你好",
  "😀",
  "&",
  "|",
  "%d",
  "-e",
  "a\tb",
  ";;",
];
const SIGNALS = ["TERM", "KILL", "INT", "HUP", "USR1"];

type Family = (random: Random) => Omit<VariedCommand, "family">;

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
const many = (random: Random, most: number) => Array.from({ length: 1 + random.below(most) }, () => random.pick(WORDS));
const plain = (command: string) => ({ command });

const FAMILIES: Readonly<Record<string, Family>> = {
  exit: (random) => plain(`echo before; exit ${random.below(256)}`),
  status: (random) => plain(`(exit ${random.below(256)})`),
  signal: (random) =>
    plain(`sh -c 'kill -${random.pick(SIGNALS)} $$'; echo "ended with $?"; exit ${random.below(100)}`),
  "own signal": (random) => ({ command: `echo x; kill -${random.pick(["TERM", "KILL"])} $$`, onlyManaged: true }),
  quoting: (random) => plain(`printf '%s\\n' ${many(random, 6).map(quoted).join(" ")}`),
  "double quotes": (random) => plain(`x=${random.below(99)}; echo "x=$x \\"y\\" \\$x \`echo in\` $(echo "nested $x")"`),
  unicode: (random) =>
    plain(
      `echo ${random.pick(["héllo", "世界", "😀👩‍👩‍👧", "Ω≈ç√", "नमस्ते", "日本語テキスト"])} | cat; printf '\\u00e9\\n'`,
    ),
  "here-document": (random) => plain(`cat <<'END'\n${many(random, 5).join("\n")}\nEND`),
  "expanded here-document": (random) =>
    plain(`n=${random.below(50)}\ncat <<END | tr a-z A-Z\nvalue $n\n$(echo sub)\nEND\necho done`),
  "here-string": (random) => plain(`cat <<< "one ${random.below(9)}"; read a b <<< "x y z"; echo "$b"`),
  "several lines": (random) => plain(`echo one\n\n# a comment\necho two\n${random.chance(0.5) ? "false" : "true"}`),
  continuation: (random) => plain(`echo a \\\n  b \\\n  c${random.below(9)} && \\\necho d`),
  loop: (random) =>
    plain(
      `for i in $(seq 1 ${1 + random.below(30)}); do echo "line $i"; done; while read x; do echo "<$x>"; done < <(printf '1\\n2\\n')`,
    ),
  condition: (random) =>
    plain(
      `if [ ${random.below(10)} -gt 5 ]; then echo big; else echo small; fi; case ${random.pick(["a", "b"])} in a) exit 3;; *) echo other;; esac`,
    ),
  pipe: (random) =>
    plain(
      `seq 1 ${10 + random.below(500)} | grep ${random.below(10)} | sort -r | head -${1 + random.below(9)}; echo "\${PIPESTATUS[@]}"`,
    ),
  pipefail: (random) =>
    plain(`set -o pipefail; false | cat; echo $?; set -e; echo go; (exit ${1 + random.below(200)}); echo never`),
  subshell: (random) =>
    plain(`(cd /tmp; pwd; exit ${random.below(40)}); echo $?; { echo grouped; } 2>&1; x=$(exit 4); echo $?`),
  "background job": (random) => plain(`{ sleep 0.0${random.below(9)}; echo late; } & wait; echo "waited $?"`),
  big: (random) => plain(`seq 1 ${2_000 + random.below(30_000)}`),
  "long line": (random) =>
    plain(`head -c ${1_000 + random.below(20_000)} /dev/zero | tr '\\0' ${random.pick(["x", "y", "z"])}`),
  "no final newline": (random) => plain(`printf 'no end ${random.below(100)}'`),
  progress: (random) => {
    const steps = 2 + random.below(20);
    return {
      command: `for i in $(seq 1 ${steps}); do printf '\\r%d%%' $i; done; printf '\\nready\\n'`,
      shown: `${steps}%\nready\n`,
    };
  },
  backspaces: (random) => {
    const word = random.pick(["one", "two", "three"]);
    return { command: `printf '${word}X\\b \\b!\\n'`, shown: `${word}!\n` };
  },
  escapes: (random) => {
    const colour = 31 + random.below(6);
    return {
      command: `printf '\\033[1;${colour}mred\\033[0m \\033]8;;http://x\\007link\\033]8;;\\007 \\033]52;c;eA==\\007end\\n'`,
      shown: "red link end\n",
    };
  },
  "both streams": (random) => plain(`for i in 1 2 3 ${random.below(9)}; do echo "out $i"; echo "err $i" >&2; done`),
  folder: (random) =>
    plain(
      `mkdir -p "d ${random.below(9)}" && cd d* && pwd | sed 's,.*/,,'; cd - > /dev/null; ls -d d* | wc -l; rm -r d*`,
    ),
  environment: (random) =>
    plain(`A=${random.below(99)} sh -c 'echo $A'; export B='b c'; env | grep ^B=; unset B; echo "[$B]"; echo "$PAGER"`),
  function: (random) => plain(`f() { echo "$# $1"; return ${random.below(255)}; }; f 'a b' c; echo $?; f`),
  array: (random) =>
    plain(
      `a=(x "y z" w); echo "\${#a[@]} \${a[${random.below(3)}]} \${a[@]:1}"; declare -A m=([k]=v); echo \${m[k]} \${a[0]^^}`,
    ),
  arithmetic: (random) =>
    plain(`echo $(( ${random.below(1000)} * 7 % 13 )) $((1<<${random.below(30)})); let "x = 5 - 5"; echo $?`),
  "long command": (random) => {
    const words = Array.from({ length: 400 + random.below(3_000) }, (_, i) => `w${i}`);
    return plain(`echo ${words.join(" ")} | wc -w`);
  },
  "nothing said": (random) =>
    plain(random.pick(["true", ":", "false", "exit 0", "test 1 = 2", "# only a comment", "cat < /dev/null"])),
  "not found": () => plain("no-such-command-here --x 2>/dev/null; echo $?"),
  "syntax error": () => plain('if then 2>/dev/null; echo "not reached"'),
  glob: (random) =>
    plain(
      `touch g${random.below(5)}.a gz.b; echo g*.[ab]; echo 'g*' "g?"; rm -f g*.a g*.b; echo {1..${2 + random.below(5)}}{a,b}`,
    ),
  "process substitution": (random) => plain(`diff <(seq 1 5) <(seq 2 ${3 + random.below(5)}); echo $?`),
  trap: (random) => plain(`trap 'echo bye' EXIT; echo hi; exit ${random.below(50)}`),
  exec: (random) => plain(`echo before; exec sh -c 'echo inside; exit ${random.below(50)}'`),
  time: () => plain("TIMEFORMAT=; time true; { time sleep 0; } 2>/dev/null; echo $?"),
  history: () => plain(`echo "wow!" 'a!b' !x; echo a!$; echo "\\!"`),
  spaces: () => plain("   echo   leading ;echo trailing   \n\n"),
};

/** Command families in turn, so that few commands show many of them; the seed says which and with what. */
export function variedCommands({ seed, count }: { readonly seed: number; readonly count: number }): VariedCommand[] {
  const random = seeded(seed);
  const names = Object.keys(FAMILIES);
  const from = random.below(names.length);
  return Array.from({ length: count }, (_, i) => {
    const family = names[(from + i) % names.length] ?? "exit";
    const made = (FAMILIES[family] as Family)(random);
    return { family, ...made };
  });
}
