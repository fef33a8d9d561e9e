import { useRef } from "preact/hooks";
import { attach, attachments, imagesIn } from "../attachments.ts";
import { Composition, sends, shortcutOf } from "../keys.ts";
import { t } from "../l10n.ts";
import { draft } from "../store.ts";

interface FieldProps {
  field: { current: HTMLTextAreaElement | null };
  placeholder: string;
  submit: () => void;
}

/** The composer's text. Enter sends, unless it belongs to an input method. */
export function Field({ field, placeholder, submit }: FieldProps) {
  const composition = useRef(new Composition());
  const onKeyDown = (event: KeyboardEvent) => {
    if (draft.value.trim() === "" && attachments.value.length === 0 && shortcutOf(event)) return;
    if (!sends(event) || composition.current.owns(event, event.timeStamp)) return;
    event.preventDefault();
    if (!event.repeat) submit();
  };
  return (
    <textarea
      ref={field}
      rows={1}
      dir="auto"
      aria-label={t("Message to MiMo")}
      placeholder={placeholder}
      maxLength={1_000_000}
      spellcheck={false}
      value={draft.value}
      onInput={(event) => {
        draft.value = event.currentTarget.value;
      }}
      onPaste={takeImages}
      onKeyDown={onKeyDown}
      onCompositionStart={() => composition.current.start()}
      onCompositionEnd={(event) => composition.current.end(event.timeStamp)}
    />
  );
}

/** Office programs put a picture of a text beside the text: then the text is meant. */
function takeImages(event: ClipboardEvent): void {
  const images = imagesIn(event.clipboardData);
  if (images.length === 0 || event.clipboardData?.getData("text/plain")) return;
  event.preventDefault();
  void attach(images);
}
