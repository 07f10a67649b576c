import { createHash } from "node:crypto";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import { ContentError } from "../../errors.ts";
import type { IngestOptions } from "./types.ts";

/** A file that was written, and the digest of its bytes. */
export interface WrittenFile {
  readonly file: string;
  readonly digest: string;
  readonly size: number;
}

const DEFAULT_MAX_BYTES = 256 * 2 ** 30;

/** Writes streams into one folder; their number names them, later their digest: never a name from outside. */
export class LayerWriter {
  readonly #options: IngestOptions;
  #files = 0;
  #bytes = 0;

  constructor(options: IngestOptions) {
    this.#options = options;
  }

  /** Writes a stream and hashes it on the way. All streams together are held to `maxBytes`. */
  async write(chunks: AsyncIterable<Buffer>): Promise<WrittenFile> {
    const { into, signal, progress, maxBytes = DEFAULT_MAX_BYTES } = this.#options;
    const file = join(into, `unfinished-${this.#files++}`);
    const hash = createHash("sha256");
    let size = 0;
    const handle = await open(file, "wx");
    try {
      for await (const chunk of chunks) {
        signal?.throwIfAborted();
        size += chunk.length;
        this.#bytes += chunk.length;
        if (this.#bytes > maxBytes) {
          throw new ContentError(`it holds more than ${maxBytes} bytes`);
        }
        hash.update(chunk);
        for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten;
        progress?.(this.#bytes);
      }
    } finally {
      await handle.close();
    }
    return { file, digest: `sha256:${hash.digest("hex")}`, size };
  }

  /** Gives a layer its name. */
  async finish({ file, digest }: WrittenFile): Promise<string> {
    const finished = join(this.#options.into, `${digest.slice("sha256:".length)}.tar`);
    await rename(file, finished);
    return finished;
  }
}
