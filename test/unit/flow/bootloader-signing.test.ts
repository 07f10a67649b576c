import { expect, test } from "vitest";
import { Bootloader } from "../../../provider/flow/compose/bootloader.ts";
import { checkInputs } from "../../../provider/lifecycle/check.ts";
import { diffInputs } from "../../../provider/lifecycle/diff.ts";
import { unknownValue } from "../../../provider/lifecycle/wire.ts";
import { planLayout } from "../../../provider/plan/plan-layout.ts";
import { selfSigned } from "../../self-signed.ts";

const own = selfSigned();
const partition = { label: "", bootable: false, mountPoint: "", attributes: [] };
const layout = planLayout({
  ...{ seed: "demo", table: "gpt", roundToMiB: 1 },
  partitions: [
    { ...partition, name: "core", type: "bios-boot", sizeMiB: 1 },
    { ...partition, name: "esp", type: "esp", sizeMiB: 64 },
    { ...partition, name: "root", type: "linux", sizeMiB: 64 },
  ] as never,
});
const kernel = { ref: { kind: "file" as const, digest: `sha256:${"a".repeat(64)}`, recipe: "" } };
const common = { kernel, commandLine: "root=/dev/vda3" };
const store = { has: async () => false };

async function problemsOf(given: object): Promise<string[]> {
  const { problems } = await checkInputs(Bootloader as never, { ...common, ...given }, {
    store,
  } as never);
  return problems.map(({ property, reason }) => `${property}: ${reason}`);
}
const inputsOf = (given: object) => Bootloader.inputs.parse({ ...common, layout, ...given });

const trustsOthers =
  'GRUB starts only what shim or an OpenPGP key vouches for, and has neither (take "systemd-boot", "systemd-boot-uki" or "uki")';
const byBios = "a BIOS asks for no signature (leave it out)";
test.each([
  ["extlinux", {}, byBios],
  ["syslinux", {}, byBios],
  ["grub-bios", { layout }, trustsOthers],
  ["grub-uefi", { layout }, trustsOthers],
  ["grub-hybrid", { layout }, trustsOthers],
])("%s is refused a key that signs", async (type, more, why) => {
  expect(await problemsOf({ type, ...more, ...own })).toEqual(
    ["signingKey", "signingCertificate"].map(
      (property) => `${property}: is of no use with "${type}": ${why}`,
    ),
  );
});

test.each(["uki", "systemd-boot-uki", "systemd-boot"])(
  "%s takes a key that signs, also one that is not known yet",
  async (type) => {
    expect(await problemsOf({ type, layout, ...own })).toEqual([]);
    expect(await problemsOf({ type, layout, ...own, signingKey: unknownValue })).toEqual([]);
  },
);

test("a key without its certificate, and one that is none, are refused by their paths", async () => {
  const stub = { type: "efi-stub", kernel, commandLine: undefined };
  expect(await problemsOf({ ...stub, signingKey: own.signingKey })).toEqual([
    "signingCertificate: is required together with signingKey",
  ]);
  const [problem] = await problemsOf({ ...stub, ...own, signingKey: "keys/db.key" });
  expect(problem).toMatch(/^signingKey: is no private key in PEM/);
});

test.each(["uki", "systemd-boot-uki", "systemd-boot", "efi-stub"])(
  "the plan of %s names the certificate and holds nothing of the key",
  (type) => {
    const plan = Bootloader.plan(inputsOf({ type, ...own }));
    const text = own.signingCertificate.replace(/-----.*-----|\n/g, "");
    expect(plan).toMatchObject({ signing: { certificate: text } });
    for (const line of own.signingKey.split("\n").filter((l) => l.length === 64))
      expect(JSON.stringify(plan)).not.toContain(line);
    expect(Bootloader.plan(inputsOf({ type }))).not.toHaveProperty("signing");
  },
);

test("another certificate is a change, and another wrapping of the same is none", () => {
  const changedBy = (more: object) =>
    diffInputs(
      Bootloader as never,
      inputsOf({ type: "uki", ...own }),
      inputsOf({ type: "uki", ...own, ...more }),
    ).changed;
  const wrapped = (text: string) => text.replaceAll("\n", "\r\n");
  expect(changedBy({ signingCertificate: wrapped(own.signingCertificate) })).toEqual([]);
  expect(changedBy({ signingKey: wrapped(own.signingKey) })).toEqual([]);
  expect(changedBy(selfSigned())).toEqual(["signingKey", "signingCertificate"]);
});
