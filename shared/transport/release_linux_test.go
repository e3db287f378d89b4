package transport

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const smapsOfPlugin = `00400000-0121b000 r-xp 00000000 fe:00 4711 /opt/smtp plugin
Rss:               13284 kB
Anonymous:             0 kB
0121b000-0220a000 r--p 00e1b000 fe:00 4711 /opt/smtp plugin
Rss:               13752 kB
Anonymous:             0 kB
0220a000-0231c000 r--p 01e0a000 fe:00 4711 /opt/smtp plugin
Rss:                1096 kB
Anonymous:             8 kB
0231c000-0241c000 rw-p 01f1c000 fe:00 4711 /opt/smtp plugin
Rss:                1096 kB
Anonymous:             0 kB
c000000000-c000800000 rw-p 00000000 00:00 0
Anonymous:             0 kB
7f0000000000-7f0000010000 r--p 00000000 fe:00 4712 /opt/library
Anonymous:             0 kB
`

// TestUnchanged lets go of the program's pages that are those of its file, and of no others.
func TestUnchanged(t *testing.T) {
	for name, c := range map[string]struct {
		smaps string
		code  uint64
		want  []mapping
	}{
		"a program":       {smapsOfPlugin, 0x400100, []mapping{{0x400000, 0x121b000}, {0x121b000, 0x220a000}}},
		"code elsewhere":  {smapsOfPlugin, 0x10, nil},
		"nothing to read": {"", 0x400100, nil},
		"another format":  {"1 2 3 4 5 6\n" + smapsOfPlugin, 0x400100, nil},
	} {
		if got := unchanged(strings.NewReader(c.smaps), c.code); !slices.Equal(got, c.want) {
			t.Errorf("%s: %x, want %x", name, got, c.want)
		}
	}
}

// TestReleaseStart gives back pages of this program, which goes on.
func TestReleaseStart(t *testing.T) {
	mapped := func() int {
		status, err := os.ReadFile("/proc/self/status")
		if err != nil {
			t.Fatal(err)
		}
		size, err := strconv.Atoi(string(regexp.MustCompile(`RssFile:\s+(\d+)`).FindSubmatch(status)[1]))
		if err != nil {
			t.Fatal(err)
		}
		return size
	}
	before := mapped()
	releaseStart()
	if after := mapped(); after > before*3/4 {
		t.Errorf("%d kB of files were mapped, and %d are", before, after)
	}
}
