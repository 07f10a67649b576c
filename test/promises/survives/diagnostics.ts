/** The errors that a person sees at the end of a run, by resource. */
export function errorsOf(message: string): Record<string, string> {
  const [, part = ""] = message.split("\nDiagnostics:\n");
  const [own = ""] = part.split(/\n\n(?:Outputs|Resources):\n/);
  const found = own.split(/\n\n/).map((text) => {
    const [head = "", ...lines] = text.trim().split("\n");
    const name = /\((.*)\):$/.exec(head)?.[1] ?? head;
    return [name, lines.map((line) => line.trim()).join("\n")] as const;
  });
  return Object.fromEntries(found.filter(([, text]) => !/^error: \w+ failed$/.test(text)));
}
