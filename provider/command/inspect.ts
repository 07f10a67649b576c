import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { openStore } from "../store/local-store.ts";
import { exitCodes } from "./fault.ts";
import { imageHelp } from "./image/find.ts";
import { withImage } from "./image/open-image.ts";
import { lookJson } from "./inspect/json.ts";
import { isReadable, lookAt } from "./inspect/look.ts";
import { lookText } from "./inspect/text.ts";
import { wholeBetween } from "./numbers.ts";
import { pageOf } from "./page/page.ts";
import type { Run, Session } from "./session.ts";

interface Options {
  readonly json?: boolean;
  readonly html?: string;
  readonly paths: number;
}

/** Adds `bootwright inspect`. */
export function inspectCommand(program: Command, run: Run): void {
  program
    .command("inspect")
    .description("what is in a disk, an ISO, a filesystem or a tree")
    .argument("<image>", "what to look into")
    .option("--json", "print it as JSON")
    .option("--html <file>", "write a page with a map of the partitions and of every file")
    .option("--paths <count>", "how many of the biggest paths", wholeBetween(0, 10_000), 10)
    .addHelpText(
      "after",
      `
${imageHelp}
Nothing is mounted. ext2 to ext4, FAT and ISO 9660 are read to the last path; of squashfs, erofs, xfs, btrfs and swap the summary.
The exit code is 1 where a filesystem is damaged, or was not unmounted.

Examples:
  bootwright inspect "$(pulumi stack output disk)"
  bootwright inspect tree:3f2a9c --html machine.html && xdg-open machine.html
  bootwright inspect machine.qcow2 --json | jq '.parts[].filesystem.uuid'`,
    )
    .action((image: string, options: Options) =>
      run((session) => inspect(image, options, session)),
    );
}

async function inspect(argument: string, options: Options, session: Session): Promise<number> {
  const { terminal, signal } = session;
  const store = await openStore();
  return withImage(argument, { store, session }, async (image) => {
    const progress = (text: string) => terminal.progress(text);
    const look = await lookAt(image, { signal, progress });
    if (options.html !== undefined) {
      await writeFile(options.html, pageOf(look));
      terminal.note(`The page is in ${options.html}`);
    }
    if (options.json) terminal.print(JSON.stringify(lookJson(look, options.paths), undefined, 2));
    else terminal.print(lookText(look, options.paths));
    return isReadable(look) ? exitCodes.good : exitCodes.found;
  });
}
