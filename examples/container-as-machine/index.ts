import { Machine } from "bootwright";

const web = new Machine("web", {
  source: { dockerfile: { context: import.meta.dirname } },
  // The image's ENTRYPOINT and CMD, with its ENV, USER and WORKDIR, started when the machine starts.
  service: true,
  hostname: "web",
  network: "dhcp",
  bootTest: {
    expect: {
      serial: ["web login:"],
      http: [
        { port: 80, path: "/", status: 200, body: "made for a container" },
        { port: 80, path: "/greeting", status: 200, body: "Hello from an image's own CMD" },
      ],
    },
  },
});

/** When the machine served its page, counted from power-on. */
export const servedAfterSeconds = web.bootTest?.seconds;
/** Where the raw disk is. */
export const disk = web.disk.path;
