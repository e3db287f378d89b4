package smtpconn

import (
	"bytes"
	"html"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"unicode/utf8"
)

// view is one reading of a server's text: the text itself, or what it says when it is decoded. Each byte knows which
// bytes of the text it was read from.
type view struct {
	text  []byte
	at    []span // of the server's text, from which each byte was read
	depth int    // how many times it was decoded
	bytes bool   // it was decoded to bytes, most of which may mean nothing
	last  bool   // it is not decoded any further
}

// Bounds of decoding: three encodings over each other, and some thirty times the longest reply in all.
const (
	maxViewDepth = 3
	maxViewBytes = 2 << 20
)

// viewOf is the text itself.
func viewOf(text string) view {
	v := view{text: []byte(text), at: make([]span, len(text))}
	for i := range len(text) {
		v.at[i] = span{int32(i), int32(i + 1)}
	}
	return v
}

// part is the part of the server's text that the bytes from i to before j were read from.
func (v view) part(i, j int32) (from, to int) {
	all := v.at[i]
	for _, one := range v.at[i+1 : j] {
		all = span{min(all.from, one.from), max(all.to, one.to)}
	}
	return int(all.from), int(all.to)
}

// next begins a view that is decoded from v.
func (v view) next(size int) view {
	return view{text: make([]byte, 0, size), at: make([]span, 0, size), depth: v.depth + 1}
}

// put appends a byte that was read from the bytes i to j of the view before.
func (v *view) put(b byte, before view, i, j int) {
	v.text = append(v.text, b)
	v.at = append(v.at, span{min(before.at[i].from, before.at[j].from), max(before.at[i].to, before.at[j].to)})
}

// decoded are the readings of a view.
func (v view) decoded() []view {
	if v.last || v.depth == maxViewDepth {
		return nil
	}
	var all []view
	for _, part := range v.readable() {
		all = append(all, part.unescaped()...)
		all = append(all, part.base64()...)
		all = append(all, part.hex()...)
		all = append(all, part.numbers()...)
		if v.depth == 0 {
			all = append(append(all, part.interleaved()...), part.reversed())
		}
	}
	return all
}

// readableRun is how long a run of printable characters must be among decoded bytes to be decoded once more.
const readableRun = 8

// readable are the parts of a view that may be text.
func (v view) readable() []view {
	if !v.bytes {
		return []view{v}
	}
	var parts []view
	begin := 0
	for i := 0; i <= len(v.text); i++ {
		if i < len(v.text) && (v.text[i] >= ' ' && v.text[i] <= '~' || v.text[i] == '\n') {
			continue
		}
		if i-begin >= readableRun {
			part := v
			part.text, part.at = v.text[begin:i], v.at[begin:i]
			parts = append(parts, part)
		}
		begin = i + 1
	}
	return parts
}

func (v view) reversed() view {
	next := v.next(len(v.text))
	for i := len(v.text) - 1; i >= 0; i-- {
		next.put(v.text[i], v, i, i)
	}
	return next
}

// maxInterleaved is how many characters are looked for between two of a secret, less one.
const maxInterleaved = 4

// interleaved leaves out all but every second, third and so on character.
func (v view) interleaved() []view {
	var starts []int
	for i := range string(v.text) {
		starts = append(starts, i)
	}
	starts = append(starts, len(v.text))
	var views []view
	for step := 2; step <= maxInterleaved; step++ {
		for begin := range step {
			next := v.next(len(v.text)/step + utf8.UTFMax)
			next.last = true
			for k := begin; k+1 < len(starts); k += step {
				for i := starts[k]; i < starts[k+1]; i++ {
					next.put(v.text[i], v, i, i)
				}
			}
			views = append(views, next)
		}
	}
	return views
}

// base64 decodes all digits of Base64 (RFC 4648), whatever stands between them, from each of the four places at which a
// group can begin. A hyphen and a low line are digits in one reading and something in between in another.
func (v view) base64() []view {
	digits, positions, forWeb := v.base64Digits(true)
	views := v.groups(digits, positions)
	if forWeb {
		digits, positions, _ = v.base64Digits(false)
		views = append(views, v.groups(digits, positions)...)
	}
	return views
}

func (v view) base64Digits(hyphens bool) (digits []byte, positions []int, forWeb bool) {
	digits, positions = make([]byte, 0, len(v.text)+3), make([]int, 0, len(v.text)+3)
	for i, b := range v.text {
		digit := base64Values[b]
		if b == '-' || b == '_' {
			forWeb = true
			if !hyphens {
				continue
			}
		}
		if digit < 64 {
			digits, positions = append(digits, digit), append(positions, i)
		}
	}
	return digits, positions, forWeb
}

// base64Values are the values of the digits of both alphabets; 64 for all other bytes.
var base64Values = func() (values [256]byte) {
	for i := range values {
		values[i] = 64
	}
	for i, digit := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		values[digit] = byte(i)
	}
	values['-'], values['_'] = 62, 63
	return values
}()

// groups decodes groups of four digits to three bytes. The last group may lack digits.
func (v view) groups(digits []byte, positions []int) []view {
	if len(digits) < shortForm {
		return nil
	}
	for range 3 {
		digits, positions = append(digits, 0), append(positions, positions[len(positions)-1])
	}
	views := make([]view, 0, 4)
	for begin := range 4 {
		next := v.next(len(digits) / 4 * 3)
		next.bytes = true
		for i := begin; i+4 <= len(digits); i += 4 {
			d, at := digits[i:i+4], positions[i:i+4]
			next.put(d[0]<<2|d[1]>>4, v, at[0], at[1])
			next.put(d[1]<<4|d[2]>>2, v, at[1], at[2])
			next.put(d[2]<<6|d[3], v, at[2], at[3])
		}
		views = append(views, next)
	}
	return views
}

// hex decodes all hexadecimal digits, whatever stands between them, from both places at which a pair can begin. The 0
// of a 0x is none of them.
func (v view) hex() []view {
	digits, positions := make([]byte, 0, len(v.text)), make([]int, 0, len(v.text))
	for i, b := range v.text {
		digit, ok := hexDigit(b)
		if prefix := b == '0' && i+1 < len(v.text) && v.text[i+1]|0x20 == 'x'; ok && !prefix {
			digits, positions = append(digits, digit), append(positions, i)
		}
	}
	if len(digits) < 2*shortForm {
		return nil
	}
	views := make([]view, 0, 2)
	for begin := range 2 {
		next := v.next(len(digits) / 2)
		next.bytes = true
		for i := begin; i+2 <= len(digits); i += 2 {
			next.put(digits[i]<<4|digits[i+1], v, positions[i], positions[i+1])
		}
		views = append(views, next)
	}
	return views
}

func hexDigit(b byte) (byte, bool) {
	switch {
	case b >= '0' && b <= '9':
		return b - '0', true
	case b >= 'a' && b <= 'f':
		return b - 'a' + 10, true
	case b >= 'A' && b <= 'F':
		return b - 'A' + 10, true
	}
	return 0, false
}

var (
	// bases are the ways to write a character as a number. Numbers in another form stand between these and are passed
	// over.
	bases = []struct {
		base int
		form *regexp.Regexp
	}{{10, regexp.MustCompile(`^[0-9]{2,3}$`)}, {8, regexp.MustCompile(`^[0-7]{2,4}$`)},
		{2, regexp.MustCompile(`^[01]{7,8}$`)}}
)

// numbers reads characters that are written as numbers, decimal, octal or binary.
func (v view) numbers() []view {
	runs := digitRuns(v.text)
	if len(runs) < shortForm {
		return nil
	}
	var views []view
	for _, way := range bases {
		next := v.next(len(runs))
		for _, run := range runs {
			written := string(v.text[run[0]:run[1]])
			if !way.form.MatchString(written) {
				continue
			}
			if code, err := strconv.ParseUint(written, way.base, 8); err == nil {
				for _, b := range utf8.AppendRune(nil, rune(code)) {
					next.put(b, v, run[0], run[1]-1)
				}
			}
		}
		if len(next.text) >= shortForm {
			next.bytes = true
			views = append(views, next)
		}
	}
	return views
}

// digitRuns finds what is written in digits alone.
func digitRuns(text []byte) (runs [][2]int) {
	for i := 0; i < len(text); i++ {
		begin := i
		for i < len(text) && text[i] >= '0' && text[i] <= '9' {
			i++
		}
		if i > begin {
			runs = append(runs, [2]int{begin, i})
		}
	}
	return runs
}

// escape matches a character that is written in another way: in a web address, in quoted-printable text, in a string of
// JSON or C, in HTML.
var escape = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`%[0-9A-Fa-f]{2}|=[0-9A-Fa-f]{2}|=\n|` +
		`\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}|\\[0-7]{3}|\\[^\n]|&#?[0-9A-Za-z]{1,31};`)
})

// unescaped is the view with its escapes resolved; nothing when it has none.
func (v view) unescaped() []view {
	if !bytes.ContainsAny(v.text, `%=\&`) {
		return nil
	}
	found := escape().FindAllIndex(v.text, -1)
	if found == nil {
		return nil
	}
	next := v.next(len(v.text))
	next.bytes = v.bytes
	end := 0
	for _, at := range append(slices.Clone(found), []int{len(v.text), len(v.text)}) {
		for ; end < at[0]; end++ {
			next.put(v.text[end], v, end, end)
		}
		if at[0] < at[1] {
			for _, b := range unescape(string(v.text[at[0]:at[1]])) {
				next.put(b, v, at[0], at[1]-1)
			}
		}
		end = at[1]
	}
	return []view{next}
}

func unescape(written string) []byte {
	code, base := written[1:], 16
	switch {
	case written[0] == '&':
		return []byte(html.UnescapeString(written))
	case written[0] == '\\' && len(written) == 4 && written[1] != 'x':
		base = 8
	case written[0] == '\\' && len(written) > 3:
		code = written[2:]
	case written[0] == '\\':
		return []byte(code)
	case code == "\n":
		return nil
	}
	number, err := strconv.ParseUint(code, base, 32)
	switch {
	case err != nil:
		return []byte(written)
	case len(code) > 2 && base == 16:
		return utf8.AppendRune(nil, rune(number)) //nolint:gosec // what is no rune becomes the replacement character
	default:
		return []byte{byte(number)} //nolint:gosec // two digits, or three octal ones, of which the lower eight bits count
	}
}
