import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BootTest } from "../../provider/flow/prove/boot-test.ts";
import { put } from "../../provider/lifecycle/operate.ts";
import type { BootResult } from "../../provider/prove/run-boot-test.ts";
import type { Resource } from "../../provider/resource.ts";
import { testContext } from "../context.ts";
import { type BuiltMachine, buildMachine } from "./machine.ts";

// Answers with all that it was started with, in hexadecimal. Debian's smallest image has perl; the code itself is full of
// what units and shells take for their own: $, %, quotes and line ends.
const server = String.raw`use IO::Socket::INET;
open(my $f, "<", "/proc/self/cmdline"); my $all = do { local $/; <$f> };
my ($name, undef, undef, undef, @given) = split /\0/, $all, -1; pop @given;
my %seen = (name => $name, cwd => readlink("/proc/self/cwd"), user => "$> " . (split ' ', $))[0]);
$seen{"arg $_"} = $given[$_] for 0 .. $#given;
$seen{"env $_"} = $ENV{$_} for keys %ENV;
open(my $out, ">", "/dev/stdout") and $seen{stdout} = "opened"; print $out "said through /dev/stdout\n";
my $s = IO::Socket::INET->new(LocalPort => 8080, Listen => 5, ReuseAddr => 1) or die "no socket: $!";
while (my $c = $s->accept) {
  while (<$c>) { last if /^\r?$/ }
  $seen{health} = -e "/tmp/well" ? "asked" : "not asked";
  print $c "HTTP/1.0 200 OK\r\n\r\n", map { unpack("H*", $_) . "=" . unpack("H*", $seen{$_}) . "\n" } sort keys %seen;
}`;
const given = [
  'say "hi"',
  "it's",
  `$HOME \${HOME} $$ $(id)`,
  "100% %h %% %n",
  "two\nlines\tand \\n \\x41",
  "",
  ";",
  "  spaces  ",
  "-ümläut-☃",
  "!@:+|~*?[a]#",
];
const environment = { MULTI: 'one\ntwo\t%h "$HOME" \\', "odd.name": "odd %i", PLAIN: "plain" };

const dockerfile = `FROM debian:12
ARG MULTI
ENV MULTI=$MULTI PLAIN=plain odd.name="odd %i"
WORKDIR /srv/100% odd
USER www-data
STOPSIGNAL SIGINT
HEALTHCHECK --interval=1s CMD touch "/tmp/well"
ENTRYPOINT ${JSON.stringify(["perl", "-e", server, "--"])}
CMD ${JSON.stringify(given)}
`;

const hex = (text: string) => Buffer.from(text).toString("hex");
const line = ([key, value]: readonly [string, string]) => `${hex(key)}=${hex(value)}\n`;

let machine: BuiltMachine;
let own: Awaited<ReturnType<typeof testContext>>;

beforeAll(async () => {
  own = await testContext();
  const context = join(own.cwd, "image");
  await mkdir(context);
  await writeFile(join(context, "Dockerfile"), dockerfile);
  machine = await buildMachine({
    source: { dockerfile: { context, buildArgs: { MULTI: environment.MULTI } } },
    install: { kernel: true, init: true },
    service: true,
    network: "dhcp",
    // An emulated timer that a busy computer runs late is no broken one.
    commandLine: "rw no_timer_check",
  });
});
afterAll(async () => {
  await machine?.ctx.dispose();
  await own?.dispose();
});

test("debian:12 alone gets a kernel with an initrd and an init, and says which packages came", () => {
  const { installed, kernels, osRelease } = machine.outputs.rootfs as Record<string, never[]>;
  const names = (installed as { name: string; version: string }[]).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["linux-image-amd64", "systemd-sysv", "udev"]));
  expect(names).not.toContain("perl-base");
  expect(kernels).toEqual([
    expect.objectContaining({ initrdPath: expect.stringMatching(/^\/boot\/initrd\.img-6\./) }),
  ]);
  expect(osRelease).toMatchObject({ id: "debian", versionId: "12" });
});

test("it boots to a login, and its image's process has every argument, variable, folder and user that the image names", async () => {
  const expected = [
    ["name", "perl"],
    ["cwd", "/srv/100% odd"],
    ["user", "33 33"],
    ["stdout", "opened"],
    ["health", "asked"],
    ...given.map((text, i) => [`arg ${i}`, text]),
    ...Object.entries(environment).map(([name, value]) => [`env ${name}`, value]),
    ["env HOME", "/var/www"],
  ] as [string, string][];
  const http = expected.map((pair) => ({ port: 8080, path: "/", status: 200, body: line(pair) }));
  const inputs = BootTest.inputs.parse({
    image: machine.disk,
    timeoutSeconds: 3600,
    expect: { serial: ["login:"], http },
  });
  const proved = (await put(
    BootTest as unknown as Resource,
    inputs,
    machine.ctx,
  )) as unknown as BootResult;
  expect(proved.met).toHaveLength(1 + http.length);
});
