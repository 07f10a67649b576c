import { expect, test } from "vitest";
import { erofsArguments } from "../../../provider/erofs/command.ts";

const uuid = "3e6b2f14-8a52-4f0e-9d0c-1f6a7b9c2d10";

test.each([
  ["root", " -L root"],
  ["", ""],
])(
  "an erofs of the label %j is told its time, its UUID and nothing of the machine",
  (label, said) => {
    expect(erofsArguments("/out", { uuid, label, sourceDateEpoch: 4 }).join(" ")).toBe(
      `-u SOURCE_DATE_EPOCH mkfs.erofs --tar=f --quiet -T 4 --mkfs-time -U ${uuid}${said} -b 4096 /out`,
    );
  },
);
