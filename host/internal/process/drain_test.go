package process

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/transport"
)

// drainingPage tells what it waits for a few times, with a pause before each, and then ends after the last one.
type drainingPage struct {
	shared.SettingsPage
	tells int
	every time.Duration
	last  time.Duration
	err   error
}

func (p *drainingPage) Drain(ctx context.Context, waiting func(what string)) error {
	for told := 0; ; told++ {
		pause := p.every
		if told == p.tells {
			pause = p.last
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
		if told == p.tells {
			return p.err
		}
		waiting("a reply")
	}
}

// TestDrain holds how long a plugin may drain: an hour, when it tells that it lives.
func TestDrain(t *testing.T) {
	errBroken := errors.New("broken")
	for _, c := range []struct {
		name     string
		page     shared.SettingsPage
		attached bool
		says     string // empty when the drain is complete
		took     time.Duration
		told     int
	}{
		{name: "nothing to drain", page: &drainingPage{err: shared.ErrUnsupported}},
		{name: "done at once", page: &drainingPage{}},
		{name: "works", page: &drainingPage{tells: 540, every: time.Second}, told: 540, took: 540 * time.Second},
		{name: "is slow", page: &drainingPage{tells: 3, every: 4 * time.Second}, told: 3, took: 12 * time.Second},
		{name: "is silent", page: &drainingPage{last: time.Hour}, says: "it stopped answering", took: drainSilence},
		{
			name: "falls silent", page: &drainingPage{tells: 2, every: time.Second, last: time.Hour}, told: 2,
			says: "it stopped answering", took: 2*time.Second + drainSilence,
		},
		{
			name: "never ends", page: &drainingPage{tells: 1e6, every: 3500 * time.Millisecond}, told: 1028,
			says: "it took longer than 1h0m0s", took: shared.MaxDrain,
		},
		{name: "fails", page: &drainingPage{err: errBroken}, says: "broken"},
		{name: "attached", page: &drainingPage{last: time.Hour}, attached: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &Process{page: &transport.Connection{SettingsPage: c.page}}
				if !c.attached {
					p.command = &exec.Cmd{}
				}
				began, told := time.Now(), 0
				err := p.Drain(func(string) { told++ })
				if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
					t.Errorf("it ended with %v", err)
				}
				if took := time.Since(began); took != c.took || told != c.told {
					t.Errorf("it took %s and told %d times, not %s and %d times", took, told, c.took, c.told)
				}
			})
		})
	}
}
