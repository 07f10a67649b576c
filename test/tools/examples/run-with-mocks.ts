// Runs the program named by its argument under Pulumi's mocks and prints what it registers, as JSON.
import * as pulumi from "@pulumi/pulumi";

const registered: { type: string; name: string; inputs: unknown }[] = [];
const ref = { kind: "disk", digest: `sha256:${"a".repeat(64)}`, recipe: "" };

await pulumi.runtime.setMocks(
  {
    newResource: ({ type, name, inputs }) => {
      registered.push({ type, name, inputs });
      const outputs = {
        ref,
        proof: { imageDigest: ref.digest, expectations: "x" },
        readiness: { tree: ref.digest, target: "azure" },
        layout: { partitions: [{ uuid: "u" }, { uuid: "v" }] },
        blobUri: `https://images.example/${name}.vhd`,
        primaryEndpoints: { blob: "https://images.blob.core.windows.net/" },
        repoDigest: `web@sha256:${"b".repeat(64)}`,
      };
      return { id: `${name}-id`, state: { ...inputs, ...outputs } };
    },
    call: ({ inputs }) => inputs,
  },
  "examples",
  "test",
  false,
);
await import(process.argv[2] ?? "");
await pulumi.runtime.disconnect();
console.log(JSON.stringify(registered));
