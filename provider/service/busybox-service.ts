import { text } from "../image/machine-file.ts";
import type { BusyboxWishes } from "./busybox-machine.ts";
import type { ImageFiles, ImageProcess } from "./image-process.ts";
import { shellCommand, shellWord } from "./shell-words.ts";

const script = "usr/lib/bootwright/image-process";
const pidFile = "/run/image-process.pid";

/** How busybox's init runs an image's process, or why that cannot be. Its HEALTHCHECK has nobody to report to, and is not run. */
export function busyboxService(
  process: ImageProcess,
  files: Pick<ImageFiles, "isProgram">,
): Omit<BusyboxWishes, "dhcp"> | { problems: string[] } {
  const { words, env, user, workingDir, stopSignal } = process;
  const problems: string[] = [];
  const find = (program: string) => {
    const path = [`/bin/${program}`, `/usr/bin/${program}`].find(files.isProgram);
    if (!path) problems.push(`the image has no ${program} to start its process with`);
    return path ?? "";
  };
  const as: string[] = [];
  if (user.uid !== 0 && user.name !== undefined && user.group === undefined)
    as.push(find("su"), "-m", "-s", "/bin/sh", user.name, "-c", 'exec "$@"', "sh");
  else if (user.uid !== 0 || user.group !== undefined)
    problems.push(
      "its USER must be one of the image's /etc/passwd, without a group, to be run by busybox's init (RUN adduser -D -u 1000 app, and USER app)",
    );
  if (as.length === 0 && words[0]?.includes("="))
    problems.push(`its program ${JSON.stringify(words[0])} is taken for a variable`);
  const variables = env.map(([name, value]) => `${name}=${value}`);
  const command = shellCommand([find("env"), "-i", "--", ...variables, ...as, ...words]);
  if (problems.length > 0) return { problems };
  const start = `#!/bin/sh
# Runs the image's process as its configuration says; init starts it again when it ends.
echo $$ >${pidFile}
cd ${shellWord(workingDir)} || exit 1
exec ${command} </dev/null
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
