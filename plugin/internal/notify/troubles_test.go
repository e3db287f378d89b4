package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

func init() {
	databaseTests["tending without database"] = testTendWithoutDatabase
	databaseTests["statistics without writing"] = testStatisticsWithoutWriting
}

// TestTroubles says what fails once, and again when it has passed or fails for another reason.
func TestTroubles(t *testing.T) {
	var log bytes.Buffer
	logger := hclog.New(&hclog.LoggerOptions{Output: &log})
	all := troubles{}
	for _, one := range []struct {
		what string
		err  error
		said bool
	}{
		{"a", errors.New("port 1 is closed"), true}, {"a", errors.New("port 2 is closed"), false},
		{"b", errors.New("port 1 is closed"), true}, {"a", errors.New("it is full"), true}, {"a", nil, false},
		{"a", errors.New("it is full"), true}, {"a", errors.New("it is full"), false},
	} {
		log.Reset()
		if all.note(logger, one.what, one.err); (log.Len() > 0) != one.said {
			t.Errorf("%s: %v: the log has %q", one.what, one.err, log.String())
		}
	}
}

// TestTroublesAreSaidOnce has background tasks and the claim fail in the same way again and again, only that numbers
// differ: the log is told once, and again when it had passed.
func TestTroublesAreSaidOnce(t *testing.T) {
	var log bytes.Buffer
	logger := hclog.New(&hclog.LoggerOptions{Output: &log})
	service := &Service{configuration: Configuration{Logger: logger, Store: openEmbedded(t)}}
	standby := &standby{logger: logger}
	for name, fail := range map[string]func(error){
		"a background task": func(err error) {
			service.doChore(t.Context(), &chore{what: "it fails", do: func(context.Context) error { return err }})
		},
		"the claim": standby.note,
		"what waits for an older version": func(err error) {
			service.stranger = stranger{gone: func(context.Context) error { return err }}
			service.lookForStranger(t.Context())
		},
	} {
		log.Reset()
		for round := range 2 {
			for port := range 5 {
				fail(fmt.Errorf("port %d is closed", port))
			}
			fail(nil)
			if said := strings.Count(log.String(), "[WARN]"); said != round+1 {
				t.Errorf("%s: in round %d the log has %q", name, round, log.String())
			}
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	log.Reset()
	service.doChore(ended, &chore{what: "it fails", do: func(ctx context.Context) error { return ctx.Err() }})
	if log.Len() > 0 || standby.trouble.Load() != nil {
		t.Errorf("what was ended is told: %q", log.String())
	}
}

// testTendWithoutDatabase tends while the database is away: the log is told of nothing twice, and of one thing where it
// is clear that the others fail as well.
func testTendWithoutDatabase(t *testing.T, database *store.Store) {
	s := newService(t, database)
	var log bytes.Buffer
	s.configuration.Logger = hclog.New(&hclog.LoggerOptions{Output: &log})
	s.chores = nil // They run beside it.
	if err := database.Close(); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		s.tend(t.Context())
	}
	said := map[string]int{}
	for line := range strings.Lines(log.String()) {
		_, what, _ := strings.Cut(line, "[WARN]")
		said[what]++
	}
	for what, count := range said {
		if count > 1 {
			t.Errorf("%d times: %s", count, what)
		}
	}
	if len(said) == 0 || database.Pool() != nil && len(said) > 1 {
		t.Errorf("%d are said: %s", len(said), log.String())
	}
}

// testStatisticsWithoutWriting reads the statistics while nothing can be written: what this process has counted and not
// written down is among them, in the bucket of now alone.
func testStatisticsWithoutWriting(t *testing.T, database *store.Store) {
	s := newService(t, database)
	insertOne(t, s, "one")
	away := openEmbedded(t)
	if err := away.Close(); err != nil {
		t.Fatal(err)
	}
	writable := s.queue.buckets.db
	s.queue.buckets.db = away.DB()
	defer func() { s.queue.buckets.db = writable }()
	s.queue.buckets.count(tally{failed: 3, dead: 2})
	for range 2 {
		list, err := s.Statistics(t.Context(), shared.StatisticsRequest{})
		sum := tally{}
		for _, one := range list {
			sum = sum.plus(tally{one.Accepted, one.Delivered, one.FailedAttempts, one.Dead})
		}
		if err != nil || sum != (tally{accepted: 1, failed: 3, dead: 2}) {
			t.Errorf("%+v, %v", sum, err)
		}
	}
	before := shared.StatisticsRequest{}
	before.Until = before.Until.AddDate(2000, 0, 0)
	if list, err := s.Statistics(t.Context(), before); err != nil || len(list) > 0 {
		t.Errorf("long before: %s, %v", fmt.Sprint(list), err)
	}
}
