package smtpconn

import (
	"bufio"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of one reply. RFC 5321 section 4.5.3.1.5 gives a line 512 octets; go-smtp stops at 2,000.
const (
	maxReplyLine  = 2000
	maxReplyLines = 100
	maxReplyBytes = 64 << 10
)

// Reply is one answer of the server (RFC 5321 section 4.2), safe to show: its text is valid UTF-8 without control
// characters, and whatever looks like our credentials is hidden when it is shown, not before. It may be used
// concurrently.
type Reply struct {
	// Code has three digits, 200 to 599.
	Code int
	// EnhancedCode is the enhanced status code (RFC 3463), such as "5.7.8"; empty when there is none.
	EnhancedCode string
	// said returns the server's own words, and what hides our credentials in them; nil where there are none. It is a
	// function so that no way of printing a reply shows them.
	said func() (lines []string, secrets *redaction)
}

// NewReply is a reply whose lines hold nothing that must not be shown.
func NewReply(code int, enhancedCode string, lines ...string) Reply {
	reply := Reply{Code: code, EnhancedCode: enhancedCode}
	reply.says(lines, nil)
	return reply
}

func (r *Reply) says(lines []string, secrets *redaction) {
	r.said = func() ([]string, *redaction) { return lines, secrets }
}

// heard are the lines as the server said them, for the protocol alone.
func (r Reply) heard() []string {
	if r.said == nil {
		return nil
	}
	lines, _ := r.said()
	return lines
}

// Lines are the texts of the lines without codes, fit to be shown; at least one in what a server has said. Each call
// looks for our credentials.
func (r Reply) Lines() []string {
	if r.said == nil {
		return nil
	}
	lines, secrets := r.said()
	return secrets.hideLines(lines)
}

// Says reports whether the server's own words match, also where a part of them must not be shown.
func (r Reply) Says(pattern *regexp.Regexp) bool {
	return pattern.MatchString(strings.TrimSpace(strings.Join(r.heard(), " ")))
}

// Read gives the server's own words on one line to a function, also where a part of them must not be shown. The
// function must not keep them.
func (r Reply) Read(reader func(text string)) {
	reader(strings.TrimSpace(strings.Join(r.heard(), " ")))
}

// Text joins the lines with single blanks.
func (r Reply) Text() string { return strings.TrimSpace(strings.Join(r.Lines(), " ")) }

// String is the reply on one line.
func (r Reply) String() string {
	return strings.Join(strings.Fields(fmt.Sprintf("%d %s %s", r.Code, r.EnhancedCode, r.Text())), " ")
}

// positive reports whether the code means yes.
func (r Reply) positive() bool { return r.Code < 400 }

// refuses reports whether the code means no, and the server goes on listening.
func (r Reply) refuses() bool { return r.Code >= 400 && r.Code != 421 }

// readReply reads one whole reply within the bounds. raw receives each line as it arrived, without its end; it may be
// nil.
func readReply(reader *bufio.Reader, secrets *redaction, raw func(line string)) (Reply, error) {
	reply, lines, total := Reply{}, make([]string, 0, 1), 0
	for {
		line, err := readLine(reader)
		if err != nil {
			return Reply{}, err
		}
		if raw != nil {
			raw(line)
		}
		if total += len(line); total > maxReplyBytes || len(lines) == maxReplyLines {
			return Reply{}, &Error{Kind: KindReplyTooLong}
		}
		code, text, more, ok := parseReplyLine(line)
		if !ok || len(lines) > 0 && code != reply.Code {
			return Reply{}, malformed(line, len(lines) > 0)
		}
		reply.Code, lines = code, append(lines, text)
		if !more {
			reply.EnhancedCode = cutEnhancedCode(code, lines)
			reply.says(lines, secrets)
			return reply, nil
		}
	}
}

func readLine(reader *bufio.Reader) (string, error) {
	line, err := reader.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return "", &Error{Kind: KindReplyTooLong, Err: err}
	case err != nil && len(line) > 0:
		// What came before the connection ended tells more than that it ended.
		if protocol := guessProtocol(string(line)); protocol != "" {
			return "", &Error{Kind: KindNotSMTP, Protocol: protocol, Err: err}
		}
		return "", err
	case err != nil:
		return "", err
	}
	return strings.TrimRight(string(line), "\r\n"), nil
}

func parseReplyLine(line string) (code int, text string, more, ok bool) {
	if len(line) < 3 {
		return 0, "", false, false
	}
	code, err := strconv.Atoi(line[:3])
	if err != nil || code < 200 || code > 599 {
		return 0, "", false, false
	}
	if len(line) == 3 {
		return code, "", false, true
	}
	if line[3] != ' ' && line[3] != '-' {
		return 0, "", false, false
	}
	return code, printable(line[4:]), line[3] == '-', true
}

// malformed tells another protocol, recognised or not, from an SMTP server that lost its way within a reply.
func malformed(line string, within bool) error {
	if within {
		return &Error{Kind: KindMalformedReply}
	}
	return &Error{Kind: KindNotSMTP, Protocol: guessProtocol(line), Err: webAnswer(line)}
}

// WebAnswerError is an answer in HTTP where one in SMTP was expected.
type WebAnswerError struct {
	Status int // Of RFC 9110 section 15, such as 302.
}

func (e *WebAnswerError) Error() string { return "HTTP status " + strconv.Itoa(e.Status) }

// webAnswer is what the first line of an HTTP answer says; nil when it is none.
func webAnswer(line string) error {
	version, rest, _ := strings.Cut(line, " ")
	status, _, _ := strings.Cut(rest, " ")
	number, err := strconv.Atoi(status)
	if !strings.HasPrefix(version, "HTTP/") || err != nil {
		return nil
	}
	return &WebAnswerError{Status: number}
}

// guessProtocol names the protocol whose server begins like this; empty when it is not one that we know.
func guessProtocol(start string) string {
	for _, known := range []struct{ prefix, protocol string }{
		{"HTTP/", "HTTP"}, {"<!DOCTYPE", "HTTP"}, {"<html", "HTTP"}, {"SSH-", "SSH"}, {"* OK", "IMAP"}, {"* BYE", "IMAP"},
		{"* PREAUTH", "IMAP"}, {"+OK", "POP3"}, {"-ERR", "POP3"}, {"RFB ", "VNC"}, {"\x15\x03", "TLS"}, {"\x16\x03", "TLS"},
	} {
		if strings.HasPrefix(start, known.prefix) {
			return known.protocol
		}
	}
	return ""
}

// cutEnhancedCode takes the enhanced status code out of the lines; RFC 2034 repeats it on every one.
func cutEnhancedCode(code int, lines []string) string {
	enhanced := enhancedCodeOf(lines[0])
	if enhanced == "" || int(enhanced[0]-'0') != code/100 {
		return ""
	}
	for i, line := range lines {
		if rest, ok := strings.CutPrefix(line, enhanced); ok {
			lines[i] = strings.TrimSpace(rest)
		}
	}
	return enhanced
}

// enhancedCodeOf is the enhanced status code that the text begins with (RFC 3463 section 2); empty when there is none.
func enhancedCodeOf(text string) string {
	enhanced, _, _ := strings.Cut(text, " ")
	class, rest, _ := strings.Cut(enhanced, ".")
	subject, detail, _ := strings.Cut(rest, ".")
	if class != "2" && class != "4" && class != "5" || !upToThreeDigits(subject) || !upToThreeDigits(detail) {
		return ""
	}
	return enhanced
}

func upToThreeDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return len(text) >= 1 && len(text) <= 3
}

// printable makes a server's text safe to show and to send over gRPC. Bytes that are not UTF-8 are read as Latin-1,
// which is what servers that old mean; control characters and bidirectional overrides become blanks.
func printable(text string) string {
	if isPlain(text) {
		return text
	}
	if !utf8.ValidString(text) {
		runes := make([]rune, len(text))
		for i := range len(text) {
			runes[i] = rune(text[i])
		}
		text = string(runes)
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text)
}

// isPlain reports whether the text is nothing but printable ASCII, as most are.
func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}
