import * as z from "zod";

const port = z.int().min(1).max(65535).describe("TCP port inside the machine.");

const http = z
  .strictObject({
    port,
    path: z
      .string()
      .regex(/^\/[!-~]*$/, "must begin with / and hold no spaces")
      .default("/")
      .describe("Path, with its query."),
    status: z.int().min(100).max(599).default(200).describe("Status that it must answer."),
    body: z.string().min(1).optional().describe("Text that the body must contain."),
  })
  .meta({ id: "HttpExpectation", description: "What a web server of the machine answers." });

const tcp = z
  .strictObject({
    port,
    send: z.string().optional().describe("Text that is sent first."),
    expect: z.string().min(1).describe("Text that must come back."),
  })
  .meta({ id: "TcpExpectation", description: "What a server of the machine sends." });

/** What a machine must do to have booted: first the serial texts, then each web server, then each other server. */
export const expectationsSchema = z
  .strictObject({
    serial: z
      .array(z.string().min(1))
      .default([])
      .describe("Texts that must appear on the first serial port, in this order."),
    http: z.array(http).default([]).describe("Answers of web servers, asked for until they come."),
    tcp: z.array(tcp).default([]).describe("Answers of other servers, asked for until they come."),
  })
  .meta({ id: "BootExpectations", description: "What a machine does when it has booted." });

export type Expectations = z.output<typeof expectationsSchema>;
export type HttpExpectation = Expectations["http"][number];
export type TcpExpectation = Expectations["tcp"][number];

/** A text on the console, in words that complete "No …". */
export function serialInWords(text: string): string {
  return `${JSON.stringify(text)} on the serial console`;
}

/** An answer of a web server, in words that complete "No …". */
export function httpInWords({ port, path, status, body }: HttpExpectation): string {
  const containing = body === undefined ? "" : ` containing ${JSON.stringify(body)}`;
  return `HTTP ${status}${containing} from port ${port}, path ${path}`;
}

/** An answer of another server, in words that complete "No …". */
export function tcpInWords({ port, expect }: TcpExpectation): string {
  return `${JSON.stringify(expect)} from TCP port ${port}`;
}
