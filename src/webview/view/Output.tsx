import { openChoice } from "../choices.ts";
import { t } from "../l10n.ts";
import { plainLines } from "../terminal.ts";

/** Lines of output, the last ones first to be seen; earlier ones on demand. */
export function OutputLines(props: {
  lines: readonly string[];
  dropped: number;
  kept: number;
  choiceKey: string;
  live?: boolean;
}) {
  const { lines, dropped, kept } = props;
  const choice = openChoice(props.choiceKey);
  const all = choice.value ?? false;
  const shown = all ? lines : lines.slice(-kept);
  const earlier = dropped + lines.length - shown.length;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also for the keyboard
    <section class="out" aria-label={t("Output, last lines")} dir="ltr" tabIndex={0}>
      {earlier > 0 ? (
        <button
          type="button"
          class="earlier"
          disabled={all}
          onClick={() => {
            choice.value = true;
          }}
        >
          {earlier === 1 ? t("1 earlier line") : t("{0} earlier lines", earlier)}
          {all ? ` · ${t("only in the terminal")}` : ""}
        </button>
      ) : null}
      {shown.length === 0 && !props.live ? <span class="mut">{t("No output")}</span> : null}
      <pre>{shown.join("\n")}</pre>
    </section>
  );
}

export function OutputText({ text, kept, choiceKey }: { text: string; kept: number; choiceKey: string }) {
  return <OutputLines lines={plainLines(text)} dropped={0} kept={kept} choiceKey={choiceKey} />;
}
