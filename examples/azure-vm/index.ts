import * as compute from "@pulumi/azure-native/compute/index.js";
import * as network from "@pulumi/azure-native/network/index.js";
import * as resources from "@pulumi/azure-native/resources/index.js";
import * as storage from "@pulumi/azure-native/storage/index.js";
import * as pulumi from "@pulumi/pulumi";
import { Machine } from "bootwright";

const config = new pulumi.Config();
const group = new resources.ResourceGroup("machines");
const account = new storage.StorageAccount("images", {
  resourceGroupName: group.name,
  // Page blobs need a general purpose account.
  kind: storage.Kind.StorageV2,
  sku: { name: storage.SkuName.Standard_LRS },
});

/** Bytes only: registering them stays with azure-native. Signs in as `az login` or the environment says. */
export const web = new Machine("web", {
  source: { dockerfile: { context: "../debian-server" } },
  network: "dhcp",
  growRootOnFirstBoot: true,
  bootTest: { expect: { serial: ["login:"] } },
  azure: {
    accountUrl: account.primaryEndpoints.apply(({ blob }) => blob),
    container: "images",
  },
});

/** A new disk is a new blob, and so a new image; the machine is replaced with it. */
export const image = new compute.Image(
  "web",
  {
    resourceGroupName: group.name,
    hyperVGeneration: compute.HyperVGenerationTypes.V1,
    storageProfile: {
      osDisk: {
        osType: compute.OperatingSystemTypes.Linux,
        osState: compute.OperatingSystemStateTypes.Specialized,
        blobUri: web.blob?.blobUri ?? "",
      },
    },
  },
  { replaceOnChanges: ["storageProfile"] },
);

const net = new network.VirtualNetwork("net", {
  resourceGroupName: group.name,
  addressSpace: { addressPrefixes: ["10.0.0.0/16"] },
});
const subnet = new network.Subnet("subnet", {
  resourceGroupName: group.name,
  virtualNetworkName: net.name,
  addressPrefix: "10.0.1.0/24",
});
const card = new network.NetworkInterface("card", {
  resourceGroupName: group.name,
  ipConfigurations: [{ name: "primary", subnet: { id: subnet.id } }],
});

/** A specialized image holds its users: no osProfile. */
export const machine = new compute.VirtualMachine("web", {
  resourceGroupName: group.name,
  hardwareProfile: { vmSize: config.get("size") ?? "Standard_B1s" },
  networkProfile: { networkInterfaces: [{ id: card.id, primary: true }] },
  storageProfile: {
    imageReference: { id: image.id },
    osDisk: { createOption: compute.DiskCreateOptionTypes.FromImage },
  },
  diagnosticsProfile: { bootDiagnostics: { enabled: true } },
});
