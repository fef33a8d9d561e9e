import type { WebSource } from "../../agent/ports.ts";
import { openChoice } from "../choices.ts";
import { t } from "../l10n.ts";
import { post } from "../store.ts";
import { visible } from "../terminal.ts";

/** Sources that are shown before "more". */
const FIRST = 5;

/** The pages an answer was made from, numbered in the platform's order. They open through the host, which asks. */
export function Sources({ sources, choiceKey }: { sources: readonly WebSource[]; choiceKey: string }) {
  const choice = openChoice(choiceKey);
  // A page that several searches found stands here once.
  const pages = [...new Map(sources.flatMap(pageOf).map((page) => [page.href, page])).values()];
  if (pages.length === 0) return null;
  const shown = choice.value || pages.length <= FIRST + 1 ? pages : pages.slice(0, FIRST);
  return (
    <section class="sources" aria-label={t("Sources")}>
      <div class="mut xs">{t("Sources")}</div>
      <ol>
        {shown.map(({ href, host, title }) => (
          <li key={href}>
            <button
              type="button"
              class="source"
              title={visible(href)}
              onClick={() => post({ type: "openLink", href: href.slice(0, 4000) })}
            >
              <span class="ell">{title}</span>
              <span class="mut xs ell">{host}</span>
            </button>
          </li>
        ))}
      </ol>
      {shown.length < pages.length ? (
        <button
          type="button"
          class="btn quiet mut"
          onClick={() => {
            choice.value = true;
          }}
        >
          {t("{0} more", pages.length - shown.length)}
        </button>
      ) : null}
    </section>
  );
}

interface SourcePage {
  readonly href: string;
  /** As the address has it, in its ASCII form: a page's own name for its site could be any. */
  readonly host: string;
  readonly title: string;
}

function pageOf({ url, title }: WebSource): SourcePage[] {
  const parsed = URL.parse(url);
  if (!parsed || (parsed.protocol !== "https:" && parsed.protocol !== "http:")) return [];
  const host = parsed.host.replace(/^www\./, "");
  return [{ href: parsed.href, host, title: visible(title.trim()) || host }];
}
