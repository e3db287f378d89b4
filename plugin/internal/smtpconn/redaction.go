package smtpconn

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// hiddenText stands where a credential was.
const hiddenText = "(hidden)"

// redaction finds our credentials in a server's words. Every text of a server passes through it before anybody sees it:
// some repeat what was typed, and a hostile one does so on purpose and in disguise.
//
// It looks for pieces of the secrets, in the text itself and in everything that the text can be decoded to (see
// view), without regard to case, and to what stands between the characters: blanks and hyphens, or all that is
// neither letter nor digit. Beside the secrets themselves it looks for some of their encodings, because those may
// have lost their case and cannot be decoded any more. What it cannot see is a secret that was encrypted, or spread
// over several replies in pieces shorter than a fragment.
//
// It may be used concurrently. The zero redaction, and nil, hide nothing.
type redaction struct {
	mu sync.Mutex
	// fragments are pieces of the secrets and of their encodings, folded, six or eight bytes each, packed.
	fragments fragments
	whole     []string // folded forms that are too short to be looked for in pieces
	words     []string // forms so short that they only count as words of their own

	known   []string // words that the page shows anyway, in lower case; see public
	secrets []string // the letters and digits of the whole secrets, folded

	shown          map[string]string // what was shown of the latest texts
	solid, letters folded            // room to work in
}

// fragments are packed. Most of what is looked up is not there, which the filter knows for nearly all of it.
type fragments struct {
	known  map[uint64]struct{}
	filter [1 << 8]uint64
}

func (f *fragments) bit(key uint64) (word, mask uint64) {
	hash := key * 0x9e3779b97f4a7c15 >> 50
	return hash >> 6, 1 << (hash & 63)
}

func (f *fragments) add(key uint64) {
	word, mask := f.bit(key)
	f.filter[word] |= mask
	f.known[key] = struct{}{}
}

func (f *fragments) has(key uint64) bool {
	if word, mask := f.bit(key); f.filter[word]&mask == 0 {
		return false
	}
	_, known := f.known[key]
	return known
}

// The lengths of the pieces that count. A form shorter than shortForm would be found in the middle of innocent words.
const (
	shortForm       = 4
	plainFragment   = 6
	encodedFragment = 8
)

// redactionOf is the redaction for a conversation with the target.
func redactionOf(target Target) *redaction {
	r := &redaction{fragments: fragments{known: map[uint64]struct{}{}}, shown: map[string]string{}}
	for _, secret := range []string{target.Password.Reveal(), target.AccessToken.Reveal()} {
		r.learn(target.Login, secret)
	}
	r.public(target.Host, target.Login, target.HELOName)
	if host, err := ASCIIHost(target.Host); err == nil {
		r.public(host)
	}
	return r
}

// learn has a secret looked for from now on, and what a login with it looks like.
func (r *redaction) learn(login, secret string) {
	if secret == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.add(secret)
	r.addEncoded(inBase64("\x00" + login + "\x00" + secret))
	r.addEncoded(inBase64(login + "\x00" + login + "\x00" + secret))
}

// add has a secret looked for, and its encodings.
func (r *redaction) add(secret string) {
	clear(r.shown)
	if _, letters := foldText(secret); letters != "" {
		r.secrets = append(r.secrets, letters)
	}
	if utf8.RuneCountInString(secret) < shortForm {
		r.words = append(r.words, wordsOf(secret)...)
		return
	}
	// A reply is made printable, and read as Latin-1 where it is not UTF-8.
	for _, form := range []string{secret, printable(secret), strings.TrimPrefix(printable("\xff"+secret), "ÿ")} {
		r.addPlain(form)
		r.addPlain(reversed(form))
	}
	for _, form := range encodings(secret) {
		r.addEncoded(form)
		r.addEncoded(reversed(form))
	}
}

// provenBy matches what a response of CRAM-MD5 or SCRAM proves the password with.
var provenBy = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?: |,p=)([0-9A-Za-z+/]{26,})=*$`)
})

// sent adds a line of the login as it went out; a server may leave the padding out when it repeats it.
func (r *redaction) sent(line string) {
	if len(line) < 2 { // "*" gives a login up, "=" is the empty response.
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.shown)
	bare := strings.TrimRight(line, "=")
	if len(bare) < encodedFragment {
		r.words = append(r.words, bare)
	}
	r.addEncoded(bare)
	r.addEncoded(reversed(bare))
	r.addEncoded(inBase64(line))
	if proof := provenBy().FindStringSubmatch(fromBase64(line)); proof != nil {
		r.add(proof[1])
	}
}

// addPlain adds a form whose characters stand for themselves. Of one that has hardly any letters and digits these alone
// say nothing.
func (r *redaction) addPlain(form string) {
	all, letters := foldText(form)
	if len(letters) >= plainFragment || letters == all {
		r.addFolded(letters, plainFragment)
	}
	r.addFolded(all, plainFragment)
}

// addEncoded adds an encoding of a secret.
func (r *redaction) addEncoded(form string) {
	if _, letters := foldText(form); len(letters) >= plainFragment {
		r.addFolded(letters, encodedFragment)
	}
}

func (r *redaction) addFolded(form string, fragment int) {
	switch {
	case len(form) < shortForm:
	case len(form) < encodedFragment:
		if !slices.Contains(r.whole, form) {
			r.whole = append(r.whole, form)
		}
	default:
		for i := fragment; i <= len(form); i++ {
			r.fragments.add(packed(form[i-fragment : i]))
		}
	}
}

// packed is a fragment of at most eight bytes as a number.
func packed(fragment string) (key uint64) {
	for i := range len(fragment) {
		key = key<<8 | uint64(fragment[i])
	}
	return key
}

// hide replaces every echo in the text.
func (r *redaction) hide(text string) string {
	if r == nil {
		return text
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.fragments.known)+len(r.whole)+len(r.words) == 0 || text == "" {
		return text
	}
	if shown, known := r.shown[text]; known {
		return shown
	}
	shown := r.look(text).apply(text)
	if len(r.shown) >= maxShown {
		clear(r.shown)
	}
	r.shown[text] = shown
	return shown
}

// maxShown is how many texts are remembered. Servers say the same few all the time.
const maxShown = 32

// hideLines replaces every echo in lines that belong together, also one that goes over their ends. There are as many
// lines afterwards.
func (r *redaction) hideLines(lines []string) []string {
	return strings.Split(r.hide(strings.Join(lines, "\n")), "\n")
}

// hideError returns err with a text that is safe to show. The cause stays within reach.
func (r *redaction) hideError(err error) error {
	if err == nil {
		return nil
	}
	if text := r.hide(printable(err.Error())); text != err.Error() {
		return &redactedError{text, err}
	}
	return err
}

// redactedError is an error that quoted what must not be shown.
type redactedError struct {
	text  string
	cause error
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.cause }

// marks tells for each byte of a text whether it must be hidden.
type marks []bool

// add marks the bytes from the one to before the other, and the rest of the characters and of the encoded word that
// they belong to.
func (m marks) add(text string, from, to int) {
	for from > 0 && (!utf8.RuneStart(text[from]) || isEncoded(text[from-1])) {
		from--
	}
	for to < len(text) && (!utf8.RuneStart(text[to]) || isEncoded(text[to])) {
		to++
	}
	for i := from; i < to; i++ {
		m[i] = true
	}
}

func isEncoded(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || strings.IndexByte("+/=_%\\", b) >= 0
}

// apply replaces what is marked, line by line.
func (m marks) apply(text string) string {
	if !slices.Contains(m, true) {
		return text
	}
	var shown strings.Builder
	hiding := false
	for i := range len(text) {
		switch {
		case text[i] == '\n':
			hiding = false
			shown.WriteByte('\n')
		case !m[i]:
			hiding = false
			shown.WriteByte(text[i])
		case !hiding:
			hiding = true
			shown.WriteString(hiddenText)
		}
	}
	return shown.String()
}

// look finds every echo in the text.
func (r *redaction) look(text string) marks {
	var pieces []span
	found := make(marks, len(text))
	mark := func(from, to int) {
		pieces = append(pieces, span{int32(from), int32(to)}) //nolint:gosec // replies are short
		found.add(text, from, to)
	}
	r.lookForWords(text, mark)
	if len(r.fragments.known)+len(r.whole) > 0 && !r.lookIntoAll(text, mark) {
		return found
	}
	if r.harmless(text, pieces) {
		return nil
	}
	return found
}

// lookIntoAll finds the fragments and whole forms in all views of the text. Where there is too much to decode it takes
// all of the text for an echo, and reports false.
func (r *redaction) lookIntoAll(text string, found func(from, to int)) bool {
	budget := maxViewBytes
	for waiting := []view{viewOf(text)}; len(waiting) > 0; {
		last := len(waiting) - 1
		one := waiting[last]
		waiting = waiting[:last]
		if budget -= len(one.text); budget < 0 {
			// Nobody who means well has so much to decode.
			found(0, len(text))
			return false
		}
		r.lookInto(one, found)
		waiting = append(waiting, one.decoded()...)
	}
	return true
}

// lookInto finds the fragments and whole forms in one view.
func (r *redaction) lookInto(v view, found func(from, to int)) {
	r.solid, r.letters = fold(v.text, r.solid, r.letters)
	r.lookIntoFolded(v, r.solid, false, found)
	if len(r.letters.text) < len(r.solid.text) {
		r.lookIntoFolded(v, r.letters, v.bytes, found)
	}
}

func (r *redaction) lookIntoFolded(v view, f folded, chancy bool, found func(from, to int)) {
	const six = 1<<(8*plainFragment) - 1
	window := uint64(0)
	for i, b := range f.text {
		window = window<<8 | uint64(b)
		if i >= plainFragment-1 && r.fragments.has(window&six) {
			found(v.part(f.at[i-plainFragment+1].from, f.at[i].to))
		}
		if i >= encodedFragment-1 && r.fragments.has(window) {
			found(v.part(f.at[i-encodedFragment+1].from, f.at[i].to))
		}
	}
	for _, form := range r.whole {
		if chancy && len(form) < plainFragment {
			continue // In random bytes so little is found by chance where most of them are passed over.
		}
		for from := 0; ; {
			i := bytes.Index(f.text[from:], []byte(form))
			if i < 0 {
				break
			}
			found(v.part(f.at[from+i].from, f.at[from+i+len(form)-1].to))
			from += i + 1
		}
	}
}

// lookForWords finds forms that only count as words of their own.
func (r *redaction) lookForWords(text string, found func(from, to int)) {
	for _, form := range r.words {
		for i := 0; i+len(form) <= len(text); i++ {
			end := i + len(form)
			if strings.EqualFold(text[i:end], form) && standsAlone(text, i, end) {
				found(i, end)
			}
		}
	}
}
