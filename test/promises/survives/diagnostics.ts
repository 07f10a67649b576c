const other = /^(error: \w+ failed|warning: .*)$/;

/** The errors that a person sees at the end of a run, by resource. */
export function errorsOf(message: string): Record<string, string> {
  const [, part = ""] = message.split("\nDiagnostics:\n");
  const [own = ""] = part.split(/\n\n(?:Outputs|Resources):\n/);
  const found = own.split(/\n\n/).map((text) => {
    const [head = "", ...lines] = text.trim().split("\n");
    const name = /\((.*)\):$/.exec(head)?.[1] ?? head;
    const said = lines.map((line) => line.trim());
    // That the whole failed is said of the stack, as is what Pulumi warns of.
    return [name, said.filter((line) => !other.test(line)).join("\n")] as const;
  });
  return Object.fromEntries(found.filter(([, text]) => text !== ""));
}
