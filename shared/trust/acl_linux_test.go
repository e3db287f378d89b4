package trust

import (
	"encoding/binary"
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestAccessControlList gives one user the right to write by a list; the mode shows it only as the group's bit.
func TestAccessControlList(t *testing.T) {
	base := tree(t, "plugin")
	chmod(t, base+"/plugin", 0o755)
	list := binary.LittleEndian.AppendUint32(nil, 2) // the version of the format
	for _, entry := range []struct {
		tag, rights uint16
		id          uint32
	}{
		{0x01, 7, 0xffffffff}, {0x02, 7, stranger}, {0x04, 5, 0xffffffff}, {0x10, 7, 0xffffffff}, {0x20, 5, 0xffffffff},
	} { // the owner, a user, the group, the mask, others
		list = binary.LittleEndian.AppendUint16(list, entry.tag)
		list = binary.LittleEndian.AppendUint16(list, entry.rights)
		list = binary.LittleEndian.AppendUint32(list, entry.id)
	}
	if err := unix.Setxattr(base+"/plugin", "system.posix_acl_access", list, 0); err != nil {
		if errors.Is(err, unix.ENOTSUP) && os.Getenv("CI") == "" {
			t.Skip("this file system has no access control lists")
		}
		t.Fatal(err)
	}
	err := Check(base + "/plugin")
	if err == nil || !strings.Contains(err.Error(), "with an access control list") ||
		!strings.Contains(err.Error(), "setfacl -b ") {
		t.Errorf("the list lets user %d write: %v", stranger, err)
	}
	chmod(t, base+"/plugin", 0o755) // The mask now lets nobody write.
	if err := Check(base + "/plugin"); err != nil {
		t.Error(err)
	}
}
