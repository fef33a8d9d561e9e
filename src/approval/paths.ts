/**
 * Paths that ask in every mode but `all`: writing them can run code later or change the agent's own rules, reading
 * them can leak secrets. Compared without case, since many file systems ignore it.
 */
export const PROTECTED_FOLDERS = [
  ".git",
  ".vscode",
  ".idea",
  ".husky",
  ".devcontainer",
  ".github/workflows",
  ".mimo",
  ".cursor",
  ".claude",
];
const PROTECTED_NAMES = [
  /\.code-workspace$/,
  /^package\.json$/,
  /^(makefile|justfile|gnumakefile)$/,
  /^(agents|claude|gemini)\.md$/,
  /^copilot-instructions\.md$/,
  /^\.?mcp\.json$/,
  /^\.?lefthook(-local)?\.(ya?ml|toml|json)$/,
  /^\.pre-commit-config\.ya?ml$/,
  /^\.(bashrc|bash_profile|profile|zshrc|zprofile|gitconfig|gitmodules|npmrc|yarnrc(\.yml)?)$/,
];
const SECRET_PLACES = ["/.ssh/", "/.aws/", "/.gnupg/", "/.docker/config.json/", "/.kube/config/"];
const SECRET_NAMES = [
  /^\.env(rc|\..*)?$/,
  /^\.netrc$/,
  /^\.npmrc$/,
  /^\.(pgpass|pypirc|git-credentials)$/,
  /^id_(rsa|dsa|ecdsa|ed25519)([._-](?!pub$).*)?$/,
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
  if (SECRET_PLACES.some((place) => `/${parts.join("/")}/`.includes(place))) return true;
  return !SECRET_EXAMPLES.test(name) && SECRET_NAMES.some((pattern) => pattern.test(name));
}

function partsOf(path: string): string[] {
  return path
    .toLowerCase()
    .split(/[\\/]+/)
    .map((part) => part.replace(/[. ]+$/, "") || part)
    .filter((part) => part !== "");
}
