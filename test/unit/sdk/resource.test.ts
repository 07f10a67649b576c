import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, test } from "vitest";
import { resources } from "../../../provider/flow/index.ts";
import { fromWire } from "../../../provider/lifecycle/wire.ts";
import { objectPath, storeRoot } from "../../../provider/store/paths.ts";
import { examples } from "../inputs/examples.ts";

// Loaded by Node itself: Pulumi writes the text of its functions into the state, which no test runner may rewrite.
const sdk = createRequire(import.meta.url)(
  join(dirname(import.meta.dirname), "../../sdk/nodejs/index.ts"),
) as typeof import("../../../sdk/nodejs/index.ts");

type Values = Record<string, unknown>;
const registered: { type: string; name: string; inputs: Values }[] = [];
const ref = (kind: "disk" | "file" | "vhd") => ({
  kind,
  digest: `sha256:${"c".repeat(64)}`,
  recipe: "",
});
let state: Values = {};

beforeEach(async () => {
  registered.length = 0;
  state = {};
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        registered.push({ type, name, inputs });
        return { id: name, state: { ...inputs, ...state } };
      },
      call: () => ({}),
    },
    "shop",
    "prod",
  );
});

function settled<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}

async function inputsOf(make: () => pulumi.Resource): Promise<Values> {
  await settled(make().urn);
  return registered.at(-1)?.inputs ?? {};
}

const partitions = [{ name: "root", sizeMiB: 64 }];

test.each(resources.map(({ name }) => name))(
  "%s is registered with what it is given",
  async (name) => {
    const make = sdk[name as "Rootfs"] as unknown as new (
      name: string,
      args: object,
    ) => pulumi.Resource;
    for (const given of examples[name] ?? []) {
      const { __provider, __urn, ...inputs } = await inputsOf(() => new make("it", given));
      expect(fromWire(inputs)).toEqual(given);
      expect(registered.at(-1)?.type).toBe(`pulumi-nodejs:dynamic/bootwright:${name}`);
    }
  },
);

describe("a resource", () => {
  test("has the outputs that the provider gives", async () => {
    state = { layout: { table: "mbr", sizeBytes: 1 } };
    const { layout } = new sdk.PartitionLayout("disk", { partitions });
    expect(await settled(layout)).toEqual(state.layout);
    expect(await settled(layout.table)).toBe("mbr");
  });

  test("takes its seed from the project and its name, never the stack", async () => {
    const make = () => new sdk.PartitionLayout("disk", { partitions });
    expect((await inputsOf(make)).seed).toBe("shop/disk");
  });

  test("keeps the seed that it is given", async () => {
    const make = () => new sdk.PartitionLayout("disk", { partitions, seed: "mine" });
    expect((await inputsOf(make)).seed).toBe("mine");
  });

  test("tells the provider its URN, below its parent", async () => {
    const parent = new pulumi.ComponentResource("shop:index:Server", "web");
    const make = () => new sdk.PartitionLayout("disk", { partitions }, { parent });
    expect((await inputsOf(make)).__urn).toBe(
      "urn:pulumi:prod::shop::shop:index:Server$pulumi-nodejs:dynamic/bootwright:PartitionLayout::disk",
    );
  });

  test("tells the provider when any of its inputs is secret, and nothing otherwise", async () => {
    const secret = [{ name: "root", sizeMiB: pulumi.secret(64) }];
    const make = (list: pulumi.Input<object>[]) => () =>
      new sdk.PartitionLayout("disk", { partitions: list as never });
    expect((await inputsOf(make(secret))).__secret).toBe(true);
    expect(await inputsOf(make(partitions))).not.toHaveProperty("__secret");
  });

  test("encrypts what is always secret, which no recipe holds and so does not withhold one", async () => {
    const kernel = { ref: { kind: "file", digest: "sha256:0", recipe: "" } };
    const given = { kernel, signingKey: pulumi.secret("key") } as never;
    const make = () => new sdk.Bootloader("boot", given);
    expect(await inputsOf(make)).not.toHaveProperty("__secret");
    const plain = new sdk.Bootloader("plain", { ...(given as object), signingKey: "key" } as never);
    const { signingKey } = plain as unknown as Record<string, pulumi.Output<unknown>>;
    expect(await pulumi.isSecret(signingKey as never)).toBe(true);
  });

  test("encrypts a list as a whole when a secret lies in it, as Pulumi would lose it in the outputs", async () => {
    const files = [{ path: "/etc/key", content: pulumi.secret("x") }, { path: "/etc/motd" }];
    const given = { source: { directory: "root" }, files };
    const rootfs = new sdk.Rootfs("web", given) as unknown as Record<
      string,
      pulumi.Output<unknown>
    >;
    expect(await pulumi.isSecret(rootfs.files as never)).toBe(true);
    expect(await pulumi.isSecret(rootfs.source as never)).toBe(false);
  });

  test("keeps a secret input secret though it is given in clear", async () => {
    const image = ref("vhd");
    const args = { image, container: "vhds", connectionString: "AccountKey=x" };
    const blob = new sdk.AzurePageBlob("blob", args);
    const { connectionString, container } = blob as unknown as Record<
      string,
      pulumi.Output<string>
    >;
    expect(await pulumi.isSecret(connectionString as pulumi.Output<string>)).toBe(true);
    expect(await pulumi.isSecret(container as pulumi.Output<string>)).toBe(false);
    expect(args.connectionString).toBe("AccountKey=x");
  });
});

describe("the path of an image", () => {
  test.each([
    ["disk", objectPath(storeRoot(), ref("disk"))],
    ["file", objectPath(storeRoot(), ref("file"))],
    ["vhd", ""],
    [undefined, ""],
  ] as const)("of kind %s is where the store has it: %j", async (kind, expected) => {
    state = kind ? { ref: ref(kind) } : {};
    const image = new sdk.ConvertedImage("image", { image: ref("disk"), format: "qcow2" });
    expect(await settled(image.path)).toBe(expected);
  });

  test("is not sent to the engine", async () => {
    const make = () => new sdk.DiskImage("disk", examples.DiskImage?.[0] as never);
    expect(await inputsOf(make)).not.toHaveProperty("path");
  });
});
