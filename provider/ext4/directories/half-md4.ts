// Hash of directory names: three rounds of MD4 over 32 bytes at a time (Linux fs/ext4/hash.c, half_md4_transform).

type State = [number, number, number, number];

const roundConstants = [0, 0x5a827999, 0x6ed9eba1];
/** Order in which each round takes the eight words. */
const wordOrder = [
  [0, 1, 2, 3, 4, 5, 6, 7],
  [1, 3, 5, 7, 0, 2, 4, 6],
  [3, 7, 2, 6, 1, 5, 0, 4],
];
const rotations = [
  [3, 7, 11, 19],
  [3, 5, 9, 13],
  [3, 9, 11, 15],
];
const mixers = [
  (x: number, y: number, z: number) => z ^ (x & (y ^ z)),
  (x: number, y: number, z: number) => (x & y) + ((x ^ y) & z),
  (x: number, y: number, z: number) => x ^ y ^ z,
];
const pieceBytes = 32;
/** The hash that readers take for the end of a directory (EXT4_HTREE_EOF_32BIT << 1). */
const endHash = 0xfffffffe;

/** Hash of a latin1 name under a seed of 16 bytes; always even. */
export function halfMd4(name: string, seed: Buffer): number {
  let state: State = [0, 4, 8, 12].map((at) => seed.readUInt32LE(at)) as State;
  // A seed of zeros stands for MD4's own start values.
  if (state.every((word) => word === 0)) state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let at = 0; at < name.length; at += pieceBytes) transform(state, words(name.slice(at)));
  const hash = (state[1] & ~1) >>> 0;
  return hash === endHash ? endHash - 2 : hash;
}

function transform(state: State, input: readonly number[]): void {
  const work: State = [...state];
  for (let round = 0; round < 3; round++) {
    for (let step = 0; step < 8; step++) {
      const a = -step & 3;
      const [x, y, z] = [work[(a + 1) & 3]!, work[(a + 2) & 3]!, work[(a + 3) & 3]!];
      const sum = work[a]! + mixers[round]!(x, y, z) + input[wordOrder[round]![step]!]!;
      work[a] = rotate(sum + roundConstants[round]!, rotations[round]![step & 3]!);
    }
  }
  for (let i = 0; i < 4; i++) state[i] = (state[i]! + work[i]!) | 0;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** Eight words of the next 32 bytes, padded with the length of all that is left (str2hashbuf_signed). */
function words(rest: string): number[] {
  const pad = rest.length | (rest.length << 8);
  const padding = pad | (pad << 16);
  return Array.from({ length: pieceBytes / 4 }, (_, word) => {
    let value = padding;
    for (const character of rest.slice(4 * word, 4 * word + 4)) {
      // Characters are signed, as on x86 (s_flags says so).
      const byte = character.charCodeAt(0);
      value = ((byte < 128 ? byte : byte - 256) + (value << 8)) | 0;
    }
    return value;
  });
}
