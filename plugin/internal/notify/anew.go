package notify

import (
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// anew is whether a message that was not delivered is sent again at once.
type anew uint8

const (
	no        anew = iota
	elsewhere      // over another connection
	inTurn         // when its turn comes
)

// maxAgain is how many extensions a server may offer and not carry out.
const maxAgain = 2

// brieflyIdle is how long a connection may have been idle that the server did not end for that.
const brieflyIdle = time.Second

// giveBack gives a connection back after a message, and reports whether the message is sent anew. A connection that was
// idle may have been closed by the server, or have taken as many messages as it may; then another one is tried, as long
// as the message itself was not on its way. So it is where the server did not carry out what it offers.
func (s *Service) giveBack(u *underway, one *pooled, reused bool, err error) anew {
	sent := one.messages
	one.messages++
	var failure *smtpconn.Error
	errors.As(err, &failure)
	switch {
	case failure == nil:
	case reused && (wasClosed(failure) || isWorn(failure)):
		if failure.Reply != nil && one.idle < brieflyIdle {
			s.flow.ended(sent)
		}
		s.pool.drop(one)
		return elsewhere
	case failure.Again && u.again < maxAgain:
		u.again++
		s.release(one, err)
		return elsewhere
	case u.crowds(err, s.pool.others()-1, sent):
		s.pool.drop(one)
		return inTurn
	}
	s.release(one, err)
	return no
}

// release gives a connection back to be used again, where that can be.
func (s *Service) release(one *pooled, err error) {
	if one.conn.Usable(err) {
		s.pool.put(one)
	} else {
		s.pool.drop(one)
	}
}

// wasClosed reports whether the connection ended before the message was on its way.
func wasClosed(failure *smtpconn.Error) bool {
	return failure.Step == smtpconn.StepSender && (failure.Kind == smtpconn.KindClosed ||
		failure.Kind == smtpconn.KindReset || failure.Reply != nil && failure.Reply.Code == 421)
}

// isWorn reports whether the server takes no more messages over the connection.
func isWorn(failure *smtpconn.Error) bool {
	return failure.Step == smtpconn.StepSender && failure.Reply != nil && failure.Reply.Says(tooManyOverOne)
}

var tooManyOverOne = regexp.MustCompile(
	`(?i)\b(?:per|this|in one|in a|a single|same) (?:smtp )?(?:connection|session)\b`)

// mayGo returns what tells why a message that waits for its time is not to wait any more; nil while it is.
func (u *underway) mayGo(saved <-chan struct{}) func() error {
	return func() error {
		select {
		case <-saved:
			return errSuperseded
		default:
		}
		if !u.service.breaker.valid(u.permit) {
			return errHeldBack
		}
		return nil
	}
}

func domainOf(recipient string) string {
	return strings.ToLower(recipient[strings.LastIndexByte(recipient, '@')+1:])
}
