/**
 * Paths that ask in every mode but `all`: writing them can run code later or change the agent's own rules, reading
 * them can leak secrets. Compared without case, since many file systems ignore it.
 */
const PROTECTED_FOLDERS = [".git", ".vscode", ".idea", ".husky", ".github/workflows", ".mimo", ".cursor", ".claude"];
const PROTECTED_NAMES = [
  /\.code-workspace$/,
  /^package\.json$/,
  /^(makefile|justfile|gnumakefile)$/,
  /^(agents|claude|gemini)\.md$/,
  /^copilot-instructions\.md$/,
  /^\.?mcp\.json$/,
  /^\.(bashrc|bash_profile|profile|zshrc|zprofile|gitconfig|gitmodules|npmrc|yarnrc(\.yml)?)$/,
];
const SECRET_NAMES = [
  /^\.env(\..*)?$/,
  /^\.netrc$/,
  /^\.npmrc$/,
  /^\.pgpass$/,
  /^id_(rsa|dsa|ecdsa|ed25519)$/,
  /\.(pem|key|p12|pfx|keystore|jks)$/,
  /^credentials(\.json)?$/,
];
/** Files that show the form of a secret file without holding any. */
const SECRET_EXAMPLES = /^\.env\.(example|sample|template)$/;

/** Takes an absolute or relative path with either separator. */
export function isProtected(path: string): boolean {
  const parts = partsOf(path);
  const joined = `/${parts.join("/")}/`;
  if (PROTECTED_FOLDERS.some((folder) => joined.includes(`/${folder}/`))) return true;
  const name = parts.at(-1) ?? "";
  return PROTECTED_NAMES.some((pattern) => pattern.test(name));
}

export function isSecret(path: string): boolean {
  const parts = partsOf(path);
  const name = parts.at(-1) ?? "";
  if (parts.includes(".ssh") || parts.includes(".aws") || parts.includes(".gnupg")) return true;
  return !SECRET_EXAMPLES.test(name) && SECRET_NAMES.some((pattern) => pattern.test(name));
}

function partsOf(path: string): string[] {
  return path
    .toLowerCase()
    .split(/[\\/]+/)
    .map((part) => part.replace(/[. ]+$/, "") || part)
    .filter((part) => part !== "");
}
