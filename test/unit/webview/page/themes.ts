/** The variables that VS Code puts on a webview's page, by theme, as far as the panel uses them. */

type Variables = Readonly<Record<string, string>>;

const FONTS: Variables = {
  "font-family": '"Segoe UI", Inter, "Noto Sans", "Noto Sans CJK SC", system-ui, sans-serif',
  "font-size": "13px",
  "editor-font-family": '"JetBrains Mono", "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace',
};

const DARK: Variables = {
  foreground: "#cccccc",
  descriptionForeground: "#9d9d9d",
  errorForeground: "#f85149",
  "icon-foreground": "#cccccc",
  focusBorder: "#0078d4",
  "sideBar-background": "#181818",
  "editor-background": "#1f1f1f",
  "widget-border": "#313131",
  "widget-shadow": "#0000005c",
  "panel-border": "#2b2b2b",
  "input-background": "#313131",
  "input-border": "#3c3c3c",
  "input-foreground": "#cccccc",
  "input-placeholderForeground": "#989898",
  "checkbox-background": "#313131",
  "checkbox-border": "#3c3c3c",
  "button-background": "#0078d4",
  "button-foreground": "#ffffff",
  "button-hoverBackground": "#026ec1",
  "button-border": "#ffffff1a",
  "button-secondaryBackground": "#00000000",
  "button-secondaryForeground": "#cccccc",
  "button-secondaryHoverBackground": "#2b2b2b",
  "quickInput-background": "#222222",
  "list-hoverBackground": "#2a2d2e",
  "list-activeSelectionBackground": "#04395e",
  "list-activeSelectionForeground": "#ffffff",
  "toolbar-hoverBackground": "#5a5d5e50",
  "keybindingLabel-background": "#8080802b",
  "keybindingLabel-border": "#33333399",
  "keybindingLabel-foreground": "#cccccc",
  "textLink-foreground": "#4daafc",
  "textCodeBlock-background": "#2b2b2b",
  "textPreformat-foreground": "#d0d0d0",
  "textPreformat-background": "#3c3c3c",
  "diffEditor-insertedTextBackground": "#9ccc2c33",
  "diffEditor-removedTextBackground": "#ff000033",
  "diffEditor-insertedLineBackground": "#9bb95533",
  "diffEditor-removedLineBackground": "#ff000033",
  "chat-linesAddedForeground": "#54b054",
  "chat-linesRemovedForeground": "#fc6a6a",
  "editorLineNumber-foreground": "#6e7681",
  "editorWarning-foreground": "#cca700",
  "scrollbarSlider-background": "#79797966",
  "testing-iconPassed": "#73c991",
};

const LIGHT: Variables = {
  ...DARK,
  foreground: "#3b3b3b",
  descriptionForeground: "#3b3b3b",
  "icon-foreground": "#3b3b3b",
  focusBorder: "#005fb8",
  "sideBar-background": "#f8f8f8",
  "editor-background": "#ffffff",
  "widget-border": "#e5e5e5",
  "widget-shadow": "#00000029",
  "panel-border": "#e5e5e5",
  "input-background": "#ffffff",
  "input-border": "#cecece",
  "input-foreground": "#3b3b3b",
  "input-placeholderForeground": "#767676",
  "checkbox-background": "#f8f8f8",
  "checkbox-border": "#cecece",
  "button-background": "#005fb8",
  "button-hoverBackground": "#0258a8",
  "button-border": "#0000001a",
  "button-secondaryBackground": "#e5e5e5",
  "button-secondaryForeground": "#3b3b3b",
  "button-secondaryHoverBackground": "#cccccc",
  "quickInput-background": "#f8f8f8",
  "list-hoverBackground": "#f2f2f2",
  "list-activeSelectionBackground": "#e8e8e8",
  "list-activeSelectionForeground": "#000000",
  "toolbar-hoverBackground": "#b8b8b850",
  "keybindingLabel-background": "#dddddd66",
  "keybindingLabel-border": "#cccccc66",
  "keybindingLabel-foreground": "#3b3b3b",
  "textLink-foreground": "#005fb8",
  "textCodeBlock-background": "#f8f8f8",
  "textPreformat-foreground": "#3b3b3b",
  "textPreformat-background": "#0000001f",
  "diffEditor-insertedTextBackground": "#9ccc2c40",
  "chat-linesAddedForeground": "#107c10",
  "chat-linesRemovedForeground": "#bc2f32",
  "editorWarning-foreground": "#bf8803",
  "scrollbarSlider-background": "#64646466",
};

/** Many variables are left undefined there, as VS Code does. */
function highContrast(colours: {
  readonly text: string;
  readonly ground: string;
  readonly border: string;
  readonly active: string;
  readonly button: string;
  readonly error: string;
  readonly warning: string;
  readonly added: string;
  readonly removed: string;
}): Variables {
  const { text, ground, border, active } = colours;
  return {
    contrastBorder: border,
    contrastActiveBorder: active,
    foreground: text,
    descriptionForeground: `${text}b3`,
    errorForeground: colours.error,
    "icon-foreground": text,
    focusBorder: active,
    "sideBar-background": ground,
    "editor-background": ground,
    "widget-border": border,
    "panel-border": border,
    "input-background": ground,
    "input-border": border,
    "input-foreground": text,
    "input-placeholderForeground": `${text}b3`,
    "checkbox-background": ground,
    "checkbox-border": border,
    "button-background": colours.button,
    "button-foreground": "#ffffff",
    "button-border": border,
    "button-secondaryForeground": text,
    "textLink-foreground": border,
    "textCodeBlock-background": ground,
    "textPreformat-foreground": text,
    "diffEditor-insertedTextBorder": colours.added,
    "diffEditor-removedTextBorder": colours.removed,
    "editorLineNumber-foreground": text,
    "editorWarning-foreground": colours.warning,
  };
}

export const THEMES = {
  dark: { kind: "vscode-dark", scheme: "dark", variables: { ...FONTS, ...DARK } },
  light: { kind: "vscode-light", scheme: "light", variables: { ...FONTS, ...LIGHT } },
  "hc-dark": {
    kind: "vscode-high-contrast",
    scheme: "dark",
    variables: {
      ...FONTS,
      ...highContrast({
        text: "#ffffff",
        ground: "#000000",
        border: "#6fc3df",
        active: "#f38518",
        button: "#000000",
        error: "#f48771",
        warning: "#ffd370",
        added: "#33ff2e",
        removed: "#ff008f",
      }),
    },
  },
  "hc-light": {
    kind: "vscode-high-contrast-light vscode-high-contrast",
    scheme: "light",
    variables: {
      ...FONTS,
      ...highContrast({
        text: "#292929",
        ground: "#ffffff",
        border: "#0f4a85",
        active: "#006bbd",
        button: "#0f4a85",
        error: "#b5200d",
        warning: "#895503",
        added: "#374e06",
        removed: "#ad0707",
      }),
    },
  },
} as const;

export type ThemeName = keyof typeof THEMES;

/** What VS Code's own style sheet of webviews says of elements that the panel uses. */
const DEFAULTS = `@layer vscode-default {
  body { margin: 0; padding: 0 20px; background-color: transparent; color: var(--vscode-foreground);
    font-family: var(--vscode-font-family); font-size: var(--vscode-font-size); }
  a, a code { color: var(--vscode-textLink-foreground); }
  a:focus, input:focus, select:focus, textarea:focus { outline: 1px solid -webkit-focus-ring-color; outline-offset: -1px; }
  code { font-family: monospace; color: var(--vscode-textPreformat-foreground); padding: 1px 3px; border-radius: 4px;
    background-color: var(--vscode-textPreformat-background); }
  pre code { padding: 0; }
  blockquote { background: #7f7f7f1a; border-color: #007acc80; }
}`;

export function themeCss(name: ThemeName): string {
  const { scheme, variables } = THEMES[name];
  const lines = Object.entries(variables).map(([variable, value]) => `--vscode-${variable}: ${value};`);
  return `:root { color-scheme: ${scheme}; ${lines.join(" ")} }\n${DEFAULTS}`;
}
