import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";

// The plugins of these programs need not be installed: what is shown is how their resources join.
async function registeredBy(example: string) {
  const program = join(import.meta.dirname, "../../../examples", example, "index.ts");
  const runner = join(import.meta.dirname, "run-with-mocks.ts");
  const { stdout } = await execa(process.execPath, [runner, program]);
  const all = JSON.parse(stdout) as { type: string; inputs: Record<string, unknown> }[];
  return (end: string) => all.find(({ type }) => type.endsWith(end))?.inputs;
}

test("an image of @pulumi/docker is what Rootfs reads, and @pulumi/command checks the disk whose digest triggers it", async () => {
  const inputsOf = await registeredBy("with-docker-and-command");
  expect(inputsOf(":Rootfs")?.source).toEqual({ image: `web@sha256:${"b".repeat(64)}` });
  expect(inputsOf(":Command")).toMatchObject({
    create: "./check-disk",
    triggers: [`sha256:${"a".repeat(64)}`],
  });
});

test("the blob of a proven machine becomes an Azure image, and that a virtual machine", async () => {
  const inputsOf = await registeredBy("azure-vm");
  expect(inputsOf(":AzurePageBlob")).toMatchObject({
    accountUrl: "https://images.blob.core.windows.net/",
    proof: { imageDigest: `sha256:${"a".repeat(64)}` },
  });
  expect(inputsOf("compute:Image")?.storageProfile).toMatchObject({
    osDisk: { blobUri: "https://images.example/web-blob.vhd" },
  });
  expect(inputsOf(":VirtualMachine")?.storageProfile).toMatchObject({
    imageReference: { id: "web-id" },
  });
});

test("a whole image is the initramfs of a machine that is booted without a boot loader", async () => {
  const inputsOf = await registeredBy("tiny-busybox");
  expect(inputsOf(":Initramfs")).toMatchObject({
    tree: { digest: `sha256:${"a".repeat(64)}` },
    init: { supervise: true },
  });
  expect(inputsOf(":BootTest")).toMatchObject({
    initrd: { digest: `sha256:${"a".repeat(64)}` },
    memoryMiB: 128,
  });
});
