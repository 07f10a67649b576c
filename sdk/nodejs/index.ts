export * from "./machine.ts";
export * from "./resource.ts";
export * from "./resources.ts";
