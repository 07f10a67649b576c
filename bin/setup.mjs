#!/usr/bin/env node
// Runs on the Node that a machine happens to have (20 or later): installs the npm packages, then hands
// over to bin/setup/main.ts on the Node that they bring.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const node = join(root, "node_modules/.bin/node");

/** Undefined too where an npm that was killed left half of the file. */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** What npm noted in node_modules after its last install is compared with package-lock.json. */
function findChangedPackage() {
  const wanted = readPackages(join(root, "package-lock.json"));
  const installed = readPackages(join(root, "node_modules/.package-lock.json"));
  if (!wanted) return "package-lock.json cannot be read";
  if (!installed || !existsSync(node)) return "node_modules is not whole";
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === "" || entry.optional || entry.devOptional || entry.peer) continue;
    if (installed[path]?.version !== entry.version) return `package-lock.json has a new ${path}`;
  }
  return undefined;
}

const major = Number(process.versions.node.split(".")[0]);
if (major < 20) {
  console.error(
    `Node ${process.versions.node} is too old to start: 20 is needed\n(install Node 20)`,
  );
  process.exit(1);
}

const reason = findChangedPackage();
if (reason) {
  console.log(`• npm packages: npm ci, because ${reason}`);
  const started = Date.now();
  const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: "inherit",
  });
  if (npm.status !== 0 || !existsSync(node)) {
    console.error(
      "npm ci did not install the packages\n(see its lines above, then run it by hand)",
    );
    process.exit(1);
  }
  console.log(`✓ npm packages: installed (${Math.round((Date.now() - started) / 1000)} s)`);
}

const child = spawn(node, [join(root, "bin/setup/main.ts"), ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
// On a terminal Ctrl-C reaches the child by itself; a signal sent by another process does not.
process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
