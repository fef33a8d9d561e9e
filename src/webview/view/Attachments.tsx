import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { PanelState } from "../../protocol/view.ts";
import { anySees, attach, attachments, detach, imagesIn, reading } from "../attachments.ts";
import { labelOf } from "../failures.ts";
import { fileSize } from "../figures.ts";
import { Icon } from "../icons.tsx";
import { t } from "../l10n.ts";
import { focusRequests } from "../store.ts";
import { visible } from "../terminal.ts";
import { nameOfModel, openModels } from "./ModelPicker.tsx";

/** Images of the next message: paste, drop, or pick; each can be taken out again. */
export function Attachments() {
  if (attachments.value.length === 0) return null;
  return (
    <ul class="chips att" aria-label={t("Images")}>
      {attachments.value.map(({ id, name, bytes, thumbnail }) => (
        <li key={id} class="chip">
          <img class="thumb" src={thumbnail} alt="" />
          <span class="ell">{visible(name)}</span>
          <span class="mut num">{fileSize(bytes)}</span>
          <button
            type="button"
            class="ib sm"
            aria-label={t("Remove {0}", visible(name))}
            onClick={() => {
              detach(id);
              focusRequests.value += 1;
            }}
          >
            <Icon name="close" small />
          </button>
        </li>
      ))}
    </ul>
  );
}

export function AttachButton({ state }: { state: PanelState }) {
  const input = useRef<HTMLInputElement>(null);
  const useless = state.models.length > 0 && !anySees(state);
  const title = useless ? t("No model here takes images") : t("Attach images");
  return (
    <>
      <button
        type="button"
        class="ib"
        aria-label={t("Attach images")}
        title={title}
        disabled={useless}
        aria-busy={reading.value > 0}
        onClick={() => input.current?.click()}
      >
        <Icon name="clip" />
      </button>
      <input
        ref={input}
        type="file"
        accept="image/*"
        multiple
        hidden
        onChange={({ currentTarget }) => {
          void attach([...(currentTarget.files ?? [])]);
          // The same file can be picked again.
          currentTarget.value = "";
          focusRequests.value += 1;
        }}
      />
    </>
  );
}

/** The chosen model does not take what is attached: says so before the platform has to. */
export function BlindHint({ state }: { state: PanelState }) {
  const name = nameOfModel(state);
  if (!anySees(state)) return <>{t("{0} takes no images, and no other model here does. Remove them to send.", name)}</>;
  return (
    <span class="row wrap">
      <span>{t("{0} takes no images.", name)}</span>
      <button type="button" class="btn sec" data-opens="models" onClick={() => openModels("seeing")}>
        {labelOf("chooseSeeing")}
      </button>
    </span>
  );
}

const dropping = signal(false);

/** Files may be dropped anywhere in the panel: elsewhere than here the page would be left for them. */
export function DropTarget() {
  useEffect(() => {
    const listening = new AbortController();
    const options = { signal: listening.signal };
    const carriesFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes("Files") === true;
    const onDrag = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      dropping.value = true;
    };
    const onLeave = ({ relatedTarget }: DragEvent) => {
      if (!relatedTarget) dropping.value = false;
    };
    const onDrop = (event: DragEvent) => {
      dropping.value = false;
      if (!carriesFiles(event)) return;
      event.preventDefault();
      void attach(imagesIn(event.dataTransfer));
    };
    document.addEventListener("dragover", onDrag, options);
    document.addEventListener("dragleave", onLeave, options);
    document.addEventListener("drop", onDrop, options);
    return () => listening.abort();
  }, []);
  return dropping.value ? <div class="droph">{t("Drop images here")}</div> : null;
}
