import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { httpAttempt, tcpAttempt } from "../../../provider/host/guest-check.ts";
import { openRunner } from "../../../provider/host/open-runner.ts";
import type { RunningTool } from "../../../provider/host/tool.ts";

let storeRoot: string;
let machine: RunningTool;
beforeAll(async () => {
  storeRoot = await mkdtemp(join(tmpdir(), "bootwright-store-"));
  await chmod(storeRoot, 0o755);
  const runner = await openRunner({ storeRoot });
  const answer = 'read -r line; printf "HTTP/1.1 200 OK\\r\\n\\r\\n%s" "$line"';
  await writeFile(join(storeRoot, "web-server"), answer, { mode: 0o644 });
  // Stands for the machine: a web server, a server that speaks first, one that says nothing, and one that repeats.
  const serve = (port: number, what: string) =>
    `socat TCP4-LISTEN:${port},reuseaddr,fork ${what} &`;
  const script = [
    serve(80, `EXEC:"bash ${storeRoot}/web-server"`),
    serve(22, `SYSTEM:'printf "SSH-2.0-test\\r\\n"; sleep 1000'`),
    serve(9, "OPEN:/dev/null"),
    serve(7, "EXEC:cat"),
    "wait",
  ];
  machine = await runner.start({
    ...{ tool: "bash", args: ["-c", script.join("\n")] },
    ...{ purpose: "to stand for a machine", package: "bash" },
  });
  machine.stderr.resume();
  while ((await tcpAttempt({ port: 0, send: "a", expect: "a" })(machine, 7)) !== undefined);
});
afterAll(async () => {
  await machine.stop();
  await rm(storeRoot, { recursive: true, force: true });
});

test("a web server passes with its status and body", async () => {
  const check = { port: 0, path: "/a?b=c", status: 200, body: "GET /a?b=c HTTP/1.0" };
  expect(await httpAttempt(check)(machine, 80)).toBeUndefined();
  expect(await httpAttempt({ ...check, status: 404 })(machine, 80)).toBe("the status was 200");
});

test("a server that speaks first passes although it keeps the connection open", async () => {
  expect(await tcpAttempt({ port: 0, expect: "SSH-2.0" })(machine, 22)).toBeUndefined();
});

test("a server that answers passes with what it was sent", async () => {
  const attempt = tcpAttempt({ port: 0, send: "ping\n", expect: "ping" });
  expect(await attempt(machine, 7)).toBeUndefined();
});

test("a connection alone proves nothing", async () => {
  expect(await tcpAttempt({ port: 0, send: "x", expect: "x" })(machine, 9)).toBe("no answer");
  expect(await httpAttempt({ port: 0, path: "/", status: 200 })(machine, 23)).toBe("no answer");
});
