import { type MachineWishes, machineDeclarations } from "../flow/machine.ts";
import type { Field, ObjectType, PackageModel, ResourceType } from "./model.ts";

/** Where the schema of a wish is: an input of a child, one of a nested object, or all inputs of a child but those that the machine fills in. */
type Meaning =
  | { readonly resource: string; readonly input: string }
  | { readonly object: string; readonly field: string }
  | { readonly inputsOf: string; readonly but: readonly string[] };

const meanings: Readonly<Record<keyof MachineWishes, Meaning>> = {
  source: { resource: "Rootfs", input: "source" },
  hostname: { resource: "Rootfs", input: "hostname" },
  network: { resource: "Rootfs", input: "network" },
  install: { resource: "Rootfs", input: "install" },
  service: { resource: "Rootfs", input: "service" },
  growRootOnFirstBoot: { resource: "Rootfs", input: "growRootOnFirstBoot" },
  files: { resource: "Rootfs", input: "files" },
  scrub: { resource: "Rootfs", input: "scrub" },
  kernelVersion: { resource: "Kernel", input: "version" },
  commandLine: { resource: "Bootloader", input: "commandLine" },
  consoles: { resource: "Bootloader", input: "consoles" },
  diskSizeMiB: { resource: "PartitionLayout", input: "diskSizeMiB" },
  label: { object: "PartitionRequest", field: "label" },
  exportTo: { resource: "DiskImage", input: "exportTo" },
  lastPlacement: { resource: "Filesystem", input: "lastPlacement" },
  bootTest: { inputsOf: "BootTest", but: ["image", "kernel", "initrd", "commandLine"] },
  readiness: {
    inputsOf: "ReadinessCheck",
    but: ["tree", "initrd", "kernelVersion", "kernelConfig", "commandLine", "consoles"],
  },
  azure: { inputsOf: "AzurePageBlob", but: ["image", "proof", "readiness"] },
  manifest: {
    inputsOf: "Manifest",
    but: ["tree", "origin", "artefacts", "proof", "observed"],
  },
};

const description =
  "The usual chain: image, kernel, layout, boot loader, filesystem, disk, boot test, VHD and page blob; every child is a property.";

/** The model with the component `Machine`, said by what its children say. */
export function withMachine(model: PackageModel): PackageModel {
  const objects = new Map(model.objects);
  const inputs = Object.entries(meanings).map(([name, meaning]) =>
    inputOf(name, meaning, model, objects),
  );
  const all = machineDeclarations({
    source: {},
    bootTest: {},
    readiness: {},
    azure: {},
    manifest: {},
  });
  const always = machineDeclarations({ source: {} }).map(({ child }) => child);
  const outputs = all.map(({ child, resource }): Field => {
    const required = always.includes(child);
    const shape = { kind: "resource", name: resource } as const;
    return { name: child, description: typeOf(model, resource).description, shape, required };
  });
  const machine = { name: "Machine", description, inputs, outputs, isComponent: true };
  return { ...model, objects, resources: [...model.resources, machine] };
}

function inputOf(
  name: string,
  meaning: Meaning,
  model: PackageModel,
  objects: Map<string, ObjectType>,
): Field {
  const required = name === "source";
  if ("field" in meaning) {
    const fields = model.objects.get(meaning.object)?.fields ?? [];
    return { ...named(fields, meaning.field), name, required };
  }
  if ("input" in meaning)
    return { ...named(typeOf(model, meaning.resource).inputs, meaning.input), name, required };
  const { description, inputs } = typeOf(model, meaning.inputsOf);
  const type = `Machine${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const fields = inputs
    .filter((field) => !meaning.but.includes(field.name))
    .map(({ replaces: _, ...field }) => field);
  objects.set(type, { description, fields });
  return { name, description, shape: { kind: "object", name: type }, required, plain: true };
}

function typeOf(model: PackageModel, name: string): ResourceType {
  const resource = model.resources.find((r) => r.name === name);
  if (!resource) throw new Error(`Machine: there is no resource ${name}`);
  return resource;
}

function named(fields: readonly Field[], name: string): Field {
  const field = fields.find((f) => f.name === name);
  if (!field) throw new Error(`Machine: there is no input ${name}`);
  const { replaces: _, ...rest } = field;
  return rest;
}
