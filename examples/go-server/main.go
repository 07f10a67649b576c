// The Debian server of examples/debian-server, from its Dockerfile to a disk that has booted.
package main

import (
	"example.com/pulumi-bootwright/sdk/go/bootwright"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		web, err := bootwright.NewMachine(ctx, "web", &bootwright.MachineArgs{
			Source: &bootwright.RootfsSourceArgs{
				Dockerfile: &bootwright.DockerfileSourceArgs{Context: pulumi.String("../debian-server")},
			},
			Hostname: pulumi.String("web"),
			Network:  bootwright.RootfsNetworkDHCP,
			BootTest: &bootwright.MachineBootTestArgs{
				Expect: &bootwright.BootExpectationsArgs{
					Serial: pulumi.StringArray{pulumi.String("login:")},
					Http: bootwright.HttpExpectationArray{&bootwright.HttpExpectationArgs{
						Port:   pulumi.Int(80),
						Path:   pulumi.String("/"),
						Status: pulumi.Int(200),
						Body:   pulumi.String("Built from a Dockerfile"),
					}},
				},
			},
		})
		if err != nil {
			return err
		}
		// Every child is a property of the machine.
		ctx.Export("tree", web.Rootfs.Ref().Digest())
		ctx.Export("disk", web.Disk.Ref().Digest())
		return nil
	})
}
