import { delimiter, join } from "node:path";
import { bench } from "./bench.ts";
import { buildSources } from "./build.ts";
import { setUpEngine } from "./engine.ts";
import { setUpHostTools } from "./host-tools.ts";
import { setUpImages } from "./images.ts";
import { withLock } from "./lock.ts";
import { root, searchPath, store } from "./paths.ts";
import { formatElapsed, formatError, print, runStep } from "./progress.ts";
import { setUpPulumi } from "./pulumi.ts";
import { setUpLanguages } from "./pulumi-languages.ts";
import { setUpYamlHost } from "./pulumi-yaml.ts";
import { projectFolder, start } from "./start.ts";
import { test } from "./test.ts";
import { setUpToolbox } from "./toolbox.ts";

const modes = {
  start: {
    needsHostTools: false,
    run: (env: Record<string, string>) => start(env, process.argv[3]),
  },
  test: { needsHostTools: true, run: test },
  "test:all": {
    needsHostTools: true,
    needsLanguages: true,
    run: (env: Record<string, string>) => test({ ...env, BOOTWRIGHT_TEST_ALL: "1" }),
  },
  bench: { needsHostTools: true, run: bench },
  only: { needsHostTools: true, run: printEnvironment },
};

/** Prints the environment for a shell, for work without `npm start` and `npm test`. */
async function printEnvironment(env: Record<string, string>): Promise<number> {
  for (const [name, value] of Object.entries(env)) print(`export ${name}='${value}'`);
  return 0;
}

interface Needs {
  readonly needsHostTools: boolean;
  /** Those of YAML, Python and Go programs. */
  readonly needsLanguages?: boolean;
}

/** Provides everything that the provider and its tests need; resolves to their environment. */
async function setUp({
  needsHostTools,
  needsLanguages = false,
}: Needs): Promise<Record<string, string>> {
  let client = "docker";
  let bin = "";
  let languages: string[] = [];
  const engine = async () => {
    await runStep("Docker engine", async (say) => {
      const found = await setUpEngine(say);
      client = found.client;
      return `${found.version} by ${client}, which builds Dockerfiles and runs the tools`;
    });
    await runStep("Base images", (say) => setUpImages(client, say));
    await runStep("Toolbox", (say) => setUpToolbox(client, say));
    if (needsHostTools) await runStep("Host tools", setUpHostTools);
  };
  const pulumi = () =>
    runStep("Pulumi CLI", async (say) => {
      const found = await setUpPulumi(say);
      bin = found.bin;
      if (needsLanguages) {
        const yaml = await setUpYamlHost(bin, say);
        languages = [...(await setUpLanguages(say)), ...(yaml ? [yaml] : [])];
      }
      return `${found.version} in ${bin}, which runs the program`;
    });
  // The engine's steps wait for the network and the disk while Go needs the processor.
  const results = await Promise.allSettled([runStep("Sources", buildSources), engine(), pulumi()]);
  const failures = results.flatMap((result) =>
    result.status === "rejected" ? [result.reason] : [],
  );
  for (const failure of failures.slice(1)) print(`\n${formatError(failure)}`);
  if (failures.length > 0) throw failures[0];
  return {
    PATH: [join(root, "node_modules/.bin"), bin, ...languages, ...searchPath].join(delimiter),
    BOOTWRIGHT_DOCKER: client,
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}

async function main(): Promise<number> {
  const name = process.argv[2] ?? "start";
  const mode = Object.hasOwn(modes, name) ? modes[name as keyof typeof modes] : undefined;
  if (!mode) {
    print(`Unknown mode "${name}"\n(use ${Object.keys(modes).join(", ")})`);
    return 2;
  }
  // A name that is not one is told before anything is installed.
  if (name === "start") projectFolder(process.argv[3]);
  const started = performance.now();
  const env = await withLock(join(store, "setup.lock"), () => setUp(mode));
  print(`Set-up is complete${formatElapsed(performance.now() - started)}\n`);
  return mode.run(env);
}

process.exitCode = await main().catch((error: unknown) => {
  print(`\n${formatError(error)}`);
  return 1;
});
