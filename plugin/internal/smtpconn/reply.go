package smtpconn

import (
	"bufio"
	"errors"
	"fmt"
	"regexp"
	"slices"
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
// characters, and whatever looked like our credentials is hidden.
type Reply struct {
	// Code has three digits, 200 to 599.
	Code int
	// EnhancedCode is the enhanced status code (RFC 3463), such as "5.7.8"; empty when there is none.
	EnhancedCode string
	// Lines are the texts of the lines without codes; at least one.
	Lines []string
	// heard returns the lines before anything was hidden in them; nil when nothing was. It is a function so that no way of
	// printing a reply shows them.
	heard func() []string
}

// redact hides our credentials in what is shown of the reply. The protocol goes on with what was heard.
func (r *Reply) redact(secrets *redaction) {
	if shown := secrets.hideLines(r.Lines); !slices.Equal(shown, r.Lines) {
		heard := r.Lines
		r.Lines, r.heard = shown, func() []string { return heard }
	}
}

func (r Reply) heardLines() []string {
	if r.heard == nil {
		return r.Lines
	}
	return r.heard()
}

// Says reports whether the server's own words match, also where a part of them must not be shown.
func (r Reply) Says(pattern *regexp.Regexp) bool {
	return pattern.MatchString(strings.TrimSpace(strings.Join(r.heardLines(), " ")))
}

// Text joins the lines with single blanks.
func (r Reply) Text() string { return strings.TrimSpace(strings.Join(r.Lines, " ")) }

// String is the reply on one line.
func (r Reply) String() string {
	return strings.Join(strings.Fields(fmt.Sprintf("%d %s %s", r.Code, r.EnhancedCode, r.Text())), " ")
}

// positive reports whether the code means yes.
func (r Reply) positive() bool { return r.Code < 400 }

// refuses reports whether the code means no, and the server goes on listening.
func (r Reply) refuses() bool { return r.Code >= 400 && r.Code != 421 }

// readReply reads one whole reply within the bounds. raw receives each line as it arrived, without its end.
func readReply(reader *bufio.Reader, raw func(line string)) (Reply, error) {
	var reply Reply
	total := 0
	for {
		line, err := readLine(reader)
		if err != nil {
			return Reply{}, err
		}
		raw(line)
		if total += len(line); total > maxReplyBytes || len(reply.Lines) == maxReplyLines {
			return Reply{}, &Error{Kind: KindReplyTooLong}
		}
		code, text, more, ok := parseReplyLine(line)
		if !ok || len(reply.Lines) > 0 && code != reply.Code {
			return Reply{}, malformed(line, len(reply.Lines) > 0)
		}
		reply.Code = code
		reply.Lines = append(reply.Lines, text)
		if !more {
			reply.splitEnhancedCode()
			return reply, nil
		}
	}
}

func readLine(reader *bufio.Reader) (string, error) {
	line, err := reader.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return "", &Error{Kind: KindReplyTooLong}
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
	return &Error{Kind: KindNotSMTP, Protocol: guessProtocol(line)}
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

var enhancedCode = regexp.MustCompile(`^([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)`)

// splitEnhancedCode moves the enhanced status code out of the text; RFC 2034 repeats it on every line.
func (r *Reply) splitEnhancedCode() {
	match := enhancedCode.FindStringSubmatch(r.Lines[0])
	if match == nil || int(match[1][0]-'0') != r.Code/100 {
		return
	}
	r.EnhancedCode = match[1]
	for i, line := range r.Lines {
		if rest, ok := strings.CutPrefix(line, r.EnhancedCode); ok {
			r.Lines[i] = strings.TrimSpace(rest)
		}
	}
}

// printable makes a server's text safe to show and to send over gRPC. Bytes that are not UTF-8 are read as Latin-1, which
// is what servers that old mean; control characters and bidirectional overrides become blanks.
func printable(text string) string {
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
