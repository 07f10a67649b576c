import type { Finding } from "./findings.ts";

/** Something that no image may carry to many machines. */
export interface LeftBehindRule {
  /** Paths without a leading slash. */
  readonly paths: RegExp;
  readonly level: Finding["level"];
  readonly message: string;
  readonly fix: string;
  /** Only files in whose content this is found. */
  readonly content?: RegExp;
}

const remove =
  "remove it in the Dockerfile, in the RUN that makes it, and give builds secrets by RUN --mount=type=secret";
const start = "(?:^|/)";

function atEnd(...names: readonly string[]): RegExp {
  return new RegExp(`${start}(?:${names.join("|")})$`);
}

/** Where people put files of their own: not what packages install, nor the keys that libraries test themselves with. */
const own =
  "^(?!usr/(?!local/)|var/(?:cache|tmp)/|(?:.*/)?(?:node_modules|site-packages|dist-packages|gems|pkg/mod)/)";
/** A user and a password in an address. */
const loginInAddress = /:\/\/[^/\s:@]+:[^/\s@$]+@/;
const privateKey = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----|^PuTTY-User-Key-File-/m;

/** Keys that say who a machine is, or let somebody in. */
const keys: readonly LeftBehindRule[] = [
  {
    paths: /^etc\/(ssh\/ssh_host_[^/]*_key|dropbear\/dropbear_[^/]*_host_key)$/,
    ...{ level: "error", message: "every machine would have this same SSH host key" },
    fix: "leave ssh-host-keys in Rootfs.scrub, or remove it, and have new ones made at the first start",
  },
  {
    paths: new RegExp(`${start}\\.ssh/id_(rsa|dsa|ecdsa|ed25519)(_sk)?$`),
    ...{ level: "error", message: "is a private SSH key", fix: remove },
  },
  {
    paths: new RegExp(`${start}\\.ssh/(?!id_(rsa|dsa|ecdsa|ed25519)(_sk)?$)[^/]+$`),
    content: privateKey,
    ...{ level: "error", message: "is a private SSH key", fix: remove },
  },
  {
    paths: atEnd("\\.gnupg/private-keys-v1\\.d/[^/]+\\.key", "\\.gnupg/secring\\.gpg"),
    ...{ level: "error", message: "is a private PGP key", fix: remove },
  },
  {
    paths: /^etc\/ssl\/private\/ssl-cert-snakeoil\.key$/,
    ...{ level: "warning", message: "every machine would have this same TLS key" },
    fix: "remove it in the Dockerfile; make-ssl-cert generate-default-snakeoil makes another",
  },
  {
    paths: new RegExp(
      `${own}(?!etc/ssh/ssh_host_|etc/ssl/private/ssl-cert-snakeoil)(?!(.*/)?\\.(ssh|gnupg)/).*[^/]\\.(pem|key|ppk|asc)$`,
    ),
    content: privateKey,
    ...{ level: "error", message: "holds a private key", fix: remove },
  },
  {
    paths: /^etc\/wireguard\/[^/]+\.conf$/,
    content: /^[ \t]*PrivateKey[ \t]*=/im,
    ...{ level: "error", message: "holds a private key", fix: remove },
  },
];

/** Logins of services, and of clouds. */
const logins: readonly LeftBehindRule[] = [
  {
    paths: atEnd(
      ...["\\.netrc", "\\.git-credentials", "\\.pgpass", "\\.kube/config", "\\.vault-token"],
      ...["\\.cargo/credentials(\\.toml)?", "\\.pulumi/credentials\\.json"],
      "\\.terraform\\.d/credentials\\.tfrc\\.json",
    ),
    ...{ level: "error", message: "holds credentials", fix: remove },
  },
  {
    paths: /^etc\/apt\/auth\.conf(\.d\/[^/]+)?$/,
    content: /\bpassword\s+\S/,
    ...{ level: "error", message: "holds the login of a package server", fix: remove },
  },
  {
    paths: atEnd(
      ...["etc/apt/sources\\.list(\\.d/[^/]+)?", "\\.git/config", "\\.gitconfig"],
      ...["pip\\.conf", "\\.config/pip/pip\\.conf"],
    ),
    content: loginInAddress,
    ...{ level: "error", message: "holds an address with a password", fix: remove },
  },
  {
    paths: atEnd("\\.docker/config\\.json", "\\.dockercfg", "containers/auth\\.json"),
    content: /"(auth|identitytoken)"\s*:\s*"[^"]/,
    ...{ level: "error", message: "holds the login of a registry", fix: remove },
  },
  {
    paths: atEnd("\\.npmrc", "\\.yarnrc\\.yml", "\\.pypirc"),
    content: /(?:_authToken|_password|_auth|npmAuthToken|password)\s*[=:]\s*"?[^\s"$]/,
    ...{ level: "error", message: "holds the login of a registry", fix: remove },
  },
  {
    paths: atEnd(
      ...["\\.aws/credentials", "\\.aws/(sso|cli)/cache/[^/]+\\.json"],
      "\\.azure/(accessTokens\\.json|msal_token_cache[^/]*|service_principal[^/]*|credentials)",
      "\\.config/gcloud/(credentials\\.db|access_tokens\\.db|application_default_credentials\\.json)",
    ),
    ...{ level: "error", message: "holds credentials of a cloud", fix: remove },
  },
  {
    paths: atEnd("\\.aws/config", "\\.env", "etc/environment", "\\.(bash|zsh)rc", "\\.profile"),
    content:
      /\b(?:aws_secret_access_key|azure_client_secret|azure_storage_(?:key|connection_string))\s*=\s*["']?[^\s"'$]/i,
    ...{ level: "error", message: "holds credentials of a cloud", fix: remove },
  },
  {
    paths: new RegExp(`${own}.*\\.json$`),
    content: /^(?=[\s\S]*"type"\s*:\s*"service_account")[\s\S]*"private_key"\s*:\s*"-----BEGIN/,
    ...{ level: "error", message: "holds credentials of a cloud", fix: remove },
  },
];

/** What a machine has written that ran, or a build that was one. */
const traces: readonly LeftBehindRule[] = [
  {
    paths: /^(etc\/machine-id|var\/lib\/dbus\/machine-id)$/,
    content: /[0-9a-f]{32}/,
    ...{ level: "error", message: "every machine would have this same id" },
    fix: "leave machine-id in Rootfs.scrub",
  },
  {
    paths: /^var\/lib\/systemd\/(random-seed|credential\.secret)$/,
    ...{ level: "error", message: "every machine would have this same secret" },
    fix: "remove it in the Dockerfile; systemd makes another",
  },
  {
    paths: /^var\/lib\/waagent\/(ovf-env\.xml|[^/]+\.prv)$/,
    ...{ level: "error", message: "is what Azure told the machine that this image was" },
    fix: "remove it: waagent -force -deprovision in that machine, or rm -r /var/lib/waagent",
  },
  {
    paths: /^var\/lib\/cloud\/data\/instance-id$/,
    ...{ level: "warning", message: "cloud-init has run in the machine that this image was" },
    fix: "remove what it knows: cloud-init clean --logs, or rm -r /var/lib/cloud",
  },
  {
    paths: /^etc\/udev\/rules\.d\/\d+-persistent-net\.rules$/,
    ...{ level: "warning", message: "names network cards by their old addresses" },
    fix: "remove it in the Dockerfile",
  },
  {
    paths: atEnd("\\.(bash|ash|sh|zsh|python|node_repl|mysql|psql|sqlite|rediscli)_history"),
    ...{ level: "warning", message: "is a history, which may show passwords" },
    fix: "leave shell-history in Rootfs.scrub, or remove it in the Dockerfile",
  },
];

/** What no image may carry to many machines. */
export const leftBehindRules: readonly LeftBehindRule[] = [...keys, ...logins, ...traces];
