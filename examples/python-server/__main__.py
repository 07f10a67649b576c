"""The Debian server of examples/debian-server, from its Dockerfile to a disk that has booted."""

import pulumi
from pulumi_bootwright import Machine

web = Machine(
    "web",
    source={"dockerfile": {"context": "../debian-server"}},
    hostname="web",
    network="dhcp",
    boot_test={
        "expect": {
            "serial": ["login:"],
            "http": [{"port": 80, "path": "/", "status": 200, "body": "Built from a Dockerfile"}],
        },
    },
)

# Every child is a property of the machine.
pulumi.export("tree", web.rootfs.apply(lambda rootfs: rootfs.ref.digest))
pulumi.export("disk", web.disk.apply(lambda disk: disk.ref.digest))
pulumi.export("bootedInSeconds", web.boot_test.apply(lambda test: test.seconds))
