export * from "./plugin-machine.ts";
export * from "./plugin-resource.ts";
export * from "./plugin-resources.ts";
