import { openRunner } from "../../../provider/host/open-runner.ts";

// Starts a tool that never ends, tells so, and waits to be killed.
const [storeRoot = "", writes = ""] = process.argv.slice(2);
const runner = await openRunner({ storeRoot });
const running = await runner.start({
  ...{ tool: "bash", args: ["-c", "echo started; sleep 1000 & sleep 1000"], writes },
  ...{ purpose: "to be left behind", package: "bash" },
});
running.stdout.pipe(process.stdout);
running.stderr.pipe(process.stderr);
