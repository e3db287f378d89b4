package diagnosis

import (
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/provider"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// reading is a failure and what the rules ask about it, each only once.
type reading struct {
	failure *smtpconn.Error
	Circumstances
	provider string
	host     string
	// enhanced is the enhanced status code, wherever the reply has it; empty when there is none.
	enhanced string
	text     *haystack
	links    *haystack
	known    []answer
}

// answer is whether a concept is in the reply.
type answer uint8

const (
	unasked answer = iota
	yes
	no
)

// maxRead bounds how much of a reply is read for its meaning, in bytes. What matters stands at its beginning.
const maxRead = 3000

func newReading(failure *smtpconn.Error, c Circumstances) *reading {
	r := &reading{
		failure: failure, Circumstances: c,
		host: strings.TrimSuffix(strings.ToLower(c.Target.Host), "."), provider: provider.OfServer(c.Target.Host),
	}
	if failure.Reply == nil {
		return r
	}
	failure.Reply.Read(func(text string) {
		if len(text) > maxRead {
			text = text[:maxRead]
		}
		r.enhanced = failure.Reply.EnhancedCode
		if r.enhanced == "" {
			r.enhanced = enhancedIn(text, failure.Reply.Code)
		}
		reduced, addresses := reduce(text, c)
		r.text, r.links = newHaystack(reduced), newHaystack(addresses)
	})
	r.known = make([]answer, concepts)
	return r
}

// says reports whether the concept is in the reply.
func (r *reading) says(c *concept) bool {
	if r.text == nil {
		return false
	}
	if r.known[c.number] == unasked {
		in := r.text
		if c.inLinks {
			in = r.links
		}
		r.known[c.number] = no
		for _, one := range c.phrasings() {
			if one.in(in) {
				r.known[c.number] = yes
				break
			}
		}
	}
	return r.known[c.number] == yes
}
