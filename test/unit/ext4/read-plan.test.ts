import { expect, test } from "vitest";
import { planExt4 } from "../../../provider/ext4/plan.ts";
import { PlanReader } from "../../../provider/ext4/read.ts";
import { Ext4Reader } from "../../../provider/ext4/reader/reader.ts";
import { ext4Tar } from "../../../provider/ext4/reader/tar.ts";
import { readTar } from "../../../provider/tree/tar-reader.ts";
import { directory, entry, sized } from "./trees.ts";

test("a directory of more names than a call takes arguments is read", async () => {
  const names = Array.from({ length: 130_000 }, (_, i) => entry(`d/${i}`, "fifo"));
  const items = [directory(""), directory("d")].concat(names);
  const plan = planExt4({ items, sources: [] }, sized(2048));
  const bytes = new PlanReader(plan, () => "");
  const reader = await Ext4Reader.open({
    sizeBytes: bytes.sizeBytes,
    async read(offset, length) {
      const into = Buffer.alloc(length);
      await bytes.read(offset, into);
      return into;
    },
  });
  const found: string[] = [];
  for await (const { path, type } of readTar(ext4Tar(reader, () => {}))) {
    if (type === "fifo") found.push(path);
    if (found.length === 10) break;
  }
  expect(found).toEqual(
    [0, 1, 10, 100, 1000, 10000, 100000, 100001, 100002, 100003].map((n) => `d/${n}`),
  );
});
