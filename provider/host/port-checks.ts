import { type Expectations, httpInWords, tcpInWords } from "../plan/boot-expectations.ts";
import { type Attempt, httpAttempt, tcpAttempt } from "./guest-check.ts";

/** A check of a port of the machine. */
export interface PortCheck {
  readonly words: string;
  readonly guestPort: number;
  readonly attempt: Attempt;
}

/** The checks of ports, in the order in which they are made. */
export function portChecks({ http, tcp }: Expectations): PortCheck[] {
  return [
    ...http.map((check) => ({
      words: httpInWords(check),
      guestPort: check.port,
      attempt: httpAttempt(check),
    })),
    ...tcp.map((check) => ({
      words: tcpInWords(check),
      guestPort: check.port,
      attempt: tcpAttempt(check),
    })),
  ];
}
