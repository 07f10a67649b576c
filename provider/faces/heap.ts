import { setFlagsFromString } from "node:v8";

// V8 doubles the space of new objects while much is allocated, up to 32 MiB twice, and promotes what it holds at the next collection. A tree of
// many entries makes it do so at once; kept small, the peak of a provider is 60 MB lower and takes no longer (v8/src/flags/flag-definitions.h).
setFlagsFromString("--semi-space-growth-factor=1");
