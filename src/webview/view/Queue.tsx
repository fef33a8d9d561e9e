import type { QueuedView } from "../../protocol/view.ts";
import { takeBackImages } from "../attachments.ts";
import { Icon } from "../icons.tsx";
import { t } from "../l10n.ts";
import { draft, focusRequests, post, state } from "../store.ts";
import { visible } from "../terminal.ts";

/** Messages that wait for the running task, or, after a stop or a failure, for the user. */
export function QueueStrip() {
  const current = state.value;
  if (!current || current.queue.length === 0) return null;
  return (
    <ul class="strip queue" aria-label={t("Next")}>
      {current.queue.map((queued, i) => (
        <li key={queued.id} class="strip-h">
          <Icon name="clock" />
          <span class="mut nowrap">{t("Next")}</span>
          <span class="ell grow" title={visible(queued.text)}>
            {visible(queued.text.trim().split("\n", 1)[0] ?? "")}
          </span>
          {queued.images > 0 ? <ImageCount count={queued.images} /> : null}
          {i === 0 && !current.busy ? (
            <button type="button" class="btn sec" onClick={() => post({ type: "sendQueued" })}>
              {t("Send now")}
            </button>
          ) : null}
          <button
            type="button"
            class="ib sm"
            aria-label={t("Take back: {0}", visible(queued.text.slice(0, 80)))}
            title={t("Take back into the composer")}
            onClick={() => takeBack(queued)}
          >
            <Icon name="close" small />
          </button>
        </li>
      ))}
    </ul>
  );
}

function ImageCount({ count }: { count: number }) {
  const words = count === 1 ? t("1 image") : t("{0} images", count);
  return (
    <span class="row mut nowrap" title={words}>
      <Icon name="image" />
      <span class="sr">{words}</span>
      {count > 1 ? <span aria-hidden="true">{count}</span> : null}
    </span>
  );
}

function takeBack(queued: QueuedView): void {
  post({ type: "unqueue", id: queued.id });
  const { text } = queued;
  draft.value = draft.value.trim() === "" ? text : text === "" ? draft.value : `${draft.value}\n${text}`;
  takeBackImages(queued);
  focusRequests.value += 1;
}
