/** Type token of a resource that the plugin serves. */
export function pluginType(resource: string): string {
  return `bootwright:index:${resource}`;
}

/** Type token of the same resource as a dynamic provider, which decides its first part. */
export function dynamicType(resource: string): string {
  return `pulumi-nodejs:dynamic/bootwright:${resource}`;
}
