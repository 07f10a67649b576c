import { text } from "../image/machine-file.ts";
import { commandLines, processProblems } from "../init/command.ts";
import { scriptFolder } from "../init/network.ts";
import type { Programs } from "../init/programs.ts";
import type { ImageConfig } from "../tree/ingest/image-config.ts";
import type { BusyboxWishes } from "./busybox-machine.ts";
import type { ImageProcess } from "./image-process.ts";

const script = `${scriptFolder}/image-process`;
const pidFile = "/run/image-process.pid";

/** How busybox's init runs an image's process, or why that cannot be. Its HEALTHCHECK has nobody to report to, and is not run. */
export function busyboxService(
  { user, workingDir, stopSignal }: ImageProcess,
  config: ImageConfig,
  programs: Programs,
): Omit<BusyboxWishes, "dhcp"> | { problems: string[] } {
  const lines = commandLines({ ...config, workingDir }, user, programs);
  const problems = [...processProblems(config), ...(Array.isArray(lines) ? [] : [lines])];
  if (problems.length > 0 || !Array.isArray(lines))
    return { problems: problems.map(({ part, reason }) => `its ${part}: ${reason}`) };
  const start = `#!/bin/sh
# Runs the image's process as its configuration says; init starts it again when it ends.
exec </dev/null
echo $$ >${pidFile}
${lines.join("\n")}
`;
  const stop = `#!/bin/sh
# Asks the image's process to end and waits ten seconds for it, as a container engine does.
read -r pid <${pidFile} && kill -${stopSignal} "$pid" || exit 0
for second in 1 2 3 4 5 6 7 8 9 10; do
  kill -0 "$pid" || exit 0
  sleep 1
done
`;
  return {
    lines: [`::respawn:/${script}`],
    shutdownLines: [`::shutdown:/${script}-stop`],
    files: [text(script, start, 0o755), text(`${script}-stop`, stop, 0o755)],
  };
}
