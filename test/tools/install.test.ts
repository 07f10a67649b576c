import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Rootfs } from "../../provider/flow/collect/rootfs.ts";
import { dockerClient } from "../../provider/host/docker.ts";
import { checkInputs } from "../../provider/lifecycle/check.ts";
import { diffInputs } from "../../provider/lifecycle/diff.ts";
import { put } from "../../provider/lifecycle/operate.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import type { Resource } from "../../provider/resource.ts";
import { loadTree } from "../../provider/tree/object.ts";
import { readTreeFile } from "../../provider/tree/read-file.ts";
import { testContext } from "../context.ts";

// A package manager that writes down how it was called; the boot test of image-service has the real one.
const aptGet = `#!/bin/sh
echo "$@ as $(id -u) with EVIL=$EVIL $DEBIAN_FRONTEND $SOURCE_DATE_EPOCH" >>/etc/apt-log
touch /var/lib/apt/lists/left /var/cache/apt/left
for name; do
  case $name in
    linux-image-amd64) mkdir -p /boot; echo kernel >/boot/vmlinuz-1; echo initrd >/boot/initrd.img-1 ;;
    systemd-sysv) mkdir -p /lib/systemd /sbin; echo >/lib/systemd/systemd; ln -s /lib/systemd/systemd /sbin/init ;;
    *) continue ;;
  esac
  printf 'Package: %s\\nStatus: install ok installed\\nVersion: 1:2-3\\n\\n' "$name" >>/var/lib/dpkg/status
done
`;
const files = {
  "usr/bin/apt-get": aptGet,
  "etc/os-release": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12"\n',
  "var/lib/dpkg/status": "Package: old\nStatus: install ok installed\nVersion: 1\n\n",
  "var/lib/apt/lists/own": "",
  "var/cache/apt/own": "",
};
const dockerfile =
  'FROM busybox\nRUN rm -f /bin/init /bin/linuxrc\nCOPY . /\nENV EVIL=yes\nUSER 1234\nCMD ["serve"]\n';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "bootwright-install-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true, force: true });
});

async function context(given: Record<string, string> = {}): Promise<string> {
  const all = { ...files, Dockerfile: dockerfile, ".dockerignore": "Dockerfile\n", ...given };
  for (const [path, content] of Object.entries(all)) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), content, { mode: 0o755 });
  }
  return home;
}

async function made(
  source: unknown,
  install: unknown = { kernel: true, init: true },
  service = false,
) {
  const ctx = await testContext();
  try {
    const given = { source, install, service, scrub: [] };
    const { inputs, problems } = await checkInputs(Rootfs as unknown as Resource, given, ctx);
    expect(problems).toEqual([]);
    const outputs = await put(Rootfs as unknown as Resource, inputs, ctx);
    const tree = await loadTree(ctx.store.path("tree", (outputs.ref as Ref).digest));
    const log = await readTreeFile(tree, "etc/apt-log", (l) => ctx.store.path("layer", l));
    const paths = tree.items.map((item) => (item.kind === "entry" ? item.path : ""));
    return { outputs, log: log?.toString(), paths };
  } finally {
    await ctx.dispose();
  }
}

const calls = `update as 0 with EVIL= noninteractive 1735689600
install --yes --no-install-recommends --option Dpkg::Options::=--force-confold initramfs-tools zstd systemd-sysv udev dbus login e2fsprogs fdisk as 0 with EVIL= noninteractive 1735689600
install --yes --no-install-recommends --option Dpkg::Options::=--force-confold linux-image-amd64 as 0 with EVIL= noninteractive 1735689600
`;

test("what an image lacks is installed by root, whatever its USER and ENV; its process stays its own", async () => {
  const { outputs, log, paths } = await made({ dockerfile: { context: await context() } });
  expect(log).toBe(calls);
  expect(outputs.installed).toEqual([
    { name: "linux-image-amd64", version: "1:2-3" },
    { name: "systemd-sysv", version: "1:2-3" },
  ]);
  expect(outputs.kernels).toMatchObject([{ version: "1", initrdPath: "/boot/initrd.img-1" }]);
  expect(outputs.config).toMatchObject({
    user: "1234",
    cmd: ["serve"],
    env: expect.arrayContaining(["EVIL=yes"]),
  });
  // The lists and archives of the package manager are in no layer, and the image's own are still there.
  expect(paths.filter((path) => /^var\/(lib|cache)\/apt.*\//.test(path)).sort()).toEqual([
    "var/cache/apt/own",
    "var/lib/apt/lists",
    "var/lib/apt/lists/own",
  ]);
});

test("a tar of a root filesystem is installed into as an image is", async () => {
  const image = `bootwright-test-install:${process.pid}`;
  await execa(dockerClient(), ["build", "--tag", image, await context()]);
  const { stdout: id } = await execa(dockerClient(), ["create", image]);
  await execa(dockerClient(), ["export", "--output", join(home, "root.tar"), id]);
  await execa(dockerClient(), ["rm", id]);
  await execa(dockerClient(), ["image", "rm", "--force", image]);
  expect((await made({ tar: join(home, "root.tar") })).log).toBe(calls);
});

test("an image that has both is built once, and nothing is installed", async () => {
  const whole = {
    "boot/vmlinuz-2": "kernel",
    "sbin/init": "init",
    "usr/bin/apt-get": "#!/bin/false",
  };
  const { outputs, log } = await made({ dockerfile: { context: await context(whole) } });
  expect([log, outputs.installed]).toEqual([undefined, []]);
});

test("only what is missing is installed", async () => {
  const { log } = await made({ dockerfile: { context: await context({ "sbin/init": "init" }) } });
  expect(log?.split("\n")[1]).toContain("--force-confold initramfs-tools zstd as 0");
});

test("the same inputs are the same step, built once, and another wish is what the diff names", async () => {
  const ctx = await testContext();
  try {
    const resource = Rootfs as unknown as Resource;
    const given = { source: { dockerfile: { context: await context() } }, install: { init: true } };
    const { inputs } = await checkInputs(resource, given, ctx);
    const first = await put(resource, inputs, ctx);
    expect(ctx.lines).toContain("installing init");
    ctx.lines.length = 0;
    expect(await put(resource, inputs, ctx)).toEqual(first);
    expect(ctx.lines).toEqual([]);
    const wish = { ...inputs, install: { kernel: true, init: true } };
    expect(diffInputs(resource, inputs, wish).changed).toEqual(["install"]);
    expect(diffInputs(resource, inputs, { ...inputs, service: true }).changed).toEqual(["service"]);
  } finally {
    await ctx.dispose();
  }
});

test("packages that bring no kernel are an error, not a machine without one", async () => {
  const apt = aptGet.replace("linux-image-amd64)", "linux-image-none)");
  const source = { dockerfile: { context: await context({ "usr/bin/apt-get": apt }) } };
  await expect(made(source)).rejects.toThrow(
    "The image has no kernel after the distribution's packages were installed",
  );
});

test("an engine that exports no layout cannot install, and the error says what can", async () => {
  const wrapper = join(home, "docker");
  const refusal = "ERROR: OCI exporter is not supported for the docker driver.";
  const source = { dockerfile: { context: await context() } };
  await writeFile(
    wrapper,
    `#!/bin/sh\nif [ "$1" = buildx ]; then echo "${refusal}" >&2; exit 1; fi\nexec ${dockerClient()} "$@"\n`,
    { mode: 0o755 },
  );
  vi.stubEnv("BOOTWRIGHT_DOCKER", wrapper);
  await expect(made(source)).rejects.toThrow(
    "A builder that exports OCI layouts is needed to install a kernel or an init",
  );
});

test.each([
  [
    "no init",
    {},
    "service: the image has no init that could start its process (install: { init: true } adds systemd in Debian and Ubuntu)",
  ],
  [
    "an init of its own",
    { "sbin/init": "init" },
    "service: the image's init, /sbin/init, is neither systemd nor busybox's, which are the two that can start its process here",
  ],
])("a service of an image with %s is refused", async (_, given, message) => {
  const source = { dockerfile: { context: await context(given) } };
  await expect(made(source, {}, true)).rejects.toThrow(message);
});

test.each([
  [
    "another distribution",
    { "etc/os-release": 'ID=alpine\nPRETTY_NAME="Alpine Linux v3.20"\n' },
    'install: the image is "Alpine Linux v3.20" (ID "alpine"): kernel and init can be installed in debian, ubuntu (install them in the Dockerfile instead)',
  ],
  [
    "an image that does not say what it is",
    { "etc/os-release": "" },
    "install: the image does not say what distribution it is (it has no os-release): kernel and init can be installed in debian, ubuntu (install them in the Dockerfile instead)",
  ],
])("%s is refused, with what could be", async (_, given, message) => {
  const source = { dockerfile: { context: await context(given) } };
  await expect(made(source)).rejects.toThrow(message);
});
