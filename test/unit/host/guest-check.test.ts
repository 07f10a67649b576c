import { expect, test } from "vitest";
import { httpProblem } from "../../../provider/host/guest-check.ts";

const check = { port: 80, path: "/", status: 200, body: "hello" };

test.each([
  ["HTTP/1.1 200 OK\r\nServer: x\r\n\r\nhello world", undefined],
  ["HTTP/1.0 200\r\n\r\nhello", undefined],
  ["HTTP/2 200\r\n\r\nhello", undefined],
  ["", "no answer"],
  ["SSH-2.0-OpenSSH\r\n", 'not HTTP: "SSH-2.0-OpenSSH "'],
  ["HTTP/1.1 503 hello\r\n\r\nhello", "the status was 503"],
  ["HTTP/1.1 200 OK\r\nX: hello\r\n\r\nbye", 'the body was "bye"'],
  ["HTTP/1.1 200 OK\r\nX: hello\r\n", 'the body was ""'],
])("the answer %j is judged as %j", (answer, problem) => {
  expect(httpProblem(answer, check)).toBe(problem);
});

test("without an expected body any body will do", () => {
  const { body: _, ...any } = check;
  expect(httpProblem("HTTP/1.1 200 OK\r\n\r\n", any)).toBeUndefined();
});

test("a body in an error is cut short and holds no control characters", () => {
  const problem = httpProblem(`HTTP/1.1 200 OK\r\n\r\n\x1b[2J${"x".repeat(500)}`, check) ?? "";
  expect(problem).not.toMatch(/\p{Cc}/u);
  expect(problem.length).toBeLessThan(120);
});
