import { type ArtefactKind, encodeRecipe } from "../../../provider/plan/ref.ts";
import { selfSigned } from "../../self-signed.ts";

const ref = (kind: ArtefactKind, recipe = "") => ({
  kind,
  digest: `sha256:${"a".repeat(64)}`,
  recipe,
});
const pair = selfSigned();
const tree = ref("tree", encodeRecipe({ step: "Rootfs", version: 1, plan: {} }));
const disk = encodeRecipe({ step: "DiskImage", version: 1, plan: { parts: [tree] } });
const vhd = ref(
  "vhd",
  encodeRecipe({ step: "ConvertedImage", version: 1, plan: { image: ref("disk", disk) } }),
);
const uuid = "3e6b2f14-8a52-4f0e-9d0c-1f6a7b9c2d10";
const partition = {
  name: "root",
  number: 1,
  type: "linux",
  startSector: 2048,
  sectors: 131072,
  offsetBytes: 1048576,
  sizeBytes: 67108864,
  bootable: true,
  partUuid: "ef849363-01",
  filesystem: "ext4",
  uuid,
  label: "rootfs",
  mountPoint: "/",
};
const layout = {
  table: "mbr",
  diskSignature: "ef849363",
  sizeBytes: 1073741824,
  partitions: [partition],
};
const espLayout = { ...layout, partitions: [{ ...partition, type: "esp", filesystem: "fat32" }] };
const install = {
  partition: "root",
  method: "extlinux",
  directory: "/boot",
  files: [{ path: "/boot/ldlinux.sys", mode: 0o444, content: ref("file") }],
  bootSector: ref("file"),
};
const kernels = [
  {
    version: "6.1.0-18-amd64",
    path: "/boot/vmlinuz-6.1.0-18-amd64",
    image: ref("file"),
    initrdPath: "/boot/initrd.img-6.1.0-18-amd64",
    initrd: ref("file"),
  },
];
const bootFile = [
  { kernels, version: "6.1.0-18-amd64" },
  { file: { path: "boot/file", sha256: "b".repeat(64) } },
];

/** Valid inputs of each resource; together they hold every field that a user can give. */
export const examples: Readonly<Record<string, readonly Record<string, unknown>[]>> = {
  Rootfs: [
    {
      source: {
        dockerfile: {
          context: ".",
          file: "deploy/Dockerfile",
          target: "final",
          buildArgs: { KEY: "value" },
          builder: "remote",
          pull: true,
          cacheFrom: ["type=gha"],
          cacheTo: ["type=gha"],
          network: "none",
          ssh: ["default"],
          secrets: [{ id: "token", env: "TOKEN" }],
          triggers: ["2026-11"],
        },
      },
      platform: "linux/amd64",
      files: [{ path: "/etc/motd", content: "Hello\n", mode: 0o600, uid: 1000, gid: 1000 }],
      hostname: "web.example",
      network: "dhcp",
      install: { kernel: true, init: true },
      service: true,
      growRootOnFirstBoot: true,
      scrub: ["logs"],
      sourceDateEpoch: 0,
    },
    {
      source: { dockerfile: { context: ".", secrets: [{ id: "token", file: "token.txt" }] } },
      files: [{ path: "/etc/motd", source: "motd" }],
    },
    {
      source: {
        git: {
          url: "https://git.example/web.git",
          commit: "0123456789abcdef0123456789abcdef01234567",
          path: "deploy",
          file: "web/Dockerfile",
          target: "final",
          buildArgs: { KEY: "value" },
          builder: "remote",
          pull: true,
          cacheFrom: ["type=gha"],
          cacheTo: ["type=gha"],
          network: "none",
          ssh: ["default"],
          secrets: [{ id: "GIT_AUTH_TOKEN", env: "TOKEN" }],
          triggers: ["2026-11"],
        },
      },
    },
    {
      source: {
        git: {
          url: "git@git.example:web",
          commit: "0123456789abcdef0123456789abcdef01234567",
          secrets: [{ id: "token", file: "token.txt" }],
        },
      },
    },
    { source: { image: "debian:12" }, files: [{ path: "/etc/motd", symlink: "issue" }] },
    { source: { ociLayout: "image" }, files: [{ path: "/srv/www", directory: true }] },
    { source: { ociArchive: "image.tar" } },
    { source: { dockerArchive: "image.tar" } },
    { source: { tar: "root.tar.zst" } },
    { source: { directory: "root" } },
    { source: { disk: { path: "cloud.qcow2", sha256: "b".repeat(64), partition: 1 } } },
  ],
  Kernel: [
    ...bootFile,
    {
      source: { file: "linux-6.1.tar.xz", sha256: "b".repeat(64), platform: "linux/amd64" },
      preset: "tiny-serial",
      options: [{ name: "CMDLINE", value: "console=ttyS0" }],
      patches: ["patches/a.patch"],
      initramfs: ref("file"),
    },
    { source: { directory: "linux" }, baseConfig: "tinyconfig" },
    { source: { package: "linux-source-6.1", image: "debian:12" }, configFile: "kernel.config" },
  ],
  Initramfs: [
    ...bootFile,
    {
      tree: ref("tree"),
      init: {
        run: "login",
        supervise: true,
        welcome: "Hello",
        consoles: ["ttyS0"],
        network: "dhcp",
        syslog: true,
      },
      config: { env: ["A=1"], entrypoint: ["/run"], cmd: ["-x"], user: "web", workingDir: "/srv" },
      compression: "xz",
      dropXattrs: ["security.capability"],
    },
  ],
  PartitionLayout: [
    {
      seed: "project/disk",
      table: "gpt",
      diskSizeMiB: 4096,
      roundToMiB: 1,
      partitions: [
        {
          name: "root",
          type: "linux-root-x86-64",
          attributes: ["grow-file-system"],
          sizeMiB: 1024,
          sizing: { minimumMiB: 731 },
          filesystem: "ext4",
          label: "rootfs",
          uuid,
          bootable: true,
          mountPoint: "/",
        },
      ],
    },
  ],
  Bootloader: [
    {
      type: "extlinux",
      table: "mbr",
      partition: "root",
      rootUuid: uuid,
      kernel: { ref: ref("file"), path: "/boot/vmlinuz" },
      initrd: { ref: ref("file"), path: "/boot/initrd.img" },
      commandLine: "rw quiet",
      consoles: ["ttyS0,115200"],
      timeoutSeconds: 5,
      menuTitle: "Debian",
    },
    { type: "syslinux", kernel: { ref: ref("file") }, initrd: { ref: ref("file") } },
    { type: "efi-stub", partition: "esp", kernel: { ref: ref("file") }, ...pair },
    {
      ...{ type: "grub-bios", partition: "root", rootUuid: uuid },
      layout: { ...layout, partitions: [{ ...partition, attributes: ["read-only"] }] },
      kernel: { ref: ref("file"), path: "/boot/vmlinuz" },
      entries: [
        { title: "Recovery", commandLine: "single", submenu: "More" },
        { title: "Debian", commandLine: "quiet" },
      ],
      defaultEntry: 1,
      osRelease: { id: "debian", versionId: "12", prettyName: "Debian 12" },
    },
    {
      ...{ type: "systemd-boot-uki", layout: espLayout, kernel: { ref: ref("file") } },
      commandLine: "ro root=PARTUUID=ef849363-01",
    },
    {
      ...{ type: "systemd-boot", layout: espLayout, kernel: { ref: ref("file") } },
      entries: [{ title: "Debian", commandLine: "root=LABEL=rootfs" }],
    },
  ],
  Filesystem: [
    {
      type: "squashfs",
      tree: ref("tree"),
      squashfs: { compression: "zstd", level: 19, exclude: ["/boot/*"] },
    },
    {
      type: "squashfs",
      tree: ref("tree"),
      squashfs: { preset: "release" },
    },
    {
      type: "ext4",
      tree: ref("tree"),
      subtree: "/srv",
      partition,
      installs: [install],
      fstab: [{ device: "LABEL=rootfs", mountPoint: "/", type: "ext4", options: "ro", pass: 1 }],
      files: [{ path: "/machine.img.zst", content: ref("file"), mode: 0o600 }],
      mounts: [{ ...partition, name: "home", mountPoint: "/home", attributes: ["read-only"] }],
      sourceDateEpoch: 0,
      lastPlacement: { path: "placement.json", sha256: "b".repeat(64) },
    },
    {
      type: "swap",
      partition: { ...partition, type: "swap", filesystem: "swap", attributes: ["no-auto"] },
    },
    {
      type: "fat16",
      partition: { ...partition, type: "fat16", filesystem: "fat16", uuid: "1A2B-3C4D" },
      installs: [{ ...install, method: "syslinux" }],
    },
  ],
  DiskImage: [
    {
      layout: { ...layout, partitions: [{ ...partition, attributes: ["read-only"] }] },
      filesystems: [{ partition: "root", content: ref("ext4") }],
      blobs: [{ offsetBytes: 0, content: ref("file") }],
      exportTo: "out/disk.raw",
    },
  ],
  IsoImage: [
    {
      ...{ layout: "live", kernel: ref("file"), initrd: ref("file"), squashfs: ref("file") },
      ...{ name: "Demo", volumeId: "DEMO_1", seed: "demo", exportTo: "out/demo.iso" },
      entries: [
        { title: "Try it", commandLine: "toram" },
        { title: "Test the memory", memtest: true },
      ],
      liveOnlyPackages: ["live-boot*"],
      files: [{ path: "/install/disk.img.zst", content: ref("file") }],
      ...{ defaultEntry: 0, timeoutSeconds: 30, consoles: ["tty0", "ttyS0,115200"] },
      sourceDateEpoch: 1700000000,
    },
    {
      ...{ kernel: ref("file"), initrd: ref("file"), seed: "demo" },
      entries: [{ title: "Test the memory", commandLine: "nosmp", memtest: true }],
    },
    {
      ...{ kernel: ref("file"), initrd: ref("file"), seed: "demo" },
      entries: [
        { title: "More", submenu: [{ title: "Slowly", commandLine: "nosmp", memtest: true }] },
        { title: "Start" },
      ],
      defaultEntry: 1,
    },
  ],
  ConvertedImage: [
    { image: ref("disk"), format: "vhd", exportTo: "out/disk.vhd" },
    { image: ref("disk"), format: "vhdx" },
  ],
  BootTest: [
    {
      image: ref("disk"),
      firmware: "uefi",
      secureBootCertificate: pair.signingCertificate,
      media: "usb",
      memoryMiB: 512,
      cpus: 2,
      timeoutSeconds: 60,
      keys: [{ after: "GNU GRUB", press: ["down", "ctrl-x"] }],
      screenshot: true,
      expect: {
        serial: ["login:"],
        http: [{ port: 80, path: "/", status: 200, body: "Hello" }],
        tcp: [{ port: 22, send: "\n", expect: "SSH-2.0" }],
      },
    },
    {
      kernel: ref("file"),
      initrd: ref("file"),
      commandLine: "console=ttyS0",
      expect: { serial: ["login:"] },
    },
  ],
  ReadinessCheck: [
    {
      target: "azure",
      tree: ref("tree"),
      initrd: ref("file"),
      kernelVersion: "6.1.0-18-amd64",
      kernelConfig: ref("file"),
      commandLine: "rw quiet",
      consoles: ["ttyS0"],
    },
  ],
  AzurePageBlob: [
    {
      image: vhd,
      proof: { imageDigest: ref("disk").digest, expectations: "login:" },
      readiness: { tree: ref("tree").digest, target: "azure" },
      accountUrl: "https://images.blob.core.windows.net",
      container: "vhds",
      prefix: "debian/web",
      retain: 2,
      concurrency: 8,
    },
    {
      image: vhd,
      unproven: true,
      connectionString: "UseDevelopmentStorage=true",
      container: "vhds",
    },
  ],
  Manifest: [
    {
      name: "web 1.0",
      tree: ref("tree"),
      origin: ref("file"),
      artefacts: [{ name: "vhd", content: vhd }],
      proof: { imageDigest: ref("disk").digest, expectations: "login:" },
      exportTo: "out/manifest.tar",
    },
  ],
};

/** Values that only a rule of the field's own refuses. */
export const refusedByOwnRule: Readonly<Record<string, readonly unknown[]>> = {
  "Rootfs.source.dockerfile.context": ["a\0b"],
  "Rootfs.source.dockerfile.file": ["a\0b"],
  "Rootfs.source.dockerfile.secrets[0].file": ["a\0b"],
  "Rootfs.source.git.secrets[0].file": ["a\0b"],
  "Rootfs.source.git.url": ["https://user:token@git.example/web.git"],
  "Rootfs.source.ociLayout": ["a\0b"],
  "Rootfs.source.ociArchive": ["a\0b"],
  "Rootfs.source.dockerArchive": ["a\0b"],
  "Rootfs.source.tar": ["a\0b"],
  "Rootfs.source.directory": ["a\0b"],
  "Rootfs.source.disk.path": ["a\0b"],
  "Kernel.source.file": ["a\0b"],
  "Kernel.source.directory": ["a\0b"],
  "Kernel.configFile": ["a\0b"],
  "Kernel.patches[0]": ["a\0b"],
  "BootTest.keys[0].press[0]": ["Enter", "a-", ""],
  "Rootfs.files[0].path": ["/a/../b", "/a/./b", "/a//b"],
  "Rootfs.files[0].source": ["a\0b"],
};
