/** The variables that every tool gets, in the container and on the host: nothing of the caller's machine shows in its output. */
export const toolEnvironment = {
  HOME: "/tmp",
  LC_ALL: "C.UTF-8",
  TZ: "UTC",
  SOURCE_DATE_EPOCH: "1735689600",
  MTOOLS_SKIP_CHECK: "1",
} as const;
