package pluginlog

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"
)

// TestPluginLogFlood writes without end: what is passed on has a bound, what is left out is counted, and the last lines
// are remembered all the same.
func TestPluginLogFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		tail := New(hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: &out}))
		stream := tail.Stream("odd")
		line := []byte(strings.Repeat("x", 1000) + "\n")
		for range 20_000 {
			_, _ = stream.Write(line)
		}
		if out.Len() > 2*burst {
			t.Errorf("%d bytes were logged", out.Len())
		}
		if n := strings.Count(out.String(), "lines are left out"); n != 1 {
			t.Errorf("the flood is told %d times", n)
		}
		fmt.Fprintln(stream, "panic: the end")
		if said := tail.LastError(); said != "panic: the end" {
			t.Errorf("the last error is %q", said)
		}
		time.Sleep(time.Second)
		fmt.Fprintln(stream, "calm again")
		for _, told := range []string{"lines of the plugin's log were left out: count=", "calm again"} {
			if !strings.Contains(out.String(), told) {
				t.Errorf("%q is not in the log", told)
			}
		}
	})
}

// TestOldErrorsAreForgotten holds that a start is not blamed on what a run before it has said.
func TestOldErrorsAreForgotten(t *testing.T) {
	tail := New(hclog.NewNullLogger())
	fmt.Fprintln(tail.Stream("x"), `{"@level":"error","@message":"old trouble"}`)
	tail.Begin()
	said, ofThisRun, last := tail.LastError(), tail.OfThisRun(), tail.Last()
	if said != "" || len(ofThisRun) != 0 || len(last) != 1 {
		t.Errorf("said %q, of this run %q, of all runs %q", said, ofThisRun, last)
	}
	for range 2 * maxLines {
		fmt.Fprintln(tail.Stream("x"), "[ERROR] line")
	}
	fmt.Fprintln(tail.Stream("x"), `{"@level":"error","@message":"new trouble"}`)
	if said := tail.LastError(); said != "new trouble" || len(tail.OfThisRun()) != maxLines {
		t.Errorf("said %q, %d lines of this run", said, len(tail.OfThisRun()))
	}
}
