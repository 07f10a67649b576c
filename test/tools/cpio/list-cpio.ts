import { execa } from "execa";

/** One name of an archive as libarchive reads it. */
export interface ListedEntry {
  /** One latin1 character a byte; "" for the root. */
  readonly path: string;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly time: number;
  readonly links?: number;
  readonly device?: string;
  readonly target?: string;
  readonly sha256?: string;
}

/** Every entry of a cpio archive, compressed or not, by libarchive: bsdtar turns it into an mtree(5) specification. */
export async function listCpio(path: string): Promise<ListedEntry[]> {
  const options = "mtree:!all,type,mode,uid,gid,time,nlink,device,link,sha256";
  const { stdout } = await execa(
    "bsdtar",
    ["-cf", "-", "--format=mtree", `--options=${options}`, `@${path}`],
    { env: { LC_ALL: "C" } },
  );
  return stdout
    .split("\n")
    .filter((line) => line.startsWith("."))
    .map((line) => {
      const [name = "", ...words] = line.split(" ");
      const said = new Map(words.map((word) => word.split(/=(.*)/s) as [string, string]));
      const number = (key: string) => Number(said.get(key) ?? 0);
      const text = (key: string, as: string) =>
        said.has(key) ? { [as]: unescaped(said.get(key) ?? "") } : {};
      return {
        path: unescaped(name).replace(/^\.\/?/, ""),
        type: said.get("type") ?? "",
        mode: Number.parseInt(said.get("mode") ?? "", 8),
        uid: number("uid"),
        gid: number("gid"),
        time: number("time"),
        ...(said.has("nlink") && { links: number("nlink") }),
        ...(said.has("device") && { device: said.get("device")!.replace("native,", "") }),
        ...text("link", "target"),
        ...text("sha256digest", "sha256"),
        ...text("sha256", "sha256"),
      };
    });
}

/** Bytes that mtree(5) writes as a backslash and three octal digits. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
