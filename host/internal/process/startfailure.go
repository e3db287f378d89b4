package process

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"runtime"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/smtp-settings/smtp-settings/host/internal/pluginlog"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// errStartLimit is a start that took too long.
var errStartLimit = errors.New("the plugin took too long to get ready")

// startFailure is a start of the plugin that went wrong, with all that is known of it.
type startFailure struct {
	binary string
	err    error            // of the system, of go-plugin, or of the first calls
	ended  *os.ProcessState // how the process ended; nil when there was none, and when it got ready
	said   string           // the error that the plugin has logged; empty when there is none
	lines  []string         // what it has written to its log, oldest first
	limit  time.Duration    // how long it had
}

func (f *startFailure) Error() string { return f.explain() }
func (f *startFailure) Unwrap() error { return f.err }

// explain says the cause and the remedy.
func (f *startFailure) explain() string {
	for _, cause := range startCauses {
		if text := cause.explain(f); text != "" {
			return text
		}
	}
	return firstLine(f.err.Error())
}

// startCauses are the ways in which a start fails, and how each is told; the first one that fits is told. explain
// returns nothing when it does not fit.
var startCauses = []struct {
	name    string
	explain func(*startFailure) string
}{
	{"not-a-program", func(f *startFailure) string {
		if !isForeign(f.err) {
			return ""
		}
		otherwise := "it is not a program for this system: build it for " + runtime.GOOS + " on " + runtime.GOARCH
		return inspectProgram(f.binary, otherwise)
	}},
	{"interpreter-missing", func(f *startFailure) string {
		if !errors.Is(f.err, fs.ErrNotExist) || f.ended != nil {
			return ""
		}
		return inspectProgram(f.binary, "a file that it needs is not there: "+firstLine(f.err.Error()))
	}},
	{"not-permitted", func(f *startFailure) string {
		if !errors.Is(f.err, fs.ErrPermission) || f.ended != nil {
			return ""
		}
		if mountedNoexec(f.binary) {
			return noexecText
		}
		return inspectProgram(f.binary, notPermittedText)
	}},
	{"system-limit", func(f *startFailure) string {
		for _, limit := range systemLimits {
			if errors.Is(f.err, limit.number) && f.ended == nil {
				return limit.text
			}
		}
		return ""
	}},
	{"too-slow", func(f *startFailure) string {
		text := f.err.Error()
		if !errors.Is(f.err, errStartLimit) && !strings.Contains(text, "timeout while waiting for plugin to start") {
			return ""
		}
		return fmt.Sprintf("it did not get ready in time: the limit is %s (host.WithStartLimit)", f.limit)
	}},
	{"other-contract", func(f *startFailure) string {
		found := incompatibleVersions.FindStringSubmatch(f.err.Error())
		if found == nil {
			return ""
		}
		return fmt.Sprintf("it was built for another version of the contract than this host's: "+
			"it speaks version %s, the host %s; install matching versions", found[1], found[2])
	}},
	{"other-protocol", func(f *startFailure) string {
		text := firstLine(f.err.Error())
		if !strings.Contains(text, "incompatible core API version") &&
			!strings.Contains(text, "unsupported plugin protocol") {
			return ""
		}
		return "it is not a settings plugin: its handshake is of another kind (" + text + "); " +
			"a settings plugin speaks gRPC"
	}},
	{"output-before-handshake", func(f *startFailure) string {
		found := unexpectedOutput.FindStringSubmatch(f.err.Error())
		if found == nil {
			return ""
		}
		return fmt.Sprintf("it is not a settings plugin, or it writes to standard output before its handshake: "+
			"it wrote %q; a log belongs on standard error", printable.Shortened(found[1], maxQuoted))
	}},
	{"plugin-of-another-program", func(f *startFailure) string {
		for _, line := range f.lines {
			if strings.Contains(line, "This binary is a plugin. These are not meant to be executed directly") {
				return "it is a plugin of another program, not a settings plugin: it asks for another magic cookie"
			}
		}
		return ""
	}},
	{"first-calls-too-slow", func(f *startFailure) string {
		if !errors.Is(f.err, context.DeadlineExceeded) && status.Code(f.err) != codes.DeadlineExceeded {
			return ""
		}
		return fmt.Sprintf("it got ready but did not answer its first calls in time: "+
			"the limit is %s (host.WithStartLimit)", f.limit)
	}},
	{"ended-in-first-calls", func(f *startFailure) string {
		if !errors.Is(f.err, shared.ErrPluginUnavailable) {
			return ""
		}
		if f.said != "" {
			return "it ended during its first calls: " + f.said
		}
		return f.withLastLine("it ended during its first calls")
	}},
	{"says-itself", func(f *startFailure) string {
		if !f.endedByItself() || f.said == "" {
			return ""
		}
		if strings.HasPrefix(f.said, pluginlog.PanicPrefix) {
			return "it crashed before it was ready: " + f.said + "; this is a defect of the plugin"
		}
		return f.said
	}},
	{"ended-by-signal", func(f *startFailure) string { return f.explainSignal() }},
	{"ended", func(f *startFailure) string { return f.explainExit() }},
}

// maxQuoted is how many characters of a plugin's output are quoted.
const maxQuoted = 200

var (
	incompatibleVersions = regexp.MustCompile(
		`incompatible API version with plugin\. Plugin version: (\d+), Client versions: \[([^\]]*)\]`)
	unexpectedOutput = regexp.MustCompile(`Unrecognized remote plugin message: (\S.*)`)
)

const noexecText = "its file system is mounted noexec, so nothing on it may be run: " +
	"install it elsewhere, or mount that file system without noexec"

// endedByItself reports whether the process was gone, or at least had closed its output, before go-plugin ended it.
func (f *startFailure) endedByItself() bool {
	text := f.err.Error()
	return f.ended != nil && (strings.Contains(text, "plugin exited before we could connect") ||
		strings.HasPrefix(text, "Unrecognized remote plugin message: \n"))
}

// explainExit tells of a process that has ended by itself.
func (f *startFailure) explainExit() string {
	if !f.endedByItself() {
		return ""
	}
	text := fmt.Sprintf("it ended before it was ready (%s)", f.ended)
	switch meaning := statusMeaning(f.ended.ExitCode()); {
	case meaning != "":
		text += ": " + meaning
	case len(f.lines) == 0:
		text += " and said nothing: it may not be a settings plugin"
	}
	if found := inspectProgram(f.binary, ""); found != "" {
		return text + ": " + found
	}
	return f.withLastLine(text)
}

// withLastLine adds what the plugin has said last.
func (f *startFailure) withLastLine(text string) string {
	if len(f.lines) == 0 {
		return text
	}
	return fmt.Sprintf("%s; the last that it said: %s", text, f.lines[len(f.lines)-1])
}

// shownLines is how many lines of the plugin's log the error of Open ends with.
const shownLines = 5

// WithLog adds the last lines of the plugin's log to an error of Start, for people who see nothing else, unless it
// holds them already.
func WithLog(err error) error {
	var failure *startFailure
	if !errors.As(err, &failure) || len(failure.lines) == 0 {
		return err
	}
	lines := failure.lines[max(0, len(failure.lines)-shownLines):]
	if len(lines) == 1 && (strings.Contains(err.Error(), lines[0]) || failure.said != "") {
		return err
	}
	return fmt.Errorf("%w\nThe last lines of its log:\n  %s", err, strings.Join(lines, "\n  "))
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}
