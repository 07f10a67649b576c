/** What the builder says at the end: the last lines of the failing RUN, the lines of the Dockerfile, and the reason. */
export function buildFailure(lines: readonly string[]): string {
  const report = lines.findLastIndex((line) => /^ > \[/.test(line));
  const from = report >= 0 ? report : Math.max(0, lines.length - 20);
  const tail = lines.slice(from).filter((line) => !/^-{4,}$/.test(line) && line.trim() !== "");
  const reason = tail
    .findLast((line) => line.startsWith("ERROR: "))
    ?.replace(/^ERROR: (failed to solve: )?/, "");
  const body = tail.filter((line) => !line.startsWith("ERROR: ")).slice(-40);
  return [`The image does not build: ${reason ?? "the builder failed"}`, ...body].join("\n");
}

/** One step of a build's plain progress as a short line; undefined for what is not worth showing. */
export function buildProgress(line: string): string | undefined {
  const match = /^#\d+ (?:[\d.]+ )?(.+)$/.exec(line);
  const text = match?.[1]?.trim();
  // The builder says no more, and a gigabyte of layers takes it twenty seconds.
  if (text && /^exporting config .*done$/.test(text)) return "the engine hands over the layers";
  return text && !/^(DONE|CACHED|transferring|sha256:)/.test(text) ? text : undefined;
}
