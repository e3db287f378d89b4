package notify

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

func init() { databaseTests["transcripts"] = testTranscripts }

// TestKeptTranscript keeps how a long conversation began and ended, within its bound.
func TestKeptTranscript(t *testing.T) {
	if kept := keptTranscript([]string{"C: EHLO a", "S: 250 ok"}); len(kept) != 2 {
		t.Errorf("a short one is kept as %q", kept)
	}
	var lines []string
	for i := range 400 {
		lines = append(lines, fmt.Sprintf("S: 250-line %d%s", i, strings.Repeat("x", 500-20)))
	}
	kept := keptTranscript(lines)
	size := 0
	for _, line := range kept {
		size += len(line)
	}
	left := fmt.Sprintf("-- %d lines are left out", 401-len(kept))
	if size > maxTranscriptBytes+len(left) || kept[0] != lines[0] || kept[len(kept)-1] != lines[399] ||
		!slices.Contains(kept, left) {
		t.Errorf("%d bytes are kept: %q", size, kept)
	}
	if kept := keptTranscript([]string{strings.Repeat("x", 2*maxTranscriptBytes)}); len(kept) != 1 || len(kept[0]) > 40 {
		t.Errorf("of one line %q is kept", kept)
	}
}

// testTranscripts keeps what was said in the last attempts that failed, and removes it when the texts go of what was
// given up; nothing else of the attempts goes.
func testTranscripts(t *testing.T, database *store.Store) {
	s := newService(t, database)
	id := insertOne(t, s, "one")
	job := river.Job[outgoing]{JobRow: jobOf(t, s, id)}
	var notes attemptNotes
	for i := range keptTranscripts + 2 {
		job.Attempt = i + 1
		u := &underway{service: s, job: &job, transcript: []string{fmt.Sprintf("C: EHLO %d", i)}}
		notes.Failed = withTranscripts(append(notes.Failed, u.record(&greylisted)))
	}
	encoded, err := json.Marshal(notes)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := database.DB().Exec("UPDATE river_job SET metadata = "+fmt.Sprintf(s.queue.dialect.encoded, "$1"),
		string(encoded)); err != nil {
		t.Fatal(err)
	}
	shown := func(when string, want int) {
		t.Helper()
		detail, err := s.Show(t.Context(), shared.ShowRequest{ID: fmt.Sprint(id)})
		if err != nil || len(detail.Attempts) != keptTranscripts+2 {
			t.Fatalf("%s: %+v, %v", when, detail, err)
		}
		for i, one := range detail.Attempts {
			if kept := i >= len(detail.Attempts)-want; kept != (len(one.Transcript) > 0) || one.Failure == nil {
				t.Errorf("%s: attempt %d is %+v", when, i, one)
			}
		}
	}
	shown("while it waits", keptTranscripts)
	for _, c := range []struct {
		state string
		ago   time.Duration
		want  int
	}{{"cancelled", 30*day - time.Hour, keptTranscripts}, {"cancelled", 30*day + time.Minute, 0}} {
		execute(t, database, "UPDATE river_job SET state = '"+c.state+"', finalized_at = "+ago(s, c.ago))
		if err := s.dropTexts(t.Context()); err != nil {
			t.Fatal(err)
		}
		shown(fmt.Sprintf("%s for %s", c.state, c.ago), c.want)
	}
}
