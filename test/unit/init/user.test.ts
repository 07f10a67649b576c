import { expect, test } from "vitest";
import { identityOf } from "../../../provider/init/user.ts";

const accounts = {
  passwd: [
    "root:x:0:0:root:/root:/bin/sh",
    "web:x:33:34:Web:/srv:/bin/sh",
    "7:x:70:71::/seven:",
    "broken:x:one:two",
    "homeless:x:80:80:::",
  ].join("\n"),
  group: "root:x:0:\nweb:x:34:web\nvideo:x:44:root,web\naudio:x:29:web\nbad:x:x:web",
};

// As container engines read it: a name first, then a number that has a name, then a bare number.
test.each([
  ["", { uid: 0, gid: 0, groups: [44], name: "root", home: "/root" }],
  ["web", { uid: 33, gid: 34, groups: [29, 44], name: "web", home: "/srv" }],
  ["33", { uid: 33, gid: 34, groups: [29, 44], name: "web", home: "/srv" }],
  ["web:video", { uid: 33, gid: 44, groups: [], name: "web", home: "/srv" }],
  ["1000", { uid: 1000, gid: 0, groups: [], home: "/" }],
  ["1000:1001", { uid: 1000, gid: 1001, groups: [], home: "/" }],
  ["7", { uid: 70, gid: 71, groups: [], name: "7", home: "/seven" }],
  ["homeless", { uid: 80, gid: 80, groups: [], name: "homeless", home: "/" }],
])("USER %j is %j", (user, identity) => {
  expect(identityOf(user, accounts)).toEqual(identity);
});

test.each([
  ["nobody", 'the image\'s /etc/passwd has no user "nobody"'],
  ["broken", 'the image\'s /etc/passwd has no user "broken"'],
  ["web:bad", 'the image\'s /etc/group has no group "bad"'],
  ["99999999999", 'the image\'s /etc/passwd has no user "99999999999"'],
  ["$(reboot)", 'the image\'s /etc/passwd has no user "$(reboot)"'],
])("USER %j is nobody", (user, reason) => {
  expect(identityOf(user, accounts)).toBe(reason);
});
