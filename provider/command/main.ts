import { runCommand } from "./program.ts";

// A reader that has seen enough (`| head`) is no failure: what was begun goes on to its end, and has its own exit code.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

process.exitCode = await runCommand(process.argv.slice(2));
