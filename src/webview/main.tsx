import { render } from "preact";
import type { ViewApi } from "./channel.ts";
import { readLocale } from "./l10n.ts";
import { connect } from "./store.ts";
import { App } from "./view/App.tsx";

declare function acquireVsCodeApi(): ViewApi;

const root = document.getElementById("app");
if (root) {
  readLocale(document);
  connect(acquireVsCodeApi());
  render(<App />, root);
}
