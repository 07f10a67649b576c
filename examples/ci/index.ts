// The plugin's previews are exact: a pull request shows what its merge will rebuild.
import { Machine } from "bootwright/plugin";

const web = new Machine("web", {
  source: {
    dockerfile: {
      context: "image",
      // The layers of the builder travel with the artefacts, in the folder that the pipeline keeps.
      cacheFrom: ["type=local,src=.cache/layers"],
      cacheTo: ["type=local,dest=.cache/layers,mode=max"],
    },
  },
  hostname: "web",
  network: "dhcp",
  bootTest: { expect: { serial: ["login:"] } },
});

/** What was built; the same commit gives the same everywhere. */
export const disk = web.disk.ref.digest;
/** When it had done all that was expected, counted from power-on. */
export const bootedInSeconds = web.bootTest?.seconds;
