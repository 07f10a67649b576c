/** Trailers carry messages, and clients differ in what they take of them; Node's takes 16 KiB. */
const mostCharacters = 6000;

/**
 * A message as gRPC can carry it. A longer one loses its middle, because the fix stands at the end. Half a character, as cutting leaves it,
 * would keep the whole answer from the engine (encodeURI in @grpc/grpc-js).
 */
export function carried(message: string): string {
  const half = mostCharacters / 2;
  const text =
    message.length <= mostCharacters
      ? message
      : `${message.slice(0, half)}\n…\n${message.slice(-half)}`;
  return Buffer.from(text).toString();
}
