type Values = Record<string, unknown>;

/**
 * What the dynamic face looks for in the outputs of a resource that it refreshes or removes (@pulumi/pulumi/cmd/dynamic-provider): the text of
 * a provider. Without it, a stack that has moved there from the plugin could not be destroyed. Names that begin with two underscores are not shown.
 */
export function forDynamicFace(resource: string, urn: string): Values {
  const method = (name: string) =>
    `${name}:async(...a)=>(await import("bootwright/dynamic")).call(${JSON.stringify(resource)},"${name}",a)`;
  return {
    __provider: `exports.handler=()=>({${method("read")},${method("delete")}})`,
    __urn: urn,
  };
}
