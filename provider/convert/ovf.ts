/** What an OVF descriptor says of its machine's disk. */
export interface OvfDisk {
  /** Name of the VMDK beside the descriptor. */
  readonly file: string;
  readonly fileBytes: number;
  /** Size of the disk that the machine sees. */
  readonly virtualBytes: number;
}

/** One device of the machine, its elements in the order that the schema asks for. */
type Device = readonly (readonly [element: string, value: string | number])[];

/** CIM's numbers for kinds of devices. */
const devices: readonly Device[] = [
  [
    ["ElementName", "1 virtual CPU"],
    ["InstanceID", 1],
    ["ResourceType", 3],
    ["VirtualQuantity", 1],
  ],
  [
    ["AllocationUnits", "byte * 2^20"],
    ["ElementName", "1024 MiB of memory"],
    ["InstanceID", 2],
    ["ResourceType", 4],
    ["VirtualQuantity", 1024],
  ],
  [
    ["Address", 0],
    ["ElementName", "SCSI controller 0"],
    ["InstanceID", 3],
    ["ResourceSubType", "lsilogic"],
    ["ResourceType", 6],
  ],
  [
    ["AddressOnParent", 0],
    ["ElementName", "disk 0"],
    ["HostResource", "ovf:/disk/disk0"],
    ["InstanceID", 4],
    ["Parent", 3],
    ["ResourceType", 17],
  ],
  [
    ["AutomaticAllocation", "true"],
    ["Connection", "network"],
    ["ElementName", "network adapter 0"],
    ["InstanceID", 5],
    ["ResourceSubType", "E1000"],
    ["ResourceType", 10],
  ],
];

/** The OVF 1.0 descriptor (DMTF DSP0243) of a machine with one CPU, 1 GiB, a network adapter and a SCSI disk. */
export function ovfDescriptor({ file, fileBytes, virtualBytes }: OvfDisk): string {
  const items = devices.map(
    (device) =>
      `      <Item>${device.map(([name, value]) => `<rasd:${name}>${value}</rasd:${name}>`).join("")}</Item>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData" xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData">
  <References>
    <File ovf:id="file0" ovf:href="${file}" ovf:size="${fileBytes}"/>
  </References>
  <DiskSection>
    <Info>Disks of the machine</Info>
    <Disk ovf:diskId="disk0" ovf:fileRef="file0" ovf:capacity="${virtualBytes}" ovf:capacityAllocationUnits="byte" ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
  </DiskSection>
  <NetworkSection>
    <Info>Networks of the machine</Info>
    <Network ovf:name="network"><Description>The network that the machine is on</Description></Network>
  </NetworkSection>
  <VirtualSystem ovf:id="machine">
    <Info>A machine</Info>
    <Name>machine</Name>
    <OperatingSystemSection ovf:id="101">
      <Info>Linux of 64 bits</Info>
    </OperatingSystemSection>
    <VirtualHardwareSection>
      <Info>What the machine needs</Info>
      <System><vssd:ElementName>Virtual hardware</vssd:ElementName><vssd:InstanceID>0</vssd:InstanceID><vssd:VirtualSystemIdentifier>machine</vssd:VirtualSystemIdentifier><vssd:VirtualSystemType>vmx-10</vssd:VirtualSystemType></System>
${items.join("\n")}
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
`;
}

/** The manifest of an OVF package: SHA-256 of its files, in hex. */
export function ovfManifest(files: readonly { name: string; sha256: string }[]): string {
  return files.map(({ name, sha256 }) => `SHA256(${name})= ${sha256}\n`).join("");
}
