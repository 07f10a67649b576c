/** How far something has come: bytes, percent, speed and the time that is left. */
export function paceText(doneBytes: number, allBytes: number, elapsedMs: number): string {
  const percent = Math.floor((doneBytes / Math.max(allBytes, 1)) * 100);
  const perSecond = doneBytes / Math.max(elapsedMs / 1000, 0.001);
  const left = Math.ceil((allBytes - doneBytes) / Math.max(perSecond, 1));
  const time = left >= 60 ? `${Math.floor(left / 60)} min ${left % 60} s` : `${left} s`;
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
  return `${megabytes(doneBytes)} of ${megabytes(allBytes)} MB, ${percent} %, ${megabytes(perSecond)} MB/s, ${time} left`;
}

/** Says how far what begins now has come, by its bytes. */
export function startPace(): (doneBytes: number, allBytes: number) => string {
  const started = performance.now();
  return (doneBytes, allBytes) => paceText(doneBytes, allBytes, performance.now() - started);
}
