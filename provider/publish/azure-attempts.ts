import { setTimeout } from "node:timers/promises";
import type { RequestPolicyFactory, RestError } from "@azure/storage-blob";

interface Options {
  readonly attemptSeconds: number;
  readonly onAttempt: () => void;
  readonly RestError: typeof RestError;
}

type Policy = ReturnType<RequestPolicyFactory["create"]>;
type Answer = Awaited<ReturnType<Policy["sendRequest"]>>;

/** Answers that say nothing about the request: of the service when it is busy, of a proxy when it is. */
const busy = [408, 429, 500, 502, 503, 504];

/** The longest that a busy service may ask us to wait. */
const mostWaitSeconds = 60;

/**
 * Counts every attempt of a request, and looks at how it ended. One that gets no answer is ended: the SDK has no time limit of its own, so
 * that a connection which went silent would hang for ever. An answer that is not Azure's is never taken for one: a login page's 404 is
 * no blob that is gone. What can go well another time becomes an error of the kind that the SDK's retry policy tries again.
 */
export function attemptPolicies({
  attemptSeconds,
  onAttempt,
  RestError,
}: Options): RequestPolicyFactory {
  const retriable = (message: string, code: string, statusCode?: number) =>
    new RestError(message, { code, ...(statusCode === undefined ? {} : { statusCode }) });
  async function judge(answer: Answer, signal: AbortSignal | undefined): Promise<Answer> {
    const { status, headers } = answer;
    if (busy.includes(status)) {
      const seconds = Math.min(Number(headers.get("retry-after")) || 0, mostWaitSeconds);
      if (seconds > 0) await setTimeout(seconds * 1000, undefined, { signal });
      // These two the SDK tries again by itself.
      if (status === 500 || status === 503) return answer;
      throw retriable(`the answer was ${status}`, "TIMEOUT", status);
    }
    if (headers.get("x-ms-request-id") === undefined)
      throw new RestError("the answer has no x-ms-request-id", { code: `HTTP ${status}` });
    return answer;
  }
  // The SDK puts a factory of this name behind its retries, where each attempt is seen (storage-blob, Pipeline.ts, isInjectorPolicyFactory).
  class InjectorPolicyFactory implements RequestPolicyFactory {
    create(next: Policy): Policy {
      return {
        sendRequest: async (request) => {
          onAttempt();
          const started = performance.now();
          request.timeout = attemptSeconds * 1000;
          const answer = await next.sendRequest(request).catch((error) => {
            if (request.abortSignal?.aborted) throw error;
            if (performance.now() - started >= attemptSeconds * 1000)
              throw retriable(`no answer within ${attemptSeconds} s`, "ETIMEDOUT");
            // The connection ended within the answer.
            if (error.code === "PARSE_ERROR") throw retriable(error.message, "ECONNRESET");
            throw error;
          });
          return judge(answer, request.abortSignal as AbortSignal | undefined);
        },
      };
    }
  }
  return new InjectorPolicyFactory();
}
