import { inspect } from "node:util";
import { expect, test } from "vitest";
import { CloudError } from "../../../provider/errors.ts";
import { secretsOf } from "../../../provider/publish/azure-client.ts";
import { cloudError, isAbsent, redact } from "../../../provider/publish/azure-errors.ts";

const failure = (fields: Record<string, unknown>, message = "it did not work\nRequestId:1") =>
  Object.assign(new Error(message), { name: "RestError", ...fields });

test.each([
  [{ statusCode: 400, code: "BlobTypeNotSupported" }, /no page blobs.*\n.*StorageV2/],
  [
    { statusCode: 409, code: "FeatureNotYetSupportedForHierarchicalNamespaceAccounts" },
    /no page blobs/,
  ],
  [{ statusCode: 409, code: "LeaseAlreadyPresent" }, /somebody else is writing it/],
  [{ statusCode: 412, code: "LeaseIdMismatchWithBlobOperation" }, /went to somebody else/],
  [
    { statusCode: 403, details: { errorCode: "AuthenticationFailed" } },
    /Storage Blob Data Contributor/,
  ],
  [{ statusCode: 403, code: "AuthorizationPermissionMismatch" }, /Storage Blob Data Contributor/],
  [{ code: "ENOTFOUND" }, /could not be reached.*\n.*firewall/],
  [{ code: "REQUEST_SEND_ERROR" }, /could not be reached/],
  [{ code: "HTTP 404" }, /something other than the storage account answered \(HTTP 404\)\n.*login/],
  [{ statusCode: 503 }, /busy or out of order \(503\)\n.*what has been sent is kept/],
  [{ statusCode: 409, code: "PendingCopyOperation" }, /still copies the version before/],
  [{ statusCode: 412, code: "ConditionNotMet" }, /something else wrote it/],
  [{ name: "AggregateAuthenticationError" }, /no identity.*\(it did not work\)\n.*az login/],
  [{ statusCode: 418, code: "Teapot" }, /^Uploading failed: 418 Teapot: it did not work$/],
])("%j becomes an error to act on", (fields, expected) => {
  const error = cloudError(failure(fields), "Uploading");
  expect(error).toBeInstanceOf(CloudError);
  expect((error as Error).message).toMatch(expected);
});

test("a cancellation, an error of ours and a mistake of the program stay what they are", () => {
  for (const error of [
    Object.assign(new Error("stop"), { name: "AbortError" }),
    new CloudError("known"),
    new TypeError("x is not a function"),
  ])
    expect(cloudError(error, "Uploading")).toBe(error);
});

test("only 404 means gone", () => {
  expect(isAbsent(failure({ statusCode: 404 }))).toBe(true);
  for (const fields of [{ statusCode: 403 }, { statusCode: 503 }, { code: "ENOTFOUND" }])
    expect(isAbsent(failure(fields))).toBe(false);
});

test("no part of an error shows a key, a signature or a token, not even to a debugger", () => {
  const key = "c2VjcmV0IGtleQ==";
  const text = `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${key};EndpointSuffix=core.windows.net`;
  const url = "https://a.blob.core.windows.net/c?sv=1&sig=abc%2Bdef&se=2";
  const said = `PUT ${url} with ${key}, Authorization: SharedKey a:hmac=, Bearer ey.J.0`;
  const request = { url, headers: { authorization: "SharedKey a:hmac=" } };
  const error = cloudError(
    failure({ statusCode: 400, request }, said),
    "Uploading",
    secretsOf(text),
  );
  const shown = inspect(error, { depth: 9, showHidden: true });
  for (const secret of [key, "abc%2Bdef", "hmac=", "ey.J.0"]) expect(shown).not.toContain(secret);
  expect(shown).toContain("se=2");
});

test("a connection string is redacted whole and in its parts", () => {
  expect(redact("AccountKey=abc==;SharedAccessSignature=sv=1&sig=x")).toBe(
    "AccountKey=[secret];SharedAccessSignature=[secret]&sig=[secret]",
  );
});
