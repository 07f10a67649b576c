import { execa } from "execa";

/** A member of a squashfs, as another implementation than the one that wrote it reads it; one latin1 character a byte. */
export interface Listed {
  readonly path: string;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly target: string;
  readonly device: string;
  readonly sha256: string;
  readonly xattrs: Readonly<Record<string, string>>;
}

const script = `
import sys, tarfile, hashlib, json
kinds = {b"0": "file", b"1": "link", b"2": "symlink", b"3": "character", b"4": "block", b"5": "directory", b"6": "fifo"}
rows = []
with tarfile.open(fileobj=sys.stdin.buffer, mode="r|", encoding="latin-1") as tar:
    for m in tar:
        held = m.isreg()
        rows.append({"path": m.name, "type": kinds[m.type], "mode": m.mode, "uid": m.uid, "gid": m.gid, "mtime": int(m.mtime),
          "target": m.linkname, "device": f"{m.devmajor}:{m.devminor}" if m.isdev() and not m.isfifo() else "",
          "sha256": hashlib.sha256(tar.extractfile(m).read()).hexdigest() if held else "",
          "xattrs": {k[13:]: v.encode("utf-8", "surrogateescape").decode("latin-1") for k, v in m.pax_headers.items() if k.startswith("SCHILY.xattr.")}})
print(json.dumps(rows))
`;

/** Every member by squashfs-tools-ng, whose tar Python reads; the root is "". */
export async function listSquashfs(path: string): Promise<Listed[]> {
  const tar = execa("sqfs2tar", ["--root-becomes", ".", path], {
    encoding: "buffer",
    buffer: false,
  });
  const { stdout } = await tar.pipe("python3", ["-c", script], { encoding: "utf8" });
  const rows = JSON.parse(stdout) as Listed[];
  return rows.map((row) => ({
    ...row,
    path: row.path.replace(/^\.?\/?/, ""),
    target: row.type === "link" ? row.target.replace(/^\.\//, "") : row.target,
  }));
}
