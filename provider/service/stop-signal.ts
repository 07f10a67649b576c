const names = new Set(
  "HUP INT QUIT ILL TRAP ABRT IOT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO POLL PWR SYS RTMIN RTMAX".split(
    " ",
  ),
);

/** STOPSIGNAL as a number or a name without SIG, such as `QUIT` (signal(7)); TERM where there is none, undefined when it is no signal. */
export function readStopSignal(given: string): string | undefined {
  if (given === "") return "TERM";
  if (/^\d+$/.test(given)) return Number(given) >= 1 && Number(given) <= 64 ? given : undefined;
  const name = given.toUpperCase().replace(/^SIG/, "");
  const realTime = /^(RTMIN\+|RTMAX-)\d{1,2}$/.test(name);
  return realTime || names.has(name) ? name : undefined;
}
