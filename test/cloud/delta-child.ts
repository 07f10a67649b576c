// Uploads a later version, to be killed while it does: node delta-child.ts <store> <port> <container> <outputs of the version before>
import { testContext } from "../context.ts";
import { laterDisk } from "./delta-disks.ts";
import { as, planFor, put } from "./machine.ts";

const [storeRoot = "", port = "", container = "", before = ""] = process.argv.slice(2);
const ctx = await testContext({ storeRoot });
const plan = planFor(Number(port), await laterDisk(ctx), { container, concurrency: 1 });
await put(plan, as(ctx, "web"), JSON.parse(before));
