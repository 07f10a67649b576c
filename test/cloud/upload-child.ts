// Uploads once, to be killed while it does: node upload-child.ts <store> <port> <container>
import { testContext } from "../context.ts";
import { as, commitVhd, planFor, put } from "./machine.ts";

const [storeRoot = "", port = "", container = ""] = process.argv.slice(2);
const ctx = await testContext({ storeRoot });
const image = await commitVhd(ctx);
await put(planFor(Number(port), image, { container, concurrency: 1 }), as(ctx, "web"));
