import { randomBytes } from "node:crypto";
import { startAzurite } from "../test/cloud/azurite.ts";
import type { Project } from "./project.ts";

/** What was sent to Azurite, in bytes. */
export interface Uploads {
  readonly fullBytes: number;
  /** After a change of 1 MB in the image's last layer. */
  readonly deltaBytes: number;
  /** What a client that sends the whole VHD would send. */
  readonly vhdBytes: number;
}

const footerBytes = 512;

/** Publishes a project's disk to Azurite, changes 1 MB of it, and publishes it again. */
export async function measureUploads(project: Project): Promise<Uploads> {
  const azurite = await startAzurite();
  try {
    const env = { BENCH_AZURE: azurite.connectionString };
    const publish = async () => {
      await project.up({ env });
      return project.outputs();
    };
    await project.write("site/data", randomBytes(1e6));
    const first = await publish();
    await project.write("site/data", randomBytes(1e6));
    const second = await publish();
    return {
      fullBytes: Number(first.sentBytes),
      deltaBytes: Number(second.sentBytes),
      vhdBytes: Number(second.sizeBytes) + footerBytes,
    };
  } finally {
    await azurite.stop();
  }
}
