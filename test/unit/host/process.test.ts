import { expect, test } from "vitest";
import { startProcess } from "../../../provider/host/process.ts";

test("a program whose reader gives up early runs to its end", async () => {
  const running = startProcess("bash", ["-c", "head -c 5000000 /dev/zero; exit 3"]);
  for await (const _ of running.stdout) break;
  expect(await running.ended).toEqual({ exitCode: 3 });
});
