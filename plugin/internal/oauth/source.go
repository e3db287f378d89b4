package oauth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// Source keeps the token of an application or a grant in memory. It asks for a new one before the old one ends, and
// once for all who want it at the same time. It may be used concurrently.
type Source struct {
	// fetch gets another token than the refused one.
	fetch    func(ctx context.Context, refused shared.SecretText) (Answer, error)
	identity string
	method   Method
	hints    func(token string, now time.Time) []string

	mu      sync.Mutex
	token   Answer    // the last one; its text is empty when there is none
	renewAt time.Time // when it is to be replaced
	asking  *question // nil when nobody asks
}

var _ smtpconn.TokenSource = (*Source)(nil)

// question is one that was put to the endpoint. All who want the answer wait for it; when none is left, it is given up.
type question struct {
	refused shared.SecretText // that the answer is to be another one than
	done    chan struct{}     // closed when there is an answer
	answer  Answer
	err     error
	waiting int
	giveUp  context.CancelFunc
}

// NewSource makes a source.
func NewSource(client Client, application Application) *Source {
	fetch := func(ctx context.Context, _ shared.SecretText) (Answer, error) { return client.Token(ctx, application) }
	return &Source{fetch: fetch, identity: application.identity(), method: application.asked().Method,
		hints: hintsFor(application.TokenURL)}
}

// Method is how the one who asks proves to be himself.
func (s *Source) Method() Method { return s.method }

// Identity is different for each application and secret, and for each grant, and does not show them.
func (s *Source) Identity() string {
	sum := sha256.Sum256([]byte(s.identity))
	return hex.EncodeToString(sum[:])
}

// Token is that of [smtpconn.TokenSource]. The error is an *Error, [ErrNoGrant], or that of ctx or of [Grants].
func (s *Source) Token(ctx context.Context, refused shared.SecretText) (smtpconn.Token, error) {
	for {
		token, heard, err := s.next(ctx, refused)
		if err != nil || heard || token.Text != refused {
			return token, err
		}
		// It joined a question of others, who have not met the refusal.
	}
}

// next returns a token. heard means that the endpoint was asked for another one than the refused one: what it has given
// is its last word. Otherwise it may be the refused one, for which others have asked.
func (s *Source) next(ctx context.Context, refused shared.SecretText) (_ smtpconn.Token, heard bool, _ error) {
	now := time.Now()
	s.mu.Lock()
	if !refused.IsEmpty() && s.token.Text == refused {
		s.token = Answer{}
	}
	if !s.token.Text.IsEmpty() && now.Before(s.renewAt) {
		defer s.mu.Unlock()
		return s.described(s.token, false), false, nil
	}
	asked := s.ask(ctx, refused)
	s.mu.Unlock()
	select {
	case <-asked.done:
	case <-ctx.Done():
		s.leave(asked)
		return smtpconn.Token{}, false, ctx.Err()
	}
	if asked.err != nil {
		token, err := s.stillGood(asked.err)
		return token, false, err
	}
	return s.described(asked.answer, !asked.answer.known), asked.refused == refused, nil
}

// stillGood returns the token from before where the endpoint does not answer now and the token has not ended yet.
func (s *Source) stillGood(err error) (smtpconn.Token, error) {
	var failure *Error
	s.mu.Lock()
	defer s.mu.Unlock()
	if errors.As(err, &failure) && failure.passes() && !s.token.Text.IsEmpty() && time.Now().Before(s.token.Expires) {
		return s.described(s.token, false), nil
	}
	return smtpconn.Token{}, err
}

// ask puts the question, or joins those who wait for the answer. The mutex is held.
func (s *Source) ask(ctx context.Context, refused shared.SecretText) *question {
	if s.asking == nil {
		unhurried, giveUp := context.WithCancel(context.WithoutCancel(ctx))
		s.asking = &question{refused: refused, done: make(chan struct{}), giveUp: giveUp}
		go s.answer(unhurried, s.asking)
	}
	s.asking.waiting++
	return s.asking
}

// leave gives the question up when nobody waits for the answer any more.
func (s *Source) leave(asked *question) {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked.waiting--
	if asked.waiting > 0 {
		return
	}
	asked.giveUp()
	if s.asking == asked {
		s.asking = nil
	}
}

// answer gets the answer to a question.
func (s *Source) answer(ctx context.Context, asked *question) {
	defer asked.giveUp()
	answer, err := s.fetch(ctx, asked.refused)
	s.mu.Lock()
	defer s.mu.Unlock()
	asked.answer, asked.err = answer, err
	if err == nil {
		s.token, s.renewAt = answer, renewal(time.Now(), answer.Expires)
	}
	if s.asking == asked {
		s.asking = nil
	}
	close(asked.done)
}

func (s *Source) described(answer Answer, fetched bool) smtpconn.Token {
	return smtpconn.Token{
		Text: answer.Text, Expires: answer.Expires, Fetched: fetched,
		Facts: smtpconn.TokenFacts{From: answer.From, Hints: s.hints(answer.Text.Reveal(), time.Now())},
	}
}

// When a token is replaced: a while before its end, so that a login that takes long still has a good one; and not by
// all processes at the same moment.
const (
	renewBefore = time.Minute
	renewPart   = 10 // a tenth of its life, where that is more
	// unknownLife is how long a token is kept whose end the endpoint does not tell.
	unknownLife = 5 * time.Minute
)

func renewal(now, expires time.Time) time.Time {
	if expires.IsZero() {
		expires = now.Add(unknownLife)
	}
	margin := renewMargin(expires.Sub(now))
	jitter := time.Duration(0)
	if margin > 1 {
		jitter = rand.N(margin / 2) //nolint:gosec // It spreads requests.
	}
	return expires.Add(-margin - jitter)
}

// renewMargin is how long before its end a token is replaced that is good for so long.
func renewMargin(life time.Duration) time.Duration {
	return min(max(renewBefore, life/renewPart), life/2)
}
