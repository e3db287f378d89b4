package transport

import (
	"time"

	"golang.org/x/time/rate"

	"github.com/smtp-settings/smtp-settings/shared"
)

// migrateStream looks at what is told of one move to another database. A move may take hours, so not the number of its
// events is bounded but how fast they come.
type migrateStream struct {
	inspection
	often *rate.Limiter
	ended bool
}

// A plugin tells how far a move is each migrateNews, and at the end of each table. It may do so twice as often, and a
// host that was held up gets many at once.
const (
	migrateNews  = 250 * time.Millisecond
	migrateBurst = 4 * maxEvents
)

func newMigrateStream(look *inspection) *migrateStream {
	return &migrateStream{inspection: *look, often: rate.NewLimiter(rate.Every(migrateNews/2), migrateBurst)}
}

// take looks at the next event, nil for one that this version does not know, which a later one may send.
func (s *migrateStream) take(event any) error {
	switch {
	case !s.often.Allow():
		s.refuse("the plugin sent more than %d events in a row and was cut off", migrateBurst)
	case s.ended:
		s.refuse("the plugin went on after the result")
	}
	switch one := event.(type) {
	case *shared.MigrateProgress:
		s.progress(one)
	case *shared.MigrateResult:
		s.result(one)
	}
	return s.err
}

func (s *migrateStream) progress(p *shared.MigrateProgress) {
	s.line(&p.Table)
	s.count("a count of rows", p.Done)
	if p.Done > p.All {
		s.refuse("%d rows of %d", p.Done, p.All)
	}
}

func (s *migrateStream) result(r *shared.MigrateResult) {
	s.ended = true
	s.line(&r.To)
	s.count("a count of revisions", r.Revisions)
	s.count("a count of notifications", r.Notifications)
	s.count("a count of notifications", r.Held)
}

func (s *migrateStream) end() error {
	if !s.ended {
		s.refuse("the plugin ended a move without a result")
	}
	return s.err
}
