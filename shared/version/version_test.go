package version

import (
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// TestWhatABuildRecorded goes through the ways in which a program comes to be.
func TestWhatABuildRecorded(t *testing.T) {
	const revision = "0123456789abcdef0123456789abcdef01234567"
	committed := time.Date(2026, 11, 26, 10, 50, 29, 0, time.UTC)
	recorded := func(version string, settings ...debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Version: version}, Settings: settings}
	}
	const when = "2026-11-26T10:50:29Z"
	vcs := []debug.BuildSetting{{Key: "vcs.revision", Value: revision}, {Key: "vcs.time", Value: when}}
	for name, test := range map[string]struct {
		linked   [3]string
		recorded *debug.BuildInfo
		want     Build
	}{
		"a checkout": {
			recorded: recorded("v0.1.1-0.20261126105029-0123456789ab", vcs...),
			want:     Build{Version: "0.1.1-0.20261126105029-0123456789ab", Revision: revision, Time: committed},
		},
		"a checkout with changes": {
			recorded: recorded("v0.1.0+dirty", vcs...),
			want:     Build{Version: "0.1.0+dirty", Revision: revision, Time: committed},
		},
		"a published module":          {recorded: recorded("v0.1.0"), want: Build{Version: "0.1.0"}},
		"a test, or go build in none": {recorded: recorded("(devel)"), want: Build{Version: Unknown}},
		"go run":                      {recorded: recorded(""), want: Build{Version: Unknown}},
		"no module":                   {want: Build{Version: Unknown}},
		"a source archive": {
			linked:   [3]string{"v0.1.0", revision, when},
			recorded: recorded("(devel)"),
			want:     Build{Version: "0.1.0", Revision: revision, Time: committed},
		},
		"a copy without history": {
			linked: [3]string{"v" + Unknown, "", ""}, recorded: recorded("(devel)"), want: Build{Version: Unknown},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := read(test.linked[0], test.linked[1], test.linked[2], test.recorded); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestOneLineForPeople(t *testing.T) {
	full := Build{Version: "0.1.0", Revision: "0123", Time: time.Unix(0, 0)}.String()
	if !strings.HasPrefix(full, "0.1.0 (revision 0123, 1970-01-01T00:00:00Z, go") {
		t.Errorf("got %q", full)
	}
	if bare := Current().String(); !strings.HasPrefix(bare, Unknown+" (go") {
		t.Errorf("a test's own build: %q", bare)
	}
}
