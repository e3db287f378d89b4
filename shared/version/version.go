// Package version says what the running program was built from. The go command records it in a git checkout and for
// a published module; the Makefile adds it where the go command cannot see it: in a source archive and in a git
// worktree.
package version

import (
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// Unknown is the version of a program whose build recorded none, such as a test's.
const Unknown = "0.0.0-devel"

// Written by the linker (-X) in make build and make dist; empty otherwise.
var (
	linkedVersion  string // as a Go module's, with its v
	linkedRevision string
	linkedTime     string // RFC 3339
)

// Build says what a program was built from.
type Build struct {
	// Version is a semantic version without a leading v; the metadata +dirty marks a checkout with changes. It is
	// never empty.
	Version string
	// Revision is the commit's full hash; empty when the build recorded none.
	Revision string
	// Time is when the commit was made; zero when the build recorded none.
	Time time.Time
}

// Current returns the build of the running program. It is the same for the life of the process.
func Current() Build {
	recorded, _ := debug.ReadBuildInfo()
	return read(linkedVersion, linkedRevision, linkedTime, recorded)
}

// read prefers what the linker wrote to what the go command recorded, which may be nil.
func read(version, revision, committed string, recorded *debug.BuildInfo) Build {
	if version == "" && recorded != nil {
		version = recorded.Main.Version
		for _, setting := range recorded.Settings {
			switch setting.Key {
			case "vcs.revision":
				revision = setting.Value
			case "vcs.time":
				committed = setting.Value
			}
		}
	}
	build := Build{Version: strings.TrimPrefix(version, "v"), Revision: revision}
	if !strings.HasPrefix(version, "v") { // "(devel)" or nothing
		build.Version = Unknown
	}
	build.Time, _ = time.Parse(time.RFC3339, committed)
	return build
}

// String returns one line for --version.
func (b Build) String() string {
	details := []string{runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
	if !b.Time.IsZero() {
		details = append([]string{b.Time.UTC().Format(time.RFC3339)}, details...)
	}
	if b.Revision != "" {
		details = append([]string{"revision " + b.Revision}, details...)
	}
	return b.Version + " (" + strings.Join(details, ", ") + ")"
}
