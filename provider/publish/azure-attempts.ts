import type { RequestPolicyFactory, RestError } from "@azure/storage-blob";

interface Options {
  readonly attemptSeconds: number;
  readonly onAttempt: () => void;
  readonly RestError: typeof RestError;
}

/**
 * Counts every attempt of a request, and ends one that gets no answer: the SDK has no time limit of its own, so that a connection which
 * went silent would hang for ever. The error is of the kind that the SDK's retry policy tries again.
 */
export function attemptPolicies({
  attemptSeconds,
  onAttempt,
  RestError,
}: Options): RequestPolicyFactory {
  // The SDK puts a factory of this name behind its retries, where each attempt is seen (storage-blob, Pipeline.ts, isInjectorPolicyFactory).
  class InjectorPolicyFactory implements RequestPolicyFactory {
    create(next: ReturnType<RequestPolicyFactory["create"]>) {
      return {
        sendRequest: async (request: Parameters<typeof next.sendRequest>[0]) => {
          onAttempt();
          const started = performance.now();
          request.timeout = attemptSeconds * 1000;
          try {
            return await next.sendRequest(request);
          } catch (error) {
            const tooLong = performance.now() - started >= attemptSeconds * 1000;
            if (!tooLong || request.abortSignal?.aborted) throw error;
            throw new RestError(`no answer within ${attemptSeconds} s`, { code: "ETIMEDOUT" });
          }
        },
      };
    }
  }
  return new InjectorPolicyFactory();
}
