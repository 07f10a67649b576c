import { setTimeout as delay } from "node:timers/promises";
import type { HttpExpectation, TcpExpectation } from "../plan/boot-expectations.ts";
import { missingTool } from "./failure.ts";
import type { RunningTool, ToolStep } from "./tool.ts";

/** One attempt: undefined when it passes, else why it does not. */
export type Attempt = (running: RunningTool, port: number) => Promise<string | undefined>;

const attemptSeconds = 15;
const answerLimitBytes = 1024 * 1024;

/** Asks the web server behind a forwarded port once. */
export function httpAttempt(check: HttpExpectation): Attempt {
  // HTTP/1.0: the answer ends with the connection and is never sent in chunks.
  const request = `GET ${check.path} HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
  return async (running, port) => httpProblem(await exchange(running, port, request), check);
}

/** Talks to the server behind a forwarded port once. */
export function tcpAttempt(check: TcpExpectation): Attempt {
  return async (running, port) => {
    const answer = await exchange(running, port, check.send ?? "", check.expect);
    // QEMU itself accepts the connection, so only bytes of the guest count.
    if (answer === "") return "no answer";
    return answer.includes(check.expect) ? undefined : `the answer was ${quote(answer)}`;
  };
}

/** What is wrong with an HTTP answer; undefined when it is the expected one. */
export function httpProblem(answer: string, check: HttpExpectation): string | undefined {
  const status = /^HTTP\/\d(?:\.\d)? (\d{3})/.exec(answer)?.[1];
  if (status === undefined) return answer === "" ? "no answer" : `not HTTP: ${quote(answer)}`;
  if (Number(status) !== check.status) return `the status was ${status}`;
  const end = answer.indexOf("\r\n\r\n");
  const body = end < 0 ? "" : answer.slice(end + 4);
  if (check.body === undefined || body.includes(check.body)) return undefined;
  return `the body was ${quote(body)}`;
}

/** Sends a request and returns what comes back until the server closes, the wanted text is there, or it takes too long. */
async function exchange(
  running: RunningTool,
  port: number,
  request: string,
  wanted?: string,
): Promise<string> {
  const client = running.beside(socat(port));
  client.stderr.resume();
  client.stdin.write(request);
  const chunks: Buffer[] = [];
  let bytes = 0;
  const enough = new Promise<void>((resolve) => {
    client.stdout.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > answerLimitBytes || (wanted && text().includes(wanted))) resolve();
    });
    client.stdout.once("end", resolve);
  });
  const text = () => Buffer.concat(chunks).toString("utf8");
  const late = new AbortController();
  await Promise.race([
    enough,
    delay(attemptSeconds * 1000, undefined, { signal: late.signal }).catch(() => {}),
  ]);
  late.abort();
  await client.stop();
  if ((await client.ended).exitCode === 127) throw missingTool(socat(port), "host");
  return text();
}

function socat(port: number): ToolStep {
  return {
    tool: "socat",
    args: ["-", `TCP4:127.0.0.1:${port}`],
    purpose: "to talk to the machine's network ports",
    package: "socat",
  };
}

function quote(answer: string): string {
  const shown = answer.replace(/\p{Cc}+/gu, " ").slice(0, 80);
  return `"${shown}${answer.length > 80 ? "…" : ""}"`;
}
