import { InputError, type InputProblem } from "../../errors.ts";
import type { BootFile, ChooseBootFile, TreeKernel } from "../../plan/tree-kernel.ts";
import type { Context } from "../../resource.ts";
import { type GivenFile, observeFile, storeFile } from "./given-file.ts";

/** Where a boot file comes from: the kernels of a tree, or a file. */
interface Source {
  kernels?: TreeKernel[] | undefined;
  version?: string | undefined;
  file?: GivenFile | undefined;
}

/** A file of the tree is its own result; another one is still to be read. */
export interface BootFilePlan {
  readonly found?: BootFile;
  readonly file?: GivenFile;
  readonly version?: string;
}

/** What Kernel and Initramfs do alike: take a file of the tree as it is, or put a given one into the store. */
export function bootFileSteps(choose: ChooseBootFile) {
  function rules({ kernels, version, file }: Source): InputProblem[] {
    if (kernels && file) return [{ property: "file", reason: "is exclusive with kernels" }];
    const chosen = kernels && choose(kernels, version);
    return chosen && "reason" in chosen ? [chosen] : [];
  }

  function plan({ kernels, version = "", file }: Source): BootFilePlan {
    if (file) return { file, version };
    if (!kernels)
      throw new InputError([
        { property: "kernels", reason: "is required where file is not given" },
      ]);
    const chosen = choose(kernels, version || undefined);
    if ("reason" in chosen) throw new InputError([chosen]);
    return { found: chosen };
  }

  return {
    rules,
    plan,
    observe: async (given: Source, ctx: Pick<Context, "cwd">) => {
      plan(given);
      return given.file ? { file: await observeFile(given.file, ctx) } : {};
    },
    known: ({ found }: BootFilePlan) => found ?? {},
    make: async ({ found, file, version = "" }: BootFilePlan, ctx: Context): Promise<BootFile> => {
      if (found) return found;
      if (!file) throw new Error("A boot file is planned from neither a tree nor a file");
      return { ref: await storeFile(file, ctx), version, path: "" };
    },
  };
}
