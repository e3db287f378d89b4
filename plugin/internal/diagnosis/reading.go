package diagnosis

import (
	"slices"
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
	// sentences are those of the text, once they are asked for.
	sentences []*haystack
	known     []answer
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
		r.known[c.number] = no
		if r.hasConcept(c) {
			r.known[c.number] = yes
		}
	}
	return r.known[c.number] == yes
}

func (r *reading) hasConcept(c *concept) bool {
	switch {
	case len(c.parts) > 0:
		return r.saysTogether(c.parts)
	case c.inLinks:
		return c.in(r.links)
	default:
		return c.in(r.text)
	}
}

// saysTogether reports whether one sentence has all of the concepts.
func (r *reading) saysTogether(parts []*concept) bool {
	lacks := func(part *concept) bool { return !r.says(part) }
	if slices.ContainsFunc(parts, lacks) {
		return false
	}
	if r.sentences == nil {
		for sentence := range strings.SplitSeq(strings.TrimSuffix(r.text.text, endOfSentence), endOfSentence) {
			r.sentences = append(r.sentences, newHaystack(" "+sentence+" "))
		}
	}
	if len(r.sentences) == 1 {
		return true
	}
	return slices.ContainsFunc(r.sentences, func(sentence *haystack) bool {
		return !slices.ContainsFunc(parts, func(part *concept) bool { return !part.in(sentence) })
	})
}
