import { nameText } from "../manifest/names.ts";
import type { Entry } from "../tree/types.ts";
import type { Finding } from "./findings.ts";

interface Rule {
  readonly paths: RegExp;
  readonly level: Finding["level"];
  readonly message: string;
  readonly fix: string;
  /** Only files in whose content this is found. */
  readonly content?: RegExp;
}

const credentials =
  "remove it in the Dockerfile, in the RUN that makes it, and give builds secrets by RUN --mount=type=secret";
const home = "(^|/)";

/** What no image may carry to many machines. Paths have no leading slash. */
export const leftBehindRules: readonly Rule[] = [
  {
    paths: /^etc\/ssh\/ssh_host_[^/]*_key$/,
    ...{ level: "error", message: "every machine would have this same SSH host key" },
    fix: "leave ssh-host-keys in Rootfs.scrub, and have new ones made at the first start",
  },
  {
    paths: /^(etc\/machine-id|var\/lib\/dbus\/machine-id)$/,
    content: /[0-9a-f]{32}/,
    ...{ level: "error", message: "every machine would have this same id" },
    fix: "leave machine-id in Rootfs.scrub",
  },
  {
    paths: /(^|\/)\.ssh\/id_(rsa|dsa|ecdsa|ed25519)(_sk)?$/,
    ...{ level: "error", message: "is a private SSH key", fix: credentials },
  },
  {
    paths: /^etc\/ssl\/private\/ssl-cert-snakeoil\.key$/,
    ...{ level: "warning", message: "every machine would have this same TLS key" },
    fix: "remove it in the Dockerfile; make-ssl-cert generate-default-snakeoil makes another",
  },
  {
    paths:
      /^(etc|home|opt|root|srv|var\/(lib|www))\/(?!ssh\/ssh_host_|ssl\/private\/ssl-cert-snakeoil)(.*\/)?[^/]+\.(pem|key)$/,
    content: /-----BEGIN ([A-Z]+ )*PRIVATE KEY-----/,
    ...{ level: "error", message: "holds a private key", fix: credentials },
  },
  {
    paths: new RegExp(`${home}(\\.netrc|\\.git-credentials|\\.pgpass|\\.kube/config)$`),
    ...{ level: "error", message: "holds credentials", fix: credentials },
  },
  {
    paths: new RegExp(`${home}(\\.docker/config\\.json|\\.dockercfg)$`),
    content: /"(auth|identitytoken)"\s*:\s*"[^"]/,
    ...{ level: "error", message: "holds the login of a registry", fix: credentials },
  },
  {
    paths: new RegExp(`${home}(\\.npmrc|\\.pypirc)$`),
    content: /_authToken|_password|password/,
    ...{ level: "error", message: "holds the login of a registry", fix: credentials },
  },
  {
    paths: new RegExp(
      `${home}(\\.aws/credentials|\\.azure/(accessTokens\\.json|msal_token_cache[^/]*|service_principal[^/]*)|\\.config/gcloud/(credentials\\.db|access_tokens\\.db|application_default_credentials\\.json))$`,
    ),
    ...{ level: "error", message: "holds credentials of a cloud", fix: credentials },
  },
  {
    paths: /(^|\/)\.(bash|ash|sh|zsh|python|mysql|psql)_history$/,
    ...{ level: "warning", message: "is the history of a shell, which may show passwords" },
    fix: "leave shell-history in Rootfs.scrub, or remove it in the Dockerfile",
  },
];

/** Reads the text of an entry; undefined when it is too large to be what a rule looks for. */
export type ReadText = (entry: Entry) => Promise<string | undefined>;

/** What is left in a tree that no image may carry. */
export async function leftBehind(entries: Iterable<Entry>, read: ReadText): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const entry of entries) {
    if (entry.type !== "file" || entry.size === 0) continue;
    for (const { paths, content, ...finding } of leftBehindRules) {
      if (!paths.test(entry.path)) continue;
      if (content && !content.test((await read(entry)) ?? "")) continue;
      found.push({ path: `/${nameText(entry.path)}`, ...finding });
    }
  }
  return found;
}
