/** A latin1 name, a character a byte, as the UTF-8 that it mostly is; bytes that are none become U+FFFD. */
export function utf8Of(name: string): string {
  return Buffer.from(name, "latin1").toString();
}
