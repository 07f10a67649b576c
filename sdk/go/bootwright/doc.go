// A Pulumi provider that turns a Dockerfile into a machine: a bootable disk, a live ISO or a cloud image.
package bootwright
